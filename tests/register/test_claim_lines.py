"""Claims that are decided line by line: what each line may use of a cap, of the ceiling, and what is kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pmp_storage_sql.plugin
from pmp_core.compensation import Claim, ClaimDecision, decision_on
from pmp_core.learners import Enrolment, Institution, Learner, Partnership
from pmp_core.loading import Programme, load_programme
from pmp_core.plans import SupportPlan
from pmp_core.plugins import PluginSet
from pmp_core.programme import OverlayText
from pmp_core.register import Register, casework, claim_decisions, tables
from pmp_core.rules import Decision
from pmp_core.values import Actor, Money

CLERK = Actor(name="Jana", role="municipal-coordinator")
DECIDED = date(2023, 5, 31)
KINDS = ("catering", "accommodation", "individual-use-items")


def caps(catering: str, *, ceiling: str = "500.00", more: str = "") -> Programme:
    """The programme with invented caps: `catering` as entries, and one for a claim and for an item."""
    text = f"""overlay_for: lv-8.3.4
title: {{lv: Paraugs, en: Example}}
values:
  compensation.cap.catering:
    entries: [{catering}]
  compensation.cap.accommodation:
    entries:
      - {{from: 2022-09-01, value: "50.00", unit: EUR/claim, source: Invented, status: example}}
      - {{from: 2022-10-15, value: "80.00", unit: EUR/claim, source: Invented, status: example}}
  compensation.cap.individual-use-items:
    entries:
      - {{from: 2022-09-01, value: "20.00", unit: EUR/item, source: Invented, status: example}}
      - {{from: 2022-10-15, value: "30.00", unit: EUR/item, source: Invented, status: example}}
  compensation.ceiling:
    entries: [{{from: 2022-09-01, value: "{ceiling}", unit: EUR/learner-semester, source: Invented, status: example}}]
{more}"""
    return load_programme("lv-8.3.4", overlays=[OverlayText("caps.example.yaml", text)])


def cap(value: str, unit: str, first: str = "2022-09-01") -> str:
    return f'{{from: {first}, value: "{value}", unit: {unit}, source: Invented, status: example}}'


def plan(**fields: Any) -> SupportPlan:
    measures = [
        {"number": n, "kind": kind, "risks": ("violence",), "justification": "Palīdz."} for n, kind in enumerate(KINDS, 1)
    ]
    return SupportPlan.model_validate(
        {
            "id": "P-1", "learner_id": "L-1", "institution_id": "I-1", "partner_kind": "municipality", "semester": "2022/23-1",
            "first_day": "2022-09-12", "last_day": "2022-12-23", "entered_on": "2022-09-09", "prepared_by": "Ilze",
            "status": "in-progress", "risks": ({"factor": "violence"},), "measures": measures, **fields,
        }
    )  # fmt: skip


def filled(programme: Programme, target: str = "memory:", **of_plan: Any) -> Register:
    made = Register.open(
        target, actor=CLERK, programme=programme, plugins=PluginSet([("sql", pmp_storage_sql.plugin)]), access="host"
    )
    with made.unit_of_work() as work:
        work.institutions.add(Institution(id="I-1", name="Skola"))
        work.partnerships.add(Partnership(id="A-1", first_day=date(2018, 9, 1), institution_id="I-1"))
        work.learners.add(Learner(id="L-1", given_name="Anna", family_name="Ozola"))
        enrolment = {"id": "E-1", "learner_id": "L-1", "institution_id": "I-1", "track": "general", "level": 5}
        work.enrolments.add(Enrolment.model_validate({**enrolment, "first_day": "2022-09-01"}))
        work.plans.add(plan(**of_plan))
    return made


def decided(
    register: Register,
    id: str,
    first: str,
    last: str,
    requested: str,
    kind: str = "catering",
    *,
    on: str = "2023-01-10",
    **fields: Any,
) -> ClaimDecision:
    """The decision on a claim; its receipt is of its last day unless `receipts` says otherwise, by day and amount."""
    given = fields.pop("receipts", [(last, requested)])
    receipts = [{"number": f"{id}/{i}", "issuer": "A", "day": day, "amount": amount} for i, (day, amount) in enumerate(given)]
    claim = {
        "id": id, "plan_id": "P-1", "measure": fields.pop("measure", 0) or KINDS.index(kind) + 1, "kind": kind, "first_day": first, "last_day": last,
        "requested": requested, "status": "draft", "receipts": receipts, **fields,
    }  # fmt: skip
    register.submit_claim(Claim.model_validate(claim), on=date.fromisoformat(on))
    return register.decide_claim(id, on=max(DECIDED, date.fromisoformat(on)))[1]


def told(decision: ClaimDecision) -> list[tuple[str, str, str | None]]:
    """Each line: its first day, what it asks for and what is granted."""
    amounts = [None if line.amount is None else str(line.amount) for line in decision.lines]
    return [(str(line.first_day), str(line.requested), one) for line, one in zip(decision.lines, amounts, strict=True)]


STEPPED = ", ".join((cap("2.00", "EUR/school-day"), cap("2.15", "EUR/school-day", "2022-10-03")))


def test_a_meal_claim_across_a_change_of_the_cap_falls_under_both(decide_in: Register) -> None:
    # 15 school days from 12 September, 15 from 3 October to the holidays: 30 × 2.10 are asked for.
    decision = decided(decide_in, "C-1", "2022-09-12", "2022-10-21", "63.00")
    assert told(decision) == [("2022-09-12", "31.50", "30.00"), ("2022-10-03", "31.50", "31.50")]
    assert (decision.outcome, decision.amount, decision.asked) == ("reduced", Money("61.50"), Money("63.00"))
    assert decision.reasons == ("cut-to-cap",)


@pytest.fixture(params=["memory:", "sqlite://"])
def decide_in(request: pytest.FixtureRequest) -> Iterator[Register]:
    with filled(caps(STEPPED), request.param) as made:
        yield made


@pytest.mark.parametrize(("last", "lines"), [("2022-10-02", 1), ("2022-10-03", 2)])
def test_a_line_begins_on_the_day_of_the_change_and_not_before(decide_in: Register, last: str, lines: int) -> None:
    assert len(decided(decide_in, "C-1", "2022-09-12", last, "10.00").lines) == lines


def test_the_lines_are_kept_flat_and_in_the_document(decide_in: Register) -> None:
    decision = decided(decide_in, "C-1", "2022-09-12", "2022-10-21", "63.00", cofunded="3.00")
    with decide_in.unit_of_work() as work:
        rows = work.transaction.find(tables.DECISION_LINES, order=["position"])
        [whole] = work.transaction.find(tables.DECISIONS)
    assert [(row["position"], row["asked_cents"], row["cofunded_cents"], row["amount_cents"]) for row in rows] == [
        (0, 3150, 150, 2850),
        (1, 3150, 150, 3000),
    ]
    assert [(row["counted_cents"], row["cap_counted_cents"], row["cap_window"]) for row in rows] == [
        (3000, 3000, None),
        (3150, 3150, None),
    ]
    assert (whole["amount_cents"], whole["asked_cents"], whole["counted_cents"]) == (5850, 6300, 6150)
    assert decide_in.decisions("C-1") == [decision]
    assert decision._repr_html_().startswith("<pre>LĒMUMS PAR PIETEIKUMU: ")


@pytest.mark.parametrize("kind", ["accommodation", "individual-use-items"])
def test_a_cap_for_a_claim_or_its_items_is_used_up_by_its_lines_together(kind: str) -> None:
    with filled(caps(STEPPED)) as register:
        receipts = [("2022-10-14", "45.00"), ("2022-10-15", "45.00")]
        items = 2 if kind == "individual-use-items" else 1
        decision = decided(register, "C-1", "2022-10-03", "2022-10-28", "90.00", kind, receipts=receipts, items=items)
    # 50 then 80 a claim; 2 × 20 then 2 × 30 an item.
    granted = {"accommodation": ("45.00", "35.00"), "individual-use-items": ("40.00", "20.00")}[kind]
    assert [(str(line.amount), line.cap_window) for line in decision.lines] == [(one, "claim") for one in granted]


def test_a_cap_for_a_month_is_the_months_whatever_the_claims() -> None:
    with filled(caps(cap("30.00", "EUR/month"))) as register:
        first = decided(register, "C-1", "2022-09-12", "2022-09-20", "25.00")
        both = decided(register, "C-2", "2022-09-21", "2022-10-20", "60.00")
        third = decided(register, "C-3", "2022-10-21", "2022-10-31", "20.00")
    assert told(first) == [("2022-09-12", "25.00", "25.00")]
    # 10 of its 30 days are in September, of whose cap 5 are left.
    assert told(both) == [("2022-09-21", "20.00", "5.00"), ("2022-10-01", "40.00", "30.00")]
    assert told(third) == [("2022-10-21", "20.00", "0.00")]
    assert [line.cap_window for line in both.lines] == ["2022-09", "2022-10"]


def test_a_cap_for_a_semester_is_one_for_its_kind() -> None:
    with filled(caps(cap("40.00", "EUR/learner-semester"))) as register:
        granted = [
            decided(register, f"C-{n}", f"2022-10-{day}", f"2022-10-{day}", asked, kind).amount
            for n, (day, asked, kind) in enumerate(
                [("03", "30.00", "catering"), ("04", "45.00", "accommodation"), ("05", "30.00", "catering")], 1
            )
        ]
    assert granted == [Money("30.00"), Money("45.00"), Money("10.00")]


def test_the_actual_cost_is_compensated_whole() -> None:
    with filled(caps(cap("0.01", "EUR/cent-spent"))) as register:
        assert decided(register, "C-1", "2022-10-03", "2022-10-07", "123.45").amount == Money("123.45")


def test_a_refused_claim_uses_no_cap() -> None:
    with filled(caps(cap("40.00", "EUR/learner-semester"))) as register:
        assert decided(register, "C-1", "2022-10-03", "2022-10-03", "30.00", receipts=[]).outcome == "refused"
        assert decided(register, "C-2", "2022-10-04", "2022-10-04", "30.00").outcome == "granted"


def test_days_on_which_the_plan_is_not_in_force_are_refused_and_the_others_granted() -> None:
    def step(name: str, source: str, target: str, on: str) -> dict[str, str]:
        return {"step": name, "source": source, "target": target, "actor": "Ieva", "role": "ikvd", "on": on, "reason": "x"}

    steps = (
        step("approve", "in-approval", "approved", "2022-09-14"),
        step("begin", "approved", "in-progress", "2022-09-16"),
        step("suspend", "in-progress", "suspended", "2022-10-03"),
    )
    with filled(caps(cap("2.00", "EUR/day")), status="suspended", steps=steps) as register:
        decision = decided(register, "C-1", "2022-09-12", "2022-10-06", "25.00")
    # Approved or in progress makes no difference: one line. The days of approval and of suspension count.
    assert told(decision) == [("2022-09-12", "2.00", "0.00"), ("2022-09-14", "20.00", "20.00"), ("2022-10-04", "3.00", "0.00")]
    assert [line.decision.outcome for line in decision.lines] == ["refused", "granted", "refused"]
    assert (decision.outcome, decision.reasons) == ("reduced", ("plan-in-force",))


def test_an_undetermined_line_leaves_the_claim_undetermined_and_later_lines_too() -> None:
    entries = cap("2.00", "EUR/day").replace("}", ", until: 2022-10-04}") + ", " + cap("2.00", "EUR/day", "2022-10-06")
    with filled(caps(entries)) as register:
        decision = decided(register, "C-1", "2022-10-03", "2022-10-07", "5.00")
        assert [line.decision.outcome for line in decision.lines] == ["granted", "undetermined", "undetermined"]
        assert (decision.outcome, decision.amount, decision.counted) == ("undetermined", None, None)
        # That the last line waits for the one before it is no earlier claim.
        assert decision.missing == decision.reasons == ("compensation.cap.catering",)
        assert decision.explain("en").startswith("DECISION ON THE CLAIM: undetermined; EUR 5.00 was asked for.")
        later = decided(register, "C-2", "2022-10-10", "2022-10-10", "2.00")
        assert later.missing == ("earlier-claim",)
        with register.unit_of_work() as work:
            assert work.claims.get("C-1").status == "submitted"


def test_a_claim_all_of_whose_lines_are_refused_is_refused(decide_in: Register) -> None:
    decision = decided(decide_in, "C-1", "2022-09-12", "2022-10-21", "63.00", receipts=[])
    assert (decision.outcome, decision.amount, decision.reasons) == ("refused", Money(0), ("receipts",))
    assert decision.explain("lv").startswith("LĒMUMS PAR PIETEIKUMU: atteikts; prasītā summa – 63,00 EUR.")


def test_the_whole_of_what_is_asked_for_over_two_lines_is_granted(decide_in: Register) -> None:
    decision = decided(decide_in, "C-1", "2022-09-12", "2022-10-21", "30.00")
    assert (decision.outcome, decision.amount) == ("granted", Money("30.00"))
    assert decision.explain("en").startswith("DECISION ON THE CLAIM: granted EUR 30.00, as asked.")


def test_a_month_is_used_up_by_decisions_under_another_unit_too() -> None:
    older, newer = caps(cap("2.00", "EUR/school-day")), caps(cap("30.00", "EUR/month"))
    with filled(older) as register:
        assert decided(register, "C-1", "2022-10-03", "2022-10-14", "22.00").amount == Money("20.00")
        register.programme = newer
        second = decided(register, "C-2", "2022-10-17", "2022-10-21", "25.00")
    assert second.amount == Money("10.00")


def test_one_kind_uses_no_cap_of_another() -> None:
    more = """  compensation.cap.individual-learning-materials:
    entries: [{from: 2022-09-01, value: "40.00", unit: EUR/learner-semester, source: Invented, status: example}]
