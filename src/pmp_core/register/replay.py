"""The decided claims of a learner and semester, played again under a newer law, the running sum carried from one to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from pmp_core.compensation import Claim, check_undivided
from pmp_core.errors import PmpError
from pmp_core.loading import Programme
from pmp_core.register import facts
from pmp_core.register.schema import Row
from pmp_core.rules import Decision, Redecision, Result
from pmp_core.rules.redecision import decide_again, redecision_of
from pmp_core.values import Semester


@dataclass(slots=True, eq=False)
class Case:
    """A claim with the decision that counts for it, and what a newer law answers.

    Args:
        claim: as it stands.
        row: of the decision, as it is kept.
        decision: the decision, or the error that there is in its place.
        settled: whether it settled the claim; an undetermined one leaves it waiting.
        answer: of the newer law, or why there is none.
        anew: the facts that were found anew.
    """

    claim: Claim
    row: Row
    decision: Decision | PmpError
    settled: bool
    answer: Result | PmpError | None = None
    anew: tuple[str, ...] = ()

    @property
    def turn(self) -> tuple[date, str]:
        """Its place among the claims of the learner and semester."""
        return facts.turn(self.claim)

    @property
    def prior(self) -> int | None:
        """What it found used then; None where that was not known. A refusal does not wait for it, but froze it all the same."""
        return None if isinstance(self.decision, PmpError) else self.decision.prior_cents

    @property
    def day(self) -> date:
        """The day of the decision."""
        day = self.row["decided_on"]
        assert isinstance(day, date)
        return day

    @property
    def found(self) -> tuple[int | None, bool, date, bool, tuple[date, str]]:
        """What tells when it was decided: what it found used. Of those that found the same, the one that used something itself
        came last: it would have been found. Of the others the day tells, and then that what still waits was handed in late,
        and then the turn."""
        return self.prior, self.counted > 0, self.day, not self.settled, self.turn

    @property
    def counted(self) -> int:
        """What it used of the ceiling then, in cents."""
        cents = self.row["counted_cents"]
        return cents if isinstance(cents, int) else 0

    @property
    def counts(self) -> int | None:
        """What it would use under the newer law; None where that is not known."""
        if not isinstance(self.answer, Result):
            return None
        used, prior = self.answer.used, self.answer.prior
        return 0 if self.answer.outcome == "refused" else None if used is None or prior is None else used - prior

    def decide(self, newer: Programme, semester: Semester, prior: int | None) -> None:
        """Ask the newer law: with the facts of the decision, but what the law itself gives found anew."""
        if isinstance(self.decision, PmpError):
            self.answer = self.decision
            return
        rule, level = newer.rule(self.decision.rule), self.decision.facts_as_used().get("level")
        try:
            given = facts.law_facts(newer, self.claim, semester, level if isinstance(level, int) else None)
            self.anew = tuple(given)
            self.answer = decide_again(rule, self.decision, prior=prior, facts=given)
            used = dict(zip((fact.name for fact in rule.facts), self.answer.facts, strict=True))
            check_undivided(self.claim, rule.changes(used, self.claim.last_day))
        except PmpError as error:
            self.answer = error

    def redecision(self, on: date) -> Redecision:
        """Both decisions beside one another.

        Raises:
            PmpError: where the newer law has no answer.
        """
        if isinstance(self.answer, PmpError):
            raise self.answer
        assert isinstance(self.decision, Decision)
        assert self.answer is not None
        return redecision_of(self.decision, self.answer, decided_on=on, handed_in=self.anew)


@dataclass(slots=True)
class LearnerSemester:
    """The claims of a learner and semester, which share a ceiling.

    Args:
        cases: those with a decision.
        undecided: those that were submitted and have none.
    """

    learner_id: str
    semester: Semester
    cases: list[Case] = field(default_factory=list)
    undecided: list[Claim] = field(default_factory=list)

    def replayed(self, newer: Programme) -> list[Case]:
        """The cases in the order in which they use the ceiling, each with the answer of the newer law."""
        order = self._in_order()
        for i, case in enumerate(order):
            case.decide(newer, self.semester, self._prior(case, order[:i]))
        return order

    def _in_order(self) -> list[Case]:
        """As they were decided. Where a decision did not find what was used, an earlier claim waited: it takes its turn then."""
        order = sorted((case for case in self.cases if case.prior is not None), key=lambda case: case.found)
        for case in sorted((case for case in self.cases if case.prior is None), key=lambda case: case.turn):
            order.insert(self._place(case, order), case)
        return order

    def _place(self, case: Case, order: Sequence[Case]) -> int:
        """Where a case that found an earlier claim waiting comes: after the earlier claims, but before later ones that were
        decided on a day after it. While an earlier claim has no decision it waits still, and holds up none that was decided."""
        if self._waits(case):
            return len(order)
        behind = (i for i, other in enumerate(order) if other.turn > case.turn and other.day > case.day)
        before = order[: next(behind, len(order))]
        return max((i for i, other in enumerate(before, 1) if other.turn < case.turn), default=0)

    def _waits(self, case: Case) -> bool:
        return any(facts.turn(claim) < case.turn for claim in self.undecided)

    def _prior(self, case: Case, before: Sequence[Case]) -> int | None:
        """What a case finds used under the newer law: what it found then, and what those before it use more or less."""
        if case.prior is not None:
            if any(other.settled and other.counts is None for other in before):
                return None
            return max(0, case.prior + sum((other.counts or 0) - other.counted for other in before))
        earlier = [other for other in before if other.turn < case.turn]
        if self._waits(case) or any(other.counts is None for other in earlier):
            return None
        if not case.settled and all(other.settled for other in earlier):
            return None  # its turn has come meanwhile, and that is no doing of the law
        return sum(other.counts or 0 for other in before)
