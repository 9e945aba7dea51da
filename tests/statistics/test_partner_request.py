"""A partner's request: figures worked out by hand, and the days on which something changes, in pairs."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from request_school import FIRST, LAST, claim, decide, hold, learner, pay, plan, reduced_to, request, school, under

from pmp_core.errors import InvalidValue, NotFound, PmpError, RegisterError
from pmp_core.learners import Institution, Partnership
from pmp_core.outcomes import Evaluation
from pmp_core.register import Register, tables
from pmp_core.staff import Assignment
from pmp_core.statistics import PartnerRequest
from pmp_core.statistics.request_content import WorkLine
from pmp_core.statistics.request_costs import ledger, paid_entries
from pmp_core.statistics.request_law import Law
from pmp_core.statistics.request_partner import Belonging
from pmp_core.statistics.request_reconciliation import reconciled
from pmp_core.values import DayRange, Money


def work_of(made: PartnerRequest, work: str = "specialist") -> list[WorkLine]:
    return [line for line in made.work if line.work == work]


def euro(amount: str) -> Money:
    return Money(amount)


def meetings(made: PartnerRequest) -> list[tuple[str, ...]]:
    return sorted(meeting.sessions for line in work_of(made) for meeting in line.meetings)


def code_of(call: Any, kind: type[PmpError] = InvalidValue) -> str:
    with pytest.raises(kind) as caught:
        call()
    return caught.value.code


def test_the_worked_example_of_the_page() -> None:
    """Two claims, four sessions, a plan prepared: EUR 125.00 + 44.00 for work + 15 % of it."""
    with school() as register:
        pay(register, claim("C-1", "80.00"), "2022-11-15")
        pay(register, claim("C-2", "45.00", learner="2"), "2022-11-15")
        hold(register, "S-1", "2022-10-31", 40)  # 10.00 × 40/60 = 6.666… → 6.67
        hold(register, "S-2", "2022-11-01", 40)  # 12.50 × 40/40
        hold(register, "S-3", "2022-11-02", 45, learner="2")  # 12.50 × 45/40 = 14.0625 → 14.06
        with register.unit_of_work() as work:
            kept = work.plans.get("P-1")
            work.plans.put(kept.changed(preparation_paid_on=date(2022, 10, 5)))  # 8.00
        made = request(register)
    assert made.total.compensation == euro("125.00")
    assert [(line.minutes, line.amount, line.rate.value, line.rate.unit) for line in work_of(made)] == [
        (40, euro("6.67"), "10.00", "EUR/hour"),
        (85, euro("26.56"), "12.50", "EUR/academic-hour"),
    ]
    assert [line.hour and line.hour.value for line in work_of(made)] == [None, "40"]
    assert [(line.units, line.amount) for line in work_of(made, "plan-preparation")] == [(1, euro("8.00"))]
    # Three plans in force in September, October, November and December, but P-3 in November, when it is its school's own.
    assert [(line.units, line.amount) for line in work_of(made, "plan-monitoring")] == [(11, euro("33.00"))]
    assert made.total.work == euro("74.23")
    (indirect,) = made.indirect
    assert (indirect.of, indirect.amount) == (euro("74.23"), euro("11.13"))  # 11.1345
    assert (indirect.rate.value, indirect.rate.unit, indirect.base.value) == ("15", "%", "personnel")
    assert indirect.rate.source == "MK noteikumi Nr. 780, 30.11.2021, 30.1. p. (likme: 27. p.)"
    assert (made.total.total, made.complete, made.missing) == (euro("210.36"), True, ())
    assert (made.people.persons, made.people.plans, made.people.supported) == (3, 3, 3)
    assert made.reconciliation.lines == made.reconciliation.ledger == made.reconciliation.settled == euro("125.00")


def test_a_line_says_what_stands_behind_it() -> None:
    with school() as register:
        pay(register, claim("C-1", "80.00"), "2022-11-15")
        with register.unit_of_work(keep=False) as work:
            (row,) = work.transaction.find(tables.PAYMENT_ENTRIES)
            digest = work.claims.get("C-1").decision_digest
        made = request(register)
    (line,) = made.compensation
    (entry,) = line.entries
    assert (entry.claim_id, entry.learners, entry.entry_id, entry.decision_number) == ("C-1", ("L-1",), row["id"], 1)
    assert (entry.decision_digest, entry.entered_on, entry.amount) == (digest, date(2022, 11, 15), euro("80.00"))
    assert "Ozola" not in made.model_dump_json()


@pytest.mark.parametrize(
    ("first", "last", "amount"),
    [
        ("2022-11-15", "2022-11-15", "80.00"),
        ("2022-11-01", "2022-11-15", "80.00"),
        ("2022-11-01", "2022-11-14", "0.00"),
        ("2022-11-16", "2022-11-30", "0.00"),
    ],
)
def test_an_entry_counts_on_the_day_it_was_entered(first: str, last: str, amount: str) -> None:
    with school() as register:
        pay(register, claim("C-1", "80.00"), "2022-11-15")
        assert request(register, first, last).total.compensation == euro(amount)


@pytest.mark.parametrize(
    ("day", "counts"), [("2022-10-09", False), ("2022-10-10", True), ("2022-10-21", True), ("2022-10-22", False)]
)
def test_a_session_counts_on_the_days_of_the_period(day: str, counts: bool) -> None:
    with school() as register:
        hold(register, "S-1", day)
        assert bool(meetings(request(register, "2022-10-10", "2022-10-21"))) is counts


@pytest.mark.parametrize(
    ("day", "whose"), [("2022-10-31", "M-1"), ("2022-11-01", "I-3"), ("2022-11-30", "I-3"), ("2022-12-01", "M-1")]
)
def test_an_institution_with_an_agreement_of_its_own_asks_for_itself_on_its_days(day: str, whose: str) -> None:
    with school() as register:
        hold(register, "S-1", day, learner="3")
        pay(register, claim("C-1", "10.00", learner="3", day=day), "2022-12-20", decided="2022-12-10")
        own, municipal = request(register, institution_id="I-3"), request(register)
    assert (bool(meetings(own)), bool(own.compensation)) == (whose == "I-3",) * 2
    assert (bool(meetings(municipal)), bool(municipal.compensation)) == (whose == "M-1",) * 2
    assert (own.partner.agreements, municipal.partner.agreements) == (("Nr. 3",), ("Nr. 1",))


@pytest.mark.parametrize(("day", "asked"), [("2022-10-03", False), ("2022-10-04", True)])
def test_what_was_done_without_an_agreement_is_not_asked_for_and_told(day: str, asked: bool) -> None:
    with school() as register:
        pay(register, claim("C-1", "10.00", day=day), "2022-11-15")
        hold(register, "S-1", day)
        with register.unit_of_work() as work:  # as if nobody had seen that the agreement began later
            kept = work.partnerships.get("A-1")
            work.partnerships.put(kept.changed(first_day=date(2022, 10, 4)))
        made = request(register)
    assert (bool(made.compensation), bool(meetings(made))) == (asked, asked)
    left_out = {(one.what, one.because) for one in made.reconciliation.not_asked if one.what != "plan"}
    assert left_out == (set() if asked else {("entry", ("no-agreement",)), ("session", ("no-agreement",))})


def test_a_meeting_of_a_group_is_paid_once() -> None:
    with school() as register:
        group = {"attendance": "group", "group_id": "G-1"}
        hold(register, "S-1", "2022-10-10", 60, **group)
        hold(register, "S-2", "2022-10-10", 60, learner="2", **group)
        hold(register, "S-3", "2022-10-10", 60, learner="3", absent_because="Slimoja.", **group)
        made = request(register)
    (line,) = work_of(made)
    assert (line.units, line.minutes, line.amount) == (1, 60, euro("10.00"))
    assert (line.meetings[0].sessions, line.meetings[0].learners) == (("S-1", "S-2"), ("L-1", "L-2"))


def test_a_group_of_two_partners_is_asked_for_by_one_and_told_by_the_other() -> None:
    with school() as register:
        group = {"attendance": "group", "group_id": "G-1"}
        hold(register, "S-1", "2022-11-10", 40, **group)
        hold(register, "S-2", "2022-11-10", 40, learner="3", **group)
        municipal, own = request(register), request(register, institution_id="I-3")
    assert (meetings(municipal), meetings(own)) == ([("S-1", "S-2")], [])
    assert [(one.id, one.because) for one in own.reconciliation.not_asked] == [("S-2", ("group-of-another-partner",))]


def test_what_of_a_group_is_another_partners_and_does_not_count_is_told_there() -> None:
    with school() as register:
        with register.unit_of_work() as work:
            learner(work, "4", "I-3")
        group = {"attendance": "group", "group_id": "G-1"}
        hold(register, "S-1", "2022-11-10", 40, learner="3", **group)
        hold(register, "S-2", "2022-11-10", 40, learner="4", measure=2, **group)
        hold(register, "S-3", "2022-11-10", 40, **group)
        hold(register, "S-4", "2022-11-10", 40, learner="3", mode="remote", **group)
        municipal, own = request(register), request(register, institution_id="I-3")
    assert (meetings(municipal), meetings(own)) == ([], [("S-1", "S-2", "S-3")])
    assert [one.id for one in municipal.reconciliation.not_asked] == ["S-3"]
    assert [one.id for one in own.reconciliation.not_asked] == ["S-4"]


def elsewhere(register: Register) -> None:
    """L-4 at I-4 of M-2, which has no agreement."""
    with register.unit_of_work() as work:
        work.institutions.add(Institution(id="I-4", name="4. skola", municipality_id="M-2"))
        learner(work, "4", "I-4")
        assigned = {"institution_id": "I-4", "first_day": date(2021, 9, 1), "person": "Zane", "specialist": "pedagogue"}
        work.assignments.add(Assignment.model_validate({"id": "D-4", **assigned}))


def test_a_group_whose_first_session_is_nobodys_is_asked_for_by_the_next() -> None:
    with school() as register:
        elsewhere(register)
        group = {"attendance": "group", "group_id": "G-1"}
        hold(register, "S-1", "2022-11-10", 40, learner="4", **group)
        hold(register, "S-2", "2022-11-10", 40, **group)
        hold(register, "S-3", "2022-11-10", 40, learner="3", **group)
        municipal, own = request(register), request(register, institution_id="I-3")
    assert meetings(municipal) == [("S-1", "S-2", "S-3")]
    assert work_of(municipal)[0].meetings[0].institution_id == "I-1"
    assert municipal.reconciliation.not_asked == ()
    assert [(one.id, one.because) for one in own.reconciliation.not_asked] == [("S-3", ("group-of-another-partner",))]


@pytest.mark.parametrize(("first", "asked"), [("2022-11-10", True), ("2022-11-11", False)])
def test_a_group_that_no_partner_asks_for_is_told_session_by_session(first: str, asked: bool) -> None:
    with school() as register:
        elsewhere(register)
        with register.unit_of_work() as work:
            given = {"id": "A-4", "municipality_id": "M-2", "first_day": first}
            work.partnerships.add(Partnership.model_validate(given))
            learner(work, "5", "I-4")
        group = {"attendance": "group", "group_id": "G-1"}
        hold(register, "S-1", "2022-11-10", 40, learner="4", **group)
        hold(register, "S-2", "2022-11-10", 40, learner="5", **group)
        made = request(register, municipality_id="M-2")
    assert meetings(made) == ([("S-1", "S-2")] if asked else [])
    told = [] if asked else [("S-1", ("no-agreement",)), ("S-2", ("no-agreement",))]
    assert [(one.id, one.because) for one in made.reconciliation.not_asked if one.what == "session"] == told


def test_a_plan_is_in_a_groups_meeting_once() -> None:
    with school() as register:
        group = {"attendance": "group", "group_id": "G-1"}
        hold(register, "S-1", "2022-11-10", 40, **group)
        hold(register, "S-2", "2022-11-11", 40, **group)
        assert meetings(request(register)) == [("S-1",), ("S-2",)]
        hold(register, "S-3", "2022-11-10", 40, measure=2, **group)
        with pytest.raises(RegisterError, match="S-1, S-3") as caught:
            request(register)
    assert caught.value.code == "request-does-not-add-up"


def test_a_plan_counts_where_any_day_of_it_is_the_partners() -> None:
    """I-3 is its own partner in November, and its municipality's before and after."""
    with school() as register:
        hold(register, "S-1", "2022-11-10", learner="3")
        own = request(register, institution_id="I-3")
        day_before = request(register, last="2022-10-31", institution_id="I-3")
        municipal = request(register, first="2022-11-01", last="2022-11-30")
    assert (own.people.persons, own.people.plans, own.people.supported) == (1, 1, 1)
    assert [(line.track, line.level) for line in own.people.lines] == [("general", 5)]
    assert day_before.people.plans == 0
    assert municipal.people.plans == 2


