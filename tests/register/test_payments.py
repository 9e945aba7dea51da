"""Paying: each claim once, to the cent, what cannot be paid told; and what a batch is when it goes out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from paid_school import (
    ACCOUNTS,
    AUTHOR,
    CLERK,
    CORRECTED,
    DECIDED,
    EXECUTED,
    KINDS,
    LATER,
    PAID,
    changed,
    decided,
    learner,
    owed,
    paid,
    school,
    status,
    submitted,
)

from pmp_core.compensation import EntryKind, OtherFunding, Payee
from pmp_core.errors import InvalidValue, NotFound, NotUnique, StepRefused
from pmp_core.register import Register, casework
from pmp_core.register.casework import Unpaid
from pmp_core.register.conflicts import held_payments
from pmp_core.register.other_funding import add_funding
from pmp_core.values import Money


@pytest.fixture(params=["memory:", "sqlite://"])
def register(request: pytest.FixtureRequest) -> Iterator[Register]:
    with school(request.param) as made:
        yield made


def left_out(run: casework.PaymentRun) -> dict[str, str]:
    return {one.claim_id: one.why.value for one in run.left_out}


def test_what_is_decided_is_paid_in_one_batch_in_the_order_of_submission(register: Register) -> None:
    decided(register, "C-2", "20.00")
    decided(register, "C-1", "100.01", on=date(2022, 10, 31))
    run = paid(register)
    assert run.batch is not None
    assert (run.batch.reference, run.batch.made_on, run.batch.execution_on, run.batch.made_by) == ("B-1", PAID, EXECUTED, "Jana")
    assert [(entry.claim_id, entry.amount, entry.reference) for entry in run.entries] == [
        ("C-1", Money("90.00"), "B-1-1"),
        ("C-2", Money("20.00"), "B-1-2"),
    ]
    assert (run.total, run.left_out) == (Money("110.00"), ())
    assert (status(register, "C-1"), status(register, "C-2")) == ("paid", "paid")
    [entry] = register.claim_account("C-1").entries
    assert (entry.kind, entry.decision_number, entry.payment_of, entry.payee_id) == (EntryKind.PAYMENT, 1, 1, "Y-1")
    assert entry.decision_digest == register.decisions("C-1")[0].digest


def test_paying_again_pays_nothing(register: Register) -> None:
    decided(register, "C-1", "50.00")
    paid(register)
    again = paid(register)
    assert (again.batch, again.entries, again.left_out) == (None, (), ())
    assert left_out(paid(register, claims=["C-1", "C-1"])) == {"C-1": "not-payable"}
    assert register.claim_account("C-1").entered == Money("50.00")


def test_the_storage_itself_takes_no_second_payment_of_a_decision(register: Register) -> None:
    decided(register, "C-1", "50.00")
    [entry] = paid(register).entries
    with pytest.raises(NotUnique), register.unit_of_work() as work:
        work.entries.add(entry.changed(id="other"))


def test_what_is_granted_nothing_needs_no_payment_and_is_not_told(register: Register) -> None:
    decided(register, "C-1", "0")
    assert paid(register).left_out == ()
    assert left_out(paid(register, claims=["C-1"])) == {"C-1": "nothing-to-pay"}
    assert status(register, "C-1") == "decided"


def test_what_waits_is_left_out_with_the_reason(register: Register) -> None:
    decided(register, "C-1", "30.00", payee_id=None)
    submitted(register, "C-2", "10.00")
    assert left_out(paid(register)) == {"C-1": "payee-missing"}
    assert left_out(paid(register, claims=["C-1", "C-2"])) == {"C-1": "payee-missing", "C-2": "not-payable"}
    assert left_out(paid(register, on=date(2022, 11, 9))) == {"C-1": "decided-later"}
    assert Unpaid.PAYEE_MISSING.text["en"] == "nobody is named who is paid"


def test_money_does_not_go_out_where_another_turned_out_to_pay(register: Register) -> None:
    decided(register, "C-1", "30.00")
    decided(register, "C-2", "20.00")
    given = {"id": "F-1", "payer": "other-programme", "kind": KINDS[0], "learner_id": "L-1", "first_day": "2022-10-03"}
    with register.unit_of_work() as work:
        add_funding(work, register.programme, OtherFunding.model_validate({**given, "last_day": "2022-10-03", "covers": "all"}))
    with register.unit_of_work(keep=False) as work:
        held = held_payments(work, register.programme)
    assert {id: [one.key for one in found] for id, found in held.items()} == {"C-1": ["other-funding:F-1"]}
    run = paid(register)
    assert ([entry.claim_id for entry in run.entries], left_out(run)) == (["C-2"], {"C-1": "in-conflict"})
    assert (run.left_out[0].amount, status(register, "C-1")) == (Money("30.00"), "decided")
    register.override_conflict("C-1", "other-funding:F-1", on=PAID, reason="Cits pakalpojums.")
    assert [entry.claim_id for entry in paid(register).entries] == ["C-1"]


def test_what_only_warns_does_not_keep_money_back(register: Register) -> None:
    decided(register, "C-1", "30.00")
    given = {"id": "F-1", "payer": "other-programme", "kind": KINDS[0], "first_day": "2022-10-03", "covers": "unknown"}
    with register.unit_of_work() as work:
        add_funding(work, register.programme, OtherFunding.model_validate(given))
    assert left_out(paid(register)) == {}


def test_who_is_paid_can_be_said_after_the_decision_and_not_after_the_payment(register: Register) -> None:
    decided(register, "C-1", "30.00", payee_id=None)
    assert register.name_payee("C-1", "Y-2", on=PAID).payee_id == "Y-2"
    register.name_payee("C-1", "Y-1", on=PAID)
    assert [version.change for version in register.claim_account("C-1").versions][-2:] == ["payee", "payee"]
    paid(register)
    with pytest.raises(StepRefused) as caught:
        register.name_payee("C-1", "Y-2", on=PAID)
    assert caught.value.code == "payee-paid"


def test_once_the_money_is_back_another_is_paid(register: Register) -> None:
    decided(register, "C-1", "30.00")
    paid(register)
    register.correct_claim("C-1", on=CORRECTED, reason="Cits konts.", claim=changed(register, "C-1", "0"))
    with pytest.raises(StepRefused, match="to nothing") as caught:
        register.name_payee("C-1", "Y-2", on=CORRECTED)
    assert caught.value.code == "payee-paid"
    register.recover("C-1", on=CORRECTED, amount=Money("30.00"), received_on=CORRECTED, reference="r")
    assert register.name_payee("C-1", "Y-2", on=CORRECTED).payee_id == "Y-2"
    register.correct_claim("C-1", on=CORRECTED, reason="Cits konts.", claim=changed(register, "C-1", "30.00"))
    [entry] = paid(register, on=CORRECTED).entries
    assert (entry.payee_id, entry.amount) == ("Y-2", Money("30.00"))


def test_who_may_pay_the_claim_says_who_is_paid(register: Register) -> None:
    decided(register, "C-1", "30.00")
    for by, refused in (
        (AUTHOR, "step-by-role"),
        (CLERK.changed(institution_id="I-2"), "other-institution"),
        (CLERK.changed(municipality_id="M-2"), "other-municipality"),
    ):
        with pytest.raises(StepRefused) as caught:
            register.name_payee("C-1", "Y-2", on=PAID, by=by)
        assert caught.value.code == refused
        with pytest.raises(StepRefused) as changing, register.unit_of_work() as work:
            casework.change_payee(work, register.programme, "Y-1", {"iban": ACCOUNTS[1]}, by=by)
        assert changing.value.code == refused
        with pytest.raises(StepRefused) as keeping:
            register.set_budget("2022/23-1", Money(5), institution_id="I-1", by=by)
        assert keeping.value.code == refused
        with pytest.raises(StepRefused) as keeping:
            register.set_budget("2022/23-1", Money(5), municipality_id="M-1", by=by)
        assert keeping.value.code == refused
    own = CLERK.changed(municipality_id="M-1")
    register.set_budget("2022/23-1", Money(5), municipality_id="M-1", by=own)
    with register.unit_of_work() as work:
        assert casework.change_payee(work, register.programme, "Y-1", {"name": "Anna"}, by=own).name == "Anna"
        with pytest.raises(InvalidValue) as wrong:
            casework.change_payee(work, register.programme, "Y-1", {"learner_id": "L-1"}, by=own)
    assert wrong.value.code == "option-invalid"


def test_a_payee_that_is_an_institution_is_the_claims_own(register: Register) -> None:
    with register.unit_of_work() as work:
        for n in ("1", "2"):
            work.payees.add(Payee(id=f"Y-I{n}", name=f"{n}. skola", institution_id=f"I-{n}"))
        by = CLERK.changed(institution_id="I-1")
        with pytest.raises(StepRefused) as changing:
            casework.change_payee(work, register.programme, "Y-I2", {"iban": ACCOUNTS[0]}, by=by)
    assert changing.value.code == "other-institution"
    decided(register, "C-1", "30.00", payee_id=None)
    with pytest.raises(StepRefused, match="another institution") as caught:
        register.name_payee("C-1", "Y-I2", on=PAID)
    assert caught.value.code == "payee-of-another"
    assert register.name_payee("C-1", "Y-I1", on=PAID).payee_id == "Y-I1"


def test_what_has_a_later_entry_is_not_paid_before_it(register: Register) -> None:
    owed(register, granted="80.00", left="50.00")
    register.recover("C-1", on=LATER, amount=Money("10.00"), received_on=LATER, reference="r")
    register.correct_claim("C-1", on=LATER, reason="Labots.", claim=changed(register, "C-1", "79.00"))
    with register.unit_of_work() as work:  # as an older release let it be entered
        [last] = [entry for entry in work.entries.find() if entry.kind is EntryKind.RECOVERY]
        late = {"id": "X-9", "entered_on": LATER + timedelta(days=2), "amount": Money("-1.00")}
        work.entries.add(last.changed(**late))
    assert left_out(paid(register, on=LATER + timedelta(days=1))) == {"C-1": "entered-later"}
    assert paid(register, on=LATER + timedelta(days=2)).total == Money("10.00")


def test_a_payee_is_there_and_of_the_learner_or_of_none(register: Register) -> None:
    with register.unit_of_work() as work:
        work.payees.add(Payee(id="Y-9", name="Cits", learner_id="L-2"))
    with pytest.raises(NotFound):
        submitted(register, "C-1", "30.00", payee_id="Y-8")
    with pytest.raises(StepRefused) as caught:
        submitted(register, "C-1", "30.00", payee_id="Y-9")
    assert caught.value.code == "payee-of-another"
    decided(register, "C-1", "30.00")
    with pytest.raises(StepRefused, match="another learner"):
        register.name_payee("C-1", "Y-9", on=PAID)


def test_only_who_may_pays_and_not_back_in_time(register: Register) -> None:
    decided(register, "C-1", "30.00")
    with pytest.raises(StepRefused) as caught:
        paid(register, by=AUTHOR)
    assert caught.value.code == "step-by-role"
    with pytest.raises(ValueError, match="execution-before"):
        register.pay_claims(on=PAID, execution_on=DECIDED)
    assert status(register, "C-1") == "decided"


def test_one_partner_is_paid_apart_from_another(register: Register) -> None:
    decided(register, "C-1", "30.00")
    decided(register, "C-2", "20.00", learner="2")
    assert left_out(paid(register, partner="M-1", claims=["C-2"])) == {"C-2": "other-partner"}
    assert paid(register, partner="I-2").total == Money("20.00")
    assert paid(register, by=CLERK.changed(municipality_id="M-2")).batch is None
    assert paid(register, by=CLERK.changed(institution_id="I-2")).batch is None
    assert paid(register, by=CLERK.changed(municipality_id="M-1")).total == Money("30.00")
    with pytest.raises(NotFound):
        paid(register, partner="I-9")


def test_the_references_of_any_batch_fit_what_a_bank_takes() -> None:
    with school() as register:
        register.new_id = lambda prefix: f"{prefix} partija, rudens – 2022, un vēl daudz vārdu" * 2
        decided(register, "C-1", "30.00")
        [entry] = paid(register).entries
    assert str(entry.reference).isascii()
    assert len(str(entry.reference)) <= 35


# --- the budget


def test_without_a_budget_there_is_no_limit(register: Register) -> None:
    decided(register, "C-1", "30.00")
    assert register.budgets() == []
    with register.unit_of_work() as work:
        standing = casework.budget_status(work, register.programme, semester="2022/23-1", institution_id="I-1")
    assert (standing.amount, standing.left, standing.decided) == (None, None, Money("30.00"))


def test_a_claim_beyond_the_budget_is_decided_and_not_payable_and_says_so(register: Register) -> None:
    for id, asked in (("C-1", "50.00"), ("C-2", "40.00"), ("C-3", "10.00")):
        decided(register, id, asked)
    submitted(register, "C-4", "5.00")
    budget = register.set_budget("2022/23-1", Money("60.00"), institution_id="I-1")
    [standing] = register.budgets(semester="2022/23-1")
    assert (standing.reserved, standing.decided, standing.paid) == (Money("5.00"), Money("100.00"), Money(0))
    assert (standing.left, standing.beyond) == (Money("-45.00"), ("C-2",))
    account = register.claim_account("C-2")
    assert account.beyond == budget
    assert account.explain("en").endswith(f"Beyond the budget {budget.id}: decided, but not payable.")
    run = paid(register)
    assert [entry.claim_id for entry in run.entries] == ["C-1", "C-3"]
    assert left_out(run) == {"C-2": "beyond-budget"}
    assert left_out(paid(register)) == {"C-2": "beyond-budget"}
    register.set_budget("2022/23-1", Money("100.00"), institution_id="I-1")
    assert paid(register).total == Money("40.00")
    [standing] = register.budgets()
    assert (standing.decided, standing.paid, standing.left) == (Money(0), Money("100.00"), Money("-5.00"))


@pytest.mark.parametrize(("amount", "fits"), [("49.99", False), ("50.00", True)])
def test_a_budget_is_used_up_to_the_cent(amount: str, fits: bool) -> None:
    with school() as register:
        decided(register, "C-1", "50.00")
        register.set_budget("2022/23-1", Money(amount), municipality_id="M-1")
        assert (paid(register).batch is not None) is fits


def test_a_claim_counts_for_its_institution_else_for_its_municipality() -> None:
    with school() as register:
        with register.unit_of_work() as work:
            learner(work, "3", "I-1")
        register.set_budget("2022/23-1", Money(0), municipality_id="M-1")
        register.set_budget("2022/23-1", Money("10.00"), institution_id="I-1", kind="public-transport-tickets")
        register.set_budget("2022/23-1", Money(0), institution_id="I-2", kind="catering")
        register.set_budget("2022/23-2", Money(0), institution_id="I-2")
        decided(register, "C-1", "10.00", kind="public-transport-tickets")  # the institution's own
        decided(register, "C-2", "10.00", learner="3", kind="accommodation", payee_id="Y-1")  # the municipality's
        decided(register, "C-3", "10.00", learner="2")  # nobody's: another kind, another semester
        run = paid(register)
        assert [entry.claim_id for entry in run.entries] == ["C-1", "C-3"]
        assert left_out(run) == {"C-2": "beyond-budget"}


def test_a_claim_fits_both_the_budget_of_its_kind_and_the_one_for_all() -> None:
    with school() as register:
        register.set_budget("2022/23-1", Money("30.00"), institution_id="I-1")
        register.set_budget("2022/23-1", Money("15.00"), institution_id="I-1", kind="accommodation")
        decided(register, "C-1", "20.00")
        decided(register, "C-2", "30.00", kind="public-transport-tickets")
        assert [(one.budget.kind, one.beyond) for one in register.budgets()] == [(None, ()), ("accommodation", ("C-1",))]
        assert paid(register).total == Money("30.00")


def test_what_comes_back_is_there_again() -> None:
    with school() as register:
        register.set_budget("2022/23-1", Money("100.00"), institution_id="I-1")
        owed(register, granted="80.00", left="50.00")
        assert [one.paid for one in register.budgets()] == [Money("80.00")]  # nothing has come yet
        decided(register, "C-2", "40.00")
        assert left_out(paid(register, on=CORRECTED)) == {"C-2": "beyond-budget"}
        register.recover("C-1", on=CORRECTED, amount=Money("30.00"), received_on=CORRECTED, reference="r")
        assert [one.paid for one in register.budgets()] == [Money("50.00")]
        assert paid(register, on=CORRECTED).total == Money("40.00")


def test_a_budget_is_one_partners_of_a_known_kind_and_there_is_one() -> None:
    with school() as register:
        first = register.set_budget("2022/23-1", Money(5), institution_id="I-1")
        second = register.set_budget("2022/23-1", Money(7), institution_id="I-1")
        assert (second.id, second.amount) == (first.id, Money(7))
        with pytest.raises(NotUnique), register.unit_of_work() as work:
            work.budgets.add(second.changed(id="U-9"))
        for wrong in ({}, {"institution_id": "I-1", "municipality_id": "M-1"}):
            with pytest.raises(ValueError, match="partner-unclear"):
                register.set_budget("2022/23-1", Money(5), **wrong)
        with pytest.raises(InvalidValue) as caught:
            register.set_budget("2022/23-1", Money(5), institution_id="I-1", kind="consultation")
        assert caught.value.code == "kind-not-compensated"
        for unknown in ({"institution_id": "I-9"}, {"municipality_id": "M-9"}):
            with pytest.raises(NotFound):
                register.set_budget("2022/23-1", Money(5), **unknown)
        with register.unit_of_work() as work:
            kept = casework.budget_status(work, register.programme, semester=first.semester, institution_id="I-1")
        assert (kept.amount, kept.left) == (Money(7), Money(7))


def test_the_account_of_a_claim_that_waits() -> None:
    with school() as register:
        submitted(register, "C-1", "30.00")
        account = register.claim_account("C-1")
        assert (account.granted, account.balance, account.entries) == (None, Money(0), ())
        assert account.explain("lv").splitlines() == [
            "PIETEIKUMS C-1: accommodation, 03.10.2022–03.10.2022, prasīts 30,00 EUR.",
            "01.11.2022. sagatavots, Ilze (plan-author)",
            "01.11.2022. iesniegt, Ilze (plan-author)",
            "Nav izlemts.",
        ]
