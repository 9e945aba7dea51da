"""Many rows are looked at column by column, and it comes to what each row by itself comes to."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pmp_core.errors import RegisterError
from pmp_core.register.rows_check import TableCheck
from pmp_core.register.schema import Column, ColumnType, Table

T = ColumnType


class Word(StrEnum):
    ONE = "one"


CELLS: list[Any] = [
    "a", "", "Ķ🎒", "a\0", "\ud800", "\udc00", Word.ONE, None, 0, -(2**63), 2**63 - 1, 2**63, True, 1.0, date(2021, 9, 1),
    datetime(2021, 9, 1, tzinfo=UTC), datetime(2021, 9, 1, tzinfo=timezone(timedelta(0))),
    datetime(2021, 9, 1, tzinfo=timezone(timedelta(hours=3))), datetime(2021, 9, 1),  # noqa: DTZ001
]  # fmt: skip
TABLES = [
    Table("some", (Column("id", T.TEXT), Column("cell", kind, nullable)), key=key)
    for kind in ColumnType
    for nullable in (True, False)
    for key in (("id",), ("id", "cell"))
] + [Table("one", (Column("id", T.INTEGER),), key=("id",))]  # fmt: skip
ROW = st.one_of(
    st.fixed_dictionaries({"id": st.sampled_from(["a", "b"]), "cell": st.sampled_from(CELLS)}),
    st.sampled_from([{"id": 1}, {"id": "a", "sell": None}, {"id": "a", "cell": "a", "more": 1}]),
)


def told(call: Any) -> object:
    try:
        found = call()
    except RegisterError as error:
        return error.code, str(error)
    return found, [[type(cell) for cell in row] for row in found]


@given(st.sampled_from(TABLES), st.lists(ROW, max_size=4))
def test_a_batch_is_its_rows(table: Table, rows: list[Any]) -> None:
    check = TableCheck(table)
    assert told(lambda: check.batch(rows)) == told(lambda: [check.values(row) for row in rows])
