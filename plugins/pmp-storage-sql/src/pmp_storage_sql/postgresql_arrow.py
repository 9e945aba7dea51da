"""PostgreSQL's columns by ADBC: on a second connection that sees exactly what the transaction sees."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from pmp_storage_sql.arrow import ArrowWay
from pmp_storage_sql.queries import SqlQueries

_PATIENCE = 1000  # milliseconds: who wants to change the table waits for our transaction, and the second connection for him


class SecondConnection(ArrowWay):
    """By the transaction's snapshot, exported to a connection that only reads; one for all tables of the transaction.

    The transaction counts the rows itself. So the server knows that it has read the whole table, and a transaction that cannot be
    put in a row with others is told as ever.

    Args:
        raw: the driver's connection, in the transaction.
        place: tells where to connect to, in the words of libpq.
    """

    driver = "adbc_driver_postgresql"

    def __init__(self, raw: Any, place: Callable[[], str]) -> None:
        super().__init__(raw)
        self._place = place
        self._connection: Any = None
        self._errors: type[Exception] = Exception

    def fetch(self, adbc: Any, queries: SqlQueries, names: Sequence[str], rows: int) -> Any:
        """The columns, of PostgreSQL's own types."""
        if self._connection is None:
            snapshot = self.raw.execute("SELECT pg_export_snapshot()").fetchone()[0]
            self._connection, self._errors = adbc.connect(self._place()), adbc.Error
            with self._connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                cursor.execute(f"SET TRANSACTION SNAPSHOT '{snapshot}'")
                cursor.execute(f"SET LOCAL lock_timeout = {_PATIENCE}")
        with self._connection.cursor() as cursor:
            cursor.execute(queries.columns(names))
            return cursor.fetch_arrow_table()

    def close(self) -> None:
        """Close the second connection."""
        if self._connection is not None:
            with suppress(self._errors):  # it has only read, and may be broken
                self._connection.close()
            self._connection = None
