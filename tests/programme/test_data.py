"""The shipped packs: every file fits its schema, every fact has its source, and the days of the law are where they belong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import pmp_core.programme as programme_room
from pmp_core.programme import Pack, load_pack
from pmp_core.programme.entries import Value
from pmp_core.programme.load import schema
from pmp_core.programme.yaml_positions import check_schema, read_yaml
from pmp_core.values import DayRange, Money

DATA = Path(programme_room.__file__).parent / "data"
FILES = sorted(DATA.glob("*/*.yaml"))
PACK_SCHEMA, OVERLAY_SCHEMA = schema("pack"), schema("overlay")


def read(file: Path) -> dict[str, Any]:
    data: dict[str, Any] = read_yaml(file.read_text(encoding="utf-8"), file.name).data
    return data


def sourced(node: object) -> Iterator[dict[str, Any]]:
    """Everything that names a source, at any depth."""
    if isinstance(node, dict):
        if "source" in node:
            yield node
        for below in node.values():
            yield from sourced(below)
    elif isinstance(node, list):
        for below in node:
            yield from sourced(below)


def name_of(file: Path) -> str:
    return f"{file.parent.name}/{file.name}"


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("lv-8.3.4")


def holds(pack: Pack, path: str, day: str) -> Value | None:
    return pack.read(path, date.fromisoformat(day)).value


def state(pack: Pack, path: str, day: str) -> str:
    return pack.read(path, date.fromisoformat(day)).state


# --- the schemas ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["pack", "overlay"])
def test_a_schema_is_one_itself_and_explains_each_definition(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))
    for key, definition in schema(name)["$defs"].items():
        assert {"title", "description"} <= definition.keys(), key
        assert definition.get("type") != "object" or "additionalProperties" in definition, key


def test_both_schemas_share_their_common_words() -> None:
    ours, theirs = PACK_SCHEMA["$defs"], OVERLAY_SCHEMA["$defs"]
    for key in ours.keys() & theirs.keys() - {"status", "known-status", "entry", "value"}:
        assert ours[key] == theirs[key], key


ENTRY = {"from": "2017-03-01", "value": 1, "source": "an act", "status": "verified"}
VALUE = {"title": {"lv": "a", "en": "a"}, "type": "integer"}
WITHOUT_VALUE = {key: ENTRY[key] for key in ("from", "source", "status")}


@pytest.mark.parametrize(
    ("entry", "fits"),
    [
        (ENTRY, True),
        (WITHOUT_VALUE, False),
        ({**WITHOUT_VALUE, "status": "unset"}, True),
        ({**ENTRY, "status": "unset"}, False),
        ({**ENTRY, "status": "chosen"}, False),
        ({**ENTRY, "status": "chosen", "note": "why"}, True),
        ({**ENTRY, "status": "example"}, False),
        ({**ENTRY, "source": " "}, False),
        ({**ENTRY, "from": "2017-3-1"}, False),
        ({**ENTRY, "from": "2017-13-01"}, False),
        ({**ENTRY, "unit": 1}, False),
        ({**ENTRY, "replaces": True}, False),
        ({**ENTRY, "sourse": "an act"}, False),
        ({**ENTRY, "conflicts": [{"source": "a page", "status": "reported"}]}, False),
        ({**ENTRY, "conflicts": [{"source": "a page", "status": "reported", "value": 2}]}, True),
    ],
)
def test_what_an_entry_of_a_pack_may_be(entry: dict[str, Any], fits: bool) -> None:
    pack = {"pack": "xx", "values": {"a.b": {**VALUE, "entries": [entry]}}}
    assert Draft202012Validator(PACK_SCHEMA).is_valid(pack) is fits


@pytest.mark.parametrize(
    ("item", "fits"),
    [
        ({"entries": [ENTRY]}, True),
        ({**VALUE, "entries": [{**ENTRY, "status": "example", "replaces": True}]}, True),
        ({"entries": []}, False),
        ({"entries": [{**ENTRY, "status": "guessed"}]}, False),
    ],
)
def test_what_a_value_of_an_overlay_may_be(item: dict[str, Any], fits: bool) -> None:
    overlay = {"overlay_for": "lv-8.3.4", "title": {"lv": "a", "en": "a"}, "values": {"a.b": item}}
    assert Draft202012Validator(OVERLAY_SCHEMA).is_valid(overlay) is fits


@pytest.mark.parametrize(("path", "fits"), [("school-year.2016/17.semester-1", True), ("Caps.a", False), ("a..b", False)])
def test_what_a_path_may_be(path: str, fits: bool) -> None:
    assert Draft202012Validator(PACK_SCHEMA).is_valid({"pack": "xx", "values": {path: {**VALUE, "entries": [ENTRY]}}}) is fits


# --- the files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_a_file_fits_the_schema_it_names_and_its_folder(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    document = read_yaml(text, file.name)
    check_schema(document, PACK_SCHEMA)
    assert document.data["pack"] == file.parent.name
    assert text.startswith("# yaml-language-server: $schema=../../schema/pack.schema.json\n")


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_a_source_can_be_looked_up(file: Path) -> None:
    for item in sourced(read(file)):
        assert "…" not in item["source"], item
        assert not any(word in item["source"].lower() for word in ("domain", ".md", "s0")), item
        assert not re.match(r"[a-z0-9.-]+\.lv\b", item["source"]), item


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_a_choice_says_that_it_can_be_overridden(file: Path) -> None:
    for item in sourced(read(file)):
        if item["status"] == "chosen":
            assert "Ieviesējs to var aizstāt." in item["note"]["lv"], item
            assert "A deployment can override it." in item["note"]["en"], item


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_the_parent_of_a_term_exists(file: Path, pack: Pack) -> None:
    for terms in read(file).get("terms", {}).values():
        for code, term in terms.items():
            parents = pack.terms["risk-groups"].keys() | pack.terms["measure-groups"].keys()
            assert term.get("parent") is None or term["parent"] in parents, code


# --- the law -------------------------------------------------------------------------------------------------------------


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


def test_the_semesters_of_2022_23(pack: Pack) -> None:
    assert holds(pack, "school-year.2022/23.semester-1", "2022-09-01") == DayRange(date(2022, 9, 1), date(2022, 12, 23))
    assert holds(pack, "school-year.2022/23.semester-2", "2023-01-09") == DayRange(date(2023, 1, 9), date(2023, 5, 31))
    assert pack.value("school-year.2022/23.semester-1").entries[0].status == "verified"


@pytest.mark.parametrize(("day", "last"), [("2020-05-11", date(2020, 6, 19)), ("2020-05-12", date(2020, 7, 7))])
def test_grade_12_finished_later_in_2020_from_the_day_of_the_amendment(pack: Pack, day: str, last: date) -> None:
    assert holds(pack, "school-year.2019/20.semester-2.level-12.last-day", day) == last


@pytest.mark.parametrize("start", range(2016, 2025))
def test_a_school_year_is_in_order_and_its_holidays_lie_between_or_inside_its_semesters(pack: Pack, start: int) -> None:
    year = f"school-year.{start}/{(start + 1) % 100:02d}"

    def days(part: str) -> DayRange:
        value = pack.value(f"{year}.{part}").entries[-1].value
        assert isinstance(value, DayRange), part
        return value

    first, second, winter = days("semester-1"), days("semester-2"), days("holidays.winter")
    assert first.first.year == start
    assert first.last is not None
    assert first.last < winter.first
    assert winter.last is not None
    assert winter.last < second.first
    assert first.covers(days("holidays.autumn"))
    assert second.covers(days("holidays.spring"))
    assert second.covers(days("holidays.spring.level-12"))
    for level in (9, 12):
        last = pack.value(f"{year}.semester-2.level-{level}.last-day").entries[-1].value
        assert (last is None) is (start == 2016)  # not known for that year
        assert second.last is not None
        assert last is None or (isinstance(last, date) and last > second.last)


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
    ):
        codes = holds(pack, path, "2022-09-01")
        assert isinstance(codes, tuple)
        assert set(codes) <= set(pack.codes(catalogue)), path


def test_the_funding_adds_up(pack: Pack) -> None:
    esf, state_budget = (holds(pack, f"funding.{part}", "2020-01-01") for part in ("esf", "state-budget"))
    assert isinstance(esf, Money)
    assert isinstance(state_budget, Money)
    assert esf + state_budget == holds(pack, "funding.total", "2020-01-01") == Money("39812376.00")
