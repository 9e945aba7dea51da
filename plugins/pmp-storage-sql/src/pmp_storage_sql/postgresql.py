"""PostgreSQL, by psycopg 3."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.pq import TransactionStatus
from sqlalchemy import URL, ColumnElement, Connection, Dialect, Engine, any_, create_engine, literal
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import ArgumentError

from pmp_core.errors import RegisterError
from pmp_core.register import write_errors
from pmp_core.register.access.in_database import DatabaseAccess
from pmp_core.register.rows_check import Values
from pmp_core.register.schema import ColumnType, Scalar, Table
from pmp_core.register.upkeep import Fault
from pmp_storage_sql.arrow import ArrowWay
from pmp_storage_sql.database import DAMAGED, FORBIDDEN, FULL, LOCKED, OTHER, READONLY, Database, Said
from pmp_storage_sql.postgresql_access import PostgreSQLAccess
from pmp_storage_sql.postgresql_arrow import SecondConnection
from pmp_storage_sql.queries import SqlQueries
from pmp_storage_sql.url_errors import unsupported, url_invalid

_COPIED = 50  # rows from which on COPY is worth its start
_COPIED_AS = {
    ColumnType.TEXT: "text",
    ColumnType.INTEGER: "int8",
    ColumnType.CENTS: "int8",
    ColumnType.BOOLEAN: "bool",
    ColumnType.DAY: "date",
    ColumnType.MOMENT: "timestamptz",
}
_TABLES_LOCK = 8340420521  # any number, as long as all releases have the same: who makes tables does so alone
# By SQLSTATE, or its first two characters.
_BY_STATE: dict[str, Said] = {
    "55P03": LOCKED,
    "53100": FULL,
    "25006": READONLY,
    "42501": FORBIDDEN,
    "28": ("storage-unavailable", "The database does not let its user in.", "Check user, password and the server's rules."),
    "3D000": ("storage-unavailable", "There is no such database.", "Make it: createdb; check its name."),
    "XX001": DAMAGED,
    "XX002": DAMAGED,
}
_SETTINGS = "SET TRANSACTION ISOLATION LEVEL {}; SET LOCAL lock_timeout = {}; SET LOCAL TimeZone = 'UTC'"


class PostgreSQL(Database):
    """PostgreSQL: transactions run beside each other, serialisable; of two that cannot be put in a row one is told."""

    name = "postgresql"
    keeps_after_failure = False
    errors = (psycopg.Error,)
    decode = {ColumnType.MOMENT: lambda moment: datetime.astimezone(moment, UTC)}  # noqa: RUF012

    def engine(self, url: URL, timeout: float) -> Engine:
        """An engine with a pool; a connection that broke while it lay there is replaced."""
        try:
            engine = create_engine(
                url.set(drivername="postgresql+psycopg"), pool_pre_ping=True, pool_size=10, max_overflow=20, pool_timeout=timeout,
                hide_parameters=True, connect_args={} if "connect_timeout" in url.query else {"connect_timeout": 10},
            )  # fmt: skip
            _place(engine)  # refused where it has an option that libpq has not
        except (ArgumentError, psycopg.ProgrammingError, TypeError):
            invalid = url_invalid()
        else:
            return engine
        raise invalid

    def look_at(self, connection: Connection) -> None:
        """Whether its text is Unicode."""
        encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
        connection.rollback()
        if encoding != "UTF8":
            raise unsupported(f"a database in {encoding}")

    def start(self, connection: Connection, timeout: float, *, for_tables: bool) -> None:
        """Serialisable, as rules read many rows before they write one; for tables, alone and seeing what others made."""
        raw = connection.connection.dbapi_connection
        level = "READ COMMITTED" if for_tables else "SERIALIZABLE"
        with self.told():
            raw.execute(_SETTINGS.format(level, max(1, round(timeout * 1000))))  # type: ignore[union-attr]
            if for_tables:
                raw.execute(f"SELECT pg_advisory_xact_lock({_TABLES_LOCK})")  # type: ignore[union-attr]
        if not self.in_transaction(raw):
            raise _autocommit()

    def join(self, connection: Connection) -> None:
        """A transaction begins with the first word to the server, and SAVEPOINT is one; unless the host has switched that off."""
        raw: Any = connection.connection.dbapi_connection
        if raw.autocommit and not self.in_transaction(raw):
            raise _autocommit()

    def in_transaction(self, raw: Any) -> bool:
        """Whether there is one that has not failed."""
        return bool(raw.pgconn.transaction_status == TransactionStatus.INTRANS)

    def is_lost(self, raw: Any) -> bool:
        """Whether the driver knows that the connection is broken."""
        return bool(raw.closed)

    def missing(self, raw: Any, table: Table, dialect: Dialect) -> RegisterError | None:
        """Asking a table that is not there fails the whole transaction, so the catalogue is asked."""
        named = dialect.identifier_preparer.quote(table.name).replace("%%", "%")
        with self.told(table.name):
            found = raw.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped", (named,)
            ).fetchall()
        if not found:
            return write_errors.table_unknown(table.name)
        if not set(table.names) <= {row[0] for row in found}:
            return write_errors.schema_differs(table.name, "a column is missing")
        return None

    def arrow_way(self, connection: Connection, engine: Engine | None) -> ArrowWay | None:
        """By a second connection, where we know how to make one."""
        return None if engine is None else SecondConnection(connection.connection.dbapi_connection, partial(_place, engine))

    def insert(self, raw: Any, queries: SqlQueries, rows: Sequence[Values]) -> None:
        """By COPY where there are many. It looks at references when all rows are there, and stops at another row than the first.

        So a table that refers to itself is not copied, and what COPY refuses is sent again row by row, for the first row's fault.
        It refuses a table with row-level security altogether, unless the login has BYPASSRLS.
        """
        if len(rows) < _COPIED or any(reference.table == queries.table.name for reference in queries.table.references):
            super().insert(raw, queries, rows)
            return
        raw.execute("SAVEPOINT pmp_copy")
        try:
            with raw.cursor() as cursor, cursor.copy(queries.copy) as copy:
                copy.set_types([_COPIED_AS[column.type] for column in queries.table.columns])
                write = copy.write_row
                for row in rows:
                    write(row)
        except (psycopg.IntegrityError, psycopg.errors.FeatureNotSupported) as error:
            self.scrub(error)
            raw.execute("ROLLBACK TO SAVEPOINT pmp_copy")
            super().insert(raw, queries, rows)
        raw.execute("RELEASE SAVEPOINT pmp_copy")

    @contextmanager
    def access(self, raw: Any) -> Iterator[DatabaseAccess]:
        """By policies, as whoever owns the tables; a host's transaction goes on as it was."""
        before = raw.execute("SELECT current_setting('role'), current_setting('search_path')").fetchone()
        yield PostgreSQLAccess(raw)
        raw.execute("SELECT set_config('role', %s, true), set_config('search_path', %s, true)", before)

    def any_of(self, column: ColumnElement[Scalar], cells: Sequence[Scalar], dialect: Dialect) -> ColumnElement[bool]:
        """One array as one parameter."""
        return column == any_(literal(cells, ARRAY(column.type)))

    def sorted(self, column: ColumnElement[Scalar], down: bool) -> ColumnElement[Any]:
        """PostgreSQL has empty cells last; told otherwise only where there can be some, since that passes an index by."""
        said = super().sorted(column, down)
        if not getattr(column, "nullable", False):
            return said
        return said.nulls_last() if down else said.nulls_first()

    def see_one_state(self, connection: Connection) -> None:
        """A snapshot, which needs no look at what others do meanwhile. Where row-level security would hide rows, it is an error."""
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        connection.exec_driver_sql("SET LOCAL row_security = off")

    def faults(self, connection: Connection, tables: Sequence[Table]) -> Iterator[Fault]:
        """Constraints that were added without a look at the rows, and indexes that were left half made."""
        rows = connection.exec_driver_sql(
            "SELECT relname, conname FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid "
            "WHERE NOT convalidated AND pg_table_is_visible(conrelid) UNION ALL SELECT t.relname, i.relname FROM pg_index "
            "JOIN pg_class t ON t.oid = indrelid JOIN pg_class i ON i.oid = indexrelid "
            "WHERE NOT indisvalid AND pg_table_is_visible(indrelid)"
        ).all()
        names = {table.name for table in tables}
        yield from (Fault("schema-differs", f"{named} is not valid.", table) for table, named in rows if table in names)

    def vacuum(self, connection: Connection, names: Sequence[str]) -> None:
        """Have what was deleted overwritten by what comes; nobody has to wait."""
        quote = connection.dialect.identifier_preparer.quote
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.exec_driver_sql(f"VACUUM (ANALYZE) {', '.join(map(quote, names))}")

    def size(self, connection: Connection, names: Sequence[str]) -> int:
        """Of tables and indexes."""
        asked = "SELECT coalesce(sum(pg_total_relation_size(oid)), 0) FROM pg_class WHERE relname = ANY(%s) AND pg_table_is_visible(oid)"
        return int(connection.exec_driver_sql(asked, (list(names),)).scalar_one())

    def failure(self, error: BaseException, table: str, queries: SqlQueries | None, reference: str) -> RegisterError:
        """By the SQLSTATE."""
        state = getattr(error, "sqlstate", None) or ""
        constraint = error.diag.constraint_name or "" if isinstance(error, psycopg.Error) else ""
        if state == "23505":
            columns = queries.constraints.get(constraint) if queries is not None else None
            return write_errors.not_unique(table, columns or [f"columns of {constraint}"])
        if state == "23503":
            in_use = reference == "reference-in-use"
            return write_errors.reference_in_use(table) if in_use else write_errors.reference_missing(table)
        if state in ("40001", "40P01"):
            return write_errors.transaction_conflict()
        if state in ("25P02", "25P01"):
            return write_errors.transaction_lost()
        if state == "42P01":
            return write_errors.table_unknown(table)
        if state == "42703":
            return write_errors.schema_differs(table, "a column is missing")
        if state[:2] in ("22", "23") or state == "54000":  # the last: too long a text for an index
            return self.rule_broken(table)
        connecting = isinstance(error, psycopg.OperationalError) and error.pgconn is not None
        if not connecting and (state[:2] == "08" or state[:3] == "57P" or not state):
            return write_errors.storage_lost()
        return self.said(_BY_STATE.get(state) or _BY_STATE.get(state[:2]) or OTHER, state or type(error).__name__)

    def scrub(self, error: BaseException) -> None:
        """The server's words hold cells, and those of a failed connection the place."""
        error.args = (getattr(error, "sqlstate", None) or type(error).__name__,)
        if isinstance(error, psycopg.Error):
            error._info = None


def _place(engine: Engine) -> str:
    """Where an engine connects to, in the words of libpq."""
    given = engine.dialect.create_connect_args(engine.url)[1]
    return make_conninfo(**{name: value for name, value in given.items() if name != "context"})


def _autocommit() -> RegisterError:
    return RegisterError(
        "transaction-lost", "The host's engine or connection commits after every statement: nothing could be undone.",
        remedy="Hand in one without the isolation level AUTOCOMMIT.",
    )  # fmt: skip