def test_a_session_held_at_another_institution_is_that_ones() -> None:
    with school() as register:
        with register.unit_of_work() as work:
            kept = work.plans.get("P-1")
            there = kept.measures[0].changed(institution_id="I-3")
            work.plans.put(kept.changed(measures=(there, *kept.measures[1:])))
        hold(register, "S-1", "2022-11-10")
        assert meetings(request(register, institution_id="I-3")) == [("S-1",)]
        assert meetings(request(register)) == []


def test_a_session_that_does_not_count_is_not_asked_for_and_says_why() -> None:
    with school() as register:
        hold(register, "S-1", "2022-10-10", mode="remote")
        hold(register, "S-2", "2022-10-11", absent_because="Slimoja.")
        made = request(register)
    assert meetings(made) == []
    assert [(one.id, one.because) for one in made.reconciliation.not_asked] == [("S-1", ("directors-order",))]


def test_without_rates_the_lines_name_what_is_missing_and_nothing_is_0() -> None:
    with school(under(rates=False)) as register:
        hold(register, "S-1", "2022-10-10")
        made = request(register)
    (line,) = work_of(made)
    assert (line.amount, line.minutes, line.missing) == (None, 40, ("unit-rates.specialist-hour",))
    assert made.missing == ("unit-rates.plan-monitoring", "unit-rates.specialist-hour")
    assert (made.complete, made.total.work, made.total.indirect, made.total.total, made.total.known) == (
        False, None, None, None, Money(0),
    )  # fmt: skip


