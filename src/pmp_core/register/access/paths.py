"""The way from a row of each table to the institution or municipality whose it is, declared once.

The guard of a unit of work follows these ways, and so do the policies of a database with row-level security. A row is within
what an actor acts for if one of its ways ends there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from attrs import frozen

from pmp_core.register import tables
from pmp_core.register.schema import Table

Ends = Literal["institution", "municipality"]
Whose = Literal["state", "everybody"]


@frozen
class Hop:
    """One step on the way: rows of `table` whose `its_column` equals `own_column` of the row before."""

    own_column: str
    table: Table
    its_column: str


@frozen
class Way:
    """One way to whose a row is.

    Args:
        hops: from table to table; none where the row says it itself.
        column: of the last table: the id.
        ends: what the id is of.
    """

    hops: tuple[Hop, ...]
    column: str
    ends: Ends


@frozen
class TablePath:
    """What the access table has to give for a table, and whose its rows are.

    Args:
        table: the table.
        see: the action that reading its rows needs; None: every role of the programme may read them.
        change: the action that writing its rows one by one needs; None: only the library's own functions write them.
        ways: to whose a row is.
        nobodys: who sees a row of which no way leads anywhere; what is the state's needs the whole register as scope.
        open: whether everybody who may read the table reads all of it: what institutions there are is no personal data.
        adds_nobodys: whether a row that is nobody's yet may be added by whoever may write the table at all: a learner
            comes before the enrolment, a payee before the claim.
    """

    table: Table
    see: str | None
    change: str | None
    ways: tuple[Way, ...] = ()
    nobodys: Whose = "state"
    open: bool = False
    adds_nobodys: bool = False


_BY_NAME = {table.name: table for table in tables.TABLES}


def _way(words: str) -> Way:
    """A way from words: `claim_id -> claims.id, plan_id -> plans.id, institution_id`; `@municipality_id` ends at a municipality."""
    *hops, end = words.split(", ")
    made = []
    for hop in hops:
        own_column, _, target = hop.partition(" -> ")
        table, _, its_column = target.partition(".")
        made.append(Hop(own_column, _BY_NAME[table], its_column))
    return Way(tuple(made), end.removeprefix("@"), "municipality" if end.startswith("@") else "institution")


def _path(
    table: Table,
    see: str | None,
    change: str | None,
    *ways: str,
    nobodys: Whose = "state",
    read_whole: bool = False,
    adds_nobodys: bool = False,
) -> TablePath:
    return TablePath(table, see, change, tuple(_way(way) for way in ways), nobodys, read_whole, adds_nobodys)


_OWN, _OWN_MUNICIPALITY = "institution_id", "@municipality_id"
_PLAN = "plan_id -> plans.id, institution_id"
_CLAIM = f"claim_id -> claims.id, {_PLAN}"
_ENROLLED = "learner_id -> enrolments.learner_id, institution_id"
_PLANNED = "learner_id -> plans.learner_id, institution_id"
_SUGGESTION = "suggestion_id -> risk_suggestions.id, institution_id"
_EVALUATION = f"evaluation_id -> evaluations.id, {_PLAN}"

_DECLARED: tuple[TablePath, ...] = (
    _path(tables.REGISTER_INFO, None, "migrate", read_whole=True),
    _path(tables.OVERLAYS, None, "migrate", read_whole=True),
    _path(tables.MUNICIPALITIES, "see-institutions", "keep-partners", "@id", read_whole=True),
    _path(tables.INSTITUTIONS, "see-institutions", "keep-partners", "id", _OWN_MUNICIPALITY, read_whole=True),
    _path(tables.PARTNERSHIPS, "see-institutions", "keep-partners", _OWN, _OWN_MUNICIPALITY, read_whole=True),
    _path(
        tables.LEARNERS,
        "see-learners",
        "keep-school-records",
        "id -> enrolments.learner_id, institution_id",
        "id -> plans.learner_id, institution_id",
        adds_nobodys=True,
    ),
    _path(tables.ENROLMENTS, "see-learners", "keep-school-records", _OWN),
    _path(tables.ABSENCES, "see-learners", "keep-school-records", _OWN),
    _path(tables.MARKS, "see-learners", "keep-school-records", _OWN),
    _path(tables.RISK_SUGGESTIONS, "see-learners", "repair", _OWN),
    _path(tables.RISK_EVIDENCE, "see-learners", "repair", _SUGGESTION),
    # A former owner of a plan sees what the law lets it see by `see_plan`, and no row.
    _path(tables.PLANS, "see-plans", "repair", _OWN),
    _path(tables.PLAN_RISKS, "see-plans", "repair", _PLAN),
    _path(tables.PLAN_MEASURES, "see-plans", "repair", _PLAN),
    _path(tables.PLAN_MEASURE_RISKS, "see-plans", "repair", _PLAN),
    _path(tables.PLAN_STEPS, "see-plans", "repair", _PLAN),
    _path(tables.PLAN_PEOPLE, "see-plans", "repair", _PLAN),
    _path(tables.PLAN_TRANSFERS, "see-plans", "repair", _PLAN),
    _path(tables.PLAN_VERSIONS, "see-plans", "repair", _PLAN),
    _path(tables.ASSIGNMENTS, "see-plans", "keep-staff", _OWN),
    _path(tables.SCHEDULES, "see-plans", "repair", _PLAN),
    _path(tables.SCHEDULE_WEEKDAYS, "see-plans", "repair", f"schedule_id -> schedules.id, {_PLAN}"),
    _path(tables.SESSIONS, "see-plans", "repair", _PLAN),
    _path(
        tables.PAYEES,
        "see-money",
        "keep-payees",
        _OWN,
        _ENROLLED,
        _PLANNED,
        f"id -> claims.payee_id, {_PLAN}",
        adds_nobodys=True,
    ),
    _path(tables.CLAIMS, "see-money", "repair", _PLAN),
    _path(tables.CLAIM_RECEIPTS, "see-money", "repair", _CLAIM),
    _path(tables.CLAIM_VERSIONS, "see-money", "repair", _CLAIM),
    _path(tables.DECISIONS, "see-money", "repair", _CLAIM),
    _path(tables.DECISION_LINES, "see-money", "repair", _CLAIM),
    # What is paid for all learners, whatever the institution, concerns everybody.
    _path(
        tables.OTHER_FUNDING,
        "see-money",
        "keep-funding",
        _OWN,
        _OWN_MUNICIPALITY,
        _ENROLLED,
        _PLANNED,
        nobodys="everybody",
    ),
    _path(tables.CONFLICT_OVERRIDES, "see-money", "repair", _CLAIM),
    _path(tables.PAYMENT_BATCHES, "see-money", "repair", f"id -> payment_entries.batch_id, {_CLAIM}"),
    _path(tables.PAYMENT_ENTRIES, "see-money", "repair", _CLAIM),
    _path(tables.BUDGETS, "see-money", "set-budget", _OWN, _OWN_MUNICIPALITY),
    _path(tables.EVALUATIONS, "see-plans", "repair", _PLAN),
    _path(tables.EVALUATION_RISKS, "see-plans", "repair", _EVALUATION),
    _path(tables.EVALUATION_MEASURES, "see-plans", "repair", _EVALUATION),
    # Whose a key or a problem of a source is does not stand in it: who has the whole register sees them.
    _path(tables.SOURCE_KEYS, "import-records", "import-records"),
    _path(tables.SOURCE_PROBLEMS, "import-records", "import-records"),
    _path(tables.PERSONAL_CODES, "see-personal-codes", None, _ENROLLED, _PLANNED),
    # The history of one entity is shown by `Register.history`, within the scope of that entity.
    _path(tables.HISTORY_UNITS, "see-history", None),
    _path(tables.HISTORY, "see-history", None),
    _path(tables.HISTORY_HEADS, "see-history", None),
    _path(tables.HISTORY_VIEWS, "see-history", None, _ENROLLED, _PLANNED),
    _path(tables.ERASURES, "see-history", None),
)

PATHS: Mapping[str, TablePath] = {path.table.name: path for path in _DECLARED}


def path_of(table: Table) -> TablePath:
    """The path of a table.

    >>> path_of(tables.SESSIONS).ways[0].hops[0].table.name
    'plans'
    """
    return PATHS[table.name]
