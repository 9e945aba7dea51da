"""The sides of each comparison over columns, ours and theirs, made ready to run; and their answers as one kind of rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import polars as pl
from opponents.reasons import OUTCOMES
from workload import rule

ANSWER = ("claim_id", "outcome", "amount_cents", "reasons")
Sides = dict[str, "Side"]


def rows_of(answer: Any) -> pl.DataFrame:
    """Any answer as a frame of Polars: ids, outcomes as text, amounts, reasons."""
    frame = answer if isinstance(answer, pl.DataFrame) else nw.from_native(answer).to_polars()
    return frame.select("claim_id", pl.col("outcome").cast(pl.String), "amount_cents", "reasons")


@dataclass(frozen=True)
class Side:
    """One way to decide the claims.

    Args:
        run: what is timed.
        in_order: whether the rows come as the claims went in; asked when the answers are compared.
        rows: the answers as a frame of Polars.
    """

    run: Callable[[], Any]
    in_order: bool = True
    rows: Callable[[Any], pl.DataFrame] = rows_of


def disagreements(sides: Sides, expected: pl.DataFrame) -> list[str]:
    """The sides whose answers differ from what is expected, row for row."""
    different = []
    for name, side in sides.items():
        found, wanted = side.rows(side.run()), expected
        if not side.in_order:
            found, wanted = found.sort("claim_id"), expected.sort("claim_id")
        if not found.equals(wanted):
            different.append(name)
    return different


def of_polars(frame: pl.DataFrame, gaps: bool) -> Sides:
    """Polars, lazy and eager; the frame lies sorted."""
    from opponents import polars_lazy

    lazy = frame.lazy()
    return {
        "ours, lazy": Side(lambda: rule().decide_frame(lazy).select(ANSWER).collect()),
        "by hand, lazy": Side(lambda: polars_lazy.decide(lazy, gaps=gaps).collect()),
        "ours, text": Side(
            lambda: rule().decide_frame(lazy).select(ANSWER).with_columns(pl.col("outcome").cast(pl.String)).collect()
        ),
        "by hand, text": Side(lambda: polars_lazy.decide(lazy, gaps=gaps, text=True).collect()),
        "ours, eager": Side(lambda: rule().decide_frame(frame).select(ANSWER)),
        "ours, in memory": Side(lambda: rule().decide_frame(lazy).select(ANSWER).collect(engine="in-memory")),
        "by hand, in memory": Side(lambda: polars_lazy.decide(lazy, gaps=gaps).collect(engine="in-memory")),
    }


def of_shuffled_polars(frame: pl.DataFrame) -> Sides:
    """Polars, the rows in any order, which they keep."""
    lazy = frame.lazy()
    return {"ours, shuffled": Side(lambda: rule().decide_frame(lazy).select(ANSWER).collect())}


def of_numpy(frame: pl.DataFrame) -> Sides:
    """NumPy on arrays made beforehand."""
    from opponents import numpy_arrays

    columns = numpy_arrays.prepare(frame)

    def rows(answer: tuple[Any, Any, Any]) -> pl.DataFrame:
        outcome, amount, reasons = answer
        told = pl.Series(OUTCOMES).gather(pl.Series(outcome))
        found = pl.DataFrame({"claim_id": frame["claim_id"], "outcome": told, "amount_cents": amount, "reasons": reasons})
        return found.with_columns(amount_cents=pl.when(pl.col("outcome") != "undetermined").then("amount_cents"))

    return {"by hand, NumPy": Side(lambda: numpy_arrays.decide(columns), rows=rows)}


def of_pandas(frame: pl.DataFrame, gaps: bool) -> Sides:
    """pandas with NumPy's types and with Arrow's."""
    import pandas as pd
    from opponents import pandas_series

    of_numpy = frame.to_pandas()
    # Amounts are never floats, which NumPy makes of them where there are gaps: they come in pandas' own whole numbers.
    for_us = of_numpy.astype({"cofunded": "Int64"}) if gaps else of_numpy
    of_arrow = frame.to_pandas(use_pyarrow_extension_array=True)
    answer = list(ANSWER)

    def rows(found: pd.DataFrame) -> pl.DataFrame:
        return rows_of(pl.from_pandas(found[answer].astype({"outcome": "str", "amount_cents": "Int64"})))

    return {
        "ours, NumPy types": Side(lambda: rule().decide_frame(for_us)[answer], rows=rows),
        "by hand, NumPy types": Side(lambda: pandas_series.decide(of_numpy, gaps=gaps)[answer], rows=rows),
        "ours, Arrow types": Side(lambda: rule().decide_frame(of_arrow)[answer], rows=rows),
        "by hand, Arrow types": Side(lambda: pandas_series.decide_arrow(of_arrow, gaps=gaps)[answer], rows=rows),
    }


def of_pyarrow(frame: pl.DataFrame) -> Sides:
    """A table of PyArrow."""
    table = frame.to_arrow()
    return {"ours, PyArrow": Side(lambda: rule().decide_frame(table).select(list(ANSWER)))}


def of_duckdb(frame: pl.DataFrame, gaps: bool) -> Sides:
    """A table of DuckDB, in memory; the answers come as Arrow."""
    import duckdb
    from opponents import sql_query

    connection = duckdb.connect()
    connection.register("given", frame.to_arrow())
    connection.execute("CREATE TABLE claims AS FROM given")
    connection.execute("SET preserve_insertion_order = false")
    claims = connection.table("claims")
    free, kept = sql_query.query("claims", gaps=gaps), sql_query.query("claims", gaps=gaps, place="rowid")
    return {
        "ours, any order": Side(
            lambda: rule().decide_frame(claims, keep_order=False).select(*ANSWER).to_arrow_table(), in_order=False
        ),
        "by hand, any order": Side(lambda: connection.sql(free).to_arrow_table(), in_order=False),
        "ours, order kept": Side(lambda: rule().decide_frame(claims).select(*ANSWER).to_arrow_table()),
        "by hand, order kept": Side(lambda: connection.sql(kept).to_arrow_table()),
    }
