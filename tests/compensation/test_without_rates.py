"""A claim without a deployment's overlay: undetermined, and the values to set are named, in both programmes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pmp_core.loading import load_programme
from pmp_core.programme import OverlayText
from pmp_core.rules import Result

PROGRAMMES = {id: load_programme(id) for id in ("lv-8.3.4", "lv-4.2.3.1")}
SEMESTERS = {
    "lv-8.3.4": (date(2022, 9, 1), date(2022, 10, 3), date(2022, 12, 23)),
    "lv-4.2.3.1": (date(2024, 9, 2), date(2024, 10, 7), date(2024, 12, 20)),
}
KINDS = [
    (id, kind) for id, programme in PROGRAMMES.items() for kind in programme.pack.codes("measure-kinds", parent="compensation")
]


def claim(programme: str, kind: str, **facts: Any) -> Result:
    first, day, last = SEMESTERS[programme]
    given = {
        "on": day, "last_day": day, "track": "general", "level": 5, "partner": True, "plan_status": "in-progress",
        "plan_first_day": first, "plan_last_day": last, "semester_first_day": first, "semester_last_day": last,
        "kind": kind, "risk_addressed": True,
        "receipts_complete": True, "units": 1, "requested_cents": 5000, "cofunded_cents": 0, **facts,
    }  # fmt: skip
    result: Result = PROGRAMMES[programme].rule("compensation").decide(given, prior=0)
    return result


@pytest.mark.parametrize(("programme", "kind"), KINDS)
def test_it_is_undetermined_gives_nothing_and_names_the_cap_to_set(programme: str, kind: str) -> None:
    result = claim(programme, kind)
    assert (result.outcome, result.amount_cents) == ("undetermined", None)
    assert {f"compensation.cap.{kind}", "compensation.ceiling"} <= set(result.reasons)


def test_a_transport_claim_needs_two_values_before_and_four_after_2024() -> None:
    before, after = (set(claim(programme, "public-transport-tickets").reasons) for programme in PROGRAMMES)
    assert before == {"compensation.cap.public-transport-tickets", "compensation.ceiling"}
    assert after - before == {"compensation.allowed", "compensation.co-funding-subtracted"}


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_the_explanation_names_the_value_in_both_languages(programme: str) -> None:
    decision = claim(programme, "catering").decision(decided_on=SEMESTERS[programme][2])
    assert all("compensation.cap.catering" in decision.explain(language) for language in ("lv", "en"))


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_a_certain_refusal_needs_no_rates(programme: str) -> None:
    result = claim(programme, "catering", level=13)
    assert (result.outcome, result.reasons) == ("refused", ("target-group",))


RATES = """
overlay_for: lv-8.3.4
title: {{lv: izdomāts, en: made up}}
values:
  compensation.cap.catering:
    entries: [{{from: 2017-03-01, value: "60.00", unit: EUR/claim, source: made up, status: example}}]
  compensation.ceiling:
    entries: [{{from: {first}, value: "20.00", unit: EUR/learner-semester, source: made up, status: example}}]
"""


@pytest.mark.parametrize(
    ("first", "outcome", "reasons"),
    [
        ("2017-01-05", "reduced", ("cut-to-ceiling",)),
        ("2017-01-06", "undetermined", ("compensation.ceiling",)),
        ("2017-03-01", "undetermined", ("compensation.ceiling",)),
    ],
)
def test_the_ceiling_of_the_first_semester_is_set_from_its_first_day_before_the_programme_began(
    first: str, outcome: str, reasons: tuple[str, ...]
) -> None:
    programme = load_programme("lv-8.3.4", overlays=[OverlayText("rates.example.yaml", RATES.format(first=first))])
    day = date(2017, 3, 6)
    semester = programme.calendar.semester_of(day)
    assert semester is not None
    facts = {
        "on": day, "last_day": day, "track": "general", "level": 5, "partner": True, "plan_status": "in-progress",
        "plan_first_day": date(2017, 3, 1), "plan_last_day": date(2017, 5, 31),
        "semester_first_day": programme.calendar.days(semester).first,
        "semester_last_day": programme.calendar.days(semester).last, "kind": "catering", "risk_addressed": True,
        "receipts_complete": True, "units": 1, "requested_cents": 5000, "cofunded_cents": 0,
    }  # fmt: skip
    result = programme.rule("compensation").decide(facts, prior=0)
    assert (result.outcome, result.reasons) == (outcome, reasons)
