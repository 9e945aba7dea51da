"""The disk is full, the file cannot be written, the connection breaks, somebody else holds the lock: a clear error, nothing half-written."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import jobs
import pytest
from fork_server import ForkServer
from whole import check_whole, digest

from pmp_core.errors import PmpError
from pmp_core.register import Register

JOBS = ("imports", "money")


def filled(target: str, job: str) -> str:
    """A register in which a job has begun. Gives what it holds."""
    with jobs.opened(target, job) as register:
        jobs.begin(register, job)
        for number in range(2):
            jobs.do(register, job, number)
        return digest(register)


def refused(register: Register, job: str, *codes: str) -> str:
    """The job's next unit is refused with one of the codes, and with what to do. Gives the code."""
    with pytest.raises(PmpError) as caught:
        jobs.do(register, job, 2)
    assert caught.value.code in codes, caught.value
    assert caught.value.remedy
    return caught.value.code


def goes_on(target: str, job: str, before: str) -> str:
    """Nothing was half-written, and when all is well again the same unit is done. Gives what is held then."""
    with jobs.opened(target, job) as register:
        assert digest(register) == before
        jobs.do(register, job, 2)
        after = digest(register)
        assert after != before
        check_whole(register, target)
    return after


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """A folder on a disk of its own, where one may be made."""
    with tempfile.TemporaryDirectory() as folder:
        made = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=777", "tmpfs", folder], capture_output=True, check=False
        )
        if made.returncode:
            pytest.skip("no small disk: whoever runs the tests may not mount one")
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", folder], check=True, capture_output=True)


@pytest.mark.parametrize("job", JOBS)
def test_a_full_disk_under_sqlite(job: str) -> None:
    pytest.importorskip("resource", reason="no disk can be mounted on this system")
    with small_disk(4) as disk:
        target = f"sqlite:///{disk}/register.sqlite"
        before = filled(target, job)
        ballast = disk / "ballast"
        with jobs.opened(target, job) as register:
            fill_up(ballast)
            assert refused(register, job, "storage-full") == "storage-full"
        ballast.unlink()
        assert goes_on(target, job, before) != before


def fill_up(ballast: Path) -> None:
    """Write until nothing more goes in."""
    with ballast.open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while file.write(b"x" * size):
                    pass
            except OSError:
                continue


def test_a_full_disk_under_postgresql(postgresql: Any) -> None:
    with small_disk(64) as disk:
        owner = Path(postgresql.folder()).stat()
        os.chown(disk, owner.st_uid, owner.st_gid)
        disk.chmod(0o700)
        postgresql.say(f"CREATE TABLESPACE small LOCATION '{disk}'", "CREATE DATABASE small TABLESPACE small")
        target = postgresql.url("small")
        try:
            before = filled(target, "imports")
            with jobs.opened(target, "imports") as register:
                fill_up(disk / "ballast")
                done, before = until_refused(register, before)
                assert digest(register) == before
                (disk / "ballast").unlink()
                jobs.do(register, "imports", done)
                check_whole(register, target)
        finally:
            postgresql.say("DROP DATABASE IF EXISTS small WITH (FORCE)", "DROP TABLESPACE small")


def until_refused(register: Register, before: str) -> tuple[int, str]:
    """Import until there is no room: the tables' own pages have some. Gives which import was refused, and what is held before it."""
    for number in range(2, 40):
        try:
            jobs.do(register, "imports", number)
        except PmpError as error:
            if error.code != "storage-full":
                raise
            return number, before
        before = digest(register)
    raise AssertionError("it never was full")


@pytest.mark.parametrize("job", JOBS)
def test_a_file_that_may_not_grow(forks: ForkServer, job: str, tmp_path: Path) -> None:
    """As on a full disk, where none can be mounted: the system allows no file of this process to be longer than it is."""
    target = f"sqlite:///{tmp_path}/register.sqlite"
    before = filled(target, job)
    ended = forks.start("without_room", job=job, target=target, number=2)
    told = ended.to_the_end()
    assert ended.ended == 0, forks.errors()
    assert told == [["refused", "storage-full"]]
    goes_on(target, job, before)


@pytest.mark.parametrize("job", JOBS)
@pytest.mark.parametrize("closed", ["file", "folder"])
def test_a_file_or_a_folder_that_may_not_be_written(forks: ForkServer, job: str, closed: str) -> None:
    with tempfile.TemporaryDirectory() as name:  # not in pytest's folder, which nobody else may enter
        folder = Path(name)
        target = f"sqlite:///{folder}/register.sqlite"
        before = filled(target, job)
        folder.chmod(0o755 if closed == "file" else 0o555)
        (folder / "register.sqlite").chmod(0o444)
        ended = forks.start("without_rights", job=job, target=target, number=2)
        told = ended.to_the_end()
        assert ended.ended == 0, forks.errors()
        assert told in ([["refused", "storage-readonly"]], [["not-opened", "storage-readonly"]])
        folder.chmod(0o755)
        (folder / "register.sqlite").chmod(0o644)
        goes_on(target, job, before)


@pytest.mark.parametrize("job", JOBS)
def test_a_connection_that_breaks_in_the_middle(postgresql: Any, job: str) -> None:
    for moment in (1, 3):
        with postgresql.database() as target:
            before = filled(target, job)
            with jobs.opened(target, job) as register:
                breaking(register, moment, lambda: cut_off(postgresql, target))
                refused(register, job, "storage-lost", "commit-unknown")
                assert digest(register) == before  # by the same register, which connects again
            goes_on(target, job, before)


def breaking(register: Register, after: int, do: Callable[[], None]) -> None:
    """Have something happen after so many calls of the storage within the next unit of work."""
    from sqlalchemy import event

    calls = 0
    engine = register.storage._bind  # type: ignore[attr-defined]

    def before_cursor_execute(*_: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == after:
            do()

    event.listen(engine, "before_cursor_execute", before_cursor_execute)


def cut_off(server: Any, target: str) -> None:
    """The server ends every connection to a database; other tests have theirs on the same server."""
    from sqlalchemy import make_url

    server.say(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{make_url(target).database}'")


@pytest.mark.parametrize("job", JOBS)
def test_somebody_else_holds_the_lock(place: str, job: str) -> None:
    before = filled(place, job)
    impatient = f"{place}{'&' if '?' in place else '?'}timeout=0.1"
    with jobs.opened(impatient, job) as register, held(place):
        assert refused(register, job, "storage-locked") == "storage-locked"
    assert goes_on(place, job, before) != before


@contextmanager
def held(place: str) -> Iterator[None]:
    """Another program has begun to write, and does not end."""
    if place.startswith("sqlite"):
        with closing(sqlite3.connect(place.removeprefix("sqlite:///"), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
        return
    import psycopg

    with psycopg.connect(place.replace("+psycopg", "")) as other:
        other.execute("LOCK TABLE learners, plans, claims, absences IN ACCESS EXCLUSIVE MODE")
        yield
        other.rollback()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_what_the_command_prints_on_a_full_disk(forks: ForkServer) -> None:
    ended = forks.start("command_on_a_full_disk", arguments=["rules", "list", "--programme", "lv-8.3.4"])
    ended.to_the_end()
    assert ended.ended == 0, forks.errors()
    assert ended.told == [["exit", "1", "[output-unwritable]"]]
