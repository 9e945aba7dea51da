"""What keeps plans and what hangs on them out of wrong states: who works on contents, in which order, and what stays where it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from two_schools import (
    AUTHOR,
    BEGIN,
    COORDINATOR,
    HEAD,
    LAST,
    MOVE,
    OTHER_HEAD,
    SEMESTER,
    approved,
    evaluation,
    in_progress,
    moved,
    moves,
    plan,
    refusal,
    revised,
    seen,
    session,
    step,
    taken_over,
    within,
)

from pmp_core.compensation import Claim
from pmp_core.errors import ProgrammeError
from pmp_core.loading import load_programme
from pmp_core.plugins import PluginSet
from pmp_core.programme import OverlayText
from pmp_core.register import Register, casework
from pmp_core.staff import Assignment
from pmp_core.statistics import overview
from pmp_core.values import Actor

IKVD = Actor(name="Ieva", role="ikvd")
SHORT_CHAIN = OverlayText(
    "chain.example.yaml",
    """overlay_for: lv-8.3.4
title: {lv: izdomāts, en: made up}
life_cycles:
  plan:
    steps:
      - {step: close, replaces: true, from: [in-progress, suspended], to: inactive, actors: [director], guards: [], source: made up, status: example}
    chains:
      municipality: {replaces: true, stations: [director, municipal-coordinator], source: made up, status: example}
