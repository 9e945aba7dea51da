"""What the register keeps of plans, claims and risks, and what it refuses to keep, beside the rest of what it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import pmp_storage_sql.plugin
from pmp_core.compensation import Claim
from pmp_core.errors import InvalidValue, NotFound, PmpError, ProgrammeError, RegisterError, StepRefused
from pmp_core.learners import Enrolment, Institution, Learner, Partnership
from pmp_core.loading import load_programme
from pmp_core.measures import Session
from pmp_core.outcomes import Evaluation
from pmp_core.plans import SupportPlan
from pmp_core.plugins import PluginSet
from pmp_core.register import Register, casework
from pmp_core.risks import RiskSuggestion
from pmp_core.staff import Assignment
from pmp_core.values import Actor, Semester, SuggestionState

AUTHOR, CLERK = Actor(name="Ilze", role="plan-author"), Actor(name="Jana", role="municipal-coordinator")
RATED = load_programme("lv-8.3.4", overlays=[Path(__file__).parents[2] / "examples/sample-school/rates.example.yaml"])
FIRST, SUBMITTED = date(2022, 9, 1), date(2022, 10, 20)
SEMESTER = Semester("2022/23-1")
STATIONS = ("director", "municipal-coordinator", "ikvd")


@pytest.fixture(params=["memory:", "sqlite://"])
def register(request: pytest.FixtureRequest) -> Iterator[Register]:
    """Anna (L-1) and Juris (L-2) at a municipal school, and a state one where nobody is."""
    plugins = PluginSet([("sql", pmp_storage_sql.plugin)])
    with Register.open(request.param, actor=AUTHOR, programme=RATED, plugins=plugins, access="host") as made:
        with made.unit_of_work() as work:
            work.institutions.add(Institution(id="I-1", name="Skola", partner_kind="municipality"))
            work.institutions.add(Institution(id="I-2", name="Tehnikums", partner_kind="state-vocational-institution"))
            work.partnerships.add(Partnership(id="A-1", first_day=date(2018, 9, 1), institution_id="I-1"))
            for n in ("1", "2"):
                work.learners.add(Learner(id=f"L-{n}", given_name="Anna", family_name="Ozola"))
                fields = {"id": f"E-{n}", "learner_id": f"L-{n}", "institution_id": "I-1", "track": "general", "level": 5}
                work.enrolments.add(Enrolment.model_validate({**fields, "first_day": FIRST}))
            fields = {"id": "D-1", "person": "Zane", "institution_id": "I-1", "specialist": "psychologist", "first_day": FIRST}
            work.assignments.add(Assignment.model_validate(fields))
        yield made


def plan(id: str = "P-1", **fields: Any) -> SupportPlan:
    why = {"risks": ("violence",), "justification": "Palīdz."}
    measures = ({"number": 1, "kind": "accommodation", **why}, {"number": 2, "kind": "consultation", **why})
    return SupportPlan.model_validate(
        {
            "id": id, "learner_id": "L-1", "institution_id": "I-1", "partner_kind": "municipality", "semester": SEMESTER,
            "first_day": "2022-09-12", "last_day": "2022-12-23", "entered_on": "2022-09-09", "applied_on": "2022-09-09",
            "prepared_by": "Ilze", "status": "draft", "risks": ({"factor": "violence"},), "measures": measures, **fields,
        }
    )  # fmt: skip


def claim(id: str = "C-1", **fields: Any) -> Claim:
    return Claim.model_validate(
        {
            "id": id, "plan_id": "P-1", "measure": 1, "kind": "accommodation", "first_day": "2022-10-03", "status": "draft",
            "last_day": "2022-10-07", "requested": "10.00", "receipts": (receipt(number=id),), **fields,
        }
    )  # fmt: skip


def receipt(**fields: Any) -> dict[str, Any]:
    return {"number": "1", "issuer": "A", "day": "2022-10-03", "amount": "20.00", **fields}


def refusal(call: Callable[[], object], kind: type[PmpError] = StepRefused) -> tuple[str, str | None]:
    with pytest.raises(kind) as caught:
        call()
    assert caught.value.remedy
    return caught.value.code, caught.value.found


def running(register: Register, **fields: Any) -> SupportPlan:
    """A plan in progress."""
    made = register.add_plan(plan(**fields))
    register.take_plan_step(made.id, "submit", on=date(2022, 9, 12))
    for role in STATIONS:
        register.take_plan_step(made.id, "approve", by=Actor(name="Kāds", role=role), on=date(2022, 9, 12))
    return register.take_plan_step(made.id, "start", on=date(2022, 9, 12))


def submit(register: Register, made: Claim, on: date = SUBMITTED) -> Claim:
    return register.submit_claim(made, on=on)


def change_plan(register: Register, made: SupportPlan) -> SupportPlan:
    with register.unit_of_work() as work:
        return casework.change_plan(work, register.programme, made, by=AUTHOR, on=date(2022, 12, 31))


def change_claim(register: Register, made: Claim) -> Claim:
    with register.unit_of_work() as work:
        return casework.change_claim(work, register.programme, made, by=AUTHOR, on=date(2022, 12, 31))


def test_the_plans_kind_of_partner_is_its_institutions(register: Register) -> None:
    wrong = plan(partner_kind="state-vocational-institution")
    assert refusal(lambda: register.add_plan(wrong)) == ("plan-other-partner-kind", "state-vocational-institution")


def test_an_institution_without_a_kind_of_partner_has_no_plans(register: Register) -> None:
    with register.unit_of_work() as work:
        work.institutions.put(work.institutions.get("I-1").changed(partner_kind=None))
    assert refusal(lambda: register.add_plan(plan())) == ("partner-kind-unset", "I-1")


@pytest.mark.parametrize(
    ("first", "last", "kept"),
    [("2022-08-25", "2022-08-31", False), ("2022-08-25", "2022-09-01", True), ("2022-12-23", "2023-01-31", True),
     ("2022-12-24", "2023-01-31", False)],
)  # fmt: skip
def test_a_plan_has_a_day_in_its_semester(register: Register, first: str, last: str, kept: bool) -> None:
    with register.unit_of_work() as work:
        work.enrolments.put(work.enrolments.get("E-1").changed(first_day=date(2021, 9, 1)))
    made = plan(first_day=first, last_day=last)
    if kept:
        assert register.add_plan(made).version == 1
    else:
        assert refusal(lambda: register.add_plan(made)) == ("plan-outside-semester", f"{first}..{last}")


def test_a_plan_for_a_semester_whose_days_nobody_has_set_is_an_error(register: Register) -> None:
    assert refusal(lambda: register.add_plan(plan(semester="2030/31-1")), ProgrammeError)[0] == "semester-unset"


@pytest.mark.parametrize(("last_day", "kept"), [("2022-09-11", False), ("2022-09-12", True), (None, True)])
def test_the_learner_is_enrolled_on_some_day_of_the_plan(register: Register, last_day: str | None, kept: bool) -> None:
    with register.unit_of_work() as work:
        work.enrolments.put(work.enrolments.get("E-1").changed(last_day=last_day))
    if kept:
        assert register.add_plan(plan()).version == 1
    else:
        assert refusal(lambda: register.add_plan(plan())) == ("plan-not-enrolled", "I-1")


def test_being_enrolled_at_another_institution_is_not_enough(register: Register) -> None:
    wrong = plan(institution_id="I-2", partner_kind="state-vocational-institution")
    assert refusal(lambda: register.add_plan(wrong)) == ("plan-not-enrolled", "I-2")


@pytest.mark.parametrize(
    ("learner", "first", "code"),
    [("L-1", "2022-12-23", "plan-overlaps"), ("L-1", "2022-12-24", None), ("L-2", "2022-12-23", None)],
)
def test_a_learner_has_one_plan_on_a_day(register: Register, learner: str, first: str, code: str | None) -> None:
    register.add_plan(plan())
    second = plan("P-2", learner_id=learner, semester="2022/23-2", first_day=first, last_day="2023-05-31")
    if code is None:
        assert register.add_plan(second).version == 1
    else:
        assert refusal(lambda: register.add_plan(second)) == (code, "P-1")


def test_a_released_plan_is_in_nobodys_way(register: Register) -> None:
    register.add_plan(plan(risks=(), measures=()))
    register.take_plan_step("P-1", "delete", on=date(2022, 9, 12))
    assert register.add_plan(plan("P-2", semester="2022/23-2", last_day="2023-05-31")).version == 1


@pytest.mark.parametrize(
    ("fields", "confirmed", "kept"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"learner_id": "L-2"}, True, False),
        ({"factor": "often-ill"}, True, False),
        ({"id": "R-2"}, True, False),
    ],
)
def test_what_stands_behind_a_risk_is_the_confirmed_suggestion(
    register: Register, fields: dict[str, Any], confirmed: bool, kept: bool
) -> None:
    given = {"id": "R-1", "learner_id": "L-1", "institution_id": "I-1", "semester": SEMESTER, "factor": "violence",
             "suggested_on": FIRST, "signal": "signal-insufficient-mark", **fields}  # fmt: skip
    suggestion = RiskSuggestion.model_validate(given)
    with register.unit_of_work() as work:
        work.suggestions.add(suggestion.confirm(by=AUTHOR, on=FIRST) if confirmed else suggestion)
    made = plan(risks=({"factor": "violence", "suggestion_id": "R-1"},))
    if kept:
        assert register.add_plan(made).risks[0].suggestion_id == "R-1"
    else:
        assert refusal(lambda: register.add_plan(made)) == ("suggestion-other", "R-1")


def test_the_contents_of_a_plan_change_while_it_is_a_draft_or_under_revision(register: Register) -> None:
    draft = register.add_plan(plan())
    changed = change_plan(register, draft.changed(aims="Citādi."))
    assert (changed.aims, changed.version) == ("Citādi.", 2)
    register.take_plan_step("P-1", "submit", on=date(2022, 9, 12))
    with register.unit_of_work() as work:
        submitted = work.plans.get("P-1")
    assert refusal(lambda: change_plan(register, submitted.changed(aims=None))) == ("plan-not-open", "in-approval")
    for role in STATIONS:
        register.take_plan_step("P-1", "approve", by=Actor(name="Kāds", role=role), on=date(2022, 9, 12))
    revised = register.take_plan_step("P-1", "revise", on=date(2022, 9, 13))
    assert change_plan(register, revised.changed(aims=None)).aims is None


@pytest.mark.parametrize(
    "wrong", [{"status": "approved"}, {"released": True}, {"steps": True}, {"institution_id": "I-2"}, {"learner_id": "L-2"}]
)
def test_a_change_of_a_plan_is_no_step(register: Register, wrong: dict[str, Any]) -> None:
    draft = register.add_plan(plan())
    taken = ({"step": "submit", "source": "draft", "target": "draft", "actor": "c", "role": "d", "on": FIRST},)
    wrong = {"steps": taken} if "steps" in wrong else wrong
    assert refusal(lambda: change_plan(register, draft.changed(**wrong)))[0] == "change-without-step"


def test_a_changed_plan_is_looked_at_as_a_new_one_is(register: Register) -> None:
    draft = register.add_plan(plan())
    assert (
        refusal(lambda: change_plan(register, draft.changed(first_day="2022-12-24", last_day="2022-12-31")))[0]
        == "plan-outside-semester"
    )
    assert refusal(lambda: change_plan(register, plan("P-9")), NotFound)[0] == "not-found"


@pytest.mark.parametrize(
    "wrong",
    [{"status": "submitted"}, {"submitted_on": SUBMITTED}, {"submitted_on": SUBMITTED, "decision_digest": "ab"}],
)
def test_what_is_submitted_is_a_fresh_draft(register: Register, wrong: dict[str, Any]) -> None:
    running(register)
    assert refusal(lambda: submit(register, claim(**wrong)))[0] == "claim-not-initial"


def test_a_claim_of_no_plan_or_no_measure_is_an_error(register: Register) -> None:
    running(register)
    assert refusal(lambda: submit(register, claim(plan_id="P-9")), NotFound)[0] == "not-found"
    assert refusal(lambda: submit(register, claim(measure=9)), InvalidValue)[0] == "measure-unknown"


@pytest.mark.parametrize("wrong", [{"kind": "catering"}, {"measure": 2}, {"measure": 2, "kind": "consultation"}])
def test_a_claim_is_for_the_expense_that_its_measure_foresees(register: Register, wrong: dict[str, Any]) -> None:
    running(register)
    assert refusal(lambda: submit(register, claim(**wrong)))[0] == "claim-other-measure"


@pytest.mark.parametrize(("on", "kept"), [(date(2022, 10, 6), False), (date(2022, 10, 7), True)])
def test_a_claim_is_submitted_when_its_days_are_over(register: Register, on: date, kept: bool) -> None:
    running(register)
    if kept:
        assert submit(register, claim(), on).submitted_on == on
    else:
        assert refusal(lambda: submit(register, claim(), on)) == ("claim-not-over", "2022-10-07")


def test_a_receipt_stands_in_a_claim_once_however_it_is_typed(register: Register) -> None:
    running(register)
    twice = (receipt(number="AB 1", issuer="Viesnīca"), receipt(number="ab1", issuer=" VIESNĪCA"))
    assert refusal(lambda: submit(register, claim(receipts=twice)), InvalidValue)[0] == "receipt-twice"


def test_a_claim_is_submitted_beside_others_that_it_may_be_in_conflict_with(register: Register) -> None:
    running(register)
    submit(register, claim(receipts=(receipt(number="7"),)))
    assert submit(register, claim("C-2", receipts=(receipt(number="7"),))).status == "submitted"


def test_a_withdrawn_claim_is_corrected_and_submitted_again(register: Register) -> None:
    running(register)
    submit(register, claim())
    withdrawn = register.withdraw_claim("C-1", on=SUBMITTED, reason="Kļūda.")
    corrected = change_claim(register, withdrawn.changed(requested="9.00"))
    again = submit(register, corrected.changed(cofunded="1.00"))
    assert (again.status, str(again.requested), str(again.cofunded)) == ("submitted", "9.00", "1.00")
    assert refusal(lambda: change_claim(register, again)) == ("claim-not-open", "submitted")
    assert refusal(lambda: submit(register, corrected)) == ("claim-not-open", "submitted")


def test_a_change_of_a_claim_is_no_step(register: Register) -> None:
    running(register)
    submit(register, claim())
    withdrawn = register.withdraw_claim("C-1", on=SUBMITTED)
    for wrong in ({"status": "submitted"}, {"submitted_on": SUBMITTED}, {"submitted_on": SUBMITTED, "decision_digest": "ab"}):
        assert refusal(lambda wrong=wrong: change_claim(register, withdrawn.changed(**wrong)))[0] == "change-without-step"  # type: ignore[misc]


def test_a_role_that_may_not_submit_hears_that_first(register: Register) -> None:
    running(register)
    director = Actor(name="Roberts", role="director")
    assert refusal(lambda: register.submit_claim(claim(kind="catering"), by=director, on=SUBMITTED))[0] == "step-by-role"


def test_a_claim_waits_by_its_status_and_not_only_by_its_digest(register: Register) -> None:
    running(register)
    submit(register, claim("C-1"))
    submit(register, claim("C-2", first_day="2022-10-10", last_day="2022-10-14", receipts=(receipt(day="2022-10-10"),)))
    with register.unit_of_work() as work:  # decided once, and opened again
        work.claims.put(work.claims.get("C-1").changed(decision_digest="ab"))
    assert register.decide_claim("C-2", by=CLERK, on=SUBMITTED)[1].outcome == "undetermined"


def test_sessions_are_of_measures_that_are_delivered_in_sessions(register: Register) -> None:
    running(register)
    fields = {
        "id": "S-1",
        "plan_id": "P-1",
        "day": "2022-10-03",
        "minutes": 40,
        "specialist": "psychologist",
        "delivered_by": "Zane",
    }
    wrong = Session.model_validate({**fields, "measure": 1})
    assert refusal(lambda: register.add_session(wrong)) == ("session-other-measure", "accommodation")
    assert register.add_session(Session.model_validate({**fields, "measure": 2})).version == 1


def evaluation(**fields: Any) -> Evaluation:
    given = {"id": "V-1", "plan_id": "P-1", "evaluated_on": "2022-12-20", "evaluated_by": "Ilze",
             "risks": ({"factor": "violence", "result": "gone"},), **fields}  # fmt: skip
    numbers = ({"number": 1, "delivered": True}, {"number": 2, "delivered": True})
    return Evaluation.model_validate({"measures": numbers, **given})


def test_a_plan_closes_only_with_an_evaluation_of_what_it_is_now(register: Register) -> None:
    running(register)
    kept = register.add_evaluation(evaluation())
    revised = register.take_plan_step("P-1", "revise", on=date(2022, 12, 20))
    change_plan(register, revised.changed(measures=revised.measures[:1]))
    register.take_plan_step("P-1", "submit", on=date(2022, 12, 20))
    for role in STATIONS:
        register.take_plan_step("P-1", "approve", by=Actor(name="Kāds", role=role), on=date(2022, 12, 20))
    register.take_plan_step("P-1", "start", on=date(2022, 12, 20))
    assert refusal(lambda: register.take_plan_step("P-1", "close", on=date(2022, 12, 21))) == ("evaluation-stale", "V-1")
    register.add_evaluation(kept.changed(measures=kept.measures[:1]))
    assert register.take_plan_step("P-1", "close", on=date(2022, 12, 21)).status == "closed"


def test_status_and_role_are_looked_at_before_the_law(register: Register) -> None:
    register.add_plan(plan(applied_on=None))
    director = Actor(name="Roberts", role="director")
    assert refusal(lambda: register.take_plan_step("P-1", "submit", by=director, on=FIRST))[0] == "step-by-role"
    assert refusal(lambda: register.take_plan_step("P-1", "close", on=FIRST))[0] == "step-from-status"


def suggested(register: Register, **fields: Any) -> None:
    given = {"id": "R-1", "learner_id": "L-1", "institution_id": "I-1", "semester": SEMESTER, "factor": "violence",
             "suggested_on": FIRST, "signal": "signal-insufficient-mark", **fields}  # fmt: skip
    with register.unit_of_work() as work:
        work.suggestions.add(RiskSuggestion.model_validate(given))


def decide(register: Register, how: str, by: Actor = AUTHOR, on: date = FIRST, **named: Any) -> RiskSuggestion:
    given: dict[str, Any] = {"reason": "Tā.", **named}
    with register.unit_of_work() as work:
        if how == "add":
            where: dict[str, Any] = {"id": "R-2", "learner_id": "L-1", "institution_id": "I-1", "semester": SEMESTER}
            return casework.add_risk(work, register.programme, **{**where, "factor": "violence", **given}, by=by, on=on)
        take = casework.confirm_risk if how == "confirm" else casework.reject_risk
        return take(work, register.programme, "R-1", by=by, on=on, **given)


@pytest.mark.parametrize(
    ("how", "state"),
    [("confirm", SuggestionState.CONFIRMED), ("reject", SuggestionState.REJECTED), ("add", SuggestionState.CONFIRMED)],
)
def test_a_person_in_a_role_of_the_programme_decides_on_risks(register: Register, how: str, state: SuggestionState) -> None:
    suggested(register)
    decided = decide(register, how)
    assert (decided.state, decided.decided_by, decided.decided_on) == (state, "Ilze", FIRST)
    with register.unit_of_work() as work:
        assert work.suggestions.get(decided.id) == decided


@pytest.mark.parametrize("how", ["confirm", "reject", "add"])
def test_a_role_that_the_programme_does_not_have_decides_nothing(register: Register, how: str) -> None:
    suggested(register)
    stranger = Actor(name="Kāds", role="astrologer")
    assert refusal(lambda: decide(register, how, by=stranger), ProgrammeError)[0] == "code-unknown"


def test_a_factor_that_the_programme_does_not_have_is_neither_confirmed_nor_added(register: Register) -> None:
    suggested(register, factor="violense")
    assert refusal(lambda: decide(register, "confirm"), ProgrammeError)[0] == "code-unknown"
    assert refusal(lambda: decide(register, "add", factor="violense"), ProgrammeError)[0] == "code-unknown"
    assert decide(register, "reject").state is SuggestionState.REJECTED


@pytest.mark.parametrize("how", ["confirm", "reject", "add"])
@pytest.mark.parametrize(
    ("whom", "code"),
    [
        ({"institution_id": "I-2"}, "other-institution"),
        ({"municipality_id": "M-9"}, "other-municipality"),
        ({"institution_id": "I-1"}, None),
        ({}, None),
    ],
)
def test_risks_are_decided_by_those_who_act_for_their_institution(
    register: Register, how: str, whom: dict[str, str], code: str | None
) -> None:
    suggested(register)
    by = Actor.model_validate({"name": "Ilze", "role": "plan-author", **whom})
    if code is None:
        assert decide(register, how, by=by).decided_by == "Ilze"
        return
    assert refusal(lambda: decide(register, how, by=by)) == (code, "I-1")
    with register.unit_of_work() as work:
        assert [one.state for one in work.suggestions.find()] == [SuggestionState.OPEN]


def test_a_risk_is_added_only_where_the_learner_is_enrolled_in_its_semester(register: Register) -> None:
    def add(**given: Any) -> Any:
        return refusal(lambda: decide(register, "add", **given))

    assert add(institution_id="I-2") == ("risk-not-enrolled", "I-2")
    assert add(semester=Semester("2021/22-2")) == ("risk-not-enrolled", "I-1")
    for given in ({"institution_id": "I-9"}, {"learner_id": "L-9"}):
        assert refusal(lambda given=given: decide(register, "add", **given), RegisterError)[0] == "reference-missing"  # type: ignore[misc]
    assert refusal(lambda: decide(register, "add", semester=Semester("2030/31-1")), ProgrammeError)[0] == "semester-unset"
    assert decide(register, "add", on=date(2023, 6, 1)).semester == SEMESTER  # long after the semester
