"""A lowered rule as expressions over columns: steps that need only what stands above them go together."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

from pmp_core.rules.expression import (
    Binary,
    Choice,
    Constant,
    Expression,
    FactValue,
    Known,
    Mask,
    Member,
    Not,
    Present,
    StepValue,
    nodes,
)
from pmp_core.rules.frames.preparing import PREFIX, Prepared

OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "and": operator.and_,
    "or": operator.or_,
    "==": operator.eq,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}
_NARROW = 1 << 31  # masks below it are summed in 32 bits
_SMALL = 1 << 15


def levels(steps: Mapping[str, Expression]) -> list[dict[str, Expression]]:
    """The steps that the answer needs, put together by what they need; each is one pass over the columns."""
    needed: set[str] = set()
    waiting = ["reasons", "amount"]
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += _steps_in(steps[name])
    level: dict[str, int] = {}
    for name, e in steps.items():
        if name in needed:
            level[name] = 1 + max((level[below] for below in _steps_in(e)), default=-1)
    return [{name: steps[name] for name in level if level[name] == i} for i in range(max(level.values()) + 1)]


def _steps_in(e: Expression) -> list[str]:
    return [node.name for node in nodes(e) if isinstance(node, StepValue)]


def without_a_gap(members: tuple[int | str, ...]) -> tuple[int, int] | None:
    """The ends of whole numbers that lie side by side: two comparisons tell whether a value is one of them."""
    low, high = min(members, default=""), max(members, default="")
    if isinstance(low, int) and isinstance(high, int) and high - low + 1 == len(members):
        return low, high
    return None


class FrameExpressions:
    """Writes expressions for columns.

    Args:
        api: Narwhals, or Polars itself: what is used here they spell alike.
        ready: the frame's columns.
        nullable: the columns with empty cells.
        quick: whether what Polars is quicker with is used: choices instead of the smaller of two, and narrow numbers where
            every value is known to fit.
    """

    def __init__(self, api: Any, ready: Prepared, nullable: frozenset[str], *, filled: bool = False, quick: bool = False) -> None:
        self.api, self.ready, self.nullable = api, ready, nullable
        self.filled, self.quick = filled, quick
        self.columns = {column.name: column for column in ready.columns}

    def steps(self, steps: Mapping[str, Expression]) -> dict[str, Any]:
        """Steps under the names of their columns."""
        return {PREFIX + name: self.write(e) for name, e in steps.items()}

    def write(self, e: Expression) -> Any:
        """An expression. A running sum is not written here: each kind of frame has its own way."""
        match e:
            case Known(value):
                return self.literal(value)
            case FactValue(name):
                return self.fact(name)
            case Present(name):
                return ~self.api.col(self.ready.named[name]).is_null()
            case StepValue(name):
                return self.api.col(PREFIX + name)
            case Not(inner):
                return ~self.write(inner)
            case Member(inner, members):
                return self.member(self.write(inner), members)
            case Choice() if self.quick and is_small_table(e):
                return self.table(e).cast(self.api.Int64)
            case Choice(condition, yes, no):
                return self.choice(self.write(condition), self.write(yes), self.write(no))
            case Mask(bits):
                return self.mask(bits)
            case Binary("min" | "max" as which, left, right):
                return self.extreme(which == "min", self.write(left), self.write(right))
            case Binary(between, left, right):
                return OPERATORS[between](self.write(left), self.write(right))
        raise TypeError(f"{type(e).__name__} is no part of a lowered rule")

    def fact(self, name: str) -> Any:
        """A fact as the rule reckons with it."""
        own, column = self.api.col(self.ready.named[name]), self.columns[name]
        fills = name in self.nullable and column.absent is not None
        return own.fill_null(self.literal(column.absent)) if fills else own

    def literal(self, value: Constant) -> Any:
        """A constant. Amounts and counts are 64 bits wide, so that none wraps around."""
        plain = isinstance(value, int) and not isinstance(value, bool)
        return self.api.lit(value, dtype=self.api.Int64) if plain else self.api.lit(value)

    def choice(self, condition: Any, yes: Any, no: Any) -> Any:
        """One of two."""
        return self.api.when(condition).then(yes).otherwise(no)

    def table(self, e: Expression) -> Any:
        """A choice among small constants, such as a dated cap by kind, in 16 bits: a quarter of the memory to move."""
        if isinstance(e, Choice):
            return self.choice(self.write(e.condition), self.table(e.yes), self.table(e.no))
        return self.api.lit(e.value if isinstance(e, Known) else None, dtype=self.api.Int16)

    def extreme(self, smaller: bool, left: Any, right: Any) -> Any:
        """The smaller or the larger of two. Where a limit is null, the amount before it stays: it is 0 there."""
        if self.quick:
            return self.choice(right < left, right, left) if smaller else self.choice(left > right, left, right)
        return self.api.min_horizontal(left, right) if smaller else self.api.max_horizontal(left, right)

    def member(self, value: Any, members: tuple[int | str, ...]) -> Any:
        """Whether a value is one of a few."""
        if not members:  # of nothing: false where the value is known
            return value != value
        ends = without_a_gap(members)
        if ends is None:
            return value.is_in(list(members))
        return (value >= self.literal(ends[0])) & (value <= self.literal(ends[1]))

    def mask(self, bits: tuple[tuple[int, Expression], ...]) -> Any:
        """The sum of the bits whose conditions hold."""
        wide, api = self.api.Int64 if any(bit >= _NARROW for bit, _ in bits) else self.api.Int32, self.api
        if not self.quick:
            parts = [self.choice(self.write(when), api.lit(bit, dtype=wide), api.lit(0, dtype=wide)) for bit, when in bits]
            return reduce(operator.add, parts) if parts else api.lit(0, dtype=wide)
        bytes_: dict[int, list[Any]] = {}  # eight bits are summed in one byte a row, and widened once
        for bit, when in bits:
            place = (bit.bit_length() - 1) // 8
            of_byte = api.lit(bit >> 8 * place, dtype=api.UInt8), api.lit(0, dtype=api.UInt8)
            bytes_.setdefault(place, []).append(self.choice(self.write(when), *of_byte))
        parts = [reduce(operator.add, of).cast(wide) * (1 << 8 * place) for place, of in bytes_.items()]
        return reduce(operator.add, parts) if parts else api.lit(0, dtype=wide)


def is_small_table(e: Expression) -> bool:
    """Whether it is a choice among whole numbers of 16 bits."""
    if isinstance(e, Choice):
        return is_small_table(e.yes) and is_small_table(e.no)
    return isinstance(e, Known) and type(e.value) is int and abs(e.value) < _SMALL
