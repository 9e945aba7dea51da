"""What there is to look at in a plan: when it came, whether its learner is still there, what is behind."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from two_schools import (
    BEGIN,
    HEAD,
    LAST,
    MOVE,
    NEW_YEAR,
    OTHER_HEAD,
    approved,
    enrol,
    evaluation,
    in_progress,
    moved,
    moves,
    plan,
    refusal,
    schedule,
    session,
    step,
    within,
)

from pmp_core.errors import NotFound, ProgrammeError
from pmp_core.register import Register, casework
from pmp_core.risks import RiskSuggestion

DEADLINE = (
    "  plans.entry-deadline-days:\n    entries: [{from: 2022-08-31, value: 14, unit: days, source: izdomāts, status: example}]\n"
)


def found(register: Register, on: date = MOVE, id: str = "P-1") -> dict[str, casework.Finding]:
    return {finding.code: finding for finding in register.plan_findings(id, on=on)}


@pytest.mark.parametrize(
    ("entered_on", "code", "days"),
    [
        ("2022-08-31", "plan-in-time", 0), ("2022-09-01", "plan-in-time", 0), ("2022-09-15", "plan-in-time", 14),
        ("2022-09-16", "plan-late", 15), ("2022-12-01", "plan-late", 91),
    ],
)  # fmt: skip
def test_a_plan_is_in_time_until_the_last_day_of_a_deadline(school_with: Any, entered_on: str, code: str, days: int) -> None:
    school = school_with(DEADLINE)
    school.add_plan(plan(entered_on=entered_on, applied_on=entered_on))
    finding = next(iter(found(school).values()))
    assert (finding.code, finding.days) == (code, days)
    assert str(days) in finding.text["lv"]
    assert str(days) in finding.text["en"]


def test_without_a_deadline_it_is_said_that_there_is_none(school: Register) -> None:
    school.add_plan(plan())
    finding = found(school)["plan-deadline-unset"]
    assert (finding.days, "plans.entry-deadline-days" in finding.text["en"]) == (8, True)


def suggestion(register: Register, id: str, on: str, factor: str = "violence", **fields: Any) -> None:
    given = {
        "id": id, "learner_id": "L-1", "institution_id": "I-1", "semester": "2022/23-1", "factor": factor, "suggested_on": on,
        "state": "confirmed", "decided_by": "Ilze", "decided_role": "plan-author", "decided_on": on,
        "signal": "unexcused-absence", "measured": 25, "threshold": 20,
    }  # fmt: skip
    with register.unit_of_work() as work:
        work.suggestions.add(RiskSuggestion.model_validate({**given, **fields}))


def with_suggestions(*ids: str, **fields: Any) -> Any:
    factors = ("violence", "often-ill")
    risks = tuple({"factor": factor, "suggestion_id": id} for factor, id in zip(factors, ids, strict=False))
    risks += tuple({"factor": factor} for factor in factors[len(ids) :])
    return plan(risks=risks, **fields)


@pytest.mark.parametrize(("entered_on", "days"), [("2022-09-05", 0), ("2022-09-06", 1), ("2022-09-20", 15)])
def test_it_is_told_how_long_it_took_from_the_first_signal_to_the_plan(school: Register, entered_on: str, days: int) -> None:
    suggestion(school, "R-1", "2022-09-08", "violence")
    suggestion(school, "R-2", "2022-09-05", "often-ill")
    school.add_plan(with_suggestions("R-1", "R-2", entered_on=entered_on, applied_on=entered_on))
    finding = found(school)["signal-to-plan"]
    assert (finding.days, "2022-09-05" in finding.text["lv"]) == (days, True)


def test_a_risk_that_a_person_added_or_nobody_suggested_is_no_signal(school: Register) -> None:
    none = {"signal": None, "measured": None, "threshold": None, "reason": "Redzēja."}
    suggestion(school, "R-1", "2022-09-05", **none)
    school.add_plan(with_suggestions("R-1"))
    assert "signal-to-plan" not in found(school)


def test_a_signal_after_the_plan_did_not_lead_to_it(school: Register) -> None:
    in_progress(school)
    suggestion(school, "R-1", "2022-10-03")
    kept = step(school, "revise", on=date(2022, 10, 4))
    school.change_plan(kept.changed(risks=with_suggestions("R-1").risks), on=date(2022, 10, 4))
    assert "signal-to-plan" not in found(school)


def test_the_signals_of_the_plan_before_are_not_counted_again_in_the_next_semesters(school: Register) -> None:
    suggestion(school, "R-1", "2022-09-05")
    in_progress(school, with_suggestions("R-1"))
    made = school.roll_over_plan("P-1", on=NEW_YEAR)
    assert made.risks[0].suggestion_id == "R-1"
    assert "signal-to-plan" not in found(school, NEW_YEAR, made.id)
    assert "signal-to-plan" in found(school, NEW_YEAR)


@pytest.mark.parametrize(("on", "moved_on"), [(MOVE - timedelta(days=1), False), (MOVE, True)])
def test_a_learner_who_went_to_another_school_is_told_from_the_day_on(school: Register, on: date, moved_on: bool) -> None:
    in_progress(school)
    moves(school)
    finding = found(school, on).get("learner-moved")
    assert (finding is not None) is moved_on
    assert finding is None or "I-2" in finding.text["en"]


def test_when_the_plan_went_too_there_is_nothing_to_tell(school: Register) -> None:
    moved(school)
    assert set(found(school)) == {"plan-deadline-unset"}


@pytest.mark.parametrize(("on", "left"), [("2022-10-31", False), ("2022-11-01", True)])
def test_a_learner_who_is_nowhere_has_left(school: Register, on: str, left: bool) -> None:
    in_progress(school)
    with school.unit_of_work() as work:
        work.enrolments.put(work.enrolments.get("E-1").changed(last_day="2022-10-31"))
    assert ("learner-left" in found(school, date.fromisoformat(on))) is left


@pytest.mark.parametrize(
    ("on", "at_two"), [("2022-09-30", False), ("2022-10-01", True), ("2022-10-31", True), ("2022-11-01", False)]
)
def test_a_learner_at_two_institutions_is_told_while_it_is_so(school: Register, on: str, at_two: bool) -> None:
    in_progress(school)
    with school.unit_of_work() as work:
        enrol(work, "E-2", institution_id="I-2", first_day="2022-10-01", last_day="2022-10-31")
    assert ("learner-at-two-institutions" in found(school, date.fromisoformat(on))) is at_two


@pytest.mark.parametrize(("on", "told"), [(BEGIN - timedelta(days=1), False), (BEGIN, True)])
def test_before_the_plan_begins_nobody_asks_where_the_learner_is(school: Register, on: date, told: bool) -> None:
    with school.unit_of_work() as work:
        work.enrolments.put(work.enrolments.get("E-1").changed(first_day=date(2022, 9, 13)))
    school.add_plan(plan())
    assert ("learner-left" in found(school, on)) is told


@pytest.mark.parametrize(("on", "days"), [(LAST, None), (LAST + timedelta(days=1), 1), (date(2023, 1, 9), 17)])
def test_a_plan_that_is_not_closed_is_told_from_the_day_after_its_last(school: Register, on: date, days: int | None) -> None:
    in_progress(school)
    finding = found(school, on).get("plan-not-closed")
    assert (finding.days if finding else None) == days


@pytest.mark.parametrize("how", ["closed", "deleted"])
def test_of_a_plan_that_is_over_only_its_coming_is_told(school: Register, how: str) -> None:
    in_progress(school)
    if how == "closed":
        school.add_evaluation(evaluation())
        step(school, "close", HEAD, LAST)
    else:
        within(school, casework.clear_plan, "P-1", by=HEAD, on=BEGIN)
        step(school, "delete", HEAD)
    assert set(found(school, date(2023, 7, 1))) == {"plan-deadline-unset"}


@pytest.mark.parametrize(("on", "behind"), [("2022-10-02", False), ("2022-10-03", True)])
def test_a_measure_is_behind_from_the_day_its_session_was_due(school: Register, on: str, behind: bool) -> None:
    in_progress(school)
    school.add_schedule(schedule())
    finding = found(school, date.fromisoformat(on)).get("delivery-behind")
    assert (finding is not None) is behind
    assert finding is None or "1" in finding.text["lv"]


@pytest.mark.parametrize("fields", [{}, {"absent_because": "Slimo."}])
def test_a_session_that_took_place_is_not_behind_whether_the_learner_came_or_not(school: Register, fields: Any) -> None:
    in_progress(school)
    school.add_schedule(schedule())
    school.add_session(session(**fields))
    assert "delivery-behind" not in found(school, date(2022, 10, 9))
    assert "delivery-behind" in found(school, date(2022, 10, 10))


def test_while_the_plan_is_suspended_nothing_falls_behind(school: Register) -> None:
    in_progress(school)
    school.add_schedule(schedule(first_day=MOVE))
    step(school, "suspend", on=MOVE, reason="Slimo.")
    assert "delivery-behind" not in found(school, LAST)


def test_after_a_transfer_the_old_schedule_leaves_nothing_behind(school: Register) -> None:
    in_progress(school)
    school.add_schedule(schedule(first_day=MOVE))
    moves(school)
    school.transfer_plan("P-1", "I-2", on=MOVE, by=OTHER_HEAD)
    approved(school, on=MOVE, head=OTHER_HEAD)
    assert "delivery-behind" not in found(school, LAST)


def test_no_name_of_the_learner_stands_in_a_finding(school: Register) -> None:
    in_progress(school)
    moves(school)
    told = " ".join(f"{one.text['lv']} {one.text['en']}" for one in found(school, LAST + timedelta(days=1)).values())
    assert "Anna" not in told
    assert "Ozola" not in told


def test_findings_change_nothing(school: Register, dump_of: Any) -> None:
    in_progress(school)
    before = dump_of(school)
    found(school)
    assert dump_of(school) == before


def test_a_plan_that_there_is_not_and_a_semester_without_days_are_errors(school: Register) -> None:
    assert refusal(lambda: found(school), NotFound).code == "not-found"
    with school.unit_of_work() as work:
        work.plans.add(plan(semester="2010/11-1"))
    assert refusal(lambda: found(school), ProgrammeError).code == "semester-unset"
