"""Whose history a row belongs to: its chain. Rows of one entity stand in one chain, so that it can be read and erased as one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from attrs import frozen

from pmp_core.register import tables
from pmp_core.register.rows import SHAPES, Part
from pmp_core.register.schema import Row, Scalar, Table
from pmp_core.register.storage import Transaction

Chain = tuple[str, str]  # kind, which is the name of a table, and the id of the entity

OWN_TABLES = frozenset(table.name for table in (tables.HISTORY_UNITS, tables.HISTORY, tables.HISTORY_HEADS, tables.HISTORY_VIEWS))
REGISTER_CHAIN: Chain = ("register", "register")
_EXCEPTIONS: dict[str, tuple[str, str]] = {
    "enrolments": ("learners", "learner_id"),
    "absences": ("learners", "learner_id"),
    "marks": ("learners", "learner_id"),
    "personal_codes": ("learners", "learner_id"),
    "decisions": ("claims", "claim_id"),
    "decision_lines": ("claims", "claim_id"),
    "claim_versions": ("claims", "claim_id"),
    "conflict_overrides": ("claims", "claim_id"),
    "plan_versions": ("plans", "plan_id"),
    "source_problems": ("sources", "source"),
}


@frozen
class Chained:
    """Where the rows of a table belong.

    Args:
        table: the table.
        kind: of the chain; None: the kind of the entity that the row is about, as in `source_keys`.
        column: holds the id of the chain; None: there is one chain for all.
    """

    table: Table
    kind: str | None
    column: str | None

    def chain(self, row: Row) -> Chain:
        """The chain of a row."""
        if self.column is None:
            return REGISTER_CHAIN
        # Of `source_keys`: what a school calls a learner is erased together with the learner.
        kind = self.kind or f"{row['kind']}s"
        return kind, str(row[self.column])

    def where(self, kind: str, ids: Sequence[str]) -> Mapping[str, Scalar | Sequence[Scalar]]:
        """What finds the rows of these chains."""
        if self.column is None:
            return {}
        own: dict[str, Scalar | Sequence[Scalar]] = {} if self.kind else {"kind": kind.removesuffix("s")}
        return {**own, self.column: list(ids)}


def _parts(parts: Sequence[Part], kind: str) -> Iterator[tuple[str, tuple[str, str]]]:
    for part in parts:
        yield part.table.name, (kind, part.parents[0])
        yield from _parts(part.parts, kind)


def _chained(table: Table, parts: Mapping[str, tuple[str, str]]) -> Chained:
    if table in (tables.REGISTER_INFO, tables.OVERLAYS):
        return Chained(table, REGISTER_CHAIN[0], None)
    if table is tables.SOURCE_KEYS:
        return Chained(table, None, "entity_id")
    return Chained(table, *(_EXCEPTIONS.get(table.name) or parts.get(table.name) or (table.name, "id")))


_PARTS = dict(pair for shape in SHAPES.values() for pair in _parts(shape.parts, shape.table.name))
# Every table whose changes are written down, by name, in an order in which rows can be written.
CHAINED: dict[str, Chained] = {table.name: _chained(table, _PARTS) for table in tables.TABLES if table.name not in OWN_TABLES}


def tables_of(kind: str) -> list[Chained]:
    """The tables that have rows of chains of this kind."""
    return [chained for chained in CHAINED.values() if chained.kind in (kind, None)]


def rows_of(transaction: Transaction, kind: str, ids: Sequence[str]) -> Iterator[tuple[Chained, Row]]:
    """The rows that chains have at present."""
    for chained in tables_of(kind):
        for row in transaction.find(chained.table, chained.where(kind, ids)):
            yield chained, row


def chains_there(transaction: Transaction) -> dict[str, list[str]]:
    """The ids of all chains that have rows at present, by kind."""
    found: dict[str, dict[str, None]] = {}
    for chained in CHAINED.values():
        if chained.column is None:
            if transaction.find(chained.table, limit=1):
                found.setdefault(REGISTER_CHAIN[0], {})[REGISTER_CHAIN[1]] = None
            continue
        columns = [chained.column] if chained.kind else ["kind", chained.column]
        scanned = transaction.scan(chained.table, columns)
        kinds = scanned["kind"] if chained.kind is None else [chained.kind]
        if chained.kind is None:
            for kind, id in zip(kinds, scanned[chained.column], strict=True):
                found.setdefault(f"{kind}s", {})[str(id)] = None
        else:
            found.setdefault(chained.kind, {}).update(dict.fromkeys(map(str, scanned[chained.column])))
    return {kind: list(ids) for kind, ids in found.items()}


def chains_of_learner(transaction: Transaction, learner_id: str) -> list[Chain]:
    """The chains that hold something of a learner, as the register stands: the learner's own first.

    Args:
        transaction: to look in.
        learner_id: whose.
    """
    found: list[Chain] = [("learners", learner_id)]
    direct = (tables.ENROLMENTS, tables.RISK_SUGGESTIONS, tables.PLANS, tables.PAYEES, tables.OTHER_FUNDING)
    for table in direct:
        found += [(table.name, str(row["id"])) for row in transaction.find(table, {"learner_id": learner_id})]
    plans = [id for kind, id in found if kind == tables.PLANS.name]
    if plans:
        for table in (tables.SCHEDULES, tables.SESSIONS, tables.CLAIMS, tables.EVALUATIONS):
            found += [(table.name, str(row["id"])) for row in transaction.find(table, {"plan_id": plans})]
    claims = [id for kind, id in found if kind == tables.CLAIMS.name]
    if claims:
        entries = transaction.find(tables.PAYMENT_ENTRIES, {"claim_id": claims})
        found += [(tables.PAYMENT_ENTRIES.name, str(row["id"])) for row in entries]
    return found
