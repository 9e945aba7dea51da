"""`pmp import`: exports through a mapping into a register, dry and for good."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from commands import Pmp

from pmp_core.demo import sample_school
from pmp_core.errors import masked
from pmp_core.loading import load_programme
from pmp_core.register import Register
from pmp_core.values import Actor

Dump = dict[str, list[dict[str, Any]]]
MAPPING = """\
name: our-school
files:
  learners:
    match: pupils*.csv
    delimiter: ','
    fields: {id: Id, given: Given, family: Family, born: {column: Born, optional: true}, code: {column: Code, optional: true}}
    records:
      - kind: institution
        fields: {key: {constant: S}, name: {constant: Skola}}
      - kind: learner
        fields: {key: id, given_name: given, family_name: family, birth_date: born, personal_code: code, institution_key: {constant: S}}
"""
STAYS = """\
  enrolments:
    match: stays.csv
    delimiter: ','
    fields: {id: Id}
    records:
      - kind: enrolment
        fields: {learner_key: id, institution_key: {constant: S}, track: {constant: general}, level: {constant: '7'},
                 first_day: {constant: '2022-09-01'}}
"""
PUPILS = "Id,Given,Family\nA,Ērika,Kalna\nB,Jānis,Kalns\n"
CODES = ("010203-12345", "32867300679")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a mapping and an export."""
    (tmp_path / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "pupils.csv").write_text(PUPILS, encoding="utf-8")
    return tmp_path


def with_stays(place: Path, pupils: int, more: str = "") -> None:
    """A mapping of pupils and their enrolments, and exports of so many."""
    (place / "mapping.yaml").write_text(MAPPING + STAYS, encoding="utf-8")
    rows = "".join(f"P-{i},Anna,Kalna\n" for i in range(pupils))
    (place / "pupils.csv").write_text(f"Id,Given,Family\n{rows}{more}", encoding="utf-8")
    (place / "stays.csv").write_text("Id\n" + "".join(f"P-{i}\n" for i in range(pupils)), encoding="utf-8")


def imported(pmp: Pmp, place: Path, *options: str, programme: bool = True) -> CompletedProcess[str]:
    of = ("--programme", "lv-8.3.4") if programme else ()
    return pmp(
        "import",
        "pupils.csv",
        "--mapping",
        "mapping.yaml",
        "--register",
        "r.sqlite",
        "--on",
        "2022-10-03",
        *of,
        *options,
        cwd=place,
    )


def counts(ended: CompletedProcess[str], what: str) -> dict[str, int]:
    told = json.loads(ended.stdout)["counts"]
    return {kind: of[what] for kind, of in told.items() if of[what]}


def code_of(ended: CompletedProcess[str]) -> tuple[int, str]:
    assert ended.stdout == ""
    return ended.returncode, json.loads(ended.stderr)["error"]["code"]


def test_a_dry_run_over_no_register_leaves_no_file_behind(pmp: Pmp, place: Path) -> None:
    ended = imported(pmp, place, "--dry-run", "--json")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert json.loads(ended.stdout)["dry_run"] is True
    assert counts(ended, "added") == {"institution": 1, "learner": 2}
    assert sorted(path.name for path in place.iterdir()) == ["mapping.yaml", "pupils.csv"]
    assert "A dry run: nothing was kept." in imported(pmp, place, "--dry-run").stdout


def test_a_dry_run_over_no_register_at_a_url_leaves_no_file_behind(pmp: Pmp, place: Path) -> None:
    ended = imported(pmp, place, "--dry-run", "--json", "--register", f"sqlite:///{place / 'new.sqlite'}")
    assert (ended.returncode, counts(ended, "added")) == (0, {"institution": 1, "learner": 2})
    assert sorted(path.name for path in place.iterdir()) == ["mapping.yaml", "pupils.csv"]


def test_each_school_has_a_name_of_its_own(pmp: Pmp, place: Path) -> None:
    assert imported(pmp, place).returncode == 0
    mapping = MAPPING.replace("key: {constant: S}", "key: {constant: T}").replace(
        "institution_key: {constant: S}", "institution_key: {constant: T}"
    )
    (place / "mapping.yaml").write_text(mapping, encoding="utf-8")
    (place / "pupils.csv").write_text("Id,Given,Family\nA,Ērika,Kalna\n", encoding="utf-8")
    ended = imported(pmp, place, "--json")
    assert code_of(ended) == (1, "source-other-school")
    assert "--name" in json.loads(ended.stderr)["error"]["remedy"]
    named = imported(pmp, place, "--json", "--name", "second-school")
    assert (json.loads(named.stdout)["source"], counts(named, "added")) == ("second-school", {"institution": 1, "learner": 1})
    assert imported(pmp, place, "--json", "--new-institutions", "--dry-run").returncode == 0


