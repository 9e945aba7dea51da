"""What a programme says of claims day by day, as tables that lines in columns are joined with."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from functools import cached_property

from attrs import define

from pmp_core.compensation import unit_on, window
from pmp_core.compensation.quantity import CAP
from pmp_core.errors import ProgrammeError
from pmp_core.loading import Programme
from pmp_core.values import DayRange, Money, Semester, Track

RULE = "compensation"
EPOCH = date(1970, 1, 1).toordinal()
_DAY = timedelta(days=1)
# Levels whose school days are their own; all others have the same.
OWN_CALENDAR, OTHERS = (9, 12), 0
SOME_SEMESTER = Semester("2022/23-1")


def number_of(day: date) -> int:
    """A day as a number: days since 1970."""
    return day.toordinal() - EPOCH


@define(frozen=True, slots=False)
class ClaimLaw:
    """The law of claims as tables.

    Args:
        programme: whose.
    """

    programme: Programme

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of expense."""
        return self.programme.pack.codes("measure-kinds", parent=RULE)

    @cached_property
    def turns(self) -> dict[tuple[str, str | None], tuple[date, ...]]:
        """The days on which the law that the rule reads changes, by kind and track."""
        rule = self.programme.rule(RULE)
        nothing = {fact.name: None for fact in rule.facts}
        tracks: list[str | None] = [None, *(track.value for track in Track)]
        return {
            (kind, track): rule.changes({**nothing, "on": date.min, "kind": kind, "track": track}, date.max)
            for kind in self.kinds
            for track in tracks
        }

    @cached_property
    def caps(self) -> dict[str, tuple[tuple[date, str | None, int | None], ...]]:
        """By kind: from which day on what unit the cap has, and how many cents it is; None where it is not set."""
        pack = self.programme.pack
        found = {}
        for kind in self.kinds:
            path = CAP.format(kind)
            days = {date.min}
            for days_of, _ in pack.value(path).spans() if path in pack.values else ():
                days |= {days_of.first} | (
                    {days_of.last + _DAY} if days_of.last is not None and days_of.last < date.max else set()
                )
            rows = []
            for day in sorted(days):
                value = pack.read(path, day).value if path in pack.values else None
                rows.append((day, unit_on(pack, kind, day), value.cents if isinstance(value, Money) else None))
            found[kind] = tuple(rows)
        return found

    def has_unit(self, *units: str) -> bool:
        """Whether the cap of some kind has one of these units on some day."""
        return any(unit in units for rows in self.caps.values() for _, unit, _ in rows)

    @cached_property
    def windows(self) -> dict[str | None, str | None]:
        """By unit: within what its cap is used up: `claim`, `month`, `semester`, or nothing."""
        units = {unit for rows in self.caps.values() for _, unit, _ in rows}
        names = {"claim": "claim", SOME_SEMESTER: "semester", None: None}
        return {unit: names.get(window(unit, SOME_DAY, SOME_SEMESTER), "month") for unit in units}

    def starts(self, first: date, last: date) -> list[tuple[str, str | None, date]]:
        """The days in a range on which a line begins by law, by kind and track: where the law changes, and with each month where the
        cap is for a month."""
        found = []
        firsts = list(_months(first, last)) if self.has_unit("EUR/month") else []
        for (kind, track), turns in self.turns.items():
            monthly = [day for day in firsts if unit_on(self.programme.pack, kind, day) == "EUR/month"]
            inside = {turn for turn in turns if first < turn <= last} | set(monthly)
            found += [(kind, track, day) for day in sorted(inside)]
        return found

    @cached_property
    def school_days(self) -> SchoolDays:
        """The school days, counted."""
        return SchoolDays.of(self.programme)

    @cached_property
    def semesters(self) -> list[tuple[str, date, date]]:
        """Every semester with its first and last day."""
        return [
            (str(semester), days.first, days.last)
            for semester, days in self.programme.calendar.semesters.items()
            if days.last is not None
        ]


SOME_DAY = date(2022, 9, 1)


def _months(first: date, last: date) -> Iterable[date]:
    year, month = first.year, first.month
    while (year, month) < (last.year, last.month):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        yield date(year, month, 1)


@define(frozen=True)
class SchoolDays:
    """School days counted from the first semester that is known on, by level.

    Args:
        first: the first day of the tables.
        through: by level (9, 12, or 0 for all others): how many there are up to and including each day.
        unknown: how many days up to each lie in a semester whose end for that level is not known.
    """

    first: date
    through: dict[int, list[int]]
    unknown: dict[int, list[int]]

    @property
    def last(self) -> date:
        """The last day of the tables."""
        return self.first + timedelta(days=len(self.through[OTHERS]) - 1)

    @classmethod
    def of(cls, programme: Programme) -> SchoolDays:
        """Those of a programme's calendar."""
        calendar = programme.calendar
        first = min((days.first for days in calendar.semesters.values()), default=SOME_DAY)
        last = max((date(semester.school_year.start + 1, 8, 31) for semester in calendar.semesters), default=SOME_DAY)
        through: dict[int, list[int]] = {}
        unknown: dict[int, list[int]] = {}
        for level in (OTHERS, *OWN_CALENDAR):
            counted = set()
            not_known: set[date] = set()
            for semester, usual in calendar.semesters.items():
                to = date(semester.school_year.start + 1, 8, 31) if level and semester.number == 2 else usual.last
                days = DayRange(usual.first, to)
                try:
                    counted |= set(calendar.school_days(days, level or None))
                except ProgrammeError:
                    not_known |= set(days.days())
            all_days = list(DayRange(first, last).days())
            through[level], unknown[level] = _summed(all_days, counted), _summed(all_days, not_known)
        return cls(first, through, unknown)


def _summed(days: list[date], among: set[date]) -> list[int]:
    found, so_far = [], 0
    for day in days:
        so_far += day in among
        found.append(so_far)
    return found
