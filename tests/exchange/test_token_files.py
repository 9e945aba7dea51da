"""The file of tokens: written whole, read whole, and refused in each way in which it can be broken."""

from __future__ import annotations

import json
import stat
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from municipalities import CODE, FIRST, KEY, KINDS, LAST, MADE_ON, THEIRS, claim, receipt, sent, tokens
from vectors_page import sealed

from pmp_core.errors import InvalidValue, RegisterError
from pmp_core.exchange import ExchangeKey, FileHeader, OwnTokens, TokenFile, compare, write_token_file
from pmp_core.values import DayRange

Change = Callable[[list[str]], list[str]]


@pytest.fixture(scope="module")
def own() -> OwnTokens:
    claims = [claim(receipts=[receipt("1")]), claim("C-2", kind=KINDS[1])]
    return tokens(claims, codes={"L-1": [CODE]}, sender=THEIRS, period=DayRange(FIRST, LAST))


@pytest.fixture
def file(own: OwnTokens, tmp_path: Path) -> Path:
    path = tmp_path / "from-them.jsonl"
    write_token_file(path, own, made_on=MADE_ON)
    return path


def lines_of(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines(keepends=True)


def refused(file: Path, key: ExchangeKey = KEY) -> InvalidValue:
    with pytest.raises(InvalidValue) as caught:
        list(TokenFile(file, key).rows())
    return caught.value


def test_what_is_written_is_read(own: OwnTokens, file: Path) -> None:
    received = TokenFile(file, KEY)
    rows = list(received.rows())
    assert [(row.token, row.type) for row in rows] == [(one.token, one.type) for one in own.tokens]
    assert [row.row for row in rows] == list(range(2, len(rows) + 2))
    assert received.header == FileHeader(
        key_id=KEY.id, sender=THEIRS, programme="lv-8.3.4", first_day=FIRST, last_day=LAST, made_on=MADE_ON, count=31
    )
    assert repr(received) == "<TokenFile from-them.jsonl from PARAUG2, 31 tokens>"


def test_the_digest_is_as_the_page_says(file: Path) -> None:
    head, *rows = (json.loads(line) for line in lines_of(file))
    digest = head.pop("digest")
    parts = [part for row in rows for part in (row["token"], row["type"], row["reference"])]
    assert digest == "hmac-sha256:" + sealed("pmp-core/double-funding/file/v1", json.dumps(head, sort_keys=True), *parts)


def test_the_same_tokens_make_the_same_file(own: OwnTokens, file: Path, tmp_path: Path) -> None:
    write_token_file(tmp_path / "again.jsonl", own, made_on=MADE_ON)
    assert (tmp_path / "again.jsonl").read_bytes() == file.read_bytes()


def test_nothing_in_the_file_tells_a_claim_a_kind_or_a_day(own: OwnTokens, file: Path) -> None:
    rows = "".join(lines_of(file)[1:])
    told = {"C-1", "C-2", "L-1", *KINDS, *(str(one.day) for one in own.tokens), "Ozoli", "311299", "satiksme"}
    assert [one for one in told if one in rows] == []


def test_a_token_that_two_claims_have_is_written_once(tmp_path: Path) -> None:
    both = tokens([claim(), claim("C-2")], sender=THEIRS)
    assert (len(both.tokens), sent(both, tmp_path).header.count) == (20, 10)


def test_a_file_without_tokens_is_a_file(tmp_path: Path) -> None:
    empty = sent(tokens([], sender=THEIRS), tmp_path)
    assert (list(empty.rows()), empty.header.first_day, empty.header.last_day) == ([], None, None)


def test_a_file_that_is_there_is_replaced_only_if_that_is_asked(own: OwnTokens, file: Path) -> None:
    file.write_text("mine", encoding="utf-8")
    with pytest.raises(InvalidValue) as caught:
        write_token_file(file, own, made_on=MADE_ON)
    assert (caught.value.code, file.read_text(encoding="utf-8")) == ("file-exists", "mine")
    write_token_file(file, own, made_on=MADE_ON, replace=True)
    assert TokenFile(file, KEY).header.count == 31


@pytest.mark.parametrize(("where", "code"), [("nowhere/x.jsonl", "folder-missing"), ("", "file-exists")])
def test_a_place_that_cannot_be_written_is_told_and_left_as_it_was(where: str, code: str, own: OwnTokens, tmp_path: Path) -> None:
    with pytest.raises(InvalidValue) as caught:
        write_token_file(tmp_path / where, own, made_on=MADE_ON, replace=True)
    assert caught.value.code == code
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_the_disk_refuses_is_told(own: OwnTokens, tmp_path: Path) -> None:
    with pytest.raises(RegisterError) as caught:
        write_token_file(tmp_path / ("x" * 300), own, made_on=MADE_ON)
    assert caught.value.code == "file-unwritable"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="files have no such mode there")
def test_the_file_is_for_its_owner(file: Path) -> None:
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def row_with(number: int, **fields: Any) -> Change:
    """A line of the file with other fields; 0 is the header."""

    def change(lines: list[str]) -> list[str]:
        told = {**json.loads(lines[number]), **fields}
        written = json.dumps({name: value for name, value in told.items() if value is not ...})
        return [*lines[:number], written + "\n", *lines[number + 1 :]]

    return change