""",
)


def test_only_who_submits_or_revises_works_on_contents(school: Register) -> None:
    assert refusal(lambda: within(school, casework.add_plan, plan(), by=COORDINATOR)).code == "step-by-role"
    kept = within(school, casework.add_plan, plan(), by=HEAD)
    changed = kept.changed(aims="Citādi.")
    error = refusal(lambda: within(school, casework.change_plan, changed, by=IKVD, on=BEGIN))
    assert (error.code, error.found) == ("step-by-role", "ikvd")
    assert "plan-author, director" in error.remedy
    assert within(school, casework.change_plan, changed, by=AUTHOR, on=BEGIN).aims == "Citādi."


@pytest.mark.parametrize(("on", "kept"), [(date(2022, 11, 6), False), (MOVE, True)])
def test_the_history_of_contents_does_not_run_backwards(school: Register, on: date, kept: bool) -> None:
    changed = revised(school).changed(aims="Citādi.")
    if kept:
        assert school.change_plan(changed, on=on).aims == "Citādi."
    else:
        assert refusal(lambda: school.change_plan(changed, on=on)).code == "step-before-the-last"


def test_pay_is_written_down_in_a_role_that_there_is(school: Register) -> None:
    in_progress(school)
    janitor = Actor(name="Juris", role="janitor")
    error = refusal(lambda: school.pay_preparation("P-1", paid_on=LAST, on=LAST, by=janitor), ProgrammeError)
    assert error.code == "code-unknown"


def test_a_chain_that_became_shorter_leads_on_by_its_last_station(school: Register) -> None:
    school.add_plan(plan())
    step(school, "submit")
    step(school, "approve", HEAD)
    step(school, "approve", COORDINATOR)
    shorter = load_programme("lv-8.3.4", overlays=[SHORT_CHAIN], plugins=PluginSet())
    with school.unit_of_work() as work:
        held = work.plans.get("P-1")
        assert held.next_station(shorter.life_cycle("plan")) == "municipal-coordinator"
        led_on = casework.take_plan_step(work, shorter, "P-1", "approve", by=COORDINATOR, on=BEGIN)
    assert (held.status, led_on.status, led_on.next_station(shorter.life_cycle("plan"))) == ("in-approval", "approved", None)


def test_whatever_an_overlay_says_a_plan_that_money_was_used_for_keeps_its_learners_place(school: Register) -> None:
    in_progress(school)
    school.add_session(session())
    released = load_programme("lv-8.3.4", overlays=[SHORT_CHAIN], plugins=PluginSet())

    def close() -> object:
        with school.unit_of_work() as work:
            return casework.take_plan_step(work, released, "P-1", "close", by=HEAD, on=LAST, reason="Beigas.")

    assert refusal(close).found == "no-money-used"


@pytest.mark.parametrize(("evaluated", "closes"), [("2022-10-02", False), ("2022-10-03", True)])
def test_an_evaluation_covers_what_was_delivered_after_it_no_more(school: Register, evaluated: str, closes: bool) -> None:
    in_progress(school)
    school.add_session(session())
    school.add_evaluation(evaluation(evaluated_on=evaluated))
    if closes:
        assert step(school, "close", on=LAST).status == "closed"
    else:
        error = refusal(lambda: step(school, "close", on=LAST))
        assert (error.code, error.found) == ("evaluation-stale", "2022-10-03")


def test_an_assignment_is_not_stretched_over_the_next_one(school: Register) -> None:
    fields = {"person": "Juris", "institution_id": "I-1", "specialist": "assistant"}
    for id, first, last in (("D-8", "2022-09-01", "2022-09-30"), ("D-9", "2022-11-01", None)):
        school.add_assignment(Assignment.model_validate({"id": id, "first_day": first, "last_day": last, **fields}))

    def end(last: date) -> object:
        with school.unit_of_work() as work:
            return casework.end_assignment(work, "D-8", last_day=last)

    assert refusal(lambda: end(date(2022, 11, 1))).code == "assignment-overlaps"
    end(date(2022, 10, 31))


def test_where_a_measure_was_delivered_stays(school: Register) -> None:
    in_progress(school)
    school.add_session(session())
    held = step(school, "revise", on=MOVE)
    elsewhere = (held.measures[0].changed(institution_id="I-2"), held.measures[1])
    error = refusal(lambda: school.change_plan(held.changed(measures=elsewhere), on=MOVE))
    assert (error.code, error.found) == ("measure-in-use", "S-1")


@pytest.mark.parametrize("end", [date.max, None])
def test_a_year_that_means_no_end_is_no_end(school: Register, end: date | None) -> None:
    third = {"number": 3, "kind": "catering", "risks": ("violence",), "justification": "Ēdināšana."}
    in_progress(school, plan(measures=(*plan().measures, third)))
    with school.unit_of_work() as work:
        work.enrolments.put(work.enrolments.get("E-1").changed(last_day=end))
        work.partnerships.put(work.partnerships.get("A-1").changed(last_day=end))
    receipt = {"number": "1", "issuer": "Ēdnīca", "day": "2022-10-03", "amount": "9.00"}
    fields = {"id": "C-1", "plan_id": "P-1", "measure": 3, "kind": "catering", "first_day": "2022-10-03", "status": "draft"}
    made = Claim.model_validate({**fields, "last_day": "2022-10-07", "requested": "9.00", "receipts": (receipt,)})
    assert school.submit_claim(made, on=date(2022, 10, 10)).status == "submitted"


def test_what_was_delivered_before_a_transfer_is_counted_where_it_was(school: Register) -> None:
    in_progress(school)
    school.add_session(session())
    before = {line.place_id: line.sessions for line in overview(school, "institution", SEMESTER).lines}
    moves(school)
    taken_over(school)
    approved(school, on=MOVE, head=OTHER_HEAD)
    school.add_session(session("S-2", day="2022-11-14", delivered_by="Māra"))
    after = {line.place_id: (line.sessions, line.plans) for line in overview(school, "institution", SEMESTER).lines}
    assert before["I-1"] == 1
    assert (after["I-1"], after["I-2"]) == ((1, 0), (1, 1))


def test_the_old_institution_that_goes_on_delivering_sees_what_it_delivers(school: Register) -> None:
    first, second = plan().measures
    in_progress(school, plan(measures=(first, second.changed(institution_id="I-1"))))
    moves(school)
    taken_over(school)
    approved(school, on=MOVE, head=OTHER_HEAD)
    own = session("S-2", measure=2, day="2022-11-14", specialist="pedagogue")
    school.add_session(own)
    view = seen(school, "I-1", on=LAST)
    assert (view.sees, [one.id for one in view.sessions]) == ("until-transfer", ["S-2"])


def test_what_a_third_institution_delivers_does_not_hold_up_a_transfer(school: Register) -> None:
    first, second = plan().measures
    in_progress(school, plan(measures=(first.changed(institution_id="I-2"), second)))
    school.add_session(session(day="2022-11-14", delivered_by="Māra"))
    moves(school)
    assert taken_over(school).institution_id == "I-2"


def told(register: Register) -> list[Callable[[], str]]:
    held = moved(register).changed(aims="Mammas kods 010203-12345.", prepared_by="Ilze")
    return [lambda: repr(held), lambda: str(held), lambda: repr(held.diff(plan())), lambda: repr(register.plan_versions("P-1"))]


def test_neither_codes_nor_what_people_wrote_end_in_logs(school: Register) -> None:
    for text in told(school):
        assert "010203-12345" not in text()
    assert "Palīdz." not in repr(plan())
    assert "Palīdz." not in repr(school.plan_versions("P-1"))


@pytest.mark.parametrize(("first_day", "kept"), [("2022-10-03", True), ("2022-10-04", False)])
def test_the_days_of_a_claim_stay_within_its_plan(school: Register, first_day: str, kept: bool) -> None:
    third = {"number": 3, "kind": "catering", "risks": ("violence",), "justification": "Ēdināšana."}
    in_progress(school, plan(measures=(*plan().measures, third)))
    receipt = {"number": "1", "issuer": "Ēdnīca", "day": "2022-10-03", "amount": "9.00"}
    fields = {"id": "C-1", "plan_id": "P-1", "measure": 3, "kind": "catering", "first_day": "2022-10-03", "status": "draft"}
    made = Claim.model_validate({**fields, "last_day": "2022-10-07", "requested": "9.00", "receipts": (receipt,)})
    school.submit_claim(made, on=date(2022, 10, 10))
    changed = step(school, "revise", on=MOVE).changed(first_day=first_day)
    if kept:
        assert str(school.change_plan(changed, on=MOVE).first_day) == first_day
    else:
        assert refusal(lambda: school.change_plan(changed, on=MOVE)).code == "plan-days-in-use"


def test_what_the_old_institution_goes_on_delivering_does_not_hold_up_a_transfer(school: Register) -> None:
    first, second = plan().measures
    in_progress(school, plan(measures=(first.changed(institution_id="I-1"), second)))
    school.add_session(session(day="2022-11-14"))
    moves(school)
    assert taken_over(school).institution_id == "I-2"
