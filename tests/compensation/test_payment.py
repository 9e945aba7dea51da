"""Payees, batches, entries of the ledger and budgets: what they cannot be; and what a batch orders."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmp_core.compensation import (
    Budget,
    EntryKind,
    Payee,
    PaymentBatch,
    PaymentEntry,
    batch_reference,
    credit_transfers,
    payee_sums,
)
from pmp_core.values import Iban, Money

BATCH = {
    "id": "B-1",
    "reference": "B-1",
    "made_on": "2022-11-01",
    "execution_on": "2022-11-01",
    "made_by": "Ilze",
    "made_role": "ikvd",
}
ENTRY = {"id": "X-1", "claim_id": "C-1", "decision_number": 2, "decision_digest": "ab", "entered_on": "2022-12-02", "actor": "Ilze",
         "role": "ikvd"}  # fmt: skip
PAYMENT = {**ENTRY, "kind": "payment", "amount": "12.50", "batch_id": "B-1", "payee_id": "Y-1", "reference": "B-1-1"}
SET_OFF = {**PAYMENT, "kind": "set-off", "amount": "-12.50"}
RECOVERY = {**ENTRY, "kind": "recovery", "amount": "-12.50", "received_on": "2022-12-01"}
BUDGET = {"id": "U-1", "semester": "2022/23-1", "amount": "100.00"}


def refused(kind: Any, fields: dict[str, Any]) -> str:
    """The code with which something is refused."""
    with pytest.raises(ValueError, match=r"\[[a-z-]+\]") as caught:
        kind.model_validate(fields)
    return str(caught.value).partition("[")[2].partition("]")[0]


def test_a_payment_names_the_decision_that_it_pays() -> None:
    assert PaymentEntry.model_validate(PAYMENT).payment_of == 2
    assert PaymentEntry.model_validate(SET_OFF).payment_of is None
    assert PaymentEntry.model_validate(RECOVERY).payment_of is None
    assert EntryKind.SET_OFF.text["lv"] == "ieskaits"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({**PAYMENT, "amount": "0"}, "entry-amount"),
        ({**PAYMENT, "amount": "-0.01"}, "entry-amount"),
        ({**SET_OFF, "amount": "0.01"}, "entry-amount"),
        ({**RECOVERY, "amount": "12.50"}, "entry-amount"),
        ({**PAYMENT, "batch_id": None}, "entry-incomplete"),
        ({**PAYMENT, "payee_id": None}, "entry-incomplete"),
        ({**SET_OFF, "reference": None}, "entry-incomplete"),
        ({**PAYMENT, "received_on": "2022-12-01"}, "entry-incomplete"),
        ({**RECOVERY, "received_on": None}, "entry-incomplete"),
        ({**RECOVERY, "batch_id": "B-1"}, "entry-incomplete"),
        ({**PAYMENT, "reference": "Nr. 1"}, "reference-invalid"),
        ({**PAYMENT, "amount": 12.5}, "money-is-float"),
        ({**PAYMENT, "amount": "12.505"}, "money-invalid"),
    ],
)
def test_an_entry_is_whole_and_has_the_sign_of_its_kind(fields: dict[str, Any], code: str) -> None:
    assert refused(PaymentEntry, fields) == code


def test_what_a_bank_says_of_a_recovery_may_be_anything() -> None:
    assert PaymentEntry.model_validate({**RECOVERY, "reference": "SEB «17»"}).reference == "SEB «17»"


@pytest.mark.parametrize(("length", "fits"), [(35, True), (36, False)])
def test_a_reference_has_35_characters_at_most(length: int, fits: bool) -> None:
    fields = {**BATCH, "reference": "B" * length}
    assert fits == (PaymentBatch.model_validate(fields).reference == "B" * length) if fits else refused(PaymentBatch, fields)


def test_a_batch_is_paid_on_its_own_day_or_later_and_marked_whole() -> None:
    assert PaymentBatch.model_validate(BATCH).exported_on is None
    assert refused(PaymentBatch, {**BATCH, "execution_on": "2022-10-31"}) == "execution-before"
    assert refused(PaymentBatch, {**BATCH, "exported_on": "2022-11-01"}) == "export-unclear"
    assert refused(PaymentBatch, {**BATCH, "digest": "ab"}) == "export-unclear"


def test_a_payee_is_of_a_learner_or_an_institution_or_of_neither() -> None:
    for owner in ({}, {"learner_id": "L-1"}, {"institution_id": "I-1"}):
        payee = Payee.model_validate({"id": "Y-1", "name": "Anna", **owner})
        assert (payee.iban, repr(payee)) == (None, "<Payee Y-1>")
    for broken in ("Anna\n=1", "Anna\r\nOzola", "Anna\u2028Ozola"):
        assert refused(Payee, {"id": "Y-1", "name": broken}) == "name-of-lines"
    assert Payee.model_validate({"id": "Y-1", "name": " Anna Ozola\n"}).name == "Anna Ozola"
    assert refused(Payee, {"id": "Y-1", "name": "Anna", "learner_id": "L-1", "institution_id": "I-1"}) == "payee-unclear"
    assert refused(Payee, {"id": "Y-1", "name": "Anna", "iban": "LV81BANK0000435195001"}) == "iban-invalid"


def test_a_budget_is_one_partners_and_not_negative() -> None:
    whole = Budget.model_validate({**BUDGET, "institution_id": "I-1"})
    meals = Budget.model_validate({**BUDGET, "municipality_id": "M-1", "kind": "catering"})
    assert (whole.scope, meals.scope) == ("2022/23-1 * institution I-1", "2022/23-1 catering municipality M-1")
    assert refused(Budget, BUDGET) == "partner-unclear"
    assert refused(Budget, {**BUDGET, "institution_id": "I-1", "municipality_id": "M-1"}) == "partner-unclear"
    assert refused(Budget, {**BUDGET, "institution_id": "I-1", "amount": "-0.01"}) == "budget-negative"
    assert Budget.model_validate({**BUDGET, "institution_id": "I-1", "amount": 0}).amount == Money(0)


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=120))
def test_the_reference_of_any_batch_leaves_room_for_its_entries(id: str) -> None:
    reference = batch_reference(id)
    assert PaymentBatch.model_validate({**BATCH, "reference": f"{reference}-{10**8 - 1}"}).reference == f"{reference}-99999999"
    assert batch_reference(id) == reference


@given(st.lists(st.tuples(st.sampled_from(["Y-1", "Y-2"]), st.integers(1, 500), st.integers(0, 500)), max_size=8))
def test_what_is_ordered_is_what_is_paid_less_what_is_set_off(given_entries: list[tuple[str, int, int]]) -> None:
    entries: list[PaymentEntry] = []
    for payee, paid, off in given_entries:
        for kind, cents in (("payment", paid), ("set-off", -min(off, payee_sums(entries).get(payee, Money(0)).cents + paid))):
            reference = f"B-1-{len(entries) + 1}"
            if cents:
                made = {**PAYMENT, "kind": kind, "amount": Money.from_cents(cents), "payee_id": payee, "reference": reference}
                entries.append(PaymentEntry.model_validate({**made, "id": reference}))
    orders, sums = credit_transfers(entries), payee_sums(entries)
    for payee, amount in sums.items():
        assert sum((order.amount for order in orders if order.payee_id == payee), Money(0)) == amount
    assert all(order.amount > Money(0) for order in orders)
    assert {order.reference for order in orders} <= {entry.reference for entry in entries if entry.kind is EntryKind.PAYMENT}


@pytest.mark.parametrize("text", ["LV80BANK0000435195001", "lv80 bank 0000 4351 9500 1", " LV80 BANK0000435195001"])
def test_an_account_is_read_with_spaces_and_small_letters(text: str) -> None:
    assert Iban(text).reveal() == "LV80BANK0000435195001"
    assert Iban(text) == Iban("LV80BANK0000435195001")
    assert hash(Iban(text)) == hash(Iban("LV80BANK0000435195001"))
    assert Iban(text) != text
