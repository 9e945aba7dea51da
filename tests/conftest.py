"""For all tests: what Hypothesis finds counts, and how long it takes does not. And the sample school's register, made once."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent))

import mariadb_server
import postgresql_server
from pmp_core.register import Register
from pmp_core.register.history.chains import CHAINED

settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

pytest_plugins = ["masking", "kill_count"]
Dump = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="session")
def dump_of() -> Callable[[Register], Dump]:
    """Every row of every table of a register, but for its history: that has moments and random salts, and tells who looked."""

    def dump(register: Register) -> Dump:
        with register.unit_of_work() as work:
            return {name: work.transaction.find(chained.table) for name, chained in CHAINED.items()}

    return dump


@pytest.fixture(scope="session")
def postgresql() -> Iterator[postgresql_server.PostgreSQLServer]:
    """A PostgreSQL server, shared by the workers of this run; the test is skipped where there can be none."""
    with postgresql_server.running(os.environ.get("PYTEST_XDIST_TESTRUNUID", uuid4().hex)[:12]) as server:
        yield server


@pytest.fixture(scope="session")
def mariadb() -> Iterator[mariadb_server.MariaDBServer]:
    """A MariaDB server; the test is skipped where there is none."""
    with mariadb_server.running() as server:
        yield server


@pytest.fixture(scope="session")
def pmp(pytestconfig: pytest.Config) -> Callable[..., CompletedProcess[str]]:
    """The `pmp` command in this process, from its entry point to its exit code. What it says is looked at for what must be masked."""
    masking = pytestconfig.pluginmanager.get_plugin("pmp-masking")
    assert masking is not None

    def run_here(*arguments: str | Path, cwd: Path | None = None, given: str = "") -> CompletedProcess[str]:
        pytest.importorskip("typer", reason="the command needs the extra `cli`")
        from pmp_core.cli import main

        before, sys.argv = sys.argv, ["pmp", *map(str, arguments)]
        read, sys.stdin = sys.stdin, io.StringIO(given)
        out, err = io.StringIO(), io.StringIO()
        try:
            with contextlib.chdir(cwd or Path.cwd()), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                main()
            raise AssertionError("the command did not end itself")
        except SystemExit as end:
            masking.look("pmp, standard output", out.getvalue())
            masking.look("pmp, standard error", err.getvalue())
            return CompletedProcess(sys.argv, int(end.code or 0), out.getvalue(), err.getvalue())
        finally:
            sys.argv, sys.stdin = before, read

    return run_here


@pytest.fixture(scope="session")
def demo_told(pmp: Callable[..., CompletedProcess[str]], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The register that `pmp demo --json` leaves behind, to read from only, and what the command said."""
    path = tmp_path_factory.mktemp("demo") / "sample.sqlite"
    ended = pmp("demo", "--register", path, "--json")
    assert (ended.returncode, ended.stderr) == (0, "")
    return path, json.loads(ended.stdout)


@pytest.fixture(scope="session")
def demo_file(demo_told: tuple[Path, dict[str, Any]]) -> Path:
    """The register that the demo leaves behind, to read from only."""
    return demo_told[0]


@pytest.fixture
def demo_copy(demo_file: Path, tmp_path: Path) -> Path:
    """A copy of it, to work on."""
    return Path(shutil.copy(demo_file, tmp_path / "copy.sqlite"))
