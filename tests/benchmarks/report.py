"""What was measured: as a table for people and as JSON for machines."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from os import cpu_count
from pathlib import Path
from typing import Any, Literal

from timing import Times

Unit = Literal["µs", "ms", "s", "ns a row", "bytes a row", "GiB"]
_IN_SECONDS = {"ns a row": 1e-9, "µs": 1e-6, "ms": 1e-3, "s": 1.0}
LIBRARIES = ("polars", "narwhals", "pandas", "pyarrow", "duckdb", "numpy", "openfisca-core", "pyspark", "sqlalchemy", "psycopg")


@dataclass(frozen=True)
class Line:
    """One thing measured, alone or against another.

    Args:
        group: which part of the benchmark.
        name: what was measured.
        unit: of both figures.
        figure: median, smallest and largest round.
        against: what it is held against.
        other: the figure of that.
        ratio: the first over the other (`times_faster`: the other over the first): of the medians, smallest and largest of the rounds.
        goal: what the ratio, or without one the figure, should be at most; at least, where it says how many times faster.
    """

    group: str
    name: str
    unit: Unit
    figure: tuple[float, float, float]
    against: str = ""
    other: tuple[float, float, float] | None = None
    ratio: tuple[float, float, float] | None = None
    goal: float | None = None
    times_faster: bool = False

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where there is none."""
        if self.goal is None:
            return None
        value = (self.ratio or self.figure)[0]
        return value >= self.goal if self.times_faster else value <= self.goal


@dataclass
class Report:
    """Everything that was measured, and what was left out and why."""

    claims: int
    rounds: int
    lines: list[Line] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)

    def add(self, line: Line) -> None:
        """Take in a line, and say that it is there: a run takes minutes."""
        self.lines.append(line)
        print(f"{line.group}: {line.name}", file=sys.stderr, flush=True)

    def as_json(self) -> dict[str, Any]:
        """The report for machines: times in the unit that each line names."""
        return {
            "claims": self.claims,
            "rounds": self.rounds,
            "python": platform.python_version(),
            "system": f"{platform.system()} {platform.machine()}",
            "cores": cpu_count(),
            "libraries": {name: found for name in LIBRARIES if (found := _version(name))},
            "skipped": self.skipped,
            "lines": [
                {
                    "group": line.group,
                    "name": line.name,
                    "unit": line.unit,
                    "figure": _three(line.figure),
                    "against": line.against or None,
                    "other": _three(line.other),
                    "ratio": _three(line.ratio),
                    "times_faster": line.times_faster,
                    "goal": line.goal,
                    "met": line.met,
                }
                for line in self.lines
            ],
        }

    def write(self, path: Path) -> None:
        """Write the JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.as_json(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def measured(group: str, name: str, unit: Unit, times: Times, *, goal: float | None = None) -> Line:
    """A line about one thing alone."""
    return Line(group, name, unit, _figure(times, unit), goal=goal)


def compared(
    group: str,
    name: str,
    times: dict[str, Times],
    ours: str,
    theirs: str,
    *,
    unit: Unit = "ms",
    goal: float | None = None,
    times_faster: bool = False,
) -> Line:
    """A line about two sides that ran in the same rounds."""
    a, b = times[ours], times[theirs]
    ratio = b.over(a) if times_faster else a.over(b)
    return Line(group, name, unit, _figure(a, unit), theirs, _figure(b, unit), ratio, goal, times_faster)


def _figure(times: Times, unit: Unit) -> tuple[float, float, float]:
    low, high = times.span
    return times.median / _IN_SECONDS[unit], low / _IN_SECONDS[unit], high / _IN_SECONDS[unit]


HEAD = ("", "median (min–max)", "against", "median (min–max)", "ratio (rounds)", "goal", "")


def table(lines: Iterable[Line]) -> str:
    """The lines in columns, a heading above each group."""
    rows = [(line.group, cells(line)) for line in lines]
    widths = [max(len(row[i]) for row in (HEAD, *(row for _, row in rows))) for i in range(len(HEAD))]
    written = [_columns(HEAD, widths)]
    last = ""
    for group, row in rows:
        written += [group] if group != last else []
        written.append(_columns(row, widths))
        last = group
    return "\n".join(written)


def cells(line: Line) -> tuple[str, ...]:
    """A line as people read it, in the columns of `HEAD`."""
    sign, scale = "≥" if line.times_faster else "≤", "×" if line.ratio else f" {line.unit}"
    return (
        f"  {line.name}",
        f"{_span(line.figure)} {line.unit}",
        line.against,
        "" if line.other is None else f"{_span(line.other)} {line.unit}",
        "" if line.ratio is None else f"{line.ratio[0]:.2f}× ({line.ratio[1]:.2f}–{line.ratio[2]:.2f})",
        "" if line.goal is None else f"{sign} {line.goal:g}{scale}",
        {True: "met", False: "NOT MET", None: ""}[line.met],
    )


def _columns(row: tuple[str, ...], widths: list[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _span(figure: tuple[float, float, float]) -> str:
    middle, low, high = (_short(value) for value in figure)
    return middle if low == middle == high else f"{middle} ({low}–{high})"


def _short(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def _three(figure: tuple[float, float, float] | None) -> dict[str, float] | None:
    return None if figure is None else dict(zip(("median", "min", "max"), (round(value, 6) for value in figure), strict=True))


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
