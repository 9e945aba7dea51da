"""`pmp privacy report`, `erase`, `due` and `confirm`: what a learner can ask for, and what a term asks for."""

from __future__ import annotations

from pathlib import Path

import typer

from pmp_core.cli.files import FORCE, write_whole
from pmp_core.cli.opening import ON, REASON, REGISTER, ROLE, WHO, opened
from pmp_core.cli.output import JSON, LANGUAGE, day, language, say, show, show_json
from pmp_core.errors import InvalidValue
from pmp_core.register.privacy import Confirmation, erase_learner

LEARNER = typer.Argument(..., help="The learner's id.")
commands = typer.Typer()


@commands.command("report")
def report(
    learner: str = LEARNER,
    register: str = REGISTER,
    by: str = WHO,
    role: str = ROLE,
    in_clear: bool = typer.Option(
        False, "--in-clear", help="Show personal codes and numbers of accounts, for the learner's own eyes."
    ),
    out: Path | None = typer.Option(
        None, "--out", help="The file to write, for its owner's eyes only; standard output if left out."
    ),
    force: bool = FORCE,
    reason: str | None = REASON,
    language_: str = LANGUAGE,
    on: str | None = ON,
    json: bool = JSON,
) -> None:
    """Tell everything that is held about a learner: every row, the history, and who looked."""
    spoken = language(language_)
    with opened(register, by=by, role=role) as opened_register:
        told = opened_register.report_on_learner(learner, on=day(on), in_clear=in_clear, reason=reason)
    if out is not None:
        write_whole(out, (told.to_json() if json else told.explain(spoken)).encode(), replace=force)
        say(str(out))
    elif json:
        show_json(told.as_dict())
    else:
        say(told.explain(spoken).rstrip())


@commands.command("erase")
def erase(
    learner: str = LEARNER,
    register: str = REGISTER,
    by: str = WHO,
    role: str = ROLE,
    how: str = typer.Option(
        "erase", "--how", help="erase; or pseudonymise, which leaves what the school recorded: absences, marks, evidence."
    ),
    confirmation: Path | None = typer.Option(
        None,
        "--confirmation",
        help="The file to write for whoever asked: it proves that the record of the erasure is about this learner.",
    ),
    even_if_open: bool = typer.Option(False, "--even-if-open", help="Also while a plan runs, or money is open."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Tell what would go; keep nothing."),
    force: bool = FORCE,
    reason: str | None = REASON,
    on: str | None = ON,
    json: bool = JSON,
) -> None:
    """Take out who a learner is and what is written about the learner. Amounts and counts stay. It cannot be undone."""
    if confirmation is None and not dry_run:
        raise InvalidValue(
            "option-invalid",
            "No file is named for the confirmation, and it can be written only now.",
            remedy="Name one (--confirmation), or look first what would go (--dry-run).",
        )
    with (
        opened(register, by=by, role=role) as opened_register,
        opened_register.unit_of_work(reason=reason, keep=not dry_run) as work,
    ):
        done = erase_learner(
            work,
            opened_register.programme,
            learner,
            how=how,
            by=opened_register.actor,
            on=day(on),
            new_id=opened_register.new_id,
            even_if_open=even_if_open,
        )
        if confirmation is not None and not dry_run:  # before it is kept: where there is no confirmation, there is no erasure
            write_whole(confirmation, done.confirmation.to_json().encode(), replace=force)
    row = {name: value for name, value in done.row().items() if name != "digest"}
    show([{**row, "on": str(done.on)}], json=json, title="Would be erased" if dry_run else "Erased")
    if not json and not dry_run:
        say("Backups, and freed space in the database's file, still hold it: vacuum the file, and let backups run out.")


@commands.command("due")
def due(
    register: str = REGISTER,
    by: str = WHO,
    role: str = ROLE,
    on: str | None = ON,
    json: bool = JSON,
) -> None:
    """List the learners whose term of keeping is over, the oldest first. Nobody is erased by it."""
    with opened(register, by=by, role=role) as opened_register:
        found = opened_register.due_for_erasure(on=day(on))
    rows = [{"learner": one.learner_id, "last day": str(one.last_day), "kept until": str(one.kept_until)} for one in found]
    show(rows, json=json, title="Due")


@commands.command("confirm")
def confirm(
    file: Path = typer.Argument(..., help="The file that `pmp privacy erase --confirmation` wrote."),
    register: str = REGISTER,
    json: bool = JSON,
) -> None:
    """Say whether the register has the record of the erasure that a confirmation is about."""
    try:
        given = Confirmation.from_json(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidValue(
            "file-missing", f"The file cannot be read: {error.strerror}.", found=file.name, remedy="Check its name."
        ) from None
    with opened(register) as opened_register:
        known = opened_register.was_erased(given)
    show([{"erasure": given.erasure_id, "learner": given.learner_id, "on": given.on, "recorded": known}], json=json)
