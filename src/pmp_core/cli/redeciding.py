"""`pmp rules redecide`: what an amendment changes in a register's decisions. Nothing is written."""

from __future__ import annotations

from pathlib import Path

import typer

from pmp_core.cli.opening import ON, REGISTER, loaded, opened
from pmp_core.cli.output import JSON, LANGUAGE, day, language, progress, say, show_json, show_table
from pmp_core.errors import InvalidValue
from pmp_core.loading import Programme, load_programme
from pmp_core.register import Register
from pmp_core.register.redecided import RedecidedClaim, RedecidedClaims

HEADINGS = ("claim", "learner", "semester", "decided on", "then", "EUR then", "now", "EUR now", "difference", "because")


def redecide(
    register: str = REGISTER,
    overlay: list[Path] = typer.Option(
        [], "--overlay", help="The amendment, in place of the register's own overlays; can be repeated. None: its own stay."
    ),
    on_top: bool = typer.Option(False, "--on-top", help="Lay the amendment over the register's own overlays."),
    programme: str | None = typer.Option(
        None, "--programme", help="The register's programme; to be named only where its own overlays can no longer be read."
    ),
    explain: str | None = typer.Option(None, "--explain", help="Only this claim: what differs, and why."),
    on: str | None = ON,
    language_: str = LANGUAGE,
    json: bool = JSON,
) -> None:
    """List the decisions on claims that an amendment changes, by amount. Nothing is written: a person decides.

    Without --overlay: the decisions that the law of this release and the register's own overlays change.
    """
    code, when = language(language_), day(on)
    if on_top and not overlay:
        raise InvalidValue("option-invalid", "--on-top lays overlays, and none is given.", remedy="Add --overlay.")
    given: Programme | str | None = programme
    if programme is not None and overlay and not on_top:
        given = loaded(programme, overlay)
    with opened(register, programme=given, trial=True) as looked_at:
        newer = _newer(looked_at, overlay, on_top) if overlay and not isinstance(given, Programme) else looked_at.programme
        if explain is not None:
            redecision = looked_at.redecide_claim(explain, newer, on=when)
            if json:
                show_json(None if redecision is None else redecision.as_dict())
            else:
                say("No decision on this claim counts." if redecision is None else redecision.explain(code))
            return
        with progress("Redeciding") as advance:
            found = looked_at.redecide_claims(newer, on=when, progress=advance)
    names = [layer.name for layer in newer.pack.overlays]
    if json:
        show_json({**found.as_dict(), "overlays": names})
    else:
        say(f"{newer.id}, content {newer.hash[:12]}, overlays: {', '.join(names) or 'none'}.")
        if overlay and not on_top:
            say("The register's own overlays are left out; with --on-top yours would be laid over them.")
        _show(found)
    if found.not_decidable:
        raise typer.Exit(1)


def _newer(register: Register, overlays: list[Path], on_top: bool) -> Programme:
    own = register.programme.pack.overlays if on_top else ()
    return load_programme(register.programme.id, overlays=[*own, *overlays])


def _show(found: RedecidedClaims) -> None:
    rows = [_cells(row) for row in found.rows if row.problem is None]
    if rows:
        amounts = [name.startswith("EUR") or name == "difference" for name in HEADINGS]
        show_table("Decisions that would differ", HEADINGS, rows, right=amounts)
    for row in found.not_decidable:
        say(f"{row.claim_id}: {row.problem}")
    told = found.totals()
    say(f"Of {told['decisions']} decisions {told['differ']} would differ, {told['unchanged']} would be the same.")
    if found.not_decidable:
        say(f"{told['not_decidable']} cannot be decided again as they are.")
    say(f"More by EUR {told['increases']}, less by EUR {str(told['decreases']).removeprefix('-')}.")
    if found.newly_undetermined:
        say(
            f"{told['newly_undetermined']} would be undetermined; granted before: EUR {told['newly_undetermined_granted_before']}."
        )
    if found.newly_determined:
        say(f"{told['newly_determined']} were undetermined and would be decided: EUR {told['newly_determined_granted']}.")
    if found.undecided:
        say(f"{told['undecided']} submitted claims have no decision yet: `pmp decide` decides them.")
    say("Nothing was changed: a person decides.")


def _cells(row: RedecidedClaim) -> list[str]:
    difference = "" if row.difference is None else f"{'+' if row.difference.cents > 0 else ''}{row.difference}"
    old, new = ("" if amount is None else str(amount) for amount in (row.old_amount, row.new_amount))
    about = [row.claim_id, row.learner_id, row.semester, str(row.decided_on)]
    return [*about, row.old_outcome, old, row.new_outcome or "", new, difference, ", ".join(row.because)]
