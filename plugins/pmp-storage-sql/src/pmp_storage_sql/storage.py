"""The storage on a database that was opened by us or by the host."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock

from sqlalchemy import Connection, Engine, MetaData, inspect

from pmp_core.errors import RegisterError
from pmp_core.register import write_errors
from pmp_core.register.schema import Table
from pmp_storage_sql.failures import roll_back, told
from pmp_storage_sql.queries import SqlQueries
from pmp_storage_sql.tables import add_columns, difference, sql_table
from pmp_storage_sql.transaction import SqlTransaction, raw


class SqlStorage:
    """Tables in a database.

    Args:
        bind: an engine, or an open connection of the host: then every transaction is a savepoint in the host's, and what was
            written is kept or undone with it.
        owned: whether the engine is ours, to be disposed of by `close`.
        timeout: how many seconds `begin` waits for another transaction of this storage.
        settle: called before tables are made, for what a database is set to once and for all.
    """

    def __init__(
        self,
        bind: Engine | Connection,
        *,
        owned: bool = False,
        timeout: float = 30.0,
        settle: Callable[[], None] | None = None,
    ) -> None:
        self.name = bind.dialect.name
        self._bind = bind
        self._owned = owned
        self._timeout = timeout
        self._settle = settle
        self._described: dict[str, Table] = {}
        self._queries: dict[str, SqlQueries] = {}
        # SQLite has one writer anyway. Waiting here is fair, needs no pooled connection, and keeps transactions apart where
        # an in-memory database has only one connection. Not an RLock: a web host may end it in another thread.
        self._turn = Lock()
        self._closed = False

    def create(self, tables: Sequence[Table]) -> None:
        """Make the tables that are not there yet, and in those that are the columns that may be empty.

        Raises:
            RegisterError: `schema-differs`, `table-unknown` (a reference to a table not described); then nothing was made.
        """
        described = dict(self._described)
        for table in tables:
            if described.setdefault(table.name, table) != table:
                raise write_errors.schema_differs(table.name, "another description of it was handed in before")
        for table in tables:
            for reference in table.references:
                if reference.table not in described:
                    raise write_errors.table_unknown(reference.table)
        if self._settle is not None and not self._closed:
            self._settle()
        metadata = MetaData()
        wanted = [sql_table(table, metadata, described) for table in described.values()]
        with self._transaction() as connection, told():
            there = set(inspect(connection).get_table_names())
            for made in wanted:
                if made.name not in there or not difference(connection, made):
                    continue
                add_columns(connection, made)
                for index in made.indexes:
                    index.create(connection, checkfirst=True)
                if differs := difference(connection, made):
                    raise write_errors.schema_differs(made.name, differs)
            metadata.create_all(connection, tables=[made for made in wanted if made.name not in there])
        self._described = described

    @contextmanager
    def begin(self) -> Iterator[SqlTransaction]:
        """A transaction; it waits for the one before it, in this process or another."""
        with self._transaction() as connection:
            transaction = SqlTransaction(connection, self._prepared)
            try:
                yield transaction
            finally:
                transaction.over = True

    def close(self) -> None:
        """Let go of the database; an engine or connection of the host stays open."""
        if self._owned and not self._closed and isinstance(self._bind, Engine):
            self._bind.dispose()
        self._closed = True

    def _prepared(self, table: Table) -> SqlQueries:
        queries = self._queries.get(table.name)
        if queries is None or (queries.table is not table and queries.table != table):
            queries = self._queries[table.name] = SqlQueries(table)
        return queries

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        if self._closed:
            raise write_errors.storage_closed()
        if isinstance(self._bind, Connection):
            with _joined(self._bind):
                yield self._bind
            return
        if not self._turn.acquire(timeout=self._timeout):
            raise write_errors.storage_locked(self._timeout)
        try:
            with told():
                connection = self._bind.connect()
            try:
                with _references_on(connection), _own(connection):
                    yield connection
            finally:
                connection.close()
        finally:
            self._turn.release()


@contextmanager
def _own(connection: Connection) -> Iterator[None]:
    """A transaction of ours: all is kept at a good end, nothing otherwise."""
    with told():
        transaction = connection.begin()
    try:
        with told():
            _begin(connection)
        yield
        if not raw(connection).in_transaction:
            raise write_errors.transaction_lost()
        with told():
            transaction.commit()
    except BaseException as error:
        roll_back(transaction, error)
        raise


@contextmanager
def _joined(connection: Connection) -> Iterator[None]:
    """A part of the host's transaction: undone alone if it fails, kept only if the host commits."""
    with told():
        _references_checked(connection)
        if not connection.in_transaction():
            connection.begin()
        # The driver begins nothing for a SAVEPOINT, and releasing an outermost one would commit behind the host's back.
        _begin(connection)
        savepoint = connection.begin_nested()
    try:
        yield
        if not raw(connection).in_transaction:
            raise write_errors.transaction_lost()
    except BaseException as error:
        roll_back(savepoint, error)
        raise
    with told():
        savepoint.commit()


def _begin(connection: Connection) -> None:
    """BEGIN IMMEDIATE: take the writer's place now and not at the first write, when a reader's snapshot may be stale.

    Where the file cannot be written, SQLite makes it a transaction that reads.
    """
    if raw(connection).in_transaction:  # the host's engine sends a BEGIN of its own
        return
    with told():
        connection.exec_driver_sql("BEGIN IMMEDIATE")


@contextmanager
def _references_on(connection: Connection) -> Iterator[None]:
    """Foreign keys checked on this connection, and afterwards as the host had them."""
    before = _foreign_keys(connection)
    if not before:
        with told():
            raw(connection).execute("PRAGMA foreign_keys=ON")
        _references_checked(connection)
    try:
        yield
    finally:
        if not before:
            with told():
                raw(connection).execute("PRAGMA foreign_keys=OFF")


def _references_checked(connection: Connection) -> None:
    if not _foreign_keys(connection):
        raise RegisterError(
            "foreign-keys-off", "The host's connection does not check foreign keys, and within a transaction cannot be told to.",
            remedy="Run PRAGMA foreign_keys=ON when a connection is made (SQLAlchemy: the engine's event 'connect').",
        )  # fmt: skip


def _foreign_keys(connection: Connection) -> bool:
    with told():
        return bool(raw(connection).execute("PRAGMA foreign_keys").fetchone()[0])
