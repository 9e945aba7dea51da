"""What a deployment may switch off by an overlay, each with its own source, and what it may not."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pmp_core.errors import ProgrammeError
from pmp_core.loading import load_programme
from pmp_core.programme import OverlayText

RATES = Path(__file__).parents[2] / "examples/sample-school/rates.example.yaml"
DAY, DAY_BEFORE = date(2022, 10, 3), date(2022, 10, 2)
PLAN = {"on": DAY, "track": "general", "level": 5, "partner": True}
CLAIM: dict[str, Any] = {
    **PLAN, "last_day": DAY, "plan_status": "in-progress", "plan_first_day": DAY_BEFORE, "plan_last_day": DAY,
    "semester_first_day": date(2022, 9, 1), "kind": "accommodation", "risk_addressed": True, "receipts_complete": True,
    "units": 1, "requested_cents": 5000, "cofunded_cents": 0,
}  # fmt: skip
ENTRY: dict[str, Any] = {**PLAN, "applied_on": DAY_BEFORE, "entered_on": DAY, "risks": 1, "measures_justified": True}
CLOSING: dict[str, Any] = {"on": DAY, "plan_first_day": DAY_BEFORE, "risks_open": 0, "measures_open": 0, "foreign": 0}


def switched_off(path: str, since: date) -> OverlayText:
    return OverlayText(
        "local.yaml",
        f"""overlay_for: lv-8.3.4
title: {{lv: Vietējā kārtība, en: Local rules}}
values:
  {path}:
    entries:
      - {{from: {since}, value: false, source: "Paraugs", status: example, replaces: true}}
""",
    )


@pytest.mark.parametrize(
    ("path", "rule", "facts"),
    [
        ("partners.agreement-required", "compensation", {**CLAIM, "partner": False}),
        ("compensation.plan-in-force-required", "compensation", {**CLAIM, "plan_status": "closed"}),
        ("compensation.within-plan-period", "compensation", {**CLAIM, "plan_last_day": DAY_BEFORE}),
        ("compensation.risk-addressed-required", "compensation", {**CLAIM, "risk_addressed": False}),
        ("compensation.receipts-required", "compensation", {**CLAIM, "receipts_complete": False}),
        ("partners.agreement-required", "plan-entry", {**ENTRY, "partner": False}),
        ("plans.application-first", "plan-entry", {**ENTRY, "applied_on": date(2022, 10, 4)}),
        ("plans.measure-justified", "plan-entry", {**ENTRY, "measures_justified": False}),
        ("plans.evaluation-required", "plan-closing", {**CLOSING, "risks_open": 1}),
        ("plans.evaluation-required", "plan-closing", {**CLOSING, "measures_open": 1}),
    ],
)
def test_a_condition_is_asked_until_the_day_on_which_a_deployment_does_without_it(
    path: str, rule: str, facts: dict[str, Any]
) -> None:
    for since, outcome in ((date(2022, 10, 4), "refused"), (DAY, "granted")):
        programme = load_programme("lv-8.3.4", overlays=[RATES, switched_off(path, since)])
        assert programme.rule(rule).decide(facts).outcome == outcome


def test_a_deployment_may_leave_what_others_pay_out_of_account() -> None:
    for since, cents in ((date(2022, 10, 4), 3000), (DAY, 5000)):
        programme = load_programme("lv-8.3.4", overlays=[RATES, switched_off("compensation.co-funding-subtracted", since)])
        assert programme.rule("compensation").decide({**CLAIM, "cofunded_cents": 2000}).amount_cents == cents


def test_a_ceiling_that_counts_after_co_funding_cannot_be_computed_and_is_refused_at_once() -> None:
    with pytest.raises(ProgrammeError) as caught:
        load_programme("lv-8.3.4", overlays=[switched_off("compensation.ceiling-gross-of-co-funding", DAY)])
    assert caught.value.code == "value-fixed"
    assert caught.value.remedy