def test_a_dry_run_keeps_nothing_a_real_one_all_and_a_second_one_changes_nothing(
    pmp: Pmp, place: Path, dump_of: Callable[[Register], Dump]
) -> None:
    def kept() -> Dump:
        with Register.open(place / "r.sqlite", actor=Actor(name="T", role="plan-author"), access="host") as register:
            return dump_of(register)

    real = imported(pmp, place, "--json")
    assert (real.returncode, counts(real, "added")) == (0, {"institution": 1, "learner": 2})
    first = kept()
    assert [row["given_name"] for row in first["learners"]] in (["Ērika", "Jānis"], ["Jānis", "Ērika"])
    again = imported(pmp, place, "--json", programme=False)
    assert (again.returncode, counts(again, "unchanged")) == (0, {"institution": 1, "learner": 2})
    assert kept() == first
    (place / "pupils.csv").write_text(PUPILS + "C,Līga,Ozola\n", encoding="utf-8")
    dry = imported(pmp, place, "--json", "--dry-run", programme=False)
    assert (dry.returncode, counts(dry, "added")) == (0, {"learner": 1})
    assert kept() == first
    assert counts(imported(pmp, place, "--json", programme=False), "added") == {"learner": 1}
    assert len(kept()["learners"]) == 3


def test_refused_rows_end_with_1_and_are_told_with_file_row_and_column(pmp: Pmp, place: Path) -> None:
    (place / "pupils.csv").write_text("Id,Given,Family,Born\nA,Ērika,Kalna,31.02.2010\nB,Jānis,Kalns,\n", encoding="utf-8")
    ended = imported(pmp, place, "--json")
    assert (ended.returncode, ended.stderr) == (1, "")
    (problem,) = json.loads(ended.stdout)["problems"]
    assert (problem["code"], problem["file"], problem["row"], problem["column"]) == ("day-invalid", "pupils.csv", 2, "Born")
    assert (counts(ended, "added"), counts(ended, "refused")) == ({"institution": 1, "learner": 1}, {"learner": 1})
    for_people = imported(pmp, place)
    assert for_people.returncode == 1
    assert "[day-invalid]" in for_people.stdout
    assert "(pupils.csv, row 2, column 'Born')" in for_people.stdout


def test_what_is_held_back_is_told(pmp: Pmp, place: Path) -> None:
    with_stays(place, 5)
    assert imported(pmp, place, "stays.csv").returncode == 0
    with_stays(place, 4, ",Zane,Zīle\n")
    ended = imported(pmp, place, "stays.csv")
    assert (ended.returncode, ended.stderr) == (1, "")
    assert "Nothing of these kinds was withdrawn, since some refused rows could not be told apart: learner." in ended.stdout


def test_the_sample_school_refuses_the_dirty_rows(pmp: Pmp, tmp_path: Path) -> None:
    folder = sample_school()
    ended = pmp(
        "import", "--mapping", folder / "mapping.yaml", "--folder", folder, "--register", "r.sqlite", "--programme", "lv-8.3.4",
        "--overlay", folder / "rates.example.yaml", "--on", "2023-01-04", "--json", cwd=tmp_path,
    )  # fmt: skip
    assert ended.returncode == 1
    assert counts(ended, "added") == {"institution": 2, "learner": 121, "enrolment": 121, "absence": 1490, "mark": 637}
    assert len(json.loads(ended.stdout)["problems"]) == 12
    with Register.open(tmp_path / "r.sqlite", actor=Actor(name="T", role="plan-author"), access="host") as register:
        assert register.programme.hash == load_programme("lv-8.3.4", overlays=[folder / "rates.example.yaml"]).hash


