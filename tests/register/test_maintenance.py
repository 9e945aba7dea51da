"""Copies that are whole or not there, checks that find what is wrong and nothing else, and room that is made."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text

import pmp_storage_sql.plugin
from pmp_core.errors import InvalidValue, PmpError, RegisterError
from pmp_core.learners import Learner
from pmp_core.plugins import PluginSet
from pmp_core.register import Register, maintenance, tables
from pmp_core.register.collection import UnitOfWork
from pmp_core.register.keys import RegisterKey, RegisterKeys
from pmp_core.register.layer import Acting
from pmp_core.register.upkeep import Fault
from pmp_core.values import Actor
from pmp_storage_sql import open_storage

ACTOR = Actor(name="Ilze Kalna", role="plan-author")
PLUGINS = PluginSet([("sql", pmp_storage_sql.plugin)])
SERVERS = ("sqlite", "postgresql", "mariadb")
SECRET = "slepens-teksts"


def opened(target: Any, programme: str | None = None, **named: Any) -> Register:
    return Register.open(target, actor=ACTOR, programme=programme, plugins=PLUGINS, access="host", **named)


def dump(register: Register) -> dict[str, Any]:
    with register.unit_of_work(keep=False) as work:
        return {table.name: work.transaction.find(table) for table in tables.TABLES}


def dump_at(target: Any) -> dict[str, Any]:
    with opened(target) as register:
        return dump(register)


def error_of(call: Callable[[], object], kind: type[PmpError] = RegisterError) -> PmpError:
    with pytest.raises(kind) as caught:
        call()
    assert caught.value.remedy
    return caught.value


def said(path: Path, *statements: str) -> None:
    """Behind the library's back, and with no reference checked."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


@pytest.fixture(params=SERVERS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'made.sqlite'}"
        return
    pytest.importorskip({"postgresql": "psycopg", "mariadb": "pymysql"}[request.param])
    with request.getfixturevalue(request.param).database() as url:
        yield url


def test_a_backup_brings_back_every_row_from_every_kind_of_database(demo_file: Path, database: str, tmp_path: Path) -> None:
    whole = dump_at(demo_file)
    assert maintenance.restore(demo_file, database, plugins=PLUGINS) == sum(map(len, whole.values()))
    assert dump_at(database) == whole
    assert maintenance.check(database, plugins=PLUGINS) == []
    backup = tmp_path / "backup.sqlite"
    assert maintenance.back_up(database, backup, plugins=PLUGINS) == backup
    assert dump_at(backup) == whole
    assert maintenance.check(backup, plugins=PLUGINS) == []
    assert stat.S_IMODE(backup.stat().st_mode) & 0o077 == 0


def test_a_backup_is_one_file_and_leaves_nothing_beside(demo_copy: Path) -> None:
    with opened(demo_copy) as register:  # open, with its write-ahead log beside
        with register.unit_of_work() as work:
            work.learners.add(Learner(id="L-new", given_name="Anna", family_name="Ozola"))
        backup = maintenance.back_up(demo_copy, demo_copy.with_name("backup.sqlite"), plugins=PLUGINS)
        with closing(sqlite3.connect(backup)) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
            assert connection.execute("SELECT given_name FROM learners WHERE id = 'L-new'").fetchone() == ("Anna",)
    assert {file.name for file in demo_copy.parent.iterdir()} == {demo_copy.name, "backup.sqlite"}


def test_a_backup_is_of_one_moment_while_others_write(demo_file: Path, database: str, tmp_path: Path) -> None:
    maintenance.restore(demo_file, database, plugins=PLUGINS)
    stop = threading.Event()

    def write() -> None:
        with opened(database) as register:
            number = 0
            while not stop.is_set():
                number += 1
                with register.unit_of_work() as work:  # always two at once
                    work.learners.add_all(
                        Learner(id=f"L-{number}-{which}", given_name="Anna", family_name="Ozola") for which in "ab"
                    )

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            copy = maintenance.back_up(database, tmp_path / f"b{number}.sqlite", plugins=PLUGINS)
            with closing(sqlite3.connect(copy)) as connection:
                (added,) = connection.execute("SELECT count(*) FROM learners WHERE id LIKE 'L-%-a' OR id LIKE 'L-%-b'").fetchone()
            assert added % 2 == 0
    finally:
        stop.set()
        writer.join()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_register_in_memory_and_one_of_the_host_s_engine_is_copied_too(demo_file: Path, tmp_path: Path, database: str) -> None:
    engine = create_engine(make_url(database))
    maintenance.restore(demo_file, engine, plugins=PLUGINS)
    maintenance.back_up(engine, tmp_path / "b.sqlite", plugins=PLUGINS)
    assert dump_at(tmp_path / "b.sqlite") == dump_at(demo_file)
    assert maintenance.vacuum(engine, plugins=PLUGINS)
    assert maintenance.check(engine, plugins=PLUGINS) == []
    with engine.connect() as connection:
        connection.execute(text("PRAGMA foreign_keys=ON"))
        connection.commit()
        error = error_of(lambda: maintenance.back_up(connection, tmp_path / "c.sqlite", plugins=PLUGINS))
        assert error.code == "storage-unsupported"
    engine.dispose()
    assert not (tmp_path / "c.sqlite").exists()


