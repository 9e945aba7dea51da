"""The storage on a database that was opened by us or by the host."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import URL, Connection, Engine, MetaData, Transaction, inspect, select

from pmp_core.errors import RegisterError
from pmp_core.register import write_errors
from pmp_core.register.access.in_database import DatabaseAccess
from pmp_core.register.schema import Table
from pmp_core.register.upkeep import Fault
from pmp_storage_sql.arrow import ArrowWay
from pmp_storage_sql.checking import faults
from pmp_storage_sql.copying import as_they_are, copied, settled, whole_file
from pmp_storage_sql.database import Database
from pmp_storage_sql.migrating import migrate
from pmp_storage_sql.queries import SqlQueries
from pmp_storage_sql.sqlite import Sqlite
from pmp_storage_sql.tables import add_columns, difference, sql_table
from pmp_storage_sql.transaction import SqlTransaction


class SqlStorage:
    """Tables in a database.

    Args:
        bind: an engine, or an open connection of the host: then every transaction is a savepoint in the host's, and what was
            written is kept or undone with it.
        database: which kind it is.
        owned: whether the engine is ours, to be disposed of by `close`.
        timeout: how many seconds a transaction waits for another one.

    Attributes:
        arrow_from: how many rows a table must have for `scan_arrow` to read it by ADBC; with fewer the lists are quicker.
    """

    arrow_from: int = 5_000

    def __init__(self, bind: Engine | Connection, database: Database, *, owned: bool = False, timeout: float = 30.0) -> None:
        self.name = database.name
        self._bind = bind
        self._database = database
        self._owned = owned
        self._timeout = timeout
        self._described: dict[str, Table] = {}
        self._queries: dict[str, SqlQueries] = {}
        # SQLite has one writer anyway. Waiting here is fair, needs no pooled connection, and keeps transactions apart where
        # an in-memory database has only one connection. Not an RLock: a web host may end it in another thread.
        self._turn = Lock() if database.turns else None
        self._closed = False

    def create(self, tables: Sequence[Table]) -> None:
        """Make the tables that are not there yet, and in those that are the columns that may be empty.

        Raises:
            RegisterError: `schema-differs`, `table-unknown` (a reference to a table not described); then nothing was made.
        """
        described = dict(self._described)
        for table in tables:
            if not table.widens(described.setdefault(table.name, table)):
                raise write_errors.schema_differs(table.name, "another description of it was handed in before")
            described[table.name] = table
        for table in tables:
            for reference in table.references:
                if reference.table not in described:
                    raise write_errors.table_unknown(reference.table)
        if self._owned and not self._closed and isinstance(self._bind, Engine):
            # Only once there is something to make: what is only looked into stays as it is.
            with self._database.told(), self._bind.connect() as connection:
                self._database.settle(connection)
        metadata = MetaData()
        wanted = [sql_table(table, metadata, described) for table in described.values()]
        with self._transaction(for_tables=True) as connection, self._database.told():
            there = set(inspect(connection).get_table_names())
            missing = [made for made in wanted if made.name not in there]
            for made in wanted:
                if made.name in there and difference(connection, made):
                    self._may_change(connection)
                    add_columns(connection, made)
                    for index in made.indexes:
                        index.create(connection, checkfirst=True)
                    if differs := difference(connection, made):
                        raise write_errors.schema_differs(made.name, differs)
            if missing:
                self._may_change(connection)
                metadata.create_all(connection, tables=missing, checkfirst=False)
        self._described = described

    @contextmanager
    def begin(self) -> Iterator[SqlTransaction]:
        """A transaction; where the database has one writer it waits for the one before it, in this process or another."""
        with self._transaction() as connection:
            transaction = SqlTransaction(connection, self._database, self._prepared, self._arrow_way(connection))
            try:
                yield transaction
                transaction.check()
            finally:
                transaction.over = True
                if transaction.arrow_way is not None:
                    transaction.arrow_way.close()

    def migrate(self, tables: Sequence[Table], version: int) -> int:
        """Bring the tables of an earlier schema to this one.

        Raises:
            RegisterError: `register-missing`, `migration-missing`, `schema-differs`; nothing was changed, or, where the
                database keeps each step by itself, `migration-unfinished`.
        """
        with self._transaction(for_tables=True) as connection:
            self._may_change(connection)
            with self._database.told():
                return migrate(connection, self._database, version, tables)

    def back_up(self, file: Path, tables: Sequence[Table]) -> None:
        """Write a copy of the register, as one file of SQLite, while others go on working.

        Args:
            file: an empty file.
            tables: all tables. Those that are there are copied, with the columns that they have; from SQLite the whole file is.

        Raises:
            RegisterError: `schema-differs`, `copy-differs`, `storage-damaged`, …
        """
        if self._database.name == "sqlite":
            with self._alone() as connection, self._database.told():
                whole_file(connection, file)
                settled(file)
            return
        with self._transaction() as connection, self._database.told():
            self._database.see_one_state(connection)
            found = as_they_are(connection, tables)
            made = SqlStorage(Sqlite().engine(URL.create("sqlite", database=str(file)), self._timeout), Sqlite(), owned=True)
            try:
                made.create(found)
                with made.begin() as transaction:
                    copied(connection, found, transaction)
            finally:
                made.close()
        settled(file)

    def restore(self, source: SqlStorage, tables: Sequence[Table]) -> int:
        """Write what a backup holds into this database, which must hold none of it yet.

        Args:
            source: the backup, opened.
            tables: all tables.

        Returns:
            How many rows there are.

        Raises:
            RegisterError: `register-not-empty`, `schema-differs`, `copy-differs`; the database holds no register then.
        """
        with source._transaction() as connection, source._database.told():
            found = as_they_are(connection, tables)
        self._check_empty(found)
        self.create(found)
        with source._transaction() as connection, source._database.told(), self.begin() as transaction:
            return copied(connection, found, transaction)

    def check(self, tables: Sequence[Table]) -> list[Fault]:
        """What is wrong with the database: damage, tables that are not as described, references that lead nowhere."""
        found: list[Fault] = []
        try:
            with self._transaction() as connection, self._database.told():
                self._database.see_one_state(connection)
                there = set(inspect(connection).get_table_names())
                found += self._database.faults(connection, [table for table in tables if table.name in there])
                found += faults(connection, tables)
        except RegisterError as error:
            if error.code != "storage-damaged":
                raise
            found.append(Fault(error.code, error.message))
        return found

    def vacuum(self, tables: Sequence[Table]) -> tuple[int, int]:
        """Make room, and count anew what the database plans its queries with; how many bytes it took before and takes after."""
        with self._alone() as connection, self._database.told():
            there = set(inspect(connection).get_table_names())
            names = [table.name for table in tables if table.name in there]
            before = self._database.size(connection, names)
            connection.rollback()
            self._database.vacuum(connection, names)
            return before, self._database.size(connection, names)

    @contextmanager
    def access(self) -> Iterator[DatabaseAccess]:
        """A transaction in which the database is told who sees what, alone and all at once.

        Raises:
            RegisterError: `access-unsupported`, and what the database refuses.
        """
        with (
            self._transaction(for_tables=True) as connection,
            self._database.told("pmp_access.logins"),
            self._database.access(connection.connection.dbapi_connection) as access,
        ):
            yield access

    def close(self) -> None:
        """Let go of the database; an engine or connection of the host stays open."""
        if self._owned and not self._closed and isinstance(self._bind, Engine):
            self._bind.dispose()
        self._closed = True

    def __repr__(self) -> str:
        return f"<SqlStorage in {self.name}>"

    def _arrow_way(self, connection: Connection) -> ArrowWay | None:
        """The database's own, in a transaction of ours: on the host's connection a table of ours might be in its way."""
        if not isinstance(self._bind, Engine):
            return None
        way = self._database.arrow_way(connection, self._bind if self._owned else None)
        if way is not None:
            way.rows_from = self.arrow_from
        return way

    def _may_change(self, connection: Connection) -> None:
        if connection is self._bind and not self._database.makes_tables_in_transactions:
            raise RegisterError(
                "storage-unsupported",
                f"{self.name} would end the host's transaction to make or change a table.",
                remedy="Open the register once by its URL or with the engine, which makes the tables.",
            )

    def _check_empty(self, tables: Sequence[Table]) -> None:
        with self._transaction() as connection, self._database.told():
            there = set(inspect(connection).get_table_names())
            for table in tables:
                if table.name in there and connection.execute(select(sql_table(table, MetaData())).limit(1)).first() is not None:
                    raise RegisterError(
                        "register-not-empty",
                        f"The database has rows in the table {table.name} already; nothing was changed.",
                        remedy="Restore into an empty database, or a file that is not there yet.",
                    )

    def _prepared(self, raw: Any, table: Table) -> SqlQueries:
        queries = self._queries.get(table.name)
        if queries is None or (queries.table is not table and queries.table != table):
            missing = self._database.missing(raw, table, self._bind.dialect)
            if missing is not None:
                raise missing
            queries = self._queries[table.name] = SqlQueries(table, self._database, self._bind.dialect)
        return queries

    @contextmanager
    def _transaction(self, *, for_tables: bool = False) -> Iterator[Connection]:
        if self._closed:
            raise write_errors.storage_closed()
        if isinstance(self._bind, Connection):
            with self._joined(self._bind):
                yield self._bind
            return
        with self._alone() as connection:
            prepared = self._database.prepared(connection, self._timeout, for_tables=for_tables)
            with prepared, self._own(connection, for_tables):
                yield connection

    @contextmanager
    def _alone(self) -> Iterator[Connection]:
        """A connection of the engine that is in no transaction yet."""
        if self._closed:
            raise write_errors.storage_closed()
        if isinstance(self._bind, Connection):
            raise RegisterError(
                "storage-unsupported",
                "This cannot be a part of the host's transaction.",
                remedy="Hand in the engine or the URL.",
            )
        if self._turn is not None and not self._turn.acquire(timeout=self._timeout):
            raise write_errors.storage_locked(self._timeout)
        try:
            with self._database.told():
                connection = self._bind.connect()
            try:
                yield connection
            finally:
                connection.close()
        finally:
            if self._turn is not None:
                self._turn.release()

    @contextmanager
    def _own(self, connection: Connection, for_tables: bool) -> Iterator[None]:
        """A transaction of ours: all is kept at a good end, nothing otherwise."""
        with self._database.told():
            transaction = connection.begin()
        try:
            with self._database.told():
                self._database.start(connection, self._timeout, for_tables=for_tables)
            yield
            self._commit(transaction)
        except BaseException as error:
            usable = not (connection.closed or connection.invalidated)
            if usable and self._database.is_lost(connection.connection.dbapi_connection):
                connection.invalidate()  # the pool shall not try to use it
            self._roll_back(transaction, error)
            raise

    @contextmanager
    def _joined(self, connection: Connection) -> Iterator[None]:
        """A part of the host's transaction: undone alone if it fails, kept only if the host commits."""
        with self._database.told():
            if not connection.in_transaction():
                connection.begin()
            self._database.join(connection)
            savepoint = connection.begin_nested()
        try:
            yield
        except BaseException as error:
            self._roll_back(savepoint, error)
            raise
        with self._database.told():
            savepoint.commit()

    def _commit(self, transaction: Transaction) -> None:
        try:
            with self._database.told():
                transaction.commit()
        except RegisterError as error:
            if error.code == "storage-lost":
                raise write_errors.commit_unknown() from None
            raise

    def _roll_back(self, transaction: Transaction, error: BaseException) -> None:
        """Undo because of an error, which stays the one that is told: a database that gave up has often undone all by itself."""
        try:
            with self._database.told():
                transaction.rollback()
        except RegisterError as further:
            error.add_note(f"Then, while undoing: {further}")
