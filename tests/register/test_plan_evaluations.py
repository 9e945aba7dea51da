"""What became of a plan: its evaluation, and closing with it or with a reason."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from two_schools import (
    BEGIN,
    HEAD,
    LAST,
    MOVE,
    NEXT,
    approved,
    evaluation,
    in_progress,
    plan,
    refusal,
    step,
)

from pmp_core.errors import NotFound
from pmp_core.register import Register


def test_a_closed_plan_keeps_its_evaluation_as_it_is(school: Register) -> None:
    in_progress(school)
    kept = school.add_evaluation(evaluation())
    assert school.add_evaluation(kept.changed(evaluated_on="2022-12-21")).version == 2
    step(school, "close", HEAD, LAST)
    again = kept.changed(version=2, evaluated_on="2022-12-22")
    assert refusal(lambda: school.add_evaluation(again)).code == "evaluation-closed"


def test_the_evaluation_of_a_closed_plan_does_not_become_another_plans(school: Register) -> None:
    in_progress(school)
    kept = school.add_evaluation(evaluation())
    step(school, "close", HEAD, LAST)
    in_progress(school, plan("P-2", semester=NEXT, first_day="2023-01-09", last_day="2023-05-31"))
    moved = kept.changed(plan_id="P-2", evaluated_on="2023-05-22")
    assert refusal(lambda: school.add_evaluation(moved)).code == "evaluation-other-plan"
    assert refusal(lambda: school.add_evaluation(moved.changed(id="V-9")), NotFound).code == "not-found"
    assert school.add_evaluation(moved.changed(id="V-2", version=0)).plan_id == "P-2"


@pytest.mark.parametrize(("evaluated_on", "in_force"), [(BEGIN - timedelta(days=1), False), (BEGIN, True)])
def test_a_plan_that_was_never_in_force_until_the_day_is_not_evaluated(
    school: Register, evaluated_on: date, in_force: bool
) -> None:
    in_progress(school)
    if in_force:
        assert school.add_evaluation(evaluation(evaluated_on=evaluated_on)).version == 1
    else:
        assert refusal(lambda: school.add_evaluation(evaluation(evaluated_on=evaluated_on))).code == "evaluation-of-draft"


@pytest.mark.parametrize("reason", [None, "", "  "])
def test_a_plan_closes_with_its_evaluation_or_with_a_reason(school: Register, reason: str | None) -> None:
    in_progress(school)
    error = refusal(lambda: step(school, "close", HEAD, LAST, reason=reason))
    assert (error.code, error.found) == ("step-guarded", "evaluated-or-reason")
    closed = step(school, "close", HEAD, LAST, reason="Izglītojamais aizgāja no projekta.")
    assert (closed.status, closed.steps[-1].reason) == ("closed", "Izglītojamais aizgāja no projekta.")


def test_a_plan_that_was_suspended_before_it_was_approved_closes_with_a_reason_only(school: Register) -> None:
    school.add_plan(plan())
    step(school, "submit")
    step(school, "suspend", reason="Slimo.")
    assert refusal(lambda: school.add_evaluation(evaluation())).code == "evaluation-of-draft"
    assert step(school, "close", HEAD, LAST, reason="Slimoja visu semestri.").status == "closed"


def test_a_reason_does_not_cover_up_an_evaluation_that_no_longer_fits(school: Register) -> None:
    in_progress(school)
    school.add_evaluation(evaluation())
    kept = step(school, "revise", on=MOVE)
    third = {"number": 3, "kind": "consultation", "risks": ("violence",), "justification": "Vēl."}
    school.change_plan(kept.changed(measures=(*kept.measures, third)), on=MOVE)
    approved(school, on=MOVE)
    error = refusal(lambda: step(school, "close", HEAD, LAST, reason="Laiks beidzies."))
    assert (error.code, error.found) == ("evaluation-stale", "V-1")
