"""The school calendar: semesters and school days, on the days where they change."""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest

from pmp_core.errors import ProgrammeError
from pmp_core.programme import OverlayText, SchoolCalendar, load_pack
from pmp_core.values import DayRange, Semester


@cache
def calendar() -> SchoolCalendar:
    return SchoolCalendar(load_pack("lv-8.3.4"))


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("text", "semester"),
    [
        ("2016-08-31", None),
        ("2016-09-01", "2016/17-1"),
        ("2022-08-31", None),
        ("2022-09-01", "2022/23-1"),
        ("2022-12-23", "2022/23-1"),
        ("2022-12-24", None),
        ("2023-01-08", None),
        ("2023-01-09", "2022/23-2"),
        ("2023-05-31", "2022/23-2"),
        ("2023-06-01", None),
        ("2023-08-31", None),
        ("2023-09-01", "2023/24-1"),
        ("2025-05-30", "2024/25-2"),
        ("2025-05-31", None),
    ],
)
def test_the_semester_of_a_day(text: str, semester: str | None) -> None:
    assert calendar().semester_of(day(text)) == semester


def test_every_school_year_from_2016_to_2024_has_two_semesters_in_order() -> None:
    semesters = calendar().semesters
    assert list(semesters) == [f"{y}/{(y + 1) % 100:02d}-{n}" for y in range(2016, 2025) for n in (1, 2)]
    firsts = [days.first for days in semesters.values()]
    assert firsts == sorted(firsts)


@pytest.mark.parametrize(
    ("semester", "level", "first", "last"),
    [
        ("2022/23-1", None, "2022-09-01", "2022-12-23"),
        ("2022/23-1", 9, "2022-09-01", "2022-12-23"),
        ("2022/23-2", None, "2023-01-09", "2023-05-31"),
        ("2022/23-2", 8, "2023-01-09", "2023-05-31"),
        ("2022/23-2", 9, "2023-01-09", "2023-06-14"),
        ("2022/23-2", 12, "2023-01-09", "2023-06-21"),
        ("2016/17-2", 8, "2017-01-05", "2017-05-31"),
        ("2019/20-2", 12, "2020-01-06", "2020-07-07"),
    ],
)
def test_the_days_of_a_semester(semester: str, level: int | None, first: str, last: str) -> None:
    assert calendar().days(Semester(semester), level) == DayRange(day(first), day(last))


@pytest.mark.parametrize(
    ("semester", "level", "words"),
    [
        (
            "2016/17-2",
            9,
            "2016/17-2 are not known for level 9.*Set school-year.2016/17.semester-2.level-9.last-day in an overlay",
        ),
        ("2016/17-2", 12, "for level 12"),
        ("2025/26-1", None, "2025/26-1 are not known.*Set school-year.2025/26.semester-1 in an overlay"),
    ],
)
def test_days_that_nobody_has_told_are_an_error_that_names_the_path_to_set(semester: str, level: int | None, words: str) -> None:
    with pytest.raises(ProgrammeError, match=words) as caught:
        calendar().days(Semester(semester), level)
    assert caught.value.code == "semester-unset"


NEXT_YEAR = """
overlay_for: lv-8.3.4
title: {lv: izdomāts, en: made up}
values:
  school-year.2025/26.semester-2:
    new: true
    title: {lv: semestris, en: semester}
    type: days
    entries: [{from: 2026-01-05, value: [2026-01-05, 2026-05-29], source: made up, status: example}]
  school-year.2025/26.semester-1:
    new: true
    title: {lv: semestris, en: semester}
    type: days
    entries: [{from: 2025-09-01, source: made up, status: unset}]
"""


def test_an_overlay_adds_a_semester_and_what_it_leaves_out_is_not_known() -> None:
    added = SchoolCalendar(load_pack("lv-8.3.4", [OverlayText("next-year.example.yaml", NEXT_YEAR)]))
    assert added.semester_of(date(2026, 1, 5)) == "2025/26-2"
    assert added.semester_of(date(2025, 9, 1)) is None
    assert added.days(Semester("2025/26-2"), 8).last == date(2026, 5, 29)
    with pytest.raises(ProgrammeError, match=r"semester-unset.*2025/26\.semester-2\.level-9\.last-day"):
        added.days(Semester("2025/26-2"), 9)


@pytest.mark.parametrize(
    ("text", "school"),
    [
        ("2022-08-31", False),
        ("2022-09-01", True),
        ("2022-09-03", False),
        ("2022-09-04", False),
        ("2022-09-05", True),
        ("2022-10-21", True),
        ("2022-10-24", False),
        ("2022-10-28", False),
        ("2022-10-31", True),
        ("2022-11-17", True),
        ("2022-11-18", False),
        ("2022-11-21", True),
        ("2022-12-23", True),
        ("2022-12-27", False),
        ("2023-01-06", False),
        ("2023-01-09", True),
        ("2023-03-10", True),
        ("2023-03-13", False),
        ("2023-03-17", False),
        ("2023-03-20", True),
        ("2023-05-31", True),
        ("2023-06-01", False),
    ],
)
def test_a_school_day_is_a_working_day_of_a_semester_outside_of_holidays(text: str, school: bool) -> None:
    assert calendar().school_days(DayRange(day(text), day(text))) == ((day(text),) if school else ())


@pytest.mark.parametrize(
    ("level", "general_week", "own_week"), [(None, False, True), (8, False, True), (11, False, True), (12, True, False)]
)
def test_grade_12_had_spring_holidays_a_week_later(level: int | None, general_week: bool, own_week: bool) -> None:
    days = calendar().school_days(DayRange(day("2022-03-11"), day("2022-03-28")), level)
    assert (day("2022-03-14") in days, day("2022-03-18") in days) == (general_week, general_week)
    assert (day("2022-03-21") in days, day("2022-03-25") in days) == (own_week, own_week)
    assert {day("2022-03-11"), day("2022-03-28")} <= set(days)


@pytest.mark.parametrize(
    ("level", "text", "school"),
    [
        (8, "2023-05-31", True),
        (8, "2023-06-01", False),
        (9, "2023-06-01", True),
        (9, "2023-06-14", True),
        (9, "2023-06-15", False),
        (12, "2023-06-21", True),
        (12, "2023-06-22", False),
    ],
)
def test_grades_9_and_12_have_school_days_in_june(level: int, text: str, school: bool) -> None:
    assert calendar().school_days(DayRange(day(text), day(text)), level) == ((day(text),) if school else ())


def test_school_days_across_two_semesters_are_those_of_both() -> None:
    days = calendar().school_days(DayRange(day("2022-12-22"), day("2023-01-10")))
    assert days == (day("2022-12-22"), day("2022-12-23"), day("2023-01-09"), day("2023-01-10"))


@pytest.mark.parametrize("text", ["2017-01-05", "2017-06-05"])
def test_school_days_of_a_semester_whose_end_nobody_has_told_are_an_error(text: str) -> None:
    with pytest.raises(ProgrammeError, match="semester-unset"):
        calendar().school_days(DayRange(day(text), day(text)), 9)


def test_the_other_semester_of_that_year_is_known() -> None:
    assert calendar().school_days(DayRange(day("2016-12-21"), day("2017-01-04")), 9) == (day("2016-12-21"),)


def test_vocational_institutions_follow_the_general_calendar_by_a_choice_of_ours() -> None:
    reading = calendar().pack.read("school-year.vocational-calendar", day("2022-09-01"))
    assert reading.value == "general"
    assert reading.entry is not None
    assert reading.entry.status == "chosen"
