"""What a plan has to be before the register keeps it: beside the rest of what the register holds."""

from __future__ import annotations

from datetime import date

from pmp_core.errors import InvalidValue, StepRefused
from pmp_core.loading import Programme
from pmp_core.plans import SupportPlan
from pmp_core.register.collection import UnitOfWork
from pmp_core.values import Actor, SuggestionState


def check_known(work: UnitOfWork, learner_id: str) -> None:
    """Whether a learner was not erased: nobody knows any more who it is, and nothing new can be about it.

    Raises:
        NotFound: no such learner.
        StepRefused: `learner-erased`.
    """
    learner = work.learners.get(learner_id)
    if learner.erased_on is not None:
        raise StepRefused(
            "learner-erased",
            "The learner was erased: what is left are figures of nobody.",
            found=learner.erased_on,
            remedy="Import the child anew, if it is supported again: it gets another id.",
        )


def check_plan(work: UnitOfWork, programme: Programme, plan: SupportPlan) -> None:
    """Whether a plan fits its institution, its learner, its semester and the risks that were confirmed.

    Raises:
        ProgrammeError: `code-unknown`, with the nearest codes; `semester-unset`.
        InvalidValue: `code-not-in-force`.
        NotFound: no such institution, where a measure names one.
        StepRefused: `plan-exists`, `plan-overlaps`, each naming the other plan; `partner-kind-unset`,
            `plan-other-partner-kind`, `plan-not-enrolled`, `plan-outside-semester`, `suggestion-other`.
    """
    # By which kind of partner it takes part is said anew with each transfer; the rest stands since the plan's first day.
    check_code(programme, "partner-kinds", plan.partner_kind, plan.owned_since, "correct the plan's first day")
    used = [("plan-statuses", plan.status)]
    used += [("risk-factors", risk.factor) for risk in plan.risks]
    used += [("measure-kinds", measure.kind) for measure in plan.measures]
    used += [("specialists", measure.specialist) for measure in plan.measures if measure.specialist is not None]
    for catalogue, code in used:
        check_code(programme, catalogue, code, plan.first_day, "correct the plan's first day")
    for measure in plan.measures:
        if measure.institution_id is not None:
            work.institutions.get(measure.institution_id)
    _check_other_plans(work, plan)
    _check_partner_kind(work, plan)
    enrolments = work.enrolments.find(learner_id=plan.learner_id, institution_id=plan.institution_id)
    if not any(enrolment.days.overlaps(plan.days) for enrolment in enrolments):
        raise StepRefused(
            "plan-not-enrolled",
            "The learner is on no day of the plan enrolled at the plan's institution.",
            found=plan.institution_id,
            remedy="Correct the institution or the plan's days, or import the enrolment.",
        )
    days = programme.calendar.days(plan.semester)
    if not days.overlaps(plan.days):
        raise StepRefused(
            "plan-outside-semester",
            f"No day of the plan lies in its semester {plan.semester}.",
            found=f"{plan.first_day}..{plan.last_day}",
            remedy=f"The semester is {days.first}..{days.last}: correct the plan's days, or its semester.",
        )
    for risk in plan.risks:
        if risk.suggestion_id is None:
            continue
        behind = work.suggestions.find(
            id=risk.suggestion_id, learner_id=plan.learner_id, factor=risk.factor, state=SuggestionState.CONFIRMED
        )
        if not behind:
            raise StepRefused(
                "suggestion-other",
                f"What stands behind the risk {risk.factor!r} is no confirmed suggestion of this learner and factor.",
                found=risk.suggestion_id,
                remedy="Name the confirmed one, have it confirmed first, or leave `suggestion_id` out.",
            )


def check_code(programme: Programme, catalogue: str, code: str, day: date, otherwise: str) -> None:
    """Whether a code is a term of the programme, in force on a day; where nobody has said that, it may be used.

    Raises:
        ProgrammeError: `code-unknown`, with the nearest codes.
        InvalidValue: `code-not-in-force`.
    """
    reading = programme.pack.term(catalogue, code).on(day)
    if reading.state not in ("set", "unset"):  # an unset one may be: a rule that asks says that it is not known
        raise InvalidValue(
            "code-not-in-force",
            f"The code {code!r} of {catalogue!r} is not in force on {day}.",
            found=reading.state,
            remedy=f"Use another, or {otherwise}.",
        )


def _check_other_plans(work: UnitOfWork, plan: SupportPlan) -> None:
    others = [other for other in work.plans.find(learner_id=plan.learner_id, released=False) if other.id != plan.id]
    for other in others:
        if other.semester == plan.semester:
            here = other.institution_id == plan.institution_id
            raise StepRefused(
                "plan-exists",
                f"The learner already has a plan for the semester {plan.semester}"
                + ("." if here else f", at the institution {other.institution_id}."),
                found=other.id,
                remedy="A second one is not possible. "
                + (
                    "Revise that one."
                    if here
                    else "If the learner came to you, take that one over; if the learner is at both, have its people add "
                    "measures that you deliver (`institution_id` of a measure)."
                ),
            )
    for other in others:
        if other.days.overlaps(plan.days):
            raise StepRefused(
                "plan-overlaps",
                "The learner has another plan on some of these days.",
                found=other.id,
                remedy=f"That plan is from {other.first_day} to {other.last_day}: correct the days of one of the two.",
            )


def partner_kind_of(work: UnitOfWork, institution_id: str) -> str:
    """By which kind of partner an institution takes part.

    Raises:
        NotFound: no such institution.
        StepRefused: `partner-kind-unset`.
    """
    kind = work.institutions.get(institution_id).partner_kind
    if kind is None:
        raise StepRefused(
            "partner-kind-unset",
            "The register does not say by which kind of partner the plan's institution takes part.",
            found=institution_id,
            remedy="Set the institution's `partner_kind` in the register; it says who approves the plan.",
        )
    return kind


def check_scope(work: UnitOfWork, by: Actor, institution_id: str) -> None:
    """Whether the plan of an institution is within what an actor acts for. Who names no institution and no municipality acts
    for the state, or the host has looked already.

    Raises:
        StepRefused: `other-institution`, `other-municipality`.
    """
    if by.institution_id not in (None, institution_id):
        raise StepRefused(
            "other-institution",
            "The plan is of another institution than the one you act for.",
            found=institution_id,
            remedy="Its own people take the step. If the learner came to you, take the plan over: `transfer_plan`.",
        )
    named = by.region if by.municipality_id is None else (by.municipality_id,)
    if named and work.institutions.get(institution_id).municipality_id not in named:
        raise StepRefused(
            "other-municipality",
            "The plan's institution is not of the municipality you act for.",
            found=institution_id,
            remedy="The people of its own municipality take the step.",
        )


def _check_partner_kind(work: UnitOfWork, plan: SupportPlan) -> None:
    kind = partner_kind_of(work, plan.institution_id)
    if kind != plan.partner_kind:
        raise StepRefused(
            "plan-other-partner-kind",
            "The plan's kind of partner is not that of its institution.",
            found=plan.partner_kind,
            remedy=f"The institution takes part as {kind!r}: use it, or correct the institution.",
        )
