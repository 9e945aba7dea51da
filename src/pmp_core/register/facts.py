"""How the facts of a rule come about from what the register holds of one learner."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from pmp_core.compensation import Claim, check_undivided, units_of
from pmp_core.learners import Enrolment, Partnership
from pmp_core.loading import Programme
from pmp_core.measures import Session
from pmp_core.plans import SupportPlan
from pmp_core.register import tables
from pmp_core.register.collection import UnitOfWork
from pmp_core.register.schema import Row
from pmp_core.values import DayRange, Semester, Track


def enrolment_on(work: UnitOfWork, learner_id: str, day: date, institution_id: str) -> Enrolment | None:
    """The learner's enrolment on a day: at this institution, else at another; of several the one that began last."""
    enrolments = work.enrolments.find(learner_id=learner_id, order=("-first_day",))
    there = [enrolment for enrolment in enrolments if day in enrolment.days]
    here = [enrolment for enrolment in there if enrolment.institution_id == institution_id]
    return next(iter((*here, *there)), None)


def partner_on(work: UnitOfWork, institution_id: str, day: date) -> bool:
    """Whether an institution takes part on a day: by an agreement of its own, or by its municipality's."""
    return any(day in agreement.days for agreement in _agreements(work, institution_id))


def _agreements(work: UnitOfWork, institution_id: str) -> list[Partnership]:
    institution = work.institutions.get(institution_id)
    agreements = work.partnerships.find(institution_id=institution_id)
    if institution.municipality_id is not None:
        agreements += work.partnerships.find(municipality_id=institution.municipality_id)
    return agreements


def target_group_facts(work: UnitOfWork, learner_id: str, institution_id: str, day: date) -> dict[str, Any]:
    """The facts of the rule `target-group`."""
    enrolment = enrolment_on(work, learner_id, day, institution_id)
    return {
        "on": day,
        "track": None if enrolment is None else enrolment.track.value,
        "level": None if enrolment is None else enrolment.level,
    }


def plan_entry_facts(work: UnitOfWork, plan: SupportPlan) -> dict[str, Any]:
    """The facts of the rule `plan-entry`, on the first day on which it is the plan of its institution."""
    return {
        **target_group_facts(work, plan.learner_id, plan.institution_id, plan.owned_since),
        "partner": partner_on(work, plan.institution_id, plan.owned_since),
        "applied_on": plan.applied_on,
        "entered_on": plan.entered_on,
        "risks": len(plan.risks),
        "measures_justified": all(measure.risks and measure.justification for measure in plan.measures),
    }


def _plan_facts(plan: SupportPlan, day: date) -> dict[str, Any]:
    return {"plan_status": plan.status_on(day), "plan_first_day": plan.first_day, "plan_last_day": plan.last_day}


def delivering_institution(plan: SupportPlan, session: Session) -> str:
    """Where a session is held: at the measure's institution, else at the plan's on that day."""
    return plan.measure(session.measure).institution_id or plan.institution_on(session.day)


def session_facts(work: UnitOfWork, plan: SupportPlan, session: Session) -> dict[str, Any]:
    """The facts of the rule `session`."""
    institution_id = delivering_institution(plan, session)
    assignments = work.assignments.find(institution_id=institution_id, person=session.delivered_by)
    if session.assignment_id is not None:
        assignments = [assignment for assignment in assignments if assignment.id == session.assignment_id]
    enrolment = enrolment_on(work, plan.learner_id, session.day, institution_id)
    general = enrolment is not None and enrolment.track is Track.GENERAL
    return {
        "on": session.day,
        **_plan_facts(plan, session.day),
        "specialist": session.specialist,
        "mode": session.mode.value,
        "directors_order": session.directors_order is not None,
        "attested_on": session.attested_on,
        "assigned": any(assignment.covers(session, institution_id) for assignment in assignments),
        "grade": enrolment.level if enrolment is not None and general else None,
    }


