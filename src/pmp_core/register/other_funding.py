"""Other funding in the register: who else pays, as the deployment says, and what an exchange with other municipalities matched."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from pmp_core.compensation import Covers, OtherFunding
from pmp_core.compensation.other_funding import OTHER_MUNICIPALITY, PAYERS
from pmp_core.errors import StepRefused
from pmp_core.loading import Programme
from pmp_core.register.access.doors import door
from pmp_core.register.collection import UnitOfWork
from pmp_core.values import DayRange

_DAY = timedelta(days=1)


@door("keep-funding")
def add_funding(work: UnitOfWork, programme: Programme, funding: OtherFunding) -> OtherFunding:
    """Keep other funding. What is there already, but for its id, is not kept again.

    Returns:
        It, or the one that is there.

    Raises:
        ProgrammeError: `code-unknown`, for the payer or the kind of expense.
        NotFound: no such learner, institution or municipality.
    """
    programme.pack.term(PAYERS, funding.payer)
    programme.pack.term("measure-kinds", funding.kind)
    if funding.learner_id is not None:
        work.learners.get(funding.learner_id)
    if funding.institution_id is not None:
        work.institutions.get(funding.institution_id)
    if funding.municipality_id is not None:
        work.municipalities.get(funding.municipality_id)
    told = {name: getattr(funding, name) for name in OtherFunding.model_fields if name not in ("id", "version")}
    there = work.other_funding.find(**told, limit=1)
    return there[0] if there else work.other_funding.add(funding)


@door("keep-funding")
def end_funding(work: UnitOfWork, funding_id: str, last_day: date) -> OtherFunding:
    """Say which is the last day on which other funding pays.

    Raises:
        NotFound: there is none with this id.
        StepRefused: `funding-ended-before`: it would end before it began; what never paid is removed, `remove_funding`.
    """
    funding = work.other_funding.get(funding_id)
    if last_day < funding.first_day:
        raise StepRefused(
            "funding-ended-before",
            "The other funding began after this day.",
            found=last_day,
            remedy=f"End it on {funding.first_day} or later, or remove it if it never paid.",
        )
    return work.other_funding.put(funding.changed(last_day=last_day))


@door("keep-funding")
def remove_funding(work: UnitOfWork, funding_id: str) -> OtherFunding:
    """Take out other funding that never was, such as a match that turned out to be another person.

    Raises:
        NotFound: there is none with this id.
    """
    funding = work.other_funding.get(funding_id)
    work.other_funding.remove([funding_id])
    return funding


@door("keep-funding", "claim_id")
def keep_match(
    work: UnitOfWork,
    programme: Programme,
    claim_id: str,
    *,
    days: Iterable[date] | None,
    sender: str,
    reference: str,
    found_by: str,
    sure: bool,
) -> list[OtherFunding]:
    """Keep what an exchange with other municipalities matched, so that it stands in the claim's way: as other funding of the
    claim's learner and kind of expense, one for each run of days. Keeping it again changes nothing, also where the reference is
    another, as under another key: what people said of it stays.

    Args:
        claim_id: our claim.
        days: the days that both have; None: all of the claim, as where a receipt is the same.
        sender: who the other is.
        reference: by which the sender finds its own.
        found_by: in which way it was found, such as `person-code`.
        sure: whether it is certain that it is the same; if not, it only warns.

    Returns:
        What is kept of the match on these days, in their order.

    Raises:
        NotFound: no such claim.
    """
    claim = work.claims.get(claim_id)
    learner_id = work.plans.get(claim.plan_id).learner_id
    matched = set(claim.days.days() if days is None else days)
    kept = [
        one
        for one in work.other_funding.find(learner_id=learner_id, kind=claim.kind, payer=OTHER_MUNICIPALITY)
        if one.id == _match_id(claim_id, sender, found_by, one.first_day) and any(day in one.days for day in matched)
    ]
    for run in _runs(sorted(day for day in matched if not any(day in one.days for one in kept))):
        made = OtherFunding(
            id=_match_id(claim_id, sender, found_by, run.first),
            first_day=run.first,
            last_day=run.last,
            covers=Covers.ALL if sure else Covers.UNKNOWN,
            reference=f"{sender} {reference}",
            payer=OTHER_MUNICIPALITY,
            kind=claim.kind,
            learner_id=learner_id,
        )
        kept.append(add_funding(work, programme, made))
    return sorted(kept, key=lambda one: one.first_day)


def _match_id(claim_id: str, sender: str, found_by: str, first_day: date) -> str:
    """The id of a kept match: the same whatever reference it goes by."""
    told = "\n".join((claim_id, sender, found_by, first_day.isoformat()))
    return f"F-{hashlib.sha256(told.encode()).hexdigest()[:16].upper()}"


def _runs(days: Sequence[date]) -> list[DayRange]:
    """Days in order as ranges of days that follow each other."""
    runs: list[DayRange] = []
    for day in days:
        if runs and runs[-1].last == day - _DAY:
            runs[-1] = DayRange(runs[-1].first, day)
        else:
            runs.append(DayRange(day, day))
    return runs
