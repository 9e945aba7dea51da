"""What a database says, in the words of the register: a stable code, a remedy, and none of the values it was about."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Transaction
from sqlalchemy.exc import DBAPIError, ResourceClosedError

from pmp_core.errors import RegisterError
from pmp_core.register import write_errors

# By the beginning of SQLite's name for the failure: code, what is wrong, what to do.
_BY_NAME = {
    "SQLITE_BUSY": ("storage-locked", "Another transaction holds the database.", "Try again; keep transactions short."),
    "SQLITE_LOCKED": ("storage-locked", "Another transaction holds the database.", "Try again; keep transactions short."),
    "SQLITE_READONLY": ("storage-readonly", "The database cannot be written to.", "Check the rights of the file and its folder."),
    "SQLITE_PERM": ("storage-readonly", "The database cannot be written to.", "Check the rights of the file and its folder."),
    "SQLITE_FULL": ("storage-full", "The disk, or the database, is full.", "Make room; nothing of the transaction was kept."),
    "SQLITE_NOTADB": ("storage-not-a-database", "The file is not an SQLite database.", "Name another file."),
    "SQLITE_CORRUPT": ("storage-damaged", "The database file is damaged.", "Stop using it and go back to a backup."),
}
_OTHER = ("storage-unavailable", "The database cannot be reached or fails.", "Check that its place exists and can be read.")


@contextmanager
def told(table: str = "", *, reference: str = "reference-missing") -> Iterator[None]:
    """Turn a failure of the database inside the block into an error of the register.

    Args:
        table: what is being read or written.
        reference: what a broken foreign key means here: `reference-missing` or `reference-in-use`.
    """
    try:
        yield
    except ResourceClosedError:
        raise write_errors.storage_closed() from None
    except DBAPIError as error:
        # The host's engine may not hide them: parameters are cells, and whoever logs the context would log them.
        error.hide_parameters, error.params = True, None
        raise _translated(error.orig, table, reference) from None
    except sqlite3.Error as error:
        raise _translated(error, table, reference) from None


def roll_back(transaction: Transaction, error: BaseException) -> None:
    """Undo because of an error, which stays the one that is told: a database that gave up has often undone all by itself."""
    try:
        with told():
            transaction.rollback()
    except RegisterError as further:
        error.add_note(f"Then, while undoing: {further}")


def _translated(error: BaseException | None, table: str, reference: str) -> RegisterError:
    name = getattr(error, "sqlite_errorname", "")
    said = str(error)
    if name in ("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"):
        # "UNIQUE constraint failed: learners.school, learners.code"
        return write_errors.not_unique(table, [column.rpartition(".")[2] for column in said.rpartition(": ")[2].split(", ")])
    if name == "SQLITE_CONSTRAINT_FOREIGNKEY":
        return write_errors.reference_in_use(table) if reference == "reference-in-use" else write_errors.reference_missing(table)
    if name.startswith("SQLITE_CONSTRAINT"):
        return RegisterError("row-invalid", f"Table {table}: the database refuses the row by a rule of its own.",
                             remedy="See which constraints and triggers were added to the table.")  # fmt: skip
    if name == "SQLITE_ERROR" and said.startswith("no such table"):
        return write_errors.table_unknown(table)
    if name == "SQLITE_ERROR" and ("no such column" in said or "has no column" in said):
        return write_errors.schema_differs(table, "a column is missing")
    code, what, remedy = next((answer for start, answer in _BY_NAME.items() if name.startswith(start)), _OTHER)
    return RegisterError(code, what, found=name or type(error).__name__, remedy=remedy)
