"""A register of `lv-4.2.3.1`: it works from import to statistics, and what needs a value that nobody set says so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pmp_core.compensation import Claim
from pmp_core.demo import sample_school
from pmp_core.errors import StepRefused
from pmp_core.loading import Programme, load_programme
from pmp_core.plans import SupportPlan
from pmp_core.plugins import PluginSet
from pmp_core.programme import OverlayText
from pmp_core.register import Register, UnitOfWork, casework
from pmp_core.sources import ingest
from pmp_core.statistics import overview
from pmp_core.values import Actor

AUTHOR, DIRECTOR = Actor(name="Ilze", role="plan-author"), Actor(name="Roberts", role="director")
COORDINATOR, AGENCY = Actor(name="Jana", role="municipal-coordinator"), Actor(name="Ieva", role="viaa")
SEMESTER, FIRST, LAST = "2024/25-1", date(2024, 9, 2), date(2024, 12, 20)
# What the rule for entering a plan needs, made up.
PLANS = """
overlay_for: lv-4.2.3.1
title: {lv: izdomāts, en: made up}
values:
  partners.agreement-required: {entries: [{from: 2024-07-01, value: false, source: made up, status: example}]}
  plans.application-first: {entries: [{from: 2024-07-01, value: true, source: made up, status: example}]}
  plans.risks-at-least: {entries: [{from: 2024-07-01, value: 1, source: made up, status: example}]}
  plans.measure-justified: {entries: [{from: 2024-07-01, value: true, source: made up, status: example}]}
"""


def filled(target: str, programme: Programme) -> Register:
    """The sample school's pupils, read in under the successor."""
    plugins, folder = PluginSet.load(["sql", "tabular"]), sample_school()
    made = Register.open(target, programme=programme, actor=AUTHOR, plugins=plugins, access="host")
    ingest(made, plugins.source("tabular").open(mapping=folder / "mapping.yaml", folder=folder), on=FIRST)
    return made


@pytest.fixture(params=["memory:", "file"])
def register(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Register]:
    target = str(tmp_path / "successor.sqlite") if request.param == "file" else request.param
    with filled(target, load_programme("lv-4.2.3.1")) as made:
        yield made


def a_pupil(work: UnitOfWork) -> dict[str, str]:
    """Somebody who still is at a municipal school."""
    school = work.institutions.find(partner_kind="municipality")[0]
    enrolment = next(one for one in work.enrolments.find(institution_id=school.id, order=("id",)) if one.last_day is None)
    return {"learner_id": enrolment.learner_id, "institution_id": school.id}


def plan(work: UnitOfWork, kind: str, factor: str = "social-exclusion") -> SupportPlan:
    return SupportPlan.model_validate(
        {
            "id": "P-1", **a_pupil(work), "partner_kind": "municipality", "semester": SEMESTER, "first_day": FIRST,
            "last_day": LAST, "entered_on": FIRST, "applied_on": FIRST, "prepared_by": "Ilze", "status": "draft",
            "risks": ({"factor": factor},),
            "measures": ({"number": 1, "kind": kind, "risks": (factor,), "justification": "Palīdz."},),
        }
    )  # fmt: skip


def claim() -> Claim:
    receipt = {"number": "1", "issuer": "A", "day": "2024-10-07", "amount": "5.00"}
    fields: dict[str, Any] = {
        "id": "C-1", "plan_id": "P-1", "measure": 1, "kind": "public-transport-tickets", "first_day": "2024-10-07",
        "last_day": "2024-10-11", "requested": "5.00", "receipts": (receipt,), "status": "draft",
    }  # fmt: skip
    return Claim.model_validate(fields)


def add_plan(register: Register, kind: str) -> SupportPlan:
    with register.unit_of_work() as work:
        return casework.add_plan(work, register.programme, plan(work, kind), by=register.actor)


def test_pupils_are_read_in_and_counted(register: Register) -> None:
    (state,) = overview(register, "state", SEMESTER).lines
    assert state.learners > 0
    assert (state.plans, state.plans_in_draft) == (0, 0)
    add_plan(register, "reading-support")
    (state,) = overview(register, "state", SEMESTER).lines
    assert (state.plans, state.plans_in_draft) == (0, 1)


def test_signals_suggest_risks(register: Register) -> None:
    added = register.suggest_risks("2022/23-1", on=FIRST)
    assert {suggestion.factor for suggestion in added} == {"unexcused-absence", "learning-difficulties"}


def test_a_plan_with_what_nobody_set_is_not_submitted_and_what_to_set_is_named(register: Register) -> None:
    add_plan(register, "reading-support")
    with pytest.raises(StepRefused) as caught:
        register.take_plan_step("P-1", "submit", by=AUTHOR, on=FIRST)
    assert (caught.value.code, caught.value.found) == ("plan-entry-refused", "undetermined")
    assert "partners.agreement-required" in caught.value.message
    assert "plans.risks-at-least" in caught.value.message


def test_a_plan_goes_along_the_chain_once_it_is_set() -> None:
    with filled("memory:", load_programme("lv-4.2.3.1", overlays=[OverlayText("plans.example.yaml", PLANS)])) as register:
        add_plan(register, "reading-support")
        register.take_plan_step("P-1", "submit", by=AUTHOR, on=FIRST)
        for station in (DIRECTOR, COORDINATOR, AGENCY):
            register.take_plan_step("P-1", "approve", by=station, on=FIRST)
        assert register.take_plan_step("P-1", "start", by=AUTHOR, on=FIRST).status == "in-progress"


def test_a_claim_is_kept_and_its_decision_is_undetermined_and_names_the_values_to_set(register: Register) -> None:
    add_plan(register, "public-transport-tickets")
    register.submit_claim(claim(), by=AUTHOR, on=date(2024, 10, 14))
    kept, decision = register.decide_claim("C-1", by=COORDINATOR, on=date(2024, 10, 15))
    assert (decision.outcome, decision.amount, kept.status) == ("undetermined", None, "submitted")
    assert {"compensation.allowed", "compensation.cap.public-transport-tickets", "compensation.ceiling"} <= set(decision.reasons)
