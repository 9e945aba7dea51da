"""The access table and the ways of the tables as PostgreSQL's policies: what a login sees of each table.

A policy compares one column with one set that a function gathers, once for each query: `(SELECT pmp_access.…(action)) ? column`.
To the planner that costs no more than an `=`, so PostgreSQL looks at it before what the query itself asks. Were it dearer, `EXPLAIN
ANALYZE` would tell whether a hidden row fits a question: whether a child of that name is in the register.

The functions belong to whoever owns the tables and run with their owner's right, and only inside them that right reads past the
policies. They look at `session_user`: nothing that a session sets, and no role that it takes on, changes who that is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from psycopg.sql import SQL, Composed, Identifier, Literal

from pmp_core.register.access.paths import Hop, TablePath, Way
from pmp_core.register.schema import Table

SCHEMA = "pmp_access"
# Policies are looked at from the last name to the first: for the owner's functions, the quick answer comes first.
POLICIES = ("pmp_1_application", "pmp_2_reading", "pmp_3_owner")

# Nobody but the owner reads these. An institution that a login acts for cannot be removed: a login that lost a bound would see more.
TABLES = """
CREATE TABLE IF NOT EXISTS pmp_access.about (register text PRIMARY KEY);
CREATE TABLE IF NOT EXISTS pmp_access.rights (
    role text COLLATE "C", action text COLLATE "C", scope text NOT NULL, PRIMARY KEY (role, action)
);
CREATE TABLE IF NOT EXISTS pmp_access.logins (
    login text COLLATE "C" PRIMARY KEY, application boolean NOT NULL, role text COLLATE "C",
    institution_id text COLLATE "C" REFERENCES {register}.institutions,
    municipality_id text COLLATE "C" REFERENCES {register}.municipalities,
    purpose text COLLATE "C"
);
CREATE TABLE IF NOT EXISTS pmp_access.regions (
    login text COLLATE "C" REFERENCES pmp_access.logins ON DELETE CASCADE,
    municipality_id text COLLATE "C" REFERENCES {register}.municipalities,
    PRIMARY KEY (login, municipality_id)
);
CREATE TABLE IF NOT EXISTS pmp_access.purposes (purpose text COLLATE "C" PRIMARY KEY, inner_pad bytea, outer_pad bytea);
"""
OWN_TABLES = ("about", "rights", "logins", "regions", "purposes")
_DEFINER = "STABLE SECURITY DEFINER PARALLEL SAFE SET search_path = pg_catalog, pg_temp"
_INVOKER = "STABLE PARALLEL SAFE"

_ASKED = """
CREATE FUNCTION pmp_access.is_application() RETURNS boolean LANGUAGE sql {definer}
BEGIN ATOMIC
    SELECT coalesce((SELECT l.application FROM pmp_access.logins l WHERE l.login = session_user::text), false);
END;
CREATE FUNCTION pmp_access.takes_extracts() RETURNS boolean LANGUAGE sql {definer}
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT FROM pmp_access.logins l JOIN pmp_access.rights r ON r.role = l.role AND r.action = 'take-extract'
        WHERE l.login = session_user::text AND l.purpose IS NOT NULL AND r.scope IN ('pseudonymous', 'state')
    );
END;
CREATE FUNCTION pmp_access.is_within() RETURNS boolean LANGUAGE sql {invoker}
BEGIN ATOMIC
    SELECT CASE
        WHEN session_user::text = o.rolname THEN false
        ELSE current_user::text = o.rolname OR pmp_access.takes_extracts()
    END FROM pg_catalog.pg_class c JOIN pg_catalog.pg_roles o ON o.oid = c.relowner WHERE c.oid = 'pmp_access.logins'::regclass;
END;
CREATE FUNCTION pmp_access.scope(action text) RETURNS text LANGUAGE sql {definer}
BEGIN ATOMIC
    SELECT CASE
        WHEN l.application THEN 'state'
        WHEN r.scope IS NULL OR r.scope = 'pseudonymous' THEN NULL
        WHEN l.institution_id IS NOT NULL THEN 'institution'
        WHEN r.scope = 'institution' THEN NULL
        WHEN l.municipality_id IS NOT NULL THEN 'municipality'
        WHEN r.scope = 'municipality' THEN NULL
        WHEN EXISTS (SELECT FROM pmp_access.regions g WHERE g.login = l.login) THEN 'region'
        WHEN r.scope = 'state' THEN 'state'
    END
    FROM pmp_access.logins l LEFT JOIN pmp_access.rights r ON r.role = l.role AND r.action = $1
    WHERE l.login = session_user::text AND l.purpose IS NULL;