def test_a_period_without_anything_comes_to_nothing_and_is_complete() -> None:
    with school() as register:
        made = request(register, "2023-06-01", "2023-06-30")
    assert (made.total.total, made.complete, made.people.persons, made.indirect) == (Money(0), True, 0, ())


@pytest.mark.parametrize(
    ("day", "amount", "missing"),
    [
        ("2021-11-29", None, ("funding.indirect-costs.base", "funding.indirect-costs.flat-rate")),
        ("2021-11-30", "1.50", ()),
    ],
)
def test_indirect_costs_are_undetermined_before_30_november_2021(day: str, amount: str | None, missing: tuple[str, ...]) -> None:
    free = "  plans.preparation-and-monitoring-paid:\n    entries:\n      - {from: 2021-09-01, replaces: true, value: false, source: made up, status: example}\n"
    with school(under(free)) as register:
        with register.unit_of_work() as work:
            learner(work, "9", "I-1", "2021/22-1")
        hold(register, "S-1", day, 60, learner="9")
        made = request(register, "2021-09-01", "2021-12-31")
    (line,) = made.indirect
    assert (line.amount, line.missing) == (None if amount is None else euro(amount), missing)
    assert (made.missing, made.total.known) == (missing, euro("10.00") + (line.amount or Money(0)))


