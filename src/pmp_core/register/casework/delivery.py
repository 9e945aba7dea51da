"""What was delivered, and what became of it: sessions and evaluations."""

from __future__ import annotations

from pmp_core.errors import StepRefused
from pmp_core.loading import Programme
from pmp_core.measures import Session
from pmp_core.outcomes import Evaluation
from pmp_core.register import admission, facts
from pmp_core.register.collection import UnitOfWork
from pmp_core.rules import Result


def add_session(work: UnitOfWork, programme: Programme, session: Session) -> Session:
    """Keep a delivered session, if the rule `session` lets it count.

    Raises:
        StepRefused: `session-refused` with the reasons; `session-other-measure`, `measure-other-specialist`.
    """
    plan = work.plans.get(session.plan_id)
    measure = plan.measure(session.measure)
    kinds = programme.pack.codes("measure-kinds", parent=admission.CONSULTATIONS)
    if measure.kind not in kinds:
        raise StepRefused(
            "session-other-measure",
            "The measure is not one that is delivered in sessions.",
            found=measure.kind,
            remedy=f"Sessions are of: {', '.join(kinds)}. Correct the measure's number.",
        )
    if measure.specialist is not None and measure.specialist != session.specialist:
        raise StepRefused(
            "measure-other-specialist",
            "The plan foresees another specialist for this measure.",
            found=session.specialist,
            remedy=f"The plan says {measure.specialist}: revise it, or correct the session.",
        )
    result: Result = programme.rule("session").decide(facts.session_facts(plan, session))
    if result.outcome != "granted":
        raise StepRefused(
            "session-refused",
            f"The session does not count: {', '.join(result.reasons)}.",
            found=result.outcome,
            remedy=result.explain("en"),
        )
    return work.sessions.add(session)


def add_evaluation(work: UnitOfWork, programme: Programme, evaluation: Evaluation) -> Evaluation:
    """Keep a plan's evaluation, if the rule `plan-closing` finds it complete. One with a version replaces the kept one.

    Raises:
        StepRefused: `evaluation-of-draft`, `evaluation-incomplete` with the reasons.
    """
    plan = work.plans.get(evaluation.plan_id)
    if plan.status == programme.life_cycle("plan").initial:
        raise StepRefused(
            "evaluation-of-draft",
            "A draft has nothing to evaluate.",
            found=plan.status,
            remedy="Submit and approve the plan first.",
        )
    result: Result = programme.rule("plan-closing").decide(evaluation.facts(plan))
    if result.outcome != "granted":
        raise StepRefused(
            "evaluation-incomplete", f"The evaluation is not complete: {', '.join(result.reasons)}.", remedy=result.explain("en")
        )
    return work.evaluations.put(evaluation) if evaluation.version else work.evaluations.add(evaluation)
