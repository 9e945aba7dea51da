"""A register as a file of SQLite, and from there into a database again, row by row and as it was."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import attrs
from sqlalchemy import Connection, MetaData, func, inspect, select

from pmp_core.errors import RegisterError
from pmp_core.register import write_errors
from pmp_core.register.schema import Row, Table
from pmp_core.register.storage import Transaction
from pmp_storage_sql.tables import sql_table

_AT_ONCE = 5_000


def as_they_are(connection: Connection, described: Sequence[Table]) -> list[Table]:
    """The described tables that are there, each with the columns that it has: those of an earlier schema have fewer.

    Raises:
        RegisterError: `schema-differs`: a table has a column that is not described.
    """
    inspector = inspect(connection)
    there = set(inspector.get_table_names())
    found = []
    for table in described:
        if table.name not in there:
            continue
        names = {column["name"] for column in inspector.get_columns(table.name)}
        if odd := sorted(names - set(table.names)):
            raise write_errors.schema_differs(table.name, f"column {odd[0]} is not described")
        found.append(_with_columns(table, names))
    return found


def _with_columns(table: Table, names: set[str]) -> Table:
    """A table with some of its columns only."""

    def kept(groups: Iterable[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
        return tuple(group for group in groups if names.issuperset(group))

    return attrs.evolve(
        table,
        columns=tuple(column for column in table.columns if column.name in names),
        unique=kept(table.unique),
        references=tuple(reference for reference in table.references if names.issuperset(reference.columns)),
        indexes=kept(table.indexes),
    )


def copied(connection: Connection, tables: Sequence[Table], into: Transaction) -> int:
    """Write all rows of some tables into others of the same description, and count them there.

    Args:
        connection: where they are read; it sees one state of the database.
        tables: what is referred to comes first.
        into: where they go.

    Returns:
        How many rows there are.

    Raises:
        RegisterError: `copy-differs`.
    """
    rows = 0
    for table in tables:
        into.insert(table, _rows(connection, table))
        asked = select(func.count()).select_from(sql_table(table, MetaData()))
        there, here = connection.execute(asked).scalar_one(), into.count(table)
        if there != here:
            raise RegisterError(
                "copy-differs",
                f"Table {table.name} has {there} rows, and its copy {here}; the copy was not kept.",
                remedy="Try again while nobody changes the register.",
            )
        rows += here
    return rows


def whole_file(connection: Connection, file: Path) -> None:
    """Copy a database of SQLite as it stands in the file, by SQLite's own means: others may go on writing it."""
    raw: Any = connection.connection.dbapi_connection
    with closing(sqlite3.connect(file)) as made:
        raw.backup(made)


def settled(file: Path) -> None:
    """Have a copy be one file that needs no second one beside it, and see that it can be read to the end.

    Raises:
        RegisterError: `storage-damaged`.
    """
    with closing(sqlite3.connect(file)) as made:
        made.execute("PRAGMA journal_mode=DELETE")
        said = made.execute("PRAGMA quick_check(1)").fetchone()[0]
    if said != "ok":
        raise RegisterError(
            "storage-damaged", "The register is damaged: its copy was not kept.", found=said,
            remedy="`pmp register check` says more. Go back to an earlier backup.",
        )  # fmt: skip


def _rows(connection: Connection, table: Table) -> Iterator[Row]:
    sql = sql_table(table, MetaData())
    statement = select(sql).order_by(*(sql.columns[name] for name in table.key))
    found: Any = connection.execute(statement.execution_options(stream_results=True, yield_per=_AT_ONCE))
    names = table.names
    for row in found:
        yield dict(zip(names, row, strict=True))
