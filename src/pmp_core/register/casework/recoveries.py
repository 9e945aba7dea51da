"""Money that comes back: received from who was paid, or set off from what else is paid to the same payee."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from pmp_core.compensation import Claim, EntryKind, PaymentBatch, PaymentEntry, payee_sums
from pmp_core.errors import InvalidValue, StepRefused
from pmp_core.loading import Programme
from pmp_core.register.access.doors import door
from pmp_core.register.casework.claim_versions import keep_claim
from pmp_core.register.casework.corrections import settled
from pmp_core.register.casework.partners import check_scope, check_scopes, partners_of
from pmp_core.register.casework.payments import batch_exported, entries_of
from pmp_core.register.claim_money import ClaimMoney, check_day, entry_before
from pmp_core.register.collection import UnitOfWork
from pmp_core.values import Actor, Money

RECOVER = "recover"


@door("recover", "claim_id")
def recover(
    work: UnitOfWork,
    programme: Programme,
    claim_id: str,
    *,
    by: Actor,
    on: date,
    amount: Money,
    received_on: date,
    reference: str,
    new_id: Callable[[str], str],
    reason: str | None = None,
) -> tuple[Claim, PaymentEntry]:
    """Enter money that came back for a corrected claim, all that is owed or a part. With the last of it the claim is recovered.

    Args:
        by: who enters it; `on`: the day; `reason`: why.
        amount: what came; more than nothing, and not more than what is owed.
        received_on: the day on which it came.
        reference: by which the bank's statement tells it.
        new_id: makes the id of the entry.

    Raises:
        NotFound: no such claim.
        InvalidValue: `recovery-amount`, `recovery-later`.
        StepRefused: `recovery-beyond`, `recovery-twice`; `entry-before`, where the day is before the claim's decision or last entry, or
            the money came before anything was paid; what `LifeCycle.allowed` raises; `other-institution`, `other-municipality`.
    """
    claim, money = _owing(work, programme, claim_id, by, on, reason)
    check_amount(amount, money.owed)
    if received_on > on:
        raise InvalidValue("recovery-later", "Money cannot have come after today.", found=received_on, remedy="Correct the day.")
    if money.first_paid_on is not None and received_on < money.first_paid_on:
        raise entry_before(received_on, money.first_paid_on)
    same = (reference.strip(), received_on)
    if any((entry.reference, entry.received_on) == same for entry in money.entries if entry.kind is EntryKind.RECOVERY):
        raise StepRefused(
            "recovery-twice",
            "The same money, by its reference and its day, was entered for the claim before.",
            found=reference,
            remedy="Look at the claim's account; of two payments of one day, give the second a reference of its own.",
        )
    entry = PaymentEntry(
        id=new_id("X"),
        claim_id=claim.id,
        kind=EntryKind.RECOVERY,
        amount=Money(0) - amount,
        decision_number=money.number,
        decision_digest=money.digest,
        payee_id=claim.payee_id,
        reference=reference,
        received_on=received_on,
        entered_on=on,
        actor=by.name,
        role=by.role,
        reason=(reason or "").strip() or None,
    )
    return _entered(work, programme, claim, money, work.entries.add(entry), by=by, on=on, reason=reason)


@door("recover", "claim_id")
def set_off(
    work: UnitOfWork,
    programme: Programme,
    claim_id: str,
    *,
    by: Actor,
    on: date,
    batch_id: str | None = None,
    amount: Money | None = None,
    reason: str | None = None,
) -> tuple[Claim, PaymentEntry]:
    """Deduct what is owed for a corrected claim from what a batch pays to the same payee. With the last of it the claim is
    recovered.

    Args:
        by: who does it; `on`: the day; `reason`: why.
        batch_id: a batch that has not gone out; None: the oldest such that pays the payee for claims of the same partner.
        amount: how much; None: what is owed, as far as the batch pays that much to the payee.

    Raises:
        NotFound: no such claim or batch.
        InvalidValue: `recovery-amount`.
        StepRefused: `recovery-beyond`, where more is to be deducted than is owed, or than the batch pays to the payee;
            `batch-exported`; `set-off-nothing`; `entry-before`, where the day is before the claim's decision or last entry, or
            before the batch was made; what `LifeCycle.allowed` raises; `other-institution`, `other-municipality`.
    """
    claim, money = _owing(work, programme, claim_id, by, on, reason)
    batch, entries, room = _paying(work, claim, batch_id, by)
    if on < batch.made_on:
        raise entry_before(on, batch.made_on)
    deducted = min(money.owed, room) if amount is None else amount
    check_amount(deducted, min(money.owed, room))
    batch = work.batches.put(batch)  # of two at once, the second finds another version
    reference = f"{batch.reference}-{len(entries) + 1}"
    entry = PaymentEntry(
        id=reference,
        claim_id=claim.id,
        kind=EntryKind.SET_OFF,
        amount=Money(0) - deducted,
        decision_number=money.number,
        decision_digest=money.digest,
        batch_id=batch.id,
        payee_id=claim.payee_id,
        reference=reference,
        entered_on=on,
        actor=by.name,
        role=by.role,
        reason=(reason or "").strip() or None,
    )
    return _entered(work, programme, claim, money, work.entries.add(entry), by=by, on=on, reason=reason)


def check_amount(amount: Money, most: Money) -> None:
    """Whether so much can come back.

    Raises:
        InvalidValue: `recovery-amount`.
        StepRefused: `recovery-beyond`.
    """
    if amount <= Money(0):
        raise InvalidValue("recovery-amount", "What comes back is more than nothing.", found=amount, remedy="Give what came.")
    if amount > most:
        raise StepRefused(
            "recovery-beyond",
            "That is more than what is owed, or than what the batch pays to the payee.",
            found=amount,
            remedy=f"At most {most}. Correct the claim first if more is owed; money that came too much goes back.",
        )


def _owing(
    work: UnitOfWork, programme: Programme, claim_id: str, by: Actor, on: date, reason: str | None
) -> tuple[Claim, ClaimMoney]:
    claim = work.claims.get(claim_id)
    programme.life_cycle("claim").allowed(RECOVER, claim.status, by.role, reason)
    check_scope(work, by, claim, work.plans.get(claim.plan_id))
    money = settled(work, claim)
    check_day(money, on)
    return claim, money


def _paying(work: UnitOfWork, claim: Claim, batch_id: str | None, by: Actor) -> tuple[PaymentBatch, list[PaymentEntry], Money]:
    """A batch that still pays something to a claim's payee for claims of the same partner, with its entries and how much that is.
    What one partner owes is never deducted from what another one pays: each asks to be reimbursed for its own."""
    batches = [work.batches.get(batch_id)] if batch_id is not None else work.batches.find(exported_on=None, order=("made_on",))
    for batch in batches:
        if batch.exported_on is not None:
            raise batch_exported(batch)
        entries = entries_of(work, batch)
        partners = partners_of(work, [claim.id, *(entry.claim_id for entry in entries)])
        own = [entry for entry in entries if partners[entry.claim_id] == partners[claim.id]]
        room = payee_sums(own).get(str(claim.payee_id), Money(0))
        if room > Money(0):
            check_scopes(work, by, [entry.claim_id for entry in own if entry.payee_id == claim.payee_id])
            return batch, entries, room
    raise StepRefused(
        "set-off-nothing",
        "No batch that has not gone out yet pays anything to this payee for claims of the same partner.",
        found=claim.payee_id,
        remedy="Make the next batch first, and set off before it is exported; or recover the money.",
    )


def _entered(
    work: UnitOfWork,
    programme: Programme,
    claim: Claim,
    money: ClaimMoney,
    entry: PaymentEntry,
    *,
    by: Actor,
    on: date,
    reason: str | None,
) -> tuple[Claim, PaymentEntry]:
    """The claim after an entry: recovered where nothing is owed any more. Kept in either case, so that of two at once the second
    finds another version."""
    cycle = programme.life_cycle("claim")
    if not money.balance - entry.amount:
        claim = claim.take(RECOVER, life_cycle=cycle, by=by, on=on, reason=reason)
    return keep_claim(work, claim, str(entry.kind), by=by, on=on, reason=reason), entry
