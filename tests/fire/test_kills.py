"""Killed at random moments, in the middle of imports, decisions and migrations: what was finished is there, and nothing else."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import jobs
import pytest
from fork_server import Forked, ForkServer
from whole import check_whole, digest, wait_until_gone

from pmp_core.errors import RegisterError
from pmp_core.register import tables

OLD = Path(jobs.paid_school.__file__).parent / "register-of-0.1.0.example.sql"
WORK = ("imports", "money", "plans", "migration")
PLACES = ("sqlite", "postgresql")
_ROUND = {"imports": 2, "money": 8, "plans": 7}  # units after which a job does the same again
_FIRST_GUESS = 0.03  # seconds


def share(kills: int, job: str, place: str) -> int:
    """How many of all kills are for one job at one place; migrations, which have one unit and take longer, get half as many."""
    weights = [(j, p, 1 if j == "migration" else 2) for j in WORK for p in PLACES]
    total = sum(weight for *_, weight in weights)
    before = 0
    for *which, weight in weights:
        after = before + weight
        if which == [job, place]:
            return kills * after // total - kills * before // total
        before = after
    raise AssertionError((job, place))


class Undisturbed:
    """The same work in memory, which nobody disturbs: what a register holds after each unit."""

    def __init__(self, job: str) -> None:
        self._job, self._register = job, jobs.opened("memory:", job)
        jobs.begin(self._register, job)
        self._after = [digest(self._register)]

    def after(self, units: int) -> str:
        """What it holds when so many units are done."""
        while len(self._after) <= units:
            jobs.do(self._register, self._job, len(self._after) - 1)
            self._after.append(digest(self._register))
        return self._after[units]


def killed_at(working: Forked, unit: int, after: float) -> int:
    """Kill a process some time after a unit began. Gives how many units it said it had finished, from unit 0 on."""
    while working.next() != ["begins", str(unit)]:
        assert working.ended is None, "it ended before it was killed"
    time.sleep(after)
    working.kill()
    told = working.to_the_end()
    assert working.ended == -9
    done = [int(number) for word, number in told if word == "done"]
    return done[-1] + 1 if done else int(told[0][1])


def test_the_shares_are_all_there_is() -> None:
    for kills in (10, 200, 17):
        assert sum(share(kills, job, place) for job in WORK for place in PLACES) == kills


@pytest.mark.parametrize("job", ["imports", "money", "plans"])
def test_after_a_kill_a_register_holds_exactly_the_finished_units(
    forks: ForkServer, place: str, job: str, kills: int, request: pytest.FixtureRequest, record_property: Callable[..., None]
) -> None:
    times = share(kills, job, "sqlite" if place.startswith("sqlite") else "postgresql")
    chance = random.Random(f"{request.node.nodeid} {kills}")
    undisturbed = Undisturbed(job)
    with jobs.opened(place, job) as register:
        jobs.begin(register, job)
    done, kept_untold, took = 0, 0, dict.fromkeys(range(_ROUND[job]), _FIRST_GUESS)
    for _ in range(times):
        unit = done + chance.randint(0, 2)
        began = time.monotonic()
        working = forks.start("work", job=job, target=place, first=done)
        told = killed_at(working, unit, chance.uniform(0, took[unit % _ROUND[job]]))
        took[unit % _ROUND[job]] = 0.5 * took[unit % _ROUND[job]] + 0.5 * (time.monotonic() - began) / (unit - done + 1)
        wait_until_gone(place)
        with jobs.opened(place, job) as register:
            held = digest(register)
            if held != undisturbed.after(told):  # it was killed after the database kept a unit, and before it could say so
                assert held == undisturbed.after(told + 1)
                told, kept_untold = told + 1, kept_untold + 1
            check_whole(register, place)
        done = told
    record_property("kills survived", times)
    record_property("kept and not told", kept_untold)


@pytest.fixture(scope="module")
def old_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A register of the first release."""
    made = tmp_path_factory.mktemp("old") / "0.1.0.sqlite"
    with closing(sqlite3.connect(made)) as connection:
        connection.executescript(OLD.read_text(encoding="utf-8"))
    return made


@pytest.fixture
def old_places(old_file: Path, place: str, tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[], Iterator[str]]:
    """Makes one old register after another."""

    def each() -> Iterator[str]:
        if place.startswith("sqlite"):
            number = 0
            while True:
                number += 1
                copy = tmp_path / f"old-{number}.sqlite"
                copy.write_bytes(old_file.read_bytes())
                yield f"sqlite:///{copy}"
        from pmp_core.register import maintenance  # type: ignore[attr-defined]

        server: Any = request.getfixturevalue("postgresql")
        while True:
            with server.database() as url:
                maintenance.restore(old_file, url, plugins=jobs.PLUGINS)
                yield url

    return each


def test_after_a_kill_a_migration_is_done_or_was_never_begun(
    forks: ForkServer, place: str, old_places: Callable[[], Iterator[str]], tmp_path: Path, kills: int,
    request: pytest.FixtureRequest, record_property: Callable[..., None],
) -> None:  # fmt: skip
    if not (place.startswith("sqlite") or jobs.MIGRATES):
        pytest.skip("an old register cannot be brought into PostgreSQL yet")
    chance = random.Random(f"{request.node.nodeid} {kills}")
    times = share(kills, "migration", "sqlite" if place.startswith("sqlite") else "postgresql")
    targets = old_places()
    started = time.monotonic()
    whole = next(targets)
    jobs.migrated(whole, None)
    took = time.monotonic() - started
    with jobs.opened_after(whole) as register:
        wanted = digest(register)
    done = 0
    for number in range(times):
        target, backup = next(targets), tmp_path / f"backup-{number}.sqlite"
        working = forks.start("migrate", target=target, backup=str(backup))
        done += killed_at(working, 0, chance.uniform(0, 0.9 * took))
        wait_until_gone(target)
        with suppress(RegisterError):  # older, and it says so; or it was done
            jobs.opened_after(target).close()
        if backup.exists() and jobs.MIGRATES:  # whole, or not there
            from pmp_core.register import maintenance  # type: ignore[attr-defined]

            assert [fault.code for fault in maintenance.check(f"sqlite:///{backup}", plugins=jobs.PLUGINS)] == ["register-older"]
        jobs.migrated(target, None)
        with jobs.opened_after(target) as register:
            assert digest(register) == wanted
            check_whole(register, target)
    targets.close()  # type: ignore[attr-defined]
    record_property("kills survived", times)


def test_half_a_unit_would_be_told(tmp_path: Path) -> None:
    target = f"sqlite:///{tmp_path}/register.sqlite"
    with jobs.opened(target) as register:
        jobs.begin(register, "money")
        undisturbed = Undisturbed("money")
        assert digest(register) == undisturbed.after(0)
        jobs.do(register, "money", 0)
        assert digest(register) == undisturbed.after(1)
        with register.storage.begin() as transaction:  # a row of the unit is gone, as if it had never been written
            transaction.delete(tables.CLAIM_RECEIPTS, {"claim_id": "C-0"})
        assert digest(register) not in (undisturbed.after(0), undisturbed.after(1))
