"""The sample school's files, its mapping, and the truth about it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from pmp_core.sources.records import AbsenceRecord, EnrolmentRecord, InstitutionRecord, LearnerRecord, MarkRecord
from pmp_core.sources.source import Located, Problem
from pmp_sis_tabular import open_tabular


@pytest.fixture(scope="module")
def items(sample_school: Path) -> list[Any]:
    read = open_tabular(mapping=sample_school / "mapping.yaml", folder=sample_school).read()
    return [item.record if isinstance(item, Located) else item for item in read]


@pytest.fixture(scope="module")
def truth(sample_school: Path) -> dict[str, Any]:
    with (sample_school / "truth.example.json").open(encoding="utf-8") as file:
        return {key: one for key, one in json.load(file).items() if key.startswith("P-")}


def test_the_dirty_rows_and_no_others_are_problems(items: list[Any]) -> None:
    found = {(item.place.file.partition(".")[0], item.place.row, item.code) for item in items if isinstance(item, Problem)}
    assert found == {
        ("skoleni", 27, "learner-twice"), ("skoleni", 52, "day-invalid"), ("skoleni", 77, "enrolment-reversed"),
        ("skoleni", 102, "id-is-personal-code"), ("kavejumi", 301, "code-unknown"), ("kavejumi", 600, "value-missing"),
        ("kavejumi", 899, "day-invalid"), ("atzimes", 23, "number-invalid"), ("atzimes", 323, "number-invalid"),
    }  # fmt: skip


def test_schools_and_learners(items: list[Any], truth: dict[str, Any]) -> None:
    schools = [item for item in items if isinstance(item, InstitutionRecord)]
    assert [(one.registration_number, one.name, one.municipality, one.partner_kind) for one in schools] == [
        ("0000000001", "Paraugu pamatskola", "Paraugu novads", "municipality"),
        ("0000000002", "Izdomu vidusskola", "Izdomu novads", "municipality"),
    ]
    learners = {item.key: item for item in items if isinstance(item, LearnerRecord)}
    assert set(learners) == {*truth, "P-0902"}  # his enrolment is refused, he is not
    assert (learners["P-0001"].given_name, learners["P-0001"].family_name) == ("Ērika", "Žagarkalna")


def test_enrolments(items: list[Any], truth: dict[str, Any]) -> None:
    tracks = {"vispārējā": "general", "profesionālā": "vocational"}
    found = {
        (one.learner_key, one.institution_key, one.class_name, one.level, str(one.track), str(one.first_day), one.last_day and str(one.last_day))
        for one in items if isinstance(one, EnrolmentRecord) and one.learner_key in truth
    }  # fmt: skip
    assert found == {
        (key, one["school"], one["class"], int(one["class"].partition(".")[0]), tracks[one["programme"]], one["from"], one["to"])
        for key, learner in truth.items() for one in learner["enrolments"]
    }  # fmt: skip


def test_absences_and_marks(items: list[Any], truth: dict[str, Any]) -> None:
    absences = Counter((one.learner_key, str(one.absence)) for one in items if isinstance(one, AbsenceRecord))
    marks: dict[str, dict[str, Any]] = {key: {} for key in truth}
    for one in items:
        if isinstance(one, MarkRecord):
            marks[one.learner_key][one.subject] = one.points or one.word
    for key, one in truth.items():
        assert {word: absences[key, word] for word in ("unexcused", "excused", "late")} == {
            word: one[word] for word in ("unexcused", "excused", "late")
        }, key
        assert marks[key] == one["marks"], key
