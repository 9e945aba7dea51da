"""Frames that live in an engine, through Narwhals: DuckDB relations, PySpark. Their rows have no order but the keys'."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import narwhals as nw

from pmp_core.rules.expression import Expression, Running, StepValue
from pmp_core.rules.frames.columns import Column
from pmp_core.rules.frames.looking import Fault, Seen, aggregates, fault, held, relied_on, seen
from pmp_core.rules.frames.preparing import OF_OURS, Prepared
from pmp_core.rules.frames.sql import PLACE, SOURCE, SqlExpressions, look, query, quoted, turns_taken_twice
from pmp_core.rules.frames.steps import FrameExpressions
from pmp_core.rules.frames.target import AMOUNT, COUNTED, PRIOR, REASONS, REFUSED, Keys, claim_twice, outcome_word
from pmp_core.rules.lowering import first_bits
from pmp_core.rules.rule import Rule

_ROWS, _SUM = OF_OURS + "rows", OF_OURS + "sum"


class EngineTarget:
    """A frame of PySpark, a relation of DuckDB, or their like."""

    def __init__(self, ready: Prepared, given: Any) -> None:
        self.ready = ready
        self.frame: Any = ready.frame
        self.given = list(nw.from_native(given).collect_schema())
        self.expressions = FrameExpressions(nw, ready, frozenset())
        self.relied_on: list[str] = []

    def look(self, keys: Keys | None) -> Seen:
        """One look over the columns. Rows lie in no order here."""
        return seen(self.ready, _row(self.frame.select(*aggregates(nw, self.ready))) or {}, in_order=False)

    def first(self, column: Column, what: Fault) -> tuple[int | None, Any]:
        """The value of some cell of a column that has a fault; rows have no position here."""
        rows = self.frame.filter(fault(nw, self.ready, column, what)).select(nw.col(held(self.ready, column)).alias("cell"))
        return None, (_first(rows) or {}).get("cell")

    def surely_within(self, keys: Keys, rows: int, *, in_order: bool) -> bool:
        """Nothing cheap tells it without an order of rows."""
        return False

    def largest_group(self, keys: Keys, column: str) -> tuple[int, int]:
        """Within the groups: the largest sum of a column, and the most rows."""
        groups = self.frame.group_by(*keys.by).agg(nw.col(column).sum().alias(_SUM), nw.len().alias(_ROWS))
        found = _row(groups.select(nw.col(_SUM).max(), nw.col(_ROWS).max())) or {}
        return int(found[_SUM]), int(found[_ROWS])

    def begin(self, nullable: frozenset[str]) -> None:
        """Get ready for the steps."""
        self.expressions = FrameExpressions(nw, self.ready, nullable)
        self.relied_on = relied_on(self.ready, nullable)

    def add(self, steps: Mapping[str, Expression]) -> None:
        """Take in steps."""
        self.frame = self.frame.with_columns(**self.expressions.steps(steps))

    def add_prior(self, keys: Keys, *, in_order: bool, with_refused: bool) -> None:
        """Take in what the earlier claims of each group used, as a window; only what is not refused has to be sorted for it."""
        refused = nw.col(REFUSED).fill_null(False)  # null only where a cell is empty that was not at the look
        counting = self.frame.filter(~refused) if with_refused else self.frame
        turns = counting.group_by(*keys.all).agg(nw.len().alias(_ROWS)).filter(nw.col(_ROWS) > 1)
        if _first(turns) is not None:
            raise claim_twice(keys)
        counted = nw.col(COUNTED)
        prior = counted.cum_sum().over(*keys.by, order_by=keys.order) - counted
        counting = counting.with_columns(prior.cast(nw.Int64).alias(PRIOR))
        if with_refused:
            others = self.frame.filter(refused).with_columns(nw.lit(0, nw.Int64).alias(PRIOR))
            counting = nw.concat([counting, others], how="vertical")
        self.frame = counting

    def answer(self, rule: Rule, *, keep_order: bool) -> Any:
        """The caller's columns with outcome, amount and reasons."""
        there = nw.all_horizontal(*(~nw.col(name).is_null() for name in self.relied_on), ignore_nulls=False)
        reasons, missing = nw.when(there).then(nw.col(REASONS)), first_bits(rule)[1]
        amount = nw.when(reasons < missing).then(nw.col(AMOUNT)) if rule.asked else nw.lit(None, nw.Int64)
        outputs = {"amount_cents": amount.cast(nw.Int64), "reasons": reasons.cast(nw.Int64)}
        return self.frame.select(*self.given, outcome=outcome_word(rule, reasons), **outputs).to_native()


class DuckDbTarget(EngineTarget):
    """A relation of DuckDB: one query. Its rows come in an order, although nothing can be reckoned by it."""

    def __init__(self, ready: Prepared, given: Any) -> None:
        super().__init__(ready, given)
        self.sql = SqlExpressions(ready, frozenset())
        self.levels: list[Mapping[str, Expression]] = []
        self.keys, self.differ = Keys((), ()), False

    def begin(self, nullable: frozenset[str]) -> None:
        """Get ready for the steps."""
        self.sql = SqlExpressions(self.ready, nullable)
        self.relied_on = relied_on(self.ready, nullable)

    def add(self, steps: Mapping[str, Expression]) -> None:
        """Take in steps."""
        self.levels.append(steps)

    def look(self, keys: Keys | None) -> Seen:
        """One look over the columns, and whether all turns differ."""
        relation = self.ready.frame.to_native().query(SOURCE, look(self.ready, keys))
        row = dict(zip(relation.columns, relation.fetchall()[0], strict=True))
        self.differ = bool(row.get("differ"))
        return seen(self.ready, row, in_order=False)

    def add_prior(self, keys: Keys, *, in_order: bool, with_refused: bool) -> None:
        """Take in what the earlier claims of each group used."""
        self.keys = keys
        if not self.differ:
            twice = turns_taken_twice(self.levels, self.sql, keys, with_refused=with_refused)
            if self.ready.frame.to_native().query(SOURCE, twice).fetchall():
                raise claim_twice(keys)
        self.levels.append({"prior": Running(StepValue("counted"))})

    def answer(self, rule: Rule, *, keep_order: bool) -> Any:
        """The caller's columns with outcome, amount and reasons, in the order of the relation if that is wanted."""
        relation, place = self.ready.frame.to_native(), keep_order and bool(rule.by)
        if place:  # a window loses the order
            relation = relation.project(f"*, row_number() OVER () AS {quoted(PLACE)}")
        return relation.query(SOURCE, query(rule, self.levels, self.sql, self.given, self.keys, self.relied_on, place=place))


def _first(frame: Any) -> Mapping[str, Any] | None:
    """The first row of several."""
    return _row(frame.head(1))


def _row(frame: Any) -> Mapping[str, Any] | None:
    """The row, by the engine's own means: Narwhals' would need PyArrow."""
    names, native = frame.collect_schema().names(), frame.to_native()
    rows = native.fetchall() if hasattr(native, "fetchall") else native.collect()
    return dict(zip(names, rows[0], strict=True)) if rows else None