def test_the_base_is_what_the_programme_says() -> None:
    both = (
        "  funding.indirect-costs.base:\n    entries:\n"
        "      - {from: 2022-09-01, replaces: true, value: [personnel, compensation], source: made up, status: example}\n"
    )
    with school(under(both)) as register:
        pay(register, claim("C-1", "80.00"), "2022-11-15")
        hold(register, "S-1", "2022-10-10", 60)
        made = request(register, "2022-10-02", "2022-11-30")
    (line,) = made.indirect
    (months,) = work_of(made, "plan-monitoring")
    assert months.amount == euro("6.00")  # October's first day lies before the period: two plans in November
    assert (line.of, line.amount) == (euro("96.00"), euro("14.40"))


INELIGIBLE = """  funding.ineligible-costs.measure-kinds:
    entries:
      - {from: 2022-11-01, value: [consultation, accommodation], source: made up, status: example}
"""
NONE_INELIGIBLE = """  funding.ineligible-costs.any:
    entries:
      - {from: 2017-03-01, value: false, source: made up, status: example}
"""


def test_ineligible_costs_stand_apart_with_their_indirect_costs() -> None:
    with school(under(INELIGIBLE)) as register:
        hold(register, "S-1", "2022-11-02", 40)
        hold(register, "S-2", "2022-11-02", 40, measure=2)
        pay(register, claim("C-1", "30.00", day="2022-10-31"), "2022-11-15", decided="2022-11-10")
        pay(register, claim("C-2", "40.00", day="2022-11-01"), "2022-11-15", decided="2022-11-10")
        made = request(register, "2022-11-02", "2022-11-30")
    assert (made.eligible.compensation, made.ineligible.compensation) == (euro("30.00"), euro("40.00"))
    assert (made.eligible.work, made.ineligible.work) == (euro("12.50"), euro("12.50"))
    assert (made.eligible.indirect, made.ineligible.indirect) == (euro("1.88"), euro("1.88"))  # 1.875
    assert made.total.total == euro("98.76")
    assert (made.ineligible_at_most.value, made.ineligible_at_most.source) == (
        "1151038.00",
        "MK noteikumi Nr. 780, 30.11.2021, 7.1. p.",
    )


