"""After the payment: a decision made anew, the difference paid, recovered or set off, and all of it to be read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from paid_school import (
    AUTHOR,
    CLERK,
    CORRECTED,
    DECIDED,
    LATER,
    PAID,
    RECEIVED,
    changed,
    decided,
    learner,
    owed,
    paid,
    programme,
    school,
    status,
    submitted,
)

from pmp_core.compensation import EntryKind
from pmp_core.errors import InvalidValue, NotFound, PmpError, StepRefused, VersionConflict
from pmp_core.learners import Institution, Partnership
from pmp_core.register import Register, casework
from pmp_core.register.casework.partners import partner_of
from pmp_core.values import Money

WHY = "Čeks atsaukts."


@pytest.fixture(params=["memory:", "sqlite://"])
def register(request: pytest.FixtureRequest) -> Iterator[Register]:
    with school(request.param) as made:
        yield made


def code(caught: pytest.ExceptionInfo[PmpError]) -> str:
    return caught.value.code


def test_a_withdrawn_receipt_after_payment_is_owed_back_and_recovered_in_parts(register: Register) -> None:
    decided(register, "C-1", "80.00")
    paid(register)
    made = register.correct_claim("C-1", on=CORRECTED, reason=WHY, claim=changed(register, "C-1", "50.00"))
    assert (made.claim.status, made.balance, made.affected) == ("corrected", Money("-30.00"), ())
    assert (made.before.amount, made.decision.amount, made.decision.reason) == (Money("80.00"), Money("50.00"), WHY)
    assert register.decisions("C-1") == [made.before, made.decision]
    claim, entry = register.recover("C-1", on=LATER, amount=Money("10.00"), received_on=RECEIVED, reference="SEB 17")
    assert (claim.status, entry.amount, entry.received_on, entry.decision_number) == ("corrected", Money("-10.00"), RECEIVED, 2)
    claim, _ = register.recover("C-1", on=LATER, amount=Money("20.00"), received_on=LATER, reference="SEB 18", reason="Viss.")
    assert claim.status == "recovered"
    account = register.claim_account("C-1")
    assert (account.granted, account.entered, account.balance) == (Money("50.00"), Money("50.00"), Money(0))
    assert [version.change for version in account.versions] == [
        *("draft", "submit", "decide", "pay", "correct", "recovery", "recovery")
    ]
    assert account.versions[-4].claim.requested == Money("80.00")
    assert account.explain("en").splitlines()[1:] == [
        "1 November 2022 drafted, Ilze (plan-author)",
        "1 November 2022 submit, Ilze (plan-author)",
        "10 November 2022 decide, Jana (municipal-coordinator)",
        "10 November 2022 decision No. 1: granted EUR 80.00",
        "15 November 2022 pay, Jana (municipal-coordinator)",
        "15 November 2022 payment EUR 80.00, B-1-1",
        "1 December 2022 correct the decision, Jana (municipal-coordinator); because: Čeks atsaukts.",
        "1 December 2022 decision No. 2: granted EUR 50.00",
        "15 December 2022 recovery, Jana (municipal-coordinator)",
        "15 December 2022 recovery, Jana (municipal-coordinator); because: Viss.",
        "8 December 2022 recovery EUR -10.00, SEB 17",
        "15 December 2022 recovery EUR -20.00, SEB 18",
        "Granted EUR 50.00, paid EUR 50.00, no difference.",
    ]


def test_corrected_to_more_the_rest_is_paid_once(register: Register) -> None:
    decided(register, "C-1", "30.00")
    paid(register)
    assert register.correct_claim("C-1", on=CORRECTED, reason=WHY, claim=changed(register, "C-1", "45.50")).balance == Money(
        "15.50"
    )
    assert "to be paid EUR 15.50" in register.claim_account("C-1").explain("en")
    run = paid(register, on=LATER)
    assert [(entry.amount, entry.payment_of) for entry in run.entries] == [(Money("15.50"), 2)]
    assert paid(register, on=LATER).batch is None
    assert (status(register, "C-1"), register.claim_account("C-1").balance) == ("paid", Money(0))


def test_corrected_to_nothing_all_of_it_is_owed(register: Register) -> None:
    owed(register, granted="80.00", left="0")
    account = register.claim_account("C-1")
    assert (account.granted, account.balance) == (Money(0), Money("-80.00"))
    assert "owed back EUR 80.00" in account.explain("en")
    assert "jāatgūst 80,00 EUR" in account.explain("lv")


def test_under_a_corrected_rate_the_same_claim_is_decided_anew() -> None:
    with school(under=programme(accommodation="40.00")) as register:
        assert decided(register, "C-1", "80.00") == Money("40.00")
        paid(register)
        wrong, register.programme = register.programme, programme(accommodation="60.00")
        made = register.correct_claim("C-1", on=CORRECTED, reason="Likme labota.")
        assert (made.balance, made.claim.requested) == (Money("20.00"), Money("80.00"))
        assert (made.before.programme_hash, made.decision.programme_hash) == (wrong.hash, register.programme.hash)


def test_a_correction_without_a_difference_is_settled(register: Register) -> None:
    decided(register, "C-1", "30.00")
    paid(register)
    assert register.correct_claim("C-1", on=CORRECTED, reason=WHY).balance == Money(0)
    assert paid(register, on=LATER).left_out == ()
    assert register.settle_claim("C-1", on=CORRECTED).status == "paid"
    with pytest.raises(StepRefused) as caught:
        register.settle_claim("C-1", on=CORRECTED)
    assert code(caught) == "step-from-status"


@pytest.mark.parametrize(("asked", "words"), [("20.00", "Recover"), ("40.00", "next batch")])
def test_what_differs_is_not_settled(register: Register, asked: str, words: str) -> None:
    decided(register, "C-1", "30.00")
    paid(register)
    register.correct_claim("C-1", on=CORRECTED, reason=WHY, claim=changed(register, "C-1", asked))
    with pytest.raises(StepRefused, match=words) as caught:
        register.settle_claim("C-1", on=CORRECTED)
    assert code(caught) == "claim-unsettled"


def test_before_the_payment_a_correction_changes_what_is_paid(register: Register) -> None:
    decided(register, "C-1", "30.00")
    register.correct_claim("C-1", on=CORRECTED, reason=WHY, claim=changed(register, "C-1", "20.00"))
    assert paid(register, on=CORRECTED).total == Money("20.00")


def test_a_claim_is_corrected_again_and_again(register: Register) -> None:
    owed(register)
    register.recover("C-1", on=LATER, amount=Money("30.00"), received_on=LATER, reference="r")
    assert register.correct_claim("C-1", on=LATER, reason=WHY, claim=changed(register, "C-1", "60.00")).balance == Money("10.00")
    assert paid(register, on=LATER).total == Money("10.00")
    register.correct_claim("C-1", on=LATER, reason=WHY, claim=changed(register, "C-1", "55.00"))
    assert register.claim_account("C-1").balance == Money("-5.00")
    assert [one.amount for one in register.decisions("C-1")] == [Money(n) for n in ("80.00", "50.00", "60.00", "55.00")]


def test_a_plan_whose_claim_was_paid_and_then_refused_keeps_the_money_in_mind(register: Register) -> None:
    owed(register, granted="80.00", left="0")
    with register.unit_of_work() as work:
        plan = work.plans.get("P-1")
        with pytest.raises(StepRefused, match="project money was used") as deleted:
            casework.take_plan_step(work, register.programme, plan.id, "delete", by=AUTHOR, on=CORRECTED)
        work.plans.put(plan.changed(status="under-revision"))
        kept = work.plans.get("P-1")
        with pytest.raises(StepRefused) as without:
            casework.change_plan(work, register.programme, kept.changed(measures=kept.measures[1:]), by=AUTHOR, on=CORRECTED)
    assert (code(deleted), code(without)) == ("step-guarded", "measure-in-use")


# --- what is refused


def test_a_correction_needs_a_decision_a_reason_and_a_role(register: Register) -> None:
    submitted(register, "C-2", "10.00")
    decided(register, "C-1", "30.00")
    for id, named, refused in (
        ("C-2", {}, "step-from-status"),
        ("C-1", {"reason": " "}, "step-needs-reason"),
        ("C-1", {"by": AUTHOR}, "step-by-role"),
        ("C-1", {"on": DECIDED - timedelta(days=1)}, "claim-corrected-before"),
        ("C-1", {"by": CLERK.changed(institution_id="I-2")}, "other-institution"),
        ("C-1", {"by": CLERK.changed(municipality_id="M-2")}, "other-municipality"),
    ):
        with pytest.raises(StepRefused) as caught:
            register.correct_claim(id, **{"on": DECIDED, "reason": WHY, **named})
        assert code(caught) == refused
    with pytest.raises(NotFound):
        register.correct_claim("C-9", on=DECIDED, reason=WHY)


def test_a_correction_changes_contents_only_and_of_what_was_read(register: Register) -> None:
    decided(register, "C-1", "30.00")
    kept = changed(register, "C-1", "20.00")
    for other in ({"id": "C-2"}, {"status": "paid"}, {"payee_id": "Y-2"}, {"decision_digest": "ab"}):
        with pytest.raises(StepRefused) as caught:
            register.correct_claim("C-1", on=CORRECTED, reason=WHY, claim=kept.changed(**other))
        assert code(caught) == "change-without-step"
    with pytest.raises(VersionConflict):
        register.correct_claim("C-1", on=CORRECTED, reason=WHY, claim=kept.changed(version=kept.version - 1))
    assert len(register.decisions("C-1")) == 1


def test_a_claim_of_another_is_corrected_to_nothing_and_claimed_anew(register: Register) -> None:
    with register.unit_of_work() as work:
        own = {"institution_id": "I-1", "first_day": "2022-10-10", "last_day": "2022-10-10"}
        work.partnerships.add(Partnership.model_validate({"id": "A-3", **own}))
    decided(register, "C-1", "30.00")
    kept = changed(register, "C-1", "30.00")
    moved = {"first_day": date(2022, 10, 10), "last_day": date(2022, 10, 10)}
    for other in ({"plan_id": "P-2"}, {"measure": 2, "kind": "public-transport-tickets"}, {"measure": 2}, moved):
        with pytest.raises(StepRefused, match="to nothing, and claim the other anew") as caught:
            register.correct_claim("C-1", on=CORRECTED, reason=WHY, claim=kept.changed(**other))
        assert code(caught) == "correction-of-another"
    day = date(2022, 10, 11)  # the municipality's again
    contents = {"first_day": day, "last_day": day, "receipts": [{**dict(kept.receipts[0]), "day": day}]}
    assert register.correct_claim("C-1", on=CORRECTED, reason=WHY, claim=kept.changed(**contents)).balance == Money("30.00")


def test_days_of_another_institutions_plan_are_another_claim() -> None:
    with school() as register:
        decided(register, "C-1", "30.00")
        with register.unit_of_work() as work:
            transfer = {"on": "2022-10-20", "source_institution_id": "I-1", "source_partner_kind": "municipality"}
            transfer |= {"target_institution_id": "I-2", "plan_version": 1, "actor": "Ilze", "role": "plan-author"}
            stays = {"transfers": (transfer,), "institution_id": "I-2"}
            work.plans.put(work.plans.get("P-1").changed(**stays))
        day = date(2022, 10, 24)
        over = changed(register, "C-1", "30.00", first_day=day, last_day=day)
        with pytest.raises(StepRefused) as caught:
            register.correct_claim("C-1", on=CORRECTED, reason=WHY, claim=over)
        assert code(caught) == "correction-of-another"


@pytest.mark.parametrize(("last", "same"), [(date(2022, 10, 5), True), (date(2022, 10, 4), False)])
def test_days_on_which_nobody_asks_for_it_are_another_claim(last: date, same: bool) -> None:
    with school() as register:
        with register.unit_of_work() as work:
            work.partnerships.put(work.partnerships.get("A-1").changed(last_day=last))
        decided(register, "C-1", "30.00")  # 3 October
        day = date(2022, 10, 5)
        kept = changed(register, "C-1", "20.00", first_day=day, last_day=day)
        over = kept.changed(receipts=[{**dict(kept.receipts[0]), "day": day}])
        if same:
            assert register.correct_claim("C-1", on=CORRECTED, reason=WHY, claim=over).balance == Money("20.00")
            return
        with pytest.raises(StepRefused) as caught:
            register.correct_claim("C-1", on=CORRECTED, reason=WHY, claim=over)
        assert code(caught) == "correction-of-another"


def test_whose_it_is_on_a_day(register: Register) -> None:
    with register.unit_of_work() as work:
        kept = work.institutions.get("I-1")
        work.institutions.put(kept.changed(municipality_id=None))
    with register.unit_of_work(keep=False) as work:
        assert partner_of(work, "I-1", PAID) == ("nobody", "I-1")
        assert partner_of(work, "I-2", PAID) == ("municipality", "M-2")
        assert partner_of(work, "I-2", date(2022, 8, 31)) == ("nobody", "M-2")


def test_nothing_comes_before_what_it_follows_from(register: Register) -> None:
    owed(register)  # decided on DECIDED, paid on PAID, corrected on CORRECTED
    decided(register, "C-2", "40.00")
    paid(register, on=CORRECTED)
    before = CORRECTED - timedelta(days=1)
    back = {"amount": Money("10.00"), "reference": "r"}
    for wrong in ({"on": before, "received_on": PAID}, {"on": CORRECTED, "received_on": PAID - timedelta(days=1)}):
        with pytest.raises(StepRefused) as caught:
            register.recover("C-1", **back, **wrong)
        assert code(caught) == "entry-before"
    with pytest.raises(StepRefused) as caught:
        register.set_off("C-1", on=before)
    assert code(caught) == "entry-before"
    register.recover("C-1", **back, on=LATER, received_on=PAID)
    for step in (
        lambda: register.set_off("C-1", on=LATER - timedelta(days=1)),
        lambda: register.correct_claim("C-1", on=LATER - timedelta(days=1), reason=WHY),
    ):
        with pytest.raises(StepRefused) as caught:
            step()
        assert code(caught) == "entry-before"
    assert register.set_off("C-1", on=LATER)[0].status == "recovered"


def test_a_set_off_is_not_before_its_batch_was_made(register: Register) -> None:
    owed(register)
    decided(register, "C-2", "40.00")
    paid(register, on=LATER)
    with pytest.raises(StepRefused) as caught:
        register.set_off("C-1", on=LATER - timedelta(days=1))
    assert code(caught) == "entry-before"
    assert register.set_off("C-1", on=LATER)[0].status == "recovered"


def test_corrected_contents_fit_the_plan_and_the_other_claims(register: Register) -> None:
    decided(register, "C-1", "30.00")
    decided(register, "C-2", "10.00")
    over = changed(register, "C-1", "30.00", last_day=date(2022, 10, 4))
    with pytest.raises(StepRefused) as caught:
        register.correct_claim("C-1", on=CORRECTED, reason=WHY, claim=over)
    assert code(caught) == "claim-in-conflict"
    assert len(register.decisions("C-1")) == 1
    nothing = over.changed(requested=Money(0), receipts=())
    assert register.correct_claim("C-1", on=CORRECTED, reason=WHY, claim=nothing).decision.amount == Money(0)


def test_an_undetermined_decision_does_not_replace_the_old_one() -> None:
    with school() as register:
        decided(register, "C-1", "30.00")
        paid(register)
        from pmp_core import load_programme

        register.programme = load_programme("lv-8.3.4")
        with pytest.raises(StepRefused, match=r"compensation\.cap\.accommodation") as caught:
            register.correct_claim("C-1", on=CORRECTED, reason=WHY)
        assert code(caught) == "correction-undetermined"
        assert (status(register, "C-1"), len(register.decisions("C-1"))) == ("paid", 1)


def test_a_correction_tells_which_later_claims_would_be_decided_otherwise(register: Register) -> None:
    decided(register, "C-1", "90.00")
    assert decided(register, "C-2", "60.00", kind="public-transport-tickets") == Money("60.00")
    assert decided(register, "C-3", "20.00") == Money(0)  # the ceiling of 150 is used up
    submitted(register, "C-4", "10.00")
    paid(register)
    made = register.correct_claim("C-1", on=CORRECTED, reason=WHY, claim=changed(register, "C-1", "85.00"))
    assert made.affected == ("C-3",)
    assert register.decisions("C-3")[-1].amount == Money(0)  # not by itself
    more = register.correct_claim("C-3", on=CORRECTED, reason="C-1 labots.")
    assert (more.balance, more.affected) == (Money("5.00"), ())


def test_a_correction_tells_which_earlier_claims_would_be_decided_otherwise(register: Register) -> None:
    decided(register, "C-1", "90.00")
    decided(register, "C-2", "60.00", kind="public-transport-tickets")
    decided(register, "C-3", "20.00")
    register.correct_claim("C-1", on=CORRECTED, reason=WHY, claim=changed(register, "C-1", "85.00"))
    register.correct_claim("C-3", on=CORRECTED, reason="C-1 labots.")
    # Of what was asked first, 5.00 are the third's now.
    first = register.correct_claim("C-1", on=CORRECTED, reason="Čeks atrasts.", claim=changed(register, "C-1", "90.00"))
    assert first.decision.amount == Money("85.00")
    made = register.correct_claim("C-2", on=CORRECTED, reason=WHY, claim=changed(register, "C-2", "50.00"))
    assert made.affected == ("C-1", "C-3")


def test_a_correction_waits_for_an_earlier_claim_and_names_it(register: Register) -> None:
    decided(register, "C-3", "30.00")
    submitted(register, "C-4", "10.00")  # a later one is in nobody's way
    submitted(register, "C-2", "10.00")
    submitted(register, "C-1", "10.00")
    with pytest.raises(StepRefused, match=r"Decide first: C-1, C-2\. Correct it then") as caught:
        register.correct_claim("C-3", on=CORRECTED, reason=WHY)
    assert (code(caught), caught.value.found) == ("correction-undetermined", "earlier-claim")


def test_a_double_payment_may_be_lessened_and_not_raised(register: Register) -> None:
    decided(register, "C-1", "30.00")
    decided(register, "C-2", "10.00")
    with register.unit_of_work() as work:  # as an older release kept it
        kept = work.claims.get("C-2")
        day = date(2022, 10, 3)
        work.claims.put(kept.changed(first_day=day, last_day=day, receipts=[{**dict(kept.receipts[0]), "day": day}]))
    with pytest.raises(StepRefused) as caught:
        register.correct_claim("C-1", on=CORRECTED, reason=WHY, claim=changed(register, "C-1", "30.01"))
    assert code(caught) == "claim-in-conflict"
    for less in ("30.00", "20.00"):
        made = register.correct_claim("C-1", on=CORRECTED, reason=WHY, claim=changed(register, "C-1", less))
        assert made.decision.amount == Money(less)


def test_a_correction_that_uses_less_of_a_cap_tells_the_later_claim_of_the_same_month() -> None:
    with school() as register:
        assert decided(register, "C-1", "40.00", kind="special-transport") == Money("40.00")
        assert decided(register, "C-2", "20.00", kind="special-transport") == Money("10.00")
        made = register.correct_claim("C-1", on=CORRECTED, reason=WHY, claim=changed(register, "C-1", "35.00"))
        assert made.affected == ("C-2",)


# --- recovery and set-off


def test_no_more_comes_back_than_is_owed_and_nothing_twice(register: Register) -> None:
    owed(register)
    given = {"on": LATER, "amount": Money("10.00"), "received_on": RECEIVED, "reference": "SEB 17"}
    for wrong, refused in (
        ({"amount": Money("30.01")}, "recovery-beyond"),
        ({"amount": Money(0)}, "recovery-amount"),
        ({"amount": Money("-1.00")}, "recovery-amount"),
        ({"received_on": LATER + timedelta(days=1)}, "recovery-later"),
        ({"by": AUTHOR}, "step-by-role"),
        ({"by": CLERK.changed(municipality_id="M-2")}, "other-municipality"),
    ):
        with pytest.raises(PmpError) as caught:
            register.recover("C-1", **{**given, **wrong})
        assert code(caught) == refused
    register.recover("C-1", **given)
    with pytest.raises(StepRefused) as twice:
        register.recover("C-1", **{**given, "reference": " SEB 17"})
    assert code(twice) == "recovery-twice"
    register.recover("C-1", **{**given, "amount": Money("20.00"), "received_on": LATER})
    assert status(register, "C-1") == "recovered"


def test_what_is_not_corrected_is_not_recovered(register: Register) -> None:
    decided(register, "C-1", "30.00")
    paid(register)
    with pytest.raises(StepRefused) as caught:
        register.recover("C-1", on=LATER, amount=Money(1), received_on=LATER, reference="r")
    assert code(caught) == "step-from-status"


def test_what_is_owed_is_deducted_from_what_the_same_payee_gets(register: Register) -> None:
    owed(register)
    decided(register, "C-2", "20.00")
    decided(register, "C-3", "15.00")
    batch = paid(register, on=CORRECTED).batch
    assert batch is not None
    claim, entry = register.set_off("C-1", on=CORRECTED, amount=Money("25.00"))
    assert (claim.status, entry.kind, entry.amount, entry.batch_id, entry.reference) == (
        *("corrected", EntryKind.SET_OFF, Money("-25.00"), batch.id), f"{batch.reference}-3",
    )  # fmt: skip
    claim, entry = register.set_off("C-1", on=CORRECTED, batch_id=batch.id, reason="Pārējais.")
    assert (claim.status, entry.amount) == ("recovered", Money("-5.00"))
    with register.unit_of_work() as work:
        order = casework.order_of(work, work.batches.get(batch.id))
    # 20.00 + 15.00 - 30.00: the first payment is used up, and 5.00 of the second are left.
    assert [(one.claim_id, one.amount, one.reference) for one in order.transfers] == [
        ("C-3", Money("5.00"), f"{batch.reference}-2")
    ]
    assert register.claim_account("C-1").balance == Money(0)


def test_a_set_off_leaves_a_batch_at_nothing_for_the_payee_and_never_below(register: Register) -> None:
    owed(register)
    decided(register, "C-2", "20.00")
    paid(register, on=CORRECTED)
    with pytest.raises(StepRefused) as caught:
        register.set_off("C-1", on=CORRECTED, amount=Money("20.01"))
    assert code(caught) == "recovery-beyond"
    claim, entry = register.set_off("C-1", on=CORRECTED)
    assert (claim.status, entry.amount) == ("corrected", Money("-20.00"))
    with pytest.raises(StepRefused) as nothing:
        register.set_off("C-1", on=CORRECTED)
    assert code(nothing) == "set-off-nothing"


def test_a_set_off_is_from_a_batch_of_the_payee_that_has_not_gone_out(register: Register) -> None:
    owed(register)
    decided(register, "C-2", "40.00", learner="2")
    paid(register, on=CORRECTED)
    for batch_id, refused in ((None, "set-off-nothing"), ("B-1", "batch-exported")):
        with pytest.raises(StepRefused) as caught:
            register.set_off("C-1", on=CORRECTED, batch_id=batch_id)
        assert code(caught) == refused
    with pytest.raises(NotFound):
        register.set_off("C-1", on=CORRECTED, batch_id="B-9")
    decided(register, "C-3", "5.00")
    paid(register, on=CORRECTED)
    with pytest.raises(InvalidValue) as wrong:
        register.set_off("C-1", on=CORRECTED, amount=Money(0))
    assert code(wrong) == "recovery-amount"


def test_what_one_partner_owes_is_not_deducted_from_what_another_pays(register: Register) -> None:
    """Y-1 is paid for L-1 of M-1 and L-2 of M-2: each partner asks for what it paid itself."""
    owed(register)
    decided(register, "C-2", "40.00", learner="2", payee_id="Y-1")
    paid(register, on=CORRECTED)
    for named in ({}, {"batch_id": "B-2"}):
        with pytest.raises(StepRefused) as caught:
            register.set_off("C-1", on=CORRECTED, **named)
        assert code(caught) == "set-off-nothing"
    decided(register, "C-3", "10.00")
    paid(register, on=CORRECTED)
    with pytest.raises(StepRefused) as caught:
        register.set_off("C-1", on=CORRECTED, by=CLERK.changed(municipality_id="M-2"))
    assert code(caught) == "other-municipality"
    assert register.set_off("C-1", on=CORRECTED)[1].batch_id == "B-3"


def test_in_one_batch_each_partner_deducts_from_its_own_payments(register: Register) -> None:
    decided(register, "C-2", "40.00", learner="2", payee_id="Y-1")
    owed(register)
    decided(register, "C-3", "30.00")
    batch = paid(register, on=CORRECTED).batch
    assert batch is not None
    register.set_off("C-1", on=CORRECTED)
    with register.unit_of_work() as work:
        order = casework.order_of(work, work.batches.get(batch.id))
    assert [(one.claim_id, one.amount) for one in order.transfers] == [("C-2", Money("40.00"))]


def test_who_acts_for_a_school_deducts_from_its_own_claims_only(register: Register) -> None:
    with register.unit_of_work() as work:
        work.institutions.add(Institution(id="I-3", name="3. skola", municipality_id="M-1"))
        learner(work, "3", "I-3")
    owed(register)
    decided(register, "C-2", "40.00", learner="3", payee_id="Y-1")
    paid(register, on=CORRECTED)
    with pytest.raises(StepRefused) as caught:
        register.set_off("C-1", on=CORRECTED, by=CLERK.changed(institution_id="I-1"))
    assert code(caught) == "other-institution"
    assert register.set_off("C-1", on=CORRECTED, by=CLERK.changed(municipality_id="M-1"))[0].status == "recovered"


def test_a_claim_corrected_before_its_batch_goes_out_is_set_off_from_its_own_payment(register: Register) -> None:
    owed(register, sent=False)
    assert register.set_off("C-1", on=CORRECTED)[0].status == "recovered"
    with register.unit_of_work() as work:
        [order] = casework.order_of(work, work.batches.get("B-1")).transfers
    assert order.amount == Money("50.00")
