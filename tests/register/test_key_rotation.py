"""Changing keys: all of it in the end, some of it after a kill, and nothing lost in between."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from secret_rows import BOTH_KEYS, NEW, NEW_KEYS, OLD, OLD_KEYS, TODAY, beneath, bytes_of, fill, opened, row_of, rows_of

from pmp_core.errors import RegisterError
from pmp_core.learners import Learner
from pmp_core.register import Register, tables
from pmp_core.register.encryption import rewriting, rotation
from pmp_core.register.encryption.transaction import encryption_of
from pmp_core.register.keys import RegisterKey, RegisterKeys
from pmp_core.register.schema import Row

CODES = ("161175-19997", "328673-00679")
LEARNERS = 5


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a register lies with a row in every table, everything encrypted, and codes of two learners; lots are small."""
    monkeypatch.setattr(rewriting, "BATCH", 2)
    path = tmp_path / "register.sqlite"
    with opened(path, OLD_KEYS) as register:
        register.encrypt(names=True, notes=True)
        filled(register)
    return path


def filled(register: Register) -> None:
    fill(register)
    with register.unit_of_work() as work:
        work.learners.add_all([Learner(id=f"L-{n}", given_name="Anna", family_name=f"Ozola {n}") for n in range(LEARNERS)])
    for n in range(LEARNERS):
        register.note_personal_code(f"L-{n}", CODES[0], on=TODAY)
    register.note_personal_code("L-1", CODES[1], on=TODAY)


def codes_of(register: Register) -> list[list[str]]:
    return [[kept.code.reveal() for kept in register.personal_codes_of(f"L-{n}")] for n in range(LEARNERS)]


KEPT = [[CODES[0]], [CODES[0], CODES[1]], *([[CODES[0]]] * (LEARNERS - 2))]


def said(register: Register) -> Any:
    return rows_of(register), codes_of(register), register.find_by_personal_code(CODES[1])


def test_afterwards_the_new_key_alone_reads_everything_and_the_old_one_nothing(file: Path) -> None:
    with opened(file, BOTH_KEYS) as register:
        before, told = said(register), []
        done = register.rotate_keys(progress=lambda done, total: told.append((done, total)))
        assert said(register) == before
        assert (done.key_id, done.codes, done.still_needed) == (NEW.id, LEARNERS + 1, ())
        assert done.cells >= 30
        assert told[-1][0] == told[-1][1] > 20
    with opened(file, NEW_KEYS) as register:
        assert said(register) == before
        assert codes_of(register) == KEPT
        again = register.rotate_keys()
        assert (again.cells, again.codes, again.seals) == (0, 0, 0)
    with pytest.raises(RegisterError, match="register-key-unknown"):
        opened(file, OLD_KEYS)
    with closing(sqlite3.connect(file)) as database:
        database.execute("VACUUM")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert f"enc:1:{NEW.id}".encode() in bytes_of(file)


def test_wherever_it_is_killed_both_keys_read_it_and_the_next_run_goes_on(file: Path) -> None:
    with opened(file, BOTH_KEYS) as register:
        before, runs, finished = said(register), 0, False
        while not finished:
            try:
                done = register.rotate_keys(progress=_stopping_at(2 + runs * 6))
                finished = True
            except KeyboardInterrupt:
                runs += 1
                assert said(register) == before
                with pytest.raises(RegisterError, match="register-key-unknown"):
                    opened(file, OLD_KEYS)
        assert runs >= 3
        assert done.still_needed == ()
    with opened(file, NEW_KEYS) as register:
        assert said(register) == before


def _stopping_at(last: int) -> Callable[[int, int], None]:
    """Progress that is killed after so many lots."""
    lots = count(1)

    def stop(done: int, total: int) -> None:
        if next(lots) == last:
            raise KeyboardInterrupt

    return stop


def test_what_was_killed_in_the_middle_lies_there_with_both_keys(file: Path) -> None:
    with opened(file, BOTH_KEYS) as register:

        def stop(done: int, total: int) -> None:
            if done > total // 2:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            register.rotate_keys(progress=stop)
        ids = {str(cell).split(":")[2] for cells in beneath(register).values() for cell in cells if cell is not None}
    assert ids == {OLD.id, NEW.id}


