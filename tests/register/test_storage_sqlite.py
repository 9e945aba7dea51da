"""What only a database can do or suffer: files, hosts' engines and connections, and failures with stable codes."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine, event, text

from pmp_core.errors import NotUnique, PluginError, RegisterError
from pmp_core.plugins import PluginSet
from pmp_core.register.schema import Column, ColumnType, Reference, Row, Table
from pmp_storage_sql import SqlStorage, open_storage
from pmp_storage_sql.transaction import SqlTransaction

SCHOOLS = Table(
    "schools", (Column("id", ColumnType.TEXT), Column("name", ColumnType.TEXT, nullable=True)), key=("id",), unique=(("name",),)
)
PLACES = Table(
    "places",
    (Column("id", ColumnType.TEXT), Column("school", ColumnType.TEXT), Column("open", ColumnType.BOOLEAN)),
    key=("id",),
    references=(Reference(("school",), "schools"),),
)
TABLES = (PLACES, SCHOOLS)
ROW: Row = {"id": "s", "name": "Pļaviņas"}
SECRET: Row = {"id": "s", "name": "secret name"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "register.sqlite"


@pytest.fixture
def storage(path: Path) -> Iterator[SqlStorage]:
    storage = open_storage(f"sqlite:///{path}?timeout=0.2")
    storage.create(TABLES)
    yield storage
    storage.close()


def legacy(engine: Engine) -> None:
    """The driver as it comes, foreign keys on."""
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys=ON").close())


def recipe(engine: Engine) -> None:
    """SQLAlchemy's recipe for real transactions."""
    legacy(engine)
    event.listen(engine, "connect", lambda connection, _: setattr(connection, "isolation_level", None))
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))


