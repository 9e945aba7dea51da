"""`pmp decide FILE`, and `--preview`: claims decided in bulk, without keeping anything in a register."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import typer

from pmp_core.cli.opening import loaded, opened
from pmp_core.cli.output import progress, say, show, show_error, show_json
from pmp_core.errors import InvalidValue, StepRefused
from pmp_core.register.bulk.file_columns import COLUMNS, template
from pmp_core.register.bulk.file_deciding import decide_file
from pmp_core.register.bulk.file_outputs import check_outputs, write_frames
from pmp_core.register.bulk.file_reading import SUFFIXES
from pmp_core.register.bulk.file_totals import FileTotals


def is_file(claim: str | None) -> bool:
    """Whether what is to be decided is a file of claims: its suffix says so."""
    return claim is not None and Path(claim).suffix.lower() in SUFFIXES


def show_columns(*, json: bool) -> None:
    """What each column of a file of claims means."""
    rows = [
        {
            "column": column.name,
            "type": "EUR, or whole cents as " + column.name + "_cents" if column.type == "amount" else column.type,
            "meaning": column.meaning.en,
            "column needed": column.column,
            "cell needed": column.cell,
            "empty means": column.empty or ("" if column.cell else "not known" if column.column else "nothing told"),
        }
        for column in COLUMNS
    ]
    show(rows, json=json, title="The columns of a file of claims")


def show_example() -> None:
    """A file of claims with one row."""
    say(template().rstrip())


def decide_claims_of(
    file: Path,
    *,
    programme: str | None,
    overlays: list[Path],
    out: Path | None,
    lines: Path | None,
    refused: Path | None,
    on: date,
    replace: bool,
    json: bool,
) -> None:
    """Decide the claims of a file, and tell what became of its rows.

    Raises:
        InvalidValue: `option-invalid`, and what `decide_file` raises.
    """
    if programme is None or out is None:
        raise InvalidValue(
            "option-invalid",
            "A file is decided under a programme, and the decisions go to a file.",
            remedy="Add --programme and --out.",
        )
    with progress("Deciding") as advance:
        totals = decide_file(
            file,
            loaded(programme, overlays),
            on=on,
            out=out,
            lines=lines,
            refused=refused,
            replace=replace,
            progress=advance,
        )
    show_totals(totals, refused, json=json)
    if totals.refused:
        raise typer.Exit(1)


def show_totals(totals: FileTotals, refused: Path | None, *, json: bool) -> None:
    """What became of the rows."""
    told = totals.as_dict()
    if json:
        show_json(told)
        return
    names = ("read", "decided", "refused")
    show([{"": name, "rows": told["rows"][name], "asked, EUR": told["asked"][name]} for name in names], json=False)
    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in totals.outcomes.items())
    say(f"Granted: {told['granted']} EUR ({outcomes or 'no decision'}).")
    for code, count in totals.faults.items():
        say(f"Refused rows, {code}: {count}.")
    if totals.refused:
        say(f"Which, and why: {refused.name}." if refused is not None else "Which, and why: --refused FILE writes it.")
    if totals.ignored:
        say(f"Columns that mean nothing here: {', '.join(totals.ignored)}.")


def preview_claims(
    register: str, *, role: str, out: Path | None, lines: Path | None, on: date, replace: bool, json: bool
) -> None:
    """Decide every submitted claim of a register at once, keep nothing, and tell or write what they come to.

    Raises:
        InvalidValue: what `check_outputs` raises.
    """
    outputs = [path for path in (out, lines) if path is not None]
    check_outputs(None, outputs, replace=replace)
    with opened(register, role=role, trial=True) as opened_register, progress("Deciding"):
        at_once = opened_register.decide_claims_in_bulk(on=on)
    frames = {path: frame for path, frame in ((out, at_once.decisions), (lines, at_once.lines)) if path is not None}
    if frames:
        write_frames(frames)
    rows = at_once.decisions.to_dicts()
    if json:
        show_json(rows)
    elif out is None:
        show(rows, json=False, title="What the submitted claims would come to")
    else:
        say(f"{len(rows)} claims decided, and nothing kept: {out.name}.")
    for id, code in at_once.failed.items():
        show_error(StepRefused(code, "The claim cannot be decided.", remedy=f"`pmp decide {id}` tells why."), about=id)
    if at_once.failed:
        raise typer.Exit(1)
