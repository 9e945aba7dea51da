"""`pmp register`: what is done with a register as a whole: its keys, its history, its schema, its copies."""

from __future__ import annotations

from pathlib import Path

import typer

from pmp_core.cli.output import JSON, show
from pmp_core.register.keys import RegisterKey, RegisterKeys

registers = typer.Typer(help="Keep a register: its keys, its history, its schema, its copies.", no_args_is_help=True)


@registers.command("new-key")
def new_key(
    file: Path = typer.Argument(..., help="The file to make; one that is there is not replaced."),
    before: Path | None = typer.Option(
        None, "--before", help="The file of keys until now: they stand in the new one too, after the new key."
    ),
    json: bool = JSON,
) -> None:
    """Make a random key for a register, in a file that its owner alone can read. Keep a copy: without it, what it encrypted is lost."""
    key = RegisterKey.random()
    older = RegisterKeys.read(before).all if before is not None else ()
    RegisterKeys((key, *older)).write(file)
    show([{"file": str(file), "key id": key.id}], json=json)
