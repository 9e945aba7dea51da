"""How entities show themselves in a notebook."""

from __future__ import annotations

from datetime import date
from html import escape
from typing import Any

import pytest

from pmp_core import Actor, Claim, Enrolment, Institution, Learner, PlannedRisk, SupportMeasure, SupportPlan
from pmp_core.compensation import Receipt
from pmp_core.loading import load_programme
from pmp_core.plans import StepTaken
from pmp_core.values import Money, Track
from pmp_core.values.notebook import table_of

HOSTILE = "<script>alert('x')</script>"


def plan(**fields: Any) -> SupportPlan:
    own = {
        "id": "P-<1>", "learner_id": "L-1", "institution_id": "I-1", "partner_kind": "municipality", "semester": "2022/23-1",
        "first_day": "2022-09-12", "last_day": "2022-12-23", "entered_on": "2022-09-05", "prepared_by": "Zane Zariņa",
        "status": "draft", "aims": "Bērns nedrīkst slimot.", "risks": (PlannedRisk(factor="unexcused-absence"),),
        "measures": (SupportMeasure(number=1, kind="consultation", risks=("unexcused-absence",), justification="Jo slimo."),),
        "steps": (StepTaken(step="submit", source="draft", target="in-approval", actor="Zane", role="plan-author",
                            on=date(2022, 9, 5), reason="Jo."),),
    }  # fmt: skip
    return SupportPlan.model_validate({**own, **fields})


def test_an_entity_is_a_table_of_its_fields() -> None:
    enrolment = Enrolment.model_validate({
        "id": "E-1", "learner_id": "L-1", "institution_id": "I-1", "track": Track.GENERAL, "level": 7, "first_day": "2022-09-01",
    })  # fmt: skip
    html = enrolment._repr_html_()
    assert html.startswith("<table><caption>Enrolment</caption>")
    assert "<tr><th>track</th><td>general</td></tr>" in html
    assert "<tr><th>first_day</th><td>2022-09-01</td></tr>" in html
    assert "<tr><th>last_day</th><td>–</td></tr>" in html


def test_what_is_in_it_is_escaped_and_a_personal_code_masked() -> None:
    html = Institution(id="I-<b>", name=f"{HOSTILE} 161175-19997")._repr_html_()
    assert "<script>" not in html
    assert "<b>" not in html
    assert "******-*****" in html
    assert "161175" not in html


def test_an_id_that_looks_like_a_code_inside_stays_whole() -> None:
    uuid = "a1611751-9997-4000-8000-161175199970"
    assert uuid in Institution(id=uuid, name="x")._repr_html_()


def test_things_inside_are_tables_of_their_own() -> None:
    receipt = Receipt(number="1", issuer="SIA «A»\nB", day=date(2023, 3, 1), amount=Money("5.00"))
    fields = {"id": "C-1", "plan_id": "P-1", "measure": 1, "kind": "catering", "first_day": "2023-03-01", "last_day": "2023-03-31",
              "requested": "5.00", "status": "draft"}  # fmt: skip
    html = Claim.model_validate({**fields, "receipts": (receipt,)})._repr_html_()
    assert "<td><table><thead><tr><th>number</th><th>issuer</th>" in html
    assert "<td>5.00</td>" in html
    assert "SIA «A»<br>B" in html
    assert "<tr><th>receipts</th><td>–</td></tr>" in Claim.model_validate(fields)._repr_html_()


def test_a_learner_shows_its_id_alone() -> None:
    learner = Learner(id="L-1", given_name="Undīne", family_name="Ūdendārziņa", birth_date=date(2012, 11, 19))
    assert learner._repr_html_() == "<code>&lt;Learner L-1&gt;</code>"


def test_a_plan_shows_its_risks_measures_and_steps_and_no_free_text() -> None:
    html = plan()._repr_html_()
    for said in (
        "P-&lt;1&gt; · 2022/23-1 · draft · 2022-09-12 – 2022-12-23",
        "Risks",
        "unexcused-absence",
        "consultation",
        "submit",
    ):
        assert said in html
    for kept in ("slimo", "Zane", "Jo."):
        assert kept not in html


def test_an_empty_plan_shows_itself_too() -> None:
    assert "<tbody></tbody>" in plan(risks=(), measures=(), steps=(), status="draft")._repr_html_()


@pytest.mark.parametrize(("cell", "shown"), [(None, "–"), ((), "–"), (("a", "b"), "a, b"), (True, "True"), (0, "0"), ("", "")])
def test_a_cell_is_written_as_people_read_it(cell: Any, shown: str) -> None:
    assert (
        table_of(["x"], [[cell]]) == f"<table><thead><tr><th>x</th></tr></thead><tbody><tr><td>{shown}</td></tr></tbody></table>"
    )


def test_parts_of_a_decision_are_shown_with_their_latvian_words() -> None:
    result = load_programme("lv-8.3.4").rule("target-group").decide(on=date(2021, 8, 31), track="general", level=3)
    decision = result.decision(decided_on=date(2021, 9, 1))
    assert decision.facts[0].meaning.lv in decision.facts[0]._repr_html_()
    assert result._repr_html_() == f"<pre>{escape(result.explain('lv'))}</pre>"
    step = decision.steps[0]
    assert "<table>" in step._repr_html_()


def test_one_thing_inside_another_is_a_table_too() -> None:
    html = table_of(["who"], [[Actor(name="Anna", role="director")]])
    assert "<td><table><caption>Actor</caption>" in html
