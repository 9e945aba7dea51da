"""Texts into what a record's fields take: days, whole numbers, codes of closed vocabularies, semesters, marks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from pmp_core.errors import InvalidValue, SourceError, nearest
from pmp_core.values import AbsenceKind, SchoolYear, Semester, Track, Vocabulary
from pmp_sis_tabular.cells import shown, shown_code
from pmp_sis_tabular.days import DayReader

_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?", re.ASCII)
_DAYS = frozenset({"birth_date", "first_day", "last_day", "day"})
_NUMBERS = frozenset({"level", "lesson"})
_VOCABULARIES: dict[str, type[Vocabulary]] = {"absence": AbsenceKind, "track": Track}


class Converter:
    """Converts the texts of one source.

    Args:
        days: reads days.
        school_year: what a semester without a year belongs to.
    """

    def __init__(self, days: DayReader, school_year: SchoolYear | None) -> None:
        self._days, self._school_year = days, school_year

    def fields(self, name: str, text: str, words: Sequence[str]) -> dict[str, object]:
        """What the text says, by the names of a record's fields: a mark is its `points` or its `word`.

        Raises:
            InvalidValue: `day-invalid`, `number-invalid`, `code-unknown`, `semester-invalid`.
            SourceError: `year-missing`.
        """
        if name in _DAYS:
            return {name: self._days.read(text)}
        if name in _NUMBERS:
            return {name: whole_number(text)}
        if name in _VOCABULARIES:
            return {name: _word_of(text, [str(one) for one in _VOCABULARIES[name]])}
        if name == "semester":
            return {name: self._semester(text)}
        if name == "mark":
            return _mark(text, words)
        return {name: text}

    def _semester(self, text: str) -> Semester:
        if text not in ("1", "2"):
            return Semester(text)
        if self._school_year is None:
            raise SourceError(
                "year-missing", "The semester has no year, and the school year was not set.", found=text,
                remedy="Open the source with school_year='2022/23', or set `school_year: 2022/23` in the mapping.",
            )  # fmt: skip
        return self._school_year.semesters[int(text) - 1]


def whole_number(text: str) -> int:
    """A whole number, with a decimal comma or point if nothing but noughts follows; never rounded.

    >>> whole_number("7,0")
    7
    """
    if not _NUMBER.fullmatch(text):
        raise InvalidValue("number-invalid", "This is not a number.", found=shown(text),
                           remedy="Correct it, or cut the number out with `pattern` in the mapping.")  # fmt: skip
    number = Decimal(text.replace(",", "."))
    if number != int(number):
        raise InvalidValue("number-invalid", "This must be a whole number; it is not rounded.", found=text, remedy="Correct it.")
    return int(number)


def _mark(text: str, words: Sequence[str]) -> dict[str, object]:
    if text in words:
        return {"word": text}
    if text[:1].isdigit():
        points = whole_number(text)
        if not 1 <= points <= 10:
            raise InvalidValue("number-invalid", "A mark is a whole number from 1 to 10.", found=text, remedy="Correct it.")
        return {"points": points}
    return {"word": _word_of(text, words)}


def _word_of(text: str, known: Sequence[str]) -> str:
    if text in known:
        return text
    near = nearest(text, known)
    raise InvalidValue(
        "code-unknown", "This is none of the words that are known.", found=shown_code(text),
        remedy=(f"Did you mean {near[0]!r}? " if near else "") + f"Known: {', '.join(known)}. Correct it, or the mapping.",
    )  # fmt: skip