END;
CREATE FUNCTION pmp_access.sees(action text) RETURNS boolean LANGUAGE sql {definer}
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT FROM pmp_access.logins l LEFT JOIN pmp_access.rights r ON r.role = l.role AND r.action = $1
        WHERE l.login = session_user::text AND l.purpose IS NULL AND (l.application OR r.scope <> 'pseudonymous')
    );
END;
CREATE FUNCTION pmp_access.sees_everything(action text) RETURNS boolean LANGUAGE sql {definer}
BEGIN ATOMIC SELECT pmp_access.scope($1) IS NOT DISTINCT FROM 'state'; END;
CREATE FUNCTION pmp_access.municipalities(action text) RETURNS jsonb LANGUAGE sql {definer}
BEGIN ATOMIC
    SELECT CASE pmp_access.scope($1)
        WHEN 'municipality' THEN (
            SELECT jsonb_object_agg(l.municipality_id, NULL) FROM pmp_access.logins l
            WHERE l.login = session_user::text AND l.municipality_id IS NOT NULL
        )
        WHEN 'region' THEN (
            SELECT jsonb_object_agg(g.municipality_id, NULL) FROM pmp_access.regions g WHERE g.login = session_user::text
        )
    END;
END;
CREATE FUNCTION pmp_access.institutions(action text) RETURNS jsonb LANGUAGE sql {definer}
BEGIN ATOMIC
    SELECT CASE pmp_access.scope($1)
        WHEN 'institution' THEN (
            SELECT jsonb_object_agg(l.institution_id, NULL) FROM pmp_access.logins l
            WHERE l.login = session_user::text AND l.institution_id IS NOT NULL
        )
        WHEN 'municipality' THEN (
            SELECT jsonb_object_agg(i.id, NULL) FROM {register}.institutions i
            WHERE i.municipality_id IN (SELECT jsonb_object_keys(pmp_access.municipalities($1)))
        )
        WHEN 'region' THEN (
            SELECT jsonb_object_agg(i.id, NULL) FROM {register}.institutions i
            WHERE i.municipality_id IN (SELECT jsonb_object_keys(pmp_access.municipalities($1)))
        )
    END;
