"""What only PostgreSQL can do or suffer: transactions beside each other, COPY, a server that goes away, and failures with codes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("psycopg", reason="the driver is not installed: pip install 'psycopg[binary]'")

from sqlalchemy import Engine, create_engine, text

import pmp_storage_sql.plugin
from pmp_core.demo import demo_register
from pmp_core.errors import RegisterError, VersionConflict
from pmp_core.learners import Learner
from pmp_core.plugins import PluginSet
from pmp_core.register import Register
from pmp_core.register.schema import Column, ColumnType, Reference, Row, Table
from pmp_core.values import Actor
from pmp_storage_sql import SqlStorage, open_storage
from pmp_storage_sql.transaction import SqlTransaction

T = ColumnType
SCHOOLS = Table(
    "schools",
    (Column("id", T.TEXT), Column("name", T.TEXT, nullable=True), Column("version", T.INTEGER)),
    key=("id",),
    unique=(("name",),),
)
PLACES = Table(
    "places",
    (Column("id", T.TEXT), Column("school", T.TEXT), Column("open", T.BOOLEAN), Column("day", T.DAY, nullable=True),
     Column("seen", T.MOMENT, nullable=True), Column("paid", T.CENTS, nullable=True), Column("note", T.TEXT, nullable=True)),
    key=("id",), references=(Reference(("school",), "schools"),),
)  # fmt: skip
TABLES = (PLACES, SCHOOLS)


def school(key: str, name: str | None = None, version: int = 1) -> Row:
    return {"id": key, "name": name, "version": version}


def place(key: str, school: str, note: str | None = None) -> Row:
    return {"id": key, "school": school, "open": True, "day": None, "seen": None, "paid": None, "note": note}


@pytest.fixture
def url(postgresql: Any) -> Iterator[str]:
    with postgresql.database() as url:
        yield url


@pytest.fixture
def storage(url: str) -> Iterator[SqlStorage]:
    storage = open_storage(f"{url}&timeout=0.3")
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
    assert caught.value.remedy
    return caught.value.code


def told_without(secret: str, error: BaseException | None) -> None:
    """Nothing that hangs on an error holds the secret."""
    while error is not None:
        assert secret not in f"{error} {error!r} {error.args} {getattr(error, 'params', '')}"
        for inner in (getattr(error, "orig", None), getattr(error, "diag", None)):
            assert secret not in f"{inner} {getattr(inner, 'message_detail', '')} {getattr(inner, 'message_primary', '')}"
        error = error.__context__


def scalars(engine: Engine, sql: str) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(text(sql)).scalars())


def test_types_collation_keys_and_indexes_are_the_database_s_own(storage: SqlStorage, host: Engine) -> None:
    with host.connect() as connection:
        types = dict(
            connection.execute(
                text("SELECT column_name, data_type || coalesce(' ' || collation_name, '') FROM information_schema.columns "
                     "WHERE table_name = 'places'")
            ).all()  # type: ignore[arg-type]
        )  # fmt: skip
    assert types == {
        "id": "text C", "school": "text C", "open": "boolean", "day": "date", "seen": "timestamp with time zone", "paid": "bigint",
        "note": "text C",
    }  # fmt: skip
    assert set(scalars(host, "SELECT conname FROM pg_constraint WHERE conname LIKE '%\\_%' AND contype IN ('p', 'u', 'f')")) >= {
        "pk_places", "pk_schools", "uq_schools_name", "fk_places_school",
    }  # fmt: skip
    assert scalars(host, "SELECT indexname FROM pg_indexes WHERE indexname LIKE 'ix%'") == ["ix_places_school"]


def test_transactions_run_beside_each_other_and_see_no_half_of_another(storage: SqlStorage) -> None:
    with storage.begin() as writer:
        writer.insert(SCHOOLS, [school("s")])
        with storage.begin() as reader:
            assert reader.count(SCHOOLS) == 0
    with storage.begin() as reader:
        assert reader.count(SCHOOLS) == 1
        with storage.begin() as writer:
            writer.insert(SCHOOLS, [school("t")])
        assert reader.count(SCHOOLS) == 1  # as it was when it first looked


def test_of_two_that_change_what_both_read_one_is_told(storage: SqlStorage) -> None:
    with storage.begin() as tx:
        tx.insert(SCHOOLS, [school("s"), school("t")])

    def first_comes_second(change: Callable[[SqlTransaction], object], other: Callable[[SqlTransaction], object]) -> None:
        with storage.begin() as slow:
            slow.find(SCHOOLS)
            with storage.begin() as quick:
                quick.find(SCHOOLS)
                other(quick)
            change(slow)

    for key in ("s", "t"):  # the same row, and another one: a rule that reads both must hold
        version = {"s": 1, "t": 2}[key]
        with pytest.raises(VersionConflict) as caught:
            first_comes_second(
                lambda tx, key=key: tx.update(SCHOOLS, school(key, "slow", 9), version=1),  # type: ignore[misc]
                lambda tx, version=version: tx.update(SCHOOLS, school("s", "quick", version + 1), version=version),  # type: ignore[misc]
            )
        assert caught.value.code == "transaction-conflict"
    with storage.begin() as tx:
        assert tx.find(SCHOOLS) == [school("s", "quick", 3), school("t")]


def test_a_transaction_that_was_told_of_a_conflict_is_over(storage: SqlStorage) -> None:
    def go_on() -> None:
        with storage.begin() as slow:
            slow.insert(SCHOOLS, [school("other")])
            slow.find(SCHOOLS)
            with storage.begin() as quick:
                quick.update(SCHOOLS, school("s", version=2), version=1)
            with pytest.raises(VersionConflict):
                slow.update(SCHOOLS, school("s", "x", version=2), version=1)
            assert code_of(lambda: slow.insert(SCHOOLS, [school("more")])) == "transaction-lost"

    with storage.begin() as tx:
        tx.insert(SCHOOLS, [school("s")])
    assert code_of(go_on) == "transaction-lost"
    with storage.begin() as tx:
        assert tx.find(SCHOOLS) == [school("s", version=2)]


def test_who_waits_too_long_is_told_and_keeps_nothing(storage: SqlStorage) -> None:
    def wait() -> None:
        with storage.begin() as other:
            other.insert(SCHOOLS, [school("before")])
            other.insert(SCHOOLS, [school("s")])

    with storage.begin() as tx:
        tx.insert(SCHOOLS, [school("s")])
        assert code_of(wait) == "storage-locked"
    with storage.begin() as tx:
        assert tx.find(SCHOOLS) == [school("s")]


@pytest.mark.parametrize("many", [5, 60, 12_000])  # row by row, by COPY, by several
def test_bulk_tells_the_first_row_that_cannot_be_and_keeps_none(storage: SqlStorage, many: int) -> None:
    with storage.begin() as tx:
        tx.insert(SCHOOLS, [school("s", "secret name"), school("t")])
        rows = [place(f"{number:05}", "s") for number in range(many)]
        tx.insert(PLACES, rows)
        assert tx.count(PLACES) == many
        assert tx.delete(PLACES, {}) == many
        lost, twice = [*rows[:-2], place("x", "nowhere"), rows[0]], [*rows[:-2], rows[0], place("x", "nowhere")]
        assert code_of(lambda: tx.insert(PLACES, lost)) == "reference-missing"
        with pytest.raises(RegisterError, match="places already has a row with the same id") as caught:
            tx.insert(PLACES, twice)
        told_without("00000", caught.value)
        with pytest.raises(RegisterError, match="schools already has a row with the same name") as caught:
            tx.insert(SCHOOLS, [*(school(f"{number}") for number in range(many)), school("u", "secret name")])
        told_without("secret", caught.value)
        assert (tx.count(PLACES), tx.count(SCHOOLS)) == (0, 2)


def test_what_stands_in_the_way_of_copy_is_text_like_any_other(storage: SqlStorage) -> None:
    notes = [
        "\\N",
        "\\.",
        "a\tb",
        "line\nline\r\n",
        "ķ\u202eš",
        "🎒",
        "'; DROP TABLE schools; --",
        "%s %(x)s",
        "",
        "Ž" * 10_000_000,
    ]
    rows = [place(f"{number:03}", "s", note) for number, note in enumerate([*notes, *[None] * 60])]
    with storage.begin() as tx:
        tx.insert(SCHOOLS, [school("s")])
        tx.insert(PLACES, rows)
        assert tx.find(PLACES) == rows
        assert (
            code_of(lambda: tx.insert(SCHOOLS, [school("t", "".join(map(chr, range(1000, 9000))))])) == "row-invalid"
        )  # indexed


def test_a_connection_that_breaks_says_so_and_keeps_nothing(storage: SqlStorage, host: Engine) -> None:
    def broken() -> None:
        scalars(
            host,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction' AND datname = current_database()",
        )

    def in_the_middle() -> None:
        with storage.begin() as tx:
            tx.insert(SCHOOLS, [school("s")])
            broken()
            assert code_of(lambda: tx.insert(SCHOOLS, [school("t")])) == "storage-lost"
            tx.find(SCHOOLS)

    def at_the_end() -> None:
        with storage.begin() as tx:
            tx.insert(SCHOOLS, [school("s")])
            broken()

    assert code_of(in_the_middle) == "storage-lost"
    assert code_of(at_the_end) == "commit-unknown"
    with storage.begin() as tx:
        assert tx.count(SCHOOLS) == 0


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("53100", "storage-full"), ("25006", "storage-readonly"), ("42501", "storage-forbidden"), ("XX001", "storage-damaged"),
        ("55P03", "storage-locked"), ("40P01", "transaction-conflict"), ("23514", "row-invalid"), ("P0001", "storage-unavailable"),
    ],
)  # fmt: skip
def test_what_the_server_says_becomes_a_code_without_cells(storage: SqlStorage, host: Engine, state: str, code: str) -> None:
    raised = f"RAISE EXCEPTION 'about %', NEW.name USING ERRCODE = '{state}', DETAIL = NEW.name"
    with host.begin() as connection:
        connection.execute(text(f"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {raised}; END $$"))
        connection.execute(
            text("CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON schools FOR EACH ROW EXECUTE FUNCTION refuse()")
        )

    def write(rows: int) -> None:
        with storage.begin() as tx:
            tx.insert(SCHOOLS, [school(str(number), f"secret {number}") for number in range(rows)])

    for rows in (1, 100):
        with pytest.raises(RegisterError) as caught:
            write(rows)
        assert (caught.value.code, bool(caught.value.remedy)) == (code, True)
        told_without("secret", caught.value)
    assert scalars(host, "SELECT count(*) FROM schools") == [0]


def test_a_database_that_cannot_be_written_can_be_read(storage: SqlStorage, host: Engine, url: str) -> None:
    with storage.begin() as tx:
        tx.insert(SCHOOLS, [school("s")])
    reader = open_storage(f"{url}&options=-c%20default_transaction_read_only%3Don")
    reader.create(TABLES)
    with reader.begin() as tx:
        assert tx.find(SCHOOLS) == [school("s")]
        assert code_of(lambda: tx.insert(SCHOOLS, [school("t")])) == "storage-readonly"
        assert code_of(lambda: tx.delete(SCHOOLS, {})) == "storage-readonly"
        assert tx.count(SCHOOLS) == 1
    reader.close()


def test_passwords_are_in_no_error_and_no_repr(postgresql: Any, url: str, tmp_path: Path) -> None:
    wrong = {
        f"postgresql://me:hush@/none?host={tmp_path}": "storage-unavailable",
        f"postgresql://me:hush@/none?host={tmp_path}&hushhush=1": "storage-url-invalid",
        f"postgresql://me:hush@/none?host={tmp_path}&timeout=soon": "storage-url-invalid",
        "postgresql://me:hush@host:port/none": "storage-url-invalid",
        "postgresql+psycopg2://me:hush@/none": "storage-unsupported",
        url.replace("postgres:@", "me:hush@"): "storage-unavailable",  # no such user
        url.replace("postgres:@/test", "postgres:hush@/none"): "storage-unavailable",  # no such database
    }
    for target, code in wrong.items():
        with pytest.raises(RegisterError) as caught:
            open_storage(target)
        assert (target, caught.value.code) == (target, code)
        told_without("hush", caught.value)
    storage = open_storage(url.replace("postgres:@", "postgres:hush@"))
    assert "hush" not in repr(storage) + repr(vars(storage))
    storage.close()


def test_a_database_in_another_encoding_is_refused(postgresql: Any) -> None:
    postgresql.say("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    try:
        assert code_of(lambda: open_storage(postgresql.url("latin"))) == "storage-unsupported"
    finally:
        postgresql.say("DROP DATABASE latin WITH (FORCE)")


@pytest.mark.parametrize(
    ("ddl", "what"),
    [
        ('id TEXT COLLATE "C" PRIMARY KEY, name TEXT COLLATE "C", version BIGINT NOT NULL', "name need not be unique"),
        ('id TEXT COLLATE "C" PRIMARY KEY, name TEXT UNIQUE, version BIGINT NOT NULL', "column name has another type"),
        (
            'id TEXT COLLATE "C" PRIMARY KEY, name TEXT COLLATE "C" UNIQUE, version INT NOT NULL',
            "column version has another type",
        ),
    ],
)
def test_an_existing_table_of_another_shape_is_refused_and_nothing_made(url: str, host: Engine, ddl: str, what: str) -> None:
    with host.begin() as connection:
        connection.execute(text(f"CREATE TABLE schools ({ddl})"))
    storage = open_storage(url)
    with pytest.raises(RegisterError, match=what) as caught:
        storage.create(TABLES)
    assert caught.value.code == "schema-differs"
    storage.close()
    assert scalars(host, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'") == ["schools"]


def test_many_may_make_the_tables_at_once_and_a_later_release_adds_columns(url: str) -> None:
    broken: list[RegisterError] = []

    def make() -> None:
        storage = open_storage(url)
        try:
            storage.create(TABLES)
        except RegisterError as error:
            broken.append(error)
        storage.close()

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert broken == []
    newer = Table("schools", (*SCHOOLS.columns, Column("more", T.TEXT, nullable=True)), key=("id",), unique=SCHOOLS.unique)
    storage = open_storage(url)
    with storage.begin() as tx:
        assert code_of(lambda: tx.find(newer)) == "schema-differs"
    storage.create([newer])
    with storage.begin() as tx:
        tx.insert(newer, [{**school("s"), "more": "Š"}])
        assert tx.find(newer, order=["more"]) == [{**school("s"), "more": "Š"}]
    storage.close()


def test_a_host_s_engine_is_used_and_left_open(storage: SqlStorage, host: Engine) -> None:
    theirs = open_storage(host)
    with theirs.begin() as tx:
        tx.insert(SCHOOLS, [school("s")])
    theirs.close()
    with host.connect() as connection:
        assert connection.execute(text("SHOW transaction_isolation")).scalar() == "read committed"
        assert connection.execute(text("SHOW lock_timeout")).scalar() == "0"
    careless = open_storage(host.execution_options(isolation_level="AUTOCOMMIT"))
    assert code_of(lambda: careless.begin().__enter__()) == "transaction-lost"


@pytest.mark.parametrize("kept", [True, False])
@pytest.mark.parametrize("before", [True, False])
def test_a_host_s_connection_keeps_its_transaction(host: Engine, kept: bool, before: bool) -> None:
    with host.begin() as connection:
        connection.execute(text("CREATE TABLE theirs (id text)"))

    def undone(storage: SqlStorage) -> None:
        with storage.begin() as tx:
            tx.insert(SCHOOLS, [school("undone")])
            raise LookupError

    with host.connect() as connection:
        if before:
            connection.execute(text("INSERT INTO theirs VALUES ('before')"))
        storage = open_storage(connection)
        storage.create(TABLES)
        with storage.begin() as tx:
            tx.insert(SCHOOLS, [school("s")])
            assert code_of(lambda: tx.insert(SCHOOLS, [school("s")])) == "not-unique"
        with pytest.raises(LookupError):
            undone(storage)
        with storage.begin() as tx, storage.begin() as inner:  # savepoints may nest
            assert tx.find(SCHOOLS) == inner.find(SCHOOLS) == [school("s")]
        storage.close()
        connection.execute(text("INSERT INTO theirs VALUES ('after')"))
        if kept:
            connection.commit()
        else:
            connection.rollback()
    assert len(scalars(host, "SELECT id FROM theirs")) == (1 + before if kept else 0)
    assert len(scalars(host, "SELECT tablename FROM pg_tables WHERE tablename = 'schools'")) == kept
    if kept:
        assert scalars(host, "SELECT id FROM schools") == ["s"]


def test_a_register_joins_the_host_s_transaction(postgresql: Any) -> None:
    actor = Actor(name="Ilze", role="plan-author")
    plugins = PluginSet([("sql", pmp_storage_sql.plugin)])
    with postgresql.database(tables=True) as url:
        engine = create_engine(url)
        Register.open(url, actor=actor, programme="lv-8.3.4", plugins=plugins, access="host").close()
        for kept in (False, True):
            with engine.connect() as connection:
                with (
                    Register.open(connection, actor=actor, plugins=plugins, access="host") as register,
                    register.unit_of_work() as work,
                ):
                    work.learners.add(Learner(id="L-1", given_name="Anna", family_name="Ozola"))
                if kept:
                    connection.commit()
            assert scalars(engine, "SELECT id FROM learners") == (["L-1"] if kept else [])
        engine.dispose()


def test_the_demo_s_register_is_the_same_as_in_memory(
    postgresql: Any, dump_of: Callable[[Register], dict[str, list[dict[str, Any]]]]
) -> None:
    with postgresql.database(tables=True) as url, demo_register(url) as there, demo_register() as here:
        assert dump_of(there) == dump_of(here)
