"""The door of a rule: what is handed in wrong is told in words; what any caller has at hand is taken."""

from __future__ import annotations

import re
from collections import ChainMap, OrderedDict
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum
from types import MappingProxyType, SimpleNamespace
from typing import Any

import pytest

from pmp_core.errors import FactError
from pmp_core.programme import Pack
from pmp_core.rules import BoundRule, Catalogue, Check, Cut, Fact, Rule, fact
from pmp_core.rules.expression import PRIOR, Known
from pmp_core.rules.lowering import UNKNOWN_SUM
from pmp_core.values import Money, Text, Track

WORD = Text("vārds", "the word")
RULE = Rule(
    "entry",
    WORD,
    (
        Fact("on", "day", WORD, required=True),
        Fact("level", "integer", WORD),
        Fact("present", "boolean", WORD),
        Fact("track", "code", WORD, choices=("general", "vocational")),
        Fact("specialist", "code", WORD, choices=Catalogue("specialists")),
        Fact("note", "code", WORD),
        Fact("cents", "cents", WORD),
        Fact("group", "integer", WORD, absent=1),
        Fact("units", "integer", WORD, absent=0, at_least=0),
    ),
    (
        Check("old-enough", fact("level") >= 1, WORD, WORD),
        Check("known", fact("present"), WORD, WORD),
        Cut("cut", Known(1000) - PRIOR, WORD),
    ),
    asked="cents",
    by=("who",),
    order=("claim_id",),
)
FACTS: dict[str, Any] = {
    "on": date(2022, 3, 1), "level": 3, "present": True, "track": "general", "specialist": None, "note": "any text",
    "cents": 100, "group": None, "units": 0,
}  # fmt: skip


@pytest.fixture(scope="module")
def entry(pack: Pack) -> BoundRule:
    return BoundRule(RULE, pack)


class Whole:
    """A whole number as numpy has them: no int, but with `__index__`."""

    def __index__(self) -> int:
        return 3


class Level(IntEnum):
    THREE = 3


class Kind(StrEnum):
    GENERAL = "general"


class Day(date):
    """A day of another library."""


bool_ = type("bool_", (), {"__bool__": lambda self: True})


@pytest.mark.parametrize(
    ("name", "value", "code", "words"),
    [
        ("on", None, "fact-required", "'entry' cannot do without the fact 'on'.*Hand in the word \\(day\\)"),
        ("on", "2022-03-01", "fact-type", "another type than day.*'str'"),
        ("on", datetime(2022, 3, 1, tzinfo=UTC), "fact-type", "a date, not a moment"),
        ("level", "3", "fact-type", "another type than integer.*'str'.*Hand in an int"),
        ("level", True, "fact-type", "'bool'"),
        ("level", 3.0, "fact-type", "'float'"),
        ("level", Decimal(3), "fact-type", "'Decimal'"),
        ("level", Whole, "fact-type", "'type'"),
        ("level", Money("3.00"), "fact-type", "'Money'"),
        ("present", 1, "fact-type", "Hand in True or False"),
        ("present", "true", "fact-type", "Hand in True or False"),
        ("track", 3, "fact-type", "Hand in text"),
        ("track", "generall", "fact-value", "Did you mean 'general'\\? Codes: general, vocational"),
        ("track", "", "fact-value", "What to do: Codes: general"),
        ("specialist", "psycholog", "fact-value", "Did you mean 'psychologist'"),
        ("cents", 1.0, "fact-type", "never a float"),
        ("cents", "1.00", "fact-type", "whole cents as an int, or Money"),
        ("cents", True, "fact-type", "'bool'"),
        ("cents", -1, "fact-value", "0 cents or more"),
        ("cents", Money("-0.01"), "fact-value", "'-1'"),
        ("cents", UNKNOWN_SUM, "fact-value", "less than 687 million"),
        ("group", "1", "fact-type", "'str'"),
        ("units", -1, "fact-value", "'units' lies below what it can be.*'-1'.*Hand in 0 or more"),
    ],
)
def test_a_fact_that_cannot_be_is_told_and_never_guessed(
    entry: BoundRule, name: str, value: object, code: str, words: str
) -> None:
    with pytest.raises(FactError, match=words) as caught:
        entry.decide({**FACTS, name: value})
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("name", "value", "taken"),
    [
        ("on", Day(2022, 3, 1), date(2022, 3, 1)),
        ("level", Whole(), 3),
        ("level", Level.THREE, 3),
        ("present", bool_(), True),
        ("track", Kind.GENERAL, "general"),
        ("track", Track.GENERAL, "general"),
        ("specialist", "psychologist", "psychologist"),
        ("note", "", ""),
        ("cents", Money("1.00"), 100),
        ("cents", Whole(), 3),
        ("cents", 0, 0),
        ("cents", UNKNOWN_SUM - 1, UNKNOWN_SUM - 1),
        ("level", None, None),
        ("group", None, 1),
        ("group", 2, 2),
    ],
)
def test_a_fact_of_a_kindred_type_is_taken_as_what_it_is(entry: BoundRule, name: str, value: object, taken: object) -> None:
    result = entry.decide({**FACTS, name: value})
    used = dict(zip((fact.name for fact in entry.facts), result.facts, strict=True))[name]
    assert used == taken
    assert type(used) is type(taken)


