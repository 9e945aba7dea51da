"""A result: what it holds before anyone asks for words."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pmp_core.rules import OUTCOMES, BoundRule
from pmp_core.values import Money

FACTS: dict[str, Any] = {"on": date(2022, 3, 1), "present": True, "kind": "catering", "units": 9, "asked_cents": 1900}


@pytest.mark.parametrize(
    ("changes", "prior", "outcome", "amount", "reasons", "used"),
    [
        ({}, 0, "granted", Money("19.00"), (), 1900),
        ({"asked_cents": 1935}, 0, "granted", Money("19.35"), (), 1935),
        ({"asked_cents": 1936}, 0, "reduced", Money("19.35"), ("cut-to-cap",), 1935),
        ({}, 10100, "granted", Money("19.00"), (), 12000),
        ({}, 10101, "reduced", Money("18.99"), ("cut-to-rest",), 12001),
        ({}, 12000, "reduced", Money(0), ("cut-to-rest",), 13900),
        ({"asked_cents": 0}, 0, "granted", Money(0), (), 0),
        ({"units": 0}, 0, "reduced", Money(0), ("cut-to-cap",), 0),
        ({"units": -1}, 0, "reduced", Money(0), ("cut-to-cap",), 0),
        ({"present": False}, 500, "refused", Money(0), ("at-school",), 500),
        ({"present": False}, None, "refused", Money(0), ("at-school",), None),
        ({"present": False, "units": None}, 500, "refused", Money(0), ("at-school",), 500),
        ({"present": None, "on": date(2024, 1, 1)}, 0, "refused", Money(0), ("in-force",), 0),
        ({"present": None}, 0, "undetermined", None, ("present",), None),
        ({}, None, "undetermined", None, ("earlier-claim",), None),
        ({"units": None, "on": date(2017, 12, 31)}, 0, "undetermined", None, ("units", "compensation.cap.catering", "compensation.ceiling"), None),
    ],
)  # fmt: skip
def test_what_a_claim_gets_why_and_what_it_leaves_to_the_next(
    meals: BoundRule, changes: dict[str, Any], prior: int | None, outcome: str, amount: Money | None, reasons: tuple[str, ...],
    used: int | None,
) -> None:  # fmt: skip
    result = meals.decide({**FACTS, **changes}, prior=prior)
    assert (result.outcome, result.amount, result.reasons, result.used) == (outcome, amount, reasons, used)


@pytest.mark.parametrize(
    ("changes", "prior", "values"),
    [
        ({}, 0, (True, True, 1935, 1900, 1900)),
        ({"units": 5}, 11500, (True, True, 1075, 1075, 500)),
        ({"present": False}, 0, (True, False, None, None, None)),
        ({"present": False, "units": None}, 0, (True, False, None, None, None)),
        ({"present": None}, 0, (True, None, 1935, None, None)),
        ({}, None, (True, True, 1935, None, None)),
    ],
)
def test_every_step_keeps_what_it_gave(
    meals: BoundRule, changes: dict[str, Any], prior: int | None, values: tuple[Any, ...]
) -> None:
    result = meals.decide({**FACTS, **changes}, prior=prior)
    assert result.values == values
    assert [type(value) for value in result.values] == [type(value) for value in values]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "<Result meals: granted, 19.00 EUR>"),
        ({"units": 5}, "<Result meals: reduced, 10.75 EUR, cut-to-cap>"),
        ({"units": None, "present": None}, "<Result meals: undetermined, present, units>"),
    ],
)
def test_a_result_shows_itself_in_a_line(meals: BoundRule, changes: dict[str, Any], text: str) -> None:
    assert repr(meals.decide({**FACTS, **changes})) == text


def test_facts_are_kept_as_they_were_used_in_the_order_of_the_rule(meals: BoundRule) -> None:
    assert meals.decide(dict(reversed(FACTS.items()))).facts == tuple(FACTS.values())


def test_the_bits_of_cuts_checks_and_gaps_lie_one_above_the_other(meals: BoundRule) -> None:
    names = ["cut-to-cap", "cut-to-rest", "in-force", "at-school", *meals.gaps()]
    assert meals.bits == {name: 1 << i for i, name in enumerate(names)}
    assert meals.gaps() == (
        "present",
        "units",
        "compensation.cap.catering",
        "compensation.cap.accommodation",
        "compensation.ceiling",
        "earlier-claim",
    )


def test_there_are_four_outcomes() -> None:
    assert OUTCOMES == ("granted", "reduced", "refused", "undetermined")
