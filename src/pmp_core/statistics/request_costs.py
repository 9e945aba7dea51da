"""Direct costs of compensation: what the ledger says was paid and taken back in the period, and what stands behind it."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from pmp_core.compensation import Claim
from pmp_core.register import UnitOfWork, tables
from pmp_core.register.schema import Row
from pmp_core.statistics.request_content import CompensationLine, PaidEntry, Uncounted
from pmp_core.statistics.request_law import COMPENSATION, Law, added
from pmp_core.statistics.request_partner import Belonging
from pmp_core.values import DayRange, Money

PAYMENT = "payment"
NO_AGREEMENT = ("no-agreement",)


def ledger(work: UnitOfWork, belonging: Belonging, last: date) -> dict[str, list[Row]]:
    """The entries of the ledger until a day, by claim, in their order."""
    rows = work.transaction.find(tables.PAYMENT_ENTRIES, {"claim_id": list(belonging.claims)})
    found: dict[str, list[Row]] = defaultdict(list)
    for row in sorted(rows, key=_turn):
        if on(row) <= last:
            found[str(row["claim_id"])].append(row)
    return found


def _turn(row: Row) -> tuple[date, int, str]:
    return on(row), whole(row["decision_number"]), str(row["id"])


def on(row: Row) -> date:
    """The day of an entry."""
    day = row["entered_on"]
    assert isinstance(day, date)
    return day


def whole(cell: object) -> int:
    """A cell that holds a whole number."""
    assert isinstance(cell, int)
    return cell


def paid_entries(
    law: Law, belonging: Belonging, entries: dict[str, list[Row]], days: DayRange
) -> tuple[list[CompensationLine], list[Uncounted], bool]:
    """The lines of compensation.

    Returns:
        The lines; entries of the period that are not asked for, since no agreement stood; whether the programme says which costs
        are ineligible.
    """
    groups: dict[tuple[str, bool], list[PaidEntry]] = defaultdict(list)
    not_asked, clear = [], True
    for claim_id, rows in entries.items():
        claim = belonging.claims[claim_id]
        mine = belonging.of(belonging.owner(claim), claim.first_day)
        inside = [row for row in rows if on(row) in days]
        if mine is None:
            not_asked += [Uncounted(what="entry", id=str(row["id"]), day=on(row), because=NO_AGREEMENT) for row in inside]
        if not mine or not inside:
            continue
        eligible, said = law.eligible(COMPENSATION, claim.kind, claim.first_day)
        clear = clear and said
        paid_before = any(on(row) < days.first for row in rows)
        groups[claim.kind, eligible] += [_entry(belonging, claim, row, paid_before) for row in inside]
    return [_line(*key, groups[key]) for key in sorted(groups, key=lambda key: (key[0], not key[1]))], not_asked, clear


def _entry(belonging: Belonging, claim: Claim, row: Row, paid_before: bool) -> PaidEntry:
    return PaidEntry(
        day=claim.first_day,
        institution_id=belonging.owner(claim),
        learners=(belonging.plans[claim.plan_id].learner_id,),
        amount=Money.from_cents(whole(row["amount_cents"])),
        entry_id=str(row["id"]),
        entry=str(row["kind"]),
        entered_on=on(row),
        claim_id=claim.id,
        claim_first_day=claim.first_day,
        claim_last_day=claim.last_day,
        decision_number=whole(row["decision_number"]),
        decision_digest=str(row["decision_digest"]),
        of_earlier_payment=paid_before and row["kind"] != PAYMENT,
    )


def _line(kind: str, eligible: bool, entries: list[PaidEntry]) -> CompensationLine:
    entries = sorted(entries, key=lambda entry: (entry.entered_on, entry.claim_id, entry.decision_number, entry.entry_id))
    paid = added(entry.amount for entry in entries if entry.entry == PAYMENT) or Money(0)
    taken_back = added(entry.amount for entry in entries if entry.entry != PAYMENT) or Money(0)
    return CompensationLine(
        kind=kind, eligible=eligible, paid=paid, taken_back=taken_back, amount=paid + taken_back, entries=tuple(entries)
    )
