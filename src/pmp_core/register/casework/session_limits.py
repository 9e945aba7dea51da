"""How many sessions a learner may have, where a deployment has set it: in a week, in a semester, in a group."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from pmp_core.errors import StepRefused
from pmp_core.loading import Programme
from pmp_core.measures import Session
from pmp_core.plans import SupportPlan
from pmp_core.register.collection import UnitOfWork
from pmp_core.values import DayRange, Semester

_WEEK, _SEMESTER, _GROUP = "consultations.week.at-most", "consultations.semester.at-most", "consultations.group.at-most"


def check_limits(work: UnitOfWork, programme: Programme, plan: SupportPlan, session: Session) -> None:
    """Whether a session stays within the limits that are set on its day. One that the learner missed uses none of them.

    The shipped programmes do not set any: their figures are not known.

    Raises:
        StepRefused: `session-over-limit`, `group-over-limit`.
    """
    if not session.attended:
        return
    monday = session.day - timedelta(days=session.day.weekday())
    week = DayRange(monday, monday + timedelta(days=6))
    _check(programme, _WEEK, session, lambda: [one for one in _attended(work, session, plan) if one.day in week])
    _check(programme, _SEMESTER, session, lambda: _attended(work, session, plan, plan.semester))
    limit = programme.read(_GROUP, session.day).value
    if session.group_id is None or not isinstance(limit, int):
        return
    others = [other for other in work.sessions.find(group_id=session.group_id) if other.attended and other.id != session.id]
    if len(others) + 1 > limit:
        raise StepRefused(
            "group-over-limit",
            "The group has more learners than the programme allows.",
            found=len(others) + 1,
            remedy=f"At most {limit} learners are allowed: hold it in two groups.",
        )


def _attended(work: UnitOfWork, session: Session, plan: SupportPlan, semester: Semester | None = None) -> list[Session]:
    """The other sessions that the plan's learner attended, under all plans or those of a semester."""
    plans = [one.id for one in work.plans.find(learner_id=plan.learner_id) if semester in (None, one.semester)]
    return [one for one in work.sessions.find(plan_id=plans) if one.attended and one.id != session.id]


def _check(programme: Programme, path: str, session: Session, others: Callable[[], list[Session]]) -> None:
    """Whether a limit holds; the other sessions are read only where there is one."""
    reading = programme.read(path, session.day)
    if not isinstance(reading.value, int) or reading.entry is None or reading.entry.unit is None:
        return
    by_minutes = reading.entry.unit.startswith("minutes")
    used = sum(other.minutes if by_minutes else 1 for other in others())
    if used + (session.minutes if by_minutes else 1) > reading.value:
        raise StepRefused(
            "session-over-limit",
            f"With this session the learner has more than the programme allows: {path} is {reading.value} {reading.entry.unit}.",
            found=f"{used} before this one",
            remedy="Hold it later, or set the limit otherwise in an overlay, with its source.",
        )
