"""MariaDB, by PyMySQL."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pymysql
from pymysql.constants.SERVER_STATUS import SERVER_STATUS_IN_TRANS
from sqlalchemy import URL, ColumnElement, Connection, Dialect, Engine, create_engine
from sqlalchemy.exc import ArgumentError

from pmp_core.errors import RegisterError
from pmp_core.register import write_errors
from pmp_core.register.schema import ColumnType, Scalar, Table
from pmp_core.register.upkeep import Fault
from pmp_storage_sql.database import DAMAGED, FORBIDDEN, FULL, LOCKED, OTHER, READONLY, Database, Said
from pmp_storage_sql.queries import SqlQueries
from pmp_storage_sql.url_errors import unsupported, url_invalid

_TABLES_LOCK = "CONCAT('pmp_core_tables.', DATABASE())"
_NOT_LET_IN = ("storage-unavailable", "The database does not let its user in.", "Check user, password and the server's rules.")
_BY_NUMBER: dict[int, Said] = {
    **dict.fromkeys((1205, 3572), LOCKED),
    **dict.fromkeys((1290, 1792, 1836), READONLY),
    **dict.fromkeys((1021, 1114), FULL),
    **dict.fromkeys((1142, 1143, 1227), FORBIDDEN),
    **dict.fromkeys((1044, 1045, 1698), _NOT_LET_IN),
    1049: ("storage-unavailable", "There is no such database.", "Make it; check its name."),
    **dict.fromkeys((1194, 1034, 1712), DAMAGED),
}
_LOST = (2006, 2013, 2014, 2055, 4031, 1927)
_CONFLICT = (1213, 1020)


def _naive(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)


class MariaDB(Database):
    """MariaDB with InnoDB: serialisable by locks; of two transactions that wait for each other one is told."""

    name = "mariadb"
    checks_references_late = False
    makes_tables_in_transactions = False
    errors = (pymysql.err.Error,)
    encode = {ColumnType.MOMENT: _naive}  # noqa: RUF012
    decode = {  # noqa: RUF012
        ColumnType.BOOLEAN: bool,
        ColumnType.MOMENT: lambda moment: datetime.replace(moment, tzinfo=UTC),
    }

    def engine(self, url: URL, timeout: float) -> Engine:
        """An engine with a pool; a connection that broke while it lay there is replaced."""
        try:
            url = url.set(drivername="mariadb+pymysql").update_query_dict({"charset": "utf8mb4"})
            engine = create_engine(
                url, pool_pre_ping=True, pool_size=10, max_overflow=20, pool_timeout=timeout, hide_parameters=True,
                connect_args={} if "connect_timeout" in url.query else {"connect_timeout": 10},
            )  # fmt: skip
            pymysql.Connection(**engine.dialect.create_connect_args(engine.url)[1], defer_connect=True)
        except (ArgumentError, TypeError, ValueError):
            invalid = url_invalid()
        else:
            return engine
        raise invalid

    def look_at(self, connection: Connection) -> None:
        """Whether it is MariaDB: MySQL has not the collation."""
        if not getattr(connection.dialect, "is_mariadb", False):
            raise unsupported("MySQL")

    @contextmanager
    def prepared(self, connection: Connection, timeout: float, *, for_tables: bool) -> Iterator[None]:
        """Who makes tables does so alone: no transaction keeps others away, as each table ends one."""
        if not for_tables:
            yield
            return
        raw: Any = connection.connection.dbapi_connection
        with self.told(), raw.cursor() as cursor:
            cursor.execute(f"SELECT GET_LOCK({_TABLES_LOCK}, {max(1, round(timeout))})")
            taken = cursor.fetchone()[0]
        if not taken:
            raise write_errors.storage_locked(timeout)
        try:
            yield
        finally:
            if not self.is_lost(raw):
                with self.told(), raw.cursor() as cursor:
                    cursor.execute(f"SELECT RELEASE_LOCK({_TABLES_LOCK})")

    def start(self, connection: Connection, timeout: float, *, for_tables: bool) -> None:
        """Serialisable, as rules read many rows before they write one."""
        raw: Any = connection.connection.dbapi_connection
        with self.told(), raw.cursor() as cursor:
            cursor.execute(f"SET SESSION innodb_lock_wait_timeout = {max(1, round(timeout))}")
            cursor.execute("SET SESSION sql_mode = CONCAT(@@sql_mode, ',STRICT_ALL_TABLES')")  # else text is cut off silently
            if for_tables:  # each statement of it ends a transaction, so there is none
                return
            cursor.execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
            cursor.execute("START TRANSACTION")

    def join(self, connection: Connection) -> None:
        """A SAVEPOINT outside of a transaction is forgotten at once."""
        raw: Any = connection.connection.dbapi_connection
        if not self.in_transaction(raw):
            with self.told(), raw.cursor() as cursor:
                cursor.execute("START TRANSACTION")

    def in_transaction(self, raw: Any) -> bool:
        """As the server said with its last answer."""
        return bool(raw.open and raw.server_status & SERVER_STATUS_IN_TRANS)

    def is_lost(self, raw: Any) -> bool:
        """Whether the driver has closed it."""
        return not raw.open

    def see_one_state(self, connection: Connection) -> None:
        """A snapshot, since in a serialisable transaction every row that is read is locked."""
        for statement in (
            "COMMIT",
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
            "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
        ):
            connection.exec_driver_sql(statement)

    def faults(self, connection: Connection, tables: Sequence[Table]) -> Iterator[Fault]:
        """What `CHECK TABLE` says."""
        for table in tables:
            quoted = connection.dialect.identifier_preparer.quote(table.name)
            for _, _, kind, said in connection.exec_driver_sql(f"CHECK TABLE {quoted} EXTENDED").all():
                if kind in ("error", "warning"):
                    yield Fault("storage-damaged", f"{said}.", table.name)

    def vacuum(self, connection: Connection, names: Sequence[str]) -> None:
        """Write each table anew, without what was deleted."""
        for name in names:
            connection.exec_driver_sql(f"OPTIMIZE TABLE {connection.dialect.identifier_preparer.quote(name)}").close()

    def size(self, connection: Connection, names: Sequence[str]) -> int:
        """Of tables and indexes, as far as the server knows it."""
        asked = "SELECT table_name, data_length + index_length FROM information_schema.tables WHERE table_schema = DATABASE()"
        return sum(int(size or 0) for name, size in connection.exec_driver_sql(asked) if name in names)

    def any_of(self, column: ColumnElement[Scalar], cells: Sequence[Scalar], dialect: Dialect) -> ColumnElement[bool]:
        """The driver writes values into the statement, so there is no limit on their number."""
        return column.in_(cells)

    def failure(self, error: BaseException, table: str, queries: SqlQueries | None, reference: str) -> RegisterError:
        """By MariaDB's number."""
        number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
        said = str(error.args[1]) if len(error.args) > 1 else ""
        if number == 1062:
            # "Duplicate entry '…' for key 'uq_learners_school_code'"
            named = re.search(r"'([^']*)'$", said)
            key = named[1].rpartition(".")[2] if named else ""
            columns = None
            if queries is not None:
                columns = queries.table.key if key == "PRIMARY" else queries.constraints.get(key)
            return write_errors.not_unique(table, columns or [f"columns of {key}"])
        if number in (1216, 1452, 1217, 1451):
            in_use = reference == "reference-in-use"
            return write_errors.reference_in_use(table) if in_use else write_errors.reference_missing(table)
        if number in _CONFLICT:
            return write_errors.transaction_conflict()
        if number == 1146:
            return write_errors.table_unknown(table)
        if number == 1054:
            return write_errors.schema_differs(table, "a column is missing")
        if number in (1048, 1264, 1292, 1364, 1366, 1406, 3819, 4025):
            return self.rule_broken(table)
        if number in _LOST or isinstance(error, pymysql.err.InterfaceError):
            return write_errors.storage_lost()
        return self.said(_BY_NUMBER.get(number, OTHER), str(number or type(error).__name__))

    def scrub(self, error: BaseException) -> None:
        """The server's words hold cells."""
        error.args = error.args[:1]
