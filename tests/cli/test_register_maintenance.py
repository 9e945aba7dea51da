"""`pmp register migrate`, `check`, `backup`, `restore` and `vacuum`."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from commands import Pmp, answer, said

EXAMPLE = Path(__file__).parents[1] / "register" / "register-of-0.1.0.example.sql"


@pytest.fixture
def released(tmp_path: Path) -> Path:
    """A register as 0.1.0 made it."""
    made = tmp_path / "school.sqlite"
    with closing(sqlite3.connect(made)) as connection, connection:
        connection.executescript(EXAMPLE.read_text(encoding="utf-8"))
    return made


def test_a_register_of_the_first_release_is_migrated_and_worked_with(pmp: Pmp, released: Path) -> None:
    refused = pmp("plans", "list", "--register", released)
    assert refused.returncode == 1
    assert "pmp register migrate" in refused.stderr
    before = answer(pmp, "register", "migrate", "--register", released, "--adopt-programme")
    backup = released.with_name("school.sqlite.before-migration")
    assert before == {"before": 1, "after": before["after"], "backup": str(backup)}
    assert [plan["id"] for plan in answer(pmp, "plans", "list", "--register", released)] == ["P-1"]
    assert answer(pmp, "register", "check", "--register", released) == []
    again = said(pmp, "register", "migrate", "--register", released)
    assert "nothing was changed" in again
    new = released.with_name("again.sqlite")
    assert answer(pmp, "register", "restore", backup, "--register", new)[0]["register"] == str(new)
    told = said(pmp, "register", "migrate", "--register", new, "--no-backup")
    assert "had schema 1 and has schema" in told
    assert "No backup was made." in told


def test_the_backup_goes_where_it_is_told_to(pmp: Pmp, released: Path) -> None:
    backup = released.with_name("before.sqlite")
    assert f"As it was before: {backup}" in said(pmp, "register", "migrate", "--register", released, "--backup", backup)
    assert backup.is_file()


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--register", "nowhere.sqlite"), "register-missing"),
        (("--register", "REGISTER", "--backup", "b", "--no-backup"), "option-invalid"),
        (("--register", "postgresql://host/register"), "option-invalid"),
    ],
)
def test_wrong_use_of_the_migration(pmp: Pmp, released: Path, options: tuple[str, ...], code: str) -> None:
    before = released.read_bytes()
    ended = pmp("register", "migrate", *(released if word == "REGISTER" else word for word in options))
    assert (ended.returncode, f"[{code}]" in ended.stderr) == (2, True)
    assert released.read_bytes() == before


def test_a_fault_ends_the_check_with_1_and_is_named(pmp: Pmp, demo_copy: Path) -> None:
    with closing(sqlite3.connect(demo_copy)) as connection, connection:
        (enrolment,) = connection.execute("SELECT min(id) FROM enrolments").fetchone()
        connection.execute("UPDATE enrolments SET institution_id = 'I-nobody' WHERE id = ?", (enrolment,))
    ended = pmp("register", "check", "--register", demo_copy)
    assert ended.returncode == 1
    for told in ("reference-missing", "enrolments", enrolment):
        assert told in ended.stdout


def test_a_copy_and_room(pmp: Pmp, demo_copy: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup.sqlite"
    (made,) = answer(pmp, "register", "backup", backup, "--register", demo_copy)
    assert made == {"file": str(backup), "bytes": backup.stat().st_size}
    (room,) = answer(pmp, "register", "vacuum", "--register", demo_copy)
    assert room["bytes after"] == demo_copy.stat().st_size
    full = pmp("register", "restore", backup, "--register", demo_copy)
    assert (full.returncode, "[register-not-empty]" in full.stderr) == (1, True)
    assert pmp("register", "backup", backup, "--register", demo_copy).returncode == 2
