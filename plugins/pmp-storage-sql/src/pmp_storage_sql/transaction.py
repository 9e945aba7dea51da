"""One transaction on a database."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import cast

from sqlalchemy import Connection, delete, func, insert, select

from pmp_core.register import write_errors
from pmp_core.register.schema import Row, Scalar, Table
from pmp_storage_sql.failures import roll_back, told
from pmp_storage_sql.queries import SqlQueries

_BATCH = 5_000  # rows that are checked and sent at a time, so that a long stream is never held whole


def raw(connection: Connection) -> sqlite3.Connection:
    """The driver's connection, for what SQLAlchemy's own would begin a transaction for."""
    return cast("sqlite3.Connection", connection.connection.dbapi_connection)


class SqlTransaction:
    """One transaction. A call that raises has changed nothing; the transaction can go on."""

    def __init__(self, connection: Connection, queries: Callable[[Table], SqlQueries]) -> None:
        self.over = False
        self._connection = connection
        self._queries = queries

    def get(self, table: Table, key: tuple[Scalar, ...]) -> Row | None:
        """The row with this key, or None."""
        queries = self._of(table)
        named = dict(zip(queries.key_names, queries.check.key(key), strict=True))
        with told(table.name):
            found = self._connection.execute(queries.get, named).first()
        return None if found is None else dict(zip(table.names, found, strict=True))

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
        with told(table.name):
            return [dict(zip(names, row, strict=True)) for row in self._connection.execute(statement)]

    def count(self, table: Table, where: Mapping[str, Scalar | Sequence[Scalar]] | None = None) -> int:
        """How many rows `find` would give."""
        queries = self._of(table)
        conditions = queries.where(queries.check.conditions(where), self._connection.dialect)
        with told(table.name):
            return self._connection.execute(select(func.count()).select_from(queries.sql).where(*conditions)).scalar_one()

    def insert(self, table: Table, rows: Iterable[Row]) -> None:
        """Add rows, one after another: one may refer to itself or to those before it."""
        queries = self._of(table)
        names = table.names
        checked = (dict(zip(names, queries.check.values(row), strict=True)) for row in rows)
        with self._whole(table):
            while batch := list(islice(checked, _BATCH)):
                with told(table.name):
                    self._connection.execute(insert(queries.sql), batch)

    def update(self, table: Table, row: Row, *, version: int | None = None) -> None:
        """Replace the row with the same key, comparing versions."""
        queries = self._of(table)
        cells = dict(zip(table.names, queries.check.values(row), strict=True))
        if table.versioned and version is None:
            raise write_errors.version_missing(table.name)
        if version is not None and not table.versioned:
            raise write_errors.version_unexpected(table.name)
        key = [cells[name] for name in table.key]
        at_key = dict(zip(queries.key_names, key, strict=True))
        named = at_key | {new: cells[name] for new, name in queries.new_names.items()} | {"version read": version}
        with told(table.name):
            if self._connection.execute(queries.update, named).rowcount:
                return
            there = self._connection.execute(queries.get, at_key).first()
        raise write_errors.not_found(table.name, key) if there is None else write_errors.version_conflict(table.name, key)

    def delete(self, table: Table, where: Mapping[str, Scalar | Sequence[Scalar]]) -> int:
        """Remove the rows that `find` would give, in one statement: references are looked at when all of them are gone."""
        queries = self._of(table)
        conditions = queries.where(queries.check.conditions(where), self._connection.dialect)
        with told(table.name, reference="reference-in-use"):
            return self._connection.execute(delete(queries.sql).where(*conditions)).rowcount

    def scan(self, table: Table, columns: Sequence[str] | None = None) -> dict[str, list[Scalar]]:
        """The whole table as columns, in the order of the key."""
        queries = self._of(table)
        names = queries.check.columns(columns)
        if not names:
            return {}
        statement = select(*(queries.sql.columns[name] for name in names)).order_by(*queries.order(()))
        with told(table.name):
            rows = self._connection.execute(statement).all()
        return {name: [row[at] for row in rows] for at, name in enumerate(names)}

    def _of(self, table: Table) -> SqlQueries:
        if self.over:
            raise write_errors.transaction_over()
        if not raw(self._connection).in_transaction:  # what is written now would be kept at once
            raise write_errors.transaction_lost()
        return self._queries(table)

    @contextmanager
    def _whole(self, table: Table) -> Iterator[None]:
        """A call of several statements is done whole or not at all."""
        with told(table.name):
            savepoint = self._connection.begin_nested()
        try:
            yield
        except BaseException as error:
            roll_back(savepoint, error)
            raise
        with told(table.name):
            savepoint.commit()
