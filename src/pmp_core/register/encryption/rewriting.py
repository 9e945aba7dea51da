"""Writing a table's rows anew, some at a time: they say the same, and lie in the database otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from pmp_core.register.encryption.columns import Choice, columns_of
from pmp_core.register.encryption.transaction import EncryptedTransaction
from pmp_core.register.schema import Row, Scalar, Table
from pmp_core.register.storage import Transaction
from pmp_core.register.tables import TABLES

BATCH = 500
Key = tuple[Scalar, ...]
Progress = Callable[[int, int], None]


def keys_in(transaction: Transaction, table: Table) -> list[Key]:
    """The keys of all rows, in order."""
    read = transaction.scan(table, table.key)
    return list(zip(*(read[name] for name in table.key), strict=True))


def batches(keys: Sequence[Key]) -> Iterator[Sequence[Key]]:
    """Keys, so many at a time."""
    for start in range(0, len(keys), BATCH):
        yield keys[start : start + BATCH]


def rows_at(transaction: Transaction, table: Table, keys: Sequence[Key]) -> list[Row]:
    """The rows that have these keys, as far as they are still there."""
    wanted = set(keys)
    where = {name: list(dict.fromkeys(cells)) for name, cells in zip(table.key, zip(*keys, strict=True), strict=True)}
    return [row for row in transaction.find(table, where) if tuple(row[name] for name in table.key) in wanted]


def replace(transaction: Transaction, table: Table, row: Row) -> None:
    """Put a row in place of the one with its key, with the version it has: nobody has changed what it says."""
    version = row.get("version")
    transaction.update(table, row, version=version if table.versioned and isinstance(version, int) else None)


def rewrite_for(
    layer: EncryptedTransaction, before: frozenset[Choice], after: frozenset[Choice], progress: Progress | None
) -> int:
    """Encrypt what was not encrypted before, and decrypt what shall not be any more.

    Returns:
        How many rows were written.
    """
    was, shall = columns_of(before), columns_of(after)
    different = {table: set(was.get(table.name, ())) ^ set(shall.get(table.name, ())) for table in TABLES}
    todo = [(table, columns, keys_in(layer.inner, table)) for table, columns in different.items() if columns]
    total, done, written = sum(len(keys) for _, _, keys in todo), 0, 0
    for table, columns, keys in todo:
        hide, show = columns & set(shall.get(table.name, ())), columns & set(was.get(table.name, ()))
        for some in batches(keys):
            for row in rows_at(layer.inner, table, some):
                if any(row[name] is not None for name in columns):
                    replace(layer.inner, table, _turned(layer, table, row, hide, show))
                    written += 1
            done += len(some)
            if progress is not None:
                progress(done, total)
    return written


def _turned(layer: EncryptedTransaction, table: Table, row: Row, hide: set[str], show: set[str]) -> Row:
    key = [row[name] for name in table.key]
    turned = dict(row)
    for name, cell in row.items():
        if cell is not None and name in hide:
            turned[name] = layer.cipher.sealed(str(cell), table.name, name, key)
        elif cell is not None and name in show:
            turned[name] = layer.cipher.opened(cell, table.name, name, key)
    return turned
