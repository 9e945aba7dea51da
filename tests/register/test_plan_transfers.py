"""A learner who changes institution: who has the plan, what is carried over, who sees what of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from two_schools import (
    AUTHOR,
    COORDINATOR,
    HEAD,
    LAST,
    MOVE,
    OTHER_HEAD,
    SERVICE,
    approved,
    enrol,
    evaluation,
    in_progress,
    moved,
    moves,
    plan,
    refusal,
    schedule,
    seen,
    session,
    step,
    taken_over,
    within,
)

from pmp_core.compensation import Claim
from pmp_core.errors import InvalidValue, NotFound, ProgrammeError, VersionConflict
from pmp_core.register import Register, casework
from pmp_core.values import Actor

BEFORE = MOVE - timedelta(days=1)
STAYS = "  plans.transfer.owner:\n    entries: [{from: 2022-09-01, value: [sending-institution], replaces: true, source: a, status: example}]\n"


def claim(id: str = "C-1", **fields: Any) -> Claim:
    given = {"id": id, "plan_id": "P-1", "measure": 3, "kind": "catering", "first_day": "2022-10-03", "last_day": "2022-10-07"}
    receipt = {"number": "1", "issuer": "Ēdnīca", "day": "2022-10-03", "amount": "9.00"}
    return Claim.model_validate({**given, "requested": "9.00", "receipts": (receipt,), "status": "draft", **fields})


def with_catering() -> Any:
    third = {"number": 3, "kind": "catering", "risks": ("violence",), "justification": "Ēdināšana."}
    return plan(measures=(*plan().measures, third))


def test_the_plan_goes_with_the_learner_and_stays_one_plan(school: Register) -> None:
    in_progress(school)
    school.add_session(session())
    moves(school)
    after = taken_over(school, reason="Pārcēlusies.")
    assert (after.id, after.institution_id, after.status) == ("P-1", "I-2", "under-revision")
    with school.unit_of_work() as work:
        assert work.plans.find() == [after]
        assert [held.plan_id for held in work.sessions.find()] == ["P-1"]
    last = school.plan_versions("P-1")[-1]
    assert (last.change, last.actor, last.role, last.on, last.reason, last.plan) == (
        "transfer", "Dace", "director", MOVE, "Pārcēlusies.", after,
    )  # fmt: skip


def test_the_receiving_institution_takes_it_through_its_own_chain(school: Register) -> None:
    moved(school)
    step(school, "submit", on=MOVE)
    assert refusal(lambda: step(school, "approve", HEAD, MOVE)).code == "other-institution"
    for by in (OTHER_HEAD, COORDINATOR, SERVICE):
        step(school, "approve", by, MOVE)
    assert step(school, "start", OTHER_HEAD, MOVE).status == "in-progress"


@pytest.mark.parametrize("status", ["draft", "in-approval", "suspended"])
def test_a_plan_goes_from_whatever_open_status_it_is_in(school: Register, status: str) -> None:
    if status == "suspended":
        in_progress(school)
        step(school, "suspend", on=BEFORE, reason="Aizgāja.")
    else:
        school.add_plan(plan())
        assert status == "draft" or step(school, "submit").status == status
    moves(school)
    assert taken_over(school).status == "under-revision"
    assert approved(school, on=MOVE, head=OTHER_HEAD).status == "in-progress"


def test_a_learner_who_left_and_comes_back_to_the_same_school_resumes_the_plan(school: Register) -> None:
    in_progress(school)
    step(school, "suspend", on=date(2022, 10, 3), reason="Aizgāja.")
    moves(school, on=date(2022, 10, 3), to="I-1")
    assert step(school, "resume", on=MOVE).status == "under-revision"
    assert approved(school, on=MOVE).transfers == ()


def test_a_learner_who_comes_back_from_another_school_brings_the_plan_back(school: Register) -> None:
    moved(school)
    back = date(2022, 11, 21)
    moves(school, on=back, to="I-1", stay="E-moved", id="E-back")
    after = taken_over(school, on=back, to="I-1", by=HEAD)
    assert (after.institution_id, len(after.transfers)) == ("I-1", 2)
    assert seen(school, "I-1", back).sees == "whole"
    assert seen(school, "I-2", back).sees == "until-transfer"


@pytest.mark.parametrize(
    ("on", "enrolled"), [(BEFORE, False), (MOVE, True), (date(2022, 11, 30), True), (date(2022, 12, 1), False)]
)
def test_it_is_taken_over_only_on_days_of_the_learner_there(school: Register, on: date, enrolled: bool) -> None:
    in_progress(school)
    moves(school, last_day="2022-11-30")
    if enrolled:
        assert taken_over(school, on).institution_id == "I-2"
    else:
        error = refusal(lambda: taken_over(school, on))
        assert (error.code, error.found) == ("step-guarded", "enrolled-at-receiving")


def test_the_step_alone_does_not_say_who_receives_the_plan(school: Register) -> None:
    in_progress(school)
    error = refusal(lambda: step(school, "transfer", HEAD, MOVE))
    assert (error.code, error.found) == ("transfer-unnamed", "transfer")
    assert "transfer_plan" in error.remedy


def test_nobody_hands_a_plan_to_an_institution_that_is_not_theirs(school: Register) -> None:
    in_progress(school)
    moves(school)
    assert refusal(lambda: taken_over(school, by=HEAD)).code == "other-institution"
    elsewhere = Actor(name="A", role="director", municipality_id="M-1")
    assert refusal(lambda: taken_over(school, by=elsewhere)).code == "other-municipality"
    assert taken_over(school, by=elsewhere.changed(municipality_id="M-2")).institution_id == "I-2"


@pytest.mark.parametrize(
    ("to", "kind", "code"),
    [
        ("I-9", NotFound, "not-found"),
        ("I-4", None, "partner-kind-unset"),
        ("I-3", None, "transfer-without-partner"),
        ("I-1", None, "transfer-same-institution"),
    ],
)
def test_who_cannot_receive_a_plan_is_told_why(school: Register, to: str, kind: Any, code: str) -> None:
    in_progress(school)
    error = refusal(lambda: taken_over(school, to=to, by=AUTHOR), **({} if kind is None else {"kind": kind}))
    assert error.code == code


def test_an_institution_of_a_kind_without_a_chain_receives_nothing(school: Register) -> None:
    in_progress(school)
    with school.unit_of_work() as work:
        work.institutions.put(work.institutions.get("I-2").changed(partner_kind="private"))
    assert refusal(lambda: taken_over(school), ProgrammeError).code == "chain-unknown"


@pytest.mark.parametrize(("last_day", "taking_part"), [(BEFORE, False), (MOVE, True)])
def test_the_receiving_institution_takes_part_on_the_day(school: Register, last_day: date, taking_part: bool) -> None:
    in_progress(school)
    moves(school)
    with school.unit_of_work() as work:
        work.partnerships.put(work.partnerships.get("A-2").changed(last_day=last_day))
    if taking_part:
        assert taken_over(school).institution_id == "I-2"
    else:
        assert refusal(lambda: taken_over(school)).code == "transfer-without-partner"


@pytest.mark.parametrize(("on", "possible"), [(date(2022, 11, 8), False), (date(2022, 11, 9), True)])
def test_a_plan_is_not_taken_over_before_a_session_that_was_held(school: Register, on: date, possible: bool) -> None:
    in_progress(school)
    school.add_session(session(day="2022-11-08"))
    moves(school)
    if possible:
        assert taken_over(school, on).institution_id == "I-2"
    else:
        error = refusal(lambda: taken_over(school, on))
        assert (error.code, error.found) == ("transfer-after-session", "2022-11-08")


def test_where_a_deployment_lets_plans_stay_none_goes(school_with: Any) -> None:
    school = school_with(STAYS)
    in_progress(school)
    moves(school)
    error = refusal(lambda: taken_over(school))
    assert error.code == "transfer-owner-stays"
    assert "sending-institution" in str(error.found)


def test_whoever_looked_at_an_older_version_takes_nothing_over(school: Register) -> None:
    before = in_progress(school)
    moves(school)
    step(school, "revise", on=BEFORE)
    named = {"by": OTHER_HEAD, "on": MOVE}
    error = refusal(
        lambda: within(school, casework.transfer_plan, "P-1", "I-2", version=before.version, **named),
        VersionConflict,
    )
    assert error.code == "version-conflict"
    assert "Ilze (plan-author), revise" in error.message
    after = within(school, casework.transfer_plan, "P-1", "I-2", version=before.version + 1, **named)
    assert after.institution_id == "I-2"


@pytest.mark.parametrize("day", [BEFORE, MOVE])
def test_a_session_is_held_where_the_plan_was_on_its_day(school: Register, day: date) -> None:
    moved(school)
    approved(school, on=MOVE, head=OTHER_HEAD)
    here, there = ("Zane", "Māra") if day == BEFORE else ("Māra", "Zane")
    error = refusal(lambda: school.add_session(session(day=day, delivered_by=there)))
    assert "specialist-assigned" in error.message
    assert school.add_session(session(day=day, delivered_by=here)).version == 1


def test_until_it_is_approved_again_no_session_counts(school: Register) -> None:
    moved(school)
    assert "plan-in-force" in refusal(lambda: school.add_session(session(day=MOVE, delivered_by="Māra"))).message


def test_the_old_schools_schedules_end_and_leave_nothing_due(school: Register) -> None:
    in_progress(school)
    third = {"number": 3, "kind": "consultation", "risks": ("violence",), "justification": "Tur.", "institution_id": "I-3"}
    with school.unit_of_work() as work:
        work.plans.put(work.plans.get("P-1").changed(measures=(*plan().measures, third)))
    elsewhere = {"measure": 3, "delivered_by": "Juris"}
    for made in (
        schedule(),
        schedule("G-2", first_day=MOVE, weekdays=("tuesday",)),
        schedule("G-3", last_day=BEFORE, weekdays=("wednesday",)),
        schedule("G-4", **elsewhere),
    ):
        school.add_schedule(made)
    moves(school)
    taken_over(school)
    with school.unit_of_work() as work:
        assert {made.id: made.last_day for made in work.schedules.find()} == {"G-1": BEFORE, "G-3": BEFORE, "G-4": LAST}
    assert school.delivery("P-1", on=BEFORE)[0].due_sessions == school.delivery("P-1", on=LAST)[0].due_sessions == 8


def test_a_submitted_claim_waits_for_its_decision_across_the_transfer(school: Register) -> None:
    in_progress(school, with_catering())
    school.submit_claim(claim(), on=date(2022, 10, 10))
    moves(school)
    taken_over(school)
    with school.unit_of_work() as work:
        held = work.plans.get("P-1")
    error = refusal(lambda: school.change_plan(held.changed(measures=held.measures[:2]), on=MOVE, by=AUTHOR))
    assert (error.code, error.found) == ("measure-in-use", "C-1")
    kept, decision = school.decide_claim("C-1", on=MOVE, by=SERVICE)
    assert (kept.status, decision.outcome, decision.reasons) == (
        "submitted",
        "undetermined",
        ("compensation.cap.catering", "compensation.ceiling"),
    )


@pytest.mark.parametrize(
    ("first", "last", "lines"),
    [
        ("2022-11-01", "2022-11-06", ["2022-11-01"]),
        ("2022-11-01", "2022-11-07", ["2022-11-01", "2022-11-07"]),
        ("2022-11-07", "2022-11-11", ["2022-11-07"]),
    ],
)
def test_a_claim_across_the_transfer_has_a_line_on_each_side(school: Register, first: str, last: str, lines: list[str]) -> None:
    in_progress(school, with_catering())
    moves(school)
    taken_over(school)
    approved(school, on=MOVE, head=OTHER_HEAD)
    school.submit_claim(claim(first_day=first, last_day=last, receipts=()), on=date(2022, 11, 14))
    _, decision = school.decide_claim("C-1", on=date(2022, 11, 15), by=SERVICE)
    assert [str(line.first_day) for line in decision.lines] == lines


def test_an_evaluation_made_before_the_transfer_is_looked_at_again_when_the_plan_closes(school: Register) -> None:
    in_progress(school)
    school.add_evaluation(evaluation(evaluated_on="2022-11-01"))
    moves(school)
    taken_over(school)
    with school.unit_of_work() as work:
        held = work.plans.get("P-1")
    third = {"number": 3, "kind": "consultation", "risks": ("violence",), "justification": "Vēl."}
    school.change_plan(held.changed(measures=(*held.measures, third)), on=MOVE, by=AUTHOR)
    approved(school, on=MOVE, head=OTHER_HEAD)
    assert refusal(lambda: step(school, "close", OTHER_HEAD, LAST)).code == "evaluation-stale"


def test_a_learner_at_two_institutions_has_one_plan_and_the_other_one_delivers_its_measure(school: Register) -> None:
    there = {"number": 3, "kind": "consultation", "risks": ("violence",), "justification": "Tur.", "institution_id": "I-2"}
    with school.unit_of_work() as work:
        enrol(work, "E-2", institution_id="I-2")
    in_progress(school, plan(measures=(*plan().measures, there)))
    error = refusal(lambda: school.add_plan(plan("P-2", institution_id="I-2")))
    assert (error.code, error.found, "I-1" in error.message, "institution_id" in error.remedy) == (
        "plan-exists", "P-1", True, True,
    )  # fmt: skip
    assert "specialist-assigned" in refusal(lambda: school.add_session(session(measure=3))).message
    assert school.add_session(session(measure=3, delivered_by="Māra")).measure == 3


def test_a_measure_at_an_institution_that_there_is_not_is_not_planned(school: Register) -> None:
    lost = plan().measures[0].changed(institution_id="I-9")
    assert refusal(lambda: school.add_plan(plan(measures=(lost,))), NotFound).found == "I-9"


@pytest.mark.parametrize(("on", "possible"), [(date(2019, 9, 23), False), (date(2019, 9, 24), True)])
def test_the_kind_of_the_receiving_partner_is_looked_at_on_the_day_of_the_transfer(
    school: Register, on: date, possible: bool
) -> None:
    """From 24.09.2019 state general institutions take part: a plan that went to one may be changed there."""
    days = {"semester": "2019/20-1", "first_day": "2019-09-02", "last_day": "2019-12-20", "entered_on": "2019-09-02"}
    with school.unit_of_work() as work:
        kind = {"partner_kind": "state-general-institution"}
        work.institutions.put(work.institutions.get("I-2").changed(**kind))
        for agreement in ("A-1", "A-2"):
            work.partnerships.put(work.partnerships.get(agreement).changed(first_day=date(2019, 9, 2)))
        work.enrolments.put(work.enrolments.get("E-1").changed(first_day=date(2019, 9, 2)))
    in_progress(school, plan(**days, applied_on="2019-09-02"))
    moves(school, on=on)
    held = taken_over(school, on)
    changed = held.changed(aims="Apmeklēt stundas.")
    if possible:
        assert school.change_plan(changed, on=on, by=AUTHOR).aims == "Apmeklēt stundas."
    else:
        assert refusal(lambda: school.change_plan(changed, on=on, by=AUTHOR), InvalidValue).code == "code-not-in-force"


def test_no_name_of_the_learner_stands_in_a_refusal(school: Register) -> None:
    in_progress(school)
    moves(school, to="I-3", track="vocational", level=1)
    for call in (lambda: taken_over(school), lambda: taken_over(school, to="I-3", by=AUTHOR)):
        told = str(refusal(call))
        assert "Anna" not in told
        assert "Ozola" not in told
