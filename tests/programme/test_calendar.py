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


# --- what an overlay says of the calendar ----------------------------------------------------------------------------------------


def school_year(path: str, entries: str, more: str = "") -> SchoolCalendar:
    text = f"overlay_for: lv-8.3.4\ntitle: {{lv: a, en: a}}\nvalues:\n  {path}:\n{more}    entries: [{entries}]\n"
    return SchoolCalendar(load_pack("lv-8.3.4", [OverlayText("year.example.yaml", text)]))


NEW = "    new: true\n    title: {lv: a, en: a}\n    type: days\n"
SAID = "source: made up, status: example"
SECOND = "school-year.2022/23.semester-2"


@pytest.mark.parametrize(
    ("entry", "first", "last"),
    [
        ("from: 2023-01-09, until: 2023-05-31, value: [2023-01-16, 2023-05-31], replaces: true", "2023-01-16", "2023-05-31"),
        ("from: 2023-01-09, value: [2023-01-16, 2023-05-31], replaces: true", "2023-01-16", "2023-05-31"),
        ("from: 2023-03-01, value: [2023-01-09, 2023-06-09], replaces: true", "2023-01-09", "2023-06-09"),
    ],
)
def test_the_calendar_follows_what_holds_on_the_last_day_that_is_named(entry: str, first: str, last: str) -> None:
    changed = school_year(SECOND, f"{{{entry}, {SAID}}}")
    assert changed.days(Semester("2022/23-2"), 8) == DayRange(day(first), day(last))
    assert changed.semester_of(day(first)) == "2022/23-2"
    before = date.fromordinal(day(first).toordinal() - 1)
    assert changed.semester_of(before) is None


def test_a_holiday_and_a_last_day_are_followed_too() -> None:
    winter = "{from: 2022-12-24, until: 2023-01-13, value: [2022-12-26, 2023-01-13], replaces: true, " + SAID + "}"
    assert day("2023-01-09") not in school_year("school-year.2022/23.holidays.winter", winter).school_days(
        DayRange(day("2023-01-09"), day("2023-01-16"))
    )
    last = "{from: 2023-05-01, value: 2023-06-20, replaces: true, " + SAID + "}"
    assert school_year(f"{SECOND}.level-9.last-day", last).days(Semester("2022/23-2"), 9).last == day("2023-06-20")


def test_what_is_taken_away_is_not_known() -> None:
    gone = school_year(SECOND, "{from: 2023-01-09, source: made up, status: unset, replaces: true}")
    with pytest.raises(ProgrammeError, match="semester-unset"):
        gone.days(Semester("2022/23-2"))


@pytest.mark.parametrize(
    ("path", "entries", "more", "pointer"),
    [
        ("school-year.2025.semester-1", "from: 2025-09-01, value: [2025-09-01, 2025-12-19]", NEW, "semester-1"),
        ("school-year.2025/27.semester-1", "from: 2025-09-01, value: [2025-09-01, 2025-12-19]", NEW, "semester-1"),
        ("school-year.2025/26.semester-3", "from: 2025-09-01, value: [2025-09-01, 2025-12-19]", NEW, "semester-3"),
        ("school-year.next", "from: 2025-09-01, value: [2025-09-01, 2025-12-19]", NEW, "school-year.next"),
        ("school-year.2025/26.semester-1", "from: 2025-09-01, value: words", NEW.replace("days", "text"), "/type"),
        ("school-year.2025/26.semester-1", "from: 2025-09-01, value: [2024-09-01, 2025-12-19]", NEW, "/entries/0/value"),
        ("school-year.2025/26.semester-1", "from: 2025-09-01, value: [2025-09-01, 2026-09-01]", NEW, "/entries/0/value"),
        (SECOND, "from: 2023-01-09, until: 2023-03-31, value: [2023-01-16, 2023-05-31], replaces: true", "", "/entries/0"),
        (SECOND, "from: 2023-06-01, value: [2023-01-16, 2023-05-31], replaces: true", "", "/entries/0"),
    ],
)
def test_what_the_calendar_would_not_follow_is_refused(path: str, entries: str, more: str, pointer: str) -> None:
    with pytest.raises(ProgrammeError) as caught:
        school_year(path, f"{{{entries}, {SAID}}}", more)
    assert caught.value.code == "school-year-wrong"
    assert str(caught.value.place.pointer).endswith(pointer)
    assert caught.value.place.row
    assert caught.value.remedy
