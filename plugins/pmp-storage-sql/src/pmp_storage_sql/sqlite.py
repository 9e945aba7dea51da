"""SQLite, by Python's own driver."""

from __future__ import annotations

import json
import os
import sqlite3
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Dialect,
    Engine,
    StaticPool,
    Text,
    create_engine,
    event,
    func,
    literal,
    select,
)
from sqlalchemy.exc import ArgumentError, SAWarning

from pmp_core.errors import RegisterError
from pmp_core.register import write_errors
from pmp_core.register.schema import ColumnType, Scalar, Table
from pmp_core.register.upkeep import Fault
from pmp_storage_sql.arrow import ArrowWay
from pmp_storage_sql.database import DAMAGED, FULL, LOCKED, OTHER, READONLY, Database, Said
from pmp_storage_sql.queries import SqlQueries
from pmp_storage_sql.sqlite_arrow import CopiedTable
from pmp_storage_sql.url_errors import url_invalid

_HEADER = b"SQLite format 3\0"
# By the beginning of SQLite's name for the failure.
_BY_NAME: dict[str, Said] = {
    "SQLITE_BUSY": LOCKED,
    "SQLITE_LOCKED": LOCKED,
    "SQLITE_READONLY": READONLY,
    "SQLITE_PERM": READONLY,
    "SQLITE_FULL": FULL,
    "SQLITE_IOERR_WRITE": FULL,  # no file may grow beyond what the system allows this process or its user
    "SQLITE_NOTADB": ("storage-not-a-database", "The file is not an SQLite database.", "Name another file."),
    "SQLITE_CORRUPT": DAMAGED,
}
# SQLite holds anything in any column: what a cell must not be, by the type of its column.
_ODD = {
    ColumnType.TEXT: "typeof({0}) <> 'text'",
    ColumnType.INTEGER: "typeof({0}) <> 'integer'",
    ColumnType.CENTS: "typeof({0}) <> 'integer'",
    ColumnType.BOOLEAN: "typeof({0}) <> 'integer' OR {0} NOT IN (0, 1)",
    ColumnType.DAY: "date({0}) IS NOT {0}",
    ColumnType.MOMENT: "length({0}) <> 26 OR datetime({0}) IS NOT substr({0}, 1, 19)",
}


