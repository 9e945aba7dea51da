"""The layer of the history: it looks at what a unit of work changes, and writes it down at its end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from pmp_core.errors import VersionConflict
from pmp_core.register import tables, write_errors
from pmp_core.register.history.chains import CHAINED, Chain
from pmp_core.register.history.conflicting import told_who
from pmp_core.register.history.gathered import Gathered, Key
from pmp_core.register.history.writing import UnitWriter
from pmp_core.register.layer import Acting, Layer
from pmp_core.register.schema import Row, Scalar, Table
from pmp_core.register.seen import Seen
from pmp_core.register.storage import Transaction
from pmp_core.values import Actor

if TYPE_CHECKING:
    from pmp_core.register.layers import Setup


class RecordedTransaction(Layer):
    """A transaction whose changes are gathered, and written into the history when `write` is called.

    What a row was before it changed is taken from what the unit read of it, so that a change costs no further question.

    Args:
        inner: the transaction beneath.
        acting: who works; each change has the actor of its moment.
        setup: the clock, the keys, the access.
        keep: whether what is done is kept; what is undone needs no history.
    """

    def __init__(self, inner: Transaction, acting: Acting, setup: Setup, *, keep: bool = True) -> None:
        super().__init__(inner)
        self._acting, self._setup, self._keep = acting, setup, keep
        self._gathered = Gathered()
        self._emptied: dict[Chain, Actor] = {}
        # What was read or written of tables whose rows are replaced, in order; looked through when a row is first replaced.
        self._read: dict[str, list[list[Row]]] = {}
        self._known: dict[str, dict[Key, Row]] = {}

    def get(self, table: Table, key: tuple[Scalar, ...]) -> Row | None:
        """As the transaction beneath; the row is remembered."""
        row = self.inner.get(table, key)
        if row is not None and self._replaced(table):
            self._read.setdefault(table.name, []).append([row])
        return row

    def find(
        self,
        table: Table,
        where: Mapping[str, Scalar | Sequence[Scalar]] | None = None,
        *,
        order: Sequence[str] = (),
        limit: int | None = None,
    ) -> list[Row]:
        """As the transaction beneath; the rows are remembered."""
        rows = self.inner.find(table, where, order=order, limit=limit)
        if rows and self._replaced(table):
            self._read.setdefault(table.name, []).append(rows)
        return rows

    def insert(self, table: Table, rows: Iterable[Row]) -> None:
        """As the transaction beneath; the rows are gathered."""
        if not self._recorded(table):
            self.inner.insert(table, rows)
            return
        added = list(rows)
        self.inner.insert(table, added)
        self._gathered.inserted(table, added, self._acting.actor, self._acting.action)
        if self._replaced(table):
            self._read.setdefault(table.name, []).append(added)

    def update(self, table: Table, row: Row, *, version: int | None = None) -> None:
        """As the transaction beneath; what the row was and is now is gathered.

        Raises:
            VersionConflict: `version-conflict`, naming who changed the row since it was read.
        """
        if table.name not in CHAINED:
            self._note_emptied(table, row)
            self.inner.update(table, row, version=version)
            return
        before = self._before(table, row, version) if self._keep else None
        try:
            self.inner.update(table, row, version=version)
        except VersionConflict as error:
            if error.code != "version-conflict" or version is None:
                raise
            raise told_who(error, self.inner, table, row, version) from None
        if before is not None:
            self._gathered.changed(table, before, row, self._acting.actor, self._acting.action)
            self._known_of(table)[_key(table, row)] = row

    def delete(self, table: Table, where: Mapping[str, Scalar | Sequence[Scalar]]) -> int:
        """As the transaction beneath; what the rows were is gathered."""
        if not self._recorded(table):
            return self.inner.delete(table, where)
        gone = self.inner.find(table, where)
        removed = self.inner.delete(table, where)
        if removed != len(gone):
            raise write_errors.transaction_conflict()
        self._gathered.removed(table, gone, self._acting.actor, self._acting.action)
        if gone and self._replaced(table):
            known = self._known_of(table)
            for row in gone:
                known.pop(_key(table, row), None)
        return removed

    def write(self) -> None:
        """Write what was gathered, and whose data were seen, as one unit of the history."""
        UnitWriter(self.inner, self._acting, self._setup).write(self._gathered, self._emptied)
        self._acting.seen = Seen()

    def _recorded(self, table: Table) -> bool:
        return self._keep and table.name in CHAINED

    def _replaced(self, table: Table) -> bool:
        return self._recorded(table) and (table.versioned or table.name == tables.SOURCE_KEYS.name)

    def _before(self, table: Table, row: Row, version: int | None) -> Row | None:
        key = _key(table, row)
        before = self._known_of(table).get(key)
        # Somebody else may have replaced what was read here before; then this read tells, or the storage does.
        if before is None or (version is not None and before.get("version") != version):
            before = self.inner.get(table, key)
        return before

    def _known_of(self, table: Table) -> dict[Key, Row]:
        known = self._known.setdefault(table.name, {})
        for rows in self._read.pop(table.name, ()):
            known.update((_key(table, row), row) for row in rows)
        return known

    def _note_emptied(self, table: Table, row: Row) -> None:
        """An entry whose document is erased: the chain then says anew what there is, without what there was."""
        if table.name == tables.HISTORY.name and row["document"] is None:
            self._emptied[str(row["kind"]), str(row["entity_id"])] = self._acting.actor


def _key(table: Table, row: Row) -> Key:
    return tuple([row[name] for name in table.key])
