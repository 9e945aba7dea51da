"""`pmp programmes`: what the law says, on which day, since when and by whom; asked from the command line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from commands import HEAD, Pmp, answer, said

from pmp_core.loading import load_programme
from pmp_core.programme.inventory import STATUSES

RATES = Path(__file__).parents[2] / "examples" / "sample-school" / "rates.example.yaml"
LEVELS = "target-group.iap-support.general.levels"


# --- which programmes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("programme", "days"), [("lv-8.3.4", "2017-03-01..2023-12-31"), ("lv-4.2.3.1", "2024-07-01..2029-08-31")]
)
def test_programmes_are_listed_with_their_days(pmp: Pmp, programme: str, days: str) -> None:
    (listed,) = [row for row in answer(pmp, "programmes", "list") if row["id"] == programme]
    assert listed["in force"] == days
    assert load_programme(programme).hash.startswith(listed["hash"])


@pytest.mark.parametrize(
    ("day", "in_force"),
    [
        ("2017-02-28", []),
        ("2017-03-01", ["lv-8.3.4"]),
        ("2023-12-31", ["lv-8.3.4"]),
        ("2024-01-01", []),
        ("2024-06-30", []),
        ("2024-07-01", ["lv-4.2.3.1"]),
        ("2029-08-31", ["lv-4.2.3.1"]),
        ("2029-09-01", []),
    ],
)
def test_which_programme_is_in_force_may_be_none(pmp: Pmp, day: str, in_force: list[str]) -> None:
    told = answer(pmp, "programmes", "on", day)
    assert (told["on"], told["in_force"]) == (day, in_force)
    assert [row["id"] for row in told["programmes"]] == ["lv-8.3.4", "lv-4.2.3.1"]
    assert [row["id"] for row in told["programmes"] if row["in_force"]] == in_force


def test_between_the_two_it_is_told_which_ended_and_which_begins(pmp: Pmp) -> None:
    old, new = answer(pmp, "programmes", "on", "2024-03-01")["programmes"]
    assert (old["ended_on"], old["begins_on"]) == ("2023-12-31", None)
    assert (new["ended_on"], new["begins_on"]) == (None, "2024-07-01")
    assert said(pmp, "programmes", "on", "2024-03-01", "--language", "en").splitlines() == [
        "On 1 March 2024 no programme is in force.",
        "lv-8.3.4 is not in force on 1 March 2024; its last day was 31 December 2023.",
        "lv-4.2.3.1 is not in force on 1 March 2024; its first day is 1 July 2024.",
    ]
    assert said(pmp, "programmes", "on", "2024-03-01").startswith("01.03.2024. nav spēkā neviena programma.\n")


def test_without_a_day_it_is_today(pmp: Pmp) -> None:
    assert date.fromisoformat(answer(pmp, "programmes", "on")["on"]) >= date(2024, 1, 1)


# --- what holds on a day -----------------------------------------------------------------------------------------------------


def test_a_programme_shows_what_holds_on_a_day_and_who_says_so(pmp: Pmp) -> None:
    before, after = (
        answer(pmp, "programmes", "show", "lv-8.3.4", LEVELS, "--on", day)["values"] for day in ("2021-08-31", "2021-09-01")
    )
    assert [row["path"] for row in before] == [LEVELS]
    assert (before[0]["value"], after[0]["value"]) == ("5–12", "1–12")
    assert (before[0]["raw"], after[0]["raw"]) == (list(range(5, 13)), list(range(1, 13)))
    assert after[0]["from"] == "2021-09-01"
    assert (after[0]["state"], after[0]["status"]) == ("set", "verified")
    assert "IKVD" in after[0]["source"]


def test_a_programme_shows_all_of_it_in_the_language_asked_for(pmp: Pmp) -> None:
    shown = answer(pmp, "programmes", "show", "lv-8.3.4", "--on", "2022-10-03", "--language", "en")
    pack = load_programme("lv-8.3.4").pack
    terms = [term for catalogue in pack.terms.values() for term in catalogue.values()]
    assert [row["path"] for row in shown["values"]] == list(pack.values)
    assert [row["title"] for row in shown["values"]] == [value.title.en for value in pack.values.values()]
    assert [row["path"] for row in shown["terms"]] == [term.path for term in terms]
    assert [row["title"] for row in shown["terms"]] == [term.title.en for term in terms]
    cycles = pack.life_cycles.values()
    steps = [f"life_cycles/{cycle.name}/{step.step}" for cycle in cycles for step in cycle.steps]
    assert [row["path"] for row in shown["steps"]] == steps
    assert len(shown["chains"]) == sum(len(cycle.chains) for cycle in cycles)
    assert (shown["hash"], shown["in_force"]) == (pack.hash, True)
    assert said(pmp, "programmes", "show", "lv-8.3.4", "--on", "2022-10-03").count("│") > 1000


def test_a_catalogue_or_a_path_narrows_what_is_shown(pmp: Pmp) -> None:
    pack = load_programme("lv-8.3.4").pack
    shown = answer(pmp, "programmes", "show", "lv-8.3.4", "--on", "2022-10-03", "--catalogue", "risk-groups")
    assert [row["path"] for row in shown["terms"]] == [f"risk-groups/{code}" for code in pack.codes("risk-groups")]
    assert (shown["values"], shown["steps"], shown["chains"]) == ([], [], [])
    shown = answer(pmp, "programmes", "show", "lv-8.3.4", "life_cycles/plan/", "--on", "2022-10-03")
    assert {row["path"] for row in shown["steps"]} == {f"life_cycles/plan/{s.step}" for s in pack.life_cycle("plan").steps}
    assert (shown["values"], shown["terms"]) == ([], [])
    (row,) = answer(pmp, "programmes", "show", "lv-8.3.4", "risk-factors/unexcused-absence", "--on", "2017-02-28")["terms"]
    assert (row["state"], row["raw"], row["parent"]) == ("not-yet-in-force", None, "study-and-institution")


def test_notes_and_sources_that_say_otherwise_are_shown(pmp: Pmp) -> None:
    (row,) = answer(pmp, "programmes", "show", "lv-8.3.4", "programme.in-force", "--on", "2022-10-03", "--language", "en")[
        "values"
    ]
    entry = load_programme("lv-8.3.4").value("programme.in-force").entries[0]
    assert entry.note is not None
    assert row["note"] == entry.note.en
    assert [conflict["source"] for conflict in row["conflicts"]] == [conflict.source for conflict in entry.conflicts]
    told = said(pmp, "programmes", "show", "lv-8.3.4", "programme.in-force", "--on", "2022-10-03", "--language", "en")
    assert f"programme.in-force: {entry.note.en}\n" in told
    assert told.count("programme.in-force: another source says otherwise: It begins on 16.03.2017. (reported: http") == 2


@pytest.mark.parametrize("day", ["2017-02-28", "2017-03-01", "2023-12-31", "2024-01-01"])
def test_outside_of_its_days_the_programme_says_so_first(pmp: Pmp, day: str) -> None:
    shown = answer(pmp, "programmes", "show", "lv-8.3.4", LEVELS, "--on", day)
    told = said(pmp, "programmes", "show", "lv-8.3.4", LEVELS, "--on", day, "--language", "en")
    inside = day in ("2017-03-01", "2023-12-31")
    assert shown["in_force"] is inside
    assert shown["days_in_force"] == [{"from": "2017-03-01", "until": "2023-12-31"}]
    assert told.startswith("lv-8.3.4 on " if inside else "lv-8.3.4 is not in force on ")
    ends = ("2023-12-31", None) if day > "2023-12-31" else (None, None if inside else "2017-03-01")
    assert (shown["ended_on"], shown["begins_on"]) == ends


# --- what differs ------------------------------------------------------------------------------------------------------------


def test_two_days_of_a_law_are_compared_with_values_and_sources_of_both(pmp: Pmp) -> None:
    told = answer(pmp, "programmes", "diff", "lv-8.3.4", "--from", "2021-08-31", "--to", "2021-09-01")
    found = {one["path"]: one for one in told["differences"]}
    assert {one.path for one in load_programme("lv-8.3.4").differences(date(2021, 8, 31), date(2021, 9, 1))} == set(found)
    levels = found[LEVELS]
    assert [levels[side]["entry"]["value"] for side in ("before", "after")] == ["5–12", "1–12"]
    assert [levels[side]["state"] for side in ("before", "after")] == ["set", "set"]
    assert levels["differs_in"] == ["value"]
    assert found["targets.institutions"]["differs_in"] == ["value", "source"]
    printed = said(pmp, "programmes", "diff", "lv-8.3.4", "--from", "2021-08-31", "--to", "2021-09-01", "--language", "en")
    assert (
        f"{LEVELS}: individual support: grades of general education\n"
        "  2021-08-31: 5–12 [2017-03-01..2021-08-31; verified; ESF projekta Nr. 8.3.4.0/16/I/001 apraksts, IKVD]\n"
        "  2021-09-01: 1–12 [2021-09-01..; verified; ESF projekta Nr. 8.3.4.0/16/I/001 apraksts, IKVD]\n"
    ) in printed


@pytest.mark.parametrize(
    ("first", "second", "path", "before", "after"),
    [
        ("2023-12-31", "2024-01-01", "programme.in-force", "yes", "no longer in force"),
        ("2020-03-22", "2020-03-23", "compensation.allowed", "no", "not set"),
        ("2017-02-28", "2017-03-01", LEVELS, "not yet in force", "5–12"),
        ("2017-02-28", "2017-03-01", "risk-groups/economic", "not yet in force", "in force"),
    ],
)
def test_ended_unset_and_not_yet_in_force_are_three_answers(
    pmp: Pmp, first: str, second: str, path: str, before: str, after: str
) -> None:
    printed = said(pmp, "programmes", "diff", "lv-8.3.4", path, "--from", first, "--to", second, "--language", "en")
    assert f"  {first}: {before} [" in printed
    assert f"  {second}: {after} [" in printed


def test_a_day_outside_of_the_programme_is_told_once(pmp: Pmp) -> None:
    for first, second, times in (
        ("2023-12-31", "2024-01-01", 1),
        ("2024-01-01", "2024-01-02", 2),
        ("2022-01-01", "2022-01-02", 0),
    ):
        printed = said(pmp, "programmes", "diff", "lv-8.3.4", "--from", first, "--to", second, "--language", "en")
        assert printed.count(" is not in force on ") == times


def test_an_overlay_on_top_is_compared_with_the_law_without_it(pmp: Pmp, tmp_path: Path) -> None:
    amended = tmp_path / "amended.yaml"
    amended.write_text(
        f"{HEAD}values:\n  compensation.ceiling:\n    entries:\n      - {{from: 2022-09-01, "
        'value: "180.00", unit: EUR/learner-semester, source: "An amendment", status: example, replaces: true}\n',
        encoding="utf-8",
    )
    arguments = ("programmes", "diff", "lv-8.3.4", "--overlay", RATES, "--on-top", amended)
    (found,) = answer(pmp, *arguments, "--from", "2022-09-01")["differences"]
    assert (found["path"], found["differs_in"]) == ("compensation.ceiling", ["value", "source"])
    assert [found[side]["entry"]["raw"] for side in ("before", "after")] == ["150.00", "180.00"]
    assert answer(pmp, *arguments, "--to", "2022-08-31")["differences"] == []
    sides = answer(pmp, *arguments, "--from", "2022-08-31", "--to", "2022-09-01")
    assert (sides["from"]["on"], sides["to"]["on"]) == ("2022-08-31", "2022-09-01")
    assert sides["from"]["hash"] == load_programme("lv-8.3.4", overlays=[RATES]).hash
    assert sides["to"]["hash"] == load_programme("lv-8.3.4", overlays=[RATES, amended]).hash
    without = next(one for one in sides["differences"] if one["path"] == "compensation.ceiling")
    assert [without[side]["state"] for side in ("before", "after")] == ["unset", "set"]


def test_a_code_that_only_one_side_has_is_told(pmp: Pmp, tmp_path: Path) -> None:
    codes = tmp_path / "codes.yaml"
    codes.write_text(
        f"{HEAD}terms:\n  risk-factors:\n    far-example:\n      title: {{lv: tālu, en: far}}\n"
        "      entries: [{from: 2022-09-01, source: made up, status: example}]\n",
        encoding="utf-8",
    )
    arguments = ("programmes", "diff", "lv-8.3.4", "risk-factors/far", "--on-top", codes, "--to", "2022-09-01")
    (found,) = answer(pmp, *arguments)["differences"]
    assert (found["differs_in"], found["before"], found["after"]["state"]) == (["path"], None, "set")
    assert "  2022-09-01: –\n  2022-09-01: spēkā [2022-09-01..; example; made up]\n" in said(pmp, *arguments)


# --- who says so -------------------------------------------------------------------------------------------------------------


def test_every_source_is_listed_with_what_stands_behind_it(pmp: Pmp) -> None:
    told = answer(pmp, "programmes", "sources", "lv-8.3.4")
    listed = load_programme("lv-8.3.4").inventory()
    assert told["counts"] == dict(listed.counts)
    assert sum(len(one["stands_behind"]) for one in told["sources"]) == len(listed.citations)
    assert [(one["status"], one["source"]) for one in told["sources"]] == list(listed.by_source())
    printed = said(pmp, "programmes", "sources", "lv-8.3.4")
    assert f"{listed.counts['verified']} verified" in printed.splitlines()[0]
    assert "  life_cycles/plan/submit (step)\n" in printed
    assert "  programme.in-force (conflict) 2017-03-01..2023-12-31\n" in printed


@pytest.mark.parametrize("status", STATUSES)
def test_the_sources_of_one_status_are_listed_alone(pmp: Pmp, status: str) -> None:
    told = answer(pmp, "programmes", "sources", "lv-8.3.4", "--status", status, "--overlay", RATES)
    assert {one["status"] for one in told["sources"]} == {status}


def test_the_sources_behind_a_path_are_listed_alone(pmp: Pmp) -> None:
    (told,) = answer(pmp, "programmes", "sources", "lv-8.3.4", "compensation.ceiling", "--status", "unset")["sources"]
    assert [one["path"] for one in told["stands_behind"]] == ["compensation.ceiling"]
    assert said(pmp, "programmes", "sources", "lv-8.3.4", "compensation.ceiling", "--status", "reported").count("\n") == 1


def test_a_step_and_a_chain_tell_what_they_rest_on(pmp: Pmp) -> None:
    steps = said(pmp, "programmes", "show", "lv-8.3.4", "life_cycles/plan/submit", "--on", "2022-09-01", "--language", "en")
    told = answer(pmp, "programmes", "show", "lv-8.3.4", "life_cycles", "--on", "2022-09-01", "--language", "en")
    submit = next(row for row in told["steps"] if row["path"] == "life_cycles/plan/submit")
    assert submit["title"] == "submit for approval"
    assert submit["note"]
    assert f"life_cycles/plan/submit: {submit['note']}\n" in steps
    assert submit["title"] in steps
    assert all(row["title"] and "note" in row for row in told["chains"])


def test_a_path_is_in_one_piece_in_a_file(pmp: Pmp) -> None:
    text = said(pmp, "programmes", "show", "lv-8.3.4", "--on", "2022-09-01")
    for path in load_programme("lv-8.3.4").pack.values:
        assert path in text
