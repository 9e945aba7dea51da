"""A programme ready to work with: the stages' rules and those of plug-ins, bound to a pack."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from pmp_core import hooks
from pmp_core.errors import Place, ProgrammeError, RuleError
from pmp_core.loading import STAGE_RULES, check_overlays, load_programme, programmes_on
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
    facts = {
        "on": DAY,
        "track": "general",
        "level": 3,
        "partner": True,
        "applied_on": DAY,
        "entered_on": DAY,
        "measures_justified": True,
    }
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


def test_a_plug_ins_rule_that_does_not_fit_can_wait_until_it_is_asked_for() -> None:
    plugins = PluginSet([("mine", RulePlugin(adult("minor", path="programme.in-forse"), adult()))])
    programme = load_programme("lv-8.3.4", plugins=plugins, strict=False)
    assert programme.rule("adult").decide(on=DAY, age=18).outcome == "granted"
    assert {name: error.code for name, error in programme.misfits().items()} == {"minor": "parameter-unknown"}
    with pytest.raises(RuleError, match="parameter-unknown"):
        programme.rule("minor")


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


# --- what a programme says of itself -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "in_force"),
    [
        (date(2023, 12, 31), ("lv-8.3.4",)),
        (date(2024, 1, 1), ()),
        (date(2024, 6, 30), ()),
        (date(2024, 7, 1), ("lv-4.2.3.1",)),
        (date(2029, 8, 31), ("lv-4.2.3.1",)),
        (date(2029, 9, 1), ()),
    ],
)
def test_on_a_day_one_programme_is_in_force_or_none(day: date, in_force: tuple[str, ...]) -> None:
    found = programmes_on(day)
    assert found.in_force == in_force
    assert [one.programme for one in found.standings] == ["lv-8.3.4", "lv-4.2.3.1"]
    assert found.standings[0] == load_programme("lv-8.3.4").standing(day)


def test_a_plug_ins_programme_stands_beside_the_shipped_ones(tmp_path: Path) -> None:
    plugins = PluginSet([("mine", PackPlugin(pack_folder(tmp_path, "has-risk")))])
    assert "xx-1" in [one.programme for one in programmes_on(DAY, plugins=plugins).standings]
    assert "xx-1" not in programmes_on(DAY, plugins=plugins).in_force


def test_a_programme_is_compared_with_itself_on_another_day_and_with_another_version() -> None:
    plain, laid = load_programme("lv-8.3.4"), load_programme("lv-8.3.4", overlays=[OverlayText("two.example.yaml", OVERLAY)])
    assert "target-group.iap-support.general.levels" in [
        one.path for one in plain.differences(date(2021, 8, 31), date(2021, 9, 1))
    ]
    assert [one.path for one in plain.differences(DAY, DAY, other=laid)] == ["plans.risks-at-least"]
    assert plain.differences(DAY, DAY) == ()


def test_a_programme_tells_its_sources_and_what_is_not_set() -> None:
    programme = load_programme("lv-8.3.4")
    assert programme.inventory().counts["unset"] > 0
    assert "compensation.ceiling" in [one.value.path for one in programme.not_set()]
    assert "compensation" in [one.rule for one in programme.blocked() if one.always]
    assert programme.misfits() == {}


def test_the_rules_that_do_not_fit_a_plug_ins_programme_are_told_and_the_others_are_looked_at(tmp_path: Path) -> None:
    plugins = PluginSet([("mine", PackPlugin(pack_folder(tmp_path, "has-risk")))])
    programme = load_programme("xx-1", plugins=plugins)
    misfits = programme.misfits()
    assert set(misfits) == set(programme.rules)
    assert {error.code for error in misfits.values()} <= {"parameter-unknown", "catalogue-unknown", "clause-unknown"}
    assert [str(one.misfit) for one in programme.blocked()] == [str(error) for error in misfits.values()]
    overlay = OverlayText("xx.example.yaml", "overlay_for: xx-1\ntitle: {lv: a, en: a}\n")
    checked = check_overlays(overlay, plugins=plugins)
    assert (checked.programme.id, checked.effects[0].changes) == ("xx-1", ())


def test_overlays_are_checked_one_over_the_other() -> None:
    first = OverlayText("two.example.yaml", OVERLAY)
    second = OverlayText("three.example.yaml", OVERLAY.replace("value: 2", "value: 3"))
    checked = check_overlays(first, second)
    assert checked.programme.hash == load_programme("lv-8.3.4", overlays=[first, second]).hash
    assert [[(one.kind, one.before and one.before.value, one.after.value) for one in e.changes] for e in checked.effects] == [
        [("overrides", 1, 2)],
        [("overrides", 2, 3)],
    ]


def test_an_overlay_for_no_programme_is_told_with_its_place() -> None:
    with pytest.raises(ProgrammeError, match=r"There are: lv-8\.3\.4") as caught:
        check_overlays(OverlayText("wrong.example.yaml", OVERLAY.replace("lv-8.3.4", "lv-8.3.5")))
    assert (caught.value.code, caught.value.place.pointer, caught.value.place.row) == ("programme-unknown", "/overlay_for", 2)


def test_an_overlay_with_which_a_rule_cannot_be_used_is_told() -> None:
    entries = "entries: [{from: 2022-01-01, source: s, status: example}]"
    kinds = "".join(f"    kind-{i}: {{title: {{lv: a, en: a}}, parent: compensation, {entries}}}\n" for i in range(60))
    many = OverlayText("many.example.yaml", f"overlay_for: lv-8.3.4\ntitle: {{lv: a, en: a}}\nterms:\n  measure-kinds:\n{kinds}")
    with pytest.raises(ProgrammeError, match="63 fit into its mask") as caught:
        check_overlays(OverlayText("two.example.yaml", OVERLAY), many)
    assert (caught.value.code, caught.value.place.file) == ("overlay-breaks-rule", "many.example.yaml")
    assert "set what is not set" in caught.value.remedy


def test_a_pack_of_a_plug_in_that_says_otherwise_than_the_code_is_told(tmp_path: Path) -> None:
    folder = pack_folder(tmp_path, "has-risk")
    (folder / "fixed.yaml").write_text(
        "pack: xx-1\nvalues:\n  plans.one-per-semester:\n    title: {lv: a, en: a}\n    type: boolean\n"
        "    entries: [{from: 2020-01-01, value: false, source: s, status: verified}]\n",
        encoding="utf-8",
    )
    with pytest.raises(ProgrammeError, match="value-fixed") as caught:
        load_programme("xx-1", plugins=PluginSet([("mine", PackPlugin(folder))]))
    assert caught.value.place == Place("xx-1", pointer="/values/plans.one-per-semester")


def test_a_check_looks_at_the_rules_of_installed_plug_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    installed = PluginSet([("mine", RulePlugin(adult()))])
    monkeypatch.setattr(PluginSet, "load", lambda *names: installed)
    checked = check_overlays(OverlayText("two.example.yaml", OVERLAY))
    assert "adult" in [one.rule for one in checked.programme.blocked()]
