"""One transaction on a database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from sqlalchemy import Connection, delete, func, select, tuple_, update

from pmp_core.errors import RegisterError, VersionConflict
from pmp_core.register import write_errors
from pmp_core.register.arrow_tables import arrow, arrow_table
from pmp_core.register.schema import Row, Scalar, Table
from pmp_storage_sql.arrow import ArrowWay
from pmp_storage_sql.database import Database
from pmp_storage_sql.queries import SqlQueries

_BATCH = 5_000  # rows that are checked and sent at a time, so that a long stream is never held whole


class SqlTransaction:
    """One transaction. A call that raises has changed nothing; the transaction can go on, unless the database gave it up.

    Args:
        connection: it is open on.
        database: which kind it is.
        queries: gives what is prepared for a table.
        arrow_way: how columns go to Arrow by ADBC, where they can.
    """

    def __init__(
        self,
        connection: Connection,
        database: Database,
        queries: Callable[[Any, Table], SqlQueries],
        arrow_way: ArrowWay | None = None,
    ) -> None:
        self.over = False
        self.lost = False
        self.arrow_way = arrow_way
        self._connection = connection
        self._raw: Any = connection.connection.dbapi_connection
        self._database = database
        self._queries = queries

    def get(self, table: Table, key: tuple[Scalar, ...]) -> Row | None:
        """The row with this key, or None."""
        queries = self._of(table)
        return self._at_key(queries, queries.encoded_key(queries.check.key(key)))

    def find(
        self,
        table: Table,
        where: Mapping[str, Scalar | Sequence[Scalar]] | None = None,
        *,
        order: Sequence[str] = (),
        limit: int | None = None,
    ) -> list[Row]:
        """Rows whose columns equal the given values, in order."""
        queries = self._of(table)
        conditions = queries.where(queries.check.conditions(where), self._connection.dialect)
        statement = select(queries.sql).where(*conditions).order_by(*queries.order(queries.check.order(order)))
        limit = queries.check.limit(limit)
        if limit is not None:
            statement = statement.limit(limit)
        names = table.names
        with self._told(queries), _readable(table):
            return [dict(zip(names, row, strict=True)) for row in self._connection.execute(statement)]

    def count(self, table: Table, where: Mapping[str, Scalar | Sequence[Scalar]] | None = None) -> int:
        """How many rows `find` would give."""
        queries = self._of(table)
        conditions = queries.where(queries.check.conditions(where), self._connection.dialect)
        with self._told(queries):
            return self._connection.execute(select(func.count()).select_from(queries.sql).where(*conditions)).scalar_one()

    def insert(self, table: Table, rows: Iterable[Row]) -> None:
        """Add rows, one after another: one may refer to itself or to those before it."""
        queries = self._of(table, writes=True)
        stream = iter(rows)
        with self._whole(queries):
            while batch := list(islice(stream, _BATCH)):
                cells = queries.check.batch(batch)
                with self._told(queries):
                    self._database.insert(self._raw, queries, cells)

    def update(self, table: Table, row: Row, *, version: int | None = None) -> None:
        """Replace the row with the same key, comparing versions."""
        queries = self._of(table, writes=True)
        plain = queries.check.values(row)
        if table.versioned and version is None:
            raise write_errors.version_missing(table.name)
        if version is not None and not table.versioned:
            raise write_errors.version_unexpected(table.name)
        cells = queries.encoded([plain])[0]
        key = tuple([cells[at] for at in queries.key_positions])
        named = (*(cells[at] for at in queries.new_positions), *key, *((version,) if table.versioned else ()))
        with self._undone_if_it_fails(queries), self._told(queries):
            cursor = self._raw.cursor()
            try:
                cursor.execute(queries.update, named)
                changed = cursor.rowcount
            finally:
                cursor.close()
        if changed:
            return
        told = [plain[at] for at in queries.key_positions]
        # MariaDB counts a row that was like this already as not changed; without a version it is only asked whether it is there.
        if self._at_key(queries, key) is None:
            raise write_errors.not_found(table.name, told)
        if table.versioned:
            raise write_errors.version_conflict(table.name, told)

    def delete(self, table: Table, where: Mapping[str, Scalar | Sequence[Scalar]]) -> int:
        """Remove the rows that `find` would give, in one statement: references are looked at when all of them are gone."""
        queries = self._of(table, writes=True)
        conditions = queries.where(queries.check.conditions(where), self._connection.dialect)
        among_them = () if self._database.checks_references_late else queries.references_to_itself
        undone = self._whole(queries) if among_them else self._undone_if_it_fails(queries)
        with undone, self._told(queries, reference="reference-in-use"):
            if among_them:  # let go of each other first, by their keys: the conditions may ask for just these columns
                keys = self._connection.execute(select(*queries.key).where(*conditions)).all()
                conditions = [tuple_(*queries.key).in_([tuple(key) for key in keys])]
                self._connection.execute(update(queries.sql).where(*conditions).values(dict.fromkeys(among_them)))
            return self._connection.execute(delete(queries.sql).where(*conditions)).rowcount

    def scan(self, table: Table, columns: Sequence[str] | None = None) -> dict[str, list[Scalar]]:
        """The whole table as columns, in the order of the key."""
        queries = self._of(table)
        names = queries.check.columns(columns)
        if not names:
            return {}
        statement = select(*(queries.sql.columns[name] for name in names)).order_by(*queries.order(()))
        with self._told(queries), _readable(table):
            rows = self._connection.execute(statement).all()
        return {name: [row[at] for row in rows] for at, name in enumerate(names)}

    def scan_arrow(self, table: Table, columns: Sequence[str] | None = None) -> Any:
        """What `scan` gives, as a `pyarrow.Table`: by ADBC where it can and pays, else from the lists."""
        queries = self._of(table)
        names = tuple(dict.fromkeys(queries.check.columns(columns)))
        arrow()
        found = None
        if names and self.arrow_way is not None:
            with self._told(queries):
                found = self.arrow_way.read(queries, names)
        return arrow_table(table, self.scan(table, names)) if found is None else found

    def _at_key(self, queries: SqlQueries, key: tuple[Any, ...]) -> Row | None:
        # Not by `_told`, which costs as much as the question itself; only to tell a failure.
        cursor = self._raw.cursor()
        try:
            cursor.execute(queries.get, key)
            found = cursor.fetchone()
        except self._database.errors:
            with self._told(queries):
                raise
            raise
        finally:
            cursor.close()
        return None if found is None else queries.row(found)

    def _of(self, table: Table, *, writes: bool = False) -> SqlQueries:
        if self.over:
            raise write_errors.transaction_over()
        self.check()
        if writes and self.arrow_way is not None:
            self.arrow_way.wrote = True
        return self._queries(self._raw, table)

    def check(self) -> None:
        """Whether the transaction can go on: what is written after it was lost would be kept at once."""
        if self._database.is_lost(self._raw):
            raise write_errors.storage_lost()
        if self.lost or not self._database.in_transaction(self._raw):
            raise write_errors.transaction_lost()

    @contextmanager
    def _told(self, queries: SqlQueries, *, reference: str = "reference-missing") -> Iterator[None]:
        try:
            with self._database.told(queries.table.name, queries, reference=reference):
                yield
        except VersionConflict:  # the database undid everything, and some go on as if nothing had been
            self.lost = True
            raise

    @contextmanager
    def _undone_if_it_fails(self, queries: SqlQueries) -> Iterator[None]:
        if self._database.keeps_after_failure:
            yield
            return
        with self._whole(queries):
            yield

    @contextmanager
    def _whole(self, queries: SqlQueries) -> Iterator[None]:
        """A call is done whole or not at all."""
        self._say(queries, "SAVEPOINT pmp_call")
        try:
            yield
        except BaseException as error:
            try:
                self._say(queries, "ROLLBACK TO SAVEPOINT pmp_call")
                self._say(queries, "RELEASE SAVEPOINT pmp_call")
            except RegisterError as further:  # a database that gave up has often undone all by itself
                error.add_note(f"Then, while undoing: {further}")
            raise
        self._say(queries, "RELEASE SAVEPOINT pmp_call")

    def _say(self, queries: SqlQueries, words: str) -> None:
        with self._told(queries):
            cursor = self._raw.cursor()
            try:
                cursor.execute(words)
            finally:
                cursor.close()


@contextmanager
def _readable(table: Table) -> Iterator[None]:
    """What stands in a cell and cannot: it is told without being repeated."""
    try:
        yield
    except (ValueError, TypeError):
        raise RegisterError(
            "cell-unreadable",
            f"Table {table.name}: a cell holds something that its column never does.",
            remedy="Somebody wrote it past the library: `pmp register verify` says in which row. Go back to a backup.",
        ) from None
