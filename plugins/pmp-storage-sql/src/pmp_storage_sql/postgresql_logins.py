"""Logins of a PostgreSQL server: whether one is there, and whether policies bind it at all."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from attrs import frozen

from pmp_core.errors import RegisterError

_ROLE = "SELECT r.rolname::text, r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = %s::text"
# Whatever a login could become by SET ROLE counts. Whoever reads the server's files or its log of writes reads everything.
_STRONGER = """
SELECT r.rolname::text FROM pg_catalog.pg_roles r
WHERE pg_catalog.pg_has_role(%s::oid, r.oid, 'MEMBER') AND (
    r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolreplication OR r.rolname = %s::text
    OR r.rolname IN ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program')
) ORDER BY 1
"""


@frozen
class Login:
    """A login of the server.

    Args:
        name: as the server has it.
        oid: its number.
        raw: the connection it was found by.
    """

    GONE: ClassVar[str] = "the login is not there any more"

    name: str
    oid: int
    raw: Any

    @classmethod
    def of(cls, raw: Any, name: str) -> Self | None:
        """The login of this name, letter by letter; None where there is none."""
        if "\0" in name:
            return None
        found = raw.execute(_ROLE, (name,)).fetchone()
        return None if found is None else cls(found[0], found[1], raw)

    def finding(self, owner: str) -> str | None:
        """Why policies do not bind it; None where they do.

        Args:
            owner: of the register's tables.
        """
        stronger = [name for (name,) in self.raw.execute(_STRONGER, (self.oid, owner)).fetchall()]
        return f"it is, or can become, {', '.join(stronger)}" if stronger else None

    def check_bindable(self, owner: str) -> None:
        """Whether policies bind it.

        Raises:
            RegisterError: `access-login-owner`, `access-login-too-strong`.
        """
        if self.name == owner:
            raise RegisterError(
                "access-login-owner", "The owner of the tables can take its bounds off itself.", found=self.name,
                remedy="Give people logins of their own; the owner is for `pmp register secure` and for migrations.",
            )  # fmt: skip
        if finding := self.finding(owner):
            raise RegisterError(
                "access-login-too-strong", f"Policies do not bind this login: {finding}.", found=self.name,
                remedy="Give it no attribute (SUPERUSER, BYPASSRLS, CREATEROLE, REPLICATION) and no membership by which it could.",
            )  # fmt: skip


def login_named(raw: Any, name: str) -> Login:
    """The login of this name.

    Raises:
        RegisterError: `access-login-unknown`.
    """
    login = Login.of(raw, name)
    if login is None:
        raise RegisterError(
            "access-login-unknown", "The server has no login of this name.", found=name,
            remedy="Make it first: `CREATE ROLE … LOGIN`. Names count letter by letter.",
        )  # fmt: skip
    return login
