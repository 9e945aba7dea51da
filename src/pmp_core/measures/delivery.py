"""What was planned of a measure beside what was delivered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from attrs import frozen

from pmp_core.measures.session import Session
from pmp_core.plans import SupportPlan


@frozen
class MeasureDelivery:
    """One measure of a plan: what was planned, what is due, what was delivered.

    Args:
        number: of the measure in the plan.
        planned_sessions: what the plan foresees; None: it does not say. `planned_minutes`: of all of them together.
        due_sessions: how many the schedules put on or before the day of looking; None: there is no schedule.
        delivered_sessions: held, with the learner there. `delivered_minutes`: of all of them together.
        missed_sessions: held or waited for, without the learner.
        last_delivered_on: the day of the latest.
    """

    number: int
    kind: str
    specialist: str | None
    planned_sessions: int | None
    planned_minutes: int | None
    due_sessions: int | None
    delivered_sessions: int
    delivered_minutes: int
    missed_sessions: int
    last_delivered_on: date | None

    @property
    def outstanding_sessions(self) -> int | None:
        """What the plan foresees and was not delivered yet; None where the plan does not say."""
        return None if self.planned_sessions is None else max(self.planned_sessions - self.delivered_sessions, 0)

    @property
    def behind_schedule(self) -> bool:
        """Whether fewer sessions took place, the missed ones counted, than the schedules had due."""
        return self.due_sessions is not None and self.delivered_sessions + self.missed_sessions < self.due_sessions


def delivery_of(
    plan: SupportPlan, sessions: Iterable[Session], due: Mapping[int, int], *, on: date
) -> tuple[MeasureDelivery, ...]:
    """What was planned beside what was delivered, measure by measure.

    Args:
        plan: whose measures.
        sessions: of the plan; those after `on` do not count.
        due: by measure, how many sessions its schedules put on or before `on`; a measure without schedules is left out.
        on: the day of looking.
    """
    held = [session for session in sessions if session.day <= on]
    found = []
    for measure in plan.measures:
        own = [session for session in held if session.measure == measure.number]
        attended = [session for session in own if session.attended]
        planned = None if measure.sessions is None or measure.minutes is None else measure.sessions * measure.minutes
        found.append(
            MeasureDelivery(
                number=measure.number,
                kind=measure.kind,
                specialist=measure.specialist,
                planned_sessions=measure.sessions,
                planned_minutes=planned,
                due_sessions=due.get(measure.number),
                delivered_sessions=len(attended),
                delivered_minutes=sum(session.minutes for session in attended),
                missed_sessions=len(own) - len(attended),
                last_delivered_on=max((session.day for session in attended), default=None),
            )
        )
    return tuple(found)
