"""The layer that encrypts: above it cells are plain, beneath it they are not.

What is searched or sorted by an encrypted column is read, decrypted and compared here: right, and slower than a database
would be, since it has to look at every row that the other conditions leave.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

from pmp_core.register import tables
from pmp_core.register.arrow_tables import arrow_table
from pmp_core.register.encryption.cells import CellCipher, keys_needed
from pmp_core.register.encryption.columns import ENCRYPTABLE, Choice, choice_of, columns_of
from pmp_core.register.keys import RegisterKeys
from pmp_core.register.layer import Layer
from pmp_core.register.rows_check import TableCheck
from pmp_core.register.schema import Row, Scalar, Table
from pmp_core.register.storage import Transaction

CHOSEN, KEY_ID = "encrypted", "key_id"  # names in `register_info`
_WATCHED = frozenset({*ENCRYPTABLE, tables.PERSONAL_CODES.name})
_Where = Mapping[str, Scalar | Sequence[Scalar]]


@frozen
class _State:
    """What the register says of its encryption, read once in a transaction and only where it matters."""

    choice: frozenset[Choice]
    columns: Mapping[str, tuple[str, ...]]


class EncryptedTransaction(Layer):
    """Encrypts and decrypts the columns that the register has chosen.

    Args:
        inner: the storage's transaction.
        keys: of the register; None: what is encrypted cannot be read or written.
    """

    def __init__(self, inner: Transaction, keys: RegisterKeys | None) -> None:
        super().__init__(inner)
        self._keys = keys
        self._cipher: CellCipher | None = None
        self._state: _State | None = None
        self._checks: dict[str, TableCheck] = {}

    @property
    def cipher(self) -> CellCipher:
        """What encrypts.

        Raises:
            RegisterError: `register-keys-needed`.
        """
        if self._keys is None:
            raise keys_needed()
        self._cipher = self._cipher or CellCipher(self._keys)
        return self._cipher

    @property
    def choice(self) -> frozenset[Choice]:
        """What the register has chosen to encrypt."""
        return self._read_state().choice

    @property
    def columns(self) -> Mapping[str, tuple[str, ...]]:
        """The columns that are encrypted now, by table."""
        return self._read_state().columns

    def get(self, table: Table, key: tuple[Scalar, ...]) -> Row | None:
        """The row with this key, decrypted."""
        row = self.inner.get(table, key)
        columns = self._columns(table)
        return self._opened(table, columns, row) if row is not None and columns else row

    def find(
        self,
        table: Table,
        where: _Where | None = None,
        *,
        order: Sequence[str] = (),
        limit: int | None = None,
    ) -> list[Row]:
        """Rows that meet all conditions, decrypted, in order."""
        columns = self._columns(table)
        if not columns:
            return self.inner.find(table, where, order=order, limit=limit)
        if not self._asks_for(columns, where) and not {name.removeprefix("-") for name in order} & set(columns):
            return [self._opened(table, columns, row) for row in self.inner.find(table, where, order=order, limit=limit)]
        return self._searched(table, columns, where or {}, order, limit)

    def count(self, table: Table, where: _Where | None = None) -> int:
        """How many rows `find` would give."""
        columns = self._columns(table)
        if not self._asks_for(columns, where):
            return self.inner.count(table, where)
        return len(self._searched(table, columns, where or {}))

    def insert(self, table: Table, rows: Iterable[Row]) -> None:
        """Add rows, encrypted one by one as they come."""
        columns = self._columns(table)
        self.inner.insert(table, self._sealed_all(table, columns, rows) if columns else rows)
        self._look_again_after(table)

    def update(self, table: Table, row: Row, *, version: int | None = None) -> None:
        """Replace the row with the same key."""
        columns = self._columns(table)
        self.inner.update(table, self._sealed(table, columns, row) if columns else row, version=version)
        self._look_again_after(table)

    def delete(self, table: Table, where: _Where) -> int:
        """Remove the rows that `find` would give."""
        columns = self._columns(table)
        if not self._asks_for(columns, where):
            removed = self.inner.delete(table, where)
            self._look_again_after(table)
            return removed
        found = self._searched(table, columns, where)
        if len(table.key) == 1:  # at once: references are looked at when all of them are gone
            (key,) = table.key
            return self.inner.delete(table, {key: [row[key] for row in found]}) if found else 0
        return sum(self.inner.delete(table, {key: row[key] for key in table.key}) for row in found)

    def scan(self, table: Table, columns: Sequence[str] | None = None) -> dict[str, list[Scalar]]:
        """The whole table as columns, decrypted."""
        names = table.names if columns is None else tuple(columns)
        hidden = [name for name in self._columns(table) if name in names]
        if not hidden:
            return self.inner.scan(table, columns)
        read = self.inner.scan(table, list(dict.fromkeys((*names, *table.key))))
        keys = list(zip(*(read[name] for name in table.key), strict=True))
        for name in hidden:
            read[name] = [
                None if cell is None else self.cipher.opened(cell, table.name, name, key)
                for cell, key in zip(read[name], keys, strict=True)
            ]
        return {name: read[name] for name in names}

    def scan_arrow(self, table: Table, columns: Sequence[str] | None = None) -> Any:
        """As the transaction beneath, where none of the columns is encrypted; else from the decrypted lists."""
        if not set(self._columns(table)) & set(table.names if columns is None else columns):
            return self.inner.scan_arrow(table, columns)
        return arrow_table(table, self.scan(table, columns))

    def _columns(self, table: Table) -> tuple[str, ...]:
        """The columns of a table that are encrypted now."""
        return self.columns.get(table.name, ()) if table.name in _WATCHED else ()

    def _read_state(self) -> _State:
        if self._state is None:
            rows = self.inner.find(tables.REGISTER_INFO, {"name": [CHOSEN, KEY_ID]})
            info = {str(row["name"]): str(row["value"]) for row in rows}
            choice = choice_of(info.get(CHOSEN, ""))
            if choice and self._keys is None:
                raise keys_needed()
            if KEY_ID in info and self._keys is not None:
                self._keys.key(info[KEY_ID])  # whoever lacks the newest key would go on with one that is to be put away
            self._state = _State(choice, columns_of(choice))
        return self._state

    def _look_again_after(self, table: Table) -> None:
        if table.name == tables.REGISTER_INFO.name:
            self._state = None

    def _asks_for(self, columns: Sequence[str], where: _Where | None) -> bool:
        """Whether a condition looks into an encrypted cell; an empty one is empty beneath too."""
        return any(name in columns and wanted is not None for name, wanted in (where or {}).items())

    def _searched(
        self, table: Table, columns: Sequence[str], where: _Where, order: Sequence[str] = (), limit: int | None = None
    ) -> list[Row]:
        check = self._check(table)
        options = {condition.column: condition.options for condition in check.conditions(where)}
        by, most = check.order(order), check.limit(limit)
        here = {name: frozenset(wanted) for name, wanted in options.items() if name in columns}
        beneath = {name: list(wanted) for name, wanted in options.items() if name not in here}
        rows = [self._opened(table, columns, row) for row in self.inner.find(table, beneath)]
        rows = [row for row in rows if all(row[name] in wanted for name, wanted in here.items())]
        for name, down in reversed(by):  # sorts keep ties as they are: in the order of the key
            rows.sort(key=lambda row: (row[name] is not None, row[name]), reverse=down)
        return rows[:most]

    def _opened(self, table: Table, columns: Sequence[str], row: Row) -> Row:
        key = [row[name] for name in table.key]
        for name in columns:
            if row[name] is not None:
                row[name] = self.cipher.opened(row[name], table.name, name, key)
        return row

    def _sealed_all(self, table: Table, columns: Sequence[str], rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            yield self._sealed(table, columns, row)

    def _sealed(self, table: Table, columns: Sequence[str], row: Row) -> Row:
        cells = dict(zip(table.names, self._check(table).values(row), strict=True))
        key = [cells[name] for name in table.key]
        for name in columns:
            if (cell := cells[name]) is not None:
                cells[name] = self.cipher.sealed(str(cell), table.name, name, key)
        return cells

    def _check(self, table: Table) -> TableCheck:
        if table.name not in self._checks:
            self._checks[table.name] = TableCheck(table)
        return self._checks[table.name]


def encryption_of(transaction: Transaction) -> EncryptedTransaction:
    """The layer that encrypts, beneath whatever others there are; what is done there is neither asked nor written down.

    Raises:
        TypeError: there is none.
    """
    layer: object = transaction
    while isinstance(layer, Layer):
        if isinstance(layer, EncryptedTransaction):
            return layer
        layer = layer.inner
    raise TypeError("this transaction is no register's")
