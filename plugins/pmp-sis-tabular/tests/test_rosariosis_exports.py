"""The shipped mappings read real exports of RosarioSIS: every figure is compared with what SQL found in its database."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pmp_core.errors import SourceError
from pmp_core.sources.records import AbsenceRecord, EnrolmentRecord, InstitutionRecord, LearnerRecord, MarkRecord
from pmp_core.sources.source import Coverage, Located, Problem
from pmp_core.values import DayRange
from pmp_sis_tabular import open_tabular

SCHOOL, YEAR = "4512903001", "2022/23"
SEMESTER = DayRange(date(2022, 9, 1), date(2022, 12, 23))
LESSONS = [f"attendance_chart_period_{lesson}_s1_with_inactive.xlsx" for lesson in range(1, 7)]
ENGLISH = ["advanced_report_full_with_inactive.xlsx", *LESSONS, "final_grades_s1.xlsx"]
LATVIAN = ["lv_advanced_report_full_with_inactive.xlsx", *LESSONS, "lv_final_grades_s1.xlsx"]
AS_CSV_AND_ISO = ["advanced_report_full_with_inactive.csv", "final_grades_s1_with_percents.xlsx"]


@pytest.fixture(scope="module")
def expected(school_a: Path) -> dict[str, Any]:
    with (school_a / "expected.json").open(encoding="utf-8") as file:
        return {str(student["student_id"]): student for student in json.load(file)["students"]}


@pytest.fixture(scope="module")
def read(school_a: Path) -> Callable[..., list[Any]]:
    def read_(names: Iterable[str], mapping: str = "rosariosis", year: str | None = YEAR) -> list[Any]:
        files = [school_a / name for name in names]
        source = open_tabular(mapping=mapping, files=files, school_year=year)
        return [item.record if isinstance(item, Located) else item for item in source.read()]

    return read_


@pytest.fixture(scope="module", params=[ENGLISH, LATVIAN], ids=["en", "lv"])
def items(request: pytest.FixtureRequest, read: Callable[..., list[Any]]) -> list[Any]:
    return read(request.param)


def only(items: list[Any], kind: type) -> list[Any]:
    return [item for item in items if isinstance(item, kind)]


def test_nothing_is_wrong_and_the_school_is_there(items: list[Any]) -> None:
    assert only(items, Problem) == []
    assert only(items, InstitutionRecord) == [
        InstitutionRecord(key=SCHOOL, name="Upesciema pamatskola", registration_number=SCHOOL)
    ]


def test_names_and_birth_dates(items: list[Any], expected: dict[str, Any]) -> None:
    found = {one.key: (one.given_name, one.middle_name, one.family_name, one.birth_date) for one in only(items, LearnerRecord)}
    assert found == {
        key: (
            one["first_name"],
            one["middle_name"],
            one["last_name"],
            one["birth_date"] and date.fromisoformat(one["birth_date"]),
        )
        for key, one in expected.items()
    }
    assert len(found) == 140


def test_enrolments(items: list[Any], expected: dict[str, Any]) -> None:
    found = Counter(
        (one.learner_key, one.institution_key, str(one.track), one.level, str(one.first_day), one.last_day and str(one.last_day))
        for one in only(items, EnrolmentRecord)
    )
    assert found == Counter(
        (key, SCHOOL, "general", one["grade"], days["from"], days["to"])
        for key, one in expected.items()
        for days in one["enrollments"]
    )


def test_absences_of_the_first_semester(items: list[Any], expected: dict[str, Any]) -> None:
    found = Counter((one.learner_key, str(one.absence)) for one in only(items, AbsenceRecord))
    assert all(one.day in SEMESTER and one.lesson in range(1, 7) for one in only(items, AbsenceRecord))
    for key, one in expected.items():
        told = one["semester_1"]
        excused, unexcused, late = (found[key, word] for word in ("excused", "unexcused", "late"))
        assert (excused, unexcused, late) == (
            told["lessons_absent_excused"], told["lessons_absent_unexcused"], told["lessons_tardy"],
        ), key  # fmt: skip
        assert excused + unexcused == told["lessons_absent_total"], key
    assert sum(found.values()) == 4922 + 219


def test_marks_of_the_first_semester(items: list[Any], expected: dict[str, Any]) -> None:
    found: dict[str, dict[str, Any]] = {key: {} for key in expected}
    for one in only(items, MarkRecord):
        assert (one.semester, one.institution_key) == ("2022/23-1", SCHOOL)
        found[one.learner_key][one.subject] = one.points or one.word
    assert found == {key: one["grades_semester_1"] for key, one in expected.items()}


def test_what_is_covered(items: list[Any]) -> None:
    assert only(items, Coverage) == [
        Coverage("institution", SCHOOL),
        Coverage("learner", SCHOOL),
        Coverage("enrolment", SCHOOL),
        *(Coverage("absence", SCHOOL, days=SEMESTER, lesson=lesson) for lesson in range(1, 7)),
        Coverage("mark", SCHOOL, semester="2022/23-1"),
    ]


def test_csv_and_date_cells_say_the_same_as_text(read: Callable[..., list[Any]]) -> None:
    def core(items: list[Any]) -> list[Any]:
        return [item for item in items if isinstance(item, (LearnerRecord, EnrolmentRecord, MarkRecord))]

    plain = read(["advanced_report_full_with_inactive.xlsx", "final_grades_s1.xlsx"])
    assert core(read(AS_CSV_AND_ISO)) == core(plain)
    dated = read(["advanced_report_full_iso_dates.xlsx"])
    assert core(dated) == [item for item in core(plain) if not isinstance(item, MarkRecord)]


def test_all_exports_in_one_folder_agree(school_a: Path) -> None:
    everything = list(open_tabular(mapping="rosariosis", folder=school_a, school_year=YEAR).read())
    assert only(everything, Problem) == []
    kinds = Counter(item.record.kind for item in everything if isinstance(item, Located))
    assert kinds == {"institution": 1, "learner": 140, "enrolment": 141, "absence": 5141, "mark": 834}


def test_marks_without_the_school_year_say_what_to_set(read: Callable[..., list[Any]]) -> None:
    with pytest.raises(SourceError, match="school_year") as caught:
        read(["advanced_report_full_with_inactive.xlsx", "final_grades_s1.xlsx"], year=None)
    assert caught.value.code == "year-missing"


DAILY = [
    "lv_attendance_chart_daily_s1.xlsx", "attendance_chart_daily_s1.xlsx", "attendance_chart_daily_s1_with_inactive.xlsx",
    "attendance_chart_daily_s1_iso_dates.xlsx", "attendance_chart_daily_s1_exported_in_2022.xlsx",
]  # fmt: skip


@pytest.mark.parametrize("chart", DAILY)
def test_the_daily_chart_gives_whole_days_and_no_half_ones(
    chart: str, read: Callable[..., list[Any]], expected: dict[str, Any]
) -> None:
    items = read(["lv_advanced_report_full_with_inactive.xlsx", chart], "rosariosis-daily")
    absences = only(items, AbsenceRecord)
    assert only(items, Problem) == []
    assert {(str(one.absence), one.lesson) for one in absences} == {("unspecified", None)}
    # The chart of active pupils lacks the one who left, and with inactive ones his cells are empty.
    told = {key: one["semester_1"]["days_daily_table_absent"] for key, one in expected.items() if key != "217"}
    assert Counter(one.learner_key for one in absences) == Counter({key: days for key, days in told.items() if days})
    assert only(items, Coverage) == [Coverage("absence", SCHOOL, days=SEMESTER)]


def test_headings_with_and_without_year_side_by_side(read: Callable[..., list[Any]]) -> None:
    files = ["advanced_report_full_with_inactive.xlsx", "attendance_chart_daily_sep_to_jan.xlsx"]
    items = read(files, "rosariosis-daily")
    assert only(items, Coverage)[0].days == DayRange(date(2022, 9, 1), date(2023, 1, 20))
    assert max(one.day for one in only(items, AbsenceRecord)) == date(2023, 1, 11)
    with pytest.raises(SourceError, match="school_year") as caught:
        read(files, "rosariosis-daily", year=None)
    assert (caught.value.code, caught.value.place.column) == ("year-missing", "January 09")


def test_a_list_without_those_who_left_leaves_their_lessons_out_and_claims_no_full_picture(
    school_a: Path, tmp_path: Path, read: Callable[..., list[Any]]
) -> None:
    text = (school_a / "advanced_report_full_with_inactive.csv").read_text(encoding="utf-8")
    short = tmp_path / "advanced_report_full.csv"
    short.write_text("".join(line for line in text.splitlines(keepends=True) if '"217"' not in line), encoding="utf-8")
    items = list(open_tabular(mapping="rosariosis", files=[short, school_a / LESSONS[0]]).read())
    (problem,) = only(items, Problem)
    assert (problem.code, problem.kind, problem.place.column) == ("lookup-missing", "absence", "RosarioSIS ID")
    assert "absence" not in {one.kind for one in only(items, Coverage)}
