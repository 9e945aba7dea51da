"""Explanations of results: word for word those of the decisions, made without one."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest
from generated import all_facts, claims, days, rules, semesters, some_facts, thorough
from hypothesis import given
from hypothesis import strategies as st

from pmp_core.compensation.rules import COMPENSATION
from pmp_core.loading import load_programme
from pmp_core.programme import DatedValue, Pack, load_pack
from pmp_core.programme.entries import Entry, Value, ValueType
from pmp_core.rules import OUTCOMES, BoundRule, Check, Cut, Fact, Let, Result, Rule, fact, parameter
from pmp_core.rules.expression import AMOUNT, TRUE, Expression, Known, StepValue
from pmp_core.values import Language, Money, Text

LANGUAGES: tuple[Language, ...] = ("lv", "en")
DECIDED = date(2022, 3, 2)
DECIDED_ON = {"lv": "Lēmuma diena: 02.03.2022.", "en": "Decided on: 2 March 2022."}
WORD = Text("vārds", "word")
ON = Fact("on", "day", WORD, required=True)


def check_reads_the_same(result: Result) -> None:
    """The decision is explained from what it keeps; the result by what its rule made ready. Nothing but the day may differ."""
    decision = result.decision(decided_on=DECIDED)
    for language in LANGUAGES:
        lines = decision.explain(language).split("\n")
        lines.remove(DECIDED_ON[language])
        assert result.explain(language).split("\n") == lines


def choices(one: Fact) -> list[str]:
    return list(one.choices) if isinstance(one.choices, tuple) else []


def any_value(one: Fact) -> st.SearchStrategy[Any]:
    values: dict[str, st.SearchStrategy[Any]] = {
        "day": days,
        "integer": st.integers(one.at_least if one.at_least is not None else -1, 30),
        "boolean": st.booleans(),
        "cents": st.sampled_from([0, 1, 99, 1900, 99_999, 100_000, 123_456_789, 1_000_000_000]),
        "code": st.sampled_from(choices(one) or ["", "teksts.", "a {b} 'c' \"d\" \\"]),
    }
    return values[one.type] if one.required else st.none() | values[one.type]


# A rule with many checks is hardly ever granted by chance.
HELD = date(2022, 10, 3)
FAVOURABLE: dict[str, dict[str, Any]] = {
    "session": {
        "on": HELD, "plan_status": "in-progress", "plan_first_day": HELD, "plan_last_day": HELD, "specialist": "pedagogue",
        "assigned": True, "mode": "in-person",
    }
}  # fmt: skip


@pytest.mark.parametrize("name", load_programme("lv-8.3.4").rules)
def test_every_shipped_rule_reads_the_same_whatever_is_known(name: str, example_pack: Pack) -> None:
    definition = load_programme("lv-8.3.4").rule(name).definition
    bound = [BoundRule(definition, pack) for pack in (load_pack("lv-8.3.4"), example_pack)]
    seen: Counter[str] = Counter()

    @thorough(60)
    @given(
        st.fixed_dictionaries({one.name: any_value(one) for one in bound[0].facts}),
        st.none() | st.integers(0, 10**9 + 1),
        st.booleans(),
    )
    def agree(facts: dict[str, Any], prior: int | None, favourable: bool) -> None:
        given_facts = {**facts, **FAVOURABLE.get(name, {})} if favourable else facts
        for rule in bound:
            result = rule.decide(given_facts, **({"prior": prior} if definition.by else {}))
            check_reads_the_same(result)
            seen[result.outcome] += 1

    agree()
    assert len(seen) > 1, seen


def test_claims_of_every_outcome_read_the_same(example_pack: Pack) -> None:
    rule = BoundRule(COMPENSATION, example_pack)
    seen: Counter[str] = Counter()

    @thorough(300)
    @given(claims, semesters, st.sampled_from([0, 0, 0, 3000, 11900, None]))
    def agree(facts: dict[str, Any], first_day: date | None, prior: int | None) -> None:
        result = rule.decide({**facts, "semester_first_day": first_day}, prior=prior)
        check_reads_the_same(result)
        seen[result.outcome] += 1

    agree()
    assert min(seen[outcome] for outcome in OUTCOMES) > 3, seen


def test_any_rule_reads_the_same(pack: Pack) -> None:
    @thorough(60)
    @given(rules(), st.tuples(some_facts, all_facts, all_facts), st.sampled_from([0, 30, None]))
    def agree(rule: Rule, rows: tuple[dict[str, Any], ...], prior: int | None) -> None:
        bound = BoundRule(rule, pack)
        for row, asked in zip(rows, (60, 0, 60 if rule.fact("asked_cents").required else None), strict=True):
            facts = {**row, "on": date(2022, 1, 1), "asked_cents": asked}
            check_reads_the_same(bound.decide(facts, **({"prior": prior} if rule.by else {})))

    agree()


def values_of(**paths: tuple[ValueType, tuple[Entry, ...]]) -> Pack:
    titles = {name: Text(f"{name} {{x}} 'y' \"z\"", f"{name}.") for name in paths}
    values = {name: DatedValue(name, titles[name], kind, entries) for name, (kind, entries) in paths.items()}
    return Pack("x", WORD, values, {}, {})


def entry(first: date, value: Value | None, until: date | None = None) -> Entry:
    return Entry(first, "a source", "example" if value is not None else "unset", "test", value, until)


@pytest.mark.parametrize(
    "entries",
    [
        (),
        (entry(date(2022, 3, 1), Money("1.00")),),
        (entry(date(2022, 3, 1), None, date(2022, 3, 31)),),
        (entry(date(2022, 3, 1), Money("1.00"), date(2022, 3, 31)), entry(date(2022, 4, 1), Money("2.00"))),
        (entry(date(2022, 3, 1), Money("1.00"), date(2022, 3, 31)), entry(date(2022, 4, 2), Money("2.00"))),
        (entry(date.min, Money("1.00"), date.max),),
    ],
)
def test_the_law_of_a_day_is_found_on_both_sides_of_every_turn(entries: tuple[Entry, ...]) -> None:
    rule = BoundRule(Rule("mine", WORD, (ON,), (Let("let", parameter("cap", on="on"), WORD),)), values_of(cap=("money", entries)))
    turns = [date(2022, 2, 28), date(2022, 3, 1), date(2022, 3, 31), date(2022, 4, 1), date(2022, 4, 2), date.min, date.max]
    for on in turns:
        check_reads_the_same(rule.decide(on=on))


@pytest.mark.parametrize(
    ("day", "kind", "missing"),
    [
        (None, None, "word (kind), b. (b)"),
        (DECIDED, None, "word (kind), b. (b)"),
        (None, "a", "a, b. (b)"),  # on which day it is missing is not known, and so no clause is cited
        (DECIDED, "a", "a. (a), b. (b)"),
        (None, "b", "b. (b)"),
        (DECIDED, "b", "b. (b)"),
        (DECIDED, "c", "b. (b), c"),  # nobody has said anything of it
    ],
)
def test_what_is_missing_has_its_title_where_the_decision_cites_it(day: date | None, kind: str | None, missing: str) -> None:
    codes = ("a", "b", "c")
    facts = (ON, Fact("day", "day", WORD), Fact("kind", "code", WORD, choices=codes))
    steps = (
        Let("by-kind", parameter("{}", on="day", by="kind", among=codes), WORD),
        Let("always", parameter("b", on="on"), WORD),
    )
    rule = BoundRule(Rule("mine", WORD, facts, steps), values_of(a=("money", ()), b=("money", ())))
    result = rule.decide(on=DECIDED, day=day, kind=kind)
    check_reads_the_same(result)
    assert f"\nMissing: {missing}.\n" in result.explain("en")


@pytest.mark.parametrize(
    ("kind", "value", "given"),
    [
        ("day", fact("day"), "nav zināms"),
        ("day", Known(date(2022, 3, 1)), "01.03.2022"),
        ("code", Known("kods."), "kods"),
        ("integer", Known(7), "7"),
        ("boolean", TRUE, "jā"),
        ("boolean", Known(False), "nē"),
        ("boolean", fact("flag"), "nav zināms"),
        ("cents", Known(123_456_789), "1\u00a0234\u00a0567,89 EUR"),
    ],
)
def test_a_value_of_any_type_is_written_with_one_full_stop(pack: Pack, kind: Any, value: Expression, given: str) -> None:
    facts = (ON, Fact("day", "day", WORD), Fact("flag", "boolean", WORD))
    result = BoundRule(Rule("mine", WORD, facts, (Let("let", value, WORD, type=kind),)), pack).decide(on=DECIDED)
    check_reads_the_same(result)
    assert f"  1. vārds: {given}.\n" in result.explain() + "\n"


def test_what_a_refused_claim_reached_above_its_last_check_is_told(pack: Pack) -> None:
    asked = Fact("asked", "cents", WORD, required=True)
    steps = (
        Let("known", Known(500), Text("zināms", "known")),
        Let("unknown", fact("level") + 1, Text("nezināms", "unknown"), type="integer"),
        Check("check", fact("level") >= 1, WORD, Text("nav", "is not")),
        Check("never", Known(False), Text("nekad", "never"), Text("nekad", "it never is")),
        Let("below", Known(700), Text("zemāk", "below")),
        Cut("cut", StepValue("below") - AMOUNT, Text("griezums", "cut")),
    )
    result = BoundRule(Rule("mine", WORD, (ON, Fact("level", "integer", WORD), asked), steps, "asked"), pack).decide(
        on=DECIDED, asked=900
    )
    check_reads_the_same(result)
    text = result.explain("en")
    assert text.startswith("DECISION: refused; EUR 9.00 was asked for.\nWhy: it never is.\n")
    for line in ("known: EUR 5.00.", "unknown: not reached.", "word: not known.", "below: not reached.", "cut: not reached."):
        assert f". {line}" in text


def test_what_is_made_ready_is_kept_by_the_rule_and_nothing_of_any_answer(meals: BoundRule) -> None:
    facts = {"on": date(2022, 3, 1), "present": True, "kind": "catering", "units": 9, "asked_cents": 1900}
    meals.decide(facts).explain("lv")
    explainer = meals.explainer("lv")
    names = {name: len(value) for name, value in explainer.explain.__globals__.items() if hasattr(value, "__len__")}
    for units in range(50):
        meals.decide({**facts, "units": units}, prior=units).explain("lv")
    assert {name: len(value) for name, value in explainer.explain.__globals__.items() if hasattr(value, "__len__")} == names
    assert meals.explainer("lv") is explainer


def test_a_language_that_is_none_of_the_two_reads_as_english(meals: BoundRule) -> None:
    result = meals.decide(on=date(2022, 3, 1), kind="catering", asked_cents=1900)
    other: Any = "de"
    assert result.explain(other) == result.explain("en")
