"""Where a frame is reckoned: tables made here, in Polars, DuckDB or Spark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
from attrs import define

from pmp_core.errors import FactError

Lazy = nw.LazyFrame[Any]
ENGINES = ("polars", "duckdb", "pyspark")
_TYPES = {"text": nw.String(), "integer": nw.Int64(), "cents": nw.Int64(), "boolean": nw.Boolean(), "day": nw.Date()}


@define(frozen=True)
class Engine:
    """An engine that tables are handed to.

    Args:
        name: `polars`, `duckdb` or `pyspark`.
        session: of Spark.
    """

    name: str = "polars"
    session: Any = None

    def __attrs_post_init__(self) -> None:
        if self.name not in ENGINES:
            raise FactError(
                "backend-unknown", "There is no such kind of frame.", found=self.name, remedy=f"Use one of {', '.join(ENGINES)}."
            )

    def table(self, columns: Mapping[str, Sequence[Any]], types: Mapping[str, str]) -> Lazy:
        """A table of these columns.

        Raises:
            FactError: `backend-missing`.
        """
        try:
            frame = nw.from_dict(
                {name: list(columns[name]) for name in types},
                {name: _TYPES[kind] for name, kind in types.items()},
                backend="polars",
            )
            return self.held(frame)
        except ModuleNotFoundError:
            raise FactError(
                "backend-missing", f"{self.name} is not installed.", remedy="Install it: `pip install 'pmp-core[frames]'`."
            ) from None

    def held(self, frame: nw.DataFrame[Any]) -> Lazy:
        """A frame of Polars, in the engine."""
        match self.name:
            case "polars":
                return frame.lazy()
            case "duckdb":
                return _relation(frame.to_arrow())
        return frame.lazy("pyspark", session=self.session)

    def settled(self, frame: Lazy) -> Lazy:
        """A frame reckoned up to here and held: what is built on it is built on rows, and not on one ever longer query."""
        match self.name:
            case "polars":
                return frame.collect().lazy()
            case "duckdb":
                return _relation(frame.collect("pyarrow").to_native())
        native: Any = frame.to_native()
        held: Lazy = nw.from_native(native.localCheckpoint())
        return held


def _relation(table: Any) -> Lazy:
    """A table of PyArrow as a relation of DuckDB."""
    duckdb: Any = nw.Implementation.DUCKDB.to_native_namespace()
    relation: Lazy = nw.from_native(duckdb.from_arrow(table))
    return relation


def quotient(a: nw.Expr, b: nw.Expr) -> nw.Expr:
    """How many whole times `b` goes into `a`: exact in every engine for a quotient below 2**50, also where division makes floats."""
    return ((a - a % b) / b).round(0).cast(nw.Int64)


def minimum(a: nw.Expr, b: nw.Expr) -> nw.Expr:
    """The smaller of two."""
    return nw.when(a < b).then(a).otherwise(b)