class Host(Mapping[str, Any]):
    """A mapping that is no dict."""

    def __getitem__(self, name: str) -> Any:
        return FACTS[name]

    def __iter__(self) -> Any:
        return iter(FACTS)

    def __len__(self) -> int:
        return len(FACTS)


@pytest.mark.parametrize(
    "facts", [FACTS, SimpleNamespace(**FACTS), MappingProxyType(FACTS), ChainMap({}, FACTS), OrderedDict(FACTS), Host()]
)
def test_facts_come_as_an_object_or_as_any_mapping(entry: BoundRule, facts: object) -> None:
    result = entry.decide(facts, prior=950)
    assert (result.outcome, result.amount_cents, result.prior) == ("reduced", 50, 950)


def test_facts_come_as_keywords_and_keywords_go_before_a_mapping(entry: BoundRule) -> None:
    assert entry.decide(**FACTS).outcome == "granted"
    assert entry.decide(FACTS, level=0).reasons == ("old-enough",)
    assert entry.decide(Host(), level=0, prior=900).used == 900


def test_what_a_mapping_leaves_out_is_missing_and_what_it_has_besides_is_not_read(entry: BoundRule) -> None:
    facts = {name: value for name, value in FACTS.items() if name != "level"} | {"who": "x"}
    assert entry.decide(facts).reasons == ("level",)


@pytest.mark.parametrize("kind", [dict, MappingProxyType])
def test_a_key_that_looks_like_a_fact_that_is_left_out_is_told(entry: BoundRule, kind: Any) -> None:
    facts = kind({("levle" if name == "level" else name): value for name, value in FACTS.items()} | {1: 2, "claim_id": "c"})
    with pytest.raises(FactError, match=r"no fact 'levle'.*Did you mean 'level'") as caught:
        entry.decide(facts)
    assert caught.value.code == "fact-unknown"
    assert entry.decide(facts, level=3).outcome == "granted"
    assert entry.decide({**FACTS, "levle": 3}).outcome == "granted"


def test_prior_is_refused_where_the_rule_has_no_running_sum(pack: Pack) -> None:
    rule = BoundRule(Rule("plain", WORD, RULE.facts, RULE.steps[:2]), pack)
    assert rule.decide(FACTS).prior == rule.decide(Host()).prior == 0
    for facts in (FACTS, SimpleNamespace(**FACTS), None):
        with pytest.raises(FactError, match="no running sum") as caught:
            rule.decide(facts, prior=0)
        assert caught.value.code == "prior-wrong"


def test_a_required_fact_that_is_left_out_is_told(entry: BoundRule) -> None:
    with pytest.raises(FactError, match="fact-required"):
        entry.decide()


@pytest.mark.parametrize(
    ("name", "words"), [("levle", "Did you mean 'level'"), ("qqqq", "What to do: It asks for on \\(day\\), level")]
)
def test_a_keyword_that_is_no_fact_is_told_with_the_nearest(entry: BoundRule, name: str, words: str) -> None:
    with pytest.raises(FactError, match=words) as caught:
        entry.decide(FACTS, **{name: 1})
    assert caught.value.code == "fact-unknown"


def test_an_object_that_lacks_an_attribute_is_told_for_it_may_be_misspelt(entry: BoundRule) -> None:
    facts = SimpleNamespace(**{("levle" if name == "level" else name): value for name, value in FACTS.items()})
    with pytest.raises(FactError, match=r"a SimpleNamespace, have no attribute 'level'.*Set it to None") as caught:
        entry.decide(facts)
    assert caught.value.code == "fact-lacking"


def test_an_object_and_keywords_together_are_told(entry: BoundRule) -> None:
    with pytest.raises(FactError, match="an object or keywords, not both") as caught:
        entry.decide(SimpleNamespace(**FACTS), level=1)
    assert caught.value.code == "facts-unreadable"


@pytest.mark.parametrize("prior", [-1, UNKNOWN_SUM, 1.0, "1", True, Money("1.00")])
def test_a_prior_that_cannot_be_is_told(entry: BoundRule, prior: object) -> None:
    with pytest.raises(FactError, match=re.escape("whole cents; None if that is not known")) as caught:
        entry.decide(FACTS, prior=prior)
    assert caught.value.code == "prior-wrong"


@pytest.mark.parametrize(("prior", "outcome"), [(0, "granted"), (900, "granted"), (901, "reduced"), (None, "undetermined")])
def test_prior_is_what_earlier_claims_used(entry: BoundRule, prior: int | None, outcome: str) -> None:
    assert entry.decide(FACTS, prior=prior).outcome == outcome


def test_what_stands_for_an_absent_fact_is_no_gap(entry: BoundRule) -> None:
    assert entry.gaps() == ("level", "present", "cents", "earlier-claim")


def test_a_rule_tells_what_it_asks_for(entry: BoundRule) -> None:
    assert repr(entry) == "<BoundRule entry of lv-8.3.4: on, level, present, track, specialist, note, cents, group, units>"
    assert entry.facts[3].choices == ("general", "vocational")
    assert entry.facts[4].choices == entry.pack.codes("specialists")