ROW, ALTERED, UNREADABLE = "exchange-row-malformed", "exchange-file-altered", "exchange-file-unreadable"
BROKEN: dict[str, tuple[Change, str, int | None]] = {
    "empty": (lambda lines: [], UNREADABLE, 1),
    "no JSON": (lambda lines: ["token,type\n", *lines], UNREADABLE, 1),
    "no object": (lambda lines: ["[1]\n", *lines], UNREADABLE, 1),
    "nested too deeply": (lambda lines: ["[" * 100_000 + "\n"], UNREADABLE, 1),
    "no UTF-8": (lambda lines: ["\udcff\n", *lines], UNREADABLE, 1),
    "another format": (row_with(0, format="something"), UNREADABLE, 1),
    "without its header": (lambda lines: lines[1:], UNREADABLE, 1),
    "header cut": (lambda lines: [lines[0][:60]], UNREADABLE, 1),
    "header without a digest": (row_with(0, digest=...), UNREADABLE, 1),
    "header with another field": (row_with(0, more=1), UNREADABLE, 1),
    "header with a wrong sender": (row_with(0, sender="Rīga"), UNREADABLE, 1),
    "header with a wrong day": (row_with(0, made_on="9.1.2023"), UNREADABLE, 1),
    "header with reversed days": (row_with(0, last_day="2022-10-02"), UNREADABLE, 1),
    "another version": (row_with(0, version=2), "exchange-file-version", 1),
    "without a version": (row_with(0, version=...), "exchange-file-version", 1),
    "another key's": (row_with(0, key_id="0123456789abcdef"), "exchange-key-other", 1),
    "another sender": (row_with(0, sender="PARAUG9"), ALTERED, None),
    "another programme": (row_with(0, programme="lv-4.2.3.1"), ALTERED, None),
    "another digest": (row_with(0, digest=f"hmac-sha256:{'0' * 64}"), ALTERED, None),
    "a digest that is too short": (row_with(0, digest="hmac-sha256:00"), ALTERED, None),
    "a digest with other letters": (row_with(0, digest="hmac-sha256:ā"), ALTERED, None),
    "a digest that is no text at all": (row_with(0, digest="\udc80"), ALTERED, None),
    "cut between rows": (lambda lines: lines[:10], "exchange-file-truncated", 10),
    "cut within a row": (lambda lines: [*lines[:10], lines[10][:40]], "exchange-file-truncated", 10),
    "cut after the header": (lambda lines: lines[:1], "exchange-file-truncated", 1),
    "a row left out": (lambda lines: [*lines[:5], *lines[6:]], "exchange-file-truncated", 31),
    "a count that is too small": (row_with(0, count=30), ALTERED, None),
    "a row more": (lambda lines: [*lines, lines[-1].replace(json.loads(lines[-1])["token"], "f" * 64)], ALTERED, None),
    "a row twice": (lambda lines: [*lines[:5], lines[4], *lines[5:]], ROW, 6),
    "rows in another order": (lambda lines: [*lines[:4], lines[5], lines[4], *lines[6:]], ROW, 6),
    "no row": (lambda lines: [*lines[:4], "x\n", *lines[4:]], ROW, 5),
    "a last line that is none": (lambda lines: [*lines, "x"], ROW, 33),
    "a row without a type": (row_with(7, type=...), ROW, 8),
    "a row with another field": (row_with(7, kind="catering"), ROW, 8),
    "a row of an unknown type": (row_with(7, type="e-mail"), ROW, 8),
    "a row of another type": (row_with(7, type="receipt-digest"), ALTERED, None),
    "a token that is too short": (row_with(7, token="ab"), ROW, 8),
    "a token in capitals": (row_with(7, token="AB" * 32), ROW, 8),
    "a token that is no text": (row_with(7, token=7), ROW, 8),
    "another reference": (row_with(7, reference="23456789ABCD"), ALTERED, None),
    "a reference that is too short": (row_with(7, reference="ABC"), ROW, 8),
    "a reference with other letters": (row_with(7, reference="23456789ABCO"), ROW, 8),
    "a reference that is no text at all": (row_with(7, reference="\udc80"), ROW, 8),
    "no reference": (row_with(7, reference=""), ROW, 8),
    "a reference that is a personal code": (row_with(7, reference=CODE), ROW, 8),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_file_is_refused_with_its_code_and_place(how: str, file: Path) -> None:
    change, code, row = BROKEN[how]
    changed = change(lines_of(file))
    file.write_text("".join(changed), encoding="utf-8", errors="surrogateescape")
    error = refused(file)
    assert (error.code, error.place.file, error.place.row) == (code, "from-them.jsonl", row)
    assert error.remedy
    assert "311299" not in str(error)


def test_a_file_of_another_key_names_both(file: Path) -> None:
    other = ExchangeKey(b"another key, of thirty-two bytes")
    error = refused(file, other)
    assert (error.code, error.found, other.id in error.remedy) == ("exchange-key-other", KEY.id, True)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert refused(tmp_path / "nowhere.jsonl").code == "file-missing"


def test_nothing_is_said_of_a_file_that_is_broken_at_its_end(own: OwnTokens, file: Path) -> None:
    file.write_text("".join(lines_of(file)[:-1]), encoding="utf-8")
    ours = tokens([claim()], codes={"L-1": [CODE]})
    with pytest.raises(InvalidValue) as caught:
        compare(ours, [TokenFile(file, KEY)])
    assert caught.value.code == "exchange-file-truncated"


@pytest.mark.parametrize("end", ["\r\n", "\n\n", ""])
def test_what_the_mail_does_to_the_ends_of_lines_breaks_nothing(end: str, file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    changed = text.removesuffix("\n") if end == "" else text.replace("\n", end)
    file.write_bytes(b"\xef\xbb\xbf" + changed.encode())
    assert len(list(TokenFile(file, KEY).rows())) == 31


def test_the_day_of_the_file_is_given_and_read_from_no_clock(own: OwnTokens, tmp_path: Path) -> None:
    assert write_token_file(tmp_path / "x.jsonl", own, made_on=date(1999, 1, 1)).made_on == date(1999, 1, 1)
