"""The plan itself: what cannot be in one, and what it can be asked."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from pmp_core.errors import InvalidValue
from pmp_core.plans import StepTaken, SupportMeasure, SupportPlan
from pmp_core.values import DayRange

PLAN: dict[str, Any] = {
    "id": "P-1", "learner_id": "L-1", "institution_id": "I-1", "partner_kind": "municipality", "semester": "2022/23-1",
    "first_day": "2022-09-12", "last_day": "2022-12-23", "entered_on": "2022-09-09", "prepared_by": "Ilze Kalna", "status": "draft",
}  # fmt: skip
RISKS = ({"factor": "unexcused-absence"}, {"factor": "parents-away"})


def measure(number: int = 1, *risks: str) -> dict[str, Any]:
    return {"number": number, "kind": "consultation", "risks": risks or ("unexcused-absence",), "justification": "Atpaliek."}


def made(**fields: Any) -> SupportPlan:
    return SupportPlan.model_validate({**PLAN, **fields})


def code_of(**fields: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        made(**fields)
    error = caught.value.errors()[0]["ctx"]["error"]
    assert isinstance(error, InvalidValue)
    assert error.remedy
    return error.code


def test_a_plan_has_the_days_of_its_own_period() -> None:
    assert made().days == DayRange(date(2022, 9, 12), date(2022, 12, 23))


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"first_day": "2022-12-24"}, "days-reversed"),
        ({"applied_on": "2022-09-10"}, "plan-application-late"),
        ({"risks": (RISKS[0], RISKS[0])}, "plan-risk-twice"),
        ({"risks": RISKS, "measures": (measure(1), measure(1))}, "plan-measure-twice"),
        ({"risks": RISKS, "measures": (measure(1, "violence"),)}, "plan-measure-risk"),
        ({"risks": RISKS, "measures": (measure(1, "parents-away", "parents-away"),)}, "plan-measure-risk"),
        ({"measures": (measure(),)}, "plan-measure-risk"),
        ({"semester": "2022/23-3"}, "semester-invalid"),
        ({"learner_id": "010203-12345"}, "id-is-personal-code"),
    ],
)
def test_what_cannot_be_in_a_plan_is_refused_with_its_code(fields: dict[str, Any], code: str) -> None:
    assert code_of(**fields) == code


def test_the_application_may_be_signed_on_the_day_the_plan_is_entered() -> None:
    assert made(applied_on="2022-09-09").applied_on == date(2022, 9, 9)


def test_measures_may_share_a_risk_and_have_several() -> None:
    plan = made(risks=RISKS, measures=(measure(1, "unexcused-absence", "parents-away"), measure(2)))
    assert [len(m.risks) for m in plan.measures] == [2, 1]


@pytest.mark.parametrize("wrong", [{"number": 0}, {"risks": ()}, {"justification": " "}, {"sessions": -1}, {"minutes": 1.5}])
def test_a_measure_has_a_number_a_risk_a_justification_and_whole_counts(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        SupportMeasure.model_validate({**measure(), **wrong})


def test_a_measure_is_found_by_its_number() -> None:
    plan = made(risks=RISKS, measures=(measure(7), measure(2)))
    assert plan.measure(2) is plan.measures[1]


@pytest.mark.parametrize(("measures", "known"), [((), "none"), ((measure(7), measure(2)), "7, 2")])
def test_an_unknown_measure_is_an_error_that_lists_the_known_ones(measures: tuple[Any, ...], known: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        made(risks=RISKS, measures=measures).measure(3)
    assert (caught.value.code, caught.value.found) == ("measure-unknown", "3")
    assert known in caught.value.remedy


def step(name: str, source: str, target: str, on: str) -> StepTaken:
    return StepTaken.model_validate(
        {"step": name, "source": source, "target": target, "actor": "Ilze", "role": "plan-author", "on": on}
    )


@pytest.mark.parametrize(
    ("day", "status"),
    [
        (date(2022, 9, 8), "draft"),
        (date(2022, 9, 9), "in-approval"),
        (date(2022, 9, 13), "in-approval"),
        (date(2022, 9, 14), "in-progress"),
        (date(2023, 1, 1), "in-progress"),
    ],
)
def test_the_status_of_a_day_is_that_of_its_end(day: date, status: str) -> None:
    steps = (
        step("submit", "draft", "in-approval", "2022-09-09"),
        step("approve", "in-approval", "approved", "2022-09-14"),
        step("start", "approved", "in-progress", "2022-09-14"),
    )
    assert made(status="in-progress", steps=steps).status_on(day) == status


def test_a_plan_without_steps_has_had_its_status_always() -> None:
    assert made().status_on(date(2000, 1, 1)) == "draft"
