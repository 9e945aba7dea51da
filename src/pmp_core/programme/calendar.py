"""The school calendar: which semester a day lies in, and which days are school days, by the national data."""

from __future__ import annotations

from datetime import date
from functools import cached_property

from attrs import define

from pmp_core.errors import ProgrammeError
from pmp_core.programme.pack import Pack
from pmp_core.programme.school_years import PREFIX, told
from pmp_core.values import DayRange, Semester
from pmp_core.values.public_holidays import public_holidays

LEVELS_WITH_OWN_END = (9, 12)


@define(frozen=True, slots=False)
class SchoolCalendar:
    """Semesters and holidays as a pack's national data has them.

    Vocational institutions follow the general calendar: `school-year.vocational-calendar`, status `chosen`.
    """

    pack: Pack

    @cached_property
    def semesters(self) -> dict[Semester, DayRange]:
        """Every semester whose days are known, for levels without an end of their own."""
        known: dict[Semester, DayRange] = {}
        for path, value in self.pack.values.items():
            year, _, part = path.removeprefix(PREFIX).rpartition(".semester-")
            if path.startswith(PREFIX) and part in ("1", "2") and isinstance(days := told(value), DayRange):
                known[Semester(f"{year}-{part}")] = days
        return dict(sorted(known.items()))

    def semester_of(self, day: date) -> Semester | None:
        """The semester a day lies in; None in holidays between semesters and outside the school years that are known."""
        return next((semester for semester, days in self.semesters.items() if day in days), None)

    def days(self, semester: Semester, level: int | None = None) -> DayRange:
        """The days of a semester.

        Args:
            semester: which.
            level: grade 9 and 12 end the second semester on days of their own.

        Raises:
            ProgrammeError: `semester-unset`, where the national data does not have the day.
        """
        days, path = self.semesters.get(semester), f"{PREFIX}{semester.school_year}.semester-{semester.number}"
        if days is not None and level in LEVELS_WITH_OWN_END and semester.number == 2:
            path += f".level-{level}.last-day"
            last = told(self.pack.values[path]) if path in self.pack.values else None
            days = DayRange(days.first, last) if isinstance(last, date) else None
        if days is None:
            raise ProgrammeError(
                "semester-unset",
                f"The days of the semester {semester} are not known" + (f" for level {level}." if level else "."),
                found=semester,
                remedy=f"Set {path} in an overlay, with its source.",
            )
        return days

    def school_days(self, days: DayRange, level: int | None = None) -> tuple[date, ...]:
        """The school days in a range: within a semester, Monday to Friday, no public holiday, no school holiday.

        Args:
            days: a range with an end.
            level: grade 12 has spring holidays of its own; grades 9 and 12 end the second semester later.

        Raises:
            ProgrammeError: `semester-unset`, where it is not known when the level's semester ends.
        """
        within = [
            self.days(semester, level)
            for semester, usual in self.semesters.items()
            if DayRange(usual.first, _end_of_year(semester) if level in LEVELS_WITH_OWN_END else usual.last).overlaps(days)
        ]
        not_theirs = ".holidays.spring" if level == 12 else ".level-12"
        free = [holiday for path, holiday in self._holidays.items() if not path.endswith(not_theirs)]
        return tuple(
            day
            for day in days.days()
            if day.weekday() < 5
            and day not in public_holidays(day.year)
            and any(day in semester for semester in within)
            and not any(day in holiday for holiday in free)
        )

    @cached_property
    def _holidays(self) -> dict[str, DayRange]:
        return {
            path: days
            for path, value in self.pack.values.items()
            if path.startswith(PREFIX) and ".holidays." in path and isinstance(days := told(value), DayRange)
        }


def _end_of_year(semester: Semester) -> date:
    """The day before the next school year: no level's semester runs longer."""
    return date(semester.school_year.start + 1, 8, 31)
