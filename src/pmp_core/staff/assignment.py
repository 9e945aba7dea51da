"""A specialist's assignment to an institution."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from pmp_core.measures import Session
from pmp_core.values import Count, Day, DayRange, Entity, Id, Name, PersonName


class Assignment(Entity):
    """A person works for an institution as one kind of specialist, from day to day.

    Args:
        person: who, as it stands in sessions.
        institution_id: where.
        specialist: a code of `specialists`.
        first_day: of the assignment; `last_day`: None has no end yet.
        agreement: number and day of the contract or order.

    Raises:
        InvalidValue: `days-reversed`, `name-is-personal-code`.
    """

    id: Id
    person: PersonName
    institution_id: Id
    specialist: Name
    first_day: Day
    last_day: Day | None = None
    agreement: Name | None = None
    version: Count = 0

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        DayRange(self.first_day, self.last_day)
        return self

    @property
    def days(self) -> DayRange:
        """The days of the assignment."""
        return DayRange(self.first_day, self.last_day)

    def covers(self, session: Session, institution_id: str) -> bool:
        """Whether it lets its person hold this session, at this institution."""
        return (
            self.institution_id == institution_id
            and self.person == session.delivered_by
            and self.specialist == session.specialist
            and session.day in self.days
        )

    def overlaps(self, other: Assignment) -> bool:
        """Whether both say the same of a person on some day."""
        same = (self.person, self.institution_id, self.specialist) == (other.person, other.institution_id, other.specialist)
        return same and self.days.overlaps(other.days)
