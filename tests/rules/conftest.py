"""What the tests of rules share: the pack, an example overlay, and a slow interpreter that shares no code with the library's."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for the modules that several tests here share

import interpreter
import meals as made_up

from pmp_core.programme import Pack, load_pack
from pmp_core.rules import BoundRule
from pmp_core.rules.expression import Expression


@pytest.fixture(scope="session")
def interpret() -> interpreter.Interpret:
    """`interpret(rule, facts, prior, pack=None)`: what the slow interpreter says."""
    return interpreter.interpret


@pytest.fixture(scope="session")
def evaluate() -> Callable[..., Any]:
    """`evaluate(expression, facts)`: its value in three-valued logic."""

    def value(e: Expression, facts: Mapping[str, Any]) -> Any:
        slow = interpreter.Interpreter.__new__(interpreter.Interpreter)
        slow.facts = dict(facts)
        return slow.value(e, 0)[0]

    return value


@pytest.fixture(scope="session")
def pack() -> Pack:
    """The shipped pack."""
    return load_pack("lv-8.3.4")


@pytest.fixture(scope="session")
def example_pack() -> Pack:
    """The shipped pack with made-up caps and ceilings."""
    return made_up.example_pack()


@pytest.fixture(scope="session")
def meals(example_pack: Pack) -> BoundRule:
    """A small rule with money, over made-up rates: who is at school gets meals paid, up to a cap and a ceiling."""
    return BoundRule(made_up.MEALS, example_pack)
