"""A lowered rule as a Python function for one claim.

Complete facts of the right types go a short way without any `known`; the first missing or odd thing turns off into a
second function that minds all of them. Cuts are statements: calls of `min` and `max` would cost more than the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from enum import Enum
from typing import Any

from pmp_core.rules.door import Door
from pmp_core.rules.expression import (
    FALSE,
    TRUE,
    Binary,
    Choice,
    Constant,
    Expression,
    FactValue,
    Known,
    Mask,
    Member,
    Not,
    Present,
    Running,
    StepValue,
    rebuilt,
)
from pmp_core.rules.lowering import UNKNOWN_SUM, Lowered, bits, first_bits, lower
from pmp_core.rules.result import OUTCOMES, Result
from pmp_core.rules.rule import Check, Cut, Fact, FactType, Rule

TYPES: dict[FactType, type] = {"integer": int, "boolean": bool, "code": str, "day": date, "cents": int}
FILLERS: dict[FactType, Constant] = {"integer": 0, "boolean": False, "code": "", "day": date(2000, 1, 1), "cents": 0}


class PythonCode:
    """Writes expressions as Python source; constants that have no literal get a name."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {"Result": Result}

    def constant(self, value: Any) -> str:
        """A constant, as a literal or by name."""
        value = value.value if isinstance(value, Enum) else value
        if value is None or isinstance(value, int | str):
            return repr(value)
        name = next((k for k, v in self.names.items() if type(v) is type(value) and v == value), f"k{len(self.names)}")
        self.names[name] = value
        return name

    def write(self, e: Expression) -> str:
        """An expression."""
        match e:
            case Known(value):
                return self.constant(value)
            case FactValue(name):
                return local(name)
            case Present(name):
                return f"has_{name}"
            case StepValue(name):
                return variable(name)
            case Running():
                return f"({UNKNOWN_SUM} if prior is None else prior)"
            case Not(inner):
                return f"(not {self.write(inner)})"
            case Member(inner, members):
                return f"({self.write(inner)} in {self.constant(frozenset(members))})"
            case Choice(condition, yes, no):
                return f"({self.write(yes)} if {self.write(condition)} else {self.write(no)})"
            case Mask(of):
                return " + ".join(f"({bit} if {self.write(when)} else 0)" for bit, when in of) or "0"
            case Binary("min" | "max" as function, left, right):
                return f"{function}({self.write(left)}, {self.write(right)})"
            case Binary(operator, left, right):
                return f"({self.write(left)} {operator} {self.write(right)})"
        raise TypeError(f"{type(e).__name__} is no part of a lowered rule")

    def assign(self, name: str, e: Expression) -> list[str]:
        """A step. A cut is min(amount, max(limit, 0)) in statements."""
        own = variable(name)
        match e:
            case Binary("min", before, Binary("max", limit, Known(0))):
                amount = self.write(before)
                return [f"{own} = {self.write(limit)}", f"if {own} >= {amount}: {own} = {amount}", f"elif {own} < 0: {own} = 0"]
        return [f"{own} = {self.write(e)}"]

    def values(self, rule: Rule, lowered: Lowered, settled: Mapping[Expression, Expression], reached: Mapping[str, str]) -> str:
        """The tuple of what every step gave; None where it is not known or was not reached (`reached`: by name, when)."""
        written = []
        for step in rule.steps:
            value, known = (self.write(rebuilt(e[step.name], settled)) for e in (lowered.values, lowered.known))
            when = " and ".join(dict.fromkeys(w for w in (reached.get(step.name, "False"), known) if w != "True"))
            written.append(f"{value} if {when} else None" if when else value)
        return "(" + "".join(f"{value}, " for value in written) + ")"


def variable(name: str) -> str:
    """The local variable of a step."""
    return "_" + name.replace("-", "_").replace(" ", "__")


def local(fact: str) -> str:
    """The local variable of a fact. The underscore keeps it apart from every other name in the function."""
    return fact if fact == "prior" else f"{fact}_"


def python_function(rule: Rule, owner: object) -> tuple[Callable[..., Result], str]:
    """The `decide` of a bound rule, and its source.

    `decide(facts=None, /, *, prior=0, **named)`: facts as an object with attributes, a mapping, or keywords. The keyword
    `prior` is there only where the rule has a running sum.
    """
    code, door = PythonCode(), Door(rule)
    names = ", ".join(local(fact.name) for fact in rule.facts)
    facts_tuple = f"({names},)"
    code.names |= {"rule": owner, "gather": door.gather, "lacking": door.lacking, "check": door.check, "Mapping": Mapping}
    code.names |= {} if rule.by else {"prior": 0}  # without a running sum nothing can have been used before
    load = "; ".join(f"{local(fact.name)} = facts.{fact.name}" for fact in rule.facts)
    head = [
        f"def decide(facts=None, /, {'*, prior=0, ' if rule.by else ''}**named):",
        "if facts is None or named or type(facts) is dict: facts = gather(facts, named)",
        f"try: {load}",
        "except AttributeError as error:",
        f"    if isinstance(facts, Mapping): return decide(gather(facts, named){', prior=prior' if rule.by else ''})",
        "    raise lacking(facts, error.name) from None",
    ]
    absent = [(local(fact.name), code.constant(fact.absent)) for fact in rule.facts if fact.absent is not None]
    head += [f"if {own} is None: {own} = {value}" for own, value in absent]
    odd = " or ".join([*(test for fact in rule.facts for test in _odd(fact, code)), *(_odd_amount("prior") if rule.by else ())])
    head += [f"if {odd}: return with_gaps({facts_tuple}, prior)"]
    head += _short_way(rule, code, facts_tuple)
    gaps = ["def with_gaps(values, prior):", f"{facts_tuple} = values = check(values, prior)", *_long_way(rule, code)]
    source = "\n    ".join(head) + "\n\n" + "\n    ".join(gaps) + "\n"
    exec(compile(source, f"<rule {rule.name}>", "exec"), code.names)
    decide: Callable[..., Result] = code.names["decide"]
    return decide, source


