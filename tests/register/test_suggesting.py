"""Suggesting risks from what the schools recorded in a semester."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

import pmp_storage_sql.plugin
from pmp_core.errors import ProgrammeError
from pmp_core.learners import Enrolment, Institution, Learner
from pmp_core.loading import load_programme
from pmp_core.plugins import PluginSet
from pmp_core.programme import OverlayText
from pmp_core.register import Register, UnitOfWork, facts
from pmp_core.risks import Absence, Mark
from pmp_core.values import Actor, Semester

AUTHOR = Actor(name="Ilze", role="plan-author")
SEMESTER, FIRST, LAST, SIGNALLED = "2022/23-1", date(2022, 9, 1), date(2022, 12, 23), date(2022, 11, 1)
WHERE = {"learner_id": "L-1", "institution_id": "I-1"}


def filled(register: Register) -> Register:
    with register.unit_of_work() as work:
        work.institutions.add(Institution(id="I-1", name="Skola"))
        work.institutions.add(Institution(id="I-2", name="Cita skola"))
        work.learners.add(Learner(id="L-1", given_name="Anna", family_name="Ozola"))
        enrol(work, "E-1")
    return register


@pytest.fixture(params=["memory:", "sqlite://"])
def register(request: pytest.FixtureRequest) -> Iterator[Register]:
    """Two schools, and Anna in grade 5 of the first."""
    plugins = PluginSet([("sql", pmp_storage_sql.plugin)])
    with Register.open(request.param, actor=AUTHOR, programme="lv-8.3.4", plugins=plugins) as made:
        yield filled(made)


def enrol(work: UnitOfWork, id: str, **fields: Any) -> None:
    given = {"id": id, **WHERE, "track": "general", "level": 5, "first_day": FIRST, **fields}
    work.enrolments.add(Enrolment.model_validate(given))


def miss(work: UnitOfWork, lessons: int, **fields: Any) -> None:
    """So many lessons missed without excuse, from the second day of the semester on, eight a day."""
    made = [
        {"id": f"{fields}{i}", **WHERE, "day": FIRST + timedelta(days=1 + i // 8), "lesson": i % 8, "absence": "unexcused",
         "source": "s", **fields}
        for i in range(lessons)
    ]  # fmt: skip
    work.absences.add_all(Absence.model_validate(absence) for absence in made)


def mark(work: UnitOfWork, id: str, points: int | None, **fields: Any) -> None:
    given = {"id": id, **WHERE, "semester": SEMESTER, "subject": "Fizika", "points": points, "source": "s", **fields}
    work.marks.add(Mark.model_validate(given))


def suggested(register: Register) -> list[tuple[str, str, int | None]]:
    return [(s.learner_id, s.factor, s.measured) for s in register.suggest_risks(SEMESTER, on=SIGNALLED)]


@pytest.mark.parametrize(("lessons", "found"), [(0, []), (20, []), (21, [("L-1", "unexcused-absence", 21)])])
def test_more_than_20_lessons_missed_suggest_a_risk(register: Register, lessons: int, found: list[object]) -> None:
    with register.unit_of_work() as work:
        miss(work, lessons)
    assert suggested(register) == found


@pytest.mark.parametrize(("points", "found"), [(None, []), (4, []), (3, [("L-1", "learning-difficulties", 3)])])
def test_a_lowest_mark_below_4_suggests_a_risk(register: Register, points: int | None, found: list[object]) -> None:
    with register.unit_of_work() as work:
        mark(work, "Z-1", 10)
        mark(work, "Z-2", points)
    assert suggested(register) == found


def test_a_suggestion_keeps_its_evidence_and_waits_for_a_person(register: Register) -> None:
    with register.unit_of_work() as work:
        miss(work, 21)
    [made] = register.suggest_risks(SEMESTER, on=SIGNALLED)
    assert (made.state, made.threshold, made.evidence_records, made.programme_hash) == ("open", 20, 21, register.programme.hash)
    assert (made.evidence_first_day, made.evidence_last_day) == (date(2022, 9, 2), date(2022, 9, 4))
    with register.unit_of_work() as work:
        assert work.suggestions.find() == [made]


@pytest.mark.parametrize(
    "fields",
    [
        {"absence": "excused"}, {"absence": "unspecified"}, {"absence": "late"}, {"lesson": None},
        {"day": date(2022, 8, 31)}, {"day": date(2022, 12, 24)},
    ],
)  # fmt: skip
def test_only_lessons_of_the_semester_missed_without_excuse_count(register: Register, fields: dict[str, Any]) -> None:
    with register.unit_of_work() as work:
        miss(work, 20)
        miss(work, 21, **fields)
    assert suggested(register) == []


@pytest.mark.parametrize(("lessons", "found"), [(0, []), (20, []), (21, [("L-1", "unexcused-absence", 21)])])
def test_with_a_whole_day_missed_the_lessons_are_not_known_unless_those_counted_are_enough(
    register: Register, lessons: int, found: list[object]
) -> None:
    with register.unit_of_work() as work:
        miss(work, lessons)
        miss(work, 1, lesson=None, day=date(2022, 10, 3))
        days = register.programme.calendar.days(Semester(SEMESTER))
        measured = facts.signal_facts(work, Semester(SEMESTER), days)["unexcused_lessons"]["L-1"]
    assert measured.compared_with(20) == (21 if found else None)
    rule = register.programme.rule("signal-unexcused-lessons")
    asked = {"on": SIGNALLED, "unexcused_lessons": measured.compared_with(20)}
    assert rule.decide(asked).outcome == ("granted" if found else "undetermined")
    assert suggested(register) == found


@pytest.mark.parametrize(
    ("value", "at_least", "threshold", "told"),
    [(5, False, 20, 5), (5, True, 20, None), (21, True, 20, 21), (21, True, None, None), (None, True, 20, None)],
)
def test_what_is_at_least_so_much_is_known_only_above_the_threshold(
    value: int | None, at_least: bool, threshold: object, told: int | None
) -> None:
    assert facts.Measured(value, at_least=at_least).compared_with(threshold) == told


@pytest.mark.parametrize("day", [FIRST, LAST])
def test_the_first_and_the_last_day_of_the_semester_count(register: Register, day: date) -> None:
    with register.unit_of_work() as work:
        miss(work, 20)
        miss(work, 1, day=day)
    assert suggested(register) == [("L-1", "unexcused-absence", 21)]


@pytest.mark.parametrize("decided", [None, "confirm", "reject"])
def test_what_was_suggested_before_is_not_suggested_again(register: Register, decided: str | None) -> None:
    with register.unit_of_work() as work:
        miss(work, 21)
    [made] = register.suggest_risks(SEMESTER, on=SIGNALLED)
    if decided is not None:
        with register.unit_of_work() as work:
            work.suggestions.put(getattr(made, decided)(by=AUTHOR, on=SIGNALLED, reason="Tā."))
    with register.unit_of_work() as work:
        mark(work, "Z-1", 3)
    assert suggested(register) == [("L-1", "learning-difficulties", 3)]
    assert suggested(register) == []


def test_another_semester_is_suggested_anew(register: Register) -> None:
    with register.unit_of_work() as work:
        miss(work, 21)
        miss(work, 21, day=date(2023, 2, 1))
    assert len(suggested(register)) == 1
    assert len(register.suggest_risks("2022/23-2", on=SIGNALLED)) == 1


@pytest.mark.parametrize(
    ("days", "found"),
    [
        ({"first_day": date(2021, 9, 1), "last_day": date(2022, 8, 31)}, 0),
        ({"first_day": date(2021, 9, 1), "last_day": FIRST}, 1),
        ({"first_day": LAST}, 1),
        ({"first_day": date(2022, 12, 24)}, 0),
    ],
)
def test_only_who_is_enrolled_in_the_semester_is_looked_at(register: Register, days: dict[str, date], found: int) -> None:
    with register.unit_of_work() as work:
        work.learners.add(Learner(id="L-2", given_name="Juris", family_name="Ozols"))
        enrol(work, "E-2", learner_id="L-2", **days)
        miss(work, 21, learner_id="L-2", day=date(2022, 10, 3))
    assert len(suggested(register)) == found


def test_lessons_missed_at_two_schools_count_together_and_suggest_once_where_the_learner_is_now(register: Register) -> None:
    with register.unit_of_work() as work:
        enrol(work, "E-2", institution_id="I-2", first_day=date(2022, 10, 1))
        miss(work, 11)
        miss(work, 10, institution_id="I-2", day=date(2022, 10, 3))
    [made] = register.suggest_risks(SEMESTER, on=SIGNALLED)
    assert (made.institution_id, made.measured) == ("I-2", 21)


def test_a_semester_whose_days_nobody_has_set_is_an_error(register: Register) -> None:
    with pytest.raises(ProgrammeError) as caught:
        register.suggest_risks("2030/31-1", on=SIGNALLED)
    assert caught.value.code == "semester-unset"


def test_where_no_threshold_holds_nothing_is_suggested(register: Register) -> None:
    with register.unit_of_work() as work:
        miss(work, 21)
    assert register.suggest_risks(SEMESTER, on=date(2017, 2, 28)) == []


def test_a_threshold_without_factors_suggests_nothing() -> None:
    overlay = OverlayText(
        "none.yaml",
        """overlay_for: lv-8.3.4
title: {lv: Bez faktoriem, en: No factors}
values:
  signals.unexcused-lessons.factor:
    entries:
      - {from: 2017-03-01, value: [], source: "Paraugs", status: example, replaces: true}
""",
    )
    programme = load_programme("lv-8.3.4", overlays=[overlay])
    with Register.open(actor=AUTHOR, programme=programme) as register:
        with filled(register).unit_of_work() as work:
            miss(work, 21)
        assert register.suggest_risks(SEMESTER, on=SIGNALLED) == []
