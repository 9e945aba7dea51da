"""`pmp import`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from pmp_core.cli.opening import BY, ON, OVERLAY, REGISTER, loaded, opened
from pmp_core.cli.output import JSON, day, progress, say, show, show_json
from pmp_core.errors import InvalidValue
from pmp_core.plugins import PluginSet
from pmp_core.sources import ingest
from pmp_core.sources.ingestion import MOST_WITHDRAWN


def import_(
    files: list[Path] = typer.Argument(None, help="The files; or give --folder."),
    register: str = REGISTER,
    mapping: str = typer.Option(..., "--mapping", help="A mapping file, or the name of a shipped one, such as rosariosis."),
    folder: Path | None = typer.Option(None, "--folder", help="A folder whose files the mapping names."),
    school_year: str | None = typer.Option(None, "--school-year", help="Such as 2022/23, where the files do not say the year."),
    source: str = typer.Option("tabular", "--source", help="The kind of source; `pmp plugins` lists them."),
    programme: str | None = typer.Option(None, "--programme", help="For a new register: its programme."),
    overlay: list[Path] = OVERLAY,
    adopt_programme: bool = typer.Option(
        False, "--adopt-programme", help="Work on under this version of the register's programme."
    ),
    dry_run: bool = typer.Option(False, "--dry-run", help="Compare and report; keep nothing."),
    most_withdrawn: float = typer.Option(
        MOST_WITHDRAWN, "--most-withdrawn", help="Stop if more than this share would be withdrawn."
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
    wanted = loaded(programme, overlay) if programme is not None else None
    if dry_run and wanted is not None and "://" not in register and not Path(register).exists():
        register = "memory:"  # a dry run leaves no new file behind
    reading = opened_source.open(**options)
    with (
        opened(register, by=by, programme=wanted, adopt=adopt_programme, new=wanted is not None) as opened_register,
        progress("Importing") as advance,
    ):
        report = ingest(opened_register, reading, on=day(on), dry_run=dry_run, most_withdrawn=most_withdrawn, progress=advance)
    told = report.as_dict()
    if json:
        show_json(told)
    else:
        rows = [{"kind": kind, **counts} for kind, counts in told["counts"].items()]
        show(rows, json=False, title=f"{report.source}: what {'would be' if dry_run else 'was'} taken in")
        for problem in report.problems:
            say(str(problem))
        if report.held_back:
            say(
                f"Nothing of these kinds was withdrawn, since some refused rows could not be told apart: {', '.join(report.held_back)}."
            )
        if report.personal_codes_dropped:
            say(f"{report.personal_codes_dropped} personal codes were read and not kept: there is no key to encrypt them with.")
        if dry_run:
            say("A dry run: nothing was kept.")
    if report.problems:
        raise typer.Exit(1)
