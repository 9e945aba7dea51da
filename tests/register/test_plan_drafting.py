"""Drafts: from the risks that were confirmed, and from what is still open in the plan before."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError
from two_schools import (
    AUTHOR,
    BEGIN,
    FIRST,
    HEAD,
    LAST,
    NEW_YEAR,
    NEXT,
    SEMESTER,
    enrol,
    evaluation,
    in_progress,
    learner,
    moves,
    plan,
    refusal,
    step,
    within,
)

from pmp_core.errors import InvalidValue, NotFound, ProgrammeError
from pmp_core.plans import SupportPlan
from pmp_core.register import Register, casework
from pmp_core.risks import RiskSuggestion
from pmp_core.values import Actor, Semester

MAY = date(2023, 5, 31)


def suggest(register: Register, id: str, factor: str, on: date = FIRST, semester: Semester = SEMESTER, **fields: Any) -> None:
    where = {"learner_id": "L-1", "institution_id": "I-1", "semester": semester, "factor": factor}
    decided = {"state": "confirmed", "decided_by": "Ilze", "decided_role": "plan-author", "decided_on": on, "reason": "Jā."}
    signalled = {"signal": "unexcused-absence", "measured": 25, "threshold": 20}
    decided = signalled if fields.get("state") == "open" else decided
    with register.unit_of_work() as work:
        made = RiskSuggestion.model_validate({"id": id, **where, "suggested_on": on, **decided, **fields})
        work.suggestions.add(made)


def draft(register: Register, semester: Semester = SEMESTER, on: date = BEGIN, **named: Any) -> SupportPlan:
    fields = {"id": "P-1", "learner_id": "L-1", "semester": semester, "by": AUTHOR, "on": on, **named}
    made: SupportPlan = within(register, casework.draft_plan, **fields)
    return made


def roll_over(register: Register, on: date = NEW_YEAR, by: Actor = AUTHOR, semester: str | None = None) -> SupportPlan:
    made: SupportPlan = register.roll_over_plan("P-1", on=on, by=by, semester=semester)
    return made


def test_a_draft_has_the_confirmed_risks_the_school_and_the_semester_and_is_not_kept(school: Register) -> None:
    suggest(school, "R-1", "violence")
    suggest(school, "R-2", "often-ill", state="open")
    made = draft(school)
    assert [(risk.factor, risk.suggestion_id) for risk in made.risks] == [("violence", "R-1")]
    assert (made.institution_id, made.partner_kind, made.first_day, made.last_day) == ("I-1", "municipality", FIRST, LAST)
    assert (made.status, made.prepared_by, made.entered_on, made.version) == ("draft", "Ilze", BEGIN, 0)
    with school.unit_of_work() as work:
        assert work.plans.count() == 0
    assert school.add_plan(made).risks == made.risks


def test_risks_of_the_semester_before_come_along_and_older_ones_do_not(school: Register) -> None:
    suggest(school, "R-1", "violence", semester=Semester("2021/22-2"))
    suggest(school, "R-2", "often-ill")
    suggest(school, "R-3", "parents-away", NEW_YEAR, NEXT)
    assert {risk.factor for risk in draft(school, NEXT, NEW_YEAR).risks} == {"often-ill", "parents-away"}


def test_behind_a_risk_that_was_confirmed_several_times_stands_the_first_of_the_later_semester(school: Register) -> None:
    suggest(school, "R-9", "violence", date(2022, 9, 5))
    suggest(school, "R-8", "violence", date(2023, 1, 12), NEXT, signal="unexcused-absence", measured=30, threshold=20)
    suggest(school, "R-7", "violence", date(2023, 1, 10), NEXT)
    suggest(school, "R-6", "violence", date(2023, 1, 11), NEXT, signal="failing-mark", measured=3, threshold=4)
    assert [risk.suggestion_id for risk in draft(school, NEXT, date(2023, 1, 20)).risks] == ["R-7"]


@pytest.mark.parametrize(
    ("applied_on", "first_day"),
    [(None, FIRST), (date(2022, 8, 31), FIRST), (FIRST, FIRST), (date(2022, 9, 2), date(2022, 9, 2)), (BEGIN, BEGIN)],
)
def test_a_draft_does_not_begin_before_its_application(school: Register, applied_on: date | None, first_day: date) -> None:
    named = {"measures": plan().measures[:1]}
    suggest(school, "R-1", "violence")
    made = draft(school, applied_on=applied_on, **named)
    assert made.first_day == first_day
    school.add_plan(made)
    if applied_on is None:
        assert refusal(lambda: step(school, "submit")).code == "plan-entry-refused"
    else:
        assert step(school, "submit").status == "in-approval"


def test_what_a_person_says_goes_into_the_draft(school: Register) -> None:
    suggest(school, "R-1", "violence")
    people = within_people()
    made = draft(school, aims="Apmeklēt.", measures=plan().measures[:1], responsible=people, institution_id="I-2")
    assert (made.aims, made.measures, made.responsible, made.institution_id) == (
        "Apmeklēt.", plan().measures[:1], people, "I-2",
    )  # fmt: skip


def within_people() -> Any:
    return plan(responsible=({"name": "Zane", "duty": "mentore"},)).responsible


@pytest.mark.parametrize(
    ("semester", "last_day"),
    [("2020/21-1", "2020-12-31"), ("2019/20-1", "2019-12-20"), ("2021/22-1", "2021-12-21"), ("2022/23-1", "2022-12-23")],
)
def test_the_usual_period_is_the_semester_but_for_the_autumn_of_2020(school: Register, semester: str, last_day: str) -> None:
    days = casework.usual_days(school.programme, Semester(semester))
    assert (days.first, str(days.last)) == (school.programme.calendar.days(Semester(semester)).first, last_day)


def test_a_semester_whose_days_are_not_known_has_no_usual_period(school: Register) -> None:
    error = refusal(lambda: casework.usual_days(school.programme, Semester("2010/11-1")), ProgrammeError)
    assert error.code == "semester-unset"


@pytest.mark.parametrize(("on", "where"), [("2022-10-31", "I-1"), ("2022-11-01", "I-2")])
def test_the_school_is_the_one_where_the_learner_is_when_the_plan_would_begin(school: Register, on: str, where: str) -> None:
    moves(school, on=date(2022, 11, 1))
    assert draft(school, on=date.fromisoformat(on)).institution_id == where


@pytest.mark.parametrize(
    ("fields", "kind", "code"),
    [
        ({"learner_id": "L-9"}, NotFound, "not-found"),
        ({"learner_id": "L-2"}, None, "plan-not-enrolled"),
        ({"institution_id": "I-4"}, None, "partner-kind-unset"),
        ({"institution_id": "I-9"}, NotFound, "not-found"),
        ({"semester": Semester("2010/11-1")}, ProgrammeError, "semester-unset"),
    ],
)
def test_what_cannot_be_drafted_is_told(school: Register, fields: Any, kind: Any, code: str) -> None:
    with school.unit_of_work() as work:
        learner(work, "2", "Juris", first_day=date(2023, 1, 9))
    error = refusal(lambda: draft(school, **fields), **({} if kind is None else {"kind": kind}))
    assert error.code == code
    assert "Anna" not in str(error)


@pytest.mark.parametrize(
    "fields",
    [{"released": True}, {"preparation_paid_on": "2022-09-09"}, {"status": "approved"}],
    ids=lambda fields: next(iter(fields)),
)
def test_a_new_plan_that_holds_no_place_or_is_paid_already_is_none(school: Register, fields: Any) -> None:
    assert refusal(lambda: school.add_plan(plan(**fields))).code == "plan-not-initial"


def test_what_is_open_rolls_over_and_what_is_gone_does_not(school: Register) -> None:
    in_progress(school)
    school.add_evaluation(evaluation())
    step(school, "close", HEAD, date(2022, 12, 21))
    made = roll_over(school)
    assert ([risk.factor for risk in made.risks], [(m.number, m.risks) for m in made.measures]) == (
        ["often-ill"], [(1, ("often-ill",))],
    )  # fmt: skip
    assert (made.semester, made.first_day, made.last_day, made.entered_on) == (NEXT, NEW_YEAR, MAY, NEW_YEAR)
    assert (made.status, made.applied_on, made.rolled_over_from, made.version) == ("draft", None, "P-1", 1)
    (only,) = school.plan_versions(made.id)
    assert (only.change, only.actor, only.on, only.plan) == ("draft", "Ilze", NEW_YEAR, made)


@pytest.mark.parametrize("status", ["in-progress", "suspended", "under-revision"])
def test_without_an_evaluation_every_risk_is_open(school: Register, status: str) -> None:
    in_progress(school)
    if status != "in-progress":
        step(school, {"suspended": "suspend", "under-revision": "revise"}[status], on=date(2022, 10, 3), reason="Slimo.")
    assert [risk.factor for risk in roll_over(school).risks] == ["violence", "often-ill"]


def test_a_deleted_plan_leaves_nothing_to_roll_over(school: Register) -> None:
    in_progress(school)
    within(school, casework.clear_plan, "P-1", by=HEAD, on=BEGIN)
    step(school, "delete", HEAD)
    assert refusal(lambda: roll_over(school)).code == "roll-over-nothing-open"


def test_a_plan_rolls_over_once(school: Register) -> None:
    in_progress(school)
    made = roll_over(school)
    error = refusal(lambda: roll_over(school))
    assert (error.code, error.found) == ("plan-exists", made.id)


def test_an_evaluation_after_the_roll_over_leaves_the_draft_to_its_people(school: Register) -> None:
    in_progress(school)
    made = roll_over(school)
    school.add_evaluation(evaluation(evaluated_on="2023-01-10"))
    with school.unit_of_work() as work:
        assert work.plans.get(made.id).risks == made.risks


@pytest.mark.parametrize(("by", "allowed"), [(Actor(name="D", role="plan-author", institution_id="I-2"), True), (HEAD, False)])
def test_the_draft_is_made_where_the_learner_is_then(school: Register, by: Actor, allowed: bool) -> None:
    in_progress(school)
    moves(school, on=NEW_YEAR)
    if allowed:
        made = roll_over(school, by=by)
        assert (made.institution_id, made.transfers) == ("I-2", ())
    else:
        assert refusal(lambda: roll_over(school, by=by)).code == "other-institution"


def test_a_learner_at_both_schools_goes_on_at_the_plans_own(school: Register) -> None:
    in_progress(school)
    with school.unit_of_work() as work:
        enrol(work, "E-2", institution_id="I-2", first_day=NEW_YEAR)
    assert roll_over(school).institution_id == "I-1"


@pytest.mark.parametrize(("last_day", "enrolled"), [("2023-01-08", False), ("2023-01-09", True)])
def test_a_learner_who_has_left_needs_no_draft(school: Register, last_day: str, enrolled: bool) -> None:
    in_progress(school)
    with school.unit_of_work() as work:
        work.enrolments.put(work.enrolments.get("E-1").changed(last_day=last_day))
    if enrolled:
        assert roll_over(school).semester == NEXT
    else:
        assert refusal(lambda: roll_over(school)).code == "plan-not-enrolled"


def test_a_named_semester_is_the_one_and_never_an_earlier(school: Register) -> None:
    in_progress(school)
    assert roll_over(school, date(2023, 9, 4), semester="2023/24-1").semester == "2023/24-1"
    assert refusal(lambda: roll_over(school, semester="2022/23-1")).code == "roll-over-backwards"


def test_a_plan_that_there_is_not_does_not_roll_over(school: Register) -> None:
    assert refusal(lambda: roll_over(school), NotFound).code == "not-found"


def test_a_risk_whose_code_is_no_longer_in_force_is_told_and_not_rolled_over_in_silence(school: Register) -> None:
    with school.unit_of_work() as work:
        kind = {"partner_kind": "state-general-institution"}
        work.institutions.put(work.institutions.get("I-1").changed(**kind))
    third = {"number": 1, "kind": "special-transport", "risks": ("violence",), "justification": "Tālu."}
    days = {"semester": "2019/20-2", "first_day": "2020-01-06", "last_day": "2020-05-29", "entered_on": "2020-01-06"}
    with school.unit_of_work() as work:
        work.enrolments.put(work.enrolments.get("E-1").changed(first_day=date(2019, 9, 2)))
        work.plans.add(plan(**days, applied_on="2020-01-06", partner_kind="state-general-institution", measures=(third,)))
    made = roll_over(school, date(2020, 9, 1))  # special transport is in force until the end of 2020
    assert [measure.kind for measure in made.measures] == ["special-transport"]
    wrong = made.changed(risks=({"factor": "no-such"},), measures=())
    assert refusal(lambda: school.change_plan(wrong, on=date(2020, 9, 1), by=AUTHOR), ProgrammeError).code == "code-unknown"


def test_a_suggestion_that_nobody_confirmed_stands_behind_no_risk(school: Register) -> None:
    suggest(school, "R-1", "violence", state="open")
    risks = ({"factor": "violence", "suggestion_id": "R-1"}, {"factor": "often-ill"})
    assert refusal(lambda: school.add_plan(plan(risks=risks))).code == "suggestion-other"


def test_an_application_after_the_entry_makes_no_draft(school: Register) -> None:
    with pytest.raises(ValidationError) as caught:
        draft(school, applied_on=date(2022, 9, 13))
    error = caught.value.errors()[0]["ctx"]["error"]
    assert isinstance(error, InvalidValue)
    assert error.code == "plan-application-late"
