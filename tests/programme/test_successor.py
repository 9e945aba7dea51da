"""`lv-4.2.3.1`: what is known of the successor, what is taken over, and that the rest is unset and named."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pmp_core.loading import FIXED, Programme, load_programme
from pmp_core.programme import DatedValue, OverlayText
from pmp_core.programme.entries import Value
from pmp_core.values import Money

FIRST, LAST = date(2024, 7, 1), date(2029, 8, 31)


@pytest.fixture(scope="module")
def programme() -> Programme:
    return load_programme("lv-4.2.3.1")


def own(programme: Programme) -> dict[str, DatedValue]:
    """Its values and terms without the national ones."""
    pack = programme.pack
    said = {**pack.values, **{term.path: term for terms in pack.terms.values() for term in terms.values()}}
    return {path: value for path, value in said.items() if value.entries[0].origin == "lv-4.2.3.1"}


@pytest.mark.parametrize(
    ("day", "state"),
    [
        (date(2024, 6, 30), "not-yet-in-force"),
        (date(2024, 7, 1), "set"),
        (date(2029, 8, 31), "set"),
        (date(2029, 9, 1), "ended"),
    ],
)
def test_it_is_in_force_from_1_july_2024_to_31_august_2029(programme: Programme, day: date, state: str) -> None:
    assert programme.read("programme.in-force", day).state == state
    assert programme.pack.in_force(day) is (state == "set")


@pytest.mark.parametrize(
    ("day", "in_force"),
    [
        (date(2023, 12, 31), ["lv-8.3.4"]),
        (date(2024, 1, 1), []),
        (date(2024, 6, 30), []),
        (date(2024, 7, 1), ["lv-4.2.3.1"]),
        (date(2029, 8, 31), ["lv-4.2.3.1"]),
        (date(2029, 9, 1), []),
    ],
)
def test_between_the_two_no_programme_is_in_force(programme: Programme, day: date, in_force: list[str]) -> None:
    assert [p.id for p in (load_programme("lv-8.3.4"), programme) if p.pack.in_force(day)] == in_force


def test_every_rule_of_the_library_binds_to_it(programme: Programme) -> None:
    assert programme.rules == load_programme("lv-8.3.4").rules
    for name in programme.rules:
        assert programme.rule(name).pack is programme.pack


def test_nothing_of_it_holds_before_its_first_day_but_the_acts_it_names(programme: Programme) -> None:
    earlier = {path for path, value in own(programme).items() if value.entries[0].first < FIRST}
    assert earlier == {"related-programmes/lv-4-2-3-4", "related-programmes/lv-4-3-6-5"}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("target-group.iap-support.general.levels", tuple(range(1, 13))),
        ("target-group.iap-support.vocational.levels", (1, 2, 3, 4)),
        ("target-group.reading-support.general.levels", (1, 2, 3)),
        ("target-group.reading-support.level-1.from-semester", 2),
        ("target-group.repeated-grade-support.general.levels", (9,)),
        ("target-group.consultative-support.general.levels", tuple(range(1, 13))),
        ("programme.number", "4.2.3.1/1/24/I/001"),
        ("programme.owner", "VIAA"),
        ("funding.total", Money("15951890.00")),
        ("funding.esf", Money("13559106.00")),
        ("funding.state-budget", Money("2392784.00")),
        ("funding.partners", Money("8380000.00")),
        ("supervision.participants", ("mentors", "pedagogues", "social-workers", "support-staff")),
    ],
)
def test_what_is_known_of_it(programme: Programme, path: str, value: Value) -> None:
    assert programme.read(path, FIRST).value == programme.read(path, LAST).value == value
    assert {entry.status for entry in programme.value(path).entries} <= {"verified", "reported"}


def test_the_funding_adds_up(programme: Programme) -> None:
    esf, state_budget = (programme.read(f"funding.{part}", FIRST).value for part in ("esf", "state-budget"))
    assert isinstance(esf, Money)
    assert isinstance(state_budget, Money)
    assert esf + state_budget == programme.read("funding.total", FIRST).value == Money("15951890.00")


@pytest.mark.parametrize(("day", "state"), [(date(2025, 12, 31), "not-yet-in-force"), (date(2026, 1, 1), "set")])
def test_mentors_came_in_january_2026_for_learners_of_13_and_older(programme: Programme, day: date, state: str) -> None:
    for path in ("measure-kinds/mentor-support", "specialists/mentor", "target-group.mentor-support.age-at-least"):
        assert programme.value(path).on(day).state == state, path
    assert programme.read("target-group.mentor-support.age-at-least", LAST).value == 13


@pytest.mark.parametrize("stream", ["reading-support", "repeated-grade-support", "consultative-support"])
def test_the_page_that_names_a_stream_does_not_say_since_when(programme: Programme, stream: str) -> None:
    for path in (f"target-group.{stream}.general.levels", f"measure-kinds/{stream}"):
        [entry] = programme.value(path).entries
        assert entry.note is not None
        assert "Since which day is not known" in entry.note.en


def test_about_300_to_400_mentors_are_no_two_bounds(programme: Programme) -> None:
    assert [path for path in programme.pack.values if path.startswith("mentors.planned")] == ["mentors.planned"]
    reading = programme.read("mentors.planned", date(2025, 12, 23))
    assert reading.value == "300–400"
    assert reading.entry is not None
    assert reading.entry.note is not None
    assert reading.entry.note.en.startswith("About so many")


def test_risks_are_widened_to_social_exclusion(programme: Programme) -> None:
    before = load_programme("lv-8.3.4").pack
    assert set(programme.pack.codes("risk-groups")) - set(before.codes("risk-groups")) == {"social-exclusion"}
    assert set(programme.pack.codes("risk-factors")) - set(before.codes("risk-factors")) == {"social-exclusion"}
    assert programme.pack.term("risk-factors", "social-exclusion").parent == "social-exclusion"


def test_no_amount_but_its_funding_is_shipped(programme: Programme) -> None:
    money = {path for path, value in own(programme).items() if value.type == "money" and not path.startswith("funding.")}
    assert {f"compensation.cap.{kind}" for kind in programme.pack.codes("measure-kinds", parent="compensation")} < money
    for path in money:
        assert programme.read(path, FIRST).state == programme.read(path, LAST).state == "unset", path


@pytest.mark.parametrize("cycle", ["plan", "claim"])
def test_its_life_cycles_are_those_of_the_programme_before_with_another_owner(programme: Programme, cycle: str) -> None:
    ours, theirs = programme.life_cycle(cycle), load_programme("lv-8.3.4").life_cycle(cycle)
    assert [(s.step, s.sources, s.target, s.guards, s.reason_required) for s in ours.steps] == [
        (s.step, s.sources, s.target, s.guards, s.reason_required) for s in theirs.steps
    ]
    for step, before in zip(ours.steps, theirs.steps, strict=True):
        assert step.actors == tuple("viaa" if role == "ikvd" else role for role in before.actors)
        assert step.status == "chosen"
    assert {chain.status for chain in ours.chains} <= {"chosen"}


def test_who_approves_has_a_chain_for_every_kind_of_partner(programme: Programme) -> None:
    plan = programme.life_cycle("plan")
    assert {chain.partner_kind for chain in plan.chains} == set(programme.pack.codes("partner-kinds"))
    assert plan.chain("municipality").stations == ("director", "municipal-coordinator", "viaa")
    assert plan.chain("state-university-general-institution").stations == ("director", "viaa")


def test_what_is_chosen_says_what_it_is(programme: Programme) -> None:
    chosen = {path for path, value in own(programme).items() if value.entries[0].status == "chosen" and value.type != "term"}
    assert chosen == {
        "compensation.conflicts.blocking",
        "compensation.conflicts.override-roles",
        "documents.personal-code.shown-to",
        "plans.statuses-in-force",
        "plans.transfer.owner",
        "plans.transfer.former-owner-sees",
        "plans.transfer.other-institution-sees",
        "plans.delivering-institution-sees",
        "signals.unexcused-lessons.more-than",
        "signals.unexcused-lessons.factor",
        "signals.mark.below",
        "signals.marks.factor",
        "signals.excused-lessons.factor",
        "signals.unexcused-days.factor",
        "unit-rates.academic-hour.minutes",
        "signals.excused-days.factor",
        "signals.late-arrivals.factor",
        "signals.late-enrolment.factor",
        "signals.falling-mark.factor",
        "signals.repeated-level.more-than",
        "signals.repeated-level.factor",
        *(path for path in FIXED if path in own(programme)),
    }


CLAIM: dict[str, Any] = {
    "on": date(2024, 10, 7), "last_day": date(2024, 10, 11), "track": "general", "level": 5, "partner": True,
    "plan_status": "in-progress", "plan_first_day": date(2024, 9, 9), "plan_last_day": date(2024, 12, 20),
    "semester_first_day": date(2024, 9, 2), "semester_last_day": date(2024, 12, 20), "kind": "public-transport-tickets", "risk_addressed": True,
    "receipts_complete": True, "units": 1, "requested_cents": 5000, "cofunded_cents": 0,
}  # fmt: skip
PLAN: dict[str, Any] = {
    "on": date(2024, 9, 9), "track": "general", "level": 5, "partner": True, "applied_on": date(2024, 9, 10), "entered_on": date(2024, 9, 9), "risks": 0,
    "measures_justified": False,
}  # fmt: skip
SESSION: dict[str, Any] = {
    "on": date(2024, 10, 7), "plan_status": "in-progress", "plan_first_day": date(2024, 9, 9),
    "plan_last_day": date(2024, 12, 20), "specialist": "psychologist", "mode": "in-person", "directors_order": False,
    "attested_on": date(2024, 10, 8), "assigned": True, "grade": 7,
}  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "facts", "unset"),
    [
        (
            "compensation",
            CLAIM,
            {
                "compensation.allowed",
                "compensation.cap.public-transport-tickets",
                "compensation.ceiling",
                "compensation.co-funding-subtracted",
            },
        ),
        ("plan-entry", PLAN, {"plans.application-first", "plans.risks-at-least", "plans.measure-justified"}),
        ("session", SESSION, {"consultations.in-person.allowed"}),
        ("session", {**SESSION, "assigned": False}, {"consultations.in-person.allowed", "consultations.assignment-required"}),
        ("session", {**SESSION, "mode": "remote"}, {
            "consultations.remote.allowed",
            "consultations.remote.levels-limited",
            "consultations.remote.levels",
            "consultations.remote.directors-order-required",
            "consultations.remote.attested-on-day-of-consultation",
        }),
        ("target-group-youth-projects", {"on": FIRST, "track": "general", "level": 5}, {"target-group.youth-projects.general.levels"}),
        ("target-group-youth-projects", {"on": LAST, "track": "vocational", "level": 1}, {"target-group.youth-projects.vocational.levels"}),
    ],
)  # fmt: skip
def test_a_decision_that_needs_what_nobody_set_is_undetermined_and_names_it(
    programme: Programme, rule: str, facts: dict[str, Any], unset: set[str]
) -> None:
    result = programme.rule(rule).decide(facts, **({"prior": 0} if rule == "compensation" else {}))
    assert (result.outcome, set(result.reasons)) == ("undetermined", unset)


SET = """
overlay_for: lv-4.2.3.1
title: {lv: izdomāts, en: made up}
values:
  compensation.allowed: {entries: [{from: 2024-07-01, value: true, source: made up, status: example}]}
  compensation.co-funding-subtracted: {entries: [{from: 2024-07-01, value: true, source: made up, status: example}]}
  compensation.cap.public-transport-tickets:
    entries: [{from: 2024-07-01, value: "30.00", unit: EUR/claim, source: made up, status: example}]
  compensation.ceiling:
    entries: [{from: 2024-07-01, value: "150.00", unit: EUR/learner-semester, source: made up, status: example}]
"""


def test_an_overlay_that_sets_what_was_named_makes_the_decision() -> None:
    programme = load_programme("lv-4.2.3.1", overlays=[OverlayText("set.example.yaml", SET)])
    result = programme.rule("compensation").decide(CLAIM, prior=0)
    assert (result.outcome, result.amount, result.reasons) == ("reduced", Money("30.00"), ("cut-to-cap",))
