"""What holds for all histories: the past can be read at every moment, and nothing is changed behind its back without being found."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmp_core.learners import Enrolment, Institution, Learner
from pmp_core.loading import load_programme
from pmp_core.plans import PlannedRisk, SupportPlan
from pmp_core.register import Register, UnitOfWork, tables
from pmp_core.register.history.chains import CHAINED
from pmp_core.register.keys import RegisterKey, RegisterKeys
from pmp_core.register.schema import ColumnType, Row, Table
from pmp_core.risks import Absence
from pmp_core.values import AbsenceKind, Actor, Track

ANNA = Actor(name="Anna Ozola", role="plan-author", institution_id="I-1")
KEYS = RegisterKeys([RegisterKey(bytes(range(32)))])
START = datetime(2022, 9, 1, 8, tzinfo=UTC)


PROGRAMME = load_programme("lv-8.3.4")


def opened(target: Any = "memory:", **options: Any) -> Register:
    """A register whose clock goes on by a minute each time it is asked."""
    moments = (START + timedelta(minutes=minute) for minute in range(10_000))
    return Register.open(target, actor=ANNA, programme=PROGRAMME, access="host", clock=lambda: next(moments), **options)


def dump(register: Register) -> dict[str, list[Row]]:
    """Every row that the history tells of."""
    with register.storage.begin() as transaction:
        return {name: transaction.find(chained.table) for name, chained in CHAINED.items()}


def a_learner(work: UnitOfWork, id: str, name: str) -> None:
    if work.learners.count(id=id):
        work.learners.put(work.learners.get(id).changed(given_name=name))
    else:
        work.learners.add(Learner(id=id, given_name=name, family_name="Bērziņš"))


def an_institution(work: UnitOfWork, id: str, name: str) -> None:
    if work.institutions.count(id="I-1"):
        work.institutions.put(work.institutions.get("I-1").changed(name=name))
    else:
        work.institutions.add(Institution(id="I-1", name=name))


def an_absence(work: UnitOfWork, id: str, name: str) -> None:
    if work.learners.count(id=id) and work.institutions.count() and not work.absences.count(id=f"{id}|{name}"):
        absence = Absence(
            id=f"{id}|{name}", learner_id=id, institution_id="I-1", day=date(2022, 9, 5), absence=AbsenceKind("unexcused"), source=name
        )  # fmt: skip
        work.absences.add(absence)
    else:
        work.absences.remove([f"{id}|{name}"])


def an_enrolment(work: UnitOfWork, id: str, name: str) -> None:
    """It goes from one learner to another: it leaves one chain for another."""
    if not (work.learners.count(id=id) and work.institutions.count()):
        return
    if work.enrolments.count(id="E-1"):
        work.enrolments.put(work.enrolments.get("E-1").changed(learner_id=id, class_name=name))
    else:
        first = date(2022, 9, 1)
        work.enrolments.add(
            Enrolment(id="E-1", learner_id=id, institution_id="I-1", track=Track.GENERAL, level=5, first_day=first)
        )


def a_plan(work: UnitOfWork, id: str, name: str) -> None:
    if not (work.learners.count(id=id) and work.institutions.count()):
        return
    risks = (PlannedRisk(factor="absence-unjustified", note=name),)
    if work.plans.count(learner_id=id):
        plan = work.plans.find(learner_id=id)[0]
        work.plans.put(plan.changed(risks=() if plan.risks else risks))
    else:
        work.plans.add(
            SupportPlan.model_validate(
                {
                    "id": f"P-{id}", "learner_id": id, "institution_id": "I-1", "partner_kind": "municipality",
                    "semester": "2022/23-1", "first_day": "2022-09-12", "last_day": "2022-12-23", "entered_on": "2022-09-09",
                    "prepared_by": "Ilze", "status": "draft", "risks": risks,
                }
            )
        )  # fmt: skip


def a_source_key(work: UnitOfWork, id: str, name: str) -> None:
    key: Row = {
        "source": "school", "kind": "learner", "identity": id, "entity_id": id, "fingerprint": name, "read_on": date(2022, 9, 1),
        "withdrawn_on": None,
    }  # fmt: skip
    if work.transaction.get(tables.SOURCE_KEYS, ("school", "learner", id)):
        work.transaction.update(tables.SOURCE_KEYS, key)
    else:
        work.transaction.insert(tables.SOURCE_KEYS, [key])


def removed(work: UnitOfWork, id: str, name: str) -> None:
    work.enrolments.remove(["E-1"])
    work.plans.remove([f"P-{id}"])
    work.absences.remove([absence.id for absence in work.absences.find(learner_id=id)])
    work.learners.remove([id])


DOINGS: tuple[Callable[[UnitOfWork, str, str], None], ...] = (
    a_learner, a_learner, an_institution, an_absence, an_enrolment, a_plan, a_source_key, removed,
)  # fmt: skip
STEP = st.tuples(
    st.sampled_from(DOINGS), st.sampled_from(["L-1", "L-2"]), st.sampled_from(["Zane", "Ķirsis", ""]).map(lambda n: n or "x")
)
UNIT = st.lists(STEP, min_size=1, max_size=5)


def done(register: Register, unit: list[tuple[Callable[[UnitOfWork, str, str], None], str, str]], *, keep: bool = True) -> None:
    with register.unit_of_work(reason="tests", keep=keep) as work:
        for what, id, name in unit:
            what(work, id, name)


@given(st.lists(UNIT, max_size=6))
@settings(max_examples=60)
def test_the_register_as_of_each_moment_is_what_it_was_then(units: list[Any]) -> None:
    with opened() as register:
        seen: list[tuple[datetime, Any]] = []
        for unit in units:
            done(register, unit)
            with register.storage.begin() as transaction:
                at = transaction.find(tables.HISTORY_UNITS, order=["-at"], limit=1)[0]["at"]
            assert isinstance(at, datetime)
            seen.append((at, dump(register)))
        for at, then in seen:
            with register.as_of(at) as past:
                assert dump(past) == then
        assert register.verify() == []


@given(st.lists(UNIT, min_size=1, max_size=4), UNIT)
@settings(max_examples=40)
def test_what_is_undone_leaves_no_trace_but_that_it_was_seen(units: list[Any], undone: list[Any]) -> None:
    with opened() as register:
        for unit in units:
            done(register, unit)
        before = dump(register), register.verify().entries
        done(register, undone, keep=False)
        assert (dump(register), register.verify().entries) == before
        assert register.verify() == []


@pytest.fixture(scope="module")
def tampered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Register, sqlite3.Connection]]:
    """A register in a file with a little of everything in it, and a way into the file behind the library's back."""
    file = tmp_path_factory.mktemp("history") / "register.sqlite"
    with opened(file, keys=KEYS) as register:
        for unit in (
            [(an_institution, "", "Skola"), (a_learner, "L-1", "Zane"), (a_learner, "L-2", "Ilze"), (a_source_key, "L-1", "a")],
            [(an_absence, "L-1", "Zane"), (an_enrolment, "L-1", "5.a"), (a_plan, "L-1", "Zane")],
            [(a_learner, "L-1", "Marta"), (a_plan, "L-1", "Zane"), (a_source_key, "L-1", "b")],
            [(a_plan, "L-1", "Marta")],
        ):
            done(register, unit)
        with register.unit_of_work(keep=False, reason="tests") as work:
            work.learners.find()
        assert register.verify() == []
        raw = sqlite3.connect(file, isolation_level=None)
        yield register, raw
        raw.close()


