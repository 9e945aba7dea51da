"""The benchmark: `python tests/benchmarks`. Checks that all sides agree, times them in rounds, prints a table, writes JSON."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import bulk
import bulk_file
import growth
import one_claim
import openfisca
import small_frames
import spark
import storage
from page import has_place, with_figures
from plan import FULL, QUICK, DisagreementError, Plan, SkippedError
from report import Report, table

GROUPS: dict[str, Callable[[Report, Plan], None]] = {
    "one": one_claim.measure,
    "polars": bulk.measure_polars,
    "pandas": bulk.measure_pandas,
    "pyarrow": bulk.measure_pyarrow,
    "duckdb": bulk.measure_duckdb,
    "small": small_frames.measure,
    "growth": growth.measure,
    "bulk-file": bulk_file.measure,
    "openfisca": openfisca.measure,
    "spark": spark.measure,
    "storage": storage.measure,
}


def main() -> int:
    """Run what was asked for; the exit code is 1 where sides disagree. Goals that are not met are told, and fail nothing."""
    parser = argparse.ArgumentParser(prog="python tests/benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer claims and rounds: to see that everything runs")
    parser.add_argument(
        "--only", action="append", choices=GROUPS, metavar="NAME", help=f"one of {', '.join(GROUPS)}; can be repeated"
    )
    parser.add_argument("--json", type=Path, default=Path("build/bench.json"), metavar="PATH", help="where the JSON goes")
    parser.add_argument("--page", type=Path, metavar="PATH", help="a page of Markdown whose figures are replaced by these")
    asked = parser.parse_args()
    if asked.page is not None and not has_place(asked.page.read_text(encoding="utf-8")):
        parser.error(f"{asked.page} has no place for figures")
    plan = QUICK if asked.quick else FULL
    report = Report(plan.claims, plan.rounds)
    for name in asked.only or GROUPS:
        try:
            GROUPS[name](report, plan)
        except SkippedError as why:
            report.skipped[name] = str(why)
        except DisagreementError as where:
            print(f"The answers differ, so nothing is timed. {where}", file=sys.stderr)
            return 1
    print(table(report.lines))
    for name, why in report.skipped.items():
        print(f"{name}: skipped, {why}")
    if asked.quick:
        print(f"Goals are for {FULL.claims:,} claims; with fewer, what a call costs whatever is in it weighs more.")
    report.write(asked.json)
    if asked.page is not None:
        asked.page.write_text(with_figures(asked.page.read_text(encoding="utf-8"), report), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
