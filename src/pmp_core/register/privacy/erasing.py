"""Erasing a learner: who it is goes, and what was written; plans, decisions and money stay as figures of nobody."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

from pmp_core.compensation import ClaimDecision
from pmp_core.errors import NotFound
from pmp_core.loading import Programme
from pmp_core.register import tables
from pmp_core.register.access.doors import admitting
from pmp_core.register.casework.written_versions import write_version
from pmp_core.register.collection import Collection, UnitOfWork
from pmp_core.register.privacy.belonging import Belongings, belongings, past
from pmp_core.register.privacy.documents import claim_without, decision_without_reason, plan_without
from pmp_core.register.privacy.erasure import Confirmation, Erasure, check_how
from pmp_core.register.privacy.open_matters import check_nothing_open
from pmp_core.register.privacy.treatments import TREATMENTS, How
from pmp_core.register.rows import SHAPES
from pmp_core.register.schema import Row, Scalar, Table
from pmp_core.values import Actor

# As the access table and the history name it; and as the versions of plans and claims do.
ACTION, ERASED_VERSION = "erase", "erased"
_BY_NAME = {table.name: table for table in tables.TABLES}
# The tables of entities; whose parts the other tables hold, and by which column. An entity whose part changes has a new version.
_ENTITIES = {shape.table.name for shape in SHAPES.values()}
_OWNERS = {
    table.name: (shape.table.name, part.parents[0]) for shape in SHAPES.values() for part in shape.parts for table in part.tables
}
_VERSIONS = {"plans": (tables.PLAN_VERSIONS, "plan_id"), "claims": (tables.CLAIM_VERSIONS, "claim_id")}


def learner_row(work: UnitOfWork, learner_id: str) -> Row:
    """The row of a learner.

    Raises:
        NotFound: `not-found`.
    """
    row = work.transaction.get(tables.LEARNERS, (learner_id,))
    if row is None:
        raise NotFound(
            "not-found", "The register has no Learner with this id.", found=learner_id, remedy="Check the id; ids are not names."
        )
    return row


def erase_learner(
    work: UnitOfWork,
    programme: Programme,
    learner_id: str,
    *,
    how: str = "erase",
    by: Actor,
    on: date,
    new_id: Callable[[str], str],
    even_if_open: bool = False,
) -> Erasure:
    """Take out of the register who a learner is, and what is written about the learner, in every table and in the history.

    The learner's row, plans, claims, decisions and payments stay under their ids: statistics, requests and every amount are the same as
    before. What becomes of each column stands in `treatments`.

    Args:
        work: the unit of work; all of it is done, or nothing.
        programme: whose life cycle of claims counts.
        learner_id: the learner.
        how: `erase` takes out absences, marks and the records behind risks too; `pseudonymise` leaves them.
        by: who does it.
        on: the day.
        new_id: makes the id of the record.
        even_if_open: also while a plan runs or money is open.

    Returns:
        The record, with the confirmation, which is kept nowhere: who asked for the erasure is given it.

    Raises:
        InvalidValue: `erasure-unknown`.
        NotFound: `not-found`.
        StepRefused: `erase-plan-in-force`, `erase-money-open`.
    """
    way = check_how(how)
    with admitting(work, ACTION, by, learner_id=learner_id):
        learner = learner_row(work, learner_id)
        if not even_if_open:
            check_nothing_open(work, programme, learner_id, on)
        found = belongings(work.transaction, learner)
        entries, views = past(work.transaction, found)
        done = _Erasing(work, found, way, by, on)
        done.remove()
        done.clear()
        emptied = done.empty(tables.HISTORY, entries) + done.empty(tables.HISTORY_VIEWS, views)
        confirmation = Confirmation(
            erasure_id=new_id("X"),
            learner_id=learner_id,
            on=on.isoformat(),
            how=way,
            rows_removed=dict(sorted(done.removed.items())),
            cells_cleared=dict(sorted(done.cleared.items())),
            salt=secrets.token_hex(16),
        )
        erasure = Erasure(
            id=confirmation.erasure_id,
            on=on,
            how=way,
            role=by.role,
            rows_removed=done.removed.total(),
            cells_cleared=done.cleared.total(),
            history_cleared=emptied,
            digest=confirmation.digest,
            confirmation=confirmation,
        )
        work.transaction.insert(tables.ERASURES, [erasure.row()])
    return erasure


class _Erasing:
    """One erasure, table by table."""

    def __init__(self, work: UnitOfWork, found: Belongings, how: How, by: Actor, on: date) -> None:
        self.transaction, self.found, self.how, self.by, self.on = work.transaction, found, how, by, on
        self.work = work
        self.removed: Counter[str] = Counter()
        self.cleared: Counter[str] = Counter()
        self.touched: dict[str, set[Scalar]] = {name: set() for name in found}
        self.sealed: dict[tuple[Scalar, Scalar], ClaimDecision] = {}
        self.digests: dict[Scalar, str] = {}

    def remove(self) -> None:
        """Take out the rows that go whole, those that refer to others first."""
        for name in reversed(self.found):
            if self.how in TREATMENTS[name].removed_by and self.found[name]:
                for where in _keys(_BY_NAME[name], self.found[name]):
                    self.removed[name] += self.transaction.delete(_BY_NAME[name], where)
                self._touch(name, self.found[name])

    def clear(self) -> None:
        """Clear the cells of the rows that stay. What is kept in versions gets a new one, and plans and claims have it written down."""
        self._seal_decisions()
        staying = {name: rows for name, rows in self.found.items() if self.how not in TREATMENTS[name].removed_by}
        for name, rows in staying.items():
            for row in rows:
                after = self._without(name, row)
                changed = [column for column in row if row[column] != after[column]]
                self.cleared[name] += len(changed)
                if changed:
                    self._touch(name, [row])
                if changed and name not in _ENTITIES:
                    self._update(_BY_NAME[name], after, row.get("version"))
        for name in _ENTITIES & staying.keys():
            self._keep(name, staying[name])
        self.cleared = +self.cleared

    def empty(self, table: Table, rows: list[Row]) -> int:
        """Empty documents and salts of the history: the digests keep the chain, and nobody can try texts against them."""
        full = [row for row in rows if row["document"] is not None]
        for row in full:
            self.transaction.update(table, {**row, "document": None, "salt": None})
        return len(full)

    def _seal_decisions(self) -> None:
        for row in self.found["decisions"]:
            sealed = decision_without_reason(row)
            if sealed is not None:
                self.sealed[row["claim_id"], row["number"]] = sealed
                self.digests[row["digest"]] = sealed.digest

    def _without(self, name: str, row: Row) -> Row:
        after = TREATMENTS[name].without(row, self.how)
        for column in ("digest", "decision_digest"):
            if name in ("decisions", "claims", "payment_entries") and column in row:
                after[column] = self.digests.get(row[column], row[column])
        if name == "learners":
            after["erased_on"] = row["erased_on"] or self.on
        elif name == "plan_versions":
            after["document"] = plan_without(str(row["document"]), self.how)
        elif name == "claim_versions":
            after["document"] = claim_without(str(row["document"]), self.how, self.digests)
        elif name == "decisions" and (row["claim_id"], row["number"]) in self.sealed:
            after["document"] = self.sealed[row["claim_id"], row["number"]].model_dump_json()
        return after

    def _touch(self, name: str, rows: list[Row]) -> None:
        """Say of which entities something changed."""
        owner, column = _OWNERS.get(name, (name, None))
        self.touched[owner] |= {row[column or _BY_NAME[owner].key[0]] for row in rows}

    def _keep(self, name: str, rows: list[Row]) -> None:
        table = _BY_NAME[name]
        for row in rows:
            if row["id"] in self.touched[name]:
                self._update(table, self._without(name, row), row.get("version"), next_one=True)
        if name in _VERSIONS:
            kept, key = _VERSIONS[name]
            entities: Collection[Any] = getattr(self.work, name)
            for entity in entities.find(id=sorted(self.touched[name], key=str)):
                write_version(
                    self.transaction,
                    kept,
                    {key: entity.id},
                    entity,
                    version=entity.version,
                    change=ERASED_VERSION,
                    by=self.by,
                    on=self.on,
                    reason=None,
                )

    def _update(self, table: Table, after: Row, version: Scalar, *, next_one: bool = False) -> None:
        if not isinstance(version, int):
            self.transaction.update(table, after)
        else:
            self.transaction.update(table, {**after, "version": version + next_one}, version=version)


def _keys(table: Table, rows: list[Row]) -> list[dict[str, Scalar | list[Scalar]]]:
    """Conditions that mean just these rows: one where the key is one column, else one for each row."""
    if len(table.key) == 1:
        return [{table.key[0]: [row[table.key[0]] for row in rows]}]
    return [{name: row[name] for name in table.key} for row in rows]
