"""Groups, and how many sessions a deployment lets a learner have."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from two_schools import (
    MOVE,
    NEXT,
    in_progress,
    learner,
    plan,
    refusal,
    session,
    step,
    within,
)

from pmp_core.errors import InvalidValue, ProgrammeError
from pmp_core.measures import Session
from pmp_core.register import Register, casework
from pmp_core.staff import Assignment

MONDAY = date(2022, 10, 3)


def limit(path: str, value: int, unit: str) -> str:
    entry = f"{{from: 2022-09-01, value: {value}, unit: {unit}, source: izdomāts, status: example}}"
    return f"  consultations.{path}.at-most:\n    entries: [{entry}]\n"


def assignment(id: str = "D-9", **fields: Any) -> Assignment:
    own = {"id": id, "person": "Līga", "institution_id": "I-1", "specialist": "psychologist"}
    return Assignment.model_validate({**own, "first_day": MONDAY, "last_day": MOVE, **fields})


def group(*plans: str, **fields: Any) -> list[Session]:
    meeting = {"attendance": "group", "group_id": "N-1", "measure": 2, **fields}
    return [session(f"S-{id}", plan_id=id, **meeting) for id in plans]


def add_group(register: Register, sessions: list[Session], **named: Any) -> Any:
    return within(register, casework.add_group_session, sessions, **named)


def three_plans(register: Register) -> None:
    for number, name in (("2", "Juris"), ("3", "Liene")):
        with register.unit_of_work() as work:
            learner(work, number, name)
        in_progress(register, plan(f"P-{number}", learner_id=f"L-{number}"))
    in_progress(register)


@pytest.mark.parametrize(
    ("path", "value", "unit", "days", "kept"),
    [
        ("week", 2, "sessions/learner-week", ("2022-10-03", "2022-10-07", "2022-10-09"), 2),
        ("week", 2, "sessions/learner-week", ("2022-10-03", "2022-10-07", "2022-10-10"), 3),
        ("week", 2, "sessions/learner-week", ("2022-10-02", "2022-10-03", "2022-10-09"), 3),
        ("week", 80, "minutes/learner-week", ("2022-10-03", "2022-10-05", "2022-10-07"), 2),
        ("week", 79, "minutes/learner-week", ("2022-10-03", "2022-10-05"), 1),
        ("week", 0, "sessions/learner-week", ("2022-10-03",), 0),
        ("semester", 2, "sessions/learner-semester", ("2022-09-12", "2022-10-03", "2022-12-23"), 2),
        ("semester", 119, "minutes/learner-semester", ("2022-09-12", "2022-10-03", "2022-12-23"), 2),
        ("semester", 120, "minutes/learner-semester", ("2022-09-12", "2022-10-03", "2022-12-23"), 3),
    ],
)
def test_a_learner_has_as_many_sessions_as_a_deployment_lets(
    school_with: Any, path: str, value: int, unit: str, days: tuple[str, ...], kept: int
) -> None:
    school = school_with(limit(path, value, unit))
    in_progress(school)
    for number, day in enumerate(days, 1):
        held = session(f"S-{number}", day=day)
        if number <= kept:
            assert school.add_session(held).version == 1
        else:
            error = refusal(lambda held=held: school.add_session(held))  # type: ignore[misc]
            assert error.code == "session-over-limit"
            assert f"{value} {unit}" in error.message


def test_a_limit_counts_over_all_measures_and_from_its_first_day_on(school_with: Any) -> None:
    school = school_with(limit("week", 1, "sessions/learner-week").replace("2022-09-01", "2022-10-04"))
    in_progress(school)
    school.add_session(session())
    assert school.add_session(session("S-2", measure=2)).version == 1  # on the 3rd no limit is set
    assert refusal(lambda: school.add_session(session("S-3", day="2022-10-04"))).found == "2 before this one"


def test_sessions_of_another_semester_do_not_count_against_this_one(school_with: Any) -> None:
    school = school_with(limit("semester", 1, "sessions/learner-semester"))
    in_progress(school)
    in_progress(school, plan("P-2", semester=NEXT, first_day="2023-01-09", last_day="2023-05-31"))
    school.add_session(session())
    assert school.add_session(session("S-2", plan_id="P-2", day="2023-01-09")).version == 1


def test_a_session_that_the_learner_missed_uses_no_limit(school_with: Any) -> None:
    school = school_with(limit("week", 1, "sessions/learner-week"))
    in_progress(school)
    school.add_session(session(absent_because="Slimo."))
    school.add_session(session("S-2", day="2022-10-04"))
    assert school.add_session(session("S-3", day="2022-10-05", absent_because="Slimo.")).version == 1
    assert refusal(lambda: school.add_session(session("S-4", day="2022-10-06"))).code == "session-over-limit"


def test_a_limit_says_of_what_it_is(school_with: Any) -> None:
    for unit in ("hours/learner-week", "sessions/learner-semester"):
        assert refusal(lambda unit=unit: school_with(limit("week", 1, unit)), ProgrammeError).code  # type: ignore[misc]
    unsaid = limit("week", 1, "sessions/learner-week").replace(" unit: sessions/learner-week,", "")
    assert refusal(lambda: school_with(unsaid), ProgrammeError).code


def test_a_group_is_kept_as_a_session_for_each_learner(school: Register) -> None:
    three_plans(school)
    kept = add_group(school, group("P-1", "P-2", "P-3"))
    assert [(held.plan_id, held.group_id, held.version) for held in kept] == [
        ("P-1", "N-1", 1), ("P-2", "N-1", 1), ("P-3", "N-1", 1),
    ]  # fmt: skip


@pytest.mark.parametrize("position", [0, 1, 2])
def test_a_group_is_kept_wholly_or_not_at_all(school: Register, position: int) -> None:
    three_plans(school)
    step(school, "suspend", on=MONDAY, id=f"P-{position + 1}", reason="Slimo.")
    assert refusal(lambda: add_group(school, group("P-1", "P-2", "P-3"))).code == "session-refused"
    with school.unit_of_work() as work:
        assert work.sessions.count() == 0


@pytest.mark.parametrize(("count", "kept"), [(2, True), (3, False)])
@pytest.mark.parametrize("absent", [None, 0, 1])
def test_a_group_has_as_many_learners_as_a_deployment_lets_whoever_missed_it(
    school_with: Any, count: int, kept: bool, absent: int | None
) -> None:
    school = school_with(limit("group", 2, "learners"))
    three_plans(school)
    meeting = group("P-1", "P-2", "P-3")[:count]
    if absent is not None:
        meeting[absent] = meeting[absent].changed(absent_because="Slimo.")
    if kept or absent is not None:
        assert len(add_group(school, meeting)) == count
    else:
        error = refusal(lambda: add_group(school, meeting))
        assert (error.code, error.found) == ("group-over-limit", "3")


@pytest.mark.parametrize(
    ("sessions", "code"),
    [
        ([], "group-unnamed"),
        ([*group("P-1"), *group("P-2", group_id="N-2")], "group-unnamed"),
        ([session("S-1", attendance="group"), session("S-2", attendance="group", plan_id="P-2")], "group-unnamed"),
        ([*group("P-1"), group("P-1")[0].changed(id="S-9", measure=1)], "group-plan-twice"),
    ],
)  # fmt: skip
def test_what_is_no_group_is_not_kept(school: Register, sessions: list[Session], code: str) -> None:
    assert refusal(lambda: add_group(school, sessions), InvalidValue).code == code


@pytest.mark.parametrize(
    "fields",
    [{"day": "2022-10-04"}, {"minutes": 30}, {"delivered_by": "Līga"}, {"specialist": "pedagogue"},
     {"mode": "remote", "directors_order": "Nr. 1", "attested_on": MONDAY}],
    ids=lambda fields: next(iter(fields)),
)  # fmt: skip
def test_the_sessions_of_a_group_were_one_meeting(school: Register, fields: Any) -> None:
    three_plans(school)
    school.add_assignment(assignment())
    error = refusal(lambda: add_group(school, [*group("P-1"), *group("P-2", **fields)]))
    assert (error.code, error.found) == ("group-differs", "S-P-1")


def test_a_group_that_is_still_to_come_is_not_entered(school: Register) -> None:
    three_plans(school)
    error = refusal(lambda: add_group(school, group("P-1", "P-2"), on=MONDAY - timedelta(days=1)))
    assert error.code == "session-not-held"
