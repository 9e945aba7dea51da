"""The work on cases: plans, sessions and evaluations, each with the law asked first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

import pmp_storage_sql.plugin
from pmp_core.compensation import Claim
from pmp_core.errors import InvalidValue, NotFound, NotUnique, PmpError, ProgrammeError, StepRefused
from pmp_core.learners import Enrolment, Institution, Learner, Municipality, Partnership
from pmp_core.measures import Session
from pmp_core.outcomes import Evaluation
from pmp_core.plans import SupportPlan
from pmp_core.plugins import PluginSet
from pmp_core.register import Register, UnitOfWork, casework, facts
from pmp_core.risks import RiskSuggestion
from pmp_core.staff import Assignment
from pmp_core.values import Actor, Semester

AUTHOR, DIRECTOR = Actor(name="Ilze", role="plan-author"), Actor(name="Roberts", role="director")
COORDINATOR, SERVICE = Actor(name="Jana", role="municipal-coordinator"), Actor(name="Ieva", role="ikvd")
SEMESTER, FIRST, LAST = "2022/23-1", date(2022, 9, 1), date(2022, 12, 23)
WHERE = {"learner_id": "L-1", "institution_id": "I-1"}


@pytest.fixture(params=["memory:", "sqlite://"])
def register(request: pytest.FixtureRequest) -> Iterator[Register]:
    """A municipality with an agreement, its school, a school without one, and Anna in grade 5 of the first."""
    with Register.open(
        request.param, actor=AUTHOR, programme="lv-8.3.4", plugins=PluginSet([("sql", pmp_storage_sql.plugin)]), access="host",
    ) as made:  # fmt: skip
        with made.unit_of_work() as work:
            work.municipalities.add(Municipality(id="M-1", name="Novads"))
            work.institutions.add(Institution(id="I-1", name="Skola", partner_kind="municipality", municipality_id="M-1"))
            work.institutions.add(Institution(id="I-2", name="Cita skola", partner_kind="municipality"))
            work.partnerships.add(Partnership(id="A-1", first_day=FIRST, last_day=date(2023, 5, 31), municipality_id="M-1"))
            work.learners.add(Learner(id="L-1", given_name="Anna", family_name="Ozola"))
            enrol(work, "E-1")
            for specialist in ("psychologist", "pedagogue"):
                fields = {"id": f"D-{specialist}", "person": "Zane", "institution_id": "I-1", "specialist": specialist}
                work.assignments.add(Assignment.model_validate({**fields, "first_day": FIRST}))
        yield made


def enrol(work: UnitOfWork, id: str, **fields: Any) -> None:
    given = {"id": id, **WHERE, "track": "general", "level": 5, "first_day": FIRST, **fields}
    work.enrolments.add(Enrolment.model_validate(given))


def plan(id: str = "P-1", **fields: Any) -> SupportPlan:
    measures = (
        {"number": 1, "kind": "consultation", "risks": ("violence",), "justification": "Palīdz.", "specialist": "psychologist"},
        {"number": 2, "kind": "consultative-support", "risks": ("violence",), "justification": "Palīdz."},
    )
    return SupportPlan.model_validate(
        {
            "id": id, **WHERE, "partner_kind": "municipality", "semester": SEMESTER, "first_day": "2022-09-12",
            "last_day": LAST, "entered_on": "2022-09-09", "applied_on": "2022-09-09", "prepared_by": "Ilze", "status": "draft",
            "risks": ({"factor": "violence"},), "measures": measures, **fields,
        }
    )  # fmt: skip


def session(id: str = "S-1", **fields: Any) -> Session:
    given = {"id": id, "plan_id": "P-1", "measure": 1, "day": "2022-10-03", "minutes": 40, "specialist": "psychologist"}
    return Session.model_validate({**given, "delivered_by": "Zane", **fields})


def evaluation(id: str = "V-1", **fields: Any) -> Evaluation:
    return Evaluation.model_validate(
        {
            "id": id, "plan_id": "P-1", "evaluated_on": "2022-12-20", "evaluated_by": "Ilze",
            "risks": ({"factor": "violence", "result": "gone"},),
            "measures": ({"number": 1, "delivered": True}, {"number": 2, "delivered": True}), **fields,
        }
    )  # fmt: skip


def add_plan(register: Register, made: SupportPlan) -> SupportPlan:
    with register.unit_of_work() as work:
        return casework.add_plan(work, register.programme, made, by=AUTHOR)


def add_session(register: Register, made: Session) -> Session:
    with register.unit_of_work() as work:
        return casework.add_session(work, register.programme, made)


def evaluate(register: Register, made: Evaluation) -> Evaluation:
    with register.unit_of_work() as work:
        return casework.add_evaluation(work, register.programme, made)


def step(register: Register, name: str, by: Actor = AUTHOR, on: str = "2022-09-12", **named: Any) -> SupportPlan:
    taken: SupportPlan = register.take_plan_step("P-1", name, on=date.fromisoformat(on), by=by, **named)
    return taken


def in_progress(register: Register) -> None:
    add_plan(register, plan())
    step(register, "submit")
    for by in (DIRECTOR, COORDINATOR, SERVICE):
        step(register, "approve", by)
    step(register, "start")


def refusal(call: Callable[[], object], kind: type[PmpError] = StepRefused) -> PmpError:
    with pytest.raises(kind) as caught:
        call()
    return caught.value


def test_a_plan_names_the_suggestion_behind_its_risk(register: Register) -> None:
    semester = Semester(SEMESTER)
    own = RiskSuggestion.added(id="R-1", **WHERE, semester=semester, factor="often-ill", by=AUTHOR, on=FIRST, reason="Slimo.")
    with register.unit_of_work() as work:
        work.suggestions.add(own)
    risks = ({"factor": "violence"}, {"factor": own.factor, "suggestion_id": own.id})
    assert add_plan(register, plan(risks=risks)).risks[1].suggestion_id == "R-1"


def test_a_second_plan_for_the_semester_is_refused_and_the_first_one_named(register: Register) -> None:
    add_plan(register, plan())
    error = refusal(lambda: add_plan(register, plan("P-2")))
    assert (error.code, error.found) == ("plan-exists", "P-1")
    assert add_plan(register, plan("P-3", semester="2022/23-2", first_day="2023-01-09", last_day="2023-05-31")).version == 1


def test_after_a_plan_was_deleted_another_may_take_its_place(register: Register) -> None:
    add_plan(register, plan(risks=(), measures=()))
    assert step(register, "delete").released
    assert add_plan(register, plan("P-2")).id == "P-2"


@pytest.mark.parametrize("wrong", [{"status": "approved"}, {"steps": True}])
def test_a_new_plan_begins_as_a_draft_without_steps(register: Register, wrong: dict[str, Any]) -> None:
    taken = ({"step": "submit", "source": "a", "target": "b", "actor": "c", "role": "d", "on": FIRST},)
    fields = {"steps": taken} if "steps" in wrong else wrong
    assert refusal(lambda: add_plan(register, plan(**fields))).code == "plan-not-initial"


@pytest.mark.parametrize(
    "wrong",
    [
        {"partner_kind": "state"}, {"risks": ({"factor": "violense"},), "measures": ()},
        {"measures": ({"number": 1, "kind": "x", "risks": ("violence",), "justification": "j"},)},
        {"measures": ({"number": 1, "kind": "consultation", "risks": ("violence",), "justification": "j", "specialist": "x"},)},
    ],
)  # fmt: skip
def test_a_plan_with_a_code_that_there_is_not_is_not_kept(register: Register, wrong: dict[str, Any]) -> None:
    assert refusal(lambda: add_plan(register, plan(**wrong)), ProgrammeError).code == "code-unknown"


@pytest.mark.parametrize(("first_day", "kept"), [("2019-09-23", False), ("2019-09-24", True)])
def test_a_code_is_used_only_on_the_days_on_which_it_is_in_force(register: Register, first_day: str, kept: bool) -> None:
    made = plan(partner_kind="state-general-institution", first_day=first_day)
    with register.unit_of_work() as work:
        work.institutions.put(work.institutions.get("I-1").changed(partner_kind="state-general-institution"))
    if kept:
        assert add_plan(register, made).partner_kind == "state-general-institution"
    else:
        error = refusal(lambda: add_plan(register, made), InvalidValue)
        assert (error.code, error.found) == ("code-not-in-force", "not-yet-in-force")


def test_a_plan_is_taken_along_its_whole_life(register: Register) -> None:
    in_progress(register)
    evaluate(register, evaluation())
    closed = step(register, "close", on="2022-12-21")
    assert (closed.status, [s.step for s in closed.steps]) == (
        "closed",
        ["submit", "approve", "approve", "approve", "start", "close"],
    )
    with register.unit_of_work() as work:
        assert work.plans.get("P-1") == closed


def test_without_another_actor_the_registers_own_takes_the_step(register: Register) -> None:
    add_plan(register, plan())
    assert register.take_plan_step("P-1", "submit", on=FIRST).steps[-1].actor == AUTHOR.name


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"risks": (), "measures": ()}, "risk-assessed"),
        ({"institution_id": "I-2"}, "partnership"),
        ({"first_day": "2022-08-31", "entered_on": "2022-08-30", "applied_on": "2022-08-30"}, "partnership"),
        ({"applied_on": None}, "applied_on"),
    ],
)
def test_a_plan_that_the_law_does_not_allow_is_not_submitted(register: Register, fields: dict[str, Any], reason: str) -> None:
    with register.unit_of_work() as work:
        enrol(work, "E-2", institution_id="I-2")
    add_plan(register, plan(**fields))
    error = refusal(lambda: step(register, "submit"))
    assert error.code == "plan-entry-refused"
    assert reason in error.message
    with register.unit_of_work() as work:
        assert work.plans.get("P-1").status == "draft"


def test_a_learner_who_is_nowhere_enrolled_on_the_plans_first_day_cannot_be_judged(register: Register) -> None:
    with register.unit_of_work() as work:
        work.learners.add(Learner(id="L-2", given_name="Juris", family_name="Ozols"))
        enrol(work, "E-2", learner_id="L-2", first_day=date(2022, 9, 13))
    add_plan(register, plan(learner_id="L-2"))
    error = refusal(lambda: step(register, "submit"))
    assert (error.code, error.found) == ("plan-entry-refused", "undetermined")


@pytest.mark.parametrize(
    ("day", "level"), [(date(2022, 8, 31), None), (FIRST, 5), (date(2022, 9, 30), 5), (date(2022, 10, 1), 6)]
)
def test_the_facts_of_the_target_group_are_those_of_the_enrolment_on_the_day(
    register: Register, day: date, level: int | None
) -> None:
    with register.unit_of_work() as work:
        work.enrolments.put(work.enrolments.get("E-1").changed(last_day=date(2022, 9, 30)))
        enrol(work, "E-2", first_day=date(2022, 10, 1), level=6)
        found = facts.target_group_facts(work, "L-1", "I-1", day)
    assert found == {"on": day, "track": None if level is None else "general", "level": level}


def test_the_enrolment_at_the_plans_own_school_is_the_one_that_counts(register: Register) -> None:
    with register.unit_of_work() as work:
        enrol(work, "A-first", institution_id="I-2", level=13)
    add_plan(register, plan())
    assert step(register, "submit").status == "in-approval"


def test_a_step_of_a_plan_that_there_is_not_is_an_error(register: Register) -> None:
    assert refusal(lambda: step(register, "submit"), NotFound).code == "not-found"


def test_a_plan_with_a_session_is_not_deleted(register: Register) -> None:
    in_progress(register)
    add_session(register, session())
    error = refusal(lambda: step(register, "delete"))
    assert (error.code, error.found) == ("step-guarded", "no-money-used")


def test_a_plan_with_a_decided_claim_is_not_deleted_and_one_with_a_draft_claim_is_not_for_that_reason(register: Register) -> None:
    in_progress(register)
    fields = {"id": "C-1", "plan_id": "P-1", "measure": 1, "kind": "catering", "first_day": "2022-10-03",
              "last_day": "2022-10-03", "requested": "1.00", "status": "draft"}  # fmt: skip
    with register.unit_of_work() as work:
        claim = work.claims.add(Claim.model_validate(fields))
    assert refusal(lambda: step(register, "delete")).found == "no-measures"
    with register.unit_of_work() as work:
        work.claims.put(claim.changed(status="decided", decision_digest="ab", submitted_on=date(2022, 10, 4)))
    assert refusal(lambda: step(register, "delete")).found == "no-money-used"


@pytest.mark.parametrize(("on", "resumed"), [("2022-12-23", True), ("2022-12-24", False), ("2023-01-09", False)])
def test_a_suspended_plan_is_resumed_only_in_its_semester(register: Register, on: str, resumed: bool) -> None:
    in_progress(register)
    step(register, "suspend", reason="Slimo.")
    if resumed:
        assert step(register, "resume", on=on).status == "under-revision"
    else:
        assert refusal(lambda: step(register, "resume", on=on)).found == "same-semester"


def test_a_session_of_a_plan_in_force_is_kept(register: Register) -> None:
    in_progress(register)
    assert add_session(register, session()).version == 1


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"day": "2022-09-11"}, "within-plan"),
        ({"day": "2022-12-24"}, "within-plan"),
        ({"mode": "remote", "attested_on": "2022-10-03"}, "directors-order"),
        ({"mode": "remote", "directors_order": "Nr. 1", "attested_on": "2022-10-04"}, "attested-same-day"),
        ({"mode": "remote", "directors_order": "Nr. 1"}, "attested_on"),
    ],
)
def test_a_session_that_does_not_count_is_not_kept_and_the_reason_is_told(
    register: Register, fields: dict[str, Any], reason: str
) -> None:
    in_progress(register)
    error = refusal(lambda: add_session(register, session(**fields)))
    assert error.code == "session-refused"
    assert reason in error.message
    with register.unit_of_work() as work:
        assert work.sessions.count() == 0


def test_a_session_counts_by_the_status_that_the_plan_had_on_its_day(register: Register) -> None:
    in_progress(register)
    step(register, "suspend", on="2022-10-04", reason="Slimo.")
    assert add_session(register, session()).day == date(2022, 10, 3)
    assert "plan-in-force" in refusal(lambda: add_session(register, session("S-2", day="2022-10-04"))).message


def test_another_specialist_than_the_plan_foresees_is_refused_where_it_foresees_one(register: Register) -> None:
    in_progress(register)
    error = refusal(lambda: add_session(register, session(specialist="pedagogue")))
    assert (error.code, error.found) == ("measure-other-specialist", "pedagogue")
    assert add_session(register, session(measure=2, specialist="pedagogue")).measure == 2


def test_a_session_of_a_measure_that_there_is_not_is_an_error(register: Register) -> None:
    in_progress(register)
    assert refusal(lambda: add_session(register, session(measure=3)), InvalidValue).code == "measure-unknown"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"risks": ()}, "every-risk"),
        ({"measures": ({"number": 1, "delivered": True},)}, "every-measure"),
    ],
)
def test_an_incomplete_evaluation_is_not_kept(register: Register, fields: dict[str, Any], reason: str) -> None:
    in_progress(register)
    error = refusal(lambda: evaluate(register, evaluation(**fields)))
    assert error.code == "evaluation-incomplete"
    assert reason in error.message


@pytest.mark.parametrize(("on", "kept"), [("2022-09-11", False), ("2022-09-12", True)])
def test_before_a_plan_was_in_force_there_is_nothing_to_evaluate(register: Register, on: str, kept: bool) -> None:
    in_progress(register)
    if kept:
        assert evaluate(register, evaluation(evaluated_on=on)).version == 1
    else:
        assert refusal(lambda: evaluate(register, evaluation(evaluated_on=on))).code == "evaluation-of-draft"


def test_a_draft_is_not_evaluated(register: Register) -> None:
    add_plan(register, plan())
    assert refusal(lambda: evaluate(register, evaluation())).code == "evaluation-of-draft"


def test_a_plan_is_evaluated_once(register: Register) -> None:
    in_progress(register)
    evaluate(register, evaluation())
    assert refusal(lambda: evaluate(register, evaluation("V-2")), NotUnique).code == "not-unique"


def test_without_its_evaluation_a_plan_does_not_close(register: Register) -> None:
    in_progress(register)
    assert refusal(lambda: step(register, "close")).found == "evaluated-or-reason"
