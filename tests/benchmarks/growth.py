"""Growing frames, each in a process of its own: time a row and memory above the input. The sizes take turns, so that a slow
minute of the machine meets all of them."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import polars as pl
from plan import Plan, need
from report import Line, Report, compared, measured
from timing import Times
from workload import claims

GROUP = "growth"
CHILD = Path(__file__).parent / "growth_child.py"
LEARNERS_AT_ONCE = 500_000
FLAT_FROM, FLAT_WITHIN = 1_000_000, 1.2
TURNS = 2
# By name: who decides, and Polars' engine; only our streaming has to stay flat.
SIDES = {
    "ours, streaming": ("ours", "streaming"),
    "by hand, streaming": ("by-hand", "streaming"),
    "ours, in memory": ("ours", "in-memory"),
}


def measure(report: Report, plan: Plan) -> None:
    """Time and memory a row at each size. Flat means: at most a fifth above the time a row at a million."""
    need("pyarrow")
    with tempfile.TemporaryDirectory() as folder:
        files = {rows: Path(folder) / f"{rows}.arrow" for rows in plan.growth}
        for rows, file in files.items():
            _write(file, rows)
        for side, (who, engine) in SIDES.items():
            told: dict[int, list[dict[str, Any]]] = {rows: [] for rows in files}
            for _ in range(TURNS):
                for rows, file in files.items():
                    told[rows].append(_told_by_child(file, who, engine, plan.growth_rounds))
            for line in _lines(side, told):
                report.add(line)


def _write(file: Path, rows: int) -> None:
    """Claims with gaps, sorted, in pieces that memory holds easily."""
    import pyarrow as pa

    writer = None
    for done in range(0, rows // 2, LEARNERS_AT_ONCE):
        learners = min(LEARNERS_AT_ONCE, rows // 2 - done)
        piece = claims(learners, gaps=True, seed=7 + done)
        piece = piece.with_columns(pl.col("learner_id") + done, pl.col("claim_id") + 2 * done)
        table = piece.to_arrow()
        writer = writer or pa.ipc.new_file(file, table.schema)
        writer.write_table(table)
    assert writer is not None
    writer.close()


def _told_by_child(file: Path, who: str, engine: str, rounds: int) -> dict[str, Any]:
    done = subprocess.run([sys.executable, CHILD, file, who, engine, str(rounds)], stdout=subprocess.PIPE, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _lines(side: str, told: dict[int, list[dict[str, Any]]]) -> list[Line]:
    times = {
        f"{rows:,} rows": Times(tuple(seconds / rows for turn in turns for seconds in turn["seconds"]))
        for rows, turns in told.items()
    }
    start = f"{FLAT_FROM:,} rows"
    lines = []
    for (rows, turns), name in zip(told.items(), times, strict=True):
        if rows > FLAT_FROM:
            goal = FLAT_WITHIN if side == "ours, streaming" else None
            lines.append(compared(GROUP, f"{side}, {name}", times, name, start, unit="ns a row", goal=goal))
        else:
            lines.append(measured(GROUP, f"{side}, {name}", "ns a row", times[name]))
        peaks = [turn["peak"] / rows for turn in turns if turn["peak"] is not None]
        if peaks:
            lines.append(
                Line(GROUP, f"{side}, {name}: peak above the input", "bytes a row", (max(peaks), min(peaks), max(peaks)))
            )
    return lines
