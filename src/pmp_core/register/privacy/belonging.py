"""All that belongs to a learner, found by walking the references between the tables, and the few links that are none."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pmp_core.register import tables
from pmp_core.register.privacy.treatments import ERASED, TREATMENTS
from pmp_core.register.rows import SHAPES
from pmp_core.register.schema import Row, Table
from pmp_core.register.storage import Transaction

Belongings = dict[str, list[Row]]
# The kinds of chains of history that are a learner's; absences and marks stand in the chain of the learner.
_KINDS = tuple(
    table.name
    for table in tables.TABLES
    if table.name in TREATMENTS and table in {shape.table for shape in SHAPES.values()} - {tables.ABSENCES, tables.MARKS}
)
# Whose rows are found otherwise than by a reference to a learner, or to what is a learner's.
LINKED = ("learners", "payees", "source_keys", "source_problems", "history", "history_views")


def path_of(table: Table) -> tuple[str, str] | None:
    """By which column a table's rows refer to a learner, or to something of a learner, and to what.

    >>> path_of(tables.SESSIONS), path_of(tables.RISK_EVIDENCE)
    (('plan_id', 'plans'), ('suggestion_id', 'risk_suggestions'))
    """
    if table.name not in TREATMENTS or table.name in LINKED:
        return None
    return next((one.columns[0], one.table) for one in table.references if one.table in TREATMENTS)


def belongings(transaction: Transaction, learner: Row) -> Belongings:
    """Every row about a learner, by table, in the order of the tables; history and views are found by `past`.

    Args:
        transaction: where to look.
        learner: the learner's row.
    """
    found: Belongings = {tables.LEARNERS.name: [learner]}
    for table in tables.TABLES:
        path = path_of(table)
        if path is not None:
            column, parent = path
            ids = [row["id"] for row in found[parent]]
            found[table.name] = transaction.find(table, {column: ids}) if ids else []
    found[tables.PAYEES.name] = _payees(transaction, found)
    found[tables.SOURCE_KEYS.name] = _source_keys(transaction, found)
    found[tables.SOURCE_PROBLEMS.name] = _source_problems(transaction, found)
    return {table.name: found[table.name] for table in tables.TABLES if table.name in found}


def _payees(transaction: Transaction, found: Belongings) -> list[Row]:
    """The learner's payees, and those of nobody in particular whom nobody else's claims are paid to."""
    own = transaction.find(tables.PAYEES, {"learner_id": found["learners"][0]["id"]})
    claims = {row["id"] for row in found["claims"]}
    used = {row["payee_id"] for row in (*found["claims"], *found["payment_entries"]) if row["payee_id"] is not None}
    of_nobody = {"id": sorted(used - {row["id"] for row in own}, key=str), "learner_id": None, "institution_id": None}
    asked = transaction.find(tables.PAYEES, of_nobody) if used else []
    ids = [row["id"] for row in asked]
    others = {row["payee_id"] for row in transaction.find(tables.CLAIMS, {"payee_id": ids}) if row["id"] not in claims}
    others |= {
        row["payee_id"] for row in transaction.find(tables.PAYMENT_ENTRIES, {"payee_id": ids}) if row["claim_id"] not in claims
    }
    return own + [row for row in asked if row["id"] not in others]


def _source_keys(transaction: Transaction, found: Belongings) -> list[Row]:
    """By which keys the school systems know the learner and the enrolments."""
    keys: list[Row] = []
    for kind, table in (("learner", "learners"), ("enrolment", "enrolments")):
        ids = [row["id"] for row in found[table]]
        keys += transaction.find(tables.SOURCE_KEYS, {"kind": kind, "entity_id": ids})
    return keys


def _source_problems(transaction: Transaction, found: Belongings) -> list[Row]:
    """What could not be taken from a source and has one of the learner's names or keys in it; it refers to nobody."""
    told = Told(found)
    return [row for row in transaction.find(tables.SOURCE_PROBLEMS) if told.tells_of(row)]


class Told:
    """Whether the record of a problem tells of a learner: by a word that is one of the names, or by a key of the source."""

    def __init__(self, found: Belongings) -> None:
        learner = found["learners"][0]
        names = [str(learner[name]) for name in ("given_name", "family_name", "middle_name") if learner[name]]
        self.names = {word for name in names if name != ERASED for word in _words(name)}
        self.keys = {(row["source"], row["identity"]) for row in found["source_keys"]}

    def tells_of(self, row: Row) -> bool:
        """Whether a row of `source_problems` tells of the learner."""
        said = {word for name in ("message", "found", "remedy") for word in _words(str(row.get(name) or ""))}
        return bool(said & self.names) or (row.get("source"), row.get("found")) in self.keys


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[\W_]+", text.casefold()) if word]


def past(transaction: Transaction, found: Belongings) -> tuple[list[Row], list[Row]]:
    """The entries of the history about a learner, and the views of the learner's data.

    Beside the chains of what there is, they are those of what is gone meanwhile (a session that was taken out, say), found by what
    their documents say whose they were; and the entries of sources that tell of the learner.

    Args:
        transaction: where to look.
        found: the learner's rows.
    """
    entries: list[Row] = []
    known: dict[str, set[str]] = {}
    for kind in _KINDS:
        ids = known.setdefault(kind, set())
        ids |= {str(row["id"]) for row in found[kind]} | _gone(transaction, TREATMENTS[kind].table, known)
        if kind == tables.ENROLMENTS.name:  # here stand the keys of sources; the enrolments themselves are in the learner's chain
            ids |= {str(key[0]) for entry in entries for name, key, *_ in rows_in(entry) if name == kind}
        entries += transaction.find(tables.HISTORY, {"kind": kind, "entity_id": sorted(ids)}) if ids else []
    entries += _of_sources(transaction, found)
    views = transaction.find(tables.HISTORY_VIEWS, {"learner_id": found["learners"][0]["id"]})
    return entries, views


def _gone(transaction: Transaction, table: Table, known: Mapping[str, set[str]]) -> set[str]:
    """The ids of what was in a table once, belonged to the learner by what its history says, and is there no longer."""
    there = set(transaction.scan(table, ["id"])["id"])
    heads = transaction.find(tables.HISTORY_HEADS, {"kind": table.name})
    gone = [row["entity_id"] for row in heads if row["entity_id"] not in there]
    links = [(one.columns[0], one.table) for one in table.references if one.table in known]
    found = set()
    for entry in transaction.find(tables.HISTORY, {"kind": table.name, "entity_id": gone}) if gone and links else ():
        for name, _, *versions in rows_in(entry):
            cells = [row for row in versions if row is not None and name == table.name]
            if any(str(row.get(column)) in known[to] for row in cells for column, to in links):
                found.add(str(entry["entity_id"]))
    return found


def _of_sources(transaction: Transaction, found: Belongings) -> list[Row]:
    """The entries of sources' chains in which a record that was not taken tells of the learner."""
    told = Told(found)
    return [
        entry
        for entry in transaction.find(tables.HISTORY, {"kind": "sources"})
        if any(told.tells_of(row) for _, _, *versions in rows_in(entry) for row in versions if row is not None)
    ]


def rows_in(entry: Row) -> Iterator[list[Any]]:
    """What an entry of the history changed: table, key, before, after; nothing where it was emptied, or holds numbers only."""
    if entry["document"] is None:
        return
    for change in json.loads(str(entry["document"])).get("rows", ()):
        if isinstance(change, list) and len(change) == 4:
            yield change