def others_of(table: Table, name: str, cell: Any) -> list[Any]:
    """What might stand in a cell instead."""
    column = table.column(name)
    empty = [None] if column.nullable and cell is not None else []
    if column.type is ColumnType.BOOLEAN:
        return [*empty, cell == 0]
    other = {
        ColumnType.DAY: "2021-02-03",
        ColumnType.MOMENT: "2021-02-03 08:00:00.000000",
        ColumnType.INTEGER: (cell or 0) + 70 if not isinstance(cell, str) else None,
        ColumnType.TEXT: f"{str(cell)[:-1]}#",
    }
    return [*empty, other[column.type]]


def found_in(
    register: Register, raw: sqlite3.Connection, do: str, undo: str, cells: tuple[Any, ...], before: tuple[Any, ...]
) -> set[str]:
    """The tables that findings name after something was done behind the library's back; it is undone again."""
    raw.execute(do, cells)
    try:
        return {finding.table for finding in register.verify()}
    finally:
        raw.execute(undo, before)


def rows_in(raw: sqlite3.Connection, table: Table, most: int = 3) -> list[tuple[Any, ...]]:
    columns = ", ".join(f'"{name}"' for name in table.names)
    return raw.execute(f"SELECT {columns} FROM {table.name} LIMIT {most}").fetchall()


