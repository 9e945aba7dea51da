"""The storage in memory: for tests, examples, notebooks and what need not outlive the process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any

from pmp_core.register import write_errors
from pmp_core.register.arrow_tables import arrow_table
from pmp_core.register.memory_table import MemoryTable
from pmp_core.register.rows_check import Values
from pmp_core.register.schema import Row, Scalar, Table


class MemoryStorage:
    """Tables in memory, with all the rules of the storage port.

    One transaction is open at a time; the next one waits for it. It writes in place and keeps what was there in a journal,
    which is played back if it fails: nothing is copied up front, and nobody sees what may yet be undone. So transactions are
    serialisable: of two writers that read version 1 of a row, the second finds version 2 and gets `VersionConflict`.

    Args:
        timeout: how many seconds `begin` waits for the transaction before it, then raises `storage-locked`.
    """

    name = "memory"

    def __init__(self, timeout: float = 30.0) -> None:
        self._timeout = timeout
        self._tables: dict[str, MemoryTable] = {}
        self._turn = Lock()  # not an RLock: a web host may end a transaction in another thread than it began
        self._closed = False

    def create(self, tables: Sequence[Table]) -> None:
        """Make the tables that are not there yet, and in those that are the columns that may be empty.

        Raises:
            RegisterError: `schema-differs`, `table-unknown` (a reference to no table); then nothing was made.
        """
        with self._alone():
            known = {name: memory.table for name, memory in self._tables.items()}
            for table in tables:
                if not table.widens(known.setdefault(table.name, table)):
                    raise write_errors.schema_differs(table.name, "another description of it was handed in before")
                known[table.name] = table
            for table in tables:
                for reference in table.references:
                    if reference.table not in known:
                        raise write_errors.table_unknown(reference.table)
            for name, table in known.items():
                before = self._tables.get(name)
                if before is None or before.table != table:
                    self._tables[name] = MemoryTable(table, before)

    @contextmanager
    def begin(self) -> Iterator[MemoryTransaction]:
        """A transaction; it waits for the one before it."""
        with self._alone():
            transaction = MemoryTransaction(self._tables)
            try:
                yield transaction
            except BaseException:
                transaction.undo()
                raise
            finally:
                transaction.over = True

    def close(self) -> None:
        """Let go of all rows."""
        self._closed = True
        self._tables = {}

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if not self._turn.acquire(timeout=self._timeout):
            raise write_errors.storage_locked(self._timeout)
        try:
            if self._closed:
                raise write_errors.storage_closed()
            yield
        finally:
            self._turn.release()


class MemoryTransaction:
    """One transaction on tables in memory. A call that raises has changed nothing; the transaction can go on."""

    def __init__(self, tables: Mapping[str, MemoryTable]) -> None:
        self.over = False
        self._tables = tables
        self._journal: list[tuple[MemoryTable, Values, Values | None]] = []

    def get(self, table: Table, key: tuple[Scalar, ...]) -> Row | None:
        """The row with this key, or None."""
        memory = self._table(table)
        values = memory.rows.get(memory.check.key(key))
        return None if values is None else memory.row(values)

    def find(
        self,
        table: Table,
        where: Mapping[str, Scalar | Sequence[Scalar]] | None = None,
        *,
        order: Sequence[str] = (),
        limit: int | None = None,
    ) -> list[Row]:
        """Rows whose columns equal the given values, in order."""
        memory = self._table(table)
        found = memory.select(memory.check.conditions(where))
        memory.sort(found, memory.check.order(order))
        return [memory.row(values) for values in found[: memory.check.limit(limit)]]

    def count(self, table: Table, where: Mapping[str, Scalar | Sequence[Scalar]] | None = None) -> int:
        """How many rows `find` would give."""
        memory = self._table(table)
        return len(memory.select(memory.check.conditions(where)))

    def insert(self, table: Table, rows: Iterable[Row]) -> None:
        """Add rows, one after another: one may refer to itself or to those before it."""
        memory = self._table(table)
        with self._whole():
            for row in rows:
                values = memory.check.values(row)
                key = memory.key_of(values)
                if key in memory.rows:
                    raise write_errors.not_unique(table.name, table.key)
                self._write(memory, key, values)

    def update(self, table: Table, row: Row, *, version: int | None = None) -> None:
        """Replace the row with the same key, comparing versions."""
        memory = self._table(table)
        values = memory.check.values(row)
        key = memory.key_of(values)
        if table.versioned and version is None:
            raise write_errors.version_missing(table.name)
        if version is not None and not table.versioned:
            raise write_errors.version_unexpected(table.name)
        stored = memory.rows.get(key)
        if stored is None:
            raise write_errors.not_found(table.name, key)
        if table.versioned and stored[memory.position["version"]] != version:
            raise write_errors.version_conflict(table.name, key)
        with self._whole():
            self._write(memory, key, values)

    def delete(self, table: Table, where: Mapping[str, Scalar | Sequence[Scalar]]) -> int:
        """Remove the rows that `find` would give; references are looked at when all of them are gone."""
        memory = self._table(table)
        gone = [memory.key_of(values) for values in memory.select(memory.check.conditions(where))]
        with self._whole():
            for key in gone:
                self._journal.append((memory, key, memory.put(key, None)))
            for other in self._tables.values():
                for reference in other.table.references:
                    if reference.table == table.name and any(other.keys_with(reference.columns, key) for key in gone):
                        raise write_errors.reference_in_use(table.name)
        return len(gone)

    def scan(self, table: Table, columns: Sequence[str] | None = None) -> dict[str, list[Scalar]]:
        """The whole table as columns, in the order of the key."""
        memory = self._table(table)
        names = memory.check.columns(columns)
        rows = list(memory.rows.values())
        memory.sort(rows, ())
        return {name: [values[memory.position[name]] for values in rows] for name in names}

    def scan_arrow(self, table: Table, columns: Sequence[str] | None = None) -> Any:
        """What `scan` gives, as a `pyarrow.Table`."""
        return arrow_table(table, self.scan(table, columns))

    def undo(self, to: int = 0) -> None:
        """Play the journal back to where it had this many entries."""
        while len(self._journal) > to:
            memory, key, before = self._journal.pop()
            memory.put(key, before)

    def _table(self, table: Table) -> MemoryTable:
        if self.over:
            raise write_errors.transaction_over()
        memory = self._tables.get(table.name)
        if memory is None:
            raise write_errors.table_unknown(table.name)
        if table is not memory.table and table != memory.table:
            raise write_errors.schema_differs(table.name, "it was made from another description")
        return memory

    def _write(self, memory: MemoryTable, key: Values, values: Values) -> None:
        table = memory.table
        taken = memory.clash(key, values)
        if taken is not None:
            raise write_errors.not_unique(table.name, taken)
        self._journal.append((memory, key, memory.put(key, values)))
        for reference in table.references:  # after the write: a row may refer to itself
            cells = tuple([values[memory.position[name]] for name in reference.columns])
            if None not in cells and cells not in self._tables[reference.table].rows:
                raise write_errors.reference_missing(table.name)

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """A call is done whole or not at all."""
        mark = len(self._journal)
        try:
            yield
        except BaseException:
            self.undo(mark)
            raise
