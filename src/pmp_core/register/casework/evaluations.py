"""What became of a plan's risks and measures: what the records say of them, and what a person makes of it."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from pmp_core.errors import StepRefused
from pmp_core.loading import Programme
from pmp_core.measures import MeasureDelivery
from pmp_core.outcomes import Evaluation, MeasureOutcome, RiskOutcome
from pmp_core.plans import SupportPlan
from pmp_core.register import admission, facts
from pmp_core.register.access.doors import door
from pmp_core.register.casework.delivery import delivery
from pmp_core.register.collection import UnitOfWork
from pmp_core.register.signal_facts import measured
from pmp_core.register.signal_period import SignalPeriod
from pmp_core.risks import SIGNALS
from pmp_core.rules import Result
from pmp_core.values import Actor, DayRange


@frozen
class RiskRecord:
    """What the records say of one risk of a plan.

    Args:
        factor: the risk.
        signal: the rule that suggested it; None where a person added it.
        before: what the signal measured when it suggested the risk.
        after: what it measures in the plan's semester until the day of looking; at least so much, where more is possible.
            None: no signal, or not known, such as absences where the school recorded nobody's in this semester.
    """

    factor: str
    signal: str | None
    before: int | None
    after: int | None


@frozen
class EvaluationRecords:
    """What the records say for the evaluation of a plan: `risks` and `measures`, each in the plan's order."""

    plan_id: str
    on: date
    risks: tuple[RiskRecord, ...]
    measures: tuple[MeasureDelivery, ...]


@door("see-plans", "plan_id")
def evaluation_records(work: UnitOfWork, programme: Programme, plan_id: str, *, on: date) -> EvaluationRecords:
    """What the records say for the evaluation of a plan: each signal before and after, each measure planned and delivered.

    Numbers of two semesters count from zero each. What became of a risk a person says; nothing is concluded here.

    Raises:
        NotFound: no such plan. ProgrammeError: `semester-unset`.
    """
    plan = work.plans.get(plan_id)
    return EvaluationRecords(plan_id, on, _risks(work, programme, plan, on), delivery(work, programme, plan_id, on=on))


def _risks(work: UnitOfWork, programme: Programme, plan: SupportPlan, on: date) -> tuple[RiskRecord, ...]:
    behind = [risk.suggestion_id for risk in plan.risks if risk.suggestion_id is not None]
    suggested = {suggestion.id: suggestion for suggestion in work.suggestions.find(id=behind)}
    period = SignalPeriod.until(programme.calendar, plan.semester, on)
    days = period.days
    enrolments = work.enrolments.find(learner_id=plan.learner_id)
    found = measured(
        period,
        absences=[one for one in work.absences.find(learner_id=plan.learner_id) if days is not None and one.day in days],
        marks=work.marks.find(learner_id=plan.learner_id, semester=[plan.semester, plan.semester.previous]),
        enrolments=enrolments,
        recorded=_recording(work, {enrolment.institution_id for enrolment in enrolments}, days),
    )
    known = {signal.name: found[signal.measure] for signal in SIGNALS}
    after = {name: None if one.at_least and not one.value else one.value for name, one in known.items()}
    records = []
    for risk in plan.risks:
        suggestion = suggested.get(risk.suggestion_id or "")
        signal = None if suggestion is None else suggestion.signal
        before = None if suggestion is None else suggestion.measured
        records.append(RiskRecord(risk.factor, signal, before, None if signal is None else after.get(signal)))
    return tuple(records)


def _recording(work: UnitOfWork, institutions: set[str], days: DayRange | None) -> set[str]:
    """Those of the institutions that recorded some absence, of whomever, on these days."""
    asked = [] if days is None else list(days.days())
    return {one for one in institutions if asked and work.absences.find(institution_id=one, day=asked, limit=1)}


@door("evaluate-plan", "evaluation")
def add_evaluation(work: UnitOfWork, programme: Programme, evaluation: Evaluation, *, by: Actor | None = None) -> Evaluation:
    """Keep a plan's evaluation, if the rule `plan-closing` finds it complete. One with a version replaces the kept one.

    Signals before and after are filled in from the records where it leaves them out; the sessions delivered always.

    Raises:
        NotFound: no such plan; or, with a version, no such evaluation.
        StepRefused: `evaluation-other-plan`, where the kept one is of another plan; `evaluation-closed`, where the plan takes no
            step any more; `evaluation-of-draft`, where it was never in force until then; `evaluation-incomplete` with the
            reasons.
    """
    plan, cycle = work.plans.get(evaluation.plan_id), programme.life_cycle("plan")
    if by is not None:
        admission.check_scope(work, by, plan.institution_id)
    if evaluation.version and work.evaluations.get(evaluation.id).plan_id != plan.id:
        raise StepRefused(
            "evaluation-other-plan",
            "The evaluation is kept as that of another plan, which would be left without one.",
            found=evaluation.id,
            remedy="Leave its plan as it is; evaluate this plan with an evaluation of its own, without a version.",
        )
    if not cycle.possible(plan.status):
        raise StepRefused(
            "evaluation-closed",
            "The plan is over, and its evaluation stays as it is.",
            found=plan.status,
            remedy="Look at it: it is the one the plan was closed with.",
        )
    if not facts.was_in_force(programme, plan, evaluation.evaluated_on):
        raise StepRefused(
            "evaluation-of-draft",
            "The plan was never in force until this day: there is nothing to evaluate.",
            found=plan.status,
            remedy=f"Possible from here: {', '.join(cycle.possible(plan.status))}.",
        )
    result: Result = programme.rule("plan-closing").decide(evaluation.facts(plan))
    if result.outcome != "granted":
        raise StepRefused(
            "evaluation-incomplete", f"The evaluation is not complete: {', '.join(result.reasons)}.", remedy=result.explain("en")
        )
    filled = _filled(evaluation, evaluation_records(work, programme, plan.id, on=evaluation.evaluated_on))
    return work.evaluations.put(filled) if evaluation.version else work.evaluations.add(filled)


def _filled(evaluation: Evaluation, records: EvaluationRecords) -> Evaluation:
    risks = {record.factor: record for record in records.risks}
    measures = {record.number: record for record in records.measures}
    return evaluation.changed(
        risks=tuple(_with_signal(outcome, risks.get(outcome.factor)) for outcome in evaluation.risks),
        measures=tuple(_with_sessions(outcome, measures.get(outcome.number)) for outcome in evaluation.measures),
    )


def _with_signal(outcome: RiskOutcome, record: RiskRecord | None) -> RiskOutcome:
    if record is None or record.signal is None or outcome.signal not in (None, record.signal):
        return outcome
    before = record.before if outcome.before is None else outcome.before
    after = record.after if outcome.after is None else outcome.after
    return outcome.changed(signal=record.signal, before=before, after=after)


def _with_sessions(outcome: MeasureOutcome, record: MeasureDelivery | None) -> MeasureOutcome:
    if record is None or (record.planned_sessions is None and not record.delivered_sessions):
        return outcome
    # The register counts them, at each evaluation anew: one that is kept again has those of its new day.
    return outcome.changed(sessions=record.delivered_sessions, minutes=record.delivered_minutes)
