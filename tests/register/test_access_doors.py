"""Every action × role × scope of the access table, tried both ways at the door; and every function of casework has one."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import date
from functools import partial
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from access_world import PLACES, PROGRAMME, ROLES, SCOPES, actor, row, working, world
from paid_school import CLERK, DECIDED, EXECUTED, PAID, decided, paid, plan, school, submitted

from pmp_core.errors import AccessDenied, NotFound
from pmp_core.programme import ACTIONS, Scope
from pmp_core.register import Register, casework, conflicts, other_funding, redeciding, tables
from pmp_core.register.access.doors import admitting, whole
from pmp_core.register.access.targets import TARGETS
from pmp_core.register.claims_in_bulk import decide_in_bulk
from pmp_core.values import Actor, Money, Semester

WORLD = world()
DAY = date(2022, 10, 3)
WHOLE = (Scope.STATE, Scope.PSEUDONYMOUS)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("action", ACTIONS)
def test_a_role_does_what_the_table_gives_as_far_as_it_gives(action: str, role: str) -> None:
    scope = PROGRAMME.access.scope_of(role, action)
    who = Actor(name="Ilze", role=role) if scope in WHOLE else actor(role)
    for place in PLACES:
        with working(WORLD, who) as work:
            may = place in SCOPES[scope] or scope is Scope.PSEUDONYMOUS
            if may:
                with admitting(work, action, institution_id=f"I-{place}"):
                    assert work.acting.action == action
                    assert work.transaction.count(tables.LEARNERS) == 4  # the library looks at whatever it has to
                continue
            with pytest.raises(AccessDenied, match=action), admitting(work, action, institution_id=f"I-{place}"):
                pass
            assert work.acting.action is None


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("action", ACTIONS)
def test_what_is_of_the_whole_register_is_for_who_has_the_whole_register(action: str, role: str) -> None:
    scope = PROGRAMME.access.scope_of(role, action)
    with working(WORLD, Actor(name="Ilze", role=role) if scope in WHOLE else actor(role)) as work:
        if scope in WHOLE:
            with whole(work, action):
                assert work.transaction.count(tables.PLANS) == 4
            return
        with pytest.raises(AccessDenied, match=action), whole(work, action):
            pass


def test_an_action_without_a_thing_it_is_done_to_goes_row_by_row() -> None:
    with working(WORLD, actor("municipal-coordinator")) as work:
        with admitting(work, "keep-funding"):
            assert work.transaction.count(tables.OTHER_FUNDING) == 2
            with pytest.raises(AccessDenied, match="keep-funding"):
                work.transaction.delete(tables.OTHER_FUNDING, {"id": "other_funding-3"})
            with pytest.raises(AccessDenied, match="keep-funding"):
                work.transaction.insert(tables.ABSENCES, [row(tables.ABSENCES, "3", "x")])
        with pytest.raises(AccessDenied, match="repair"):
            work.transaction.delete(tables.PLANS, {"id": "P-1"})


def test_the_outermost_action_counts_and_who_does_it() -> None:
    director, clerk = actor("director"), Actor(name="Jana", role="institution-coordinator", institution_id="I-1")
    with working(WORLD, director) as work:
        with admitting(work, "write-plan", plan_id="P-1"), admitting(work, "pay", clerk, plan_id="P-4"):
            assert (work.acting.action, work.acting.actor) == ("write-plan", clerk)
        assert (work.acting.action, work.acting.actor) == (None, director)


@pytest.mark.parametrize(
    ("own", "by", "may"),
    [
        (Actor(name="a", role="director", institution_id="I-1"), Actor(name="b", role="plan-author", institution_id="I-1"), True),
        (Actor(name="a", role="director", institution_id="I-1"), Actor(name="b", role="plan-author", institution_id="I-2"), False),
        (Actor(name="a", role="director", institution_id="I-1"), Actor(name="b", role="ikvd"), False),
        (Actor(name="a", role="municipal-coordinator", municipality_id="M-1"), Actor(name="b", role="director", institution_id="I-2"), True),
        (Actor(name="a", role="municipal-coordinator", municipality_id="M-1"), Actor(name="b", role="director", institution_id="I-3"), False),
        (Actor(name="a", role="municipal-coordinator", municipality_id="M-1"), Actor(name="b", role="director", institution_id="I-9"), False),
        (Actor(name="a", role="regional-coordinator", region=("M-1", "M-2")), Actor(name="b", role="municipal-coordinator", municipality_id="M-2"), True),
        (Actor(name="a", role="regional-coordinator", region=("M-1", "M-2")), Actor(name="b", role="regional-coordinator", region=("M-2", "M-3")), False),
        (Actor(name="a", role="ikvd"), Actor(name="b", role="director", institution_id="I-3"), True),
    ],
)  # fmt: skip
def test_who_acts_acts_for_what_the_register_was_opened_for_or_for_less(own: Actor, by: Actor, may: bool) -> None:
    with working(WORLD, own) as work:
        if may:
            with admitting(work, "see-plans", by):
                assert work.acting.actor == by
            return
        with pytest.raises(AccessDenied, match="opened for"), admitting(work, "see-plans", by):
            pass


# --- every function has a door ---

OPEN = {"keep_claim", "usual_days"}  # writes raw rows, which the guard looks at; reads the programme only


def _functions() -> list[Callable[..., Any]]:
    named = [getattr(casework, name) for name in casework.__all__ if name not in OPEN]
    others = [conflicts.claim_conflicts, conflicts.waiting_conflicts, conflicts.held_payments, conflicts.override_conflict]
    funding = ("add_funding", "end_funding", "remove_funding", "keep_match")
    others += [
        redeciding.redecide_claim,
        redeciding.redecide_claims,
        decide_in_bulk,
        *(getattr(other_funding, name) for name in funding),
    ]
    return [one for one in (*named, *others) if inspect.isfunction(one)]


@pytest.mark.parametrize("function", _functions(), ids=lambda one: one.__name__)
def test_every_function_of_casework_asks_before_it_does_anything(function: Callable[..., Any]) -> None:
    nobody = SimpleNamespace(**dict.fromkeys(("id", "plan_id", "claim_id", "institution_id", "measure", "day"), "x"))
    fitting = {"programme": PROGRAMME, "newer": PROGRAMME, "on": DAY, "semester": Semester("2022/23-1")}
    parameters = list(inspect.signature(function).parameters.values())[1:]
    given = {one.name: fitting.get(one.name, nobody) for one in parameters if one.default is inspect.Parameter.empty}
    given |= {"by": actor("analyst")} if "by" in given else {}
    with working(WORLD, actor("analyst")) as work, pytest.raises(AccessDenied, match="'analyst'"):
        function(work, **given)


# --- what a thing is done to, found from what names it ---


@pytest.fixture
def paying() -> Register:
    """Two schools of two municipalities, each with a decided claim; the first one's is paid."""
    register = school()
    for number in ("1", "2"):
        decided(register, f"C-{number}", "50.00", learner=number)
    paid(register, claims=["C-1"])
    return register


