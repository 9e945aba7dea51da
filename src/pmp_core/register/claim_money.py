"""What each claim was granted, what of it was paid, and the difference."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from attrs import frozen

from pmp_core.compensation import Claim, EntryKind, PaymentEntry
from pmp_core.errors import StepRefused
from pmp_core.register.claim_facts import kept_decisions
from pmp_core.register.collection import UnitOfWork
from pmp_core.values import Money


@frozen
class ClaimMoney:
    """The money of a claim that is settled by a decision.

    Args:
        granted: by the decision that counts.
        entered: the sum of the claim's entries in the ledger: payments less what came back or was set off.
        number: of the decision that counts; `digest`: its digest; `decided_on`: its day.
        entries: in the order of their days.
    """

    granted: Money
    entered: Money
    number: int
    digest: str
    decided_on: date
    entries: tuple[PaymentEntry, ...]

    @property
    def last_day(self) -> date:
        """The day of the last that happened to it: of the decision that counts, or of an entry."""
        return max([self.decided_on, *(entry.entered_on for entry in self.entries)])

    @property
    def first_paid_on(self) -> date | None:
        """The day of the first payment."""
        return min((entry.entered_on for entry in self.entries if entry.kind is EntryKind.PAYMENT), default=None)

    @property
    def balance(self) -> Money:
        """What is still to be paid; below 0, what is owed back."""
        return self.granted - self.entered

    @property
    def owed(self) -> Money:
        """What is owed back."""
        return max(Money(0), self.entered - self.granted)


def claim_money(work: UnitOfWork, claims: Iterable[Claim]) -> dict[str, ClaimMoney]:
    """The money of those of the claims that a decision has settled, by claim."""
    settled = [claim for claim in claims if claim.decision_digest is not None]
    rows = kept_decisions(work, settled) if settled else {}
    entries: dict[str, list[PaymentEntry]] = {}
    for entry in work.entries.find(claim_id=list(rows), order=("entered_on",)) if rows else ():
        entries.setdefault(entry.claim_id, []).append(entry)
    found = {}
    for claim_id, row in rows.items():
        amount, number, decided_on = row["amount_cents"], row["number"], row["decided_on"]
        assert isinstance(number, int)
        assert isinstance(decided_on, date)
        own = entries.get(claim_id, [])
        found[claim_id] = ClaimMoney(
            granted=Money.from_cents(amount if isinstance(amount, int) else 0),
            entered=sum((entry.amount for entry in own), Money(0)),
            number=number,
            digest=str(row["digest"]),
            decided_on=decided_on,
            entries=tuple(own),
        )
    return found


def check_day(money: ClaimMoney, on: date) -> None:
    """Whether something can be entered for a claim on a day: nothing comes before what it follows from, or no request adds up.

    Raises:
        StepRefused: `entry-before`.
    """
    if on < money.last_day:
        raise entry_before(on, money.last_day)


def entry_before(found: date, first: date) -> StepRefused:
    """That a day is before what has to be there first."""
    return StepRefused(
        "entry-before",
        "On this day, what it follows from was not there yet: the decision, or an entry of the ledger.",
        found=found,
        remedy=f"Enter it on {first} or later.",
    )


def money_of(work: UnitOfWork, claim: Claim) -> ClaimMoney | None:
    """The money of one claim; None where no decision has settled it."""
    return claim_money(work, [claim]).get(claim.id)
