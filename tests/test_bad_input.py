"""Whatever is wrong with a rule or an overlay is refused when it is loaded, with a code and with the place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from pmp_core import hooks
from pmp_core.errors import Place, PmpError, ProgrammeError, RuleError
from pmp_core.loading import Programme, load_programme
from pmp_core.plugins import PluginSet
from pmp_core.programme import OverlayText
from pmp_core.rules import Check, Fact, Let, Rule, fact, parameter
from pmp_core.rules.expression import StepValue
from pmp_core.values import Text

WORD = Text("vārds", "word")
ON, LEVEL = Fact("on", "day", WORD, required=True), Fact("level", "integer", WORD)


def check(name: str = "check", path: str = "programme.in-force") -> Check:
    return Check(name, parameter(path, on="on"), WORD, WORD)


def loaded_with(*steps: Check | Let, facts: tuple[Any, ...] = (ON, LEVEL)) -> Programme:
    """Load a programme with a plug-in that brings the rule."""

    class Plugin:
        @hooks.implementation
        def pmp_register_rules(self, register: Callable[[Rule], None]) -> None:
            register(Rule("mine", WORD, facts, steps))

    return load_programme("lv-8.3.4", plugins=PluginSet([("mine", Plugin())]))


CIRCLE = (Let("a", StepValue("b"), WORD), Let("b", StepValue("a"), WORD))
RULES: dict[str, tuple[Callable[[], None], str, str, str]] = {
    "a name used twice": (lambda: loaded_with(check(), check()), "rule-malformed", "/steps/check", "'check' is used twice"),
    "a fact's name used twice": (lambda: loaded_with(check("level")), "rule-malformed", "/facts/level", "'level' is used twice"),
    "a circle": (lambda: loaded_with(*CIRCLE), "rule-malformed", "/steps/a", "circle: 'a' → 'b' → 'a'"),
    "a fact without a type": (
        lambda: loaded_with(facts=(ON, Fact("level", None, WORD))),  # type: ignore[arg-type]
        "rule-malformed",
        "/facts/level",
        "Give it one: integer, boolean, code, day, cents",
    ),
    "a fact of an unknown type": (
        lambda: loaded_with(facts=(ON, Fact("level", "number", WORD))),  # type: ignore[arg-type]
        "rule-malformed",
        "/facts/level",
        "Found: 'number'",
    ),
    "a fact that is not there": (
        lambda: loaded_with(Check("check", fact("levle") >= 1, WORD, WORD)),
        "rule-malformed",
        "/steps/check",
        "Nearest: level",
    ),
    "a path that is not there": (
        lambda: loaded_with(check(path="programme.in-forse")),
        "parameter-unknown",
        "/steps/check",
        "Nearest: programme.in-force",
    ),
    "a clause that is not there": (
        lambda: loaded_with(Check("check", fact("level") >= 1, WORD, WORD, clauses=("compensation.ceilin",))),
        "clause-unknown",
        "/steps/check",
        "Nearest: compensation.ceiling",
    ),
    "more reasons than fit": (
        lambda: loaded_with(*(Check(f"check-{i}", fact("level") >= i, WORD, WORD) for i in range(63))),
        "rule-too-wide",
        "",
        "64 reasons, and 63 fit",
    ),
}


@pytest.mark.parametrize(("load", "code", "place", "words"), RULES.values(), ids=RULES)
def test_a_rule_that_cannot_be_is_refused_when_it_is_loaded(load: Callable[[], None], code: str, place: str, words: str) -> None:
    with pytest.raises(RuleError) as caught:
        load()
    assert (caught.value.code, caught.value.place) == (code, Place(pointer=f"/rules/mine{place}"))
    assert words in str(caught.value)
    assert caught.value.remedy


def test_a_rule_with_as_many_reasons_as_fit_is_loaded() -> None:
    programme = loaded_with(*(Check(f"check-{i}", fact("level") >= i, WORD, WORD) for i in range(62)))
    assert len(programme.rule("mine").bits) == 63


HEAD = "overlay_for: lv-8.3.4\ntitle: {lv: izdomāts, en: made up}\n"
SAID = "source: made up, status: example"


def value(path: str, *entries: str, more: str = "") -> str:
    """An overlay's text: `values:` stands in line 3, the path in line 4, the first entry in line 6, or 7 with `more`."""
    return HEAD + f"values:\n  {path}:\n{more}    entries:\n" + "".join(f"      - {{{entry}}}\n" for entry in entries)


