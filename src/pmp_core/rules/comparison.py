"""Two decisions on the same case beside one another: which steps, clauses and facts differ."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from itertools import zip_longest
from typing import Any, Generic, NamedTuple, TypeVar

from pmp_core.rules.decision import PER, Clause, Decision, DecisionStep, FactUsed
from pmp_core.rules.result import Result
from pmp_core.values import Text

T = TypeVar("T")
PRIOR, RULE = "prior", "rule"
# The units that `written_value` and `clause_of` put behind a figure in English.
_UNIT = re.compile("|".join(["%", r" \(EUR/[^()]+\)", *(re.escape(per.en) for per in PER.values())]))


class Change(NamedTuple, Generic[T]):
    """Something that differs: as the older decision has it, and as the newer; None where one of them has no such thing."""

    name: str
    old: T | None
    new: T | None

    @property
    def either(self) -> T:
        """The newer, or the older where there is no newer: for what both have, such as a title."""
        one = self.old if self.new is None else self.new
        assert one is not None
        return one


Steps = tuple[Change[DecisionStep], ...]
Clauses = tuple[Change[Clause], ...]
Facts = tuple[Change[FactUsed], ...]


def same_answer(old: Decision, new: Decision | Result) -> bool:
    """Whether outcome, amount and reasons are the same."""
    return (old.outcome, old.amount, set(old.reasons)) == (new.outcome, new.amount, set(new.reasons))


def steps_beside(old: Decision, new: Decision) -> Steps:
    """Every step of the two, in the order of the newer rule; those it no longer has come last."""
    sides = tuple({step.name: step for step in decision.steps} for decision in (old, new))
    return tuple(Change(name, sides[0].get(name), sides[1].get(name)) for name in dict.fromkeys([*sides[1], *sides[0]]))


def differing(steps: Steps) -> Steps:
    """The steps that give something else, or that are not known for other reasons."""
    return tuple(step for step in steps if _gives_else(step) or _lacks_else(step))


def _gives_else(step: Change[DecisionStep]) -> bool:
    return _given(step.old) != _given(step.new)


def _lacks_else(step: Change[DecisionStep]) -> tuple[str, ...]:
    """Where a step is not known: the names of what it lacks in only one of the two."""
    new = step.new
    if new is None or not new.reached or (new.passed if new.kind == "check" else new.value) is not None:
        return ()
    clauses = [one.name for one in clauses_of(step) if _is_set(one.old) != _is_set(one.new)]
    return (*clauses, *(one.name for one in facts_of(step) if _is_held(one.old) != _is_held(one.new)))


def _is_set(clause: Clause | None) -> bool:
    return clause is not None and clause.state == "set"


def _is_held(fact: FactUsed | None) -> bool:
    return fact is not None and fact.value is not None


def redefined(steps: Steps) -> tuple[str, ...]:
    """The steps that are new, gone, or not defined as they were: they ask for something else, or give something else
    although nothing that they rest on differs."""
    return tuple(step.name for i, step in enumerate(steps) if _is_redefined(step, steps[:i]))


def _is_redefined(step: Change[DecisionStep], above: Steps) -> bool:
    old, new = step.old, step.new
    if old is None or new is None or _asks(old) != _asks(new):
        return True
    # A value or a cut that one of the two did not reach says nothing of how it is defined.
    both = None not in (old.value, new.value) or (new.kind == "let" and old.reached and new.reached)
    told = _gives_else(step) and (new.kind == "check" or both)
    return told and not (differing(above) or clauses_of(step) or facts_of(step))


def without_effect(steps: Steps, rests_on: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """The steps that give something else and had no part in either answer: cuts that took nothing off, and what they rest on;
    checks that only one of the two has, and that are passed.

    Args:
        steps: of the two decisions, in the order of the newer rule.
        rests_on: by the name of a step of the newer rule, the steps above whose values it takes.
    """
    idle: set[str] = set()
    for step in reversed(steps):
        users = {name for name, above in rests_on.items() if step.name in above}
        cut = step.either.kind == "cut" and _takes_nothing_off(step.old) and _takes_nothing_off(step.new)
        let = step.either.kind == "let" and users and users <= idle
        check = None in (step.old, step.new) and step.either.kind == "check" and step.either.passed
        if cut or let or check:
            idle.add(step.name)
    return tuple(step.name for step in differing(steps) if step.name in idle)


def _takes_nothing_off(cut: DecisionStep | None) -> bool:
    return cut is None or not cut.reached or (cut.value is not None and cut.value == cut.before)


def causes(steps: Steps, idle: Collection[str] = ()) -> tuple[str, ...]:
    """Why steps give something else: paths of the programme that say something else, facts, `prior`, and `rule`.

    Args:
        steps: of the two decisions.
        idle: the names of those that had no part in either answer; they are not asked.
    """
    found: list[str] = []
    told = [step for step in differing(steps) if step.name not in idle]
    for step in told:
        said = [clause.name for clause in clauses_of(step) if says_else(clause)]
        found += [*said, *(fact.name for fact in facts_of(step))] if _gives_else(step) else _lacks_else(step)
    own = set(redefined(steps)) & {step.name for step in told}
    return tuple(dict.fromkeys([*found, *([RULE] if own else [])]))


def clauses_of(step: Change[DecisionStep]) -> Clauses:
    """The clauses of a step that differ in anything: what they say, their days, their source, how well it is known."""
    old, new = (() if one is None else one.clauses for one in (step.old, step.new))
    found: list[Change[Clause]] = []
    for path in dict.fromkeys(clause.path for clause in (*new, *old)):
        pairs = zip_longest(*([clause for clause in side if clause.path == path] for side in (old, new)))
        found += [Change(path, was, now) for was, now in pairs if not _same_entry(was, now)]
    return tuple(found)


def says_else(clause: Change[Clause]) -> bool:
    """Whether a clause says something else, and not only since when or by whom."""
    old, new = clause.old, clause.new
    if old is None or new is None:
        return True  # only one of the two says anything
    return old.state != new.state or not _same_words(old.written, new.written)


def facts_of(step: Change[DecisionStep]) -> Facts:
    """The facts of a step that differ; what earlier claims used is `prior`."""
    old, new = (() if one is None else one.facts for one in (step.old, step.new))
    return facts_beside(old, new)


def facts_beside(old: Iterable[FactUsed], new: Iterable[FactUsed]) -> Facts:
    """The facts that differ, or that only one of the two has."""
    was, now = ({fact.name: fact for fact in side} for side in (old, new))
    changes = (Change(name, was.get(name), now.get(name)) for name in dict.fromkeys([*now, *was]))
    return tuple(change for change in changes if _value(change.old) != _value(change.new))


def facts_used(decision: Decision) -> tuple[FactUsed, ...]:
    """Every fact of a decision, and what earlier claims used where its rule asks for that."""
    return (*decision.facts, *running_sum(decision))


def running_sum(decision: Decision) -> tuple[FactUsed, ...]:
    """What earlier claims used, as the steps have it; nothing where the rule has no running sum."""
    return tuple(fact for step in decision.steps for fact in step.facts if fact.name == PRIOR)


def plain(changes: Iterable[Change[Any]]) -> list[dict[str, Any]]:
    """Changes for JSON."""

    def side(one: Any) -> Mapping[str, Any] | None:
        return None if one is None else one.model_dump(mode="json")

    return [{"name": change.name, "old": side(change.old), "new": side(change.new)} for change in changes]


def _given(step: DecisionStep | None) -> tuple[Any, ...] | None:
    return None if step is None else (step.kind, step.passed, step.unit, step.value, step.before, step.reached)


def _asks(step: DecisionStep) -> tuple[Any, ...]:
    return step.kind, step.unit, {fact.name for fact in step.facts}


def _value(fact: FactUsed | None) -> tuple[Any, ...] | None:
    return None if fact is None else (fact.type, fact.value)


def _same_entry(old: Clause | None, new: Clause | None) -> bool:
    if old is None or new is None:
        return False
    return _same_words(old.written, new.written) and _kept(old) == _kept(new)


def _kept(clause: Clause) -> tuple[Any, ...]:
    return clause.state, clause.first, clause.until, clause.source, clause.status


def _same_words(old: Text | None, new: Text | None) -> bool:
    """Whether two clauses say the same value. A decision holds its words alone, and a release may write a value otherwise:
    release 0.1.0 wrote «ir» and «nav» in Latvian, and no units. So the English counts, and the older may lack the unit."""
    if old is None or new is None:
        return old is new
    return old.en == new.en or (new.en.startswith(old.en) and _UNIT.fullmatch(new.en, len(old.en)) is not None)
