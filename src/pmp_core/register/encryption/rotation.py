"""Changing to a new key: everything encrypted, matched or sealed with an older one is written anew, some rows at a time.

Every batch is a unit of work of its own. Where it is killed in the middle, both keys are needed and both are read; the
next run goes on with what is left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from attrs import frozen

from pmp_core.register import tables
from pmp_core.register.collection import UnitOfWork
from pmp_core.register.encryption.cells import CellCipher
from pmp_core.register.encryption.personal_codes import renewed
from pmp_core.register.encryption.rewriting import Key, Progress, batches, keys_in, replace, rows_at
from pmp_core.register.encryption.transaction import KEY_ID, EncryptedTransaction, encryption_of
from pmp_core.register.history.digests import head_seal, unit_seal
from pmp_core.register.keys import RegisterKey, RegisterKeys
from pmp_core.register.schema import Row, Table
from pmp_core.register.storage import Transaction

# How a row of the history is sealed with a key,, by table.
Seal = Callable[[RegisterKey, Row], str]
SEALS: dict[str, Seal] = {tables.HISTORY_UNITS.name: unit_seal, tables.HISTORY_HEADS.name: head_seal}
_SEALED = (tables.HISTORY_UNITS, tables.HISTORY_HEADS)


@frozen
class Rotated:
    """What a change of keys did.

    Args:
        key_id: of the newest key, which everything is written with now.
        cells: how many cells were encrypted anew.
        codes: how many personal codes were.
        seals: how many seals of the history were made anew; one that is wrong stays as it is, for `pmp register verify` to find.
        still_needed: ids of older keys that something is still written with; where there are none, they can be put away.
    """

    key_id: str
    cells: int
    codes: int
    seals: int
    still_needed: tuple[str, ...]


def rotate(
    unit_of_work: Callable[..., AbstractContextManager[UnitOfWork]], keys: RegisterKeys, *, progress: Progress | None
) -> Rotated:
    """Write everything with the newest key; see `Register.rotate_keys`."""
    reason = f"keys are changed to {keys.current.id}"
    with unit_of_work(reason=reason) as work:
        note_key(work.transaction, keys)
        layer = encryption_of(work.transaction)
        used = layer.inner.scan(tables.PERSONAL_CODES, ["key_id"])["key_id"]
        for id in dict.fromkeys(used):
            keys.key(str(id))  # one that is not there is told before anything is written
        sealed = [table for table in _SEALED if table.name in SEALS]
        encrypted = [table for table in tables.TABLES if table.name in layer.columns]
        todo = {table: keys_in(layer.inner, table) for table in dict.fromkeys((tables.PERSONAL_CODES, *encrypted, *sealed))}
    done, total = 0, sum(map(len, todo.values()))
    counted = {"codes": 0, "cells": 0, "seals": 0}
    for table, rows in todo.items():
        for some in batches(rows):
            with unit_of_work(reason=reason) as work:
                layer = encryption_of(work.transaction)
                if table is tables.PERSONAL_CODES:
                    counted["codes"] += _codes(work.transaction, keys, some)
                if table in encrypted:
                    counted["cells"] += _cells(layer, table, some)
                if table in sealed:
                    counted["seals"] += _seals(layer.inner, keys, table, some)
            done += len(some)
            if progress is not None:
                progress(done, total)
    with unit_of_work(reason=reason, keep=False) as work:
        return Rotated(keys.current.id, still_needed=_still_needed(encryption_of(work.transaction).inner, keys), **counted)


def note_key(transaction: Transaction, keys: RegisterKeys) -> None:
    """Write down which key is the newest: whoever lacks it cannot go on with an older one."""
    row = transaction.get(tables.REGISTER_INFO, (KEY_ID,))
    new = Row(name=KEY_ID, value=keys.current.id)
    if row is None:
        transaction.insert(tables.REGISTER_INFO, [new])
    elif row != new:
        transaction.update(tables.REGISTER_INFO, new)


def _codes(transaction: Transaction, keys: RegisterKeys, some: Sequence[Key]) -> int:
    rows = renewed(CellCipher(keys), rows_at(transaction, tables.PERSONAL_CODES, some))
    for row in rows:
        transaction.update(tables.PERSONAL_CODES, row)
    return len(rows)


def _cells(layer: EncryptedTransaction, table: Table, some: Sequence[Key]) -> int:
    """Beneath the history: what the cells say stays the same."""
    cipher, columns, written = layer.cipher, layer.columns.get(table.name, ()), 0
    for row in rows_at(layer.inner, table, some):
        older = [name for name in columns if row[name] is not None and cipher.written_with(row[name]) != cipher.keys.current.id]
        key = [row[name] for name in table.key]
        for name in older:
            row[name] = cipher.sealed(cipher.opened(row[name], table.name, name, key), table.name, name, key)
        if older:
            replace(layer.inner, table, row)
        written += len(older)
    return written


def _seals(transaction: Transaction, keys: RegisterKeys, table: Table, some: Sequence[Key]) -> int:
    """Where the seal is right: one that is not would be made good by a new one."""
    seal, made = SEALS[table.name], 0
    older = {key.id: key for key in keys.all[1:]}
    for row in rows_at(transaction, table, some):
        by = older.get(str(row["key_id"]))
        if by is not None and seal(by, row) == row["seal"]:
            replace(transaction, table, {**row, "key_id": keys.current.id, "seal": seal(keys.current, row)})
            made += 1
    return made


def _still_needed(transaction: Transaction, keys: RegisterKeys) -> tuple[str, ...]:
    used: set[object] = set()
    for table in (tables.PERSONAL_CODES, *_SEALED):
        used |= set(transaction.scan(table, ["key_id"])["key_id"])
    return tuple(sorted(str(id) for id in used - {None, keys.current.id}))
