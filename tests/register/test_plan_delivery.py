"""Delivery: who is assigned, what is scheduled, what was held, within which limits, and how much of what was planned that is."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from two_schools import (
    LAST,
    MOVE,
    NEXT,
    approved,
    enrol,
    evaluation,
    in_progress,
    plan,
    refusal,
    schedule,
    session,
    step,
)

from pmp_core.errors import FactError, InvalidValue, NotFound, NotUnique, ProgrammeError
from pmp_core.register import Register, casework
from pmp_core.staff import Assignment

MONDAY = date(2022, 10, 3)


def assignment(id: str = "D-9", **fields: Any) -> Assignment:
    own = {"id": id, "person": "Līga", "institution_id": "I-1", "specialist": "psychologist"}
    return Assignment.model_validate({**own, "first_day": MONDAY, "last_day": MOVE, **fields})


def end(register: Register, last_day: date, id: str = "D-9") -> Any:
    with register.unit_of_work() as work:
        return casework.end_assignment(work, id, last_day=last_day)


@pytest.mark.parametrize(
    ("day", "covered"),
    [(MONDAY - timedelta(days=1), False), (MONDAY, True), (MOVE, True), (MOVE + timedelta(days=1), False)],
)
def test_a_session_lies_within_its_specialists_assignment(school: Register, day: date, covered: bool) -> None:
    in_progress(school)
    school.add_assignment(assignment())
    held = session(day=day, delivered_by="Līga")
    if covered:
        assert school.add_session(held).version == 1
    else:
        error = refusal(lambda: school.add_session(held))
        assert (error.code, "specialist-assigned" in error.message) == ("session-refused", True)


@pytest.mark.parametrize(
    "fields", [{"person": "Cita"}, {"institution_id": "I-2"}, {"specialist": "pedagogue"}], ids=lambda fields: next(iter(fields))
)
def test_an_assignment_of_another_person_place_or_kind_lets_nobody_in(school: Register, fields: Any) -> None:
    in_progress(school)
    school.add_assignment(assignment(**fields))
    assert "specialist-assigned" in refusal(lambda: school.add_session(session(delivered_by="Līga"))).message


def test_a_session_may_name_its_assignment_and_then_that_one_counts(school: Register) -> None:
    in_progress(school)
    school.add_assignment(assignment())
    held = session(delivered_by="Līga", assignment_id="D-9")
    wrong = held.changed(assignment_id="D-1-psychologist")
    assert "specialist-assigned" in refusal(lambda: school.add_session(wrong)).message
    assert refusal(lambda: school.add_session(held.changed(assignment_id="D-0")), NotFound).found == "D-0"
    assert school.add_session(held).assignment_id == "D-9"


@pytest.mark.parametrize(("first_day", "kept"), [(MOVE, False), (MOVE + timedelta(days=1), True)])
def test_one_assignment_follows_the_other(school: Register, first_day: date, kept: bool) -> None:
    school.add_assignment(assignment())
    following = assignment("D-10", first_day=first_day, last_day=None)
    if kept:
        assert school.add_assignment(following).version == 1
    else:
        error = refusal(lambda: school.add_assignment(following))
        assert (error.code, error.found, "Līga" in str(error)) == ("assignment-overlaps", "D-9", False)


def test_the_same_assignment_twice_is_told_by_its_id(school: Register) -> None:
    school.add_assignment(assignment())
    assert refusal(lambda: school.add_assignment(assignment()), NotUnique).code == "not-unique"


@pytest.mark.parametrize(
    ("fields", "kind", "code"),
    [
        ({"institution_id": "I-9"}, NotFound, "not-found"),
        ({"specialist": "astrologer"}, ProgrammeError, "code-unknown"),
        ({"first_day": "2017-02-28"}, InvalidValue, "code-not-in-force"),
    ],
)
def test_an_assignment_is_of_an_institution_and_a_kind_that_there_are(
    school: Register, fields: Any, kind: Any, code: str
) -> None:
    assert refusal(lambda: school.add_assignment(assignment(**fields)), kind).code == code


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize(("last_day", "ended"), [(date(2022, 10, 9), False), (date(2022, 10, 10), True)])
def test_an_assignment_does_not_end_before_a_session_that_needs_it(
    school: Register, last_day: date, ended: bool, named: bool
) -> None:
    in_progress(school)
    school.add_assignment(assignment(last_day=None))
    school.add_session(session(day="2022-10-10", delivered_by="Līga", assignment_id="D-9" if named else None))
    if ended:
        assert end(school, last_day).last_day == last_day
    else:
        error = refusal(lambda: end(school, last_day))
        assert (error.code, error.found) == ("assignment-in-use", "2022-10-10")


def test_what_the_person_held_elsewhere_or_as_another_does_not_hold_the_assignment(school: Register) -> None:
    in_progress(school)
    school.add_assignment(assignment(last_day=None, person="Zane", institution_id="I-2", specialist="psychologist"))
    school.add_session(session(day=MOVE))
    assert end(school, MONDAY).last_day == MONDAY
    assert refusal(lambda: end(school, MONDAY, "D-0"), NotFound).code == "not-found"


@pytest.mark.parametrize(
    ("fields", "code", "found"),
    [
        ({"measure": 3}, "session-other-measure", "catering"),
        ({"specialist": "pedagogue"}, "measure-other-specialist", "pedagogue"),
        ({"first_day": "2022-09-11"}, "schedule-outside-plan", "2022-09-11..2022-12-23"),
        ({"last_day": "2022-12-24"}, "schedule-outside-plan", "2022-10-03..2022-12-24"),
        ({"weekdays": ("saturday", "sunday")}, "schedule-empty", "saturday, sunday"),
        ({"first_day": "2022-10-24", "last_day": "2022-10-28"}, "schedule-empty", "monday"),
    ],
)
def test_a_schedule_that_nothing_could_be_held_by_is_not_kept(school: Register, fields: Any, code: str, found: str) -> None:
    catering = {"number": 3, "kind": "catering", "risks": ("violence",), "justification": "Ēdināšana."}
    in_progress(school, plan(measures=(*plan().measures, catering)))
    error = refusal(lambda: school.add_schedule(schedule(**fields)))
    assert (error.code, error.found) == (code, found)


@pytest.mark.parametrize(
    ("fields", "kind", "code"),
    [
        ({"plan_id": "P-9"}, NotFound, "not-found"),
        ({"measure": 9}, InvalidValue, "measure-unknown"),
        ({"measure": 2, "specialist": "astrologer"}, ProgrammeError, "code-unknown"),
    ],
)
def test_a_schedule_is_of_a_plan_a_measure_and_a_kind_that_there_are(school: Register, fields: Any, kind: Any, code: str) -> None:
    in_progress(school)
    assert refusal(lambda: school.add_schedule(schedule(**fields)), kind).code == code


def test_nothing_is_scheduled_under_a_plan_that_is_over(school: Register) -> None:
    in_progress(school)
    school.add_evaluation(evaluation())
    step(school, "close", on=LAST)
    assert refusal(lambda: school.add_schedule(schedule())).code == "schedule-plan-over"


@pytest.mark.parametrize(("level", "last"), [(5, date(2023, 5, 22)), (9, date(2023, 6, 12))])
def test_a_schedule_goes_to_the_end_of_its_learners_grade(school: Register, level: int, last: date) -> None:
    # Monday, 29 May 2023, was given free for the bronze of the ice-hockey team.
    with school.unit_of_work() as work:
        work.enrolments.put(work.enrolments.get("E-1").changed(level=level))
    school.add_plan(plan(semester=NEXT, first_day="2023-01-09", last_day="2023-06-14"))
    made = school.add_schedule(schedule(first_day="2023-05-08", last_day="2023-06-14"))
    with school.unit_of_work() as work:
        days = casework.session_days(work, school.programme, made, work.plans.get("P-1"))
    assert days[-1] == last


def test_a_learner_who_is_nowhere_has_the_usual_school_days(school: Register) -> None:
    with school.unit_of_work() as work:
        work.plans.add(plan(learner_id="L-1", first_day="2022-08-29"))
        days = casework.session_days(work, school.programme, schedule(first_day="2022-08-29"), work.plans.get("P-1"))
    assert days[0] == date(2022, 9, 5)


@pytest.mark.parametrize(
    ("last_day", "kept"),
    [(date(2022, 10, 2), None), (MONDAY, MONDAY), (date(2022, 12, 22), date(2022, 12, 22)), (LAST, LAST)],
)
def test_a_schedule_ends_earlier_or_is_taken_out(school: Register, last_day: date, kept: date | None) -> None:
    in_progress(school)
    school.add_schedule(schedule())
    with school.unit_of_work() as work:
        ended = casework.end_schedule(work, "G-1", last_day=last_day)
        assert (None if ended is None else ended.last_day) == kept
        assert work.schedules.find() == ([] if ended is None else [ended])


def test_a_schedule_is_not_made_longer_by_ending_it(school: Register) -> None:
    in_progress(school)
    school.add_schedule(schedule(last_day=MOVE))
    with school.unit_of_work() as work:
        error = refusal(lambda: casework.end_schedule(work, "G-1", last_day=MOVE + timedelta(days=1)))
        assert error.code == "schedule-outside-plan"
        assert refusal(lambda: casework.end_schedule(work, "G-9", last_day=MOVE), NotFound).code == "not-found"


@pytest.mark.parametrize(("on", "code"), [(MONDAY - timedelta(days=1), "session-not-held"), (MONDAY, None), (None, None)])
def test_a_session_that_is_still_to_come_is_not_entered(school: Register, on: date | None, code: str | None) -> None:
    in_progress(school)
    if code is None:
        assert school.add_session(session(), on=on).version == 1
    else:
        error = refusal(lambda: school.add_session(session(), on=on))
        assert (error.code, error.found) == (code, str(MONDAY))


def test_a_specialist_whom_the_programme_does_not_list_is_an_error(school: Register) -> None:
    in_progress(school)
    held = session(measure=2, specialist="astrologer")
    assert refusal(lambda: school.add_session(held), FactError).code == "fact-value"


@pytest.mark.parametrize(("on", "counts"), [("2022-10-02", True), ("2022-10-03", False), ("2022-10-04", True)])
def test_on_the_day_of_a_step_the_status_at_its_end_counts(school: Register, on: str, counts: bool) -> None:
    """Suspended on the 3rd, and approved again on the 4th: on the 3rd itself no session counts, on the 4th it does."""
    in_progress(school)
    step(school, "suspend", on=MONDAY, reason="Slimo.")
    step(school, "resume", on=date(2022, 10, 4))
    approved(school, on=date(2022, 10, 4))
    held = session(day=on)
    if counts:
        assert school.add_session(held).version == 1
    else:
        assert "plan-in-force" in refusal(lambda: school.add_session(held)).message


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "session-twice"), ({"minutes": 20}, "session-twice"), ({"absent_because": "Slimo."}, "session-twice"),
        ({"day": "2022-10-04"}, None), ({"measure": 2}, None),
    ],
)  # fmt: skip
def test_a_session_is_entered_once(school: Register, fields: Any, code: str | None) -> None:
    in_progress(school)
    school.add_session(session())
    second = session("S-2", **fields)
    if code is None:
        assert school.add_session(second).version == 1
    else:
        error = refusal(lambda: school.add_session(second))
        assert (error.code, error.found) == (code, "S-1")


def test_two_specialists_may_hold_a_measure_on_one_day(school: Register) -> None:
    in_progress(school)
    school.add_assignment(assignment())
    school.add_session(session())
    assert school.add_session(session("S-2", delivered_by="Līga")).version == 1


def test_what_was_planned_stands_beside_what_was_due_and_delivered(school: Register) -> None:
    in_progress(school)
    school.add_schedule(schedule())
    for number, day in enumerate((3, 10, 17), 1):
        school.add_session(session(f"S-{number}", day=date(2022, 10, day), absent_because="Slimo." if day == 10 else None))
    first, second = school.delivery("P-1", on=date(2022, 10, 31))
    assert (first.planned_sessions, first.planned_minutes, first.due_sessions) == (8, 320, 4)  # autumn holidays skipped
    assert (first.delivered_sessions, first.missed_sessions, first.outstanding_sessions) == (2, 1, 6)
    assert (first.last_delivered_on, first.behind_schedule) == (date(2022, 10, 17), True)
    assert (second.due_sessions, second.delivered_sessions, second.behind_schedule) == (None, 0, False)


def test_two_schedules_of_a_measure_are_due_together(school: Register) -> None:
    in_progress(school)
    school.add_schedule(schedule(last_day="2022-10-10"))
    school.add_schedule(schedule("G-2", weekdays=("tuesday", "friday"), last_day="2022-10-10"))
    assert school.delivery("P-1", on=LAST)[0].due_sessions == 4


@pytest.mark.parametrize(("on", "due"), [("2022-10-02", 0), ("2022-10-03", 1), ("2022-10-09", 1), ("2022-10-10", 2)])
def test_due_is_what_lies_on_or_before_the_day_of_looking(school: Register, on: str, due: int) -> None:
    in_progress(school)
    school.add_schedule(schedule())
    assert school.delivery("P-1", on=date.fromisoformat(on))[0].due_sessions == due


def test_while_no_session_would_count_none_is_due(school: Register) -> None:
    in_progress(school)
    school.add_schedule(schedule())
    step(school, "suspend", on=date(2022, 10, 10), reason="Slimo.")
    step(school, "resume", on=date(2022, 11, 1))
    approved(school, on=date(2022, 11, 7))
    days = {
        on: school.delivery("P-1", on=date.fromisoformat(on))[0].due_sessions for on in ("2022-10-09", "2022-11-06", "2022-11-07")
    }
    assert days == {"2022-10-09": 1, "2022-11-06": 1, "2022-11-07": 2}


def test_looking_at_delivery_changes_nothing(school: Register, dump_of: Any) -> None:
    in_progress(school)
    school.add_schedule(schedule())
    before = dump_of(school)
    school.delivery("P-1", on=LAST)
    assert dump_of(school) == before
    assert refusal(lambda: school.delivery("P-9", on=LAST), NotFound).code == "not-found"


def test_a_learner_at_two_schools_is_judged_by_the_grade_at_the_one_that_delivers(school: Register) -> None:
    """In the last week of October 2020 remote sessions were for grades 7 to 12 only."""
    days = {"semester": "2020/21-1", "first_day": "2020-10-26", "last_day": "2020-12-31", "entered_on": "2020-10-23"}
    there = {"number": 3, "kind": "consultation", "risks": ("violence",), "justification": "Tur.", "institution_id": "I-2"}
    since = date(2020, 9, 1)
    with school.unit_of_work() as work:
        work.enrolments.put(work.enrolments.get("E-1").changed(first_day=since, level=6))
        enrol(work, "E-2", institution_id="I-2", level=7, first_day=since)
        for number in ("1", "2"):
            work.partnerships.put(work.partnerships.get(f"A-{number}").changed(first_day=since))
            held = work.assignments.get(f"D-{number}-psychologist")
            work.assignments.put(held.changed(first_day=since))
    in_progress(school, plan(**days, applied_on="2020-10-23", measures=(*plan().measures, there)))
    remote = {"day": "2020-10-30", "mode": "remote", "directors_order": "Nr. 1", "attested_on": "2020-10-30"}
    assert "remote-for-grade" in refusal(lambda: school.add_session(session(**remote))).message
    assert school.add_session(session(measure=3, delivered_by="Māra", **remote)).version == 1


def test_the_same_session_again_is_not_kept_twice(school: Register) -> None:
    in_progress(school)
    school.add_session(session())
    assert refusal(lambda: school.add_session(session()), NotUnique).code == "not-unique"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "schedule-twice"),
        ({"weekdays": ("monday", "friday"), "first_day": MOVE}, "schedule-twice"),
        ({"every_weeks": 2}, "schedule-twice"),
        ({"weekdays": ("friday",)}, None),
        ({"measure": 2}, None),
        ({"delivered_by": "Līga"}, None),
        ({"first_day": "2022-12-20", "weekdays": ("tuesday",)}, None),
    ],
)
def test_what_could_not_be_held_twice_is_not_scheduled_twice(school: Register, fields: Any, code: str | None) -> None:
    in_progress(school)
    school.add_schedule(schedule())
    second = schedule("G-2", **fields)
    if code is None:
        assert school.add_schedule(second).version == 1
    else:
        error = refusal(lambda: school.add_schedule(second))
        assert (error.code, error.found) == (code, "G-1")


def test_the_same_schedule_again_is_told_by_its_id(school: Register) -> None:
    in_progress(school)
    school.add_schedule(schedule())
    assert refusal(lambda: school.add_schedule(schedule()), NotUnique).code == "not-unique"


def test_an_assignment_does_not_end_before_it_begins(school: Register) -> None:
    school.add_assignment(assignment())
    assert refusal(lambda: end(school, MONDAY - timedelta(days=1)), InvalidValue).code == "days-reversed"
    assert end(school, MONDAY).last_day == MONDAY
