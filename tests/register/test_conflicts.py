"""Double funding in the register: what holds a claim up, what clears by itself, and what people say of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import pmp_storage_sql.plugin
from pmp_core.compensation import Claim, OtherFunding
from pmp_core.errors import NotFound, PmpError, StepRefused
from pmp_core.learners import Enrolment, Institution, Learner, Municipality, Partnership
from pmp_core.loading import Programme, load_programme
from pmp_core.plans import SupportPlan
from pmp_core.plugins import PluginSet
from pmp_core.programme import OverlayText
from pmp_core.register import Register, conflicts, tables
from pmp_core.register.other_funding import add_funding, keep_match
from pmp_core.values import Actor

AUTHOR, CLERK = Actor(name="Ilze", role="plan-author"), Actor(name="Jana", role="municipal-coordinator")
RATES = Path(__file__).parents[2] / "examples/sample-school/rates.example.yaml"
PLUGINS = PluginSet([("sql", pmp_storage_sql.plugin)])
ON = date(2023, 6, 1)
KINDS = ("accommodation", "catering")


def ruled(values: str) -> Programme:
    head = "overlay_for: lv-8.3.4\ntitle: {lv: izdomāts, en: made up}\nvalues:\n"
    return load_programme("lv-8.3.4", overlays=[RATES, OverlayText("made-up.example.yaml", head + values)])


RATED = load_programme("lv-8.3.4", overlays=[RATES])
GRADED = ruled("  meals.state-money.levels: {entries: [{from: 2022-09-01, value: [5], source: made up, status: example}]}\n")
ALL_SOFT = ruled(
    "  compensation.conflicts.blocking: {entries: [{from: 2022-10-01, value: [], source: made up, status: example, replaces: true}]}\n"
)
NOBODY = ruled(
    "  compensation.conflicts.override-roles: {entries: [{from: 2017-03-01, value: [], source: made up, status: example, "
    "replaces: true}]}\n"
)


def plan(id: str, **fields: Any) -> SupportPlan:
    measures = tuple(
        {"number": n, "kind": kind, "risks": ("violence",), "justification": "Palīdz."} for n, kind in enumerate(KINDS, start=1)
    )
    return SupportPlan.model_validate(
        {
            "id": id, "learner_id": "L-1", "institution_id": "I-1", "partner_kind": "municipality", "semester": "2022/23-1",
            "first_day": "2022-09-12", "last_day": "2023-01-15", "entered_on": "2022-09-09", "prepared_by": "Ilze",
            "status": "in-progress", "risks": ({"factor": "violence"},), "measures": measures, **fields,
        }
    )  # fmt: skip


def filled(target: str, programme: Programme = RATED) -> Register:
    """Anna with a plan in each semester, whose days overlap, the second at another school; and Juris with one."""
    made = Register.open(target, actor=CLERK, programme=programme, plugins=PLUGINS, access="host")
    with made.unit_of_work() as work:
        for n in ("1", "2"):
            work.municipalities.add(Municipality(id=f"M-{n}", name="Novads"))
            school = {"id": f"I-{n}", "name": "Skola", "partner_kind": "municipality", "municipality_id": f"M-{n}"}
            work.institutions.add(Institution.model_validate(school))
            work.partnerships.add(Partnership(id=f"A-{n}", first_day=date(2018, 9, 1), municipality_id=f"M-{n}"))
            work.learners.add(Learner(id=f"L-{n}", given_name="Anna", family_name="Ozola"))
            fields = {"id": f"E-{n}", "learner_id": f"L-{n}", "institution_id": "I-1", "track": "general", "level": 5}
            work.enrolments.add(Enrolment.model_validate({**fields, "first_day": "2022-09-01"}))
        work.plans.add(plan("P-1"))
        work.plans.add(plan("P-2", semester="2022/23-2", institution_id="I-2", first_day="2022-12-19", last_day="2023-05-31"))
        work.plans.add(plan("P-3", learner_id="L-2"))
    return made


@pytest.fixture(params=["memory:", "sqlite://"])
def register(request: pytest.FixtureRequest) -> Iterator[Register]:
    with filled(request.param) as made:
        yield made


def submit(
    register: Register, id: str, first: str, last: str, *, on: str = "2023-02-01", kind: str = KINDS[0], **fields: Any
) -> Claim:
    receipts = ({"number": id, "issuer": "Viesnīca", "day": first, "amount": "10.00"},)
    given = {"plan_id": "P-1", "measure": KINDS.index(kind) + 1, "kind": kind, "requested": "10.00", "receipts": receipts}
    made = Claim.model_validate({"id": id, "status": "draft", "first_day": first, "last_day": last, **given, **fields})
    return register.submit_claim(made, by=AUTHOR, on=date.fromisoformat(on))


def keys(register: Register, id: str) -> list[str]:
    return [conflict.key for conflict in register.claim_conflicts(id)]


def blocked(register: Register, id: str) -> str:
    """Which conflicts hold it up; it stays submitted, without a decision."""
    with pytest.raises(StepRefused) as caught:
        register.decide_claim(id, on=ON)
    assert caught.value.code == "claim-in-conflict"
    assert caught.value.remedy
    with register.unit_of_work(keep=False) as work:
        assert work.claims.get(id).status == "submitted"
        assert work.transaction.count(tables.DECISIONS, {"claim_id": id}) == 0
    return str(caught.value.found)


def decide(register: Register, id: str) -> str:
    return register.decide_claim(id, on=ON)[0].status


def override(register: Register, id: str, key: str, by: Actor = CLERK, reason: str | None = "Divas istabas.") -> None:
    kept = register.override_conflict(id, key, by=by, on=ON, reason=reason)
    assert kept.override is not None
    assert (kept.override.by, kept.override.role, kept.override.on) == (by.name, by.role, ON)


def refusal(call: Any, kind: type[PmpError] = StepRefused) -> str:
    with pytest.raises(kind) as caught:
        call()
    assert caught.value.remedy
    return caught.value.code


def fund(register: Register, **fields: Any) -> OtherFunding:
    given = {"id": "F-1", "payer": "municipal-meals", "kind": KINDS[0], "first_day": "2022-09-01", "covers": "all"}
    with register.unit_of_work() as work:
        return add_funding(work, register.programme, OtherFunding.model_validate({**given, **fields}))


# --- inside the programme ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "there"), [("2023-01-11", False), ("2023-01-10", True)])
def test_days_are_claimed_once_across_plans_institutions_and_semesters(register: Register, first: str, there: bool) -> None:
    submit(register, "C-1", "2022-12-19", "2023-01-10")
    submit(register, "C-2", first, "2023-01-13", plan_id="P-2", on="2023-02-02")
    assert keys(register, "C-2") == ["overlap:C-1"] * there
    assert keys(register, "C-1") == []
    if there:
        assert blocked(register, "C-2") == "overlap:C-1"
    assert decide(register, "C-1") == "decided"


def test_a_receipt_pays_once_whoever_hands_it_in(register: Register) -> None:
    submit(register, "C-1", "2022-10-03", "2022-10-07")
    written = ({"number": "c-1", "issuer": " VIESNĪCA", "day": "2022-10-03", "amount": "10.00"},)
    submit(register, "C-2", "2022-10-03", "2022-10-07", plan_id="P-3", kind=KINDS[1], receipts=written, on="2023-02-02")
    assert "receipt:C-1" in keys(register, "C-2")
    assert blocked(register, "C-2") == "receipt:C-1"


def test_a_file_pays_once_whatever_is_typed_of_it(register: Register) -> None:
    for id in ("C-1", "C-2"):
        one = {"number": id, "issuer": id, "day": "2022-10-03", "amount": "10.00", "digest": "abcd"}
        submit(register, id, "2022-10-03", "2022-10-07", plan_id="P-1" if id == "C-1" else "P-3", receipts=(one,))
    assert keys(register, "C-2") == ["receipt:C-1"]


def test_a_receipt_of_a_register_from_before_is_found_too(register: Register) -> None:
    submit(register, "C-1", "2022-10-03", "2022-10-07")
    with register.unit_of_work() as work:
        (row,) = work.transaction.find(tables.CLAIM_RECEIPTS)
        work.transaction.update(tables.CLAIM_RECEIPTS, {**row, "identity": None})
    same = ({"number": "C-1", "issuer": "Viesnīca", "day": "2022-10-03", "amount": "10.00"},)
    submit(register, "C-2", "2022-10-03", "2022-10-07", plan_id="P-3", receipts=same)
    assert keys(register, "C-2") == ["receipt:C-1"]


def test_the_earlier_of_two_waits_for_no_later_one_and_of_one_day_the_id_tells(register: Register) -> None:
    submit(register, "C-2", "2022-10-03", "2022-10-07")
    submit(register, "C-1", "2022-10-07", "2022-10-10")
    submit(register, "C-0", "2022-10-10", "2022-10-14", on="2023-02-02")
    assert [keys(register, id) for id in ("C-1", "C-2", "C-0")] == [[], ["overlap:C-1"], ["overlap:C-1"]]
    assert blocked(register, "C-2") == "overlap:C-1"
    assert decide(register, "C-1") == "decided"


def test_one_that_is_decided_is_in_the_way_of_an_earlier_one_too(register: Register) -> None:
    submit(register, "C-1", "2022-10-03", "2022-10-07", on="2023-02-03")
    assert decide(register, "C-1") == "decided"
    submit(register, "C-2", "2022-10-03", "2022-10-07", on="2023-02-02")
    assert blocked(register, "C-2") == "overlap:C-1"


@pytest.mark.parametrize("ended", ["withdrawn", "refused", "granted nothing"])
def test_a_conflict_whose_other_side_ends_is_there_no_more(register: Register, ended: str) -> None:
    given: dict[str, Any] = {"refused": {"receipts": ()}, "granted nothing": {"cofunded": "10.00"}}.get(ended, {})
    submit(register, "C-1", "2022-10-03", "2022-10-07", **given)
    submit(register, "C-2", "2022-10-03", "2022-10-07", on="2023-02-02")
    assert keys(register, "C-2") == ["overlap:C-1"]
    if ended == "withdrawn":
        register.withdraw_claim("C-1", by=AUTHOR, on=ON)
    else:
        assert decide(register, "C-1") == "decided"
    assert keys(register, "C-2") == []
    assert decide(register, "C-2") == "decided"


def test_a_draft_is_told_what_it_would_be_in_conflict_with(register: Register) -> None:
    submit(register, "C-1", "2022-10-03", "2022-10-07")
    submit(register, "C-2", "2022-10-03", "2022-10-07")
    register.withdraw_claim("C-2", by=AUTHOR, on=ON)
    assert keys(register, "C-2") == ["overlap:C-1"]
    assert keys(register, "C-1") == []


def test_what_only_warns_is_for_the_deployment_to_say_from_a_day_on() -> None:
    with filled("memory:", ALL_SOFT) as register:
        for n, first in enumerate(("2022-09-29", "2022-09-30", "2022-10-01", "2022-10-02")):
            submit(register, f"C-{n}", first, "2022-10-07")
        told = {id: [one.blocks for one in register.claim_conflicts(id)] for id in ("C-1", "C-2")}
        assert told == {"C-1": [True], "C-2": [False, False]}
        assert blocked(register, "C-1") == "overlap:C-0"
        override(register, "C-1", "overlap:C-0")
        assert [decide(register, f"C-{n}") for n in range(4)] == ["decided"] * 4


# --- overrides -----------------------------------------------------------------------------------------------------------


def test_an_override_lets_a_claim_be_decided_and_is_kept_with_its_evidence(register: Register) -> None:
    submit(register, "C-1", "2022-10-03", "2022-10-07")
    submit(register, "C-2", "2022-10-07", "2022-10-10")
    override(register, "C-2", "overlap:C-1")
    (conflict,) = register.claim_conflicts("C-2")
    assert conflict.override is not None
    assert (conflict.override.reason, conflict.blocks) == ("Divas istabas.", False)
    assert decide(register, "C-1") == decide(register, "C-2") == "decided"
    with register.unit_of_work(keep=False) as work:
        (row,) = work.transaction.find(tables.CONFLICT_OVERRIDES)
    assert (row["claim_id"], row["conflict"], row["number"]) == ("C-2", "overlap:C-1", 1)
    assert row["evidence"] == conflict.evidence.model_dump_json()


def test_an_override_holds_from_both_sides(register: Register) -> None:
    submit(register, "C-1", "2022-10-03", "2022-10-07")
    submit(register, "C-2", "2022-10-07", "2022-10-10")
    override(register, "C-2", "overlap:C-1")
    assert decide(register, "C-1") == decide(register, "C-2") == "decided"
    assert [(one.key, one.blocks) for one in register.claim_conflicts("C-1")] == [("overlap:C-2", False)]


def test_an_override_lapses_where_the_evidence_changes_and_can_be_said_again(register: Register) -> None:
    submit(register, "C-1", "2022-10-03", "2022-10-07")
    submit(register, "C-2", "2022-10-07", "2022-10-10")
    override(register, "C-2", "overlap:C-1")
    drawn = register.withdraw_claim("C-1", by=AUTHOR, on=ON)
    register.submit_claim(drawn, by=AUTHOR, on=date(2023, 2, 1))
    assert [one.blocks for one in register.claim_conflicts("C-2")] == [False]
    drawn = register.withdraw_claim("C-1", by=AUTHOR, on=ON)
    register.submit_claim(drawn.changed(last_day="2022-10-08"), by=AUTHOR, on=date(2023, 2, 1))
    assert blocked(register, "C-2") == "overlap:C-1"
    override(register, "C-2", "overlap:C-1", reason="Joprojām divas.")
    decide(register, "C-1")
    assert decide(register, "C-2") == "decided"
    with register.unit_of_work(keep=False) as work:
        assert work.transaction.count(tables.CONFLICT_OVERRIDES) == 2


def test_who_may_override_is_for_the_programme_to_say(register: Register) -> None:
    submit(register, "C-1", "2022-10-03", "2022-10-07")
    submit(register, "C-2", "2022-10-07", "2022-10-10")
    assert refusal(lambda: override(register, "C-2", "overlap:C-1", by=AUTHOR)) == "override-by-role"
    for reason in (None, " "):
        assert refusal(lambda reason=reason: override(register, "C-2", "overlap:C-1", reason=reason)) == "override-needs-reason"
    assert refusal(lambda: override(register, "C-2", "overlap:C-9")) == "conflict-unknown"
    assert refusal(lambda: override(register, "C-1", "overlap:C-2")) == "conflict-unknown"
    assert refusal(lambda: override(register, "C-9", "overlap:C-2"), NotFound) == "not-found"
    with filled("memory:", NOBODY) as nobodys:
        submit(nobodys, "C-1", "2022-10-03", "2022-10-07")
        assert refusal(lambda: override(nobodys, "C-1", "x")) == "override-by-role"


@pytest.mark.parametrize(
    ("acts_for", "code"),
    [
        ({"institution_id": "I-1"}, "other-institution"),
        ({"municipality_id": "M-1"}, "other-municipality"),
        ({"institution_id": "I-2"}, None),
        ({"municipality_id": "M-2"}, None),
    ],
)
def test_an_override_is_for_those_whose_plan_it_was_on_the_first_day(
    register: Register, acts_for: dict[str, str], code: str | None
) -> None:
    submit(register, "C-1", "2022-12-19", "2023-01-10")
    submit(register, "C-2", "2023-01-10", "2023-01-13", plan_id="P-2", on="2023-02-02")
    by = Actor.model_validate({"name": "Jana", "role": CLERK.role, **acts_for})
    if code is None:
        override(register, "C-2", "overlap:C-1", by)
        assert decide(register, "C-2") == "decided"
    else:
        assert refusal(lambda: override(register, "C-2", "overlap:C-1", by)) == code


def test_before_the_programme_says_what_holds_claims_up_everything_does_and_nobody_overrides() -> None:
    assert "other-funding-unknown" in conflicts.blocking_kinds(RATED, date(2017, 2, 28))
    assert "other-funding-unknown" not in conflicts.blocking_kinds(RATED, date(2017, 3, 1))


# --- against other sources -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("whose", "there"),
    [
        ({}, True),
        ({"learner_id": "L-1"}, True),
        ({"learner_id": "L-2"}, False),
        ({"institution_id": "I-1"}, True),
        ({"institution_id": "I-2"}, False),
        ({"municipality_id": "M-1"}, True),
        ({"municipality_id": "M-2"}, False),
        ({"kind": KINDS[1]}, False),
        ({"last_day": "2022-10-02"}, False),
        ({"last_day": "2022-10-03"}, True),
    ],
)
def test_a_source_that_pays_all_holds_up_the_claims_that_it_is_for(
    register: Register, whose: dict[str, Any], there: bool
) -> None:
    submit(register, "C-1", "2022-10-03", "2022-10-07")
    fund(register, **whose)
    assert keys(register, "C-1") == ["other-funding:F-1"] * there


def test_a_source_is_of_the_institution_whose_plan_it_is_on_the_day(register: Register) -> None:
    with register.unit_of_work() as work:
        went = {"source_institution_id": "I-1", "source_partner_kind": "municipality", "target_institution_id": "I-2"}
        gone = {**went, "on": "2022-10-05", "plan_version": 1, "actor": "Ilze", "role": "director"}
        work.plans.put(SupportPlan.model_validate({**work.plans.get("P-1").model_dump(), "transfers": [gone]}))
    submit(register, "C-1", "2022-10-03", "2022-10-04")
    submit(register, "C-2", "2022-10-05", "2022-10-07")
    fund(register, municipality_id="M-2")
    fund(register, id="F-2", institution_id="I-1")
    assert [keys(register, id) for id in ("C-1", "C-2")] == [["other-funding:F-2"], ["other-funding:F-1"]]


def test_the_level_on_the_day_counts(register: Register) -> None:
    with register.unit_of_work() as work:
        work.enrolments.put(work.enrolments.get("E-1").changed(last_day="2022-10-04"))
        fields = {"id": "E-9", "learner_id": "L-1", "institution_id": "I-1", "track": "general", "level": 6}
        work.enrolments.add(Enrolment.model_validate({**fields, "first_day": "2022-10-05", "last_day": "9999-12-31"}))
    submit(register, "C-1", "2022-10-03", "2022-10-04")
    submit(register, "C-2", "2022-10-05", "2022-10-07")
    fund(register, lowest_level=6)
    assert [keys(register, id) for id in ("C-1", "C-2")] == [[], ["other-funding:F-1"]]


def test_of_days_without_an_enrolment_it_cannot_be_told(register: Register) -> None:
    with register.unit_of_work() as work:
        work.enrolments.put(work.enrolments.get("E-1").changed(last_day="2022-10-02"))
    submit(register, "C-1", "2022-10-03", "2022-10-04")
    fund(register, lowest_level=6)
    assert [one.kind for one in register.claim_conflicts("C-1")] == ["other-funding-unknown"]


@pytest.mark.parametrize(("stated", "there"), [("5.37", True), ("5.38", False)])
def test_the_states_meals_are_a_part_that_the_claim_states(stated: str, there: bool) -> None:
    with filled("memory:", GRADED) as register:
        submit(register, "C-1", "2022-10-03", "2022-10-07", kind=KINDS[1], cofunded=stated)
        assert [(one.key, one.kind) for one in register.claim_conflicts("C-1")] == [
            ("other-funding:state-meals", "other-funding-part")
        ] * there
        assert decide(register, "C-1") == "decided"


def test_without_the_grades_the_answer_says_that_it_cannot_be_told_of_meals_only(register: Register) -> None:
    submit(register, "C-1", "2022-10-03", "2022-10-07", kind=KINDS[1])
    submit(register, "C-2", "2022-10-03", "2022-10-07")
    assert [one.kind for one in register.claim_conflicts("C-1")] == ["other-funding-unknown"]
    assert keys(register, "C-2") == []
    assert decide(register, "C-1") == "decided"


def test_an_override_of_other_funding_lapses_with_what_the_payer_pays(register: Register) -> None:
    submit(register, "C-1", "2022-10-03", "2022-10-07")
    fund(register)
    override(register, "C-1", "other-funding:F-1")
    assert [one.blocks for one in register.claim_conflicts("C-1")] == [False]
    with register.unit_of_work() as work:
        work.other_funding.put(work.other_funding.get("F-1").changed(last_day="2022-10-06"))
    assert blocked(register, "C-1") == "other-funding:F-1"


def matched(
    register: Register, days: list[int] | None, reference: str = "R7", *, sender: str = "0001000", sure: bool = True
) -> list[OtherFunding]:
    with register.unit_of_work() as work:
        return keep_match(
            work,
            register.programme,
            "C-1",
            days=None if days is None else [date(2022, 10, day) for day in days],
            sender=sender,
            reference=reference,
            found_by="person-code" if sure else "name-birthdate",
            sure=sure,
        )


def test_a_match_of_an_exchange_holds_the_claim_up_once_kept(register: Register) -> None:
    submit(register, "C-1", "2022-10-03", "2022-10-07")
    kept = matched(register, [4, 3, 7])
    assert [(one.first_day.day, one.last_day and one.last_day.day) for one in kept] == [(3, 4), (7, 7)]
    assert matched(register, [3, 4, 7]) == kept  # keeping it again changes nothing
    told = register.claim_conflicts("C-1")
    assert [(one.kind, one.evidence.reference) for one in told] == [("other-municipality", "0001000 R7")] * 2
    assert blocked(register, "C-1") == ", ".join(f"other-funding:{id}" for id in sorted(one.id for one in kept))


def test_a_match_is_the_same_under_another_key_and_what_was_said_of_it_stays(register: Register) -> None:
    submit(register, "C-1", "2022-10-03", "2022-10-07")
    (first,) = matched(register, [3, 4])
    override(register, "C-1", f"other-funding:{first.id}")
    assert matched(register, [3, 4], "R8") == [first]
    assert [one.blocks for one in register.claim_conflicts("C-1")] == [False]
    again, more = matched(register, [3, 4, 5], "R9")
    assert (again, more.first_day, more.last_day, more.reference) == (first, date(2022, 10, 5), date(2022, 10, 5), "0001000 R9")
    assert blocked(register, "C-1") == f"other-funding:{more.id}"


def test_a_match_with_another_sender_or_by_another_way_is_another(register: Register) -> None:
    submit(register, "C-1", "2022-10-03", "2022-10-07")
    found = [*matched(register, [3]), *matched(register, [3], sender="0002000"), *matched(register, [3], sure=False)]
    assert len({one.id for one in found}) == len(keys(register, "C-1")) == 3


def test_a_match_that_is_not_certain_warns(register: Register) -> None:
    submit(register, "C-1", "2022-10-03", "2022-10-07")
    (kept,) = matched(register, None, sure=False)
    assert (kept.first_day, kept.last_day) == (date(2022, 10, 3), date(2022, 10, 7))
    assert [(one.kind, one.blocks) for one in register.claim_conflicts("C-1")] == [("other-municipality-unsure", False)]
    assert decide(register, "C-1") == "decided"


# --- many at once --------------------------------------------------------------------------------------------------------


def test_all_that_wait_are_told_as_one_by_one_and_no_query_more_is_asked_for_many(register: Register) -> None:
    with register.unit_of_work(keep=False) as work:
        assert conflicts.conflicts_of(work, register.programme, []) == {}
    fund(register, learner_id="L-2")
    for n in range(6):
        where = {"plan_id": ("P-1", "P-3")[n % 2], "kind": KINDS[n // 3]}
        submit(register, f"C-{n}", f"2022-10-{3 + n:02d}", f"2022-10-{5 + n:02d}", **where)
    with register.unit_of_work(keep=False) as work:
        several = conflicts.waiting_conflicts(work, register.programme)
        alone = {f"C-{n}": conflicts.claim_conflicts(work, register.programme, work.claims.get(f"C-{n}")) for n in range(6)}
    assert several == {id: found for id, found in alone.items() if found}
    assert len(several) >= 4
