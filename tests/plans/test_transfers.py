"""A plan that goes with its learner to another institution."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmp_core.errors import StepRefused
from pmp_core.loading import load_programme
from pmp_core.plans import SupportPlan
from pmp_core.plans.guards import Circumstances
from pmp_core.values import Actor, Semester

CYCLE = load_programme("lv-8.3.4").life_cycle("plan")
FIRST, MOVE, LAST = date(2022, 9, 12), date(2022, 11, 7), date(2022, 12, 23)
BY = Actor(name="Dace", role="director")
DAY = timedelta(days=1)


def plan(**fields: Any) -> SupportPlan:
    return SupportPlan.model_validate(
        {
            "id": "P-1", "learner_id": "L-1", "institution_id": "I-1", "partner_kind": "municipality",
            "semester": Semester("2022/23-1"), "first_day": FIRST, "last_day": LAST, "entered_on": FIRST, "applied_on": FIRST,
            "prepared_by": "Ilze", "status": "in-progress", "risks": ({"factor": "violence"},), "version": 6,
            "measures": ({"number": 1, "kind": "consultation", "risks": ("violence",), "justification": "Palīdz."},), **fields,
        }
    )  # fmt: skip


def went(of: SupportPlan, to: str = "I-2", kind: str = "municipality", on: date = MOVE, **named: Any) -> SupportPlan:
    now = Circumstances(on=on, enrolled_at_receiving=named.pop("enrolled", True))
    return of.transferred(to, kind, **{"life_cycle": CYCLE, "by": BY, "on": on, "circumstances": now, **named})


def refused(*of: Any, **named: Any) -> StepRefused:
    with pytest.raises(StepRefused) as caught:
        went(*of, **named)
    return caught.value


@pytest.mark.parametrize("status", CYCLE.step("transfer").sources)
def test_a_transferred_plan_is_one_plan_under_revision_at_the_receiving_institution(status: str) -> None:
    before = plan(status=status)
    after = went(before, kind="state-vocational-institution", reason="Pārcēlusies.")
    assert (after.id, after.institution_id, after.partner_kind, after.status) == (
        "P-1", "I-2", "state-vocational-institution", "under-revision",
    )  # fmt: skip
    assert (after.risks, after.measures, after.applied_on, after.days) == (before.risks, before.measures, FIRST, before.days)
    (transfer,) = after.transfers
    assert transfer.model_dump() == {
        "source_institution_id": "I-1", "source_partner_kind": "municipality", "target_institution_id": "I-2", "on": MOVE,
        "plan_version": 6, "actor": "Dace", "role": "director", "reason": "Pārcēlusies.",
    }  # fmt: skip
    assert (after.steps[-1].step, after.steps[-1].actor, after.steps[-1].reason) == ("transfer", "Dace", "Pārcēlusies.")


@pytest.mark.parametrize("status", ["inactive", "closed"])
def test_a_plan_that_is_over_goes_nowhere(status: str) -> None:
    assert refused(plan(status=status)).code == "step-from-status"


def test_the_receiving_institutions_chain_approves_it_from_its_first_station() -> None:
    after = went(plan(), kind="state-vocational-institution")
    after = after.take("submit", life_cycle=CYCLE, by=Actor(name="I", role="plan-author"), on=MOVE)
    for role in ("director", "ikvd"):
        assert after.next_station(CYCLE) == role
        after = after.take("approve", life_cycle=CYCLE, by=Actor(name="J", role=role), on=MOVE)
    assert after.status == "approved"


@pytest.mark.parametrize(("day", "owner"), [(MOVE - DAY, "I-1"), (MOVE, "I-2")])
def test_the_plan_is_the_old_institutions_until_the_day_before(day: date, owner: str) -> None:
    after = went(plan())
    assert after.institution_on(day) == owner
    assert after.status_on(day) == ("in-progress" if owner == "I-1" else "under-revision")


@pytest.mark.parametrize(("on", "possible"), [(FIRST - DAY, False), (FIRST, True), (LAST, True), (LAST + DAY, False)])
def test_a_plan_is_taken_over_on_a_day_of_its_own(on: date, possible: bool) -> None:
    if possible:
        assert went(plan(), on=on).owned_since == on
    else:
        error = refused(plan(), on=on)
        assert (error.code, error.found) == ("transfer-outside-plan", str(on))


@pytest.mark.parametrize(("on", "possible"), [(MOVE - DAY, False), (MOVE, True)])
def test_a_learner_who_comes_back_brings_the_plan_back_and_not_before_it_went(on: date, possible: bool) -> None:
    away = went(plan())
    if not possible:
        assert refused(away, to="I-1", on=on).code == "transfer-outside-plan"
        return
    back = went(away, to="I-1", on=on)
    assert [transfer.target_institution_id for transfer in back.transfers] == ["I-2", "I-1"]
    assert back.institution_on(on) == back.institution_id == "I-1"


def test_a_plan_is_not_taken_over_by_the_institution_that_has_it() -> None:
    assert refused(plan(), to="I-1").code == "transfer-same-institution"


@pytest.mark.parametrize("enrolled", [False, None])
def test_without_the_learner_at_the_receiving_institution_nothing_goes(enrolled: bool | None) -> None:
    error = refused(plan(), enrolled=enrolled)
    assert (error.code, error.found) == ("step-guarded", "enrolled-at-receiving")
    assert ("transfer_plan" in error.message) is (enrolled is None)


def test_a_role_that_may_not_take_it_over_is_told_who_may() -> None:
    assert refused(plan(), by=Actor(name="J", role="ikvd")).code == "step-by-role"


def test_a_plan_without_transfers_is_its_own_institutions_from_its_first_day() -> None:
    assert (plan().owned_since, plan().institution_on(LAST)) == (FIRST, "I-1")


@given(st.lists(st.tuples(st.sampled_from(["I-1", "I-2", "I-3"]), st.integers(0, 20)), max_size=4), st.integers(0, 102))
def test_on_every_day_a_plan_is_of_exactly_the_institution_it_last_went_to(ways: list[tuple[str, int]], day: int) -> None:
    held, on, owners = plan(), FIRST, [(FIRST, "I-1")]
    for to, later in ways:
        if to == held.institution_id:
            continue
        on += timedelta(days=later)
        held = went(held, to=to, on=on)
        owners.append((on, to))
    looked = FIRST + timedelta(days=day)
    assert held.institution_on(looked) == [owner for since, owner in owners if since <= looked][-1]
    assert held.institution_on(LAST) == held.institution_id
