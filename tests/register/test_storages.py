"""What the storages of the house do beyond the suite for all storages, which `tests/conformance` runs on them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from functools import partial
from typing import Any

import pytest
from attrs import evolve

from pmp_core.errors import NotUnique, RegisterError
from pmp_core.register.memory import MemoryStorage
from pmp_core.register.rows_check import check_row
from pmp_core.register.schema import Column, ColumnType, Table
from pmp_core.register.storage import Storage
from pmp_storage_sql import open_storage

T = ColumnType
LEARNERS = Table(
    "learners",
    (
        Column("id", T.TEXT), Column("school", T.TEXT, nullable=True), Column("code", T.TEXT, nullable=True),
        Column("born", T.DAY, nullable=True), Column("seen", T.MOMENT, nullable=True), Column("paid", T.CENTS, nullable=True),
        Column("level", T.INTEGER, nullable=True), Column("active", T.BOOLEAN, nullable=True), Column("version", T.INTEGER),
    ),
    key=("id",), unique=(("school", "code"),), indexes=(("level", "active"),),
)  # fmt: skip
MOMENT = datetime(2021, 9, 1, 8, 30, 15, 123456, UTC)


def learner(key: str, **cells: object) -> dict[str, Any]:
    return dict.fromkeys(LEARNERS.names) | {"id": key, "version": 1} | cells


@pytest.fixture(params=["memory", "sqlite"])
def storage(request: pytest.FixtureRequest) -> Iterator[Storage]:
    storage: Storage = MemoryStorage() if request.param == "memory" else open_storage("sqlite://")
    storage.create([LEARNERS])
    yield storage
    storage.close()


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("paid", 1.0), ("level", True), ("active", "true"), ("seen", MOMENT.replace(tzinfo=None)), ("born", MOMENT), ("code", b"x"),
        ("seen", MOMENT.astimezone(timezone(timedelta(hours=3)))), ("id", None), ("version", None),
    ],
)  # fmt: skip
def test_a_cell_that_is_refused_is_told_by_table_column_and_type(storage: Storage, column: str, cell: object) -> None:
    row = learner("a") | {column: cell}
    with storage.begin() as tx:
        for call in (partial(tx.insert, LEARNERS, [row]), partial(tx.update, LEARNERS, row, version=1)):
            with pytest.raises(RegisterError, match=rf"learners: column {column} must be") as caught:
                call()
            assert caught.value.found == type(cell).__name__


@pytest.mark.parametrize("row", [{"id": "a"}, learner("a", more=1), {}])
def test_a_row_can_be_checked_without_a_storage(row: dict[str, Any]) -> None:
    with pytest.raises(RegisterError, match="learners") as caught:
        check_row(LEARNERS, row)
    assert caught.value.code == "row-invalid"
    check_row(LEARNERS, learner("a", born=date(2006, 2, 28)))


def test_what_looks_almost_like_a_column_is_told(storage: Storage) -> None:
    with storage.begin() as tx, pytest.raises(RegisterError, match="Did you mean 'level'"):
        tx.find(LEARNERS, {"levle": 1})


def test_a_table_that_got_columns_keeps_its_unique_sets(storage: Storage) -> None:
    wider = evolve(LEARNERS, columns=(Column("note", T.TEXT, nullable=True), *LEARNERS.columns))
    with storage.begin() as tx:
        tx.insert(LEARNERS, [learner("a", school="s", code="x"), learner("b", school="s")])
    storage.create([wider])
    with storage.begin() as tx:
        with pytest.raises(NotUnique):
            tx.insert(wider, [learner("c", school="s", code="x", note=None)])
        tx.update(wider, learner("a", school="t", code="x", note="moved"), version=1)
        tx.insert(wider, [learner("c", school="s", code="x", note=None)])
        assert [row["id"] for row in tx.find(wider, {"school": "s"})] == ["b", "c"]
        assert [row["note"] for row in tx.find(wider, {"school": "t", "code": "x"})] == ["moved"]


def test_what_was_described_once_is_not_described_otherwise(storage: Storage) -> None:
    narrower = evolve(LEARNERS, columns=tuple(column for column in LEARNERS.columns if column.name != "born"))
    with pytest.raises(RegisterError) as caught:
        storage.create([narrower])
    assert caught.value.code == "schema-differs"
