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
from pmp_core.register import Register, UnitOfWork, tables
from pmp_core.risks import Absence, Mark
from pmp_core.values import Actor

AUTHOR = Actor(name="Ilze", role="plan-author")
SEMESTER, FIRST, LAST, SIGNALLED = "2022/23-1", date(2022, 9, 1), date(2022, 12, 23), date(2023, 1, 5)
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
    with Register.open(request.param, actor=AUTHOR, programme="lv-8.3.4", plugins=plugins, access="host") as made:
        yield filled(made)


def enrol(work: UnitOfWork, id: str, **fields: Any) -> None:
    given = {"id": id, **WHERE, "track": "general", "level": 5, "first_day": FIRST, **fields}
    work.enrolments.add(Enrolment.model_validate(given))


def miss(work: UnitOfWork, lessons: int, **fields: Any) -> None:
    """So many lessons missed without excuse, from the second day of the semester on, eight a day."""
    made = [
        {"id": f"{fields}{i}", **WHERE, "day": FIRST + timedelta(days=1 + i // 8), "lesson": i, "absence": "unexcused",
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
@pytest.mark.parametrize("beside", [{"lesson": None}, {"absence": "unspecified"}, {"absence": "unspecified", "lesson": None}])
def test_where_it_may_be_more_the_lessons_are_not_known_unless_those_counted_are_enough(
    register: Register, lessons: int, found: list[object], beside: dict[str, Any]
) -> None:
    with register.unit_of_work() as work:
        miss(work, lessons)
        miss(work, 21, day=date(2022, 10, 3), **beside)
    outcome = register.signals(SEMESTER, on=SIGNALLED)["signal_unexcused_lessons"].to_list()
    assert outcome == ["granted" if found else "undetermined"]
    made = register.suggest_risks(SEMESTER, on=SIGNALLED)
    assert [(one.learner_id, one.factor, one.measured) for one in made] == found
    assert all(one.at_least for one in made)


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
    assert register.suggest_risks("2022/23-2", on=date(2023, 1, 31)) == []
    assert len(register.suggest_risks("2022/23-2", on=date(2023, 2, 1))) == 1


@pytest.mark.parametrize(("on", "found"), [(date(2022, 9, 3), 0), (date(2022, 9, 4), 1)])
def test_only_records_up_to_the_day_count(register: Register, on: date, found: int) -> None:
    with register.unit_of_work() as work:
        miss(work, 21)  # eight a day from 2 September: the 21st on the 4th
    made = register.suggest_risks(SEMESTER, on=on)
    assert [one.signalled_on for one in made] == [date(2022, 9, 4)] * found


@pytest.mark.parametrize(("on", "found"), [(date(2022, 8, 31), 0), (FIRST, 1)])
def test_before_the_semester_nothing_is_suggested_not_even_by_marks(register: Register, on: date, found: int) -> None:
    with register.unit_of_work() as work:
        mark(work, "Z-1", 3)
    assert len(register.suggest_risks(SEMESTER, on=on)) == found


def test_the_evidence_stays_as_it_was_when_the_absences_are_replaced(register: Register) -> None:
    with register.unit_of_work() as work:
        miss(work, 21)
        kept = [(one.day, one.lesson) for one in work.absences.find(order=("day", "lesson"))]
    [made] = register.suggest_risks(SEMESTER, on=SIGNALLED)
    with register.unit_of_work() as work:
        work.absences.remove([one.id for one in work.absences.find()])
    with register.unit_of_work() as work:
        found = work.suggestions.get(made.id)
        decided = work.suggestions.put(found.reject(by=AUTHOR, on=SIGNALLED, reason="Slimoja."))
    assert [(one.day, one.lesson, one.absence) for one in found.evidence] == [(*one, "unexcused") for one in kept]
    with register.unit_of_work() as work:
        assert work.suggestions.get(made.id) == decided
        assert len(decided.evidence) == decided.evidence_records == 21


def test_a_suggestion_is_removed_with_its_evidence(register: Register) -> None:
    with register.unit_of_work() as work:
        miss(work, 21)
    [made] = register.suggest_risks(SEMESTER, on=SIGNALLED)
    with register.unit_of_work() as work:
        assert work.transaction.count(tables.RISK_EVIDENCE) == 21
        assert work.suggestions.remove([made.id]) == 1
        assert work.transaction.count(tables.RISK_EVIDENCE) == 0


def test_a_mark_has_no_day_on_which_the_signal_began(register: Register) -> None:
    with register.unit_of_work() as work:
        mark(work, "Z-1", 3)
        mark(work, "Z-2", 9, subject="Mūzika")
        mark(work, "Z-3", None, subject="Sports", word="ieskaitīts")
    [made] = register.suggest_risks(SEMESTER, on=SIGNALLED)
    assert (made.signalled_on, made.evidence_first_day, made.at_least) == (None, None, False)
    assert [(one.subject, one.points, one.semester) for one in made.evidence] == [
        ("Fizika", 3, SEMESTER),
        ("Mūzika", 9, SEMESTER),
    ]


THRESHOLDS = OverlayText(
    "thresholds.yaml",
    "overlay_for: lv-8.3.4\ntitle: {lv: Sliekšņi, en: Thresholds}\nvalues:\n"
    + "".join(
        f"  signals.{name}.more-than:\n    entries:\n"
        f"      - {{from: 2022-09-01, value: {value}, source: Paraugs, status: example}}\n"
        for name, value in (
            ("excused-lessons", 3), ("unexcused-days", 1), ("excused-days", 1), ("late-arrivals", 2), ("late-enrolment", 29),
            ("falling-mark", 1),
        )
    ),
)  # fmt: skip


def test_every_signal_suggests_with_its_records_once_a_deployment_sets_its_threshold() -> None:
    programme = load_programme("lv-8.3.4", overlays=[THRESHOLDS])
    with Register.open(actor=AUTHOR, programme=programme, access="host") as register:
        with register.unit_of_work() as work:
            work.institutions.add(Institution(id="I-1", name="Skola"))
            work.learners.add(Learner(id="L-1", given_name="Anna", family_name="Ozola"))
            enrol(work, "E-0", first_day=date(2021, 9, 1), last_day=date(2022, 5, 31))
            enrol(work, "E-1", first_day=date(2022, 10, 1))
            miss(work, 4, absence="excused")
            for i, kind in enumerate(("unexcused", "excused")):
                for day in (3, 4):
                    miss(work, 1, absence=kind, lesson=None, day=date(2022, 10 + i, day))
            miss(work, 3, absence="late", day=date(2022, 12, 1))
            mark(work, "Z-1", 9, semester="2021/22-2")
            mark(work, "Z-2", 7)
        made = {one.signal: one for one in register.suggest_risks(SEMESTER, on=LAST)}
    assert {
        name: (one.factor, one.measured, one.threshold, one.signalled_on, len(one.evidence)) for name, one in made.items()
    } == {
        "signal-excused-lessons": ("often-ill", 4, 3, date(2022, 9, 2), 4),
        "signal-unexcused-days": ("unexcused-absence", 2, 1, date(2022, 10, 4), 2),
        "signal-excused-days": ("often-ill", 2, 1, date(2022, 11, 4), 2),
        "signal-late-arrivals": ("hard-to-get-to-school", 3, 2, date(2022, 12, 1), 3),
        "signal-late-enrolment": ("learning-difficulties", 30, 29, date(2022, 10, 1), 1),
        "signal-falling-mark": ("learning-difficulties", 2, 1, None, 2),
        "signal-repeated-level": ("learning-difficulties", 1, 0, date(2022, 10, 1), 2),
    }


def test_a_register_without_anything_suggests_nothing() -> None:
    with Register.open(actor=AUTHOR, programme="lv-8.3.4", access="host") as register:
        assert register.suggest_risks(SEMESTER, on=SIGNALLED) == []


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


@pytest.mark.parametrize(("on", "found"), [(date(2017, 2, 28), 0), (date(2017, 3, 1), 1)])
def test_where_no_threshold_holds_nothing_is_suggested(register: Register, on: date, found: int) -> None:
    with register.unit_of_work() as work:
        enrol(work, "E-2", first_day=date(2017, 1, 5), last_day=date(2017, 5, 31))
        miss(work, 21, day=date(2017, 2, 1))
    assert len(register.suggest_risks("2016/17-2", on=on)) == found


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
    with Register.open(actor=AUTHOR, programme=programme, access="host") as register:
        with filled(register).unit_of_work() as work:
            miss(work, 21)
        assert register.suggest_risks(SEMESTER, on=SIGNALLED) == []
