"""The versions of a plan: who, in which role, when, why; and two people who change it at once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from two_schools import (
    AUTHOR,
    BEGIN,
    HEAD,
    MOVE,
    NEXT,
    SERVICE,
    in_progress,
    plan,
    refusal,
    revised,
    schedule,
    session,
    step,
    within,
)

from pmp_core.errors import NotFound, StepRefused, VersionConflict
from pmp_core.register import Register, casework
from pmp_core.values import Actor

DACE = Actor(name="Dace", role="plan-author", institution_id="I-1")


def change(register: Register, made: Any, by: Actor = DACE, on: date = MOVE, **named: Any) -> Any:
    return register.change_plan(made, on=on, by=by, **named)


def test_every_version_says_who_made_it_in_which_role_when_and_why(school: Register) -> None:
    kept = revised(school)
    changed = change(school, kept.changed(aims="Apmeklēt stundas."), reason="Pēc sarunas ar vecākiem.")
    assert [(v.version, v.change, v.actor, v.role, str(v.on), v.reason) for v in school.plan_versions("P-1")] == [
        (1, "draft", "Ilze", "plan-author", "2022-09-09", None),
        (2, "submit", "Ilze", "plan-author", "2022-09-12", None),
        (3, "approve", "Roberts", "director", "2022-09-12", None),
        (4, "approve", "Jana", "municipal-coordinator", "2022-09-12", None),
        (5, "approve", "Ieva", "ikvd", "2022-09-12", None),
        (6, "start", "Ilze", "plan-author", "2022-09-12", None),
        (7, "revise", "Ilze", "plan-author", "2022-11-07", None),
        (8, "contents", "Dace", "plan-author", "2022-11-07", "Pēc sarunas ar vecākiem."),
    ]
    assert school.plan_versions("P-1")[-1].plan == changed
    assert all(one.version == one.plan.version for one in school.plan_versions("P-1"))


def test_an_older_version_is_what_was_kept_then(school: Register) -> None:
    first = school.add_plan(plan())
    later = change(school, first.changed(aims="Apmeklēt stundas."), on=BEGIN)
    assert within_version(school, 1) == first
    assert within_version(school, 2) == later
    (only,) = first.diff(later)
    assert (only.path, only.before, only.after) == ("aims", None, "Apmeklēt stundas.")


def within_version(register: Register, version: int) -> Any:
    with register.unit_of_work() as work:
        return casework.plan_version(work, "P-1", version)


def test_a_version_that_there_is_not_is_told_with_those_that_there_are(school: Register) -> None:
    school.add_plan(plan())
    error = refusal(lambda: within_version(school, 7), NotFound)
    assert (error.code, error.found, error.remedy) == ("plan-version-unknown", "7", "Versions: 1.")


def test_what_was_kept_without_versions_has_none_but_the_present_one(school: Register) -> None:
    with school.unit_of_work() as work:
        kept = work.plans.add(plan())
    assert school.plan_versions("P-1") == []
    assert within_version(school, 1) == kept
    error = refusal(lambda: change(school, kept.changed(version=9)), VersionConflict)
    assert "Since then" not in error.message


def test_versions_of_a_plan_that_there_is_not_are_an_error(school: Register) -> None:
    assert refusal(lambda: school.plan_versions("P-9"), NotFound).code == "not-found"
    assert refusal(lambda: within_version(school, 1), NotFound).code == "not-found"


def test_of_two_who_change_it_at_once_one_is_told_who_was_first_and_nothing_is_lost(school: Register) -> None:
    read = school.add_plan(plan())
    first = change(school, read.changed(aims="Pirmais."), on=BEGIN)
    error = refusal(lambda: change(school, read.changed(aims="Otrais."), by=AUTHOR, on=BEGIN), VersionConflict)
    assert (error.code, error.found) == ("version-conflict", "2")
    assert "2: Dace (plan-author), contents, 2022-09-12" in error.message
    with school.unit_of_work() as work:
        assert work.plans.get("P-1") == first
    assert len(school.plan_versions("P-1")) == 2


@pytest.mark.parametrize(("behind", "told"), [(0, False), (1, True)])
def test_a_step_asks_for_the_version_that_was_looked_at_where_it_is_named(school: Register, behind: int, told: bool) -> None:
    read = school.add_plan(plan())
    latest = change(school, read.changed(aims="Cits."), on=BEGIN)
    if told:
        error = refusal(lambda: step(school, "submit", version=latest.version - behind), VersionConflict)
        assert "2: Dace (plan-author), contents" in error.message
    else:
        assert step(school, "submit", version=latest.version).status == "in-approval"
    assert read.version == 1


def test_a_step_without_a_version_asks_for_none(school: Register) -> None:
    read = school.add_plan(plan())
    change(school, read.changed(aims="Cits."), on=BEGIN)
    assert step(school, "submit").status == "in-approval"


@pytest.mark.parametrize("version", [0, 99])
def test_contents_without_the_version_that_was_read_are_not_kept(school: Register, version: int) -> None:
    read = school.add_plan(plan())
    assert refusal(lambda: change(school, read.changed(version=version)), VersionConflict).code == "version-conflict"


def test_a_change_that_is_refused_leaves_no_version(school: Register) -> None:
    read = school.add_plan(plan())
    assert refusal(lambda: change(school, read.changed(status="approved"))).code == "change-without-step"
    assert len(school.plan_versions("P-1")) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"learner_id": "L-2"}, {"institution_id": "I-2"}, {"partner_kind": "state-vocational-institution"}, {"semester": NEXT},
        {"status": "approved"}, {"released": True}, {"steps": ()}, {"rolled_over_from": "P-0"},
        {"preparation_paid_on": "2022-11-01"},
        {"transfers": ({"source_institution_id": "I-2", "source_partner_kind": "municipality", "target_institution_id": "I-1",
                        "on": "2022-10-01", "plan_version": 1, "actor": "X", "role": "director"},)},
    ],
    ids=lambda fields: next(iter(fields)),
)  # fmt: skip
def test_what_steps_transfers_and_pay_change_does_not_change_with_the_contents(school: Register, fields: Any) -> None:
    kept = revised(school)
    assert refusal(lambda: change(school, kept.changed(**fields))).code == "change-without-step"


def test_the_contents_of_another_plan_do_not_take_its_place(school: Register) -> None:
    kept = revised(school)
    other = school.add_plan(plan("P-2", semester=NEXT, first_day="2023-01-09", last_day="2023-05-31"))
    stolen = kept.changed(id=other.id, version=other.version)
    assert refusal(lambda: change(school, stolen)).code == "change-without-step"
    assert refusal(lambda: change(school, kept.changed(id="P-9")), NotFound).code == "not-found"


def test_only_its_own_institutions_people_change_it(school: Register) -> None:
    kept = revised(school)
    stranger = Actor(name="S", role="plan-author", institution_id="I-2")
    assert refusal(lambda: change(school, kept.changed(aims="Cits."), by=stranger)).code == "other-institution"


@pytest.mark.parametrize("status", ["in-approval", "in-progress"])
def test_contents_change_only_in_a_draft_or_under_revision(school: Register, status: str) -> None:
    kept = in_progress(school) if status == "in-progress" else submitted(school)
    assert refusal(lambda: change(school, kept.changed(aims="Cits."))).code == "plan-not-open"


def submitted(register: Register) -> Any:
    register.add_plan(plan())
    return step(register, "submit")


@pytest.mark.parametrize(
    ("used", "found"),
    [("session", "S-1"), ("schedule", "G-1")],
)
@pytest.mark.parametrize("how", ["gone", "another-kind", "renumbered"])
def test_a_measure_that_was_delivered_or_scheduled_stays_what_it_is(school: Register, used: str, found: str, how: str) -> None:
    in_progress(school)
    if used == "session":
        school.add_session(session())
    else:
        school.add_schedule(schedule())
    kept = step(school, "revise", on=MOVE)
    first, second = kept.measures
    measures = {
        "gone": (second,),
        "another-kind": (first.changed(kind="catering", specialist=None), second),
        "renumbered": (first.changed(number=3), second),
    }[how]
    error = refusal(lambda: change(school, kept.changed(measures=measures)))
    assert (error.code, error.found) == ("measure-in-use", found)
    assert change(school, kept.changed(measures=(first.changed(minutes=60),))).measures[0].minutes == 60


@pytest.mark.parametrize(
    ("fields", "kept_so"),
    [
        ({"first_day": "2022-10-03"}, True), ({"first_day": "2022-10-04"}, False),
        ({"last_day": "2022-10-10"}, True), ({"last_day": "2022-10-09"}, False),
    ],
)  # fmt: skip
def test_a_plan_is_not_cut_down_to_days_without_its_sessions(school: Register, fields: Any, kept_so: bool) -> None:
    in_progress(school)
    school.add_session(session())
    school.add_session(session("S-2", day="2022-10-10"))
    kept = step(school, "revise", on=MOVE)
    if kept_so:
        assert change(school, kept.changed(**fields)).version == kept.version + 1
    else:
        assert refusal(lambda: change(school, kept.changed(**fields))).code == "plan-days-in-use"


def test_what_an_import_left_wrong_does_not_bind_the_plan(school: Register) -> None:
    """What was outside before may stay outside: otherwise nobody could correct the plan."""
    kept = revised(school)
    with school.unit_of_work() as work:
        work.sessions.add(session(measure=9))
        work.sessions.add(session("S-2", day="2022-01-03"))
    assert change(school, kept.changed(aims="Cits.")).aims == "Cits."


def test_clearing_for_deletion_keeps_the_version_before_and_takes_only_its_own_schedules(school: Register) -> None:
    in_progress(school)
    in_progress(school, plan("P-2", semester=NEXT, first_day="2023-01-09", last_day="2023-05-31"))
    school.add_schedule(schedule("G-2", plan_id="P-2", first_day="2023-01-09", last_day="2023-05-31"))
    cleared = within(school, casework.clear_plan, "P-1", by=HEAD, on=MOVE, reason="Kļūdas dēļ.")
    assert (cleared.risks, cleared.measures, cleared.status) == ((), (), "in-progress")
    last = school.plan_versions("P-1")[-1]
    assert (last.change, last.actor, last.reason) == ("clear", "Roberts", "Kļūdas dēļ.")
    assert within_version(school, 6).measures == plan().measures
    with school.unit_of_work() as work:
        assert [(kept.id, kept.weekdays) for kept in work.schedules.find()] == [("G-2", ("monday",))]
    assert step(school, "delete", HEAD, MOVE).released


def test_clearing_takes_the_plans_own_schedules_out(school: Register) -> None:
    in_progress(school)
    school.add_schedule(schedule())
    within(school, casework.clear_plan, "P-1", by=HEAD, on=MOVE)
    with school.unit_of_work() as work:
        assert work.schedules.count() == 0


@pytest.mark.parametrize(
    ("how", "code"),
    [("session", "step-guarded"), ("paid", "step-guarded"), ("revision", "step-from-status"), ("role", "step-by-role"),
     ("stranger", "other-institution")],
)  # fmt: skip
def test_a_plan_is_not_cleared_where_it_could_not_be_deleted(school: Register, how: str, code: str) -> None:
    in_progress(school)
    by = {"role": SERVICE, "stranger": Actor(name="S", role="director", institution_id="I-2")}.get(how, HEAD)
    if how == "session":
        school.add_session(session(absent_because="Slimo."))
    if how == "paid":
        within(school, casework.pay_preparation, "P-1", by=HEAD, on=MOVE, paid_on=MOVE)
    if how == "revision":
        step(school, "revise", on=MOVE)
    assert refusal(lambda: within(school, casework.clear_plan, "P-1", by=by, on=MOVE)).code == code


def pay(register: Register, paid_on: str, on: date = MOVE, by: Actor = HEAD) -> Any:
    return within(register, casework.pay_preparation, "P-1", by=by, on=on, paid_on=date.fromisoformat(paid_on))


@pytest.mark.parametrize(
    ("paid_on", "code"),
    [
        ("2022-09-11", "preparation-not-payable"),
        ("2022-09-12", None),
        ("2022-11-07", None),
        ("2022-11-08", "preparation-paid-later"),
    ],
)
def test_the_preparation_is_paid_from_the_day_of_approval_until_today(school: Register, paid_on: str, code: str | None) -> None:
    in_progress(school)
    if code is not None:
        assert refusal(lambda: pay(school, paid_on)).code == code
        return
    assert str(pay(school, paid_on).preparation_paid_on) == paid_on
    last = school.plan_versions("P-1")[-1]
    assert (last.change, last.actor, last.role, last.on) == ("preparation-paid", "Roberts", "director", MOVE)


def test_the_preparation_is_paid_once_and_the_plan_then_not_deleted(school: Register) -> None:
    in_progress(school)
    pay(school, "2022-11-07")
    error = refusal(lambda: pay(school, "2022-11-07"))
    assert (error.code, error.found) == ("preparation-paid", "2022-11-07")
    assert refusal(lambda: step(school, "delete", HEAD, MOVE)).found == "no-money-used"


def test_for_a_plan_that_was_deleted_nothing_is_paid(school: Register) -> None:
    in_progress(school)
    within(school, casework.clear_plan, "P-1", by=HEAD, on=BEGIN)
    step(school, "delete", HEAD, BEGIN)
    error = refusal(lambda: pay(school, "2022-11-07"))
    assert (error.code, error.found) == ("preparation-not-payable", "inactive")


def test_another_institution_pays_nothing(school: Register) -> None:
    in_progress(school)
    stranger = Actor(name="S", role="director", institution_id="I-2")
    assert refusal(lambda: pay(school, "2022-11-07", by=stranger), StepRefused).code == "other-institution"


@pytest.mark.parametrize(("reason", "kept_so"), [(None, None), ("", None), ("  ", None), (" Kļūda. ", "Kļūda.")])
def test_what_is_blank_is_no_reason(school: Register, reason: str | None, kept_so: str | None) -> None:
    read = school.add_plan(plan())
    change(school, read.changed(aims="Cits."), on=BEGIN, reason=reason)
    assert school.plan_versions("P-1")[-1].reason == kept_so
