"""`pmp register secure`, `grant`, `revoke`, `logins`, `unsecure`: what direct connections to the database see."""

from __future__ import annotations

from typing import Any

import attrs
import typer

from pmp_core.cli.opening import REGISTER, check_there, given_keys
from pmp_core.cli.output import JSON, show
from pmp_core.errors import InvalidValue
from pmp_core.register.access import in_database
from pmp_core.register.access.in_database import Grant
from pmp_core.values import Actor

commands = typer.Typer()
LOGIN = typer.Argument(..., help="A login of the database, letter by letter.")


@commands.command("secure")
def secure(
    register: str = REGISTER,
    application: list[str] = typer.Option(
        [], "--application",
        help="A login through which the library works: it sees and changes everything. The tables' owner if none was ever named; can be repeated.",
    ),
    json: bool = JSON,
) -> None:  # fmt: skip
    """Bind every direct connection to a register in PostgreSQL by the access table. Again after a migration or another programme; grants stay."""
    check_there(register)
    bound = in_database.secure(register, applications=application)
    show([{"tables bound": len(bound), "applications": _applications(register)}], json=json)


@commands.command("grant")
def grant(
    login: str = LOGIN,
    role: str = typer.Option(..., "--role", help="In which role: a code of the programme's `roles`."),
    institution: str | None = typer.Option(None, "--institution", help="The institution it acts for."),
    municipality: str | None = typer.Option(None, "--municipality", help="The municipality it acts for."),
    region: list[str] = typer.Option([], "--region", help="A municipality of its region; can be repeated."),
    purpose: str | None = typer.Option(
        None, "--purpose", help="What it takes pseudonymous extracts for: it sees views of its own, and no table. Needs PMP_REGISTER_KEYS."
    ),
    register: str = REGISTER,
    json: bool = JSON,
) -> None:  # fmt: skip
    """Let a login see what a role sees; what it was granted before is replaced."""
    _check_named(login)
    check_there(register)
    actor = Actor(name="pmp", role=role, institution_id=institution, municipality_id=municipality, region=tuple(region))
    keys = given_keys() if purpose is not None else None
    readable = in_database.grant(register, login, actor, purpose=purpose, keys=keys)
    show([{"login": login, "tables": len(readable), "purpose": purpose or ""}], json=json)


@commands.command("revoke")
def revoke(login: str = LOGIN, register: str = REGISTER, json: bool = JSON) -> None:
    """Let a login see nothing of the register any more."""
    _check_named(login)
    check_there(register)
    in_database.revoke(register, login)
    show([{"login": login}], json=json)


@commands.command("logins")
def logins(register: str = REGISTER, json: bool = JSON) -> None:
    """Which logins see what, and what is wrong with them by now."""
    check_there(register)
    show([_row(grant) for grant in in_database.grants(register)], json=json, title="Logins")


@commands.command("unsecure")
def unsecure(register: str = REGISTER, json: bool = JSON) -> None:
    """Take the bounds away again, with all grants and the views of extracts. Only the tables' owner reads them then."""
    check_there(register)
    in_database.unsecure(register)
    show([{"tables bound": 0}], json=json)


def _applications(register: str) -> str:
    return ", ".join(grant.login for grant in in_database.grants(register) if grant.role is None)


def _row(grant: Grant) -> dict[str, Any]:
    row = attrs.asdict(grant)
    row["region"] = ", ".join(grant.region)
    return {
        "login": row.pop("login"),
        "sees": grant.role or "everything (application)",
        **{k: v or "" for k, v in row.items() if k != "role"},
    }


def _check_named(login: str) -> None:
    if not login.strip():
        raise InvalidValue("option-invalid", "No login is named.", remedy="Name one of the database's logins.")
