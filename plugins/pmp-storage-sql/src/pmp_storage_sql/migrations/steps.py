"""The words of the migrations: what they say of a table means the same for ever, whatever the plug-in makes of tables later."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    UnicodeText,
    UniqueConstraint,
    inspect,
)
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.types import TypeEngine

_MARIADB = ("mysql", "mariadb")
# `document?` is a text that may be empty, `kind:text(380)` one that stands in a key or an index: MariaDB wants its longest length.
_WORD = re.compile(r"(?P<name>\w+)(?::(?P<kind>\w+)(?:\((?P<longest>\d+)\))?)?(?P<empty>\??)")


class Steps:
    """What a migration does to a database. A step that is done already does nothing, so that one that was broken off goes on.

    Args:
        connection: in a transaction, where the database makes tables in transactions.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._op = Operations(MigrationContext.configure(connection))

    def table(
        self,
        name: str,
        columns: str,
        *,
        key: str,
        unique: tuple[str, ...] = (),
        references: tuple[str, ...] = (),
        indexes: tuple[str, ...] = (),
    ) -> None:
        """Make a table.

        Args:
            name: of the table.
            columns: words `name:kind`, text where no kind is given, with `?` where a cell may be empty.
            key: its columns.
            unique: further sets of columns of which no two rows share all values.
            references: `column -> table`, by that table's `id`.
            indexes: the columns of each.
        """
        if name not in inspect(self._connection).get_table_names():
            made: list[Any] = [_column(name, word) for word in columns.split()]
            made.append(PrimaryKeyConstraint(*key.split(), name=f"pk_{name}"))
            made += [UniqueConstraint(*words.split(), name=_named("uq", name, words)) for words in unique]
            for reference in references:
                column, _, target = reference.partition(" -> ")
                made.append(ForeignKeyConstraint([column], [f"{target}.id"], name=_named("fk", name, column)))
            self._op.create_table(name, *made, mysql_engine="InnoDB", mariadb_engine="InnoDB")
        for words in indexes:
            self.index(name, words)

    def columns(self, table: str, columns: str) -> None:
        """Give a table more columns that may be empty; they stand after those that are there."""
        there = {column["name"] for column in inspect(self._connection).get_columns(table)}
        for word in columns.split():
            column = _column(table, word)
            if column.name in there:
                continue
            if isinstance(column.type, Boolean) and self._connection.dialect.name != "postgresql":
                self._truth(table, column)
            else:
                self._op.add_column(table, column)

    def index(self, table: str, columns: str) -> None:
        """Make an index."""
        name = _named("ix", table, columns)
        if name not in {index["name"] for index in inspect(self._connection).get_indexes(table)}:
            self._op.create_index(name, table, columns.split())

    def text(self, table: str, column: str) -> None:
        """Have a text be no longer than it may be in an index; only MariaDB has such a limit."""
        if self._connection.dialect.name in _MARIADB:
            made = _column(table, column)
            self._op.alter_column(table, made.name, type_=made.type, existing_nullable=made.nullable)

    def _truth(self, table: str, column: Column[Any]) -> None:
        """A column of yes and no with its check: Alembic leaves the check out for SQLite."""
        quote = self._connection.dialect.identifier_preparer.quote
        check = f"CONSTRAINT {_named('ck', table, column.name)} CHECK ({quote(column.name)} IN (0, 1))"
        kind = column.type.compile(self._connection.dialect)
        comma = ", ADD" if self._connection.dialect.name in _MARIADB else ""
        self._op.execute(f"ALTER TABLE {quote(table)} ADD COLUMN {quote(column.name)} {kind}{comma} {check}")


def _column(table: str, word: str) -> Column[Any]:
    said = _WORD.fullmatch(word)
    if said is None:
        raise ValueError(f"{table}: {word!r} describes no column")
    return Column(said["name"], _type(table, said), nullable=bool(said["empty"]), autoincrement=False)


def _type(table: str, said: re.Match[str]) -> TypeEngine[Any]:
    match said["kind"] or "text":
        case "integer" | "cents":
            return BigInteger()
        case "day":
            return Date()
        case "moment":
            return (
                DateTime()
                .with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")
                .with_variant(mysql.DATETIME(fsp=6), *_MARIADB)
            )
        case "boolean":
            return Boolean(create_constraint=True, name=_named("ck", table, said["name"]))
        case "text":
            collated = {"charset": "utf8mb4", "collation": "utf8mb4_nopad_bin"}
            longest = said["longest"]
            mariadb = mysql.VARCHAR(int(longest), **collated) if longest else mysql.LONGTEXT(**collated)
            return UnicodeText().with_variant(postgresql.TEXT(collation="C"), "postgresql").with_variant(mariadb, *_MARIADB)
    raise ValueError(f"{table}: {said[0]!r} is of no kind that a column has")


def _named(kind: str, table: str, columns: str) -> str:
    """A name of at most 63 bytes, which is what PostgreSQL has room for."""
    name = "_".join((kind, table, *columns.split()))
    return name if len(name) <= 63 else f"{name[:54]}_{sha256(name.encode()).hexdigest()[:8]}"
