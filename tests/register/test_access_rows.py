"""The rows that each role reads and writes by itself: every table of the register, as the access table says and no further."""

from __future__ import annotations

from functools import partial

import pytest
from access_world import PLACES, PROGRAMME, ROLES, SCOPES, actor, row, rows, working, world

from pmp_core.errors import AccessDenied, RegisterError
from pmp_core.programme import Scope
from pmp_core.register import Register, tables
from pmp_core.register.access.guard import GuardedTransaction
from pmp_core.register.access.paths import PATHS, path_of
from pmp_core.register.layer import Layer
from pmp_core.register.schema import Row, Table
from pmp_core.register.storage import Storage
from pmp_core.values import Actor

WORLD = world()
# Whose a row is stands nowhere in these: they need the whole register.
OF_NOBODY = {"source_keys", "source_problems", "history_units", "history", "history_heads", "erasures"}


@pytest.fixture
def storage() -> Storage:
    return world()


def expected(table: Table, role: str) -> list[Row] | None:
    """What a role reads of a table, by the access table alone; None: it may not ask."""
    path, every = path_of(table), sorted(rows(table), key=lambda one: tuple(str(one[name]) for name in table.key))
    scope = Scope.STATE if path.see is None else PROGRAMME.access.scope_of(role, path.see)
    if scope in (None, Scope.PSEUDONYMOUS):
        return None
    if path.open or scope is Scope.STATE:
        return every
    if table.name in OF_NOBODY:
        return []
    whose = [place for place in PLACES if place in SCOPES[scope]]
    return [one for one in every if any(f"-{place}" in str(cell) for place in whose for cell in _owned(table, one))]


def _owned(table: Table, one: Row) -> list[object]:
    """The cells of a made row that name its institution, its learner, its plan or what hangs on them."""
    names = {"learner_id", "institution_id", "source_institution_id", "plan_id", "claim_id", "schedule_id", "evaluation_id"}
    return [one[name] for name in table.names if name in {*names, "id", "suggestion_id"} and one[name] is not None]


def test_every_table_has_one_path_and_every_way_leads_over_its_columns() -> None:
    assert set(PATHS) == {table.name for table in tables.TABLES}
    for path in PATHS.values():
        assert {path.see, path.change} - {None} <= set(PROGRAMME.access.lines)
        for way in path.ways:
            at = path.table
            for hop in way.hops:
                assert hop.own_column in at.names
                assert hop.its_column in hop.table.names
                at = hop.table
            assert way.column in at.names
        assert (path.ways == ()) == (path.table.name in OF_NOBODY | {"register_info", "overlays"})


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("table", tables.TABLES, ids=lambda table: table.name)
def test_a_role_reads_of_a_table_what_its_scope_holds(table: Table, role: str) -> None:
    wanted = expected(table, role)
    with working(WORLD, actor(role)) as work:
        ask = work.transaction
        if wanted is None:
            asked = (
                partial(ask.get, table, ("x",) * len(table.key)),
                *(partial(one, table) for one in (ask.find, ask.count, ask.scan)),
            )
            for read in asked:
                with pytest.raises(AccessDenied, match="access-denied"):
                    read()
            return
        assert ask.find(table) == wanted
        assert ask.count(table) == len(wanted)
        assert ask.scan(table) == {name: [one[name] for one in wanted] for name in table.names}
        backward = [f"-{table.key[0]}"]
        assert (
            ask.find(table, order=backward, limit=2) == sorted(wanted, key=lambda one: str(one[table.key[0]]), reverse=True)[:2]
        )
        for one in rows(table):
            key = tuple(one[name] for name in table.key)
            assert ask.get(table, key) == (one if one in wanted else None)
            where = dict(zip(table.key, key, strict=True))
            assert ask.find(table, where) == ([one] if one in wanted else [])
            assert ask.count(table, where) == int(one in wanted)


# A row of each of these can be added without another that has to be there first.
WRITTEN = [path.table for path in PATHS.values() if path.table not in (tables.REGISTER_INFO, tables.OVERLAYS)]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("table", WRITTEN, ids=lambda table: table.name)
def test_a_role_changes_of_a_table_what_its_scope_holds(table: Table, role: str) -> None:
    path = path_of(table)
    scope = None if path.change is None else PROGRAMME.access.scope_of(role, path.change)
    for place, one in zip("123" if table is tables.MUNICIPALITIES else PLACES, rows(table), strict=True):
        within = scope is Scope.STATE or (scope is not None and table.name not in OF_NOBODY and place in SCOPES[scope])
        if table is tables.MUNICIPALITIES:
            within = scope is Scope.STATE or (scope is Scope.REGION and place in "12")
        with working(WORLD, actor(role)) as work:
            version = 1 if table.versioned else None
            if within:
                work.transaction.update(table, one, version=version)
                continue
            key = dict(zip(table.key, (one[name] for name in table.key), strict=True))
            insert, delete = partial(work.transaction.insert, table, [one]), partial(work.transaction.delete, table, key)
            for refused in (partial(work.transaction.update, table, one, version=version), delete, insert):
                with pytest.raises(AccessDenied):
                    refused()


def test_a_row_is_not_moved_out_of_or_into_what_an_actor_reaches(storage: Storage) -> None:
    own, others = row(tables.ABSENCES, "1"), row(tables.ABSENCES, "3")
    with working(storage, actor("director")) as work:
        for moved in ({**own, "institution_id": "I-3"}, {**others, "institution_id": "I-1"}):
            with pytest.raises(AccessDenied, match="keep-school-records"):
                work.transaction.update(tables.ABSENCES, moved)


