"""The decided claims of a learner and semester, played again under a newer law, the running sum carried from one to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from pmp_core.compensation import Claim, ClaimDecision, DecidedLine, cap_counted, decided_line, decision_on
from pmp_core.errors import PmpError
from pmp_core.loading import Programme
from pmp_core.register import claim_facts
from pmp_core.register.claim_facts import Facts, LineFacts
from pmp_core.register.facts import statuses_in_force
from pmp_core.register.redecided import ClaimRedecision
from pmp_core.register.schema import Row
from pmp_core.rules import Result
from pmp_core.rules.redecision import decide_again, redecision_of
from pmp_core.values import DayRange, Money, Semester

# What a line's facts say of the line itself, and not of the learner, the plan and the agreement.
_OF_THE_LINE = frozenset(
    ["on", "last_day", "requested_cents", "cofunded_cents", "units", "cap_used_cents", "semester_first_day", "semester_last_day"]
)


@dataclass(slots=True, eq=False)
class Line:
    """A line under a newer law.

    Args:
        old: the line of the decision on whose facts it rests.
        asked: what it asks for, and within what its cap is used up.
        result: the newer law's answer.
        anew: the facts that were found anew.
    """

    old: DecidedLine
    asked: LineFacts
    result: Result
    anew: tuple[str, ...]


@dataclass(slots=True, eq=False)
class Case:
    """A claim with the decision that counts for it, and what a newer law answers.

    Args:
        claim: as it stands.
        row: of the decision, as it is kept.
        decision: the decision, or the error that there is in its place.
        settled: whether it settled the claim; an undetermined one leaves it waiting.
        answer: of the newer law, line by line, or why there is none.
    """

    claim: Claim
    row: Row
    decision: ClaimDecision | PmpError
    settled: bool
    answer: list[Line] | PmpError | None = None

    @property
    def turn(self) -> tuple[date, str]:
        """Its place among the claims of the learner and semester."""
        return claim_facts.turn(self.claim)

    @property
    def prior(self) -> int | None:
        """What it found used then; None where that was not known. A refusal does not wait for it, but froze it all the same."""
        return None if isinstance(self.decision, PmpError) else self.decision.lines[0].decision.prior_cents

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
        if not isinstance(self.answer, list):
            return None
        used = 0
        for result in (line.result for line in self.answer if line.result.outcome != "refused"):
            if result.used is None or result.prior is None:
                return None
            used += result.used - result.prior
        return used

    def cap_counts(self) -> dict[str, int]:
        """What it would use of caps under the newer law, by window, in cents."""
        used: dict[str, int] = {}
        for line in self.answer if isinstance(self.answer, list) else []:
            of = line.asked.cap_window
            if of is not None and of != "claim":
                used[of] = used.get(of, 0) + (cap_counted(line.result) or Money(0)).cents
        return used

    def decide(self, newer: Programme, semester: Semester, prior: int | None, cap_used: dict[str, int]) -> None:
        """Ask the newer law: with the facts of the decision, but what the law itself gives, and where it divides the claim."""
        if isinstance(self.decision, PmpError):
            self.answer = self.decision
            return
        rule, used, lines = newer.rule(self.decision.rule), dict(cap_used), []
        parts = sorted((*self.decision.lines, *self.decision.left_out), key=lambda line: line.first_day)
        try:
            for one in claim_facts.lines_under(newer, self.claim, semester, self._parts(newer, parts)):
                if one.left_out:
                    continue
                old = [line for line in parts if line.first_day <= one.line.first_day][-1]
                held = old.decision.facts_as_used()
                given = {**one.facts, "cap_used_cents": used.get(one.cap_window or "", 0)}
                law = {fact.name for fact in rule.facts if fact.from_law}
                anew = {name: given[name] for name in given if name in law or (name in held and given[name] != held[name])}
                result = decide_again(rule, old.decision, prior=prior, facts=anew)
                lines.append(Line(old, one, result, tuple(anew)))
                prior = result.used
                if one.cap_window is not None:
                    used[one.cap_window] = given["cap_used_cents"] + (cap_counted(result) or Money(0)).cents
            self.answer = lines
        except PmpError as error:
            self.answer = error

    def _parts(self, newer: Programme, lines: Sequence[DecidedLine]) -> list[tuple[DayRange, Facts]]:
        """The parts of the period for which the facts are the same: where only the old law divided them, they are one again."""
        parts: list[tuple[DayRange, Facts]] = []
        for line in lines:
            held: Facts = line.decision.facts_as_used()
            if parts:
                before, given = parts[-1]
                follows = before.last is not None and before.last + timedelta(days=1) == line.first_day
                if follows and _same(newer, before.first, given, line.first_day, held):
                    parts[-1] = (DayRange(before.first, line.last_day), given)
                    continue
            parts.append((line.days, held))
        return parts

    def redecision(self, on: date) -> ClaimRedecision:
        """Both decisions beside one another.

        Raises:
            PmpError: where the newer law has no answer.
        """
        if isinstance(self.answer, PmpError):
            raise self.answer
        assert isinstance(self.decision, ClaimDecision)
        assert self.answer is not None
        lines = tuple(redecision_of(line.old.decision, line.result, decided_on=on, handed_in=line.anew) for line in self.answer)
        new = [
            decided_line(line.asked.line, line.result, one.new, line.asked.cap_window)
            for line, one in zip(self.answer, lines, strict=True)
        ]
        return ClaimRedecision(claim_id=self.claim.id, old=self.decision, new=decision_on(self.claim.id, new), lines=lines)


def _same(newer: Programme, day: date, given: Facts, next_day: date, held: Facts) -> bool:
    """Whether nothing but the line is another on the second day. Of the plan it matters only whether it is in force."""
    in_force = given.get("plan_status") in statuses_in_force(newer, day)
    if in_force != (held.get("plan_status") in statuses_in_force(newer, next_day)):
        return False
    aside = _OF_THE_LINE | {"plan_status"}
    return all(given.get(name) == held.get(name) for name in (given.keys() | held.keys()) - aside)


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
            case.decide(newer, self.semester, self._prior(case, order[:i]), _cap_used(case, order[:i]))
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
        return any(claim_facts.turn(claim) < case.turn for claim in self.undecided)

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


def _cap_used(case: Case, before: Sequence[Case]) -> dict[str, int]:
    """What those before use of caps for the same kind of expense, by window, in cents."""
    used: dict[str, int] = {}
    for other in (other for other in before if other.settled and other.claim.kind == case.claim.kind):
        for of, cents in other.cap_counts().items():
            used[of] = used.get(of, 0) + cents
    return used
