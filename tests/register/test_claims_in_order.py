"""Deciding claims: in the order of submission, each after those before it, and again once what was missing is there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pmp_storage_sql.plugin
from pmp_core.compensation import Claim, ClaimDecision
from pmp_core.errors import NotFound, PmpError, StepRefused
from pmp_core.learners import Enrolment, Institution, Learner, Partnership
from pmp_core.loading import load_programme
from pmp_core.plans import SupportPlan
from pmp_core.plugins import PluginSet
from pmp_core.programme import OverlayText
from pmp_core.register import Register, tables
from pmp_core.values import Actor, Money

AUTHOR, CLERK = Actor(name="Ilze", role="plan-author"), Actor(name="Jana", role="municipal-coordinator")
BARE = load_programme("lv-8.3.4")
RATES = Path(__file__).parents[2] / "examples/sample-school/rates.example.yaml"
RATED = load_programme("lv-8.3.4", overlays=[RATES])
DECIDED = date(2023, 5, 31)
KINDS = ("accommodation", "public-transport-tickets", "special-transport", "catering")
Answer = tuple[str, str, Money | None]


def plan(id: str, **fields: Any) -> SupportPlan:
    measures = tuple(
        {"number": n, "kind": kind, "risks": ("violence",), "justification": "Palīdz."} for n, kind in enumerate(KINDS, start=1)
    )
    return SupportPlan.model_validate(
        {
            "id": id, "learner_id": "L-1", "institution_id": "I-1", "partner_kind": "municipality", "semester": "2022/23-1",
            "first_day": "2022-09-12", "last_day": "2022-12-23", "entered_on": "2022-09-09", "prepared_by": "Ilze",
            "status": "in-progress", "risks": ({"factor": "violence"},), "measures": measures, **fields,
        }
    )  # fmt: skip


def filled(target: str, programme: Any) -> Register:
    """Two learners with plans in progress: L-1 in both semesters, L-2 in the first."""
    plugins = PluginSet([("sql", pmp_storage_sql.plugin)])
    made = Register.open(target, actor=CLERK, programme=programme, plugins=plugins, access="host")
    with made.unit_of_work() as work:
        work.institutions.add(Institution(id="I-1", name="Skola"))
        work.partnerships.add(Partnership(id="A-1", first_day=date(2018, 9, 1), institution_id="I-1"))
        for n in ("1", "2"):
            work.learners.add(Learner(id=f"L-{n}", given_name="Anna", family_name="Ozola"))
            enrolment = {"id": f"E-{n}", "learner_id": f"L-{n}", "institution_id": "I-1", "track": "general", "level": 5}
            work.enrolments.add(Enrolment.model_validate({**enrolment, "first_day": "2022-09-01"}))
            work.plans.add(plan(f"P-{n}", learner_id=f"L-{n}"))
        work.plans.add(plan("P-3", semester="2022/23-2", first_day="2023-01-09", last_day="2023-05-31"))
    return made


@pytest.fixture(params=["memory:", "sqlite://"])
def register(request: pytest.FixtureRequest) -> Iterator[Register]:
    """With the example's rates: accommodation 90, tickets 60, special transport unset, a ceiling of 150."""
    with filled(request.param, RATED) as made:
        yield made


def submit(register: Register, id: str, requested: str, *, on: str = "2022-10-20", kind: str = KINDS[0], **fields: Any) -> Claim:
    """Claim C-n is for the n-th day from 3 October on, so that no two overlap, with a receipt of its own."""
    day = fields.get("first_day", f"2022-10-{3 + int(id[2:]):02d}")
    receipts = ({"number": id, "issuer": "A", "day": day, "amount": requested},) if requested != "0" else ()
    claim = {
        "id": id, "plan_id": "P-1", "measure": KINDS.index(kind) + 1, "kind": kind, "first_day": day, "last_day": day,
        "requested": requested, "receipts": receipts, "status": "draft", **fields,
    }  # fmt: skip
    return register.submit_claim(Claim.model_validate(claim), by=AUTHOR, on=date.fromisoformat(on))


