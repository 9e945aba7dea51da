"""How many units of its cap a claim is for, and whether one law holds for the whole of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmp_core.compensation import Claim, check_undivided, units_of
from pmp_core.errors import InvalidValue
from pmp_core.loading import Programme, load_programme

BARE = load_programme("lv-8.3.4")
RATES = load_programme("lv-8.3.4", overlays=[Path(__file__).parents[2] / "examples/sample-school/rates.example.yaml"])


def claim(kind: str, first: str, last: str, **fields: Any) -> Claim:
    return Claim.model_validate(
        {"id": "C-1", "plan_id": "P-1", "measure": 1, "kind": kind, "first_day": first, "last_day": last,
         "requested": "1.00", "status": "draft", **fields}
    )  # fmt: skip


def units(of: Claim, programme: Programme = RATES, level: int | None = 5) -> int:
    return units_of(of, programme.pack, programme.calendar, level)


def undivided(of: Claim, programme: Programme, level: int = 5) -> None:
    rule = programme.rule("compensation")
    known = {"on": of.first_day, "track": "general", "level": level, "kind": of.kind, "semester_first_day": of.first_day}
    check_undivided(of, rule.changes({**dict.fromkeys(fact.name for fact in rule.facts), **known}, of.last_day))


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
    assert units(claim("catering", first, last)) == days


@pytest.mark.parametrize(("level", "days"), [(8, 0), (9, 10), (12, 15)])
def test_grades_9_and_12_have_school_days_after_the_others_have_none(level: int, days: int) -> None:
    assert units(claim("catering", "2023-06-01", "2023-06-21"), level=level) == days


def test_a_cap_per_item_counts_the_items() -> None:
    assert units(claim("individual-use-items", "2022-10-03", "2022-10-07", items=3)) == 3


@pytest.mark.parametrize("items", [1, 3])
def test_a_cap_per_claim_counts_one(items: int) -> None:
    assert units(claim("accommodation", "2022-10-03", "2022-10-07", items=items)) == 1


@pytest.mark.parametrize("kind", ["catering", "individual-use-items", "accommodation"])
def test_without_a_cap_it_is_one(kind: str) -> None:
    assert units(claim(kind, "2022-10-03", "2022-10-07", items=3), BARE) == 1


def test_a_kind_that_a_deployment_added_without_a_cap_is_one() -> None:
    assert units(claim("excursions", "2022-10-03", "2022-10-07", items=3), BARE) == 1


FIRST, LAST = date(2022, 10, 3), date(2022, 10, 7)


@given(st.lists(st.dates(date(2022, 9, 28), date(2022, 10, 12)), max_size=4))
def test_a_claim_is_split_on_the_first_change_after_its_first_day_until_its_last(changes: list[date]) -> None:
    inside = [day for day in changes if FIRST < day <= LAST]
    of = claim("accommodation", str(FIRST), str(LAST))
    if not inside:
        check_undivided(of, changes)
        return
    with pytest.raises(InvalidValue) as caught:
        check_undivided(of, iter(changes))
    assert (caught.value.code, caught.value.found) == ("claim-spans-change", str(min(inside)))
    assert f"the day before {min(inside)}" in caught.value.remedy


@pytest.mark.parametrize(
    ("day", "divides"),
    [(date(2022, 10, 3), False), (date(2022, 10, 4), True), (date(2022, 10, 7), True), (date(2022, 10, 8), False)],
)
def test_a_change_on_the_first_day_or_after_the_last_divides_nothing(day: date, divides: bool) -> None:
    of = claim("accommodation", str(FIRST), str(LAST))
    if divides:
        with pytest.raises(InvalidValue, match="claim-spans-change"):
            check_undivided(of, [day])
    else:
        check_undivided(of, [day])
