"""What differs between databases, as one class for each; everything else of the plug-in is the same for all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import URL, ColumnElement, Connection, Dialect, Engine
from sqlalchemy.exc import DBAPIError, ResourceClosedError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from pmp_core.errors import RegisterError
from pmp_core.register import write_errors
from pmp_core.register.access.in_database import unsupported
from pmp_core.register.rows_check import Values
from pmp_core.register.schema import ColumnType, Scalar, Table
from pmp_core.register.upkeep import Fault

if TYPE_CHECKING:
    from pmp_core.register.access.in_database import DatabaseAccess
    from pmp_storage_sql.arrow import ArrowWay
    from pmp_storage_sql.queries import SqlQueries

Coder = Callable[[Any], Any]
# Code, what is wrong, what to do.
Said = tuple[str, str, str]

LOCKED: Said = ("storage-locked", "Another transaction holds the database.", "Try again; keep transactions short.")
READONLY: Said = ("storage-readonly", "The database cannot be written to.", "Check the rights of the file and its folder.")
FULL: Said = (
    "storage-full",
    "The disk, or the database, is full, or may not grow.",
    "Make room; nothing of the transaction was kept.",
)
DAMAGED: Said = ("storage-damaged", "The database file is damaged.", "Stop using it and go back to a backup.")
FORBIDDEN: Said = (
    "storage-forbidden", "The database does not allow its user to do this.", "Ask who runs the database for the right.",
)  # fmt: skip
OTHER: Said = ("storage-unavailable", "The database cannot be reached or fails.", "Check that its place exists and can be read.")


class Database(ABC):
    """One kind of database, by one driver.

    Attributes:
        name: as SQLAlchemy calls the dialect.
        mark: how a value is left open in the driver's SQL.
        turns: whether one transaction of a storage is open at a time, and the others wait for it in this process.
        keeps_after_failure: whether a statement that fails leaves the transaction as it was before it.
        checks_references_late: whether references are looked at when a DELETE is done, and not at each of its rows.
        makes_tables_in_transactions: whether making a table leaves the transaction open.
        errors: what the driver raises.
        encode: what turns a cell into what the driver takes, where it does not take it as it is.
        decode: what turns the driver's value back.
    """

    name: ClassVar[str]
    mark: ClassVar[str] = "%s"
    turns: ClassVar[bool] = False
    keeps_after_failure: ClassVar[bool] = True
    checks_references_late: ClassVar[bool] = True
    makes_tables_in_transactions: ClassVar[bool] = True
    errors: ClassVar[tuple[type[Exception], ...]]
    encode: ClassVar[dict[ColumnType, Coder]] = {}
    decode: ClassVar[dict[ColumnType, Coder]] = {}

    @abstractmethod
    def engine(self, url: URL, timeout: float) -> Engine:
        """An engine of our own. It raises `storage-url-invalid` where the URL holds what would be ignored."""

    def look_at(self, connection: Connection) -> None:  # noqa: B027 most databases have nothing to do here
        """Whether this database can hold a register; looked at once when it is opened."""

    def settle(self, connection: Connection) -> None:  # noqa: B027 most databases have nothing to do here
        """What a database is set to once and for all, before tables are made."""

    @contextmanager
    def prepared(self, connection: Connection, timeout: float, *, for_tables: bool) -> Iterator[None]:
        """What has to be set on a connection before a transaction of ours begins, and set back after it."""
        yield

    @abstractmethod
    def start(self, connection: Connection, timeout: float, *, for_tables: bool) -> None:
        """The first words of a transaction of ours: its isolation, and how long it waits for others."""

    @abstractmethod
    def join(self, connection: Connection) -> None:
        """See to it that the host's connection is in a transaction that a savepoint can be part of."""

    @abstractmethod
    def in_transaction(self, raw: Any) -> bool:
        """Whether the driver's connection is in a transaction that can go on."""

    @abstractmethod
    def is_lost(self, raw: Any) -> bool:
        """Whether the driver's connection is broken."""

    def see_one_state(self, connection: Connection) -> None:  # noqa: B027 SQLite's transactions do so by themselves
        """Have a transaction of ours that has asked nothing yet only read, one state of the database, without stopping others."""

    @abstractmethod
    def faults(self, connection: Connection, tables: Sequence[Table]) -> Iterator[Fault]:
        """What the database itself finds wrong with tables of its own; it may break off with `storage-damaged`."""

    @abstractmethod
    def vacuum(self, connection: Connection, names: Sequence[str]) -> None:
        """Make room, and count anew what the database plans its queries with. The connection is in no transaction."""

    @abstractmethod
    def size(self, connection: Connection, names: Sequence[str]) -> int:
        """How many bytes the tables take."""

    @abstractmethod
    def failure(self, error: BaseException, table: str, queries: SqlQueries | None, reference: str) -> RegisterError:
        """What the driver's error is in the words of the register."""

    def scrub(self, error: BaseException) -> None:  # noqa: B027 most databases have nothing to do here
        """Take the cells out of the driver's error: it stays behind as the context of ours."""

    def missing(self, raw: Any, table: Table, dialect: Dialect) -> RegisterError | None:
        """What a table lacks that is to be used, where asking the database for it would cost the transaction."""
        return None

    def arrow_way(self, connection: Connection, engine: Engine | None) -> ArrowWay | None:
        """How a transaction reads columns by ADBC; None: not at all.

        Args:
            connection: of the transaction.
            engine: with which another connection to the same place can be made, where it is ours.
        """
        return None

    def insert(self, raw: Any, queries: SqlQueries, rows: Sequence[Values]) -> None:
        """Send rows, one after another."""
        cursor = raw.cursor()
        try:
            cursor.executemany(queries.insert, queries.encoded(rows))
        finally:
            cursor.close()

    @contextmanager
    def access(self, raw: Any) -> Iterator[DatabaseAccess]:
        """What the database is told about who sees what; raises `access-unsupported` where it cannot bind connections."""
        raise unsupported(self.name)
        yield

    @abstractmethod
    def any_of(self, column: ColumnElement[Scalar], cells: Sequence[Scalar], dialect: Dialect) -> ColumnElement[bool]:
        """A column holds any of many cells, whatever their number."""

    def sorted(self, column: ColumnElement[Scalar], down: bool) -> ColumnElement[Any]:
        """A column to sort by: empty cells first ascending, last descending."""
        return column.desc() if down else column.asc()

    @contextmanager
    def told(self, table: str = "", queries: SqlQueries | None = None, *, reference: str = "reference-missing") -> Iterator[None]:
        """Turn a failure of the database inside the block into an error of the register.

        Args:
            table: what is being read or written.
            queries: what is known of it, to name the columns of a unique set.
            reference: what a broken foreign key means here: `reference-missing` or `reference-in-use`.
        """
        try:
            yield
        except ResourceClosedError:
            raise write_errors.storage_closed() from None
        except PoolTimeoutError:
            raise self.said(LOCKED, "no connection of the pool was free") from None
        except DBAPIError as error:
            told = self.failure(error.orig or error, table, queries, reference)
            # The host's engine may not hide them: parameters are cells, and whoever logs the context would log them.
            error.hide_parameters, error.params = True, None
            if error.orig is not None:
                self.scrub(error.orig)
            error.args = (f"({type(error.orig).__name__})",)
            raise told from None
        except self.errors as error:
            told = self.failure(error, table, queries, reference)
            self.scrub(error)
            raise told from None

    @staticmethod
    def said(said: Said, found: str) -> RegisterError:
        """An error from its three parts."""
        code, what, remedy = said
        return RegisterError(code, what, found=found, remedy=remedy)

    @staticmethod
    def rule_broken(table: str) -> RegisterError:
        """The database refuses a row that the description allows."""
        return RegisterError(
            "row-invalid", f"Table {table}: the database refuses the row by a rule of its own.",
            remedy="See which constraints and triggers were added to the table, and how long a text may be that stands in a key or index.",
        )  # fmt: skip
