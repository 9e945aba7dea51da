"""What the intake of every kind of record shares: found, compared, kept, withdrawn."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from pmp_core.register import Register, UnitOfWork
from pmp_core.sources.records import Record, RecordKind
from pmp_core.sources.source import Coverage, Problem

Outcome = Literal["added", "changed", "unchanged"]


class Intake(ABC):
    """How records of one kind get into the register.

    Args:
        work: the unit of work.
        register: whose programme and ids count.
        source: the source's name.
        on: today.
        others: the intakes of all kinds, this one too; filled by whoever makes them.
    """

    kind: RecordKind

    def __init__(self, work: UnitOfWork, register: Register, source: str, on: date, others: Mapping[RecordKind, Intake]) -> None:
        self.work, self.register, self.source, self.on, self.others = work, register, source, on, others

    @abstractmethod
    def take(self, record: Any) -> Outcome | Problem:
        """Keep a record, and say whether it was new."""

    @abstractmethod
    def missing(self, seen: set[str], coverages: list[Coverage]) -> tuple[list[str], int]:
        """The kept identities inside the coverages that were not seen now, and how many are kept there in all."""

    @abstractmethod
    def withdraw(self, identities: list[str]) -> int:
        """Mark or remove what the source no longer has; says how many of them were ended by it."""

    @abstractmethod
    def flush(self) -> None:
        """Write what was gathered."""

    def entity_id(self, identity: str) -> str | None:
        """The register's id for a source's key."""
        return None

    def barred_ids(self) -> set[str]:
        """The register's ids of those whose key now means somebody else: nothing of theirs is touched."""
        return set()

    def withdrawn_ids(self) -> dict[str, date]:
        """The register's ids of those the source no longer has, and since when."""
        return {}

    def refer(self, record: Record, **keys: str) -> dict[str, str] | Problem:
        """The register's ids for the keys a record refers to, or the problem that one is not there."""
        ids = {}
        for kind, key in keys.items():
            found = self.others[kind].entity_id(key)  # type: ignore[index]
            if found is None:
                return Problem(
                    f"{kind}-unknown",
                    f"The {record.kind} is of a {kind} that the source does not list, or that was refused.",
                    kind=self.kind,
                    identity=record.identity,
                    found=key,
                    remedy=f"Add the {kind} to the source, or correct the key.",
                )
            ids[f"{kind}_id"] = found
        return ids


def fingerprint_of(record: Record) -> str:
    """A digest of a record without its personal code: tells whether it changed."""
    return hashlib.sha256(record.model_dump_json(exclude={"personal_code"}).encode()).hexdigest()
