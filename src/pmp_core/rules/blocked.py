"""Which decisions a value that nobody has set blocks: in which step, on which days, for which codes.

The bound tree is read with every fact known, once for each stretch of days between two changes of the law and for each
code. What a part can come to is a set: true, false, something else, unknown. So «undetermined» is said of a step only where
it cannot be anything else, and «may be» where other facts settle it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date, timedelta
from itertools import product
from typing import Any

import attrs
from attrs import field, frozen

from pmp_core.errors import PmpError
from pmp_core.programme import DatedValue, Pack
from pmp_core.programme.pack import IN_FORCE
from pmp_core.rules.binding import bound, keys
from pmp_core.rules.expression import (
    Binary,
    Catalogue,
    Choice,
    Expression,
    FactValue,
    Known,
    Member,
    Not,
    Present,
    StepValue,
    Unset,
    nodes,
)
from pmp_core.rules.rule import Rule, parameters, tree_of
from pmp_core.values import Text

Cell = Mapping[str, Any]
Stretch = tuple[date | None, date | None]  # first and last day; None where there is no end
Outcomes = frozenset[str]  # of "true", "false", "value", "unknown"
_TRUTHS, _VALUE, _UNKNOWN = frozenset(["true", "false"]), frozenset(["value"]), frozenset(["unknown"])
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
_DAY = timedelta(days=1)


@frozen
class FactDays:
    """The days of a fact on which something is so; None where there is no end to them."""

    fact: str
    first: date | None
    last: date | None


@frozen
class Blocked:
    """A step that a value which is not set leaves without an answer.

    Args:
        path: the value to set.
        step: the rule's step that reads it.
        certain: whether the decision is then undetermined whatever the other facts are, unless a check refuses it. If not,
            some facts settle the step without it.
        days: for which days of which facts; a fact that is not named may have any day.
        codes: for which codes of which facts; a fact that is not named may have any code.
    """

    path: str
    step: str
    certain: bool
    days: tuple[FactDays, ...] = ()
    codes: Mapping[str, tuple[str, ...]] = field(factory=dict)


@frozen
class BlockedRule:
    """What unset values do to a rule.

    Args:
        rule: its name.
        always: whether every decision of it that no check refuses is undetermined.
        blocked: what blocks it where; empty where nothing does.
        misfit: why the rule cannot be used with this programme at all; None where it can.
    """

    rule: str
    always: bool
    blocked: tuple[Blocked, ...] = ()
    misfit: PmpError | None = None


def blocked(definition: Rule, pack: Pack) -> BlockedRule:
    """What unset values do to a rule, on the days on which the programme is in force. Missing facts are not looked at.

    Args:
        definition: the rule as its stage defines it.
        pack: the law.

    Raises:
        RuleError: what binding finds wrong with it.
    """
    rule = bound(definition, pack)
    running = pack.days_in_force() if pack.says(IN_FORCE) else None
    turns = {day for span in running or () for day in (span.first, span.last and span.last + _DAY) if day is not None}
    days = {
        fact.name: _stretches(rule, fact.name, turns if fact.name == rule.on else set())
        for fact in rule.facts
        if fact.type == "day"
    }
    codes = {fact.name: fact.choices for fact in rule.facts if fact.type == "code" and isinstance(fact.choices, tuple)}
    found: list[Blocked] = []
    always = False
    for step in rule.steps:
        tree = tree_of(step)
        named = {name for node in nodes(tree) for name in _settled_by(node)}
        asked = {name: days[name] for name in days if name in named or name == rule.on}
        among = {name: codes[name] for name in codes if name in named and codes[name]}
        cells = [
            (chosen, paths, outcomes == _UNKNOWN)
            for chosen, cell in _cells(asked, among)
            if (running is None or any(cell[rule.on] in span for span in running)) and not _refuses(rule, cell)
            for outcomes, paths in [_read(tree, cell, rule)]
        ]
        always |= bool(cells) and all(certain for _, _, certain in cells)
        for path in dict.fromkeys(path for _, paths, _ in cells for path in paths):
            for certain in (True, False):
                for box in _boxes([chosen for chosen, paths, sure in cells if path in paths and sure is certain]):
                    found += _written(path, step.name, certain, box, asked, among)
    return BlockedRule(definition.name, always, tuple(found))


def unsaid(definition: Rule, pack: Pack) -> dict[str, DatedValue]:
    """The paths that a rule reads and the pack does not have, because a deployment added the code.

    Args:
        definition: the rule as its stage defines it.
        pack: the law.

    Returns:
        Each path as the pack's value of another code has it, without its entries.
    """
    found = {}
    for parameter in (p for step in definition.steps for p in parameters(tree_of(step)) if p.by is not None):
        paths = {key: parameter.path.format(key) for key in keys(parameter.among, pack)}
        like = next((pack.value(path) for path in paths.values() if pack.says(path)), None)
        for key, path in paths.items():
            if like is not None and not pack.says(path):
                among = parameter.among
                title = pack.term(among.name, key).title if isinstance(among, Catalogue) else Text(key, key)
                found[path] = attrs.evolve(like, path=path, title=title, entries=())
    return found


def _settled_by(node: Expression) -> Iterator[str]:
    """The fact of a comparison that its day or its code settles."""
    match node:
        case Binary(op, FactValue(name), Known(str() | date())) if op in _COMPARISONS:
            yield name
        case Member(FactValue(name), _):
            yield name


def _stretches(rule: Rule, name: str, turns: Collection[date]) -> tuple[Stretch, ...]:
    """The days of a fact, cut wherever the rule compares it with a day, and at `turns`: first and last of each stretch."""
    firsts = set(turns)
    for node in nodes(*(tree_of(step) for step in rule.steps)):
        match node:
            case Binary(">=" | "<", FactValue(fact), Known(date() as day)) if fact == name:
                firsts.add(day)
            case Binary(">" | "<=", FactValue(fact), Known(date() as day)) if fact == name:
                firsts.add(day + _DAY)
            case Binary("==", FactValue(fact), Known(date() as day)) if fact == name:
                firsts |= {day, day + _DAY}
    ordered = sorted(firsts)
    lasts = [first - _DAY for first in ordered]
    return tuple(zip((None, *ordered), (*lasts, None), strict=True))


def _cells(days: Mapping[str, tuple[Any, ...]], codes: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[tuple[int, ...], Cell]]:
    """Every choice of a stretch for each day and of a code for each key: by position, and as values to read the tree with."""
    names = (*days, *codes)
    samples = [[first or last or date.min for first, last in days[name]] for name in days] + [list(codes[name]) for name in codes]
    for chosen in product(*(range(len(sample)) for sample in samples)):
        yield chosen, {name: sample[i] for name, sample, i in zip(names, samples, chosen, strict=True)}


def _refuses(rule: Rule, cell: Cell) -> bool:
    return any(_read(check.condition, cell, rule)[0] == {"false"} for check in rule.checks)


def _read(tree: Expression, cell: Cell, rule: Rule) -> tuple[Outcomes, tuple[str, ...]]:
    """What a tree can come to in a cell, and the unset values that can make it unknown."""
    match tree:
        case Unset(path, _):
            return _UNKNOWN, (path,)
        case Known(bool() as truth):
            return frozenset(["true" if truth else "false"]), ()
        case Binary(op, FactValue(name), Known(value)) if name in cell and op in _COMPARISONS:
            return frozenset(["true" if _COMPARISONS[op](cell[name], value) else "false"]), ()
        case Member(FactValue(name), members) if name in cell:
            return frozenset(["true" if cell[name] in members else "false"]), ()
        case Present():
            return _TRUTHS, ()
        case FactValue(name):
            return (_TRUTHS if rule.fact(name).type == "boolean" else _VALUE), ()
        case StepValue(name):  # whether it is known was read where it stands
            truth = any(let.type == "boolean" for let in rule.lets if let.name == name)
            return (_TRUTHS if truth else _VALUE), ()
        case Not(inner):
            outcomes, paths = _read(inner, cell, rule)
            return frozenset({"true": "false", "false": "true"}.get(one, one) for one in outcomes), paths
        case Member(inner, _):
            outcomes, paths = _read(inner, cell, rule)
            return _TRUTHS | (outcomes & _UNKNOWN) if outcomes != _UNKNOWN else outcomes, paths
        case Choice(condition, yes, no):
            return _choice(_read(condition, cell, rule), yes, no, cell, rule)
        case Binary(op, left, right):
            return _binary(op, _read(left, cell, rule), _read(right, cell, rule))
    return _VALUE, ()


def _choice(
    condition: tuple[Outcomes, tuple[str, ...]], yes: Expression, no: Expression, cell: Cell, rule: Rule
) -> tuple[Outcomes, tuple[str, ...]]:
    outcomes, paths = condition
    found, named = outcomes & _UNKNOWN, dict.fromkeys(paths)
    for truth, arm in (("true", yes), ("false", no)):
        if truth in outcomes:
            can_be, missing = _read(arm, cell, rule)
            found |= can_be
            named |= dict.fromkeys(missing)
    return found, tuple(named)


def _binary(
    op: str, left: tuple[Outcomes, tuple[str, ...]], right: tuple[Outcomes, tuple[str, ...]]
) -> tuple[Outcomes, tuple[str, ...]]:
    settles = {"and": "false", "or": "true"}.get(op)
    found = set()
    for a, b in product(left[0], right[0]):
        if settles in (a, b):
            found.add(str(settles))
        elif "unknown" in (a, b):
            found.add("unknown")
        elif settles is not None:
            found.add("true" if settles == "false" else "false")
        else:
            found |= _TRUTHS if op in _COMPARISONS else _VALUE
    return frozenset(found), tuple(dict.fromkeys((*left[1], *right[1]))) if "unknown" in found else ()


def _boxes(cells: list[tuple[int, ...]]) -> list[tuple[tuple[int, ...], ...]]:
    """The cells taken together as far as they form boxes: along one axis after the other."""
    boxes: list[tuple[tuple[int, ...], ...]] = [tuple((i,) for i in cell) for cell in cells]
    for axis in range(len(cells[0]) if cells else 0):
        merged: dict[tuple[Any, ...], list[int]] = {}
        for box in boxes:
            merged.setdefault((*box[:axis], *box[axis + 1 :]), []).extend(box[axis])
        boxes = [(*rest[:axis], tuple(along), *rest[axis:]) for rest, along in merged.items()]
    return boxes


def _written(
    path: str,
    step: str,
    certain: bool,
    box: tuple[tuple[int, ...], ...],
    days: Mapping[str, tuple[Stretch, ...]],
    codes: Mapping[str, tuple[str, ...]],
) -> Iterator[Blocked]:
    """A box in words: each run of stretches by its first and last day; a fact that may be anything is left out."""
    chosen = dict(zip((*days, *codes), box, strict=True))
    where = {name: tuple(codes[name][i] for i in chosen[name]) for name in codes if len(chosen[name]) < len(codes[name])}
    runs = [[_days(name, run, days[name]) for run in _runs(chosen[name])] for name in days]
    for picked in product(*runs):
        yield Blocked(path, step, certain, tuple(one for one in picked if (one.first, one.last) != (None, None)), where)


def _days(name: str, run: list[int], stretches: tuple[Stretch, ...]) -> FactDays:
    return FactDays(name, stretches[run[0]][0], stretches[run[-1]][1])


def _runs(positions: tuple[int, ...]) -> list[list[int]]:
    runs: list[list[int]] = []
    for position in positions:
        if runs and runs[-1][-1] == position - 1:
            runs[-1].append(position)
        else:
            runs.append([position])
    return runs
