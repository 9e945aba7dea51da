"""Frames of a few rows: what a call costs whatever is in it, once the rule is lowered."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import sides
from plan import Plan
from report import Report, measured
from timing import timed
from workload import claims

GROUP = "small frame"
ROWS = (1, 100)
GOAL_MS = 20.0


def measure(report: Report, plan: Plan) -> None:
    """Each kind of frame with one row and with a hundred; the round that warms up lowers the rule."""
    runs: dict[str, Callable[[], Any]] = {}
    for rows in ROWS:
        frame = claims(rows, gaps=True).head(rows)
        made = sides.of_polars(frame, gaps=True)
        if find_spec("pyarrow"):
            made |= sides.of_pyarrow(frame)
            made |= sides.of_pandas(frame, gaps=True) if find_spec("pandas") else {}
            made |= sides.of_duckdb(frame, gaps=True) if find_spec("duckdb") else {}
        for kind, side in KINDS.items():
            if side in made:
                runs[f"{kind}, {rows} row{'s' if rows > 1 else ''}"] = made[side].run
    for name, times in timed(runs, 3 * plan.rounds).items():
        report.add(measured(GROUP, name, "ms", times, goal=GOAL_MS))


KINDS = {
    "Polars, lazy": "ours, lazy",
    "Polars, eager": "ours, eager",
    "PyArrow": "ours, PyArrow",
    "pandas, NumPy types": "ours, NumPy types",
    "pandas, Arrow types": "ours, Arrow types",
    "DuckDB": "ours, any order",
}
