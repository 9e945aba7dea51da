"""A recurring schedule of sessions: the days come from the school calendar, not from a person's counting."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Self

from dateutil.rrule import FR, MO, SA, SU, TH, TU, WE, WEEKLY, rrule
from pydantic import Field, model_validator

from pmp_core.errors import InvalidValue
from pmp_core.programme import SchoolCalendar
from pmp_core.values import Attendance, Count, Day, DayRange, Entity, Id, Mode, Name, PersonName, Weekday

_RECURRING = dict(zip(Weekday, (MO, TU, WE, TH, FR, SA, SU), strict=True))


class Schedule(Entity):
    """When the sessions of a measure are to be held: on these days of the week, each or every other week.

    Args:
        measure: the measure's number in the plan.
        first_day: the first day it can be; weeks are counted from the week of this day. `last_day`: the last one.
        weekdays: on which days of the week.
        every_weeks: 1 for each week, 2 for every other.
        minutes: of each session.
        specialist: a code of `specialists`.
        delivered_by: who is to hold them.

    Raises:
        InvalidValue: `days-reversed`, `schedule-weekday-twice`, `name-is-personal-code`.
    """

    id: Id
    plan_id: Id
    measure: Annotated[int, Field(strict=True, ge=1)]
    first_day: Day
    last_day: Day
    weekdays: Annotated[tuple[Weekday, ...], Field(min_length=1)]
    every_weeks: Annotated[int, Field(strict=True, ge=1, le=26)] = 1
    minutes: Annotated[int, Field(strict=True, ge=1, le=1440)]
    specialist: Name
    delivered_by: PersonName
    mode: Mode = Mode.IN_PERSON
    attendance: Attendance = Attendance.INDIVIDUAL
    version: Count = 0

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        DayRange(self.first_day, self.last_day)
        if len(set(self.weekdays)) != len(self.weekdays):
            raise InvalidValue("schedule-weekday-twice", "A day of the week stands twice.", remedy="Keep one of them.")
        return self

    @property
    def days(self) -> DayRange:
        """From its first to its last day."""
        return DayRange(self.first_day, self.last_day)

    def session_days(self, calendar: SchoolCalendar, level: int | None = None) -> tuple[date, ...]:
        """The days of its sessions: those of its weekdays that are school days. Holidays are skipped, not made up for.

        Args:
            calendar: the programme's.
            level: grades 9 and 12 have days of their own.

        Raises:
            ProgrammeError: `semester-unset`.
        """
        recurring = rrule(
            WEEKLY,
            dtstart=datetime.combine(self.first_day, time()),
            until=datetime.combine(self.last_day, time()),
            interval=self.every_weeks,
            byweekday=[_RECURRING[weekday] for weekday in self.weekdays],
            wkst=MO,
        )
        school_days = set(calendar.school_days(self.days, level))
        return tuple(moment.date() for moment in recurring if moment.date() in school_days)
