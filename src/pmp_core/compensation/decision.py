"""The decision on a claim: the decisions on its lines, and their sum."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from html import escape
from itertools import pairwise
from typing import Self

from pydantic import ValidationInfo, model_validator

from pmp_core.compensation.decision_words import claim_explained
from pmp_core.compensation.lines import ClaimLine
from pmp_core.errors import InvalidValue
from pmp_core.rules import Decision, Outcome, Result
from pmp_core.rules.lowering import EARLIER_CLAIM
from pmp_core.values import Day, Entity, Id, Language, Money, Note

# With it a decision that has no digest is sealed; without it the digest has to fit.
_SEAL = object()
# Facts of the rule that say what the line itself says.
_OWN = {"on": "first_day", "last_day": "last_day", "requested_cents": "requested", "cofunded_cents": "cofunded"}


class DecidedLine(ClaimLine):
    """A line with the decision on it.

    Args:
        requested: the line's share of what the claim asks for.
        cofunded: the line's share of what others already pay.
        counted: what it used up of the semester's ceiling; None where that is not known.
        cap_counted: what it used up of its cap; None where that is not known.
        cap_window: within what the cap is used up, see `quantity.window`; None: it is for each unit anew.
        decision: of the rule, with every step and all facts.

    Raises:
        InvalidValue: `decision-altered`, where the decision is on other days or amounts.
    """

    counted: Money | None
    cap_counted: Money | None
    cap_window: str | None
    decision: Decision

    @model_validator(mode="after")
    def _of_the_line(self) -> Self:
        held = self.decision.facts_as_used()
        for fact, field in _OWN.items():
            own = getattr(self, field)
            if held.get(fact) not in (None, own.cents if isinstance(own, Money) else own):
                raise _altered("The decision on a line is on other days or amounts than the line's.", fact)
        return self

    @property
    def amount(self) -> Money | None:
        """What is granted; None where undetermined."""
        return self.decision.amount


class ClaimDecision(Entity):
    """A decision on a claim: of each of its lines, and their sum.

    `digest` is the SHA-256 of everything else; a decision whose digest does not fit, or that has none, cannot be made.
    `decision_on` makes a new one.

    Args:
        claim_id: the claim.
        lines: in order; there is at least one.
        left_out: parts of the period that nothing is asked for, and that have no part in the decision.
        reason: why a decision that was made before is made anew; None for the first.
        digest: SHA-256 of everything else.

    Raises:
        InvalidValue: `decision-altered`.
    """

    claim_id: Id
    lines: tuple[DecidedLine, ...]
    left_out: tuple[DecidedLine, ...] = ()
    reason: Note | None = None
    digest: str = ""

    @model_validator(mode="after")
    def _sealed(self, info: ValidationInfo) -> Self:
        if not self.lines:
            raise _altered("A decision on a claim has at least one line.", self.claim_id)
        parts = sorted((*self.lines, *self.left_out), key=lambda line: line.first_day)
        if any(line.last_day >= after.first_day for line, after in pairwise(parts)) or list(self.lines) != [
            line for line in parts if line in self.lines
        ]:
            raise _altered("The lines of a decision are in order, and none has days of another.", self.claim_id)
        sealed = hashlib.sha256(self.model_dump_json(exclude={"digest"}).encode()).hexdigest()
        if self.digest != sealed and info.context is not _SEAL:
            raise _altered("The decision does not fit its digest.", self.digest)
        object.__setattr__(self, "digest", sealed)
        return self

    @property
    def outcome(self) -> Outcome:
        """`undetermined` where a line is; `granted` or `refused` where all lines are; else `reduced`."""
        return outcome_of(line.decision.outcome for line in self.lines)

    @property
    def amount(self) -> Money | None:
        """What is granted, the sum of the lines; None where undetermined."""
        return None if self.outcome == "undetermined" else _sum([line.amount for line in self.lines])

    @property
    def asked(self) -> Money:
        """What is asked for, the sum of the lines."""
        return sum((line.requested for line in self.lines), Money(0))

    @property
    def counted(self) -> Money | None:
        """What it uses up of the semester's ceiling; None where that is not known."""
        return _sum([line.counted for line in self.lines])

    @property
    def reasons(self) -> tuple[str, ...]:
        """The reasons of all lines, each once. That a line waits for one before it is none of the claim's own."""
        told = dict.fromkeys(reason for line in self.lines for reason in line.decision.reasons)
        return tuple(reason for reason in told if reason != EARLIER_CLAIM or self._waits)

    @property
    def missing(self) -> tuple[str, ...]:
        """What undetermined lines lack, each once."""
        told = dict.fromkeys(name for line in self.lines for name in line.decision.missing)
        return tuple(name for name in told if name != EARLIER_CLAIM or self._waits)

    @property
    def _waits(self) -> bool:
        """Whether an earlier claim is undetermined: then the first line waits already, unless it is refused."""
        undetermined = [line.decision.reasons for line in self.lines if line.decision.outcome == "undetermined"]
        return bool(undetermined) and EARLIER_CLAIM in undetermined[0]

    @property
    def rule(self) -> str:
        """The rule's name."""
        return self.lines[0].decision.rule

    @property
    def programme(self) -> str:
        """The programme's id."""
        return self.lines[0].decision.programme

    @property
    def programme_hash(self) -> str:
        """Of everything the programme said, overlays included."""
        return self.lines[0].decision.programme_hash

    @property
    def decided_on(self) -> Day:
        """The day of the decision."""
        return self.lines[0].decision.decided_on

    def explain(self, language: Language = "lv") -> str:
        """The decision as a clerk would write it: the sum where there are several lines, then each line step by step."""
        return claim_explained(self, language)

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.explain('lv'))}</pre>"