@pytest.mark.parametrize(("values", "unclear"), [((), True), ((NONE_INELIGIBLE,), False)])
def test_where_nobody_says_which_costs_are_ineligible_all_are_eligible_and_that_is_told(
    values: tuple[str, ...], unclear: bool
) -> None:
    with school(under(*values)) as register:
        hold(register, "S-1", "2022-10-10")
        made = request(register)
    assert (made.ineligible_unclear, made.ineligible.total) == (unclear, Money(0))


def test_a_kind_of_direct_costs_can_be_ineligible_too() -> None:
    costs = "  funding.ineligible-costs.direct-cost-kinds:\n    entries:\n      - {from: 2022-09-01, value: [personnel], source: made up, status: example}\n"
    with school(under(costs)) as register:
        pay(register, claim("C-1", "30.00"), "2022-11-15")
        hold(register, "S-1", "2022-10-10", 60)
        made = request(register)
    assert (made.eligible.total, made.ineligible.compensation, made.ineligible_unclear) == (euro("30.00"), Money(0), False)
    assert made.ineligible.work == euro("43.00")


def test_persons_are_counted_once_over_two_semesters_and_plans_each() -> None:
    with school() as register:
        with register.unit_of_work() as work:
            plan(work, "1", "I-1", "2022/23-2", id="P-1b")
            plan(work, "2", "I-2", "2022/23-2", id="P-2b", status="draft")
        made = request(register, "2022-09-01", "2023-05-31")
    assert (made.people.persons, made.people.plans) == (3, 4)
    assert [(line.semester, line.track, line.level, line.persons, line.plans) for line in made.people.lines] == [
        ("2022/23-1", "general", 5, 3, 3),
        ("2022/23-2", "general", 5, 1, 1),
    ]


@pytest.mark.parametrize(
    ("first", "last", "plans"),
    [
        ("2022-08-01", "2022-08-31", 0),
        ("2022-08-01", "2022-09-01", 3),
        ("2022-12-23", "2022-12-31", 3),
        ("2022-12-24", "2022-12-31", 0),
    ],
)
def test_a_plan_counts_where_a_day_of_it_lies_in_the_period(first: str, last: str, plans: int) -> None:
    with school() as register:
        assert request(register, first, last).people.plans == plans


