"""Claims from draft to decision."""

from __future__ import annotations

from datetime import date

from pmp_core.compensation import Claim, ClaimDecision
from pmp_core.errors import StepRefused
from pmp_core.loading import Programme
from pmp_core.register import claim_admission, claim_decisions, conflicts, tables
from pmp_core.register.access.doors import door
from pmp_core.register.casework.claim_versions import keep_claim
from pmp_core.register.casework.plans import without_step
from pmp_core.register.collection import UnitOfWork
from pmp_core.values import Actor


@door("submit-claim", "claim")
def submit_claim(work: UnitOfWork, programme: Programme, claim: Claim, *, by: Actor, on: date) -> Claim:
    """Submit a claim: a new one, or one with a version that is kept as a draft, such as after it was withdrawn.

    Raises:
        StepRefused: `claim-not-initial`, what `Claim.take` raises for the role, what `change_claim` raises for a kept draft,
            and with NotFound, ProgrammeError and InvalidValue what `claim_admission.check_claim` raises.
    """
    cycle = programme.life_cycle("claim")
    if claim.status != cycle.initial or claim.submitted_on is not None or claim.decision_digest is not None:
        raise StepRefused(
            "claim-not-initial",
            "A claim that is submitted begins as a draft, without a day of submission and without a decision.",
            found=claim.status,
            remedy=f"Give it the status {cycle.initial!r}, and leave the other two out.",
        )
    claim_admission.check_claim(work, programme, claim.take("submit", life_cycle=cycle, by=by, on=on))
    kept = change_claim(work, programme, claim, by=by, on=on) if claim.version else keep_claim(work, claim, "draft", by=by, on=on)
    return keep_claim(work, kept.take("submit", life_cycle=cycle, by=by, on=on), "submit", by=by, on=on)


@door("submit-claim", "claim")
def change_claim(work: UnitOfWork, programme: Programme, claim: Claim, *, by: Actor, on: date) -> Claim:
    """Keep a claim with other contents, only while it is a draft.

    Args:
        by: who changed it; `on`: the day.

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
    return keep_claim(work, claim, "contents", by=by, on=on)


@door("submit-claim", "claim_id")
def withdraw_claim(
    work: UnitOfWork, programme: Programme, claim_id: str, *, by: Actor, on: date, reason: str | None = None
) -> Claim:
    """Withdraw a submitted claim; it is a draft again.

    Raises:
        NotFound: no such claim.
        StepRefused: what `Claim.take` raises.
    """
    cycle = programme.life_cycle("claim")
    taken = work.claims.get(claim_id).take("withdraw", life_cycle=cycle, by=by, on=on, reason=reason)
    return keep_claim(work, taken, "withdraw", by=by, on=on, reason=reason)


@door("decide-claim", "claim_id")
def decide_claim(work: UnitOfWork, programme: Programme, claim_id: str, *, by: Actor, on: date) -> tuple[Claim, ClaimDecision]:
    """Decide a submitted claim, after the earlier claims of the same learner and semester.

    It is decided line by line, and its decision is their sum. An undetermined claim stays submitted, so that it can be decided
    again when what was missing is there; and so does one that would be paid for twice, see `conflicts`.

    Returns:
        The claim and its decision, both as they are kept.

    Raises:
        StepRefused: the claim is not submitted, or the role may not decide; `claim-decided-before`; `claim-in-conflict`.
        ProgrammeError: `semester-unset`.
    """
    claim = work.claims.get(claim_id)
    cycle = programme.life_cycle("claim")
    cycle.allowed("decide", claim.status, by.role, None)
    claim_admission.check_decidable(claim, on)
    conflicts.check_no_hard_conflict(work, programme, claim)
    decision = claim_decisions.decided(work, programme, claim, work.plans.get(claim.plan_id), on=on)
    claim_decisions.keep_decision(work, decision, by=by)
    if decision.outcome != "undetermined":
        taken = claim.take("decide", life_cycle=cycle, by=by, on=on, decision_digest=decision.digest)
        claim = keep_claim(work, taken, "decide", by=by, on=on)
    return claim, decision


@door("see-money", "claim_id")
def decisions(work: UnitOfWork, claim_id: str) -> list[ClaimDecision]:
    """Every decision on a claim, oldest first.

    Raises:
        NotFound: no such claim.
    """
    work.claims.get(claim_id)
    rows = work.transaction.find(tables.DECISIONS, {"claim_id": claim_id}, order=["number"])
    return [claim_decisions.kept_decision(row) for row in rows]
