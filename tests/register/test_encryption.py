"""A register that encrypts names and notes: it says the same, and its file does not."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from secret_rows import (
    BOTH_KEYS,
    NEW_KEYS,
    OLD_KEYS,
    SECRETS,
    beneath,
    bytes_of,
    fill,
    opened,
    row_in,
    row_of,
    rows_of,
    secret,
)

from pmp_core import demo_register
from pmp_core.errors import InvalidValue, RegisterError
from pmp_core.learners import Learner
from pmp_core.register import Register, tables
from pmp_core.register.encryption import rewriting
from pmp_core.register.encryption.columns import columns_of
from pmp_core.register.encryption.transaction import encryption_of
from pmp_core.register.keys import RegisterKeys
from pmp_core.reports import plan_document
from pmp_core.statistics import overview

ANNA = Learner(id="L-1", given_name="Annaķīna", family_name="Ozoliņuša")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a register lies."""
    return tmp_path / "register.sqlite"


@pytest.fixture
def filled(file: Path) -> Iterator[Register]:
    """A register with a row in every table, in clear."""
    with opened(file, OLD_KEYS) as register:
        fill(register)
        yield register


def vacuumed(file: Path) -> bytes:
    with closing(sqlite3.connect(file)) as database:
        database.execute("VACUUM")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return bytes_of(file)


def found(content: bytes) -> set[tuple[str, str]]:
    """The cells whose sentence stands in a file."""
    return {place for text, place in SECRETS.items() if text.encode() in content}


CHOICES: list[dict[str, Any]] = [{"names": True}, {"notes": True}, {"names": True, "notes": True}]


@pytest.mark.parametrize("choice", CHOICES)
def test_what_is_chosen_is_encrypted_in_every_table_and_read_as_before(
    filled: Register, file: Path, choice: dict[str, bool]
) -> None:
    before = rows_of(filled)
    assert found(vacuumed(file)) == set(SECRETS.values())
    done = filled.encrypt(**choice)
    assert done.choice == filled.encrypted() == tuple(choice)
    assert done.rows >= len(columns_of(frozenset(choice)))  # type: ignore[arg-type]
    assert rows_of(filled) == before
    for table in (tables.HISTORY, tables.HISTORY_VIEWS):
        assert row_in(filled, table) == row_of(table)
    hidden = {(table, column) for table, columns in columns_of(frozenset(choice)).items() for column in columns}  # type: ignore[arg-type]
    filled.close()
    assert found(vacuumed(file)) == set(SECRETS.values()) - hidden
    with opened(file, OLD_KEYS) as again:
        assert rows_of(again) == before
        lying = beneath(again)
        assert all(str(cell).startswith("enc:1:") for place in hidden for cell in lying[place] if cell is not None)
        assert all(secret(*place) in lying[place] for place in set(lying) - hidden)


def test_a_choice_grows_shrinks_and_is_taken_back(filled: Register) -> None:
    before, clear = rows_of(filled), beneath(filled)
    assert filled.encrypt(names=True).choice == ("names",)
    one = beneath(filled)
    assert filled.encrypt(notes=True).choice == ("names", "notes")
    both = beneath(filled)
    for place in (("plan_versions", "document"), ("learners", "given_name")):  # what was encrypted already is left alone
        assert one[place] == both[place]
    assert filled.encrypt(names=True, notes=True).rows == 0
    assert filled.decrypt(names=True).choice == ("notes",)
    assert beneath(filled)["learners", "given_name"] == clear["learners", "given_name"]
    assert beneath(filled)["plan_versions", "document"] == both["plan_versions", "document"]
    assert filled.decrypt(names=True, notes=True).choice == ()
    assert rows_of(filled) == before
    for place, cells in clear.items():
        assert cells <= beneath(filled)[place]
    assert filled.decrypt(notes=True).rows == 0


def test_many_rows_are_written_in_lots_and_the_count_is_told(filled: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewriting, "BATCH", 2)
    with filled.unit_of_work() as work:
        work.learners.add_all([ANNA.changed(id=f"L-{number}") for number in range(7)])
        problem = row_of(tables.SOURCE_PROBLEMS)
        layer = encryption_of(work.transaction)
        layer.insert(tables.SOURCE_PROBLEMS, [{**problem, "source": s, "number": n} for s in "XYZ" for n in (2, 3)])
    before, told = rows_of(filled), []
    filled.encrypt(names=True, progress=lambda done, total: told.append((done, total)))
    assert rows_of(filled) == before
    lying = beneath(filled)
    assert len(lying["learners", "given_name"]) == 8
    assert len(lying["source_problems", "found"]) == 7
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1] >= 15


