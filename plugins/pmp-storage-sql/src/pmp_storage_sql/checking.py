"""What a database can say of its own soundness: tables as described, references that lead somewhere, pages that can be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, MetaData, and_, exists, inspect, select

from pmp_core.register.schema import Table
from pmp_core.register.upkeep import Fault
from pmp_storage_sql.tables import difference, sql_table

_MOST = 100  # of one kind in one table


def faults(connection: Connection, described: Sequence[Table]) -> Iterator[Fault]:
    """What is not as described.

    Args:
        connection: in a transaction that sees one state of the database.
        described: all tables.
    """
    by_name = {table.name: table for table in described}
    metadata = MetaData()
    there = set(inspect(connection).get_table_names())
    sound = set()
    for table in described:
        if table.name not in there:
            yield Fault("schema-differs", "The table is missing.", table.name)
            continue
        made = sql_table(table, metadata, by_name)
        if differs := difference(connection, made):
            yield Fault("schema-differs", f"Not as described: {differs}.", table.name)
        else:
            sound.add(table.name)
        indexes = {str(index["name"]) for index in inspect(connection).get_indexes(table.name)}
        for index in sorted({str(index.name) for index in made.indexes if not index.unique} - indexes):
            yield Fault("index-missing", f"The index {index} is missing: the register is right, and slow.", table.name)
    for table in described:
        if table.name in sound:
            yield from _lost(connection, table, [by_name[r.table] for r in table.references], sound)


def _lost(connection: Connection, table: Table, targets: Sequence[Table], sound: set[str]) -> Iterator[Fault]:
    """Rows that refer to one that is not there: something was written while references were not checked."""
    for reference, target in zip(table.references, targets, strict=True):
        if target.name not in sound:
            continue
        own, other = sql_table(table, MetaData()), sql_table(target, MetaData()).alias()
        columns = [own.columns[name] for name in reference.columns]
        found = exists().where(and_(*(column == other.columns[key] for column, key in zip(columns, target.key, strict=True))))
        lost = select(*(own.columns[name] for name in table.key)).where(*(c.is_not(None) for c in columns), ~found)
        for key in connection.execute(lost.limit(_MOST)):
            what = f"{', '.join(reference.columns)} refers to no row of {target.name}."
            yield Fault("reference-missing", what, table.name, tuple(key))
