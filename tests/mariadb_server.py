"""A MariaDB server for the tests: the one of the system's packages, started on a socket in a temporary folder."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest


class MariaDBServer:
    """A running server, where each test has a database of its own.

    Args:
        socket: where it listens.
    """

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._numbers = count(1)

    def say(self, statement: str) -> None:
        """Have root say something."""
        import pymysql

        with pymysql.connect(unix_socket=str(self._socket), user="root") as connection, connection.cursor() as cursor:
            cursor.execute(statement)

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of a fresh database, gone after the block."""
        name = f"test_{next(self._numbers)}"
        self.say(f"CREATE DATABASE {name}")
        try:
            yield f"mariadb+pymysql://root@localhost/{name}?unix_socket={self._socket}"
        finally:
            self.say(f"DROP DATABASE {name}")


@contextmanager
def running() -> Iterator[MariaDBServer]:
    """A server of its own, gone after the block."""
    pytest.importorskip("pymysql", reason="the driver is not installed: pip install PyMySQL")
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"])
    found = [shutil.which(name, path=path) for name in ("mariadbd", "mariadb-install-db", "my_print_defaults")]
    if None in found:
        pytest.skip("no MariaDB server on this machine: Debian has it as mariadb-server-core with mariadb-client-core")
    daemon, install, _ = map(str, found)
    with tempfile.TemporaryDirectory(prefix="pmp-mariadb-") as folder:
        data, socket = f"--datadir={folder}/data", Path(folder) / "socket"
        common = ["--no-defaults", f"--basedir={Path(daemon).parents[1]}", data, f"--user={getpass.getuser()}"]
        made = [install, *common, "--auth-root-authentication-method=normal", "--skip-test-db"]
        subprocess.run(made, check=True, capture_output=True)
        settings = ["--skip-networking", f"--socket={socket}", f"--log-error={folder}/log", "--innodb-flush-log-at-trx-commit=0"]
        process = subprocess.Popen([daemon, *common, *settings], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield _answering(MariaDBServer(socket), process, socket, Path(folder) / "log")
        finally:
            process.terminate()
            process.wait(60)


def _answering(server: MariaDBServer, process: subprocess.Popen[bytes], socket: Path, log: Path) -> MariaDBServer:
    for _ in range(600):
        if socket.exists():
            server.say("SELECT 1")
            return server
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise AssertionError(f"MariaDB does not answer: {log.read_text(encoding='utf-8', errors='replace')[-2000:]}")
