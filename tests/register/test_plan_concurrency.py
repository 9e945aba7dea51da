"""Two people at one plan at once: one of them is told, and nothing is lost."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from subprocess import PIPE, Popen
from threading import Barrier
from typing import Any

import pytest
from plan_table import AUTUMN, assignments, populate
from plan_values import plan, session

import pmp_storage_sql.plugin
from pmp_core.errors import PmpError
from pmp_core.plans import SupportPlan
from pmp_core.plugins import PluginSet
from pmp_core.register import Register, casework
from pmp_core.values import Actor

DAY = date(2022, 9, 12)
ANNA, ROBERT = Actor(name="Anna", role="plan-author"), Actor(name="Roberts", role="plan-author")
PEOPLE = (ANNA, ROBERT)
TIMES = 3  # so that both orders, and both at once, come about
Answer = tuple[str, str]
Act = Callable[[Register, Actor, SupportPlan | None], Any]


def opened(target: Any, actor: Actor = ANNA) -> Register:
    return Register.open(
        target, actor=actor, programme="lv-8.3.4", plugins=PluginSet([("sql", pmp_storage_sql.plugin)]), access="host"
    )


@pytest.fixture(params=["memory", "one register on a file", "a register each on one file"])
def two(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Register, Register]]:
    """Two people's registers: the same one, or two that were opened on one file."""
    target = "memory:" if request.param == "memory" else tmp_path / "r.sqlite"
    with opened(target) as first:
        fill(first)
        if request.param.startswith("a register each"):
            with opened(target, ROBERT) as second:
                yield first, second
        else:
            yield first, first


def fill(register: Register) -> None:
    with register.unit_of_work() as work:
        populate(work)
        work.assignments.add_all(assignments())


def answer(register: Register, act: Act, by: Actor, read: SupportPlan | None) -> Answer:
    """What one of them is told: that it is done, or the code and the message of the refusal."""
    try:
        act(register, by, read)
    except PmpError as error:
        return error.code, error.message
    return "done", ""


def at_once(two: tuple[Register, Register], act: Act, read: SupportPlan | None = None) -> list[Answer]:
    """Both do it, let go at one moment."""
    together = Barrier(2, timeout=20)

    def do(register: Register, by: Actor) -> Answer:
        together.wait()
        return answer(register, act, by, read)

    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(do, two, PEOPLE))


def add(register: Register, by: Actor, _: SupportPlan | None = None) -> None:
    register.actor = by
    made = plan(f"P-{by.name}", "L-1", "I-1", AUTUMN, "whole")
    with register.unit_of_work() as work:
        casework.add_plan(work, register.programme, made, by=by)


def add_past_the_casework(register: Register, by: Actor, _: SupportPlan | None = None) -> None:
    with register.unit_of_work() as work:
        work.plans.add(plan(f"P-{by.name}", "L-1", "I-1", AUTUMN, "whole"))


def change(register: Register, by: Actor, read: SupportPlan | None) -> None:
    assert read is not None
    register.change_plan(read.changed(aims=f"{by.name} grib to."), by=by, on=DAY)


def submit(register: Register, by: Actor, read: SupportPlan | None) -> None:
    assert read is not None
    register.take_plan_step(read.id, "submit", by=by, on=DAY, version=read.version)


def submit_unseen(register: Register, by: Actor, read: SupportPlan | None) -> None:
    assert read is not None
    register.take_plan_step(read.id, "submit", by=by, on=DAY)


def hold(register: Register, by: Actor, read: SupportPlan | None) -> None:
    assert read is not None
    register.add_session(session(id=f"S-{by.name}", plan_id=read.id, measure=1, day=date(2022, 9, 13)))


def kept(register: Register) -> list[SupportPlan]:
    with register.unit_of_work(keep=False) as work:
        return work.plans.find()


def check_one_was_told(answers: list[Answer], codes: set[str]) -> int:
    """Exactly one did it. Gives the place of the other."""
    told = [code for code, _ in answers]
    assert told.count("done") == 1, answers
    other = 1 - told.index("done")
    assert told[other] in codes, answers
    return other


