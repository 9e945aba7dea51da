"""A delivered session."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from pmp_core.errors import InvalidValue
from pmp_core.values import Attendance, Count, Day, Entity, Id, Mode, Name, Note


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

    Raises:
        InvalidValue: `session-attested-before`.
    """

    id: Id
    plan_id: Id
    measure: Annotated[int, Field(strict=True, ge=1)]
    day: Day
    minutes: Annotated[int, Field(strict=True, ge=1, le=1440)]
    specialist: Name
    mode: Mode = Mode.IN_PERSON
    attendance: Attendance = Attendance.INDIVIDUAL
    delivered_by: Name
    directors_order: Name | None = None
    attested_on: Day | None = None
    note: Note | None = None
    version: Count = 0

    @model_validator(mode="after")
    def _attested_after(self) -> Self:
        if self.attested_on is not None and self.attested_on < self.day:
            raise InvalidValue(
                "session-attested-before",
                "The session was attested before it was held.",
                found=self.attested_on,
                remedy="Correct one of the two days.",
            )
        return self
