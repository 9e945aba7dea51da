"""Personal codes are read and used, and stand nowhere afterwards: in no file, error, `repr` or output."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from municipalities import CODE, KEY, NEW_CODE, OURS, THEIRS, child, claim, receipt, register_of, sent, tokens

from pmp_core.errors import InvalidValue
from pmp_core.exchange import Identity, compare, learner_identities, read_personal_codes
from pmp_core.values import PersonalCode

Pmp = Callable[..., CompletedProcess[str]]
WRONG = "3112992000O"  # a letter in the place of the last digit
IN_CLEAR = ("311299", "31129920000", "399999", "3112992000", "Ozoliņa", "Līga")
SPELLINGS = [CODE, CODE.replace("-", ""), CODE.replace("-", " "), CODE.replace("-", " – ")]


def in_clear(*texts: object) -> list[str]:
    return [one for one in IN_CLEAR for text in texts if one in str(text)]


def file_of(folder: Path, *rows: str, heading: str = "learner_id,personal_code") -> Path:
    file = folder / "codes.example.csv"
    file.write_text("\n".join([heading, *rows]) + "\n", encoding="utf-8")
    return file


def refused(file: Path) -> InvalidValue:
    with pytest.raises(InvalidValue) as caught:
        read_personal_codes(file)
    return caught.value


@pytest.mark.parametrize("written", SPELLINGS)
def test_a_file_of_codes_is_read(written: str, tmp_path: Path) -> None:
    codes, problems = read_personal_codes(file_of(tmp_path, f"L-1,{written}", "", f"L-1,{NEW_CODE}", "L-2,399999-99998"))
    assert problems == []
    assert codes == {"L-1": (PersonalCode(CODE), PersonalCode(NEW_CODE)), "L-2": (PersonalCode("399999-99998"),)}
    assert in_clear(codes, repr(codes)) == []


def test_semicolons_other_columns_and_a_mark_at_the_beginning(tmp_path: Path) -> None:
    file = file_of(tmp_path, f"x;{CODE};;L-1", f"y;{CODE};L-2", heading="\ufeffclass;personal_code;note; learner_id ")
    codes, problems = read_personal_codes(file)
    assert list(codes) == ["L-1"]
    assert [(error.code, error.place.row, error.place.column) for error in problems] == [("id-invalid", 3, "learner_id")]


def test_one_wrong_row_does_not_hide_the_others(tmp_path: Path) -> None:
    file = file_of(tmp_path, f"L-1,{WRONG}", '"L-2",', f"{CODE},{CODE}", f"L-3,{CODE}", "L-4")
    codes, problems = read_personal_codes(file)
    assert list(codes) == ["L-3"]
    assert [(error.code, error.place.row, error.place.column) for error in problems] == [
        ("personal-code-invalid", 2, "personal_code"), ("personal-code-invalid", 3, "personal_code"),
        ("id-is-personal-code", 4, "learner_id"), ("personal-code-invalid", 6, "personal_code"),
    ]  # fmt: skip
    assert in_clear(*problems, *map(repr, problems)) == []


@pytest.mark.parametrize(
    ("heading", "row", "place"),
    [
        ("learner_id", f"L-1,{CODE}", 1), ("", f"L-1,{CODE}", 1), ("id,code", f"L-1,{CODE}", 1), (f"L-1,{CODE}", f"L-1,{CODE}", 1),
        ("learner_id,personal_code,learner_id", f"L-1,{CODE},L-2", 1), ("learner_id,personal_code", f'L-1,"{CODE}', 2),
    ],
)  # fmt: skip
def test_a_file_that_is_none_is_refused_whole(heading: str, row: str, place: int, tmp_path: Path) -> None:
    error = refused(file_of(tmp_path, row, heading=heading))
    assert (error.code, error.place.row) == ("csv-invalid", place)
    assert in_clear(error, repr(error)) == []


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    assert refused(tmp_path / "nowhere.csv").code == "file-missing"
    file = tmp_path / "codes.example.csv"
    file.write_bytes(f"learner_id,personal_code\nL-1,{CODE}\n".encode("utf-16"))
    assert refused(file).code == "csv-invalid"


def test_a_code_that_is_handed_in_and_is_none_is_not_repeated() -> None:
    with pytest.raises(InvalidValue) as caught:
        tokens([claim()], codes={"L-1": [WRONG]})
    assert caught.value.code == "personal-code-invalid"
    assert in_clear(caught.value, repr(caught.value), caught.value.args) == []


def test_nothing_that_is_made_of_codes_shows_them(tmp_path: Path) -> None:
    codes = {"L-1": [CODE, NEW_CODE]}
    own = tokens([claim(receipts=[receipt("1")])], codes=codes)
    file = sent(tokens([claim()], codes=codes, sender=THEIRS), tmp_path)
    matches = compare(own, [file])
    identities = learner_identities("Līga", "Ozoliņa", child().birth_date, codes["L-1"])
    shown = [own, own.tokens, own.key, file, list(file.rows()), matches, identities, *(match.as_dict() for match in matches)]
    assert in_clear(*shown, *map(repr, shown), (tmp_path / file.name).read_text(encoding="utf-8")) == []
    assert in_clear(pickle.dumps(own.tokens)) == []
    assert {type(one) for one in identities} == {Identity}


def test_no_command_shows_or_keeps_them(pmp: Pmp, tmp_path: Path) -> None:
    KEY.write(tmp_path / "some.key")
    codes = file_of(tmp_path, f"L-1,{CODE}", f"L-1,{NEW_CODE}", f"L-2,{WRONG}")
    with register_of([claim()], target=tmp_path / "ours.sqlite"):
        pass
    sent(tokens([claim()], codes={"L-1": [CODE]}, sender=THEIRS), tmp_path)
    common = ("--register", tmp_path / "ours.sqlite", "--key-file", tmp_path / "some.key", "--sender", OURS, "--codes", codes)
    for json_too in ((), ("--json",)):
        made = pmp("exchange", "tokens", *common, "--out", tmp_path / "ours.jsonl", "--force", *json_too)
        compared = pmp("exchange", "compare", tmp_path / f"from-{THEIRS}.jsonl", *common, *json_too)
        asked = json.loads((tmp_path / "ours.jsonl").read_text(encoding="utf-8").splitlines()[1])["reference"]
        resolved = pmp("exchange", "resolve", asked, *common, *json_too)
        for ended in (made, compared, resolved):
            assert ended.returncode == 1
            assert "personal-code-invalid" in ended.stderr
            assert in_clear(ended.stdout, ended.stderr) == []
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.name.startswith("ours"))
    assert [code for code in ("311299", "31129920000", "399999") if code.encode() in kept] == []
