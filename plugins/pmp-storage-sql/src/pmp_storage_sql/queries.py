"""A query of the port as SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, ColumnElement, Dialect, MetaData, UniqueConstraint, or_

from pmp_core.register.rows_check import Condition, TableCheck, Values
from pmp_core.register.schema import Row, Scalar, Table
from pmp_storage_sql.tables import sql_table

if TYPE_CHECKING:
    from pmp_storage_sql.database import Coder, Database

# Above this, values go another way, by which there is no limit on their number.
_MANY = 200


class SqlQueries:
    """What is prepared once for a table: its checks, and the statements that are sent most, in the driver's own words.

    Those go to the driver as they are: for one row, what SQLAlchemy adds would cost several times what the database does.
    """

    def __init__(self, table: Table, database: Database, dialect: Dialect) -> None:
        self.table = table
        self.check = TableCheck(table)
        self.sql = sql_table(table, MetaData())
        self.key = [self.sql.columns[name] for name in table.key]
        # By the name that the database tells: which columns must not be shared.
        self.constraints: dict[str, tuple[str, ...]] = {f"pk_{table.name}": table.key}
        for constraint in self.sql.constraints:
            if isinstance(constraint, UniqueConstraint):
                self.constraints[str(constraint.name)] = tuple(column.name for column in constraint.columns)
        own = [column for reference in table.references if reference.table == table.name for column in reference.columns]
        # What can be emptied so that a row of the table refers to no other one of it.
        self.references_to_itself = tuple(c for c in own if table.column(c).nullable and c not in table.key)
        self._database = database
        self._encode = _coders(table, database.encode)
        self._encode_rows = _rows_coder(len(table.names), dict(self._encode))
        self._decode = _coders(table, database.decode)

        quote, mark = dialect.identifier_preparer.quote, database.mark
        name, columns = quote(table.name), ", ".join(map(quote, table.names))
        at_key = " AND ".join(f"{quote(column)} = {mark}" for column in table.key)
        self.key_positions = [table.names.index(column) for column in table.key]
        # A table of nothing but its key has nothing to replace; setting the key to itself still says whether it is there.
        self.new_positions = [at for at in range(len(table.names)) if at not in self.key_positions] or self.key_positions
        new = ", ".join(f"{quote(table.names[at])} = {mark}" for at in self.new_positions)
        self._quote, self._name = quote, name
        self.count = f"SELECT count(*) FROM {name}".replace("%%", "%")
        self.get = f"SELECT {columns} FROM {name} WHERE {at_key}"
        self.insert = f"INSERT INTO {name} ({columns}) VALUES ({', '.join(mark for _ in table.names)})"
        self.copy = f"COPY {name} ({columns}) FROM STDIN (FORMAT binary)".replace("%%", "%")
        self.update = f"UPDATE {name} SET {new} WHERE {at_key}"
        if table.versioned:
            self.update += f" AND {quote('version')} = {mark}"

    def columns(self, names: Sequence[str]) -> str:
        """The statement that reads these columns in the order of the key, for a driver that takes no values."""
        key = ", ".join(map(self._quote, self.table.key))
        said = f"SELECT {', '.join(map(self._quote, names))} FROM {self._name} ORDER BY {key}"
        return said.replace("%%", "%")

    def encoded(self, rows: Sequence[Values]) -> Sequence[Values]:
        """Rows as the driver takes them."""
        return self._encode_rows(rows) if self._encode else rows

    def encoded_key(self, key: Values) -> Values:
        """A key as the driver takes it."""
        cells = list(key)
        for at, code in self._encode:
            if at in self.key_positions:
                place = self.key_positions.index(at)
                if cells[place] is not None:
                    cells[place] = code(cells[place])
        return tuple(cells)

    def row(self, found: Sequence[Any]) -> Row:
        """A row as the port gives it."""
        row = dict(zip(self.table.names, found, strict=True))
        for at, code in self._decode:
            if found[at] is not None:
                row[self.table.names[at]] = code(found[at])
        return row

    def where(self, conditions: tuple[Condition, ...], dialect: Dialect) -> list[ColumnElement[bool]]:
        """The conditions, to be joined by AND."""
        return [self._any_of(self.sql.columns[condition.column], condition.options, dialect) for condition in conditions]

    def order(self, order: tuple[tuple[str, bool], ...]) -> list[ColumnElement[Any]]:
        """The columns to sort by, then the key. Text is compared by code point, as its collation says."""
        named = [self._database.sorted(self.sql.columns[name], down) for name, down in order]
        return named + [column.asc() for column in self.key]

    def _any_of(self, column: Column[Scalar], options: tuple[Scalar, ...], dialect: Dialect) -> ColumnElement[bool]:
        cells = [option for option in options if option is not None]
        found = self._database.any_of(column, cells, dialect) if len(cells) > _MANY else column.in_(cells)
        if len(cells) == 1:
            found = column == cells[0]
        return or_(found, column.is_(None)) if None in options else found


def _coders(table: Table, coders: dict[Any, Coder]) -> list[tuple[int, Coder]]:
    return [(at, coders[column.type]) for at, column in enumerate(table.columns) if column.type in coders]


def _rows_coder(width: int, coders: Mapping[int, Coder]) -> Callable[[Sequence[Values]], list[Values]]:
    """A function that turns the cells of rows that the driver does not take as they are.

    Written out for the table's width (numbers only, nothing of the description), since a loop over columns for each of many rows
    would take as long as the database does.
    """
    cells = [f"c{at}" for at in range(width)]
    turned = [f"None if c{at} is None else code{at}(c{at})" if at in coders else f"c{at}" for at in range(width)]
    names = {f"code{at}": code for at, code in coders.items()}
    made: Callable[[Sequence[Values]], list[Values]] = eval(
        f"lambda rows: [({', '.join(turned)},) for ({', '.join(cells)},) in rows]", names
    )
    return made