@pytest.fixture(params=[legacy, recipe])
def host(request: pytest.FixtureRequest, path: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{path}")
    request.param(engine)
    yield engine
    engine.dispose()


def rows_in(path: Path, table: str = "schools") -> int:
    connection = sqlite3.connect(path)
    try:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    finally:
        connection.close()


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(RegisterError) as caught:
        call()
    assert caught.value.remedy
    return caught.value.code


def fail_after(storage: SqlStorage, work: Callable[[SqlTransaction], object]) -> None:
    with storage.begin() as tx:
        work(tx)
        raise LookupError


def test_the_plug_in_is_found_by_its_entry_point() -> None:
    kind = PluginSet.load(["sql"]).storage("sqlite")
    assert kind.name == "sql"
    storage = kind.open("sqlite://")
    assert storage.name == "sqlite"
    storage.close()
    with pytest.raises(PluginError):
        PluginSet.load(["sql"]).storage("oracle")


def test_a_file_is_read_again_after_reopening(storage: SqlStorage, path: Path) -> None:
    with storage.begin() as tx:
        tx.insert(SCHOOLS, [ROW])
    storage.close()
    again = open_storage(f"sqlite:///{path}")
    with again.begin() as tx:  # without create, too
        assert tx.find(SCHOOLS) == [ROW]
    again.create(TABLES)
    with again.begin() as tx:
        assert tx.find(SCHOOLS) == [ROW]
    again.close()
    assert [file.name for file in path.parent.iterdir()] == ["register.sqlite"]  # the write-ahead log was taken in


def test_the_settings_are_as_documented(storage: SqlStorage, path: Path) -> None:
    with storage.begin() as tx:
        connection = tx._connection
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
        assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
        types = {row[1]: row[2] for row in connection.exec_driver_sql("PRAGMA table_info(places)")}
        assert types == {"id": "TEXT", "school": "TEXT", "open": "BOOLEAN"}
        with pytest.raises(Exception, match="ck_places_open"):
            connection.exec_driver_sql("INSERT INTO places VALUES ('p', 's', 5)")
        assert connection.exec_driver_sql("PRAGMA index_list(places)").scalars("name").first() == "ix_places_school"


def test_many_threads_take_turns(path: Path) -> None:
    storages = [open_storage(f"sqlite:///{path}") for _ in range(2)]
    storages[0].create(TABLES)
    broken: list[Exception] = []

    def work(number: int) -> None:
        try:
            for turn in range(5):
                with storages[number % 2].begin() as tx:
                    tx.insert(SCHOOLS, [{"id": f"{number}-{turn}-{tx.count(SCHOOLS)}", "name": None}])
        except RegisterError as error:
            broken.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert broken == []
    with storages[0].begin() as tx:
        assert sorted(str(key).rpartition("-")[2] for key in tx.scan(SCHOOLS)["id"]) == sorted(map(str, range(40)))
    for storage in storages:
        storage.close()


@pytest.mark.parametrize("content", [b"x", b"name;code\n" * 500, b"SQLite format 2\0" * 400])
def test_a_file_that_is_no_database_is_left_untouched(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    for url in (f"sqlite:///{path}", f"sqlite:///file:{path}?uri=true"):
        assert code_of(partial(open_storage, url)) == "storage-not-a-database"
    assert path.read_bytes() == content
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_places_that_cannot_be(tmp_path: Path) -> None:
    assert code_of(lambda: open_storage(f"sqlite:///{tmp_path}/none/register.sqlite")) == "storage-unavailable"
    assert code_of(lambda: open_storage(f"sqlite:///{tmp_path}")) == "storage-unavailable"
    for wrong in ("register.sqlite", "sqlite://host/x", f"sqlite:///{tmp_path}/x?timeuot=5", "sqlite://?timeout=soon", 5):
        assert code_of(partial(open_storage, wrong)) == "storage-url-invalid"
    with pytest.raises(RegisterError) as caught:
        open_storage("oracle://me:hush@db/register")
    assert caught.value.code == "storage-unsupported"
    assert "hush" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_a_database_that_cannot_be_written_can_be_read(storage: SqlStorage, path: Path, journal: str) -> None:
    with storage.begin() as tx:
        tx.insert(SCHOOLS, [ROW])
    storage.close()
    connection = sqlite3.connect(path)
    assert connection.execute(f"PRAGMA journal_mode={journal}").fetchone() == (journal,)
    connection.close()
    for url in (f"sqlite:///file:{path}?mode=ro&uri=true", f"sqlite:///file:{path}?immutable=1&uri=true"):
        reader = open_storage(url)
        reader.create(TABLES)
        with reader.begin() as tx:
            assert tx.find(SCHOOLS) == [ROW]
            assert code_of(partial(tx.insert, SCHOOLS, [ROW])) == "storage-readonly"
            assert code_of(partial(tx.delete, SCHOOLS, {})) == "storage-readonly"
        reader.close()


def test_a_full_database_says_so_and_keeps_nothing(storage: SqlStorage) -> None:
    def fill() -> None:
        with storage.begin() as tx:
            tx._connection.exec_driver_sql("PRAGMA max_page_count=20")
            tx.insert(SCHOOLS, [{"id": "first", "name": None}])
            tx.insert(SCHOOLS, ({"id": str(number), "name": f"{number}" * 100} for number in range(5_000)))

    def carry_on() -> None:
        with storage.begin() as tx:
            tx.insert(SCHOOLS, [{"id": "first", "name": None}])
            tx._connection.exec_driver_sql("ROLLBACK")  # what SQLite may do of its own accord
            assert code_of(lambda: tx.insert(SCHOOLS, [{"id": "second", "name": None}])) == "transaction-lost"

    assert code_of(fill) == "storage-full"
    assert code_of(carry_on) == "transaction-lost"
    with storage.begin() as tx:
        assert tx.count(SCHOOLS) == 0


def test_a_damaged_file_says_so(storage: SqlStorage, path: Path) -> None:
    with storage.begin() as tx:
        tx.insert(SCHOOLS, [{"id": str(number), "name": f"{number}" * 100} for number in range(500)])
    storage.close()
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    broken = open_storage(f"sqlite:///{path}")

    def read() -> None:
        with broken.begin() as tx:
            tx.find(SCHOOLS)

    assert code_of(read) == "storage-damaged"
    broken.close()


@pytest.mark.parametrize(
    ("ddl", "what"),
    [
        ("CREATE TABLE schools (id TEXT NOT NULL PRIMARY KEY)", "name need not be unique"),
        ("CREATE TABLE schools (id TEXT NOT NULL PRIMARY KEY, name TEXT UNIQUE, more TEXT)", "column more is not described"),
        ("CREATE TABLE schools (id TEXT NOT NULL PRIMARY KEY, name BIGINT UNIQUE)", "column name has another type"),
        ("CREATE TABLE schools (id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL UNIQUE)", "column name must not be empty"),
        ("CREATE TABLE schools (id TEXT NOT NULL, name TEXT PRIMARY KEY)", "key has other columns"),
        ("CREATE TABLE schools (id TEXT NOT NULL PRIMARY KEY, name TEXT)", "name need not be unique"),
        (
            "CREATE TABLE places (id TEXT NOT NULL PRIMARY KEY, school TEXT NOT NULL, open BOOLEAN NOT NULL)",
            "school does not refer to schools",
        ),
    ],
)
def test_an_existing_table_of_another_shape_is_refused_and_nothing_made(path: Path, ddl: str, what: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(ddl)
    connection.close()
    storage = open_storage(f"sqlite:///{path}")
    with pytest.raises(RegisterError, match=what) as caught:
        storage.create(TABLES)
    assert caught.value.code == "schema-differs"
    storage.close()
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT sql FROM sqlite_master WHERE type = 'table'").fetchall() == [(ddl,)]
    connection.close()


def test_errors_carry_no_cells(host: Engine) -> None:
    storage = open_storage(host)
    storage.create(TABLES)
    with storage.begin() as tx:
        tx.insert(SCHOOLS, [SECRET])
        with pytest.raises(NotUnique) as caught:
            tx.insert(SCHOOLS, [{**SECRET, "id": "t"}])
    error: BaseException | None = caught.value
    assert caught.value.__cause__ is None
    while error is not None:
        assert "secret" not in f"{error} {error!r} {getattr(error, 'params', '')}"
        error = error.__context__


def test_a_host_s_engine_is_used_and_left_as_it_was(host: Engine, path: Path) -> None:
    storage = open_storage(host)
    storage.create(TABLES)
    with storage.begin() as tx:
        tx.insert(SCHOOLS, [ROW])
        assert rows_in(path) == 0
    with pytest.raises(LookupError):
        fail_after(storage, lambda tx: tx.delete(SCHOOLS, {}))
    storage.close()
    with host.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM schools")).scalar() == 1


def test_a_host_s_engine_without_foreign_keys_gets_them_for_our_transactions_only(path: Path) -> None:
    engine = create_engine(f"sqlite:///{path}")
    storage = open_storage(engine)
    storage.create(TABLES)
    with storage.begin() as tx:
        assert code_of(lambda: tx.insert(PLACES, [{"id": "p", "school": "x", "open": True}])) == "reference-missing"
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 0
        joined = open_storage(connection)
        assert code_of(lambda: joined.begin().__enter__()) == "foreign-keys-off"
    engine.dispose()


@pytest.mark.parametrize("kept", [True, False])
@pytest.mark.parametrize("before", [True, False])
def test_a_host_s_connection_keeps_its_transaction(host: Engine, path: Path, kept: bool, before: bool) -> None:
    with host.begin() as connection:
        connection.execute(text("CREATE TABLE theirs (id TEXT)"))

    def work(connection: Connection) -> None:
        storage = open_storage(connection)
        storage.create(TABLES)
        with storage.begin() as tx:
            tx.insert(SCHOOLS, [ROW])
        with pytest.raises(LookupError):
            fail_after(storage, lambda tx: tx.insert(SCHOOLS, [{"id": "undone", "name": None}]))
        with storage.begin() as tx, storage.begin() as inner:  # savepoints may nest
            assert tx.find(SCHOOLS) == inner.find(SCHOOLS) == [ROW]
        storage.close()
        connection.execute(text("INSERT INTO theirs VALUES ('after')"))

    with host.connect() as connection:
        if before:
            connection.execute(text("INSERT INTO theirs VALUES ('before')"))
        work(connection)
        assert rows_in(path, "theirs") == 0
        if kept:
            connection.commit()
        else:
            connection.rollback()
    assert rows_in(path, "theirs") == (1 + before if kept else 0)
    assert rows_in(path, "sqlite_master WHERE name = 'schools'") == kept
    if kept:
        assert rows_in(path) == 1


def test_a_host_s_connection_that_was_closed_says_so(host: Engine) -> None:
    connection = host.connect()
    storage = open_storage(connection)
    connection.close()
    assert code_of(lambda: storage.begin().__enter__()) == "storage-closed"