def test_what_is_written_later_never_lies_there_in_clear(file: Path) -> None:
    with opened(file, OLD_KEYS) as register:
        register.encrypt(names=True, notes=True)
        fill(register)
        with register.unit_of_work() as work:
            kept = work.learners.add(ANNA)
            work.learners.put(kept.changed(middle_name="Vidusķīna"))
            assert [one.id for one in work.learners.find(given_name="Annaķīna", order=("-family_name",))] == ["L-1"]
        content = bytes_of(file)  # without any vacuum, the write-ahead log too
    content += bytes_of(file)
    assert found(content) == set()
    assert not any(name.encode() in content for name in ("Annaķīna", "Ozoliņuša", "Vidusķīna"))


def test_the_demo_says_the_same_with_everything_encrypted() -> None:
    with demo_register() as plain, demo_register() as hidden:
        hidden.setup = evolve(hidden.setup, keys=OLD_KEYS)
        hidden.encrypt(names=True, notes=True)
        assert rows_of(hidden) == rows_of(plain)
        assert overview(hidden, "state").lines == overview(plain, "state").lines
        documents = [plan_document(one, "P-0001", language="en").as_dict() for one in (hidden, plain)]
        assert documents[0] == documents[1]


def test_nothing_chosen_is_nothing_to_do(filled: Register) -> None:
    for act in (filled.encrypt, filled.decrypt):
        with pytest.raises(InvalidValue, match="encryption-unchosen"):
            act()


@pytest.mark.parametrize("act", [lambda r: r.encrypt(names=True), lambda r: r.decrypt(notes=True), lambda r: r.rotate_keys()])
def test_without_keys_nothing_is_encrypted(file: Path, act: Callable[[Register], object]) -> None:
    with opened(file, None) as register, pytest.raises(RegisterError, match="register-keys-needed"):
        act(register)


@pytest.mark.parametrize(
    ("keys", "code"), [(None, "register-keys-needed"), (NEW_KEYS, "register-key-unknown"), (BOTH_KEYS, None), (OLD_KEYS, None)]
)
def test_an_encrypted_register_is_opened_with_its_keys_only(
    filled: Register, file: Path, keys: RegisterKeys | None, code: str | None
) -> None:
    filled.encrypt(notes=True)
    filled.close()
    if code is None:
        with opened(file, keys) as again:
            assert again.encrypted() == ("notes",)
        return
    with pytest.raises(RegisterError) as told:
        opened(file, keys)
    assert told.value.code == code


def test_a_register_that_was_decrypted_opens_without_keys(filled: Register, file: Path) -> None:
    filled.encrypt(names=True)
    filled.decrypt(names=True)
    filled.close()
    with opened(file, None) as again:
        assert rows_of(again)["learners"][0]["given_name"] == secret("learners", "given_name")


def test_whoever_has_it_open_without_keys_is_told_when_it_is_encrypted(filled: Register, file: Path) -> None:
    with opened(file, None) as other:
        filled.encrypt(names=True)
        with pytest.raises(RegisterError, match="register-keys-needed"), other.unit_of_work() as work:
            work.learners.add(ANNA)


def test_a_damaged_cell_stops_decryption_and_nothing_is_changed(filled: Register, file: Path) -> None:
    filled.encrypt(names=True)
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE learners SET family_name = 'Ozola' WHERE id = 'X'")
    before = beneath(filled)
    with pytest.raises(RegisterError, match="cell-damaged"):
        filled.decrypt(names=True)
    assert beneath(filled) == before
    assert filled.encrypted() == ("names",)


@pytest.mark.parametrize("encrypted", [False, True])
def test_what_is_broken_off_leaves_everything_as_it_was(filled: Register, encrypted: bool) -> None:
    if encrypted:
        filled.encrypt(names=True)
    before = beneath(filled)

    def stop(done: int, total: int) -> None:
        if done > total // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        (filled.decrypt if encrypted else filled.encrypt)(names=True, progress=stop)
    assert beneath(filled) == before
    assert filled.encrypted() == (("names",) if encrypted else ())


def test_a_trial_encrypts_nothing(filled: Register, file: Path) -> None:
    with opened(file, OLD_KEYS, trial=True) as trial:
        assert trial.encrypt(names=True).choice == ("names",)
        assert trial.encrypted() == ()
    assert filled.encrypted() == ()


def test_adopting_a_programme_keeps_the_choice(filled: Register, file: Path) -> None:
    filled.encrypt(names=True)
    filled.close()
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE register_info SET value = 'another' WHERE name = 'programme_hash'")
    with opened(file, OLD_KEYS, adopt_programme=True) as again:
        assert again.encrypted() == ("names",)
