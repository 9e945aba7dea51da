"""The access table in PostgreSQL: who is connected decides what the server gives, whatever tool asks.

All of it belongs to whoever owns the tables, and needs no right beyond that: no role is made, and none of the server's is changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from psycopg.sql import SQL, Composable, Identifier, Literal

from pmp_core.errors import RegisterError
from pmp_core.register import write_errors
from pmp_core.register.access.in_database import Grant
from pmp_core.register.access.paths import PATHS
from pmp_storage_sql import postgresql_extracts as extracts
from pmp_storage_sql import postgresql_policies as policies
from pmp_storage_sql.postgresql_logins import Login, login_named

_OLDEST = 140000  # functions whose names are looked up when they are made, and never again
_TABLE = """
SELECT n.nspname, o.rolname, o.rolsuper OR o.rolbypassrls FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles o ON o.oid = c.relowner
WHERE c.oid = to_regclass(%s) AND c.relkind IN ('r', 'p')
"""
_GRANTEES = """
SELECT DISTINCT r.rolname FROM (
    SELECT c.relnamespace, c.relname, c.relacl AS acl FROM pg_class c WHERE c.relacl IS NOT NULL
    UNION ALL SELECT c.relnamespace, c.relname, a.attacl FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE a.attacl IS NOT NULL
) g JOIN pg_namespace n ON n.oid = g.relnamespace CROSS JOIN LATERAL aclexplode(g.acl) x JOIN pg_roles r ON r.oid = x.grantee
WHERE n.nspname = %s AND g.relname = ANY(%s) AND r.rolname <> %s
"""
_ON_SCHEMA = """
SELECT DISTINCT r.rolname FROM pg_namespace n CROSS JOIN LATERAL aclexplode(n.nspacl) x JOIN pg_roles r ON r.oid = x.grantee
WHERE n.nspname = %s AND r.rolname <> %s
"""
_OPEN = """
SELECT FROM pg_namespace n CROSS JOIN LATERAL aclexplode(n.nspacl) x
WHERE n.nspname = %s AND x.grantee = 0 AND x.privilege_type = 'CREATE'
"""
_GRANTED = """
SELECT l.login, l.application, l.role, l.institution_id, l.municipality_id, l.purpose,
    ARRAY(SELECT g.municipality_id FROM pmp_access.regions g WHERE g.login = l.login ORDER BY 1)