"""
    with filled(caps(cap("40.00", "EUR/learner-semester"), more=more)) as register:
        with register.unit_of_work() as work:
            held = work.plans.get("P-1")
            fourth = {"number": 4, "kind": "individual-learning-materials", "risks": ("violence",), "justification": "Palīdz."}
            work.plans.put(held.changed(measures=(*held.measures, fourth)))
        assert decided(register, "C-1", "2022-10-03", "2022-10-03", "40.00").amount == Money("40.00")
        materials = decided(register, "C-2", "2022-10-04", "2022-10-04", "40.00", "individual-learning-materials", measure=4)
    assert materials.amount == Money("40.00")


def test_only_the_decision_that_counts_uses_a_cap() -> None:
    half = cap("30.00", "EUR/month").replace("}", ", until: 2022-10-31}")
    with filled(caps(half)) as register:
        assert decided(register, "C-1", "2022-10-20", "2022-11-10", "22.00").outcome == "undetermined"
        register.programme = caps(cap("30.00", "EUR/month"))
        assert register.decide_claim("C-1", on=DECIDED)[1].amount == Money("22.00")
        assert decided(register, "C-2", "2022-10-03", "2022-10-04", "30.00").amount == Money("18.00")


def test_the_unit_of_each_line_is_its_own() -> None:
    entries = ", ".join((cap("30.00", "EUR/month"), cap("2.00", "EUR/day", "2022-10-17")))
    with filled(caps(entries)) as register:
        decision = decided(register, "C-1", "2022-10-10", "2022-10-23", "84.00")
    assert [(str(line.amount), line.cap_window) for line in decision.lines] == [("30.00", "2022-10"), ("14.00", None)]


def test_grade_9_has_school_days_of_its_own_on_its_lines_only() -> None:
    with filled(
        caps(cap("1.00", "EUR/school-day")), last_day="2023-06-30", semester="2022/23-2", first_day="2023-01-09"
    ) as register:
        with register.unit_of_work() as work:
            work.enrolments.put(work.enrolments.get("E-1").changed(level=9, last_day=date(2023, 6, 6)))
            eighth = {"id": "E-2", "learner_id": "L-1", "institution_id": "I-1", "track": "general", "level": 8}
            work.enrolments.add(Enrolment.model_validate({**eighth, "first_day": "2023-06-07"}))
        decision = decided(register, "C-1", "2023-06-01", "2023-06-14", "20.00", on="2023-06-20")
    assert told(decision) == [("2023-06-01", "20.00", "4.00")]


def test_days_without_enrolment_are_left_out_and_told() -> None:
    with filled(caps(cap("2.00", "EUR/day"))) as register:
        with register.unit_of_work() as work:
            work.enrolments.put(work.enrolments.get("E-1").changed(last_day=date(2022, 9, 16)))
            again = {"id": "E-2", "learner_id": "L-1", "institution_id": "I-1", "track": "general", "level": 5}
            work.enrolments.add(Enrolment.model_validate({**again, "first_day": "2022-09-19"}))
        decision = decided(register, "C-1", "2022-09-12", "2022-09-23", "20.00")
    assert told(decision) == [("2022-09-12", "10.00", "10.00"), ("2022-09-19", "10.00", "10.00")]
    assert [(str(line.first_day), str(line.last_day)) for line in decision.left_out] == [("2022-09-17", "2022-09-18")]
    assert "Par šīm dienām nekas nav prasīts: 17.09.2022–18.09.2022." in decision.explain("lv")


def test_what_is_asked_within_the_semester_only_if_that_is_required() -> None:
    within = """  compensation.within-semester-required:
    entries: [{from: 2022-09-01, value: true, source: Invented, status: example, replaces: true}]
