"""Drafts of plans: from the risks that were confirmed, or from what is still open in the plan before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from pmp_core.errors import StepRefused
from pmp_core.loading import Programme
from pmp_core.plans import PlannedRisk, ResponsiblePerson, SupportMeasure, SupportPlan, rolled_over
from pmp_core.register import admission, facts
from pmp_core.register.access.doors import door
from pmp_core.register.casework.plans import add_plan
from pmp_core.register.collection import UnitOfWork
from pmp_core.values import Actor, DayRange, RiskResult, Semester, SuggestionState


def usual_days(programme: Programme, semester: Semester) -> DayRange:
    """The period of a plan unless a person says otherwise: the semester's, or as the programme has it for this semester.

    Raises:
        ProgrammeError: `semester-unset`.
    """
    days, path = programme.calendar.days(semester), f"plans.{semester}.last-day"
    last = programme.read(path, days.first).value if programme.pack.says(path) else None
    return DayRange(days.first, last) if isinstance(last, date) else days


@door("write-plan", "learner_id")
def draft_plan(
    work: UnitOfWork,
    programme: Programme,
    *,
    id: str,
    learner_id: str,
    semester: Semester,
    by: Actor,
    on: date,
    applied_on: date | None = None,
    aims: str | None = None,
    measures: Iterable[SupportMeasure] = (),
    responsible: Iterable[ResponsiblePerson] = (),
    institution_id: str | None = None,
) -> SupportPlan:
    """A draft with what the register knows: the learner's confirmed risks of this semester and the one before, the institution,
    the usual period, though never from before the application. It is not kept: look at it, change it, and hand it to `add_plan`.

    Args:
        work: the unit of work.
        programme: whose calendar counts.
        id: of the draft; `learner_id`: whose; `semester`: for which.
        by: who prepares it; `on`: the day it is entered.
        applied_on: the day of the signed application.
        aims: what is to be reached; `measures`: what is to be done for it; `responsible`: who answers for it.
        institution_id: where; None: where the learner is enrolled.

    Raises:
        NotFound: no such learner or institution.
        ProgrammeError: `semester-unset`.
        StepRefused: `plan-not-enrolled`, `partner-kind-unset`.
    """
    work.learners.get(learner_id)
    days = usual_days(programme, semester)
    # Before the application is signed there is nothing to deliver.
    first_day = days.first if applied_on is None else max(days.first, applied_on)
    where = institution_id or _enrolled_at(work, learner_id, max(days.first, on), "")
    semesters = [semester, *(before for before in programme.calendar.semesters if before.next == semester)]
    # Where a factor was confirmed several times, the first suggestion of the later semester stands behind it.
    order = ("semester", "-suggested_on", "-id")
    confirmed = work.suggestions.find(learner_id=learner_id, semester=semesters, state=SuggestionState.CONFIRMED, order=order)
    gone = _gone(work, learner_id, semesters)
    behind = {s.factor: s.id for s in confirmed if s.semester == semester or s.factor not in gone}
    return SupportPlan(
        id=id,
        learner_id=learner_id,
        institution_id=where,
        partner_kind=admission.partner_kind_of(work, where),
        semester=semester,
        first_day=first_day,
        last_day=days.last or first_day,
        entered_on=on,
        prepared_by=by.name,
        status=programme.life_cycle("plan").initial,
        applied_on=applied_on,
        aims=aims,
        risks=tuple(PlannedRisk(factor=factor, suggestion_id=suggestion) for factor, suggestion in behind.items()),
        measures=tuple(measures),
        responsible=tuple(responsible),
    )


def _gone(work: UnitOfWork, learner_id: str, semesters: Sequence[Semester]) -> set[str]:
    """The factors that the evaluations of the learner's plans of these semesters call gone."""
    plans = [plan.id for plan in work.plans.find(learner_id=learner_id, semester=list(semesters), released=False)]
    outcomes = (outcome for evaluation in work.evaluations.find(plan_id=plans) for outcome in evaluation.risks)
    return {outcome.factor for outcome in outcomes if outcome.result is RiskResult.GONE}


def _enrolled_at(work: UnitOfWork, learner_id: str, day: date, institution_id: str) -> str:
    enrolment = facts.enrolment_on(work, learner_id, day, institution_id)
    if enrolment is None:
        raise StepRefused(
            "plan-not-enrolled",
            f"The learner is not enrolled anywhere on {day}, when the plan would begin.",
            found=learner_id,
            remedy="Import the enrolment, or make no plan.",
        )
    return enrolment.institution_id


@door("write-plan", "plan_id")
def roll_over_plan(
    work: UnitOfWork,
    programme: Programme,
    plan_id: str,
    *,
    by: Actor,
    on: date,
    new_id: Callable[[str], str],
    semester: Semester | None = None,
) -> SupportPlan:
    """Keep the next semester's draft from this plan's open risks: those that its evaluation does not call gone.

    Args:
        work: the unit of work.
        programme: whose calendar and law count.
        plan_id: the plan of the semester that ends.
        by: who prepares the draft; `on`: the day it is entered.
        new_id: makes its id.
        semester: the one it is for; None: the next.

    Raises:
        NotFound: no such plan.
        StepRefused: `plan-not-enrolled`, `roll-over-nothing-open`, `roll-over-backwards`, `plan-exists`, and with
            ProgrammeError and InvalidValue what `add_plan` raises.
    """
    plan = work.plans.get(plan_id)
    planned = plan.semester.next if semester is None else semester
    days = usual_days(programme, planned)
    gone = {
        outcome.factor
        for evaluation in work.evaluations.find(plan_id=plan_id)
        for outcome in evaluation.risks
        if outcome.result is RiskResult.GONE
    }
    where = _enrolled_at(work, plan.learner_id, max(days.first, on), plan.institution_id)
    draft = rolled_over(
        plan,
        planned,
        days,
        id=new_id("P"),
        open_factors={risk.factor for risk in plan.risks} - gone,
        initial=programme.life_cycle("plan").initial,
        by=by,
        on=on,
        institution_id=where,
        partner_kind=admission.partner_kind_of(work, where),
    )
    return add_plan(work, programme, draft, by=by)
