"""What a batch orders the bank to pay: its payments, less what is set off from them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from attrs import frozen

from pmp_core.compensation.payment import EntryKind, PaymentEntry
from pmp_core.values import Money

# Room for a hyphen and the number of the entry within the 35 characters that a bank takes.
_LONGEST = 26


@frozen
class CreditTransfer:
    """One order to the bank.

    Args:
        reference: of the payment, by which the bank names it.
        claim_id: the claim that is paid.
        payee_id: who is paid.
        amount: the payment less what was set off from it; more than nothing.
    """

    reference: str
    claim_id: str
    payee_id: str
    amount: Money


def batch_reference(batch_id: str) -> str:
    """The reference of a batch: its id, where a bank hands that through; else letters and digits that stand for it.

    >>> batch_reference("B-4F7K2MNPQR")
    'B-4F7K2MNPQR'
    >>> batch_reference("Partija Nr. 1/ž")
    'B783cd9e001aa7ebb78d0c779'
    """
    plain = batch_id.isascii() and batch_id.replace("-", "").isalnum() and batch_id[0] != "-" != batch_id[-1]
    if plain and len(batch_id) <= _LONGEST:
        return str(batch_id)
    return f"B{hashlib.sha256(batch_id.encode()).hexdigest()[:24]}"


def payee_sums(entries: Iterable[PaymentEntry]) -> dict[str, Money]:
    """What a batch pays to each payee: payments less set-offs."""
    sums: dict[str, Money] = {}
    for entry in entries:
        payee = str(entry.payee_id)
        sums[payee] = sums.get(payee, Money(0)) + entry.amount
    return sums


def credit_transfers(
    entries: Iterable[PaymentEntry], partners: Mapping[str, tuple[str, str]] | None = None
) -> list[CreditTransfer]:
    """The orders to the bank that the entries of a batch make.

    What is set off is deducted from the payee's payments for claims of the same partner, the first one first; one that it uses up
    is not ordered.

    Args:
        entries: of one batch, in the order of their numbers; what is set off from a payee is never more than what is paid to it.
        partners: whose each claim is, by the claim's id; None: all are one partner's.
    """
    entries = list(entries)
    owed: dict[tuple[str, object], Money] = {}
    whose = partners or {}
    for entry in entries:
        if entry.kind is EntryKind.SET_OFF:
            key = str(entry.payee_id), whose.get(entry.claim_id)
            owed[key] = owed.get(key, Money(0)) - entry.amount
    orders = []
    for entry in entries:
        if entry.kind is EntryKind.PAYMENT:
            key = str(entry.payee_id), whose.get(entry.claim_id)
            deducted = min(entry.amount, owed.get(key, Money(0)))
            owed[key] = owed.get(key, Money(0)) - deducted
            if deducted < entry.amount:
                orders.append(CreditTransfer(str(entry.reference), entry.claim_id, key[0], entry.amount - deducted))
    return orders
