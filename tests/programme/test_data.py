"""The law of `lv-8.3.4`: what it says, on the days on which it changes."""

from __future__ import annotations

from datetime import date

import pytest

from pmp_core.programme import Pack, load_pack
from pmp_core.programme.entries import Value
from pmp_core.values import Money


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("lv-8.3.4")


def holds(pack: Pack, path: str, day: str) -> Value | None:
    return pack.read(path, date.fromisoformat(day)).value


def state(pack: Pack, path: str, day: str) -> str:
    return pack.read(path, date.fromisoformat(day)).state


@pytest.mark.parametrize(
    ("day", "runs"), [("2017-02-28", False), ("2017-03-01", True), ("2023-12-31", True), ("2024-01-01", False)]
)
def test_the_first_and_last_day_of_the_programme(pack: Pack, day: str, runs: bool) -> None:
    assert pack.in_force(date.fromisoformat(day)) is runs


def test_two_partners_say_that_it_began_later(pack: Pack) -> None:
    conflicts = pack.value("programme.in-force").entries[0].conflicts
    assert [conflict.note["en"] for conflict in conflicts if conflict.note] == ["It begins on 16.03.2017."] * 2


@pytest.mark.parametrize(
    ("path", "day", "levels"),
    [
        ("target-group.iap-support.general.levels", "2021-08-31", range(5, 13)),
        ("target-group.iap-support.general.levels", "2021-09-01", range(1, 13)),
        ("target-group.iap-support.vocational.levels", "2021-08-31", range(1, 5)),
        ("target-group.iap-support.vocational.levels", "2021-09-01", range(1, 5)),
        ("target-group.youth-projects.general.levels", "2021-08-31", range(5, 13)),
        ("target-group.youth-projects.general.levels", "2021-09-01", range(5, 13)),
        ("target-group.youth-projects.vocational.levels", "2022-06-01", range(1, 5)),
    ],
)
def test_grades_1_to_4_joined_on_the_first_of_september_2021_and_for_individual_support_only(
    pack: Pack, path: str, day: str, levels: range
) -> None:
    assert holds(pack, path, day) == tuple(levels)


def test_a_youth_project_gets_4600_euro_exactly(pack: Pack) -> None:
    reading = pack.read("youth-projects.lump-sum", date(2022, 3, 1))
    assert reading.value == Money("4600.00")
    assert reading.entry is not None
    assert reading.entry.status == "verified"
    assert state(pack, "youth-projects.lump-sum", "2018-08-31") == "not-yet-in-force"
    assert state(pack, "youth-projects.lump-sum", "2024-01-01") == "ended"


def test_no_cap_and_no_ceiling_is_shipped(pack: Pack) -> None:
    kinds = pack.codes("measure-kinds", parent="compensation")
    caps = [path for path in pack.values if path.startswith("compensation.cap.")]
    assert caps == [f"compensation.cap.{kind}" for kind in kinds]
    for path in (*caps, "compensation.ceiling"):
        special = path == "compensation.cap.special-transport"  # begins with its term
        before, first = ("2017-12-31", "2018-01-01") if special else ("2017-02-28", "2017-03-01")
        assert state(pack, path, before) == "not-yet-in-force"
        assert state(pack, path, first) == "unset"
        assert state(pack, path, "2023-12-31") == "unset"


@pytest.mark.parametrize(
    ("day", "allowed"),
    [
        ("2020-03-11", True),
        ("2020-03-12", False),
        ("2020-03-22", False),
        ("2020-03-23", None),
        ("2020-08-31", None),
        ("2020-09-01", True),
        ("2023-12-31", True),
    ],
)
def test_the_stop_of_spring_2020_held_for_compensation_too(pack: Pack, day: str, allowed: bool | None) -> None:
    assert holds(pack, "compensation.allowed", day) is allowed


@pytest.mark.parametrize(("day", "target"), [("2018-09-02", 614), ("2018-09-03", 611), ("2021-08-31", 611), ("2021-09-01", 665)])
def test_the_target_of_institutions_changed_with_the_versions(pack: Pack, day: str, target: int) -> None:
    assert holds(pack, "targets.institutions", day) == target