def decide(register: Register, id: str) -> Answer:
    claim, decision = register.decide_claim(id, on=DECIDED)
    return claim.status, decision.outcome, decision.amount


def missing(register: Register, id: str) -> tuple[str, ...]:
    return register.decide_claim(id, on=DECIDED)[1].missing


def error_of(kind: type[PmpError], register: Register, id: str, **named: Any) -> PmpError:
    with pytest.raises(kind) as caught:
        register.decide_claim(id, on=DECIDED, **named)
    return caught.value


def test_a_claim_is_submitted_decided_and_kept_with_its_decision(register: Register) -> None:
    submitted = submit(register, "C-1", "100.00", cofunded="10.00")
    assert (submitted.status, submitted.submitted_on, submitted.version) == ("submitted", date(2022, 10, 20), 2)
    claim, decision = register.decide_claim("C-1", on=DECIDED)
    assert (claim.status, claim.decision_digest) == ("decided", decision.digest)
    assert (decision.outcome, decision.amount, decision.reasons) == (
        "reduced",
        Money("80.00"),
        ("cut-to-cap", "cut-by-co-funding"),
    )
    assert decision.programme_hash == RATED.hash
    with register.unit_of_work() as work:
        assert work.claims.get("C-1") == claim
        [row] = work.transaction.find(tables.DECISIONS)
    assert ClaimDecision.model_validate_json(str(row.pop("document"))) == decision
    assert row == {
        "claim_id": "C-1", "number": 1, "digest": decision.digest, "rule": "compensation", "outcome": "reduced",
        "amount_cents": 8000, "asked_cents": 10000, "counted_cents": 9000, "programme": "lv-8.3.4",
        "programme_hash": RATED.hash, "decided_on": DECIDED, "decided_by": "Jana", "decided_role": "municipal-coordinator",
        "reason": None,
    }  # fmt: skip
    assert register.decisions("C-1") == [decision]


def test_the_claims_of_a_semester_share_its_ceiling_in_the_order_of_submission(register: Register) -> None:
    submit(register, "C-1", "90.00", on="2022-10-20")
    submit(register, "C-3", "60.00", on="2022-10-22", kind=KINDS[1])
    submit(register, "C-2", "50.00", on="2022-10-21", kind=KINDS[1])
    granted = [decide(register, id)[1:] for id in ("C-1", "C-2", "C-3")]
    assert granted == [("granted", Money("90.00")), ("granted", Money("50.00")), ("reduced", Money("10.00"))]


def test_the_ceiling_is_used_up_by_what_others_paid_as_well(register: Register) -> None:
    submit(register, "C-1", "90.00", cofunded="90.00")
    submit(register, "C-2", "90.00")
    assert [decide(register, id)[2] for id in ("C-1", "C-2")] == [Money(0), Money("60.00")]


@pytest.mark.parametrize(("plan_id", "left"), [("P-1", "60.00"), ("P-2", "90.00"), ("P-3", "90.00")])
def test_only_claims_of_the_same_learner_and_semester_use_the_ceiling(register: Register, plan_id: str, left: str) -> None:
    submit(register, "C-1", "90.00")
    decide(register, "C-1")
    days = {"first_day": "2023-02-01", "last_day": "2023-02-28", "on": "2023-03-01"} if plan_id == "P-3" else {}
    submit(register, "C-2", "90.00", plan_id=plan_id, **{"on": "2022-10-21", **days})
    assert decide(register, "C-2")[2] == Money(left)


def test_an_earlier_claim_that_is_not_decided_blocks_and_a_later_one_does_not(register: Register) -> None:
    submit(register, "C-1", "90.00")
    submit(register, "C-2", "90.00", on="2022-10-21")
    status, outcome, amount = decide(register, "C-2")
    assert (status, outcome, amount) == ("submitted", "undetermined", None)
    assert decide(register, "C-1") == ("decided", "granted", Money("90.00"))
    assert decide(register, "C-2") == ("decided", "reduced", Money("60.00"))
    assert [decision.outcome for decision in register.decisions("C-2")] == ["undetermined", "reduced"]