def _moment(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds")


class Sqlite(Database):
    """SQLite: one writer at a time, so one transaction at a time."""

    name = "sqlite"
    mark = "?"
    turns = True
    errors = (sqlite3.Error,)
    encode = {ColumnType.DAY: date.isoformat, ColumnType.MOMENT: _moment}  # noqa: RUF012
    decode = {  # noqa: RUF012
        ColumnType.BOOLEAN: bool,
        ColumnType.DAY: date.fromisoformat,
        ColumnType.MOMENT: lambda text: datetime.fromisoformat(text).replace(tzinfo=UTC),
    }

    def engine(self, url: URL, timeout: float) -> Engine:
        """An engine on a file or in memory; a file that is not a database is refused before SQLite sees it."""
        _not_another_file(url)
        options: dict[str, Any] = {"connect_args": {"timeout": timeout, "check_same_thread": False}, "hide_parameters": True}
        if not on_disk(url):
            options["poolclass"] = StaticPool  # every connection would be another, empty database
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", SAWarning)  # a setting that would be ignored
                engine = create_engine(url, **options)
                engine.dialect.create_connect_args(url)
        except (ArgumentError, SAWarning):
            raise url_invalid() from None
        event.listen(engine, "connect", _set_up)
        return engine

    def settle(self, connection: Connection) -> None:
        """WAL: who reads a file (a report, a backup) does not stop who writes it. A file that cannot be written stays as it is."""
        try:
            with self.told():
                _own_only(connection)
                if connection.exec_driver_sql("PRAGMA journal_mode").scalar() not in ("wal", "memory"):
                    connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        except RegisterError as error:
            if error.code != "storage-readonly":
                raise

    @contextmanager
    def prepared(self, connection: Connection, timeout: float, *, for_tables: bool) -> Iterator[None]:
        """Foreign keys checked on this connection, and afterwards as the host had them."""
        raw = connection.connection.dbapi_connection
        before = self._foreign_keys(raw)
        if not before:
            with self.told():
                raw.execute("PRAGMA foreign_keys=ON")  # type: ignore[union-attr]
            self._references_checked(raw)
        try:
            yield
        finally:
            if not before:
                with self.told():
                    raw.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]

    def start(self, connection: Connection, timeout: float, *, for_tables: bool = False) -> None:
        """BEGIN IMMEDIATE: take the writer's place now and not at the first write, when a reader's snapshot may be stale.

        Where the file cannot be written, SQLite makes it a transaction that reads.
        """
        if not self.in_transaction(connection.connection.dbapi_connection):  # the host's engine sends a BEGIN of its own
            with self.told():
                connection.exec_driver_sql("BEGIN IMMEDIATE")

    def arrow_way(self, connection: Connection, engine: Engine | None) -> ArrowWay | None:
        """By a copy of the table; Windows does not let an open file go without its name."""
        raw: Any = connection.connection.dbapi_connection
        return CopiedTable(raw) if os.name == "posix" and hasattr(raw, "serialize") else None

    def join(self, connection: Connection) -> None:
        """The driver begins nothing for a SAVEPOINT, and releasing an outermost one would commit behind the host's back."""
        self._references_checked(connection.connection.dbapi_connection)
        self.start(connection, 0)

    def in_transaction(self, raw: Any) -> bool:
        """Whether the driver is in one; SQLite undoes a whole transaction of its own accord when it is full."""
        return bool(raw.in_transaction)

    def is_lost(self, raw: Any) -> bool:
        """A file is not lost."""
        return False

    def any_of(self, column: ColumnElement[Scalar], cells: Sequence[Scalar], dialect: Dialect) -> ColumnElement[bool]:
        """One JSON parameter: no limit on variables, one statement, and its order and limit stay right."""
        stored = column.type.dialect_impl(dialect).bind_processor(dialect)
        spelled = json.dumps([stored(cell) for cell in cells] if stored else cells)
        return column.in_(select(func.json_each(literal(spelled, Text)).table_valued("value").c.value))

    def faults(self, connection: Connection, tables: Sequence[Table]) -> Iterator[Fault]:
        """What `integrity_check` says, which names tables, indexes and numbers of rows; then cells that cannot be what they should."""
        for line in connection.exec_driver_sql("PRAGMA integrity_check").scalars().all():
            if line != "ok":
                yield Fault("storage-damaged", str(line))
        for name, of in connection.exec_driver_sql("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'").all():
            yield Fault("schema-differs", f"Not as described: the trigger {name} changes what is written.", str(of))
        quote = connection.dialect.identifier_preparer.quote
        for table in tables:
            key = ", ".join(map(quote, table.key))
            for column in table.columns:
                odd = f"{quote(column.name)} IS NOT NULL AND ({_ODD[column.type].format(quote(column.name))})"
                asked = f"SELECT {key} FROM {quote(table.name)} WHERE {odd} ORDER BY {key} LIMIT 100"
                for row in connection.exec_driver_sql(asked).all():
                    yield Fault("cell-unreadable", f"{column.name} holds no {column.type.value}.", table.name, tuple(row))

    def vacuum(self, connection: Connection, names: Sequence[str]) -> None:
        """Write the file anew, without what was deleted, and take in the write-ahead log."""
        raw: Any = connection.connection.dbapi_connection  # a host's engine would begin a transaction
        for statement in ("VACUUM", "ANALYZE"):
            raw.execute(statement).close()
        if raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:  # what was deleted is in the file as long as it is read
            raise self.said(LOCKED, "somebody reads the file")

    def size(self, connection: Connection, names: Sequence[str]) -> int:
        """Of the whole file."""
        raw: Any = connection.connection.dbapi_connection
        pages, of_bytes = (raw.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
        return int(pages * of_bytes)

    def failure(self, error: BaseException, table: str, queries: SqlQueries | None, reference: str) -> RegisterError:
        """By SQLite's own name for what went wrong."""
        name = getattr(error, "sqlite_errorname", "")
        said = str(error)
        if name in ("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"):
            # "UNIQUE constraint failed: learners.school, learners.code"
            return write_errors.not_unique(table, [c.rpartition(".")[2] for c in said.rpartition(": ")[2].split(", ")])
        if name == "SQLITE_CONSTRAINT_FOREIGNKEY":
            in_use = reference == "reference-in-use"
            return write_errors.reference_in_use(table) if in_use else write_errors.reference_missing(table)
        if name.startswith("SQLITE_CONSTRAINT"):
            return self.rule_broken(table)
        if name == "SQLITE_ERROR" and said.startswith("no such table"):
            return write_errors.table_unknown(table)
        if name == "SQLITE_ERROR" and ("no such column" in said or "has no column" in said):
            return write_errors.schema_differs(table, "a column is missing")
        found = next((answer for start, answer in _BY_NAME.items() if name.startswith(start)), OTHER)
        return self.said(found, name or type(error).__name__)

    def _references_checked(self, raw: Any) -> None:
        if not self._foreign_keys(raw):
            raise RegisterError(
                "foreign-keys-off", "The host's connection does not check foreign keys, and within a transaction cannot be told to.",
                remedy="Run PRAGMA foreign_keys=ON when a connection is made (SQLAlchemy: the engine's event 'connect').",
            )  # fmt: skip

    def _foreign_keys(self, raw: Any) -> bool:
        with self.told():
            return bool(raw.execute("PRAGMA foreign_keys").fetchone()[0])


def _own_only(connection: Connection) -> None:
    """A new file is for its owner's eyes; SQLite makes the files beside it alike."""
    if connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar():
        return
    file = connection.exec_driver_sql("PRAGMA database_list").all()[0][2]
    if file:
        with suppress(OSError):  # there are file systems without rights
            Path(file).chmod(0o600)


def on_disk(url: URL) -> bool:
    """Whether the URL names a file."""
    return url.database not in (None, "", ":memory:", "file::memory:") and url.query.get("mode") != "memory"


def _set_up(connection: sqlite3.Connection, _record: object) -> None:
    # The driver begins nothing by itself, in every version of Python alike; BEGIN IMMEDIATE is sent by the storage.
    connection.isolation_level = None
    try:
        connection.execute("PRAGMA foreign_keys=ON")
        # FULL: what was said to be kept is kept when the power fails; under WAL, NORMAL may lose the last transactions.
        connection.execute("PRAGMA synchronous=FULL")
    except BaseException:
        connection.close()  # the pool does not know it yet
        raise


def _not_another_file(url: URL) -> None:
    """Stop before SQLite sees a file that is not a database: it would take a very short one for an empty database."""
    path = Path((url.database or "").removeprefix("file:" if "uri" in url.query else ""))
    if not on_disk(url) or not path.is_file():
        return
    try:
        with path.open("rb") as file:
            start = file.read(len(_HEADER))
    except OSError as error:
        raise RegisterError("storage-unavailable", "The database file cannot be read.", found=type(error).__name__,
                            remedy="Check that its place exists and can be read.") from None  # fmt: skip
    if start not in (b"", _HEADER):
        raise RegisterError("storage-not-a-database", "The file is not an SQLite database; it was left as it is.",
                            remedy="Name another file.")  # fmt: skip
