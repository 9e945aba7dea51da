"""A bound rule over columns: the second execution of the one definition."""

from __future__ import annotations

from typing import Any

import narwhals as nw

from pmp_core.errors import FactError, Place
from pmp_core.rules.door import Door
from pmp_core.rules.expression import Expression
from pmp_core.rules.frames.arrays import ArrayTarget
from pmp_core.rules.frames.columns import Column
from pmp_core.rules.frames.eager import EagerTarget
from pmp_core.rules.frames.engines import DuckDbTarget, EngineTarget
from pmp_core.rules.frames.looking import Fault, Seen, bounds_of
from pmp_core.rules.frames.magnitude import LARGEST_NUMBER, MOST_ROWS, check_magnitude, never_negative
from pmp_core.rules.frames.of_polars import PolarsTarget
from pmp_core.rules.frames.preparing import OF_FACT, Prepared, prepared
from pmp_core.rules.frames.steps import levels
from pmp_core.rules.frames.target import Keys, Target
from pmp_core.rules.lowering import UNKNOWN_SUM, lower
from pmp_core.rules.rule import Rule

# So many sets of missing facts are kept lowered; a server that meets more of them lowers again.
_MOST_KEPT = 64


class FrameRule:
    """A bound rule over columns. It keeps what it lowered: once for each set of facts that may be missing."""

    def __init__(self, rule: Rule) -> None:
        self.rule, self.door = rule, Door(rule)
        self._levels: dict[frozenset[str], list[dict[str, Expression]]] = {}

    def decide(self, native: Any, *, keep_order: bool) -> Any:
        """The frame with outcome, amount and reasons, in its own type: see `BoundRule.decide_frame`."""
        if isinstance(native, nw.DataFrame | nw.LazyFrame):
            return nw.from_native(self.decide(native.to_native(), keep_order=keep_order))
        ready = prepared(self.rule, native)
        target = _target(ready, native)
        named = ready.named
        keys = Keys(tuple(named[name] for name in self.rule.by), tuple(named[name] for name in self.rule.order))
        seen = self.look(target, ready, keys)
        target.begin(seen.empty)
        above: set[str] = set()
        for level in self.levels(seen.empty):
            if "prior" in level:
                target.add_prior(keys, in_order=seen.in_order, with_refused="refused" in above)
            above |= level.keys()
            steps = {name: e for name, e in level.items() if name != "prior"}
            if steps:
                target.add(steps)
        return target.answer(self.rule, keep_order=keep_order)

    def levels(self, empty: frozenset[str]) -> list[dict[str, Expression]]:
        """The lowered rule for frames in which these columns have empty cells."""
        nullable = frozenset(fact.name for fact in self.rule.facts if fact.can_be_missing and fact.name in empty)
        if nullable not in self._levels:
            lowered = lower(self.rule, nullable)
            check_magnitude(self.rule, lowered)
            if len(self._levels) >= _MOST_KEPT:
                self._levels.clear()
            self._levels[nullable] = levels(never_negative(self.rule, lowered))
        return self._levels[nullable]

    def look(self, target: Target, ready: Prepared, keys: Keys) -> Seen:
        """One look over the columns: what is missing, what cannot be, and whether the claims lie in order.

        Raises:
            FactError: `fact-required`, `fact-type`, `fact-value` with column and row; `group-too-large`.
        """
        seen = target.look(keys if self.rule.by else None)
        for column in ready.columns:
            within, found = bounds_of(column), seen.bounds.get(column.name)
            if column.required and column.name in seen.empty:
                self._tell(target, column, "empty")
            if column.name in seen.wrong:
                self._tell(target, column, "wrong")
            if within and found and not within[0] <= found[0] <= found[1] <= within[1]:
                self._tell(target, column, "out-of-bounds")
        if self.rule.by:
            largest = seen.bounds[str(self.rule.asked)] or (0, 0)
            most = min(MOST_ROWS, (UNKNOWN_SUM - 1) // max(largest[1], 1))
            if seen.rows > most and not target.surely_within(keys, most, in_order=seen.in_order):
                _check_groups(target, keys, ready.named[str(self.rule.asked)])
        return seen

    def _tell(self, target: Target, column: Column, what: Fault) -> None:
        """Raise what the door of one claim says of the first cell that cannot be."""
        position, value = target.first(column, what)
        place = Place(row=None if position is None else position + 1, column=column.name)
        fact = next((fact for fact in self.rule.facts if fact.name == column.name), None)
        if fact is not None:
            try:
                self.door.checked(fact, None if what == "empty" else value)
            except FactError as error:
                raise FactError(error.code, error.message, place=place, found=error.found, remedy=error.remedy) from None
        empty = what == "empty"
        raise FactError(
            "fact-required" if empty else "fact-value",
            f"The column {column.name!r} has {'an empty cell' if empty else 'a number that is too large for a frame'}.",
            place=place,
            found=None if empty else value,
            remedy=f"Fill it: {column.meaning.en}." if empty else f"Here whole numbers go up to {LARGEST_NUMBER}.",
        )


def _check_groups(target: Target, keys: Keys, asked: str) -> None:
    largest, rows = target.largest_group(keys, asked)
    if largest >= UNKNOWN_SUM or rows > MOST_ROWS:
        raise FactError(
            "group-too-large",
            f"The claims of one {' and '.join(name.removeprefix(OF_FACT) for name in keys.by)} are more than can be added up.",
            found=f"{rows} rows, {largest} cents",
            remedy="Does the column that tells the groups apart hold one value only? A group may ask for less than 687 million euro.",
        )


def _target(ready: Prepared, native: Any) -> Target:
    implementation = ready.frame.implementation
    if implementation.is_polars():
        return PolarsTarget(ready, native)
    if implementation.is_pandas():
        return ArrayTarget(ready, native)
    if isinstance(ready.frame, nw.DataFrame):
        return EagerTarget(ready, native)
    return (DuckDbTarget if implementation.is_duckdb() else EngineTarget)(ready, native)
