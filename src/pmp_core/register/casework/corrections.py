"""Corrections: a decision is made anew, beside the old ones, and the difference is paid, recovered or set off."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from pmp_core.compensation import Claim, ClaimDecision
from pmp_core.compensation.claim import CORRECT
from pmp_core.errors import StepRefused
from pmp_core.loading import Programme
from pmp_core.plans import SupportPlan
from pmp_core.register import claim_admission, claim_decisions, conflicts
from pmp_core.register.access.doors import door
from pmp_core.register.casework.claim_versions import keep_claim
from pmp_core.register.casework.partners import check_scope, partner_of
from pmp_core.register.casework.plans import without_step
from pmp_core.register.claim_facts import kept_decisions, of_semester, turn
from pmp_core.register.claim_money import ClaimMoney, check_day, claim_money
from pmp_core.register.collection import UnitOfWork
from pmp_core.rules.lowering import EARLIER_CLAIM
from pmp_core.values import Actor, Money

SETTLE = "settle"


@frozen
class Correction:
    """What came of correcting a claim.

    Args:
        claim: as it is kept now.
        before: the decision that counted until then.
        decision: the one that counts now.
        balance: what is still to be paid; below 0, what is owed back.
        affected: other decided claims of the same learner and semester that would be decided otherwise now, such as since this one
            uses more or less of the ceiling or of a cap. They are not changed by themselves: correct them too, or leave them.
    """

    claim: Claim
    before: ClaimDecision
    decision: ClaimDecision
    balance: Money
    affected: tuple[str, ...]


@door("correct-claim", "claim_id")
def correct_claim(
    work: UnitOfWork,
    programme: Programme,
    claim_id: str,
    *,
    by: Actor,
    on: date,
    reason: str,
    claim: Claim | None = None,
) -> Correction:
    """Decide a claim anew that was decided before: with other contents, such as without a receipt that was withdrawn, or as it is
    under the law as it stands now, such as after a wrong rate. The old decisions and the old contents stay beside the new ones.

    What the learner's other claims of the semester use of ceiling and caps is taken as it is: of earlier claims all that they
    count, of later ones what they were given.

    Args:
        by: who corrects; `on`: the day; `reason`: why.
        claim: the claim with its contents as they should have been, and the version that was read; None: they stay.

    Raises:
        NotFound: no such claim.
        VersionConflict: someone changed it since it was read.
        StepRefused: `step-from-status`, `step-by-role`, `step-needs-reason`; `change-without-step`, where more than the contents
            differs; `correction-of-another`, where plan, measure, kind, or whose claim it is differs; `claim-corrected-before`;
            `entry-before`, where the claim has a later entry; `correction-undetermined`, naming what is missing: then the old decision stays;
            `claim-in-conflict`, where more is granted than before and would be paid for twice, or with the other contents it comes
            into a conflict that it was not in;
            `other-institution`, `other-municipality`; and with NotFound, ProgrammeError and InvalidValue what
            `claim_admission.check_claim` raises for other contents.
    """
    kept, cycle = work.claims.get(claim_id), programme.life_cycle("claim")
    cycle.allowed(CORRECT, kept.status, by.role, reason)
    money, plan = settled(work, kept), work.plans.get(kept.plan_id)
    check_scope(work, by, kept, plan)
    contents = kept if claim is None else claim
    if _fixed(contents) != _fixed(kept):
        raise without_step(contents.status)
    if _other_claim(work, contents, plan) != _other_claim(work, kept, plan):
        raise StepRefused(
            "correction-of-another",
            "A claim under another plan or measure, of another kind, or for days of another institution or partner is another claim.",
            found=contents.measure if contents.measure != kept.measure else contents.first_day,
            remedy="Correct this one to nothing, and claim the other anew.",
        )
    if on < money.decided_on:
        raise StepRefused(
            "claim-corrected-before",
            "The claim was decided after this day.",
            found=on,
            remedy=f"Correct it on {money.decided_on} or later.",
        )
    check_day(money, on)
    if contents != kept:
        claim_admission.check_claim(work, programme, contents)
    decision = claim_decisions.decided(work, programme, contents, plan, on=on, reason=reason.strip(), anew=True)
    if decision.outcome == "undetermined":
        first = _waiting(work, programme, contents, plan) if EARLIER_CLAIM in decision.missing else ()
        others = [path for path in decision.missing if path != EARLIER_CLAIM]
        remedies = [f"Decide first: {', '.join(first)}."] if first else []
        remedies += ["Supply what is missing, such as a rate of the overlay."] if others else []
        raise StepRefused(
            "correction-undetermined",
            "The claim cannot be decided anew, and the decision that it has stays.",
            found=", ".join(decision.missing),
            remedy=" ".join([*remedies, "Correct it then."]),
        )
    before = _before(work, kept)
    if decision.amount:  # what grants nothing pays nothing twice
        more = decision.amount > (before.amount or Money(0))
        _check_conflicts(work, programme, kept, contents, more=more)
    claim_decisions.keep_decision(work, decision, by=by)
    taken = contents.take(CORRECT, life_cycle=cycle, by=by, on=on, reason=reason, decision_digest=decision.digest)
    corrected = keep_claim(work, taken, CORRECT, by=by, on=on, reason=reason)
    affected = _affected(work, programme, corrected, plan, on=on)
    return Correction(corrected, before, decision, settled(work, corrected).balance, affected)


@door("correct-claim", "claim_id")
def settle_claim(work: UnitOfWork, programme: Programme, claim_id: str, *, by: Actor, on: date) -> Claim:
    """Close a corrected claim of which nothing is to be paid and nothing is owed. It is then `paid`, also where it was corrected to
    nothing before anything was paid: all that its decision grants is.

    Raises:
        NotFound: no such claim.
        StepRefused: `claim-unsettled`; what `Claim.take` raises; `other-institution`, `other-municipality`.
    """
    claim = work.claims.get(claim_id)
    taken = claim.take(SETTLE, life_cycle=programme.life_cycle("claim"), by=by, on=on)
    check_scope(work, by, claim, work.plans.get(claim.plan_id))
    money = settled(work, claim)
    if money.balance:
        to_pay = money.balance > Money(0)
        raise StepRefused(
            "claim-unsettled",
            "What was paid is not what the decision grants.",
            found=money.balance,
            remedy="Pay the rest with the next batch." if to_pay else "Recover what is owed, or set it off.",
        )
    return keep_claim(work, taken, SETTLE, by=by, on=on)


def settled(work: UnitOfWork, claim: Claim) -> ClaimMoney:
    """The money of a claim that a decision has settled.

    Raises:
        StepRefused: `claim-undecided`.
    """
    money = claim_money(work, [claim]).get(claim.id)
    if money is None:
        raise StepRefused("claim-undecided", "There is no decision that settles the claim.", remedy="Decide it first.")
    return money


def _fixed(claim: Claim) -> tuple[object, ...]:
    """What a correction leaves as it is."""
    return claim.id, claim.status, claim.submitted_on, claim.decision_digest, claim.payee_id


def _other_claim(work: UnitOfWork, claim: Claim, plan: SupportPlan) -> tuple[object, ...]:
    """What makes another claim of it, so that no correction changes it: also whose it is. Who may correct what it was may therefore
    correct it to what it will be."""
    if claim.plan_id != plan.id:
        return (claim.plan_id,)
    where = plan.institution_on(claim.first_day)
    return claim.plan_id, claim.measure, claim.kind, where, partner_of(work, where, claim.first_day)


def _before(work: UnitOfWork, claim: Claim) -> ClaimDecision:
    return claim_decisions.kept_decision(kept_decisions(work, [claim])[claim.id])


def _check_conflicts(work: UnitOfWork, programme: Programme, kept: Claim, contents: Claim, *, more: bool) -> None:
    """Whether a correction pays nothing twice. A double payment has to be undone, and what lessens it a little helps: so what grants
    no more passes with the conflicts that the claim has already.

    Raises:
        StepRefused: `claim-in-conflict`.
    """
    if not more:
        had = {conflict.key for conflict in conflicts.claim_conflicts(work, programme, kept) if conflict.blocks}
        has = {conflict.key for conflict in conflicts.claim_conflicts(work, programme, contents) if conflict.blocks}
        if has <= had:
            return
    conflicts.check_no_hard_conflict(work, programme, contents)


def _waiting(work: UnitOfWork, programme: Programme, claim: Claim, plan: SupportPlan) -> tuple[str, ...]:
    """The earlier claims of the semester that wait for their decision, in the order in which they are decided."""
    waiting = programme.life_cycle("claim").step("decide").sources
    others = [other for other in of_semester(work, claim, plan) if other.status in waiting and turn(other) < turn(claim)]
    return tuple(other.id for other in sorted(others, key=turn))


def _affected(work: UnitOfWork, programme: Programme, claim: Claim, plan: SupportPlan, *, on: date) -> tuple[str, ...]:
    plans = {one.id: one for one in work.plans.find(learner_id=plan.learner_id, semester=plan.semester)}
    others = [other for other in work.claims.find(plan_id=list(plans)) if other.id != claim.id]
    rows = kept_decisions(work, [other for other in others if other.decision_digest is not None])
    found = []
    for other in sorted(others, key=turn):
        if other.id in rows:
            now = claim_decisions.decided(work, programme, other, plans[other.plan_id], on=on, anew=True)
            then = rows[other.id]
            if now.outcome != "undetermined" and (now.outcome, None if now.amount is None else now.amount.cents) != (
                then["outcome"],
                then["amount_cents"],
            ):
                found.append(other.id)
    return tuple(found)
