"""What was planned beside what was delivered."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmp_core.measures import MeasureDelivery, Session, delivery_of
from pmp_core.plans import SupportPlan

ON = date(2022, 10, 10)
DAYS = [date(2022, 10, 3), date(2022, 10, 9), ON, date(2022, 10, 11)]


def plan(**measure: Any) -> SupportPlan:
    first = {"number": 1, "kind": "consultation", "risks": ("violence",), "justification": "Palīdz.", "specialist": "pedagogue"}
    return SupportPlan.model_validate(
        {
            "id": "P-1", "learner_id": "L-1", "institution_id": "I-1", "partner_kind": "municipality",
            "semester": "2022/23-1", "first_day": "2022-09-12", "last_day": "2022-12-23", "entered_on": "2022-09-12",
            "prepared_by": "Ilze", "status": "in-progress", "risks": ({"factor": "violence"},),
            "measures": ({**first, **measure}, {**first, "number": 2}),
        }
    )  # fmt: skip


def session(day: date, id: str = "S-1", **fields: Any) -> Session:
    own = {"id": id, "plan_id": "P-1", "measure": 1, "day": day, "minutes": 40, "specialist": "pedagogue", "delivered_by": "Zane"}
    return Session.model_validate({**own, **fields})


def first(*sessions: Session, due: int | None = None, **measure: Any) -> MeasureDelivery:
    return delivery_of(plan(**measure), sessions, {} if due is None else {1: due}, on=ON)[0]


def test_what_was_held_until_the_day_is_counted_and_what_came_later_is_not() -> None:
    found = first(*(session(day) for day in DAYS), sessions=8, minutes=40)
    assert (found.number, found.kind, found.specialist) == (1, "consultation", "pedagogue")
    assert (found.planned_sessions, found.planned_minutes) == (8, 320)
    assert (found.delivered_sessions, found.delivered_minutes, found.last_delivered_on) == (3, 120, ON)
    assert found.outstanding_sessions == 5


def test_a_session_of_another_measure_counts_there() -> None:
    one, other = delivery_of(plan(), [session(ON, measure=2, minutes=30)], {}, on=ON)
    assert (one.delivered_sessions, one.delivered_minutes, one.last_delivered_on) == (0, 0, None)
    assert (other.delivered_sessions, other.delivered_minutes, other.last_delivered_on) == (1, 30, ON)


def test_a_session_that_the_learner_missed_is_counted_apart() -> None:
    found = first(session(DAYS[0]), session(ON, absent_because="Slimo."), sessions=2)
    assert (found.delivered_sessions, found.missed_sessions, found.last_delivered_on) == (1, 1, DAYS[0])
    assert found.outstanding_sessions == 1


@pytest.mark.parametrize("measure", [{}, {"sessions": 8}, {"minutes": 40}])
def test_what_the_plan_does_not_say_is_not_made_up(measure: dict[str, Any]) -> None:
    found = first(**measure)
    assert found.planned_minutes is None
    assert found.outstanding_sessions == measure.get("sessions")


def test_more_than_was_planned_leaves_nothing_outstanding() -> None:
    assert first(session(DAYS[0]), session(ON), sessions=1).outstanding_sessions == 0


@pytest.mark.parametrize(("due", "behind"), [(None, False), (0, False), (2, False), (3, True)])
def test_a_measure_is_behind_where_fewer_took_place_than_were_due(due: int | None, behind: bool) -> None:
    found = first(session(DAYS[0]), session(ON, absent_because="Slimo."), due=due)
    assert (found.due_sessions, found.behind_schedule) == (due, behind)


@given(st.lists(st.tuples(st.sampled_from(DAYS), st.integers(1, 2), st.booleans(), st.integers(1, 90))))
def test_nothing_that_was_held_is_lost_or_counted_twice(held: list[tuple[date, int, bool, int]]) -> None:
    sessions = [
        session(day, f"S-{i}", measure=measure, minutes=minutes, absent_because=None if there else "Slimo.")
        for i, (day, measure, there, minutes) in enumerate(held)
    ]
    found = delivery_of(plan(), sessions, {}, on=ON)
    until = [one for one in held if one[0] <= ON]
    assert sum(one.delivered_sessions + one.missed_sessions for one in found) == len(until)
    assert sum(one.delivered_minutes for one in found) == sum(minutes for _, _, there, minutes in until if there)
