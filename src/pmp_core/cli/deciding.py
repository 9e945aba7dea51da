"""`pmp decide`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import typer

from pmp_core.cli import deciding_files
from pmp_core.cli.files import FORCE
from pmp_core.cli.opening import ON, OVERLAY, opened
from pmp_core.cli.output import JSON, LANGUAGE, day, language, progress, say, show_error, show_json
from pmp_core.compensation import ClaimDecision
from pmp_core.errors import InvalidValue, PmpError

ROLE = "municipal-coordinator"


def decide(
    claim: str | None = typer.Argument(
        None, help="The claim, or a file of claims (.csv, .parquet); every submitted claim of the register if left out."
    ),
    register: str | None = typer.Option(
        None, "--register", help="The register: a file, or a database URL; but with a file of claims."
    ),
    show_: bool = typer.Option(False, "--show", help="Show the decision that is kept; decide nothing."),
    by: str | None = typer.Option(None, "--by", help="Who decides; needed, but with --show, --preview or a file."),
    role: str = typer.Option(ROLE, "--role", help="In which role."),
    programme: str | None = typer.Option(None, "--programme", help="For a file: whose law."),
    overlay: list[Path] = OVERLAY,
    preview: bool = typer.Option(False, "--preview", help="Decide every submitted claim of the register at once; keep nothing."),
    out: Path | None = typer.Option(None, "--out", help="For a file or --preview: where the decisions go (.csv, .parquet)."),
    lines: Path | None = typer.Option(None, "--lines", help="For a file or --preview: where the lines of the decisions go."),
    refused: Path | None = typer.Option(None, "--refused", help="For a file: where the rows go that are no claims, and why."),
    force: bool = FORCE,
    columns: bool = typer.Option(False, "--columns", help="Tell what each column of a file of claims means; decide nothing."),
    example: bool = typer.Option(False, "--example", help="Print a file of claims with one row; decide nothing."),
    on: str | None = ON,
    language_: str = LANGUAGE,
    json: bool = JSON,
) -> None:
    """Decide submitted claims, in the order of submission. An undetermined claim stays submitted and says what is missing.

    Where one of all submitted claims cannot be decided, its error is told, and the others are decided. The claims of a file
    are decided at once, without a register; rows that are no claims are refused with a reason, and the rest is decided.
    """
    if columns or example:
        deciding_files.show_columns(json=json) if columns else deciding_files.show_example()
        return
    code, when = language(language_), day(on)  # before anything is decided
    if claim is not None and deciding_files.is_file(claim):
        _check_unused({"--register": register, "--show": show_, "--by": by, "--preview": preview}, "a file of claims")
        deciding_files.decide_claims_of(
            Path(claim),
            programme=programme,
            overlays=overlay,
            out=out,
            lines=lines,
            refused=refused,
            on=when,
            replace=force,
            json=json,
        )
        return
    _check_unused({"--programme": programme, "--overlay": overlay, "--refused": refused}, "a register")
    if register is None:
        raise InvalidValue(
            "option-invalid",
            "There is nothing to decide from.",
            remedy="Name the register: --register; or a file, .csv or .parquet.",
        )
    if preview:
        _check_unused({"--show": show_, "--by": by, "a claim": claim}, "a preview of every claim")
        deciding_files.preview_claims(register, role=role, out=out, lines=lines, on=when, replace=force, json=json)
    else:
        _check_unused({"--out": out, "--lines": lines, "--force": force}, "decisions that are kept in a register")
        _decide_kept(claim, register, show_=show_, by=by, role=role, code=code, on=when, json=json)


def _check_unused(options: dict[str, object], with_: str) -> None:
    """Whether options that mean nothing together are left out.

    Raises:
        InvalidValue: `option-invalid`.
    """
    used = [name for name, value in options.items() if value]
    if used:
        raise InvalidValue("option-invalid", f"These say nothing about {with_}: {', '.join(used)}.", remedy="Leave them out.")


def _decide_kept(
    claim: str | None, register: str, *, show_: bool, by: str | None, role: str, code: Any, on: date, json: bool
) -> None:
    """Decide claims of a register one after another, and keep the decisions."""
    if show_ and claim is None:
        raise InvalidValue("option-invalid", "--show is for one claim, and none is named.", remedy="Name the claim.")
    if by is None and not show_:
        raise InvalidValue("option-invalid", "Nobody is named.", remedy="Say who decides: --by.")
    decisions: list[ClaimDecision] = []
    failed: list[tuple[str, PmpError]] = []
    with opened(register, by="pmp" if by is None else by, role=role) as opened_register:
        if claim is not None:
            decisions = opened_register.decisions(claim)[-1:] if show_ else [opened_register.decide_claim(claim, on=on)[1]]
        else:
            with opened_register.unit_of_work() as work:
                waiting = [c.id for c in work.claims.find(status="submitted", order=("submitted_on",))]
            with progress("Deciding") as advance:
                for done, id in enumerate(waiting, 1):
                    try:
                        decisions.append(opened_register.decide_claim(id, on=on)[1])
                    except PmpError as error:
                        failed.append((id, error))
                    advance(done, len(waiting))
    if json:
        show_json([decision.model_dump(mode="json") for decision in decisions])
    elif decisions:
        say("\n\n".join(decision.explain(code) for decision in decisions))
    elif not failed:
        say("There is nothing to decide." if claim is None else "There is no decision on this claim yet.")
    for id, refused in failed:
        show_error(refused, about=id)
    if failed:
        raise typer.Exit(1)
