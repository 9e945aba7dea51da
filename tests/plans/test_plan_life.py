"""The life of a plan: who takes which step from where, and what is possible instead."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import attrs
import pytest

from pmp_core.errors import ProgrammeError, StepRefused
from pmp_core.loading import load_programme
from pmp_core.plans import GUARDS, SupportPlan
from pmp_core.plans.guards import Circumstances
from pmp_core.values import Actor, Semester

CYCLE = load_programme("lv-8.3.4").life_cycle("plan")
DAY, SEMESTER = date(2022, 9, 12), Semester("2022/23-1")
MUNICIPAL = ("director", "municipal-coordinator", "ikvd")
STATE = ("director", "ikvd")
CHAINS = {
    "municipality": MUNICIPAL,
    "state-vocational-institution": STATE,
    "state-general-institution": STATE,
    "state-university-vocational-institution": STATE,
}
UNUSED = Circumstances(on=DAY, semester=SEMESTER, money_used=False, evaluated=True, enrolled_at_receiving=True)


def plan(**fields: Any) -> SupportPlan:
    return SupportPlan.model_validate(
        {
            "id": "P-1", "learner_id": "L-1", "institution_id": "I-1", "partner_kind": "municipality", "semester": SEMESTER,
            "first_day": DAY, "last_day": date(2022, 12, 23), "entered_on": DAY, "applied_on": DAY, "prepared_by": "Ilze",
            "status": "draft", "risks": ({"factor": "unexcused-absence"},),
            "measures": ({"number": 1, "kind": "consultation", "risks": ("unexcused-absence",), "justification": "Atpaliek."},),
            **fields,
        }
    )  # fmt: skip


def taken(of: SupportPlan, step: str, role: str = "plan-author", **named: Any) -> SupportPlan:
    by = Actor(name=role.title(), role=role)
    return of.take(step, **{"life_cycle": CYCLE, "by": by, "on": DAY, "circumstances": UNUSED, **named})


def approved(of: SupportPlan) -> SupportPlan:
    for role in CHAINS[of.partner_kind]:
        of = taken(of, "approve", role)
    return of


def in_progress(**fields: Any) -> SupportPlan:
    return taken(approved(taken(plan(**fields), "submit")), "start")


def refusal(*of: Any, **named: Any) -> StepRefused:
    with pytest.raises(StepRefused) as caught:
        taken(*of, **named)
    return caught.value


@pytest.mark.parametrize("partner", CHAINS)
def test_a_plan_is_approved_only_by_the_last_station_of_its_chain(partner: str) -> None:
    held = taken(plan(partner_kind=partner), "submit")
    for role in CHAINS[partner]:
        assert (held.status, held.next_station(CYCLE)) == ("in-approval", role)
        held = taken(held, "approve", role)
    assert (held.status, held.next_station(CYCLE)) == ("approved", None)


def test_the_whole_life_of_a_plan_is_written_down_step_by_step() -> None:
    closed = taken(in_progress(), "close")
    assert [(s.step, s.source, s.target, s.role) for s in closed.steps] == [
        ("submit", "draft", "in-approval", "plan-author"),
        ("approve", "in-approval", "in-approval", "director"),
        ("approve", "in-approval", "in-approval", "municipal-coordinator"),
        ("approve", "in-approval", "approved", "ikvd"),
        ("start", "approved", "in-progress", "plan-author"),
        ("close", "in-progress", "closed", "plan-author"),
    ]
    assert (closed.status, closed.released) == ("closed", False)
    assert {s.actor for s in closed.steps} == {"Plan-Author", "Director", "Municipal-Coordinator", "Ikvd"}


def test_a_step_leaves_the_plan_before_it_as_it_was() -> None:
    before = plan()
    taken(before, "submit")
    assert (before.status, before.steps) == ("draft", ())


@pytest.mark.parametrize("partner", CHAINS)
def test_no_station_approves_out_of_its_turn(partner: str) -> None:
    held = taken(plan(partner_kind=partner), "submit")
    for role in CHAINS[partner]:
        for other in sorted({*MUNICIPAL} - {role}):
            error = refusal(held, "approve", other)
            assert (error.code, error.found) == ("step-out-of-turn", other)
            assert error.remedy == f"Next: {role}."
        held = taken(held, "approve", role)


def test_a_partner_without_a_chain_cannot_be_approved() -> None:
    held = taken(plan(partner_kind="another"), "submit")
    with pytest.raises(ProgrammeError) as caught:
        taken(held, "approve", "director")
    assert caught.value.code == "chain-unknown"


def test_a_role_that_may_not_take_a_step_is_told_who_may() -> None:
    error = refusal(plan(), "submit", "director")
    assert (error.code, error.found) == ("step-by-role", "director")
    assert "plan-author" in error.remedy


@pytest.mark.parametrize("status", sorted(CYCLE.statuses))
@pytest.mark.parametrize("step", [row.step for row in CYCLE.steps])
def test_a_step_from_a_status_that_it_does_not_start_from_says_what_is_possible(step: str, status: str) -> None:
    row = CYCLE.step(step)
    held, role = plan(status=status), row.actors[0]
    if status in row.sources:
        held = plan(status=status, risks=(), measures=()) if step == "delete" else held
        assert taken(held, step, role, reason="Tā.").steps[-1].step == step
    else:
        error = refusal(held, step, role, reason="Tā.")
        assert (error.code, error.found) == ("step-from-status", status)
        assert ", ".join(CYCLE.possible(status)) in error.remedy


@pytest.mark.parametrize("status", ["inactive", "closed"])
def test_from_the_last_statuses_nothing_is_possible(status: str) -> None:
    assert "nothing" in refusal(plan(status=status), "submit").remedy


def test_a_step_that_does_not_exist_is_an_error_with_the_nearest() -> None:
    with pytest.raises(ProgrammeError) as caught:
        taken(plan(), "submitt")
    assert caught.value.code == "step-unknown"
    assert "submit" in caught.value.remedy


@pytest.mark.parametrize("reason", [None, "", "  "])
@pytest.mark.parametrize(("status", "step"), [("in-progress", "suspend"), ("in-approval", "return")])
def test_suspending_and_returning_need_a_reason(status: str, step: str, reason: str | None) -> None:
    assert refusal(plan(status=status), step, "director", reason=reason).code == "step-needs-reason"
    assert taken(plan(status=status), step, "director", reason="Slimo.").steps[-1].reason == "Slimo."


def test_a_blank_reason_is_never_kept() -> None:
    assert taken(plan(), "submit", reason=" ").steps[-1].reason is None


def guard_of(error: StepRefused) -> tuple[str, str | None]:
    return error.code, error.found


@pytest.mark.parametrize(
    ("fields", "guard"),
    [
        ({"applied_on": None}, "application-first"),
        ({"risks": (), "measures": ()}, "has-risk"),
        ({"measures": ()}, "measures-justified"),
    ],
)
def test_a_plan_that_lacks_something_cannot_be_submitted(fields: dict[str, Any], guard: str) -> None:
    error = refusal(plan(**fields), "submit")
    assert guard_of(error) == ("step-guarded", guard)


@pytest.mark.parametrize(
    ("on", "semester", "possible"),
    [
        (date(2022, 12, 23), SEMESTER, True),
        (date(2022, 12, 24), None, False),
        (date(2023, 1, 9), Semester("2022/23-2"), False),
        (date(2022, 9, 1), SEMESTER, True),
    ],
)
def test_a_suspended_plan_is_resumed_only_in_its_own_semester(on: date, semester: Semester | None, possible: bool) -> None:
    now: dict[str, Any] = {"on": on, "circumstances": Circumstances(on=on, semester=semester)}
    if possible:
        assert taken(plan(status="suspended"), "resume", **now).status == "under-revision"
    else:
        assert guard_of(refusal(plan(status="suspended"), "resume", **now)) == ("step-guarded", "same-semester")


def test_a_plan_is_resumed_on_a_day_of_its_own_where_no_semester_is_known() -> None:
    on = date(2022, 12, 23)
    assert taken(plan(status="suspended"), "resume", on=on, circumstances=None).status == "under-revision"
    late = on + timedelta(days=1)
    assert refusal(plan(status="suspended"), "resume", on=late, circumstances=None).found == "same-semester"


@pytest.mark.parametrize("money", [True, None])
def test_a_plan_for_which_money_was_or_may_have_been_used_is_not_deleted(money: bool | None) -> None:
    empty = plan(risks=(), measures=())
    error = refusal(empty, "delete", circumstances=Circumstances(on=DAY, money_used=money))
    assert guard_of(error) == ("step-guarded", "no-money-used")


@pytest.mark.parametrize("fields", [{}, {"measures": ()}])
def test_a_plan_that_still_has_measures_or_risks_is_not_deleted(fields: dict[str, Any]) -> None:
    assert guard_of(refusal(plan(**fields), "delete")) == ("step-guarded", "no-measures")


def test_a_deleted_plan_gives_its_place_in_the_semester_free() -> None:
    deleted = taken(plan(risks=(), measures=()), "delete")
    assert (deleted.status, deleted.released) == ("inactive", True)


@pytest.mark.parametrize("evaluated", [False, None])
def test_a_plan_closes_only_with_its_evaluation(evaluated: bool | None) -> None:
    error = refusal(in_progress(), "close", circumstances=Circumstances(on=DAY, evaluated=evaluated))
    assert guard_of(error) == ("step-guarded", "evaluated-or-reason")


@pytest.mark.parametrize("partner", CHAINS)
def test_a_revised_plan_is_approved_again_at_all_levels(partner: str) -> None:
    held = taken(taken(in_progress(partner_kind=partner), "revise"), "submit")
    assert held.next_station(CYCLE) == "director"
    assert refusal(held, "approve", "ikvd").code == "step-out-of-turn"
    assert approved(held).status == "approved"


def test_a_returned_plan_is_approved_again_from_the_first_station() -> None:
    held = taken(taken(plan(), "submit"), "approve", "director")
    returned = taken(held, "return", "municipal-coordinator", reason="Trūkst pamatojuma.")
    assert (returned.status, returned.next_station(CYCLE)) == ("draft", None)
    assert taken(returned, "submit").next_station(CYCLE) == "director"


def test_a_plan_suspended_while_it_is_approved_begins_the_chain_again() -> None:
    held = taken(taken(plan(), "submit"), "approve", "director")
    held = taken(taken(taken(held, "suspend", reason="Slimo."), "resume"), "submit")
    assert held.next_station(CYCLE) == "director"


def test_no_step_lies_before_the_last_one() -> None:
    held = taken(plan(), "submit")
    error = refusal(held, "approve", "director", on=DAY - timedelta(days=1))
    assert error.code == "step-before-the-last"
    assert str(DAY) in error.remedy
    assert taken(held, "approve", "director", on=DAY).steps[-1].on == DAY


def test_the_first_step_may_lie_on_any_day() -> None:
    assert taken(plan(), "submit", on=date(2022, 1, 1)).status_on(date(2022, 1, 1)) == "in-approval"


def test_every_guard_that_the_life_cycle_names_is_implemented() -> None:
    assert {guard for row in CYCLE.steps for guard in row.guards} <= set(GUARDS)


def test_a_deployment_with_a_single_station_approves_at_once() -> None:
    chains = (attrs.evolve(CYCLE.chain("municipality"), stations=("ikvd",)),)
    short = attrs.evolve(CYCLE, chains=chains)
    held = taken(plan(), "submit", life_cycle=short)
    assert taken(held, "approve", "ikvd", life_cycle=short).status == "approved"