def outcome_of(lines: Iterable[Outcome]) -> Outcome:
    """The outcome of a claim from those of its lines."""
    outcomes = set(lines)
    if "undetermined" in outcomes:
        return "undetermined"
    return outcomes.pop() if len(outcomes) == 1 else "reduced"


def decided_line(line: ClaimLine, result: Result, decision: Decision, cap_window: str | None) -> DecidedLine:
    """A line with what the rule answered.

    Args:
        line: the line.
        result: of the rule `compensation`.
        decision: that the result makes, or an old one of the same answer.
        cap_window: see `quantity.window`.
    """
    counted = None if result.used is None or result.prior is None else result.used - result.prior
    return DecidedLine(
        **dict(line),
        counted=None if counted is None else Money.from_cents(counted),
        cap_counted=cap_counted(result),
        cap_window=cap_window,
        decision=decision,
    )


def cap_counted(result: Result) -> Money | None:
    """What a line uses up of its cap: what it asks for up to what was left, before the ceiling and before co-funding. A refused
    one uses nothing; None where that is not known."""
    if result.outcome == "refused":
        return Money(0)
    cut = dict(zip((step.name for step in result.rule.definition.steps), result.values, strict=True))["cut-to-cap"]
    return Money.from_cents(cut) if isinstance(cut, int) else None


def decision_on(
    claim_id: str, lines: Sequence[DecidedLine], *, left_out: Sequence[DecidedLine] = (), reason: str | None = None
) -> ClaimDecision:
    """The decision on a claim that the decisions on its lines make."""
    content = {"claim_id": claim_id, "lines": tuple(lines), "left_out": tuple(left_out), "reason": reason}
    return ClaimDecision.model_validate(content, context=_SEAL)


def _altered(message: str, found: object) -> InvalidValue:
    return InvalidValue(
        "decision-altered",
        message,
        found=found,
        remedy="Take it from where it was kept; a decision is never edited, only decided again.",
    )


def _sum(amounts: Sequence[Money | None]) -> Money | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Money(0)) if len(known) == len(amounts) else None
