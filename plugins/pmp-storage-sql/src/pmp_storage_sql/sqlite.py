"""SQLite, by Python's own driver."""

from __future__ import annotations

import json
import sqlite3
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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
from pmp_core.register.schema import ColumnType, Scalar
from pmp_storage_sql.database import DAMAGED, FULL, LOCKED, OTHER, READONLY, Database, Said
from pmp_storage_sql.queries import SqlQueries
from pmp_storage_sql.url_errors import url_invalid

_HEADER = b"SQLite format 3\0"
# By the beginning of SQLite's name for the failure.
_BY_NAME: dict[str, Said] = {
    "SQLITE_BUSY": LOCKED,
    "SQLITE_LOCKED": LOCKED,
    "SQLITE_READONLY": READONLY,
    "SQLITE_PERM": READONLY,
    "SQLITE_FULL": FULL,
    "SQLITE_NOTADB": ("storage-not-a-database", "The file is not an SQLite database.", "Name another file."),
    "SQLITE_CORRUPT": DAMAGED,
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
