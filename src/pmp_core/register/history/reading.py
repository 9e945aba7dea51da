"""What the history tells: who changed what, when and why, and who saw whose data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import frozen

from pmp_core.register import tables
from pmp_core.register.history.chains import CHAINED, Chain, chains_of_learner
from pmp_core.register.history.digests import row_read
from pmp_core.register.schema import Row, Scalar
from pmp_core.register.storage import Transaction

_AT_ONCE = 500  # entries that are read with one question


@frozen
class RowChange:
    """One row that was changed.

    Args:
        table: its table; `key`: its key there.
        before: what it was; None where it was not there, or where an erasure forgot it.
        after: what it is since; None where it was taken out.
    """

    table: str
    key: tuple[Scalar, ...]
    before: Row | None
    after: Row | None


@frozen
class HistoryEntry:
    """What one person did to one entity in one unit of work.

    Args:
        kind: a table's name; with `entity_id` it names the entity, and its chain.
        number: its place in the chain, from 1.
        unit_id: the unit of work.
        when: the moment, in UTC.
        who: the name of the person; `role`, `institution_id`, `municipality_id`: in which role, for whom.
        action: what was being done; `change` where that was not said.
        why: the reason that was given.
        changes: the rows.
        erased: whether what it said was erased.
    """

    kind: str
    entity_id: str
    number: int
    unit_id: str
    when: datetime
    who: str
    role: str
    institution_id: str | None
    municipality_id: str | None
    action: str
    why: str | None
    changes: tuple[RowChange, ...]
    erased: bool = False


@frozen
class HistoryView:
    """That somebody saw a learner's data.

    Args:
        unit_id: the unit of work.
        when: the moment, in UTC.
        who: the name of the person; `role`, `institution_id`, `municipality_id`: in which role, for whom.
        learner_id: whose data; None where very many learners were read at once.
        tables: which; `rows`: how many rows of them.
        why: the reason that was given.
        erased: whether what it said was erased.
    """

    unit_id: str
    when: datetime
    who: str
    role: str
    institution_id: str | None
    municipality_id: str | None
    learner_id: str | None
    tables: tuple[str, ...]
    rows: int
    why: str | None
    erased: bool = False


def history_of(transaction: Transaction, chains: Sequence[Chain]) -> list[HistoryEntry]:
    """The entries of chains, oldest first."""
    by_kind: dict[str, list[str]] = {}
    for kind, entity_id in chains:
        by_kind.setdefault(kind, []).append(entity_id)
    rows = [
        row
        for kind, ids in by_kind.items()
        for row in transaction.find(tables.HISTORY, {"kind": kind, "entity_id": ids}, order=["entity_id", "number"])
    ]
    found = [_entry(row) for row in rows]
    return found if len(chains) == 1 else sorted(found, key=lambda entry: (entry.when, entry.kind, entry.entity_id, entry.number))


def history_of_learner(transaction: Transaction, learner_id: str) -> list[HistoryEntry]:
    """The entries of everything that is a learner's, as the register stands, oldest first."""
    return history_of(transaction, chains_of_learner(transaction, learner_id))


def views_of(transaction: Transaction, learner_id: str) -> list[HistoryView]:
    """Who saw a learner's data, oldest first; units that read very many learners at once are among them, without an id."""
    rows = transaction.find(tables.HISTORY_VIEWS, {"learner_id": [learner_id, None]}, order=["at"])
    return [_view(row) for row in rows]


def learners_in(entries: Sequence[HistoryEntry]) -> Iterator[tuple[str, str, str]]:
    """Whose data entries show: the table, `learner` or `plan`, and the id of it."""
    for entry in entries:
        for change in entry.changes:
            row = change.after or change.before or {}
            whose = row.get("id") if change.table == tables.LEARNERS.name else row.get("learner_id")
            if whose is not None:
                yield change.table, "learner", str(whose)
            elif row.get("plan_id") is not None:
                yield change.table, "plan", str(row["plan_id"])


def read_chains(transaction: Transaction, kind: str, numbers: Mapping[str, Sequence[int]]) -> Iterator[Row]:
    """The entries of chains of one kind, each chain in its order, read so many at a time that little is held.

    Args:
        transaction: to read in.
        kind: of the chains.
        numbers: of the entries of each chain, by id.
    """
    together: list[str] = []
    count = 0
    for entity_id, own in numbers.items():
        if len(own) > _AT_ONCE:
            for first in range(0, len(own), _AT_ONCE):
                part: list[Scalar] = list(own[first : first + _AT_ONCE])
                where: dict[str, Scalar | Sequence[Scalar]] = {"kind": kind, "entity_id": entity_id, "number": part}
                yield from transaction.find(tables.HISTORY, where, order=["number"])
            continue
        together.append(entity_id)
        count += len(own)
        if count >= _AT_ONCE:
            yield from _read(transaction, kind, together)
            together, count = [], 0
    yield from _read(transaction, kind, together)


def document_of(entry: Row) -> dict[str, Any] | None:
    """What an entry or a view says; None where it was erased."""
    told: dict[str, Any] | None = json.loads(str(entry["document"])) if entry["document"] is not None else None
    return told


def _read(transaction: Transaction, kind: str, ids: list[str]) -> list[Row]:
    if not ids:
        return []
    return transaction.find(tables.HISTORY, {"kind": kind, "entity_id": ids}, order=["entity_id", "number"])


def _who(row: Row) -> dict[str, Any]:
    same = ("unit_id", "role", "institution_id", "municipality_id")
    return {**{name: row[name] for name in same}, "when": row["at"], "who": row["actor"], "erased": row["document"] is None}


def _entry(row: Row) -> HistoryEntry:
    document: dict[str, Any] = document_of(row) or {}
    changes = []
    for name, key, before, after in document.get("rows", ()):
        table = CHAINED[name].table
        typed = row_read(table, dict(zip(table.key, key, strict=True)))
        images = [None if image is None else row_read(table, image) for image in (before, after)]
        changes.append(RowChange(name, tuple(typed[column] for column in table.key), *images))
    same: dict[str, Any] = {name: row[name] for name in ("kind", "entity_id", "number", "action")}
    return HistoryEntry(**same, **_who(row), why=document.get("reason"), changes=tuple(changes))


def _view(row: Row) -> HistoryView:
    document: dict[str, Any] = document_of(row) or {}
    same: dict[str, Any] = {name: row[name] for name in ("learner_id", "rows")}
    return HistoryView(**same, **_who(row), tables=tuple(document.get("tables", ())), why=document.get("reason"))
