"""`pmp import`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from pmp_core.cli.opening import BY, ON, OVERLAY, REGISTER, check_there, file_of, loaded, opened
from pmp_core.cli.output import JSON, day, progress, say, show, show_json
from pmp_core.errors import InvalidValue
from pmp_core.plugins import PluginSet
from pmp_core.sources import ingest
from pmp_core.sources.ingestion import MOST_WITHDRAWN, check_share
from pmp_core.sources.records import RecordKind
from pmp_core.sources.source import Coverage, Located, Problem, Source


class _Read:
    """A source that was read to its end, so that what is wrong with it is told before a register is made."""

    def __init__(self, source: Source) -> None:
        self.name: str = source.name
        self.kinds: frozenset[RecordKind] = source.kinds
        self._items = list(source.read())

    def read(self) -> Iterator[Located | Problem | Coverage]:
        return iter(self._items)


def import_(
    files: list[Path] = typer.Argument(None, help="The files; or give --folder."),
    register: str = REGISTER,
    mapping: str = typer.Option(..., "--mapping", help="A mapping file, or the name of a shipped one, such as rosariosis."),
    folder: Path | None = typer.Option(None, "--folder", help="A folder whose files the mapping names."),
    school_year: str | None = typer.Option(None, "--school-year", help="Such as 2022/23, where the files do not say the year."),
    source: str = typer.Option("tabular", "--source", help="The kind of source; `pmp plugins` lists them."),
    name: str | None = typer.Option(
        None, "--name", help="The source's name, the same in every import; the mapping's if left out. Each school needs its own."
    ),
    programme: str | None = typer.Option(None, "--programme", help="For a new register: its programme."),
    overlay: list[Path] = OVERLAY,
    adopt_programme: bool = typer.Option(
        False, "--adopt-programme", help="Work on under this version of the register's programme."
    ),
    dry_run: bool = typer.Option(False, "--dry-run", help="Compare and report; keep nothing."),
    most_withdrawn: float = typer.Option(
        MOST_WITHDRAWN, "--most-withdrawn", help="Stop if more than this share would be withdrawn."
    ),
    new_institutions: bool = typer.Option(
        False, "--new-institutions", help="Take a read whose institutions are all new, although the source is known."
    ),
    by: str = BY,
    on: str | None = ON,
    json: bool = JSON,
) -> None:
    """Read a school system's exports through a mapping, and show what is added, changed, withdrawn and refused."""
    if overlay and programme is None:
        raise InvalidValue("option-invalid", "--overlay is laid over a programme, and none is named.", remedy="Add --programme.")
    if dry_run and adopt_programme:
        raise InvalidValue(
            "option-invalid", "A dry run keeps nothing, so it cannot adopt a programme.", remedy="Leave one of the two out."
        )
    opened_source = PluginSet.load().source(source)
    options: dict[str, Any] = {"mapping": mapping, "files": files or (), "folder": folder, "school_year": school_year}
    if name is not None:
        options["name"] = name
    when = day(on)
    check_share(most_withdrawn)
    wanted = loaded(programme, overlay) if programme is not None else None
    file = file_of(register)
    if dry_run and wanted is not None and file is not None and not file.exists():
        register = "memory:"  # a dry run leaves no new file behind
    reading = opened_source.open(**options)
    if wanted is None:
        check_there(register)
    with progress("Importing") as advance:
        read = _Read(reading)
        with opened(register, by=by, programme=wanted, adopt=adopt_programme, new=wanted is not None) as opened_register:
            with_keys = opened_register.setup.keys is not None
            report = ingest(
                opened_register,
                read,
                on=when,
                dry_run=dry_run,
                most_withdrawn=most_withdrawn,
                new_institutions=new_institutions,
                progress=advance,
            )
    told = report.as_dict()
    if json:
        show_json(told)
    else:
        rows = [{"kind": kind, **counts} for kind, counts in told["counts"].items()]
        show(rows, json=False, title=f"{report.source}: what {'would be' if dry_run else 'was'} taken in")
        for problem in report.problems:
            say(str(problem))
        if report.closed:
            say(f"{report.closed} of the withdrawn enrolments were open, and have ended.")
        if report.held_back:
            say(
                f"Nothing of these kinds was withdrawn, since some refused rows could not be told apart: {', '.join(report.held_back)}."
            )
        if report.personal_codes_kept:
            say(f"{report.personal_codes_kept} personal codes {'would be' if dry_run else 'are'} kept, encrypted.")
        if report.personal_codes_dropped:
            why = "their learners were refused" if with_keys else "there is no key to encrypt them with"
            say(f"{report.personal_codes_dropped} personal codes were read and not kept: {why}.")
        if dry_run:
            say("A dry run: nothing was kept.")
    if report.problems:
        raise typer.Exit(1)
