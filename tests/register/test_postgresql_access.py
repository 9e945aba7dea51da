"""A direct connection to PostgreSQL sees what the guard gives, and nothing that it sets or takes on changes that."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from itertools import product
from typing import Any
from uuid import uuid4

import pytest

pytest.importorskip("psycopg", reason="the driver is not installed: pip install 'psycopg[binary]'")

import psycopg
from psycopg.sql import SQL, Identifier
from scattered_rows import fill

import pmp_storage_sql.plugin
from pmp_core.errors import AccessDenied, PmpError
from pmp_core.learners import Learner
from pmp_core.plugins import PluginSet
from pmp_core.programme import Scope
from pmp_core.register import Register
from pmp_core.register.access import in_database
from pmp_core.register.access.paths import PATHS
from pmp_core.register.encryption.pseudonyms import Pseudonyms
from pmp_core.register.keys import RegisterKey, RegisterKeys
from pmp_core.register.schema import ColumnType
from pmp_core.register.tables import LEARNERS, TABLES
from pmp_core.values import Actor
from pmp_storage_sql import open_storage

PLUGINS = PluginSet([("sql", pmp_storage_sql.plugin)])
KEYS = RegisterKeys([RegisterKey(bytes(range(32)))])
BOUNDS = (
    {}, {"institution_id": "I-1"}, {"institution_id": "I-3"}, {"municipality_id": "M-1"}, {"region": ("M-1", "M-2")},
    {"institution_id": "I-2", "municipality_id": "M-2"}, {"municipality_id": "M-2", "region": ("M-1",)},
)  # fmt: skip


class Server:
    """A database with a register in it, whose owner, application and people are ordinary logins."""

    def __init__(self, postgresql: Any) -> None:
        self._postgresql, end = postgresql, f"{os.getpid()}_{uuid4().hex[:8]}"
        self.name, self._roles = f"access_{end}", []
        self.owner, self.application, self.person, self.other = (
            self.role(f"{what}_{end}") for what in ("owner", "application", "person", "other")
        )
        postgresql.say(f"CREATE DATABASE {self.name} OWNER {self.owner}")
        self.url = self.url_of(self.owner)

    def role(self, name: str, attributes: str = "LOGIN") -> str:
        with self.connected(database="postgres") as connection:
            connection.execute(SQL(f"CREATE ROLE {{}} {attributes}").format(Identifier(name)))  # type: ignore[arg-type]
        self._roles.append(name)
        return name

    def url_of(self, user: str, database: str | None = None) -> str:
        url: str = self._postgresql.url(database or self.name)
        return url.replace("//postgres:@", f"//{user}:@")

    def connected(self, user: str = "postgres", database: str | None = None) -> Any:
        return psycopg.connect(self._postgresql.url(database or self.name).replace("+psycopg", ""), user=user, autocommit=True)

    def say(self, *statements: str, user: str = "postgres") -> None:
        with self.connected(user) as connection:
            for statement in statements:
                connection.execute(statement)

    def end(self) -> None:
        self._postgresql.say(f"DROP DATABASE {self.name} WITH (FORCE)")
        with self.connected(database="postgres") as connection:
            for name in reversed(self._roles):
                connection.execute(SQL("DROP ROLE {}").format(Identifier(name)))


@pytest.fixture(scope="module")
def made(postgresql: Any) -> Iterator[Server]:
    server = Server(postgresql)
    Register.open(server.url, actor=Actor(name="Ilze", role="ikvd"), programme="lv-8.3.4", plugins=PLUGINS, access="host").close()
    storage = open_storage(server.url)
    fill(storage)
    storage.close()
    yield server
    server.end()


@pytest.fixture
def server(made: Server) -> Server:
    """With the register bound, and nobody granted anything but the application."""
    in_database.secure(made.url, applications=[made.application], plugins=PLUGINS)
    for grant in in_database.grants(made.url, plugins=PLUGINS):
        if grant.login != made.application:
            in_database.revoke(made.url, grant.login, plugins=PLUGINS)
    return made


def grant(server: Server, login: str | None = None, **said: Any) -> list[str]:
    purpose = said.pop("purpose", None)
    actor = Actor(name="Ilze", **{"role": "plan-author", **said})
    return in_database.grant(
        server.url, server.person if login is None else login, actor, purpose=purpose, keys=KEYS, plugins=PLUGINS
    )


def rows(connection: Any, table: str) -> list[tuple[Any, ...]] | str:
    """The rows of a table, or the state with which the server refuses them."""
    try:
        return sorted(connection.execute(SQL("SELECT * FROM {}").format(Identifier(table))).fetchall(), key=repr)
    except psycopg.Error as error:
        return str(error.sqlstate)


def code_of(call: Any) -> str:
    with pytest.raises(PmpError) as caught:
        call()
    assert caught.value.remedy
    return caught.value.code


def guarded(opened: Register, actor: Actor) -> dict[str, list[tuple[Any, ...]] | str]:
    """What the guard gives an actor of every table."""
    found: dict[str, list[tuple[Any, ...]] | str] = {}
    with Register(opened.storage, opened.programme, actor).unit_of_work(keep=False) as work:
        for table in TABLES:
            try:
                found[table.name] = sorted((tuple(row.values()) for row in work.transaction.find(table)), key=repr)
            except AccessDenied:
                found[table.name] = "42501"
    return found


def test_each_role_sees_by_sql_what_the_guard_gives_it(server: Server) -> None:
    opening = Actor(name="Ilze", role="ikvd")
    tried = refused = 0
    with (
        Register.open(server.url_of(server.application), actor=opening, plugins=PLUGINS, access="host") as opened,
        server.connected(server.person) as connection,
    ):
        roles = sorted({role for line in opened.programme.pack.access.lines.values() for role in line.roles})
        for role, bounds in product(roles, BOUNDS):
            wanted = guarded(opened, Actor(name="Ilze", role=role, **bounds))
            refusal = None
            try:
                grant(server, role=role, **bounds)
            except PmpError as error:
                refusal = error.code
            if refusal is None:
                assert {table.name: rows(connection, table.name) for table in TABLES} == wanted, (role, bounds)
                tried += 1
                continue
            # The guard gives it nothing either, but for what no bound is needed for.
            assert refusal in ("actor-without-scope", "access-purpose-missing"), (role, bounds)
            assert all(PATHS[name].open for name, found in wanted.items() if found != "42501")
            refused += 1
        grant(server, role="auditor")
        unseen = {table.name for table in TABLES if rows(connection, table.name) in ([], "42501")}
    assert (tried > 25, refused > 5) == (True, True)
    assert unseen <= {"overlays", "personal_codes", "source_keys", "source_problems"}  # else there was nothing to compare


def test_what_one_school_sees_is_its_own_and_not_the_others(server: Server) -> None:
    grant(server, institution_id="I-1")
    with server.connected(server.person) as connection:
        assert [row[0] for row in rows(connection, "learners")] == ["L-1"]
        assert [row[0] for row in rows(connection, "plans")] == ["plans a"]
        assert [row[0] for row in rows(connection, "claims")] == ["claims a"]
        assert rows(connection, "history") == "42501"


def test_who_sees_a_school_by_sql_can_look_at_it_with_the_library_too(server: Server) -> None:
    grant(server, institution_id="I-1")
    actor = Actor(name="Ilze", role="plan-author", institution_id="I-1")
    with Register.open(server.url_of(server.person), actor=actor, plugins=PLUGINS, trial=True) as register:
        with register.unit_of_work() as work:
            assert [learner.id for learner in work.learners.find()] == ["L-1"]
        with pytest.raises(PmpError) as caught, register.unit_of_work() as work:
            work.learners.add(Learner(id="L-9", given_name="A", family_name="B"))
    assert caught.value.code in ("access-denied", "storage-forbidden")


def test_an_owner_without_a_grant_and_a_reader_of_all_data_see_nothing_of_anybody(server: Server) -> None:
    reader = server.role(f"reader_{uuid4().hex[:8]}", "LOGIN IN ROLE pg_read_all_data")
    for login in (server.owner, reader):
        with server.connected(login) as connection:
            seen = {table.name for table in TABLES if rows(connection, table.name) != []}
            assert seen <= {"register_info", "overlays"}
    with server.connected(reader) as connection:
        for table in ("logins", "purposes", "rights", "regions", "about"):
            assert connection.execute(SQL("SELECT * FROM {}").format(Identifier("pmp_access", table))).fetchall() == []
    with server.connected(server.other) as connection:
        assert {rows(connection, table.name) for table in TABLES if isinstance(rows(connection, table.name), str)} == {"42501"}


def test_people_write_nothing_and_the_application_everything(server: Server) -> None:
    grant(server, role="ikvd")
    refused = (
        "UPDATE learners SET given_name = 'x'", "DELETE FROM learners", "INSERT INTO municipalities VALUES ('M-9', 'x', NULL, 1)",
        "TRUNCATE learners CASCADE", "COPY municipalities FROM STDIN", "ALTER TABLE learners DISABLE ROW LEVEL SECURITY",
        "CREATE POLICY mine ON learners USING (true)", "DROP POLICY pmp_2_reading ON learners", "DO $$ BEGIN LOCK TABLE learners IN ROW EXCLUSIVE MODE; END $$",
        "CREATE TRIGGER mine BEFORE INSERT ON learners EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "SELECT * FROM learners FOR UPDATE", "CREATE TABLE mine (id text REFERENCES learners)",
    )  # fmt: skip
    with server.connected(server.person) as connection:
        for statement in refused:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
    actor = Actor(name="Ilze", role="ikvd")
    many = [Learner(id=f"L-{number:04}", given_name="A", family_name="B") for number in range(120)]  # more than go by COPY
    with (
        Register.open(server.url_of(server.application), actor=actor, plugins=PLUGINS, access="host") as register,
        register.unit_of_work() as work,
    ):
        work.learners.add_all(many)
        assert work.learners.count() == 5 + 120
        work.learners.put(work.learners.get("L-0001").changed(given_name="C"))
        assert work.learners.remove([learner.id for learner in many]) == 120
    with server.connected(server.owner) as connection:
        for change in ("DELETE FROM learners", "UPDATE learners SET version = 9"):
            assert connection.execute(change).rowcount == 0
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("INSERT INTO municipalities VALUES ('M-9', 'x', NULL, 1)")


def test_nothing_that_a_session_sets_or_takes_on_shows_more(server: Server) -> None:
    grant(server, institution_id="I-1")
    grant(server, server.other, role="ikvd")
    server.say(f"GRANT {server.other} TO {server.person}")  # a colleague's login, lent
    try:
        with server.connected(server.person) as connection:
            own = rows(connection, "learners")
            for said in (
                f"SET ROLE {server.other}", "SET search_path = pg_temp, public",
                "CREATE TEMP TABLE logins AS SELECT session_user::text AS login, true AS application",
                "CREATE TEMP TABLE rights AS SELECT 'plan-author' AS role, 'see-learners' AS action, 'state' AS scope",
                "CREATE FUNCTION pg_temp.is_application() RETURNS boolean LANGUAGE sql AS 'SELECT true'",
                "SET plan_cache_mode = force_generic_plan", "BEGIN", "SET LOCAL ROLE NONE", "COMMIT",
            ):  # fmt: skip
                connection.execute(said)
                assert rows(connection, "learners") == own, said
                assert connection.execute("SELECT id FROM public.learners WHERE id = 'L-2'").fetchall() == []
            with connection.cursor().copy("COPY public.learners TO STDOUT") as copied:
                assert [row.split(b"\t")[0] for row in bytes(b"".join(map(bytes, copied))).splitlines()] == [b"L-1"]
            connection.execute("RESET ROLE")
            for said in (f"SET ROLE {server.owner}", f"SET ROLE {server.application}", f"SET SESSION AUTHORIZATION {server.other}",
                         "SET session_replication_role = replica", f"ALTER ROLE {server.person} BYPASSRLS"):  # fmt: skip
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(said)
            connection.execute("SET row_security = off")
            assert rows(connection, "learners") == "42501"  # refused rather than shown
    finally:
        server.say(f"REVOKE {server.other} FROM {server.person}")


def test_functions_that_tell_what_they_are_given_are_given_nothing_hidden(server: Server) -> None:
    grant(server, institution_id="I-1")
    told: list[str] = []
    with server.connected(server.person) as connection:
        connection.add_notice_handler(lambda notice: told.append(notice.message_primary))
        connection.execute(
            "CREATE FUNCTION pg_temp.tell(cell text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS "
            "$$ BEGIN RAISE NOTICE '%', cell; RETURN true; END $$"
        )
        connection.execute("SELECT * FROM learners WHERE pg_temp.tell(id)")
        connection.execute(
            "SELECT c.id FROM claims c JOIN plans p ON p.id = c.plan_id WHERE pg_temp.tell(p.id) AND pg_temp.tell(c.id)"
        )
        assert set(told) == {"L-1", "plans a", "claims a"}
        # A division that only a hidden row would make fail.
        assert len(connection.execute("SELECT 1 / (CASE WHEN id = 'L-2' THEN 0 ELSE 1 END) FROM learners").fetchall()) == 1
        with pytest.raises(psycopg.errors.UndefinedFunction):
            connection.execute("CREATE OPERATOR pg_temp.=== (LEFTARG = text, RIGHTARG = text, FUNCTION = pg_temp.tell)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("ALTER FUNCTION pg_temp.tell(text) LEAKPROOF")


def explained(connection: Any, table: str, asked: str) -> str:
    """What EXPLAIN ANALYZE tells of a question, without what was asked for."""
    said = connection.execute(
        f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF) SELECT * FROM {table} WHERE {asked}"
    ).fetchall()
    return "\n".join(line for (line,) in said if "Filter:" not in line or "Rows Removed" in line)


def test_explain_does_not_tell_whether_a_hidden_row_has_a_certain_cell(server: Server) -> None:
    grant(server, role="director", institution_id="I-1")
    asked = 0
    with server.connected(server.person) as connection:
        connection.execute("SET enable_indexscan = off; SET enable_bitmapscan = off; SET enable_indexonlyscan = off")
        for table in TABLES:
            path = PATHS[table.name]
            if path.see is None or path.open or isinstance(rows(connection, table.name), str):
                continue
            for column in table.columns:
                if column.type is ColumnType.TEXT:  # the first is in the hidden rows of place b
                    there, nowhere = (f"{column.name} = '{cell}'" for cell in (f"{column.name} b", "nothing like it"))
                    assert explained(connection, table.name, there) == explained(connection, table.name, nowhere), column
                    asked += 1
        both = "given_name = '{0}' AND family_name = '{0}' AND birth_date = '2022-09-01' AND version = 1"
        assert explained(connection, "learners", both.format("given_name b")) == explained(
            connection, "learners", both.format("x")
        )
    assert asked > 100


def test_statistics_and_catalogues_show_no_cells(server: Server) -> None:
    grant(server, institution_id="I-1")
    server.say("ANALYZE", user=server.owner)
    with server.connected() as connection:
        assert connection.execute("SELECT count(*) > 0 FROM pg_stats WHERE tablename = 'learners'").fetchone() == (True,)
    with server.connected(server.person) as connection:
        assert connection.execute("SELECT * FROM pg_stats WHERE schemaname IN ('public', 'pmp_access')").fetchall() == []
        assert connection.execute("SELECT * FROM pg_stats_ext").fetchall() == []
        for hidden in (
            "pg_statistic",
            "pg_authid",
            "pmp_access.logins",
            "pmp_access.purposes",
            "pmp_access.rights",
            "pmp_pseudonymous.learners",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"SELECT * FROM {hidden}")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT pmp_access.institutions('see-plans')")


def test_functions_run_as_the_owner_and_look_nothing_up_by_the_caller_s_path(server: Server) -> None:
    with server.connected() as connection:
        made = connection.execute(
            "SELECT p.proname, p.prosecdef, p.proconfig, p.prosqlbody IS NOT NULL, p.proowner::regrole::text FROM pg_proc p "
            "WHERE p.pronamespace = 'pmp_access'::regnamespace"
        ).fetchall()
    assert len(made) > 10
    for name, definer, settings, bound_when_made, owner in made:
        assert (bound_when_made, owner) == (True, server.owner)
        assert name == "is_within" if not definer else settings == ["search_path=pg_catalog, pg_temp"]


def test_a_view_of_the_owner_s_is_no_way_around(server: Server) -> None:
    grant(server, institution_id="I-1")
    server.say("CREATE VIEW all_learners AS SELECT * FROM learners", f"GRANT SELECT ON all_learners TO {server.person}, {server.other}",
               user=server.owner)  # fmt: skip
    try:
        for login, seen in ((server.person, ["L-1"]), (server.other, []), (server.owner, [])):
            with server.connected(login) as connection:
                assert [row[0] for row in rows(connection, "all_learners")] == seen
    finally:
        server.say("DROP VIEW all_learners", user=server.owner)


def test_an_analyst_sees_extracts_for_one_purpose_and_no_table(server: Server) -> None:
    def extract(purpose: str) -> dict[str, list[tuple[Any, ...]]]:
        grant(server, role="analyst", purpose=purpose)
        with server.connected(server.person) as connection:
            assert {str(rows(connection, table.name)) for table in TABLES} == {"42501"}
            return {
                name: connection.execute(SQL("SELECT * FROM {}").format(Identifier("pmp_pseudonymous", name))).fetchall()
                for (name,) in connection.execute(
                    "SELECT viewname FROM pg_views WHERE schemaname = 'pmp_pseudonymous'"
                ).fetchall()
            }

    assert code_of(lambda: grant(server, role="analyst")) == "access-purpose-missing"
    study, audit = extract("study"), extract("audit")
    assert study.keys() == audit.keys()
    pseudonym = Pseudonyms(KEYS.current, "study").of
    assert sorted(study["learners"]) == study["learners"]  # not in the order of the table
    assert sorted(study["learners"]) == sorted((pseudonym(id), 2022) for id in ("L-1", "L-2", "L-3", "L-4", "nobody's"))
    assert {row[1] for row in study["claims"]} == {pseudonym(f"plans {place}") for place in "abcde"}

    def ids(extract: dict[str, list[tuple[Any, ...]]]) -> set[str]:
        return {cell for rows in extract.values() for row in rows for cell in row if str(cell).startswith("P-")}

    assert len(ids(study)) > 50
    assert not ids(study) & ids(audit)
    hidden = ("name", "note", "reason", "justification", "document", "iban", "L-1", "I-1", "M-1", "plans a", "person", "by a")
    cells = {str(cell) for rows in study.values() for row in rows for cell in row}
    assert not [cell for cell in cells for word in hidden if word in cell]


def test_the_views_give_what_an_extract_of_the_library_gives(server: Server) -> None:
    from pmp_core.register.encryption.extract import GIVEN, extracted

    grant(server, role="analyst", purpose="study")
    storage = open_storage(server.url_of(server.application))
    with storage.begin() as transaction, server.connected(server.person) as connection:
        for name in GIVEN:
            columns, _ = extracted(transaction, Pseudonyms(KEYS.current, "study"), name)
            shown = connection.execute(SQL("SELECT * FROM {}").format(Identifier("pmp_pseudonymous", name)))
            assert [column.name for column in shown.description] == list(columns), name
            assert shown.fetchall() == list(zip(*columns.values(), strict=True)), name
    storage.close()


def test_an_analyst_s_function_is_told_no_id(server: Server) -> None:
    grant(server, role="analyst", purpose="study")
    told: list[str] = []
    with server.connected(server.person) as connection:
        connection.add_notice_handler(lambda notice: told.append(notice.message_primary))
        connection.execute(
            "CREATE FUNCTION pg_temp.tell(cell text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS "
            "$$ BEGIN RAISE NOTICE '%', cell; RETURN true; END $$"
        )
        connection.execute("SELECT * FROM pmp_pseudonymous.learners l WHERE pg_temp.tell(l.id) AND pg_temp.tell(l::text)")
        assert len(told) == 10
        assert all("P-" in one for one in told)
        with pytest.raises(psycopg.errors.UndefinedColumn):
            connection.execute("SELECT ctid FROM pmp_pseudonymous.learners")
        connection.execute("CREATE TEMP VIEW mine AS SELECT * FROM pmp_pseudonymous.learners")
        in_database.secure(server.url, plugins=PLUGINS)  # which the view of a session that is open does not stop
        assert len(connection.execute("SELECT * FROM pmp_pseudonymous.learners").fetchall()) == 5
        in_database.revoke(server.url, server.person, plugins=PLUGINS)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT * FROM pmp_pseudonymous.learners")


HOSTILE = (
    'a"; DROP TABLE learners; --', "a'; DROP TABLE learners; --", "{0}", "%s %(x)s", "$$x$$", "Ķēniņš 🎒", "line\nline", " ", "PUBLIC", "x" * 63,
)  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_login_s_name_is_a_name_whatever_is_in_it(server: Server, name: str) -> None:
    name = (name + uuid4().hex[:8]) if len(name) < 50 else uuid4().hex[:8] + name[8:]
    server.role(name)
    grant(server, name, institution_id="I-1")
    with server.connected(name) as connection:
        assert [row[0] for row in rows(connection, "learners")] == ["L-1"]
    assert name in [given.login for given in in_database.grants(server.url, plugins=PLUGINS)]
    in_database.revoke(server.url, name, plugins=PLUGINS)
    with server.connected(name) as connection:
        assert rows(connection, "learners") == "42501"
    with server.connected(server.other) as connection:
        assert rows(connection, "learners") == "42501"


def test_logins_that_are_not_there_or_not_bound_are_refused(server: Server) -> None:
    long = uuid4().hex + "x" * 31
    server.role(long)
    for name in ("nobody", "public", "PUBLIC", "current_user", "session_user", "none", "", "a\0b", long + "x", long.upper()):
        assert code_of(lambda name=name: grant(server, name, institution_id="I-1")) == "access-login-unknown", name
    strong = server.role(f"strong_{uuid4().hex[:8]}", "LOGIN BYPASSRLS")
    through = server.role(f"through_{uuid4().hex[:8]}", f"LOGIN IN ROLE {strong}")
    for name in (strong, through, "postgres"):
        assert code_of(lambda name=name: grant(server, name, institution_id="I-1")) == "access-login-too-strong", name
    assert code_of(lambda: grant(server, server.owner, institution_id="I-1")) == "access-login-owner"
    assert code_of(lambda: grant(server)) == "actor-without-scope"
    assert code_of(lambda: grant(server, institution_id="I-9")) == "reference-missing"
    assert code_of(lambda: grant(server, role="nobody")) == "code-unknown"
    assert code_of(lambda: grant(server, purpose="study", institution_id="I-1")) == "access-denied"
    assert code_of(lambda: grant(server, role="ikvd", purpose="study", institution_id="I-1")) == "access-purpose-bounded"
    assert code_of(lambda: grant(server, role="ikvd", purpose="Study!")) == "purpose-invalid"
    assert [given.login for given in in_database.grants(server.url, plugins=PLUGINS)] == [server.application]


def test_a_login_that_became_strong_or_went_away_is_found(server: Server) -> None:
    gone, risen = server.role(f"gone_{uuid4().hex[:8]}"), server.role(f"risen_{uuid4().hex[:8]}")
    for login in (gone, risen):
        grant(server, login, institution_id="I-1")
    server.say(f"DROP OWNED BY {gone}", f"DROP ROLE {gone}", f"GRANT {server.owner} TO {risen}")
    server._roles.remove(gone)
    findings = {given.login: given.finding for given in in_database.grants(server.url, plugins=PLUGINS)}
    assert "not there" in str(findings[gone])
    assert server.owner in str(findings[risen])
    assert findings[server.application] is None
    in_database.secure(server.url, plugins=PLUGINS)  # and it does not stumble over the one that went
    in_database.revoke(server.url, gone, plugins=PLUGINS)
    server.say(f"REVOKE {server.owner} FROM {risen}")
    assert code_of(lambda: in_database.revoke(server.url, gone, plugins=PLUGINS)) == "access-login-unknown"


def test_rights_given_past_the_grants_are_taken_when_it_is_bound(server: Server) -> None:
    server.say(
        f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {server.other} WITH GRANT OPTION", "GRANT SELECT (id) ON learners TO PUBLIC",
        f"GRANT SELECT (note) ON sessions TO {server.person}", "CREATE POLICY open ON learners USING (true)",
        f"GRANT ALL ON ALL TABLES IN SCHEMA pmp_access TO {server.other}", "GRANT ALL ON SCHEMA pmp_access TO PUBLIC",
        user=server.owner,
    )  # fmt: skip
    server.say(f"GRANT TRUNCATE ON learners TO {server.person}", user=server.other)
    in_database.secure(server.url, plugins=PLUGINS)
    for login in (server.other, server.person):
        with server.connected(login) as connection:
            for said in (
                "SELECT id FROM learners",
                "SELECT note FROM sessions",
                "TRUNCATE learners",
                "SELECT * FROM pmp_access.logins",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(said)
    with server.connected() as connection:
        names = connection.execute("SELECT DISTINCT policyname FROM pg_policies").fetchall()
    assert sorted(name for (name,) in names) == ["pmp_1_application", "pmp_2_reading", "pmp_3_owner"]


def test_a_schema_that_somebody_else_made_first_is_not_used(server: Server) -> None:
    in_database.unsecure(server.url, plugins=PLUGINS)
    for schema in ("pmp_access", "pmp_pseudonymous"):
        server.say(f"CREATE SCHEMA {schema} AUTHORIZATION {server.other}")
        assert code_of(lambda: in_database.secure(server.url, plugins=PLUGINS)) == "access-schema-taken"
        server.say(f"DROP SCHEMA {schema}")
    server.say("GRANT CREATE ON SCHEMA public TO PUBLIC")
    in_database.secure(server.url, applications=[server.application], plugins=PLUGINS)
    with server.connected(server.other) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("CREATE TABLE mine (id text)")


def test_unbinding_leaves_nothing_behind_and_binding_is_all_or_nothing(server: Server) -> None:
    grant(server, institution_id="I-1")
    in_database.unsecure(server.url, plugins=PLUGINS)
    with server.connected() as connection:
        for left in (
            "SELECT 1 FROM pg_namespace WHERE nspname LIKE 'pmp\\_%'", "SELECT 1 FROM pg_policies",
            "SELECT 1 FROM pg_class WHERE relrowsecurity OR relforcerowsecurity",
        ):  # fmt: skip
            assert connection.execute(left).fetchall() == []
    with server.connected(server.owner) as connection:
        assert len(rows(connection, "learners")) == 5
    with server.connected(server.person) as connection:
        assert rows(connection, "learners") == "42501"
    for ask in (in_database.unsecure, in_database.grants):
        assert code_of(lambda ask=ask: ask(server.url, plugins=PLUGINS)) == "access-not-bound"
    assert code_of(lambda: grant(server, institution_id="I-1")) == "access-not-bound"
    assert code_of(lambda: in_database.secure(server.url, applications=["nobody"], plugins=PLUGINS)) == "access-login-unknown"
    assert code_of(lambda: in_database.grants(server.url, plugins=PLUGINS)) == "access-not-bound"
    in_database.secure(server.url, plugins=PLUGINS)  # the owner is the application where none is named
    with server.connected(server.owner) as connection:
        assert len(rows(connection, "learners")) == 5
    in_database.revoke(server.url, server.owner, plugins=PLUGINS)
    with server.connected(server.owner) as connection:
        assert rows(connection, "learners") == []


def test_who_does_not_own_the_tables_binds_nothing_and_a_superuser_does_it_as_their_owner(server: Server) -> None:
    grant(server, role="ikvd")
    for login in (server.person, server.application):
        assert code_of(lambda login=login: in_database.secure(server.url_of(login), plugins=PLUGINS)) == "storage-forbidden"
        assert code_of(lambda login=login: in_database.unsecure(server.url_of(login), plugins=PLUGINS)) == "storage-forbidden"
    in_database.secure(server.url_of("postgres"), plugins=PLUGINS)
    with server.connected() as connection:
        owners = connection.execute(
            "SELECT DISTINCT proowner::regrole::text FROM pg_proc WHERE pronamespace = 'pmp_access'::regnamespace"
        )
        assert owners.fetchall() == [(server.owner,)]
    server.say("ALTER TABLE learners OWNER TO postgres")
    try:
        assert code_of(lambda: in_database.secure(server.url_of("postgres"), plugins=PLUGINS)) == "access-owner-too-strong"
    finally:
        server.say(f"ALTER TABLE learners OWNER TO {server.owner}")


def test_a_host_s_transaction_goes_on_as_it_was(server: Server) -> None:
    from sqlalchemy import create_engine

    engine = create_engine(server.url)
    with engine.connect() as connection:
        before = connection.exec_driver_sql("SELECT current_user, current_setting('search_path')").one()
        in_database.grant(connection, server.person, Actor(name="Ilze", role="ikvd"), plugins=PLUGINS)
        assert connection.exec_driver_sql("SELECT current_user, current_setting('search_path')").one() == before
        connection.rollback()
    engine.dispose()
    assert [given.login for given in in_database.grants(server.url, plugins=PLUGINS)] == [server.application]


def test_the_application_may_have_a_login_that_policies_do_not_hold_up(server: Server) -> None:
    quick = server.role(f"quick_{uuid4().hex[:8]}", "LOGIN BYPASSRLS")
    in_database.secure(server.url, applications=[quick], plugins=PLUGINS)
    storage = open_storage(server.url_of(quick))
    with storage.begin() as transaction:
        transaction.insert(LEARNERS, [
            {"id": f"Q-{number}", "given_name": "A", "family_name": "B", "middle_name": None, "birth_date": None,
             "erased_on": None, "version": 1}
            for number in range(100)
        ])  # fmt: skip
        assert transaction.delete(LEARNERS, {"given_name": "A"}) == 100
    storage.close()


def test_other_databases_are_told_that_they_cannot(tmp_path: Any) -> None:
    file = tmp_path / "register.sqlite"
    Register.open(file, actor=Actor(name="Ilze", role="ikvd"), programme="lv-8.3.4", plugins=PLUGINS, access="host").close()
    assert code_of(lambda: in_database.secure(file, plugins=PLUGINS)) == "access-unsupported"


def test_every_action_of_the_paths_is_one_that_can_be_granted() -> None:
    assert {path.see for path in PATHS.values()} - {None} <= set(Register.open(
        "memory:", actor=Actor(name="Ilze", role="ikvd"), programme="lv-8.3.4"
    ).programme.pack.access.lines)  # fmt: skip
    assert Scope.PSEUDONYMOUS == "pseudonymous"  # as the functions in SQL write it


def test_the_command_binds_grants_lists_revokes_and_unbinds(
    server: Server, pmp: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def said(*arguments: str) -> Any:
        ended = pmp("register", *arguments, "--register", server.url, "--json")
        assert (ended.returncode, ended.stderr) == (0, ""), arguments
        return json.loads(ended.stdout)

    assert said("secure") == [{"tables bound": len(TABLES), "applications": server.application}]
    (granted,) = said("grant", server.person, "--role", "regional-coordinator", "--region", "M-1", "--region", "M-2")
    assert granted["tables"] > 30
    (tmp_path / "keys").write_text("00" * 32)
    monkeypatch.setenv("PMP_REGISTER_KEYS", str(tmp_path / "keys"))
    assert said("grant", server.other, "--role", "analyst", "--purpose", "study")[0]["tables"] == 0
    listed = {row["login"]: row for row in said("logins")}
    assert listed[server.application]["sees"] == "everything (application)"
    assert (listed[server.person]["sees"], listed[server.person]["region"]) == ("regional-coordinator", "M-1, M-2")
    assert listed[server.other]["purpose"] == "study"
    assert said("revoke", server.person) == [{"login": server.person}]
    assert said("unsecure") == [{"tables bound": 0}]
    refused = pmp("register", "grant", " ", "--role", "director", "--register", server.url)
    assert (refused.returncode, "option-invalid" in refused.stderr) == (2, True)
    missing = pmp("register", "secure", "--register", tmp_path / "none.sqlite")
    assert (missing.returncode, "register-missing" in missing.stderr, (tmp_path / "none.sqlite").exists()) == (2, True, False)
