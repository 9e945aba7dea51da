"""Columns of a register in Polars: by way of Arrow, or of lists where there is no PyArrow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pmp_core.errors import PluginError
from pmp_core.register.arrow_tables import arrow
from pmp_core.register.bulk.file_reading import polars
from pmp_core.register.schema import ColumnType, Table
from pmp_core.register.storage import Transaction


def polars_frame(transaction: Transaction, table: Table, columns: Sequence[str]) -> Any:
    """Columns of a whole table, in the order of its key.

    Args:
        transaction: of the register.
        table: which.
        columns: their names; one at least.

    Returns:
        A `polars.DataFrame`: text, 64-bit integers (amounts in cents), booleans, dates, and moments to the microsecond in UTC.

    Raises:
        FactError: `backend-missing`: Polars is not installed.
    """
    pl = polars()
    try:
        arrow()
    except PluginError:
        types = {
            ColumnType.TEXT: pl.String(),
            ColumnType.INTEGER: pl.Int64(),
            ColumnType.BOOLEAN: pl.Boolean(),
            ColumnType.DAY: pl.Date(),
            ColumnType.MOMENT: pl.Datetime("us", "UTC"),
            ColumnType.CENTS: pl.Int64(),
        }
        return pl.DataFrame(transaction.scan(table, columns), schema={name: types[table.column(name).type] for name in columns})
    return pl.from_arrow(transaction.scan_arrow(table, columns))