def test_a_backup_replaces_no_file_and_makes_no_folder(demo_file: Path, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_bytes(b"somebody's")
    for file, code in ((taken, "file-exists"), (tmp_path / "no" / "b.sqlite", "folder-missing")):
        assert error_of(lambda file=file: maintenance.back_up(demo_file, file, plugins=PLUGINS), InvalidValue).code == code  # type: ignore[misc]
    assert error_of(lambda: maintenance.back_up(demo_file, tmp_path / ("b" * 300), plugins=PLUGINS)).code == "file-unwritable"
    assert [file.name for file in tmp_path.iterdir()] == ["taken"]
    assert taken.read_bytes() == b"somebody's"


def damaged(path: Path) -> Path:
    """With a page in the middle overwritten."""
    content = bytearray(path.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 4096] = b"\xff" * 4096
    path.write_bytes(content)
    return path


def test_a_damaged_register_is_found_and_its_copy_is_not_kept(demo_copy: Path) -> None:
    damaged(demo_copy)
    backup = demo_copy.with_name("b.sqlite")
    assert error_of(lambda: maintenance.back_up(demo_copy, backup, plugins=PLUGINS)).code == "storage-damaged"
    assert [file.name for file in demo_copy.parent.iterdir()] == [demo_copy.name]
    assert {fault.code for fault in maintenance.check(demo_copy, plugins=PLUGINS)} >= {"storage-damaged"}


def test_a_table_that_cannot_be_copied_whole_is_told(demo_file: Path, tmp_path: Path, postgresql: Any) -> None:
    with postgresql.database() as url:
        maintenance.restore(demo_file, url, plugins=PLUGINS)
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE learners ADD COLUMN shoe_size integer"))
        engine.dispose()
        error = error_of(lambda: maintenance.back_up(url, tmp_path / "b.sqlite", plugins=PLUGINS))
        assert (error.code, "shoe_size" in error.message) == ("schema-differs", True)
    assert list(tmp_path.iterdir()) == []


def test_a_backup_goes_into_an_empty_database_only(demo_file: Path, database: str) -> None:
    maintenance.restore(demo_file, database, plugins=PLUGINS)
    before = dump_at(database)
    error = error_of(lambda: maintenance.restore(demo_file, database, plugins=PLUGINS))
    assert error.code == "register-not-empty"
    assert dump_at(database) == before


def test_tables_without_rows_are_no_hindrance(demo_file: Path, database: str) -> None:
    storage = open_storage(database)
    storage.create(tables.TABLES)  # as an interrupted restoration leaves them
    storage.close()
    maintenance.restore(demo_file, database, plugins=PLUGINS)
    assert dump_at(database) == dump_at(demo_file)


def test_a_register_is_not_restored_into_itself(demo_copy: Path) -> None:
    before = dump_at(demo_copy)
    assert error_of(lambda: maintenance.restore(demo_copy, demo_copy, plugins=PLUGINS)).code == "register-not-empty"
    assert dump_at(demo_copy) == before


def test_what_breaks_off_in_a_restoration_leaves_no_register(demo_copy: Path, database: str) -> None:
    said(demo_copy, "UPDATE absences SET learner_id = 'L-nobody'")  # refused at the end, since nobody has that id
    assert error_of(lambda: maintenance.restore(demo_copy, database, plugins=PLUGINS)).code == "reference-missing"
    assert error_of(lambda: opened(database)).code == "register-without-programme"


@pytest.mark.parametrize(
    ("content", "code"), [(None, "file-missing"), (b"", "register-missing"), (b"names;marks", "storage-not-a-database")]
)
def test_a_file_that_is_no_backup_restores_nothing(tmp_path: Path, content: bytes | None, code: str) -> None:
    file, target = tmp_path / "b.sqlite", tmp_path / "r.sqlite"
    if content is not None:
        file.write_bytes(content)
    assert error_of(lambda: maintenance.restore(file, target, plugins=PLUGINS), PmpError).code == code
    assert not target.exists()


FAULTS = {
    "nothing": ((), []),
    "a reference that leads nowhere": (
        ("UPDATE enrolments SET institution_id = 'I-nobody' WHERE id = (SELECT min(id) FROM enrolments)",),
        [("reference-missing", "enrolments", True)],
    ),
    "a claim that cannot be": (
        (f"UPDATE claims SET last_day = '2000-01-01', kind = '{SECRET} !' WHERE id = (SELECT min(id) FROM claims)",),
        [("row-no-entity", "claims", True)],
    ),
    "a day that is none": (
        (f"UPDATE learners SET birth_date = '{SECRET}' WHERE id = (SELECT min(id) FROM learners)",),
        [("cell-unreadable", "learners", True)],
    ),
    "a truth that is none": (
        ("PRAGMA ignore_check_constraints = 1", "UPDATE plans SET released = 7 WHERE id = (SELECT min(id) FROM plans)"),
        [("storage-damaged", "", False), ("cell-unreadable", "plans", True)],
    ),
    "a number that is none": (
        (f"UPDATE claims SET items = '{SECRET}' WHERE id = (SELECT min(id) FROM claims)",),
        [("cell-unreadable", "claims", True)],
    ),
    "a plan that no longer holds its place": (
        ("UPDATE plans SET holds_place = NULL WHERE id = (SELECT min(id) FROM plans)",),
        [("row-derived-differs", "plans", True)],
    ),
    "an index that is missing": (("DROP INDEX ix_sessions_plan_id",), [("index-missing", "sessions", False)]),
    "a table that is missing": (("DROP TABLE marks",), [("schema-differs", "marks", False)]),
    "a column more": (("ALTER TABLE learners ADD COLUMN shoe_size INTEGER",), [("schema-differs", "learners", False)]),
    "another version of the programme": (
        ("UPDATE register_info SET value = 'f00' WHERE name = 'programme_hash'",),
        [("register-other-version", "register_info", False)],
    ),
    "an overlay that does not fit": (
        ("UPDATE overlays SET text = 'of: a newer form'",), [("register-overlay-unfit", "overlays", False)]
    ),
    "a programme that there is not": (
        ("UPDATE register_info SET value = 'lv-9' WHERE name = 'programme_id'",),
        [("programme-unknown", "register_info", False)],
    ),
    "an earlier schema": (
        ("UPDATE register_info SET value = '1' WHERE name = 'schema_version'",), [("register-older", "", False)]
    ),
}  # fmt: skip


@pytest.mark.parametrize(("statements", "found"), FAULTS.values(), ids=FAULTS)
def test_each_fault_is_found_where_it_is_and_nothing_else(
    demo_copy: Path, statements: tuple[str, ...], found: list[tuple[str, str, bool]]
) -> None:
    said(demo_copy, *statements)
    before = demo_copy.read_bytes()
    faults = maintenance.check(demo_copy, plugins=PLUGINS)
    assert [(fault.code, fault.table, bool(fault.key)) for fault in faults] == found
    assert not any(SECRET in str(fault) for fault in faults)
    assert demo_copy.read_bytes() == before


def test_every_row_that_is_no_entity_is_named(demo_copy: Path) -> None:
    said(demo_copy, "UPDATE enrolments SET last_day = '2000-01-01'")
    faults = maintenance.check(demo_copy, plugins=PLUGINS)
    with closing(sqlite3.connect(demo_copy)) as connection:
        ids = connection.execute("SELECT id FROM enrolments ORDER BY id").fetchall()
    assert [fault.key for fault in faults] == ids
    assert {(fault.code, fault.table, fault.what) for fault in faults} == {
        ("row-no-entity", "enrolments", "It is no Enrolment: as a whole (days-reversed).")
    }


def test_a_register_is_checked_with_its_keys(demo_copy: Path) -> None:
    assert maintenance.check(demo_copy, keys=RegisterKeys((RegisterKey.random(),)), plugins=PLUGINS) == []


def test_a_server_s_references_are_looked_at_too(demo_file: Path, postgresql: Any) -> None:
    with postgresql.database() as url:
        maintenance.restore(demo_file, url, plugins=PLUGINS)
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("SET LOCAL session_replication_role = replica"))  # as a wrong restoration does it
            connection.execute(text("UPDATE sessions SET plan_id = 'P-nobody' WHERE id = (SELECT min(id) FROM sessions)"))
            connection.execute(text("ALTER TABLE marks DROP CONSTRAINT fk_marks_learner_id"))
            connection.execute(
                text(
                    "ALTER TABLE marks ADD CONSTRAINT fk_marks_learner_id FOREIGN KEY (learner_id) REFERENCES learners (id) NOT VALID"
                )
            )
            first = connection.execute(text("SELECT min(id) FROM sessions")).scalar()
        engine.dispose()
        faults = maintenance.check(url, plugins=PLUGINS)
    assert faults == [
        Fault("schema-differs", "fk_marks_learner_id is not valid.", "marks"),
        Fault("reference-missing", "plan_id refers to no row of plans.", "sessions", (first,)),
    ]


