"""That a partner's request adds up: the ledger, the decisions it settles, and what is still open. A mismatch is an error."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from pmp_core.compensation import Claim
from pmp_core.errors import RegisterError
from pmp_core.register import UnitOfWork, tables
from pmp_core.register.claim_decisions import kept_decision
from pmp_core.register.schema import Row
from pmp_core.statistics.request_content import CompensationLine, OpenBecause, OpenClaim, Reconciliation, Uncounted
from pmp_core.statistics.request_costs import PAYMENT, on, whole
from pmp_core.statistics.request_law import added
from pmp_core.statistics.request_partner import Belonging
from pmp_core.values import DayRange, Money

NOTHING = Money(0)


def reconciled(
    work: UnitOfWork,
    belonging: Belonging,
    entries: dict[str, list[Row]],
    lines: Sequence[CompensationLine],
    days: DayRange,
    not_asked: Iterable[Uncounted],
    beyond_budget: frozenset[str],
) -> Reconciliation:
    """The sums compared, and what is open at the end of the period.

    Args:
        work: the unit of work.
        belonging: what is the partner's.
        entries: of the ledger until the period's end, by claim.
        lines: of compensation.
        days: the period.
        not_asked: what lies in the period and is not asked for.
        beyond_budget: the ids of claims that the budget does not let be paid.

    Raises:
        RegisterError: `request-does-not-add-up`, with what differs.
    """
    decisions = _decisions(work, belonging)
    settled = NOTHING
    for claim_id, rows in entries.items():
        claim = belonging.claims[claim_id]
        if _mine(belonging, claim):
            settled += _settled(claim, rows, decisions[claim_id], days)
    asked = added(line.amount for line in lines) or NOTHING
    in_ledger = _in_ledger(work, belonging, days)
    if not asked == in_ledger == settled:
        raise _mismatch(
            "The lines, the ledger and the decisions that it settles come to different sums.",
            f"lines {asked}, ledger {in_ledger}, decisions {settled}",
        )
    earlier = added(entry.amount for line in lines for entry in line.entries if entry.of_earlier_payment)
    return Reconciliation(
        lines=asked,
        ledger=in_ledger,
        settled=settled,
        recovered_of_earlier=earlier or NOTHING,
        open=tuple(_open(belonging, entries, decisions, days, beyond_budget)),
        not_asked=tuple(sorted(not_asked, key=lambda one: (one.day, one.what, one.id))),
    )


def _mine(belonging: Belonging, claim: Claim) -> bool:
    return belonging.of(belonging.owner(claim), claim.first_day) is True


def _decisions(work: UnitOfWork, belonging: Belonging) -> dict[str, dict[int, Row]]:
    """The decisions on the partner's claims, by number."""
    found: dict[str, dict[int, Row]] = defaultdict(dict)
    for row in work.transaction.find(tables.DECISIONS, {"claim_id": list(belonging.claims)}, order=["claim_id", "number"]):
        found[str(row["claim_id"])][whole(row["number"])] = row
    return found


def _in_ledger(work: UnitOfWork, belonging: Belonging, days: DayRange) -> Money:
    """The entries of the period, from the ledger as a whole and not from what the lines were made of."""
    columns = work.transaction.scan(tables.PAYMENT_ENTRIES, ["claim_id", "entered_on", "amount_cents"])
    mine = {claim.id for claim in belonging.claims.values() if _mine(belonging, claim)}
    cells = zip(columns["claim_id"], columns["entered_on"], columns["amount_cents"], strict=True)
    return Money.from_cents(
        sum(whole(cents) for claim_id, day, cents in cells if claim_id in mine and isinstance(day, date) and day in days)
    )


def _settled(claim: Claim, rows: Sequence[Row], decisions: dict[int, Row], days: DayRange) -> Money:
    """What the entries of the period settle: a payment the whole of its decision, what is taken back no more than too much was paid."""
    balance, settled = NOTHING, NOTHING
    checked: dict[int, Money] = {}
    for row in rows:
        number, amount = whole(row["decision_number"]), Money.from_cents(whole(row["amount_cents"]))
        if number not in checked:
            checked[number] = _granted(claim, row, decisions.get(number))
        due = checked[number] - balance
        wrong = amount != due if row["kind"] == PAYMENT else not due <= amount < NOTHING
        if wrong or (row["kind"] == PAYMENT) != (amount > NOTHING):
            raise _mismatch(
                f"The entry {row['id']} of the ledger is not what its decision leaves to settle.", f"{amount}, and {due} was due"
            )
        balance += amount
        settled += amount if on(row) in days else NOTHING
    return settled


def _granted(claim: Claim, entry: Row, decision: Row | None) -> Money:
    """What the decision of an entry grants, from its document, which has to fit the row and the entry."""
    if decision is None or decision["digest"] != entry["decision_digest"]:
        raise _mismatch(f"The entry {entry['id']} of the ledger names a decision that is not there.", claim.id)
    try:
        amount = kept_decision(decision).amount
    except ValueError:
        raise _mismatch("A decision that was paid does not fit its digest.", claim.id) from None
    if amount is None or amount.cents != decision["amount_cents"]:
        raise _mismatch("A decision that was paid grants another amount than its row says.", claim.id)
    return amount


def _open(
    belonging: Belonging,
    entries: dict[str, list[Row]],
    decisions: dict[str, dict[int, Row]],
    days: DayRange,
    beyond_budget: frozenset[str],
) -> Iterable[OpenClaim]:
    for claim in sorted(belonging.claims.values(), key=lambda claim: claim.id):
        latest = [row for row in decisions[claim.id].values() if row["amount_cents"] is not None and _until(row, days)]
        if not latest or not _mine(belonging, claim):
            continue
        paid = Money.from_cents(sum(whole(row["amount_cents"]) for row in entries.get(claim.id, ())))
        decided = Money.from_cents(whole(latest[-1]["amount_cents"]))
        if decided == paid:
            continue
        unpaid: OpenBecause = "beyond-budget" if claim.id in beyond_budget else "not-paid"
        yield OpenClaim(
            claim_id=claim.id,
            learner_id=belonging.plans[claim.plan_id].learner_id,
            institution_id=belonging.owner(claim),
            kind=claim.kind,
            decision_number=whole(latest[-1]["number"]),
            decision_digest=str(latest[-1]["digest"]),
            decided=decided,
            paid=paid,
            difference=decided - paid,
            because=unpaid if decided > paid else "to-recover",
        )


def _until(decision: Row, days: DayRange) -> bool:
    decided_on = decision["decided_on"]
    return isinstance(decided_on, date) and days.last is not None and decided_on <= days.last


def _mismatch(message: str, found: str) -> RegisterError:
    return RegisterError(
        "request-does-not-add-up",
        message,
        found=found,
        remedy="Nothing is asked for until it does: look at the claim's decisions and at its entries in the ledger.",
    )
