"""Every example in a docstring of the library says what the library does."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from types import ModuleType

import pytest

import pmp_core

MODULES = sorted(found.name for found in pkgutil.walk_packages(pmp_core.__path__, "pmp_core."))


def module_or_skip(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] == "pmp_core":
            raise
        pytest.skip(f"needs {missing.name}, which is not installed")


@pytest.mark.parametrize("name", ["pmp_core", *MODULES])
def test_the_examples_of_a_module_hold(name: str) -> None:
    module = module_or_skip(name)
    failed, _ = doctest.testmod(module, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert failed == 0


def test_there_are_examples_to_run() -> None:
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = {name for name in MODULES for test in finder.find(module_or_skip(name)) if test.examples}
    assert {"pmp_core.errors", "pmp_core.loading", "pmp_core.values.money"} <= found
