"""What each kind of frame knows how to do, so that a rule can be decided on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import narwhals as nw
from attrs import frozen

from pmp_core.errors import FactError
from pmp_core.rules.expression import Expression
from pmp_core.rules.frames.columns import Column
from pmp_core.rules.frames.looking import Fault, Seen
from pmp_core.rules.frames.preparing import OF_FACT, PREFIX
from pmp_core.rules.lowering import first_bits
from pmp_core.rules.result import OUTCOMES
from pmp_core.rules.rule import Rule

PRIOR, COUNTED, REASONS, AMOUNT, REFUSED = (PREFIX + name for name in ("prior", "counted", "reasons", "amount", "refused"))


@frozen
class Keys:
    """The columns of the running sum: `by` puts claims together, `order` puts them in order."""

    by: tuple[str, ...]
    order: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """Both, in the order in which sorted rows lie."""
        return (*self.by, *self.order)


class Target(Protocol):
    """A frame being decided."""

    def look(self, keys: Keys | None) -> Seen:
        """One look over the columns; with `keys`, whether the rows lie in their order."""

    def first(self, column: Column, fault: Fault) -> tuple[int | None, Any]:
        """Position (from 0, where rows have one) and value of the first cell of a column that has a fault; one has."""

    def surely_within(self, keys: Keys, rows: int, *, in_order: bool) -> bool:
        """Whether a cheap look shows that no group has more rows than that."""

    def largest_group(self, keys: Keys, column: str) -> tuple[int, int]:
        """Within the groups: the largest sum of a column, and the most rows."""

    def begin(self, nullable: frozenset[str]) -> None:
        """Get ready for the steps: these columns have empty cells."""

    def add(self, steps: Mapping[str, Expression]) -> None:
        """Take in steps that need only what is there."""

    def add_prior(self, keys: Keys, *, in_order: bool, with_refused: bool) -> None:
        """Take in what the earlier claims of each group used: the running sum of what counts, without the row's own.

        A refused claim neither counts nor needs it: `with_refused` says that the step that tells it is there.

        Raises:
            FactError: `claim-twice`.
        """

    def answer(self, rule: Rule, *, keep_order: bool) -> Any:
        """The caller's columns with outcome, amount and reasons, in the caller's own type."""


def outcome_word(rule: Rule, reasons: Any) -> Any:
    """The outcome, read off the ranges of the mask; through Narwhals."""
    return by_range(nw, rule, reasons, [nw.lit(outcome) for outcome in OUTCOMES])


def by_range(api: Any, rule: Rule, reasons: Any, of: Sequence[Any]) -> Any:
    """One of four, by the range in which the mask lies."""
    failed, missing = first_bits(rule)
    reduced_or_worse = api.when(reasons < failed).then(of[1])
    rest = api.when(reasons < missing).then(of[2]).otherwise(of[3])
    return api.when(reasons < 1).then(of[0]).otherwise(reduced_or_worse.otherwise(rest))


def claim_twice(keys: Keys) -> FactError:
    """The error for two rows of the same group and turn."""
    return FactError(
        "claim-twice",
        f"Two rows have the same {', '.join(name.removeprefix(OF_FACT) for name in keys.all)}: which comes first cannot be told.",
        remedy="Leave one of them out, or correct what should tell them apart.",
    )


def run_lengths(api: Any, counted: Any, new: Any, *, may_wrap: bool) -> Any:
    """The running sum without the row's own, where groups lie together and `new` marks their first rows.

    It never falls, so what it was where the group began is the largest of these so far. Before the very first row it is 0,
    so that row need not be marked. Over very many undetermined claims the sum itself may wrap around 64 bits: differences
    stay right then, and the largest does not.
    """
    before = counted.cum_sum() - counted
    if may_wrap:
        start = api.when(new).then(before)
        filled = start.forward_fill() if hasattr(start, "forward_fill") else start.fill_null(strategy="forward")
        return before - filled.fill_null(0)
    return before - api.when(new).then(before).otherwise(api.lit(0, dtype=api.Int64)).cum_max()
