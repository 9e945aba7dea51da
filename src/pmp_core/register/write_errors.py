"""What every storage answers in the same words: which table, which columns, which key; never what a row holds."""

from __future__ import annotations

from collections.abc import Iterable

from pmp_core.errors import NotFound, NotUnique, RegisterError, VersionConflict
from pmp_core.register.schema import Scalar


def not_unique(table: str, columns: Iterable[str]) -> NotUnique:
    """The key or a unique set is taken."""
    return NotUnique(
        "not-unique",
        f"Table {table} already has a row with the same {', '.join(columns)}.",
        remedy="Change the row that is there, or give the new one another key.",
    )


def not_found(table: str, key: Iterable[Scalar]) -> NotFound:
    """There is no row with this key."""
    return NotFound("not-found", f"Table {table} has no row with the key {_spelled(key)}.", remedy="Insert it first.")


def version_conflict(table: str, key: Iterable[Scalar]) -> VersionConflict:
    """The stored row has another version than the writer read."""
    return VersionConflict(
        "version-conflict",
        f"Table {table}, row {_spelled(key)}: someone changed it since it was read.",
        remedy="Read it again and repeat the change.",
    )


def version_missing(table: str) -> RegisterError:
    """A versioned table is to be changed without saying which version was read."""
    return RegisterError(
        "version-missing",
        f"Table {table} is versioned: an update says which version it replaces.",
        remedy="Hand in version=… as it was read.",
    )


def version_unexpected(table: str) -> RegisterError:
    """A version was given for a table that has none."""
    return RegisterError("version-unexpected", f"Table {table} has no column version.", remedy="Leave version out.")


def reference_missing(table: str) -> RegisterError:
    """A row refers to one that is not there."""
    return RegisterError(
        "reference-missing",
        f"A row of table {table} refers to a row that is not there.",
        remedy="Insert what it refers to first.",
    )


def reference_in_use(table: str) -> RegisterError:
    """A row that others refer to is to be removed."""
    return RegisterError(
        "reference-in-use",
        f"Rows of table {table} cannot be removed: others refer to them.",
        remedy="Remove those that refer to them first.",
    )


def table_unknown(table: str) -> RegisterError:
    """The storage has no such table."""
    return RegisterError("table-unknown", f"The storage has no table {table}.", remedy="Hand its description to create() first.")


def schema_differs(table: str, what: str) -> RegisterError:
    """A table is there already and is not as it is described."""
    return RegisterError(
        "schema-differs",
        f"Table {table} is there and not as described: {what}. Nothing was changed.",
        remedy="Open the database with the version that made it, or migrate it.",
    )


def storage_locked(seconds: float) -> RegisterError:
    """Another transaction did not end in time."""
    return RegisterError(
        "storage-locked",
        f"Another transaction holds the storage; waited {seconds:g} s.",
        remedy="Try again; keep transactions short, and end one before beginning the next.",
    )


def storage_closed() -> RegisterError:
    """The storage was closed."""
    return RegisterError("storage-closed", "The storage is closed.", remedy="Open it again.")


def transaction_over() -> RegisterError:
    """A transaction is used after its block."""
    return RegisterError("transaction-over", "The transaction has ended.", remedy="Begin another one.")


def transaction_lost() -> RegisterError:
    """The database itself gave up the transaction."""
    return RegisterError(
        "transaction-lost",
        "The database gave up the whole transaction after an error; nothing of it was kept.",
        remedy="See to the error before this one, then repeat the transaction.",
    )


def transaction_conflict() -> VersionConflict:
    """The database cannot put this transaction in a row with another one that ran at the same time."""
    return VersionConflict(
        "transaction-conflict",
        "Another transaction changed what this one read or writes; nothing of this one was kept.",
        remedy="Repeat the whole transaction: read again, decide again, write again.",
    )


def storage_lost() -> RegisterError:
    """The connection broke inside a transaction."""
    return RegisterError(
        "storage-lost",
        "The connection to the database was lost; nothing of the transaction was kept.",
        remedy="See that the database runs and can be reached, then repeat the transaction.",
    )


def commit_unknown() -> RegisterError:
    """The connection broke while the end of a transaction was being told."""
    return RegisterError(
        "commit-unknown",
        "The connection to the database was lost while the transaction ended: all of it was kept, or nothing.",
        remedy="Read what it wrote to see which, and repeat it only if nothing was kept.",
    )


def _spelled(key: Iterable[Scalar]) -> str:
    return "/".join(str(part) for part in key)