def test_a_learner_who_is_not_enrolled_has_no_level() -> None:
    with school() as register:
        with register.unit_of_work() as work:
            for number in ("1", "2", "3"):
                work.enrolments.put(work.enrolments.get(f"E-{number}").changed(last_day=date(2022, 6, 30)))
        (line,) = request(register).people.lines
    assert (line.track, line.level, line.persons) == (None, None, 3)


def test_a_recovery_counts_in_its_own_period() -> None:
    with school() as register:
        pay(register, claim("C-1", "80.00"), "2022-11-15")
        reduced_to(register, "C-1", "50.00", "2022-12-01")
        day = date(2022, 12, 8)
        register.recover("C-1", on=day, received_on=day, amount=euro("10.00"), reference="Izraksts 7")
        register.recover("C-1", on=date(2022, 12, 9), received_on=day, amount=euro("20.00"), reference="Izraksts 8")
        before, after = request(register, "2022-11-01", "2022-11-30"), request(register, "2022-12-01", "2022-12-31")
        whole, part = request(register), request(register, "2022-12-01", "2022-12-08")
    assert (before.total.compensation, before.reconciliation.open) == (euro("80.00"), ())
    (line,) = after.compensation
    assert (line.paid, line.taken_back, line.amount) == (Money(0), euro("-30.00"), euro("-30.00"))
    assert [entry.of_earlier_payment for entry in line.entries] == [True, True]
    assert (after.reconciliation.recovered_of_earlier, after.reconciliation.open) == (euro("-30.00"), ())
    assert (whole.total.compensation, whole.reconciliation.recovered_of_earlier) == (euro("50.00"), Money(0))
    (owed,) = part.reconciliation.open
    assert (owed.because, owed.decided, owed.paid, owed.difference) == (
        "to-recover",
        euro("50.00"),
        euro("70.00"),
        euro("-20.00"),
    )


def test_what_is_decided_and_not_paid_is_listed_and_so_is_what_is_beyond_the_budget() -> None:
    with school() as register:
        decide(register, claim("C-1", "80.00"))
        decide(register, claim("C-2", "45.00", learner="2"), on="2022-10-21")
        register.set_budget("2022/23-1", euro("100.00"), municipality_id="M-1")
        before, on = request(register, "2022-09-01", "2022-10-20"), request(register)
    assert [(one.claim_id, one.because) for one in before.reconciliation.open] == [("C-1", "not-paid")]
    assert [(one.claim_id, one.because, one.difference) for one in on.reconciliation.open] == [
        ("C-1", "not-paid", euro("80.00")),
        ("C-2", "beyond-budget", euro("45.00")),
    ]
    assert on.total.compensation == Money(0)


def tampered(register: Any, table: Any, where: dict[str, Any], **cells: Any) -> None:
    with register.unit_of_work() as work:
        (row,) = work.transaction.find(table, where)
        work.transaction.update(table, {**row, **cells})


@pytest.mark.parametrize(
    ("table", "cells"),
    [
        (tables.PAYMENT_ENTRIES, {"amount_cents": 7999}),
        (tables.PAYMENT_ENTRIES, {"amount_cents": 8001}),
        (tables.PAYMENT_ENTRIES, {"amount_cents": -8000}),
        (tables.PAYMENT_ENTRIES, {"kind": "recovery", "amount_cents": -8000}),
        (tables.PAYMENT_ENTRIES, {"kind": "recovery"}),
        (tables.PAYMENT_ENTRIES, {"decision_number": 2}),
        (tables.PAYMENT_ENTRIES, {"decision_digest": "0" * 64}),
        (tables.DECISIONS, {"amount_cents": 9000}),
        (tables.DECISIONS, {"amount_cents": None}),
        (tables.DECISIONS, {"digest": "0" * 64}),
    ],
)
def test_a_row_that_was_tampered_with_is_told(table: Any, cells: dict[str, Any]) -> None:
    with school() as register:
        pay(register, claim("C-1", "80.00"), "2022-11-15")
        tampered(register, table, {"claim_id": "C-1"}, **cells)
        assert code_of(lambda: request(register), RegisterError) == "request-does-not-add-up"


