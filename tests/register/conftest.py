"""Two schools and a learner, in memory and in SQLite; and the module findable that the tests of plans share."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from two_schools import made

from pmp_core.register import Register


@pytest.fixture(params=["memory:", "sqlite://"])
def school_with(request: pytest.FixtureRequest) -> Iterator[Callable[[str], Register]]:
    """The two schools under a programme with these values of an overlay, in its YAML."""
    with ExitStack() as opened:
        yield lambda values: opened.enter_context(made(request.param, values))


@pytest.fixture
def school(school_with: Callable[[str], Register]) -> Register:
    """The two schools under the shipped programme."""
    return school_with("")