def test_too_many_withdrawn_stops_and_can_be_allowed(pmp: Pmp, place: Path) -> None:
    with_stays(place, 10)
    assert counts(imported(pmp, place, "stays.csv", "--json"), "added")["enrolment"] == 10
    with_stays(place, 6)
    assert code_of(imported(pmp, place, "stays.csv", "--json")) == (1, "withdrawal-too-large")
    ended = imported(pmp, place, "stays.csv", "--json", "--most-withdrawn", "0.4")
    assert (ended.returncode, counts(ended, "withdrawn")) == (0, {"learner": 4, "enrolment": 4})


@pytest.mark.parametrize(
    ("text", "row"),
    [("name: x\nfiles: 5\n", 2), ("name: [\n", 2), ("nmae: x\n", 1), (MAPPING.replace("given: Given", "given: [5]"), 6)],
)
def test_a_bad_mapping_is_told_with_file_and_row_and_makes_no_register(pmp: Pmp, place: Path, text: str, row: int) -> None:
    (place / "mapping.yaml").write_text(text, encoding="utf-8")
    ended = imported(pmp, place, "--json")
    error = json.loads(ended.stderr)["error"]
    assert (ended.returncode, ended.stdout) == (1, "")
    assert (error["place"]["file"], error["place"]["row"]) == ("mapping.yaml", row)
    assert not (place / "r.sqlite").exists()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file-empty"),
        (b"Id,Given\nA,B\n", "column-missing"),
        (b"PK\x03\x04 no workbook", "file-kind-wrong"),
        (b"Id,Given,Family\nA,\xff\xfe\x81\x00,C\n", None),
        (b'Id,Given,Family\n"A,B,C\n', None),
    ],
)
def test_a_bad_file_is_told_by_name_and_nothing_is_taken(pmp: Pmp, place: Path, content: bytes, code: str | None) -> None:
    (place / "pupils.csv").write_bytes(content)
    ended = imported(pmp, place, "--json")
    error = json.loads(ended.stderr)["error"]
    assert (ended.returncode, ended.stdout) == (1, "")
    assert code in (None, error["code"])
    assert error["place"]["file"] == "pupils.csv"
    assert sorted(path.name for path in place.iterdir()) == ["mapping.yaml", "pupils.csv"]  # no register was made


def test_a_file_the_mapping_does_not_know_is_told_with_what_it_knows(pmp: Pmp, place: Path) -> None:
    (place / "other.txt").write_text(PUPILS, encoding="utf-8")
    ended = imported(pmp, place, "other.txt")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("[file-unknown]")
    assert "pupils*.csv" in ended.stderr


def test_another_version_of_the_programme_is_adopted_only_when_told_to(pmp: Pmp, place: Path) -> None:
    rates = str(sample_school() / "rates.example.yaml")
    assert imported(pmp, place).returncode == 0
    assert code_of(imported(pmp, place, "--overlay", rates, "--json")) == (1, "register-other-version")
    assert imported(pmp, place, "--overlay", rates, "--adopt-programme").returncode == 0
    with Register.open(place / "r.sqlite", actor=Actor(name="T", role="plan-author"), access="host") as register:
        assert [overlay.name for overlay in register.programme.pack.overlays] == ["rates.example.yaml"]


def test_personal_codes_in_a_file_appear_nowhere(pmp: Pmp, place: Path) -> None:
    text = f"Id,Given,Family,Born,Code\nA,Ērika,Kalna,,{CODES[0]}\nB,Jānis,Kalns,,{CODES[1]}\nC,Līga,Ozola,{CODES[0]},\n"
    text += f"{CODES[0]},Zane,Zīle,,\nD,Toms,Egle,,{CODES[0]}9\n"
    (place / "pupils.csv").write_text(text, encoding="utf-8")
    ended = [imported(pmp, place, *options) for options in (("--dry-run",), (), ("--json",))]
    assert json.loads(ended[2].stdout)["personal_codes_dropped"] == 2
    assert "2 personal codes were read and not kept" in ended[1].stdout
    shown = [pmp(*command, "--register", "r.sqlite", "--json", cwd=place)
             for command in (("stats",), ("risks", "suggest", "--semester", "2022/23-1"))]  # fmt: skip
    for one in (*ended, *shown):
        told = one.stdout + one.stderr
        assert told
        assert masked(told) == told
        assert not [code for code in CODES if code in told or code.replace("-", "") in told]
    stored = b"".join(path.read_bytes() for path in place.glob("r.sqlite*"))
    assert b"Kalna" in stored
    assert not [code for code in CODES if code.encode() in stored or code.replace("-", "").encode() in stored]
