"""What an amendment changes in a register's decisions: one row for each claim that it changes, and the totals."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pmp_core.compensation import ClaimDecision
from pmp_core.rules import Outcome, Redecision
from pmp_core.values import Day, Entity, Id, Language, Money, Semester, Text

# Facts that are others wherever a claim is divided otherwise.
_OF_THE_LINE = frozenset(["on", "last_day", "units", "requested_cents", "cofunded_cents", "prior"])


_SUM = Text(
    "PIETEIKUMA LĒMUMA PĀRSKATĪŠANA: {verdict}. Bija: {old}. Būtu: {new}.",
    "REDECISION OF THE CLAIM: {verdict}. It was: {old}. It would be: {new}.",
)
_DIFFERS = Text("lēmums būtu citāds", "it would differ"), Text("lēmums būtu tāds pats", "it would be the same")
_WHY = Text("Kāpēc: {because}.", "Why: {because}.")


class ClaimRedecision(Entity):
    """The decision on a claim beside the one of a newer law.

    Args:
        old: as it was kept.
        new: of the newer law, line by line; where the lines lie is the newer law's too.
        lines: each line of the newer law beside the line of the old decision on whose facts it rests.
    """

    claim_id: Id
    old: ClaimDecision
    new: ClaimDecision
    lines: tuple[Redecision, ...]

    @property
    def differs(self) -> bool:
        """Whether outcome, amount or reasons are others."""
        old, new = ((one.outcome, one.amount, set(one.reasons)) for one in (self.old, self.new))
        return old != new

    @property
    def difference(self) -> Money | None:
        """How much more would be granted, below 0 where it is less; None where one of the two has no amount."""
        return None if self.old.amount is None or self.new.amount is None else self.new.amount - self.old.amount

    @property
    def because(self) -> tuple[str, ...]:
        """Why it differs, as names, of all lines; nothing where it does not. What follows from other days of a line is no reason."""
        divided = len(self.old.lines) > 1 or len(self.lines) > 1
        told = dict.fromkeys(name for line in self.lines for name in line.because)
        return tuple(name for name in told if not (divided and name in _OF_THE_LINE)) if self.differs else ()

    def explain(self, language: Language = "lv") -> str:
        """Both as a clerk would write it: of one line step by step; of several the two sums, and the lines of the newer law."""
        if len(self.lines) == 1 == len(self.old.lines):
            return self.lines[0].explain(language)
        amounts = ("–" if one.amount is None else one.amount.write(language) for one in (self.old, self.new))
        old, new = amounts
        told = [_SUM[language].format(verdict=_DIFFERS[not self.differs][language], old=old, new=new)]
        told += [_WHY[language].format(because=", ".join(self.because))] if self.because else []
        return "\n".join([*told, "", self.new.explain(language)])

    def as_dict(self) -> dict[str, Any]:
        """The whole of it for JSON."""
        told = {
            "claim_id": self.claim_id,
            "differs": self.differs,
            "difference": None if self.difference is None else str(self.difference),
            "because": list(self.because),
        }
        both = {name: getattr(self, name).model_dump(mode="json") for name in ("old", "new")}
        amounts = {
            f"{name}_amount": None if one.amount is None else str(one.amount)
            for name, one in (("old", self.old), ("new", self.new))
        }
        return {**told, **amounts, **both, "lines": [line.as_dict() for line in self.lines]}


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
        """Those that cannot be decided again as they are, such as one whose kind of expense the newer law no longer has."""
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