def test_a_document_of_a_decision_that_was_altered_is_told() -> None:
    with school() as register:
        pay(register, claim("C-1", "80.00"), "2022-11-15")
        with register.unit_of_work() as work:
            (row,) = work.transaction.find(tables.DECISIONS)
        tampered(register, tables.DECISIONS, {"claim_id": "C-1"}, document=str(row["document"]).replace("80.00", "70.00"))
        assert code_of(lambda: request(register), RegisterError) == "request-does-not-add-up"


def test_a_payment_made_twice_is_told() -> None:
    with school() as register:
        pay(register, claim("C-1", "80.00"), "2022-11-15")
        with register.unit_of_work() as work:
            (row,) = work.transaction.find(tables.PAYMENT_ENTRIES)
            work.transaction.insert(tables.PAYMENT_ENTRIES, [{**row, "id": "twice", "payment_of": None}])
        assert code_of(lambda: request(register), RegisterError) == "request-does-not-add-up"


def test_sessions_of_one_meeting_that_differ_are_told() -> None:
    with school() as register:
        hold(register, "S-1", "2022-10-10", 60, attendance="group", group_id="G-1")
        hold(register, "S-2", "2022-10-10", 90, learner="2", attendance="group", group_id="G-1")
        assert code_of(lambda: request(register), RegisterError) == "request-does-not-add-up"


def test_lines_that_are_not_what_the_ledger_says_are_told() -> None:
    with school() as register:
        pay(register, claim("C-1", "80.00"), "2022-11-15")
        with register.unit_of_work(keep=False) as work:
            belonging, days = Belonging(work, None, "M-1"), DayRange(FIRST, LAST)
            entries = ledger(work, belonging, LAST)
            lines, _, _ = paid_entries(Law(register.programme), belonging, entries, days)
            assert reconciled(work, belonging, entries, lines, days, (), frozenset()).lines == euro("80.00")
            code = code_of(lambda: reconciled(work, belonging, entries, [], days, (), frozenset()), RegisterError)
    assert code == "request-does-not-add-up"


def test_an_academic_hour_whose_length_is_not_known_has_no_amount() -> None:
    law, path = Law(under()), "unit-rates.academic-hour.minutes"
    rate = euro("12.50"), "EUR/academic-hour", 40
    assert law.of_hour(*rate, date(2017, 2, 28)) == (None, (path,))
    assert law.of_hour(*rate, date(2017, 3, 1)) == (euro("12.50"), ())


def monitoring(unit: str, value: str = "6.00", more: str = "") -> str:
    head = "  unit-rates.plan-monitoring:\n    entries:\n"
    return f"{head}      - {{from: 2022-09-01, replaces: true, value: '{value}', unit: {unit}, source: made up, status: example}}\n{more}"


MINUTES = "  unit-rates.plan-monitoring.minutes:\n    entries:\n      - {from: 2022-09-01, value: 45, source: made up, status: example}\n"


@pytest.mark.parametrize(
    ("values", "amount", "missing"),
    [
        (monitoring("EUR/plan"), "6.00", ()),
        (monitoring("EUR/hour", more=MINUTES), "4.50", ()),
        (monitoring("EUR/hour"), None, ("unit-rates.plan-monitoring.minutes",)),
    ],
)
@pytest.mark.parametrize(("day", "counts"), [("2022-12-19", False), ("2022-12-20", True)])
def test_monitoring_by_the_plan_counts_on_the_day_of_the_evaluation(
    values: str, amount: str | None, missing: tuple[str, ...], day: str, counts: bool
) -> None:
    with school(under(values)) as register:
        with register.unit_of_work() as work:
            work.evaluations.add(
                Evaluation.model_validate(
                    {"id": "V-1", "plan_id": "P-1", "evaluated_on": "2022-12-20", "evaluated_by": "Ilze", "risks": ()}
                )
            )
        lines = work_of(request(register, "2022-12-01", day), "plan-monitoring")
    got = [(line.units, line.amount, line.missing) for line in lines]
    assert got == ([(1, None if amount is None else euro(amount), missing)] if counts else [])


