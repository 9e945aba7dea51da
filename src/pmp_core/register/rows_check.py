"""What every storage checks before it touches a row: exact types, all columns, and queries that name what is there.

One place for all storages, so that they take and refuse the same. Errors name the table, the column and the type that was
found; never the value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from operator import itemgetter
from typing import Any

from attrs import frozen

from pmp_core.errors import Place, RegisterError, nearest
from pmp_core.register.schema import ColumnType, Row, Scalar, Table

Values = tuple[Scalar, ...]
Where = Mapping[str, Scalar | Sequence[Scalar]]

_AT_UTC = timedelta(0)
_INTEGERS = range(-(2**63), 2**63)
_LONG = 2**22  # characters of one column that are looked through at once


def _storable(text: str) -> bool:
    if "\0" in text:
        return False
    try:
        text.encode()  # half of a surrogate pair is no character, and no database takes it
    except UnicodeEncodeError:
        return False
    return True


# The exact type (a bool is an int and a datetime is a date only to Python), what else must hold, and both in words.
_TYPES: dict[ColumnType, tuple[type, Callable[..., bool] | None, str]] = {
    ColumnType.TEXT: (str, _storable, "text (str) of whole Unicode characters without NUL"),
    ColumnType.INTEGER: (int, _INTEGERS.__contains__, "an int of 64 bits"),
    ColumnType.BOOLEAN: (bool, None, "a bool"),
    ColumnType.DAY: (date, None, "a date"),
    ColumnType.MOMENT: (datetime, lambda moment: moment.utcoffset() == _AT_UTC, "an aware datetime in UTC"),
    ColumnType.CENTS: (int, _INTEGERS.__contains__, "an int of 64 bits, in cents"),
}


def _texts(cells: Sequence[Any]) -> bool:
    return sum(map(len, cells)) <= _LONG and _storable("".join(cells))


# For many cells of the right type at once: whether all of them are surely good. False only sends them one by one.
_TOGETHER: dict[ColumnType, Callable[[Sequence[Any]], bool]] = {
    ColumnType.TEXT: _texts,
    ColumnType.INTEGER: lambda cells: min(cells) in _INTEGERS and max(cells) in _INTEGERS,
    ColumnType.CENTS: lambda cells: min(cells) in _INTEGERS and max(cells) in _INTEGERS,
    ColumnType.MOMENT: lambda cells: {moment.tzinfo for moment in cells} == {UTC},
}


@frozen
class Condition:
    """One column of a query: any of `options`, where None stands for an empty cell."""

    column: str
    options: tuple[Scalar, ...]


class TableCheck:
    """The checks of one table, prepared once."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._columns = frozenset(table.names)
        self._types = {column.name: _TYPES[column.type] for column in table.columns}
        names = table.names
        # One name alone would be given back bare.
        self._pick: Callable[[Row], Values] = itemgetter(*names) if len(names) > 1 else lambda row: (row[names[0]],)
        self._plan = tuple((c.name, *_TYPES[c.type][:2], c.nullable and c.name not in table.key) for c in table.columns)

    def values(self, row: Row) -> Values:
        """The cells of a row in the order of the columns; ids and words that are subclasses of str become plain text.

        Raises:
            RegisterError: `row-invalid`: a column is missing, unknown or holds what it cannot.
        """
        if row.keys() != self._columns:
            odd = sorted(self._columns ^ row.keys())[0]
            raise self._invalid(odd, "is missing" if odd in self._columns else "is not a column of the table")
        cells: list[Scalar] = []
        for name, kind, further, nullable in self._plan:
            cell = row[name]
            if type(cell) is not kind and cell is not None:
                cell = _plain(cell)
            if not (nullable if cell is None else type(cell) is kind and (further is None or further(cell))):
                raise self._invalid(name, f"must be {self._types[name][2]}", type(cell).__name__)
            cells.append(cell)
        return tuple(cells)

    def batch(self, rows: Sequence[Row]) -> list[Values]:
        """The cells of many rows, as `values` gives them one by one: looked at column by column, which is quicker.

        Raises:
            RegisterError: `row-invalid`, for the first row that is.
        """
        try:
            picked = list(map(self._pick, rows))
        except KeyError:
            return [self.values(row) for row in rows]
        if set(map(len, rows)) <= {len(self._plan)} and self._surely_good(picked):
            return picked
        return [self.values(row) for row in rows]

    def _surely_good(self, rows: Sequence[Values]) -> bool:
        for column, cells in zip(self.table.columns, zip(*rows, strict=True), strict=bool(rows)):
            kinds = set(map(type, cells))
            if type(None) in kinds:
                if not column.nullable or column.name in self.table.key:
                    return False
                cells = tuple([cell for cell in cells if cell is not None])
                kinds.discard(type(None))
            together = _TOGETHER.get(column.type)
            if kinds and not (kinds == {_TYPES[column.type][0]} and (together is None or together(cells))):
                return False
        return True

    def key(self, key: Values) -> Values:
        """A key to look up, with as many values as the table's key has, of its types."""
        if len(key) != len(self.table.key):
            raise self._refused(self.table.key[0], f"the key has {len(self.table.key)} columns", f"{len(key)} values")
        return tuple([self._searched(name, value) for name, value in zip(self.table.key, key, strict=True)])

    def conditions(self, where: Where | None) -> tuple[Condition, ...]:
        """A query's conditions, each column with all that it may hold.

        Raises:
            RegisterError: `column-unknown`, or `query-invalid`: a value of a type that the column never holds.
        """
        found = []
        for name, wanted in (where or {}).items():
            self._known(name)
            options = wanted if isinstance(wanted, list | tuple) else (wanted,)
            found.append(Condition(name, tuple(dict.fromkeys([self._searched(name, option) for option in options]))))
        return tuple(found)

    def order(self, order: Sequence[str]) -> tuple[tuple[str, bool], ...]:
        """The columns to sort by, each with whether it goes down."""
        pairs = tuple((name.removeprefix("-"), name.startswith("-")) for name in order)
        for name, _ in pairs:
            self._known(name)
        return pairs

    def limit(self, limit: int | None) -> int | None:
        """A number of rows that can be."""
        if limit is not None and limit < 0:
            raise RegisterError("query-invalid", f"Table {self.table.name}: a limit cannot be negative.", remedy="Leave it out.")
        return limit

    def columns(self, columns: Sequence[str] | None) -> tuple[str, ...]:
        """The columns to read; all when none are named."""
        for name in columns or ():
            self._known(name)
        return self.table.names if columns is None else tuple(columns)

    def _known(self, name: str) -> None:
        if name not in self._columns:
            near = nearest(name, self._columns)
            remedy = f"Did you mean {near[0]!r}?" if near else f"It has {', '.join(self.table.names)}."
            raise RegisterError("column-unknown", f"Table {self.table.name} has no column {name!r}.", remedy=remedy)

    def _searched(self, name: str, value: object) -> Scalar:
        kind, further, words = self._types[name]
        if value is None:
            return None
        if isinstance(value, str | int | date):
            plain = _plain(value)
            if type(plain) is kind and (further is None or further(plain)):
                return plain
        raise self._refused(name, f"holds {words}", type(value).__name__)

    def _invalid(self, column: str, what: str, found: str | None = None) -> RegisterError:
        return RegisterError(
            "row-invalid",
            f"Table {self.table.name}: column {column} {what}.",
            place=Place(column=column),
            found=found,
            remedy="Hand in every column, each of exactly the type that the table describes.",
        )

    def _refused(self, column: str, what: str, found: str) -> RegisterError:
        return RegisterError(
            "query-invalid",
            f"Table {self.table.name}, column {column}: {what}.",
            place=Place(column=column),
            found=found,
            remedy="Ask with values of exactly that type.",
        )


def _plain(cell: Scalar) -> Scalar:
    return str.__str__(cell) if isinstance(cell, str) else cell


def check_row(table: Table, row: Row) -> None:
    """Whether the table takes this row; `TableCheck` is the quick way for many.

    Raises:
        RegisterError: `row-invalid`, with table and column.
    """
    TableCheck(table).values(row)
