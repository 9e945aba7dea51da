"""Tables of a register as tables of PyArrow: one type for each type of column, whatever the storage. PyArrow is asked for late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw

from pmp_core.errors import PluginError
from pmp_core.register.schema import ColumnType, Scalar, Table


def arrow() -> Any:
    """PyArrow itself.

    Raises:
        PluginError: `extra-missing`, where it is not installed.
    """
    try:
        return nw.Implementation.PYARROW.to_native_namespace()
    except ModuleNotFoundError:
        raise PluginError(
            "extra-missing", "The library that holds columns is not installed.", found="pyarrow",
            remedy="Install it: `pip install 'pmp-core[frames]'`.",
        ) from None  # fmt: skip


def arrow_schema(table: Table, columns: Sequence[str]) -> Any:
    """The types in which these columns are given.

    Args:
        table: whose columns they are.
        columns: their names, in order.

    Returns:
        A `pyarrow.Schema`: TEXT is `string`, INTEGER and CENTS are `int64`, BOOLEAN is `bool`, DAY is `date32`, MOMENT is
        `timestamp[us, tz=UTC]`. All may be null.

    Raises:
        PluginError: `extra-missing`.
    """
    pa = arrow()
    types = {
        ColumnType.TEXT: pa.string(),
        ColumnType.INTEGER: pa.int64(),
        ColumnType.BOOLEAN: pa.bool_(),
        ColumnType.DAY: pa.date32(),
        ColumnType.MOMENT: pa.timestamp("us", tz="UTC"),
        ColumnType.CENTS: pa.int64(),
    }
    return pa.schema([(name, types[table.column(name).type]) for name in columns])


def arrow_table(table: Table, columns: Mapping[str, Sequence[Scalar]]) -> Any:
    """A table of PyArrow from lists, for whoever has no shorter way: a storage, or a layer that changes what it reads.

    Args:
        table: the description.
        columns: what `scan` gave.

    Returns:
        A `pyarrow.Table` with these columns in this order, of the types of `arrow_schema`.

    Raises:
        PluginError: `extra-missing`.

    >>> from pmp_core.register.schema import Column, ColumnType, Table
    >>> words = Table("words", (Column("word", ColumnType.TEXT), Column("said", ColumnType.DAY, nullable=True)), key=("word",))
    >>> arrow_table(words, {"said": [None], "word": ["jā"]}).schema.types
    [DataType(date32[day]), DataType(string)]
    """
    return arrow().table(dict(columns), schema=arrow_schema(table, tuple(columns)))
