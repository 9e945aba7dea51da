"""Whose a claim's money is, and whether it is within what an actor acts for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from pmp_core.compensation import Claim
from pmp_core.errors import StepRefused
from pmp_core.plans import SupportPlan
from pmp_core.register import admission
from pmp_core.register.collection import UnitOfWork
from pmp_core.values import Actor


def partner_of(work: UnitOfWork, institution_id: str, day: date) -> tuple[str, str]:
    """Which partner asks for what an institution does on a day, as its kind and its id: itself, where it has an agreement of its own;
    else its municipality, where that has one. What is nobody's is of the kind `nobody`, by the municipality, or by itself.

    Raises:
        NotFound: no such institution.
    """
    municipality_id = work.institutions.get(institution_id).municipality_id
    if any(day in agreement.days for agreement in work.partnerships.find(institution_id=institution_id)):
        return "institution", institution_id
    if municipality_id is None:
        return "nobody", institution_id
    agreements = work.partnerships.find(municipality_id=municipality_id)
    return ("municipality" if any(day in one.days for one in agreements) else "nobody"), municipality_id


def partners_of(work: UnitOfWork, claim_ids: Iterable[str]) -> dict[str, tuple[str, str]]:
    """The partner of each claim, as `partner_of` on the claim's first day."""
    claims, plans = _claims_of(work, claim_ids)
    places = {claim.id: (plans[claim.plan_id].institution_on(claim.first_day), claim.first_day) for claim in claims}
    known = {place: partner_of(work, *place) for place in sorted(set(places.values()))}
    return {id: known[place] for id, place in places.items()}


def check_scope(work: UnitOfWork, by: Actor, claim: Claim, plan: SupportPlan) -> None:
    """Whether a claim is within what an actor acts for.

    Raises:
        StepRefused: `other-institution`, `other-municipality`.
    """
    admission.check_scope(work, by, plan.institution_on(claim.first_day))


def check_scopes(work: UnitOfWork, by: Actor, claim_ids: Iterable[str]) -> None:
    """Whether each of some claims is within what an actor acts for.

    Raises:
        StepRefused: `other-institution`, `other-municipality`.
    """
    claims, plans = _claims_of(work, claim_ids)
    for institution_id in sorted({plans[claim.plan_id].institution_on(claim.first_day) for claim in claims}):
        admission.check_scope(work, by, institution_id)


def check_partner_scope(by: Actor, municipality_id: str) -> None:
    """Whether what is a municipality's own is within what an actor acts for.

    Raises:
        StepRefused: `other-institution`, `other-municipality`.
    """
    if by.institution_id is not None:
        raise StepRefused(
            "other-institution",
            "This is a municipality's, and you act for an institution.",
            found=municipality_id,
            remedy="The people of the municipality take the step.",
        )
    named = by.region if by.municipality_id is None else (by.municipality_id,)
    if named and municipality_id not in named:
        raise StepRefused(
            "other-municipality",
            "This is another municipality's than the one you act for.",
            found=municipality_id,
            remedy="Its own people take the step.",
        )


def _claims_of(work: UnitOfWork, claim_ids: Iterable[str]) -> tuple[list[Claim], dict[str, SupportPlan]]:
    """Claims with their plans, by the plan's id."""
    claims = work.claims.find(id=sorted(set(claim_ids)))
    return claims, {plan.id: plan for plan in work.plans.find(id=sorted({claim.plan_id for claim in claims}))}