RATE = f'from: 2022-09-01, value: "2.50", unit: EUR/school-day, {SAID}'
CAP = "compensation.cap.catering"
LEVELS = "target-group.iap-support.general.levels"
PERCENT = "funding.indirect-costs.flat-rate"
OVERLAYS: dict[str, tuple[str, str, int, str]] = {
    "another programme": (value(CAP, RATE).replace("lv-8.3.4", "lv-4.2.3.1"), "overlay-for-another", 1, "/overlay_for"),
    "a path that is not there": (value("compensation.cap.catring", RATE), "path-unknown", 4, "/values/compensation.cap.catring"),
    "a unit that the path does not have": (value(CAP, RATE.replace("school-day", "km")), "unit-wrong", 6, "/entries/0"),
    "no unit where there is a choice": (value(CAP, RATE.replace("unit: EUR/school-day, ", "")), "unit-wrong", 6, "/entries/0"),
    "a unit for an amount of one unit": (
        value("youth-projects.lump-sum", f'from: 2024-01-01, value: "1.00", unit: EUR/km, {SAID}'),
        "unit-wrong",
        6,
        "/entries/0",
    ),
    "a unit for what counts nothing": (value("programme.in-force", f"from: 2024-01-01, value: true, unit: EUR, {SAID}"), "unit-wrong", 6, "/entries/0"),
    "a unit for what is not set": (value(CAP, "from: 2024-01-01, unit: EUR/km, source: made up, status: unset"), "unit-wrong", 6, "/entries/0"),
    "a negative amount": (value(CAP, RATE.replace("2.50", "-2.50")), "value-wrong", 6, "/entries/0/value"),
    "an amount as a number": (value(CAP, RATE.replace('"2.50"', "2.505")), "value-wrong", 6, "/entries/0/value"),
    "more than all of it": (value(PERCENT, f"from: 2022-01-01, value: 101, replaces: true, {SAID}"), "value-wrong", 6, "/entries/0/value"),
    "a level 0": (value(LEVELS, f"from: 2022-01-01, value: [0, 1], replaces: true, {SAID}"), "value-wrong", 6, "/entries/0/value"),
    "a level 13": (value(LEVELS, f"from: 2022-01-01, value: [12, 13], replaces: true, {SAID}"), "value-wrong", 6, "/entries/0/value"),
    "an unknown code": (
        value("plans.statuses-in-force", f"from: 2022-01-01, value: [aproved], replaces: true, {SAID}"), "code-unknown", 6, "/entries/0/value",
    ),
    "an end before the beginning": (value(CAP, f"until: 2022-08-31, {RATE}"), "dates-out-of-order", 6, "/entries/0/until"),
    "a later entry that begins earlier": (value(CAP, RATE, RATE.replace("2022", "2021")), "dates-out-of-order", 7, "/entries/1/from"),
    "a day that is not": (value(CAP, RATE.replace("09-01", "09-31")), "value-wrong", 6, "/entries/0/from"),
    "a day for no beginning": (value(CAP, RATE.replace("2022-09-01", "0001-01-01")), "day-without-end", 6, "/entries/0/from"),
    "a day for no end": (value(CAP, f"until: 9999-12-31, {RATE}"), "day-without-end", 6, "/entries/0/until"),
    "no source": (value(CAP, RATE.replace("source: made up, ", "")), "overlay-invalid", 6, "/entries/0"),
    "an empty source": (value(CAP, RATE.replace("made up", '""')), "overlay-invalid", 6, "/entries/0/source"),
    "a source of spaces": (value(CAP, RATE.replace("made up", '" \u00a0 "')), "overlay-invalid", 6, "/entries/0/source"),
    "a source that cannot be seen": (value(CAP, RATE.replace("made up", '"\u200b"')), "overlay-invalid", 6, "/entries/0/source"),
    "an override in silence": (value(LEVELS, f"from: 2022-01-01, value: [1], {SAID}"), "overlay-silent", 6, "/entries/0"),
    "a negative number": (value("plans.risks-at-least", f"from: 2022-01-01, value: -1, replaces: true, {SAID}"), "value-wrong", 6, "/entries/0/value"),
    "a number that no column holds": (
        value("plans.risks-at-least", f"from: 2022-01-01, value: 2147483648, replaces: true, {SAID}"), "value-wrong", 6, "/entries/0/value",
    ),
    "a percentage with an underscore": (value(PERCENT, f"from: 2022-01-01, value: '1_0', replaces: true, {SAID}"), "value-wrong", 6, "/entries/0/value"),
    "a percentage with an exponent": (value(PERCENT, f"from: 2022-01-01, value: '1e1', replaces: true, {SAID}"), "value-wrong", 6, "/entries/0/value"),
    "a percentage in other digits": (value(PERCENT, f"from: 2022-01-01, value: '١٥', replaces: true, {SAID}"), "value-wrong", 6, "/entries/0/value"),
    "a percentage below 0 that is 0": (value(PERCENT, f"from: 2022-01-01, value: '-0', replaces: true, {SAID}"), "value-wrong", 6, "/entries/0/value"),
    "a code that is no list": (value("plans.statuses-in-force", f"from: 2022-01-01, value: approved, replaces: true, {SAID}"), "value-wrong", 6, "/entries/0/value"),
    "a code twice": (
        value("plans.statuses-in-force", f"from: 2022-01-01, value: [approved, approved], replaces: true, {SAID}"), "value-wrong", 6, "/entries/0/value",
    ),
    "no levels": (value(LEVELS, f"from: 2022-01-01, value: [], replaces: true, {SAID}"), "value-wrong", 6, "/entries/0/value"),
    "a source of two lines": (value(CAP, RATE.replace("made up", '"made up\\nmore"')), "overlay-invalid", 6, "/entries/0/source"),
    "a source that steers a terminal": (value(CAP, RATE.replace("made up", '"made\\e[2K up"')), "overlay-invalid", 6, "/entries/0/source"),
    "a source of a soft hyphen": (value(CAP, RATE.replace("made up", '"\u00ad"')), "overlay-invalid", 6, "/entries/0/source"),
    "a source of a filler": (value(CAP, RATE.replace("made up", '"\u3164"')), "overlay-invalid", 6, "/entries/0/source"),
    "a source of signs": (value(CAP, RATE.replace("made up", '"–"')), "overlay-invalid", 6, "/entries/0/source"),
    "a note of two lines": (value(CAP, f'{RATE}, note: "a\\nb"'), "overlay-invalid", 6, "/entries/0/note"),
    "another title": (value(CAP, RATE, more="    title: {lv: a, en: a}\n"), "title-fixed", 5, "/title"),
    "a new path that is there": (value(CAP, RATE, more="    new: true\n    title: {lv: a, en: a}\n    type: money\n"), "path-taken", 5, "/new"),
    "a replacement of nothing": (value(CAP, f"replaces: true, {RATE}"), "replaces-nothing", 6, "/entries/0/replaces"),
    "a replacement on a path of its own": (
        value("local.rule", f"from: 2022-01-01, value: 1, replaces: true, {SAID}", more="    title: {lv: a, en: a}\n    type: integer\n"),
        "replaces-nothing", 8, "/entries/0/replaces",
    ),
    "a value that a code would hide": (
        value("risk-groups/economic", f"from: 2022-01-01, value: 1, {SAID}", more="    title: {lv: a, en: a}\n    type: integer\n"),
        "path-taken", 4, "/values/risk-groups~1economic",
    ),
    "an ended value begun again in silence": (
        value("programme.in-force", f"from: 2024-01-01, until: 2024-06-30, value: true, {SAID}"), "overlay-silent", 6, "/entries/0",
    ),
    "what is built in": (
        value("plans.one-per-semester", f"from: 2022-01-01, value: false, replaces: true, {SAID}"), "value-fixed", 6, "/entries/0",
    ),
    "another type": (value(CAP, RATE, more="    type: integer\n"), "type-differs", 5, "/type"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "code", "row", "pointer"), OVERLAYS.values(), ids=OVERLAYS)
def test_an_overlay_that_cannot_be_is_refused_when_it_is_loaded(text: str, code: str, row: int, pointer: str) -> None:
    with pytest.raises(ProgrammeError) as caught:
        load_programme("lv-8.3.4", overlays=[OverlayText("wrong.example.yaml", text)])
    error: PmpError = caught.value
    assert (error.code, error.place.file, error.place.row) == (code, "wrong.example.yaml", row)
    assert str(error.place.pointer).endswith(pointer)
    assert error.remedy


def test_what_the_broken_ones_were_made_from_is_loaded() -> None:
    rated = load_programme("lv-8.3.4", overlays=[OverlayText("right.example.yaml", value(CAP, RATE))])
    assert str(rated.read(CAP, date(2022, 9, 1)).value) == "2.50"
    lump = value("youth-projects.lump-sum", f'from: 2024-01-01, replaces: true, value: "1.00", unit: EUR/project, {SAID}')
    of_lump = load_programme("lv-8.3.4", overlays=[OverlayText("right.example.yaml", lump)])
    assert str(of_lump.read("youth-projects.lump-sum", date(2024, 1, 1)).value) == "1.00"
