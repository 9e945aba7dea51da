"""Nothing that a register offers to somebody of one school gives a row of another: its public surface, walked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

import pytest

from pmp_core import demo_register, load_programme, plan_document
from pmp_core.errors import AccessDenied, PmpError
from pmp_core.measures import Session
from pmp_core.register import Register, casework, tables
from pmp_core.register.keys import RegisterKey, RegisterKeys
from pmp_core.statistics import overview, partner_request
from pmp_core.values import Actor, Money

OWN, OTHER = "I-0001", "I-0002"
DAY = date(2023, 6, 1)
KEYS = RegisterKeys([RegisterKey(bytes(range(32)))])
SEMESTER = "2022/23-2"


@pytest.fixture(scope="module")
def sample() -> Iterator[Register]:
    with demo_register() as register:
        yield register


@pytest.fixture(scope="module")
def foreign(sample: Register) -> dict[str, str]:
    """Of the other school a plan, its claim, and so on."""
    with sample.unit_of_work(keep=False) as work:
        plans = work.plans.find(institution_id=OTHER)
        claim = work.claims.find(plan_id=[plan.id for plan in plans], limit=1)[0]
        evaluation = work.evaluations.find(plan_id=[plan.id for plan in plans], limit=1)[0]
        session = work.sessions.find(plan_id=[plan.id for plan in plans], limit=1)[0]
        assignment = work.assignments.find(institution_id=OTHER, limit=1)[0]
        own = {row["learner_id"] for row in work.transaction.find(tables.ENROLMENTS, {"institution_id": OWN})}
        alone = next(
            str(row["learner_id"])
            for row in work.transaction.find(tables.ENROLMENTS, {"institution_id": OTHER})
            if row["learner_id"] not in own
        )
        return {
            "learner": alone, "plan": claim.plan_id, "claim": claim.id, "evaluation": evaluation.id, "session": session.id, "assignment": assignment.id,
        }  # fmt: skip


def opened(sample: Register, role: str = "director", **names: str) -> Register:
    ids = count(9000)
    actor = Actor(name="Ilze", role=role, **(names or {"institution_id": OWN}))
    return Register(sample.storage, sample.programme, actor, lambda prefix: f"{prefix}-{next(ids)}", trial=True, keys=KEYS)


def kept(sample: Register, kind: str, id: str) -> Any:
    with sample.unit_of_work(keep=False) as work:
        return getattr(work, kind).get(id)


# Whatever is asked of something of the other school is refused, or not there.
CALLS: dict[str, Callable[[Register, Register, dict[str, str]], Any]] = {
    "add_assignment": lambda own, whole, its: own.add_assignment(
        kept(whole, "assignments", its["assignment"]).changed(id="D-1", version=0)
    ),
    "add_evaluation": lambda own, whole, its: own.add_evaluation(kept(whole, "evaluations", its["evaluation"])),
    "add_group_session": lambda own, whole, its: own.add_group_session(
        [_session(whole, its).changed(group_id="g", attendance="group")]
    ),
    "add_plan": lambda own, whole, its: own.add_plan(kept(whole, "plans", its["plan"]).changed(id="P-1", version=0)),
    "add_schedule": lambda own, whole, its: own.add_schedule(_schedule(whole, its)),
    "add_session": lambda own, whole, its: own.add_session(_session(whole, its)),
    "change_plan": lambda own, whole, its: own.change_plan(kept(whole, "plans", its["plan"]), on=DAY),
    "claim_account": lambda own, whole, its: own.claim_account(its["claim"]),
    "claim_conflicts": lambda own, whole, its: own.claim_conflicts(its["claim"]),
    "clear_plan": lambda own, whole, its: own.clear_plan(its["plan"], on=DAY),
    "correct_claim": lambda own, whole, its: own.correct_claim(its["claim"], on=DAY, reason="x"),
    "decide_claim": lambda own, whole, its: own.decide_claim(its["claim"], on=DAY),
    "decisions": lambda own, whole, its: own.decisions(its["claim"]),
    "delivery": lambda own, whole, its: own.delivery(its["plan"], on=DAY),
    "export_batch": lambda own, whole, its: own.export_batch("B-1", on=DAY, file_format="csv"),
    "move_batch": lambda own, whole, its: own.move_batch("B-1", on=DAY, execution_on=DAY),
    "name_payee": lambda own, whole, its: own.name_payee(its["claim"], "Y-1", on=DAY),
    "override_conflict": lambda own, whole, its: own.override_conflict(its["claim"], "x", on=DAY, reason="x"),
    "pay_claims": lambda own, whole, its: own.pay_claims(on=DAY, execution_on=DAY, claims=[its["claim"]]),
    "pay_preparation": lambda own, whole, its: own.pay_preparation(its["plan"], paid_on=DAY, on=DAY),
    "plan_findings": lambda own, whole, its: own.plan_findings(its["plan"], on=DAY),
    "plan_versions": lambda own, whole, its: own.plan_versions(its["plan"]),
    "recover": lambda own, whole, its: own.recover(its["claim"], on=DAY, amount=Money("1.00"), received_on=DAY, reference="x"),
    "redecide_claim": lambda own, whole, its: own.redecide_claim(its["claim"], on=DAY),
    "redecide_claims": lambda own, whole, its: own.redecide_claims(on=DAY),
    "roll_over_plan": lambda own, whole, its: own.roll_over_plan(its["plan"], on=DAY),
    "see_plan": lambda own, whole, its: own.see_plan(its["plan"], OTHER, on=DAY),
    "set_budget": lambda own, whole, its: own.set_budget(SEMESTER, Money("1.00"), institution_id=OTHER),
    "set_off": lambda own, whole, its: own.set_off(its["claim"], on=DAY),
    "settle_claim": lambda own, whole, its: own.settle_claim(its["claim"], on=DAY),
    "storage": lambda own, whole, its: own.storage,
    "submit_claim": lambda own, whole, its: own.submit_claim(kept(whole, "claims", its["claim"]), on=DAY),
    "take_plan_step": lambda own, whole, its: own.take_plan_step(its["plan"], "close", on=DAY),
    "transfer_plan": lambda own, whole, its: own.transfer_plan(its["plan"], OTHER, on=DAY),
    "due_for_erasure": lambda own, whole, its: own.due_for_erasure(on=DAY),
    "decrypt": lambda own, whole, its: own.decrypt(names=True),
    "encrypt": lambda own, whole, its: own.encrypt(names=True),
    "erase_learner": lambda own, whole, its: own.erase_learner(its["learner"], on=DAY, even_if_open=True),
    "checkpoint": lambda own, whole, its: own.checkpoint(),
    "extract": lambda own, whole, its: own.extract("a-study"),
    "history": lambda own, whole, its: own.history("plans", its["plan"]),
    "history_of_learner": lambda own, whole, its: own.history_of_learner(its["learner"]),
    "note_personal_code": lambda own, whole, its: own.note_personal_code(its["learner"], "161175-19997", on=DAY),
    "personal_codes_of": lambda own, whole, its: own.personal_codes_of(its["learner"]),
    "pseudonyms": lambda own, whole, its: own.pseudonyms("a-study"),
    "report_on_learner": lambda own, whole, its: own.report_on_learner(its["learner"], on=DAY),
    "rotate_keys": lambda own, whole, its: own.rotate_keys(),
    "verify": lambda own, whole, its: own.verify(),
    "views_of": lambda own, whole, its: own.views_of(its["learner"]),
    "withdraw_claim": lambda own, whole, its: own.withdraw_claim(its["claim"], on=DAY),
}
# What gives several things gives those of one's own.
LISTS: dict[str, Callable[[Register], Any]] = {
    "as_of": lambda own: _plans_then(own),
    "budgets": lambda own: own.budgets(),
    "find_by_personal_code": lambda own: own.find_by_personal_code("161175-19997"),
    "claim_frame": lambda own: own.claim_frame(["submitted", "decided"]).collect().rows(),
    "decide_claims_in_bulk": lambda own: [frame.rows() for frame in (own.decide_claims_in_bulk(on=DAY).decisions, own.decide_claims_in_bulk(on=DAY).lines)],
    "running_counts": lambda own: own.running_counts("2022/23-1").rows(),
    "signals": lambda own: own.signals("2022/23-1").rows(),
    "suggest_risks": lambda own: own.suggest_risks(SEMESTER, on=DAY),
}  # fmt: skip
# Of the register itself, and of no row.
OF_ITSELF = {
    "open",
    "close",
    "unit_of_work",
    "retried",
    "was_erased",
    "encrypted",
    "programme",
    "actor",
    "new_id",
    "trial",
    "setup",
}


def _plans_then(own: Register) -> Any:
    with own.as_of(datetime.now(UTC)) as then, then.unit_of_work(keep=False) as work:
        return [(plan.id, plan.institution_id) for plan in work.plans.find()]


def _session(whole: Register, its: dict[str, str]) -> Session:
    session: Session = kept(whole, "sessions", its["session"])
    return session.changed(id="S-1", version=0, day=date(2023, 5, 8))


def _schedule(whole: Register, its: dict[str, str]) -> Any:
    with whole.unit_of_work(keep=False) as work:
        return work.schedules.find(plan_id=kept_plan(work, its), limit=1)[0].changed(id="G-1", version=0)


def kept_plan(work: Any, its: dict[str, str]) -> str:
    return str(work.sessions.get(its["session"]).plan_id)


def test_the_walk_covers_everything_that_a_register_offers(sample: Register) -> None:
    offered = {name for name in dir(sample) if not name.startswith("_")}
    assert offered == CALLS.keys() | LISTS.keys() | OF_ITSELF


@pytest.mark.parametrize("name", sorted(CALLS))
def test_what_is_anothers_is_refused(sample: Register, foreign: dict[str, str], name: str) -> None:
    for role in ("director", "plan-author", "institution-coordinator", "analyst"):
        with pytest.raises(PmpError) as refused:
            CALLS[name](opened(sample, role), sample, foreign)
        assert refused.value.code in ("access-denied", "not-found"), (role, str(refused.value))


@pytest.mark.parametrize("name", sorted(LISTS))
def test_a_list_holds_what_is_ones_own(sample: Register, name: str) -> None:
    with sample.unit_of_work(keep=False) as work:
        own = {row["learner_id"] for row in work.transaction.find(tables.ENROLMENTS, {"institution_id": OWN})}
        others = {row["learner_id"] for row in work.transaction.find(tables.ENROLMENTS, {"institution_id": OTHER})} - own
        plans = {plan.id for plan in work.plans.find(institution_id=OTHER)}
        foreign = others | plans | {claim.id for claim in work.claims.find(plan_id=sorted(plans))} | {OTHER}
    told = set(re.findall(r"[A-Z]-\d+", repr(LISTS[name](opened(sample)))))
    assert told & foreign == set()
    everything = set(re.findall(r"[A-Z]-\d+", repr(LISTS[name](opened(sample, "ikvd", municipality_id="M-0002")))))
    assert (
        name in ("budgets", "suggest_risks", "find_by_personal_code") or everything & foreign
    )  # the words do find what is there


def test_of_a_plan_that_was_never_ones_own_nothing_is_seen(sample: Register, foreign: dict[str, str]) -> None:
    seen = opened(sample).see_plan(foreign["plan"], OWN, on=DAY)
    assert (seen.sees, seen.plan, seen.sessions) == ("nothing", None, ())


def test_collections_hold_what_is_ones_own(sample: Register) -> None:
    with opened(sample).unit_of_work() as work:
        assert {plan.institution_id for plan in work.plans.find()} == {OWN}
        assert {one.institution_id for one in work.enrolments.find()} == {OWN}
        plans = {plan.id for plan in work.plans.find()}
        for several in (work.claims, work.sessions, work.schedules, work.evaluations):
            found: list[Any] = several.find()
            assert found
            assert {one.plan_id for one in found} <= plans
        learners = {one.learner_id for one in work.enrolments.find()}
        assert {one.id for one in work.learners.find()} == learners
        for kind, entity in (("plans", OTHER), ("learners", "x")):
            assert getattr(work, kind).find(id=entity) == []


def test_what_is_counted_is_ones_own(sample: Register) -> None:
    assert [line.place_id for line in overview(opened(sample)).lines] == [OWN]
    assert overview(opened(sample)).lines[0] == next(line for line in overview(sample).lines if line.place_id == OWN)
    assert [line.place_id for line in overview(opened(sample, "analyst", municipality_id="M-0002"), "municipality").lines] == [
        "M-0002"
    ]
    for level in ("municipality", "state"):
        with pytest.raises(AccessDenied, match=level):
            overview(opened(sample), level)  # type: ignore[arg-type]
    with pytest.raises(AccessDenied):
        overview(opened(sample, "municipal-coordinator", municipality_id="M-0001"), "state")


def test_documents_and_requests_are_of_ones_own(sample: Register, foreign: dict[str, str]) -> None:
    with pytest.raises(AccessDenied):
        plan_document(opened(sample, "ikvd", institution_id=OWN), foreign["plan"])
    period = {"first_day": date(2023, 1, 1), "last_day": date(2023, 6, 30), "made_on": date(2023, 7, 3)}
    coordinator = opened(sample, "municipal-coordinator", municipality_id="M-0001")
    assert partner_request(coordinator, municipality_id="M-0001", **period) == partner_request(
        sample, municipality_id="M-0001", **period
    )
    with pytest.raises(AccessDenied, match="M-0002"):
        partner_request(coordinator, municipality_id="M-0002", **period)


def test_the_chain_of_approval_goes_through_its_stations_each_from_where_it_acts() -> None:
    programme = load_programme("lv-8.3.4")
    with demo_register() as register:
        with register.unit_of_work(keep=False) as work:
            draft = work.plans.find(status="draft", institution_id=OTHER)[0]
        names = {
            "plan-author": {"institution_id": OTHER},
            "director": {"institution_id": OTHER},
            "municipal-coordinator": {"municipality_id": "M-0002"},
        }
        for role, step in (
            ("plan-author", "submit"),
            ("director", "approve"),
            ("municipal-coordinator", "approve"),
            ("ikvd", "approve"),
        ):
            actor = Actor(name="Ilze", role=role, **names.get(role, {}))
            station = Register(register.storage, programme, actor)
            assert station.take_plan_step(draft.id, step, on=DAY).id == draft.id
        with register.unit_of_work(keep=False) as work:
            assert work.plans.get(draft.id).status == "approved"
            assert casework.plan_versions(work, draft.id)[-1].role == "ikvd"
