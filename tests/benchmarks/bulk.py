"""Millions of claims in columns, engine by engine: ours beside expressions, queries and arrays written by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import polars as pl
import sides
from one_claim import folded, ours
from opponents import polars_lazy
from plan import DisagreementError, Plan, need
from report import Line, Report, compared
from sides import Sides
from timing import Times, timed
from workload import claims

NONE, GAPS = "nothing missing", "5 % gaps"
Pairs = Sequence[tuple[str, str, float | None]]


def measure_polars(report: Report, plan: Plan) -> None:
    """Polars, and NumPy for scale; gaps against none, and rows in any order against sorted ones."""
    group = "Polars"
    run: Sides = {}
    for name in (NONE, GAPS):
        frame, expected = _claims(plan, name)
        shuffled = frame.sample(fraction=1, shuffle=True, seed=1)
        in_any_order = sides.of_shuffled_polars(shuffled)
        _agree(group, in_any_order, shuffled.select("claim_id").join(expected, on="claim_id", maintain_order="left"))
        sorted_ones = sides.of_polars(frame, name == GAPS) | sides.of_numpy(frame)
        _agree(group, sorted_ones, expected)
        run |= _named(sorted_ones | in_any_order, name)
    times = timed({name: side.run for name, side in run.items()}, plan.rounds)
    pairs: Pairs = (
        ("ours, lazy", "by hand, lazy", 1.1),
        ("ours, text", "by hand, text", 1.3),
        ("ours, eager", "by hand, lazy", None),
        ("ours, in memory", "by hand, in memory", None),
        ("ours, lazy", "by hand, NumPy", 2.0),
        ("ours, shuffled", "ours, lazy", 4.0),
    )
    for name in (NONE, GAPS):
        for line in _lines(group, times, name, pairs):
            report.add(line)
    for side, goal in (("ours, lazy", 2.0), ("by hand, lazy", None)):
        report.add(compared(group, f"{side}: {GAPS}", times, f"{side}: {GAPS}", f"{side}: {NONE}", goal=goal))


def measure_pandas(report: Report, plan: Plan) -> None:
    """pandas, with NumPy's types and with Arrow's."""
    need("pandas", "pyarrow")
    pairs = (("ours, NumPy types", "by hand, NumPy types", 2.0), ("ours, Arrow types", "by hand, Arrow types", 2.0))
    _measure("pandas", sides.of_pandas, report, plan, pairs)


def measure_duckdb(report: Report, plan: Plan) -> None:
    """DuckDB, the answers as Arrow."""
    need("duckdb", "pyarrow")
    pairs = (("ours, any order", "by hand, any order", 1.15), ("ours, order kept", "by hand, order kept", 1.15))
    _measure("DuckDB", sides.of_duckdb, report, plan, pairs)


def measure_pyarrow(report: Report, plan: Plan) -> None:
    """PyArrow, beside NumPy: nobody writes such a rule for it by hand."""
    need("pyarrow")
    _measure(
        "PyArrow",
        lambda frame, gaps: sides.of_pyarrow(frame) | sides.of_numpy(frame),
        report,
        plan,
        (("ours, PyArrow", "by hand, NumPy", None),),
    )


def _measure(group: str, made: Callable[[pl.DataFrame, bool], Sides], report: Report, plan: Plan, pairs: Pairs) -> None:
    run: Sides = {}
    for name in (NONE, GAPS):
        frame, expected = _claims(plan, name)
        both = made(frame, name == GAPS)
        _agree(group, both, expected)
        run |= _named(both, name)
    times = timed({name: side.run for name, side in run.items()}, plan.rounds)
    for name in (NONE, GAPS):
        for line in _lines(group, times, name, pairs):
            report.add(line)


@cache
def _claims(plan: Plan, name: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The claims, and what they come to: by hand in Polars, and its first part claim after claim by our `decide`."""
    frame = claims(plan.claims // 2, gaps=name == GAPS)
    expected = polars_lazy.decide(frame.lazy(), gaps=name == GAPS, text=True).collect()
    first = frame.head(plan.loop_claims)
    if not folded(first, ours(first)).equals(expected.head(plan.loop_claims)):
        raise DisagreementError(f"{name}: claims one after another and Polars by hand")
    return frame, expected


def _agree(group: str, both: Sides, expected: pl.DataFrame) -> None:
    different = sides.disagreements(both, expected)
    if different:
        raise DisagreementError(f"{group}: {', '.join(different)}")


def _named(both: Sides, name: str) -> Sides:
    return {f"{side}: {name}": made for side, made in both.items()}


def _lines(group: str, times: dict[str, Times], name: str, pairs: Pairs) -> list[Line]:
    return [
        compared(group, f"{first}: {name}", times, f"{first}: {name}", f"{second}: {name}", goal=goal)
        for first, second, goal in pairs
    ]
