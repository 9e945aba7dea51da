"""A line of a claim falls under one law, one level and one agreement: where something changes inside it, another begins."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from pmp_core.compensation import Claim
from pmp_core.learners import Enrolment, Institution, Learner, Municipality, Partnership
from pmp_core.loading import Programme, load_programme
from pmp_core.plans import SupportPlan
from pmp_core.programme import OverlayText
from pmp_core.register import Register, UnitOfWork, claim_facts
from pmp_core.values import Actor

RATES = Path(__file__).parents[2] / "examples/sample-school/rates.example.yaml"
BARE, RATED = load_programme("lv-8.3.4"), load_programme("lv-8.3.4", overlays=[RATES])
ACTOR = Actor(name="Jana", role="municipal-coordinator")
ENROLMENT = {"id": "E-1", "learner_id": "L-1", "institution_id": "I-1", "track": "general", "level": 7, "first_day": "2016-09-01"}
DAY = timedelta(days=1)


def filled(work: UnitOfWork) -> None:
    """Anna in grade 7 for as long as the tests need her to be, at a school whose municipality has an agreement."""
    work.municipalities.add(Municipality(id="M-1", name="Novads"))
    work.institutions.add(Institution(id="I-1", name="Skola", municipality_id="M-1"))
    work.partnerships.add(Partnership(id="A-1", first_day=date(2016, 9, 1), municipality_id="M-1"))
    work.learners.add(Learner(id="L-1", given_name="Anna", family_name="Ozola"))
    work.enrolments.add(Enrolment.model_validate(ENROLMENT))


def lines(first: date, last: date, *, kind: str, programme: Programme, before: Any = None) -> list[claim_facts.LineFacts]:
    """The lines of a claim for these days, with their facts."""
    measures = ({"number": 1, "kind": kind, "risks": ("violence",), "justification": "Palīdz."},)
    plan = SupportPlan.model_validate(
        {
            "id": "P-1", "learner_id": "L-1", "institution_id": "I-1", "partner_kind": "municipality", "semester": "2022/23-1",
            "first_day": first, "last_day": last, "entered_on": first, "prepared_by": "Ilze", "status": "in-progress",
            "risks": ({"factor": "violence"},), "measures": measures,
        }
    )  # fmt: skip
    claim = {"id": "C-1", "plan_id": "P-1", "measure": 1, "kind": kind, "first_day": first, "last_day": last,
             "requested": "0.00", "status": "draft"}  # fmt: skip
    with Register.open(actor=ACTOR, programme=programme, access="host") as register, register.unit_of_work() as work:
        filled(work)
        if before is not None:
            before(work)
        return claim_facts.line_facts(work, programme, Claim.model_validate(claim), plan)


def asked(first: date, last: date, *, kind: str, programme: Programme, before: Any = None) -> Mapping[str, Any]:
    """The facts of a claim that has one line."""
    [one] = lines(first, last, kind=kind, programme=programme, before=before)
    assert (one.line.first_day, one.line.last_day) == (first, last)
    return one.facts


def check_pair(change: date, *, kind: str = "accommodation", programme: Programme = BARE, before: Any = None) -> None:
    """A claim over the change has a line on each side, each with the facts of its own; the two halves have one."""
    named: dict[str, Any] = {"kind": kind, "programme": programme, "before": before}
    found = lines(change - DAY, change, **named)
    assert [(one.line.first_day, one.line.last_day) for one in found] == [(change - DAY, change - DAY), (change, change)]
    for half, one in zip(((change - DAY, change - DAY), (change, change)), found, strict=True):
        alone = asked(*half, **named)
        # The plan of a half is another.
        assert {**one.facts, "plan_first_day": half[0], "plan_last_day": half[1]} == alone


@pytest.mark.parametrize("kind", ["catering", "accommodation", "individual-use-items"])
def test_where_the_cap_changes(kind: str) -> None:
    check_pair(date(2022, 9, 1), kind=kind, programme=RATED)


def test_the_cap_of_another_kind_does_not_matter() -> None:
    days = (date(2022, 8, 31), date(2022, 9, 1))
    assert asked(*days, kind="special-transport", programme=RATED)["units"] == 1


@pytest.mark.parametrize("change", [date(2017, 3, 1), date(2024, 1, 1)])
def test_where_the_programme_begins_or_ends(change: date) -> None:
    check_pair(change)


def test_where_the_target_group_changes() -> None:
    check_pair(date(2021, 9, 1))


@pytest.mark.parametrize("change", [date(2018, 1, 1), date(2021, 1, 1)])
def test_where_it_begins_or_ends_to_be_known_that_the_kind_is_compensated(change: date) -> None:
    check_pair(change, kind="special-transport")


def test_where_a_cap_ends_with_nothing_after_it() -> None:
    overlay = """overlay_for: lv-8.3.4
