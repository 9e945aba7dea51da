"""Registers to read sources into, and where the schools' exports lie."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pmp_core.loading import Programme, load_programme
from pmp_core.plugins import PluginSet
from pmp_core.register import Register
from pmp_core.values import Actor

sys.path.insert(0, str(Path(__file__).parent))  # for `given_source`, which two tests here share

from given_source import ALL_COVERED, FIRST, RECORDS, items, take


@pytest.fixture(scope="session")
def programme() -> Programme:
    return load_programme("lv-8.3.4")


@pytest.fixture(scope="session")
def plugins() -> PluginSet:
    return PluginSet.load()


@pytest.fixture(scope="session")
def actor() -> Actor:
    return Actor(name="Tester", role="plan-author")


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory, programme: Programme, plugins: PluginSet, actor: Actor) -> Path:
    """A register in a file with nothing in it, to be copied: making its tables takes longer than copying them."""
    path = tmp_path_factory.mktemp("empty") / "register.sqlite"
    Register.open(path, programme=programme, actor=actor, plugins=plugins, access="host").close()
    return path


@pytest.fixture
def in_memory(programme: Programme, actor: Actor) -> Iterator[Register]:
    """An empty register in memory."""
    with Register.open("memory:", programme=programme, actor=actor, access="host") as opened:
        yield opened


@pytest.fixture(params=["memory", "sqlite"])
def register(
    request: pytest.FixtureRequest, tmp_path: Path, empty_file: Path, programme: Programme, plugins: PluginSet, actor: Actor
) -> Iterator[Register]:
    """An empty register, in memory and in a file."""
    target = "memory:" if request.param == "memory" else shutil.copy(empty_file, tmp_path / "register.sqlite")
    with Register.open(target, programme=programme, actor=actor, plugins=plugins, access="host") as opened:
        yield opened


def fill(register: Register) -> Register:
    report = take(register, items(RECORDS, *ALL_COVERED), FIRST)
    assert report.problems == []
    return register


@pytest.fixture
def filled(register: Register) -> Register:
    """A register after a first import."""
    return fill(register)


@pytest.fixture
def filled_in_memory(in_memory: Register) -> Register:
    """A register in memory after a first import, for what does not depend on where it lies."""
    return fill(in_memory)


@pytest.fixture(scope="session")
def school_a() -> Path:
    """Real exports of RosarioSIS, which are not part of this repository."""
    beside = [parent / "shared" / "data" for parent in Path(__file__).resolve().parents]
    places = [Path(os.environ["PMP_SHARED_DATA"])] if "PMP_SHARED_DATA" in os.environ else beside
    for place in places:
        if (place / "rosariosis" / "school-a" / "expected.json").is_file():
            return place / "rosariosis" / "school-a"
    pytest.skip("the shared exports are not here; set PMP_SHARED_DATA to the folder that holds rosariosis/school-a")
