"""What the history is held together by: documents as canonical JSON, salted digests, hashes over the entry before, seals."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from pmp_core.register.keys import RegisterKey
from pmp_core.register.schema import ColumnType, Row, Scalar, Table


def _as_text(cell: Any) -> str:
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, bytes):  # of no column of ours: somebody wrote it behind the library's back
        return f"bytes {cell.hex()}"
    raise TypeError(type(cell).__name__)


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=_as_text)
canonical = _ENCODER.encode


def row_read(table: Table, cells: dict[str, Any]) -> Row:
    """A row as it was written into a document; columns that the table did not have then are empty."""
    row: Row = {}
    for column in table.columns:
        cell = cells.get(column.name)
        if cell is not None and column.type is ColumnType.DAY:
            cell = date.fromisoformat(cell)
        elif cell is not None and column.type is ColumnType.MOMENT:
            cell = datetime.fromisoformat(cell)
        row[column.name] = cell
    return row


def salted(salt: str, document: str) -> str:
    """The digest of a document with its salt: without the salt nobody can try out what an erased document said."""
    return hashlib.sha256((salt + document).encode()).hexdigest()


def hashed(parts: Iterable[Scalar]) -> str:
    """SHA-256 over parts, each with its length before it, so that no two lists of parts give the same bytes."""
    told = []
    for part in parts:
        if part is None:
            told.append("-;")
            continue
        text = part if isinstance(part, str) else _as_text(part) if isinstance(part, date) else str(part)
        told.append(f"{len(text)}:{text};")
    return hashlib.sha256("".join(told).encode()).hexdigest()


_WHO = ("actor", "role", "institution_id", "municipality_id")
_ENTRY = ("kind", "entity_id", "number", "unit_id", "at", "action", *_WHO, "digest")
_UNIT = ("id", "at", *_WHO, "access", "entries", "views")
_VIEW = ("unit_id", "number", "at", *_WHO, "learner_id", "rows")


def entry_hash(before: str, entry: Row) -> str:
    """The hash of an entry, over the hash of the entry before it in the chain (empty for the first)."""
    return hashed([before, *(entry[name] for name in _ENTRY)])


def unit_digest(unit: Row, hashes: Sequence[str], views: Sequence[str]) -> str:
    """The digest of a unit, over the hashes of its entries and of its views."""
    return hashed([*(unit[name] for name in _UNIT), *sorted(hashes), "views", *sorted(views)])


def view_digest(view: Row) -> str:
    """The digest of a view's document, with its salt."""
    return salted(str(view["salt"]), str(view["document"]))


def view_hash(view: Row) -> str:
    """The hash of a view: who saw whose data, and when, stays sealed where its document was erased."""
    return hashed([*(view[name] for name in _VIEW), view["digest"]])


def _sealed(key: RegisterKey, purpose: str, parts: Sequence[Scalar]) -> str:
    return key.seal(purpose, hashed(parts).encode()).hex()


def head_seal(key: RegisterKey, head: Row) -> str:
    """The seal of a head: HMAC over its chain, the number of its last entry, and the hash of it."""
    return _sealed(key, "history-head", [head[name] for name in ("kind", "entity_id", "version", "hash")])


def unit_seal(key: RegisterKey, unit: Row) -> str:
    """The seal of a unit: HMAC over its id and digest."""
    return _sealed(key, "history-unit", [unit["id"], unit["digest"]])
