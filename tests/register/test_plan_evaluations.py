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
    learner,
    plan,
    refusal,
    session,
    step,
    within,
)

from pmp_core.errors import NotFound
from pmp_core.register import Register, casework
from pmp_core.risks import Absence, RiskSuggestion


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


def missed(register: Register, id: str, day: str, learner: str = "L-1", institution: str = "I-1") -> None:
    fields = {"learner_id": learner, "institution_id": institution, "day": day, "lesson": 1, "absence": "unexcused"}
    with register.unit_of_work() as work:
        work.absences.add(Absence.model_validate({"id": id, "source": "s", **fields}))


def with_a_signal(register: Register, signal: str = "signal-unexcused-lessons", factor: str = "violence") -> None:
    """A plan in progress, one of whose risks a signal suggested in the semester before."""
    fields = {"learner_id": "L-1", "institution_id": "I-1", "semester": "2021/22-2", "suggested_on": "2022-05-02"}
    decided = {"state": "confirmed", "decided_by": "Ilze", "decided_role": "plan-author", "decided_on": "2022-05-03"}
    made = {"id": "R-1", "factor": factor, "signal": signal, "measured": 31, "threshold": 20, **fields, **decided}
    with register.unit_of_work() as work:
        work.suggestions.add(RiskSuggestion.model_validate(made))
    in_progress(register, plan(risks=({"factor": factor, "suggestion_id": "R-1"}, {"factor": "often-ill"})))


def records(register: Register, on: date = date(2022, 12, 20)) -> tuple[casework.RiskRecord, ...]:
    return casework_records(register, on).risks


def casework_records(register: Register, on: date) -> casework.EvaluationRecords:
    found: casework.EvaluationRecords = within(register, casework.evaluation_records, "P-1", on=on)
    return found


def test_the_records_of_an_evaluation_are_the_signal_before_and_after_and_the_sessions(school: Register) -> None:
    with_a_signal(school)
    school.add_session(session())
    for number, day in enumerate(("2022-10-04", "2022-10-05", "2022-12-21")):
        missed(school, f"K-{number}", day)
    first, second = records(school)
    assert (first.factor, first.signal, first.before, first.after) == ("violence", "signal-unexcused-lessons", 31, 2)
    assert (second.factor, second.signal, second.before, second.after) == ("often-ill", None, None, None)
    assert [one.delivered_sessions for one in casework_records(school, LAST).measures] == [1, 0]
    kept = school.add_evaluation(evaluation())
    assert [(one.signal, one.before, one.after) for one in kept.risks] == [(first.signal, 31, 2), (None, None, None)]
    assert [(one.sessions, one.minutes) for one in kept.measures] == [(1, 40), (None, None)]


@pytest.mark.parametrize(
    ("days", "after"),
    [((), None), (("2022-08-31",), None), (("2022-09-01",), 0), (("2022-12-20",), 0), (("2022-12-21", "2023-02-01"), None)],
)
def test_none_is_0_only_where_the_school_recorded_somebodys_absence_in_these_days(
    school: Register, days: tuple[str, ...], after: int | None
) -> None:
    with_a_signal(school)
    with school.unit_of_work() as work:
        learner(work, "2", "Juris")
    for number, day in enumerate(days):
        missed(school, f"K-{number}", day, "L-2")
    assert records(school)[0].after == after


def test_a_signal_that_is_not_of_absences_is_told_whoever_recorded_them(school: Register) -> None:
    with_a_signal(school, "signal-late-enrolment")
    assert records(school)[0].after == 0


def test_what_a_person_says_in_an_evaluation_stays(school: Register) -> None:
    with_a_signal(school)
    missed(school, "K-1", "2022-10-04")
    own = {"factor": "violence", "result": "lowered", "before": 30, "after": 5}
    kept = school.add_evaluation(evaluation(risks=(own, {"factor": "often-ill", "result": "gone"})))
    assert (kept.risks[0].before, kept.risks[0].after, kept.risks[0].signal) == (30, 5, "signal-unexcused-lessons")


def test_an_evaluation_that_is_kept_again_has_the_sessions_until_its_new_day(school: Register) -> None:
    in_progress(school)
    school.add_session(session())
    kept = school.add_evaluation(evaluation(evaluated_on="2022-10-10"))
    school.add_session(session("S-2", day="2022-11-07"))
    again = school.add_evaluation(kept.changed(evaluated_on="2022-12-20"))
    assert [(one.measures[0].sessions, one.measures[0].minutes) for one in (kept, again)] == [(1, 40), (2, 80)]


def test_a_session_that_the_learner_missed_changes_nothing_of_an_evaluation(school: Register) -> None:
    in_progress(school)
    school.add_session(session())
    school.add_evaluation(evaluation(evaluated_on="2022-10-10"))
    school.add_session(session("S-2", day="2022-11-07", absent_because="Slimoja."))
    assert step(school, "close", HEAD, LAST).status == "closed"
