"""`pmp register encrypt`, `decrypt` and `rotate-keys`."""

from __future__ import annotations

import typer

from pmp_core.cli.opening import BY, REGISTER, opened
from pmp_core.cli.output import JSON, progress, say, show, show_json
from pmp_core.register.encryption.encrypting import Rewritten

commands = typer.Typer()

NAMES = typer.Option(False, "--names", help="Names of learners, payees with their accounts, people named in plans.")
NOTES = typer.Option(False, "--notes", help="What people wrote: notes, aims, justifications, reasons.")


@commands.command("encrypt")
def encrypt(register: str = REGISTER, names: bool = NAMES, notes: bool = NOTES, by: str = BY, json: bool = JSON) -> None:
    """Encrypt names or notes, now and from now on. The keys are in the file that PMP_REGISTER_KEYS names."""
    with opened(register, by=by) as opened_register, progress("Encrypting") as advance:
        done = opened_register.encrypt(names=names, notes=notes, progress=advance)
    _show(done, json=json)
    if not json:
        say(
            "What was there in clear may stay in unused pages of the file, and in backups, until it is vacuumed and they are gone."
        )


@commands.command("decrypt")
def decrypt(register: str = REGISTER, names: bool = NAMES, notes: bool = NOTES, by: str = BY, json: bool = JSON) -> None:
    """Keep names or notes in clear again. Personal codes stay encrypted."""
    with opened(register, by=by) as opened_register, progress("Decrypting") as advance:
        done = opened_register.decrypt(names=names, notes=notes, progress=advance)
    _show(done, json=json)


@commands.command("rotate-keys")
def rotate_keys(register: str = REGISTER, by: str = BY, json: bool = JSON) -> None:
    """Write everything with the newest key. It can be stopped and run again; until it is done keep both keys."""
    with opened(register, by=by) as opened_register, progress("Changing keys") as advance:
        done = opened_register.rotate_keys(progress=advance)
    told = {"key id": done.key_id, "cells": done.cells, "codes": done.codes, "seals": done.seals}
    if json:
        show_json({**told, "still needed": list(done.still_needed)})
        return
    show([told], json=False)
    needed = ", ".join(done.still_needed)
    say(f"Still needed: {needed}." if needed else "Nothing is written with an older key any more.")


def _show(done: Rewritten, *, json: bool) -> None:
    if json:
        show_json({"encrypted": list(done.choice), "rows": done.rows})
    else:
        show([{"encrypted": ", ".join(done.choice) or "nothing", "rows": done.rows}], json=False)
