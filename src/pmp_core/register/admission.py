"""What a plan or a claim has to be before the register keeps it: beside the rest of what the register holds."""

from __future__ import annotations

from datetime import date

from pmp_core.compensation import Claim
from pmp_core.errors import InvalidValue, StepRefused
from pmp_core.loading import Programme
from pmp_core.plans import SupportPlan
from pmp_core.programme import LifeCycle
from pmp_core.register import facts, tables
from pmp_core.register.collection import UnitOfWork
from pmp_core.values import Actor, SuggestionState

COMPENSATION, CONSULTATIONS = "compensation", "consultations"


def check_plan(work: UnitOfWork, programme: Programme, plan: SupportPlan) -> None:
    """Whether a plan fits its institution, its learner, its semester and the risks that were confirmed.

    Raises:
        ProgrammeError: `code-unknown`, with the nearest codes; `semester-unset`.
        InvalidValue: `code-not-in-force`.
        NotFound: no such institution, where a measure names one.
        StepRefused: `plan-exists`, `plan-overlaps`, each naming the other plan; `partner-kind-unset`,
            `plan-other-partner-kind`, `plan-not-enrolled`, `plan-outside-semester`, `suggestion-other`.
    """
    # By which kind of partner it takes part is said anew with each transfer; the rest stands since the plan's first day.
    check_code(programme, "partner-kinds", plan.partner_kind, plan.owned_since, "correct the plan's first day")
    used = [("plan-statuses", plan.status)]
    used += [("risk-factors", risk.factor) for risk in plan.risks]
    used += [("measure-kinds", measure.kind) for measure in plan.measures]
    used += [("specialists", measure.specialist) for measure in plan.measures if measure.specialist is not None]
    for catalogue, code in used:
        check_code(programme, catalogue, code, plan.first_day, "correct the plan's first day")
    for measure in plan.measures:
        if measure.institution_id is not None:
            work.institutions.get(measure.institution_id)
    _check_other_plans(work, plan)
    _check_partner_kind(work, plan)
    enrolments = work.enrolments.find(learner_id=plan.learner_id, institution_id=plan.institution_id)
    if not any(enrolment.days.overlaps(plan.days) for enrolment in enrolments):
        raise StepRefused(
            "plan-not-enrolled",
            "The learner is on no day of the plan enrolled at the plan's institution.",
            found=plan.institution_id,
            remedy="Correct the institution or the plan's days, or import the enrolment.",
        )
    days = programme.calendar.days(plan.semester)
    if not days.overlaps(plan.days):
        raise StepRefused(
            "plan-outside-semester",
            f"No day of the plan lies in its semester {plan.semester}.",
            found=f"{plan.first_day}..{plan.last_day}",
            remedy=f"The semester is {days.first}..{days.last}: correct the plan's days, or its semester.",
        )
    for risk in plan.risks:
        if risk.suggestion_id is None:
            continue
        behind = work.suggestions.find(
            id=risk.suggestion_id, learner_id=plan.learner_id, factor=risk.factor, state=SuggestionState.CONFIRMED
        )
        if not behind:
            raise StepRefused(
                "suggestion-other",
                f"What stands behind the risk {risk.factor!r} is no confirmed suggestion of this learner and factor.",
                found=risk.suggestion_id,
                remedy="Name the confirmed one, have it confirmed first, or leave `suggestion_id` out.",
            )


def check_code(programme: Programme, catalogue: str, code: str, day: date, otherwise: str) -> None:
    """Whether a code is a term of the programme, in force on a day; where nobody has said that, it may be used.

    Raises:
        ProgrammeError: `code-unknown`, with the nearest codes.
        InvalidValue: `code-not-in-force`.
    """
    reading = programme.pack.term(catalogue, code).on(day)
    if reading.state not in ("set", "unset"):  # an unset one may be: a rule that asks says that it is not known
        raise InvalidValue(
            "code-not-in-force",
            f"The code {code!r} of {catalogue!r} is not in force on {day}.",
            found=reading.state,
            remedy=f"Use another, or {otherwise}.",
        )


def _check_other_plans(work: UnitOfWork, plan: SupportPlan) -> None:
    others = [other for other in work.plans.find(learner_id=plan.learner_id, released=False) if other.id != plan.id]
    for other in others:
        if other.semester == plan.semester:
            here = other.institution_id == plan.institution_id
            raise StepRefused(
                "plan-exists",
                f"The learner already has a plan for the semester {plan.semester}"
                + ("." if here else f", at the institution {other.institution_id}."),
                found=other.id,
                remedy="A second one is not possible. "
                + (
                    "Revise that one."
                    if here
                    else "If the learner came to you, take that one over; if the learner is at both, have its people add "
                    "measures that you deliver (`institution_id` of a measure)."
                ),
            )
    for other in others:
        if other.days.overlaps(plan.days):
            raise StepRefused(
                "plan-overlaps",
                "The learner has another plan on some of these days.",
                found=other.id,
                remedy=f"That plan is from {other.first_day} to {other.last_day}: correct the days of one of the two.",
            )


