"""Rows of every table, of institutions in two municipalities and in none, and of nobody: for whoever asks who sees which."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from pmp_core.register.schema import Column, ColumnType, Row, Table
from pmp_core.register.storage import Storage
from pmp_core.register.tables import TABLES

# Each a place: municipality, institution, learner. One learner is at two institutions, of two municipalities.
PLACES: dict[str, tuple[str | None, str, str]] = {
    "a": ("M-1", "I-1", "L-1"),
    "b": ("M-1", "I-2", "L-2"),
    "c": ("M-2", "I-3", "L-3"),
    "d": (None, "I-4", "L-4"),
    "e": ("M-2", "I-3", "L-1"),
}
_OF_A_PLACE = {"municipality_id": 0, "institution_id": 1, "learner_id": 2}
_CELLS: dict[ColumnType, Any] = {
    ColumnType.INTEGER: 1, ColumnType.CENTS: 100, ColumnType.BOOLEAN: True, ColumnType.DAY: date(2022, 9, 1),
    ColumnType.MOMENT: datetime(2022, 9, 1, 8, tzinfo=UTC),
}  # fmt: skip
_ALREADY_THERE = ("register_info", "overlays")


def fill(storage: Storage) -> None:
    """Put the rows into a register that has none."""
    with storage.begin() as transaction:
        for table in TABLES:
            if table.name not in _ALREADY_THERE:
                transaction.insert(table, list(_rows(table)))


def _rows(table: Table) -> Iterator[Row]:
    made: dict[tuple[Any, ...], Row] = {}
    for place in PLACES:
        row = {column.name: _cell(table, column, place) for column in table.columns}
        made.setdefault(tuple(row[name] for name in table.key), row)
    yield from made.values()
    kinds = {"learners": [{}], "payees": [{}], "budgets": [{"municipality_id": "M-1"}, {"institution_id": "I-1"}],
             "other_funding": [{}, {"municipality_id": "M-1"}, {"learner_id": "L-1"}, {"institution_id": "I-3"}, {"learner_id": "nobody's"}],
             "payment_batches": [{}], "partnerships": [{}], "history_views": [{}]}  # fmt: skip
    for number, said in enumerate(kinds.get(table.name, ())):
        row = {column.name: _cell(table, column, f"only {number}") for column in table.columns}
        row |= dict.fromkeys(row.keys() & _OF_A_PLACE.keys()) | said
        if table.name == "learners":
            row["id"] = "nobody's"
        yield row


def _cell(table: Table, column: Column, place: str) -> Any:
    name = column.name
    municipality, institution, learner = PLACES.get(place, (None, "I-1", "L-1"))
    ids = {"municipalities": municipality or "M-3", "institutions": institution, "learners": learner}
    refers = {own: reference.table for reference in table.references for own in reference.columns}
    if name == "id":
        return ids.get(table.name, f"{table.name} {place}")
    if name in _OF_A_PLACE:
        return (municipality, institution, learner)[_OF_A_PLACE[name]]
    if name in refers:
        return ids.get(refers[name], f"{refers[name]} {'a' if place not in PLACES else place}")
    if name == "payee_id":
        return f"payees {place}"
    if column.type is ColumnType.TEXT:
        return f"{name} {place}"
    return len(place) if name == "number" and place not in PLACES else _CELLS[column.type]
