"""Which decisions unset values block: what is said is exactly what deciding shows."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from pmp_core.errors import RuleError
from pmp_core.loading import STAGE_RULES
from pmp_core.programme import DatedValue, Entry, OverlayText, Pack, load_pack
from pmp_core.programme.pack import IN_FORCE
from pmp_core.rules import (
    AMOUNT,
    Blocked,
    BlockedRule,
    BoundRule,
    Catalogue,
    Check,
    Cut,
    Fact,
    FactDays,
    Let,
    Rule,
    choose,
    fact,
    maximum,
    parameter,
    pick,
    present,
)
from pmp_core.rules.blocked import blocked, unsaid
from pmp_core.rules.expression import Expression, Known, StepValue
from pmp_core.values import Money, Text

WORD = Text("vārds", "word")
D = date
ON, LEVEL = Fact("on", "day", WORD, required=True), Fact("level", "integer", WORD)
OTHER, KIND = Fact("other", "day", WORD), Fact("kind", "code", WORD, choices=("a", "b", "c"))
HANDED_IN, ASKED = Fact("handed_in", "boolean", WORD), Fact("asked_cents", "cents", WORD, required=True)
FACTS = (ON, LEVEL, OTHER, KIND, HANDED_IN, ASKED)
FIRST, LAST = D(2020, 1, 1), D(2022, 12, 31)


def entry(first: date, value: Any, until: date | None = None) -> Entry:
    return Entry(first, "made up", "unset" if value is None else "example", "example", value, until)


def pack_of(**values: tuple[str, tuple[Entry, ...]]) -> Pack:
    known = {
        f"example.{name}": DatedValue(f"example.{name}", WORD, kind, entries)  # type: ignore[arg-type]
        for name, (kind, entries) in values.items()
    }
    known[IN_FORCE] = DatedValue(IN_FORCE, WORD, "boolean", (entry(FIRST, True, LAST),))
    return Pack("example", WORD, known, {}, {})


def rule(*steps: Check | Let | Cut) -> Rule:
    return Rule("mine", WORD, FACTS, steps, asked="asked_cents")


def check(condition: Expression, name: str = "check") -> Check:
    return Check(name, condition, WORD, WORD)


def truth(name: str, on: str = "on") -> Expression:
    return parameter(f"example.{name}", on=on)


UNSET = pack_of(truth=("boolean", (entry(FIRST, None),)), cap=("money", (entry(FIRST, None),)))


def only(found: BlockedRule) -> Blocked:
    (one,) = found.blocked
    return one


def test_a_rule_that_reads_nothing_unset_is_not_blocked() -> None:
    found = blocked(rule(check(fact("level") >= 1)), UNSET)
    assert found == BlockedRule("mine", always=False)


def test_a_check_on_an_unset_truth_is_always_undetermined_while_the_programme_is_in_force() -> None:
    found = blocked(rule(check(truth("truth"))), UNSET)
    assert found.always
    assert only(found) == Blocked("example.truth", "check", True, (FactDays("on", FIRST, LAST),))


def test_a_programme_that_says_nothing_of_its_days_blocks_from_the_first_day_of_the_path() -> None:
    pack = Pack("example", WORD, {"example.truth": UNSET.values["example.truth"]}, {}, {})
    assert only(blocked(rule(check(truth("truth"))), pack)).days == (FactDays("on", FIRST, None),)


@pytest.mark.parametrize(
    ("entries", "days"),
    [
        ((entry(FIRST, True), entry(D(2021, 1, 1), None)), [(D(2021, 1, 1), LAST)]),
        ((entry(FIRST, None), entry(D(2021, 1, 1), True)), [(FIRST, D(2020, 12, 31))]),
        ((entry(FIRST, None, D(2020, 6, 30)),), [(FIRST, D(2020, 6, 30))]),
        ((entry(FIRST, None), entry(D(2021, 1, 1), True), entry(D(2022, 1, 1), None)), [(FIRST, D(2020, 12, 31)), (D(2022, 1, 1), LAST)]),
        ((entry(D(2019, 1, 1), None), entry(D(2020, 1, 2), True)), [(FIRST, FIRST)]),
        ((entry(D(2022, 12, 31), None),), [(LAST, LAST)]),
        ((entry(D(2023, 1, 1), None),), []),
    ],
)  # fmt: skip
def test_the_days_are_those_on_which_it_is_unset(entries: tuple[Entry, ...], days: list[tuple[date, date]]) -> None:
    found = blocked(rule(check(truth("truth"))), pack_of(truth=("boolean", entries)))
    assert [one.days for one in found.blocked] == [(FactDays("on", *ends),) for ends in days]
    assert all(one.certain for one in found.blocked)


def test_an_amount_is_not_known_outside_of_its_days_either() -> None:
    entries = (entry(D(2020, 6, 1), Money("1.00"), D(2020, 6, 30)),)
    found = blocked(rule(Let("cap", truth("cap"), WORD)), pack_of(cap=("money", entries)))
    assert [one.days for one in found.blocked] == [
        (FactDays("on", FIRST, D(2020, 5, 31)),),
        (FactDays("on", D(2020, 7, 1), LAST),),
    ]


def test_where_another_check_refuses_nothing_is_blocked() -> None:
    pack = pack_of(
        truth=("boolean", (entry(FIRST, None),)), stop=("boolean", (entry(D(2020, 6, 1), False), entry(D(2020, 7, 1), True)))
    )
    found = blocked(rule(check(truth("truth")), check(truth("stop"), "stop")), pack)
    assert found.always
    assert only(found).days == (FactDays("on", D(2020, 7, 1), LAST),)


def test_a_condition_that_settles_it_makes_it_uncertain() -> None:
    found = blocked(rule(check(fact("handed_in") | ~truth("truth"))), UNSET)
    assert (only(found).certain, found.always) == (False, False)
    found = blocked(rule(check((fact("level") >= 3) & truth("truth"))), UNSET)
    assert (only(found).certain, found.always) == (False, False)


@pytest.mark.parametrize(
    "condition",
    [
        truth("truth") & Known(True),
        truth("truth").equals(True),
        fact("level") >= truth("cap"),
        (fact("level") + truth("cap")) >= 3,
        maximum(fact("level"), truth("cap")) >= 3,
        truth("cap").is_in((1, 2)),
        choose(truth("truth"), fact("level") >= 1, fact("level") >= 2),
        choose(fact("handed_in"), truth("truth"), ~truth("truth")),
        choose(present("handed_in"), truth("truth"), truth("truth") | truth("truth")),
    ],
)
def test_what_cannot_be_anything_but_unknown_is_certain(condition: Expression) -> None:
    found = blocked(rule(check(condition)), UNSET)
    assert found.always
    assert all(one.certain for one in found.blocked)


@pytest.mark.parametrize(
    "condition",
    [
        choose(fact("handed_in"), truth("truth"), fact("level") >= 1),
        choose(present("handed_in"), fact("level") >= 1, truth("truth")),
        choose(fact("level") >= 1, truth("cap"), fact("level")).is_in((1, 2)),
        ~(truth("truth") | fact("handed_in")),
    ],
)
def test_what_other_facts_can_settle_is_not_certain(condition: Expression) -> None:
    found = blocked(rule(check(condition)), UNSET)
    assert (only(found).certain, found.always) == (False, False)


def test_a_branch_that_is_never_taken_blocks_nothing() -> None:
    taken = blocked(rule(check(choose(Known(1).equals(1) | Known(True), fact("level") >= 1, truth("truth")))), UNSET)
    assert taken == BlockedRule("mine", always=False)
    later = blocked(rule(check(choose(fact("on") >= D(2023, 1, 1), truth("truth"), fact("level") >= 1))), UNSET)
    assert later == BlockedRule("mine", always=False)


def test_the_codes_are_told_where_it_is_not_all_of_them() -> None:
    values = {
        "a": ("money", (entry(FIRST, None),)),
        "b": ("money", (entry(FIRST, Money("1.00")),)),
        "c": ("money", (entry(FIRST, None),)),
    }
    cap = Let("cap", parameter("example.{}", on="on", by="kind", among=("a", "b", "c")), WORD)
    found = blocked(rule(cap), pack_of(**values))
    assert not found.always
    assert [(one.path, dict(one.codes)) for one in found.blocked] == [
        ("example.a", {"kind": ("a",)}),
        ("example.c", {"kind": ("c",)}),
    ]
    found = blocked(rule(cap), pack_of(**dict.fromkeys(values, values["a"])))
    assert found.always
    assert [dict(one.codes) for one in found.blocked] == [{"kind": (name,)} for name in values]


def test_one_path_for_several_codes_is_told_once() -> None:
    picked = pick(fact("kind"), {"a": truth("cap"), "b": truth("cap")}, Known(5))
    assert dict(only(blocked(rule(Let("cap", picked, WORD)), UNSET)).codes) == {"kind": ("a", "b")}
    member = check(~fact("kind").is_in(("b", "c")) | truth("truth"))
    assert dict(only(blocked(rule(member), UNSET)).codes) == {"kind": ("b", "c")}


def test_days_of_another_fact_are_told_beside_those_of_the_rule() -> None:
    pack = pack_of(cap=("money", (entry(FIRST, Money("1.00"), D(2021, 5, 31)),)))
    found = blocked(rule(Let("cap", truth("cap", "other"), WORD)), pack)
    assert [one.days for one in found.blocked] == [
        (FactDays("on", FIRST, LAST), FactDays("other", None, D(2019, 12, 31))),
        (FactDays("on", FIRST, LAST), FactDays("other", D(2021, 6, 1), None)),
    ]
    equal = check(~fact("other").equals(D(2021, 5, 1)) | truth("truth"))
    assert only(blocked(rule(equal), UNSET)).days[1] == FactDays("other", D(2021, 5, 1), D(2021, 5, 1))


def test_a_step_that_uses_a_value_is_blocked_where_the_value_stands() -> None:
    steps = (
        Let("cap", truth("cap"), WORD),
        Let("open", truth("truth"), WORD, type="boolean"),
        check(StepValue("open") & (StepValue("cap") >= 1)),
        Cut("cut", StepValue("cap"), WORD),
        Cut("again", choose(StepValue("open"), AMOUNT, AMOUNT - 1), WORD),
    )
    assert [one.step for one in blocked(rule(*steps), UNSET).blocked] == ["cap", "open"]


def test_a_rule_that_does_not_fit_is_told() -> None:
    with pytest.raises(RuleError, match="parameter-unknown"):
        blocked(rule(check(truth("zzz"))), UNSET)


KINDS = Catalogue("measure-kinds", parent="compensation")
SCOOTER = """
overlay_for: lv-8.3.4
title: {lv: izdomāts, en: made up}
terms:
  measure-kinds:
    scooter-example:
      title: {lv: skrejritenis, en: scooter}
      parent: compensation
      entries: [{from: 2022-01-01, source: made up, status: example}]
