"""Property: the generated function says what a slow interpreter of three-valued logic says, gaps and edges included."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from itertools import product
from typing import Any

from generated import KINDS, ODD, all_facts, claims, days, rules, semesters, some_facts, thorough
from hypothesis import given
from hypothesis import strategies as st

from pmp_core.compensation.rules import COMPENSATION
from pmp_core.learners.rules import TARGET_GROUP
from pmp_core.programme import Pack
from pmp_core.rules import OUTCOMES, BoundRule, Rule
from pmp_core.rules.lowering import bits
from pmp_core.rules.python_function import python_function
from pmp_core.rules.result import Result

Interpret = Callable[..., tuple[str, int | None, frozenset[str], int | None, tuple[Any, ...]]]


def names_of(rule: Rule, mask: int) -> frozenset[str]:
    return frozenset(name for name, bit in bits(rule).items() if mask & bit)


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


def test_the_compensation_rule_says_what_the_interpreter_says_claim_after_claim(interpret: Interpret, example_pack: Pack) -> None:
    rule = BoundRule(COMPENSATION, example_pack)
    outcomes: Counter[str] = Counter()
    later: Counter[str] = Counter()

    @thorough(500)
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
    whole |= {
        "semester_last_day": date(2022, 5, 31),
        "cap_used_cents": 0,
        "units": 2,
        "requested_cents": 1900,
        "cofunded_cents": 0,
    }
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
