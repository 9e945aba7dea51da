"""Binding: on every day a rule reads what the pack says of that day, and what the pack leaves open stays open."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from attrs import evolve

from pmp_core.errors import ProgrammeError
from pmp_core.programme import DatedValue, Entry, OverlayText, Pack, load_pack
from pmp_core.programme.entries import Value, ValueType
from pmp_core.rules import BoundRule, Catalogue, Check, Fact, Let, Rule, fact, parameter
from pmp_core.rules.expression import Expression, StepValue
from pmp_core.values import Money, Text

WORD = Text("vārds", "word")
D = date


def pack_with(*, kind: ValueType, **entries: tuple[Entry, ...]) -> Pack:
    values = {f"example.{name}": DatedValue(f"example.{name}", WORD, kind, found) for name, found in entries.items()}
    return Pack("example", WORD, values, {}, {})


def entry(first: date, value: Value | None, until: date | None = None) -> Entry:
    return Entry(first, "made up", "unset" if value is None else "example", "example", value, until)


def rule(step: Check | Let, pack: Pack, *facts: Fact) -> BoundRule:
    return BoundRule(Rule("mine", WORD, (Fact("on", "day", WORD), *facts), (step,)), pack)


def let(tree: Expression, kind: Any = "cents") -> Let:
    return Let("value", tree, WORD, type=kind)


def value_on(bound: BoundRule, day: date | None) -> tuple[object, tuple[str, ...]]:
    result = bound.decide(on=day)
    return result.values[0], result.reasons


@pytest.mark.parametrize(
    ("day", "value"),
    [
        (D(2018, 12, 31), None),
        (D(2019, 1, 1), 100),
        (D(2019, 12, 31), 100),
        (D(2020, 1, 1), 200),
        (D(2020, 6, 30), 200),
        (D(2020, 7, 1), None),
        (D(2020, 12, 31), None),
        (D(2021, 1, 1), None),
        (D(2021, 12, 31), None),
        (D(2022, 1, 1), 300),
        (D(2022, 12, 31), 300),
        (D(2023, 1, 1), None),
    ],
)
def test_an_amount_holds_from_its_first_day_to_its_last_and_is_not_known_on_any_other(day: date, value: int | None) -> None:
    entries = (
        entry(D(2019, 1, 1), Money("1.00")),
        entry(D(2020, 1, 1), Money("2.00"), D(2020, 6, 30)),
        entry(D(2021, 1, 1), None),
        entry(D(2022, 1, 1), Money("3.00"), D(2022, 12, 31)),
    )
    bound = rule(let(parameter("example.cap", on="on")), pack_with(kind="money", cap=entries))
    assert value_on(bound, day) == (value, () if value is not None else ("example.cap",))


@pytest.mark.parametrize(
    ("day", "outcome"),
    [
        (D(2018, 12, 31), "refused"),
        (D(2019, 1, 1), "granted"),
        (D(2019, 6, 30), "granted"),
        (D(2019, 7, 1), "refused"),
        (D(2020, 1, 1), "undetermined"),
        (D(2021, 1, 1), "refused"),
    ],
)
def test_a_truth_is_false_outside_of_its_days_and_not_known_where_it_is_unset(day: date, outcome: str) -> None:
    entries = (entry(D(2019, 1, 1), True, D(2019, 6, 30)), entry(D(2020, 1, 1), None), entry(D(2021, 1, 1), False))
    bound = rule(Check("check", parameter("example.truth", on="on"), WORD, WORD), pack_with(kind="boolean", truth=entries))
    assert bound.decide(on=day).outcome == outcome


@pytest.mark.parametrize(
    ("day", "level", "outcome"),
    [
        (D(2018, 12, 31), 5, "refused"),
        (D(2019, 1, 1), 5, "granted"),
        (D(2019, 1, 1), 4, "refused"),
        (D(2019, 1, 1), None, "undetermined"),
        (D(2018, 12, 31), None, "refused"),
        (D(2020, 1, 1), 5, "undetermined"),
    ],
)
def test_nobody_belongs_to_a_list_outside_of_its_days(day: date, level: int | None, outcome: str) -> None:
    pack = pack_with(kind="levels", levels=(entry(D(2019, 1, 1), (5, 6)), entry(D(2020, 1, 1), None)))
    check = Check("check", fact("level").is_in(parameter("example.levels", on="on")), WORD, WORD)
    assert rule(check, pack, Fact("level", "integer", WORD)).decide(on=day, level=level).outcome == outcome


@pytest.mark.parametrize(
    ("kind", "value", "tree"),
    [
        ("day", D(2020, 5, 1), fact("on") <= parameter("example.value", on="on")),
        ("text", "b", parameter("example.value", on="on") >= "a"),
        ("integer", 3, parameter("example.value", on="on") >= 3),
        ("boolean", True, parameter("example.value", on="on")),
    ],
)
def test_what_is_not_set_is_not_known_whatever_its_type(kind: ValueType, value: Value, tree: Expression) -> None:
    bound = rule(
        Check("check", tree, WORD, WORD), pack_with(kind=kind, value=(entry(D(2020, 1, 1), value), entry(D(2021, 1, 1), None)))
    )
    assert bound.decide(on=D(2020, 5, 1)).outcome == "granted"
    result = bound.decide(on=D(2021, 1, 1))
    assert (result.outcome, result.reasons, result.values) == ("undetermined", ("example.value",), (None,))


@pytest.mark.parametrize("day", [D(2019, 1, 1), None])
def test_a_path_without_any_entry_is_not_known_on_any_day(day: date | None) -> None:
    bound = rule(Check("check", parameter("example.truth", on="on"), WORD, WORD), pack_with(kind="boolean", truth=()))
    assert bound.decide(on=day).reasons == ("example.truth",)


def test_the_day_itself_may_be_missing() -> None:
    bound = rule(let(parameter("example.cap", on="on")), pack_with(kind="money", cap=(entry(D(2019, 1, 1), Money("1.00")),)))
    assert value_on(bound, None) == (None, ("on",))


def test_a_text_can_be_compared_and_a_day_can_be_a_value() -> None:
    first = D(2019, 1, 1)
    assert value_on(
        rule(let(parameter("example.v", on="on"), "day"), pack_with(kind="day", v=(entry(first, first),))), first
    ) == (
        first,
        (),
    )


ADDED = """
overlay_for: lv-8.3.4
title: {lv: izdomāts, en: made up}
terms:
  measure-kinds:
    scooter-example:
      title: {lv: skrejritenis, en: scooter}
      parent: compensation
      entries: [{from: 2017-03-01, source: made up, status: example}]
