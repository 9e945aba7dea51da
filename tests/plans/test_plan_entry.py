"""The rule `plan-entry`: each thing that keeps a plan from being entered, alone."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pmp_core.loading import load_programme

RULE = load_programme("lv-8.3.4").rule("plan-entry")
FACTS: dict[str, Any] = {
    "on": date(2022, 9, 12), "track": "general", "level": 5, "partner": True, "applied_on": date(2022, 9, 12), "entered_on": date(2022, 9, 12), "risks": 1,
    "measures_justified": True,
}  # fmt: skip


def answer(**facts: Any) -> tuple[str, tuple[str, ...]]:
    result = RULE.decide({**FACTS, **facts})
    return result.outcome, result.reasons


def test_a_plan_with_everything_can_be_entered() -> None:
    assert answer() == ("granted", ())


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"level": 13}, "target-group"),
        ({"partner": False}, "partnership"),
        ({"applied_on": date(2022, 9, 13)}, "application-first"),
        ({"risks": 0}, "risk-assessed"),
        ({"measures_justified": False}, "measures-justified"),
    ],
)
def test_each_thing_that_is_not_so_refuses_alone_and_is_named(facts: dict[str, Any], reason: str) -> None:
    assert answer(**facts) == ("refused", (reason,))


@pytest.mark.parametrize("fact", ["track", "level", "partner", "applied_on", "entered_on", "risks", "measures_justified"])
def test_each_fact_that_is_missing_makes_it_undetermined_and_is_named(fact: str) -> None:
    assert answer(**{fact: None}) == ("undetermined", (fact,))


def test_a_certain_refusal_stands_whatever_else_is_missing() -> None:
    assert answer(risks=0, applied_on=None) == ("refused", ("risk-assessed",))


def test_after_the_programmes_last_day_no_plan_is_entered() -> None:
    assert answer(on=date(2023, 12, 31)) == ("granted", ())
    outcome, reasons = answer(on=date(2024, 1, 1))
    assert outcome == "refused"
    assert "programme-in-force" in reasons


@pytest.mark.parametrize(("applied", "outcome"), [(19, "granted"), (20, "refused")])
def test_the_application_comes_before_the_entry_even_where_the_plan_began_earlier(applied: int, outcome: str) -> None:
    assert answer(applied_on=date(2022, 9, applied), entered_on=date(2022, 9, 19))[0] == outcome
