"""What the conflicts of claims are told from: read for many claims at once, with as many queries as for one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from attrs import frozen

from pmp_core.compensation import Claim, OtherFunding, Source, Spell, source_of, split
from pmp_core.learners import Enrolment, Institution
from pmp_core.loading import Programme
from pmp_core.register import claim_admission, tables
from pmp_core.register.collection import UnitOfWork
from pmp_core.register.facts import enrolment_among
from pmp_core.register.schema import Row, Scalar
from pmp_core.values import DayRange

_DAY = timedelta(days=1)


@frozen
class PlanOwners:
    """Whose plan it was, from which day on.

    Args:
        learner_id: the plan's learner.
        owners: the first day of each, and the institution; the first owner's is the first day there is.
    """

    learner_id: str
    owners: tuple[tuple[date, str], ...]

    def on(self, day: date) -> str:
        """The institution whose plan it was on a day."""
        return [institution_id for first, institution_id in self.owners if first <= day][-1]


@frozen
class ConflictRecords:
    """Everything that the conflicts of some claims are told from.

    Args:
        plans: by id, of the claims and of those beside them.
        claims: those that stand of the same learners and kinds, by learner and kind.
        by_receipt: those that stand with such a receipt, by its identity and by its digest.
        decided: the ids of those whose decision is made.
        enrolments: by learner, the last first.
        institutions: by id.
        funding: by kind of expense and by whose it is.
        overrides: the last word on each conflict, by claim and key.
    """

    plans: Mapping[str, PlanOwners]
    claims: Mapping[tuple[str, str], Sequence[Claim]]
    by_receipt: Mapping[str, Sequence[Claim]]
    decided: frozenset[str]
    enrolments: Mapping[str, Sequence[Enrolment]]
    institutions: Mapping[str, Institution]
    funding: Mapping[tuple[str, str | None], Sequence[OtherFunding]]
    overrides: Mapping[tuple[str, str], Row]

    def learner(self, claim: Claim) -> str:
        """Whose claim it is."""
        return self.plans[claim.plan_id].learner_id

    def others(self, claim: Claim) -> list[Claim]:
        """The claims that can be in conflict with this one, in the order of their ids."""
        found = {other.id: other for other in self.claims.get((self.learner(claim), claim.kind), ())}
        for receipt in claim.receipts:
            for name in (receipt.identity, receipt.digest):
                found |= {other.id: other for other in self.by_receipt.get(name or "", ())}
        found.pop(claim.id, None)
        return [found[id] for id in sorted(found)]

    def spells(self, claim: Claim) -> list[Spell]:
        """The claim's days, by how the learner is enrolled and whose plan it is."""
        owned, enrolments = self.plans[claim.plan_id], self.enrolments.get(self.learner(claim), ())
        turns = [first for first, _ in owned.owners] + [one.first_day for one in enrolments]
        turns += [one.last_day + _DAY for one in enrolments if one.last_day is not None and one.last_day < date.max]
        return [self._spell(owned, enrolments, days) for days in split(claim.days, turns)]

    def _spell(self, owned: PlanOwners, enrolments: Sequence[Enrolment], days: DayRange) -> Spell:
        institution = self.institutions[owned.on(days.first)]
        enrolment = enrolment_among(enrolments, days.first, institution.id)
        return Spell(
            days=days,
            learner_id=owned.learner_id,
            institution_id=institution.id,
            municipality_id=institution.municipality_id,
            partner_kind=institution.partner_kind,
            track=None if enrolment is None else enrolment.track,
            level=None if enrolment is None else enrolment.level,
        )

    def sources(self, claim: Claim, spells: Iterable[Spell]) -> list[Source]:
        """The other funding that there can be for a claim, in the order of its ids."""
        whose: set[str | None] = {None}
        for spell in spells:
            whose |= {spell.learner_id, spell.institution_id, spell.municipality_id}
        found = {one.id: one for id in whose for one in self.funding.get((claim.kind, id), ())}
        return [source_of(found[id]) for id in sorted(found) if found[id].days.overlaps(claim.days)]