def _odd(fact: Fact, code: PythonCode) -> list[str]:
    own = local(fact.name)
    tests = [f"type({own}) is not {code.constant(TYPES[fact.type]) if fact.type == 'day' else TYPES[fact.type].__name__}"]
    if fact.type == "cents":
        tests += [f"not 0 <= {own} < {UNKNOWN_SUM}"]
    if fact.at_least is not None:
        tests += [f"{own} < {fact.at_least}"]
    if isinstance(fact.choices, tuple) and fact.choices:
        tests += [f"{own} not in {code.constant(frozenset(fact.choices))}"]
    return tests


def _odd_amount(name: str) -> list[str]:
    return [f"type({name}) is not int", f"not 0 <= {name} < {UNKNOWN_SUM}"]


def _short_way(rule: Rule, code: PythonCode, facts: str) -> list[str]:
    """Complete facts. Failed checks return at once; behind them every check is TRUE, and the rest folds again."""
    lowered = lower(rule, ())
    named, checks = lowered.steps, [check.name for check in rule.checks]
    turn = f"return with_gaps({facts}, prior)"
    if any(lowered.known[check] != TRUE for check in checks):
        return [turn]
    lines: list[str] = []
    settled: dict[Expression, Expression] = {StepValue("blocked"): FALSE}
    returned = not checks
    for name, e in named.items():
        if name == "refused":
            every = " and ".join(code.write(lowered.values[check]) for check in checks)
            fails = " + ".join(f"(0 if {code.write(lowered.values[c])} else {bits(rule)[c]})" for c in checks)
            values = code.values(rule, lowered, {}, dict.fromkeys(_above_refusal(rule), "True"))
            amount = 0 if rule.asked else None
            lines += [
                f"if not ({every}):",
                f"    return Result(rule, 'refused', {amount}, {fails}, prior, {facts}, {values}, prior)",
            ]
            passed = [lowered.values[check] for check in checks]
            settled.update({value: TRUE for value in passed if isinstance(value, StepValue)})
            settled[StepValue("refused")] = FALSE
            returned = True
            continue
        if name == "blocked":
            continue
        e = rebuilt(e, {**settled, Running(StepValue("counted")): FactValue("prior")})
        if name == "own gap" and e != FALSE:  # a parameter that is not set was met
            if e == TRUE:
                return [*lines, turn]
            lines, e = [*lines, f"if {code.write(e)}: {turn}"], FALSE
        if returned and e in (TRUE, FALSE):
            settled[StepValue(name)] = e
        else:
            lines += code.assign(name, e)
    values = code.values(rule, lowered, settled, {step.name: "True" for step in rule.steps})
    used = f"prior + {code.write(rebuilt(StepValue('counted'), settled))}" if "counted" in named else "prior"
    outcome = "'reduced' if _reasons else 'granted'" if rule.cuts else "'granted'"
    amount_written = code.write(rebuilt(StepValue("amount"), settled)) if rule.asked else "None"
    return [*lines, f"return Result(rule, {outcome}, {amount_written}, _reasons, {used}, {facts}, {values}, prior)"]


def _above_refusal(rule: Rule) -> list[str]:
    """The checks, and what stands above the last of them: a refused claim gets this far."""
    last = max((i for i, step in enumerate(rule.steps) if isinstance(step, Check)), default=-1)
    return [step.name for step in rule.steps[: last + 1] if not isinstance(step, Cut)]


def _long_way(rule: Rule, code: PythonCode) -> list[str]:
    optional = [fact for fact in rule.facts if fact.can_be_missing]
    lines = []
    for fact in optional:
        lines += [
            f"has_{fact.name} = {local(fact.name)} is not None",
            f"if not has_{fact.name}: {local(fact.name)} = {code.constant(FILLERS[fact.type])}",
        ]
    lowered = lower(rule, {fact.name for fact in optional}, carried=bool(rule.by))
    for name, e in lowered.steps.items():
        lines += code.assign(name, e)
    refused, undetermined = first_bits(rule)
    counted = f"prior + {code.write(StepValue('counted'))}" if "counted" in lowered.steps else "prior"
    lines += [
        f"outcome = {OUTCOMES!r}[(_reasons > 0) + (_reasons >= {refused}) + (_reasons >= {undetermined})]",
        f"used = prior if outcome == 'refused' else None if outcome == 'undetermined' else {counted}",
    ]
    amount = f"None if outcome == 'undetermined' else {variable('amount')}" if rule.asked else "None"
    reached = {let.name: "outcome != 'refused'" for let in rule.lets} | dict.fromkeys(_above_refusal(rule), "True")
    reached |= {cut.name: "outcome in ('granted', 'reduced')" for cut in rule.cuts}
    values = code.values(rule, lowered, {}, reached)
    return [*lines, f"return Result(rule, outcome, {amount}, _reasons, used, values, {values}, prior)"]