def claim_facts(work: UnitOfWork, programme: Programme, claim: Claim, plan: SupportPlan) -> dict[str, Any]:
    """The facts of the rule `compensation`, on the claim's first day; the plan's status is that of the day of submission.

    Raises:
        InvalidValue: `claim-spans-change`, where the law, the learner's level or the agreement changes inside its period.
    """
    institution_id = plan.institution_on(claim.first_day)
    target = target_group_facts(work, plan.learner_id, institution_id, claim.first_day)
    measure = plan.measure(claim.measure)
    given = {
        **target,
        "partner": partner_on(work, institution_id, claim.first_day),
        **_plan_facts(plan, claim.submitted_on or claim.first_day),
        **own_facts(claim),
        "risk_addressed": measure.kind == claim.kind and set(measure.risks) <= {risk.factor for risk in plan.risks},
        **law_facts(programme, claim, plan.semester, target["level"]),
    }
    law = programme.rule("compensation").changes(given, claim.last_day)
    check_undivided(claim, (*law, *_turns(work, plan, claim.days)))
    return given


def own_facts(claim: Claim) -> dict[str, Any]:
    """The facts of the rule `compensation` that the claim itself says."""
    return {
        "last_day": claim.last_day,
        "kind": claim.kind,
        "receipts_complete": claim.receipts_complete,
        "requested_cents": claim.requested.cents,
        "cofunded_cents": claim.cofunded.cents,
    }


def law_facts(programme: Programme, claim: Claim, semester: Semester, level: int | None) -> dict[str, Any]:
    """The facts of the rule `compensation` that the programme itself gives: by its calendar, and by the unit of its cap."""
    semesters = programme.calendar.semesters
    return {
        "semester_first_day": semesters[semester].first if semester in semesters else None,
        "units": units_of(claim, programme.pack, programme.calendar, level),
    }


def _turns(work: UnitOfWork, plan: SupportPlan, days: DayRange) -> list[date]:
    """The days in a range on which the learner's track or level, the plan's institution, or its taking part becomes another."""

    def on(day: date) -> tuple[Any, ...]:
        institution_id = plan.institution_on(day)
        target = target_group_facts(work, plan.learner_id, institution_id, day)
        return target["track"], target["level"], institution_id, partner_on(work, institution_id, day)

    owners = dict.fromkeys((plan.institution_on(days.first), *(went.target_institution_id for went in plan.transfers)))
    spans = [enrolment.days for enrolment in work.enrolments.find(learner_id=plan.learner_id)]
    spans += [agreement.days for owner in owners for agreement in _agreements(work, owner)]
    spans += [DayRange(went.on) for went in plan.transfers]
    turns = {span.first for span in spans if span.first in days}
    # The day after the last one; 9999-12-31, which some systems write for no end, has none.
    after = {span.last + timedelta(days=1) for span in spans if span.last is not None and span.last < (days.last or date.max)}
    turns |= {turn for turn in after if turn in days}
    return [turn for turn in turns if on(turn - timedelta(days=1)) != on(turn)]


def used_before(work: UnitOfWork, programme: Programme, claim: Claim, plan: SupportPlan) -> int | None:
    """What the learner's other claims of the semester used of the ceiling, in cents.

    Every decided claim counts, whatever its turn; an earlier one that still waits for its decision, by its status, makes it
    unknown.
    """
    cycle = programme.life_cycle("claim")
    waiting = cycle.step("decide").sources
    plans = work.plans.find(learner_id=plan.learner_id, semester=plan.semester)
    others = [other for other in work.claims.find(plan_id=[p.id for p in plans]) if other.id != claim.id]
    if any(other.status in waiting and turn(other) < turn(claim) for other in others):
        return None
    decided = [other for other in others if other.status not in (*waiting, cycle.initial) and other.decision_digest is not None]
    counted = [row["counted_cents"] for row in kept_decisions(work, decided).values()]
    return sum(cents for cents in counted if isinstance(cents, int))


def kept_decisions(work: UnitOfWork, claims: Iterable[Claim]) -> dict[str, Row]:
    """The row of the decision that counts, by claim: the one that settled it; while there is none, the latest."""
    digests = {claim.id: claim.decision_digest for claim in claims}
    rows = work.transaction.find(tables.DECISIONS, {"claim_id": list(digests)}, order=["claim_id", "number"])
    return {str(row["claim_id"]): row for row in rows if digests[str(row["claim_id"])] in (None, row["digest"])}


def turn(claim: Claim) -> tuple[date, str]:
    """Claims of a learner and semester are decided in the order of this: of their day of submission, then of their ids."""
    return claim.submitted_on or date.max, claim.id
