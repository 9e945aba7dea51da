"""How the facts of a rule come about from what the register holds of one learner."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from pmp_core.learners import Enrolment, Partnership
from pmp_core.loading import Programme
from pmp_core.measures import Session
from pmp_core.plans import SupportPlan
from pmp_core.register.collection import UnitOfWork
from pmp_core.staff import Assignment
from pmp_core.values import Track


def enrolment_on(work: UnitOfWork, learner_id: str, day: date, institution_id: str) -> Enrolment | None:
    """The learner's enrolment on a day: at this institution, else at another; of several the one that began last."""
    return enrolment_among(work.enrolments.find(learner_id=learner_id, order=("-first_day",)), day, institution_id)


def enrolment_among(enrolments: Iterable[Enrolment], day: date, institution_id: str) -> Enrolment | None:
    """As `enrolment_on`, among a learner's enrolments, the one that began last first."""
    there = [enrolment for enrolment in enrolments if day in enrolment.days]
    here = [enrolment for enrolment in there if enrolment.institution_id == institution_id]
    return next(iter((*here, *there)), None)


def partner_on(work: UnitOfWork, institution_id: str, day: date) -> bool:
    """Whether an institution takes part on a day: by an agreement of its own, or by its municipality's."""
    return any(day in agreement.days for agreement in agreements(work, institution_id))


def agreements(work: UnitOfWork, institution_id: str) -> list[Partnership]:
    """The agreements by which an institution takes part: its own, and its municipality's."""
    institution = work.institutions.get(institution_id)
    found = work.partnerships.find(institution_id=institution_id)
    if institution.municipality_id is not None:
        found += work.partnerships.find(municipality_id=institution.municipality_id)
    return found


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


def plan_facts(plan: SupportPlan, day: date) -> dict[str, Any]:
    """What a rule asks of a plan, on a day."""
    return {"plan_status": plan.status_on(day), "plan_first_day": plan.first_day, "plan_last_day": plan.last_day}


def statuses_in_force(programme: Programme, day: date) -> tuple[str, ...]:
    """The statuses in which support can be delivered on a day; none where nobody has set them."""
    value = programme.read("plans.statuses-in-force", day).value
    return tuple(map(str, value)) if isinstance(value, tuple) else ()


def was_in_force(programme: Programme, plan: SupportPlan, day: date) -> bool:
    """Whether support could be delivered under a plan on some day until this one."""
    return not {taken.target for taken in plan.steps if taken.on <= day}.isdisjoint(statuses_in_force(programme, day))


def delivering_institution(plan: SupportPlan, session: Session) -> str:
    """Where a session is held: at the measure's institution, else at the plan's on that day."""
    return plan.measure(session.measure).institution_id or plan.institution_on(session.day)


def session_facts(work: UnitOfWork, plan: SupportPlan, session: Session) -> dict[str, Any]:
    """The facts of the rule `session`."""
    assignments = work.assignments.find(institution_id=delivering_institution(plan, session), person=session.delivered_by)
    enrolments = work.enrolments.find(learner_id=plan.learner_id, order=("-first_day",))
    return session_facts_among(plan, session, assignments, enrolments)


def session_facts_among(
    plan: SupportPlan, session: Session, assignments: Iterable[Assignment], enrolments: Iterable[Enrolment]
) -> dict[str, Any]:
    """As `session_facts`, from what is read already.

    Args:
        assignments: of the person who held it, at least those to the delivering institution.
        enrolments: of the learner, the one that began last first.
    """
    institution_id = delivering_institution(plan, session)
    if session.assignment_id is not None:
        assignments = [assignment for assignment in assignments if assignment.id == session.assignment_id]
    enrolment = enrolment_among(enrolments, session.day, institution_id)
    general = enrolment is not None and enrolment.track is Track.GENERAL
    return {
        "on": session.day,
        **plan_facts(plan, session.day),
        "specialist": session.specialist,
        "mode": session.mode.value,
        "directors_order": session.directors_order is not None,
        "attested_on": session.attested_on,
        "assigned": any(assignment.covers(session, institution_id) for assignment in assignments),
        "grade": enrolment.level if enrolment is not None and general else None,
    }
