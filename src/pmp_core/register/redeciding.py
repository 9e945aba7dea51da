"""Knowledge time in a register: the kept decisions on claims, decided again under a newer law. Nothing is written.

The running sum is carried: where an earlier claim of a learner and semester would use more or less of the ceiling, the later
ones find more or less of it used.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from pmp_core.compensation import Claim, ClaimDecision
from pmp_core.errors import InvalidValue, PmpError
from pmp_core.loading import Programme
from pmp_core.register import claim_facts, tables
from pmp_core.register.access.doors import door, whole
from pmp_core.register.claim_decisions import altered, kept_decision
from pmp_core.register.collection import UnitOfWork
from pmp_core.register.redecided import ClaimRedecision, RedecidedClaim, RedecidedClaims
from pmp_core.register.replay import Case, LearnerSemester
from pmp_core.register.schema import Row
from pmp_core.values import Money, Semester

# So many learners' semesters are read at a time: what is not changed is let go of again.
_AT_A_TIME = 200
# A learner, a semester, and the ids of the plans for it: a plan that gave up its place may have claims too.
Plans = tuple[str, Semester, list[str]]


def redecide_claims(
    work: UnitOfWork, newer: Programme, *, on: date, progress: Callable[[int, int], None] | None = None
) -> RedecidedClaims:
    """Which of the decisions on claims a newer law changes. Of each claim that stands, only the decision that counts is asked.

    The facts are those that the decisions froze, but for what the law itself gives: school days and units are counted anew.
    A decision that differs only because an earlier claim was decided meanwhile is none that the law changes.

    Args:
        work: the unit of work; nothing is written.
        newer: another version of the register's programme.
        on: the day of the new decisions.
        progress: called with how many of how many learners' semesters are done.

    Returns:
        The claims whose decision would be another, by amount, with totals.

    Raises:
        RuleError: `rule-unknown`, where the newer law no longer has the rule of a decision.
    """
    with whole(work, "see-money"):
        seen: list[RedecidedClaim] = []
        unchanged = undecided = done = 0
        plans = _plans(work)
        for start in range(0, len(plans), _AT_A_TIME):
            for semester in _read(work, newer, plans[start : start + _AT_A_TIME]):
                undecided += len(semester.undecided)
                for case in semester.replayed(newer):
                    row = _row(case, semester, on)
                    unchanged += row is None
                    seen += [] if row is None else [row]
                done += 1
                if progress is not None:
                    progress(done, len(plans))
        return RedecidedClaims(
            programme=newer.id,
            programme_hash=newer.hash,
            decided_on=on,
            rows=tuple(sorted(seen, key=lambda row: (-row.at_stake.cents, row.claim_id))),
            unchanged=unchanged,
            undecided=undecided,
        )


@door("see-money", "claim_id")
def redecide_claim(work: UnitOfWork, newer: Programme, claim_id: str, *, on: date) -> ClaimRedecision | None:
    """The decision on one claim beside the one that a newer law gives, after the earlier claims under the newer law.

    Returns:
        Both decisions and what differs; None where no decision on the claim counts: there is none yet, or it was withdrawn.

    Raises:
        NotFound: no such claim.
        InvalidValue: `decision-altered`.
        FactError: `fact-outdated`.
        ProgrammeError: `semester-unset`.
        RuleError: as for `redecide_claims`.
    """
    plan = work.plans.get(work.claims.get(claim_id).plan_id)
    plans = work.plans.find(learner_id=plan.learner_id, semester=plan.semester)
    [semester] = _read(work, newer, [(plan.learner_id, plan.semester, [plan.id for plan in plans])])
    case = next((case for case in semester.replayed(newer) if case.claim.id == claim_id), None)
    return None if case is None else case.redecision(on)


def _plans(work: UnitOfWork) -> list[Plans]:
    columns = work.transaction.scan(tables.PLANS, ["learner_id", "semester", "id"])
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for learner_id, semester, plan_id in zip(columns["learner_id"], columns["semester"], columns["id"], strict=True):
        found[str(learner_id), str(semester)].append(str(plan_id))
    return [(learner_id, Semester(semester), plan_ids) for (learner_id, semester), plan_ids in found.items()]


def _read(work: UnitOfWork, newer: Programme, plans: Sequence[Plans]) -> Iterator[LearnerSemester]:
    cycle = newer.life_cycle("claim")
    waiting = cycle.step("decide").sources
    claims = work.claims.find(plan_id=[plan_id for _, _, plan_ids in plans for plan_id in plan_ids])
    standing = [claim for claim in claims if claim.status != cycle.initial]
    rows = claim_facts.kept_decisions(work, standing)
    for learner_id, semester, plan_ids in plans:
        read = LearnerSemester(learner_id, semester)
        for claim in (claim for claim in standing if claim.plan_id in plan_ids):
            settled, row = claim.status not in waiting, rows.get(claim.id)
            decision = None if row is None else _decision(row)
            if row is not None and decision is not None and (settled or _is_of(decision, claim)):
                read.cases.append(Case(claim, row, decision, settled))
            elif not settled:
                read.undecided.append(claim)
        yield read


def _decision(row: Row) -> ClaimDecision | PmpError:
    try:
        return kept_decision(row)
    except InvalidValue as error:
        return error
    except ValueError:
        return altered(row)


def _is_of(decision: ClaimDecision | PmpError, claim: Claim) -> bool:
    """Whether a decision that settled nothing is on the claim as it stands: it may have been withdrawn, and changed."""
    if isinstance(decision, PmpError):
        return True
    held, own = decision.lines[0].decision.facts_as_used(), claim_facts.own_facts(claim)
    same = all(held.get(name, value) == value for name, value in own.items())
    period = (decision.lines[0].first_day >= claim.first_day, decision.lines[-1].last_day <= claim.last_day)
    cofunded = sum((line.cofunded for line in decision.lines), Money(0))
    same = same and all(period) and (decision.asked, cofunded) == (claim.requested, claim.cofunded)
    return same and claim.submitted_on is not None and claim.submitted_on <= decision.decided_on


def _row(case: Case, semester: LearnerSemester, on: date) -> RedecidedClaim | None:
    """The row of a case; None where the answer is the same."""
    amount = case.row["amount_cents"]
    about = {
        "claim_id": case.claim.id,
        "learner_id": semester.learner_id,
        "semester": semester.semester,
        "decided_on": case.row["decided_on"],
        "old_outcome": case.row["outcome"],
        "old_amount": Money.from_cents(amount) if isinstance(amount, int) else None,
    }
    if isinstance(case.answer, PmpError):
        return RedecidedClaim.model_validate({**about, "problem": str(case.answer)})
    assert isinstance(case.decision, ClaimDecision)
    redecision = case.redecision(on)
    if not redecision.differs:
        return None
    found = {"new_outcome": redecision.new.outcome, "new_amount": redecision.new.amount, "reasons": redecision.new.reasons}
    return RedecidedClaim.model_validate({**about, **found, "because": redecision.because})
