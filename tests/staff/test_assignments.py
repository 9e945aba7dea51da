"""Specialists' assignments: who may hold what, where, on which days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pmp_core.errors import InvalidValue
from pmp_core.measures import Session
from pmp_core.staff import Assignment
from pmp_core.values import DayRange

FIRST, LAST = date(2022, 9, 1), date(2022, 12, 23)


def assignment(**fields: Any) -> Assignment:
    own = {"id": "D-1", "person": "Zane", "institution_id": "I-1", "specialist": "psychologist"}
    return Assignment.model_validate({**own, "first_day": FIRST, "last_day": LAST, **fields})


def session(day: date = FIRST, **fields: Any) -> Session:
    own = {"id": "S-1", "plan_id": "P-1", "measure": 1, "minutes": 40, "specialist": "psychologist", "delivered_by": "Zane"}
    return Session.model_validate({**own, "day": day, **fields})


@pytest.mark.parametrize(
    ("day", "covered"), [(date(2022, 8, 31), False), (FIRST, True), (LAST, True), (date(2022, 12, 24), False)]
)
def test_an_assignment_covers_its_first_and_its_last_day(day: date, covered: bool) -> None:
    assert assignment().covers(session(day), "I-1") is covered


def test_without_a_last_day_it_goes_on() -> None:
    made = assignment(last_day=None)
    assert made.covers(session(date(2030, 1, 1)), "I-1")
    assert made.days == DayRange(FIRST)


@pytest.mark.parametrize(
    ("fields", "institution_id"), [({"delivered_by": "Māra"}, "I-1"), ({"specialist": "pedagogue"}, "I-1"), ({}, "I-2")]
)
def test_it_covers_its_own_person_kind_and_institution_only(fields: dict[str, Any], institution_id: str) -> None:
    assert not assignment().covers(session(**fields), institution_id)


@pytest.mark.parametrize(
    ("fields", "overlapping"),
    [
        ({"first_day": LAST, "last_day": None}, True),
        ({"first_day": LAST + timedelta(days=1), "last_day": None}, False),
        ({"first_day": date(2022, 1, 1), "last_day": FIRST}, True),
        ({"first_day": date(2022, 1, 1), "last_day": FIRST - timedelta(days=1)}, False),
        ({"person": "Māra"}, False),
        ({"institution_id": "I-2"}, False),
        ({"specialist": "pedagogue"}, False),
    ],
)
def test_two_assignments_say_the_same_only_of_one_person_place_and_kind_on_one_day(
    fields: dict[str, Any], overlapping: bool
) -> None:
    other = assignment(id="D-2", **fields)
    assert assignment().overlaps(other) is overlapping
    assert other.overlaps(assignment()) is overlapping


def test_an_assignment_may_be_of_one_day() -> None:
    assert assignment(last_day=FIRST).days == DayRange(FIRST, FIRST)


def test_an_assignment_does_not_end_before_it_begins() -> None:
    with pytest.raises(ValidationError) as caught:
        assignment().changed(last_day=FIRST - timedelta(days=1))
    error = caught.value.errors()[0]["ctx"]["error"]
    assert isinstance(error, InvalidValue)
    assert error.code == "days-reversed"


SPANS = st.tuples(st.integers(0, 30), st.none() | st.integers(0, 30))


@given(SPANS, SPANS, st.integers(0, 70))
def test_two_that_do_not_overlap_never_cover_one_day(
    one: tuple[int, int | None], other: tuple[int, int | None], day: int
) -> None:
    made = [
        assignment(
            first_day=FIRST + timedelta(days=first),
            last_day=None if length is None else FIRST + timedelta(days=first + length),
        )
        for first, length in (one, other)
    ]
    held = session(FIRST + timedelta(days=day))
    assert made[0].overlaps(made[1]) or not all(assigned.covers(held, "I-1") for assigned in made)


def test_a_persons_name_is_no_personal_code() -> None:
    with pytest.raises(ValidationError) as caught:
        assignment(person="Zane 010203-12345")
    error = caught.value.errors()[0]["ctx"]["error"]
    assert isinstance(error, InvalidValue)
    assert (error.code, "12345" in str(caught.value)) == ("name-is-personal-code", False)
