"""Any run of operations gives the same on the storage in memory and on every database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pmp_core.errors import RegisterError
from pmp_core.register.memory import MemoryStorage
from pmp_core.register.schema import Column, ColumnType, Reference, Row, Table
from pmp_core.register.storage import Storage, Transaction
from pmp_storage_sql import open_storage

T = ColumnType
SCHOOLS = Table("schools", (Column("id", T.TEXT), Column("name", T.TEXT, nullable=True)), key=("id",))
LEARNERS = Table(
    "learners",
    (Column("id", T.TEXT), Column("school", T.TEXT, nullable=True), Column("code", T.TEXT, nullable=True),
     Column("level", T.INTEGER, nullable=True), Column("friend", T.TEXT, nullable=True), Column("version", T.INTEGER)),
    key=("id",), unique=(("school", "code"),), references=(Reference(("school",), "schools"), Reference(("friend",), "learners")),
)  # fmt: skip
Step = tuple[str, Table, Any]
TABLES = (LEARNERS, SCHOOLS)


def learner(key: str, **cells: str | int | None) -> Row:
    return {"id": key, **cells}


KEYS = st.sampled_from("abc")
LEARNER = st.builds(
    lambda key, school, code, level, friend, version: learner(
        key, school=school, code=code, level=level, friend=friend, version=version
    ),
    KEYS, st.sampled_from([None, "s", "t"]), st.sampled_from([None, "x", "ž"]), st.sampled_from([None, 1, 2]),
    st.sampled_from([None, None, *"abc"]), st.integers(1, 2),
)  # fmt: skip
SCHOOL = st.builds(lambda key, name: {"id": key, "name": name}, st.sampled_from("st"), st.sampled_from([None, "A"]))
WHERE = st.dictionaries(
    st.sampled_from(["id", "code", "school"]), st.one_of(st.none(), KEYS, st.lists(st.sampled_from([None, "a", "x", "s"])))
)
STEP = st.one_of(
    st.tuples(st.just("insert"), st.just(LEARNERS), st.lists(LEARNER, max_size=3)),
    st.tuples(st.just("insert"), st.just(SCHOOLS), st.lists(SCHOOL, max_size=2)),
    st.tuples(st.just("update"), st.just(LEARNERS), st.tuples(LEARNER, st.integers(1, 2))),
    st.tuples(st.just("delete"), st.just(LEARNERS), WHERE),
    st.tuples(st.just("delete"), st.just(SCHOOLS), st.builds(lambda key: {"id": key}, st.sampled_from("st"))),
    st.tuples(st.just("find"), st.just(LEARNERS), WHERE),
)


def outcome(tx: Transaction, step: Step) -> object:
    kind, table, handed = step
    try:
        if kind == "update":
            tx.update(table, handed[0], version=handed[1])
            return None
        if kind == "find":
            return tx.find(table, handed, order=["-level", "code"], limit=2)
        return getattr(tx, kind)(table, handed)
    except RegisterError as error:
        return type(error), error.code


def seen_in(storage: Storage, run: list[tuple[bool, list[Step]]]) -> list[object]:
    """All that a run of transactions shows on a storage, which is empty at first."""
    storage.create(TABLES)
    with storage.begin() as tx:
        tx.delete(LEARNERS, {})
        tx.delete(SCHOOLS, {})
        tx.insert(SCHOOLS, [{"id": "s", "name": None}])
    seen: list[object] = []
    for kept, steps in run:
        try:
            with storage.begin() as tx:
                seen.append([(outcome(tx, step), tx.scan(LEARNERS), tx.scan(SCHOOLS)) for step in steps])
                if not kept:
                    raise LookupError  # the host changes its mind
        except LookupError:
            pass
        with storage.begin() as tx:
            seen.append((tx.scan(LEARNERS), tx.scan(SCHOOLS)))
    return seen


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def database(request: pytest.FixtureRequest) -> Iterator[Storage]:
    if request.param == "sqlite":
        storage = open_storage("sqlite://")
        yield storage
        storage.close()
        return
    with request.getfixturevalue(request.param).database() as url:
        storage = open_storage(url)
        yield storage
        storage.close()


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.booleans(), st.lists(STEP, max_size=8)), max_size=5))
def test_any_run_of_transactions_gives_the_same_as_in_memory(database: Storage, run: list[tuple[bool, list[Step]]]) -> None:
    assert seen_in(database, run) == seen_in(MemoryStorage(), run)
