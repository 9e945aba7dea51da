"""Binding a rule's parameters to a pack: each becomes the chain of its dated entries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

import attrs

from pmp_core.errors import Place, RuleError, nearest
from pmp_core.programme import Pack
from pmp_core.programme.entries import DatedValue, Value
from pmp_core.rules.expression import (
    FALSE,
    TRUE,
    Catalogue,
    Constant,
    Expression,
    FactValue,
    Known,
    Member,
    MemberOfParameter,
    Parameter,
    Unset,
    choose,
    fact,
    nodes,
    pick,
    rebuilt,
)
from pmp_core.rules.rule import Check, Fact, Let, Rule, Step, tree_of
from pmp_core.values import Money


def bound(rule: Rule, pack: Pack) -> Rule:
    """The rule with every parameter replaced by what the pack says, and every choice of codes listed.

    Raises:
        RuleError: `parameter-unknown`, `clause-unknown`, with the nearest paths; `parameter-keys`, `parameter-type`.
        ProgrammeError: `catalogue-unknown`.
    """
    facts = tuple(attrs.evolve(f, choices=codes(f, pack)) for f in rule.facts)
    return attrs.evolve(rule, facts=facts, steps=tuple(_bound_step(rule, step, pack) for step in rule.steps))


def codes(f: Fact, pack: Pack) -> tuple[str, ...]:
    """The codes a fact may have; none where it may have any."""
    return keys(f.choices, pack)


def keys(among: tuple[str, ...] | Catalogue, pack: Pack) -> tuple[str, ...]:
    """The keys of a parameter: those it lists, or the codes of its catalogue."""
    return pack.codes(among.name, parent=among.parent) if isinstance(among, Catalogue) else among


def _bound_step(rule: Rule, step: Step, pack: Pack) -> Step:
    for path in step.clauses:
        if not pack.says(path):
            raise _unknown("clause-unknown", rule, step, path, pack)
    tree, place = tree_of(step), step_place(rule, step)
    replaced: dict[Expression, Expression] = {}
    for node in nodes(tree):
        if isinstance(node, MemberOfParameter):
            replaced[node] = _chain(rule, step, node.parameter, pack, partial(_member, place, node.value), FALSE)
        elif isinstance(node, Parameter):
            replaced[node] = _chain(rule, step, node, pack, partial(_constant, place), None)
    tree = rebuilt(tree, replaced)
    if isinstance(step, Check):
        return attrs.evolve(step, condition=tree)
    return attrs.evolve(step, value=tree) if isinstance(step, Let) else attrs.evolve(step, limit=tree)


def _chain(
    rule: Rule, step: Step, p: Parameter, pack: Pack, made: Callable[[Value], Expression], outside: Expression | None
) -> Expression:
    if p.by is None:
        if not pack.says(p.path):
            raise _unknown("parameter-unknown", rule, step, p.path, pack)
        return _dated(pack.value(p.path), fact(p.on), made, outside)
    paths = {key: p.path.format(key) for key in keys(p.among, pack)}
    known = [pack.value(path) for path in paths.values() if pack.says(path)]
    if not known:
        raise _unknown("parameter-unknown", rule, step, p.path, pack)
    possible = codes(rule.fact(p.by), pack)
    if not possible or not paths.keys() >= set(possible):
        raise RuleError(
            "parameter-keys",
            f"The rule {rule.name!r}, step {step.name!r}, reads {p.path!r} by {p.by!r}, which may have other codes.",
            place=step_place(rule, step),
            remedy="Give the fact its choices, and let `among` name every one of them.",
        )
    # A code that a deployment added has no value until the deployment sets one.
    nobody_set = {key: Unset(path, _stand_in(known[0], outside)) for key, path in paths.items() if not pack.says(path)}
    arms: dict[str, Expression] = {
        key: nobody_set.get(key) or _dated(pack.value(path), fact(p.on), made, outside) for key, path in paths.items()
    }
    *_, last = arms.values()  # the fact's codes are checked at the door, so the last arm needs no comparison
    return pick(fact(p.by), dict(list(arms.items())[:-1]), last)


def _dated(value: DatedValue, on: FactValue, made: Callable[[Value], Expression], outside: Expression | None) -> Expression:
    """The value in force on a day. Where none is, a truth or a membership is FALSE; anything else is not known."""
    unset = Unset(value.path, _stand_in(value, outside))
    nothing = outside or (FALSE if value.type in ("boolean", "term") else unset)
    result: Expression = nothing if value.entries else unset
    spans = value.spans()
    for i, (days, entry) in enumerate(spans):
        result = choose(on >= days.first, unset if entry.value is None else made(entry.value), result)
        follows = i + 1 < len(spans) and days.last is not None and (spans[i + 1][0].first - days.last).days == 1
        if days.last is not None and not follows:
            result = choose(on > days.last, nothing, result)
    return result


def _stand_in(value: DatedValue, outside: Expression | None) -> Constant:
    """Something of the type that the expression has: it is compared and calculated with, and never shows."""
    return False if outside is not None else _STAND_INS.get(value.type, 0)


_STAND_INS: dict[str, Constant] = {"boolean": False, "term": False, "text": "", "day": date(2000, 1, 1)}


def _constant(place: Place, value: Value) -> Expression:
    if isinstance(value, Money):
        return Known(value.cents)
    if isinstance(value, bool):
        return TRUE if value else FALSE
    if isinstance(value, int | str | date):
        return Known(value)
    raise RuleError(
        "parameter-type",
        "A rule can compare truths, whole numbers, money, days, codes and lists, not this.",
        place=place,
        found=type(value).__name__,
    )


def _member(place: Place, needle: Expression, value: Value) -> Expression:
    if not isinstance(value, tuple):
        found = type(value).__name__
        raise RuleError("parameter-type", "Membership needs a list of levels or codes.", place=place, found=found)
    return Member(needle, value)


def step_place(rule: Rule, step: Step) -> Place:
    """Where a step stands, for errors."""
    return Place(pointer=f"/rules/{rule.name}/steps/{step.name}")


def _unknown(code: str, rule: Rule, step: Step, path: str, pack: Pack) -> RuleError:
    near = nearest(path, pack.values)
    return RuleError(
        code,
        f"The rule {rule.name!r}, step {step.name!r}, reads {path!r}, which the programme {pack.id!r} does not have.",
        place=step_place(rule, step),
        remedy=f"Nearest: {', '.join(near)}." if near else "Add the path to the pack.",
    )
