"""Bilingual text, and how amounts and days are written for people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

Language = Literal["lv", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in Latvian and English.

    >>> Text("klase", "grade")["lv"]
    'klase'
    """

    lv: str
    en: str

    def __getitem__(self, language: Language) -> str:
        return self.lv if language == "lv" else self.en


def write_cents(cents: int, language: Language) -> str:
    """An amount for people, from euro cents: Latvian with a comma, English with the currency first.

    >>> write_cents(4550, "lv"), write_cents(-123405, "en")
    ('45,50 EUR', 'EUR -1,234.05')
    """
    if 0 <= cents < 100_000:  # nothing to group: the usual amount
        euros, rest = str(cents // 100), _TWO_DIGITS[cents % 100]
    else:
        euros, rest = f"{'-' if cents < 0 else ''}{abs(cents) // 100:,}", _TWO_DIGITS[abs(cents) % 100]
        euros = euros.replace(",", "\u00a0") if language == "lv" else euros
    return f"{euros},{rest} EUR" if language == "lv" else f"EUR {euros}.{rest}"


@lru_cache(maxsize=4096)  # a day comes up in thousands of texts, and there are not many days
def write_day(day: date, language: Language) -> str:
    """A day for people.

    >>> write_day(date(2021, 9, 1), "lv"), write_day(date(2021, 9, 1), "en")
    ('01.09.2021.', '1 September 2021')
    """
    if language == "lv":
        return f"{_TWO_DIGITS[day.day]}.{_TWO_DIGITS[day.month]}.{day.year}."
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_TWO_DIGITS = tuple(f"{number:02}" for number in range(100))
