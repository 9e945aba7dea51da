"""The decision on a claim: checks, cuts, and that no cent appears or is paid twice."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmp_core.errors import FactError
from pmp_core.loading import load_programme
from pmp_core.programme import OverlayText
from pmp_core.rules import Result
from pmp_core.values import Money

BARE = load_programme("lv-8.3.4").rule("compensation")
RULE = load_programme("lv-8.3.4", overlays=[Path(__file__).parents[2] / "examples/sample-school/rates.example.yaml"]).rule(
    "compensation"
)
FACTS: dict[str, Any] = {
    "on": date(2022, 10, 3), "last_day": date(2022, 10, 7), "track": "general", "level": 5, "partner": True,
    "plan_status": "in-progress", "plan_first_day": date(2022, 9, 12), "plan_last_day": date(2022, 12, 23),
    "semester_first_day": date(2022, 9, 1), "semester_last_day": date(2022, 12, 23),
    "kind": "public-transport-tickets", "risk_addressed": True, "receipts_complete": True,
    "units": 1, "cap_used_cents": 0, "requested_cents": 5000, "cofunded_cents": 0,
}  # fmt: skip
CAP, CEILING = 6000, 15000


def decided(prior: int | None = 0, **facts: Any) -> Result:
    result: Result = RULE.decide({**FACTS, **facts}, prior=prior)
    return result


def answer(prior: int | None = 0, **facts: Any) -> tuple[str, int | None, tuple[str, ...]]:
    result = decided(prior, **facts)
    return result.outcome, result.amount_cents, result.reasons


def test_what_is_within_every_limit_is_granted_whole() -> None:
    assert answer() == ("granted", 5000, ())


EARLY = {"plan_first_day": date(2017, 3, 1), "last_day": date(2017, 3, 1), "semester_first_day": date(2017, 3, 1)}


@pytest.mark.parametrize(("on", "fails"), [(date(2017, 4, 3), True), (date(2017, 12, 31), True), (date(2018, 1, 1), False)])
def test_a_kind_is_refused_before_its_term_begins_with_the_term_as_clause(on: date, fails: bool) -> None:
    result = decided(kind="special-transport", on=on, **EARLY)
    assert ("kind-in-force" in result.reasons) is fails
    step = next(one for one in result.decision(decided_on=on).steps if one.name == "kind-in-force")
    assert (step.passed, [clause.path for clause in step.clauses]) == (not fails, ["measure-kinds/special-transport"])
    assert step.clauses[0].state == ("not-yet-in-force" if fails else "set")
    assert ("izdevumu veidu šajā dienā nevar kompensēt" in result.explain()) is fails


@pytest.mark.parametrize(
    ("on", "outcome", "reason"),
    [
        (date(2020, 3, 11), "undetermined", None),
        (date(2020, 3, 12), "refused", "support-allowed"),
        (date(2020, 3, 22), "refused", "support-allowed"),
        (date(2020, 3, 23), "undetermined", "compensation.allowed"),
        (date(2020, 8, 31), "undetermined", "compensation.allowed"),
        (date(2020, 9, 1), "undetermined", None),
    ],
)
def test_no_compensation_while_all_support_was_stopped(on: date, outcome: str, reason: str | None) -> None:
    result = decided(on=on, **EARLY)
    assert result.outcome == outcome
    assert [name for name in result.reasons if name in ("support-allowed", "compensation.allowed")] == (
        [reason] if reason else []
    )


@pytest.mark.parametrize(("asked", "outcome"), [(CAP, "granted"), (CAP + 1, "reduced")])
def test_the_cap_cuts_from_the_first_cent_above_it(asked: int, outcome: str) -> None:
    assert answer(requested_cents=asked) == (outcome, CAP, () if outcome == "granted" else ("cut-to-cap",))


@pytest.mark.parametrize("units", [0, 1, 7])
def test_the_cap_is_for_each_unit(units: int) -> None:
    result = decided(kind="catering", units=units)
    assert result.amount_cents == 250 * units


@pytest.mark.parametrize(("used", "left"), [(CEILING - 5000, 5000), (CEILING - 4999, 4999), (CEILING, 0), (CEILING + 1, 0)])
def test_the_ceiling_leaves_what_earlier_claims_did_not_use(used: int, left: int) -> None:
    outcome = "granted" if left == 5000 else "reduced"
    assert answer(used) == (outcome, left, () if outcome == "granted" else ("cut-to-ceiling",))


@pytest.mark.parametrize(("cofunded", "left"), [(0, 5000), (1, 4999), (5000, 0), (5001, 0)])
def test_what_others_already_pay_is_subtracted_down_to_nothing(cofunded: int, left: int) -> None:
    outcome = "granted" if left == 5000 else "reduced"
    assert answer(cofunded_cents=cofunded) == (outcome, left, () if outcome == "granted" else ("cut-by-co-funding",))


def test_every_cut_that_bites_is_named_in_order() -> None:
    assert answer(CEILING - 100, requested_cents=CAP + 1, cofunded_cents=40) == (
        "reduced",
        60,
        ("cut-to-cap", "cut-to-ceiling", "cut-by-co-funding"),
    )


def test_the_ceiling_is_used_up_before_co_funding_is_subtracted() -> None:
    result = decided(1000, cofunded_cents=4000)
    assert (result.amount_cents, result.used) == (1000, 6000)


def test_the_ceiling_is_that_of_the_semesters_first_day() -> None:
    result = decided(semester_first_day=date(2022, 8, 31))
    assert (result.outcome, result.reasons) == ("undetermined", ("compensation.ceiling",))


def test_the_cap_is_that_of_the_claims_first_day() -> None:
    early: dict[str, Any] = {"on": date(2022, 8, 31), "plan_first_day": date(2022, 8, 31)}
    assert answer(**early) == ("undetermined", None, ("compensation.cap.public-transport-tickets",))


def test_nothing_asked_for_is_granted_as_nothing() -> None:
    assert answer(requested_cents=0) == ("granted", 0, ())


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"level": 13}, "target-group"),
        ({"partner": False}, "partnership"),
        ({"plan_status": "suspended"}, "plan-in-force"),
        ({"plan_status": "closed"}, "plan-in-force"),
        ({"plan_first_day": date(2022, 10, 4)}, "within-plan"),
        ({"plan_last_day": date(2022, 10, 6)}, "within-plan"),
        ({"risk_addressed": False}, "risk-addressed"),
        ({"receipts_complete": False}, "receipts"),
    ],
)
def test_each_thing_that_is_not_so_refuses_alone_gives_nothing_and_uses_nothing(facts: dict[str, Any], reason: str) -> None:
    assert answer(700, **facts) == ("refused", 0, (reason,))
    assert decided(700, **facts).used == 700


@pytest.mark.parametrize("day", ["plan_first_day", "plan_last_day"])
def test_a_claim_of_the_plans_first_and_last_day_is_within_it(day: str) -> None:
    assert answer(**{day: FACTS["on" if day == "plan_first_day" else "last_day"]})[0] == "granted"


@pytest.mark.parametrize(
    "fact",
    [
        "track", "level", "partner", "plan_status", "plan_first_day", "plan_last_day", "last_day", "semester_first_day",
        "risk_addressed", "receipts_complete", "units", "cofunded_cents",
    ],
)  # fmt: skip
def test_each_fact_that_is_missing_makes_it_undetermined_and_is_named(fact: str) -> None:
    assert answer(**{fact: None}) == ("undetermined", None, (fact,))


def test_an_earlier_claim_that_is_undetermined_makes_this_one_undetermined() -> None:
    outcome, amount, reasons = answer(None)
    assert (outcome, amount) == ("undetermined", None)
    assert reasons
    assert decided(None).used is None


def test_a_certain_refusal_stands_whatever_the_earlier_claims_used() -> None:
    assert answer(None, receipts_complete=False) == ("refused", 0, ("receipts",))


def test_without_an_overlay_the_values_that_nobody_has_set_are_named() -> None:
    result = BARE.decide(FACTS)
    assert (result.outcome, result.amount) == ("undetermined", None)
    assert set(result.reasons) == {"compensation.cap.public-transport-tickets", "compensation.ceiling"}


def test_the_cap_that_the_example_leaves_unset_is_named() -> None:
    outcome, amount, reasons = answer(kind="special-transport")
    assert (outcome, amount, set(reasons)) == ("undetermined", None, {SPECIAL, "compensation.cap.special-transport"})


SPECIAL = "measure-kinds/special-transport"
CAPPED = """
overlay_for: lv-8.3.4
title: {lv: izdomātas likmes, en: made-up rates}
values:
  compensation.cap.special-transport:
    entries: [{from: 2018-01-01, value: "45.00", unit: EUR/claim, source: made up, status: example}]
  compensation.ceiling:
    entries: [{from: 2018-01-01, value: "150.00", unit: EUR/learner-semester, source: made up, status: example}]
