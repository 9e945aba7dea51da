"""Property: the generated function says what a slow interpreter of three-valued logic says, gaps and edges included."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from functools import cache
from itertools import product
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pmp_core.compensation.rules import COMPENSATION
from pmp_core.learners.rules import TARGET_GROUP
from pmp_core.programme import Pack
from pmp_core.rules import AMOUNT, OUTCOMES, PRIOR, BoundRule, Check, Cut, Fact, Let, Rule
from pmp_core.rules.expression import (
    FALSE,
    TRUE,
    Binary,
    Choice,
    Expression,
    Known,
    Member,
    Not,
    Operator,
    Present,
    StepValue,
    Unset,
    fact,
)
from pmp_core.rules.lowering import bits
from pmp_core.rules.python_function import python_function
from pmp_core.rules.result import Result
from pmp_core.values import Text

Interpret = Callable[..., tuple[str, int | None, frozenset[str], int | None, tuple[Any, ...]]]
Strategy = st.SearchStrategy[Expression]


def thorough(examples: int) -> settings:
    """The same examples in every run, and as long as they take."""
    return settings(
        max_examples=examples, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
    )


def names_of(rule: Rule, mask: int) -> frozenset[str]:
    return frozenset(name for name, bit in bits(rule).items() if mask & bit)


# --- any rule: trees built node by node, since the operators fold, and a wrong fold would be handed to both sides ----------

WORD = Text("x", "x")
COMPARISONS: tuple[Operator, ...] = ("==", "<=", ">=", "<", ">")
ARITHMETIC: tuple[Operator, ...] = ("+", "-", "*", "min", "max")


def binary(operators: tuple[Operator, ...], left: Strategy, right: Strategy) -> Strategy:
    return st.builds(Binary, st.sampled_from(operators), left, right)


@cache
def numbers(lets: tuple[str, ...]) -> Strategy:
    often = [fact("a"), fact("b"), fact("c"), Known(0), Known(1), Known(40), *map(StepValue, lets)]
    atoms = st.sampled_from([*often, *often, Unset("some.path")])
    condition = binary(COMPARISONS, atoms, atoms)
    return st.recursive(
        atoms, lambda some: st.one_of(binary(ARITHMETIC, some, some), st.builds(Choice, condition, some, some)), max_leaves=4
    )


@cache
def conditions(lets: tuple[str, ...], truths: tuple[str, ...]) -> Strategy:
    atoms = st.one_of(
        st.sampled_from([fact("a") >= 1, fact("b").equals(0), fact("flag"), fact("c") < 1]),  # few, so that they recur
        st.sampled_from([Present("a"), Member(fact("b"), (1, 2)), TRUE, FALSE, *map(StepValue, truths)]),
        binary(COMPARISONS, numbers(lets), numbers(lets)),
    )
    return st.recursive(
        atoms,
        lambda some: st.one_of(
            st.builds(Not, some), binary(("and",), some, some), binary(("or",), some, some), st.builds(Choice, some, some, some)
        ),
        max_leaves=8,
    )


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    steps: list[Check | Let | Cut] = []
    lets: tuple[str, ...] = ()
    truths: tuple[str, ...] = ()
    for i, kind in enumerate(draw(st.lists(st.sampled_from(["check", "check", "let", "truth"]), max_size=4))):
        if kind == "check":
            steps.append(Check(f"check-{i}", draw(conditions(lets, truths)), WORD, WORD))
        elif kind == "let":
            steps.append(Let(f"let-{i}", draw(numbers(lets)), WORD))
            lets += (f"let-{i}",)
        else:
            steps.append(Let(f"truth-{i}", draw(conditions(lets, truths)), WORD, type="boolean"))
            truths += (f"truth-{i}",)
    summed = draw(st.booleans())
    for i, kind in enumerate(draw(st.lists(st.sampled_from(["plain", "less"]), max_size=2))):
        number = draw(numbers(lets))
        steps.append(Cut(f"cut-{i}", Binary("-", AMOUNT, number) if kind == "less" else number, WORD))
    if summed:
        at = draw(st.integers(len([step for step in steps if not isinstance(step, Cut)]), len(steps)))
        steps.insert(at, Cut("cut-to-rest", Binary("-", draw(numbers(lets)), PRIOR), WORD))
    facts = (
        Fact("on", "day", WORD, required=True),
        *(Fact(name, "integer", WORD) for name in "abc"),
        Fact("flag", "boolean", WORD),
        Fact("asked_cents", "cents", WORD, required=draw(st.booleans())),
    )
    return Rule(
        "any", WORD, facts, tuple(steps), "asked_cents", by=("who",) if summed else (), order=("claim_id",) if summed else ()
    )


maybe = st.none() | st.integers(0, 2)
whole = st.integers(0, 2)
some_facts = st.fixed_dictionaries({"a": maybe, "b": maybe, "c": maybe, "flag": st.sampled_from([True, False, None])})
all_facts = st.fixed_dictionaries({"a": whole, "b": whole, "c": whole, "flag": st.booleans()})


def test_any_rule_says_what_the_interpreter_says(interpret: Interpret, pack: Pack) -> None:
    seen: Counter[str] = Counter()

    @thorough(120)
    @given(rules(), st.tuples(some_facts, all_facts, some_facts, all_facts, all_facts), st.sampled_from([0, 30, None]))
    def agree(rule: Rule, rows: tuple[dict[str, Any], ...], prior: int | None) -> None:
        decide, _ = python_function(rule, None)
        bound = BoundRule(rule, pack)
        prior = prior if rule.by else 0
        used_before: dict[str, Any] = {"prior": prior} if rule.by else {}
        for row, asked in zip(rows, (60, 60, None, 0, 2), strict=True):
            asked = 60 if asked is None and rule.fact("asked_cents").required else asked
            facts = {**row, "on": date(2022, 1, 1), "asked_cents": asked}
            outcome, amount, reasons, used, values = interpret(rule, facts, prior)
            result: Result = decide(facts, **used_before)
            assert (result.outcome, result.amount_cents, names_of(rule, result.mask)) == (outcome, amount, reasons)
            assert (result.used, result.values, result.prior) == (used, values, prior)
            # Binding folds the tree first: that may settle what the plain tree leaves open, and changes nothing else.
            folded = bound.decide(facts, **used_before)
            assert outcome == "undetermined" or (folded.outcome, folded.amount_cents) == (outcome, amount)
            assert (folded.mask > 0) is (folded.outcome != "granted")
            seen[outcome] += 1

    agree()
    assert min(seen[outcome] for outcome in OUTCOMES) > 20, seen


# --- the real rules, with made-up caps --------------------------------------------------------------------------------------


EDGES = [
    date(2017, 2, 28),
    date(2017, 3, 1),
    date(2017, 12, 31),
    date(2018, 1, 1),
    date(2020, 3, 12),
    date(2020, 3, 23),
    date(2021, 8, 31),
    date(2021, 9, 1),
    date(2021, 12, 31),
    date(2022, 1, 1),
    date(2023, 12, 31),
    date(2024, 1, 1),
]
days = st.one_of(st.sampled_from(EDGES), st.dates(date(2016, 1, 1), date(2025, 1, 1)))
cents = st.one_of(
    st.sampled_from([0, 1, 214, 215, 216, 3000, 4500, 5999, 6000, 6001, 8999, 9000, 9001, 12000, 12001]), st.integers(0, 15000)
)
USUAL = [date(2021, 9, 1), date(2022, 1, 1), date(2022, 3, 1)]
KINDS = [
    "public-transport-tickets",
    "special-transport",
    "accommodation",
    "catering",
    "individual-learning-materials",
    "individual-use-items",
]
usual = st.fixed_dictionaries(
    {
        "on": st.sampled_from([*USUAL, *USUAL, date(2022, 5, 5), date(2017, 3, 1), date(2017, 12, 31)]),
        "track": st.sampled_from(["general", "vocational"]),
        "level": st.integers(1, 4),
        "partner": st.just(True),
        "plan_status": st.sampled_from(["approved", "in-progress"]),
        "plan_first_day": st.just(date(2017, 1, 1)),
        "plan_last_day": st.just(date(2024, 12, 31)),
        "last_day": st.just(date(2022, 5, 31)),
        "kind": st.sampled_from(KINDS),
        "risk_addressed": st.just(True),
        "receipts_complete": st.just(True),
        "units": st.sampled_from([1, 2, 20]),
        "requested_cents": cents,
        "cofunded_cents": st.sampled_from([0, 0, 100, 3000]),
    }
)
MISSING = [fact.name for fact in COMPENSATION.facts if fact.can_be_missing and fact.name != "semester_first_day"]
ODD: list[dict[str, Any]] = [
    {},
    *({name: None} for name in MISSING),
    *({name: False} for name in ("partner", "risk_addressed", "receipts_complete")),
    *({"plan_status": status} for status in ("draft", "suspended", "closed")),
    *({"level": level} for level in (0, 1, 4, 5, 12, 13)),
    {"on": date(2020, 3, 12), "level": 5},
    {"on": date(2020, 3, 23), "level": 5},
    *({"units": units} for units in (0, 1000)),
    *({"cofunded_cents": amount} for amount in (1, 6000)),
    *({name: day} for name in ("on", "plan_first_day", "plan_last_day", "last_day") for day in EDGES),
]
odd = st.one_of(st.sampled_from(ODD), days.map(lambda day: {"on": day}), cents.map(lambda amount: {"cofunded_cents": amount}))
# With more oddities almost every claim would be refused by one of its many checks.
claims = st.builds(
    lambda claim, oddities: {k: v for one in (claim, *oddities) for k, v in one.items()}, usual, st.lists(odd, max_size=2)
)
semesters = st.sampled_from([*USUAL, *USUAL, date(2021, 8, 31), date(2018, 1, 1), date(2017, 12, 31), None])


def test_the_compensation_rule_says_what_the_interpreter_says_claim_after_claim(interpret: Interpret, example_pack: Pack) -> None:
    rule = BoundRule(COMPENSATION, example_pack)
    outcomes: Counter[str] = Counter()
    later: Counter[str] = Counter()

    @thorough(250)
    @given(st.lists(claims, min_size=1, max_size=6), semesters)
    def agree(rows: list[dict[str, Any]], semester_first_day: date | None) -> None:
        used: int | None = 0
        for row in rows:
            facts = {**row, "semester_first_day": semester_first_day}
            outcome, amount, reasons, after, values = interpret(COMPENSATION, facts, used, example_pack)
            result = rule.decide(facts, prior=used)
            assert (str(result.outcome), result.amount_cents, frozenset(result.reasons)) == (outcome, amount, reasons)
            assert (result.values, result.used, result.prior) == (values, after, used)
            assert result.facts == tuple(facts[fact.name] for fact in rule.facts)
            later[outcome] += used is None or used > 0
            used = after
            outcomes[outcome] += 1

    agree()
    assert min(outcomes[outcome] for outcome in OUTCOMES) > 20, outcomes
    assert min(later[outcome] for outcome in OUTCOMES) > 5, later


def test_the_compensation_rule_says_what_the_interpreter_says_of_every_single_oddity(
    interpret: Interpret, example_pack: Pack
) -> None:
    rule = BoundRule(COMPENSATION, example_pack)
    seen: Counter[str] = Counter()
    whole = {fact.name: True for fact in COMPENSATION.facts} | {"track": "general", "level": 3, "plan_status": "approved"}
    whole |= {"plan_first_day": date(2017, 1, 1), "plan_last_day": date(2024, 12, 31), "last_day": date(2022, 5, 31)}
    whole |= {"units": 2, "requested_cents": 1900, "cofunded_cents": 0}
    firsts = (date(2022, 1, 10), date(2017, 12, 31), None)
    for oddity, kind, on, first in product(ODD, KINDS, (date(2017, 12, 31), date(2022, 5, 5)), firsts):
        facts = whole | {"on": on, "kind": kind, "semester_first_day": first} | oddity
        for prior in (0, 11900, None):
            outcome, amount, reasons, used, values = interpret(COMPENSATION, facts, prior, example_pack)
            result = rule.decide(facts, prior=prior)
            assert (str(result.outcome), result.amount_cents, frozenset(result.reasons)) == (outcome, amount, reasons), facts
            assert (result.used, result.values) == (used, values), facts
            seen.update((outcome, *reasons))
    assert {name: seen[name] for name in (*OUTCOMES, *rule.bits) if seen[name] < 5} == {}


def test_the_target_group_rule_says_what_the_interpreter_says(interpret: Interpret, pack: Pack) -> None:
    rule = BoundRule(TARGET_GROUP, pack)
    outcomes: Counter[str] = Counter()
    seen_reasons: Counter[str] = Counter()

    @thorough(500)
    @given(days, st.sampled_from(["general", "vocational", None]), st.integers(-1, 14) | st.none())
    def agree(on: date, track: str | None, level: int | None) -> None:
        facts = {"on": on, "track": track, "level": level}
        outcome, amount, reasons, _, values = interpret(TARGET_GROUP, facts, 0, pack)
        result = rule.decide(facts)
        assert (str(result.outcome), result.amount_cents, frozenset(result.reasons)) == (outcome, amount, reasons)
        assert result.values == values
        outcomes[outcome] += 1
        seen_reasons.update(reasons)

    agree()
    assert min(outcomes[outcome] for outcome in ("granted", "refused", "undetermined")) > 30, outcomes
    assert min(seen_reasons[name] for name in rule.bits) > 10, seen_reasons