def as_one(register: Register, role: str, **names: Any) -> Register:
    ids = count(900)
    who = Actor(name="Ilze", role=role, **names)
    return Register(register.storage, register.programme, who, lambda prefix: f"{prefix}-{next(ids)}")


def _batch(register: Register) -> str:
    with register.unit_of_work(keep=False) as work:
        return work.batches.find()[0].id


def test_money_of_another_municipality_is_not_touched_and_ones_own_is(paying: Register) -> None:
    batch = _batch(paying)
    own, other = (as_one(paying, "municipal-coordinator", municipality_id=id) for id in ("M-1", "M-2"))
    dear: list[Callable[[Register], Any]] = [
        lambda one: one.claim_account("C-1"),
        lambda one: one.decisions("C-1"),
        lambda one: one.claim_conflicts("C-1"),
        lambda one: one.redecide_claim("C-1", on=DECIDED),
        lambda one: one.export_batch(batch, on=PAID, file_format="csv"),
        lambda one: one.set_budget("2022/23-1", Money("10.00"), institution_id="I-1"),
        lambda one: one.set_budget("2022/23-1", Money("10.00"), municipality_id="M-1"),
        lambda one: one.move_batch(batch, on=PAID, execution_on=EXECUTED) if one is other else None,
    ]
    for touch in dear:
        with pytest.raises((AccessDenied, NotFound)):
            touch(other)
        touch(own)


