"""What the tests of the command share: a command that is done well, and what it says."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

Pmp = Callable[..., CompletedProcess[str]]
# How an overlay begins that only a test needs.
HEAD = "overlay_for: lv-8.3.4\ntitle: {lv: izdomāts, en: made up}\n"


def kept_in(file: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of a register's file, but for those of the history: who looks at somebody's data leaves a trace there."""
    with closing(sqlite3.connect(file)) as database:
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        own = [name for name in names if not name.startswith("history")]
        return {name: sorted(database.execute(f"SELECT * FROM {name}"), key=repr) for name in own}


def answer(pmp: Pmp, *arguments: str | Path) -> Any:
    """What a command says in JSON, if it is done well."""
    return json.loads(said(pmp, *arguments, "--json"))


def said(pmp: Pmp, *arguments: str | Path) -> str:
    """What a command prints, if it is done well."""
    ended = pmp(*arguments)
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout
