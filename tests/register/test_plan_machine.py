"""A random walk over plans, on each storage: only what the table of steps has, and each refusal by its code.

`python -m pytest tests/register/test_plan_machine.py -s` shows how often each step was taken and each refusal met.
"""

from __future__ import annotations

import ast
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from plan_check import CASE_TABLES, dump
from plan_table import EDGES, LIMITS, RATES, RELEASED, STEPS, populate
from plan_walk import Walk
from sqlalchemy import Engine, StaticPool, create_engine, event

import pmp_core
import pmp_storage_sql.plugin
from pmp_core.loading import load_programme
from pmp_core.plugins import PluginSet
from pmp_core.register import Register
from pmp_core.values import Actor

# The same walks in every run. Ten of them from each seed: after ten Hypothesis begins to vary those it had, and sees less. More
# seeds follow only where something was not met yet, as another version of Hypothesis may walk otherwise.
ENOUGH_SEEDS, MOST_SEEDS = 4, 28
COLUMNS = 3
WALKS = settings(
    max_examples=10,
    stateful_step_count=36,
    deadline=None,
    database=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
    print_blob=False,
    report_multiple_bugs=False,
)
# Where what a plan room refuses is written.
ROOMS = ("plans", "measures", "outcomes", "staff", "compensation", "register/casework")
MODULES = ("programme/life_cycle.py", "register/admission.py", "register/casework/versions.py", "register/conflicts.py")
# No money moves in the walk: what comes after a decision has tests of its own.
MONEY = ("budgets", "claim_account", "corrections", "payment_export", "payments", "recoveries")
NOT_OF_PLANS = (
    "register/casework/risks.py", "compensation/payment.py", "compensation/budget.py", "compensation/transfers.py",
    *(f"register/casework/{module}.py" for module in MONEY),
)  # fmt: skip
# Of the storage, in its own words; the others by the rooms' names for them.
OF_THE_STORAGE = {"not-unique", "version-conflict", "not-found"}
OF_VALUES = {"days-reversed", "code-unknown"}
# What a walk through the casework cannot meet.
NOT_MET = {
    "learner-erased": "nobody is erased on these walks",
    "claim-undecided": "`decide_claim` always hands in the digest",
    "decision-altered": "nobody edits a decision in the walk",
    **dict.fromkeys(("override-by-role", "override-needs-reason", "conflict-unknown"), "no conflict is overridden in the walk"),
}
# Guards that never get to refuse: the rule `plan-entry` goes before two of them, and `step-out-of-turn` before the third.
BEFORE_THE_GUARDS = ("application-first", "has-risk", "next-station")
GUARDS = ("measures-justified", "same-semester", "no-money-used", "no-measures", "evaluated-or-reason", "enrolled-at-receiving")
DONE = (
    "plan added", "plan changed", "plan cleared", "plan rolled over", "preparation paid", "session there", "session missed",
    "session remote", "group held", "schedule added", "schedule ended", "specialist assigned", "assignment ended", "evaluation added",
    "evaluation replaced", "version read", "claim submitted", "claim changed", "claim withdrawn", "claim decided",
)  # fmt: skip
_RAISED = {"StepRefused", "InvalidValue", "VersionConflict", "NotUnique", "NotFound"}


def refusals() -> set[str]:
    """Every code that the plan rooms raise, as it stands in their source."""
    home = Path(pmp_core.__file__).parent
    paths = [path for room in ROOMS for path in sorted((home / room).glob("*.py"))] + [home / module for module in MODULES]
    found = set()
    for path in paths:
        if path.relative_to(home).as_posix() in NOT_OF_PLANS:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _RAISED:
                code = node.args[0]
                assert isinstance(code, ast.Constant)
                found.add(str(code.value))
    return found


@pytest.fixture(params=["memory", "sqlite"])
def walked(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Register, Callable[[], object]]]:
    """The world without a plan, in memory or in a file; and how to look at all that is kept, of the file past the library."""
    path = tmp_path / "walk.sqlite"
    programme = load_programme("lv-8.3.4", overlays=[RATES, LIMITS])
    target = engine_on(path)
    with Register.open(
        "memory:" if request.param == "memory" else target, actor=Actor(name="Ilze", role="plan-author"), programme=programme,
        plugins=PluginSet([("sql", pmp_storage_sql.plugin)]), access="host",
    ) as register:  # fmt: skip
        with register.unit_of_work() as work:
            populate(work)
        if request.param == "memory":
            yield register, lambda: look(register)
            return
        asked = sqlite3.connect(path)
        try:
            yield register, lambda: look_past(asked)
        finally:
            asked.close()
            target.dispose()


def engine_on(path: Path) -> Engine:
    """An engine of the host's that does not wait for the disk: the walk is about what is written, not about power failures."""
    engine = create_engine(f"sqlite:///{path}", poolclass=StaticPool, connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def set_up(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys=ON").close()
        connection.execute("PRAGMA synchronous=OFF").close()
        connection.execute("PRAGMA journal_mode=WAL").close()

    return engine


def look(register: Register) -> object:
    """Every row that a walk can change."""
    with register.unit_of_work(keep=False) as work:
        return dump(work)


def look_past(asked: sqlite3.Connection) -> object:
    """The same from the file itself, where no two plans hold one place either."""
    rows = [asked.execute(f"SELECT * FROM {table.name}").fetchall() for table in CASE_TABLES]
    holding = f"SELECT learner_id, semester FROM plans WHERE status NOT IN ({', '.join('?' for _ in RELEASED)})"
    places = asked.execute(holding, RELEASED).fetchall()
    assert len(places) == len(set(places)), "two plans of one learner and semester"
    return rows


def table_of(counts: Counter[str], groups: dict[str, list[str]]) -> str:
    """How often, in columns: the steps by where they were taken from, what else was done, and the refusals."""
    known = {name for names in groups.values() for name in names}
    lines = []
    for title, names in {**groups, "besides": sorted(counts.keys() - known)}.items():
        cells = [f"{counts[name]:6}  {name:<34}" for name in names]
        rows = -(-len(cells) // COLUMNS)
        lines += ["", f"{title} ({len(cells)})", *("".join(cells[row::rows]).rstrip() for row in range(rows))]
    return "\n".join(lines)


def test_no_sequence_of_actions_leads_out_of_the_table(
    walked: tuple[Register, Callable[[], object]], request: pytest.FixtureRequest
) -> None:
    register, looking = walked
    codes = (refusals() | OF_THE_STORAGE | OF_VALUES) - NOT_MET.keys() - {"step-guarded"}
    groups = {
        "steps taken": [f"{step} from {source}" for step, source in EDGES],
        "done": list(DONE),
        "refused": [*sorted(codes), *(f"step-guarded {guard}" for guard in GUARDS)],
    }
    wanted = [name for names in groups.values() for name in names]
    counts: Counter[str] = Counter()
    number = 0
    while number < ENOUGH_SEEDS or (number < MOST_SEEDS and not all(counts[name] for name in wanted)):
        run_state_machine_as_test(seed(number)(lambda: Walk(register, counts, looking)), settings=WALKS)
        number += 1
    print(f"\n{request.node.name}: {number} seeds\n{table_of(counts, groups)}")
    assert [name for name in wanted if not counts[name]] == []


def test_the_walk_knows_every_guard_of_the_table() -> None:
    asked = {guard for row in STEPS.values() for guard in row.get("guards", ())}
    assert asked == {*GUARDS, *BEFORE_THE_GUARDS}
