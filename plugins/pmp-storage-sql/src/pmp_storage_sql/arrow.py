"""How columns of a database go to Arrow by ADBC, without a Python object for each cell."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from pmp_core.register.arrow_tables import arrow, arrow_schema
from pmp_storage_sql.queries import SqlQueries


class ArrowWay(ABC):
    """A transaction's way to Arrow. Where it cannot go, it says so with None, and the lists are taken: they are never wrong.

    Args:
        raw: the driver's connection, in the transaction.

    Attributes:
        driver: the ADBC driver's module.
        reads_own_writes: whether it sees what the transaction wrote.
        rows_from: how many rows a table must have for it.
        wrote: whether the transaction has written, or tried to.
    """

    driver: str
    reads_own_writes = False

    def __init__(self, raw: Any) -> None:
        self.raw = raw
        self.rows_from = 0
        self.wrote = False
        self._given_up = False

    def read(self, queries: SqlQueries, names: Sequence[str]) -> Any:
        """These columns, in the order of the key, as a `pyarrow.Table` of the described types; None: take the lists."""
        if self._given_up or (self.wrote and not self.reads_own_writes):
            return None
        try:
            adbc = import_module(f"{self.driver}.dbapi")
        except ImportError:
            self._given_up = True
            return None
        rows = self.count(queries)
        if rows < self.rows_from:
            return None
        pa = arrow()
        try:
            found = self.fetch(adbc, queries, names, rows)
            schema = arrow_schema(queries.table, names)
            cells = [_cast(pa, column, field.type) for column, field in zip(found.columns, schema, strict=True)]
            table = pa.Table.from_arrays(cells, schema=schema)
        # No place for a file, no connection to be had, a cell that is not of the described type, …: the lists tell it if it matters.
        except (adbc.Error, OSError, pa.ArrowException):
            self._given_up = True
            return None
        return table if table.num_rows == rows else None

    def count(self, queries: SqlQueries) -> int:
        """How many rows the table has, as the transaction sees it."""
        cursor = self.raw.cursor()
        try:
            cursor.execute(queries.count)
            return int(cursor.fetchone()[0])
        finally:
            cursor.close()

    @abstractmethod
    def fetch(self, adbc: Any, queries: SqlQueries, names: Sequence[str], rows: int) -> Any:
        """The columns as the driver gives them.

        Args:
            adbc: the driver.
            queries: of the table.
            names: of the columns.
            rows: how many there are.
        """

    def close(self) -> None:  # noqa: B027 most have nothing to let go of
        """Let go of what was opened."""


def _cast(pa: Any, found: Any, kind: Any) -> Any:
    """A column as described. Of one without a cell the driver cannot know the type; SQLite has days and moments as text."""
    if found.null_count == len(found):
        return pa.nulls(len(found), kind)
    if pa.types.is_timestamp(kind) and pa.types.is_string(found.type):
        found = found.cast(pa.timestamp(kind.unit))
    return found.cast(kind)
