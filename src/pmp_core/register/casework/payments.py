"""Paying claims: what is decided and not yet paid goes into one batch, each claim once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from attrs import frozen

from pmp_core.compensation import Claim, EntryKind, Payee, PaymentBatch, PaymentEntry, batch_reference
from pmp_core.errors import InvalidValue, NotFound, StepRefused
from pmp_core.learners import Institution
from pmp_core.loading import Programme
from pmp_core.register import admission, claim_admission
from pmp_core.register.access.doors import door
from pmp_core.register.casework.budgets import beyond_budget, budgets_of
from pmp_core.register.casework.claim_versions import keep_claim
from pmp_core.register.casework.partners import check_scope, check_scopes
from pmp_core.register.claim_facts import turn
from pmp_core.register.claim_money import ClaimMoney, claim_money
from pmp_core.register.collection import UnitOfWork
from pmp_core.register.conflicts import held_payments
from pmp_core.values import Actor, Money, Vocabulary

PAY = "pay"


class Unpaid(Vocabulary):
    """Why a claim is left out of a batch."""

    PAYEE_MISSING = "payee-missing", "nav norādīts saņēmējs", "nobody is named who is paid"
    BEYOND_BUDGET = (
        "beyond-budget",
        "pārsniedz budžetu: izlemts, bet nav izmaksājams",
        "beyond the budget: decided, but not payable",
    )
    NOT_PAYABLE = "not-payable", "statuss neļauj izmaksāt", "its status does not allow it"
    NOTHING_TO_PAY = "nothing-to-pay", "nav, ko izmaksāt", "there is nothing to pay"
    DECIDED_LATER = "decided-later", "izlemts pēc šīs dienas", "it was decided after this day"
    ENTERED_LATER = (
        "entered-later",
        "žurnālā ir ieraksts pēc šīs dienas",
        "an entry of the ledger is later than this day",
    )
    IN_CONFLICT = "in-conflict", "dubultā finansējuma pazīmes", "it would be paid for twice"
    OTHER_PARTNER = "other-partner", "cita partnera pieteikums", "it is another partner's"


@frozen
class LeftOut:
    """A claim that was left out of a batch.

    Args:
        claim_id: the claim.
        why: the reason.
        amount: what it would have been paid.
    """

    claim_id: str
    why: Unpaid
    amount: Money


@frozen
class PaymentRun:
    """What came of paying claims.

    Args:
        batch: what was made; None where there was nothing to pay.
        entries: of the batch, one for each claim.
        left_out: claims that still wait for their money, and those that were asked for by name and are not in it.
    """

    batch: PaymentBatch | None
    entries: tuple[PaymentEntry, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def total(self) -> Money:
        """What the batch pays."""
        return sum((entry.amount for entry in self.entries), Money(0))


@door("pay", narrows=True)
def pay_claims(
    work: UnitOfWork,
    programme: Programme,
    *,
    by: Actor,
    on: date,
    execution_on: date,
    new_id: Callable[[str], str],
    claims: Iterable[str] | None = None,
    partner: str | None = None,
) -> PaymentRun:
    """Make one batch of what is payable: of each claim from where the step `pay` can be taken, what its decision grants and was
    not paid before. Doing it again pays nothing twice. A claim in a hard conflict that nobody has overridden is left out, also where
    the conflict came after its decision.

    Args:
        by: who pays; one who acts for an institution or a municipality pays the claims of that one only.
        on: the day; what was decided later, or has a later entry in the ledger, is left out.
        execution_on: the day on which the bank shall pay.
        new_id: makes the id of the batch.
        claims: only these; None: all.
        partner: the id of an institution or a municipality: only the claims of plans that were its own, or of its institutions,
            on the claim's first day.

    Returns:
        The batch, with what was left out and why.

    Raises:
        StepRefused: `step-by-role`.
        NotFound: no such claim or partner.
        InvalidValue: `execution-before`.
    """
    cycle = programme.life_cycle("claim")
    step = cycle.step(PAY)
    check_may_pay(programme, by)
    named = None if claims is None else sorted(set(claims))
    found = work.claims.find(status=list(step.sources)) if named is None else [work.claims.get(id) for id in named]
    plans = {plan.id: plan for plan in work.plans.find(id=sorted({claim.plan_id for claim in found}))}
    own = _Partners(work, by, partner)
    money, beyond = claim_money(work, found), beyond_budget(work, programme)
    held = held_payments(work, programme, [claim for claim in found if claim.status in step.sources])
    payees = {
        payee.id for payee in work.payees.find(id=sorted({claim.payee_id for claim in found if claim.payee_id is not None}))
    }
    payable: list[tuple[Claim, ClaimMoney]] = []
    left_out: list[LeftOut] = []
    for claim in sorted(found, key=turn):
        one, institution_id = money.get(claim.id), plans[claim.plan_id].institution_on(claim.first_day)
        ready = one is not None and claim.status in step.sources
        if not own.has(institution_id):
            why = Unpaid.OTHER_PARTNER
        elif one is None or not ready:
            why = Unpaid.NOT_PAYABLE
        elif one.balance <= Money(0):
            why = Unpaid.NOTHING_TO_PAY
        elif one.decided_on > on:
            why = Unpaid.DECIDED_LATER
        elif one.last_day > on:
            why = Unpaid.ENTERED_LATER
        elif claim.id in held:
            why = Unpaid.IN_CONFLICT
        elif claim.id in beyond:
            why = Unpaid.BEYOND_BUDGET
        elif claim.payee_id not in payees:
            why = Unpaid.PAYEE_MISSING
        else:
            payable.append((claim, one))
            continue
        if named is not None or why not in (Unpaid.OTHER_PARTNER, Unpaid.NOTHING_TO_PAY):
            left_out.append(LeftOut(claim.id, why, Money(0) if one is None else max(one.balance, Money(0))))
    if not payable:
        return PaymentRun(None, (), tuple(left_out))
    id = new_id("B")
    batch = PaymentBatch(
        id=id, reference=batch_reference(id), made_on=on, execution_on=execution_on, made_by=by.name, made_role=by.role
    )
    batch = work.batches.add(batch)
    entries = work.entries.add_all(_payment(batch, n, *one, by=by) for n, one in enumerate(payable, 1))
    for claim, _ in payable:
        keep_claim(work, claim.take(PAY, life_cycle=cycle, by=by, on=on), PAY, by=by, on=on)
    # A budget is read and drawn from as one: of two batches at once, the second finds another version of it.
    for budget in budgets_of(work, ((claim, plans[claim.plan_id]) for claim, _ in payable)):
        work.budgets.put(budget)
    return PaymentRun(batch, tuple(entries), tuple(left_out))


@door("keep-payees", "claim_id")
def name_payee(work: UnitOfWork, programme: Programme, claim_id: str, payee_id: str, *, by: Actor, on: date) -> Claim:
    """Say who is paid for a claim, at any time at which no money of it is with another payee.

    Args:
        by: who says it, in a role that may pay; `on`: the day.

    Raises:
        NotFound: no such claim or payee.
        StepRefused: `payee-paid`, where something was paid and has not come back whole; `payee-of-another`, where the payee is for
            another learner, or is another institution; `step-by-role`, `other-institution`, `other-municipality`.
    """
    claim = work.claims.get(claim_id)
    check_may_pay(programme, by)
    plan = work.plans.get(claim.plan_id)
    check_scope(work, by, claim, plan)
    if sum((entry.amount for entry in work.entries.find(claim_id=claim_id)), Money(0)):
        raise StepRefused(
            "payee-paid",
            "The claim was paid, and its money goes to and comes from who was paid.",
            found=claim.payee_id,
            remedy="Correct the claim to nothing and recover all of it from there; then name the other, and correct the claim back.",
        )
    claim_admission.check_payee(work, claim, plan, payee_id)
    return keep_claim(work, claim.changed(payee_id=payee_id), "payee", by=by, on=on)


@door("keep-payees", "payee_id")
def change_payee(work: UnitOfWork, programme: Programme, payee_id: str, changes: Mapping[str, object], *, by: Actor) -> Payee:
    """Change a payee's name or account.

    Args:
        changes: the new name or account, by the fields `name` and `iban`.
        by: who changes it, in a role that may pay, and who acts for the payee's institution and for every claim that names it.

    Raises:
        NotFound: no such payee.
        InvalidValue: `iban-invalid`; `option-invalid`, where another field is to change.
        StepRefused: `step-by-role`, `other-institution`, `other-municipality`.
    """
    payee = work.payees.get(payee_id)
    check_may_pay(programme, by)
    if not changes.keys() <= {"name", "iban"}:
        raise InvalidValue(
            "option-invalid", "Only name and iban change.", found=", ".join(changes), remedy="Add another payee for the rest."
        )
    if payee.institution_id is not None:
        admission.check_scope(work, by, payee.institution_id)
    check_scopes(work, by, [claim.id for claim in work.claims.find(payee_id=payee_id)])
    return work.payees.put(payee.changed(**changes))


def check_may_pay(programme: Programme, by: Actor) -> None:
    """Whether somebody's role is one that pays.

    Raises:
        StepRefused: `step-by-role`.
    """
    cycle = programme.life_cycle("claim")
    cycle.allowed(PAY, cycle.step(PAY).sources[0], by.role, None)


@door("see-money", "batch")
def entries_of(work: UnitOfWork, batch: PaymentBatch) -> list[PaymentEntry]:
    """The entries of a batch, in the order of their numbers."""
    return sorted(work.entries.find(batch_id=batch.id), key=lambda entry: int(entry.id.rpartition("-")[2]))


def batch_exported(batch: PaymentBatch) -> StepRefused:
    """The refusal to change what has gone out."""
    return StepRefused(
        "batch-exported",
        "The batch has gone out, and nothing is changed in it.",
        found=batch.id,
        remedy=f"It went out on {batch.exported_on}; set off from the next batch.",
    )


def _payment(batch: PaymentBatch, number: int, claim: Claim, money: ClaimMoney, *, by: Actor) -> PaymentEntry:
    reference = f"{batch.reference}-{number}"
    return PaymentEntry(
        id=reference,
        claim_id=claim.id,
        kind=EntryKind.PAYMENT,
        amount=money.balance,
        decision_number=money.number,
        decision_digest=money.digest,
        batch_id=batch.id,
        payee_id=claim.payee_id,
        reference=reference,
        entered_on=batch.made_on,
        actor=by.name,
        role=by.role,
    )


class _Partners:
    """Whether an institution is the partner that is paid for, and within what an actor acts for."""

    def __init__(self, work: UnitOfWork, by: Actor, partner: str | None) -> None:
        self._work, self._by, self._partner = work, by, partner
        self._known: dict[str, bool] = {}
        if partner is not None and not (work.institutions.count(id=partner) or work.municipalities.count(id=partner)):
            raise NotFound(
                "not-found",
                "The register has no institution and no municipality with this id.",
                found=partner,
                remedy="Check the id.",
            )

    def has(self, institution_id: str) -> bool:
        if institution_id not in self._known:
            self._known[institution_id] = self._is(self._work.institutions.get(institution_id))
        return self._known[institution_id]

    def _is(self, institution: Institution) -> bool:
        return (
            self._partner in (None, institution.id, institution.municipality_id)
            and self._by.institution_id in (None, institution.id)
            and self._by.municipality_id in (None, institution.municipality_id)
            and (not self._by.region or institution.municipality_id in self._by.region)
        )
