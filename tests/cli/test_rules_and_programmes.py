"""`pmp rules` and `pmp plugins`: the law asked from the command line."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from commands import Pmp, answer

from pmp_core.loading import load_programme
from pmp_core.plugins import PluginSet
from pmp_core.rules import Decision

THIRD_GRADE = ("--programme", "lv-8.3.4", "--fact", "track=general", "--fact", "level=3")
RATES = Path(__file__).parents[2] / "examples" / "sample-school" / "rates.example.yaml"
CLAIM = {
    "track": "general", "level": "7", "partner": "yes", "plan_status": "in-progress", "plan_first_day": "2023-01-09",
    "plan_last_day": "2023-05-31", "last_day": "2023-03-31", "semester_first_day": "2023-01-09", "kind": "accommodation",
    "risk_addressed": "true", "receipts_complete": "true", "units": "1", "requested_cents": "120.00", "cofunded_cents": "0",
}  # fmt: skip


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


def test_plugins_are_listed_with_what_they_register(pmp: Pmp) -> None:
    listed = {row["name"]: row for row in answer(pmp, "plugins")}
    assert set(listed) == {plugin.name for plugin in PluginSet.discover()}
    assert (listed["tabular"]["registers"], listed["tabular"]["distribution"]) == ("source tabular", "pmp-sis-tabular")
    assert "storage" in listed["sql"]["registers"]


# --- rules of installed plug-ins ---------------------------------------------------------------------------------------------

MODULE = """
from pmp_core.hooks import implementation
from pmp_core.rules import Check, Fact, Rule, fact, parameter
from pmp_core.values import Text

WORD = Text("vārds", "word")


@implementation
def pmp_register_rules(register):
    for name, path in (("in-time", "programme.in-force"), ("in-funds", "made-up.in-funds")):
        condition = parameter(path, on="on")
        register(Rule(name, WORD, (Fact("on", "day", WORD, required=True),), (Check("in-force", condition, WORD, WORD),)))
"""
FUNDS = """
overlay_for: lv-8.3.4
title: {lv: izdomāts, en: made up}
values:
  made-up.in-funds:
    title: {lv: ir nauda, en: there is money}
    type: boolean
    entries: [{from: 2022-01-01, value: true, source: made up, status: example}]
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Installs a distribution with a plug-in of one module, for this test."""

    def install(module: str, text: str) -> None:
        (tmp_path / f"{module}.py").write_text(text, encoding="utf-8")
        info = tmp_path / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n", encoding="utf-8")
        (info / "entry_points.txt").write_text(f"[pmp_core]\n{module} = {module}\n", encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.setitem(sys.modules, module, None)  # so that it is gone again afterwards
        del sys.modules[module]

    return install


def test_an_installed_plug_ins_rules_are_listed_and_asked(
    pmp: Pmp, installed: Callable[[str, str], None], tmp_path: Path
) -> None:
    installed("pmp_made_up_rules", MODULE)
    funds = tmp_path / "funds.example.yaml"
    funds.write_text(FUNDS, encoding="utf-8")
    listed = {row["name"]: row["misfit"] for row in answer(pmp, "rules", "list")}
    assert {name for name, misfit in listed.items() if misfit} == {"in-funds"}
    assert "parameter-unknown" in listed["in-funds"]
    assert "in-funds does not fit lv-8.3.4: [parameter-unknown]" in pmp("rules", "list").stdout
    assert {row["misfit"] for row in answer(pmp, "rules", "list", "--overlay", funds)} == {None}

    assert [step["step"] for step in answer(pmp, "rules", "show", "in-time")["steps"]] == ["in-force"]
    for day, outcome in (("2023-12-31", "granted"), ("2024-01-01", "refused")):
        assert answer(pmp, "rules", "decide", "in-time", "--on", day)["outcome"] == outcome
    for day, outcome in (("2021-12-31", "refused"), ("2022-01-01", "granted")):
        assert answer(pmp, "rules", "decide", "in-funds", "--on", day, "--overlay", funds)["outcome"] == outcome
    ended = pmp("rules", "decide", "in-funds", "--on", "2022-01-01")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("[parameter-unknown]")


def test_a_plug_in_that_cannot_be_imported_is_told_where_its_rule_is_looked_for(
    pmp: Pmp, installed: Callable[[str, str], None]
) -> None:
    installed("pmp_broken_rules", "import pmp_is_not_there")
    ended = pmp("rules", "list")
    assert (ended.returncode, "target-group" in ended.stdout) == (0, True)
    assert ended.stderr.startswith("[plugin-broken] The plug-in 'pmp_broken_rules' cannot be imported")
    assert pmp("rules", "show", "school-trip").stderr.startswith("[plugin-broken]")
    assert answer(pmp, "rules", "decide", "target-group", "--on", "2024-01-01")["outcome"] == "refused"
