"""Days, numbers and counted things as each language writes them, by the rules that Babel knows."""

from __future__ import annotations

from datetime import date
from typing import Any

from attrs import frozen

from pmp_core.reports.extra import require
from pmp_core.values import Language, Text

_LOCALES: dict[Language, str] = {"lv": "lv", "en": "en_GB"}
_SHORT: dict[Language, str] = {"lv": "dd.MM.y.", "en": "d MMM y"}


@frozen
class Counted:
    """A word that is counted.

    Args:
        one: after 1, and in Latvian after 21, 31, 101 too.
        other: after every other number.
    """

    one: Text
    other: Text


HOURS = Counted(Text("stunda", "hour"), Text("stundas", "hours"))
MINUTES = Counted(Text("minūte", "minute"), Text("minūtes", "minutes"))
SESSIONS = Counted(Text("konsultācija", "session"), Text("konsultācijas", "sessions"))
RECORDS = Counted(Text("ieraksts", "record"), Text("ieraksti", "records"))
# What signals count, by the units of their facts. A unit that is not here, such as a plug-in's, is written as it is.
UNITS = {
    "lessons/semester": Counted(Text("stunda", "lesson"), Text("stundas", "lessons")),
    "days/semester": Counted(Text("diena", "day"), Text("dienas", "days")),
    "arrivals/semester": Counted(Text("nokavējums", "late arrival"), Text("nokavējumi", "late arrivals")),
    "days": Counted(Text("diena", "day"), Text("dienas", "days")),
    "points": Counted(Text("balle", "point"), Text("balles", "points")),
    "times": Counted(Text("reize", "time"), Text("reizes", "times")),
}


class Writing:
    """How one language writes.

    Args:
        language: `lv` or `en`.

    Raises:
        PluginError: `extra-missing`.

    >>> latvian = Writing("lv")
    >>> [latvian.counted(number, HOURS) for number in (1, 21, 2, 11)]
    ['1 stunda', '21 stunda', '2 stundas', '11 stundas']
    >>> latvian.minutes(320), Writing("en").minutes(60)
    ('5 stundas 20 minūtes', '1 hour')
    >>> latvian.day_in_words(date(2023, 1, 9)), latvian.day(date(2023, 1, 9))
    ('2023. gada 9. janvāris', '09.01.2023.')
    """

    def __init__(self, language: Language) -> None:
        self.language = language
        self._locale: Any = require("babel").Locale.parse(_LOCALES[language])
        self._dates, self._numbers = require("babel.dates"), require("babel.numbers")

    def day(self, day: date) -> str:
        """A day for a table."""
        return str(self._dates.format_date(day, _SHORT[self.language], locale=self._locale))

    def day_in_words(self, day: date) -> str:
        """A day with its month's name."""
        return str(self._dates.format_date(day, "long", locale=self._locale))

    def days(self, first: date, last: date | None) -> str:
        """A range of days; both are included."""
        return f"{self.day(first)} –" if last is None else f"{self.day(first)} – {self.day(last)}"

    def number(self, number: int) -> str:
        """A number, its thousands apart."""
        return str(self._numbers.format_decimal(number, locale=self._locale))

    def counted(self, number: int, what: Counted) -> str:
        """A number with its word."""
        word = what.one if self._locale.plural_form(number) == "one" else what.other
        return f"{self.number(number)} {word[self.language]}"

    def minutes(self, minutes: int) -> str:
        """A length of time, in hours and minutes."""
        hours, rest = divmod(minutes, 60)
        parts = [self.counted(hours, HOURS)] if hours else []
        return " ".join([*parts, self.counted(rest, MINUTES)] if rest or not hours else parts)
