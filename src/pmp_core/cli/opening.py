"""Options that many commands share, and opening the register they name."""

from __future__ import annotations

import json as json_module
import os
import sys
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import typer
from attrs import frozen

from pmp_core.errors import InvalidValue, ProgrammeError, RegisterError
from pmp_core.loading import Programme, load_programme
from pmp_core.register import Register
from pmp_core.register.keys import RegisterKeys
from pmp_core.values import Actor

REGISTER = typer.Option(..., "--register", help="The register: a file, or a database URL.")
OVERLAY = typer.Option([], "--overlay", help="A YAML file with a deployment's rates, caps and codes; can be repeated.")
BY = typer.Option("pmp", "--by", help="Who does it; stands in the history.")
ON = typer.Option(None, "--on", help="The day, YYYY-MM-DD; today if left out.")
WHO = typer.Option(..., "--by", help="Who does it; stands in the history.")
FIELDS = typer.Argument(..., help="A JSON file with the fields, without id and status; - for standard input.")
ROLE = typer.Option("plan-author", "--role", help="In which role: a code of the programme's `roles`.")
REASON = typer.Option(None, "--reason", help="Why.")
SEMESTER = typer.Option(None, "--semester", help="Such as 2022/23-1.")


@frozen
class ActsFor:
    """For whom a command acts: what was said before its name.

    Args:
        role: in which role, where the command does not ask for one.
        institution_id: of this institution; `municipality_id`: of this municipality; `region`: of these municipalities.
    """

    role: str | None = None
    institution_id: str | None = None
    municipality_id: str | None = None
    region: tuple[str, ...] = ()

    @property
    def usual_role(self) -> str:
        """The role where none is said."""
        if self.institution_id is None and self.municipality_id is not None:
            return "municipal-coordinator"
        return "regional-coordinator" if self.institution_id is None and self.region else "plan-author"


_ACTS_FOR: ContextVar[ActsFor | None] = ContextVar("acts_for", default=None)


def acts_for(
    institution: str | None = typer.Option(None, "--institution", envvar="PMP_INSTITUTION", help="Act for this institution."),
    municipality: str | None = typer.Option(None, "--municipality", envvar="PMP_MUNICIPALITY", help="Act for this municipality."),
    region: list[str] = typer.Option(
        [], "--region", envvar="PMP_REGION", help="Act for a region: one of its municipalities; can be repeated."
    ),
    role: str | None = typer.Option(
        None, "--role", envvar="PMP_ROLE", help="Act in this role, where the command itself does not ask for one."
    ),
) -> None:
    """What stands before the name of a command: for whom it acts. Then the programme's access table counts."""
    said = ActsFor(role, institution, municipality, tuple(region))
    _ACTS_FOR.set(None if said == ActsFor() else said)


def opened(
    target: str,
    *,
    by: str = "pmp",
    role: str | None = None,
    programme: Programme | str | None = None,
    adopt: bool = False,
    new: bool = False,
    trial: bool = False,
) -> Register:
    """The register a command works on. Where it was said for whom it acts, the access table counts; else for whoever has the database.

    Args:
        target: a file or a URL.
        by: who works.
        role: in which role, a code of the programme's `roles`; None where the command does nothing in a role.
        programme: a programme, or its id; None: the one the register was made with.
        adopt: work on under this version of the programme.
        new: whether the command may make a new register.
        trial: look only, under whatever version of the programme; nothing is kept.

    Raises:
        RegisterError: `register-missing`.
        InvalidValue: `option-invalid`, if nobody is named.
        ProgrammeError: `code-unknown`, if there is no such role.
    """
    if not by.strip():
        raise InvalidValue("option-invalid", "Nobody is named.", remedy="Say who does it: --by.")
    if not new:
        check_there(target)
    said = _ACTS_FOR.get()
    whose = said or ActsFor()
    actor = Actor(
        name=by,
        role=role or whose.role or whose.usual_role,
        institution_id=whose.institution_id,
        municipality_id=whose.municipality_id,
        region=whose.region,
    )
    register = Register.open(
        target,
        actor=actor,
        programme=programme,
        adopt_programme=adopt,
        trial=trial,
        access="host" if said is None else "table",
        keys=given_keys(),
    )
    try:
        if role is not None or whose.role is not None:
            register.programme.pack.term("roles", actor.role)
    except ProgrammeError:
        register.close()
        raise
    return register


def given_keys() -> RegisterKeys | None:
    """The keys in the file that the environment variable PMP_REGISTER_KEYS names; None where it names none.

    Raises:
        InvalidValue: `file-missing`, `register-key-invalid`, `register-keys-missing`.
    """
    file = os.environ.get("PMP_REGISTER_KEYS")
    return RegisterKeys.read(file) if file else None


def check_there(target: str) -> None:
    """Whether there is a file where a path or a URL says so: opening it would make one.

    Raises:
        RegisterError: `register-missing`.
    """
    file = file_of(target)
    if file is not None and not file.is_file():
        raise RegisterError(
            "register-missing",
            "There is no register there.",
            found=target,
            remedy="`pmp import --programme lv-8.3.4` makes one; `pmp demo` makes a sample.",
        )


def file_of(target: str) -> Path | None:
    """The file that a path or an SQLite URL names; None for what lies elsewhere, or in memory only."""
    scheme, is_url, rest = target.partition("://")
    if not is_url:
        return Path(target)
    database, _, query = rest.removeprefix("/").partition("?")
    if scheme.partition("+")[0] != "sqlite" or not rest.startswith("/") or "mode=memory" in query:
        return None
    database = database.removeprefix("file:") if "uri=" in query else database
    return None if database in ("", ":memory:") else Path(database)


def json_object(file: str) -> dict[str, Any]:
    """The fields of an entity, from a JSON file; `-` for standard input.

    Raises:
        InvalidValue: `file-missing`, `json-invalid`.
    """
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8-sig")
        fields = json_module.loads(text)
    except OSError as error:
        raise InvalidValue(
            "file-missing", f"The file cannot be read: {error.strerror}.", found=Path(file).name, remedy="Check its name."
        ) from None
    except UnicodeDecodeError:
        raise InvalidValue("json-invalid", "The file is not UTF-8 text.", remedy="Save it as UTF-8.") from None
    except (json_module.JSONDecodeError, RecursionError) as error:
        where = f"{error.msg}, line {error.lineno}" if isinstance(error, json_module.JSONDecodeError) else "nested too deeply"
        raise InvalidValue("json-invalid", f"The file is no JSON: {where}.", remedy="Correct the file.") from None
    if not isinstance(fields, dict):
        raise InvalidValue("json-invalid", "The file holds no JSON object.", remedy="Write its fields between { and }.")
    return fields


def loaded(programme: str, overlays: list[Path]) -> Programme:
    """A programme with its overlays."""
    return load_programme(programme, overlays=overlays)
