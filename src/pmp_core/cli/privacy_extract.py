"""`pmp privacy extract`: what an analyst is given."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import typer

from pmp_core.cli.files import FORCE, write_whole
from pmp_core.cli.opening import BY, REGISTER, opened
from pmp_core.cli.output import JSON, show
from pmp_core.errors import InvalidValue

commands = typer.Typer()
FORMATS = ("parquet", "csv")


@commands.command("extract")
def extract(
    register: str = REGISTER,
    purpose: str = typer.Option(..., "--purpose", help="What it is for, such as study-of-absences-2026."),
    out: Path = typer.Option(..., "--out", help="The folder, with a file for each table; made if it is not there."),
    table: list[str] = typer.Option([], "--table", help="A table; can be repeated. All if left out."),
    format_: str = typer.Option("parquet", "--format", help="parquet or csv."),
    force: bool = FORCE,
    by: str = BY,
    json: bool = JSON,
) -> None:
    """Write what an analyst is given for one purpose: no names, notes or birth dates, and ids that no other purpose has."""
    if format_ not in FORMATS:
        raise InvalidValue("option-invalid", "There is no such format.", found=format_, remedy="Use parquet or csv.")
    with opened(register, by=by) as opened_register:
        frames = opened_register.extract(purpose, tables=table or None, backend="polars")
    if not out.exists() and out.parent.is_dir():
        out.mkdir(mode=0o700)
    rows = []
    for name, frame in frames.items():
        file = out / f"{name}.{format_}"
        write_whole(file, _content(frame, format_), replace=force)
        rows.append({"table": name, "file": str(file), "rows": len(frame)})
    show(rows, json=json, title=f"Extract for {purpose}")


def _content(frame: Any, format_: str) -> bytes:
    content = BytesIO()
    frame.write_parquet(content) if format_ == "parquet" else frame.write_csv(content)
    return content.getvalue()
