"""Double funding: what is claimed twice, or paid by somebody else already, with the evidence."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from pmp_core.compensation.claim import Claim
from pmp_core.compensation.conflict_evidence import ClaimedDays, Evidence, SharedReceipt
from pmp_core.compensation.conflict_words import remedy_of, words_of
from pmp_core.compensation.other_funding import OTHER_MUNICIPALITY, Covers, Funded
from pmp_core.values import Day, Entity, Id, Money, Name, Note, PersonName, Text, Vocabulary

# Which kinds hold a claim up, and who may override one.
BLOCKING = "compensation.conflicts.blocking"
OVERRIDE_ROLES = "compensation.conflicts.override-roles"
KINDS = "conflict-kinds"
OVERLAP, RECEIPT = "overlap", "receipt"


class Severity(Vocabulary):
    """What a conflict does."""

    HARD = "hard", "kavē lēmumu un izmaksu", "holds up decision and payment"
    SOFT = "soft", "brīdina", "warns"


class Override(Entity):
    """A person's word that a conflict does not stand in the claim's way. It holds for the evidence that there was.

    Args:
        by: who.
        role: in which role, a code of `roles`.
        on: the day.
        reason: why.
    """

    by: PersonName
    role: Name
    on: Day
    reason: Note


class Conflict(Entity):
    """One way in which a claim would be paid for twice.

    Args:
        key: names it among the conflicts of its claim, whatever else changes.
        kind: a code of `conflict-kinds`.
        severity: whether it holds decision and payment up.
        claim_id: the claim.
        other: the other claim, the other funding, or the national source.
        evidence: what it rests on.
        payer: who else pays, by name; None: nobody, it is another claim.
        override: of whoever says that it does not stand in the way; None: nobody does.
    """

    key: Name
    kind: Name
    severity: Severity
    claim_id: Id
    other: Id
    evidence: Evidence
    payer: Text | None = None
    override: Override | None = None

    @property
    def blocks(self) -> bool:
        """Whether it holds decision and payment up: it is hard, and nobody has overridden it."""
        return self.severity is Severity.HARD and self.override is None

    @property
    def words(self) -> Text:
        """What was found, in a sentence."""
        return words_of(self.kind, self.other, self.evidence, self.payer)

    @property
    def remedy(self) -> Text:
        """What to do."""
        return remedy_of(self.kind, self.other)


def between(claim: Claim, other: Claim, *, same_learner: bool, blocking: Collection[str]) -> list[Conflict]:
    """The conflicts of a claim with another: the same kind of cost of one learner on the same days, and the same receipts.

    Args:
        claim: whose conflicts they are.
        other: beside it; a claim is in no conflict with itself.
        same_learner: whether both are of one learner.
        blocking: the kinds that hold a claim up.
    """
    if claim.id == other.id:
        return []
    first, second = sorted((claim, other), key=lambda one: one.id)
    common = first.days.intersection(second.days)
    sides = tuple(_side(one) for one in (first, second))
    told = {"claims": sides, **({} if common is None else {"first_day": common.first, "last_day": common.last})}
    found = []
    if same_learner and common is not None and first.kind == second.kind:
        found.append((OVERLAP, Evidence.model_validate(told)))
    if receipts := shared_receipts(first, second):
        found.append((RECEIPT, Evidence.model_validate({**told, "receipts": receipts})))
    return [
        Conflict(
            key=f"{kind}:{other.id}",
            kind=kind,
            severity=severity(kind, blocking),
            claim_id=claim.id,
            other=other.id,
            evidence=evidence,
        )
        for kind, evidence in found
    ]


def shared_receipts(first: Claim, second: Claim) -> tuple[SharedReceipt, ...]:
    """The receipts of the first claim that stand in the second too: by issuer and number however written, or by digest."""
    named = {receipt.identity for receipt in second.receipts}
    digests = {receipt.digest for receipt in second.receipts} - {None}
    return tuple(
        SharedReceipt(issuer=receipt.issuer, number=receipt.number, amount=receipt.amount)
        for receipt in first.receipts
        if receipt.identity in named or receipt.digest in digests
    )


def with_funding(
    claim: Claim, sources: Sequence[Funded], *, blocking: Collection[str], titles: Mapping[str, Text]
) -> list[Conflict]:
    """The conflicts of a claim with what others pay on its days.

    Whoever pays all, or nobody knows how much, is in conflict. Payers of parts are, unless the claim states at least what they
    pay together, or what it asks for if that is less.

    Args:
        claim: the claim.
        sources: who pays on its days.
        blocking: the kinds that hold a claim up.
        titles: the payers' names, by code of `other-payers`.
    """
    parts = [source.amount for source in sources if source.covers is Covers.PART and source.amount is not None]
    expected = min(sum(parts, Money(0)), claim.requested)
    found = []
    for one in sources:
        if one.covers is Covers.PART and claim.cofunded >= expected:
            continue
        kind, amount = _kind(one), one.amount
        evidence = Evidence(
            claims=(_side(claim),),
            first_day=one.parts[0].first_day,
            last_day=max(part.last_day for part in one.parts),
            payer=one.source.payer,
            reference=one.source.reference,
            covers=one.covers,
            funded=one.parts,
            amount=amount,
            expected=expected if one.covers is Covers.PART else None,
            stated=claim.cofunded,
        )
        found.append(
            Conflict(
                key=f"other-funding:{one.source.id}",
                kind=kind,
                severity=severity(kind, blocking),
                claim_id=claim.id,
                other=one.source.id,
                evidence=evidence,
                payer=titles[one.source.payer],
            )
        )
    return found


def severity(kind: str, blocking: Collection[str]) -> Severity:
    """Whether conflicts of a kind hold a claim up."""
    return Severity.HARD if kind in blocking else Severity.SOFT


def _kind(one: Funded) -> str:
    if one.source.payer == OTHER_MUNICIPALITY and one.covers is Covers.ALL:
        return OTHER_MUNICIPALITY
    if one.source.payer == OTHER_MUNICIPALITY and one.source.covers is Covers.UNKNOWN:  # a match of an exchange by name
        return f"{OTHER_MUNICIPALITY}-unsure"
    return f"other-funding-{one.covers.value}"


def _side(claim: Claim) -> ClaimedDays:
    return ClaimedDays(claim_id=claim.id, first_day=claim.first_day, last_day=claim.last_day, requested=claim.requested)
