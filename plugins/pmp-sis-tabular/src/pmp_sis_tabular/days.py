"""Days as school systems write them: ISO, `01.09.2022`, `September 01 2022`, `01 septembris 2022`, with or without the year."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

from pmp_core.errors import InvalidValue, SourceError
from pmp_core.values import SchoolYear
from pmp_sis_tabular.cells import shown, tidy

MONTHS: Mapping[int, tuple[str, ...]] = {
    1: ("January", "janvāris", "janvāra"),
    2: ("February", "februāris", "februāra"),
    3: ("March", "marts", "marta"),
    4: ("April", "aprīlis", "aprīļa"),
    5: ("May", "maijs", "maija"),
    6: ("June", "jūnijs", "jūnija"),
    7: ("July", "jūlijs", "jūlija"),
    8: ("August", "augusts", "augusta"),
    9: ("September", "septembris", "septembra"),
    10: ("October", "oktobris", "oktobra"),
    11: ("November", "novembris", "novembra"),
    12: ("December", "decembris", "decembra"),
}
# A school year starts in autumn: months from August on lie in its first calendar year.
_FIRST_MONTH = 8
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]00:00(?::00)?)?", re.ASCII)
_DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})\.?", re.ASCII)
_DOTTED_NO_YEAR = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.|(\d\d)\.(\d\d)", re.ASCII)
_WORDS = re.compile(r"[^\W\d_]+|\d+")


class DayReader:
    """Reads days.

    Args:
        months: further words for months, on top of the Latvian and English ones.
        school_year: what a day without a year belongs to; None: such a day cannot be read.

    >>> read = DayReader(school_year=SchoolYear("2022/23")).read
    >>> read("1. septembris"), read("2022. gada 1. septembris"), read("January 09")
    (datetime.date(2022, 9, 1), datetime.date(2022, 9, 1), datetime.date(2023, 1, 9))
    """

    def __init__(self, months: Mapping[int, Iterable[str]] | None = None, school_year: SchoolYear | None = None) -> None:
        lists = [*MONTHS.items(), *(months or {}).items()]
        self._months = {tidy(word).casefold(): month for month, words in lists for word in words}
        self._school_year = school_year

    def read(self, text: str) -> date:
        """The day.

        Raises:
            InvalidValue: `day-invalid`.
            SourceError: `year-missing`: it has no year, and no school year was set.
        """
        parts = self._parts(text)
        if parts is None:
            raise self._invalid(text)
        year, month, day = parts
        try:
            date(year or 2000, month, day)  # 2000 is a leap year: whether it exists without its year, too
            return date(year or self._year(month, text), month, day)
        except ValueError:
            raise self._invalid(text) from None

    def looks_like_day(self, text: str) -> bool:
        """Whether the text is meant as a day, right or wrong."""
        return self._parts(text) is not None

    def _parts(self, text: str) -> tuple[int | None, int, int] | None:
        """Year, month and day as written."""
        if match := _ISO.fullmatch(text):
            return int(match[1]), int(match[2]), int(match[3])
        if match := _DOTTED.fullmatch(text):
            return int(match[3]), int(match[2]), int(match[1])
        if match := _DOTTED_NO_YEAR.fullmatch(text):
            return None, int(match[2] or match[4]), int(match[1] or match[3])
        return self._spelled(text)

    def _spelled(self, text: str) -> tuple[int | None, int, int] | None:
        """A month in words with a day, in either order, and perhaps a year."""
        words = [word for word in _WORDS.findall(tidy(text).casefold()) if word not in ("gada", "gads", "g")]
        months = [self._months[word] for word in words if word in self._months]
        numbers = [word for word in words if word.isdecimal()]
        years = [int(word) for word in numbers if len(word) == 4]
        days = [int(word) for word in numbers if len(word) <= 2]
        if len(words) != len(months) + len(numbers) or len(months) != 1 or len(days) != 1 or len(numbers) != 1 + len(years):
            return None
        return (years[0] if years else None), months[0], days[0]

    def _year(self, month: int, text: str) -> int:
        if self._school_year is None:
            raise SourceError(
                "year-missing", "This day has no year, and the school year was not set.", found=text,
                remedy="Open the source with school_year='2022/23', or set `school_year: 2022/23` in the mapping.",
            )  # fmt: skip
        return self._school_year.start + (0 if month >= _FIRST_MONTH else 1)

    @staticmethod
    def _invalid(text: str) -> InvalidValue:
        return InvalidValue(
            "day-invalid", "This is not a day that exists.", found=shown(text),
            remedy="Write it as 2022-09-01, 01.09.2022 or with the month's name; other languages' names go under `months`.",
        )  # fmt: skip