"""
GOES_ON = """
overlay_for: lv-8.3.4
title: {lv: izdomāts, en: made up}
terms:
  measure-kinds:
    special-transport:
      entries: [{from: 2021-01-01, source: made up, status: example}]
"""


@pytest.mark.parametrize(
    ("day", "said", "expected"),
    [
        (date(2020, 12, 31), (CAPPED,), ("reduced", 4500, ("cut-to-cap",))),
        (date(2021, 1, 1), (CAPPED,), ("undetermined", None, (SPECIAL,))),
        (date(2022, 10, 3), (CAPPED,), ("undetermined", None, (SPECIAL,))),
        (date(2023, 12, 31), (CAPPED,), ("undetermined", None, (SPECIAL,))),
        (date(2021, 1, 1), (CAPPED, GOES_ON), ("reduced", 4500, ("cut-to-cap",))),
        (date(2020, 12, 31), (CAPPED, GOES_ON), ("reduced", 4500, ("cut-to-cap",))),
    ],
)
def test_whether_special_transport_was_compensated_after_2020_is_not_known_until_a_deployment_says_so(
    day: date, said: tuple[str, ...], expected: tuple[str, int | None, tuple[str, ...]]
) -> None:
    overlays = [OverlayText(f"{n}.example.yaml", text) for n, text in enumerate(said)]
    rule = load_programme("lv-8.3.4", overlays=overlays).rule("compensation")
    days = dict.fromkeys(("on", "last_day", "plan_first_day", "plan_last_day"), day)
    facts = {**FACTS, **days, "semester_first_day": date(2020, 9, 1), "kind": "special-transport"}
    result = rule.decide(facts, prior=0)
    assert (result.outcome, result.amount_cents, result.reasons) == expected


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"kind": "consultation"}, "fact-value"),
        ({"kind": None}, "fact-required"),
        ({"requested_cents": 12.5}, "fact-type"),
        ({"requested_cents": -1}, "fact-value"),
        ({"plan_status": "lost"}, "fact-value"),
    ],
)
def test_facts_that_cannot_be_are_errors(facts: dict[str, Any], code: str) -> None:
    with pytest.raises(FactError) as caught:
        RULE.decide({**FACTS, **facts})
    assert caught.value.code == code


AMOUNTS = st.integers(0, 20_000)


@given(AMOUNTS, AMOUNTS, st.integers(0, 80), st.sampled_from(["catering", "accommodation", "individual-use-items"]), AMOUNTS)
def test_never_more_is_granted_than_was_asked_the_cap_or_the_rest_of_the_ceiling(
    asked: int, cofunded: int, units: int, kind: str, prior: int
) -> None:
    cap = {"catering": 250, "accommodation": 9000, "individual-use-items": 2500}[kind] * units
    result = decided(prior, requested_cents=asked, cofunded_cents=cofunded, units=units, kind=kind)
    assert result.amount_cents == max(0, min(asked, cap, max(0, CEILING - prior)) - cofunded)
    assert result.outcome == ("granted" if result.amount_cents == asked else "reduced")
    assert result.used is not None
    assert result.used - prior == min(asked, cap)


@given(st.lists(st.tuples(AMOUNTS, AMOUNTS, st.booleans()), max_size=8))
def test_the_claims_of_a_semester_together_are_never_granted_more_than_the_ceiling(claims: list[tuple[int, int, bool]]) -> None:
    used, granted = 0, []
    for asked, cofunded, complete in claims:
        result = decided(used, requested_cents=asked, cofunded_cents=cofunded, receipts_complete=complete)
        assert result.used is not None
        assert result.amount_cents is not None
        assert result.used - used == (min(asked, CAP) if complete else 0)
        used = result.used
        granted.append(result.amount_cents)
    assert sum(granted) <= min(CEILING, used)


@given(st.permutations([4000, 5000, 6000, 3000]))
def test_in_whatever_order_claims_come_they_are_granted_the_whole_ceiling_and_no_more(asked: list[int]) -> None:
    used, granted = 0, 0
    for cents in asked:
        result = decided(used, requested_cents=cents)
        used, granted = used + cents, granted + (result.amount_cents or 0)
        assert result.used == used
    assert granted == CEILING


def test_a_decision_holds_every_fact_every_step_and_its_law() -> None:
    result = decided(CEILING - 100)
    decision = result.decision(decided_on=date(2022, 10, 20))
    assert {fact.name for fact in decision.facts} == set(FACTS)
    assert decision.amount == Money("1.00")
    assert [step.name for step in decision.steps if step.kind == "cut"] == ["cut-to-cap", "cut-to-ceiling", "cut-by-co-funding"]
    cap = next(step for step in decision.steps if step.name == "cap")
    assert [clause.source for clause in cap.clauses] == ["Invented for the example"]
