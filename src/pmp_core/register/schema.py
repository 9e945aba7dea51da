"""What a table is, for every storage: columns with types, a key, unique keys, references."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum

from attrs import field, frozen

Scalar = str | int | bool | date | datetime | None
Row = dict[str, Scalar]


class ColumnType(Enum):
    """What a cell holds; each storage keeps it in a real type of its own and gives back exactly this Python type."""

    TEXT = "text"  # str, any Unicode but the null character
    INTEGER = "integer"  # int, 64 bits
    BOOLEAN = "boolean"  # bool
    DAY = "day"  # date
    MOMENT = "moment"  # datetime in UTC, aware, microseconds
    CENTS = "cents"  # int: euro cents, never a float or a decimal


@frozen
class Column:
    """One column. `nullable` columns may be empty (None)."""

    name: str
    type: ColumnType
    nullable: bool = False


@frozen
class Reference:
    """The values of `columns` stand as the key of a row of `table`."""

    columns: tuple[str, ...]
    table: str


@frozen
class Table:
    """One flat table.

    Args:
        name: plural, snake_case.
        columns: in order.
        key: the columns that identify a row; never null.
        unique: further sets of columns of which no two rows share all values. A row with a null in one of them is
            equal to no other, as in SQL.
        references: foreign keys.
        versioned: whether the table has an integer column `version` that a write compares and sets.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    unique: tuple[tuple[str, ...], ...] = ()
    references: tuple[Reference, ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()
    versioned: bool = field(init=False)

    @versioned.default
    def _has_version(self) -> bool:
        return any(column.name == "version" for column in self.columns)

    def __attrs_post_init__(self) -> None:
        names = [column.name for column in self.columns]
        named = {
            *self.key,
            *(c for group in (*self.unique, *self.indexes) for c in group),
            *(c for r in self.references for c in r.columns),
        }
        if len(set(names)) != len(names) or not named <= set(names) or not self.key:
            raise ValueError(f"table {self.name}: columns named twice, or keys that name no column")

    def widens(self, other: Table) -> bool:
        """Whether this is the other table, or that table with more columns that may be empty. Indexes do not count.

        Args:
            other: as it was described before, by an earlier release say.

        >>> word = Column("word", ColumnType.TEXT)
        >>> before = Table("words", (word,), key=("word",))
        >>> Table("words", (word, Column("said", ColumnType.DAY, nullable=True)), key=("word",)).widens(before)
        True
        >>> Table("words", (word, Column("said", ColumnType.DAY)), key=("word",)).widens(before)
        False
        """
        more = [column for column in self.columns if column not in other.columns]
        same = (self.name, self.key, self.unique, self.references) == (other.name, other.key, other.unique, other.references)
        return same and len(more) + len(other.columns) == len(self.columns) and all(column.nullable for column in more)

    def column(self, name: str) -> Column:
        """The column of this name."""
        return next(column for column in self.columns if column.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        """The column names, in order."""
        return tuple(column.name for column in self.columns)