def test_a_municipality_pays_its_own_claims(paying: Register) -> None:
    run = as_one(paying, "municipal-coordinator", municipality_id="M-2").pay_claims(on=PAID, execution_on=EXECUTED)
    assert [entry.claim_id for entry in run.entries] == ["C-2"]
    with pytest.raises(AccessDenied, match="'director'"):
        as_one(paying, "director", institution_id="I-1").pay_claims(on=PAID, execution_on=EXECUTED)


def test_lists_of_money_hold_ones_own(paying: Register) -> None:
    for number in "12":
        paying.set_budget("2022/23-1", Money("1.00"), institution_id=f"I-{number}")
        submitted(paying, f"C-{number}1", "5.00", learner=number)
    own = as_one(paying, "municipal-coordinator", municipality_id="M-2")
    assert [status.budget.institution_id for status in own.budgets()] == ["I-2"]
    assert set(own.claim_frame().collect()["claim_id"]) == {"C-21"}
    bulk = own.decide_claims_in_bulk(on=PAID)
    assert set(bulk.decisions["claim_id"]) == set(bulk.lines["claim_id"]) == {"C-21"}
    with own.unit_of_work(keep=False) as work:
        assert set(casework.beyond_budget(work, own.programme)) == {"C-2"}
        assert conflicts.waiting_conflicts(work, own.programme) == {}
        assert conflicts.held_payments(work, own.programme) == {}
    with pytest.raises(AccessDenied, match="the whole register"):
        own.redecide_claims(on=PAID)


def test_a_transferred_plan_is_its_present_owners_and_the_former_one_sees_what_the_law_says() -> None:
    register = school()
    with register.unit_of_work() as work:
        went = {"source_institution_id": "I-1", "source_partner_kind": "municipality", "target_institution_id": "I-2", "on": DAY}
        transfers = ({**went, "plan_version": 2, "actor": "a", "role": "director"},)
        moved = plan("1", "I-2").changed(version=1, transfers=transfers)
        work.plans.put(moved)
    submitted(register, "C-1", "10.00", first_day=date(2022, 9, 20), last_day=date(2022, 9, 20))
    submitted(register, "C-2", "10.00", first_day=date(2022, 11, 1), last_day=date(2022, 11, 1))
    old, new = (as_one(register, "director", institution_id=id) for id in ("I-1", "I-2"))
    with old.unit_of_work(keep=False) as work:
        assert work.plans.find() == []
        assert casework.see_plan(work, old.programme, "P-1", "I-1", on=DAY).sees == "until-transfer"
        with pytest.raises(AccessDenied):
            casework.see_plan(work, old.programme, "P-1", "I-2", on=DAY)
    with new.unit_of_work(keep=False) as work:
        assert [one.id for one in work.plans.find()] == ["P-1", "P-2"]
    # A claim is of the institution that had the plan on its first day, and the present one may look at it too.
    assert old.decisions("C-1") == new.decisions("C-1") == []
    with pytest.raises(AccessDenied):
        old.decisions("C-2")
    clerks = [as_one(register, "municipal-coordinator", municipality_id=id) for id in ("M-1", "M-2")]
    with pytest.raises(AccessDenied):
        clerks[1].decide_claim("C-1", on=DECIDED)
    assert clerks[0].decide_claim("C-1", on=DECIDED)[0].id == "C-1"


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_what_is_not_there_is_no_ones_and_says_so_itself(name: str) -> None:
    missing: Any = "none"
    if name in ("plan", "claim", "session", "schedule", "assignment", "evaluation", "batch"):
        missing = SimpleNamespace(id="none", plan_id="none", institution_id="I-1", measure=1, day=DAY, first_day=DAY)
    with WORLD.begin() as transaction:
        found = TARGETS[name](transaction, missing, False)
    known = {"institution_id": ([{"none"}], []), "municipality_id": ([], ["none"]), "plan": ([{"I-1"}], []), "assignment": ([{"I-1"}], [])}  # fmt: skip
    assert found == known.get(name)


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_of_what_is_there_it_is_known_whose_it_is(name: str) -> None:
    ids = {"plan": "P", "claim": "C", "batch": "B", "schedule_id": "G", "batch_id": "B", "claim_id": "C", "institution_id": "I"}
    ids |= {
        "learner_id": "L",
        "partner": "I",
        "payee_id": "Y",
        "plan_id": "P",
        "suggestion_id": "R",
        "assignment_id": "assignments",
    }
    one: Any = f"{ids.get(name, 'x')}-2"
    if name in ("plan", "claim", "session", "schedule", "assignment", "evaluation", "batch"):
        one = SimpleNamespace(
            id=one, plan_id="P-2", institution_id="I-2", measure=1, day=date(2022, 12, 1), first_day=date(2022, 12, 1)
        )
    if name == "municipality_id":
        return
    with WORLD.begin() as transaction:
        found = TARGETS[name](transaction, one, False)
    assert found is not None
    assert set().union(*found[0]) == {"I-2"}
    assert found[1] == []
    with WORLD.begin() as transaction:
        assert TARGETS["partner"](transaction, "M-1", False) == ([], ["M-1"])


