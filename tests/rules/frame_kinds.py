"""The kinds of frame that the tests decide on: how each is made from rows, and read back as plain rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa

Rows = list[tuple[Any, ...]]
SHOWN = ("row", "outcome", "amount_cents", "reasons")


def to_duckdb(frame: pl.DataFrame) -> duckdb.DuckDBPyRelation:
    """A relation in a database of its own."""
    connection = duckdb.connect()
    connection.register("rows", frame.to_arrow())
    connection.execute("create table claims as select * from rows")
    return connection.table("claims")


def to_pandas(frame: pl.DataFrame) -> pd.DataFrame:
    """NumPy's types, but for amounts with gaps: these are not floats, but pandas' own whole numbers."""
    made = frame.to_pandas()
    gappy = [name for name in made if name.endswith("_cents") and made[name].dtype.kind == "f" and made[name].isna().any()]
    return made.astype(dict.fromkeys(gappy, "Int64"))


KINDS: dict[str, Callable[[pl.DataFrame], Any]] = {
    "polars": lambda frame: frame,
    "polars, lazy": lambda frame: frame.lazy(),
    "pandas": to_pandas,
    "pandas, Arrow dtypes": lambda frame: frame.to_pandas(use_pyarrow_extension_array=True),
    "pandas, nullable dtypes": lambda frame: frame.to_pandas().convert_dtypes(),
    "pyarrow": lambda frame: frame.to_arrow(),
    "duckdb": to_duckdb,
}


def rows_of(decided: Any, shown: Sequence[str] = SHOWN) -> Rows:
    """Some columns of a decided frame as plain rows, in its own order."""
    match decided:
        case pl.LazyFrame():
            frame = decided.collect()
        case pl.DataFrame():
            frame = decided
        case pd.DataFrame():
            frame = pl.from_pandas(decided)
        case pa.Table():
            frame = pl.DataFrame(pl.from_arrow(decided))
        case _:
            frame = pl.DataFrame(pl.from_arrow(decided.to_arrow_table()))
    plain = {"outcome": pl.String, "amount_cents": pl.Int64, "reasons": pl.Int64}
    return frame.select(pl.col(name).cast(plain.get(name, frame.schema[name])) for name in shown).rows()
