"""The work on cases: suggesting risks, taking steps, deciding claims. Each joins entities, rules and the register."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from pmp_core.compensation import Claim
from pmp_core.errors import InvalidValue, StepRefused
from pmp_core.loading import Programme
from pmp_core.measures import Session
from pmp_core.outcomes import Evaluation
from pmp_core.plans import SupportPlan
from pmp_core.plans.guards import Circumstances
from pmp_core.programme.entries import Value
from pmp_core.register import facts, tables
from pmp_core.register.collection import UnitOfWork
from pmp_core.risks import SIGNALS, RiskSuggestion
from pmp_core.rules import Decision, Result
from pmp_core.values import Actor, Semester


def suggest_risks(
    work: UnitOfWork, programme: Programme, semester: Semester, *, on: date, new_id: Callable[[str], str]
) -> list[RiskSuggestion]:
    """Run the signals over what the schools recorded in a semester. What is suggested waits for a person.

    A signal that was suggested before for the same learner, semester and factor is not suggested again.

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
            result: Result = programme.rule(signal.name).decide({"on": on, signal.measure: evidence.value})
            if result.outcome != "granted":
                continue
            threshold = programme.read(signal.threshold, on).value
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
                        measured=evidence.value,
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


def add_plan(work: UnitOfWork, programme: Programme, plan: SupportPlan) -> SupportPlan:
    """Keep a new draft, if its codes are the programme's and the learner has no other plan in the semester.

    Raises:
        InvalidValue: `code-not-in-force` through `check_codes`.
        StepRefused: `plan-exists`, naming the other plan; `plan-not-initial`.
    """
    cycle = programme.life_cycle("plan")
    if plan.status != cycle.initial or plan.steps:
        raise StepRefused(
            "plan-not-initial",
            "A new plan begins as a draft.",
            found=plan.status,
            remedy=f"Give it the status {cycle.initial!r}.",
        )
    check_plan_codes(programme, plan)
    others = work.plans.find(learner_id=plan.learner_id, semester=plan.semester, released=False)
    if others:
        raise StepRefused(
            "plan-exists",
            f"The learner already has a plan for the semester {plan.semester}.",
            found=others[0].id,
            remedy="Revise that plan; a second one is not possible.",
        )
    return work.plans.add(plan)


def check_plan_codes(programme: Programme, plan: SupportPlan) -> None:
    """Whether every code of a plan is a term of the programme on the plan's first day.

    Raises:
        ProgrammeError: `code-unknown`, with the nearest codes.
        InvalidValue: `code-not-in-force`.
    """
    used = [("partner-kinds", plan.partner_kind), ("plan-statuses", plan.status)]
    used += [("risk-factors", risk.factor) for risk in plan.risks]
    used += [("measure-kinds", measure.kind) for measure in plan.measures]
    used += [("specialists", measure.specialist) for measure in plan.measures if measure.specialist is not None]
    for catalogue, code in used:
        reading = programme.pack.term(catalogue, code).on(plan.first_day)
        if reading.state != "set":
            raise InvalidValue(
                "code-not-in-force",
                f"The code {code!r} of {catalogue!r} is not in force on {plan.first_day}.",
                found=reading.state,
                remedy="Use another, or correct the plan's first day.",
            )


def take_plan_step(
    work: UnitOfWork, programme: Programme, plan_id: str, step: str, *, by: Actor, on: date, reason: str | None = None
) -> SupportPlan:
    """A step of a plan's life, with the law asked first where the plan is submitted.

    Raises:
        NotFound: no such plan.
        StepRefused: `plan-entry-refused` with the decision's reasons, or what `SupportPlan.take` raises.
    """
    plan = work.plans.get(plan_id)
    cycle = programme.life_cycle("plan")
    if step == "submit":
        result: Result = programme.rule("plan-entry").decide(facts.plan_entry_facts(work, plan))
        if result.outcome != "granted":
            raise StepRefused(
                "plan-entry-refused",
                f"The plan cannot be submitted: {', '.join(result.reasons)}.",
                found=result.outcome,
                remedy=f"`pmp rules show plan-entry` tells what has to be so.\n{result.explain('en')}",
            )
    now = Circumstances(
        on=on,
        semester=programme.calendar.semester_of(on),
        money_used=bool(
            work.sessions.count(plan_id=plan.id)
            or [c for c in work.claims.find(plan_id=plan.id) if c.decision_digest is not None]
        ),
        evaluated=bool(work.evaluations.count(plan_id=plan.id)),
    )
    return work.plans.put(plan.take(step, life_cycle=cycle, by=by, on=on, reason=reason, circumstances=now))


def add_session(work: UnitOfWork, programme: Programme, session: Session) -> Session:
    """Keep a delivered session, if the rule `session` lets it count.

    Raises:
        StepRefused: `session-refused` with the reasons; `measure-other-specialist`.
    """
    plan = work.plans.get(session.plan_id)
    measure = plan.measure(session.measure)
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
    """Keep a plan's evaluation, if the rule `plan-closing` finds it complete.

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
    return work.evaluations.add(evaluation)


def submit_claim(work: UnitOfWork, programme: Programme, claim: Claim, *, by: Actor, on: date) -> Claim:
    """Keep a new claim and submit it."""
    return work.claims.put(work.claims.add(claim).take("submit", life_cycle=programme.life_cycle("claim"), by=by, on=on))


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
    result: Result = programme.rule("compensation").decide(
        facts.claim_facts(work, programme, claim, plan), prior=_used_before(work, claim, plan)
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


def _used_before(work: UnitOfWork, claim: Claim, plan: SupportPlan) -> int | None:
    """What the learner's other claims of the semester used of the ceiling, in cents.

    Every decided claim counts, whatever its turn; one that was submitted earlier and is not decided makes it unknown.
    """
    plans = work.plans.find(learner_id=plan.learner_id, semester=plan.semester)
    others = [
        other
        for other in work.claims.find(plan_id=[p.id for p in plans])
        if other.id != claim.id and other.submitted_on is not None
    ]
    if any(other.decision_digest is None and _turn(other) < _turn(claim) for other in others):
        return None
    digests: dict[Any, Any] = {other.id: other.decision_digest for other in others if other.decision_digest is not None}
    rows = work.transaction.find(tables.DECISIONS, {"claim_id": list(digests)})
    counted = [row["counted_cents"] for row in rows if row["digest"] == digests[row["claim_id"]]]
    return sum(cents for cents in counted if isinstance(cents, int))


def _turn(claim: Claim) -> tuple[date, str]:
    return claim.submitted_on or date.max, claim.id


def decisions(work: UnitOfWork, claim_id: str) -> list[Decision]:
    """Every decision on a claim, oldest first.

    Raises:
        NotFound: no such claim.
    """
    work.claims.get(claim_id)
    rows = work.transaction.find(tables.DECISIONS, {"claim_id": claim_id}, order=["number"])
    return [Decision.model_validate_json(str(row["document"])) for row in rows]