@pytest.mark.parametrize(
    ("act", "codes"), [(add, {"plan-exists", "not-unique"}), (add_past_the_casework, {"not-unique"})], ids=["casework", "storage"]
)
def test_of_two_plans_for_one_learner_and_semester_one_is_kept(two: tuple[Register, Register], act: Act, codes: set[str]) -> None:
    other = check_one_was_told(at_once(two, act), codes)
    (left,) = kept(two[0])
    assert left.id == f"P-{PEOPLE[1 - other].name}"


@pytest.mark.parametrize("time", range(TIMES))
def test_of_two_changes_of_one_version_the_second_is_told_who_made_the_first(two: tuple[Register, Register], time: int) -> None:
    add(two[0], ANNA)
    (read,) = kept(two[0])
    answers = at_once(two, change, read)
    other = check_one_was_told(answers, {"version-conflict"})
    first = PEOPLE[1 - other]
    assert f"2: {first.name} (plan-author), contents, {DAY}" in answers[other][1]
    (now,) = kept(two[0])
    assert (now.aims, now.version) == (f"{first.name} grib to.", 2)
    assert [(v.version, v.actor) for v in two[0].plan_versions(now.id)] == [(1, "Anna"), (2, first.name)]
    again = now.changed(risks=(*now.risks, {"factor": "often-ill"}))  # read again, the other's change goes on top of it
    after = two[1].change_plan(again, by=PEOPLE[other], on=DAY)
    assert (after.aims, len(after.risks), after.version) == (f"{first.name} grib to.", 2, 3)


@pytest.mark.parametrize(("act", "code"), [(submit, "version-conflict"), (submit_unseen, "step-from-status")])
def test_a_step_that_two_take_at_once_is_taken_once(two: tuple[Register, Register], act: Act, code: str) -> None:
    add(two[0], ANNA)
    (read,) = kept(two[0])
    other = check_one_was_told(at_once(two, act, read), {code})
    (now,) = kept(two[0])
    assert [(step.step, step.actor) for step in now.steps] == [("submit", PEOPLE[1 - other].name)]
    assert now.version == 2


def test_one_changes_the_plan_while_the_other_submits_it(two: tuple[Register, Register]) -> None:
    add(two[0], ANNA)
    (read,) = kept(two[0])

    def each(register: Register, by: Actor, seen: SupportPlan | None) -> None:
        (change if by is ANNA else submit)(register, by, seen)

    other = check_one_was_told(at_once(two, each, read), {"version-conflict"})
    (now,) = kept(two[0])
    assert (now.aims, len(now.steps)) == (("Anna grib to.", 0) if other == 1 else (None, 1))


def test_one_session_that_two_enter_at_once_is_kept_once(two: tuple[Register, Register]) -> None:
    add(two[0], ANNA)
    for step, role in (("submit", "plan-author"), *(("approve", r) for r in ("director", "municipal-coordinator", "ikvd"))):
        two[0].take_plan_step("P-Anna", step, by=Actor(name="Ieva", role=role), on=DAY)
    (read,) = kept(two[0])
    check_one_was_told(at_once(two, hold, read), {"session-twice"})
    with two[0].unit_of_work(keep=False) as work:
        assert work.sessions.count() == 1


@contextmanager
def process(path: Path, by: Actor) -> Iterator[Popen[str]]:
    """One of two that share nothing but the file: it says when it is ready, and does the next thing with each line."""
    script = Path(__file__).with_name("plan_process.py")
    with Popen([sys.executable, script, path, by.name], stdin=PIPE, stdout=PIPE, text=True) as started:
        try:
            yield started
        finally:
            started.kill()


def said(by: Popen[str]) -> str:
    assert by.stdout is not None
    return by.stdout.readline().strip()


def test_of_two_processes_on_one_file_one_is_told(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite"
    with opened(path) as register:
        fill(register)
        with process(path, ANNA) as one, process(path, ROBERT) as other:
            for codes in ({"plan-exists", "not-unique"}, {"version-conflict"}, {"version-conflict"}):
                assert [said(each) for each in (one, other)] == ["ready", "ready"]
                for each in (one, other):
                    assert each.stdin is not None
                    each.stdin.write("go\n")
                    each.stdin.flush()
                check_one_was_told([(said(each), "") for each in (one, other)], codes)
        (left,) = kept(register)
        assert (len(left.steps), left.version) == (1, 3)
        assert [version.change for version in register.plan_versions(left.id)] == ["draft", "contents", "submit"]
