"""Closed vocabularies: codes the code itself depends on, with their words in both languages.

Open ones (risk factors, kinds of measure, statuses) are terms of a programme pack, and a deployment can add to them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pmp_core.values.text import Text


class Vocabulary(StrEnum):
    """A code that knows its words.

    >>> Track.GENERAL.text["lv"]
    'vispārējā izglītība'
    >>> Track("vocational") is Track.VOCATIONAL
    True
    """

    text: Text

    def __new__(cls, code: str, lv: str, en: str) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.text = Text(lv, en)
        return member


class Track(Vocabulary):
    """Kind of educational programme a learner is enrolled in; a general school may run a vocational one."""

    GENERAL = "general", "vispārējā izglītība", "general education"
    VOCATIONAL = "vocational", "profesionālā izglītība", "vocational education"


class AbsenceKind(Vocabulary):
    """What the school says of a lesson or day a learner was not in, or not in time."""

    EXCUSED = "excused", "attaisnots kavējums", "excused absence"
    UNEXCUSED = "unexcused", "neattaisnots kavējums", "unexcused absence"
    UNSPECIFIED = "unspecified", "kavējums bez norādes", "absence, excuse not told"
    LATE = "late", "nokavējums", "late arrival, counted as present"


class Mode(Vocabulary):
    """How a consultation was held."""

    IN_PERSON = "in-person", "klātienē", "in person"
    REMOTE = "remote", "attālināti", "remote"


class Attendance(Vocabulary):
    """Whether a consultation is for one learner or for a group."""

    INDIVIDUAL = "individual", "individuāli", "individual"
    GROUP = "group", "grupā", "group"


class RiskResult(Vocabulary):
    """What became of a risk at the semester's end."""

    GONE = "gone", "novērsts", "gone"
    LOWERED = "lowered", "mazinājies", "lowered"
    UNCHANGED = "unchanged", "nemainīgs", "unchanged"
    GROWN = "grown", "pieaudzis", "grown"


class SuggestionState(Vocabulary):
    """Where a suggested risk stands; a named person moves it."""

    OPEN = "open", "gaida izvērtējumu", "waits for a person"
    CONFIRMED = "confirmed", "apstiprināts", "confirmed"
    REJECTED = "rejected", "noraidīts", "rejected"


class Weekday(Vocabulary):
    """A day of the week."""

    MONDAY = "monday", "pirmdiena", "Monday"
    TUESDAY = "tuesday", "otrdiena", "Tuesday"
    WEDNESDAY = "wednesday", "trešdiena", "Wednesday"
    THURSDAY = "thursday", "ceturtdiena", "Thursday"
    FRIDAY = "friday", "piektdiena", "Friday"
    SATURDAY = "saturday", "sestdiena", "Saturday"
    SUNDAY = "sunday", "svētdiena", "Sunday"