END;
"""


def asked_first(register: Identifier) -> Composed:
    """The functions that say who a session is, and how far it sees.

    Args:
        register: the schema of the register's tables.
    """
    return SQL(_ASKED).format(definer=SQL(_DEFINER), invoker=SQL(_INVOKER), register=register)


def own_tables(register: Identifier) -> Composed:
    """The tables of grants, rights and purposes."""
    return SQL(TABLES).format(register=register)


def gathering(paths: Mapping[str, TablePath], register: Identifier) -> Iterator[Composed]:
    """A function for each set that policies compare with: the cells from which a way leads to what a session sees.

    Args:
        paths: by table.
        register: the schema of the register's tables.
    """
    made: set[str] = set()
    for path in paths.values():
        for way in path.ways:
            for at in reversed(range(len(way.hops))):
                name = _named(way.hops[at:])
                if name not in made:
                    made.add(name)
                    yield _gathers(name, way, at, register)
        if path.ways and not path.open and not _is_one(path):
            yield _sees_by_several(path, register)


def policies(path: TablePath, register: Identifier, owner: Identifier) -> Iterator[Composed]:
    """What says who sees and writes a table.

    Args:
        path: of the table.
        register: its schema.
        owner: whose it is.
    """
    table = SQL("{}.{}").format(register, Identifier(path.table.name))
    application, reading, within = map(Identifier, POLICIES)
    yield SQL("ALTER TABLE {0} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY").format(table)
    yield SQL(
        "CREATE POLICY {} ON {} USING ((SELECT pmp_access.is_application())) WITH CHECK ((SELECT pmp_access.is_application()))"
    ).format(application, table)
    yield SQL("CREATE POLICY {} ON {} FOR SELECT USING ({})").format(reading, table, _seen(path))
    yield SQL("CREATE POLICY {} ON {} FOR SELECT TO {} USING ((SELECT pmp_access.is_within()))").format(within, table, owner)


def _seen(path: TablePath) -> Composed:
    if path.see is None:  # nothing of anybody: what the register is, which whoever may read the table has to know
        return Composed([SQL("true")])
    action = Literal(path.see)
    if path.open:
        return SQL("(SELECT pmp_access.sees({}))").format(action)
    everything = SQL("(SELECT pmp_access.sees_everything({}))").format(action)
    if not path.ways:
        return everything
    if _is_one(path):
        function, column = _start(path.ways[0])
    else:
        function = Identifier(SCHEMA, f"seen_{path.table.name}")
        column = _start(path.ways[0])[1] if _is_alike(path) else _only_key(path.table)
    return SQL("{} OR (SELECT {}({})) ? {}").format(everything, function, action, Identifier(column))


def _start(way: Way) -> tuple[Identifier, str]:
    """The function with whose set the first column of a way is compared, and that column."""
    if way.hops:
        return Identifier(SCHEMA, _named(way.hops)), way.hops[0].own_column
    return Identifier(SCHEMA, "institutions" if way.ends == "institution" else "municipalities"), way.column


def _is_one(path: TablePath) -> bool:
    """Whether one set is all that rows are compared with."""
    return len(path.ways) == 1 and path.nobodys == "state"


def _is_alike(path: TablePath) -> bool:
    """Whether all ways begin with the same column."""
    return len({_start(way)[1] for way in path.ways}) == 1 and path.nobodys == "state"


def _sees_by_several(path: TablePath, register: Identifier) -> Composed:
    """Several sets as one: of the column with which all ways begin, or else of the keys of the rows themselves."""
    name, starts = Identifier(SCHEMA, f"seen_{path.table.name}"), [_start(way) for way in path.ways]
    made = SQL("CREATE FUNCTION {}(action text) RETURNS jsonb LANGUAGE sql {} BEGIN ATOMIC SELECT {}; END")
    if _is_alike(path):
        sets = [SQL("coalesce({}($1), '{{}}')").format(function) for function, _ in starts]
        return made.format(name, SQL(_DEFINER), SQL(" || ").join(sets))
    either = [SQL("(SELECT {}($1)) ? t0.{}").format(function, Identifier(column)) for function, column in starts]
    if path.nobodys == "everybody":
        either.append(SQL("NOT ({})").format(SQL(" OR ").join(_leads(way, register) for way in path.ways)))
    rows = SQL("SELECT jsonb_object_agg(t0.{}, NULL) FROM {}.{} t0 WHERE {}").format(
        Identifier(_only_key(path.table)), register, Identifier(path.table.name), SQL(" OR ").join(either)
    )
    return made.format(name, SQL(_DEFINER), SQL("CASE WHEN pmp_access.scope($1) <> 'state' THEN ({}) END").format(rows))


def _gathers(name: str, way: Way, at: int, register: Identifier) -> Composed:
    hop = way.hops[at]
    beyond, column = _start(Way(way.hops[at + 1 :], way.column, way.ends))
    return SQL(
        "CREATE FUNCTION {}(action text) RETURNS jsonb LANGUAGE sql {} BEGIN ATOMIC "
        "SELECT jsonb_object_agg(t.{}, NULL) FROM {}.{} t "
        "WHERE t.{} IS NOT NULL AND t.{} IN (SELECT jsonb_object_keys({}($1))); END"
    ).format(
        Identifier(SCHEMA, name), SQL(_DEFINER), Identifier(hop.its_column), register, Identifier(hop.table.name),
        Identifier(hop.its_column), Identifier(column), beyond,
    )  # fmt: skip


def _leads(way: Way, register: Identifier) -> Composed:
    """Whether a way leads from a row `t0` to anything at all."""
    ends = SQL("{}.{} IS NOT NULL").format(Identifier(f"t{len(way.hops)}"), Identifier(way.column))
    for at in reversed(range(len(way.hops))):
        hop = way.hops[at]
        ends = SQL("EXISTS (SELECT FROM {}.{} {} WHERE {} = {} AND {})").format(
            register, Identifier(hop.table.name), Identifier(f"t{at + 1}"), Identifier(f"t{at + 1}", hop.its_column),
            Identifier(f"t{at}", hop.own_column), ends,
        )  # fmt: skip
    return ends


def _named(hops: tuple[Hop, ...]) -> str:
    """What a set is called: by the column that it holds, and those on the way from there."""
    return "__".join(f"{hop.table.name}_{hop.its_column}" for hop in hops)


def _only_key(table: Table) -> str:
    (key,) = table.key
    return key