FROM pmp_access.logins l ORDER BY l.login
"""


class PostgreSQLAccess:
    """What is done about access in one transaction.

    Args:
        raw: psycopg's connection, in a transaction.

    Raises:
        RegisterError: `storage-unsupported`, `table-unknown`, `access-owner-too-strong`, `access-schema-taken`, and, unless the
            database lets whoever is connected act as the owner, `storage-forbidden`.
    """

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        if raw.info.server_version < _OLDEST:
            raise _too_old()
        self._register, self._owner = self._place()
        self._say("SET LOCAL ROLE {}", Identifier(self._owner))
        self._say("SET LOCAL search_path = pg_catalog")
        self._tables = [Identifier(self._register, name) for name in PATHS]

    def secure(self, rights: Mapping[tuple[str, str], str], applications: Sequence[str]) -> list[str]:
        """Bind every login, but for applications."""
        before = self.grants() if self._is_bound() else []
        kept = [grant for grant in before if grant.finding != Login.GONE]
        named = [login_named(self._raw, name) for name in applications]
        if not named and not any(grant.role is None for grant in kept):
            named = [login_named(self._raw, self._owner)]
        self._take_down()
        for schema in (policies.SCHEMA, extracts.SCHEMA):
            self._say("CREATE SCHEMA IF NOT EXISTS {}", Identifier(schema))
        self._say(policies.TABLES, register=Identifier(self._register))
        self._close()
        self._raw.execute("DELETE FROM pmp_access.about")
        self._raw.execute("INSERT INTO pmp_access.about VALUES (%s)", (self._register,))
        self._raw.execute("DELETE FROM pmp_access.rights")
        with self._raw.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO pmp_access.rights VALUES (%s, %s, %s)", [(*right, to) for right, to in rights.items()]
            )
        register, owner = Identifier(self._register), Identifier(self._owner)
        for statement in self._made(register, owner):
            self._raw.execute(statement)
        # Policies call them as whoever asks; what they answer is about that session alone.
        self._say("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {} TO PUBLIC", Identifier(policies.SCHEMA))
        for grant in kept:
            self._allow(grant, self._readable(grant))
        for login in named:
            self._forget(login.name)
            self._note(Grant(login.name))
            self._allow(Grant(login.name), ())
        return list(PATHS)

    def grant(self, given: Grant, tables: Sequence[str], pads: tuple[bytes, bytes] | None) -> None:
        """Let a login see what its role sees; what it was granted before is replaced."""
        self._need_bound()
        login = login_named(self._raw, given.login)
        login.check_bindable(self._owner)
        self._forget(login.name)
        if pads is not None:
            self._raw.execute(
                "INSERT INTO pmp_access.purposes VALUES (%s, %s, %s) ON CONFLICT (purpose) "
                "DO UPDATE SET inner_pad = excluded.inner_pad, outer_pad = excluded.outer_pad",
                (given.purpose, *pads),
            )
        self._note(given)
        self._allow(given, tables)

    def revoke(self, login: str) -> None:
        """Let a login see nothing any more."""
        self._need_bound()
        if login not in [grant.login for grant in self.grants()]:
            raise RegisterError(
                "access-login-unknown", "This login was granted nothing.", found=login, remedy="See `pmp register logins`."
            )
        self._forget(login)

    def grants(self) -> list[Grant]:
        """Who was granted what, and what has changed about the login since."""
        self._need_bound()
        found = []
        for name, application, role, institution, municipality, purpose, region in self._raw.execute(_GRANTED).fetchall():
            there = Login.of(self._raw, name)
            finding = Login.GONE if there is None else None if application else there.finding(self._owner)
            found.append(Grant(name, role, institution, municipality, tuple(region), purpose, finding))
        return found

    def unsecure(self) -> None:
        """Take everything away again. Whom the database let read before `secure` is not known any more."""
        self._need_bound()
        for grant in self.grants():
            self._forget(grant.login)
        self._take_down()
        for table in self._tables:
            self._say("ALTER TABLE {} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY", table)
        self._say("DROP SCHEMA {}", Identifier(extracts.SCHEMA))
        for name in reversed(policies.OWN_TABLES):
            self._say("DROP TABLE {}", Identifier(policies.SCHEMA, name))
        self._say("DROP SCHEMA {}", Identifier(policies.SCHEMA))

    def _place(self) -> tuple[str, str]:
        """The schema of the register's tables, and whose they are."""
        found = set()
        for name in PATHS:
            row = self._raw.execute(_TABLE, (name,)).fetchone()
            if row is None:
                raise write_errors.table_unknown(name)
            found.add(row)
        if len(found) > 1:
            raise _owner_unfit("The register's tables lie in several schemas, or belong to several logins.")
        ((schema, owner, too_strong),) = found
        if too_strong:
            raise _owner_unfit("The register's tables belong to a login that row-level security does not bind.", owner)
        return schema, owner

    def _is_bound(self) -> bool:
        owners = dict(
            self._raw.execute(
                "SELECT n.nspname, pg_get_userbyid(n.nspowner) FROM pg_namespace n WHERE n.nspname = ANY(%s)",
                ([policies.SCHEMA, extracts.SCHEMA],),
            ).fetchall()
        )
        if any(owner != self._owner for owner in owners.values()):
            raise _schema_taken()
        if self._raw.execute("SELECT to_regclass('pmp_access.about')").fetchone() == (None,):
            if owners:
                raise _schema_taken()
            return False
        about = self._raw.execute("SELECT register FROM pmp_access.about").fetchone()
        if about != (self._register,):
            raise _schema_taken()
        return True

    def _need_bound(self) -> None:
        if not self._is_bound():
            raise RegisterError(
                "access-not-bound", "Direct connections to this register's database are not bound by the access table.",
                remedy="Bind them: `pmp register secure`.",
            )  # fmt: skip

    def _take_down(self) -> None:
        """Views, policies and functions; grants and purposes stay. Views that analysts made over the views go: they must not stop it."""
        for name in self._named(
            "SELECT c.relname FROM pg_class c WHERE c.relkind = 'v' AND c.relnamespace = {}", extracts.SCHEMA
        ):
            self._say("DROP VIEW {} CASCADE", Identifier(extracts.SCHEMA, name))
        on_tables = "SELECT p.tablename, p.policyname FROM pg_policies p WHERE p.schemaname = %s AND p.tablename = ANY(%s)"
        for table, policy in self._raw.execute(on_tables, (self._register, list(PATHS))).fetchall():
            self._say("DROP POLICY {} ON {}", Identifier(policy), Identifier(self._register, table))
        functions = "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = {} ORDER BY p.oid DESC"
        for signature in self._named(functions, policies.SCHEMA):
            self._raw.execute(f"DROP FUNCTION {signature}")

    def _named(self, query: str, schema: str) -> list[str]:
        there = SQL("(SELECT n.oid FROM pg_namespace n WHERE n.nspname = {})").format(Literal(schema))
        return [name for (name,) in self._raw.execute(SQL(query).format(there)).fetchall()]

    def _made(self, register: Identifier, owner: Identifier) -> Iterator[Composable]:
        yield policies.asked_first(register)
        yield from policies.gathering(PATHS, register)
        for path in PATHS.values():
            yield from policies.policies(path, register, owner)
        yield from extracts.views(self._register)

    def _close(self) -> None:
        """Nobody has any right to the tables but their owner, and to what is ours beside them; what was there may be anything."""
        ours = [Identifier(policies.SCHEMA, name) for name in policies.OWN_TABLES]
        for schema, tables in ((self._register, list(PATHS)), (policies.SCHEMA, list(policies.OWN_TABLES))):
            others = [row[0] for row in self._raw.execute(_GRANTEES, (schema, tables, self._owner)).fetchall()]
            for table in (*self._tables,) if schema == self._register else ours:
                self._say("REVOKE ALL ON {} FROM PUBLIC CASCADE", table)
                for other in others:
                    self._say("REVOKE ALL ON {} FROM {} CASCADE", table, Identifier(other))
        for schema in (policies.SCHEMA, extracts.SCHEMA):
            self._say("REVOKE ALL ON SCHEMA {} FROM PUBLIC CASCADE", Identifier(schema))
            for (other,) in self._raw.execute(_ON_SCHEMA, (schema, self._owner)).fetchall():
                self._say("REVOKE ALL ON SCHEMA {} FROM {} CASCADE", Identifier(schema), Identifier(other))
        self._say("REVOKE CREATE ON SCHEMA {} FROM PUBLIC", Identifier(self._register))
        if self._raw.execute(_OPEN, (self._register,)).fetchone():
            raise _schema_open(self._register)
        for table in ours:  # not forced: it keeps out whoever has the right to read all data, and not the owner's functions
            self._say("ALTER TABLE {} ENABLE ROW LEVEL SECURITY", table)

    def _readable(self, grant: Grant) -> list[str]:
        """The tables of a grant by the rights that hold now."""
        rights = dict(self._raw.execute("SELECT action, scope FROM pmp_access.rights WHERE role = %s", (grant.role,)).fetchall())
        return [
            name for name, path in PATHS.items() if path.see is None or rights.get(path.see, "pseudonymous") != "pseudonymous"
        ]

    def _note(self, grant: Grant) -> None:
        self._raw.execute(
            "INSERT INTO pmp_access.logins VALUES (%s, %s, %s, %s, %s, %s)",
            (grant.login, grant.role is None, grant.role, grant.institution_id, grant.municipality_id, grant.purpose),
        )
        with self._raw.cursor() as cursor:
            cursor.executemany("INSERT INTO pmp_access.regions VALUES (%s, %s)", [(grant.login, one) for one in grant.region])

    def _allow(self, grant: Grant, tables: Sequence[str]) -> None:
        """What the database itself asks before any policy: rights to tables and schemas."""
        login = Identifier(grant.login)
        if grant.login == self._owner:
            return
        if grant.purpose is not None:
            self._say("GRANT USAGE ON SCHEMA {} TO {}", Identifier(extracts.SCHEMA), login)
            for view in extracts.VIEWS:
                self._say("GRANT SELECT ON {} TO {}", Identifier(extracts.SCHEMA, view), login)
            return
        self._say("GRANT USAGE ON SCHEMA {} TO {}", Identifier(self._register), login)
        rights = SQL("SELECT, INSERT, UPDATE, DELETE" if grant.role is None else "SELECT")
        for name in PATHS if grant.role is None else tables:
            self._say("GRANT {} ON {} TO {}", rights, Identifier(self._register, name), login)

    def _forget(self, name: str) -> None:
        self._raw.execute("DELETE FROM pmp_access.logins WHERE login = %s", (name,))
        if Login.of(self._raw, name) is None or name == self._owner:
            return
        login = Identifier(name)
        for table in self._tables:
            self._say("REVOKE ALL ON {} FROM {} CASCADE", table, login)
        for view in self._named(
            "SELECT c.relname FROM pg_class c WHERE c.relkind = 'v' AND c.relnamespace = {}", extracts.SCHEMA
        ):
            self._say("REVOKE ALL ON {} FROM {} CASCADE", Identifier(extracts.SCHEMA, view), login)
        for schema in (self._register, policies.SCHEMA, extracts.SCHEMA):
            self._say("REVOKE ALL ON SCHEMA {} FROM {} CASCADE", Identifier(schema), login)

    def _say(self, words: str, *parts: Composable, **named: Composable) -> None:
        self._raw.execute(SQL(words).format(*parts, **named))


def _too_old() -> RegisterError:
    return RegisterError(
        "storage-unsupported", "Direct connections can be bound from PostgreSQL 14 on.", remedy="Update the server."
    )


def _owner_unfit(what: str, found: str | None = None) -> RegisterError:
    return RegisterError(
        "access-owner-too-strong", what, found=found,
        remedy="Give all of them to one ordinary login, neither a superuser nor BYPASSRLS: `ALTER TABLE … OWNER TO …`.",
    )  # fmt: skip


def _schema_taken() -> RegisterError:
    return RegisterError(
        "access-schema-taken",
        "The schema pmp_access or pmp_pseudonymous is there, and is not what this register's owner made.",
        remedy="See whose it is and what is in it. Each register that is bound needs a database of its own.",
    )


def _schema_open(schema: str) -> RegisterError:
    return RegisterError(
        "access-schema-open", "Everybody may make tables and functions beside the register's: they could pass for what they are not.",
        found=schema, remedy="Have its owner say `REVOKE CREATE ON SCHEMA … FROM PUBLIC`.",
    )  # fmt: skip
