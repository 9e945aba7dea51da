"""The work on cases: suggesting risks, taking steps, deciding claims. Each joins entities, rules and the register.

What is kept through here was checked. `work.plans.put`, `work.claims.put` and the like are the raw port beneath: they keep
whatever is well formed, and are for imports, repairs and tests.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from pmp_core.compensation import Claim
from pmp_core.errors import StepRefused
from pmp_core.loading import Programme
from pmp_core.measures import Session
from pmp_core.outcomes import Evaluation
from pmp_core.plans import SupportPlan
from pmp_core.plans.guards import EVALUATED, Circumstances
from pmp_core.programme.entries import Value
from pmp_core.register import admission, facts, tables
from pmp_core.register.collection import UnitOfWork
from pmp_core.risks import SIGNALS, RiskSuggestion
from pmp_core.rules import Decision, Result
from pmp_core.values import Actor, Semester


def suggest_risks(
    work: UnitOfWork, programme: Programme, semester: Semester, *, on: date, new_id: Callable[[str], str]
) -> list[RiskSuggestion]:
    """Run the signals over what the schools recorded in a semester. What is suggested waits for a person.

    A signal that was suggested before for the same learner, semester and factor is not suggested again. Where whole days
    were missed it is not known how many lessons they were: the lessons counted are enough, or the signal is undetermined.

    Args:
        work: the unit of work.
        programme: whose thresholds count.
        semester: whose absences and marks are read.
        on: the day of suggestion; thresholds are those of this day.
        new_id: makes ids.

    Returns:
        The new suggestions.

    Raises:
        ProgrammeError: `semester-unset`.
    """
    days = programme.calendar.days(semester)
    known = {(s.learner_id, s.factor, s.signal) for s in work.suggestions.find(semester=semester)}
    measured = facts.signal_facts(work, semester, days)
    added: list[RiskSuggestion] = []
    for enrolment in work.enrolments.find(order=("learner_id", "-first_day")):
        if not enrolment.days.overlaps(days):
            continue
        for signal in SIGNALS:
            evidence = measured[signal.measure].get(enrolment.learner_id, facts.Measured(signal.when_nothing))
            threshold = programme.read(signal.threshold, on).value
            measured_value = evidence.compared_with(threshold)
            result: Result = programme.rule(signal.name).decide({"on": on, signal.measure: measured_value})
            if result.outcome != "granted":
                continue
            for factor in _codes(programme.read(signal.factor, on).value):
                if (enrolment.learner_id, factor, signal.name) in known:
                    continue
                known.add((enrolment.learner_id, factor, signal.name))
                added.append(
                    RiskSuggestion(
                        id=new_id("R"),
                        learner_id=enrolment.learner_id,
                        institution_id=enrolment.institution_id,
                        semester=semester,
                        factor=factor,
                        suggested_on=on,
                        signal=signal.name,
                        measured=measured_value,
                        threshold=threshold if isinstance(threshold, int) else None,
                        evidence_first_day=min(evidence.days, default=None),
                        evidence_last_day=max(evidence.days, default=None),
                        evidence_records=evidence.records,
                        programme_hash=programme.hash,
                    )
                )
    return work.suggestions.add_all(added)


def _codes(value: Value | None) -> tuple[str, ...]:
    return tuple(str(code) for code in value) if isinstance(value, tuple) else ()


def confirm_risk(
    work: UnitOfWork, programme: Programme, suggestion_id: str, *, by: Actor, on: date, reason: str | None = None
) -> RiskSuggestion:
    """A suggested risk confirmed by a person in one of the programme's roles.

    Raises:
        NotFound: no such suggestion.
        ProgrammeError: `code-unknown`: no such role, or no such factor.
        InvalidValue: `code-not-in-force`.
        StepRefused: `suggestion-decided`, `suggestion-before`.
    """
    suggestion = work.suggestions.get(suggestion_id)
    _check_risk(programme, suggestion.factor, by, on)
    return work.suggestions.put(suggestion.confirm(by=by, on=on, reason=reason))


def reject_risk(
    work: UnitOfWork, programme: Programme, suggestion_id: str, *, by: Actor, on: date, reason: str
) -> RiskSuggestion:
    """A suggested risk rejected by a person in one of the programme's roles; raises what `confirm_risk` does."""
    suggestion = work.suggestions.get(suggestion_id)
    admission.check_code(programme, "roles", by.role, on, "correct the day")
    return work.suggestions.put(suggestion.reject(by=by, on=on, reason=reason))


def add_risk(
    work: UnitOfWork,
    programme: Programme,
    *,
    id: str,
    learner_id: str,
    institution_id: str,
    semester: Semester,
    factor: str,
    by: Actor,
    on: date,
    reason: str,
) -> RiskSuggestion:
    """A risk that a person adds without a signal, confirmed by that person; raises what `confirm_risk` does."""
    _check_risk(programme, factor, by, on)
    where = {"learner_id": learner_id, "institution_id": institution_id}
    return work.suggestions.add(
        RiskSuggestion.added(id=id, **where, semester=semester, factor=factor, by=by, on=on, reason=reason)
    )


