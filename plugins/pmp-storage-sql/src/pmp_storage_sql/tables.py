"""Table descriptions as SQLAlchemy tables: real types, keys, unique sets, references and indexes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
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
    text,
)
from sqlalchemy import Table as SqlTable
from sqlalchemy.dialects import mssql, mysql, postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeDecorator, TypeEngine

from pmp_core.register.schema import ColumnType, Table


class Moment(TypeDecorator[datetime]):
    """A moment, stored in UTC to the microsecond and given back aware; only PostgreSQL itself knows time zones."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The database's own type with microseconds."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        if dialect.name in _MARIADB:
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        if dialect.name == "mssql":
            return dialect.type_descriptor(mssql.DATETIME2(6))  # type: ignore[no-untyped-call]
        return dialect.type_descriptor(DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """What is stored."""
        if value is None or dialect.name == "postgresql":
            return value
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """What is given back."""
        if value is None or value.tzinfo is None:
            return None if value is None else value.replace(tzinfo=UTC)
        return value.astimezone(UTC)


_MARIADB = ("mysql", "mariadb")
_TYPES: dict[ColumnType, type[TypeEngine[Any]]] = {
    ColumnType.INTEGER: BigInteger,
    ColumnType.CENTS: BigInteger,
    ColumnType.DAY: Date,
    ColumnType.MOMENT: Moment,
}
# Where a text stands in a key or an index, MariaDB and SQL Server want a longest length: what all its columns together may
# have, in characters, is shared out among those that are text.
_INDEXED_CHARACTERS = {"mariadb": 760, "mssql": 440}


def sql_table(table: Table, metadata: MetaData, described: Mapping[str, Table] | None = None) -> SqlTable:
    """The SQLAlchemy table.

    Args:
        table: the description.
        metadata: where it goes.
        described: all descriptions by name, for the references; None leaves references out, which only DDL needs.
    """
    items: list[SchemaItem] = [PrimaryKeyConstraint(*table.key, name=f"pk_{table.name}")]
    for group in table.unique:
        items += _unique(table, group)
    for reference in table.references if described is not None else ():
        target = described[reference.table] if described is not None else table
        keys = [f"{target.name}.{column}" for column in target.key]
        items.append(ForeignKeyConstraint(reference.columns, keys, name=_named("fk", table, reference.columns)))
    items += [Index(_named("ix", table, columns), *columns) for columns in _indexes(table)]
    made = [
        Column(c.name, _type(table, c.name, c.type), nullable=c.nullable and c.name not in table.key, autoincrement=False)
        for c in table.columns
    ]
    return SqlTable(table.name, metadata, *made, *items, mysql_engine="InnoDB", mariadb_engine="InnoDB")


def _unique(table: Table, columns: tuple[str, ...]) -> list[SchemaItem]:
    """Empty is equal to nothing. For SQL Server all empty cells are equal, unless the index passes them by."""
    name = _named("uq", table, columns)
    filled = [f"{column} IS NOT NULL" for column in columns if table.column(column).nullable]
    constraint = UniqueConstraint(*columns, name=name)
    if not filled:
        return [constraint]
    index = Index(name, *columns, unique=True, mssql_where=text(" AND ".join(filled)))
    return [constraint.ddl_if(callable_=_not_sql_server), index.ddl_if(dialect="mssql")]


def _not_sql_server(*_: object, dialect: Dialect, **__: object) -> bool:
    return dialect.name != "mssql"


def _type(table: Table, name: str, kind: ColumnType) -> TypeEngine[Any]:
    if kind is ColumnType.BOOLEAN:
        return Boolean(create_constraint=True, name=_named("ck", table, (name,)))
    return _text(table, name) if kind is ColumnType.TEXT else _TYPES[kind]()


def _text(table: Table, name: str) -> TypeEngine[Any]:
    """Text that is compared by code point and to the last space, whatever the database's own language is."""
    sharing = [
        sum(table.column(column).type is ColumnType.TEXT for column in columns)
        for columns in (table.key, *table.unique, *_indexes(table))
        if name in columns
    ]
    longest = {dialect: characters // max(sharing) for dialect, characters in _INDEXED_CHARACTERS.items()} if sharing else {}
    on_mariadb = {"charset": "utf8mb4", "collation": "utf8mb4_nopad_bin"}
    mariadb = mysql.VARCHAR(longest["mariadb"], **on_mariadb) if longest else mysql.LONGTEXT(**on_mariadb)
    return (
        UnicodeText()
        .with_variant(postgresql.TEXT(collation="C"), "postgresql")
        .with_variant(mariadb, *_MARIADB)
        .with_variant(mssql.NVARCHAR(longest.get("mssql"), collation="Latin1_General_100_BIN2"), "mssql")
    )


def _indexes(table: Table) -> list[tuple[str, ...]]:
    """Those described, and one for each reference that no other index begins with: removing a row looks there."""
    indexes = list(dict.fromkeys(table.indexes))
    for reference in table.references:
        columns = reference.columns
        if not any(other[: len(columns)] == columns for other in (table.key, *table.unique, *indexes)):
            indexes.append(columns)
    return indexes


def _named(kind: str, table: Table, columns: tuple[str, ...]) -> str:
    """A name of at most 63 bytes, which is what PostgreSQL has room for."""
    name = "_".join((kind, table.name, *columns))
    return name if len(name) <= 63 else f"{name[:54]}_{sha256(name.encode()).hexdigest()[:8]}"


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


def _spelled(kind: TypeEngine[Any], dialect: Dialect) -> str:
    """A type in the database's words, without those that it leaves out or puts in when it is asked."""
    if dialect.name not in _MARIADB:
        return kind.compile(dialect)
    spelled = kind.compile(dialect).upper().replace("BOOL", "TINYINT(1)").replace("TINYINT(1)EAN", "TINYINT(1)")
    return re.sub(r"BIGINT\(\d+\)", "BIGINT", re.sub(r" CHARACTER SET \w+", "", spelled))


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
        if _spelled(column.type, dialect) != _spelled(there[column.name]["type"], dialect):
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
