"""Evaluating a plan, and the rule that lets it close."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pmp_core.errors import InvalidValue
from pmp_core.loading import load_programme
from pmp_core.outcomes import Evaluation, MeasureOutcome, RiskOutcome
from pmp_core.plans import SupportPlan
from pmp_core.values import RiskResult

RULE = load_programme("lv-8.3.4").rule("plan-closing")
FACTORS = ("unexcused-absence", "parents-away", "often-ill", "violence")
PLAN = SupportPlan.model_validate(
    {
        "id": "P-1", "learner_id": "L-1", "institution_id": "I-1", "partner_kind": "municipality", "semester": "2022/23-1",
        "first_day": "2022-09-12", "last_day": "2022-12-23", "entered_on": "2022-09-09", "prepared_by": "Ilze",
        "status": "in-progress", "risks": ({"factor": "unexcused-absence"}, {"factor": "parents-away"}),
        "measures": tuple(
            {"number": n, "kind": "consultation", "risks": ("parents-away",), "justification": "Atpaliek."} for n in (1, 2)
        ),
    }
)  # fmt: skip
FACTS: dict[str, Any] = {
    "on": date(2022, 12, 20), "plan_first_day": date(2022, 9, 12), "risks_open": 0, "measures_open": 0, "foreign": 0,
}  # fmt: skip


def evaluation(factors: tuple[str, ...] = FACTORS[:2], numbers: tuple[int, ...] = (1, 2), on: str = "2022-12-20") -> Evaluation:
    return Evaluation.model_validate(
        {
            "id": "V-1", "plan_id": "P-1", "evaluated_on": on, "evaluated_by": "Ilze",
            "risks": tuple({"factor": factor, "result": "lowered"} for factor in factors),
            "measures": tuple({"number": number, "delivered": True} for number in numbers),
        }
    )  # fmt: skip


def closing(**facts: Any) -> tuple[str, tuple[str, ...]]:
    result = RULE.decide({**FACTS, **facts})
    return result.outcome, result.reasons


def code_of(call: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        call()
    error = caught.value.errors()[0]["ctx"]["error"]
    assert isinstance(error, InvalidValue)
    return error.code


@pytest.mark.parametrize("twice", [{"factors": (FACTORS[0], FACTORS[0])}, {"numbers": (1, 1)}])
def test_no_risk_and_no_measure_is_evaluated_twice(twice: dict[str, Any]) -> None:
    assert code_of(lambda: evaluation(**twice)) == "evaluation-twice"


@pytest.mark.parametrize("note", [None, "Slimoja visu semestri."])
def test_a_measure_that_was_not_delivered_says_why(note: str | None) -> None:
    fields = {"number": 1, "delivered": False, "note": note}
    if note is None:
        assert code_of(lambda: MeasureOutcome.model_validate(fields)) == "measure-not-delivered"
    else:
        assert MeasureOutcome.model_validate(fields).note == note


def test_a_delivered_measure_needs_no_note() -> None:
    assert MeasureOutcome(number=1, delivered=True).note is None


def test_a_risk_may_have_grown_and_keeps_the_signals_measure_before_and_after() -> None:
    outcome = RiskOutcome(factor="unexcused-absence", result=RiskResult.GROWN, before=21, after=30)
    assert (outcome.result, outcome.before, outcome.after) == (RiskResult.GROWN, 21, 30)


@pytest.mark.parametrize("wrong", [{"result": "better"}, {"before": -1}, {"factor": " "}])
def test_an_outcome_with_a_value_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        RiskOutcome.model_validate({"factor": "violence", "result": "gone", **wrong})


@given(st.sets(st.sampled_from(FACTORS)), st.sets(st.integers(1, 4)))
def test_a_plan_closes_exactly_when_all_of_it_and_nothing_else_is_evaluated(factors: set[str], numbers: set[int]) -> None:
    facts = evaluation(tuple(factors), tuple(numbers)).facts(PLAN)
    result = RULE.decide(facts)
    reasons = {
        "every-risk": not set(FACTORS[:2]) <= factors,
        "every-measure": not {1, 2} <= numbers,
        "of-this-plan": bool(factors - set(FACTORS[:2]) or numbers - {1, 2}),
    }
    assert result.reasons == tuple(name for name, failed in reasons.items() if failed)
    assert result.outcome == ("refused" if result.reasons else "granted")


def test_the_facts_count_what_is_open_and_what_is_foreign() -> None:
    facts = evaluation((FACTORS[0], FACTORS[2], FACTORS[3]), (2, 3)).facts(PLAN)
    assert facts == {**FACTS, "risks_open": 1, "measures_open": 1, "foreign": 3}


@pytest.mark.parametrize(("day", "outcome"), [("2022-09-11", "refused"), ("2022-09-12", "granted")])
def test_a_plan_is_not_evaluated_before_it_has_begun(day: str, outcome: str) -> None:
    result = RULE.decide(evaluation(on=day).facts(PLAN))
    assert (result.outcome, result.reasons) == (outcome, () if outcome == "granted" else ("after-it-began",))


@pytest.mark.parametrize("fact", ["plan_first_day", "risks_open", "measures_open", "foreign"])
def test_each_fact_that_is_missing_is_named(fact: str) -> None:
    assert closing(**{fact: None}) == ("undetermined", (fact,))


def test_every_evaluation_comes_back_from_its_json() -> None:
    kept = evaluation()
    assert Evaluation.model_validate_json(kept.model_dump_json()) == kept
