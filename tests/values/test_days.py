"""Day ranges, school years and semesters."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from pmp_core.errors import InvalidValue
from pmp_core.values import DayRange, SchoolYear, Semester, iso_day

FIRST = date(2020, 1, 1)
OFFSETS = st.integers(0, 60)


@st.composite
def ranges(draw: st.DrawFn) -> DayRange:
    first = FIRST + timedelta(days=draw(OFFSETS))
    length = draw(st.none() | OFFSETS)
    return DayRange(first, None if length is None else first + timedelta(days=length))


RANGES = ranges()
WINDOW = tuple(FIRST + timedelta(days=i) for i in range(-1, 150))  # beyond every end there is
YEARS = st.integers(0, 9998).map(SchoolYear.starting)
SEMESTERS = st.builds(lambda year, number: year.semesters[number], YEARS, st.integers(0, 1))


def held(days: DayRange | None) -> set[date]:
    return set() if days is None else {day for day in WINDOW if day in days}


def code_of(kind: Any, *handed: Any) -> str:
    with pytest.raises(InvalidValue) as caught:
        kind(*handed)
    return caught.value.code


@given(RANGES, RANGES)
def test_ranges_intersect_overlap_and_cover_as_sets_of_days_do(one: DayRange, other: DayRange) -> None:
    common = one.intersection(other)
    assert held(common) == held(one) & held(other)
    assert one.overlaps(other) is other.overlaps(one) is (common is not None)
    assert one.covers(other) is (held(other) <= held(one) and (one.last is None or other.last is not None))
    assert common == other.intersection(one)


@given(RANGES, RANGES, RANGES)
def test_intersecting_three_ranges_gives_the_same_in_any_order(a: DayRange, b: DayRange, c: DayRange) -> None:
    ab, bc = a.intersection(b), b.intersection(c)
    assert (ab.intersection(c) if ab else None) == (a.intersection(bc) if bc else None)


@given(RANGES)
def test_a_range_covers_overlaps_and_intersects_itself(days: DayRange) -> None:
    assert days.covers(days)
    assert days.overlaps(days)
    assert days.intersection(days) == days


@given(RANGES)
def test_a_range_has_as_many_days_as_it_counts(days: DayRange) -> None:
    assume(days.last is not None)
    assert len(days.days()) == days.count
    assert days.days()[0] == days.first
    assert days.days()[-1] == days.last
    assert list(days.days()) == sorted(held(days))


def test_both_ends_belong_to_a_range_and_the_days_beside_them_do_not() -> None:
    days = DayRange(date(2022, 9, 1), date(2022, 12, 23))
    assert [day in days for day in (date(2022, 8, 31), days.first, date(2022, 12, 23), date(2022, 12, 24))] == [
        False,
        True,
        True,
        False,
    ]


def test_one_day_is_a_range() -> None:
    assert DayRange(FIRST, FIRST).days() == (FIRST,)


def test_ranges_that_only_touch_do_not_overlap() -> None:
    assert not DayRange(FIRST, FIRST).overlaps(DayRange(FIRST + timedelta(days=1)))


def test_a_range_that_ends_before_it_begins_is_refused() -> None:
    assert code_of(DayRange, FIRST, FIRST - timedelta(days=1)) == "days-reversed"


@pytest.mark.parametrize("handed", [(datetime(2020, 1, 1), None), (FIRST, datetime(2020, 1, 2))])  # noqa: DTZ001
def test_a_moment_is_no_day_of_a_range(handed: tuple[date, date | None]) -> None:
    assert code_of(DayRange, *handed) == "day-has-time"


def test_a_range_without_an_end_has_no_number_of_days() -> None:
    days = DayRange(FIRST)
    assert date.max in days
    for call in (lambda: days.count, days.days):
        assert code_of(call) == "days-endless"


@given(st.dates())
def test_every_day_comes_back_from_its_iso_text(day: date) -> None:
    assert iso_day(day.isoformat()) == day


@pytest.mark.parametrize(
    "text", ["", "2021-02-29", "20210901", "2021-9-1", "2021-W35-3", "01.09.2021", "2021-09-01T00:00", "２021-09-01"]
)
def test_a_day_is_written_in_one_way_only(text: str) -> None:
    assert code_of(iso_day, text) == "day-invalid"


@given(YEARS)
def test_a_school_year_is_followed_by_the_one_that_starts_a_year_later(year: SchoolYear) -> None:
    assert SchoolYear(str(year)) == year
    assert year.next.start == year.start + 1
    assert year.next.previous == year
    assert year.next > year
    assert [semester.school_year for semester in year.semesters] == [year, year]


@pytest.mark.parametrize("text", ["1999/00", "2022/23"])
def test_a_school_year_is_written_with_the_year_it_ends_in(text: str) -> None:
    assert SchoolYear(text).start == int(text[:4])


@pytest.mark.parametrize(
    "text", ["", "2022/22", "2022/24", "2022-23", "2022/2023", "22/23", "2022/23 ", "２０２２/２３", "2022/23\n"]
)
def test_what_is_no_school_year_is_refused(text: str) -> None:
    assert code_of(SchoolYear, text) == "school-year-invalid"


@given(SEMESTERS, SEMESTERS)
def test_semesters_compare_in_the_order_of_time(one: Semester, other: Semester) -> None:
    assert (one < other) is ((one.school_year.start, one.number) < (other.school_year.start, other.number))


@given(SEMESTERS)
def test_every_semester_is_followed_by_the_next_one(semester: Semester) -> None:
    assume(semester.school_year.start < 9998)
    later = semester.next
    assert later.previous == semester
    assert later > semester
    assert later.number != semester.number
    assert later.school_year == (semester.school_year if semester.number == 1 else semester.school_year.next)
    assert Semester(str(semester)) == semester


@pytest.mark.parametrize("text", ["", "2022/23", "2022/23-0", "2022/23-3", "2022/23-01", "2022/23-1\n", "２０２２/２３-1"])
def test_what_is_no_semester_is_refused(text: str) -> None:
    assert code_of(Semester, text) == "semester-invalid"


def test_a_semester_of_no_school_year_is_refused() -> None:
    assert code_of(Semester, "2022/24-1") == "school-year-invalid"


@pytest.mark.parametrize(("kind", "text"), [(SchoolYear, "2022/23"), (Semester, "2022/23-1")])
def test_pydantic_makes_the_checked_text_and_writes_plain_text(kind: Any, text: str) -> None:
    adapter = TypeAdapter(kind)
    made = adapter.validate_json(f'"{text}"')
    assert (type(made), made) == (kind, text)
    assert adapter.dump_json(made) == f'"{text}"'.encode()
    assert type(adapter.dump_python(made)) is str
    schema = adapter.json_schema()
    assert schema["type"] == "string"
    assert schema["pattern"].startswith("^([0-9]{4}")
    for wrong in (5, "x"):
        with pytest.raises(ValidationError):
            adapter.validate_python(wrong)
