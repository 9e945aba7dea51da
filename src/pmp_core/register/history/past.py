"""A register as it was at a moment, put together from its history."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from pmp_core.errors import InvalidValue, NotFound
from pmp_core.register import tables
from pmp_core.register.history.chains import CHAINED
from pmp_core.register.history.digests import row_read
from pmp_core.register.history.reading import read_chains
from pmp_core.register.schema import Row, Scalar
from pmp_core.register.storage import Transaction

Rows = dict[tuple[str, tuple[Scalar, ...]], Row]


def rows_at(transaction: Transaction, moment: datetime) -> dict[str, list[Row]]:
    """Every row that there was, by table, in an order in which rows can be written.

    Of what was erased since, the history knows only what the erasure left: that is what is given.

    Args:
        transaction: to read in.
        moment: with its time zone; what was kept at that moment counts.

    Raises:
        InvalidValue: `moment-without-zone`.
        NotFound: `moment-before-history`.
    """
    if moment.utcoffset() is None:
        raise InvalidValue(
            "moment-without-zone", "The moment does not say its time zone.", found=moment, remedy="Give it one, such as UTC."
        )
    numbers: dict[str, dict[str, range]] = {}
    heads = transaction.scan(tables.HISTORY_HEADS, ["kind", "entity_id", "version"])
    for kind, entity_id, version in zip(*heads.values(), strict=True):
        numbers.setdefault(str(kind), {})[str(entity_id)] = range(1, int(str(version)) + 1)
    there: Rows = {}
    for kind, of_kind in numbers.items():
        there.update(_at(transaction, kind, of_kind, moment))
    by_table: dict[str, list[Row]] = {name: [] for name in CHAINED}
    for (name, _), row in there.items():
        by_table[name].append(row)
    if not by_table[tables.REGISTER_INFO.name]:
        first = transaction.find(tables.HISTORY_UNITS, order=["at"], limit=1)
        raise NotFound(
            "moment-before-history",
            "The history of the register begins later.",
            found=moment.isoformat(),
            remedy=f"It begins at {first[0]['at']}." if first else "It has no history.",
        )
    return _without_dangling(by_table)


def _at(transaction: Transaction, kind: str, numbers: dict[str, range], moment: datetime) -> Rows:
    """The rows of chains of one kind; each chain is followed until the moment, or until it says what an erasure left."""
    there: Rows = {}
    chain: str | None = None
    own: Rows = {}
    erased: bool = False
    filling: str | None = None  # the unit of the erasure that says what was left
    for entry in read_chains(transaction, kind, numbers):
        if entry["entity_id"] != chain:
            there.update(own)
            chain, own, erased, filling = str(entry["entity_id"]), {}, False, None
        at = entry["at"]
        later = isinstance(at, datetime) and at > moment
        if later and not erased and filling != entry["unit_id"]:
            continue
        if entry["document"] is None:
            own, erased = {}, True
            continue
        told = json.loads(str(entry["document"]))
        if later and erased and not told.get("whole"):
            continue
        if told.get("whole"):
            own, erased, filling = {}, False, str(entry["unit_id"])
        _take(own, told)
    there.update(own)
    return there


def _take(own: Rows, told: dict[str, Any]) -> None:
    for name, key, _, after in told["rows"]:
        table = CHAINED[name].table
        typed = row_read(table, dict(zip(table.key, key, strict=True)))
        at = (name, tuple(typed[column] for column in table.key))
        if after is None:
            own.pop(at, None)
        else:
            own[at] = row_read(table, after)


def _without_dangling(by_table: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """Without rows that refer to what was not there yet: an erasure leaves what there was when it was made."""
    keys: dict[str, set[tuple[Scalar, ...]]] = {}
    for name, rows in by_table.items():
        table = CHAINED[name].table
        others = [reference for reference in table.references if reference.table != name]
        kept = [
            row
            for row in rows
            if all(
                None in (cells := tuple([row[column] for column in reference.columns])) or cells in keys[reference.table]
                for reference in others
            )
        ]
        keys[name] = {tuple([row[column] for column in table.key]) for row in kept}
        by_table[name] = kept
    return by_table
