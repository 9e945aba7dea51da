"""Opening a storage from what the host has: a URL, an engine or a connection."""

from __future__ import annotations

import sqlite3
import warnings
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, SAWarning

from pmp_core.errors import RegisterError
from pmp_storage_sql.failures import told
from pmp_storage_sql.storage import SqlStorage

SCHEMES = ("sqlite",)
_HEADER = b"SQLite format 3\0"
_TIMEOUT = 30.0  # seconds: an import of a whole municipality may hold the writer's place for some


def open_storage(target: object) -> SqlStorage:
    """A storage.

    Args:
        target: a URL (`sqlite:///register.sqlite`, `sqlite://` in memory, both with `?timeout=5` for the seconds to wait for
            another writer), a path, or the host's SQLAlchemy engine or open connection, which `close` leaves open.

    Raises:
        RegisterError: `storage-unsupported`, `storage-url-invalid`, `storage-not-a-database`, `storage-unavailable`, …
    """
    if isinstance(target, Engine | Connection):
        _supported(target.dialect.name, target.dialect.driver)
        return SqlStorage(target)
    if isinstance(target, Path):  # whatever stands in its name, even what would mean something in a URL
        target = URL.create("sqlite", database=str(target))
    try:
        url = make_url(target if isinstance(target, URL) else str(target))
        _supported(url.get_backend_name(), url.get_driver_name() if "+" in url.drivername else "pysqlite")
        timeout = float(str(url.query.get("timeout", _TIMEOUT)))
    except (ArgumentError, ValueError):
        raise _invalid() from None
    _not_another_file(url)
    engine = _engine(url, timeout)
    try:
        with told(), engine.connect():
            pass
    except RegisterError:
        engine.dispose()
        raise
    # Only once there is something to make: a file that is only looked into stays as it is.
    settle = partial(_write_ahead, engine) if _on_disk(url) else None
    return SqlStorage(engine, owned=True, timeout=timeout, settle=settle)


def _supported(backend: str, driver: str) -> None:
    if (backend, driver) != ("sqlite", "pysqlite"):
        raise RegisterError(
            "storage-unsupported", "This release stores in SQLite only, by Python's own driver.", found=f"{backend}+{driver}",
            remedy="Use sqlite:///path/to/file.sqlite, or such an engine.",
        )  # fmt: skip


def _invalid() -> RegisterError:
    # What was found is not repeated: a URL may hold a password.
    return RegisterError(
        "storage-url-invalid", "This is not the URL of an SQLite database.",
        remedy="Write sqlite:///relative.sqlite, sqlite:////absolute.sqlite or sqlite:// (in memory).",
    )  # fmt: skip


def _engine(url: URL, timeout: float) -> Engine:
    on_disk = _on_disk(url)
    options: dict[str, Any] = {"connect_args": {"timeout": timeout, "check_same_thread": False}, "hide_parameters": True}
    if not on_disk:
        options["poolclass"] = StaticPool  # every connection would be another, empty database
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", SAWarning)  # a setting that would be ignored
            engine = create_engine(url, **options)
            engine.dialect.create_connect_args(url)
    except (ArgumentError, SAWarning):
        raise _invalid() from None

    @event.listens_for(engine, "connect")
    def set_up(connection: sqlite3.Connection, _record: object) -> None:
        # The driver begins nothing by itself, in every version of Python alike; BEGIN IMMEDIATE is sent by the storage.
        connection.isolation_level = None
        try:
            connection.execute("PRAGMA foreign_keys=ON")
            # FULL: what was said to be kept is kept when the power fails; under WAL, NORMAL may lose the last transactions.
            connection.execute("PRAGMA synchronous=FULL")
        except BaseException:
            connection.close()  # the pool does not know it yet
            raise

    return engine


def _write_ahead(engine: Engine) -> None:
    """WAL: who reads a file (a report, a backup) does not stop who writes it. A file that cannot be written stays as it is."""
    try:
        with told(), engine.connect() as connection:
            if connection.exec_driver_sql("PRAGMA journal_mode").scalar() != "wal":
                connection.exec_driver_sql("PRAGMA journal_mode=WAL")
    except RegisterError as error:
        if error.code != "storage-readonly":
            raise


def _on_disk(url: URL) -> bool:
    return url.database not in (None, "", ":memory:", "file::memory:") and url.query.get("mode") != "memory"


def _not_another_file(url: URL) -> None:
    """Stop before SQLite sees a file that is not a database: it would take a very short one for an empty database."""
    path = Path((url.database or "").removeprefix("file:" if "uri" in url.query else ""))
    if not _on_disk(url) or not path.is_file():
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