def test_claims_of_one_day_are_taken_in_the_order_of_their_ids(register: Register) -> None:
    submit(register, "C-2", "90.00")
    submit(register, "C-1", "90.00")
    assert [decide(register, id)[1] for id in ("C-2", "C-1", "C-2")] == ["undetermined", "granted", "reduced"]


def test_an_earlier_undetermined_claim_blocks_until_it_is_withdrawn(register: Register) -> None:
    submit(register, "C-1", "90.00", kind="special-transport")
    submit(register, "C-2", "90.00", on="2022-10-21")
    assert missing(register, "C-1") == ("measure-kinds/special-transport", "compensation.cap.special-transport")
    assert missing(register, "C-2") != ()
    withdrawn = register.withdraw_claim("C-1", by=AUTHOR, on=DECIDED)
    assert (withdrawn.status, withdrawn.submitted_on) == ("draft", None)
    assert decide(register, "C-2") == ("decided", "granted", Money("90.00"))


def test_a_refused_claim_uses_nothing_and_blocks_nobody(register: Register) -> None:
    submit(register, "C-1", "90.00", receipts=())
    submit(register, "C-2", "90.00", on="2022-10-21")
    assert decide(register, "C-1") == ("decided", "refused", Money(0))
    assert decide(register, "C-2") == ("decided", "granted", Money("90.00"))


def test_a_certain_refusal_does_not_wait_for_the_earlier_ones_and_uses_nothing_later(register: Register) -> None:
    submit(register, "C-1", "90.00")
    submit(register, "C-2", "90.00", on="2022-10-21", receipts=())
    submit(register, "C-3", "90.00", on="2022-10-22")
    assert [decide(register, id)[1] for id in ("C-2", "C-1", "C-3")] == ["refused", "granted", "reduced"]


def test_a_claim_handed_in_late_with_an_earlier_day_still_finds_what_was_granted_meanwhile(register: Register) -> None:
    submit(register, "C-2", "90.00", on="2022-10-21")
    decide(register, "C-2")
    submit(register, "C-1", "90.00", on="2022-10-20")
    assert decide(register, "C-1") == ("decided", "reduced", Money("60.00"))


@pytest.mark.parametrize("target", ["memory:", "sqlite:///"])
def test_without_rates_a_claim_waits_and_is_decided_once_they_are_set(target: str, tmp_path: Path) -> None:
    if target == "memory:":
        with filled(target, BARE) as register:
            submit(register, "C-1", "90.00")
            assert set(missing(register, "C-1")) == {"compensation.cap.accommodation", "compensation.ceiling"}
        return
    url = f"{target}{tmp_path}/r.sqlite"
    with filled(url, BARE) as register:
        submit(register, "C-1", "90.00")
        assert decide(register, "C-1") == ("submitted", "undetermined", None)
    plugins = PluginSet([("sql", pmp_storage_sql.plugin)])
    with Register.open(url, actor=CLERK, programme=RATED, plugins=plugins, adopt_programme=True, access="host") as register:
        assert decide(register, "C-1") == ("decided", "granted", Money("90.00"))
        assert [d.programme_hash for d in register.decisions("C-1")] == [BARE.hash, RATED.hash]


def test_a_cap_per_school_day_counts_the_school_days_of_the_claim(register: Register) -> None:
    submit(register, "C-1", "40.00", kind="catering", first_day="2022-10-03", last_day="2022-10-07")
    assert decide(register, "C-1") == ("decided", "reduced", Money("12.50"))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"last_day": "2022-12-24"}, "within-plan"),
        ({"first_day": "2022-09-11"}, "within-plan"),
        ({"receipts": ()}, "receipts"),
    ],
)
def test_a_claim_that_the_law_does_not_allow_is_refused_with_the_reason(
    register: Register, fields: dict[str, Any], reason: str
) -> None:
    submit(register, "C-1", "10.00", on="2023-01-10", **fields)
    claim, decision = register.decide_claim("C-1", on=DECIDED)
    assert (claim.status, decision.outcome, decision.reasons) == ("decided", "refused", (reason,))


