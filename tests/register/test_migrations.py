"""Registers of earlier schemas: they are migrated whole, with a backup, and lose nothing; newer ones are refused."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, insert, inspect, make_url, text
from sqlalchemy import column as sql_column
from sqlalchemy import table as sql_table

import pmp_storage_sql.plugin
from pmp_core import hooks
from pmp_core.errors import InvalidValue, PmpError, ProgrammeMismatch, RegisterError
from pmp_core.hooks import StorageKind
from pmp_core.plugins import PluginSet
from pmp_core.register import Register, maintenance, tables
from pmp_core.register.memory import MemoryStorage
from pmp_core.values import Actor
from pmp_storage_sql import open_storage
from pmp_storage_sql.copying import as_they_are
from pmp_storage_sql.migrating import scripts
from pmp_storage_sql.migrations.steps import Steps

EXAMPLE = Path(__file__).parent / "register-of-0.1.0.example.sql"
ACTOR = Actor(name="Ilze Kalna", role="plan-author")
PLUGINS = PluginSet([("sql", pmp_storage_sql.plugin)])
NOW = tables.SCHEMA_VERSION
SERVERS = ("sqlite", "postgresql", "mariadb")


def opened(target: Any, programme: str | None = None, **named: Any) -> Register:
    return Register.open(target, actor=ACTOR, programme=programme, plugins=PLUGINS, access="host", **named)


def error_of(call: Callable[[], object], kind: type[PmpError] = RegisterError) -> PmpError:
    with pytest.raises(kind) as caught:
        call()
    assert caught.value.remedy
    return caught.value


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def names_in(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]


def rows_in(path: Path, names: list[str]) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(path)) as connection:
        return {name: connection.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall() for name in names}


def set_info(path: Path, name: str, value: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE register_info SET value = ? WHERE name = ?", (value, name))


def dump(register: Register) -> dict[str, Any]:
    with register.unit_of_work(keep=False) as work:
        return {table.name: work.transaction.find(table) for table in tables.TABLES}


@pytest.fixture
def released(tmp_path: Path) -> Path:
    """A register as 0.1.0 made it: an invented learner with a plan, a session, a decided claim and an evaluation."""
    made = tmp_path / "0.1.0.sqlite"
    with closing(sqlite3.connect(made)) as connection, connection:
        connection.executescript(EXAMPLE.read_text(encoding="utf-8"))
    return made


@pytest.fixture(params=SERVERS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'made.sqlite'}"
        return
    pytest.importorskip({"postgresql": "psycopg", "mariadb": "pymysql"}[request.param])
    with request.getfixturevalue(request.param).database() as url:
        yield url


def with_connection(url: str, work: Callable[[Connection], Any]) -> Any:
    engine = create_engine(make_url(url))
    try:
        with engine.begin() as connection:
            return work(connection)
    finally:
        engine.dispose()


def make_schema(url: str, version: int) -> None:
    """The tables of a schema, made by the scripts alone."""

    def make(connection: Connection) -> None:
        steps = Steps(connection)
        for number in range(1, version + 1):
            scripts().get_revision(str(number)).module.upgrade(steps)
        info = sql_table("register_info", sql_column("name"), sql_column("value"))
        made = {"schema_version": str(version), "programme_id": "lv-8.3.4", "programme_hash": "0" * 64}
        connection.execute(insert(info), [{"name": name, "value": value} for name, value in made.items()])

    with_connection(url, make)


def shape_of(connection: Connection) -> dict[str, Any]:
    """All that a database says of its tables, but the order of the columns."""
    inspector, dialect = inspect(connection), connection.dialect

    def checks(name: str) -> set[tuple[Any, str]]:
        said = inspector.get_check_constraints(name)
        return {(check["name"], re.sub(r"[\s`\"()]", "", check["sqltext"])) for check in said}

    return {
        name: {
            "columns": {
                (c["name"], c["type"].compile(dialect), c["nullable"], str(c.get("default"))) for c in inspector.get_columns(name)
            },
            "key": (inspector.get_pk_constraint(name)["constrained_columns"], inspector.get_pk_constraint(name)["name"]),
            "unique": {(u["name"], tuple(u["column_names"])) for u in inspector.get_unique_constraints(name)},
            "references": {(f["name"], *f["constrained_columns"], f["referred_table"]) for f in inspector.get_foreign_keys(name)},
            "indexes": {(str(i["name"]), tuple(i["column_names"]), i["unique"]) for i in inspector.get_indexes(name)},
            "checks": checks(name),
        }
        for name in inspector.get_table_names()
    }


def test_there_is_a_script_for_each_schema_and_the_last_one_makes_this_library_s() -> None:
    assert scripts().get_current_head() == str(NOW)
    assert [script.revision for script in scripts().walk_revisions()] == [str(number) for number in range(NOW, 0, -1)]


def test_the_first_script_makes_what_0_1_0_made(released: Path, tmp_path: Path) -> None:
    def said(path: Path) -> dict[str, str]:
        with closing(sqlite3.connect(path)) as connection:
            asked = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"
            return {name: " ".join(sql.split()) for name, sql in connection.execute(asked)}

    make_schema(f"sqlite:///{tmp_path / 'made.sqlite'}", 1)
    assert said(tmp_path / "made.sqlite") == said(released)


@pytest.mark.parametrize("version", range(1, NOW + 1))
def test_a_migrated_register_has_the_tables_that_a_new_one_has(
    database: str, version: int, request: pytest.FixtureRequest
) -> None:
    make_schema(database, version)
    done = maintenance.migrate(database, backup=None, plugins=PLUGINS)
    assert done == maintenance.Migrated(version, NOW, None)
    migrated = with_connection(database, shape_of)
    with_connection(database, drop_all)
    opened(database, "lv-8.3.4").close()
    assert migrated == with_connection(database, shape_of)


def drop_all(connection: Connection) -> None:
    names = inspect(connection).get_table_names()
    preparer = connection.dialect.identifier_preparer
    if connection.dialect.name == "mariadb":
        connection.execute(text("SET foreign_key_checks = 0"))
    for name in names:
        cascade = " CASCADE" if connection.dialect.name == "postgresql" else ""
        connection.execute(text(f"DROP TABLE {preparer.quote(name)}{cascade}"))
    if connection.dialect.name == "mariadb":
        connection.execute(text("SET foreign_key_checks = 1"))


@pytest.mark.parametrize("named", [{}, {"adopt_programme": True}, {"trial": True}, {"trial": True, "adopt_programme": True}])
def test_a_register_of_an_earlier_schema_is_left_as_it_is_until_it_is_migrated(released: Path, named: dict[str, bool]) -> None:
    before = digest(released)
    error = error_of(lambda: opened(released, **named))
    assert (error.code, error.found) == ("register-older", "schema 1")
    assert "pmp register migrate" in error.remedy
    assert digest(released) == before


def test_a_storage_without_migrations_adopts_an_earlier_schema_as_it_did(monkeypatch: pytest.MonkeyPatch) -> None:
    storage = MemoryStorage()
    monkeypatch.setattr(storage, "close", lambda: None)
    plugins = PluginSet([("shelf", shelf(storage))])

    def open_it(**named: Any) -> Register:
        return Register.open("shelf://here", actor=ACTOR, programme="lv-8.3.4", plugins=plugins, access="host", **named)

    open_it().close()
    with storage.begin() as tx:
        tx.update(tables.REGISTER_INFO, {"name": "schema_version", "value": "1"})
    error = error_of(open_it)
    assert (error.code, "adopt_programme" in error.remedy) == ("register-older", True)
    open_it(adopt_programme=True).close()
    open_it().close()
    for call in (
        lambda: maintenance.check("shelf://here", plugins=plugins),
        lambda: maintenance.vacuum("shelf://here", plugins=plugins),
    ):
        assert error_of(call).code == "storage-unsupported"


def shelf(storage: MemoryStorage) -> Any:
    def register(register: Callable[[StorageKind], None]) -> None:
        register(StorageKind(name="shelf", title="A shelf", schemes=("shelf",), open=lambda _: storage))

    return SimpleNamespace(pmp_register_storages=hooks.implementation(register))


def check_nothing_lost(register: Register) -> None:
    with register.unit_of_work(keep=False) as work:
        plan, [session], [evaluation] = work.plans.get("P-1"), work.sessions.find(), work.evaluations.find()
        assert (plan.status, plan.institution_on(plan.last_day), len(plan.steps)) == ("in-progress", "I-1", 5)
        assert session.attended
        assert evaluation.risks[0].signal is None
        assert work.learners.get("L-1").family_name == "Ķīšļūž-Ņēģe"
        assert len(register.programme.pack.overlays) == 1


def test_a_register_of_0_1_0_is_migrated_with_a_backup_and_loses_nothing(released: Path, tmp_path: Path) -> None:
    names = names_in(released)
    before, bytes_before = rows_in(released, names), digest(released)
    backup = tmp_path / "before.sqlite"
    done = maintenance.migrate(released, backup=backup, plugins=PLUGINS)
    assert done == maintenance.Migrated(1, NOW, backup)
    assert rows_in(backup, names) == before
    assert names_in(backup) == names
    after = rows_in(released, names)
    assert before.pop("register_info") != after.pop("register_info")
    for name, kept in before.items():
        assert [row[: len(kept[i])] for i, row in enumerate(after[name])] == kept, name  # new columns stand at the end
        assert all(cell is None for i, row in enumerate(after[name]) for cell in row[len(kept[i]) :])
    error = error_of(lambda: opened(released), ProgrammeMismatch)
    assert error.code == "register-other-version"  # the law is another matter than the tables
    with opened(released, adopt_programme=True) as register:
        check_nothing_lost(register)
    with opened(released) as again:
        assert again.take_plan_step("P-1", "close", on=date(2023, 5, 29)).status == "closed"
    assert bytes_before != digest(released)
    assert maintenance.check(released, plugins=PLUGINS) == []


@pytest.mark.parametrize("version", [2, 3])
def test_rows_of_a_schema_that_was_never_released_stay_as_they_are(demo_file: Path, tmp_path: Path, version: int) -> None:
    path = tmp_path / "r.sqlite"
    make_schema(f"sqlite:///{path}", version)
    with opened(demo_file) as demo:
        whole = dump(demo)
    storage = open_storage(path)
    with_connection(f"sqlite:///{path}", lambda connection: connection.execute(text("DELETE FROM register_info")))
    found = with_connection(f"sqlite:///{path}", lambda connection: as_they_are(connection, tables.TABLES))
    kept = {table.name: [{name: row[name] for name in table.names} for row in whole[table.name]] for table in found}
    with storage.begin() as tx:
        for table in found:
            tx.insert(table, kept[table.name])
        tx.update(tables.REGISTER_INFO, {"name": "schema_version", "value": str(version)})
    storage.close()
    assert maintenance.migrate(path, backup=tmp_path / "b.sqlite", plugins=PLUGINS).before == version
    with opened(path) as register:
        after = dump(register)
    for table in tables.TABLES:
        if table.name.startswith("history"):  # it begins when the register is first opened
            continue
        was = kept.get(table.name, [])
        assert len(after[table.name]) == len(was), table.name
        for row, before in zip(after[table.name], was, strict=True):
            if table is not tables.REGISTER_INFO:
                assert row == {**dict.fromkeys(table.names), **before}, table.name
    assert sum(map(len, kept.values())) > 200
    assert maintenance.check(path, plugins=PLUGINS) == []


def test_the_register_of_0_1_0_moves_to_a_server_and_is_migrated_there(released: Path, database: str, tmp_path: Path) -> None:
    rows = maintenance.restore(released, database, plugins=PLUGINS)
    assert rows == sum(map(len, rows_in(released, names_in(released)).values()))
    backup = tmp_path / "before.sqlite"
    assert maintenance.migrate(database, backup=backup, plugins=PLUGINS).before == 1
    names = names_in(released)
    assert rows_in(backup, names) == rows_in(released, names)
    with opened(database, adopt_programme=True) as register:
        check_nothing_lost(register)
        there = dump(register)
    with_connection(database, drop_all)
    maintenance.restore(backup, database, plugins=PLUGINS)
    maintenance.migrate(database, backup=None, plugins=PLUGINS)
    with opened(database, adopt_programme=True) as register:
        again = dump(register)
    for name in names:
        assert again[name] == there[name], name


def test_a_register_of_this_schema_is_left_as_it_is_and_needs_no_backup(tmp_path: Path) -> None:
    path, backup = tmp_path / "r.sqlite", tmp_path / "b.sqlite"
    opened(path, "lv-8.3.4").close()
    before = digest(path)
    assert maintenance.migrate(path, backup=backup, plugins=PLUGINS) == maintenance.Migrated(NOW, NOW, None)
    assert not backup.exists()
    assert digest(path) == before


def test_a_newer_register_is_neither_migrated_nor_copied_nor_checked(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite"
    opened(path, "lv-8.3.4").close()
    set_info(path, "schema_version", str(NOW + 1))
    before = digest(path)
    for call in (
        lambda: maintenance.migrate(path, backup=None, plugins=PLUGINS),
        lambda: maintenance.back_up(path, tmp_path / "b.sqlite", plugins=PLUGINS),
        lambda: maintenance.restore(path, tmp_path / "n.sqlite", plugins=PLUGINS),
        lambda: maintenance.check(path, plugins=PLUGINS),
        lambda: maintenance.vacuum(path, plugins=PLUGINS),
    ):
        error = error_of(call)
        assert (error.code, error.found) == ("register-newer", str(NOW + 1))
    assert digest(path) == before
    assert not (tmp_path / "b.sqlite").exists()


@pytest.mark.parametrize(("found", "code"), [("0", "migration-missing"), (None, "register-missing")])
def test_a_schema_that_no_script_comes_from_is_told(released: Path, found: str | None, code: str) -> None:
    if found is None:
        with closing(sqlite3.connect(released)) as connection, connection:
            connection.execute("DELETE FROM register_info")
    else:
        set_info(released, "schema_version", found)
    before = digest(released)
    assert error_of(lambda: maintenance.migrate(released, backup=None, plugins=PLUGINS)).code == code
    assert digest(released) == before


@pytest.mark.parametrize("there", ["nothing", "another table"])
def test_where_there_is_no_register_nothing_is_migrated(tmp_path: Path, there: str) -> None:
    path = tmp_path / "r.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE other (id TEXT)" if there == "another table" else "SELECT 1")
    assert error_of(lambda: maintenance.migrate(path, backup=None, plugins=PLUGINS)).code == "register-missing"
    storage = open_storage(path)
    assert error_of(lambda: storage.migrate(tables.TABLES, NOW)).code == "register-missing"
    storage.close()


def test_without_its_backup_nothing_is_migrated(released: Path, tmp_path: Path) -> None:
    taken = tmp_path / "taken.sqlite"
    taken.write_bytes(b"somebody's")
    before = digest(released)
    for backup, code in ((taken, "file-exists"), (tmp_path / "no" / "b.sqlite", "folder-missing")):
        error = error_of(lambda backup=backup: maintenance.migrate(released, backup=backup, plugins=PLUGINS), InvalidValue)  # type: ignore[misc]
        assert error.code == code
    assert taken.read_bytes() == b"somebody's"
    assert digest(released) == before


def in_the_way(connection: Connection) -> None:
    """A table of the last schema's that is not as described, so that the very end of the migration finds it."""
    connection.execute(text("CREATE TABLE erasures (id INTEGER PRIMARY KEY)"))