def test_whoever_imports_writes_what_is_its_own_and_looks_at_all(paying: Register) -> None:
    with working(WORLD, actor("director")) as work, admitting(work, "import-records", narrows=True):
        assert work.transaction.count(tables.LEARNERS) == 4
        work.transaction.insert(tables.ABSENCES, [row(tables.ABSENCES, "1", "x")])
        work.transaction.insert(tables.SOURCE_KEYS, [row(tables.SOURCE_KEYS, "4", "x")])
        for refused in (
            partial(work.transaction.insert, tables.ABSENCES, [row(tables.ABSENCES, "2", "x")]),
            partial(work.transaction.update, tables.INSTITUTIONS, row(tables.INSTITUTIONS, "2"), version=1),
            partial(work.transaction.delete, tables.MARKS, {"institution_id": "I-3"}),
        ):
            with pytest.raises(AccessDenied, match="import-records"):
                refused()


def test_another_version_of_the_programme_is_no_way_around_the_table(tmp_path: Any) -> None:
    file = tmp_path / "r.sqlite"
    Register.open(file, programme="lv-8.3.4", actor=CLERK, access="host").close()
    wider = tmp_path / "wider.example.yaml"
    wider.write_text(
        "overlay_for: lv-8.3.4\ntitle: {lv: a, en: a}\naccess:\n  migrate:\n    roles: {director: state}\n"
        "    replaces: true\n    source: a\n    status: example\n",
        encoding="utf-8",
    )
    from pmp_core import load_programme

    programme = load_programme("lv-8.3.4", overlays=[wider])
    director, service = Actor(name="a", role="director", institution_id="I-1"), Actor(name="a", role="ikvd")
    for how in ({"trial": True}, {"adopt_programme": True}):
        with pytest.raises(AccessDenied, match="migrate"):
            Register.open(file, programme=programme, actor=director, **how)
    Register.open(file, programme=programme, actor=service, trial=True).close()
    with Register.open(file, actor=director) as register, pytest.raises(AccessDenied, match="migrate"):
        _ = register.storage
    with Register.open(file, actor=service) as register:
        assert register.storage.name == "sqlite"


def test_the_roles_that_a_life_cycle_names_have_the_action_that_goes_with_the_step() -> None:
    actions = {"submit": "submit-claim", "withdraw": "submit-claim", "decide": "decide-claim", "correct": "correct-claim"}
    actions |= {"settle": "correct-claim", "pay": "pay", "recover": "recover"}
    for step in PROGRAMME.life_cycle("claim").steps:
        assert set(step.actors) <= set(PROGRAMME.access.who(actions[step.step])), step.step
    for step in PROGRAMME.life_cycle("plan").steps:
        action = "transfer-plan" if step.step == "transfer" else "take-plan-step"
        assert set(step.actors) <= set(PROGRAMME.access.who(action)), step.step
