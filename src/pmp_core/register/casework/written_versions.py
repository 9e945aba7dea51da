"""How a version of a plan or a claim is written down: who made it, in which role, when and why, and what it was as JSON."""

from __future__ import annotations

from datetime import date
from typing import Any

from attrs import field, frozen

from pmp_core.register.schema import Row, Table
from pmp_core.register.storage import Transaction
from pmp_core.values import Actor, Entity


@frozen
class WrittenVersion:
    """One version of something that is kept.

    Args:
        version: its number, ascending.
        change: what made it: `draft`, `contents`, or the name of a step.
        on: the day; `actor` and `role`: who, in which role; `reason`: why.
    """

    version: int
    change: str
    on: date
    actor: str
    role: str
    reason: str | None = field(repr=False)  # what people wrote stays out of logs


def write_version(
    transaction: Transaction,
    table: Table,
    key: dict[str, str],
    entity: Entity,
    *,
    version: int,
    change: str,
    by: Actor,
    on: date,
    reason: str | None,
) -> None:
    """Write a version down; a blank reason is none, as in a step."""
    why = (reason or "").strip() or None
    row = Row(version=version, change=change, on=on, actor=by.name, role=by.role, reason=why)
    transaction.insert(table, [{**key, **row, "document": entity.model_dump_json()}])


def version_fields(row: Row) -> dict[str, Any]:
    """The fields of a `WrittenVersion` from its row."""
    return {name: row[name] for name in ("version", "change", "on", "actor", "role", "reason")}
