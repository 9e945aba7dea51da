"""The storage port: what a register needs of a database, and no more.

Whoever writes a storage implements `Storage` and `Transaction`. Everything else (entities, history, access) lives above.
Rows are dictionaries with every column of the table, of exactly the Python types that `ColumnType` names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, runtime_checkable

from pmp_core.register.schema import Row, Scalar, Table


@runtime_checkable
class Transaction(Protocol):
    """One transaction. What it wrote is visible to itself at once, and to others only after it ended without an error."""

    def get(self, table: Table, key: tuple[Scalar, ...]) -> Row | None:
        """The row with this key, or None."""
        ...

    def find(
        self,
        table: Table,
        where: Mapping[str, Scalar | Sequence[Scalar]] | None = None,
        *,
        order: Sequence[str] = (),
        limit: int | None = None,
    ) -> list[Row]:
        """Rows whose columns equal the given values; a list or tuple means any of them, None means empty.

        `order` names columns, ascending, `-name` descending; ties and no order at all come in the order of the key.
        Empty cells come first, ascending.
        """
        ...

    def count(self, table: Table, where: Mapping[str, Scalar | Sequence[Scalar]] | None = None) -> int:
        """How many rows `find` would give."""
        ...

    def insert(self, table: Table, rows: Iterable[Row]) -> None:
        """Add rows.

        Raises:
            NotUnique: `not-unique`: a row has the key, or all values of a unique set, of another.
            RegisterError: `reference-missing`: a row refers to one that is not there.
        """
        ...

    def update(self, table: Table, row: Row, *, version: int | None = None) -> None:
        """Replace the row with the same key.

        Args:
            table: where.
            row: the whole new row.
            version: for versioned tables, the version that the stored row must still have.

        Raises:
            VersionConflict: `version-conflict`: the stored row has another version.
            NotFound: `not-found`: there is no such row.
            NotUnique: as for `insert`.
        """
        ...

    def delete(self, table: Table, where: Mapping[str, Scalar | Sequence[Scalar]]) -> int:
        """Remove the rows that `find` would give; returns how many."""
        ...

    def scan(self, table: Table, columns: Sequence[str] | None = None) -> dict[str, list[Scalar]]:
        """The whole table as columns, in the order of the key."""
        ...

    def scan_arrow(self, table: Table, columns: Sequence[str] | None = None) -> Any:
        """What `scan` gives, as a `pyarrow.Table` of the types of `arrow_tables.arrow_schema`.

        A storage that has no shorter way to it returns `arrow_tables.arrow_table(table, self.scan(table, columns))`.

        Raises:
            PluginError: `extra-missing`: PyArrow is not installed.
        """
        ...


@runtime_checkable
class Storage(Protocol):
    """Where a register's tables lie."""

    name: str

    def create(self, tables: Sequence[Table]) -> None:
        """Make the tables that are not there yet. Existing ones keep their rows, and get the columns they lack that may be empty."""
        ...

    def begin(self) -> AbstractContextManager[Transaction]:
        """A transaction: all is kept when the block ends well, nothing when it raises."""
        ...

    def close(self) -> None:
        """Let go of the database. Closing twice does nothing."""
        ...
