"""What an amendment changes in a register's decisions: one row for each claim that it changes, and the totals."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pmp_core.rules import Outcome
from pmp_core.values import Day, Entity, Money, Semester


class RedecidedClaim(Entity):
    """A claim whose decision would be another, or that cannot be decided again as it is.

    Args:
        decided_on: the day of the decision that is kept.
        new_outcome: None where it cannot be decided again; `problem` then says why.
        reasons: of the new answer.
        because: why it differs, as names: paths of the programme, facts, `prior` where an earlier claim of the learner and
            semester uses more or less of the ceiling, `rule`.
        problem: the error in words, with its code.
    """

    claim_id: str
    learner_id: str
    semester: Semester
    decided_on: Day
    old_outcome: Outcome
    old_amount: Money | None
    new_outcome: Outcome | None = None
    new_amount: Money | None = None
    reasons: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    problem: str | None = None

    @property
    def difference(self) -> Money | None:
        """How much more would be granted, below 0 where it is less; None where one of the two has no amount."""
        return None if self.old_amount is None or self.new_amount is None else self.new_amount - self.old_amount

    @property
    def at_stake(self) -> Money:
        """The difference without its sign; where there is none, the one amount that there is."""
        if self.difference is not None:
            return max(self.difference, Money(0) - self.difference)
        return self.old_amount or self.new_amount or Money(0)


class RedecidedClaims(Entity):
    """What an amendment changes. Nothing was written: a person decides.

    Args:
        programme: whose newer version it is.
        programme_hash: of the newer version.
        decided_on: the day of the new decisions.
        rows: the claims whose decision would be another, by the amount at stake, largest first.
        unchanged: how many decisions would be the same.
        undecided: how many submitted claims have no decision yet; they are not looked at.
    """

    programme: str
    programme_hash: str
    decided_on: Day
    rows: tuple[RedecidedClaim, ...]
    unchanged: int
    undecided: int

    @property
    def increases(self) -> Money:
        """The sum of what would be granted more."""
        return _sum(row.difference for row in self.rows if row.difference is not None and row.difference.cents > 0)

    @property
    def decreases(self) -> Money:
        """The sum of what would be granted less; 0 or below."""
        return _sum(row.difference for row in self.rows if row.difference is not None and row.difference.cents < 0)

    @property
    def newly_undetermined(self) -> tuple[RedecidedClaim, ...]:
        """Those that were decided and would be undetermined."""
        return tuple(row for row in self.rows if row.new_outcome == "undetermined" != row.old_outcome)

    @property
    def newly_determined(self) -> tuple[RedecidedClaim, ...]:
        """Those that were undetermined and would be decided."""
        return tuple(row for row in self.rows if row.old_outcome == "undetermined" != (row.new_outcome or "undetermined"))

    @property
    def not_decidable(self) -> tuple[RedecidedClaim, ...]:
        """Those that cannot be decided again as they are, such as a claim that has to be split under the newer law."""
        return tuple(row for row in self.rows if row.problem is not None)

    def totals(self) -> dict[str, int | str]:
        """The totals for JSON; amounts in euro."""
        undetermined, determined = self.newly_undetermined, self.newly_determined
        return {
            "decisions": len(self.rows) + self.unchanged,
            "differ": len(self.rows) - len(self.not_decidable),
            "unchanged": self.unchanged,
            "not_decidable": len(self.not_decidable),
            "undecided": self.undecided,
            "increases": str(self.increases),
            "decreases": str(self.decreases),
            "newly_undetermined": len(undetermined),
            "newly_undetermined_granted_before": str(_sum(row.old_amount for row in undetermined)),
            "newly_determined": len(determined),
            "newly_determined_granted": str(_sum(row.new_amount for row in determined)),
        }

    def as_dict(self) -> dict[str, Any]:
        """The whole of it for JSON."""
        differences = [None if row.difference is None else str(row.difference) for row in self.rows]
        rows = [{**row.model_dump(mode="json"), "difference": one} for row, one in zip(self.rows, differences, strict=True)]
        about = {name: str(getattr(self, name)) for name in ("programme", "programme_hash", "decided_on")}
        return {**about, "totals": self.totals(), "claims": rows}


def _sum(amounts: Iterable[Money | None]) -> Money:
    return sum((amount for amount in amounts if amount is not None), Money(0))
