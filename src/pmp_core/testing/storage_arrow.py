"""Clauses on columns as Arrow. They are tested where PyArrow is installed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from itertools import zip_longest
from typing import Any, ClassVar

import pytest

from pmp_core.errors import RegisterError
from pmp_core.register.schema import Scalar, Table
from pmp_core.register.storage import Storage, Transaction
from pmp_core.testing.storage_clause import Broken, clause, refuses, same
from pmp_core.testing.storage_tables import CELLS, DAY, DAYS, GROUPS, LETTERS, MEMBERS, MOMENT, cells, day_of, group, member

_TYPES = {
    "text": "string", "integer": "int64", "boolean": "bool", "day": "date32[day]", "moment": "timestamp[us, tz=UTC]", "cents": "int64",
}  # fmt: skip
_LONG = 6_000  # rows: more than a driver looks at to see of what type a column is
# By column: the lowest and the highest cell, and some that are easily lost.
_EDGES: dict[str, tuple[Scalar, ...]] = {
    "text": ("", " ", LETTERS, "k\u0327", "🎒", "2021-09-01", "17", "ž" * 70_000),
    "integer": (-(2**63), -1, 0, 2**53 + 1, 2**63 - 1),
    "boolean": (False, True),
    "day": (date(1, 1, 1), date(1582, 10, 10), date(1969, 12, 31), DAY, date(9999, 12, 31)),
    "moment": (
        datetime(1, 1, 1, tzinfo=UTC), datetime(1969, 12, 31, 23, 59, 59, 999_999, UTC), MOMENT, MOMENT.replace(microsecond=0),
        datetime(9999, 12, 31, 23, 59, 59, 999_999, UTC),
    ),
    "cents": (-(2**63), -1, 0, 1005, 10_000_000_000_000_001, 2**63 - 1),
}  # fmt: skip
_FULL: dict[str, Scalar] = {
    "text": "x",
    "integer": 1,
    "boolean": True,
    "day": DAY,
    "moment": MOMENT.replace(microsecond=0),
    "cents": 0,
}


class StorageArrow:
    """Clauses on columns as Arrow."""

    claims: ClassVar[frozenset[str]]

    @clause
    def test_s_arrow_1_the_rows_of_a_scan(self, storage: Storage) -> None:
        """`scan_arrow` gives a table of PyArrow with the rows that `scan` gives, all in the order of the key."""
        pytest.importorskip("pyarrow", reason="columns as Arrow are tested where PyArrow is installed")
        rows = [group("b", "1"), group("Ā"), group("a", "🎒")]
        with storage.begin() as tx:
            tx.insert(GROUPS, rows)
            tx.insert(MEMBERS, [member("b"), member("a")])
            tx.insert(DAYS, [day_of("b", DAY), day_of("a", date(2022, 1, 1)), day_of("a", DAY)])
        with storage.begin() as tx:
            _gives(tx, GROUPS, None, {"id": ["a", "b", "Ā"], "name": ["🎒", "1", None]}, "scan_arrow")
            days = {"member": ["a", "a", "b"], "day": [DAY, date(2022, 1, 1), DAY]}
            _gives(tx, DAYS, ["member", "day"], days, "scan_arrow by a key of two columns")

    @clause
    def test_s_arrow_2_named_columns(self, storage: Storage) -> None:
        """`scan_arrow` gives the columns that are named, in that order, and none when none is; an unknown one is refused."""
        pytest.importorskip("pyarrow", reason="columns as Arrow are tested where PyArrow is installed")
        with storage.begin() as tx:
            tx.insert(GROUPS, [group("b", "x"), group("a", "y")])
        with storage.begin() as tx:
            _gives(tx, GROUPS, ["name", "id"], {"name": ["y", "x"], "id": ["a", "b"]}, "scan_arrow of name, id")
            _gives(tx, GROUPS, ["name"], {"name": ["y", "x"]}, "scan_arrow of name")
            _gives(tx, GROUPS, [], {}, "scan_arrow of no column")
            refuses("column-unknown", lambda: tx.scan_arrow(GROUPS, ["nmae"]), "scan_arrow of a column that is not there")

    @clause
    def test_s_arrow_3_types_do_not_depend_on_cells(self, storage: Storage) -> None:
        """TEXT is `string`, INTEGER and CENTS are `int64`, BOOLEAN is `bool`, DAY is `date32` and MOMENT is `timestamp` in
        microseconds and UTC: in a table without rows and in columns of nothing but empty cells too, which are null.
        """
        pytest.importorskip("pyarrow", reason="columns as Arrow are tested where PyArrow is installed")
        with storage.begin() as tx:
            _gives(tx, CELLS, None, {name: [] for name in CELLS.names}, "scan_arrow of an empty table")
            tx.insert(CELLS, [cells("a"), cells("b")])
        empty: dict[str, Any] = {name: [None, None] for name in CELLS.names}
        with storage.begin() as tx:
            _gives(tx, CELLS, None, empty | {"id": ["a", "b"]}, "scan_arrow of empty cells")
            tx.insert(CELLS, [cells("c", **_FULL)])
        filled: dict[str, Any] = {name: [None, None, cell] for name, cell in _FULL.items()}
        with storage.begin() as tx:
            _gives(tx, CELLS, None, {"id": ["a", "b", "c"]} | filled, "scan_arrow of two empty rows and a full one")

    @clause
    def test_s_arrow_4_every_value_as_it_is(self, storage: Storage) -> None:
        """Every value of every type comes as it is: all text, 64 bits, the days and the moments of the years 1 to 9999."""
        pytest.importorskip("pyarrow", reason="columns as Arrow are tested where PyArrow is installed")
        rows = [cells(str(at), **dict(zip(_EDGES, row, strict=True))) for at, row in enumerate(zip_longest(*_EDGES.values()))]
        with storage.begin() as tx:
            tx.insert(CELLS, rows)
        with storage.begin() as tx:
            for name in _EDGES:
                _gives(tx, CELLS, [name], {name: [row[name] for row in rows]}, f"scan_arrow of {name}")

    @clause
    def test_s_arrow_5_a_long_column_that_begins_empty(self, storage: Storage) -> None:
        """Of 6 000 rows each is there, also where nothing but the last one has a cell in a column."""
        pytest.importorskip("pyarrow", reason="columns as Arrow are tested where PyArrow is installed")
        last = f"{_LONG - 1:05}"
        with storage.begin() as tx:
            tx.insert(CELLS, [cells(f"{at:05}", integer=at) for at in range(_LONG - 1)])
            tx.insert(CELLS, [cells(last, integer=_LONG - 1, text="ž", day=DAY, boolean=True)])
        numbers, nothing = list(range(_LONG)), [None] * (_LONG - 1)
        expected = {"integer": numbers, "text": [*nothing, "ž"], "day": [*nothing, DAY], "boolean": [*nothing, True]}
        with storage.begin() as tx:
            _gives(tx, CELLS, list(expected), expected, f"scan_arrow of {_LONG} rows")

    @clause
    def test_s_arrow_6_what_the_transaction_sees(self, storage: Storage) -> None:
        """`scan_arrow` reads what `scan` would at the same moment: what the transaction wrote itself, before and after an earlier
        `scan_arrow`, and, of what others kept meanwhile, no more and no less.
        """
        pytest.importorskip("pyarrow", reason="columns as Arrow are tested where PyArrow is installed")
        with storage.begin() as tx:
            tx.insert(GROUPS, [group("a", "old"), group("b")])
        with storage.begin() as tx:
            _gives(tx, GROUPS, None, {"id": ["a", "b"], "name": ["old", None]}, "scan_arrow before the transaction wrote")
            tx.insert(GROUPS, [group("c")])
            tx.update(GROUPS, group("a", "new"))
            tx.delete(GROUPS, {"id": "b"})
            seen = {"id": ["a", "c"], "name": ["new", None]}
            _gives(tx, GROUPS, None, seen, "scan_arrow in the transaction that wrote")
            tx.insert(GROUPS, [group("d")])
            _gives(tx, GROUPS, ["id"], {"id": ["a", "c", "d"]}, "scan_arrow in the transaction that wrote again")
        if "concurrent" not in self.claims:
            return
        with storage.begin() as tx:
            tx.scan(MEMBERS)  # where a transaction has one view of all, it has it from here on
            try:
                with storage.begin() as other:
                    other.insert(GROUPS, [group("e")])
            except RegisterError as error:
                if error.code != "storage-locked":
                    raise
            found = tx.scan(GROUPS, ["id"])
            _gives(tx, GROUPS, ["id"], found, "scan_arrow beside a transaction that was kept meanwhile")


def _gives(tx: Transaction, table: Table, columns: list[str] | None, expected: Mapping[str, Any], what: str) -> None:
    """The cells of `scan_arrow`, as Python has them, and their types, by their names."""
    found: Any = tx.scan_arrow(table, columns)
    kind = f"{type(found).__module__.partition('.')[0]}.{type(found).__name__}"
    if kind != "pyarrow.Table":
        raise Broken(f"{what} gave a {kind}, not a pyarrow.Table")
    types = {name: _TYPES[table.column(name).type.value] for name in expected}
    same({field.name: str(field.type) for field in found.schema}, types, f"{what}, by types,")
    for name, column in expected.items():
        same(_plain(found.column(name)), list(column), f"{what}, column {name},")


def _plain(column: Any) -> list[Scalar]:
    """Cells as the port has them; a moment's zone is UTC itself, and not one of that name."""
    return [cell.replace(tzinfo=UTC) if isinstance(cell, datetime) else cell for cell in column.to_pylist()]
