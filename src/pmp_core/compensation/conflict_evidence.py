"""What a conflict rests on, as data."""

from __future__ import annotations

from pmp_core.compensation.other_funding import Covers, FundedDays
from pmp_core.values import Day, Entity, Id, Money, Name


class ClaimedDays(Entity):
    """One of the claims in a conflict.

    Args:
        claim_id: which.
        first_day: the first of its days.
        last_day: the last of its days.
        requested: what it asks for.
    """

    claim_id: Id
    first_day: Day
    last_day: Day
    requested: Money


class SharedReceipt(Entity):
    """A receipt that stands in both claims.

    Args:
        issuer: who was paid, as the first claim writes it.
        number: its number, as the first claim writes it.
        amount: what it comes to there.
    """

    issuer: Name
    number: Name
    amount: Money


class Evidence(Entity):
    """What a conflict rests on. Of two claims it is the same from both sides.

    Args:
        claims: the claims, in the order of their ids.
        first_day: the first day that is claimed or paid twice; None: the two have no day in common.
        last_day: the last of them.
        receipts: the receipts that stand in both claims.
        payer: who else pays, a code of `other-payers`.
        reference: what to ask the payer about.
        covers: how much the payer pays.
        funded: on which of the claim's days.
        amount: what the payer pays on these days; None: not known, or all.
        expected: what all payers of parts pay together, at most what is asked for: what the claim has to state.
        stated: what the claim states that others pay.
    """

    claims: tuple[ClaimedDays, ...]
    first_day: Day | None = None
    last_day: Day | None = None
    receipts: tuple[SharedReceipt, ...] = ()
    payer: Name | None = None
    reference: Name | None = None
    covers: Covers | None = None
    funded: tuple[FundedDays, ...] = ()
    amount: Money | None = None
    expected: Money | None = None
    stated: Money | None = None
