"""With keys an import keeps personal codes: encrypted, each once, several over time; without keys none."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from given_source import ALL_COVERED, CODE, FIRST, LAST, LATER, Given, items, learner, school, take

from pmp_core.errors import RegisterError
from pmp_core.loading import Programme
from pmp_core.plugins import PluginSet
from pmp_core.register import Register, tables
from pmp_core.register.keys import RegisterKey, RegisterKeys
from pmp_core.sources import ingest
from pmp_core.values import Actor, PersonalCode

KEYS = RegisterKeys([RegisterKey(bytes(range(32)))])
NEW, RANDOM = "161175-19997", "328673-00679"
Codes = list[tuple[str, date, str | None]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "register.sqlite"


@pytest.fixture
def keyed(file: Path, programme: Programme, plugins: PluginSet, actor: Actor) -> Iterator[Register]:
    """An empty register with keys, in a file."""
    with Register.open(file, programme=programme, actor=actor, plugins=plugins, access="host", keys=KEYS) as opened:
        yield opened


def sent(**codes: str | None) -> list[Any]:
    return items([school("S"), *(learner(key, personal_code=code) for key, code in codes.items())], *ALL_COVERED)


def id_of(register: Register, key: str) -> str:
    with register.unit_of_work() as work:
        row = work.transaction.get(tables.SOURCE_KEYS, ("given", "learner", key))
    assert row is not None
    return str(row["entity_id"])


def codes(register: Register, key: str) -> Codes:
    return [(one.code.reveal(), one.noted_on, one.source) for one in register.personal_codes_of(id_of(register, key))]


def test_codes_are_kept_with_the_learners_and_counted(keyed: Register) -> None:
    report = take(keyed, sent(A=CODE, B=None, C=RANDOM), FIRST)
    assert (report.personal_codes_kept, report.personal_codes_dropped, report.problems) == (2, 0, [])
    assert report.as_dict()["personal_codes_kept"] == 2
    assert codes(keyed, "A") == [(CODE, FIRST, "given")]
    assert codes(keyed, "B") == []
    assert codes(keyed, "C") == [(RANDOM, FIRST, "given")]


def test_what_is_read_again_is_kept_once_although_the_records_did_not_change(keyed: Register) -> None:
    take(keyed, sent(A=CODE), FIRST)
    report = take(keyed, sent(A=CODE), LATER)
    assert (report.changes, report.personal_codes_kept) == (0, 1)
    assert codes(keyed, "A") == [(CODE, FIRST, "given")]


def test_a_code_that_changed_stands_after_the_old_one_and_the_old_one_comes_back_no_more(keyed: Register) -> None:
    take(keyed, sent(A=CODE), FIRST)
    report = take(keyed, sent(A=NEW), LATER)
    assert report.counts["learner"].unchanged == 1  # a code is no part of the record that is compared
    take(keyed, sent(A=CODE), LAST)  # another export that is behind
    assert codes(keyed, "A") == [(CODE, FIRST, "given"), (NEW, LATER, "given")]
    for code in (CODE, NEW, NEW.replace("-", ""), PersonalCode(NEW)):
        assert keyed.find_by_personal_code(code) == (id_of(keyed, "A"),)


def test_an_export_without_codes_takes_none_away(keyed: Register) -> None:
    take(keyed, sent(A=CODE), FIRST)
    take(keyed, sent(A=None), LATER)
    assert codes(keyed, "A") == [(CODE, FIRST, "given")]


def test_a_child_whom_two_schools_sent_is_found_twice(keyed: Register) -> None:
    take(keyed, sent(A=CODE), FIRST)
    ingest(keyed, Given(sent(A=CODE), name="other"), on=LATER, new_institutions=True)
    found = keyed.find_by_personal_code(CODE)
    assert len(found) == 2
    assert id_of(keyed, "A") in found
    assert keyed.find_by_personal_code(RANDOM) == ()


def test_of_a_learner_who_was_refused_no_code_is_kept(keyed: Register) -> None:
    unborn = learner("B", birth_date=date(2023, 1, 1), personal_code=RANDOM)
    report = take(keyed, items([school("S"), learner("A", personal_code=CODE), unborn]), FIRST)
    assert (report.personal_codes_kept, report.personal_codes_dropped) == (1, 1)
    assert keyed.find_by_personal_code(RANDOM) == ()


def test_a_key_that_now_means_somebody_else_gives_nobody_that_code(keyed: Register) -> None:
    take(keyed, sent(A=CODE), FIRST)
    other = learner("A", given_name="Jānis", family_name="Bērziņš", birth_date=date(2009, 5, 5), personal_code=RANDOM)
    report = take(keyed, items([school("S"), other]), LATER)
    assert [problem.code for problem in report.problems] == ["learner-other-person"]
    assert (report.personal_codes_kept, report.personal_codes_dropped) == (0, 1)
    assert codes(keyed, "A") == [(CODE, FIRST, "given")]


def test_a_dry_run_keeps_no_code(keyed: Register) -> None:
    assert take(keyed, sent(A=CODE), FIRST, dry_run=True).personal_codes_kept == 1
    assert keyed.find_by_personal_code(CODE) == ()


def test_without_keys_codes_are_dropped_and_nothing_is_found(register: Register) -> None:
    report = take(register, sent(A=CODE), FIRST)
    assert (report.personal_codes_kept, report.personal_codes_dropped) == (0, 1)
    assert register.personal_codes_of(id_of(register, "A")) == ()
    with pytest.raises(RegisterError, match="register-keys-needed"):
        register.find_by_personal_code(CODE)


def test_codes_that_are_there_are_not_read_without_keys(
    keyed: Register, file: Path, programme: Programme, plugins: PluginSet, actor: Actor
) -> None:
    take(keyed, sent(A=CODE), FIRST)
    id = id_of(keyed, "A")
    with Register.open(file, programme=programme, actor=actor, plugins=plugins, access="host") as bare:
        with pytest.raises(RegisterError, match="register-keys-needed"):
            bare.personal_codes_of(id)
        assert take(bare, sent(A=CODE), LATER).personal_codes_dropped == 1  # and everything else goes on


def test_a_person_can_note_a_code_too(keyed: Register) -> None:
    take(keyed, sent(A=CODE), FIRST)
    id = id_of(keyed, "A")
    assert keyed.note_personal_code(id, NEW, on=LATER)
    assert not keyed.note_personal_code(id, PersonalCode(NEW), on=LAST)
    assert codes(keyed, "A") == [(CODE, FIRST, "given"), (NEW, LATER, None)]
    with pytest.raises(RegisterError, match="not-found"):
        keyed.note_personal_code("L-none", NEW, on=LATER)
    with pytest.raises(RegisterError, match="not-found"):
        keyed.personal_codes_of("L-none")


def test_a_kept_code_shows_itself_masked(keyed: Register) -> None:
    take(keyed, sent(A=CODE), FIRST)
    (kept,) = keyed.personal_codes_of(id_of(keyed, "A"))
    assert CODE not in repr(kept) + str(kept)
    assert "******-*****" in repr(kept)


def test_a_code_moved_to_another_learner_behind_the_register_s_back_is_not_taken_for_theirs(keyed: Register) -> None:
    take(keyed, sent(A=CODE, B=NEW), FIRST)
    with keyed.storage.begin() as beneath:
        one, two = beneath.find(tables.PERSONAL_CODES)
        beneath.update(tables.PERSONAL_CODES, {**one, "cipher": two["cipher"]})
    with pytest.raises(RegisterError, match="cell-damaged"):
        keyed.personal_codes_of(str(one["learner_id"]))


def test_no_code_lies_in_the_file_nor_a_hash_that_needs_no_key(keyed: Register, file: Path) -> None:
    take(keyed, sent(A=CODE, B=NEW, C=RANDOM), FIRST)
    take(keyed, sent(A=NEW, B=NEW, C=RANDOM), LATER)
    content = b"".join(path.read_bytes() for path in file.parent.iterdir())  # the write-ahead log too
    keyed.close()
    content += file.read_bytes()
    assert id_of_bytes(content)  # the search itself works
    for code in (CODE, NEW, RANDOM):
        for form in (code, code.replace("-", "")):
            assert form.encode() not in content
            for digest in (hashlib.sha256, hashlib.sha1, hashlib.md5):
                assert digest(form.encode()).hexdigest().encode() not in content
                assert digest(form.encode()).digest() not in content


def id_of_bytes(content: bytes) -> bool:
    return "Ž-A".encode() in content