HISTORY_TABLES = frozenset(table.name for table in tables.TABLES) - CHAINED.keys()
FILLED = [
    *("register_info institutions learners enrolments absences plans plan_risks source_keys".split()),  # noqa: SIM905
    *sorted(HISTORY_TABLES),
]


@pytest.mark.parametrize("name", FILLED)
def test_every_cell_that_is_altered_is_found(name: str, tampered: tuple[Register, sqlite3.Connection]) -> None:
    register, raw = tampered
    table = next(table for table in tables.TABLES if table.name == name)
    rows = rows_in(raw, table)
    assert rows
    for cells in rows:
        row = dict(zip(table.names, cells, strict=True))
        for column in table.names:
            for other in others_of(table, column, row[column]):
                new = {**row, column: other}
                at = " AND ".join(f'"{key}" = ?' for key in table.key)
                change = f'UPDATE {name} SET "{column}" = ? WHERE {at}'
                found = found_in(
                    register, raw, change, change,
                    (other, *(row[key] for key in table.key)), (row[column], *(new[key] for key in table.key)),
                )  # fmt: skip
                assert name in found or (name in HISTORY_TABLES and found), (column, other)
    assert register.verify() == []


@pytest.mark.parametrize("name", FILLED)
def test_every_row_that_is_removed_is_found(name: str, tampered: tuple[Register, sqlite3.Connection]) -> None:
    register, raw = tampered
    table = next(table for table in tables.TABLES if table.name == name)
    columns, marks = ", ".join(f'"{name}"' for name in table.names), ", ".join("?" for _ in table.names)
    at = " AND ".join(f'"{key}" = ?' for key in table.key)
    for cells in rows_in(raw, table, 100):
        key = tuple(cells[table.names.index(key)] for key in table.key)
        put_back = f"INSERT INTO {name} ({columns}) VALUES ({marks})"
        found = found_in(register, raw, f"DELETE FROM {name} WHERE {at}", put_back, key, cells)
        assert name in found or (name in HISTORY_TABLES and found), key
    assert register.verify() == []


@pytest.mark.parametrize("name", [table.name for table in tables.TABLES])
def test_a_row_that_is_inserted_is_found(name: str, tampered: tuple[Register, sqlite3.Connection]) -> None:
    register, raw = tampered
    table = next(table for table in tables.TABLES if table.name == name)
    made = {"day": "2022-09-01", "moment": "2022-09-01 08:00:00.000000", "integer": 90, "cents": 90, "boolean": 1, "text": "x"}
    cells = tuple(made[column.type.value] for column in table.columns)
    columns, marks = ", ".join(f'"{name}"' for name in table.names), ", ".join("?" for _ in table.names)
    at = " AND ".join(f'"{key}" = ?' for key in table.key)
    key = tuple(cells[table.names.index(key)] for key in table.key)
    insert = f"INSERT INTO {name} ({columns}) VALUES ({marks})"
    assert found_in(register, raw, insert, f"DELETE FROM {name} WHERE {at}", cells, key)
    assert register.verify() == []
