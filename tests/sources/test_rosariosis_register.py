"""Real exports of RosarioSIS through the shipped mapping into a register: every figure is what SQL found in its database."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from given_source import DumpOf

from pmp_core.loading import Programme
from pmp_core.plugins import PluginSet
from pmp_core.register import Register, casework, tables
from pmp_core.sources import IngestReport, Source, ingest
from pmp_core.values import Actor, DayRange, Semester

SCHOOL, ONE = "4512903001", Semester("2022/23-1")
DAYS, IMPORTED = DayRange(date(2022, 9, 1), date(2022, 12, 23)), date(2023, 1, 20)
LESSONS = [f"attendance_chart_period_{lesson}_s1_with_inactive.xlsx" for lesson in range(1, 7)]
ENGLISH = ["advanced_report_full_with_inactive.xlsx", *LESSONS, "final_grades_s1.xlsx"]
LATVIAN = ["lv_advanced_report_full_with_inactive.xlsx", "lv_final_grades_s1.xlsx"]  # there are no Latvian lesson charts


@dataclass
class Imported:
    """The register after the import, opened anew from its file, and what the database says must be in it."""

    register: Register
    report: IngestReport
    source: Source
    expected: dict[str, dict[str, Any]]
    learners: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with self.register.unit_of_work() as work:
            rows = work.transaction.find(tables.SOURCE_KEYS, {"kind": "learner"})
            self.learners = {str(row["entity_id"]): str(row["identity"]) for row in rows}


@pytest.fixture(scope="module")
def read(
    school_a: Path, tmp_path_factory: pytest.TempPathFactory, programme: Programme, plugins: PluginSet, actor: Actor
) -> Iterator[Callable[[list[str]], Imported]]:
    """Imports exports into a file of their own, and opens it anew."""
    told = json.loads((school_a / "expected.json").read_text(encoding="utf-8"))["students"]
    expected = {str(one["student_id"]): one for one in told}
    with ExitStack() as stack:

        def read_(names: list[str]) -> Imported:
            files = [school_a / name for name in names]
            source = plugins.source("tabular").open(mapping="rosariosis", files=files, school_year="2022/23")
            path = tmp_path_factory.mktemp("rosariosis") / "register.sqlite"
            with Register.open(path, programme=programme, actor=actor, plugins=plugins, access="host") as register:
                report = ingest(register, source, on=IMPORTED)
            register = stack.enter_context(Register.open(path, actor=actor, plugins=plugins, access="host"))
            return Imported(register, report, source, expected)

        yield read_


@pytest.fixture(scope="module")
def english(read: Callable[[list[str]], Imported]) -> Imported:
    """Everything, from a user interface in English."""
    return read(ENGLISH)


@pytest.fixture(scope="module")
def latvian(read: Callable[[list[str]], Imported]) -> Imported:
    """Learners and marks, from a user interface in Latvian."""
    return read(LATVIAN)


@pytest.fixture(params=["english", "latvian"])
def rosariosis(request: pytest.FixtureRequest) -> Imported:
    imported: Imported = request.getfixturevalue(request.param)
    return imported


def test_rosariosis_exports_have_no_problem_and_nothing_is_left_out(english: Imported) -> None:
    assert english.report.problems == []
    assert {kind: counts.added for kind, counts in english.report.counts.items()} == {
        "institution": 1, "learner": 140, "enrolment": 141, "absence": 5141, "mark": 834,
    }  # fmt: skip


def test_rosariosis_exports_in_latvian_have_no_problem_either(latvian: Imported) -> None:
    assert latvian.report.problems == []
    assert {kind: counts.added for kind, counts in latvian.report.counts.items() if counts.added} == {
        "institution": 1, "learner": 140, "enrolment": 141, "mark": 834,
    }  # fmt: skip


def test_rosariosis_names_and_birth_dates_of_all_140(rosariosis: Imported) -> None:
    with rosariosis.register.unit_of_work() as work:
        found = {
            rosariosis.learners[one.id]: (
                one.given_name,
                one.middle_name,
                one.family_name,
                one.birth_date and str(one.birth_date),
            )
            for one in work.learners.find()
        }
    assert len(found) == 140
    assert found == {
        key: (one["first_name"], one["middle_name"], one["last_name"], one["birth_date"])
        for key, one in rosariosis.expected.items()
    }


def test_rosariosis_grades_and_enrolments_of_all_140(rosariosis: Imported) -> None:
    with rosariosis.register.unit_of_work() as work:
        (school,) = work.institutions.find()
        assert (school.name, school.registration_number) == ("Upesciema pamatskola", SCHOOL)
        found = Counter(
            (rosariosis.learners[one.learner_id], one.institution_id, one.track.value, one.level,
             str(one.first_day), one.last_day and str(one.last_day))
            for one in work.enrolments.find()
        )  # fmt: skip
    assert found == Counter(
        (key, school.id, "general", one["grade"], stay["from"], stay["to"])
        for key, one in rosariosis.expected.items() for stay in one["enrollments"]
    )  # fmt: skip


def test_rosariosis_absent_lessons_of_semester_1_of_all_140(english: Imported) -> None:
    with english.register.unit_of_work() as work:
        absences = work.absences.find()
    assert all(one.day in DAYS and one.lesson in range(1, 7) for one in absences)
    found = Counter((english.learners[one.learner_id], one.absence.value) for one in absences)
    words = {"excused": "lessons_absent_excused", "unexcused": "lessons_absent_unexcused", "late": "lessons_tardy"}
    totals = {key: found[key, "excused"] + found[key, "unexcused"] for key in english.expected}
    assert totals == {key: one["semester_1"]["lessons_absent_total"] for key, one in english.expected.items()}
    for word, name in words.items():
        assert {key: found[key, word] for key in english.expected} == {
            key: one["semester_1"][name] for key, one in english.expected.items()
        }, word
    assert sum(found.values()) == 4922 + 219


def test_rosariosis_marks_of_semester_1_of_all_140(rosariosis: Imported) -> None:
    found: dict[str, dict[str, Any]] = {key: {} for key in rosariosis.expected}
    with rosariosis.register.unit_of_work() as work:
        for mark in work.marks.find():
            assert mark.semester == ONE
            assert mark.subject not in found[rosariosis.learners[mark.learner_id]]
            found[rosariosis.learners[mark.learner_id]][mark.subject] = mark.word if mark.points is None else mark.points
    assert found == {key: one["grades_semester_1"] for key, one in rosariosis.expected.items()}


def test_rosariosis_signals_suggest_exactly_whom_the_database_names(english: Imported) -> None:
    absent = {key for key, one in english.expected.items() if one["semester_1"]["unexcused_more_than_20"]}
    failing = {key for key, one in english.expected.items() if one["any_grade_below_4"]}
    assert (len(absent), len(failing)) == (18, 14)
    with english.register.unit_of_work(keep=False) as work:
        ids = iter(range(1000))
        made = casework.suggest_risks(
            work, english.register.programme, ONE, on=IMPORTED, new_id=lambda prefix: f"{prefix}-{next(ids)}"
        )
    by_signal = Counter((str(one.signal), english.learners[one.learner_id]) for one in made)
    assert by_signal == Counter(
        [("signal-unexcused-lessons", key) for key in absent] + [("signal-insufficient-mark", key) for key in failing]
    )
    for one in made:
        told = english.expected[english.learners[one.learner_id]]
        if one.signal == "signal-unexcused-lessons":
            assert one.measured == one.evidence_records == told["semester_1"]["lessons_absent_unexcused"]
            assert one.threshold == 20
        else:
            marks = [mark for mark in told["grades_semester_1"].values() if isinstance(mark, int)]
            assert (one.measured, one.threshold, one.evidence_records) == (min(marks), 4, len(marks))


def test_rosariosis_read_a_second_time_changes_nothing(english: Imported, dump_of: DumpOf) -> None:
    before = dump_of(english.register)
    report = ingest(english.register, english.source, on=date(2023, 2, 1))
    assert (report.changes, report.problems) == (0, [])
    assert sum(counts.unchanged for counts in report.counts.values()) == 1 + 140 + 141 + 5141 + 834
    assert dump_of(english.register) == before
