"""Absences and marks: records of which there are many, compared as a set and written in one go."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from pmp_core.register import Register, UnitOfWork, tables
from pmp_core.risks import Absence, Mark
from pmp_core.sources.intake import Intake, Outcome
from pmp_core.sources.records import AbsenceRecord, MarkRecord, RecordKind
from pmp_core.sources.source import Coverage, Problem
from pmp_core.values import DayRange


class Rows(Intake):
    """Records of which there are many: kept by their own identity, compared as a set, written in one go."""

    def __init__(self, work: UnitOfWork, register: Register, source: str, on: date, others: Mapping[RecordKind, Intake]) -> None:
        super().__init__(work, register, source, on, others)
        self.kept: dict[str, Any] = {entity.id: entity for entity in self.collection.find(source=source)}
        self.identities: dict[str, str] = {}
        self.new: list[Any] = []
        self.gone: list[str] = []

    @property
    @abstractmethod
    def collection(self) -> Any:
        """Where they are kept."""

    @abstractmethod
    def made(self, record: Any, ids: Mapping[str, str]) -> Any:
        """The entity of a record."""

    @abstractmethod
    def covered(self, entity: Any, coverage: Coverage) -> bool:
        """Whether a kept entity lies inside a coverage, its institution apart."""

    def take(self, record: Any) -> Outcome | Problem:
        """Gather a record."""
        ids = self.refer(record, learner=record.learner_key, institution=record.institution_key)
        if isinstance(ids, Problem):
            return ids
        entity = self.made(record, ids)
        self.identities[entity.id] = record.identity
        before = self.kept.get(entity.id)
        if before == entity:
            return "unchanged"
        self.new.append(entity)
        if before is not None:
            self.gone.append(entity.id)
        self.kept[entity.id] = entity
        return "added" if before is None else "changed"

    def flush(self) -> None:
        """Write what was gathered: changed ones are taken out and put in again."""
        _in_batches(self.collection.remove, self.gone)
        self.collection.add_all(self.new)
        self.gone, self.new = [], []

    def missing(self, seen: set[str], coverages: list[Coverage]) -> tuple[list[str], int]:
        """Those inside a coverage whose record did not come now."""
        rows = self.work.transaction.find(tables.SOURCE_KEYS, {"source": self.source, "kind": "institution"})
        ids = {str(row["identity"]): str(row["entity_id"]) for row in rows}
        inside = [
            entity
            for entity in self.kept.values()
            if any(
                (c.institution_key is None or ids.get(c.institution_key) == entity.institution_id) and self.covered(entity, c)
                for c in coverages
            )
        ]
        # Who is gone, or whose key now means somebody else, was not spoken of: what is kept of them stays.
        left = self.others["learner"].withdrawn_ids().keys() | self.others["learner"].barred_ids()
        inside = [entity for entity in inside if entity.learner_id not in left]
        gone = [entity for entity in inside if entity.id not in self.identities]
        if gone:
            # What was refused did come, and is not gone: the keys tell what the source calls it.
            rows += self.work.transaction.find(tables.SOURCE_KEYS, {"source": self.source, "kind": "learner"})
            keys = {str(row["entity_id"]): str(row["identity"]) for row in rows}
            gone = [entity for entity in gone if self.identity_of(entity, keys) not in seen]
        return [entity.id for entity in gone], len(inside)

    @staticmethod
    def identity_of(entity: Any, keys: Mapping[str, str]) -> str:
        """The identity of the record behind a kept entity: its id, with the source's keys in place of the register's ids."""
        rest = entity.id.removeprefix(f"{entity.learner_id}|{entity.institution_id}|")
        return f"{keys.get(entity.learner_id)}|{keys.get(entity.institution_id)}|{rest}"

    def withdraw(self, identities: list[str]) -> int:
        """What the school took back is removed."""
        _in_batches(self.collection.remove, identities)
        return 0


class Absences(Rows):
    """Absences."""

    kind: RecordKind = "absence"

    @property
    def collection(self) -> Any:
        """Where they are kept."""
        return self.work.absences

    def made(self, record: AbsenceRecord, ids: Mapping[str, str]) -> Absence:
        """The absence of a record."""
        lesson = "day" if record.lesson is None else record.lesson
        return Absence(
            id=f"{ids['learner_id']}|{ids['institution_id']}|{record.day}|{lesson}",
            day=record.day,
            lesson=record.lesson,
            absence=record.absence,
            source=self.source,
            **ids,
        )

    def covered(self, entity: Absence, coverage: Coverage) -> bool:
        """By day, and by lesson where the source speaks of one."""
        days = coverage.days or DayRange(date.min)
        return entity.day in days and coverage.lesson in (None, entity.lesson)


class Marks(Rows):
    """Marks."""

    kind: RecordKind = "mark"

    @property
    def collection(self) -> Any:
        """Where they are kept."""
        return self.work.marks

    def made(self, record: MarkRecord, ids: Mapping[str, str]) -> Mark:
        """The mark of a record."""
        return Mark(
            id=f"{ids['learner_id']}|{ids['institution_id']}|{record.semester}|{record.subject}",
            semester=record.semester,
            subject=record.subject,
            points=record.points,
            word=record.word,
            source=self.source,
            **ids,
        )

    def covered(self, entity: Mark, coverage: Coverage) -> bool:
        """By semester."""
        return coverage.semester in (None, entity.semester)


def _in_batches(remove: Any, ids: Iterable[str], size: int = 10_000) -> None:
    listed = list(ids)
    for start in range(0, len(listed), size):
        remove(listed[start : start + size])
