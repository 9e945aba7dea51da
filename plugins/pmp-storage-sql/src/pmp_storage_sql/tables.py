"""Table descriptions as SQLAlchemy tables: real types, keys, unique sets, references and indexes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    UnicodeText,
    UniqueConstraint,
    inspect,
)
from sqlalchemy import Table as SqlTable
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeDecorator, TypeEngine

from pmp_core.register.schema import ColumnType, Table


class Moment(TypeDecorator[datetime]):
    """A moment, stored in UTC to the microsecond and given back aware; SQLite itself knows no time zones."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """What is stored."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """What is given back."""
        return None if value is None else value.replace(tzinfo=UTC)


_TYPES: dict[ColumnType, type[TypeEngine[Any]]] = {
    ColumnType.TEXT: UnicodeText,
    ColumnType.INTEGER: BigInteger,
    ColumnType.CENTS: BigInteger,
    ColumnType.DAY: Date,
    ColumnType.MOMENT: Moment,
}


def sql_table(table: Table, metadata: MetaData, described: Mapping[str, Table] | None = None) -> SqlTable:
    """The SQLAlchemy table.

    Args:
        table: the description.
        metadata: where it goes.
        described: all descriptions by name, for the references; None leaves references out, which only DDL needs.
    """
    items: list[SchemaItem] = [PrimaryKeyConstraint(*table.key, name=f"pk_{table.name}")]
    items += [UniqueConstraint(*columns, name=_named("uq", table, columns)) for columns in table.unique]
    for reference in table.references if described is not None else ():
        target = described[reference.table] if described is not None else table
        keys = [f"{target.name}.{column}" for column in target.key]
        items.append(ForeignKeyConstraint(reference.columns, keys, name=_named("fk", table, reference.columns)))
    items += [Index(_named("ix", table, columns), *columns) for columns in _indexes(table)]
    columns = [
        Column(c.name, _type(table, c.name, c.type), nullable=c.nullable and c.name not in table.key, autoincrement=False)
        for c in table.columns
    ]
    return SqlTable(table.name, metadata, *columns, *items)


def _type(table: Table, name: str, kind: ColumnType) -> TypeEngine[Any]:
    if kind is ColumnType.BOOLEAN:
        return Boolean(create_constraint=True, name=_named("ck", table, (name,)))
    return _TYPES[kind]()


def _indexes(table: Table) -> list[tuple[str, ...]]:
    """Those described, and one for each reference that no other index begins with: removing a row looks there."""
    indexes = list(dict.fromkeys(table.indexes))
    for reference in table.references:
        columns = reference.columns
        if not any(other[: len(columns)] == columns for other in (table.key, *table.unique, *indexes)):
            indexes.append(columns)
    return indexes


def _named(kind: str, table: Table, columns: tuple[str, ...]) -> str:
    return "_".join((kind, table.name, *columns))


def add_columns(connection: Connection, described: SqlTable) -> None:
    """Give an existing table the columns that a later release describes and that may be empty; its rows stay as they are.

    A column that must not be empty is left out: `difference` tells it.
    """
    there = {column["name"] for column in inspect(connection).get_columns(described.name)}
    quoted = connection.dialect.identifier_preparer.quote
    for column in described.columns:
        if column.name not in there and column.nullable:
            kind = column.type.compile(connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {quoted(described.name)} ADD COLUMN {quoted(column.name)} {kind}")


def difference(connection: Connection, described: SqlTable) -> str | None:
    """What an existing table has otherwise than described, in words; None if it is the same where it matters.

    Columns, types, what may be empty, key, unique sets and references matter: they decide which rows a table takes.
    """
    inspector = inspect(connection)
    name, dialect = described.name, connection.dialect
    there = {column["name"]: column for column in inspector.get_columns(name)}
    wanted = {column.name: column for column in described.columns}
    if odd := sorted(wanted.keys() ^ there.keys()):
        return f"column {odd[0]} is {'missing' if odd[0] in wanted else 'not described'}"
    key = tuple(inspector.get_pk_constraint(name)["constrained_columns"])
    if key != tuple(column.name for column in described.primary_key.columns):
        return "its key has other columns"
    for column in wanted.values():
        if column.type.compile(dialect) != there[column.name]["type"].compile(dialect):
            return f"column {column.name} has another type"
        if column.nullable != there[column.name]["nullable"]:
            return f"column {column.name} {'must not' if there[column.name]['nullable'] is False else 'may'} be empty"
    unique = {frozenset(constraint["column_names"]) for constraint in inspector.get_unique_constraints(name)}
    unique |= {frozenset(c for c in index["column_names"] if c) for index in inspector.get_indexes(name) if index["unique"]}
    references = {(tuple(f["constrained_columns"]), f["referred_table"]) for f in inspector.get_foreign_keys(name)}
    for constraint in described.constraints:
        columns = tuple(column.name for column in constraint.columns) if isinstance(constraint, UniqueConstraint) else ()
        if columns and frozenset(columns) not in unique:
            return f"{', '.join(columns)} need not be unique"
        if isinstance(constraint, ForeignKeyConstraint):
            asked = (tuple(constraint.column_keys), constraint.elements[0].target_fullname.rpartition(".")[0])
            if asked not in references:
                return f"{', '.join(asked[0])} does not refer to {asked[1]}"
    return None
