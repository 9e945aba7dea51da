"""The lines of a claim: where it is divided, and how its money lies between them, to the cent."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pmp_core.compensation import Claim, ClaimLine, lines_of, months_of, shared, split
from pmp_core.values import DayRange, Money

SEPTEMBER, TWELFTH = date(2022, 9, 1), date(2022, 9, 12)
PARTS = [DayRange(SEPTEMBER, date(2022, 9, 11)), DayRange(TWELFTH, date(2022, 9, 30))]


def claim(requested: str = "30.00", receipts: tuple[tuple[str, str], ...] = (), **fields: Any) -> Claim:
    given = [{"number": str(i), "issuer": "A", "day": day, "amount": amount} for i, (day, amount) in enumerate(receipts)]
    return Claim.model_validate(
        {"id": "C-1", "plan_id": "P-1", "measure": 1, "kind": "catering", "first_day": SEPTEMBER, "last_day": "2022-09-30",
         "requested": requested, "status": "submitted", "receipts": given, **fields}
    )  # fmt: skip


def money(
    of: Claim, unit: str | None, school_days: tuple[int, int] = (7, 15), enrolled: tuple[bool, bool] = (True, True)
) -> list[tuple[str, str]]:
    lines = lines_of(of, PARTS, unit, school_days, enrolled)
    return [(str(line.first_day), str(line.requested)) for line in lines if line.requested.cents]


@pytest.mark.parametrize(
    ("turns", "firsts"),
    [
        ([], [SEPTEMBER]),
        ([SEPTEMBER, date(2022, 8, 31), date(2022, 10, 1)], [SEPTEMBER]),
        ([date(2022, 9, 2)], [SEPTEMBER, date(2022, 9, 2)]),
        ([date(2022, 9, 30), TWELFTH, TWELFTH], [SEPTEMBER, TWELFTH, date(2022, 9, 30)]),
    ],
)
def test_a_period_is_divided_on_days_inside_it(turns: list[date], firsts: list[date]) -> None:
    assert [part.first for part in split(DayRange(SEPTEMBER, date(2022, 9, 30)), turns)] == firsts


@given(st.dates(SEPTEMBER, TWELFTH), st.integers(0, 60), st.lists(st.dates(date(2022, 8, 1), date(2022, 12, 1)), max_size=5))
def test_the_parts_are_the_whole_without_gap_and_overlap(first: date, length: int, turns: list[date]) -> None:
    days = DayRange(first, first + timedelta(days=length))
    assert [day for part in split(days, turns) for day in part.days()] == list(days.days())


def test_months_begin_inside() -> None:
    assert months_of(DayRange(date(2022, 8, 31), date(2022, 10, 1))) == [SEPTEMBER, date(2022, 10, 1)]
    assert months_of(DayRange(date(2022, 9, 2), date(2022, 9, 30))) == []


@given(st.integers(0, 10**7), st.lists(st.integers(0, 10**6), min_size=1, max_size=6).filter(any))
def test_what_is_shared_is_the_whole_and_each_share_is_less_than_a_cent_off(cents: int, weights: list[int]) -> None:
    shares = shared(cents, weights)
    assert sum(shares) == cents
    assert all(abs(share * sum(weights) - cents * weight) < sum(weights) for share, weight in zip(shares, weights, strict=True))
    assert all(share == 0 for share, weight in zip(shares, weights, strict=True) if weight == 0)


def test_of_equal_remainders_the_earlier_line_has_the_cent() -> None:
    assert shared(1, [1, 1]) == [1, 0]
    assert shared(5, [1, 1, 1]) == [2, 2, 1]
    assert shared(2, [1, 3]) == [1, 1]  # 0.5 and 1.5: the remainders are equal


def test_where_the_cap_is_for_a_school_day_the_money_lies_on_school_days() -> None:
    assert money(claim("22.00"), "EUR/school-day") == [("2022-09-01", "7.00"), ("2022-09-12", "15.00")]


@pytest.mark.parametrize("unit", ["EUR/day", "EUR/month"])
def test_where_it_is_for_a_day_or_a_month_it_lies_on_all_days(unit: str) -> None:
    with_receipt = claim("30.00", (("2022-09-30", "30.00"),))
    assert money(with_receipt, unit) == [("2022-09-01", "11.00"), ("2022-09-12", "19.00")]


def test_without_a_school_day_it_lies_on_all_days() -> None:
    assert money(claim("30.00"), "EUR/school-day", (0, 0)) == [("2022-09-01", "11.00"), ("2022-09-12", "19.00")]


@pytest.mark.parametrize(
    ("receipts", "lines"),
    [
        ((("2022-09-11", "10.00"), ("2022-09-12", "20.00")), [("2022-09-01", "10.00"), ("2022-09-12", "20.00")]),
        ((("2022-09-11", "20.00"), ("2022-09-12", "40.00")), [("2022-09-01", "10.00"), ("2022-09-12", "20.00")]),
        ((("2022-08-31", "30.00"),), [("2022-09-01", "30.00")]),
        ((("2022-10-01", "30.00"),), [("2022-09-12", "30.00")]),
        ((), [("2022-09-01", "11.00"), ("2022-09-12", "19.00")]),
    ],
)
@pytest.mark.parametrize("unit", ["EUR/claim", "EUR/item", "EUR/learner-semester", "EUR/cent-spent", None])
def test_else_it_lies_on_the_days_of_the_receipts(
    unit: str | None, receipts: tuple[tuple[str, str], ...], lines: list[tuple[str, str]]
) -> None:
    assert money(claim("30.00", receipts), unit) == lines


def test_what_others_pay_is_shared_as_what_is_asked_for() -> None:
    lines = lines_of(claim("22.00", cofunded="2.20"), PARTS, "EUR/school-day", (7, 15), (True, True))
    assert [line.cofunded for line in lines] == [Money("0.70"), Money("1.50")]


def test_where_nothing_is_asked_for_all_lines_stay() -> None:
    lines = lines_of(claim("0.00", cofunded="3.00"), PARTS, "EUR/school-day", (7, 15), (True, True))
    assert [(line.requested, line.cofunded) for line in lines] == [(Money(0), Money("1.10")), (Money(0), Money("1.90"))]


def test_a_line_knows_its_days_and_they_are_in_order() -> None:
    fields = {"first_day": SEPTEMBER, "last_day": TWELFTH, "requested": "1.00", "cofunded": "0.00"}
    assert ClaimLine.model_validate(fields).days == DayRange(SEPTEMBER, TWELFTH)
    with pytest.raises(ValidationError, match="days-reversed"):
        ClaimLine.model_validate({**fields, "last_day": "2022-08-31"})


@pytest.mark.parametrize("unit", ["EUR/school-day", "EUR/day", "EUR/month"])
def test_no_money_lies_on_days_on_which_the_learner_is_not_enrolled(unit: str) -> None:
    assert money(claim("22.00"), unit, enrolled=(False, True)) == [("2022-09-12", "22.00")]
    assert money(claim("22.00"), unit, (7, 0), enrolled=(False, True)) == [("2022-09-12", "22.00")]


def test_unless_a_receipt_is_of_such_a_day_or_all_days_are_such() -> None:
    receipts = (("2022-09-11", "10.00"), ("2022-09-12", "20.00"))
    assert money(claim("30.00", receipts), "EUR/claim", enrolled=(False, True))[0] == ("2022-09-01", "10.00")
    assert money(claim("22.00"), "EUR/school-day", enrolled=(False, False)) == [("2022-09-01", "7.00"), ("2022-09-12", "15.00")]