@pytest.mark.parametrize(
    ("day", "in_person", "remote"),
    [
        ("2020-03-11", True, False),
        ("2020-03-12", False, False),
        ("2020-03-22", False, False),
        ("2020-03-23", False, True),
        ("2020-10-25", None, None),
        ("2020-10-26", None, True),
        ("2020-10-30", None, True),
        ("2020-10-31", None, None),
        ("2021-02-04", None, None),
        ("2021-02-05", True, True),
    ],
)
def test_how_consultations_could_be_held(pack: Pack, day: str, in_person: bool | None, remote: bool | None) -> None:
    assert holds(pack, "consultations.in-person.allowed", day) is in_person
    assert holds(pack, "consultations.remote.allowed", day) is remote


@pytest.mark.parametrize("kind", ["state-general-institution", "state-university-vocational-institution"])
def test_new_kinds_of_partner_came_with_the_amendment_of_2019(pack: Pack, kind: str) -> None:
    term = pack.term("partner-kinds", kind)
    assert (term.on(date(2019, 9, 23)).state, term.on(date(2019, 9, 24)).state) == ("not-yet-in-force", "set")


def test_nineteen_factors_stand_in_four_groups(pack: Pack) -> None:
    groups = {group: len(pack.codes("risk-factors", parent=group)) for group in pack.codes("risk-groups")}
    assert groups == {"study-and-institution": 4, "economic": 4, "family": 5, "social-environment-and-health": 6}


def test_the_statuses_of_a_plan_have_the_names_of_the_programme_owner(pack: Pack) -> None:
    names = [term.title.lv for term in pack.catalogue("plan-statuses").values() if term.entries[0].status == "verified"]
    assert names == ["Projekts", "Saskaņošanā", "Apstiprināts", "Īstenošanā", "Pārskatīšanā", "Apturēts", "Neaktīvs"]


@pytest.mark.parametrize(
    ("step", "sources", "target", "reason"),
    [
        ("suspend", {"approved", "in-approval", "in-progress"}, "suspended", True),
        ("delete", {"draft", "approved", "in-approval", "in-progress"}, "inactive", False),
        ("resume", {"suspended"}, "under-revision", False),
    ],
)
def test_the_steps_that_were_read_in_the_source(pack: Pack, step: str, sources: set[str], target: str, reason: bool) -> None:
    row = pack.life_cycle("plan").step(step)
    assert (set(row.sources), row.target, row.reason_required, row.status) == (sources, target, reason, "verified")
    assert row.actors == ("plan-author", "director")


def test_who_approves_depends_on_the_kind_of_partner(pack: Pack) -> None:
    plan = pack.life_cycle("plan")
    assert {chain.partner_kind for chain in plan.chains} == set(pack.codes("partner-kinds"))
    assert plan.chain("municipality").stations == ("director", "municipal-coordinator", "ikvd")
    assert plan.chain("state-vocational-institution").stations == ("director", "ikvd")


def test_codes_that_values_name_exist(pack: Pack) -> None:
    for path, catalogue in (
        ("plans.statuses-in-force", "plan-statuses"),
        ("signals.unexcused-lessons.factor", "risk-factors"),
        ("signals.marks.factor", "risk-factors"),
        ("signals.excused-lessons.factor", "risk-factors"),
        ("signals.unexcused-days.factor", "risk-factors"),
        ("signals.excused-days.factor", "risk-factors"),
        ("signals.late-arrivals.factor", "risk-factors"),
        ("signals.late-enrolment.factor", "risk-factors"),
        ("signals.falling-mark.factor", "risk-factors"),
        ("signals.repeated-level.factor", "risk-factors"),
    ):
        codes = holds(pack, path, "2022-09-01")
        assert isinstance(codes, tuple)
        assert set(codes) <= set(pack.codes(catalogue)), path


def test_the_funding_adds_up(pack: Pack) -> None:
    esf, state_budget = (holds(pack, f"funding.{part}", "2020-01-01") for part in ("esf", "state-budget"))
    assert isinstance(esf, Money)
    assert isinstance(state_budget, Money)
    assert (esf, state_budget) == (Money("33840519.00"), Money("5971857.00"))
    assert esf + state_budget == holds(pack, "funding.total", "2020-01-01") == Money("39812376.00")


