"""The days that a signal looks at: a semester up to a day, and the school year before it."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from pmp_core.programme.calendar import SchoolCalendar
from pmp_core.values import DayRange, SchoolYear, Semester


@frozen
class SignalPeriod:
    """A semester as far as it has come on a day.

    Args:
        semester: which.
        days: from its first day to the day on which one looks, or to its last day if that is earlier; None before it began.
        first: its first day.
        year_before: the days of teaching of the school year before.
    """

    semester: Semester
    days: DayRange | None
    first: date
    year_before: DayRange

    @classmethod
    def until(cls, calendar: SchoolCalendar, semester: Semester, on: date | None = None) -> SignalPeriod:
        """The semester up to and including a day; None: the whole of it.

        Raises:
            ProgrammeError: `semester-unset`.
        """
        whole = calendar.days(semester)
        last = whole.last if on is None else min(on, whole.last or on)
        days = DayRange(whole.first, last) if last is None or last >= whole.first else None
        return cls(semester, days, whole.first, _days_of(calendar, semester.school_year.previous))


def _days_of(calendar: SchoolCalendar, year: SchoolYear) -> DayRange:
    """The days of a school year; where the national data does not have them, from 1 September to 31 August."""
    first, second = (calendar.semesters.get(semester) for semester in year.semesters)
    return DayRange(
        date(year.start, 9, 1) if first is None else first.first,
        date(year.start + 1, 8, 31) if second is None or second.last is None else second.last,
    )
