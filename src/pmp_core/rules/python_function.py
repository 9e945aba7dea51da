"""A lowered rule as a Python function for one claim.

Complete facts of the right types go a short way in which nothing is missing; where something is, a longer one minds it. Whatever is
odd, such as another type or a code as an enumeration, is checked in words or made plain, and comes again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from pmp_core.rules.door import Door
from pmp_core.rules.lowering import UNKNOWN_SUM
from pmp_core.rules.python_code import PythonCode, local
from pmp_core.rules.python_steps import FILLERS, written_steps
from pmp_core.rules.result import Result
from pmp_core.rules.rule import Fact, FactType, Rule

__all__ = ["FILLERS", "python_function"]
_TYPES: dict[FactType, str] = {"integer": "int", "code": "str", "day": "date"}


def python_function(rule: Rule, owner: object) -> tuple[Callable[..., Result], str]:
    """The `decide` of a bound rule, and its source.

    `decide(facts=None, /, *, prior=0, **named)`: facts as an object with attributes, a mapping, or keywords. The keyword
    `prior` is there only where the rule has a running sum.
    """
    code, door = PythonCode(), Door(rule)
    code.names |= {"Result": Result, "rule": owner, "date": date, "gather": door.gather, "read": door.read, "check": door.check}
    code.names |= {} if rule.by else {"prior": 0}  # without a running sum nothing can have been used before
    again = ", prior=prior" if rule.by else ""
    facts = "".join(f"{local(fact.name)}, " for fact in rule.facts)
    may_lack = [local(fact.name) for fact in rule.facts if fact.can_be_missing] + (["prior"] if rule.by else [])
    body = [
        "if named: facts = gather(facts, named)",
        "try:",
        *(f"    {local(fact.name)} = facts.{fact.name}" for fact in rule.facts),
        "except AttributeError as error:",
        f"    return decide(read(facts, error){again})",
        *_absent(rule, code, facts, again),
        f"given = ({facts})",
        *_check([test for fact in rule.facts if fact.required and fact.absent is None for test in _odd(fact, code)], again),
    ]
    if may_lack:
        odd = {local(fact.name): _odd(fact, code) for fact in rule.facts if fact.can_be_missing}
        odd |= {"prior": _odd_amount("prior")} if rule.by else {}
        body += [
            f"if {' or '.join(f'{own} is None' for own in may_lack)}:",
            *_indented(_check([f"{own} is not None and ({' or '.join(tests)})" for own, tests in odd.items()], again)),
            *_indented(written_steps(rule, code, gaps=True)),
            *_check([test for tests in odd.values() for test in tests], again),
        ]
    head = f"def decide(facts=None, /, {'*, prior=0, ' if rule.by else ''}**named):"
    source = "\n".join([head, *_indented([*body, *written_steps(rule, code)]), ""])
    exec(compile(source, f"<rule {rule.name}>", "exec"), code.names)
    decide: Callable[..., Result] = code.names["decide"]
    return decide, source


def _absent(rule: Rule, code: PythonCode, facts: str, again: str) -> list[str]:
    """What a missing value means, where it means something."""
    lines = []
    for fact in rule.facts:
        if fact.absent is not None:
            own, odd = local(fact.name), " or ".join(_odd(fact, code))
            lines += [f"if {own} is None: {own} = {code.constant(fact.absent)}"]
            lines += [f"elif {odd}: return decide(check(({facts}), prior){again})"]
    return lines


def _check(odd: list[str], again: str) -> list[str]:
    """Where one of these is so, the facts are checked in words, made plain, and come again."""
    if not odd:
        return []
    tests = (f"    {'or ' if i else ''}{test}" for i, test in enumerate(odd))
    return ["if (", *tests, f"): return decide(check(given, prior){again})"]


def _odd(fact: Fact, code: PythonCode) -> list[str]:
    """What is so where the value of a fact is of another type or out of range."""
    own = local(fact.name)
    if fact.type == "boolean":
        return [f"{own} is not True and {own} is not False"]
    if fact.type == "cents":
        return _odd_amount(own)
    tests = [f"type({own}) is not {_TYPES[fact.type]}"]
    if fact.at_least is not None:
        tests += [f"{own} < {fact.at_least}"]
    if isinstance(fact.choices, tuple) and fact.choices:
        tests += [f"{own} not in {code.constant(frozenset(fact.choices))}"]
    return tests


def _odd_amount(own: str) -> list[str]:
    return [f"type({own}) is not int", f"{own} < 0", f"{own} >= {UNKNOWN_SUM}"]


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]
