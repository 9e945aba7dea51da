"""A slow interpreter of rules that shares no code with the library's: Kleene logic, as the textbook has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from pmp_core.programme import DatedValue, Pack
from pmp_core.rules.expression import (
    AmountSoFar,
    Binary,
    Choice,
    Expression,
    FactValue,
    Known,
    Member,
    MemberOfParameter,
    Not,
    Parameter,
    Present,
    StepValue,
    Unset,
    UsedBefore,
)
from pmp_core.rules.rule import Check, Cut, Let, Rule
from pmp_core.values import Money

Seen = tuple[Any, frozenset[str]]  # a value, None where it is not known; and what was missing on the way that was taken
Answer = tuple[str, int | None, frozenset[str], int | None, tuple[Any, ...]]
Interpret = Callable[..., Answer]

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "==": lambda a, b: a == b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "min": min,
    "max": max,
}
_NOTHING: frozenset[str] = frozenset()


class Interpreter:
    """The textbook: walks the definition as it was written, and None is «not known». Parameters are read off the pack."""

    def __init__(self, rule: Rule, facts: Mapping[str, Any], prior: int | None, pack: Pack | None) -> None:
        self.rule, self.pack, self.prior = rule, pack, prior
        self.facts = {fact.name: facts.get(fact.name, fact.absent) for fact in rule.facts}
        self.lets: dict[str, Any] = {}
        self.missing: set[str] = set()

    def decide(self) -> Answer:
        """Outcome, amount, reasons, what later claims have to reckon with, and what each step gave."""
        rule, given = self.rule, {}
        for step in rule.steps:
            if isinstance(step, Check | Let):
                given[step.name] = self.noted(self.value(step.condition if isinstance(step, Check) else step.value, 0))
                if isinstance(step, Let):
                    self.lets[step.name] = given[step.name]
        failed = frozenset(check.name for check in rule.checks if given[check.name] is False)
        if failed:
            last = max(i for i, step in enumerate(rule.steps) if isinstance(step, Check))
            reached = [given.get(step.name) if i < last + 1 else None for i, step in enumerate(rule.steps)]
            return "refused", 0 if rule.asked else None, failed, self.prior, tuple(reached)
        amount = asked = self.noted(self.value(FactValue(rule.asked), 0)) if rule.asked else None
        bitten, counted = set(), 0
        for cut in rule.cuts:
            limit = self.noted(self.value(cut.limit, amount or 0))
            if limit is not None and amount is not None:
                counted = amount if _reads_prior(cut.limit) else counted
                bitten |= {cut.name} if max(limit, 0) < amount else set()
                amount = min(amount, max(limit, 0))
            given[cut.name] = amount
        if rule.by and self.prior is None:
            self.missing.add("earlier-claim")
        if self.missing:
            known = [None if isinstance(step, Cut) else given[step.name] for step in rule.steps]
            return "undetermined", None, frozenset(self.missing), None, tuple(known)
        assert not rule.asked or amount is not None or asked is None
        used = None if self.prior is None else self.prior + counted
        values = tuple(given[step.name] for step in rule.steps)
        return "reduced" if bitten else "granted", amount, frozenset(bitten), used, values

    def noted(self, seen: Seen) -> Any:
        """The value; if it is not known, what was missing counts."""
        if seen[0] is None:
            self.missing |= seen[1]
        return seen[0]

    def value(self, e: Expression, amount: int) -> Seen:
        """The value of an expression."""
        match e:
            case Known(value):
                return value, _NOTHING
            case Unset(path):
                return None, frozenset({path})
            case FactValue(name):
                return self.facts[name], frozenset({name}) if self.facts[name] is None else _NOTHING
            case Present(name):
                return self.facts[name] is not None, _NOTHING
            case StepValue(name):
                return self.lets[name], _NOTHING
            case AmountSoFar():
                return amount, _NOTHING
            case UsedBefore():
                return self.prior or 0, _NOTHING
            case Not(inner):
                value, gaps = self.value(inner, amount)
                return None if value is None else not value, gaps
            case Member(inner, members):
                value, gaps = self.value(inner, amount)
                return None if value is None else value in members, gaps
            case Choice(condition, yes, no):
                return self.chosen(self.value(condition, amount), yes, no, amount)
            case Parameter():
                return self.parameter(e, lambda value: (value, _NOTHING), outside=None)
            case MemberOfParameter(inner, listed):
                return self.parameter(listed, lambda members: self.value(Member(inner, members), amount), outside=False)
            case Binary(operator, left, right):
                return self.binary(operator, self.value(left, amount), self.value(right, amount))
        raise AssertionError(e)

    def chosen(self, condition: Seen, yes: Expression, no: Expression, amount: int) -> Seen:
        """What a choice gives. While the condition is not known, it alone is what is missing."""
        if condition[0] is None:
            return condition
        value, gaps = self.value(yes if condition[0] else no, amount)
        return value, condition[1] | gaps

    def binary(self, operator: str, left: Seen, right: Seen) -> Seen:
        """Kleene's «and» and «or»; everything else needs both sides."""
        gaps = left[1] | right[1]
        if operator in ("and", "or"):
            settles = operator == "or"
            sides = (left[0], right[0])
            return settles if settles in sides else None if None in sides else not settles, gaps
        if left[0] is None or right[0] is None:
            return None, gaps
        return _COMPARE[operator](left[0], right[0]), gaps

    def parameter(self, p: Parameter, use: Callable[[Any], Seen], outside: bool | None) -> Seen:
        """What the pack says: for the key first, then for the day; if any day would do, the day does not matter."""
        assert self.pack is not None
        key = None if p.by is None else self.facts[p.by]
        if p.by is not None and key is None:
            return None, frozenset({p.by})
        path = p.path.format(key)
        catalogue, _, code = path.partition("/")
        if path not in self.pack.values and code not in self.pack.terms.get(catalogue, {}):
            return None, frozenset({path})
        value, day = self.pack.value(path), self.facts[p.on]
        if day is not None:
            return self.on_day(value, day, use, outside)
        readings = {self.on_day(value, boundary, use, outside) for boundary in _boundaries(value)}
        return readings.pop() if len(readings) == 1 else (None, frozenset({p.on}))

    def on_day(self, value: DatedValue, day: date, use: Callable[[Any], Seen], outside: bool | None) -> Seen:
        """What holds on one day. Outside of all entries a truth or a membership is False, and the rest is not known."""
        reading = value.on(day)
        if reading.state in ("not-yet-in-force", "ended") and (outside is False or value.type in ("boolean", "term")):
            return False, _NOTHING
        if reading.value is None:
            return None, frozenset({value.path})
        return use(reading.value.cents if isinstance(reading.value, Money) else reading.value)


def interpret(rule: Rule, facts: Mapping[str, Any], prior: int | None, pack: Pack | None = None) -> Answer:
    """What the slow interpreter says of one claim; `prior` is what earlier ones used, None where that is not known."""
    return Interpreter(rule, facts, prior, pack).decide()


def _boundaries(value: DatedValue) -> set[date]:
    firsts = {entry.first for entry in value.entries}
    return {first - timedelta(1) for first in firsts} | firsts | {e.until + timedelta(1) for e in value.entries if e.until}


def _reads_prior(e: Expression) -> bool:
    below = [getattr(e, name) for name in ("left", "right", "condition", "yes", "no", "operand", "value") if hasattr(e, name)]
    return isinstance(e, UsedBefore) or any(_reads_prior(part) for part in below if isinstance(part, Expression))
