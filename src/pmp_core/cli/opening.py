"""Options that many commands share, and opening the register they name."""

from __future__ import annotations

from pathlib import Path

import typer

from pmp_core.errors import InvalidValue, ProgrammeError, RegisterError
from pmp_core.loading import Programme, load_programme
from pmp_core.register import Register
from pmp_core.values import Actor

REGISTER = typer.Option(..., "--register", help="The register: a file, or a database URL.")
OVERLAY = typer.Option([], "--overlay", help="A YAML file with a deployment's rates, caps and codes; can be repeated.")
BY = typer.Option("pmp", "--by", help="Who does it; stands in the history.")
ON = typer.Option(None, "--on", help="The day, YYYY-MM-DD; today if left out.")
SEMESTER = typer.Option(None, "--semester", help="Such as 2022/23-1.")


def opened(
    target: str,
    *,
    by: str = "pmp",
    role: str | None = None,
    programme: Programme | None = None,
    adopt: bool = False,
    new: bool = False,
) -> Register:
    """The register a command works on.

    Args:
        target: a file or a URL.
        by: who works.
        role: in which role, a code of the programme's `roles`; None where the command does nothing in a role.
        programme: None: the one the register was made with.
        adopt: work on under this version of the programme.
        new: whether the command may make a new register.

    Raises:
        RegisterError: `register-missing`.
        InvalidValue: `option-invalid`, if nobody is named.
        ProgrammeError: `code-unknown`, if there is no such role.
    """
    if not by.strip():
        raise InvalidValue("option-invalid", "Nobody is named.", remedy="Say who does it: --by.")
    if not new and "://" not in target and not Path(target).is_file():
        raise RegisterError(
            "register-missing",
            "There is no register there.",
            found=target,
            remedy="`pmp import --programme lv-8.3.4` makes one; `pmp demo` makes a sample.",
        )
    actor = Actor(name=by, role=role or "plan-author")
    register = Register.open(target, actor=actor, programme=programme, adopt_programme=adopt)
    try:
        if role is not None:
            register.programme.pack.term("roles", role)
    except ProgrammeError:
        register.close()
        raise
    return register


def loaded(programme: str, overlays: list[Path]) -> Programme:
    """A programme with its overlays."""
    return load_programme(programme, overlays=overlays)