def test_after_a_vacuum_the_rows_are_the_same_and_what_was_deleted_is_gone(demo_file: Path, database: str) -> None:
    maintenance.restore(demo_file, database, plugins=PLUGINS)
    with opened(database) as register:
        for keep in (True, False):
            # Beneath the history, which keeps what was there.
            with register.storage.begin() as transaction:
                work = UnitOfWork(transaction, Acting(register.actor))
                if keep:
                    work.learners.add_all(
                        Learner(id=f"L-x{number}", given_name=SECRET, family_name="Ozola" * 20) for number in range(3_000)
                    )
                else:
                    work.learners.remove(f"L-x{number}" for number in range(3_000))
        rows = dump(register)
    before, after = maintenance.vacuum(database, plugins=PLUGINS)
    assert after > 0
    assert dump_at(database) == rows
    if database.startswith("sqlite"):
        assert after < before
        path = Path(str(make_url(database).database))
        assert SECRET.encode() not in path.read_bytes()


def test_a_vacuum_waits_for_nobody_who_holds_the_register(demo_copy: Path) -> None:
    with closing(sqlite3.connect(demo_copy, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        error = error_of(lambda: maintenance.vacuum(f"sqlite:///{demo_copy}?timeout=0.1", plugins=PLUGINS))
        assert error.code == "storage-locked"
        other.execute("ROLLBACK")


def test_a_vacuum_tells_of_a_reader_who_keeps_what_was_deleted_in_the_file(demo_copy: Path) -> None:
    with opened(demo_copy) as register, register.unit_of_work() as work:
        work.learners.add(Learner(id="L-new", given_name="Anna", family_name="Ozola"))
    with closing(sqlite3.connect(demo_copy, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM learners").fetchone()
        error = error_of(lambda: maintenance.vacuum(f"sqlite:///{demo_copy}?timeout=0.1", plugins=PLUGINS))
        assert (error.code, error.found) == ("storage-locked", "somebody reads the file")
        other.execute("ROLLBACK")
    maintenance.vacuum(demo_copy, plugins=PLUGINS)


def test_a_login_that_sees_some_rows_only_makes_no_backup_of_them(demo_file: Path, tmp_path: Path, postgresql: Any) -> None:
    with postgresql.database() as url:
        maintenance.restore(demo_file, url, plugins=PLUGINS)
        login = f"few_{os.getpid()}"
        name = make_url(url).database
        assert name
        postgresql.say(
            f"CREATE ROLE {login} LOGIN",
            f"GRANT USAGE ON SCHEMA public TO {login}",
            f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {login}",
            "ALTER TABLE learners ENABLE ROW LEVEL SECURITY",
            f"CREATE POLICY few ON learners TO {login} USING (id < 'L-0010')",
            database=name,
        )
        try:
            own = make_url(url).set(username=login).render_as_string(hide_password=False)
            backup = tmp_path / "b.sqlite"
            assert error_of(lambda: maintenance.back_up(own, backup, plugins=PLUGINS)).code == "storage-forbidden"
            assert error_of(lambda: maintenance.check(own, plugins=PLUGINS)).code == "storage-forbidden"
            assert list(tmp_path.iterdir()) == []
            maintenance.back_up(url, backup, plugins=PLUGINS)
            assert dump_at(backup) == dump_at(demo_file)
        finally:
            postgresql.say(f"DROP OWNED BY {login}", f"DROP ROLE {login}", database=name)


@pytest.mark.parametrize(
    "call", [maintenance.check, maintenance.vacuum, lambda target, **named: maintenance.back_up(target, "b", **named)]
)
def test_where_there_is_no_register_nothing_is_done(tmp_path: Path, call: Callable[..., object]) -> None:
    assert error_of(lambda: call(tmp_path / "r.sqlite", plugins=PLUGINS)).code == "register-missing"
    assert list(tmp_path.iterdir()) in ([], [tmp_path / "r.sqlite"])
    shutil.rmtree(tmp_path)
