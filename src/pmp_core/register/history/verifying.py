"""Whether a register is what its history says: nothing altered, removed or inserted behind the library's back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import define, field, frozen

from pmp_core.errors import RegisterError
from pmp_core.register import tables
from pmp_core.register.history import digests
from pmp_core.register.history.chains import CHAINED, Chain, Chained, chains_there, rows_of
from pmp_core.register.history.reading import read_chains
from pmp_core.register.keys import RegisterKeys
from pmp_core.register.schema import Row, Scalar, Table
from pmp_core.register.storage import Transaction
from pmp_core.values import Text

_CHAINS_AT_ONCE = 1_000
_UNREADABLE = ("cell-damaged", "cell-unreadable")
_WORDS: dict[str, Text] = {
    "row-altered": Text(lv="Rinda nav tāda, kādu to atstāja vēsture.", en="The row is not what the history left it as."),
    "row-unreadable": Text(
        lv="Rindā vai tās daļās ir šūna, ko nevar izlasīt.", en="The row, or a part of it, has a cell that cannot be read."
    ),
    "row-removed": Text(lv="Rindas nav, lai gan pēc vēstures tai jābūt.", en="The row is not there, and by the history it is."),
    "row-inserted": Text(
        lv="Rinda ir, bet vēsture par to neko nezina.", en="The row is there, and the history knows nothing of it."
    ),
    "entry-missing": Text(lv="Vēsturē trūkst ieraksta.", en="An entry of the history is missing."),
    "entry-altered": Text(
        lv="Vēstures ieraksts ir mainīts, vai trūkst iepriekšējā.",
        en="An entry of the history was altered, or the one before it is missing.",
    ),
    "entry-emptied": Text(
        lv="Vēstures ieraksts ir iztukšots bez dzēšanas.", en="An entry of the history was emptied, and no erasure did it."
    ),
    "head-missing": Text(lv="Vēstures ķēdei trūkst gala.", en="The head of a chain is missing."),
    "head-altered": Text(
        lv="Vēstures ķēdes gals nesakrīt ar tās pēdējo ierakstu.", en="The head of a chain is not that of its last entry."
    ),
    "unit-missing": Text(lv="Trūkst darba vienības.", en="A unit of work is missing."),
    "unit-altered": Text(
        lv="Darba vienība ir mainīta, vai mainīts tas, kas tai pieder.", en="A unit of work was altered, or what belongs to it."
    ),
    "view-altered": Text(lv="Skatījums ir mainīts.", en="A view was altered."),
    "view-emptied": Text(lv="Skatījums ir iztukšots bez dzēšanas.", en="A view was emptied, and no erasure did it."),
    "seal-wrong": Text(lv="Zīmogs neder.", en="The seal does not fit."),
    "seal-missing": Text(lv="Trūkst zīmoga.", en="The seal is missing."),
    "seal-key-unknown": Text(lv="Zīmoga atslēgas nav starp dotajām.", en="The key of the seal is not among those given."),
    "checkpoint-missing": Text(
        lv="Kontrolpunktā ir darba vienība, kuras reģistrā vairs nav.",
        en="The checkpoint has a unit that the register has no longer.",
    ),
    "checkpoint-differs": Text(
        lv="Darba vienība nav tāda, kāda tā ir kontrolpunktā.", en="The unit of work is not what it is in the checkpoint."
    ),
}


@frozen
class HistoryFinding:
    """Something that is not as the library left it. It names a row, and never what stands in it.

    Args:
        code: what is wrong; one of those in `docs/explanation/history.md`.
        table: where.
        key: of the row.
    """

    code: str
    table: str
    key: tuple[Scalar, ...]

    @property
    def words(self) -> Text:
        """What is wrong, in words."""
        return _WORDS[self.code]


class Verification(list[HistoryFinding]):
    """All findings: an empty list where everything is as the library left it. And what was looked at.

    Attributes:
        units, entries, views, rows: how many were looked at.
        erased: entries and views whose contents were erased; the chain holds over them.
        unchecked: seals that could not be checked, because no keys were given.
    """

    def __init__(self) -> None:
        super().__init__()
        self.units = self.entries = self.views = self.rows = self.erased = self.unchecked = 0

    def add(self, code: str, table: Table, *key: Scalar) -> None:
        """A finding more."""
        self.append(HistoryFinding(code, table.name, key))


@define
class _Walk:
    """A chain while it is walked along."""

    before: str = ""
    number: int = 0
    state: dict[tuple[str, str], tuple[list[Scalar], Any]] = field(factory=dict)
    unknown: bool = False  # an entry was erased, and nothing since says anew what there is
    damaged: bool = False  # an entry cannot be believed, so that rows are not compared with it


def verify(transaction: Transaction, keys: RegisterKeys | None, checkpoint: Mapping[str, str] | None = None) -> Verification:
    """Look at every row, entry, head, view and unit.

    Args:
        transaction: to read in.
        keys: that seals were made with; None leaves them unchecked.
        checkpoint: units and their digests as they were told before.
    """
    found = Verification()
    columns = transaction.scan(tables.HISTORY, ["kind", "entity_id", "number", "unit_id", "hash"])
    numbers: dict[str, dict[str, list[int]]] = {}
    hashes: dict[str, list[str]] = {}
    for kind, entity_id, number, unit_id, hash_ in zip(*columns.values(), strict=True):
        numbers.setdefault(str(kind), {}).setdefault(str(entity_id), []).append(int(str(number)))
        hashes.setdefault(str(unit_id), []).append(str(hash_))
    heads: dict[str, dict[str, Row]] = {}
    for row in _scanned(transaction, tables.HISTORY_HEADS):
        heads.setdefault(str(row["kind"]), {})[str(row["entity_id"])] = row
        _check_seal(found, keys, tables.HISTORY_HEADS, row)
    there = chains_there(transaction)
    erased: set[Chain] = set()
    for kind in sorted({*numbers, *heads, *there}):
        of_kind, own = numbers.get(kind, {}), heads.get(kind, {})
        ids = sorted({*of_kind, *own, *there.get(kind, ())})
        for at in range(0, len(ids), _CHAINS_AT_ONCE):
            batch = ids[at : at + _CHAINS_AT_ONCE]
            walks = _walked(found, transaction, kind, {id: of_kind[id] for id in batch if id in of_kind}, erased)
            _check_heads(found, kind, batch, walks, own)
            _check_rows(found, transaction, kind, batch, walks)
    _check_units(found, transaction, keys, hashes, _checked_views(found, transaction, erased), checkpoint)
    return found


def _scanned(transaction: Transaction, table: Table) -> Iterator[Row]:
    columns = transaction.scan(table)
    for cells in zip(*columns.values(), strict=True):
        yield dict(zip(columns, cells, strict=True))


def _walked(
    found: Verification, transaction: Transaction, kind: str, numbers: Mapping[str, Sequence[int]], erased: set[Chain]
) -> dict[str, _Walk]:
    walks: dict[str, _Walk] = {}
    for entry in read_chains(transaction, kind, numbers):
        found.entries += 1
        entity_id, number = str(entry["entity_id"]), int(str(entry["number"]))
        walk = walks.setdefault(entity_id, _Walk())
        if number != walk.number + 1:
            found.add("entry-missing", tables.HISTORY, kind, entity_id, walk.number + 1)
            walk.damaged = True
        if digests.entry_hash(walk.before, entry) != entry["hash"]:
            found.add("entry-altered", tables.HISTORY, kind, entity_id, number)
        walk.before, walk.number = str(entry["hash"]), number
        _take(found, walk, entry, erased)
    for entity_id, walk in walks.items():
        if walk.unknown and not walk.damaged:
            found.add("entry-emptied", tables.HISTORY, kind, entity_id, walk.number)
            walk.damaged = True
    return walks


def _take(found: Verification, walk: _Walk, entry: Row, erased: set[Chain]) -> None:
    """Follow what an entry says of rows."""
    kind, entity_id, number = str(entry["kind"]), str(entry["entity_id"]), entry["number"]
    if entry["document"] is None and entry["salt"] is None:
        found.erased += 1
        walk.unknown, walk.state = True, {}
        return
    document = entry["document"]
    if not isinstance(document, str) or digests.salted(str(entry["salt"]), document) != entry["digest"]:
        found.add("entry-altered", tables.HISTORY, kind, entity_id, number)
        walk.damaged = True
        return
    told = json.loads(document)
    if told.get("whole"):
        walk.unknown, walk.state = False, {}
        erased.add((kind, entity_id))
    for name, key, _, after in told["rows"]:
        if after is None:
            walk.state.pop((name, digests.canonical(key)), None)
        else:
            walk.state[name, digests.canonical(key)] = key, after


def _check_heads(
    found: Verification, kind: str, ids: Sequence[str], walks: Mapping[str, _Walk], heads: Mapping[str, Row]
) -> None:
    for entity_id in ids:
        walk, head = walks.get(entity_id), heads.get(entity_id)
        if head is None:
            if walk is not None:
                found.add("head-missing", tables.HISTORY_HEADS, kind, entity_id)
            continue
        last = walk.number if walk is not None else 0
        if int(str(head["version"])) > last:
            found.add("entry-missing", tables.HISTORY, kind, entity_id, last + 1)
        if walk is None or (head["version"], head["hash"]) != (walk.number, walk.before):
            found.add("head-altered", tables.HISTORY_HEADS, kind, entity_id)


def _check_rows(found: Verification, transaction: Transaction, kind: str, ids: Sequence[str], walks: Mapping[str, _Walk]) -> None:
    """Compare what there is with what the history left."""
    known = frozenset(ids)
    for chained, row in _readable(found, transaction, kind, ids, walks):
        table = chained.table
        entity_id = chained.chain(row)[1]
        if entity_id not in known:
            continue
        found.rows += 1
        key = [row[name] for name in table.key]
        walk = walks.get(entity_id)
        left = walk.state.pop((table.name, digests.canonical(key)), None) if walk is not None else None
        if walk is not None and walk.damaged:
            continue
        if left is None:
            found.add("row-inserted", table, *key)
        elif digests.canonical({name: left[1].get(name) for name in table.names}) != digests.canonical(row):
            found.add("row-altered", table, *key)
    for walk in walks.values():
        if not walk.damaged:
            for (name, _), (key, _) in walk.state.items():
                found.add("row-removed", CHAINED[name].table, *key)


def _readable(
    found: Verification, transaction: Transaction, kind: str, ids: Sequence[str], walks: Mapping[str, _Walk]
) -> list[tuple[Chained, Row]]:
    """The rows of chains; where a cell cannot be read, the rows of all other chains are."""
    try:
        return list(rows_of(transaction, kind, ids))
    except RegisterError as error:
        if error.code not in _UNREADABLE:
            raise
    rows: list[tuple[Chained, Row]] = []
    for id in ids:
        try:
            rows += rows_of(transaction, kind, [id])
        except RegisterError as error:
            if error.code not in _UNREADABLE:
                raise
            found.add("row-unreadable", CHAINED[kind].table if kind in CHAINED else tables.HISTORY, id)
            if id in walks:
                walks[id].damaged = True
    return rows


def _checked_views(found: Verification, transaction: Transaction, erased: set[Chain]) -> dict[str, list[str]]:
    """The digests of the views by unit."""
    views: dict[str, list[str]] = {}
    for view in _scanned(transaction, tables.HISTORY_VIEWS):
        found.views += 1
        views.setdefault(str(view["unit_id"]), []).append(digests.view_hash(view))
        if view["document"] is None and view["salt"] is None:
            found.erased += 1
            if ("learners", view["learner_id"]) not in erased:
                found.add("view-emptied", tables.HISTORY_VIEWS, view["unit_id"], view["number"])
        elif digests.view_digest(view) != view["digest"]:
            found.add("view-altered", tables.HISTORY_VIEWS, view["unit_id"], view["number"])
    return views


def _check_units(
    found: Verification,
    transaction: Transaction,
    keys: RegisterKeys | None,
    hashes: Mapping[str, list[str]],
    views: Mapping[str, list[str]],
    checkpoint: Mapping[str, str] | None,
) -> None:
    units: dict[str, str] = {}
    for unit in _scanned(transaction, tables.HISTORY_UNITS):
        found.units += 1
        id = str(unit["id"])
        units[id] = str(unit["digest"])
        entries, seen = hashes.get(id, []), views.get(id, [])
        counts = (len(entries), len(seen))
        if (
            counts == (0, 0)
            or counts != (unit["entries"], unit["views"])
            or digests.unit_digest(unit, entries, seen) != units[id]
        ):
            found.add("unit-altered", tables.HISTORY_UNITS, id)
        _check_seal(found, keys, tables.HISTORY_UNITS, unit)
    for id in sorted({*hashes, *views} - units.keys()):
        found.add("unit-missing", tables.HISTORY_UNITS, id)
    for id, digest in (checkpoint or {}).items():
        if id not in units:
            found.add("checkpoint-missing", tables.HISTORY_UNITS, id)
        elif units[id] != digest:
            found.add("checkpoint-differs", tables.HISTORY_UNITS, id)


def _check_seal(found: Verification, keys: RegisterKeys | None, table: Table, row: Row) -> None:
    key = [row[name] for name in table.key]
    if row["seal"] is None or row["key_id"] is None:
        if row["seal"] is not row["key_id"]:
            found.add("seal-wrong", table, *key)
        elif keys is not None:
            found.add("seal-missing", table, *key)
    elif keys is None:
        found.unchecked += 1
    elif row["key_id"] not in [known.id for known in keys.all]:
        found.add("seal-key-unknown", table, *key)
    else:
        make = digests.head_seal if table is tables.HISTORY_HEADS else digests.unit_seal
        if make(keys.key(str(row["key_id"])), row) != row["seal"]:
            found.add("seal-wrong", table, *key)
