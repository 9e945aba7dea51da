"""The generated function: what its source looks like to whoever debugs it, and the ways that it takes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from pmp_core.learners.rules import TARGET_GROUP
from pmp_core.programme import Pack
from pmp_core.rules import AMOUNT, PRIOR, BoundRule, Check, Cut, Fact, Rule, fact
from pmp_core.rules.expression import Binary, Choice, Expression, Known, Member, Not, Present, StepValue
from pmp_core.rules.python_code import PythonCode
from pmp_core.values import Text

WORD = Text("vārds", "word")
A, B, C = fact("a"), fact("b"), fact("c")


@pytest.mark.parametrize(
    ("tree", "source"),
    [
        (Binary("and", A, Binary("and", B, C)), "a_ and b_ and c_"),
        (Binary("and", Binary("or", A, B), Not(C)), "(a_ or b_) and not c_"),
        (Binary("or", Binary("and", A, B), C), "a_ and b_ or c_"),
        (Not(Binary("and", A, B)), "not (a_ and b_)"),
        (Not(Binary(">=", A, B)), "not a_ >= b_"),
        (Binary("-", A, Binary("-", B, C)), "a_ - (b_ - c_)"),
        (Binary("-", Binary("-", A, B), C), "a_ - b_ - c_"),
        (Binary("*", Binary("+", A, B), Known(-2)), "(a_ + b_) * -2"),
        (Binary("+", Binary("*", A, B), C), "a_ * b_ + c_"),
        (Binary("==", Binary("<", A, B), C), "(a_ < b_) == c_"),
        (Binary("<", Choice(A, B, C), Known(1)), "(b_ if a_ else c_) < 1"),
        (Choice(A, Choice(B, A, C), Choice(C, B, A)), "(a_ if b_ else c_) if a_ else b_ if c_ else a_"),
        (Choice(Choice(A, B, C), B, C), "b_ if (b_ if a_ else c_) else c_"),
        (Binary("min", Choice(A, B, C), Binary("max", A, B)), "min(b_ if a_ else c_, max(a_, b_))"),
        (Member(Binary("+", A, B), (1, 2)), "a_ + b_ in set_0"),
        (Not(Member(A, ("x",))), "a_ not in set_0"),
        (Binary("and", Present("a"), StepValue("let-1 known")), "has_a and _let_1__known"),
        (Binary(">=", A, Known(date(2021, 9, 1))), "a_ >= day_2021_09_01"),
        (Binary("==", A, Known("x'y")), 'a_ == "x\'y"'),
    ],
)
def test_an_expression_has_the_brackets_that_it_needs(tree: Expression, source: str, evaluate: Callable[..., Any]) -> None:
    code = PythonCode()
    assert code.write(tree) == source
    if "day_" not in source and "has_" not in source and "'y" not in source:
        for a, b, c in ((x, y, z) for x in (0, 1, 2) for y in (0, 1, 3) for z in (0, 1, 5)):
            truths = {"a_": a, "b_": b, "c_": c}
            assert bool(eval(source, code.names | truths)) == bool(plain(tree, truths))


def plain(e: Expression, facts: dict[str, int]) -> Any:
    """What Python makes of a tree, walked node by node."""
    match e:
        case Known(value):
            return value
        case Not(inner):
            return not plain(inner, facts)
        case Member(inner, members):
            return plain(inner, facts) in members
        case Choice(condition, yes, no):
            return plain(yes, facts) if plain(condition, facts) else plain(no, facts)
        case Binary(operator, left, right):
            x, y = plain(left, facts), plain(right, facts)
            return {
                "and": lambda: x and y, "or": lambda: x or y, "<": lambda: x < y, ">=": lambda: x >= y, "==": lambda: x == y,
                "+": lambda: x + y, "-": lambda: x - y, "*": lambda: x * y, "min": lambda: min(x, y), "max": lambda: max(x, y),
            }[operator]()  # fmt: skip
    return facts[f"{e.name}_"]  # type: ignore[attr-defined]


def test_what_several_steps_compare_with_a_day_is_compared_once(pack: Pack) -> None:
    source = BoundRule(TARGET_GROUP, pack).source
    assert source.count("on_ >= day_2017_03_01") == source.count("since_2017_03_01_on = on_ >= day_2017_03_01") == 2  # once a way
    assert source.count("since_2017_03_01_on") > 4


def test_the_opposite_of_a_comparison_that_is_made_once_is_not_made_again() -> None:
    code, day = PythonCode(), Known(date(2021, 9, 1))
    steps = [Binary(">=", A, day), Binary("<", A, day), Binary(">", A, day), Not(Binary("<=", A, day)), Binary("<", B, day)]
    assert code.make_once(steps) == ["since_2021_09_01_a = a_ >= day_2021_09_01", "until_2021_09_01_a = a_ <= day_2021_09_01"]
    assert [code.write(step) for step in steps] == [
        "since_2021_09_01_a",
        "not since_2021_09_01_a",
        "not until_2021_09_01_a",
        "not until_2021_09_01_a",
        "b_ < day_2021_09_01",
    ]


def test_an_amount_too_large_for_the_quick_way_is_as_right(pack: Pack) -> None:
    facts = (Fact("on", "day", WORD, required=True), Fact("asked", "cents", WORD, required=True), Fact("paid", "cents", WORD))
    steps = (Cut("rest", Known(10**10) - PRIOR, WORD), Cut("less", AMOUNT - fact("paid"), WORD))
    rule = BoundRule(Rule("mine", WORD, facts, steps, "asked", ("who",), ("nr",)), pack)
    for asked in (999_999_999, 1_000_000_000):
        for paid in (0, 999_999_999, 1_000_000_000):
            for prior in (0, 999_999_999, 1_000_000_000, 10**10):
                result = rule.decide(on=date(2022, 1, 1), asked=asked, paid=paid, prior=prior)
                rest = min(asked, 10**10 - prior)
                assert (result.amount_cents, result.used) == (max(rest - paid, 0), prior + asked)


@pytest.mark.parametrize(
    ("asked", "limit", "amount", "outcome"),
    [
        (100, 101, 100, "granted"),
        (100, 100, 100, "granted"),
        (100, 99, 99, "reduced"),
        (100, 0, 0, "reduced"),
        (100, -1, 0, "reduced"),
        (0, 0, 0, "granted"),
        (0, -1, 0, "granted"),  # nothing can be cut off nothing
    ],
)
def test_a_cut_bites_only_where_it_takes_something_away(pack: Pack, asked: int, limit: int, amount: int, outcome: str) -> None:
    facts = (Fact("on", "day", WORD, required=True), Fact("asked", "cents", WORD, required=True), Fact("limit", "integer", WORD))
    rule = BoundRule(Rule("mine", WORD, facts, (Cut("cut", fact("limit"), WORD),), "asked"), pack)
    result = rule.decide(on=date(2022, 1, 1), asked=asked, limit=limit)
    assert (result.amount_cents, result.outcome, result.mask) == (amount, outcome, int(outcome == "reduced"))


def test_two_checks_that_rest_on_one_value_fail_together(pack: Pack) -> None:
    facts = (Fact("on", "day", WORD, required=True), Fact("flag", "boolean", WORD, required=True))
    steps = tuple(Check(name, fact("flag"), WORD, WORD) for name in ("one", "two"))
    rule = BoundRule(Rule("mine", WORD, facts, steps), pack)
    assert rule.decide(on=date(2022, 1, 1), flag=False).reasons == ("one", "two")
    assert rule.decide(on=date(2022, 1, 1), flag=True).values == (True, True)
