"""Claims and receipts: what cannot be in one, and the steps of a claim's life."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pmp_core.compensation import Claim, Receipt
from pmp_core.errors import InvalidValue, ProgrammeError, StepRefused
from pmp_core.loading import load_programme
from pmp_core.values import Actor, DayRange, Money

CYCLE = load_programme("lv-8.3.4").life_cycle("claim")
DAY = date(2022, 10, 10)
CLAIM: dict[str, Any] = {
    "id": "C-1", "plan_id": "P-1", "measure": 1, "kind": "public-transport-tickets", "first_day": "2022-10-03",
    "last_day": "2022-10-07", "requested": "12.50", "status": "draft",
}  # fmt: skip
AUTHOR, CLERK = Actor(name="Ilze", role="plan-author"), Actor(name="Jana", role="municipal-coordinator")


def receipt(amount: object = "12.50", day: str = "2022-10-03", number: str = "1", **fields: Any) -> dict[str, Any]:
    return {"number": number, "issuer": "Autoosta", "day": day, "amount": amount, **fields}


def made(**fields: Any) -> Claim:
    return Claim.model_validate({**CLAIM, **fields})


def code_of(kind: Any, fields: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as caught:
        kind.model_validate(fields)
    error = caught.value.errors()[0]["ctx"]["error"]
    assert isinstance(error, InvalidValue)
    return error.code


@pytest.mark.parametrize("amount", ["0.00", "-0.01", 0])
def test_a_receipt_is_for_more_than_nothing(amount: object) -> None:
    assert code_of(Receipt, receipt(amount)) == "receipt-not-positive"
    assert Receipt.model_validate(receipt("0.01")).amount.cents == 1


@pytest.mark.parametrize("field", ["requested", "cofunded"])
@pytest.mark.parametrize(("amount", "code"), [(12.5, "money-is-float"), ("12.505", "money-invalid"), ("-0.01", "claim-negative")])
def test_an_amount_is_no_float_has_whole_cents_and_is_not_negative(field: str, amount: object, code: str) -> None:
    assert code_of(Claim, {**CLAIM, field: amount}) == code


def test_a_float_in_json_is_refused_as_well() -> None:
    with pytest.raises(ValidationError, match="money-is-float"):
        Claim.model_validate_json('{"requested": 12.5}')


@pytest.mark.parametrize("amount", ["0.00", "12.50", Decimal("12.50"), 12])
def test_an_amount_is_text_a_decimal_or_whole_euro(amount: object) -> None:
    assert made(requested=amount).requested == Money(amount)  # type: ignore[arg-type]


def test_not_more_is_asked_for_than_the_receipts_come_to() -> None:
    receipts = (receipt("10.00"), receipt("2.50", number="2"))
    assert made(receipts=receipts).receipts_sum == Money("12.50")
    assert code_of(Claim, {**CLAIM, "requested": "12.51", "receipts": receipts}) == "claim-beyond-receipts"


def test_a_claim_whose_receipts_are_still_to_come_can_be_kept_and_is_not_complete() -> None:
    claim = made()
    assert (claim.receipts_sum, claim.receipts_complete) == (Money(0), False)


@pytest.mark.parametrize(
    ("day", "complete"), [("2022-10-02", False), ("2022-10-03", True), ("2022-10-07", True), ("2022-10-08", False)]
)
def test_receipts_are_complete_only_within_the_period(day: str, complete: bool) -> None:
    assert made(receipts=(receipt("6.00", "2022-10-04"), receipt("6.50", day, "2"))).receipts_complete is complete


def test_a_claim_that_ends_before_it_begins_is_refused() -> None:
    assert code_of(Claim, {**CLAIM, "last_day": "2022-10-02"}) == "days-reversed"
    assert made(last_day="2022-10-03").days == DayRange(date(2022, 10, 3), date(2022, 10, 3))


@pytest.mark.parametrize("wrong", [{"items": 0}, {"items": 1.0}, {"measure": 0}])
def test_items_and_measures_are_counted_from_1(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        made(**wrong)


@given(st.lists(st.integers(1, 10**8), max_size=6), st.integers(0, 10**8), st.integers(0, 10**8))
def test_every_claim_comes_back_from_its_json(receipts: list[int], requested: int, cofunded: int) -> None:
    claim = made(
        receipts=tuple(receipt(Money.from_cents(cents), number=str(n)) for n, cents in enumerate(receipts)),
        requested=Money.from_cents(min(requested, sum(receipts)) if receipts else requested),
        cofunded=Money.from_cents(cofunded),
    )
    assert Claim.model_validate_json(claim.model_dump_json()) == claim
    assert claim.receipts_sum.cents == sum(receipts)


def taken(claim: Claim, step: str, by: Actor, **named: Any) -> Claim:
    return claim.take(step, **{"life_cycle": CYCLE, "by": by, "on": DAY, **named})


def test_a_claim_is_submitted_on_a_day_and_decided_with_the_digest_of_its_decision() -> None:
    submitted = taken(made(), "submit", AUTHOR)
    assert (submitted.status, submitted.submitted_on, submitted.decision_digest) == ("submitted", DAY, None)
    decided = taken(submitted, "decide", CLERK, on=date(2022, 10, 20), decision_digest="abc")
    assert (decided.status, decided.submitted_on, decided.decision_digest) == ("decided", DAY, "abc")


def test_a_claim_that_was_withdrawn_has_no_day_of_submission_and_gets_a_new_one() -> None:
    withdrawn = taken(taken(made(), "submit", AUTHOR), "withdraw", AUTHOR)
    assert (withdrawn.status, withdrawn.submitted_on) == ("draft", None)
    assert taken(withdrawn, "submit", AUTHOR, on=date(2022, 10, 20)).submitted_on == date(2022, 10, 20)


@pytest.mark.parametrize(
    ("status", "step", "by", "code"),
    [
        ("draft", "decide", CLERK, "step-from-status"),
        ("decided", "withdraw", AUTHOR, "step-from-status"),
        ("decided", "decide", CLERK, "step-from-status"),
        ("submitted", "decide", AUTHOR, "step-by-role"),
        ("draft", "submit", Actor(name="Roberts", role="director"), "step-by-role"),
    ],
)
def test_a_step_out_of_place_is_refused_and_says_what_is_possible(status: str, step: str, by: Actor, code: str) -> None:
    with pytest.raises(StepRefused) as caught:
        taken(made(status=status), step, by)
    assert caught.value.code == code
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("second", "twice"),
    [
        ({"number": "1"}, True),
        ({"number": "1", "issuer": "Cita"}, False),
        ({"number": "2"}, False),
        ({"number": "2", "digest": "aa"}, True),
        ({"number": "2", "digest": "SHA-256=AA"}, True),
        ({"number": "2", "digest": "bb"}, False),
    ],
)
def test_a_receipt_stands_in_a_claim_once(second: dict[str, Any], twice: bool) -> None:
    receipts = (receipt(digest="aa"), receipt(**second))
    if twice:
        assert code_of(Claim, {**CLAIM, "receipts": receipts}) == "receipt-twice"
    else:
        assert len(made(receipts=receipts).receipts) == 2


def test_a_digest_is_kept_in_one_form() -> None:
    kept = [made(receipts=(receipt(digest=digest),)).receipts[0].digest for digest in ("SHA256:9F86D0", "9f86d0", "…", None)]
    assert kept == ["9f86d0", "9f86d0", "…", None]


def test_a_claim_with_a_decision_was_submitted() -> None:
    assert code_of(Claim, {**CLAIM, "decision_digest": "ab"}) == "claim-not-submitted"
    assert made(decision_digest="ab", submitted_on=DAY).decision_digest == "ab"


def test_a_claim_is_not_decided_without_a_decision() -> None:
    with pytest.raises(StepRefused) as caught:
        taken(taken(made(), "submit", AUTHOR), "decide", CLERK)
    assert caught.value.code == "claim-undecided"


def test_a_claim_that_is_withdrawn_has_no_decision_either() -> None:
    reopened = made(status="submitted", submitted_on=DAY, decision_digest="ab")
    withdrawn = taken(reopened, "withdraw", AUTHOR)
    assert (withdrawn.submitted_on, withdrawn.decision_digest) == (None, None)


def test_a_step_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(ProgrammeError) as caught:
        taken(made(), "frame", AUTHOR)
    assert caught.value.code == "step-unknown"
