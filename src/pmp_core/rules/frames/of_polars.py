"""Polars: native expressions on a lazy plan. The library is the caller's; nothing here imports it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any

from pmp_core.rules.expression import Expression
from pmp_core.rules.frames.columns import Column
from pmp_core.rules.frames.looking import Fault, Seen, aggregates, fault, held, relied_on, seen
from pmp_core.rules.frames.magnitude import MOST_ROWS
from pmp_core.rules.frames.preparing import Prepared
from pmp_core.rules.frames.steps import FrameExpressions
from pmp_core.rules.frames.target import AMOUNT, COUNTED, PRIOR, REASONS, REFUSED, Keys, by_range, run_lengths
from pmp_core.rules.frames.unsorted import prior_unsorted
from pmp_core.rules.lowering import first_bits
from pmp_core.rules.result import OUTCOMES
from pmp_core.rules.rule import Rule

# How the lines of a plan begin that keeps the order of what it reads.
_KEEPING_ORDER = (
    "DF [",
    "Parquet SCAN",
    "Csv SCAN",
    "PROJECT ",
    "SELECT [",
    "WITH_COLUMNS:",
    "[",
    "FROM",
    "FILTER ",
    "SLICE[",
    "simple π",
    "ESTIMATED ROWS",
)
_LEFT_TO_CHANCE = re.compile(r"shuffle|sample|python|map_|\.map", re.IGNORECASE)


class PolarsTarget:
    """An eager or a lazy frame of Polars."""

    def __init__(self, ready: Prepared, given: Any) -> None:
        self.ready = ready
        self.api: Any = ready.frame.implementation.to_native_namespace()
        self.given, self.eager = list(given.collect_schema()), isinstance(given, self.api.DataFrame)
        self.frame: Any = ready.frame.to_native().lazy()
        self.expressions = FrameExpressions(self.api, ready, frozenset())
        self.relied_on: list[str] = []
        self.rows = 0

    def _comes_in_one_order(self, keys: Keys) -> bool:
        """Whether a lazy plan surely gives its rows in the same order each time.

        The engine may reorder the pieces of a join, a grouping, and much else. So only plans of parts that are known to keep
        the order of what they read count; what its own account does not show to be one of these is reckoned as unsorted.
        """
        lines = [line.strip() for line in self.frame.explain(optimized=False).splitlines()]
        sorted_by_all = f"SORT BY [{', '.join(f'col({key!r})' for key in keys.all)}".replace("'", '"')
        known = (*_KEEPING_ORDER, sorted_by_all)
        return all(line == "" or (line.startswith(known) and not _LEFT_TO_CHANCE.search(line)) for line in lines)

    def look(self, keys: Keys | None) -> Seen:
        """One look over the columns."""
        strictly = [_strictly(self.api, keys.all).alias("in order")] if keys else []
        row = self._collected(self.frame.select(*aggregates(self.api, self.ready), *strictly)).row(0, named=True)
        self.rows = row["rows"]
        in_order = keys is not None and row["in order"] and (self.eager or self._comes_in_one_order(keys))
        return seen(self.ready, row, in_order=in_order)

    def _collected(self, lazy: Any) -> Any:
        """A lazy plan may be larger than memory, and is then run in pieces; a frame in memory is not."""
        return lazy.collect() if self.eager else lazy.collect(engine="streaming")

    def first(self, column: Column, what: Fault) -> tuple[int | None, Any]:
        """Position and value of the first cell of a column that has a fault."""
        wrong = fault(self.api, self.ready, column, what).alias("wrong")
        rows = self.frame.select(self.api.col(held(self.ready, column)).alias("cell"), wrong).with_row_index("position")
        row = rows.filter("wrong").head(1).collect().row(0, named=True)
        return row["position"], row["cell"]

    def surely_within(self, keys: Keys, rows: int, *, in_order: bool) -> bool:
        """Whether no group has more rows than that: in order, a larger one would have two of its rows so far apart."""
        other = [self.api.col(key) != self.api.col(key).shift(rows) for key in keys.by]
        return in_order and bool(self._collected(self.frame.select(self.api.any_horizontal(other).all())).item())

    def largest_group(self, keys: Keys, column: str) -> tuple[int, int]:
        """Within the groups: the largest sum of a column, and the most rows."""
        groups = self.frame.group_by(*keys.by).agg(self.api.col(column).sum().alias(PRIOR), self.api.len().alias(COUNTED))
        row = self._collected(groups.select(self.api.col(PRIOR).max(), self.api.col(COUNTED).max())).row(0)
        return int(row[0]), int(row[1])

    def begin(self, nullable: frozenset[str]) -> None:
        """Get ready for the steps."""
        self.expressions = FrameExpressions(self.api, self.ready, nullable, quick=True)
        self.relied_on = [] if self.eager else relied_on(self.ready, nullable)

    def add(self, steps: Mapping[str, Expression]) -> None:
        """Take in steps."""
        self.frame = self.frame.with_columns(**self.expressions.steps(steps))

    def add_prior(self, keys: Keys, *, in_order: bool, with_refused: bool) -> None:
        """Take in what the earlier claims of each group used."""
        api, counted = self.api, self.api.col(COUNTED)
        if in_order:
            new = reduce(or_, [api.col(key) != api.col(key).shift(1) for key in keys.by])
            self.frame = self.frame.with_columns(run_lengths(api, counted, new, may_wrap=self.rows > MOST_ROWS).alias(PRIOR))
            return
        names = (*keys.all, COUNTED, *([REFUSED] if with_refused else []))
        if self.eager:
            frame = self.frame.collect()
            self.frame = frame.with_columns(prior_unsorted(api, keys, frame.select(names)).alias(PRIOR)).lazy()
            return

        def prior(columns: Sequence[Any]) -> Any:
            return prior_unsorted(api, keys, api.DataFrame(columns))

        self.frame = self.frame.with_columns(api.map_batches(names, prior, return_dtype=api.Int64).alias(PRIOR))

    def answer(self, rule: Rule, *, keep_order: bool) -> Any:
        """The caller's columns with outcome, amount and reasons. The order of rows is kept in any case."""
        api, reasons = self.api, self.api.col(REASONS)
        if self.relied_on:
            there = api.all_horizontal([api.col(name).is_not_null() for name in self.relied_on])
            self.frame = self.frame.with_columns(api.when(there).then(reasons).alias(REASONS))
        number = by_range(api, rule, reasons, [api.lit(i, dtype=api.UInt8) for i in range(len(OUTCOMES))])
        known = reasons < first_bits(rule)[1]
        amount = api.when(known).then(api.col(AMOUNT)) if rule.asked else api.lit(None, dtype=api.Int64)
        outputs = {"outcome": number.cat.to(api.Enum(OUTCOMES)), "amount_cents": amount, "reasons": reasons.cast(api.Int64)}
        ours = [name for name in self.frame.collect_schema() if name not in self.given]
        decided = self.frame.with_columns(**outputs).drop(ours)  # a name of the caller's may look like a pattern
        return decided.collect() if self.eager else decided


def _strictly(api: Any, keys: Sequence[str]) -> Any:
    """Whether each row comes after the one above it."""
    rest: Any = None
    for key in reversed(keys):
        now, above = api.col(key), api.col(key).shift(1)
        rest = now > above if rest is None else (now > above) | ((now == above) & rest)
    return rest.all()
