"""`pmp register migrate`, `check`, `backup`, `restore` and `vacuum`."""

from __future__ import annotations

from pathlib import Path

import typer

from pmp_core.cli.opening import REGISTER, check_there, file_of, given_keys, opened
from pmp_core.cli.output import JSON, say, show, show_json
from pmp_core.errors import InvalidValue
from pmp_core.register import maintenance

commands = typer.Typer()


@commands.command("migrate")
def migrate(
    register: str = REGISTER,
    backup: Path | None = typer.Option(
        None, "--backup", help="The file for the backup; beside a register that is a file if left out."
    ),
    no_backup: bool = typer.Option(False, "--no-backup", help="Make no backup: there is one already."),
    adopt: bool = typer.Option(False, "--adopt-programme", help="Then work on under this version of the register's programme."),
    json: bool = JSON,
) -> None:
    """Bring a register that an earlier release made to this release's schema, after a backup. It loses nothing."""
    check_there(register)
    if no_backup and backup is not None:
        raise InvalidValue("option-invalid", "A backup and none.", remedy="Leave one of --backup and --no-backup out.")
    if backup is None and not no_backup:
        backup = _beside(register)
    done = maintenance.migrate(register, backup=backup)
    if adopt:
        opened(register, adopt=True).close()
    made = None if done.backup is None else str(done.backup)
    if json:
        show_json({"before": done.before, "after": done.after, "backup": made})
    elif done.before == done.after:
        say(f"The register has schema {done.after} already; nothing was changed.")
    else:
        say(f"The register had schema {done.before} and has schema {done.after} now.")
        say(f"As it was before: {made}" if made else "No backup was made.")


@commands.command("check")
def check(register: str = REGISTER, json: bool = JSON) -> None:
    """Look through the whole register: the database, references, rows, and the programme. Whether rows were altered, `verify` tells."""
    check_there(register)
    found = maintenance.check(register, keys=given_keys())
    rows = [
        {"code": fault.code, "table": fault.table, "key": "/".join(map(str, fault.key)), "what": fault.what} for fault in found
    ]
    show(rows, json=json, title="Faults")
    if found:
        raise typer.Exit(1)


@commands.command("backup")
def backup(
    file: Path = typer.Argument(..., help="The file to make; one that is there is not replaced."),
    register: str = REGISTER,
    json: bool = JSON,
) -> None:
    """Write the register into a file of SQLite, as it is at one moment, while others work on. It holds all that the register holds."""
    check_there(register)
    made = maintenance.back_up(register, file)
    show([{"file": str(made), "bytes": made.stat().st_size}], json=json)


@commands.command("restore")
def restore(
    backup: Path = typer.Argument(..., help="The backup."),
    register: str = typer.Option(..., "--register", help="A file that is not there yet, or the URL of an empty database."),
    json: bool = JSON,
) -> None:
    """Write what a backup holds into an empty database: all of it, or nothing. It keeps the schema that it has."""
    show([{"register": _shown(register), "rows": maintenance.restore(backup, register)}], json=json)


@commands.command("vacuum")
def vacuum(register: str = REGISTER, json: bool = JSON) -> None:
    """Make room in the database, and have it count anew what it plans its queries with."""
    check_there(register)
    before, after = maintenance.vacuum(register)
    show([{"bytes before": before, "bytes after": after}], json=json)


def _beside(register: str) -> Path:
    file = file_of(register)
    if file is None:
        raise InvalidValue(
            "option-invalid", "A register on a server has no place beside it for a backup.",
            remedy="Name a file: --backup register-before.sqlite; or --no-backup if there is one already.",
        )  # fmt: skip
    return file.with_name(f"{file.name}.before-migration")


def _shown(register: str) -> str:
    """A file as it was named; of a URL, which may hold a password, the kind of database only."""
    file = file_of(register)
    return str(file) if file is not None else register.partition(":")[0]
