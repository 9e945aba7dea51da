"""A lowered rule on NumPy arrays: every step is reckoned at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import product
from typing import Any

from attrs import frozen

from pmp_core.rules.expression import (
    Binary,
    Choice,
    Expression,
    FactValue,
    Known,
    Mask,
    Member,
    Not,
    Present,
    StepValue,
)
from pmp_core.rules.frames.steps import OPERATORS, without_a_gap

# So many conditions of a choice among constants are looked up by one byte.
_CONDITIONS = 8
_EPOCH = date(1970, 1, 1).toordinal()


@frozen
class Array:
    """A column as an array: days as days since 1970, codes as their numbers in `codes`.

    Args:
        values: one for each row; anything at all where it is missing.
        missing: where; None where nothing is.
        codes: the texts that the numbers stand for.
        odd: the moments that are no midnight, and the floats that are no whole number; None where there are none.
    """

    values: Any
    missing: Any = None
    codes: Mapping[str, int] | None = None
    odd: Any = None


class ArraySteps:
    """The steps of one frame.

    Args:
        np: NumPy.
        rows: how many there are.
        arrays: the facts by name.
    """

    def __init__(self, np: Any, rows: int, arrays: dict[str, Array]) -> None:
        self.np, self.rows, self.arrays = np, rows, arrays
        self.steps: dict[str, Any] = {}
        self.told: dict[Expression, Any] = {}  # comparisons of facts with constants recur: each is made once

    def value(self, e: Expression) -> Any:
        """What an expression comes to: an array, or a constant that stands for one."""
        np = self.np
        match e:
            case Known(value):
                return plain(value)
            case FactValue(name):
                array = self.arrays[name]
                return array.values if array.codes is None else self._texts(array)
            case Present(name):
                missing = self.arrays[name].missing
                return True if missing is None else ~missing
            case StepValue(name):
                return self.steps[name]
            case Not(inner):
                return np.logical_not(self.value(inner))
            case Binary("==", FactValue(name), Known(str(text))) if self.arrays[name].codes is not None:
                return self.arrays[name].values == (self.arrays[name].codes or {}).get(text, -2)
            case Member(FactValue(name), members) if self.arrays[name].codes is not None:
                return self.is_in(self.arrays[name], members)
            case Member(inner, members):
                ends, value = without_a_gap(members), self.value(inner)
                return np.isin(value, list(members)) if ends is None else (value >= ends[0]) & (value <= ends[1])
            case Choice():
                return self._choice(e)
            case Mask(bits):
                return self._mask(bits)
            case Binary("min" | "max" as which, left, right):
                return (np.minimum if which == "min" else np.maximum)(self.value(left), self.value(right))
            case Binary("==" | "<=" | ">=" | "<" | ">" as between, FactValue() as left, Known() as right):
                if e not in self.told:
                    self.told[e] = OPERATORS[between](self.value(left), self.value(right))
                return self.told[e]
            case Binary(between, left, right):
                return OPERATORS[between](self.value(left), self.value(right))
        raise TypeError(f"{type(e).__name__} is no part of a lowered rule")

    def _choice(self, e: Choice) -> Any:
        """One of two, in the way that costs NumPy least."""
        np, conditions = self.np, conditions_of(e)
        if conditions is not None and len(conditions) <= _CONDITIONS:
            return self._table(e, conditions)
        condition, yes, no = self.value(e.condition), self.value(e.yes), self.value(e.no)
        if _is_truth(yes) and _is_truth(no):
            return (condition & yes) | (np.logical_not(condition) & no)
        if e.no == Known(0) and not isinstance(yes, int):
            return yes * condition
        return np.where(condition, yes, no)

    def _table(self, e: Expression, conditions: Sequence[Expression]) -> Any:
        """A choice among constants, such as a dated cap by kind: looked up by which of its conditions hold."""
        np = self.np
        place = np.zeros(self.rows, dtype=np.uint8)
        for number, condition in enumerate(conditions):
            place |= np.asarray(self.value(condition), dtype=bool).view(np.uint8) << np.uint8(number)
        worlds = product((False, True), repeat=len(conditions))
        values = [_constant(e, dict(zip(conditions, reversed(world), strict=True))) for world in worlds]
        return np.array(values, dtype=np.int64)[place]

    def _texts(self, array: Array) -> Any:
        """A code as text, for the rare rule that does more with it than ask which it is."""
        return self.np.array([*(array.codes or {}), ""], dtype=object)[array.values]

    def _mask(self, bits: tuple[tuple[int, Expression], ...]) -> Any:
        """The sum of the bits whose conditions hold: eight in one byte a row, widened once."""
        np, total = self.np, 0
        bytes_: dict[int, Any] = {}
        for bit, when in bits:
            place = (bit.bit_length() - 1) // 8
            byte = np.asarray(self.value(when), dtype=bool).view(np.uint8) * np.uint8(bit >> 8 * place)
            bytes_[place] = bytes_[place] | byte if place in bytes_ else byte
        wide = np.int32 if max(bytes_, default=0) < 3 else np.int64
        for place, byte in bytes_.items():
            total = total + (byte.astype(wide) << wide(8 * place) if place else byte.astype(wide))
        return total

    def is_in(self, array: Array, members: Sequence[int | str]) -> Any:
        """Whether a code is one of a few: the last place of the table is for what is missing."""
        known = self.np.zeros(len(array.codes or ()) + 1, dtype=bool)
        known[[number for text, number in (array.codes or {}).items() if text in members]] = True
        return known[array.values]


def plain(value: Any) -> Any:
    """A constant as the arrays hold it."""
    return value.toordinal() - _EPOCH if isinstance(value, date) else value


def _is_truth(value: Any) -> bool:
    return isinstance(value, bool) or getattr(getattr(value, "dtype", None), "kind", "") == "b"


def conditions_of(e: Expression) -> tuple[Expression, ...] | None:
    """The conditions of a choice whose ends are all whole numbers; None where they are not."""
    if isinstance(e, Choice):
        arms = conditions_of(e.yes), conditions_of(e.no)
        return None if None in arms else tuple(dict.fromkeys((e.condition, *(arms[0] or ()), *(arms[1] or ()))))
    return () if isinstance(e, Known) and type(e.value) is int else None


def _constant(e: Expression, world: Mapping[Expression, bool]) -> int:
    """What a choice among constants comes to where these conditions hold or not."""
    while isinstance(e, Choice):
        e = e.yes if world[e.condition] else e.no
    return e.value if isinstance(e, Known) and isinstance(e.value, int) else 0
