"""Writing a unit of the history: its entries, the heads of their chains, its views, and what it all comes to."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING

from pmp_core.errors import NotUnique, VersionConflict
from pmp_core.register import tables
from pmp_core.register.history import digests
from pmp_core.register.history.beginning import BEGIN, all_there_is
from pmp_core.register.history.chains import Chain, rows_of
from pmp_core.register.history.gathered import ROWS_OF_AN_ENTRY, Changed, Doing, Gathered
from pmp_core.register.layer import Acting
from pmp_core.register.schema import Row
from pmp_core.register.seen import View
from pmp_core.register.storage import Transaction
from pmp_core.values import Actor

if TYPE_CHECKING:
    from pmp_core.register.layers import Setup

ERASE = "erase"  # in this action nothing is written into the history of what there was before
CHANGE = "change"  # what is written where no action was being done
_CHAINS_AT_ONCE = 5_000


class UnitWriter:
    """One unit of the history.

    Args:
        transaction: beneath the history.
        acting: who worked, and why.
        setup: the clock, the keys, the access.
    """

    def __init__(self, transaction: Transaction, acting: Acting, setup: Setup) -> None:
        self._transaction, self._acting, self._setup = transaction, acting, setup
        self._at = setup.clock()
        self._key = setup.keys.current if setup.keys is not None else None
        actor = acting.actor
        self._unit: Row = {
            "id": f"U-{secrets.token_hex(10)}",
            "at": self._at,
            **_who(actor),
            "access": setup.access,
            "entries": 0,
            "views": 0,
            "digest": "",
            "key_id": None,
            "seal": None,
        }
        self._kept = False
        self._hashes: list[str] = []
        self._views: list[str] = []

    def write(self, gathered: Gathered, emptied: Mapping[Chain, Actor]) -> None:
        """Write what was changed and seen; nothing where that is nothing.

        Args:
            gathered: the changes.
            emptied: chains of which documents were erased, and who did it: each says anew what there is.

        Raises:
            VersionConflict: `version-conflict`: somebody else wrote into one of the chains meanwhile.
        """
        whole = {chain: one.actor for chain, done in gathered.chains.items() for one in done if one.action == ERASE}
        whole |= emptied
        self.entries(self._documents(gathered, whole))
        if self._acting.action == BEGIN:
            there = all_there_is(self._transaction, self._acting.actor)
            self.entries(((chain, [(doing, self._document(part)) for part in doing.parts()]) for chain, doing in there), new=True)
        self._write_views(self._acting.seen.views(self._transaction, gathered.chains))
        self.close()

    def entries(self, documents: Iterable[tuple[Chain, list[tuple[Doing, str]]]], *, new: bool = False) -> None:
        """Add entries to chains, each of them once: so many at a time that little is held.

        Args:
            documents: by chain, who did it and what.
            new: whether all chains are known to begin here.
        """
        stream = iter(documents)
        while batch := dict(islice(stream, _CHAINS_AT_ONCE)):
            self._keep()
            # Most chains of a large unit are new. Only where one is not, it is asked which, and how they go on.
            begun = new or all(self._begins(chain, done) for chain, done in batch.items())
            if not begun or not self._written(batch, None):
                self._written(batch, self._heads(batch))

    def close(self) -> None:
        """Write down what the unit came to."""
        if not self._kept:
            return
        self._unit["entries"], self._unit["views"] = len(self._hashes), len(self._views)
        self._unit["digest"] = digests.unit_digest(self._unit, self._hashes, self._views)
        if self._key is not None:
            self._unit["key_id"], self._unit["seal"] = self._key.id, digests.unit_seal(self._key, self._unit)
        self._transaction.update(tables.HISTORY_UNITS, self._unit)

    def _keep(self) -> None:
        """The entries refer to the unit, so that it is there first; what it comes to is known last."""
        if not self._kept:
            self._kept = True
            self._transaction.insert(tables.HISTORY_UNITS, [dict(self._unit)])

    def _documents(self, gathered: Gathered, whole: Mapping[Chain, Actor]) -> Iterator[tuple[Chain, list[tuple[Doing, str]]]]:
        """In the order of the chains, so that two writers never wait for each other crosswise."""
        for chain in sorted({*gathered.chains, *whole}):
            done = gathered.chains.get(chain, ())
            # Of one that is erased nothing else that the unit did to it is told: what was there before is not to be known.
            documents = self._whole(chain, done, whole[chain]) if chain in whole else self._parts(done)
            if documents:
                yield chain, documents

    def _parts(self, done: Iterable[Doing]) -> list[tuple[Doing, str]]:
        return [(doing, self._document(part)) for doing in done for part in doing.parts()]

    def _document(self, rows: Iterable[Changed]) -> str:
        told = [[row.table.name, list(row.key), row.before, row.after] for row in rows]
        return digests.canonical({"reason": self._acting.reason, "rows": told})

    def _whole(self, chain: Chain, done: Iterable[Doing], by: Actor) -> list[tuple[Doing, str]]:
        """What there is of a chain after an erasure; of what was removed only how many rows of which table."""
        removed: dict[str, int] = {}
        for doing in done:
            for row in doing.rows.values() if doing.action == ERASE else ():
                if row.before is not None and row.after is None:
                    removed[row.table.name] = removed.get(row.table.name, 0) + 1
        kind, entity_id = chain
        rows = [
            [one.table.name, [row[name] for name in one.table.key], None, row]
            for one, row in rows_of(self._transaction, kind, [entity_id])
        ]
        erasing = Doing(by, ERASE)
        first = {"reason": self._acting.reason, "removed": removed, "rows": rows[:ROWS_OF_AN_ENTRY], "whole": True}
        rest = [rows[at : at + ROWS_OF_AN_ENTRY] for at in range(ROWS_OF_AN_ENTRY, len(rows), ROWS_OF_AN_ENTRY)]
        told = [first, *({"reason": self._acting.reason, "rows": part} for part in rest)]
        return [(erasing, digests.canonical(one)) for one in told]

    def _begins(self, chain: Chain, done: list[tuple[Doing, str]]) -> bool:
        """Whether the unit added the entity itself, so that it has no history as yet, unless it was there once before."""
        rows = done[0][0].rows
        if chain[0] == tables.ENROLMENTS.name:  # the enrolment itself stands in the learner's chain; here is its source's key
            return all(row.before is None for row in rows.values())
        row = rows.get((chain[0], (chain[1],)))
        return row is not None and row.before is None

    def _heads(self, chains: Iterable[Chain]) -> dict[Chain, Row]:
        by_kind: dict[str, list[str]] = {}
        for kind, entity_id in chains:
            by_kind.setdefault(kind, []).append(entity_id)
        return {
            (str(row["kind"]), str(row["entity_id"])): row
            for kind, ids in by_kind.items()
            for row in self._transaction.find(tables.HISTORY_HEADS, {"kind": kind, "entity_id": ids})
        }

    def _written(self, batch: dict[Chain, list[tuple[Doing, str]]], heads: dict[Chain, Row] | None) -> bool:
        """Whether the entries could be written after these heads; None: it is tried whether all chains are new."""
        entries: list[Row] = []
        new: list[Row] = []
        moved: list[tuple[Row, int]] = []
        for chain, done in batch.items():
            head = heads.get(chain) if heads is not None else None
            number, before = (int(str(head["version"])), str(head["hash"])) if head is not None else (0, "")
            known = number
            for doing, document in done:
                number += 1
                entry = self._entry(chain, number, before, doing, document)
                before = str(entry["hash"])
                entries.append(entry)
            own: Row = {"kind": chain[0], "entity_id": chain[1], "hash": before, "key_id": None, "seal": None, "version": number}
            if self._key is not None:
                own["key_id"], own["seal"] = self._key.id, digests.head_seal(self._key, own)
            if head is None:
                new.append(own)
            else:
                moved.append((own, known))
        try:
            if new:
                self._transaction.insert(tables.HISTORY_HEADS, new)
        except NotUnique:
            if heads is None:
                return False
            raise _met() from None
        for own, known in moved:
            try:
                self._transaction.update(tables.HISTORY_HEADS, own, version=known)
            except VersionConflict as error:
                raise error if error.code != "version-conflict" else _met() from None
        self._transaction.insert(tables.HISTORY, entries)
        self._hashes += [str(entry["hash"]) for entry in entries]
        return True

    def _entry(self, chain: Chain, number: int, before: str, doing: Doing, document: str) -> Row:
        salt = secrets.token_hex(16)
        entry: Row = {
            "kind": chain[0],
            "entity_id": chain[1],
            "number": number,
            "unit_id": self._unit["id"],
            "at": self._at,
            "action": doing.action or CHANGE,
            **_who(doing.actor),
            "document": document,
            "salt": salt,
            "digest": digests.salted(salt, document),
        }
        entry["hash"] = digests.entry_hash(before, entry)
        return entry

    def _write_views(self, views: list[View]) -> None:
        rows: list[Row] = []
        for number, seen in enumerate(views, 1):
            view: Row = {
                "unit_id": self._unit["id"],
                "number": number,
                "at": self._at,
                **_who(self._acting.actor),
                "learner_id": seen.learner_id,
                "rows": seen.rows,
                "document": digests.canonical({"reason": self._acting.reason, "tables": seen.tables}),
                "salt": secrets.token_hex(16),
            }
            view["digest"] = digests.view_digest(view)
            rows.append(view)
        if rows:
            self._keep()
            self._transaction.insert(tables.HISTORY_VIEWS, rows)
            self._views += [digests.view_hash(row) for row in rows]


def _who(actor: Actor) -> Row:
    return {
        "actor": str.__str__(actor.name),
        "role": str.__str__(actor.role),
        "institution_id": None if actor.institution_id is None else str.__str__(actor.institution_id),
        "municipality_id": None if actor.municipality_id is None else str.__str__(actor.municipality_id),
    }


def _met() -> VersionConflict:
    return VersionConflict(
        "version-conflict",
        "Somebody else wrote into the history of the same entity meanwhile.",
        remedy="Repeat the unit of work: read again, decide again, write again.",
    )
