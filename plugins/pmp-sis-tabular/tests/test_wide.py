"""Wide sheets: headings that are days in several languages, with and without a year."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmp_core.errors import InvalidValue, SourceError
from pmp_core.sources.source import Coverage, Problem
from pmp_core.values import DayRange, SchoolYear
from pmp_sis_tabular import TabularSource
from pmp_sis_tabular.days import MONTHS, DayReader

Open, Put = Callable[..., TabularSource], Callable[..., Path]
Apart = Callable[..., tuple[list[Any], list[Problem], list[Coverage]]]

CHART = """\
name: chart
OPTIONS
files:
  chart:
    match: {regex: 'chart_(?P<lesson>\\d)\\.(csv|xlsx)'}
    fields: {id: ID, school: School}
    unpivot: {dates: day, value: code}
    records:
      - kind: absence
        fields:
          learner_key: id
          institution_key: school
          day: day
          lesson: lesson
          absence: {field: code, codes: {A: unexcused, E: excused}, ignore: [P]}
"""


def chart(options: str = "title: a chart") -> str:
    return CHART.replace("OPTIONS", options)


@pytest.mark.parametrize(
    "headings",
    [
        ["September 01 2022", "January 09 2023"],
        ["01 septembris 2022", "09 janvāris 2023"],
        ["2022. gada 1. septembra", "2023. gada 9. janvāra"],
        ["1. septembris, 2022", "9.JANVĀRIS 2023"],
        ["2022-09-01", "2023-01-09"],
        ["01.09.2022", "9.1.2023."],
        [date(2022, 9, 1), datetime.fromisoformat("2023-01-09 00:00")],
        ["September 01", "January 09 2023"],
        ["01. septembris", "9. janvāris"],
        ["01.09.", "09.01"],
        ["syyskuu 1", "tammikuu 9"],
    ],
)
def test_headings_that_are_days(headings: list[Any], put: Put, opened: Open, sorted_out: Apart) -> None:
    put(
        "chart_3.xlsx",
        [["ID", "School", *headings, "Status", "7.b"], [190.0, "S1", "P", "A", "Active", "x"], [191, "S1", "E", None, "", ""]],
    )
    source = opened(chart("school_year: 2022/23\nmonths: {9: syyskuu, 1: [tammikuu]}"))
    records, problems, covered = sorted_out(source.read())
    assert problems == []
    assert [(one.learner_key, one.day, one.lesson, str(one.absence)) for one in records] == [
        ("190", date(2023, 1, 9), 3, "unexcused"), ("191", date(2022, 9, 1), 3, "excused"),
    ]  # fmt: skip
    assert covered == [Coverage("absence", "S1", days=DayRange(date(2022, 9, 1), date(2023, 1, 9)), lesson=3)]


def test_the_year_comes_from_the_argument_before_the_mapping(put: Put, opened: Open, sorted_out: Apart) -> None:
    put("chart_1.csv", "ID;School;August 31;July 01\n1;S1;A;A\n")
    records, _, _ = sorted_out(opened(chart("school_year: 2022/23"), school_year="2030/31").read())
    assert [one.day for one in records] == [date(2030, 8, 31), date(2031, 7, 1)]
    with pytest.raises(InvalidValue, match="school-year-invalid"):
        opened(chart(), school_year="2030")


def test_without_a_year_it_is_said_what_to_set(put: Put, opened: Open) -> None:
    put("chart_1.csv", "ID;School;September 01 2022;January 09\n1;S1;A;A\n")
    with pytest.raises(SourceError, match=r"school_year='2022/23'") as caught:
        opened(chart()).read()
    assert (caught.value.code, caught.value.place.row, caught.value.place.column) == ("year-missing", 1, "January 09")


def test_a_heading_that_is_no_day_that_exists(put: Put, opened: Open, sorted_out: Apart) -> None:
    put("chart_1.csv", "ID;School;September 30 2022;September 31 2022\n1;S1;A;A\n")
    records, problems, covered = sorted_out(opened(chart()).read())
    assert [one.day for one in records] == [date(2022, 9, 30)]
    assert [(one.code, one.place.row, one.place.column, one.kind) for one in problems] == [
        ("day-invalid", 1, "September 31 2022", "absence")
    ]
    assert covered == []  # a column was not read, so nothing that is missing may be taken for withdrawn


def test_headings_twice_and_none(put: Put, opened: Open) -> None:
    put("chart_1.csv", "ID;School;September 01 2022;01.09.2022\n1;S1;A;A\n")
    with pytest.raises(SourceError, match="column-twice"):
        opened(chart()).read()
    put("chart_1.csv", "ID;School;Something\n1;S1;A\n")
    with pytest.raises(SourceError, match="No heading is a day"):
        opened(chart()).read()


def test_what_is_wrong_with_a_row_is_told_once_and_with_a_cell_by_cell(put: Put, opened: Open, sorted_out: Apart) -> None:
    put("chart_1.csv", "ID;School;2022-09-01;2022-09-02;2022-09-05\n;S1;A;A;A\n2;S1;A;X;E\n3;S2;P;;\n4;;P;;\n")
    records, problems, covered = sorted_out(opened(chart()).read())
    assert [(one.code, one.place.row, one.place.column, one.identity) for one in problems] == [
        ("value-missing", 2, "ID", None), ("code-unknown", 3, "2022-09-02", "2|S1|2022-09-02|1"),
    ]  # fmt: skip
    assert len(records) == 2
    assert [one.institution_key for one in covered] == ["S1", "S2"]


def test_a_wide_sheet_lists_its_learners_once(put: Put, opened: Open, sorted_out: Apart) -> None:
    learner = "      - {kind: learner, fields: {key: id, given_name: {column: Given}, family_name: {column: Family}}}\n"
    put("chart_1.csv", "ID;School;Given;Family;2022-09-01;2022-09-02\n1;S1;Ē;Ļ;P;A\n2;S1;Ķ;Š;;\n")
    records, _, _ = sorted_out(opened(chart() + learner).read())
    assert [(one.kind, one.identity) for one in records] == [("learner", "1"), ("learner", "2"), ("absence", "1|S1|2022-09-02|1")]


@given(st.dates(date(1990, 1, 1), date(2060, 12, 31)), st.data())
def test_every_way_of_writing_a_day_is_read_back(day: date, data: st.DataObject) -> None:
    word = data.draw(st.sampled_from(MONTHS[day.month]))
    for text in (
        day.isoformat(), f"{day:%d.%m.%Y}", f"{day.day}.{day.month}.{day.year}.", f"{word} {day.day:02d} {day.year}",
        f"{day.day:02d} {word.upper()} {day.year}", f"{day.year}. gada {day.day}. {word}",
    ):  # fmt: skip
        assert DayReader().read(text) == day


@given(st.dates(date(2022, 8, 1), date(2023, 7, 31)))
def test_every_day_of_a_school_year_is_read_without_its_year(day: date) -> None:
    reader = DayReader(school_year=SchoolYear("2022/23"))
    assert reader.read(f"{MONTHS[day.month][1]} {day.day}") == reader.read(f"{day:%d.%m.}") == day


def test_29_february_only_in_its_year() -> None:
    assert DayReader(school_year=SchoolYear("2023/24")).read("29. februāris") == date(2024, 2, 29)
    with pytest.raises(InvalidValue, match="day-invalid"):
        DayReader(school_year=SchoolYear("2022/23")).read("29. februāris")