def test_a_migration_that_breaks_off_leaves_the_register_as_it_was_or_goes_on(database: str) -> None:
    make_schema(database, 1)
    with_connection(database, in_the_way)
    before = with_connection(database, shape_of)
    error = error_of(lambda: maintenance.migrate(database, backup=None, plugins=PLUGINS))
    if database.startswith("mariadb"):
        assert error.code == "migration-unfinished"
        assert "pmp register restore" in error.remedy
    else:
        assert error.code == "schema-differs"
        assert with_connection(database, shape_of) == before
    with_connection(database, lambda connection: connection.execute(text("DROP TABLE erasures")))
    maintenance.migrate(database, backup=None, plugins=PLUGINS)
    assert [fault.code for fault in maintenance.check(database, plugins=PLUGINS)] == ["register-other-version"]


def test_a_column_of_somebody_s_own_is_told_before_anything_is_changed(database: str) -> None:
    make_schema(database, 1)
    with_connection(database, lambda connection: connection.execute(text("ALTER TABLE learners ADD COLUMN shoe_size INTEGER")))
    before = with_connection(database, shape_of)
    error = error_of(lambda: maintenance.migrate(database, backup=None, plugins=PLUGINS))
    assert (error.code, "shoe_size" in error.message) == ("schema-differs", True)
    assert with_connection(database, shape_of) == before


def test_a_migration_inside_a_host_s_transaction_is_undone_with_it(released: Path) -> None:
    before = with_connection(f"sqlite:///{released}", shape_of)
    engine = create_engine(f"sqlite:///{released}")
    with engine.connect() as connection:
        connection.execute(text("PRAGMA foreign_keys=ON"))
        connection.commit()
        done = maintenance.migrate(connection, backup=None, plugins=PLUGINS)
        assert done.after == NOW
        connection.rollback()
    engine.dispose()
    assert with_connection(f"sqlite:///{released}", shape_of) == before


def test_who_comes_second_finds_it_done(database: str) -> None:
    make_schema(database, 1)
    first, second = open_storage(database), open_storage(database)
    assert [storage.migrate(tables.TABLES, NOW) for storage in (first, second)] == [1, NOW]
    first.close()
    second.close()
