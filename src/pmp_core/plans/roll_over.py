"""Next semester's draft from what is still open in this one's plan."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from pmp_core.errors import StepRefused
from pmp_core.plans.plan import SupportMeasure, SupportPlan
from pmp_core.values import Actor, DayRange, Semester


def rolled_over(
    plan: SupportPlan,
    semester: Semester,
    days: DayRange,
    *,
    id: str,
    open_factors: Collection[str],
    initial: str,
    by: Actor,
    on: date,
    institution_id: str,
    partner_kind: str,
) -> SupportPlan:
    """A draft for a later semester with the plan's open risks, and the measures that address them.

    What a new semester has to say anew is left out: the signed application, steps, transfers, pay.

    Args:
        plan: the plan of the semester that ends.
        semester: the one the draft is for; `days`: its period.
        id: of the draft.
        open_factors: the risks that are not gone.
        initial: the status a plan begins in.
        by: who prepares it; `on`: the day it is entered.
        institution_id: where the learner is enrolled then; `partner_kind`: by which kind of partner it takes part.

    Raises:
        StepRefused: `roll-over-backwards`, `roll-over-nothing-open`.
    """
    if semester <= plan.semester:
        raise StepRefused(
            "roll-over-backwards",
            "A plan rolls over into a later semester.",
            found=semester,
            remedy=f"The plan is of {plan.semester}: name a later one.",
        )
    risks = tuple(risk for risk in plan.risks if risk.factor in open_factors)
    if not risks:
        raise StepRefused(
            "roll-over-nothing-open",
            "No risk of the plan is open: all of them are gone.",
            found=plan.id,
            remedy="The learner needs no plan for these risks. Make a new one if others were confirmed.",
        )
    measures: list[SupportMeasure] = []
    for measure in plan.measures:
        addressed = tuple(factor for factor in measure.risks if factor in open_factors)
        if addressed:
            measures.append(measure.changed(number=len(measures) + 1, risks=addressed))
    return SupportPlan(
        id=id,
        learner_id=plan.learner_id,
        institution_id=institution_id,
        partner_kind=partner_kind,
        semester=semester,
        first_day=days.first,
        last_day=days.last or days.first,
        entered_on=on,
        prepared_by=by.name,
        status=initial,
        aims=plan.aims,
        risks=risks,
        measures=tuple(measures),
        responsible=plan.responsible,
        rolled_over_from=plan.id,
    )
