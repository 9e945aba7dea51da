"""What the tests of access share: a row of every table for each of four institutions, and actors of every role at one of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

from pmp_core.loading import Programme, load_programme
from pmp_core.programme import Scope
from pmp_core.register import Register, UnitOfWork, tables
from pmp_core.register.memory import MemoryStorage
from pmp_core.register.schema import ColumnType, Row, Scalar, Table
from pmp_core.register.storage import Storage
from pmp_core.values import Actor

PROGRAMME = load_programme("lv-8.3.4")
ROLES = tuple(PROGRAMME.pack.terms["roles"])
# Two institutions of one municipality, one of another of the same region, one of a municipality elsewhere.
PLACES = {"1": "1", "2": "1", "3": "2", "4": "3"}
SCOPES: dict[Scope | None, frozenset[str]] = {
    None: frozenset(),
    Scope.INSTITUTION: frozenset("1"),
    Scope.MUNICIPALITY: frozenset("12"),
    Scope.REGION: frozenset("123"),
    Scope.STATE: frozenset("1234"),
    Scope.PSEUDONYMOUS: frozenset(),
}
_NAMES = {
    "learner_id": "L", "institution_id": "I", "source_institution_id": "I", "target_institution_id": "I", "plan_id": "P", "claim_id": "C",
    "payee_id": "Y", "batch_id": "B", "schedule_id": "G", "evaluation_id": "V", "suggestion_id": "R", "unit_id": "N",
}  # fmt: skip
_IDS = {
    "municipalities": "M", "institutions": "I", "learners": "L", "plans": "P", "claims": "C", "payees": "Y", "payment_batches": "B",
    "schedules": "G", "evaluations": "V", "risk_suggestions": "R", "history_units": "N",
}  # fmt: skip
_VALUES: dict[ColumnType, Scalar] = {
    ColumnType.INTEGER: 1,
    ColumnType.BOOLEAN: False,
    ColumnType.DAY: date(2022, 10, 3),
    ColumnType.MOMENT: datetime(2022, 10, 3, tzinfo=UTC),
    ColumnType.CENTS: 100,
}


def row(table: Table, place: str, suffix: str = "") -> Row:
    """A row of a table that belongs to an institution, by the table's own words for it."""
    made: Row = {}
    for column in table.columns:
        if column.name == "id":
            made["id"] = f"{_IDS.get(table.name, table.name)}-{place}{suffix}"
        elif column.name == "municipality_id":
            made["municipality_id"] = f"M-{PLACES[place]}"
        elif column.name in _NAMES:
            made[column.name] = f"{_NAMES[column.name]}-{place}"
        elif column.name == "rolled_over_from":
            made[column.name] = None
        else:
            made[column.name] = _VALUES.get(column.type, f"{column.name} {place}{suffix}")
    return made


def rows(table: Table) -> list[Row]:
    """The rows of a table in the world: one for each institution, or for each municipality."""
    if table is tables.MUNICIPALITIES:
        return [{**row(table, "1"), "id": f"M-{n}", "name": n} for n in "123"]
    if table in (tables.BUDGETS, tables.OTHER_FUNDING, tables.PARTNERSHIPS):
        return [{**row(table, place), "municipality_id": None} for place in PLACES]
    if table is tables.OVERLAYS:
        return [row(table, "1")]
    return [row(table, place) for place in PLACES]


def world() -> Storage:
    """A storage with all of these rows, made under the shipped programme."""
    storage = MemoryStorage()
    storage.create(tables.TABLES)
    with storage.begin() as transaction:
        for table in tables.TABLES:
            transaction.insert(table, rows(table))
    return storage


def actor(role: str, *, at: str = "1") -> Actor:
    """Somebody in a role at an institution, naming what the scope of that role asks for, and no more."""
    scopes = {line.roles.get(role) for line in PROGRAMME.access.lines.values()}
    if Scope.INSTITUTION in scopes:
        return Actor(name="Ilze", role=role, institution_id=f"I-{at}")
    if Scope.MUNICIPALITY in scopes:
        return Actor(name="Ilze", role=role, municipality_id=f"M-{PLACES[at]}")
    return Actor(name="Ilze", role=role, region=("M-1", "M-2") if Scope.REGION in scopes else ())


@contextmanager
def working(storage: Storage, by: Actor, programme: Programme = PROGRAMME) -> Iterator[UnitOfWork]:
    """A unit of work of somebody, under the access table; nothing of it is kept."""
    with Register(storage, programme, by).unit_of_work(keep=False) as work:
        yield work
