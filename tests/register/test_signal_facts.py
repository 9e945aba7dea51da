"""What signals measure: counts that may be more, falls, repeated levels; of one learner and in columns, the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pmp_core.errors import FactError, ProgrammeError
from pmp_core.learners import Enrolment, Institution, Learner
from pmp_core.loading import load_programme
from pmp_core.programme import OverlayText
from pmp_core.register import Register, signal_columns
from pmp_core.register.signal_facts import Measured, measured
from pmp_core.register.signal_period import SignalPeriod
from pmp_core.register.signal_records import evidence_of, records_by_learner
from pmp_core.risks import SIGNALS, Absence, Mark
from pmp_core.values import Actor, Semester

PROGRAMME = load_programme("lv-8.3.4")
CALENDAR = PROGRAMME.calendar
ONE, FIRST, LAST = Semester("2022/23-1"), date(2022, 9, 1), date(2022, 12, 23)
PERIOD = SignalPeriod.until(CALENDAR, ONE)
AUTHOR = Actor(name="Ilze", role="plan-author")
WHERE = {"learner_id": "L-1", "institution_id": "I-1"}
HERE = {"id": "E-1", **WHERE, "track": "general", "level": 5, "first_day": FIRST}


def absences(*told: tuple[Any, ...]) -> list[Absence]:
    """From tuples of kind, day and lesson."""
    return [
        Absence.model_validate({"id": f"A-{i}", **WHERE, "absence": kind, "day": day, "lesson": lesson, "source": "s"})
        for i, (kind, day, lesson) in enumerate(told)
    ]


def marks(*told: tuple[str, str, int | None]) -> list[Mark]:
    """From tuples of semester, subject and points."""
    return [
        Mark.model_validate({"id": f"M-{i}", **WHERE, "semester": of, "subject": subject, "points": points, "source": "s"})
        for i, (of, subject, points) in enumerate(told)
    ]


def enrolments(*told: dict[str, Any]) -> list[Enrolment]:
    return [Enrolment.model_validate({**HERE, "id": f"E-{i}", **fields}) for i, fields in enumerate(told)]


def measure(period: SignalPeriod = PERIOD, **records: Sequence[Any]) -> dict[str, Measured]:
    given_: dict[str, Any] = {"absences": (), "marks": (), "enrolments": [Enrolment.model_validate(HERE)], **records}
    return measured(period, **given_)


def bounds(found: Measured) -> tuple[int | None, int | None]:
    return found.value, found.at_most


D = date(2022, 10, 3)
LESSON, WHOLE = ("unexcused", D, 1), ("unexcused", D, None)


@pytest.mark.parametrize(
    ("told", "lessons", "days"),
    [
        ((), (0, 0), (0, 0)),
        ((LESSON,), (1, 1), (0, 1)),  # the lesson may have been all there was that day
        ((WHOLE,), (0, None), (1, 1)),  # nobody says how many lessons the day had
        ((LESSON, WHOLE), (1, None), (1, 1)),
        ((("unspecified", D, 1),), (0, 1), (0, 1)),
        ((("unspecified", D, None),), (0, None), (0, 1)),
        ((WHOLE, ("unspecified", D, None)), (0, None), (1, 1)),
        ((LESSON, ("unspecified", D, 2), ("unspecified", date(2022, 10, 4), 2)), (1, 3), (0, 2)),
        ((("excused", D, 1), ("excused", D, None), ("late", D, 2)), (0, 0), (0, 0)),
        ((LESSON, ("unexcused", FIRST - timedelta(1), 1), ("unexcused", LAST + timedelta(1), None)), (1, 1), (0, 1)),
        ((("unexcused", FIRST, 1), ("unexcused", LAST, 1)), (2, 2), (0, 2)),
    ],
)
def test_a_count_says_what_it_is_at_least_and_at_most(told: Any, lessons: object, days: object) -> None:
    found = measure(absences=absences(*told))
    assert (bounds(found["unexcused_lessons"]), bounds(found["unexcused_days"])) == (lessons, days)


COUNTS = ("unexcused_lessons", "excused_lessons", "unexcused_days", "excused_days", "late_arrivals")
AT_TWO: Any = [{}, {"institution_id": "I-2", "first_day": date(2022, 10, 1)}]
WAS_AT_TWO: Any = [{}, {"institution_id": "I-2", "first_day": date(2021, 9, 1), "last_day": FIRST - timedelta(1)}]


@pytest.mark.parametrize(
    ("told", "recorded", "known"),
    [
        ([{}], None, True),
        ([{}], {"I-1"}, True),
        ([{}], {"I-2"}, False),
        ([{}], set(), False),
        (AT_TWO, {"I-1", "I-2"}, True),
        (AT_TWO, {"I-1"}, False),  # of the days at the other nothing is known
        (AT_TWO, {"I-2"}, False),
        (WAS_AT_TWO, {"I-1"}, True),  # was at the other before these days
    ],
)
def test_where_a_school_recorded_no_absence_of_anybody_no_count_is_bounded(told: Any, recorded: Any, known: bool) -> None:
    found = measure(enrolments=enrolments(*told), recorded=recorded)
    assert [bounds(found[name]) for name in COUNTS] == [(0, 0 if known else None)] * 5
    assert found["unexcused_lessons"].compared_with(20) == (0 if known else None)
    assert found["days_to_enrolment"] == measure(enrolments=enrolments(*told))["days_to_enrolment"]
    # What is known counts all the same, with its records.
    more = measure(enrolments=enrolments(*told), recorded=recorded, absences=absences(LESSON, ("late", D, 2)))
    assert [more[name].value for name in COUNTS] == [1, 0, 0, 0, 1]
    assert more["unexcused_lessons"].compared_with(0) == 1
    assert len(more["unexcused_lessons"].evidence) == 1


def test_a_signal_of_absences_is_undetermined_where_the_school_recorded_none_of_anybody() -> None:
    with Register.open(actor=AUTHOR, programme=OVERLAID, access="host") as register:
        with register.unit_of_work() as work:
            work.institutions.add_all(Institution(id=id, name="Skola") for id in ("I-1", "I-2", "I-3"))
            work.learners.add_all(Learner(id=f"L-{n}", given_name="A", family_name="B") for n in (1, 2, 3, 4))
            work.enrolments.add_all(
                Enrolment.model_validate({**HERE, "id": f"E-{n}", "learner_id": f"L-{n}", "institution_id": school})
                for n, school in ((1, "I-1"), (2, "I-1"), (3, "I-2"), (4, "I-3"))
            )
            work.absences.add_all(absences(LESSON, ("unexcused", D, 2)))
            [other] = absences(("unexcused", FIRST - timedelta(1), 1))
            work.absences.add(other.changed(id="A-before", learner_id="L-4", institution_id="I-3"))
        rows = register.signals(ONE).to_dicts()
        assert [one.learner_id for one in register.suggest_risks(ONE, on=LAST)] == ["L-1"]
    assert [row["signal_unexcused_lessons"] for row in rows] == ["granted", "refused", "undetermined", "undetermined"]
    assert [row["signal_late_arrivals"] for row in rows] == ["refused", "refused", "undetermined", "undetermined"]
    assert [(row["late_arrivals"], row["late_arrivals_at_most"]) for row in rows] == [(0, 0), (0, 0), (0, None), (0, None)]


def test_excused_and_unexcused_are_counted_alike() -> None:
    other = [(kind.replace("unexcused", "excused"), day, lesson) for kind, day, lesson in (LESSON, WHOLE)]
    found = measure(absences=absences(*other))
    assert (bounds(found["excused_lessons"]), bounds(found["excused_days"])) == ((1, None), (1, 1))


def test_one_lesson_is_missed_once_however_many_sources_say_so() -> None:
    twice = [one.changed(id=f"B{n}", source=f"s{n}") for n in (1, 2) for one in absences(LESSON, WHOLE, ("late", D, 2))]
    found = measure(absences=twice)
    assert [found[name].value for name in ("unexcused_lessons", "unexcused_days", "late_arrivals")] == [1, 1, 1]
    elsewhere = [*absences(LESSON), *(one.changed(institution_id="I-2") for one in absences(LESSON))]
    assert measure(absences=elsewhere)["unexcused_lessons"].value == 2


def test_late_arrivals_are_counted_and_no_absence() -> None:
    found = measure(absences=absences(("late", D, 1), ("late", D, None)))
    assert (bounds(found["late_arrivals"]), bounds(found["unexcused_lessons"])) == ((2, 2), (0, 0))


@pytest.mark.parametrize(
    ("value", "at_most", "threshold", "told"),
    [
        (5, 5, 20, 5), (5, None, 20, None), (21, None, 20, 21), (20, None, 20, None), (5, 20, 20, 5), (5, 21, 20, None),
        (21, 30, 20, 21), (21, None, None, None), (21, 21, None, 21), (None, None, 20, None),
    ],
)  # fmt: skip
def test_what_may_be_more_is_told_only_where_the_threshold_is_surely_passed_or_not(
    value: int | None, at_most: int | None, threshold: object, told: int | None
) -> None:
    assert Measured(value, at_most).compared_with(threshold) == told


@pytest.mark.parametrize(("threshold", "since"), [(0, 3), (1, 4), (2, None), (None, None), (-1, 3)])
def test_a_signal_is_there_since_the_record_that_passed_the_threshold(threshold: Any, since: int | None) -> None:
    found = measure(absences=absences(("unexcused", date(2022, 10, 4), 1), ("unexcused", date(2022, 10, 3), 1)))
    assert found["unexcused_lessons"].there_since(threshold) == (None if since is None else date(2022, 10, since))


@pytest.mark.parametrize(
    ("then", "now", "fall"),
    [
        ([("Fizika", 8)], [("Fizika", 5)], 3),
        ([("Fizika", 5)], [("Fizika", 8)], 0),
        ([("Fizika", 5)], [("Fizika", 5)], 0),
        ([("Fizika", 8), ("Mūzika", 9)], [("Fizika", 7), ("Mūzika", 4)], 5),
        ([("Fizika", 8)], [("Mūzika", 5)], None),
        ([("Fizika", 8)], [("Fizika", None)], None),
        ([("Fizika", None)], [("Fizika", 5)], None),
        ([("Fizika", 8), ("Fizika", 6)], [("Fizika", 5), ("Fizika", 9)], 1),  # the lowest of each
        ([], [("Fizika", 5)], None),
        ([("Fizika", 8)], [], None),
    ],
)
def test_a_fall_is_looked_for_subject_by_subject(then: Any, now: Any, fall: int | None) -> None:
    told = marks(*(("2021/22-2", *one) for one in then), *((ONE, *one) for one in now), ("2021/22-1", "Fizika", 10))
    assert bounds(measure(marks=told)["largest_fall"]) == (fall, fall)


def test_the_evidence_of_a_fall_is_both_marks_of_every_subject_that_fell() -> None:
    told = marks(("2021/22-2", "A", 8), (ONE, "A", 5), ("2021/22-2", "B", 6), (ONE, "B", 5), ("2021/22-2", "C", 5), (ONE, "C", 5))
    evidence = measure(marks=told)["largest_fall"].evidence
    assert [(one.subject, one.semester, one.points) for one in evidence] == [
        ("A", "2021/22-2", 8), ("A", ONE, 5), ("B", "2021/22-2", 6), ("B", ONE, 5),
    ]  # fmt: skip


def test_marks_in_words_alone_are_no_lowest_mark() -> None:
    assert bounds(measure(marks=marks((ONE, "Fizika", None)))["lowest_mark"]) == (None, None)
    assert bounds(measure(marks=marks((ONE, "A", None), (ONE, "B", 4)))["lowest_mark"]) == (4, 4)


JOINED: Any = [
    ([{"first_day": FIRST}], 0),
    ([{"first_day": date(2022, 9, 2)}], 1),
    ([{"first_day": date(2022, 8, 15)}], 0),
    ([{"first_day": date(2018, 9, 1)}], 0),
    ([{"first_day": FIRST, "last_day": date(2022, 9, 30)}, {"first_day": date(2022, 10, 10)}], 0),  # came back
    ([{"first_day": FIRST, "last_day": date(2022, 9, 30), "institution_id": "I-2"}, {"first_day": date(2022, 10, 1)}], 30),
    ([{"first_day": date(2021, 9, 1), "last_day": date(2022, 5, 31)}, {"first_day": date(2022, 10, 1)}], 30),
    ([{"first_day": date(2021, 9, 1), "last_day": date(2022, 5, 31)}], None),
    ([], None),
]


@pytest.mark.parametrize(("told", "days"), JOINED)
def test_how_late_in_the_semester_a_learner_joined_the_institution(told: Any, days: int | None) -> None:
    assert bounds(measure(enrolments=enrolments(*told))["days_to_enrolment"]) == (days, days)


LAST_YEAR = {"first_day": date(2021, 9, 1), "last_day": date(2022, 5, 31)}


REPEATED: Any = [
    ([LAST_YEAR, {}], 1),
    ([{**LAST_YEAR, "level": 4}, {}], 0),
    ([{**LAST_YEAR, "institution_id": "I-2"}, {}], 1),
    ([{**LAST_YEAR, "track": "vocational"}, {}], 0),  # the same number of another track is another level
    ([{}], None),
    ([], None),
    ([{"first_day": date(2021, 9, 1)}], None),  # goes on over the turn: it tells one level of two years
    ([{"first_day": date(2021, 9, 1), "last_day": date(2022, 9, 30)}, {"first_day": date(2022, 10, 1)}], 1),
    ([{"first_day": date(2020, 9, 1), "last_day": date(2021, 5, 31)}, {}], None),  # not last year's
    ([{"first_day": date(2020, 9, 1), "last_day": date(2021, 9, 1), "level": 4}, {}], 0),
    ([{**LAST_YEAR, "level": 4, "last_day": date(2021, 12, 1)}, {**LAST_YEAR, "first_day": date(2021, 12, 2)}, {}], 1),
    ([{**LAST_YEAR, "last_day": date(2022, 8, 31)}, {"first_day": date(2022, 8, 31)}], None),  # ends as the other begins
    ([LAST_YEAR, {"first_day": date(2022, 6, 1)}], 1),
    ([LAST_YEAR, {"first_day": date(2022, 5, 31)}], None),
    ([{**LAST_YEAR, "level": 4, "last_day": date(2022, 4, 1)}, {**LAST_YEAR, "institution_id": "I-2"}, {}], 1),  # the last to end
    ([{**LAST_YEAR, "institution_id": "I-2"}, {**LAST_YEAR, "level": 4, "last_day": date(2022, 4, 1)}, {}], 1),
    ([{**LAST_YEAR, "level": 4}, {**LAST_YEAR, "first_day": date(2021, 10, 1), "institution_id": "I-2"}, {}], 1),
    ([LAST_YEAR, {**LAST_YEAR, "level": 4, "institution_id": "I-2"}, {}], 1),  # the same days: by the id
]


@pytest.mark.parametrize(("told", "repeated"), REPEATED)
def test_a_level_is_repeated_if_it_is_that_of_the_last_school_year(told: Any, repeated: int | None) -> None:
    assert bounds(measure(enrolments=enrolments(*told))["level_repeated"]) == (repeated, repeated)


def test_where_the_calendar_has_no_year_before_it_is_from_september_to_august() -> None:
    days = SignalPeriod.until(CALENDAR, Semester("2016/17-1")).year_before
    assert (days.first, days.last) == (date(2015, 9, 1), date(2016, 8, 31))


@pytest.mark.parametrize(
    ("on", "last"), [(date(2022, 8, 31), None), (FIRST, FIRST), (LAST, LAST), (LAST + timedelta(1), LAST), (None, LAST)]
)
def test_a_semester_is_looked_at_up_to_a_day(on: date | None, last: date | None) -> None:
    days = SignalPeriod.until(CALENDAR, ONE, on).days
    assert (days and days.last) == last


def test_before_the_semester_nothing_is_known() -> None:
    period = SignalPeriod.until(CALENDAR, ONE, date(2022, 8, 31))
    found = measure(period, absences=absences(LESSON), marks=marks((ONE, "A", 1)))
    assert found == dict.fromkeys([signal.measure for signal in SIGNALS], Measured())


def test_what_is_no_record_is_no_evidence() -> None:
    with pytest.raises(TypeError, match="str is no absence"):
        evidence_of("x")


# --- columns ----------------------------------------------------------------------------------------------------------

DAYS = st.dates(date(2022, 8, 25), date(2023, 1, 5))
LEARNERS, SCHOOLS = st.sampled_from(["L-1", "L-2", "L-3"]), st.sampled_from(["I-1", "I-2"])
ABSENCES = st.lists(
    st.tuples(LEARNERS, SCHOOLS, DAYS, st.none() | st.integers(0, 3), st.sampled_from(["excused", "unexcused", "unspecified", "late"])),
    max_size=25,
)  # fmt: skip
MARKS = st.lists(
    st.tuples(LEARNERS, SCHOOLS, st.sampled_from(["2021/22-2", ONE, "2022/23-2"]), st.sampled_from("AB"), st.none() | st.integers(1, 10)),
    max_size=15,
)  # fmt: skip
ENROLMENTS = st.lists(
    st.tuples(
        LEARNERS, SCHOOLS, st.sampled_from(["general", "vocational"]), st.integers(4, 5),
        st.sampled_from([date(2021, 9, 1), date(2022, 1, 10), date(2022, 6, 1), FIRST, date(2022, 10, 1), LAST]) | DAYS,
        st.none() | st.integers(0, 400),
    ),
    max_size=8,
    unique_by=lambda one: (one[0], one[1], one[4]),
)  # fmt: skip

SET = OverlayText(
    "set.yaml",
    "overlay_for: lv-8.3.4\ntitle: {lv: Sliekšņi, en: Thresholds}\nvalues:\n"
    + "".join(
        f"  signals.{name}.more-than:\n    entries:\n      - {{from: 2022-09-01, value: 1, source: x, status: example{more}}}\n"
        for name, more in (("unexcused-lessons", ", replaces: true"), ("excused-lessons", ""), ("unexcused-days", ""),
                           ("late-arrivals", ""), ("falling-mark", ""))
    ),
)  # fmt: skip
OVERLAID = load_programme("lv-8.3.4", overlays=[SET])


@pytest.mark.parametrize(("told", "value"), [*JOINED, *REPEATED])
def test_columns_say_of_every_case_above_what_was_said_there(told: Any, value: int | None) -> None:
    held = enrolments(*told)
    with Register.open(actor=AUTHOR, programme=PROGRAMME, access="host") as register:
        with register.unit_of_work() as work:
            work.institutions.add_all(Institution(id=id, name="Skola") for id in ("I-1", "I-2"))
            work.learners.add(Learner(id="L-1", given_name="Anna", family_name="Ozola"))
            work.enrolments.add_all(held)
        rows = register.signals(ONE).to_dicts()
    found = measure(enrolments=held)
    names = ("days_to_enrolment", "level_repeated")
    assert [[row[name] for name in names] for row in rows] == (
        [] if found["days_to_enrolment"].value is None else [[found[name].value for name in names]]
    )
    assert value in [found[name].value for name in names]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(missed=ABSENCES, marked=MARKS, held=ENROLMENTS, on=st.none() | DAYS)
def test_columns_say_of_everybody_what_is_said_of_each(missed: Any, marked: Any, held: Any, on: date | None) -> None:
    with Register.open(actor=AUTHOR, programme=OVERLAID, access="host") as register:
        with register.unit_of_work() as work:
            work.institutions.add_all(Institution(id=id, name="Skola") for id in ("I-1", "I-2"))
            work.learners.add_all(Learner(id=f"L-{n}", given_name="A", family_name="B") for n in (1, 2, 3))
            work.absences.add_all(
                Absence.model_validate({"id": f"A-{i}", "learner_id": one[0], "institution_id": one[1], "day": one[2],
                                        "lesson": one[3], "absence": one[4], "source": "s"})
                for i, one in enumerate(missed)
            )  # fmt: skip
            work.marks.add_all(
                Mark.model_validate({"id": f"M-{i}", "learner_id": one[0], "institution_id": one[1], "semester": one[2],
                                     "subject": one[3], "points": one[4], "source": "s"})
                for i, one in enumerate(marked)
            )  # fmt: skip
            work.enrolments.add_all(
                Enrolment.model_validate({"id": f"E-{i}", "learner_id": one[0], "institution_id": one[1], "track": one[2],
                                          "level": one[3], "first_day": one[4],
                                          "last_day": None if one[5] is None else one[4] + timedelta(one[5])})
                for i, one in enumerate(held)
            )  # fmt: skip
        rows = {row["learner_id"]: row for row in register.signals(ONE, on=on).iter_rows(named=True)}
        running = register.running_counts(ONE, on=on)
        period = SignalPeriod.until(OVERLAID.calendar, ONE, on)
        looked_at = set()
        with register.unit_of_work() as work:
            for id, records in records_by_learner(work.transaction, period).items():
                found = measured(
                    period,
                    absences=records.absences,
                    marks=records.marks,
                    enrolments=records.enrolments,
                    recorded=records.recorded,
                )
                of_entities = measured(
                    period,
                    absences=work.absences.find(learner_id=id),
                    marks=work.marks.find(learner_id=id),
                    enrolments=work.enrolments.find(learner_id=id),
                    recorded={
                        one.institution_id for one in work.absences.find() if period.days is not None and one.day in period.days
                    },
                )
                assert [(bounds(found[name]), found[name].evidence) for name in found] == [
                    (bounds(of_entities[name]), of_entities[name].evidence) for name in found
                ]
                if found["days_to_enrolment"].value is None:  # not enrolled in these days
                    assert id not in rows
                    continue
                looked_at.add(id)
                last = running.filter(running["learner_id"] == id).tail(1)
                for signal in SIGNALS:
                    what, row = found[signal.measure], rows[id]
                    assert row[signal.measure] == what.value, signal.measure
                    assert row.get(f"{signal.measure}_at_most", what.value) == what.at_most, signal.measure
                    threshold = OVERLAID.read(signal.threshold, on or LAST).value
                    facts = {"on": on or LAST, signal.measure: what.compared_with(threshold)}
                    assert row[signal.name.replace("-", "_")] == OVERLAID.rule(signal.name).decide(facts).outcome, signal.name
                    if signal.measure in running.columns and len(last):
                        assert last[signal.measure].item() == what.value
        assert looked_at == set(rows)


@pytest.fixture
def register() -> Any:
    with Register.open(actor=AUTHOR, programme=PROGRAMME, access="host") as made:
        with made.unit_of_work() as work:
            work.institutions.add(Institution(id="I-1", name="Skola"))
            work.learners.add(Learner(id="L-1", given_name="Anna", family_name="Ozola"))
            work.enrolments.add(Enrolment.model_validate(HERE))
            work.absences.add_all(absences(LESSON, ("unexcused", D, 2), ("excused", date(2022, 10, 5), None), ("late", D, 3)))
        yield made


@pytest.mark.parametrize("backend", ["polars", "pandas", "pyarrow"])
def test_counts_run_through_the_semester_in_whatever_frame(register: Register, backend: str) -> None:
    found = register.running_counts(ONE, backend=backend)
    assert {"polars": "polars", "pandas": "pandas", "pyarrow": "pyarrow"}[backend] in type(found).__module__
    rows = found.to_pylist() if backend == "pyarrow" else found.to_dict("records") if backend == "pandas" else found.to_dicts()
    assert [(str(row["day"])[:10], row["unexcused_lessons"], row["excused_days"], row["late_arrivals"]) for row in rows] == [
        ("2022-10-03", 2, 0, 1), ("2022-10-05", 2, 1, 1),
    ]  # fmt: skip
    assert len(register.signals(ONE, backend=backend)) == 1


def test_an_empty_register_and_a_day_before_the_semester_give_no_rows(register: Register) -> None:
    for found in (register.signals(ONE, on=date(2022, 8, 31)), register.running_counts(ONE, on=date(2022, 8, 31))):
        assert found.height == 0
    with Register.open(actor=AUTHOR, programme=PROGRAMME, access="host") as empty:
        assert empty.signals(ONE).columns == register.signals(ONE).columns
        assert empty.running_counts(ONE).height == 0


def test_a_semester_that_nobody_set_and_a_kind_of_frame_that_is_none_are_errors(register: Register) -> None:
    for ask in (register.signals, register.running_counts):
        with pytest.raises(ProgrammeError, match="semester-unset"):
            ask("2030/31-1")
        with pytest.raises(FactError, match="backend-unknown"):
            ask(ONE, backend="excel")


def test_without_a_library_of_frames_the_error_says_what_to_install(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: Any, **__: Any) -> Any:
        raise ModuleNotFoundError("polars")

    monkeypatch.setattr(signal_columns.nw.DataFrame, "to_arrow", gone)
    with pytest.raises(FactError, match="backend-missing"):
        register.signals(ONE, backend="pyarrow")
    monkeypatch.setattr(signal_columns.nw.Implementation, "to_native_namespace", gone)
    with pytest.raises(FactError, match="backend-missing"):
        register.signals(ONE)
