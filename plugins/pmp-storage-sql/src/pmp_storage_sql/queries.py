"""A query of the port as SQL."""

from __future__ import annotations

import json

from sqlalchemy import (
    Column,
    ColumnElement,
    Dialect,
    MetaData,
    Text,
    UnaryExpression,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
    update,
)

from pmp_core.register.rows_check import Condition, TableCheck
from pmp_core.register.schema import Scalar, Table
from pmp_storage_sql.tables import sql_table

# Above this, values go as one JSON parameter: no limit on variables, one statement, and its order and limit stay right.
_MANY = 200


class SqlQueries:
    """What is prepared once for a table: its checks, and the statements that are sent most."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.check = TableCheck(table)
        self.sql = sql_table(table, MetaData())
        self.columns = list(self.sql.columns)
        self.key = [self.sql.columns[name] for name in table.key]
        # Bound names that no column can have, as an update binds column names for the new values.
        self.key_names = [f"key {name}" for name in table.key]
        self.at_key = and_(*(column == bindparam(name) for column, name in zip(self.key, self.key_names, strict=True)))
        self.get = select(self.sql).where(self.at_key)
        changed = self.at_key
        if table.versioned:
            changed = and_(changed, self.sql.columns["version"] == bindparam("version read"))
        # A table of nothing but its key has nothing to replace; setting the key to itself still says whether it is there.
        replaced = [name for name in table.names if name not in table.key] or table.key
        self.new_names = {f"new {name}": name for name in replaced}
        self.update = update(self.sql).where(changed).values({name: bindparam(new) for new, name in self.new_names.items()})

    def where(self, conditions: tuple[Condition, ...], dialect: Dialect) -> list[ColumnElement[bool]]:
        """The conditions, to be joined by AND."""
        return [_any_of(self.sql.columns[condition.column], condition.options, dialect) for condition in conditions]

    def order(self, order: tuple[tuple[str, bool], ...]) -> list[UnaryExpression[Scalar]]:
        """The columns to sort by, then the key. SQLite puts empty cells first ascending and compares text by code point."""
        named = [self.sql.columns[name].desc() if down else self.sql.columns[name].asc() for name, down in order]
        return named + [column.asc() for column in self.key]


def _any_of(column: Column[Scalar], options: tuple[Scalar, ...], dialect: Dialect) -> ColumnElement[bool]:
    cells = [option for option in options if option is not None]
    if len(cells) <= _MANY:
        found = column == cells[0] if len(cells) == 1 else column.in_(cells)
    else:
        stored = column.type.dialect_impl(dialect).bind_processor(dialect)
        spelled = json.dumps([stored(cell) for cell in cells] if stored else cells)
        found = column.in_(select(func.json_each(literal(spelled, Text)).table_valued("value").c.value))
    return or_(found, column.is_(None)) if None in options else found
