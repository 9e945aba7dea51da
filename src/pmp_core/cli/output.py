"""How the command shows things: tables and text for people, JSON for scripts."""

from __future__ import annotations

import json as json_module
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, Protocol

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from pmp_core.errors import InvalidValue, PmpError, masked
from pmp_core.values import iso_day

JSON = typer.Option(False, "--json", help="As JSON, for scripts.")
LANGUAGE = typer.Option("lv", "--language", help="lv or en, for explanations and titles.")

# What people search and copy from a file stays in one piece there.
_NEVER_FOLDED = ("path", "value to set")


def console(*, error: bool = False) -> Console:
    """A console; outside a terminal as wide as what it shows, so that nothing is cut off in a file."""
    terminal = (sys.stderr if error else sys.stdout).isatty()
    return Console(
        stderr=error, soft_wrap=not terminal, width=None if terminal else 240, highlight=False, markup=False, emoji=False
    )


def language(code: str) -> Any:
    """A language as the library wants it.

    Raises:
        InvalidValue: `option-invalid`.
    """
    if code not in ("lv", "en"):
        raise InvalidValue("option-invalid", "There is no such language.", found=code, remedy="Use lv or en.")
    return code


def day(text: str | None) -> date:
    """The day an option names; today if it names none. Only the command reads the clock, never the library."""
    return datetime.now().astimezone().date() if text is None else iso_day(text)


def show_json(data: Any) -> None:
    """Print JSON."""
    sys.stdout.write(json_module.dumps(data, ensure_ascii=False, indent=2, default=str) + "\n")


def show(rows: Sequence[Mapping[str, Any]], *, json: bool, title: str = "") -> None:
    """Print rows as a table, or as JSON."""
    if json:
        show_json(rows)
        return
    if not rows:
        console().print(f"{title}: none" if title else "none")
        return
    numbers = {name for name in rows[0] if all(isinstance(row[name], int) for row in rows)}
    cells = [["" if row[name] is None else str(row[name]) for name in rows[0]] for row in rows]
    show_table(title, list(rows[0]), cells, right=[name in numbers for name in rows[0]])


def show_table(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool]) -> None:
    """Print a table."""
    shown = console()
    table = Table(title=title or None, title_justify="left")
    for heading, to_the_right in zip(headings, right, strict=True):
        whole = not shown.is_terminal and heading in _NEVER_FOLDED
        table.add_column(heading, justify="right" if to_the_right else "left", overflow="fold", no_wrap=whole)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    shown.print(table)


def say(text: str = "") -> None:
    """Print a line or several."""
    console().print(text)


def show_error(error: PmpError, *, about: str | None = None) -> None:
    """Print an error where errors go; as JSON if the caller asked for JSON. `about` names which of several it is of."""
    if "--json" in sys.argv:
        place = {name: getattr(error.place, name) for name in ("file", "row", "column", "pointer")}
        place = {name: masked(found) if isinstance(found, str) else found for name, found in place.items()}
        told = {"code": error.code, "message": error.message, "found": error.found, "remedy": error.remedy, "place": place}
        whose = {} if about is None else {"about": masked(about)}
        sys.stderr.write(json_module.dumps({**whose, "error": told}, ensure_ascii=False) + "\n")
    else:
        console(error=True).print(str(error) if about is None else f"{masked(about)}: {error}")


class Advance(Protocol):
    """Tells a progress bar how far the work is."""

    def __call__(self, done: int, total: int) -> None: ...


@contextmanager
def progress(what: str) -> Iterator[Advance]:
    """A progress bar on standard error; nothing where that is no terminal."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
