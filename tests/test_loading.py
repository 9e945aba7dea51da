"""A programme ready to work with: the stages' rules and those of plug-ins, bound to a pack."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from pmp_core import hooks
from pmp_core.errors import ProgrammeError, RuleError
from pmp_core.loading import STAGE_RULES, load_programme
from pmp_core.plugins import PluginSet
from pmp_core.programme import OverlayText
from pmp_core.rules import Check, Fact, Rule, fact, parameter
from pmp_core.values import Semester, Text

WORD = Text("vārds", "word")
DAY = date(2022, 3, 1)


def adult(name: str = "adult", path: str = "programme.in-force") -> Rule:
    facts = (Fact("on", "day", WORD, required=True), Fact("age", "integer", WORD))
    checks = (Check("in-force", parameter(path, on="on"), WORD, WORD), Check("of-age", fact("age") >= 18, WORD, WORD))
    return Rule(name, WORD, facts, checks)


class RulePlugin:
    """A plug-in that brings rules."""

    def __init__(self, *rules: Rule) -> None:
        self.rules = rules

    @hooks.implementation
    def pmp_register_rules(self, register: Callable[[Rule], None]) -> None:
        for rule in self.rules:
            register(rule)


class PackPlugin:
    """A plug-in that brings a programme."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @hooks.implementation
    def pmp_register_programmes(self, register: Callable[[Path], None]) -> None:
        register(self.folder)


def test_a_programme_has_the_rules_of_every_stage_bound_once() -> None:
    programme = load_programme("lv-8.3.4")
    assert programme.rules == tuple(rule.name for rule in STAGE_RULES)
    assert {"target-group", "plan-entry", "session", "compensation", "plan-closing"} <= set(programme.rules)
    for name in programme.rules:
        assert programme.rule(name).pack is programme.pack
        assert programme.rule(name) is programme.rule(name)


@pytest.mark.parametrize(
    ("asked", "words"), [("compensatoin", "Rules: compensation"), ("zzz", "Rules: target-group, .*, plan-closing")]
)
def test_a_rule_that_is_not_there_is_told_with_the_nearest(asked: str, words: str) -> None:
    with pytest.raises(RuleError, match=words) as caught:
        load_programme("lv-8.3.4").rule(asked)
    assert caught.value.code == "rule-unknown"


def test_a_programme_answers_for_its_pack() -> None:
    programme = load_programme("lv-8.3.4")
    assert (programme.id, programme.hash) == ("lv-8.3.4", programme.pack.hash)
    assert programme.value("programme.in-force") is programme.pack.value("programme.in-force")
    assert programme.read("programme.in-force", DAY).value is True
    assert programme.life_cycle("plan") is programme.pack.life_cycle("plan")
    assert programme.calendar.semester_of(DAY) == Semester("2021/22-2")
    assert programme.calendar is programme.calendar


OVERLAY = """
overlay_for: lv-8.3.4
title: {lv: izdomāts, en: made up}
values:
  plans.risks-at-least:
    entries: [{from: 2022-01-01, value: 2, source: made up, status: example, replaces: true}]
"""


def test_rules_are_bound_to_the_pack_with_its_overlays() -> None:
    plain, laid = load_programme("lv-8.3.4"), load_programme("lv-8.3.4", overlays=[OverlayText("two.example.yaml", OVERLAY)])
    assert plain.hash != laid.hash
    facts = {"on": DAY, "track": "general", "level": 3, "partner": True, "applied_on": DAY, "measures_justified": True}
    for risks, at_least_one, at_least_two in ((0, False, False), (1, True, False), (2, True, True)):
        passed = [p.rule("plan-entry").decide(facts, risks=risks).outcome == "granted" for p in (plain, laid)]
        assert passed == [at_least_one, at_least_two]


NET = """
overlay_for: lv-8.3.4
title: {lv: izdomāts, en: made up}
values:
  compensation.ceiling-gross-of-co-funding:
    entries: [{from: 2022-01-01, value: false, source: made up, status: example, replaces: true}]
"""


