"""What a claim has to be before the register keeps it as submitted, beside its plan. What it is beside other claims: `conflicts`."""

from __future__ import annotations

from datetime import date

from pmp_core.compensation import Claim
from pmp_core.errors import InvalidValue, StepRefused
from pmp_core.loading import Programme
from pmp_core.plans import SupportPlan
from pmp_core.programme import LifeCycle
from pmp_core.register import claim_facts, tables
from pmp_core.register.collection import UnitOfWork

COMPENSATION = "compensation"


def check_claim(work: UnitOfWork, programme: Programme, claim: Claim) -> None:
    """Whether a claim, as it is submitted, fits its plan; and whether its facts can be told.

    Raises:
        NotFound: there is no such plan or payee.
        InvalidValue: `measure-unknown`; `receipt-twice`, where the claim has one twice, typed in two ways.
        ProgrammeError: `semester-unset`, where its school days are not known.
        StepRefused: `claim-other-measure`, `claim-not-over`, `payee-of-another`.
    """
    plan = work.plans.get(claim.plan_id)
    planned = plan.measure(claim.measure).kind
    kinds = programme.pack.codes("measure-kinds", parent=COMPENSATION)
    if claim.kind != planned or claim.kind not in kinds:
        raise StepRefused(
            "claim-other-measure",
            "The claim is not for an expense that its measure foresees.",
            found=claim.kind,
            remedy=f"Measure {claim.measure} of the plan is {planned!r}; what can be claimed: {', '.join(kinds)}.",
        )
    if claim.submitted_on is not None and claim.last_day > claim.submitted_on:
        raise StepRefused(
            "claim-not-over",
            "The claim is for days that are still to come.",
            found=claim.last_day,
            remedy=f"Submit it when they are over, or claim until {claim.submitted_on}.",
        )
    if claim.payee_id is not None:
        check_payee(work, claim, plan, claim.payee_id)
    claim_facts.line_facts(work, programme, claim, plan)
    if len({receipt.identity for receipt in claim.receipts}) < len(claim.receipts):
        raise InvalidValue("receipt-twice", "A receipt stands in the claim twice.", remedy="Keep one of them.")


def check_payee(work: UnitOfWork, claim: Claim, plan: SupportPlan, payee_id: str) -> None:
    """Whether there is such a payee, and whether it is one for the plan's learner, or the institution that has the expense: the
    plan's on the claim's first day, or the one that delivers the measure.

    Raises:
        NotFound: no such payee.
        StepRefused: `payee-of-another`.
    """
    payee = work.payees.get(payee_id)
    own = (None, plan.institution_on(claim.first_day), plan.measure(claim.measure).institution_id)
    if payee.institution_id not in own:
        raise StepRefused(
            "payee-of-another",
            "This payee is another institution.",
            found=payee_id,
            remedy="Name a payee of the plan's institution, of the one that delivers the measure, or one that is of none.",
        )
    if payee.learner_id not in (None, plan.learner_id):
        raise StepRefused(
            "payee-of-another",
            "This payee is paid for another learner.",
            found=payee_id,
            remedy="Name a payee of the claim's learner, or one that is of no learner.",
        )


def live(work: UnitOfWork, cycle: LifeCycle, claims: list[Claim]) -> list[Claim]:
    """Those of the claims that stand: submitted, and not such that nothing is granted, as where they were refused or corrected to
    nothing. An undetermined one stands."""
    digests = {claim.id: claim.decision_digest for claim in claims if claim.decision_digest is not None}
    rows = work.transaction.find(tables.DECISIONS, {"claim_id": list(digests), "amount_cents": 0})
    nothing = {row["claim_id"] for row in rows if row["digest"] == digests[str(row["claim_id"])]}
    return [claim for claim in claims if claim.status != cycle.initial and claim.submitted_on and claim.id not in nothing]


def check_decidable(claim: Claim, on: date) -> None:
    """Whether a submitted claim can be decided on this day.

    Raises:
        StepRefused: `claim-decided-before`.
    """
    if claim.submitted_on is not None and on < claim.submitted_on:
        raise StepRefused(
            "claim-decided-before",
            "The claim was submitted after this day.",
            found=on,
            remedy=f"Decide it on {claim.submitted_on} or later.",
        )
