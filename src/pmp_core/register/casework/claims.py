"""Claims from draft to decision."""

from __future__ import annotations

from datetime import date

from pmp_core.compensation import Claim
from pmp_core.errors import StepRefused
from pmp_core.loading import Programme
from pmp_core.register import admission, facts, tables
from pmp_core.register.casework.plans import without_step
from pmp_core.register.collection import UnitOfWork
from pmp_core.rules import Decision, Result
from pmp_core.values import Actor


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
        raise without_step(claim.status)
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
