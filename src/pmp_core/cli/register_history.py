"""`pmp register verify`, `checkpoint`, `history`, `views`, `as-of`: what a register remembers, and whether it is still that."""

from __future__ import annotations

import json as json_module
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

from pmp_core.cli.files import FORCE, check_apart, write_whole
from pmp_core.cli.opening import BY, REGISTER, file_of, json_object, opened
from pmp_core.cli.output import JSON, LANGUAGE, language, say, show, show_json
from pmp_core.errors import InvalidValue, masked
from pmp_core.register.copying import copy_as_of
from pmp_core.register.history.reading import HistoryEntry, HistoryView, RowChange

commands = typer.Typer()
_CHECKPOINT = "pmp-core-checkpoint-1"


@commands.command("verify")
def verify(
    register: str = REGISTER,
    checkpoint: Path | None = typer.Option(None, "--checkpoint", help="A file that `pmp register checkpoint` made before."),
    language_: str = LANGUAGE,
    json: bool = JSON,
) -> None:
    """Look whether a row was altered, removed or inserted behind the library's back. With findings the exit code is 1."""
    code = language(language_)
    before = None if checkpoint is None else _units_of(checkpoint)
    with opened(register) as opened_register:
        found = opened_register.verify(before)
    rows = [{"code": one.code, "table": one.table, "key": "/".join(map(str, one.key)), "what": one.words[code]} for one in found]
    counts = {name: getattr(found, name) for name in ("units", "entries", "views", "rows", "erased", "unchecked")}
    if json:
        show_json(_hidden({"findings": rows, **counts}))
    else:
        show([_hidden(row) for row in rows], json=False, title="Findings")
        say(", ".join(f"{name}: {count}" for name, count in counts.items()))
    if found:
        raise typer.Exit(1)


@commands.command("checkpoint")
def checkpoint(
    file: Path = typer.Argument(..., help="The file to make. Keep it where who can change the register cannot."),
    register: str = REGISTER,
    force: bool = FORCE,
    json: bool = JSON,
) -> None:
    """Write down every unit of work with its digest: `verify --checkpoint` finds what was removed whole since."""
    check_apart(file, [file_of(register)])
    with opened(register) as opened_register:
        units = opened_register.checkpoint()
    told = {"format": _CHECKPOINT, "units": units}
    write_whole(file, (json_module.dumps(told, indent=0, sort_keys=True) + "\n").encode(), replace=force)
    show([{"file": str(file), "units": len(units)}], json=json)


@commands.command("history")
def history(
    kind: str = typer.Argument(..., help="The name of a table, such as plans or learners."),
    id_: str = typer.Argument(..., metavar="ID", help="The id of one entity in it."),
    register: str = REGISTER,
    all_: bool = typer.Option(False, "--all", help="Of a learner: everything that is the learner's, plans and claims too."),
    by: str = BY,
    json: bool = JSON,
) -> None:
    """Show what was done to an entity: when, who, in which role, why, and which cells. What stood in them is told with --json."""
    if all_ and kind != "learners":
        raise InvalidValue("option-invalid", "--all is of a learner.", found=kind, remedy="Name `learners`, or leave --all out.")
    with opened(register, by=by) as opened_register:
        found = opened_register.history_of_learner(id_) if all_ else opened_register.history(kind, id_)
    if json:
        show_json([_hidden({**_entry(entry), "changes": [_change(one) for one in entry.changes]}) for entry in found])
        return
    show([_hidden(_entry(entry)) for entry in found], json=False, title=f"{kind} {id_}")


@commands.command("views")
def views(
    learner: str = typer.Argument(..., help="The learner."),
    register: str = REGISTER,
    json: bool = JSON,
) -> None:
    """Show who saw a learner's data, when and why. Who read very many learners at once is among them, without an id."""
    with opened(register) as opened_register:
        found = opened_register.views_of(learner)
    show([_hidden(_view(view)) for view in found], json=json, title=f"Views of {learner}")


@commands.command("as-of")
def as_of(
    moment: str = typer.Argument(..., help="Such as 2026-11-24T16:30 or 2026-11-24T16:30+02:00; UTC where no zone is given."),
    register: str = REGISTER,
    out: Path = typer.Option(..., "--out", help="The register file to make; one that is there is not replaced."),
    by: str = BY,
    json: bool = JSON,
) -> None:
    """Make a register file of what a register was at a moment. Its own history begins with it."""
    when = _moment(moment)
    check_apart(out, [file_of(register)])
    if out.exists():
        raise InvalidValue("file-exists", "There is a file there already.", found=out.name, remedy="Name another.")
    if not out.parent.is_dir():
        raise InvalidValue("folder-missing", "There is no such folder.", found=out.parent.name, remedy="Make it first.")
    with opened(register, by=by) as opened_register:
        try:
            rows = copy_as_of(opened_register, when, out)
        except BaseException:
            for made in (out, out.with_name(f"{out.name}-wal"), out.with_name(f"{out.name}-shm")):
                made.unlink(missing_ok=True)
            raise
    show([{"file": str(out), "as of": when.isoformat(), "rows": rows}], json=json)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidValue(
            "moment-invalid", "This is no moment.", found=text, remedy="Write it as 2026-11-24T16:30, in UTC, or with its zone."
        ) from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _units_of(file: Path) -> dict[str, str]:
    told = json_object(str(file))
    units = told.get("units")
    if told.get("format") != _CHECKPOINT or not isinstance(units, dict):
        raise InvalidValue(
            "checkpoint-invalid",
            "The file is no checkpoint.",
            found=file.name,
            remedy="Take one that `pmp register checkpoint` made.",
        )
    return {str(id): str(digest) for id, digest in units.items()}


def _entry(entry: HistoryEntry) -> dict[str, Any]:
    changed = [f"{one.table}: {', '.join(_columns(one))}" for one in entry.changes]
    return {
        "entity": f"{entry.kind}/{entry.entity_id}",
        "number": entry.number,
        "when": f"{entry.when:%Y-%m-%d %H:%M:%S} UTC",
        "who": entry.who,
        "role": entry.role,
        "action": entry.action,
        "why": entry.why,
        "what": "erased" if entry.erased else "; ".join(dict.fromkeys(changed)),
    }


def _columns(change: RowChange) -> list[str]:
    if change.before is None or change.after is None:
        return ["added" if change.before is None else "removed"]
    return [name for name, cell in change.after.items() if change.before.get(name) != cell]


def _change(change: RowChange) -> dict[str, Any]:
    return {"table": change.table, "key": list(change.key), "before": change.before, "after": change.after}


def _view(view: HistoryView) -> dict[str, Any]:
    return {
        "when": f"{view.when:%Y-%m-%d %H:%M:%S} UTC",
        "who": view.who,
        "role": view.role,
        "learner": view.learner_id,
        "tables": ", ".join(view.tables),
        "rows": view.rows,
        "why": view.why,
    }


def _hidden(told: Any) -> Any:
    """What people wrote may have a personal code in it, and it is masked wherever it is shown."""
    if isinstance(told, dict):
        return {name: _hidden(one) for name, one in told.items()}
    if isinstance(told, list):
        return [_hidden(one) for one in told]
    return masked(told) if isinstance(told, str) else told