def test_supervision_is_for_at_most_10_pedagogues_for_180_minutes_and_twice_in_an_institution(pack: Pack) -> None:
    told = {
        path.removeprefix("supervision."): holds(pack, path, "2022-09-01")
        for path in pack.values
        if path.startswith("supervision")
    }
    assert told == {
        "participants": ("pedagogues",),
        "group.at-most": 10,
        "minutes": 180,
        "certified-supervisor": True,
        "per-institution.at-least": 2,
        "remote.allowed": None,
    }


@pytest.mark.parametrize(
    ("day", "told"),
    [("2019-12-31", "not-yet-in-force"), ("2020-01-01", "set"), ("2020-12-31", "set"), ("2021-01-01", "unset")],
)
def test_remote_supervision_is_read_of_2020_only(pack: Pack, day: str, told: str) -> None:
    assert state(pack, "supervision.remote.allowed", day) == told
    assert holds(pack, "supervision.remote.allowed", day) is (True if told == "set" else None)


@pytest.mark.parametrize("path", ["group.at-most", "minutes", "certified-supervisor", "per-institution.at-least"])
def test_a_page_of_2020_on_supervision_does_not_say_since_when(pack: Pack, path: str) -> None:
    [entry] = pack.value(f"supervision.{path}").entries
    assert entry.note is not None
    assert "since which day is not known" in entry.note.en


def test_that_youth_projects_leave_out_grades_1_to_4_is_not_what_the_description_says(pack: Pack) -> None:
    entry = pack.read("target-group.youth-projects.general.levels", date(2021, 9, 1)).entry
    assert entry is not None
    assert [(conflict.source, conflict.status) for conflict in entry.conflicts] == [
        ("ESF projekta Nr. 8.3.4.0/16/I/001 apraksts, IKVD", "verified")
    ]


def test_an_organisation_applies_for_a_youth_project_with_or_without_a_group_and_no_group_alone(pack: Pack) -> None:
    applicants = pack.codes("youth-project-applicants")
    assert applicants == ("youth-organisation", "association-or-foundation", "with-initiative-group")
    assert holds(pack, "youth-projects.informal-group-alone", "2022-03-01") is False
    assert holds(pack, "youth-projects.municipal-quota", "2022-03-01") is True
    told = {term.entries[0].status for term in pack.catalogue("youth-project-applicants").values()}
    assert told | {pack.value("youth-projects.informal-group-alone").entries[0].status} == {"reported"}


@pytest.mark.parametrize(
    ("day", "state_of_call", "projects", "municipalities"),
    [
        ("2018-08-31", "not-yet-in-force", None, None),
        ("2018-09-01", "set", 78, 36),
        ("2018-11-30", "set", 78, 36),
        ("2018-12-01", "ended", None, None),
        ("2019-02-28", "ended", None, None),
        ("2019-03-01", "set", 97, 50),
        ("2019-05-31", "set", 97, 50),
        ("2019-06-01", "ended", None, None),
        ("2020-01-31", "ended", None, None),
        ("2020-02-01", "unset", None, None),
        ("2022-02-28", "ended", None, None),
        ("2022-03-01", "unset", None, None),
        ("2022-05-02", "unset", None, None),
        ("2022-05-03", "ended", None, None),
    ],
)
def test_the_calls_of_youth_projects(
    pack: Pack, day: str, state_of_call: str, projects: int | None, municipalities: int | None
) -> None:
    assert state(pack, "youth-projects.call.projects", day) == state_of_call
    assert state(pack, "youth-projects.call.municipalities", day) == state_of_call
    assert holds(pack, "youth-projects.call.projects", day) == projects
    assert holds(pack, "youth-projects.call.municipalities", day) == municipalities


@pytest.mark.parametrize(("day", "levels"), [("2020-10-25", None), ("2020-10-26", 6), ("2020-10-30", 6), ("2020-10-31", None)])
def test_the_remote_week_of_october_2020_was_for_grades_7_to_12(pack: Pack, day: str, levels: int | None) -> None:
    told = holds(pack, "consultations.remote.levels", day)
    assert told == (None if levels is None else tuple(range(7, 13)))


@pytest.mark.parametrize("day", ["2021-11-29", "2021-11-30"])
def test_the_flat_rate_of_15_per_cent_is_of_personnel_costs_as_reported(pack: Pack, day: str) -> None:
    begun = day == "2021-11-30"
    assert holds(pack, "funding.indirect-costs.flat-rate", day) == (15 if begun else None)
    assert holds(pack, "funding.indirect-costs.base", day) == (("personnel",) if begun else None)
    assert holds(pack, "funding.ineligible-costs.at-most", day) == (Money("1151038.00") if begun else None)
    (base,) = pack.value("funding.indirect-costs.base").entries
    assert base.status == "reported"
    assert base.note is not None
    assert base.note.en.endswith("A deployment can override it.")