def test_without_a_rate_of_monitoring_both_what_is_by_the_plan_and_by_the_month_is_listed() -> None:
    with school(under(rates=False)) as register:
        with register.unit_of_work() as work:
            fields = {"id": "V-1", "plan_id": "P-1", "evaluated_on": "2022-12-20", "evaluated_by": "Ilze", "risks": ()}
            work.evaluations.add(Evaluation.model_validate(fields))
        (line,) = work_of(request(register, "2022-12-01", "2022-12-31"), "plan-monitoring")
    assert (line.units, line.amount) == (4, None)  # three plans in December, and one evaluation


@pytest.mark.parametrize(("paid_on", "counts"), [("2022-10-09", False), ("2022-10-10", True)])
def test_preparation_counts_on_the_day_it_was_paid(paid_on: str, counts: bool) -> None:
    with school() as register:
        with register.unit_of_work() as work:
            work.plans.put(work.plans.get("P-1").changed(preparation_paid_on=date.fromisoformat(paid_on)))
        made = request(register, "2022-10-10", "2022-10-20")
    assert [line.amount for line in work_of(made, "plan-preparation")] == ([euro("8.00")] if counts else [])


def test_whether_work_on_plans_is_paid_at_all_has_to_be_set() -> None:
    rates = (
        "  unit-rates.plan-preparation:\n    entries:\n"
        "      - {from: 2024-07-01, value: '8.00', unit: EUR/plan, source: made up, status: example}\n"
    )
    with school(under(rates, rates=False, of="lv-4.2.3.1")) as register:
        with register.unit_of_work() as work:
            plan(work, "1", "I-1", "2024/25-1", id="P-new", preparation_paid_on=date(2024, 10, 5))
        made = request(register, "2024-10-01", "2024-10-31", made_on="2024-11-04")
    (line,) = work_of(made, "plan-preparation")
    assert (line.amount, line.missing, line.rate.value) == (None, ("plans.preparation-and-monitoring-paid",), "8.00")
    assert set(made.missing) == {
        "plans.preparation-and-monitoring-paid", "unit-rates.plan-monitoring",
        "funding.indirect-costs.base", "funding.indirect-costs.flat-rate",
    }  # fmt: skip


def test_a_request_is_of_a_partner_with_an_agreement_and_of_days_that_are_over() -> None:
    with school() as register:
        assert code_of(lambda: request(register, institution_id="I-1")) == "partner-without-agreement"
        assert code_of(lambda: request(register, municipality_id="M-2")) == "partner-without-agreement"
        assert code_of(lambda: request(register, institution_id="I-3", municipality_id="M-1")) == "partner-unclear"
        assert code_of(lambda: request(register, municipality_id="M-9"), NotFound) == "not-found"
        assert code_of(lambda: request(register, institution_id="I-9"), NotFound) == "not-found"
        assert code_of(lambda: request(register, LAST, FIRST)) == "days-reversed"
        assert code_of(lambda: request(register, "2022-09-01", "2023-07-04")) == "request-not-over"
        assert request(register, "2022-09-01", "2023-07-03").last_day == date(2023, 7, 3)
        with register.unit_of_work() as work:
            work.partnerships.add(Partnership(id="A-2", first_day=FIRST, institution_id="I-1"))
        assert request(register, institution_id="I-1").partner.agreements == ("A-2",)


def test_the_digest_seals_the_request() -> None:
    with school() as register:
        pay(register, claim("C-1", "80.00"), "2022-11-15")
        made, again = request(register), request(register)
    assert made == again
    assert len(made.digest) == 64
    assert PartnerRequest.model_validate_json(made.model_dump_json()) == made
    altered = made.model_dump_json().replace('"80.00"', '"90.00"')
    with pytest.raises(ValueError, match="request-altered"):
        PartnerRequest.model_validate_json(altered)
    assert made.programme_hash == under().hash
