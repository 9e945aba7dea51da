"""What is MariaDB's own: types, conflicts that undo a whole transaction, and tables that end the host's."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

pytest.importorskip("pymysql", reason="the driver is not installed: pip install PyMySQL")

from sqlalchemy import Engine, create_engine, text

from pmp_core.demo import demo_register
from pmp_core.errors import RegisterError, VersionConflict
from pmp_core.register import Register
from pmp_core.register.schema import Column, ColumnType, Reference, Row, Table
from pmp_storage_sql import SqlStorage, open_storage

T = ColumnType
SCHOOLS = Table(
    "schools",
    (Column("id", T.TEXT), Column("name", T.TEXT, nullable=True), Column("note", T.TEXT, nullable=True), Column("version", T.INTEGER)),
    key=("id",), unique=(("name",),),
)  # fmt: skip
PLACES = Table(
    "places",
    (Column("id", T.TEXT), Column("school", T.TEXT), Column("open", T.BOOLEAN), Column("seen", T.MOMENT, nullable=True),
     Column("paid", T.CENTS, nullable=True)),
    key=("id", "school"), references=(Reference(("school",), "schools"),),
)  # fmt: skip
TABLES = (PLACES, SCHOOLS)


def school(key: str, name: str | None = None, note: str | None = None, version: int = 1) -> Row:
    return {"id": key, "name": name, "note": note, "version": version}


@pytest.fixture
def url(mariadb: Any) -> Iterator[str]:
    with mariadb.database() as url:
        yield url


@pytest.fixture
def storage(url: str) -> Iterator[SqlStorage]:
    storage = open_storage(f"{url}&timeout=1")
    storage.create(TABLES)
    yield storage
    storage.close()


@pytest.fixture
def host(url: str) -> Iterator[Engine]:
    engine = create_engine(url)
    yield engine
    engine.dispose()


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(RegisterError) as caught:
        call()
    error: BaseException | None = caught.value
    while error is not None:
        assert "secret" not in f"{error} {error!r} {error.args} {getattr(error, 'orig', '')}"
        error = error.__context__
    return caught.value.code


def test_types_and_collations_are_the_database_s_own(storage: SqlStorage, host: Engine) -> None:
    with host.connect() as connection:
        asked = "SELECT column_name, column_type, collation_name FROM information_schema.columns WHERE table_schema = database()"
        types = {row[0]: tuple(row[1:]) for row in connection.execute(text(f"{asked} AND table_name IN ('places', 'schools')"))}
        engines = set(
            connection.execute(text("SELECT engine FROM information_schema.tables WHERE table_schema = database()")).scalars()
        )
    assert types["school"] == ("varchar(380)", "utf8mb4_nopad_bin")
    assert types["note"] == ("longtext", "utf8mb4_nopad_bin")
    assert (types["seen"][0], types["open"][0], types["paid"][0]) == ("datetime(6)", "tinyint(1)", "bigint(20)")
    assert engines == {"InnoDB"}
    storage.create(TABLES)  # as described, when it is read back


def test_many_may_make_the_tables_at_once(url: str) -> None:
    broken: list[RegisterError] = []

    def make() -> None:
        storage = open_storage(url)
        try:
            storage.create(TABLES)
            storage.create(TABLES)  # the lock was let go of
        except RegisterError as error:
            broken.append(error)
        storage.close()

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert broken == []


def test_text_differs_by_a_space_and_too_long_a_key_is_refused(storage: SqlStorage) -> None:
    with storage.begin() as tx:
        rows = [school("A"), school("A "), school("a", "x", "Ž" * 1_000_000), school("b", "x ")]
        tx.insert(SCHOOLS, rows)
        assert tx.find(SCHOOLS) == rows
        assert code_of(lambda: tx.insert(SCHOOLS, [school("c" * 761)])) == "row-invalid"
        for key in ("a", "secret key"):
            with pytest.raises(RegisterError, match=f"the same {'id' if key == 'a' else 'name'}"):
                tx.insert(SCHOOLS, [school(key, "x")])


def test_of_two_that_wait_for_each_other_one_is_told_and_keeps_nothing(storage: SqlStorage) -> None:
    with storage.begin() as tx:
        tx.insert(SCHOOLS, [school("s"), school("t")])
    both = threading.Barrier(2)
    outcome: list[object] = []

    def swap(first: str, second: str) -> None:
        try:
            with storage.begin() as tx:
                tx.update(SCHOOLS, school(first, f"by {first}", version=2), version=1)
                both.wait()
                try:
                    tx.update(SCHOOLS, school(second, version=2), version=1)
                except VersionConflict as error:
                    outcome.append(error.code)
                    assert code_of(lambda: tx.insert(SCHOOLS, [school("more")])) == "transaction-lost"
                    raise
            outcome.append("kept")
        except VersionConflict:
            pass

    threads = [threading.Thread(target=swap, args=pair) for pair in (("s", "t"), ("t", "s"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcome)) == ["kept", "transaction-conflict"]
    with storage.begin() as tx:
        assert [row["version"] for row in tx.find(SCHOOLS)] == [2, 2]


def test_waiting_too_long_and_a_lost_connection_are_told(storage: SqlStorage, mariadb: Any) -> None:
    def wait() -> None:
        with storage.begin() as other:
            other.insert(SCHOOLS, [school("before")])
            other.insert(SCHOOLS, [school("s", "secret")])

    def broken() -> None:
        with storage.begin() as tx:
            tx.insert(SCHOOLS, [school("t")])
            mariadb.say(f"KILL {tx._raw.thread_id()}")
            tx.insert(SCHOOLS, [school("u", "secret")])

    with storage.begin() as tx:
        tx.insert(SCHOOLS, [school("s")])
        assert code_of(wait) == "storage-locked"
    assert code_of(broken) == "storage-lost"
    with storage.begin() as tx:
        assert tx.find(SCHOOLS) == [school("s")]


def test_a_host_s_connection_keeps_its_transaction_and_makes_no_tables(storage: SqlStorage, host: Engine) -> None:
    for kept in (False, True):
        with host.connect() as connection:
            joined = open_storage(connection)
            joined.create(TABLES)  # they are there
            with joined.begin() as tx:
                tx.insert(SCHOOLS, [school("s")])
            more = Table("more", SCHOOLS.columns, key=("id",))
            assert code_of(lambda joined=joined, more=more: joined.create([more])) == "storage-unsupported"  # type: ignore[misc]
            if kept:
                connection.commit()
        with storage.begin() as tx:
            assert tx.count(SCHOOLS) == kept


def test_the_demo_s_register_is_the_same_as_in_memory(
    url: str, dump_of: Callable[[Register], dict[str, list[dict[str, Any]]]]
) -> None:
    with demo_register(url) as there, demo_register() as here:
        assert dump_of(there) == dump_of(here)
