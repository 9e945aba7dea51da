"""Evaluating signals on the register: what became of whom, as far as it can be known, and no further."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from pmp_core.errors import InvalidValue, ProgrammeError, RuleError
from pmp_core.learners import Enrolment, Institution, Learner
from pmp_core.register import Register, UnitOfWork, casework, tables
from pmp_core.risks import Absence
from pmp_core.statistics import OUTCOMES, SignalQuality, evaluate_signal
from pmp_core.statistics.signal_outcomes import Outcomes
from pmp_core.values import Actor, Semester

AUTHOR = Actor(name="Ilze", role="plan-author")
S1, S2, LATER = Semester("2021/22-1"), Semester("2021/22-2"), date(2023, 1, 31)
NEXT = date(2022, 9, 1)  # the first day of the semester after S2
ENDED = {"first_day": date(2021, 9, 1), "last_day": date(2022, 5, 31)}
UNEXCUSED = "signal-unexcused-lessons"


@pytest.fixture
def register() -> Iterator[Register]:
    with Register.open(actor=AUTHOR, programme="lv-8.3.4", access="host") as made:
        with made.unit_of_work() as work:
            work.institutions.add_all(Institution(id=id, name="Skola") for id in ("I-1", "I-2"))
            work.learners.add_all(Learner(id=f"L-{n}", given_name="A", family_name="B") for n in range(1, 31))
        yield made


def enrol(work: UnitOfWork, learner: int, **fields: Any) -> None:
    given = {"id": f"E-{learner}-{len(work.enrolments.find())}", "learner_id": f"L-{learner}", "institution_id": "I-1",
             "track": "general", "level": 5, **fields}  # fmt: skip
    work.enrolments.add(Enrolment.model_validate(given))


def miss(work: UnitOfWork, learner: int, lessons: int, first: date = date(2022, 2, 1)) -> None:
    work.absences.add_all(
        Absence.model_validate({"id": f"A-{learner}-{first}-{i}", "learner_id": f"L-{learner}", "institution_id": "I-1",
                                "day": first + timedelta(i // 6), "lesson": i % 6, "absence": "unexcused", "source": "s"})
        for i in range(lessons)
    )  # fmt: skip


def became(
    register: Register, *told: dict[str, Any], semester: Semester = S2, on: date = LATER, heard: bool = True
) -> bool | None:
    """What `left` says of learner 1, where the school is heard of in the semester after (learner 9 begins there)."""
    with register.unit_of_work(keep=False) as work:
        for fields in told:
            enrol(work, 1, **fields)
        if heard:
            enrol(work, 9, first_day=NEXT)
        enrolments = {"L-1": work.enrolments.find(learner_id="L-1")}
        return Outcomes(work.transaction, register.programme.calendar, semester, on).left(enrolments)["L-1"]


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ([ENDED], True),
        ([ENDED, {"first_day": NEXT}], False),
        ([ENDED, {"first_day": NEXT, "institution_id": "I-2"}], False),
        ([ENDED, {"first_day": date(2022, 12, 1)}], False),  # came back, however late
        ([{**ENDED, "last_day": NEXT - timedelta(1)}], True),
        ([{**ENDED, "last_day": NEXT}], False),
        ([{**ENDED, "last_day": date(2022, 2, 1)}], True),
        ([{"first_day": date(2021, 9, 1)}], False),
        ([{**ENDED, "level": 9}], None),  # may have finished: the register holds no certificates
        ([{**ENDED, "level": 12, "last_day": date(2022, 6, 21)}], None),
        ([{**ENDED, "level": 9, "last_day": date(2022, 5, 30)}], True),
        ([{**ENDED, "level": 9}, {"first_day": NEXT, "level": 10}], False),
        ([{**ENDED, "track": "vocational", "level": 2}], None),
        ([{**ENDED, "track": "vocational", "level": 2, "last_day": date(2022, 3, 1)}], True),
        ([{**ENDED, "track": "vocational", "level": 4, "last_day": date(2022, 3, 1)}], None),
        ([{"first_day": NEXT}], None),  # not enrolled in the semester
        ([], None),
    ],
)
def test_who_left_has_no_enrolment_from_the_next_semester_on(register: Register, told: Any, left: bool | None) -> None:
    assert became(register, *told) is left


@pytest.mark.parametrize("told", [ENDED, {"first_day": date(2021, 9, 1)}])
def test_of_a_school_that_is_no_longer_heard_of_nobody_knows_who_left(register: Register, told: Any) -> None:
    assert became(register, told, heard=False) is None


@pytest.mark.parametrize(("on", "left"), [(NEXT - timedelta(1), None), (NEXT, True)])
def test_before_the_next_semester_has_begun_nobody_knows_who_left(register: Register, on: date, left: bool | None) -> None:
    assert became(register, ENDED, on=on) is left


@pytest.mark.parametrize(("day", "left"), [(date(2022, 8, 31), None), (NEXT, True)])
@pytest.mark.parametrize("how", ["absence", "read_on", "withdrawn_on"])
def test_a_school_is_heard_of_by_absences_and_by_when_its_enrolments_were_read(
    register: Register, how: str, day: date, left: bool | None
) -> None:
    with register.unit_of_work() as work:
        enrol(work, 2, **ENDED)
        key = {"source": "s", "kind": "enrolment", "identity": "x", "entity_id": work.enrolments.find()[0].id, "fingerprint": "f",
               "read_on": date(2022, 1, 1), "withdrawn_on": None}  # fmt: skip
        if how == "absence":
            miss(work, 2, 1, day)
        else:
            work.transaction.insert(tables.SOURCE_KEYS, [{**key, how: day}])
    assert became(register, ENDED, heard=False) is left


@pytest.mark.parametrize(
    ("told", "repeated"),
    [
        ([ENDED, {"first_day": NEXT}], True),
        ([ENDED, {"first_day": NEXT, "level": 6}], False),
        ([ENDED], None),
        ([{"first_day": date(2021, 9, 1)}], None),
        ([], None),
    ],
)
@pytest.mark.parametrize("semester", [S1, S2])
def test_a_level_was_repeated_if_the_next_school_year_is_at_it_again(
    register: Register, told: Any, repeated: bool | None, semester: Semester
) -> None:
    with register.unit_of_work(keep=False) as work:
        for fields in told:
            enrol(work, 1, **fields)
        enrolments = {"L-1": work.enrolments.find(learner_id="L-1")}
        for on, answer in ((LATER, repeated), (NEXT - timedelta(1), None)):
            found = Outcomes(work.transaction, register.programme.calendar, semester, on).repeated_level(enrolments)
            assert found == {"L-1": answer}


def evaluated(register: Register, outcome: Any = "left", semesters: Any = S2, **more: Any) -> SignalQuality:
    return evaluate_signal(register, UNEXCUSED, semesters, outcome, **{"on": LATER, **more})


@pytest.fixture
def past(register: Register) -> Register:
    """Twelve learners of 2021/22: 1–4 missed 21 lessons, 5–6 missed 20, 7 a day nobody counted; 1–3, 5 and 7 left."""
    with register.unit_of_work() as work:
        for n in range(1, 13):
            enrol(work, n, **ENDED)
            if n not in (1, 2, 3, 5, 7):
                enrol(work, n, first_day=NEXT, level=6)
            miss(work, n, 21 if n <= 4 else 20 if n <= 6 else 0)
        day = {
            "id": "A-day",
            "learner_id": "L-7",
            "institution_id": "I-1",
            "day": "2022-03-01",
            "absence": "unexcused",
            "source": "s",
        }
        work.absences.add(Absence.model_validate(day))
    return register


def test_a_signal_is_held_against_who_left(past: Register) -> None:
    found = evaluated(past, thresholds=[20, 5, 20])
    assert (found.observations, found.outcome_came, found.outcome_not_known) == (12, 5, 0)
    told = [
        (line.threshold, line.in_force, line.flagged, line.true_positives, line.missed, line.signal_not_known)
        for line in found.lines
    ]
    assert told == [(5, False, 6, 4, 0, 1), (20, True, 4, 3, 1, 1)]
    assert found.lines[1].outcome_with_signal_not_known == 1
    assert any("not in it looks the same" in warning.en for warning in found.warnings)


def test_without_a_threshold_it_is_the_one_of_the_programme(past: Register) -> None:
    assert [line.threshold for line in evaluated(past).lines] == [20]
    with pytest.raises(InvalidValue, match="threshold-invalid"):
        evaluate_signal(past, "signal-unexcused-days", S2, "left", on=LATER)


def test_outcomes_of_a_frame_leave_those_it_does_not_name_not_known(past: Register) -> None:
    frame = pl.DataFrame({"learner_id": ["L-1", "L-2", "L-8", "L-99"], "outcome": [True, False, None, True]})
    found = evaluated(past, frame)
    assert (found.outcome, found.observations, found.outcome_came, found.outcome_not_known) == ("given", 12, 1, 10)
    assert any("1 of the outcomes given" in warning.en for warning in found.warnings)
    assert not any("outcomes given" in warning.en for warning in evaluated(past, frame.head(3)).warnings)


def test_several_semesters_count_each_learner_in_each_and_say_so(past: Register) -> None:
    frame = {"learner_id": ["L-1", "L-1"], "semester": [S1, S2], "outcome": [False, True]}
    found = evaluated(past, frame, [S2, S1, S2])
    assert (found.semesters, found.observations, found.outcome_came) == ((S1, S2), 24, 1)
    assert any("not independent" in warning.en for warning in found.warnings)
    without = {name: cells for name, cells in frame.items() if name != "semester"}
    with pytest.raises(Exception, match="columns-wrong"):
        evaluated(past, without, [S1, S2])
    with pytest.raises(InvalidValue, match="observation-twice"):
        evaluated(past, without)


def test_outcomes_of_another_semester_are_told(past: Register) -> None:
    frame = {"learner_id": ["L-1", "L-1", "L-2"], "semester": [S1, S2, S1], "outcome": [False, True, True]}
    found = evaluated(past, frame)
    assert (found.outcome_came, found.outcome_not_known) == (1, 11)
    assert any("2 of the outcomes given are of another semester" in warning.en for warning in found.warnings)
    assert not any("another semester" in warning.en for warning in evaluated(past, frame, [S1, S2]).warnings)


@pytest.mark.parametrize("cell", ["Anna Ozola", None, "2022/23-3"])
def test_a_semester_that_is_none_is_told_with_its_row(past: Register, cell: Any) -> None:
    with pytest.raises(InvalidValue, match="semester-invalid") as caught:
        evaluated(past, {"learner_id": ["L-1", "L-2"], "semester": [S2, cell], "outcome": [True, True]})
    assert (caught.value.place.row, caught.value.place.column) == (2, "semester")
    assert caught.value.found == ("2022/23-3" if cell == "2022/23-3" else None)


def test_where_a_school_recorded_no_absence_of_anybody_its_learners_are_not_known_to_have_none(past: Register) -> None:
    with past.unit_of_work() as work:
        for n in (20, 21, 22):
            enrol(work, n, **ENDED, institution_id="I-2")
            enrol(work, n, first_day=NEXT, level=6)
    found = evaluated(past)
    (line,) = found.lines
    assert (found.observations, line.flagged, line.not_flagged, line.signal_not_known) == (15, 4, 7, 4)
    assert [warning.en[:25] for warning in found.warnings if "no absence of anybody" in warning.en] == [
        "3 of the observations are"
    ]
    marks = evaluate_signal(past, "signal-insufficient-mark", S2, "left", on=LATER)
    assert not any("no absence of anybody" in warning.en for warning in marks.warnings)


@pytest.mark.parametrize(("days", "flagged", "observations"), [(1, 0, 12), (30, 0, 12), (31, 4, 12), (366, 4, 13), (None, 4, 13)])
def test_a_signal_can_be_looked_at_early_in_the_semester(
    past: Register, days: int | None, flagged: int, observations: int
) -> None:
    with past.unit_of_work() as work:
        enrol(work, 20, first_day=date(2022, 4, 1))  # joins later: not among those of the first days
    # Semester 2 began on 5 January 2022; the 21st lesson was missed on 4 February, its 31st day.
    found = evaluated(past, after_days=days)
    assert (found.lines[0].flagged, found.observations) == (flagged, observations)


@pytest.mark.parametrize("days", [0, -1, 367])
def test_a_number_of_days_that_no_semester_has_is_refused(past: Register, days: int) -> None:
    with pytest.raises(InvalidValue, match="option-invalid"):
        evaluated(past, after_days=days)


def test_what_persons_confirmed_has_no_recall(past: Register) -> None:
    made = past.suggest_risks(S2, on=date(2022, 5, 31))
    with past.unit_of_work() as work:
        for suggestion in made[:2]:
            casework.confirm_risk(work, past.programme, suggestion.id, by=AUTHOR, on=date(2022, 6, 1))
        casework.reject_risk(work, past.programme, made[2].id, by=AUTHOR, on=date(2022, 6, 2), reason="Slimoja.")
        casework.add_risk(
            work, past.programme, id="R-own", learner_id=made[2].learner_id, institution_id="I-1", semester=S2,
            factor="unexcused-absence", by=AUTHOR, on=date(2022, 6, 3), reason="Tomēr.",
        )  # fmt: skip
    for on, counts in ((date(2022, 6, 2), (2, 1, 9)), (date(2022, 6, 3), (3, 0, 9)), (date(2022, 5, 31), (0, 0, 12))):
        found = evaluated(past, "confirmed", on=on)
        (line,) = found.lines
        assert (line.true_positives, line.false_positives, found.outcome_not_known) == counts
        assert line.recall is None


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_an_empty_register_gives_no_shares_and_no_error(register: Register, outcome: str) -> None:
    found = evaluated(register, outcome)
    assert (found.observations, found.lines[0].flagged, found.lines[0].precision.value) == (0, 0, None)


def test_a_repeated_level_is_an_outcome_too(past: Register) -> None:
    with past.unit_of_work() as work:
        enrol(work, 1, first_day=NEXT)
    found = evaluated(past, "repeated-level")
    assert (found.outcome_came, found.outcome_not_known) == (1, 4)


def test_what_is_asked_wrongly_is_told(past: Register) -> None:
    with pytest.raises(RuleError, match="signal-unexcused-lessons"):
        evaluate_signal(past, "signal-unexcused-lesson", S2, "left", on=LATER)
    with pytest.raises(RuleError, match="signal-falling-mark"):
        evaluate_signal(past, "zzz", S2, "left", on=LATER)
    for outcome, semesters, code in (
        ("gone", S2, "outcome-unknown"),
        ("left", [], "semester-invalid"),
        ("left", "2022", "semester-invalid"),
    ):
        with pytest.raises(InvalidValue, match=code):
            evaluated(past, outcome, semesters)
    with pytest.raises(InvalidValue, match="share-invalid"):
        evaluated(past, confidence=1.5)
    with pytest.raises(ProgrammeError, match="semester-unset"):
        evaluated(past, semesters="2030/31-1")


def test_nothing_in_the_register_changes(past: Register) -> None:
    def dump() -> list[Any]:
        with past.unit_of_work() as work:
            return [work.transaction.scan(table) for table in tables.TABLES]

    before = dump()
    for outcome in OUTCOMES:
        evaluated(past, outcome)
    assert dump() == before