@pytest.mark.parametrize(("day", "outcome"), [("2022-11-03", "refused"), ("2022-11-04", "granted")])
def test_the_plan_has_to_be_in_force_on_the_day_that_is_claimed(register: Register, day: str, outcome: str) -> None:
    step = {"step": "approve", "source": "in-approval", "target": "approved", "actor": "Ieva", "role": "ikvd", "on": "2022-11-04"}
    with register.unit_of_work() as work:
        approved = {**plan("P-1").model_dump(), "status": "approved", "steps": (step,), "version": 1}
        work.plans.put(SupportPlan.model_validate(approved))
    submit(register, "C-1", "10.00", on="2022-11-30", first_day=day, last_day=day)
    _, decision = register.decide_claim("C-1", on=DECIDED)
    assert (decision.outcome, decision.reasons) == (outcome, () if outcome == "granted" else ("plan-in-force",))


def test_a_claim_is_decided_only_where_it_was_submitted_and_once(register: Register) -> None:
    submit(register, "C-1", "10.00")
    decide(register, "C-1")
    assert error_of(StepRefused, register, "C-1").code == "step-from-status"
    assert len(register.decisions("C-1")) == 1


def test_a_role_that_may_not_decide_leaves_no_decision(register: Register) -> None:
    submit(register, "C-1", "10.00")
    assert error_of(StepRefused, register, "C-1", by=AUTHOR).code == "step-by-role"
    assert register.decisions("C-1") == []


def test_a_claim_that_there_is_not_has_no_decisions(register: Register) -> None:
    with pytest.raises(NotFound):
        register.decisions("C-9")
    assert error_of(NotFound, register, "C-9").code == "not-found"


def test_a_claim_for_a_semester_whose_days_nobody_has_set_is_undetermined() -> None:
    with filled("memory:", RATED) as register:
        with register.unit_of_work() as work:
            work.plans.add(plan("P-4", semester="2030/31-1"))
        submit(register, "C-1", "10.00", plan_id="P-4")
        assert missing(register, "C-1") == ("semester_first_day",)


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(1, 12_000), st.integers(0, 3_000), st.sampled_from(KINDS[:2])), min_size=1, max_size=6),
    st.randoms(use_true_random=False),
)
def test_in_whatever_order_claims_are_looked_at_each_gets_what_its_turn_gives(
    asked: list[tuple[int, int, str]], random: Any
) -> None:
    with filled("memory:", RATED) as register:
        for n, (cents, cofunded, kind) in enumerate(asked):
            submit(register, f"C-{n}", str(Money.from_cents(cents)), kind=kind, cofunded=Money.from_cents(cofunded))
        waiting = [f"C-{n}" for n in range(len(asked))]
        while waiting:
            random.shuffle(waiting)
            waiting = [id for id in waiting if decide(register, id)[0] != "decided"]
        amounts = [register.decisions(f"C-{n}")[-1].amount for n in range(len(asked))]
    left, expected = 15_000, []
    for cents, cofunded, kind in asked:
        gross = min(cents, 9_000 if kind == KINDS[0] else 6_000, left)
        left -= gross
        expected.append(Money.from_cents(max(0, gross - cofunded)))
    assert amounts == expected


def test_an_overlay_of_the_deployment_decides_and_its_hash_stands_in_the_decision() -> None:
    overlay = OverlayText("c.yaml", RATES.read_text(encoding="utf-8").replace('"150.00"', '"20.00"'))
    programme = load_programme("lv-8.3.4", overlays=[overlay])
    with filled("memory:", programme) as register:
        submit(register, "C-1", "90.00")
        claim, decision = register.decide_claim("C-1", on=DECIDED)
    assert (claim.status, decision.amount, decision.reasons) == ("decided", Money("20.00"), ("cut-to-ceiling",))
    assert decision.programme_hash == programme.hash != RATED.hash


def test_a_claim_is_not_decided_before_the_day_it_was_submitted(register: Register) -> None:
    submit(register, "C-1", "10.00", on="2022-11-10")
    with pytest.raises(StepRefused) as caught:
        register.decide_claim("C-1", on=date(2022, 11, 9))
    assert caught.value.code == "claim-decided-before"
    assert register.decide_claim("C-1", on=date(2022, 11, 10))[0].status == "decided"
