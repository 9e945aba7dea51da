"""`pmp decide`."""

from __future__ import annotations

import typer

from pmp_core.cli.opening import ON, REGISTER, opened
from pmp_core.cli.output import JSON, LANGUAGE, day, language, progress, say, show_error, show_json
from pmp_core.errors import InvalidValue, PmpError
from pmp_core.rules import Decision


def decide(
    claim: str | None = typer.Argument(None, help="The claim; every submitted one if left out."),
    register: str = REGISTER,
    show_: bool = typer.Option(False, "--show", help="Show the decision that is kept; decide nothing."),
    by: str | None = typer.Option(None, "--by", help="Who decides; needed, but with --show."),
    role: str = typer.Option("municipal-coordinator", "--role", help="In which role."),
    on: str | None = ON,
    language_: str = LANGUAGE,
    json: bool = JSON,
) -> None:
    """Decide submitted claims, in the order of submission. An undetermined claim stays submitted and says what is missing.

    Where one of all submitted claims cannot be decided, its error is told, and the others are decided.
    """
    code, when = language(language_), day(on)  # before anything is decided
    if show_ and claim is None:
        raise InvalidValue("option-invalid", "--show is for one claim, and none is named.", remedy="Name the claim.")
    if by is None and not show_:
        raise InvalidValue("option-invalid", "Nobody is named.", remedy="Say who decides: --by.")
    decisions: list[Decision] = []
    failed: list[tuple[str, PmpError]] = []
    with opened(register, by="pmp" if by is None else by, role=role) as opened_register:
        if claim is not None:
            decisions = opened_register.decisions(claim)[-1:] if show_ else [opened_register.decide_claim(claim, on=when)[1]]
        else:
            with opened_register.unit_of_work() as work:
                waiting = [c.id for c in work.claims.find(status="submitted", order=("submitted_on",))]
            with progress("Deciding") as advance:
                for done, id in enumerate(waiting, 1):
                    try:
                        decisions.append(opened_register.decide_claim(id, on=when)[1])
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