def test_a_learner_is_added_before_its_enrolment_and_one_of_others_is_not_enrolled_here(storage: Storage) -> None:
    with working(storage, actor("director")) as work:
        work.transaction.insert(tables.LEARNERS, [{**row(tables.LEARNERS, "1"), "id": "L-9"}])
        assert work.transaction.get(tables.LEARNERS, ("L-9",)) is None
        enrolment = {**row(tables.ENROLMENTS, "1"), "id": "E-9", "learner_id": "L-9"}
        work.transaction.insert(tables.ENROLMENTS, [enrolment])
        assert work.transaction.get(tables.LEARNERS, ("L-9",)) is not None
        assert len(work.transaction.find(tables.LEARNERS)) == 2
        with pytest.raises(AccessDenied, match="L-3"):
            work.transaction.insert(tables.ENROLMENTS, [{**enrolment, "id": "E-8", "learner_id": "L-3"}])


def test_what_is_paid_for_all_learners_is_seen_by_all_and_kept_by_the_state(storage: Storage) -> None:
    of_all = {**row(tables.OTHER_FUNDING, "1", "x"), "learner_id": None, "institution_id": None, "municipality_id": None}
    with working(storage, actor("municipal-coordinator")) as work, pytest.raises(AccessDenied, match="keep-funding"):
        work.transaction.insert(tables.OTHER_FUNDING, [of_all])
    with storage.begin() as transaction:
        transaction.insert(tables.OTHER_FUNDING, [of_all])
    with working(storage, actor("director", at="4")) as work:
        assert of_all in work.transaction.find(tables.OTHER_FUNDING)
    with working(storage, actor("municipal-coordinator")) as work, pytest.raises(AccessDenied):
        work.transaction.delete(tables.OTHER_FUNDING, {"id": of_all["id"]})


def test_a_new_institution_of_a_municipality_is_within_its_reach_at_once(storage: Storage) -> None:
    with working(storage, actor("regional-coordinator")) as work:
        before = work.transaction.count(tables.PLANS)
        work.transaction.update(tables.INSTITUTIONS, {**row(tables.INSTITUTIONS, "3"), "version": 2}, version=1)
        work.transaction.delete(tables.PARTNERSHIPS, {"id": "partnerships-3"})
        assert work.transaction.count(tables.PLANS) == before == 3


@pytest.mark.parametrize(
    ("by", "missing"),
    [
        (Actor(name="Ilze", role="director"), "institution_id"),
        (Actor(name="Ilze", role="director", municipality_id="M-1"), "institution_id"),
        (Actor(name="Ilze", role="municipal-coordinator"), "municipality_id"),
        (Actor(name="Ilze", role="municipal-coordinator", region=("M-1",)), "municipality_id"),
        (Actor(name="Ilze", role="regional-coordinator"), "region"),
    ],
)
def test_an_actor_names_what_it_acts_for(by: Actor, missing: str) -> None:
    with working(WORLD, by) as work, pytest.raises(AccessDenied, match=missing) as refused:
        work.plans.count()
    assert refused.value.code == "actor-without-scope"


@pytest.mark.parametrize(
    ("by", "seen"),
    [
        (Actor(name="Ilze", role="ikvd", institution_id="I-4"), "4"),
        (Actor(name="Ilze", role="ikvd", municipality_id="M-1"), "12"),
        (Actor(name="Ilze", role="ikvd", region=("M-1", "M-3")), "124"),
        (Actor(name="Ilze", role="regional-coordinator", municipality_id="M-2"), "3"),
        (Actor(name="Ilze", role="municipal-coordinator", institution_id="I-2"), "2"),
    ],
)
def test_what_an_actor_names_narrows_the_scope_of_its_role(by: Actor, seen: str) -> None:
    with working(WORLD, by) as work:
        assert work.transaction.scan(tables.PLANS, ["institution_id"]) == {"institution_id": [f"I-{place}" for place in seen]}


def test_what_is_wrong_in_a_question_is_said_under_the_guard_too() -> None:
    with working(WORLD, actor("director")) as work:
        with pytest.raises(RegisterError, match="limit"):
            work.transaction.find(tables.PAYEES, limit=-1)
        assert work.transaction.find(tables.PAYEES, limit=0) == []


def test_a_refusal_names_the_action_the_role_and_who_may() -> None:
    with working(WORLD, actor("analyst")) as work, pytest.raises(AccessDenied) as refused:
        work.learners.find()
    assert "see-learners" in refused.value.message
    assert "'analyst'" in refused.value.message
    assert "director (institution)" in refused.value.remedy


def test_whether_one_row_is_within_reach_of_an_action_is_told_by_the_guard() -> None:
    with working(WORLD, actor("director")) as work:
        guard = work.acting.guard
        assert guard is not None
        assert [guard.is_within(tables.LEARNERS, (f"L-{place}",), "see-history") for place in "129"] == [True, False, False]
        with pytest.raises(AccessDenied, match="erase"):
            guard.is_within(tables.LEARNERS, ("L-1",), "erase")
    with working(WORLD, actor("auditor")) as work:
        guard = work.acting.guard
        assert guard is not None
        assert guard.is_within(tables.LEARNERS, ("L-4",), "see-history")


def test_where_the_host_has_looked_there_is_no_guard() -> None:
    with Register(WORLD, PROGRAMME, actor("analyst"), access="host").unit_of_work(keep=False) as work:
        assert not isinstance(work.transaction, GuardedTransaction)
        assert work.acting.guard is None
        assert work.transaction.count(tables.LEARNERS) == 4


def test_the_guard_leaves_nothing_to_the_transaction_beneath() -> None:
    handed_on = {name for name in vars(Layer) if not name.startswith("_")}
    assert handed_on <= set(vars(GuardedTransaction))
