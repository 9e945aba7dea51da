"""Next semester's draft from what is still open."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmp_core.errors import StepRefused
from pmp_core.plans import SupportPlan, rolled_over
from pmp_core.values import Actor, DayRange, Semester

FACTORS = ("violence", "often-ill", "parents-away")
DAYS, ON = DayRange(date(2023, 1, 9), date(2023, 5, 31)), date(2023, 1, 10)
STEP = {"step": "close", "source": "in-progress", "target": "closed", "actor": "Ilze", "role": "director", "on": "2022-12-21"}
WENT = {"source_institution_id": "I-0", "source_partner_kind": "municipality", "target_institution_id": "I-1",
        "on": "2022-10-03", "plan_version": 3, "actor": "Ilze", "role": "director"}  # fmt: skip


def plan(**fields: Any) -> SupportPlan:
    addressed = (("violence",), ("violence", "often-ill"), ("parents-away",))
    measures = tuple(
        {"number": n * 10, "kind": "consultation", "risks": risks, "justification": f"Pamatojums {n}.", "sessions": n}
        for n, risks in enumerate(addressed, 1)
    )
    return SupportPlan.model_validate(
        {
            "id": "P-1", "learner_id": "L-1", "institution_id": "I-1", "partner_kind": "municipality",
            "semester": "2022/23-1", "first_day": "2022-09-12", "last_day": "2022-12-23", "entered_on": "2022-09-12",
            "applied_on": "2022-09-12", "prepared_by": "Ilze", "status": "closed", "aims": "Apmeklēt stundas.",
            "risks": tuple({"factor": factor} for factor in FACTORS), "measures": measures, "steps": (STEP,),
            "transfers": (WENT,), "preparation_paid_on": "2022-12-01", "responsible": ({"name": "Zane", "duty": "mentore"},),
            "version": 9, **fields,
        }
    )  # fmt: skip


def draft(
    open_factors: set[str], semester: str = "2022/23-2", days: DayRange = DAYS, of: SupportPlan | None = None
) -> SupportPlan:
    return rolled_over(
        of or plan(), Semester(semester), days, id="P-2", open_factors=open_factors, initial="draft",
        by=Actor(name="Dace", role="plan-author"), on=ON, institution_id="I-2", partner_kind="state-vocational-institution",
    )  # fmt: skip


def test_open_risks_and_the_measures_for_them_come_along_renumbered() -> None:
    made = draft({"often-ill", "parents-away"})
    assert [risk.factor for risk in made.risks] == ["often-ill", "parents-away"]
    assert [(m.number, m.risks, m.justification, m.sessions) for m in made.measures] == [
        (1, ("often-ill",), "Pamatojums 2.", 2),
        (2, ("parents-away",), "Pamatojums 3.", 3),
    ]


def test_it_is_a_draft_of_the_new_semester_where_the_learner_is_then() -> None:
    made = draft({"violence"})
    assert (made.id, made.learner_id, made.semester, made.days, made.entered_on) == ("P-2", "L-1", "2022/23-2", DAYS, ON)
    assert (made.institution_id, made.partner_kind, made.prepared_by) == ("I-2", "state-vocational-institution", "Dace")
    assert (made.status, made.rolled_over_from, made.aims, made.responsible) == (
        "draft", "P-1", plan().aims, plan().responsible,
    )  # fmt: skip


def test_what_a_new_semester_says_anew_is_left_out() -> None:
    made = draft({"violence"})
    assert (made.applied_on, made.steps, made.transfers, made.preparation_paid_on, made.released, made.version) == (
        None, (), (), None, False, 0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("semester", "possible"), [("2022/23-1", False), ("2021/22-2", False), ("2022/23-2", True), ("2023/24-1", True)]
)
def test_a_plan_rolls_over_forward_only(semester: str, possible: bool) -> None:
    if possible:
        assert draft({"violence"}, semester).semester == semester
        return
    with pytest.raises(StepRefused) as caught:
        draft({"violence"}, semester)
    assert (caught.value.code, caught.value.found) == ("roll-over-backwards", semester)


@pytest.mark.parametrize("open_factors", [set[str](), {"rural-area"}])
def test_where_every_risk_is_gone_there_is_nothing_to_roll_over(open_factors: set[str]) -> None:
    with pytest.raises(StepRefused) as caught:
        draft(open_factors)
    assert (caught.value.code, caught.value.found) == ("roll-over-nothing-open", "P-1")


def test_a_period_without_an_end_is_one_day() -> None:
    assert draft({"violence"}, days=DayRange(ON)).days == DayRange(ON, ON)


@given(st.sets(st.sampled_from(FACTORS), min_size=1))
def test_no_measure_of_a_rolled_over_plan_addresses_a_risk_that_is_gone(open_factors: set[str]) -> None:
    made = draft(open_factors)
    assert {risk.factor for risk in made.risks} == open_factors
    assert all(set(measure.risks) <= open_factors for measure in made.measures)
    assert [measure.number for measure in made.measures] == list(range(1, len(made.measures) + 1))
