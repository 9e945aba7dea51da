"""A value as YAML has it, made into the Python type of its kind: one way to write each, so that what is the same is equal."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from pmp_core.programme.entries import Value, ValueType
from pmp_core.values import DayRange, Money, Text, iso_day

# What every column of a rule and of a register can hold.
_GREATEST = 2**31 - 1
_GREATEST_CENTS = 10**11 - 1
_PERCENT = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]{1,6})?")


def text(raw: Any) -> Any:
    """Bilingual text; a note in one language stands for both."""
    if raw is None:
        return None
    lv, en = (raw["lv"], raw["en"]) if isinstance(raw, Mapping) else (raw, raw)
    return Text(plain(lv), plain(en))


def plain(raw: str) -> str:
    """Text in the one form that Unicode composes (NFC), without spaces around it."""
    return unicodedata.normalize("NFC", raw.strip())


def written(kind: ValueType, raw: Any) -> Value:
    """A raw value as the Python type of its kind.

    Args:
        kind: the type of the path.
        raw: as `read_yaml` gives it.

    Raises:
        InvalidValue, TypeError, ValueError, KeyError: it is none.
    """
    return _VALUES[kind](raw)


def _whole(raw: Any) -> int:
    if not isinstance(raw, int) or isinstance(raw, bool):
        raise TypeError
    return raw


def _count(raw: Any) -> int:
    if not 0 <= _whole(raw) <= _GREATEST:
        raise ValueError
    return int(raw)


def _days(raw: Any) -> DayRange:
    first, last = _list(raw)
    return DayRange(iso_day(first), iso_day(last))


def _list(raw: Any) -> list[Any]:
    if not isinstance(raw, list) or not raw:
        raise TypeError
    return raw


def _words(raw: Any) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise TypeError
    return plain(raw)


def _amount(raw: Any) -> Money:
    amount = Money(_words(raw))
    if not 0 <= amount.cents <= _GREATEST_CENTS:
        raise ValueError
    return amount


def _percent(raw: Any) -> Decimal:
    said = raw if isinstance(raw, str) else str(_whole(raw))
    if _PERCENT.fullmatch(said) is None or not 0 <= Decimal(said) <= 100:
        raise ValueError
    return Decimal(said.rstrip("0").rstrip(".") if "." in said else said)


def _levels(raw: Any) -> tuple[int, ...]:
    levels = tuple(sorted(map(_whole, _list(raw))))
    if len(set(levels)) != len(levels) or not all(1 <= level <= 12 for level in levels):
        raise ValueError
    return levels


def _codes(raw: Any) -> tuple[str, ...]:
    codes = tuple(sorted(map(_words, _list(raw)))) if raw != [] else ()  # none of them is something that can be said
    if len(set(codes)) != len(codes):
        raise ValueError
    return codes


_TRUTH = {"True": True, "False": False}
_VALUES: dict[ValueType, Callable[[Any], Value]] = {
    "boolean": lambda raw: _TRUTH[repr(raw)],
    "integer": _count,
    "money": _amount,
    "percent": _percent,
    "levels": _levels,
    "codes": _codes,
    "text": _words,
    "day": iso_day,
    "days": _days,
}
HOW_TO_WRITE: dict[str, str] = {
    "boolean": "Write true or false.",
    "integer": "Write a whole number, not below 0 and not above 2147483647.",
    "money": 'Write it in quotes with two decimals, such as "12.50"; not below 0 and not above "999999999.99".',
    "percent": "Write a number from 0 to 100, with a point for decimals, of which there are at most six.",
    "levels": "Write a list of whole numbers from 1 to 12, each once.",
    "codes": "Write a list of codes, each once.",
    "text": "Write text.",
    "day": "Write it as YYYY-MM-DD.",
    "days": "Write the first and the last day in brackets, each as YYYY-MM-DD.",
}
