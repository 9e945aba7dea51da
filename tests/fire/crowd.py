"""What each of many does who work on one register at once: writers change what others change too, readers look for halves."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import jobs
import paid_school
from fork_server import say

from pmp_core.errors import PmpError
from pmp_core.learners import Municipality
from pmp_core.plans import SupportPlan
from pmp_core.register import Register, UnitOfWork, tables
from pmp_core.values import Actor

RATED = paid_school.programme(accommodation="90.00", ceiling="150.00")
TOLD = ("version-conflict", "transaction-conflict", "storage-locked")  # somebody else was first: the caller may try again
CLERK, LAST = paid_school.CLERK, paid_school.LAST
TOGETHER = 1000  # what is on both sides of the scales
LEARNERS, CLAIMS = 60, 12  # so many are fought for; so many claims has each writer
_TRIES = 400


def opened(target: str, name: str = "Ilze") -> Register:
    """The register, in one person's hands."""
    return Register.open(
        target,
        actor=Actor(name=name, role="plan-author"),
        programme=RATED,
        plugins=jobs.PLUGINS,
        access="host",
        keys=jobs.KEYS,
    )


def begin(register: Register) -> None:
    """What they fight for: a counter, two scales, learners without a plan, and one learner's ceiling."""
    paid_school.fill(register)
    with register.unit_of_work() as work:
        for id, number in (("count", 0), ("left", TOGETHER // 2), ("right", TOGETHER // 2)):
            work.municipalities.add(Municipality(id=id, name=str(number)))
        for number in range(LEARNERS):
            paid_school.enrolled(work, f"Q{number}", "I-1")


def write(target: str, number: int, rounds: int, seconds: float, folder: str) -> None:
    """Write, round after round, and say what was done and how often somebody else was first."""
    counted: Counter[str] = Counter()
    with opened(target, f"Raksta-{number}") as register, _together(folder):
        until = time.monotonic() + seconds
        for turn in count():
            if turn >= rounds and time.monotonic() > until:
                break
            counted["added"] += _tried(counted, lambda: _add_one(register)) is None
            _tried(counted, lambda turn=turn: _tip(register, 1 + (number + turn) % 5))  # type: ignore[misc]
            plan = f"P-{number}-{turn}"
            if _tried(counted, lambda turn=turn, plan=plan: _plan(register, plan, turn)) is None:  # type: ignore[misc]
                say("plan", plan)
            if turn < CLAIMS:
                _claim(register, counted, number, turn)
    for what, times in counted.items():
        say(what, times)


def read(target: str, folder: str) -> None:
    """Read until everybody has written, and say what was never so."""
    counted: Counter[str] = Counter()
    with opened(target, "Lasa") as register, _together(folder):
        while not (Path(folder) / "stop").exists():
            if odd := _tried(counted, lambda: _look(register)):
                say("odd", odd)
            counted["looked"] += 1
            time.sleep(0.02)  # not to leave the writers nothing of two cores
    for what, times in counted.items():
        say(what, times)


@contextmanager
def _together(folder: str) -> Any:
    """Begin when all are there."""
    say("ready")
    while not (Path(folder) / "go").exists():
        time.sleep(0.002)
    yield


def _tried(counted: Counter[str], act: Callable[[], str | None]) -> str | None:
    """Do it again as long as somebody else was first. Gives what is in the way; None if it is done."""
    for tries in range(_TRIES):
        try:
            return act()
        except PmpError as error:
            counted[error.code] += 1
            if error.code not in TOLD:
                return error.code
            time.sleep(random.random() * min(0.1, 0.005 * 2**tries))
    raise AssertionError(f"never came through: {counted}")


def _add_one(register: Register) -> None:
    with register.unit_of_work(keep=False) as work:
        seen = work.municipalities.get("count")
    time.sleep(0.001)  # a person thinks
    with register.unit_of_work(reason="vēl viens") as work:
        work.municipalities.put(seen.changed(name=str(int(seen.name) + 1)))


def _tip(register: Register, by: int) -> None:
    with register.unit_of_work() as work:
        left, right = (work.municipalities.get(side) for side in ("left", "right"))
        work.municipalities.put(left.changed(name=str(int(left.name) - by)))
        work.municipalities.put(right.changed(name=str(int(right.name) + by)))


def _plan(register: Register, id: str, turn: int) -> None:
    made = paid_school.plan(f"Q{turn % LEARNERS}", "I-1", status="draft")
    register.add_plan(SupportPlan.model_validate({**dict(made), "id": id}))


def _claim(register: Register, counted: Counter[str], number: int, turn: int) -> None:
    day = date(2022, 9, 12) + timedelta(days=number * CLAIMS + turn)
    id = f"C-{number}{turn:02}"
    claim = paid_school.claim(id, "20.00", first_day=day, last_day=day)
    submitted = _tried(counted, lambda: _done(register.submit_claim(claim, by=paid_school.AUTHOR, on=day)))
    if submitted is None:
        decided = _tried(counted, lambda: _done(register.decide_claim(id, by=CLERK, on=day)))
        say("claim", id, decided or "decided")


def _done(_: object) -> None:
    return None


def _look(register: Register) -> str | None:
    with register.unit_of_work(keep=False) as work:
        sides = [int(work.municipalities.get(side).name) for side in ("left", "right")]
        if sum(sides) != TOGETHER:
            return f"scales:{sides}"
        if sum(granted(work)) > 150_00:
            return "ceiling"
        return half_a_plan(work)


def granted(work: UnitOfWork) -> list[int]:
    """The cents of every decision."""
    return [int(cents or 0) for cents in work.transaction.scan(tables.DECISIONS, ["amount_cents"])["amount_cents"]]  # type: ignore[arg-type]


def half_a_plan(work: UnitOfWork) -> str | None:
    """A plan without its parts or its versions, or a learner's second one."""
    plans = [plan for plan in work.plans.find(status="draft") if plan.id.count("-") == 2]
    versions = Counter(work.transaction.scan(tables.PLAN_VERSIONS, ["plan_id"])["plan_id"])
    for plan in plans:
        if len(plan.measures) != len(paid_school.KINDS) or versions[plan.id] != plan.version:
            return f"half:{plan.id}"
    with suppress(StopIteration):
        return next(f"twice:{id}" for id, times in Counter(plan.learner_id for plan in plans).items() if times > 1)
    return None
