"""Bringing the tables of an earlier schema to a later one, script by script."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, MetaData, column, inspect, select, table, update

from pmp_core.errors import RegisterError
from pmp_core.register import write_errors
from pmp_core.register.schema import Table
from pmp_storage_sql.copying import as_they_are
from pmp_storage_sql.database import Database
from pmp_storage_sql.migrations.steps import Steps
from pmp_storage_sql.tables import difference, sql_table

_INFO = table("register_info", column("name"), column("value"))
_VERSION = _INFO.c.name == "schema_version"


@cache
def scripts() -> ScriptDirectory:
    """The scripts that lie beside this module. The register says itself which schema it has: Alembic's own table is not needed."""
    return ScriptDirectory(Path(__file__).parent / "migrations")


def migrate(connection: Connection, database: Database, version: int, described: Sequence[Table]) -> int:
    """Run the scripts that are due, and see that the tables are then as described.

    Args:
        connection: where nobody else makes tables meanwhile.
        database: which kind it is.
        version: the schema to come to.
        described: the tables of that schema.

    Returns:
        The schema that was found.

    Raises:
        RegisterError: `register-missing`, `migration-missing`, `schema-differs`, `migration-unfinished`.
    """
    if _INFO.name not in inspect(connection).get_table_names():
        raise _nothing_there()
    found = connection.execute(select(_INFO.c.value).where(_VERSION)).scalar()
    if found is None:
        raise _nothing_there()
    known = {script.revision for script in scripts().walk_revisions()}
    if not {str(version), str(found)} <= known:
        raise RegisterError(
            "migration-missing",
            "The installed pmp-storage-sql has no migration between these schemas.",
            found=f"schema {found} to {version}",
            remedy="Install pmp-core and pmp-storage-sql of one release.",
        )
    as_they_are(connection, described)  # what would be in the way at the end
    due = [script for script in scripts().iterate_revisions(str(version), str(found)) if script.revision != str(found)]
    try:
        with database.told():
            _run(connection, list(reversed(due)), described)
    except RegisterError as error:
        if database.makes_tables_in_transactions:
            raise
        raise _unfinished(error) from error
    return int(found)


def _run(connection: Connection, due: Sequence[Script], described: Sequence[Table]) -> None:
    steps = Steps(connection)
    for script in due:
        script.module.upgrade(steps)
        connection.execute(update(_INFO).where(_VERSION).values(value=script.revision))
    by_name = {one.name: one for one in described}
    metadata = MetaData()
    there = inspect(connection).get_table_names()
    for one in described:
        made = sql_table(one, metadata, by_name)
        if differs := "it is missing" if one.name not in there else difference(connection, made):
            raise write_errors.schema_differs(one.name, differs)


def _unfinished(error: RegisterError) -> RegisterError:
    """A migration broke off where each step is kept by itself."""
    return RegisterError(
        "migration-unfinished",
        f"The migration broke off, and this database keeps each step by itself: some of it stands. {error}",
        remedy="See to what is wrong and run it again: it goes on where it stopped. "
        "Or restore the backup into an empty database: `pmp register restore BACKUP --register URL`.",
    )


def _nothing_there() -> RegisterError:
    return RegisterError("register-missing", "There is no register there to migrate.", remedy="Check the path or the URL.")
