"""Delivered sessions, and the rule that lets them count."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from pmp_core.errors import FactError, InvalidValue
from pmp_core.loading import load_programme
from pmp_core.measures import Session
from pmp_core.values import Attendance, Mode

RULE = load_programme("lv-8.3.4").rule("session")
DAY = date(2022, 10, 3)
FACTS: dict[str, Any] = {
    "on": DAY, "plan_status": "in-progress", "plan_first_day": date(2022, 9, 12), "plan_last_day": date(2022, 12, 23),
    "specialist": "pedagogue", "mode": "in-person", "directors_order": False, "attested_on": None, "assigned": True, "grade": 7,
}  # fmt: skip
REMOTE: dict[str, Any] = {"mode": "remote", "directors_order": True, "attested_on": DAY}
SESSION: dict[str, Any] = {
    "id": "S-1", "plan_id": "P-1", "measure": 1, "day": DAY, "minutes": 40, "specialist": "pedagogue", "delivered_by": "Jānis",
}  # fmt: skip


def answer(**facts: Any) -> tuple[str, tuple[str, ...]]:
    result = RULE.decide({**FACTS, **facts})
    return result.outcome, result.reasons


def on(day: date, **facts: Any) -> tuple[str, tuple[str, ...]]:
    return answer(on=day, plan_first_day=day, plan_last_day=day, **facts)


YES: tuple[str, tuple[str, ...]] = ("granted", ())


def test_a_session_in_person_needs_no_order_and_no_attestation() -> None:
    assert answer() == YES


def test_a_remote_session_with_order_and_attestation_of_the_day_counts() -> None:
    assert answer(**REMOTE) == YES


@pytest.mark.parametrize(
    ("facts", "reasons"),
    [
        ({"directors_order": False}, ("directors-order",)),
        ({"attested_on": DAY - timedelta(days=1)}, ("attested-same-day",)),
        ({"attested_on": DAY + timedelta(days=1)}, ("attested-same-day",)),
        (
            {"directors_order": False, "attested_on": DAY + timedelta(days=1)},
            ("directors-order", "attested-same-day"),
        ),
    ],
)
def test_a_remote_session_without_its_evidence_does_not_count(facts: dict[str, Any], reasons: tuple[str, ...]) -> None:
    assert answer(**{**REMOTE, **facts}) == ("refused", reasons)


@pytest.mark.parametrize(("fact", "named"), [("directors_order", "directors_order"), ("attested_on", "attested_on")])
def test_a_remote_session_whose_evidence_is_not_known_is_undetermined(fact: str, named: str) -> None:
    assert answer(**{**REMOTE, fact: None}) == ("undetermined", (named,))


@pytest.mark.parametrize(
    ("day", "outcome"),
    [
        (date(2022, 9, 11), "refused"),
        (date(2022, 9, 12), "granted"),
        (date(2022, 12, 23), "granted"),
        (date(2022, 12, 24), "refused"),
    ],
)
def test_a_session_counts_from_the_plans_first_to_its_last_day(day: date, outcome: str) -> None:
    assert answer(on=day) == (outcome, () if outcome == "granted" else ("within-plan",))


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("approved", "granted"),
        ("in-progress", "granted"),
        *((status, "refused") for status in ("draft", "in-approval", "under-revision", "suspended", "inactive", "closed")),
    ],
)
def test_a_session_counts_only_while_the_plan_is_approved_or_carried_out(status: str, outcome: str) -> None:
    assert answer(plan_status=status) == (outcome, () if outcome == "granted" else ("plan-in-force",))


@pytest.mark.parametrize(
    ("day", "answered"),
    [
        (date(2020, 3, 11), YES),
        (date(2020, 3, 12), ("refused", ("mode-allowed",))),
        (date(2020, 5, 29), ("refused", ("mode-allowed",))),
        (date(2020, 5, 30), ("undetermined", ("consultations.in-person.allowed",))),
        (date(2021, 2, 4), ("undetermined", ("consultations.in-person.allowed",))),
        (date(2021, 2, 5), YES),
    ],
)
def test_in_person_sessions_were_stopped_and_for_some_days_nothing_is_known(day: date, answered: object) -> None:
    assert on(day) == answered


@pytest.mark.parametrize(
    ("day", "answered"),
    [
        (date(2020, 3, 22), ("refused", ("mode-allowed",))),
        (date(2020, 10, 26), YES),
        (date(2020, 10, 30), YES),
        (date(2020, 10, 31), ("undetermined", ("consultations.remote.allowed",))),
        (date(2021, 2, 4), ("undetermined", ("consultations.remote.allowed",))),
        (date(2021, 2, 5), YES),
    ],
)
def test_remote_sessions_count_on_the_days_that_are_known_to_allow_them(day: date, answered: object) -> None:
    assert on(day, mode="remote", directors_order=True, attested_on=day) == answered


def test_in_spring_2020_a_remote_session_without_evidence_waits_for_the_conditions_nobody_has_read() -> None:
    facts: dict[str, Any] = {"mode": "remote", "directors_order": False, "attested_on": date(2020, 3, 24)}
    assert on(date(2020, 3, 23), **facts) == (
        "undetermined",
        ("consultations.remote.directors-order-required", "consultations.remote.attested-on-day-of-consultation"),
    )


@pytest.mark.parametrize(("day", "in_force"), [(date(2017, 3, 1), True), (date(2023, 12, 31), True), (date(2024, 1, 1), False)])
def test_outside_the_programmes_days_no_session_counts(day: date, in_force: bool) -> None:
    assert ("programme-in-force" not in on(day)[1]) is in_force


@pytest.mark.parametrize("fact", ["plan_status", "plan_first_day", "plan_last_day", "mode"])
def test_each_fact_that_is_missing_is_named(fact: str) -> None:
    outcome, reasons = answer(**{fact: None})
    assert outcome == "undetermined"
    assert fact in reasons


def test_a_session_without_a_specialist_does_not_count() -> None:
    assert answer(specialist=None) == ("refused", ("specialist-listed",))


def test_a_specialist_whom_the_programme_does_not_list_is_an_error() -> None:
    with pytest.raises(FactError) as caught:
        answer(specialist="astrologer")
    assert caught.value.code == "fact-value"


def test_a_session_is_in_person_and_for_one_learner_if_nothing_else_is_said() -> None:
    session = Session.model_validate(SESSION)
    assert (session.mode, session.attendance) == (Mode.IN_PERSON, Attendance.INDIVIDUAL)


def test_a_session_is_attested_on_its_day_or_later_never_before() -> None:
    assert Session.model_validate({**SESSION, "attested_on": DAY}).attested_on == DAY
    with pytest.raises(ValidationError) as caught:
        Session.model_validate({**SESSION, "attested_on": DAY - timedelta(days=1)})
    error = caught.value.errors()[0]["ctx"]["error"]
    assert isinstance(error, InvalidValue)
    assert error.code == "session-attested-before"


@pytest.mark.parametrize(("minutes", "taken"), [(0, False), (1, True), (1440, True), (1441, False), (40.0, False)])
def test_a_session_lasts_from_a_minute_to_a_day(minutes: Any, taken: bool) -> None:
    if taken:
        assert Session.model_validate({**SESSION, "minutes": minutes}).minutes == minutes
    else:
        with pytest.raises(ValidationError, match="minutes"):
            Session.model_validate({**SESSION, "minutes": minutes})


UNREAD = ("undetermined", ("consultations.remote.allowed",))


@pytest.mark.parametrize(
    ("day", "grade", "answered"),
    [
        *((date(2020, 10, 23), grade, UNREAD) for grade in (6, 7, 12)),
        (date(2020, 10, 25), 7, UNREAD),
        (date(2020, 10, 26), 6, ("refused", ("remote-for-grade",))),
        (date(2020, 10, 26), 7, YES),
        (date(2020, 10, 26), 12, YES),
        (date(2020, 10, 30), 6, ("refused", ("remote-for-grade",))),
        (date(2020, 10, 30), 7, YES),
        *((date(2020, 10, 31), grade, UNREAD) for grade in (6, 7, 12)),
    ],
)
def test_in_the_week_of_october_2020_remote_sessions_are_for_grades_seven_to_twelve(
    day: date, grade: int, answered: object
) -> None:
    assert on(day, mode="remote", directors_order=True, attested_on=day, grade=grade) == answered


@pytest.mark.parametrize("day", [date(2020, 10, 26), date(2020, 10, 30)])
def test_in_that_week_a_learner_whose_grade_is_not_known_cannot_be_judged(day: date) -> None:
    assert on(day, mode="remote", directors_order=True, attested_on=day, grade=None) == ("undetermined", ("grade",))


@pytest.mark.parametrize(("day", "answered"), [(date(2021, 2, 4), UNREAD), (date(2021, 2, 5), YES)])
@pytest.mark.parametrize("grade", [1, 6, 7, None])
def test_from_february_2021_remote_sessions_are_for_every_grade(grade: int | None, day: date, answered: object) -> None:
    assert on(day, mode="remote", directors_order=True, attested_on=day, grade=grade) == answered


@pytest.mark.parametrize(
    ("assigned", "answered"),
    [(True, YES), (False, ("refused", ("specialist-assigned",))), (None, ("undetermined", ("assigned",)))],
)
def test_a_session_is_held_by_a_specialist_who_is_assigned(assigned: bool | None, answered: object) -> None:
    assert answer(assigned=assigned) == answered


def test_a_learner_who_was_not_there_missed_the_session() -> None:
    assert Session.model_validate(SESSION).attended
    assert not Session.model_validate({**SESSION, "absent_because": "Slimo."}).attended


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"absent_because": "Slimo.", "attested_on": DAY}, "session-absent-attested"),
        ({"group_id": "N-1"}, "session-group"),
        ({"group_id": "N-1", "attendance": "individual"}, "session-group"),
    ],
)
def test_a_session_that_contradicts_itself_is_told_so(fields: dict[str, Any], code: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Session.model_validate({**SESSION, **fields})
    error = caught.value.errors()[0]["ctx"]["error"]
    assert isinstance(error, InvalidValue)
    assert error.code == code


def test_a_session_for_a_group_may_name_it_or_not() -> None:
    assert Session.model_validate({**SESSION, "attendance": "group"}).group_id is None
    assert Session.model_validate({**SESSION, "attendance": "group", "group_id": "N-1"}).group_id == "N-1"
