"""A plan from draft to close: what is kept of it, and its steps."""

from __future__ import annotations

from datetime import date

from pmp_core.errors import StepRefused
from pmp_core.loading import Programme
from pmp_core.plans import SupportPlan
from pmp_core.plans.guards import EVALUATED, Circumstances
from pmp_core.register import admission, facts
from pmp_core.register.collection import UnitOfWork
from pmp_core.rules import Result
from pmp_core.values import Actor


def add_plan(work: UnitOfWork, programme: Programme, plan: SupportPlan) -> SupportPlan:
    """Keep a new draft, if it fits its institution, its learner, its semester and the risks that were confirmed.

    Raises:
        StepRefused: `plan-not-initial`, and with ProgrammeError and InvalidValue what `admission.check_plan` raises.
    """
    cycle = programme.life_cycle("plan")
    if plan.status != cycle.initial or plan.steps:
        raise StepRefused(
            "plan-not-initial",
            "A new plan begins as a draft.",
            found=plan.status,
            remedy=f"Give it the status {cycle.initial!r}.",
        )
    admission.check_plan(work, programme, plan)
    return work.plans.add(plan)


def change_plan(work: UnitOfWork, programme: Programme, plan: SupportPlan) -> SupportPlan:
    """Keep a plan with other contents: risks, measures, days. Only while it is open: from where it can be submitted.

    Raises:
        NotFound: no such plan.
        StepRefused: `plan-not-open`; `change-without-step`, where the status or the steps differ from those that are kept;
            and with ProgrammeError and InvalidValue what `admission.check_plan` raises.
    """
    kept, cycle = work.plans.get(plan.id), programme.life_cycle("plan")
    if kept.status not in (cycle.initial, *cycle.step("submit").sources):
        raise StepRefused(
            "plan-not-open",
            "The contents of a plan change only in a draft or under revision.",
            found=kept.status,
            remedy=f"Possible from here: {', '.join(cycle.possible(kept.status)) or 'nothing'}.",
        )
    if (plan.status, plan.released, plan.steps) != (kept.status, kept.released, kept.steps):
        raise without_step(plan.status)
    admission.check_plan(work, programme, plan)
    return work.plans.put(plan)


def without_step(status: str) -> StepRefused:
    """The refusal of a changed status or of changed steps where no step was taken."""
    return StepRefused(
        "change-without-step",
        "The status and the steps change only by taking a step.",
        found=status,
        remedy="Leave them as they are, and take the step.",
    )


def take_plan_step(
    work: UnitOfWork, programme: Programme, plan_id: str, step: str, *, by: Actor, on: date, reason: str | None = None
) -> SupportPlan:
    """A step of a plan's life. Status and role are looked at first, then the law where the plan is submitted or closed.

    Raises:
        NotFound: no such plan.
        StepRefused: `plan-entry-refused` with the decision's reasons; `evaluation-stale`, where the kept evaluation no longer
            covers the plan; or what `SupportPlan.take` raises.
    """
    plan = work.plans.get(plan_id)
    cycle = programme.life_cycle("plan")
    row = cycle.allowed(step, plan.status, by.role, reason)
    evaluations = work.evaluations.find(plan_id=plan.id)
    if step == "submit":
        result: Result = programme.rule("plan-entry").decide(facts.plan_entry_facts(work, plan))
        if result.outcome != "granted":
            raise StepRefused(
                "plan-entry-refused",
                f"The plan cannot be submitted: {', '.join(result.reasons)}.",
                found=result.outcome,
                remedy=f"`pmp rules show plan-entry` tells what has to be so.\n{result.explain('en')}",
            )
    for evaluation in evaluations if EVALUATED in row.guards else ():
        closing: Result = programme.rule("plan-closing").decide(evaluation.facts(plan))
        if closing.outcome != "granted":
            raise StepRefused(
                "evaluation-stale",
                f"The evaluation does not cover the plan as it is now: {', '.join(closing.reasons)}.",
                found=evaluation.id,
                remedy=f"Complete the evaluation, and keep it again.\n{closing.explain('en')}",
            )
    now = Circumstances(
        on=on,
        semester=programme.calendar.semester_of(on),
        money_used=bool(
            work.sessions.count(plan_id=plan.id)
            or [c for c in work.claims.find(plan_id=plan.id) if c.decision_digest is not None]
        ),
        evaluated=bool(evaluations),
    )
    return work.plans.put(plan.take(step, life_cycle=cycle, by=by, on=on, reason=reason, circumstances=now))