def partner_kind_of(work: UnitOfWork, institution_id: str) -> str:
    """By which kind of partner an institution takes part.

    Raises:
        NotFound: no such institution.
        StepRefused: `partner-kind-unset`.
    """
    kind = work.institutions.get(institution_id).partner_kind
    if kind is None:
        raise StepRefused(
            "partner-kind-unset",
            "The register does not say by which kind of partner the plan's institution takes part.",
            found=institution_id,
            remedy="Set the institution's `partner_kind` in the register; it says who approves the plan.",
        )
    return kind


def check_scope(work: UnitOfWork, by: Actor, institution_id: str) -> None:
    """Whether the plan of an institution is within what an actor acts for. Who names no institution and no municipality acts
    for the state, or the host has looked already.

    Raises:
        StepRefused: `other-institution`, `other-municipality`.
    """
    if by.institution_id not in (None, institution_id):
        raise StepRefused(
            "other-institution",
            "The plan is of another institution than the one you act for.",
            found=institution_id,
            remedy="Its own people take the step. If the learner came to you, take the plan over: `transfer_plan`.",
        )
    municipality = None if by.municipality_id is None else work.institutions.get(institution_id).municipality_id
    if by.municipality_id != municipality:
        raise StepRefused(
            "other-municipality",
            "The plan's institution is not of the municipality you act for.",
            found=institution_id,
            remedy="The people of its own municipality take the step.",
        )


def statuses_in_force(programme: Programme, day: date) -> tuple[str, ...]:
    """The statuses in which support can be delivered on a day; none where nobody has set them."""
    value = programme.read("plans.statuses-in-force", day).value
    return tuple(map(str, value)) if isinstance(value, tuple) else ()


def was_in_force(programme: Programme, plan: SupportPlan, day: date) -> bool:
    """Whether support could be delivered under a plan on some day until this one."""
    return not {taken.target for taken in plan.steps if taken.on <= day}.isdisjoint(statuses_in_force(programme, day))


def _check_partner_kind(work: UnitOfWork, plan: SupportPlan) -> None:
    kind = partner_kind_of(work, plan.institution_id)
    if kind != plan.partner_kind:
        raise StepRefused(
            "plan-other-partner-kind",
            "The plan's kind of partner is not that of its institution.",
            found=plan.partner_kind,
            remedy=f"The institution takes part as {kind!r}: use it, or correct the institution.",
        )


def check_claim(work: UnitOfWork, programme: Programme, claim: Claim) -> None:
    """Whether a claim, as it is submitted, fits its plan and the other claims; and whether its facts can be told.

    Raises:
        NotFound: there is no such plan.
        InvalidValue: `measure-unknown`, `receipt-twice` naming the other claim, `claim-spans-change`.
        ProgrammeError: `semester-unset`, where its school days are not known.
        StepRefused: `claim-other-measure`, `claim-not-over`, `claim-overlaps` naming the other claim.
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
    facts.claim_facts(work, programme, claim, plan)
    _check_receipts(work, programme, claim)
    for other in live(work, programme.life_cycle("claim"), work.claims.find(plan_id=plan.id, measure=claim.measure)):
        if other.id != claim.id and other.kind == claim.kind and other.days.overlaps(claim.days):
            raise StepRefused(
                "claim-overlaps",
                "Another claim is for the same measure on some of these days.",
                found=other.id,
                remedy=f"That claim is from {other.first_day} to {other.last_day}: claim other days, or withdraw it.",
            )


def _check_receipts(work: UnitOfWork, programme: Programme, claim: Claim) -> None:
    """Whether a receipt stands in another live claim, of whatever plan."""
    named = {(receipt.issuer, receipt.number) for receipt in claim.receipts}
    digests = [receipt.digest for receipt in claim.receipts if receipt.digest is not None]
    where = {"issuer": sorted({issuer for issuer, _ in named}), "number": sorted({number for _, number in named})}
    rows = [row for row in work.transaction.find(tables.CLAIM_RECEIPTS, where) if (row["issuer"], row["number"]) in named]
    rows += work.transaction.find(tables.CLAIM_RECEIPTS, {"digest": digests})
    others = work.claims.find(id=sorted({str(row["claim_id"]) for row in rows} - {claim.id}))
    for other in live(work, programme.life_cycle("claim"), others):
        raise InvalidValue(
            "receipt-twice",
            "A receipt of the claim stands in another claim already.",
            found=other.id,
            remedy="Take it out of one of the two claims.",
        )


def live(work: UnitOfWork, cycle: LifeCycle, claims: list[Claim]) -> list[Claim]:
    """Those of the claims that stand: submitted, and not refused."""
    digests = {claim.id: claim.decision_digest for claim in claims if claim.decision_digest is not None}
    rows = work.transaction.find(tables.DECISIONS, {"claim_id": list(digests), "outcome": "refused"})
    refused = {row["claim_id"] for row in rows if row["digest"] == digests[str(row["claim_id"])]}
    return [claim for claim in claims if claim.status != cycle.initial and claim.submitted_on and claim.id not in refused]


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
