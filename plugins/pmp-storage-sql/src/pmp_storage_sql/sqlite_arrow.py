"""SQLite's columns by ADBC: of a copy, since the file itself must not be opened a second time.

The ADBC driver has an SQLite of its own, beside Python's. Two of them must not have one file open in one process: when one of them
closes it, the operating system drops the locks of both, and another process writes into the middle of our transaction (see
https://www.sqlite.org/howtocorrupt.html, "Multiple copies of SQLite linked into the same application"). So the table is copied
into a database of its own, inside SQLite and within the transaction, which therefore sees what it wrote.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pmp_storage_sql.arrow import ArrowWay
from pmp_storage_sql.queries import SqlQueries

_COPY = "pmp_arrow"
_AT_ONCE = "adbc.sqlite.query.batch_rows"


class CopiedTable(ArrowWay):
    """By a temporary table, in the order of the key, handed over as the bytes of a database."""

    driver = "adbc_driver_sqlite"
    reads_own_writes = True

    def fetch(self, adbc: Any, queries: SqlQueries, names: Sequence[str], rows: int) -> Any:
        """The columns; days and moments are text."""
        self.raw.execute(f"CREATE TEMP TABLE {_COPY} AS {queries.columns(names)}")
        try:
            content = self.raw.serialize(name="temp")
        finally:
            self.raw.execute(f"DROP TABLE temp.{_COPY}")
        file, name = tempfile.mkstemp(prefix="pmp-")
        path = Path(name)
        with os.fdopen(file, "wb") as copy:
            try:
                connection = adbc.connect(f"{path.as_uri()}?mode=ro")
            finally:
                path.unlink()
            with connection, connection.cursor() as cursor:
                # Only now is it filled: what has a name on the disk never held a row, whenever the process may be killed.
                copy.write(content)
                copy.flush()
                # All at once: the driver takes a column's type from the first rows, and some have no cell in them.
                cursor.adbc_statement.set_options(**{_AT_ONCE: max(rows, 1)})
                cursor.execute(f"SELECT * FROM {_COPY} ORDER BY rowid")
                return cursor.fetch_arrow_table()