def _check_risk(programme: Programme, factor: str, by: Actor, on: date) -> None:
    admission.check_code(programme, "roles", by.role, on, "correct the day")
    admission.check_code(programme, "risk-factors", factor, on, "correct the day")


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
        raise _without_step(plan.status)
    admission.check_plan(work, programme, plan)
    return work.plans.put(plan)


def _without_step(status: str) -> StepRefused:
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


def submit_claim(work: UnitOfWork, programme: Programme, claim: Claim, *, by: Actor, on: date) -> Claim:
    """Submit a claim: a new one, or one with a version that is kept as a draft, such as after it was withdrawn.

    Raises:
        StepRefused: `claim-not-initial`, what `Claim.take` raises for the role, what `change_claim` raises for a kept draft,
            and with NotFound, ProgrammeError and InvalidValue what `admission.check_claim` raises.
    """
    cycle = programme.life_cycle("claim")
    if claim.status != cycle.initial or claim.submitted_on is not None or claim.decision_digest is not None:
        raise StepRefused(
            "claim-not-initial",
            "A claim that is submitted begins as a draft, without a day of submission and without a decision.",
            found=claim.status,
            remedy=f"Give it the status {cycle.initial!r}, and leave the other two out.",
        )
    admission.check_claim(work, programme, claim.take("submit", life_cycle=cycle, by=by, on=on))
    kept = change_claim(work, programme, claim) if claim.version else work.claims.add(claim)
    return work.claims.put(kept.take("submit", life_cycle=cycle, by=by, on=on))


def change_claim(work: UnitOfWork, programme: Programme, claim: Claim) -> Claim:
    """Keep a claim with other contents, only while it is a draft.

    Raises:
        NotFound: no such claim.
        StepRefused: `claim-not-open`; `change-without-step`, where the status changed.
    """
    kept, cycle = work.claims.get(claim.id), programme.life_cycle("claim")
    if kept.status != cycle.initial:
        raise StepRefused(
            "claim-not-open",
            "The contents of a claim change only while it is a draft.",
            found=kept.status,
            remedy=f"Possible from here: {', '.join(cycle.possible(kept.status)) or 'nothing'}.",
        )
    if (claim.status, claim.submitted_on, claim.decision_digest) != (kept.status, kept.submitted_on, kept.decision_digest):
        raise _without_step(claim.status)
    return work.claims.put(claim)


def withdraw_claim(
    work: UnitOfWork, programme: Programme, claim_id: str, *, by: Actor, on: date, reason: str | None = None
) -> Claim:
    """Withdraw a submitted claim; it is a draft again.

    Raises:
        NotFound: no such claim.
        StepRefused: what `Claim.take` raises.
    """
    cycle = programme.life_cycle("claim")
    return work.claims.put(work.claims.get(claim_id).take("withdraw", life_cycle=cycle, by=by, on=on, reason=reason))


def decide_claim(work: UnitOfWork, programme: Programme, claim_id: str, *, by: Actor, on: date) -> tuple[Claim, Decision]:
    """Decide a submitted claim, after the earlier claims of the same learner and semester.

    An undetermined claim stays submitted, so that it can be decided again when what was missing is there.

    Returns:
        The claim and its decision, both as they are kept.

    Raises:
        StepRefused: the claim is not submitted, or the role may not decide.
        InvalidValue: `claim-spans-change`.
    """
    claim = work.claims.get(claim_id)
    plan = work.plans.get(claim.plan_id)
    cycle = programme.life_cycle("claim")
    cycle.allowed("decide", claim.status, by.role, None)
    admission.check_decidable(claim, on)
    result: Result = programme.rule("compensation").decide(
        facts.claim_facts(work, programme, claim, plan), prior=facts.used_before(work, programme, claim, plan)
    )
    decision = result.decision(decided_on=on)
    counted = None if result.used is None or result.prior is None else result.used - result.prior
    number = work.transaction.count(tables.DECISIONS, {"claim_id": claim.id}) + 1
    work.transaction.insert(
        tables.DECISIONS,
        [
            {
                "claim_id": claim.id,
                "number": number,
                "digest": decision.digest,
                "rule": decision.rule,
                "outcome": decision.outcome,
                "amount_cents": result.amount_cents,
                "asked_cents": claim.requested.cents,
                "counted_cents": counted,
                "programme": decision.programme,
                "programme_hash": decision.programme_hash,
                "decided_on": on,
                "decided_by": by.name,
                "decided_role": by.role,
                "document": decision.model_dump_json(),
            }
        ],
    )
    if result.outcome != "undetermined":
        claim = work.claims.put(claim.take("decide", life_cycle=cycle, by=by, on=on, decision_digest=decision.digest))
    return claim, decision


def decisions(work: UnitOfWork, claim_id: str) -> list[Decision]:
    """Every decision on a claim, oldest first.

    Raises:
        NotFound: no such claim.
    """
    work.claims.get(claim_id)
    rows = work.transaction.find(tables.DECISIONS, {"claim_id": claim_id}, order=["number"])
    return [Decision.model_validate_json(str(row["document"])) for row in rows]
