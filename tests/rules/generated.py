"""What Hypothesis makes for the tests of rules: rules of any shape, and claims that lie on the edges of the law."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from pmp_core.compensation.rules import COMPENSATION
from pmp_core.rules import AMOUNT, PRIOR, Check, Cut, Fact, Let, Rule
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
from pmp_core.values import Text

Strategy = st.SearchStrategy[Expression]


def thorough(examples: int) -> settings:
    """The same examples in every run, and as long as they take."""
    return settings(
        max_examples=examples, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
    )


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


# --- claims, for the real rule with made-up caps -----------------------------------------------------------------------------


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
        "semester_last_day": st.just(date(2022, 5, 31)),
        "units": st.sampled_from([1, 2, 20]),
        "cap_used_cents": st.sampled_from([0, 0, 0, 100, 6000]),
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
# What is odd about a claim, by what it may lead to: each is drawn as often as any other, so that no reason is rare.
ODDITIES: list[st.SearchStrategy[dict[str, Any]]] = [
    *(st.just({name: None}) for name in MISSING),
    *(st.just({name: False}) for name in ("partner", "risk_addressed", "receipts_complete")),
    st.sampled_from([{"plan_status": status} for status in ("draft", "suspended", "closed")]),
    st.sampled_from([{"level": level} for level in (0, 5, 13)]),
    st.sampled_from([{"on": day, "level": 5} for day in (date(2020, 3, 12), date(2020, 3, 22))]),
    st.sampled_from([{"on": day, "level": 5} for day in (date(2020, 3, 23), date(2020, 8, 31))]),
    st.sampled_from([{"on": day, "level": 5, "kind": KINDS[0]} for day in (date(2020, 3, 23), date(2020, 8, 31))]),
    *(st.just({"kind": kind, "on": date(2017, 12, 31), "track": "vocational"}) for kind in KINDS),
    st.just({"kind": "special-transport", "on": date(2022, 5, 5)}),
    *(
        st.just({"on": day, "level": 5, "kind": "special-transport"})
        for day in (date(2020, 12, 31), date(2021, 1, 1), date(2021, 1, 2))
    ),
    st.just({"kind": "individual-use-items", "on": date(2022, 3, 1), "units": 20, "requested_cents": 12001}),
    st.sampled_from([{"units": units} for units in (0, 1000)]),
    cents.map(lambda amount: {"cofunded_cents": amount}),
    *(st.just({"on": date(2022, 5, 5), "semester_last_day": day}) for day in (date(2022, 5, 30), None)),
    days.map(lambda day: {"on": day}),
    st.sampled_from([date(2017, 2, 28), date(2024, 1, 1)]).map(lambda day: {"on": day}),
    st.sampled_from([date(2017, 3, 1), date(2017, 12, 31)]).map(lambda day: {"on": day}),
    *(st.sampled_from(EDGES).map(lambda day, name=name: {name: day}) for name in ("plan_first_day", "plan_last_day", "last_day")),
]
odd = st.one_of(ODDITIES)
# With more oddities almost every claim would be refused by one of its many checks.
claims = st.builds(
    lambda claim, oddities: {k: v for one in (claim, *oddities) for k, v in one.items()}, usual, st.lists(odd, max_size=2)
)
# Several of one learner ask for more than a semester's ceiling: nothing is odd about them.
costly_claims = st.builds(
    lambda claim, costly: claim | costly,
    usual,
    st.fixed_dictionaries(
        {
            "on": st.sampled_from(USUAL),
            "kind": st.sampled_from(["public-transport-tickets", "special-transport", "individual-use-items"]),
            "requested_cents": st.sampled_from([5999, 6000, 6001, 9000, 12000]),
            "cofunded_cents": st.sampled_from([0, 0, 0, 100]),
        }
    ),
)
semesters = st.sampled_from([*USUAL, *USUAL, date(2021, 8, 31), date(2018, 1, 1), date(2017, 12, 31), None])