def test_a_ceiling_net_of_co_funding_is_told_and_not_computed_wrong() -> None:
    with pytest.raises(ProgrammeError, match="Leave this value as the programme has it") as caught:
        load_programme("lv-8.3.4", overlays=[OverlayText("net.example.yaml", NET)])
    assert caught.value.code == "value-fixed"


def test_a_plug_ins_rule_is_bound_beside_the_others() -> None:
    programme = load_programme("lv-8.3.4", plugins=PluginSet([("mine", RulePlugin(adult()))]))
    assert programme.rules[-1] == "adult"
    rule = programme.rule("adult")
    assert [rule.decide(on=DAY, age=age).outcome for age in (17, 18, None)] == ["refused", "granted", "undetermined"]


def test_a_module_can_be_a_plug_in() -> None:
    @hooks.implementation
    def pmp_register_rules(register: Callable[[Rule], None]) -> None:
        register(adult())

    plugins = PluginSet([("mine", SimpleNamespace(pmp_register_rules=pmp_register_rules))])
    assert "adult" in load_programme("lv-8.3.4", plugins=plugins).rules


@pytest.mark.parametrize("rules", [(adult("compensation"),), (adult(), adult())])
def test_two_rules_of_one_name_are_refused(rules: tuple[Rule, ...]) -> None:
    with pytest.raises(RuleError, match=f"Two rules are named {rules[-1].name!r}") as caught:
        load_programme("lv-8.3.4", plugins=PluginSet([("mine", RulePlugin(*rules))]))
    assert caught.value.code == "rule-twice"


def test_a_plug_ins_rule_that_does_not_fit_is_told_when_the_programme_is_loaded() -> None:
    with pytest.raises(RuleError, match="parameter-unknown"):
        load_programme("lv-8.3.4", plugins=PluginSet([("mine", RulePlugin(adult(path="programme.in-forse")))]))


CYCLE = """
pack: xx-1
terms:
  statuses: {open: {title: {lv: a, en: a}, entries: [{from: 2020-01-01, source: s, status: verified}]}}
  roles: {clerk: {title: {lv: a, en: a}, entries: [{from: 2020-01-01, source: s, status: verified}]}}
life_cycles:
  file:
    statuses: statuses
    initial: open
    steps:
      - {step: keep, title: {lv: a, en: a}, from: [open], to: open, actors: [clerk], guards: [GUARD], source: s, status: verified}
"""


def pack_folder(folder: Path, guard: str) -> Path:
    made = folder / "xx-1"
    made.mkdir()
    (made / "one.yaml").write_text(CYCLE.replace("GUARD", guard), encoding="utf-8")
    return made


def test_a_plug_ins_programme_is_loaded_and_a_rule_that_does_not_fit_it_is_told_when_asked_for(tmp_path: Path) -> None:
    plugins = PluginSet([("mine", PackPlugin(pack_folder(tmp_path, "has-risk")))])
    programme = load_programme("xx-1", plugins=plugins)
    assert (programme.id, programme.life_cycle("file").step("keep").guards) == ("xx-1", ("has-risk",))
    with pytest.raises(RuleError, match="parameter-unknown"):
        programme.rule("target-group")


def test_a_guard_that_no_room_implements_is_told(tmp_path: Path) -> None:
    plugins = PluginSet([("mine", PackPlugin(pack_folder(tmp_path, "has-rsik")))])
    with pytest.raises(ProgrammeError, match="Guards: application-first, has-risk") as caught:
        load_programme("xx-1", plugins=plugins)
    assert (caught.value.code, caught.value.found) == ("guard-unknown", "has-rsik")


def test_an_unknown_programme_is_looked_for_among_the_plug_ins_that_are_installed() -> None:
    with pytest.raises(ProgrammeError, match="programme-unknown"):
        load_programme("xx-1")
