"""How many units of its cap a line is for, and within what that cap is used up."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pmp_core.compensation import unit_on, units_of, window
from pmp_core.loading import Programme, load_programme
from pmp_core.values import DayRange, Money, Semester

BARE = load_programme("lv-8.3.4")
RATES = load_programme("lv-8.3.4", overlays=[Path(__file__).parents[2] / "examples/sample-school/rates.example.yaml"])


def units(kind: str, first: str, last: str, programme: Programme = RATES, level: int | None = 5, **line: Any) -> int:
    days = DayRange(date.fromisoformat(first), date.fromisoformat(last))
    unit = unit_on(programme.pack, kind, days.first)
    asked = {"items": 1, "requested": Money(1), **line}
    return units_of(unit, days, calendar=programme.calendar, level=level, **asked)


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        ("2022-10-03", "2022-10-07", 5),  # Monday to Friday
        ("2022-10-03", "2022-10-09", 5),  # with the weekend
        ("2022-10-17", "2022-10-31", 6),  # the autumn holidays are 24–28 October
        ("2022-11-14", "2022-11-18", 4),  # 18 November is a public holiday
        ("2022-12-19", "2023-01-10", 7),  # between the semesters there is no school
        ("2022-10-08", "2022-10-09", 0),
    ],
)
def test_a_cap_per_school_day_counts_the_school_days_of_the_period(first: str, last: str, days: int) -> None:
    assert units("catering", first, last) == days


@pytest.mark.parametrize(("level", "days"), [(8, 0), (9, 10), (12, 15)])
def test_grades_9_and_12_have_school_days_after_the_others_have_none(level: int, days: int) -> None:
    assert units("catering", "2023-06-01", "2023-06-21", level=level) == days


def test_a_cap_per_item_counts_the_items() -> None:
    assert units("individual-use-items", "2022-10-03", "2022-10-07", items=3) == 3


@pytest.mark.parametrize("items", [1, 3])
def test_a_cap_per_claim_counts_one(items: int) -> None:
    assert units("accommodation", "2022-10-03", "2022-10-07", items=items) == 1


@pytest.mark.parametrize("kind", ["catering", "individual-use-items", "accommodation"])
def test_without_a_cap_it_is_one(kind: str) -> None:
    assert units(kind, "2022-10-03", "2022-10-07", BARE, items=3) == 1


def test_a_kind_that_a_deployment_added_without_a_cap_is_one() -> None:
    assert units("excursions", "2022-10-03", "2022-10-07", BARE, items=3) == 1


@pytest.mark.parametrize(
    ("unit", "units"), [("EUR/day", 9), ("EUR/month", 1), ("EUR/learner-semester", 1), ("EUR/cent-spent", 1234), (None, 1)]
)
def test_the_other_units_count_days_one_or_the_cents_that_were_spent(unit: str | None, units: int) -> None:
    days = DayRange(date(2022, 9, 26), date(2022, 10, 4))
    asked = units_of(unit, days, calendar=RATES.calendar, level=5, items=3, requested=Money("12.34"))
    assert asked == units


@pytest.mark.parametrize(
    ("unit", "within"),
    [
        ("EUR/claim", "claim"),
        ("EUR/item", "claim"),
        ("EUR/month", "2022-09"),
        ("EUR/learner-semester", "2022/23-1"),
        ("EUR/day", None),
        ("EUR/school-day", None),
        ("EUR/cent-spent", None),
        (None, None),
    ],
)
def test_a_cap_for_more_than_a_unit_of_its_own_is_used_up_within_something(unit: str | None, within: str | None) -> None:
    assert window(unit, date(2022, 9, 30), Semester("2022/23-1")) == within
