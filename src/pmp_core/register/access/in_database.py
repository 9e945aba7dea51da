"""The access table put into the database itself, so that a direct SQL connection is bound by it too.

What a database makes of it is the storage's: see `pmp_storage_sql`. Here stands what it is told, and who may be told what.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, runtime_checkable

from attrs import frozen

from pmp_core.errors import AccessDenied, RegisterError
from pmp_core.loading import Programme
from pmp_core.plugins import PluginSet
from pmp_core.programme import AccessTable, Scope
from pmp_core.register import opening
from pmp_core.register.access.paths import PATHS, TablePath
from pmp_core.register.access.reach import denied
from pmp_core.register.encryption.cells import keys_needed
from pmp_core.register.encryption.pseudonyms import Pseudonyms
from pmp_core.register.keys import RegisterKeys
from pmp_core.values import Actor

EXTRACT = "take-extract"


@frozen
class Grant:
    """What a login of the database may see.

    Args:
        login: its name.
        role: a code of `roles`; None: it is an application's, which sees and changes everything.
        institution_id: the institution it acts for.
        municipality_id: the municipality it acts for.
        region: the municipalities a regional coordinator acts for.
        purpose: what it takes pseudonymous extracts for; it sees nothing else then.
        finding: what is wrong with it by now, in English; None where it is as it was granted.
    """

    login: str
    role: str | None = None
    institution_id: str | None = None
    municipality_id: str | None = None
    region: tuple[str, ...] = ()
    purpose: str | None = None
    finding: str | None = None


class DatabaseAccess(Protocol):
    """What a database does about access, within one transaction."""

    def secure(self, rights: Mapping[tuple[str, str], str], applications: Sequence[str]) -> list[str]:
        """Bind every login, but for applications.

        Args:
            rights: scopes, by role and action.
            applications: logins of applications; none: the owner of the tables, where no other was granted before.

        Returns:
            The tables that are bound.
        """
        ...

    def grant(self, given: Grant, tables: Sequence[str], pads: tuple[bytes, bytes] | None) -> None:
        """Let a login see what its role sees; what it was granted before is replaced.

        Args:
            given: to whom, and as whom.
            tables: that it may read at all.
            pads: with what the pseudonyms of its purpose are made.
        """
        ...

    def revoke(self, login: str) -> None:
        """Let a login see nothing any more."""
        ...

    def grants(self) -> list[Grant]:
        """Who was granted what, by login."""
        ...

    def unsecure(self) -> None:
        """Take everything away again: the tables are read by whom the database lets read them."""
        ...


@runtime_checkable
class BindingStorage(Protocol):
    """A storage whose database can be told who sees what."""

    def access(self) -> AbstractContextManager[DatabaseAccess]:
        """A transaction in which the database is told: all of it is kept, or nothing."""
        ...


def secure(target: Any, *, applications: Sequence[str] = (), plugins: PluginSet | None = None) -> list[str]:
    """Bind every direct connection to a register's database by its programme's access table.

    To be done again when the programme was changed, or the register migrated: grants stay.

    Args:
        target: a URL, or an engine or connection of the host; of whoever owns the tables.
        applications: logins through which the library works: they see and change everything. None: the owner of the tables,
            where no other was granted before.
        plugins: where to look for the storage; None loads the installed one.

    Returns:
        The names of the tables that are bound.

    Raises:
        RegisterError: `access-unsupported`, `access-owner-too-strong`, `access-schema-taken`, `access-login-unknown`, and what the
            storage raises.
    """
    with _Opened(target, plugins) as (programme, access):
        return access.secure(_rights(programme), applications)


def grant(
    target: Any, login: str, actor: Actor, *, purpose: str | None = None, keys: RegisterKeys | None = None,
    plugins: PluginSet | None = None,
) -> list[str]:  # fmt: skip
    """Let a login of the database see what an actor sees; what it was granted before is replaced.

    Args:
        target: as for `secure`.
        login: of the database; it has to be there.
        actor: in which role, and for which institution, municipality or region.
        purpose: what the login takes pseudonymous extracts for; it sees views of its own then, and no table.
        keys: of the register, with which pseudonyms are made; only with a purpose.
        plugins: as for `secure`.

    Returns:
        The names of the tables that the login may read.

    Raises:
        AccessDenied: `access-denied`: the role sees nothing, or takes no extracts; `actor-without-scope`.
        RegisterError: `access-not-bound`, `access-login-unknown`, `access-login-too-strong`, `access-login-owner`,
            `access-purpose-missing`, `register-keys-needed`, `reference-missing`, …
        ProgrammeError: `code-unknown`.
    """
    with _Opened(target, plugins) as (programme, access):
        programme.pack.term("roles", actor.role)
        given = Grant(login, actor.role, actor.institution_id, actor.municipality_id, actor.region, purpose)
        if purpose is not None:
            access.grant(given, (), _pads(programme.pack.access, actor, purpose, keys))
            return []
        tables = _readable(programme.pack.access, actor)
        access.grant(given, tables, None)
        return tables


def revoke(target: Any, login: str, *, plugins: PluginSet | None = None) -> None:
    """Let a login see nothing of the register any more.

    Args:
        target: as for `secure`.
        login: of a person or an application; it need not be there any more.
        plugins: as for `secure`.

    Raises:
        RegisterError: `access-not-bound`, `access-login-unknown`: it was granted nothing.
    """
    with _Opened(target, plugins) as (_, access):
        access.revoke(login)


def grants(target: Any, *, plugins: PluginSet | None = None) -> list[Grant]:
    """Which logins see what.

    Args:
        target: as for `secure`.
        plugins: as for `secure`.

    Raises:
        RegisterError: `access-not-bound`.
    """
    with _Opened(target, plugins) as (_, access):
        return access.grants()


def unsecure(target: Any, *, plugins: PluginSet | None = None) -> None:
    """Take the bounds away again, with all grants and the views of extracts.

    Args:
        target: as for `secure`.
        plugins: as for `secure`.

    Raises:
        RegisterError: `access-not-bound`.
    """
    with _Opened(target, plugins) as (_, access):
        access.unsecure()


class _Opened:
    """The storage of a register that is there, its programme, and a transaction to bind it in."""

    def __init__(self, target: Any, plugins: PluginSet | None) -> None:
        self._target, self._plugins = target, plugins

    def __enter__(self) -> tuple[Programme, DatabaseAccess]:
        self._storage = opening.storage_at(self._target, self._plugins)
        try:
            if not isinstance(self._storage, BindingStorage):
                raise unsupported(self._storage.name)
            info, kept = opening.read_info(self._storage)
            opening.check_schema(info, adopt=False, migrates=True)
            programme = opening.programme_of(None, info, kept, self._plugins)
            self._transaction = self._storage.access()
            return programme, self._transaction.__enter__()
        except BaseException:
            self._storage.close()
            raise

    def __exit__(self, *error: Any) -> None:
        try:
            self._transaction.__exit__(*error)
        finally:
            self._storage.close()


def unsupported(name: str) -> RegisterError:
    """A database that cannot bind direct connections."""
    return RegisterError(
        "access-unsupported",
        "This database cannot bind direct connections by the access table: only PostgreSQL can.",
        found=name,
        remedy="Keep the register in PostgreSQL, or let nobody but the application reach the database.",
    )


def _rights(programme: Programme) -> dict[tuple[str, str], str]:
    seen = {path.see for path in PATHS.values() if path.see is not None} | {EXTRACT}
    lines = [line for line in programme.pack.access.lines.values() if line.action in seen]
    return {(role, line.action): str(scope) for line in lines for role, scope in line.roles.items()}


def _readable(access: AccessTable, actor: Actor) -> list[str]:
    """The tables that an actor may read at all.

    Raises:
        AccessDenied: `access-denied`, `actor-without-scope`.
        RegisterError: `access-purpose-missing`.
    """
    reaches = {path.table.name: _reaches(access, actor, path) for path in PATHS.values()}
    bound = [name for name, reach in reaches.items() if reach is not None and not PATHS[name].open]
    if not bound and access.scope_of(actor.role, EXTRACT) is not None:
        raise RegisterError(
            "access-purpose-missing",
            f"The role {actor.role!r} sees extracts only, and those are made for a purpose.",
            remedy="Name the purpose: `--purpose`.",
        )
    if not bound:
        raise denied(access, actor, "see-plans")
    if not any(reaches[name] for name in bound):
        raise AccessDenied(
            "actor-without-scope",
            f"What the role {actor.role!r} sees depends on whom it acts for, and that is not said.",
            found=actor.role,
            remedy="Name it: `--institution`, `--municipality` or `--region`.",
        )
    return [name for name, reach in reaches.items() if reach]


def _reaches(access: AccessTable, actor: Actor, path: TablePath) -> bool | None:
    """Whether an actor reaches any row of a table; None where its role may not read it at all."""
    if path.see is None:
        return True
    scope = access.scope_of(actor.role, path.see)
    if scope is None or scope is Scope.PSEUDONYMOUS:
        return None
    if path.open or scope is Scope.STATE or actor.institution_id is not None:
        return True
    if scope is Scope.INSTITUTION:
        return False
    return actor.municipality_id is not None or (scope is Scope.REGION and bool(actor.region))


def _pads(access: AccessTable, actor: Actor, purpose: str, keys: RegisterKeys | None) -> tuple[bytes, bytes]:
    """With what the pseudonyms of a purpose are made, for a role that takes extracts of the whole register.

    Raises:
        AccessDenied: `access-denied`.
        InvalidValue: `purpose-invalid`.
        RegisterError: `access-purpose-bounded`, `register-keys-needed`.
    """
    if access.scope_of(actor.role, EXTRACT) not in (Scope.PSEUDONYMOUS, Scope.STATE):
        raise denied(access, actor, EXTRACT)
    if actor.institution_id is not None or actor.municipality_id is not None or actor.region:
        raise RegisterError(
            "access-purpose-bounded",
            "A login that takes extracts takes them of the whole register: without names and ids there is nothing to bound it by.",
            remedy="Leave the institution, the municipality and the region out, or the purpose.",
        )
    if keys is None:
        raise keys_needed()
    return Pseudonyms(keys.current, purpose).blocks()
