"""A delivered session."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from pmp_core.errors import InvalidValue
from pmp_core.values import Attendance, Count, Day, Entity, Id, Mode, Name, Note, PersonName


class Session(Entity):
    """A consultation or consultative support that was held, for one measure of a plan.

    Args:
        measure: the measure's number in the plan.
        day: the day it was held.
        minutes: how long.
        specialist: a code of `specialists`.
        directors_order: number and day of the director's order, for a remote session.
        attested_on: the day the learner attested it.
        delivered_by: who held it.
        assignment_id: the assignment under which the specialist held it.
        group_id: what the sessions of one group meeting have in common, one session for each learner's plan.
        absent_because: why the learner did not attend; None: the learner did. Such a session is kept, and counts as not delivered.

    Raises:
        InvalidValue: `session-attested-before`, `session-group`, `session-absent-attested`.
    """

    id: Id
    plan_id: Id
    measure: Annotated[int, Field(strict=True, ge=1)]
    day: Day
    minutes: Annotated[int, Field(strict=True, ge=1, le=1440)]
    specialist: Name
    mode: Mode = Mode.IN_PERSON
    attendance: Attendance = Attendance.INDIVIDUAL
    delivered_by: PersonName
    directors_order: Name | None = None
    attested_on: Day | None = None
    note: Note | None = None
    assignment_id: Id | None = None
    group_id: Id | None = None
    absent_because: Note | None = None
    version: Count = 0

    @property
    def attended(self) -> bool:
        """Whether the learner was there."""
        return self.absent_because is None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.group_id is not None and self.attendance is not Attendance.GROUP:
            raise InvalidValue(
                "session-group", "A session of a group is marked as individual.", remedy="Give it the attendance `group`."
            )
        if self.attested_on is not None and not self.attended:
            raise InvalidValue(
                "session-absent-attested",
                "A learner who was not there has attested the session.",
                found=self.attested_on,
                remedy="Take out the day of the attestation, or why the learner was absent.",
            )
        if self.attested_on is not None and self.attested_on < self.day:
            raise InvalidValue(
                "session-attested-before",
                "The session was attested before it was held.",
                found=self.attested_on,
                remedy="Correct one of the two days.",
            )
        return self
