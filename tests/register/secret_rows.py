"""A register with a row in every table, and a sentence of its own in every cell that can be encrypted."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pmp_storage_sql.plugin
from pmp_core.loading import load_programme
from pmp_core.plugins import PluginSet
from pmp_core.register import Register, tables
from pmp_core.register.encryption.columns import ENCRYPTABLE
from pmp_core.register.encryption.transaction import encryption_of
from pmp_core.register.keys import RegisterKey, RegisterKeys
from pmp_core.register.schema import ColumnType, Row, Table
from pmp_core.values import Actor

OLD, NEW = RegisterKey(bytes(range(32))), RegisterKey(bytes(range(1, 33)))
OLD_KEYS, BOTH_KEYS, NEW_KEYS = RegisterKeys([OLD]), RegisterKeys([NEW, OLD]), RegisterKeys([NEW])
ACTOR = Actor(name="Ilze Kalna", role="plan-author")
PLUGINS = PluginSet([("sql", pmp_storage_sql.plugin)])
PROGRAMME = load_programme("lv-8.3.4")
TODAY = date(2022, 10, 3)
# What the register writes by itself when something is done.
OWN = {tables.REGISTER_INFO, tables.OVERLAYS, tables.PERSONAL_CODES, tables.HISTORY_UNITS, tables.HISTORY, tables.HISTORY_HEADS}
OWN |= {tables.HISTORY_VIEWS}
_CELLS: dict[ColumnType, Any] = {
    ColumnType.TEXT: "X",
    ColumnType.INTEGER: 1,
    ColumnType.BOOLEAN: True,
    ColumnType.DAY: TODAY,
    ColumnType.MOMENT: datetime(2022, 10, 3, tzinfo=UTC),
    ColumnType.CENTS: 1,
}


def opened(target: Any, keys: RegisterKeys | None, **named: Any) -> Register:
    """A register of the programme, for a host that looks after access."""
    given = {"actor": ACTOR, "programme": PROGRAMME, "plugins": PLUGINS, "access": "host", **named}
    return Register.open(target, keys=keys, **given)


def secret(table: str, column: str) -> str:
    """The sentence of a cell; as JSON where a document is expected."""
    return f'{{"Noslēpums ķ": "{table} {column}"}}'


SECRETS = {secret(table, column): (table, column) for table, columns in ENCRYPTABLE.items() for column in columns}


def row_of(table: Table) -> Row:
    """A row that fits to those of the other tables."""
    row = Row({column.name: _CELLS[column.type] for column in table.columns})
    row |= {name: None for name in ("key_id", "seal") if name in row}
    return {**row, **{column: secret(table.name, column) for column in ENCRYPTABLE.get(table.name, ())}}


def fill(register: Register) -> None:
    """A row for every table, beneath the history: it is nobody's doing."""
    with register.unit_of_work() as work:
        layer = encryption_of(work.transaction)
        for table in tables.TABLES:
            if table not in (tables.REGISTER_INFO, tables.OVERLAYS, tables.PERSONAL_CODES):
                layer.insert(table, [row_of(table)])


def rows_of(register: Register) -> dict[str, list[Row]]:
    """All rows, as the register reads them, but for what it writes by itself."""
    with register.unit_of_work(keep=False) as work:
        return {table.name: work.transaction.find(table) for table in tables.TABLES if table not in OWN}


def row_in(register: Register, table: Table) -> Row | None:
    """The row that `fill` made."""
    with register.unit_of_work(keep=False) as work:
        return encryption_of(work.transaction).get(table, tuple(row_of(table)[name] for name in table.key))


def beneath(register: Register) -> dict[tuple[str, str], set[object]]:
    """The cells that can be encrypted, as they lie in the database, by table and column."""
    with register.unit_of_work(keep=False) as work:
        layer = encryption_of(work.transaction).inner
        return {
            (table.name, column): set(cells)
            for table in tables.TABLES
            if table.name in ENCRYPTABLE
            for column, cells in layer.scan(table, ENCRYPTABLE[table.name]).items()
        }


def bytes_of(file: Path) -> bytes:
    """All that lies on the disk of an SQLite database."""
    return b"".join(path.read_bytes() for path in sorted(file.parent.glob(f"{file.name}*")))
