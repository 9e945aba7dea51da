"""`pmp rules`, `pmp programmes`, `pmp plugins`: the law asked from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from pmp_core.loading import load_programme
from pmp_core.plugins import PluginSet
from pmp_core.rules import Decision

Pmp = Callable[..., CompletedProcess[str]]
THIRD_GRADE = ("--programme", "lv-8.3.4", "--fact", "track=general", "--fact", "level=3")
RATES = Path(__file__).parents[2] / "examples" / "sample-school" / "rates.example.yaml"
CLAIM = {
    "track": "general", "level": "7", "partner": "yes", "plan_status": "in-progress", "plan_first_day": "2023-01-09",
    "plan_last_day": "2023-05-31", "last_day": "2023-03-31", "semester_first_day": "2023-01-09", "kind": "accommodation",
    "risk_addressed": "true", "receipts_complete": "true", "units": "1", "requested_cents": "120.00", "cofunded_cents": "0",
}  # fmt: skip


def answer(pmp: Pmp, *arguments: str | Path) -> Any:
    """What a command says in JSON, if it is done well."""
    ended = pmp(*arguments, "--json")
    assert (ended.returncode, ended.stderr) == (0, "")
    return json.loads(ended.stdout)


def claim(**changed: str) -> list[str]:
    facts = {**CLAIM, **changed}
    return [word for name, value in facts.items() for word in ("--fact", f"{name}={value}")]


def test_the_day_before_the_third_grade_is_refused_with_the_clause(pmp: Pmp) -> None:
    ended = pmp("rules", "decide", "target-group", *THIRD_GRADE, "--on", "2021-08-31")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("LĒMUMS: atteikts")
    assert "klase vai kurss šajā dienā nepieder mērķgrupai" in ended.stdout
    assert "ESF projekta Nr. 8.3.4.0/16/I/001 apraksts, IKVD" in ended.stdout
    assert "vispārējās izglītības klases: 5–12" in ended.stdout


def test_from_the_day_on_the_third_grade_is_granted(pmp: Pmp) -> None:
    ended = pmp("rules", "decide", "target-group", *THIRD_GRADE, "--on", "2021-09-01")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("LĒMUMS: pieder mērķgrupai")


@pytest.mark.parametrize(("day", "outcome"), [("2021-08-31", "refused"), ("2021-09-01", "granted")])
def test_json_of_a_decision_is_a_decision(pmp: Pmp, day: str, outcome: str) -> None:
    ended = pmp("rules", "decide", "target-group", *THIRD_GRADE, "--on", day, "--decided-on", "2021-09-02", "--json")
    decision = Decision.model_validate_json(ended.stdout)
    assert (ended.returncode, decision.outcome, decision.decided_on) == (0, outcome, date(2021, 9, 2))
    asked = load_programme("lv-8.3.4").rule("target-group").decide(on=date.fromisoformat(day), track="general", level=3)
    assert decision == asked.decision(decided_on=date(2021, 9, 2))


def test_the_language_of_an_explanation_is_chosen(pmp: Pmp) -> None:
    ended = pmp("rules", "decide", "target-group", *THIRD_GRADE, "--on", "2021-08-31", "--language", "en")
    assert ended.stdout.startswith("DECISION: refused")


def test_a_fact_left_out_or_empty_is_not_known_and_named(pmp: Pmp) -> None:
    for level in ((), ("--fact", "level=")):
        told = answer(pmp, "rules", "decide", "target-group", "--fact", "track=general", *level, "--on", "2021-09-01")
        assert (told["outcome"], told["reasons"]) == ("undetermined", ["level"])


def test_the_day_can_be_a_fact_too(pmp: Pmp) -> None:
    told = answer(pmp, "rules", "decide", "target-group", *THIRD_GRADE, "--fact", "on=2021-09-01")
    assert told["outcome"] == "granted"


@pytest.mark.parametrize(
    ("prior", "outcome", "amount"),
    [("0", "reduced", "90.00"), ("100", "reduced", "50.00"), ("150", "reduced", "0.00"), ("unknown", "undetermined", None)],
)
def test_what_earlier_claims_used_is_asked_for(pmp: Pmp, prior: str, outcome: str, amount: str | None) -> None:
    told = answer(pmp, "rules", "decide", "compensation", "--overlay", RATES, "--on", "2023-03-01", "--prior", prior, *claim())
    assert told["outcome"] == outcome
    assert (told["amount"] and str(told["amount"])) == amount


def test_without_rates_the_decision_names_what_is_not_set(pmp: Pmp) -> None:
    told = answer(pmp, "rules", "decide", "compensation", "--on", "2023-03-01", "--prior", "0", *claim())
    assert told["outcome"] == "undetermined"
    assert "compensation.cap.accommodation" in told["reasons"]


def test_rules_are_listed_and_each_shows_its_facts_and_steps(pmp: Pmp) -> None:
    programme = load_programme("lv-8.3.4")
    listed = answer(pmp, "rules", "list")
    assert [row["name"] for row in listed] == list(programme.rules)
    for row in listed:
        shown = answer(pmp, "rules", "show", row["name"])
        rule = programme.rule(row["name"])
        assert [fact["fact"] for fact in shown["facts"]] == [fact.name for fact in rule.facts]
        assert [step["step"] for step in shown["steps"]] == [step.name for step in rule.definition.steps]
        assert shown["can be missing"] == list(rule.gaps())
        for_people = pmp("rules", "show", row["name"])
        assert for_people.returncode == 0
        assert all(fact.name in for_people.stdout for fact in rule.facts)


def test_programmes_are_listed_with_their_days(pmp: Pmp) -> None:
    (listed,) = [row for row in answer(pmp, "programmes", "list") if row["id"] == "lv-8.3.4"]
    assert listed["in force"] == "2017-03-01..2023-12-31"
    assert load_programme("lv-8.3.4").hash.startswith(listed["hash"])


def test_a_programme_shows_what_holds_on_a_day_and_who_says_so(pmp: Pmp) -> None:
    path = "target-group.iap-support.general.levels"
    before, after = (
        answer(pmp, "programmes", "show", "lv-8.3.4", path, "--on", day)["values"] for day in ("2021-08-31", "2021-09-01")
    )
    assert [row["path"] for row in before] == [path]
    assert (before[0]["value"], after[0]["value"]) == ("5–12", "1–12")
    assert after[0]["from"] == "2021-09-01"
    assert (after[0]["state"], after[0]["status"]) == ("set", "verified")
    assert "IKVD" in after[0]["source"]


def test_a_programme_shows_all_of_it_in_the_language_asked_for(pmp: Pmp) -> None:
    shown = answer(pmp, "programmes", "show", "lv-8.3.4", "--on", "2022-10-03", "--language", "en")
    programme = load_programme("lv-8.3.4")
    assert [row["path"] for row in shown["values"]] == list(programme.pack.values)
    assert [row["title"] for row in shown["values"]] == [value.title.en for value in programme.pack.values.values()]
    assert shown["hash"] == programme.hash
    assert pmp("programmes", "show", "lv-8.3.4", "--on", "2022-10-03").stdout.count("│") > 1000


def test_an_overlay_that_fits_is_told_with_what_it_sets_and_what_stays_unset(pmp: Pmp) -> None:
    told = answer(pmp, "programmes", "check", RATES)
    assert "compensation.ceiling" in told["sets"]
    assert "compensation.cap.special-transport" in told["unset"]
    assert not set(told["sets"]) & set(told["unset"])
    assert told["hash"] == load_programme("lv-8.3.4", overlays=[RATES]).hash != load_programme("lv-8.3.4").hash
    assert "compensation.ceiling" in pmp("programmes", "check", RATES).stdout


ENTRY = '{from: 2022-09-01, value: "2.50", unit: EUR/school-day, source: "x", status: example}'
BROKEN = {
    "unknown path": (f"values:\n  compensation.cap.catring:\n    entries:\n      - {ENTRY}\n", "path-unknown", 4),
    "no status": (
        'values:\n  compensation.cap.catering:\n    entries:\n      - {from: 2022-09-01, value: "2.50", source: x}\n',
        "overlay-invalid",
        6,
    ),
    "no such day": (
        f"values:\n  compensation.cap.catering:\n    entries:\n      - {ENTRY.replace('09-01', '09-31')}\n",
        None,
        6,
    ),
}


@pytest.mark.parametrize(("text", "code", "row"), BROKEN.values(), ids=BROKEN)
def test_a_broken_overlay_is_told_with_file_row_and_pointer(
    pmp: Pmp, tmp_path: Path, text: str, code: str | None, row: int
) -> None:
    overlay = tmp_path / "wrong.yaml"
    overlay.write_text(f"overlay_for: lv-8.3.4\ntitle: {{lv: a, en: b}}\n{text}", encoding="utf-8")
    for_people, for_scripts = pmp("programmes", "check", overlay), pmp("programmes", "check", overlay, "--json")
    for ended in (for_people, for_scripts):
        assert (ended.returncode, ended.stdout) == (1, "")
    error = json.loads(for_scripts.stderr)["error"]
    assert code in (None, error["code"])
    assert (error["place"]["file"], error["place"]["row"]) == ("wrong.yaml", row)
    assert error["place"]["pointer"].startswith("/values/compensation.cap.")
    assert f"(wrong.yaml, row {row}, at {error['place']['pointer']})" in for_people.stderr


@pytest.mark.parametrize("text", ["", "5\n", "a: [\n", "overlay_for: [a]\n", "overlay_for: 5\n", "overlay_for: {a: b}\n", "\xff"])
def test_what_is_no_overlay_is_told_as_a_fault_of_the_file(pmp: Pmp, tmp_path: Path, text: str) -> None:
    overlay = tmp_path / "wrong.yaml"
    overlay.write_bytes(text.encode("latin-1"))
    ended = pmp("programmes", "check", overlay)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("[")
    assert "What to do:" in ended.stderr


def test_plugins_are_listed_with_what_they_register(pmp: Pmp) -> None:
    listed = {row["name"]: row for row in answer(pmp, "plugins")}
    assert set(listed) == {plugin.name for plugin in PluginSet.discover()}
    assert (listed["tabular"]["registers"], listed["tabular"]["distribution"]) == ("source tabular", "pmp-sis-tabular")
    assert "storage" in listed["sql"]["registers"]