def test_a_key_that_is_not_handed_in_is_told_before_anything_is_written(file: Path) -> None:
    third = RegisterKeys([RegisterKey(bytes(32)), *NEW_KEYS.all])
    with pytest.raises(RegisterError, match="register-key-unknown"):
        opened(file, third)


def test_codes_of_a_key_that_is_not_there_stop_the_change(tmp_path: Path) -> None:
    with opened(tmp_path / "register.sqlite", OLD_KEYS) as register:
        filled(register)
        codes = codes_of(register)
    with opened(tmp_path / "register.sqlite", NEW_KEYS) as register:
        with pytest.raises(RegisterError) as told:
            register.rotate_keys()
        assert (told.value.code, told.value.found) == ("register-key-unknown", OLD.id)
    with opened(tmp_path / "register.sqlite", BOTH_KEYS) as register:
        assert codes_of(register) == codes
        done = register.rotate_keys()
        assert (done.cells, done.codes) == (0, LEARNERS + 1)  # nothing else is encrypted here
        assert codes_of(register) == codes


def test_whoever_has_only_the_old_key_writes_nothing_more(file: Path) -> None:
    with opened(file, OLD_KEYS) as behind:
        with opened(file, BOTH_KEYS) as register:
            register.rotate_keys()
        with pytest.raises(RegisterError, match="register-key-unknown"), behind.unit_of_work() as work:
            work.learners.add(Learner(id="L-9", given_name="Anna", family_name="Ozola"))
        with pytest.raises(RegisterError, match="register-key-unknown"):
            behind.note_personal_code("L-0", CODES[1], on=TODAY)


def test_a_trial_changes_no_key(file: Path) -> None:
    with opened(file, BOTH_KEYS, trial=True) as trial:
        done = trial.rotate_keys()
        assert done.cells > 0
        assert done.still_needed == (OLD.id,)
    with opened(file, OLD_KEYS) as register:
        assert codes_of(register) == KEPT


def _seal(key: RegisterKey, row: Row) -> str:
    return key.seal("a-test", f"{row['kind']} {row['entity_id']}".encode()).hex()


def test_seals_are_made_anew_where_they_are_right_and_left_where_they_are_not(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(rotation.SEALS, tables.HISTORY_HEADS.name, _seal)
    head = {**row_of(tables.HISTORY_HEADS), "key_id": OLD.id}
    good, wrong, bare = ({**head, "entity_id": f"L-{name}"} for name in ("good", "wrong", "bare"))
    lost = {**head, "entity_id": "L-lost", "key_id": "0" * 16, "seal": "X"}
    rows = [{**good, "seal": _seal(OLD, good)}, {**wrong, "seal": _seal(OLD, good)}, {**bare, "seal": None, "key_id": None}, lost]
    with opened(file, BOTH_KEYS) as register:
        with register.unit_of_work() as work:
            encryption_of(work.transaction).insert(tables.HISTORY_HEADS, rows)
        done = register.rotate_keys()
        with register.unit_of_work(keep=False) as work:
            found = {row["entity_id"]: row for row in work.transaction.find(tables.HISTORY_HEADS, {"kind": head["kind"]})}
    assert found["L-good"] == {**good, "key_id": NEW.id, "seal": _seal(NEW, good)}
    assert [found["L-wrong"], found["L-bare"], found["L-lost"]] == rows[1:]
    assert done.seals > 1  # and those of what the register itself wrote
    assert {OLD.id, "0" * 16} <= set(done.still_needed)


@pytest.fixture(params=["postgresql", "mariadb"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database on a server."""
    with request.getfixturevalue(request.param).database() as url:
        yield url


def test_a_server_s_database_is_encrypted_changed_to_another_key_and_decrypted(url: str) -> None:
    with opened(url, OLD_KEYS) as register:
        filled(register)
        before = said(register)
        register.encrypt(names=True, notes=True)
        assert said(register) == before
    with opened(url, BOTH_KEYS) as register:
        assert register.rotate_keys().still_needed == ()
        assert said(register) == before
        found = beneath(register)["learners", "family_name"]
        assert all(str(cell).startswith(f"enc:1:{NEW.id}:") for cell in found)
    with opened(url, NEW_KEYS) as register:
        register.decrypt(names=True, notes=True)
        assert said(register) == before
        assert f"Ozola {LEARNERS - 1}" in beneath(register)["learners", "family_name"]
