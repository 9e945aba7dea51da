"""PyArrow, through Narwhals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any

import narwhals as nw

from pmp_core.rules.expression import Expression
from pmp_core.rules.frames.columns import Column
from pmp_core.rules.frames.looking import Fault, Seen, aggregates, fault, held, seen
from pmp_core.rules.frames.magnitude import MOST_ROWS
from pmp_core.rules.frames.preparing import OF_OURS, Prepared
from pmp_core.rules.frames.steps import FrameExpressions
from pmp_core.rules.frames.target import AMOUNT, COUNTED, PRIOR, REASONS, REFUSED, Keys, claim_twice, outcome_word, run_lengths
from pmp_core.rules.lowering import first_bits
from pmp_core.rules.rule import Rule

_POSITION, _NEW, _WRONG, _CELL = (OF_OURS + name for name in ("position", "new", "wrong", "cell"))


class EagerTarget:
    """A table of PyArrow."""

    def __init__(self, ready: Prepared, given: Any) -> None:
        self.ready = ready
        self.frame: Any = ready.frame
        self.given = list(nw.from_native(given).columns)
        self.expressions = FrameExpressions(nw, ready, frozenset())

    def look(self, keys: Keys | None) -> Seen:
        """One look over the columns."""
        (row,) = self.frame.select(*aggregates(nw, self.ready)).rows(named=True)
        return seen(self.ready, row, in_order=keys is not None and _strictly(self.frame, keys.all))

    def first(self, column: Column, what: Fault) -> tuple[int | None, Any]:
        """Position and value of the first cell of a column that has a fault."""
        wrong = fault(nw, self.ready, column, what).alias(_WRONG)
        rows = self.frame.select(nw.col(held(self.ready, column)).alias(_CELL), wrong).with_row_index(_POSITION)
        (row,) = rows.filter(nw.col(_WRONG)).head(1).rows(named=True)
        return row[_POSITION], row[_CELL]

    def surely_within(self, keys: Keys, rows: int, *, in_order: bool) -> bool:
        """Whether no group has more rows than that: in order, a larger one would have two of its rows so far apart."""
        return in_order and bool(_new(self.frame, keys.by, rows).all())

    def largest_group(self, keys: Keys, column: str) -> tuple[int, int]:
        """Within the groups: the largest sum of a column, and the most rows."""
        groups = self.frame.group_by(*keys.by).agg(nw.col(column).sum().alias(_NEW), nw.len().alias(_POSITION))
        return int(groups[_NEW].max()), int(groups[_POSITION].max())

    def begin(self, nullable: frozenset[str]) -> None:
        """Get ready for the steps."""
        self.expressions = FrameExpressions(nw, self.ready, nullable)

    def add(self, steps: Mapping[str, Expression]) -> None:
        """Take in steps."""
        self.frame = self.frame.with_columns(**self.expressions.steps(steps))

    def add_prior(self, keys: Keys, *, in_order: bool, with_refused: bool) -> None:
        """Take in what the earlier claims of each group used."""
        counted = self.frame.select(*keys.all, COUNTED, *([REFUSED] if with_refused else [])).with_row_index(_POSITION)
        rest = counted.head(0)
        if not in_order:
            if with_refused:
                counted, rest = counted.filter(~nw.col(REFUSED)), counted.filter(nw.col(REFUSED))
            counted = counted.sort(*keys.all)
            if not _strictly(counted, keys.all):
                raise claim_twice(keys)
        if len(counted):
            first = nw.new_series(_NEW, [True], nw.Boolean(), backend=counted.implementation).to_frame()
            counted = counted.with_columns(nw.concat([first, _new(counted, keys.by, 1).alias(_NEW).to_frame()])[_NEW])
        else:
            counted = counted.with_columns(nw.lit(True).alias(_NEW))
        prior = run_lengths(nw, nw.col(COUNTED), nw.col(_NEW), may_wrap=len(counted) > MOST_ROWS).cast(nw.Int64).alias(PRIOR)
        reckoned = counted.select(_POSITION, prior)
        if not in_order:
            zero = rest.select(_POSITION, nw.lit(0, nw.Int64).alias(PRIOR))
            reckoned = nw.concat([reckoned, zero]).sort(_POSITION)
        self.frame = self.frame.with_columns(reckoned[PRIOR])

    def answer(self, rule: Rule, *, keep_order: bool) -> Any:
        """The caller's columns with outcome, amount and reasons. The order of rows is kept in any case."""
        reasons, missing = nw.col(REASONS), first_bits(rule)[1]
        # Where the rule is not about money no mask is below 0, and every cell stays empty.
        amount = nw.when(reasons < missing).then(nw.col(AMOUNT)) if rule.asked else nw.when(reasons < 0).then(nw.lit(0, nw.Int64))
        outputs = {"amount_cents": amount, "reasons": reasons.cast(nw.Int64)}
        return self.frame.select(*self.given, outcome=outcome_word(rule, reasons).cast(nw.Categorical), **outputs).to_native()


def _strictly(frame: Any, keys: Sequence[str]) -> bool:
    """Whether each row comes after the one above it."""
    rest: Any = None
    for key in reversed(keys):
        now, above = frame[key][1:], frame[key][:-1]
        rest = now > above if rest is None else (now > above) | ((now == above) & rest)
    return bool(rest.all())


def _new(frame: Any, by: Sequence[str], rows: int) -> Any:
    """Whether a row is of another group than the one `rows` above it; for all rows that have one."""
    return reduce(or_, [frame[key][rows:] != frame[key][:-rows] for key in by])