def test_preparing_a_plan_is_paid_for_and_how_much_is_a_deployments_to_say(pack: Pack) -> None:
    assert holds(pack, "plans.preparation-and-monitoring-paid", "2022-09-01") is True
    rates = [path for path in pack.values if path.startswith("unit-rates.")]
    units = {path: pack.value(path).units for path in rates if not path.endswith(".minutes")}
    assert units == {
        "unit-rates.specialist-hour": ("EUR/hour", "EUR/academic-hour"),
        "unit-rates.plan-preparation": ("EUR/plan", "EUR/hour"),
        "unit-rates.plan-monitoring": ("EUR/plan", "EUR/month", "EUR/hour"),
        "unit-rates.kilometre": ("EUR/km",),
    }
    for path in (*units, "unit-rates.plan-preparation.minutes", "unit-rates.plan-monitoring.minutes"):
        assert (state(pack, path, "2017-02-28"), state(pack, path, "2017-03-01")) == ("not-yet-in-force", "unset"), path


@pytest.mark.parametrize(
    ("programme", "before", "day"), [("lv-8.3.4", "2017-02-28", "2017-03-01"), ("lv-4.2.3.1", "2024-06-30", "2024-07-01")]
)
def test_an_academic_hour_is_a_lesson_of_40_minutes_by_our_choice(programme: str, before: str, day: str) -> None:
    pack, path = load_pack(programme), "unit-rates.academic-hour.minutes"
    assert (holds(pack, path, before), holds(pack, path, day)) == (None, 40)
    (entry,) = pack.value(path).entries
    assert entry.status == "chosen"
    assert entry.note is not None
    assert entry.note.lv.endswith("Ieviesējs to var aizstāt.")
    assert entry.note.en.endswith("A deployment can override it.")


@pytest.mark.parametrize(("programme", "day"), [("lv-8.3.4", "2022-09-01"), ("lv-4.2.3.1", "2024-07-01")])
@pytest.mark.parametrize("what", ["any", "measure-kinds", "direct-cost-kinds"])
def test_which_costs_are_ineligible_nobody_has_read(programme: str, day: str, what: str) -> None:
    assert state(load_pack(programme), f"funding.ineligible-costs.{what}", day) == "unset"


@pytest.mark.parametrize(
    "path",
    [
        "consultations.week.at-most",
        "consultations.semester.at-most",
        "consultations.group.at-most",
        "compensation.supporting-documents",
        "compensation.income-test-required",
        "compensation.individual-use-items.recipients",
        "documents.kept-until",
        "payments.advance-percent",
        "payments.reporting-cycle",
        "plans.entry-deadline-days",
        "targets.plans",
        "youth-projects.municipal-quota.projects",
        "youth-projects.at-risk-percent",
    ],
)
def test_what_nobody_could_read_is_unset_on_every_day(pack: Pack, path: str) -> None:
    assert {entry.status for entry in pack.value(path).entries} == {"unset"}
    assert (state(pack, path, "2019-01-01"), state(pack, path, "2023-12-31")) == ("unset", "unset")


def test_two_sources_differ_on_who_prepares_a_plan(pack: Pack) -> None:
    (entry,) = pack.value("plans.prepared-by").entries
    assert entry.value == ("pedagogue",)
    assert [conflict.value for conflict in entry.conflicts] == [("pedagogue", "psychologist")]


def test_the_eight_specialists(pack: Pack) -> None:
    assert len(pack.codes("specialists")) == 8
    assert {term.entries[0].status for term in pack.catalogue("specialists").values()} == {"verified"}


@pytest.mark.parametrize(("day", "act"), [("2019-09-24", "Nr. 451"), ("2021-11-29", "Nr. 451"), ("2021-11-30", "Nr. 780")])
def test_the_latest_amendment_that_was_read(pack: Pack, day: str, act: str) -> None:
    told = holds(pack, "programme.law.amended-by", day)
    assert isinstance(told, str)
    assert act in told
