"""Recurring schedules: the days come from the school calendar, holidays are skipped and not made up for."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pmp_core.errors import InvalidValue, ProgrammeError
from pmp_core.loading import load_programme
from pmp_core.measures import Schedule
from pmp_core.values import Attendance, DayRange, Mode, Weekday

CALENDAR = load_programme("lv-8.3.4").calendar
WEEKDAYS = tuple(Weekday)


def schedule(first_day: str = "2022-09-01", last_day: str = "2022-12-23", *weekdays: str, **fields: Any) -> Schedule:
    given_fields = {"id": "G-1", "plan_id": "P-1", "measure": 1, "minutes": 40, "specialist": "pedagogue", "delivered_by": "Zane"}
    days = {"first_day": first_day, "last_day": last_day, "weekdays": weekdays or ("monday",)}
    return Schedule.model_validate({**given_fields, **days, **fields})


def days(of: Schedule, level: int | None = None) -> list[str]:
    return [str(day) for day in of.session_days(CALENDAR, level)]


def test_autumn_holidays_are_skipped() -> None:
    assert days(schedule("2022-10-17", "2022-10-31")) == ["2022-10-17", "2022-10-31"]
    assert days(schedule("2022-10-21", "2022-10-28", "friday")) == ["2022-10-21"]


@pytest.mark.parametrize("last_day", ["2023-01-06", "2023-01-07", "2023-01-08"])
def test_winter_holidays_are_skipped(last_day: str) -> None:
    assert days(schedule("2022-12-19", last_day, "monday", "friday")) == ["2022-12-19", "2022-12-23"]
    assert days(schedule("2022-12-19", "2023-01-09", "monday", "friday")) == ["2022-12-19", "2022-12-23", "2023-01-09"]


@pytest.mark.parametrize(("weekday", "held"), [("thursday", ["2022-11-17"]), ("friday", [])])
def test_on_a_public_holiday_there_is_no_session(weekday: str, held: list[str]) -> None:
    assert days(schedule("2022-11-14", "2022-11-20", weekday)) == held


@pytest.mark.parametrize("weekday", ["saturday", "sunday"])
def test_at_the_weekend_there_is_no_session(weekday: str) -> None:
    assert days(schedule("2022-09-01", "2022-12-23", weekday)) == []


@pytest.mark.parametrize(
    ("first_day", "held"),
    [
        ("2022-09-05", ["2022-09-05", "2022-09-19", "2022-10-03"]),
        ("2022-09-11", ["2022-09-19", "2022-10-03"]),  # a Sunday: its week is the one of Monday the 5th
        ("2022-09-12", ["2022-09-12", "2022-09-26", "2022-10-10"]),
    ],
)
def test_every_other_week_is_counted_from_the_week_of_the_first_day(first_day: str, held: list[str]) -> None:
    assert days(schedule(first_day, "2022-10-10", every_weeks=2)) == held


def test_a_day_before_the_first_one_in_its_week_waits_for_the_next_turn() -> None:
    assert days(schedule("2022-09-07", "2022-09-21", "monday", "thursday", every_weeks=2)) == ["2022-09-08", "2022-09-19"]


@pytest.mark.parametrize(
    ("first_day", "last_day", "held"),
    [
        ("2022-10-03", "2022-10-03", ["2022-10-03"]),
        ("2022-10-04", "2022-10-09", []),
        ("2022-10-03", "2022-10-09", ["2022-10-03"]),
        ("2022-10-03", "2022-10-10", ["2022-10-03", "2022-10-10"]),
    ],
)
def test_the_first_and_the_last_day_are_included(first_day: str, last_day: str, held: list[str]) -> None:
    assert days(schedule(first_day, last_day)) == held


@pytest.mark.parametrize(
    ("level", "last"),
    [(None, "2023-05-31"), (8, "2023-05-31"), (9, "2023-06-14"), (12, "2023-06-21"), (11, "2023-05-31")],
)
def test_grades_nine_and_twelve_go_on_to_the_end_of_their_own_year(level: int | None, last: str) -> None:
    assert days(schedule("2023-05-24", "2023-07-05", "wednesday"), level)[-1] == last


@pytest.mark.parametrize(("level", "held"), [(None, "2021-03-23"), (12, "2021-03-16")])
def test_grade_twelve_has_spring_holidays_of_its_own(level: int | None, held: str) -> None:
    assert days(schedule("2021-03-16", "2021-03-23", "tuesday"), level) == [held]


def test_where_the_end_of_a_grades_year_is_not_known_it_is_said() -> None:
    assert days(schedule("2017-05-29", "2017-06-12")) == ["2017-05-29"]
    with pytest.raises(ProgrammeError) as caught:
        days(schedule("2017-05-29", "2017-06-12"), 9)
    assert caught.value.code == "semester-unset"


def test_outside_the_school_years_that_are_known_there_is_no_session() -> None:
    assert days(schedule("2010-09-01", "2010-12-23")) == []


def test_a_schedule_is_weekly_in_person_and_for_one_learner_if_nothing_else_is_said() -> None:
    made = schedule()
    assert (made.every_weeks, made.mode, made.attendance) == (1, Mode.IN_PERSON, Attendance.INDIVIDUAL)
    assert made.days == DayRange(date(2022, 9, 1), date(2022, 12, 23))


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"last_day": "2022-08-31"}, "days-reversed"), ({"weekdays": ("monday", "friday", "monday")}, "schedule-weekday-twice")],
)
def test_a_schedule_that_contradicts_itself_is_told_so(fields: dict[str, Any], code: str) -> None:
    with pytest.raises(ValidationError) as caught:
        schedule(**fields)
    error = caught.value.errors()[0]["ctx"]["error"]
    assert isinstance(error, InvalidValue)
    assert error.code == code


@pytest.mark.parametrize(
    ("fields", "taken"),
    [
        ({"every_weeks": 0}, False), ({"every_weeks": 1}, True), ({"every_weeks": 26}, True), ({"every_weeks": 27}, False),
        ({"minutes": 0}, False), ({"minutes": 1440}, True), ({"minutes": 1441}, False),
        ({"measure": 0}, False), ({"measure": 1}, True), ({"weekdays": ()}, False), ({"weekdays": ("someday",)}, False),
    ],
)  # fmt: skip
def test_a_schedules_numbers_stay_within_what_can_be(fields: dict[str, Any], taken: bool) -> None:
    if taken:
        assert schedule(**fields).days
    else:
        with pytest.raises(ValidationError, match=next(iter(fields))):
            schedule(**fields)


@given(
    st.dates(date(2019, 8, 1), date(2023, 7, 31)),
    st.integers(0, 200),
    st.sets(st.sampled_from(WEEKDAYS), min_size=1),
    st.integers(1, 5),
    st.sampled_from([None, 5, 9, 12]),
)
def test_every_day_is_a_school_day_on_a_named_weekday_within_the_range_in_a_week_of_its_turn(
    first: date, length: int, weekdays: set[Weekday], every: int, level: int | None
) -> None:
    made = schedule(str(first), str(first + timedelta(days=length)), *sorted(weekdays), every_weeks=every)
    found = made.session_days(CALENDAR, level)
    monday = first - timedelta(days=first.weekday())

    def wanted(day: date) -> bool:
        return WEEKDAYS[day.weekday()] in weekdays and (day - monday).days // 7 % every == 0

    assert found == tuple(day for day in CALENDAR.school_days(made.days, level) if wanted(day))
    assert list(found) == sorted(set(found))
    assert all(day in made.days for day in found)
