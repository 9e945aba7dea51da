"""Who sees what of a plan after a transfer, and at two institutions."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from two_schools import (
    MOVE,
    OTHER_HEAD,
    approved,
    enrol,
    in_progress,
    moved,
    moves,
    plan,
    refusal,
    seen,
    session,
    step,
    taken_over,
    within,
)

from pmp_core.errors import NotFound
from pmp_core.register import Register, casework

SEES = "  plans.transfer.{}-sees:\n    entries: [{{from: 2022-09-01, value: [{}], replaces: true, source: izdomāts, status: example}}]\n"


def test_after_a_transfer_it_is_deleted_like_any_other_and_the_old_school_still_sees_its_time(school: Register) -> None:
    moved(school)
    assert refusal(lambda: step(school, "delete", OTHER_HEAD, MOVE)).code == "step-from-status"
    approved(school, on=MOVE, head=OTHER_HEAD)
    within(school, casework.clear_plan, "P-1", by=OTHER_HEAD, on=MOVE)
    assert step(school, "delete", OTHER_HEAD, MOVE).released
    assert seen(school, "I-1").sees == "until-transfer"
    assert seen(school, "I-2").sees == "whole"


def test_each_institution_sees_what_the_law_lets_it_see(school: Register) -> None:
    in_progress(school)
    school.add_session(session())
    moves(school)
    taken_over(school)
    approved(school, on=MOVE, head=OTHER_HEAD)
    school.add_session(session("S-2", day=MOVE, delivered_by="Māra"))
    with school.unit_of_work() as work:
        enrol(work, "E-3", institution_id="I-3", track="vocational", level=1)
    old, new, third, stranger = (seen(school, institution_id) for institution_id in ("I-1", "I-2", "I-3", "I-4"))
    assert old.plan is not None
    assert (old.sees, old.institution_id, old.plan.version, old.plan.institution_id, [s.id for s in old.sessions]) == (
        "until-transfer", "I-2", 6, "I-1", ["S-1"],
    )  # fmt: skip
    assert new.plan is not None
    assert (new.sees, new.plan.institution_id, [s.id for s in new.sessions]) == ("whole", "I-2", ["S-1", "S-2"])
    assert (third.sees, third.institution_id, third.plan, third.sessions) == ("existence", "I-2", None, ())
    assert (stranger.sees, stranger.institution_id, stranger.plan, stranger.sessions) == ("nothing", None, None, ())


@pytest.mark.parametrize(
    ("day", "sees"),
    [("2022-08-31", "nothing"), ("2022-09-01", "existence"), ("2022-11-30", "existence"), ("2022-12-01", "nothing")],
)
def test_another_institution_sees_that_there_is_a_plan_only_while_the_learner_is_there(
    school: Register, day: str, sees: str
) -> None:
    in_progress(school)
    with school.unit_of_work() as work:
        enrol(work, "E-2", institution_id="I-2", last_day="2022-11-30")
    assert seen(school, "I-2", date.fromisoformat(day)).sees == sees


@pytest.mark.parametrize(
    ("view", "former", "other"),
    [
        ("whole", "whole", "whole"), ("until-transfer", "until-transfer", "existence"),
        ("existence", "existence", "existence"), ("nothing", "nothing", "nothing"),
    ],
)  # fmt: skip
def test_a_deployment_says_what_others_see(school_with: Any, view: str, former: str, other: str) -> None:
    school = school_with(SEES.format("former-owner", view) + SEES.format("other-institution", view))
    moved(school)
    with school.unit_of_work() as work:
        enrol(work, "E-3", institution_id="I-3", track="vocational", level=1)
    for institution_id, sees in (("I-1", former), ("I-3", other)):
        found = seen(school, institution_id)
        assert (found.sees, found.plan is not None) == (sees, sees in ("whole", "until-transfer"))
        assert found.institution_id == (None if sees == "nothing" else "I-2")


def test_what_a_plan_that_there_is_not_looks_like_nobody_sees(school: Register) -> None:
    assert refusal(lambda: seen(school, "I-1"), NotFound).code == "not-found"


def test_a_plan_of_a_release_without_versions_is_seen_as_it_was_left(school: Register) -> None:
    with school.unit_of_work() as work:
        before = work.plans.add(plan(status="in-progress"))
    moves(school)
    taken_over(school)
    assert seen(school, "I-1").plan == before
