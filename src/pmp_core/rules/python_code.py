"""Expressions of a lowered rule as Python source that people can read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from enum import Enum
from typing import Any

from pmp_core.rules.expression import (
    Binary,
    Choice,
    Expression,
    FactValue,
    Known,
    Member,
    Not,
    Operator,
    Present,
    StepValue,
    nodes,
)

# How tightly Python binds: what binds less than its surroundings goes in brackets.
_CHOICE, _OR, _AND, _NOT, _COMPARISON, _SUM, _PRODUCT, _ATOM = range(8)
_BINDS = {"or": _OR, "and": _AND, "+": _SUM, "-": _SUM, "*": _PRODUCT}
_OPPOSITE: dict[Operator, Operator] = {"<": ">=", ">": "<="}


class PythonCode:
    """Writes expressions; constants that have no literal get a name, and so do comparisons that several steps make.

    Attributes:
        names: what the source refers to by name.
    """

    def __init__(self) -> None:
        self.names: dict[str, Any] = {}
        self._made: dict[Expression, str] = {}

    def constant(self, value: Any) -> str:
        """A constant, as a literal or by name."""
        value = value.value if isinstance(value, Enum) else value
        if value is None or isinstance(value, int | str):
            return repr(value)
        if isinstance(value, date):
            name = f"day_{_written_day(value)}"
        else:
            name = next((name for name, known in self.names.items() if known == value), f"set_{len(self.names)}")
        self.names[name] = value
        return name

    def make_once(self, steps: Iterable[Expression]) -> list[str]:
        """Lines that make, once and by name, each comparison of a fact with a day of the law that several of the steps make."""
        counted = Counter(turn for step in steps for turn in {_turn(node) for node in nodes(step)} if turn is not None)
        self._made, lines = {}, []
        for turn, steps_with_it in counted.items():
            match turn:
                case Binary(operator, FactValue(fact), Known(date() as day)) if steps_with_it > 1:
                    name = f"{'since' if operator == '>=' else 'until'}_{_written_day(day)}_{fact}"
                    lines += [f"{name} = {self.write(turn)}"]
                    self._made[turn] = name
        return lines

    def write(self, e: Expression, above: int = _CHOICE) -> str:
        """An expression, in brackets where it binds less tightly than what is around it."""
        text, binds = self._written(e)
        return f"({text})" if binds < above else text

    def _written(self, e: Expression) -> tuple[str, int]:
        turn = _turn(e)
        if turn in self._made:
            return (self._made[turn], _ATOM) if turn == e else (f"not {self._made[turn]}", _NOT)
        match e:
            case Known(value):
                return self.constant(value), _ATOM
            case FactValue(name):
                return local(name), _ATOM
            case Present(name):
                return f"has_{name}", _ATOM
            case StepValue(name):
                return variable(name), _ATOM
            case Not(Member(inner, members)):
                return f"{self.write(inner, _SUM)} not in {self.constant(frozenset(members))}", _COMPARISON
            case Not(inner):
                return f"not {self.write(inner, _NOT)}", _NOT
            case Member(inner, members):
                return f"{self.write(inner, _SUM)} in {self.constant(frozenset(members))}", _COMPARISON
            case Choice(condition, yes, no):
                return f"{self.write(yes, _OR)} if {self.write(condition, _OR)} else {self.write(no)}", _CHOICE
            case Binary("min" | "max" as function, left, right):
                return f"{function}({self.write(left)}, {self.write(right)})", _ATOM
            case Binary(operator, left, right) if operator in _BINDS:
                binds = _BINDS[operator]
                alike = operator in ("and", "or")
                return f"{self.write(left, binds)} {operator} {self.write(right, binds if alike else binds + 1)}", binds
            case Binary(operator, left, right):
                return f"{self.write(left, _SUM)} {operator} {self.write(right, _SUM)}", _COMPARISON
        raise TypeError(f"{type(e).__name__} is no part of a lowered rule")


def variable(name: str) -> str:
    """The local variable of a step."""
    return "_" + name.replace("-", "_").replace(" ", "__")


def local(fact: str) -> str:
    """The local variable of a fact. The underscore keeps it apart from every other name in the function."""
    return fact if fact == "prior" else f"{fact}_"


def _turn(e: Expression | None) -> Expression | None:
    """The comparison of a fact with a day of the law that this is, or that this is the opposite of."""
    match e:
        case Binary(">=" | "<=", FactValue(), Known(date())):
            return e
        case Binary("<" | ">" as operator, FactValue() as fact, Known(date()) as day):
            return Binary(_OPPOSITE[operator], fact, day)
    return None


def _written_day(day: date) -> str:
    return day.isoformat().replace("-", "_")