"""
    for more, outcome in (("", "granted"), (within, "refused")):
        with filled(caps(cap("2.00", "EUR/day"), more=more), last_day="2022-12-30") as register:
            decision = decided(register, "C-1", "2022-12-23", "2022-12-24", "2.00")
            assert (decision.outcome, decision.reasons) == (outcome, () if outcome == "granted" else ("within-semester",))
            last = decided(register, "C-2", "2022-12-23", "2022-12-23", "2.00", "accommodation")
            assert last.outcome == "granted"


def test_a_line_uses_the_ceiling_before_the_next(decide_in: Register) -> None:
    with filled(caps(STEPPED, ceiling="40.00")) as register:
        decision = decided(register, "C-1", "2022-09-12", "2022-10-21", "63.00")
    assert [line.amount for line in decision.lines] == [Money("30.00"), Money("10.00")]
    assert decision.reasons == ("cut-to-cap", "cut-to-ceiling")


def test_several_lines_are_explained_one_after_the_other_under_their_sum(decide_in: Register) -> None:
    decision = decided(decide_in, "C-1", "2022-09-12", "2022-10-21", "63.00")
    latvian, english = decision.explain("lv"), decision.explain("en")
    assert latvian.startswith("LĒMUMS PAR PIETEIKUMU: samazināts – piešķirts 61,50 EUR no prasītajiem 63,00 EUR.")
    assert english.startswith("DECISION ON THE CLAIM: reduced – EUR 61.50 of the EUR 63.00 asked for.")
    for line in decision.lines:
        assert line.decision.explain("lv") in latvian
    assert "2. rinda, 03.10.2022–21.10.2022, prasīts 31,50 EUR" in latvian


def test_every_version_of_a_claim_is_kept(decide_in: Register) -> None:
    decided(decide_in, "C-1", "2022-10-03", "2022-10-07", "10.00")
    with decide_in.unit_of_work() as work:
        versions = casework.claim_versions(work, "C-1")
        [draft, submitted, settled] = versions
        assert [(one.change, one.version, one.actor, one.on) for one in versions] == [
            ("draft", 1, "Jana", date(2023, 1, 10)),
            ("submit", 2, "Jana", date(2023, 1, 10)),
            ("decide", 3, "Jana", DECIDED),
        ]
        assert settled.claim == work.claims.get("C-1")
        assert (draft.claim.submitted_on, submitted.claim.submitted_on) == (None, date(2023, 1, 10))


def test_a_decision_of_an_older_release_is_one_of_one_line(decide_in: Register) -> None:
    decision = decided(decide_in, "C-1", "2022-10-03", "2022-10-07", "10.00")
    old: Decision = decision.lines[0].decision
    with decide_in.unit_of_work() as work:
        [row] = work.transaction.find(tables.DECISIONS)
        work.transaction.update(tables.DECISIONS, {**row, "document": old.model_dump_json(), "digest": old.digest})
        work.claims.put(work.claims.get("C-1").changed(decision_digest=old.digest))
    [read] = decide_in.decisions("C-1")
    assert (read.outcome, read.amount, read.lines[0].decision) == ("granted", Money("10.00"), old)
    assert read.counted == Money("10.00")


days = st.integers(12, 30).map(lambda day: date(2022, 9, day))


@settings(max_examples=40)
@given(
    st.lists(st.tuples(days, st.integers(0, 60), st.integers(0, 9000), st.integers(0, 2000)), min_size=1, max_size=5),
    st.sampled_from(["EUR/claim", "EUR/school-day", "EUR/day", "EUR/month", "EUR/learner-semester", "EUR/cent-spent"]),
    st.sampled_from(["2.00", "30.00"]),
)
def test_no_more_is_granted_than_asked_for_than_the_cap_and_than_the_ceiling(
    claims: list[tuple[date, int, int, int]], unit: str, value: str
) -> None:
    with filled(caps(", ".join((cap(value, unit), cap("3.00", unit, "2022-10-10"))), ceiling="80.00")) as register:
        granted = Money(0)
        for n, (first, length, asked, cofunded) in enumerate(claims):
            last = date.fromordinal(min(first.toordinal() + length, date(2022, 12, 23).toordinal()))
            amount = Money.from_cents(asked)
            receipts = [(str(last), str(amount))] if asked else []
            decision = decided_anyhow(register, f"C-{n}", first, last, amount, Money.from_cents(cofunded), receipts)
            assert sum((line.requested for line in decision.lines), Money(0)) == amount
            for line in decision.lines:
                facts = line.decision.facts_as_used()
                left = next(step for step in line.decision.steps if step.name == "cap")
                assert line.amount is not None
                assert line.amount <= line.requested
                if line.decision.outcome != "refused":
                    assert isinstance(left.value, int)
                    assert line.amount.cents <= max(0, left.value - int(str(facts["cap_used_cents"])))
            granted += decision.amount or Money(0)
        assert granted <= Money("80.00")


def decided_anyhow(
    register: Register, id: str, first: date, last: date, amount: Money, cofunded: Money, receipts: list[tuple[str, str]]
) -> ClaimDecision:
    """The decision on a claim that is kept as submitted, whatever other claims there are for its days."""
    given = [{"number": f"{id}/{i}", "issuer": "A", "day": day, "amount": paid} for i, (day, paid) in enumerate(receipts)]
    fields = {
        "id": id, "plan_id": "P-1", "measure": 1, "kind": "catering", "first_day": first, "last_day": last, "requested": amount,
        "cofunded": cofunded, "status": "submitted", "submitted_on": "2023-01-10", "receipts": given,
    }  # fmt: skip
    with register.unit_of_work() as work:
        claim = work.claims.add(Claim.model_validate(fields))
        decision = claim_decisions.decided(work, register.programme, claim, work.plans.get("P-1"), on=DECIDED)
        claim_decisions.keep_decision(work, decision, by=CLERK)
        if decision.outcome != "undetermined":
            work.claims.put(claim.changed(status="decided", decision_digest=decision.digest))
        return decision


units = st.sampled_from(["EUR/claim", "EUR/school-day", "EUR/day", "EUR/month", "EUR/learner-semester"])
values = st.sampled_from(["1.00", "2.00", "20.00"])
later = st.lists(
    st.tuples(st.sampled_from(["2022-09-17", "2022-10-01", "2022-10-10"]), values, units),
    max_size=2,
    unique_by=lambda entry: entry[0],
)
entries = st.tuples(values, units, later).map(lambda law: [("2022-09-01", *law[:2]), *law[2]])


@settings(max_examples=60)
@given(
    entries,
    entries,
    st.lists(st.tuples(days, st.integers(0, 40), st.integers(1, 6000), st.integers(0, 40)), min_size=1, max_size=3),
    st.booleans(),
)
def test_redeciding_says_what_deciding_under_the_newer_law_would_have_said(
    older: list[tuple[str, str, str]], newer: list[tuple[str, str, str]], claims: list[tuple[date, int, int, int]], gap: bool
) -> None:
    laws = [caps(", ".join(cap(value, unit, first) for first, value, unit in sorted(law))) for law in (older, newer)]
    with filled(laws[0]) as kept, filled(laws[1]) as anew:
        for register in (kept, anew):
            if gap:
                with register.unit_of_work() as work:
                    work.enrolments.put(work.enrolments.get("E-1").changed(last_day=date(2022, 9, 20)))
                    again = {"id": "E-2", "learner_id": "L-1", "institution_id": "I-1", "track": "general", "level": 5}
                    work.enrolments.add(Enrolment.model_validate({**again, "first_day": "2022-09-26"}))
            for n, (first, length, asked, paid_on) in enumerate(claims):
                last = date.fromordinal(min(first.toordinal() + length, date(2022, 12, 23).toordinal()))
                amount = Money.from_cents(asked)
                receipt = [(str(min(last, date.fromordinal(first.toordinal() + paid_on))), str(amount))]
                decided_anyhow(register, f"C-{n}", first, last, amount, Money(0), receipt)
        for n in range(len(claims)):
            redecided = kept.redecide_claim(f"C-{n}", laws[1], on=DECIDED)
            assert redecided is not None
            [*_, fresh] = anew.decisions(f"C-{n}")
            assert (redecided.new.outcome, redecided.new.amount) == (fresh.outcome, fresh.amount)
            assert [(line.first_day, line.amount) for line in redecided.new.lines] == [
                (line.first_day, line.amount) for line in fresh.lines
            ]


def test_a_decision_that_was_altered_or_has_no_line_cannot_be_made(decide_in: Register) -> None:
    decision = decided(decide_in, "C-1", "2022-10-03", "2022-10-07", "10.00")
    document = json.loads(decision.model_dump_json())
    assert ClaimDecision.model_validate(document) == decision
    [line] = document["lines"]
    two = [line, {**line, "first_day": "2022-10-04"}]
    for wrong in (
        {**document, "lines": []},
        {**document, "claim_id": "C-2"},
        {**document, "digest": ""},
        {**document, "lines": [line, line]},
        {**document, "lines": two},
        {**document, "lines": [{**line, "requested": "9.00"}]},
    ):
        with pytest.raises(ValueError, match="decision-altered"):
            ClaimDecision.model_validate(wrong)


def test_lines_stand_in_order_and_say_what_their_decisions_say(decide_in: Register) -> None:
    decision = decided(decide_in, "C-1", "2022-09-12", "2022-10-21", "63.00")
    first, second = decision.lines
    assert decision_on("C-1", [first, second]) == decision
    for wrong in ([second, first], [first, first], []):
        with pytest.raises(ValueError, match="decision-altered"):
            decision_on("C-1", wrong)
    with pytest.raises(ValueError, match="decision-altered"):
        first.changed(cofunded=Money("1.00"))


def test_why_a_claim_is_decided_anew_stands_before_the_decision(decide_in: Register) -> None:
    decision = decided(decide_in, "C-1", "2022-10-03", "2022-10-07", "10.00")
    again = decision_on("C-1", decision.lines, reason="Čeks atsaukts.")
    assert again.explain("lv").startswith("Lemts no jauna: Čeks atsaukts.\nLĒMUMS: ")
    assert again.digest != decision.digest