title: {lv: Ekskursijas, en: Excursions}
values:
  compensation.cap.excursions:
    new: true
    title: {lv: Ekskursijas, en: Excursions}
    type: money
    units: [EUR/claim, EUR/school-day, EUR/item]
    entries:
      - {from: 2022-09-01, until: 2022-10-05, value: "5.00", unit: EUR/item, source: "Paraugs", status: example}
terms:
  measure-kinds:
    excursions:
      title: {lv: Ekskursijas, en: Excursions}
      parent: compensation
      entries:
        - {from: 2022-09-01, source: "Paraugs", status: example}
"""
    own = load_programme("lv-8.3.4", overlays=[OverlayText("excursions.yaml", overlay)])
    check_pair(date(2022, 10, 6), kind="excursions", programme=own)


def moved(to: dict[str, Any]) -> Any:
    def before(work: UnitOfWork) -> None:
        work.enrolments.put(work.enrolments.get("E-1").changed(last_day=date(2022, 10, 5)))
        if to:
            work.institutions.add(Institution(id="I-2", name="Cita skola"))
            work.enrolments.add(Enrolment.model_validate({**ENROLMENT, "id": "E-2", "first_day": "2022-10-06", **to}))

    return before


@pytest.mark.parametrize("to", [{}, {"level": 8}, {"track": "vocational", "level": 7}])
def test_where_the_learner_leaves_or_goes_to_another_level_or_track(to: dict[str, Any]) -> None:
    check_pair(date(2022, 10, 6), before=moved(to))


@pytest.mark.parametrize("to", [{"class_name": "7.b"}, {"institution_id": "I-2"}])
def test_a_learner_who_goes_to_another_class_or_school_at_the_same_level_stays_the_same(to: dict[str, Any]) -> None:
    days = (date(2022, 10, 5), date(2022, 10, 6))
    assert asked(*days, kind="accommodation", programme=BARE, before=moved(to))["level"] == 7


def agreement(ends: date, *others: Partnership) -> Any:
    def before(work: UnitOfWork) -> None:
        work.partnerships.put(work.partnerships.get("A-1").changed(last_day=ends))
        work.partnerships.add_all(others)

    return before


def test_where_the_agreement_ends() -> None:
    check_pair(date(2022, 10, 6), before=agreement(date(2022, 10, 5)))


def test_an_agreement_that_follows_on_the_next_day_goes_on() -> None:
    own = Partnership(id="A-2", first_day=date(2022, 10, 6), institution_id="I-1")
    days = (date(2022, 10, 5), date(2022, 10, 6))
    before = agreement(date(2022, 10, 5), own)
    assert asked(*days, kind="accommodation", programme=BARE, before=before)["partner"] is True


def test_the_ceiling_is_the_semesters_and_divides_no_claim() -> None:
    text = RATES.read_text(encoding="utf-8").replace(
        "compensation.ceiling:\n    entries:\n      - {from: 2022-09-01",
        "compensation.ceiling:\n    entries:\n      - {from: 2022-10-06",
    )
    programme = load_programme("lv-8.3.4", overlays=[OverlayText("later.yaml", text)])
    assert programme.read("compensation.ceiling", date(2022, 10, 5)).state == "unset"
    assert programme.read("compensation.ceiling", date(2022, 10, 6)).state == "set"
    assert asked(date(2022, 10, 5), date(2022, 10, 6), kind="accommodation", programme=programme)["units"] == 1