def records_of(work: UnitOfWork, programme: Programme, claims: Sequence[Claim]) -> ConflictRecords:
    """What the conflicts of these claims are told from."""
    find, cycle = work.transaction.find, programme.life_cycle("claim")
    own = find(tables.PLANS, {"id": _ids(claim.plan_id for claim in claims)})
    learners = _ids(str(row["learner_id"]) for row in own)
    theirs = find(tables.PLANS, {"learner_id": learners})
    beside = work.claims.find(plan_id=_ids(str(row["id"]) for row in theirs))
    with_receipts = _with_receipts(work, claims, {one.id: one for one in (*beside, *claims)})
    plan_rows = {str(row["id"]): row for row in theirs}
    far = _ids(one.plan_id for one in with_receipts if one.plan_id not in plan_rows)
    plan_rows |= {str(row["id"]): row for row in find(tables.PLANS, {"id": far})}
    plans = _owners(work, plan_rows)
    open_ = (*cycle.step("decide").sources, cycle.initial)
    stand = claim_admission.live(work, cycle, [*{one.id: one for one in (*beside, *with_receipts)}.values()])
    by_kind: dict[tuple[str, str], list[Claim]] = defaultdict(list)
    by_receipt: dict[str, list[Claim]] = defaultdict(list)
    for one in stand:
        by_kind[plans[one.plan_id].learner_id, one.kind].append(one)
        for name in {name for receipt in one.receipts for name in (receipt.identity, receipt.digest) if name}:
            by_receipt[name].append(one)
    enrolments: dict[str, list[Enrolment]] = defaultdict(list)
    for enrolment in work.enrolments.find(learner_id=learners, order=("-first_day",)):
        enrolments[enrolment.learner_id].append(enrolment)
    institutions = work.institutions.find(id=_ids(id for plan in plans.values() for _, id in plan.owners))
    return ConflictRecords(
        plans=plans,
        claims=by_kind,
        by_receipt=by_receipt,
        decided=frozenset(one.id for one in stand if one.status not in open_),
        enrolments=enrolments,
        institutions={one.id: one for one in institutions},
        funding=_funding(work, _ids(claim.kind for claim in claims), learners),
        overrides=_overrides(work, _ids(one.id for one in (*claims, *stand))),
    )


def _ids(ids: Iterable[str]) -> list[Scalar]:
    return [*sorted(set(ids))]


def _with_receipts(work: UnitOfWork, claims: Sequence[Claim], known: Mapping[str, Claim]) -> list[Claim]:
    """The claims that have a receipt of these. In registers from before there was `identity` it is told from the text."""
    named = {receipt.identity for claim in claims for receipt in claim.receipts}
    digests = {receipt.digest for claim in claims for receipt in claim.receipts if receipt.digest is not None}
    if not named:
        return []
    find = work.transaction.find
    rows = find(tables.CLAIM_RECEIPTS, {"identity": sorted(named)})
    rows += find(tables.CLAIM_RECEIPTS, {"digest": sorted(digests)}) if digests else []
    old = find(tables.CLAIM_RECEIPTS, {"identity": None})
    ids = {str(row["claim_id"]) for row in (*rows, *old)}
    found = [known[id] for id in sorted(ids & known.keys())]
    found += work.claims.find(id=sorted(ids - known.keys()))
    return [one for one in found if any(receipt.identity in named or receipt.digest in digests for receipt in one.receipts)]


def _owners(work: UnitOfWork, rows: Mapping[str, Row]) -> dict[str, PlanOwners]:
    """Whose the plans were, from which day on."""
    transfers: dict[str, list[Row]] = defaultdict(list)
    for row in work.transaction.find(tables.PLAN_TRANSFERS, {"plan_id": sorted(rows)}, order=("plan_id", "position")):
        transfers[str(row["plan_id"])].append(row)
    plans = {}
    for id, row in rows.items():
        went = transfers.get(id, [])
        owners = [(date.min, str(went[0]["source_institution_id"] if went else row["institution_id"]))]
        owners += [(on, str(one["target_institution_id"])) for one in went if isinstance(on := one["on"], date)]
        plans[id] = PlanOwners(str(row["learner_id"]), tuple(owners))
    return plans


def _funding(work: UnitOfWork, kinds: list[Scalar], learners: list[Scalar]) -> dict[tuple[str, str | None], list[OtherFunding]]:
    """Other funding of these kinds, of these learners or of more than one, by whose it is."""
    found: dict[tuple[str, str | None], list[OtherFunding]] = defaultdict(list)
    for one in work.other_funding.find(kind=kinds, learner_id=[None, *learners]):
        found[one.kind, one.learner_id or one.institution_id or one.municipality_id].append(one)
    return found


def _overrides(work: UnitOfWork, ids: list[Scalar]) -> dict[tuple[str, str], Row]:
    rows = work.transaction.find(tables.CONFLICT_OVERRIDES, {"claim_id": ids}, order=("claim_id", "conflict", "number"))
    return {(str(row["claim_id"]), str(row["conflict"])): row for row in rows}
