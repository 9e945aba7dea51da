"""Whether a register is whole, and what it holds, as one digest that is equal for equal contents."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from hashlib import sha256
from typing import Any

from pmp_core.register import Register, tables

# What comes out otherwise each time: salts, hashes over them, and what is encrypted. `verify` looks at these.
_BY_CHANCE = {"personal_codes": ("cipher",), "history": ("unit_id", "salt", "document", "digest", "hash", "at")}
_NOT_COMPARED = ("history_units", "history_heads", "history_views", "erasures")


def contents(register: Register) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, but for what comes out otherwise each time."""
    held = {}
    with register.storage.begin() as transaction:
        for table in tables.TABLES:
            if table.name not in _NOT_COMPARED:
                names = [name for name in table.names if name not in _BY_CHANCE.get(table.name, ())]
                held[table.name] = [tuple(row[name] for name in names) for row in transaction.find(table)]
    return held


def digest(register: Register) -> str:
    """What a register holds."""
    return sha256(repr(contents(register)).encode()).hexdigest()


def check_whole(register: Register, target: str) -> None:
    """The database is sound, and nothing was altered past the history."""
    if target.startswith("sqlite"):
        with closing(sqlite3.connect(target.removeprefix("sqlite:///").partition("?")[0])) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    if hasattr(register, "verify"):
        found = register.verify()
        assert not found, found


def wait_until_gone(target: str) -> None:
    """Until the server has noticed that its client is dead, and has finished or undone what it was at."""
    if target.startswith("sqlite"):
        return
    import psycopg

    with psycopg.connect(target.replace("+psycopg", ""), autocommit=True) as connection:
        for _ in range(6000):
            others = connection.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            ).fetchone()
            if others == (0,):
                return
            time.sleep(0.005)
    raise AssertionError("The server still works for a client that is dead.")