"""
VALUE = """
values:
  compensation.cap.scooter-example:
    title: {lv: griesti, en: cap}
    type: money
    entries: [{from: 2022-01-01, value: "5.00", source: made up, status: example}]
"""
KINDS = Catalogue("measure-kinds", parent="compensation")


@pytest.mark.parametrize(
    ("overlay", "day", "answer"),
    [
        (ADDED, D(2022, 1, 1), (None, ("compensation.cap.scooter-example",))),
        (ADDED + VALUE, D(2021, 12, 31), (None, ("compensation.cap.scooter-example",))),
        (ADDED + VALUE, D(2022, 1, 1), (500, ())),
    ],
)
def test_a_code_that_an_overlay_adds_names_the_path_to_set_until_it_is_set(
    overlay: str, day: date, answer: tuple[object, tuple[str, ...]]
) -> None:
    pack = load_pack("lv-8.3.4", [OverlayText("scooter.example.yaml", overlay)])
    cap = parameter("compensation.cap.{}", on="on", by="kind", among=KINDS)
    bound = rule(let(cap), pack, Fact("kind", "code", WORD, choices=KINDS))
    result = bound.decide(on=day, kind="scooter-example")
    assert (result.values[0], result.reasons) == answer
    assert bound.facts[1].choices == pack.codes("measure-kinds", parent="compensation")


def test_a_code_without_a_list_of_levels_is_not_known_to_have_any(pack: Pack) -> None:
    listed = parameter("target-group.iap-support.{}.levels", on="on", by="track", among=("general", "evening"))
    check = Check("check", fact("level").is_in(listed), WORD, WORD)
    facts = (Fact("track", "code", WORD, choices=("general", "evening")), Fact("level", "integer", WORD))
    result = rule(check, pack, *facts).decide(on=D(2022, 1, 1), track="evening", level=5)
    assert (result.outcome, result.reasons) == ("undetermined", ("target-group.iap-support.evening.levels",))


def test_a_catalogue_that_is_not_there_is_told(pack: Pack) -> None:
    with pytest.raises(ProgrammeError, match="catalogue-unknown") as caught:
        rule(
            Check("check", fact("kind").equals("a"), WORD, WORD),
            pack,
            Fact("kind", "code", WORD, choices=Catalogue("mesure-kinds")),
        )
    assert "measure-kinds" in caught.value.remedy


def test_binding_reads_every_day_as_the_pack_does(example_pack: Pack) -> None:
    path = "compensation.cap.public-transport-tickets"
    bound = rule(let(parameter(path, on="on")), example_pack)
    firsts = [entry.first for entry in example_pack.value(path).entries]
    for day in sorted({first + timedelta(days=d) for first in firsts for d in (-1, 0, 1)}):
        said = example_pack.read(path, day).value
        assert value_on(bound, day)[0] == (said.cents if isinstance(said, Money) else None), day


def test_a_truth_can_be_a_value_that_a_check_uses(pack: Pack) -> None:
    steps = (
        Let("runs", parameter("programme.in-force", on="on"), WORD, type="boolean"),
        Check("check", ~StepValue("runs"), WORD, WORD),
    )
    bound = BoundRule(Rule("mine", WORD, (Fact("on", "day", WORD),), steps), pack)
    assert [bound.decide(on=day).values for day in (D(2023, 12, 31), D(2024, 1, 1), None)] == [
        (True, False),
        (False, True),
        (None, None),
    ]


CHANGING = (
    entry(D(2019, 1, 1), Money("1.00")),
    entry(D(2020, 1, 1), Money("2.00"), D(2020, 6, 30)),
    entry(D(2021, 1, 1), Money("3.00")),
    entry(D(2022, 1, 1), Money("3.00")),
    entry(D(2023, 1, 1), None),
)


@pytest.mark.parametrize(
    ("day", "until", "changes"),
    [
        (D(2019, 1, 1), D(2019, 12, 31), ()),
        (D(2019, 1, 1), D(2020, 1, 1), (D(2020, 1, 1),)),
        (D(2020, 1, 1), D(2020, 6, 30), ()),
        (D(2020, 1, 1), D(2020, 7, 1), (D(2020, 7, 1),)),
        (D(2020, 6, 30), D(2021, 1, 1), (D(2020, 7, 1), D(2021, 1, 1))),
        (D(2021, 1, 1), D(2022, 12, 31), ()),
        (D(2021, 1, 1), D(2023, 1, 1), (D(2023, 1, 1),)),
        (D(2018, 12, 31), D(2019, 1, 1), (D(2019, 1, 1),)),
    ],
)
def test_a_rule_tells_the_days_on_which_its_law_changes_and_no_day_on_which_it_only_says_the_same_again(
    day: date, until: date, changes: tuple[date, ...]
) -> None:
    bound = rule(let(parameter("example.cap", on="on")), pack_with(kind="money", cap=CHANGING))
    assert bound.changes({"on": day}, until) == changes


def test_a_new_unit_is_a_change_of_the_law() -> None:
    first, then = entry(D(2019, 1, 1), Money("1.00")), entry(D(2020, 1, 1), Money("1.00"))
    units = (evolve(first, unit="EUR/claim"), evolve(then, unit="EUR/item"))
    for entries, changes in (((first, then), ()), (units, (D(2020, 1, 1),))):
        bound = rule(let(parameter("example.cap", on="on")), pack_with(kind="money", cap=entries))
        assert bound.changes({"on": D(2019, 1, 1)}, D(2020, 12, 31)) == changes


def test_what_a_rule_reads_on_another_day_than_its_own_is_no_change() -> None:
    bound = rule(let(parameter("example.cap", on="other")), pack_with(kind="money", cap=CHANGING), Fact("other", "day", WORD))
    facts = {"on": D(2019, 6, 1), "other": D(2019, 7, 1)}
    assert bound.changes(facts, D(2025, 1, 1)) == ()
