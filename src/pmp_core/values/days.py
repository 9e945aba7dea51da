"""Day ranges, school years and semesters. Ranges include both ends, as the law writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from pmp_core.errors import InvalidValue

_SCHOOL_YEAR = re.compile(r"([0-9]{4})/([0-9]{2})")
_SEMESTER = re.compile(r"([0-9]{4}/[0-9]{2})-([12])")
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def iso_day(text: str) -> date:
    """A day written YYYY-MM-DD, and in no other way.

    Raises:
        InvalidValue: `day-invalid`, if it is written otherwise or does not exist.

    >>> iso_day("2021-09-01")
    datetime.date(2021, 9, 1)
    """
    try:
        if not _ISO_DAY.fullmatch(text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidValue(
            "day-invalid", "This is not a day that exists.", found=text, remedy="Write it as YYYY-MM-DD."
        ) from None


@dataclass(frozen=True, slots=True)
class DayRange:
    """Days from `first` to `last`, both included; `last=None` has no end.

    Raises:
        InvalidValue: `days-reversed`, if it ends before it begins.

    >>> DayRange(date(2022, 9, 1), date(2022, 12, 23)).count
    114
    >>> date(2022, 12, 24) in DayRange(date(2022, 9, 1), date(2022, 12, 23))
    False
    """

    first: date
    last: date | None = None

    def __post_init__(self) -> None:
        if isinstance(self.first, datetime) or isinstance(self.last, datetime):
            raise InvalidValue("day-has-time", "A day range is made of days, not of moments.", remedy="Hand in date objects.")
        if self.last is not None and self.last < self.first:
            raise InvalidValue(
                "days-reversed",
                "The range ends before it begins.",
                found=f"{self.first}..{self.last}",
                remedy="Check which day is the first and which the last; both are included.",
            )

    def __contains__(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)

    def covers(self, other: DayRange) -> bool:
        """Whether every day of `other` lies in this range."""
        if other.first < self.first:
            return False
        return self.last is None or (other.last is not None and other.last <= self.last)

    def overlaps(self, other: DayRange) -> bool:
        """Whether the two share at least one day."""
        return (other.last is None or self.first <= other.last) and (self.last is None or other.first <= self.last)

    def intersection(self, other: DayRange) -> DayRange | None:
        """The days both have, or None."""
        if not self.overlaps(other):
            return None
        lasts = [last for last in (self.last, other.last) if last is not None]
        return DayRange(max(self.first, other.first), min(lasts, default=None))

    @property
    def count(self) -> int:
        """How many days.

        Raises:
            InvalidValue: `days-endless`, if the range has no end.
        """
        if self.last is None:
            raise InvalidValue("days-endless", "A range without an end has no number of days.", found=f"{self.first}..")
        return (self.last - self.first).days + 1

    def days(self) -> tuple[date, ...]:
        """Every day of the range, in order; the range must have an end."""
        return tuple(self.first + timedelta(days=i) for i in range(self.count))


class SchoolYear(str):
    """A school year, written `2022/23`: starts in the first year named and ends in the next.

    Raises:
        InvalidValue: `school-year-invalid`.

    >>> SchoolYear("2022/23").next
    '2023/24'
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        match = _SCHOOL_YEAR.fullmatch(text)
        if not match or (int(match[1]) + 1) % 100 != int(match[2]):
            raise InvalidValue("school-year-invalid", "This is not a school year.", found=text, remedy="Write it as 2022/23.")
        return super().__new__(cls, text)

    @classmethod
    def starting(cls, year: int) -> Self:
        """The school year that starts in this calendar year."""
        return cls(f"{year:04d}/{(year + 1) % 100:02d}")

    @property
    def start(self) -> int:
        """The calendar year in which it starts."""
        return int(self[:4])

    @property
    def next(self) -> SchoolYear:
        """The school year after this one."""
        return SchoolYear.starting(self.start + 1)

    @property
    def previous(self) -> SchoolYear:
        """The school year before this one.

        >>> SchoolYear("2022/23").previous
        '2021/22'
        """
        return SchoolYear.starting(self.start - 1)

    @property
    def semesters(self) -> tuple[Semester, Semester]:
        """Its two semesters."""
        return Semester(f"{self}-1"), Semester(f"{self}-2")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return text_schema(cls, _SCHOOL_YEAR.pattern)


class Semester(str):
    """A semester, written `2022/23-1`. Its days come from the school-year data, never from the month number.

    Semesters compare in the order of time.

    Raises:
        InvalidValue: `semester-invalid`.

    >>> Semester("2022/23-1").next, Semester("2022/23-2").next
    ('2022/23-2', '2023/24-1')
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        match = _SEMESTER.fullmatch(text)
        if not match:
            raise InvalidValue(
                "semester-invalid", "This is not a semester.", found=text, remedy="Write it as 2022/23-1 or 2022/23-2."
            )
        SchoolYear(match[1])
        return super().__new__(cls, text)

    @property
    def school_year(self) -> SchoolYear:
        """The school year it belongs to."""
        return SchoolYear(self[:7])

    @property
    def number(self) -> Literal[1, 2]:
        """1 or 2."""
        return 1 if self.endswith("-1") else 2

    @property
    def next(self) -> Semester:
        """The semester after this one."""
        return Semester(f"{self.school_year}-2" if self.number == 1 else f"{self.school_year.next}-1")

    @property
    def previous(self) -> Semester:
        """The semester before this one.

        >>> Semester("2022/23-1").previous, Semester("2022/23-2").previous
        ('2021/22-2', '2022/23-1')
        """
        return Semester(f"{self.school_year}-1" if self.number == 2 else f"{self.school_year.previous}-2")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return text_schema(cls, _SEMESTER.pattern)


def text_schema(cls: type[str], pattern: str) -> CoreSchema:
    """How pydantic reads a checked kind of text: strings only, made by the class itself."""
    return core_schema.no_info_after_validator_function(
        cls,
        core_schema.str_schema(strict=True),
        serialization=core_schema.plain_serializer_function_ser_schema(str, return_schema=core_schema.str_schema()),
        metadata={"pydantic_js_annotation_functions": [lambda _, __: {"type": "string", "pattern": f"^{pattern}$"}]},
    )