"""


def test_a_path_that_only_a_rule_names_is_told_as_it_would_have_to_be() -> None:
    pack = load_pack("lv-8.3.4", [OverlayText("scooter.example.yaml", SCOOTER)])
    cap = Let("cap", parameter("compensation.cap.{}", on="on", by="kind", among=KINDS), WORD)
    made = Rule("mine", WORD, (ON, Fact("kind", "code", WORD, choices=KINDS)), (cap,))
    (found,) = unsaid(made, pack).values()
    assert (found.path, found.title, found.type) == ("compensation.cap.scooter-example", Text("skrejritenis", "scooter"), "money")
    assert (found.units, found.entries) == (pack.value("compensation.cap.catering").units, ())
    assert unsaid(made, load_pack("lv-8.3.4")) == {}
    listed = check(
        fact("level").is_in(parameter("target-group.iap-support.{}.levels", on="on", by="track", among=("general", "evening")))
    )
    track = Fact("track", "code", WORD, choices=("general", "evening"))
    (found,) = unsaid(Rule("mine", WORD, (ON, LEVEL, track), (listed,)), pack).values()
    assert (found.path, found.title) == ("target-group.iap-support.evening.levels", Text("evening", "evening"))


# --- against deciding itself ------------------------------------------------------------------------------------------------

RATES = Path(__file__).parents[2] / "examples" / "sample-school" / "rates.example.yaml"
PACKS = [load_pack("lv-8.3.4", overlays) for overlays in ((), (RATES,), (RATES, OverlayText("scooter.example.yaml", SCOOTER)))]
PACKS.append(load_pack("lv-4.2.3.1"))
RULES = [one for one in STAGE_RULES if one.name in ("compensation", "session")]
BOUND = [(BoundRule(one, pack), blocked(one, pack)) for pack in PACKS for one in RULES]


USUAL: dict[str, Any] = {
    "level": 7, "track": "general", "partner": True, "plan_status": "in-progress", "plan_first_day": D(2017, 1, 1),
    "plan_last_day": D(2025, 1, 1), "last_day": D(2024, 1, 1), "semester_first_day": D(2023, 1, 9), "risk_addressed": True,
    "receipts_complete": True, "applied_on": D(2017, 1, 1), "risks": 1, "measures_justified": True, "directors_order": False,
    "attested_on": D(2019, 1, 1),
}  # fmt: skip


def facts_of(rule: BoundRule) -> st.SearchStrategy[dict[str, Any]]:
    """Mostly facts with which no check refuses, so that what is not set shows."""
    turns = [entry.first for entry in PACKS[0].value("compensation.allowed").entries]
    near = st.sampled_from(
        [*turns, D(2017, 3, 1), D(2018, 1, 1), D(2020, 5, 30), D(2021, 2, 5), D(2022, 9, 1), D(2023, 12, 31), D(2024, 7, 1)]
    )
    days = st.builds(lambda day, i: day + timedelta(days=i), near, st.sampled_from([-1, 0, 1, 100]))
    kinds = {"day": days, "integer": st.integers(0, 13), "boolean": st.booleans(), "cents": st.integers(0, 20_000)}

    def values(one: Fact) -> st.SearchStrategy[Any]:
        any_value = st.sampled_from(one.choices) if isinstance(one.choices, tuple) and one.choices else kinds[one.type]
        usual = st.just(USUAL.get(one.name))
        often = st.integers(0, 19).flatmap(lambda i: usual if i else any_value)
        return often if one.name in USUAL else any_value

    return st.fixed_dictionaries({one.name: values(one) for one in rule.facts})


def holds(one: Blocked, facts: dict[str, Any]) -> bool:
    return all(
        (days.first is None or days.first <= facts[days.fact]) and (days.last is None or facts[days.fact] <= days.last)
        for days in one.days
    ) and all(facts[name] in codes for name, codes in one.codes.items())


@settings(max_examples=500)
@given(st.data())
def test_what_blocks_is_exactly_what_deciding_names(data: st.DataObject) -> None:
    bound, told = data.draw(st.sampled_from(BOUND))
    facts = data.draw(facts_of(bound))
    result = bound.decide(facts, **({"prior": 0} if bound.definition.by else {}))
    event(f"{bound.name} {result.outcome}")
    here = [one for one in told.blocked if holds(one, facts)]
    if not bound.pack.in_force(facts["on"]):
        assert here == []
    elif result.outcome == "undetermined":
        assert {one.path for one in here if one.certain} <= set(result.reasons) <= {one.path for one in here}
    elif result.outcome != "refused":
        assert not any(one.certain for one in here)
        assert not told.always
