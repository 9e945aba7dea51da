"""What the tests under fire share: how much of it there is, and processes that start at once and can be killed."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "sources"))
sys.path.insert(0, str(Path(__file__).parents[1] / "register"))
sys.path.insert(0, str(Path(__file__).parent))

from fork_server import ForkServer

# How many kills: few with all the other tests, FIRE=200 for long. Everything else here is longer then, too.
KILLS = int(os.environ.get("FIRE", "10"))
LONG = "FIRE" in os.environ


@pytest.fixture(scope="session")
def kills() -> int:
    """How many kills there are in all."""
    return KILLS


@pytest.fixture(scope="session")
def long() -> bool:
    """Whether there is time."""
    return LONG


@pytest.fixture(scope="session")
def forks() -> Iterator[ForkServer]:
    """Starts processes that have imported everything."""
    with closing(ForkServer()) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/register.sqlite"
        return
    server: Any = request.getfixturevalue("postgresql")
    with server.database() as url:
        yield url
