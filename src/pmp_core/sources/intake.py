"""One kind of record at a time: found, compared, kept, withdrawn."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Literal

from pmp_core.errors import ProgrammeError
from pmp_core.learners import Enrolment, Institution, Learner, Municipality
from pmp_core.register import Register, UnitOfWork, tables
from pmp_core.register.schema import Row
from pmp_core.risks import Absence, Mark
from pmp_core.sources.records import (
    AbsenceRecord,
    EnrolmentRecord,
    InstitutionRecord,
    LearnerRecord,
    MarkRecord,
    Record,
    RecordKind,
)
from pmp_core.sources.source import Coverage, Problem
from pmp_core.values import DayRange

Outcome = Literal["added", "changed", "unchanged"]


class Intake(ABC):
    """How records of one kind get into the register."""

    kind: RecordKind

    def __init__(self, work: UnitOfWork, register: Register, source: str, on: date) -> None:
        self.work, self.register, self.source, self.on = work, register, source, on

    @abstractmethod
    def take(self, record: Any, intakes: Mapping[RecordKind, Intake]) -> Outcome | Problem:
        """Keep a record, and say whether it was new."""

    @abstractmethod
    def missing(self, seen: set[str], coverages: list[Coverage]) -> tuple[list[str], int]:
        """The kept identities inside the coverages that were not seen now, and how many are kept there in all."""

    @abstractmethod
    def withdraw(self, identities: list[str]) -> None:
        """Mark or remove what the source no longer has."""

    @abstractmethod
    def flush(self) -> None:
        """Write what was gathered."""

    def entity_id(self, identity: str) -> str | None:
        """The register's id for a source's key."""
        return None

    def refer(self, intakes: Mapping[RecordKind, Intake], record: Record, **keys: str) -> dict[str, str] | Problem:
        """The register's ids for the keys a record refers to, or the problem that one is not there."""
        ids = {}
        for kind, key in keys.items():
            found = intakes[kind].entity_id(key)  # type: ignore[index]
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


class Keyed(Intake):
    """Records that become entities of their own, remembered by the source's key."""

    def __init__(self, work: UnitOfWork, register: Register, source: str, on: date) -> None:
        super().__init__(work, register, source, on)
        rows = work.transaction.find(tables.SOURCE_KEYS, {"source": source, "kind": self.kind})
        self.known: dict[str, Row] = {str(row["identity"]): row for row in rows}

    def entity_id(self, identity: str) -> str | None:
        """The register's id for a source's key."""
        row = self.known.get(identity)
        return None if row is None else str(row["entity_id"])

    def flush(self) -> None:
        """Nothing is gathered: each is written as it comes, since what follows refers to it."""

    def remember(self, record: Record, prefix: str, keep: Any, change: Any) -> Outcome:
        """Add or change the entity of a record; `keep(id)` adds it, `change(id)` changes it."""
        known, fingerprint = self.known.get(record.identity), fingerprint_of(record)
        if known is not None and known["fingerprint"] == fingerprint and known["withdrawn_on"] is None:
            return "unchanged"
        entity_id = self.register.new_id(prefix) if known is None else str(known["entity_id"])
        (keep if known is None else change)(entity_id)
        row: Row = {
            "source": self.source,
            "kind": self.kind,
            "identity": record.identity,
            "entity_id": entity_id,
            "fingerprint": fingerprint,
            "read_on": self.on,
            "withdrawn_on": None,
        }
        if known is None:
            self.work.transaction.insert(tables.SOURCE_KEYS, [row])
        else:
            self.work.transaction.update(tables.SOURCE_KEYS, row)
        self.known[record.identity] = row
        return "added" if known is None else "changed"

    def institution_ids(self, coverages: list[Coverage]) -> set[str] | None:
        """The register's ids of the covered institutions; None for all."""
        keys = {coverage.institution_key for coverage in coverages}
        if None in keys:
            return None
        rows = self.work.transaction.find(
            tables.SOURCE_KEYS, {"source": self.source, "kind": "institution", "identity": list(keys)}
        )
        return {str(row["entity_id"]) for row in rows}

    def missing(self, seen: set[str], coverages: list[Coverage]) -> tuple[list[str], int]:
        """Those kept and not withdrawn before, of the covered institutions."""
        live = {identity: str(row["entity_id"]) for identity, row in self.known.items() if row["withdrawn_on"] is None}
        among = self.of_institutions(live, self.institution_ids(coverages))
        return [identity for identity in among if identity not in seen], len(among)

    def of_institutions(self, live: Mapping[str, str], institution_ids: set[str] | None) -> list[str]:
        """Those of these identities that belong to these institutions."""
        if institution_ids is None:
            return list(live)
        enrolments = self.work.enrolments.find(institution_id=list(institution_ids))
        there = {e.id for e in enrolments} | {e.learner_id for e in enrolments} | institution_ids
        return [identity for identity, entity_id in live.items() if entity_id in there]

    def withdraw(self, identities: list[str]) -> None:
        """The entities stay; the source's key says since when it is gone."""
        for identity in identities:
            self.known[identity] = {**self.known[identity], "withdrawn_on": self.on}
            self.work.transaction.update(tables.SOURCE_KEYS, self.known[identity])


class Institutions(Keyed):
    """Institutions, with their municipalities by name."""

    kind: RecordKind = "institution"

    def take(self, record: InstitutionRecord, intakes: Mapping[RecordKind, Intake]) -> Outcome | Problem:
        """Keep an institution; its kind of partner must be one the programme knows."""
        if record.partner_kind is not None:
            try:
                self.register.programme.pack.term("partner-kinds", record.partner_kind)
            except ProgrammeError as error:
                return Problem.of(error, kind=self.kind, identity=record.identity)

        def fields() -> dict[str, Any]:
            return {
                "name": record.name,
                "partner_kind": record.partner_kind,
                "registration_number": record.registration_number,
                "municipality_id": self._municipality(record),
            }

        return self.remember(
            record,
            "I",
            lambda id: self.work.institutions.add(Institution(id=id, **fields())),
            lambda id: self.work.institutions.put(self.work.institutions.get(id).changed(**fields())),
        )

    def _municipality(self, record: InstitutionRecord) -> str | None:
        if record.municipality is None:
            return None
        known = self.work.municipalities.find(name=record.municipality)
        if known:
            return known[0].id
        made = Municipality(id=self.register.new_id("M"), name=record.municipality, territory_code=record.territory_code)
        return self.work.municipalities.add(made).id


class Learners(Keyed):
    """Learners, without their personal codes."""

    kind: RecordKind = "learner"

    def take(self, record: LearnerRecord, intakes: Mapping[RecordKind, Intake]) -> Outcome | Problem:
        """Keep a learner."""
        fields = record.model_dump(include={"given_name", "family_name", "middle_name", "birth_date"})
        return self.remember(
            record,
            "L",
            lambda id: self.work.learners.add(Learner(id=id, **fields)),
            lambda id: self.work.learners.put(self.work.learners.get(id).changed(**fields)),
        )


class Enrolments(Keyed):
    """Enrolments of learners at institutions."""

    kind: RecordKind = "enrolment"

    def take(self, record: EnrolmentRecord, intakes: Mapping[RecordKind, Intake]) -> Outcome | Problem:
        """Keep an enrolment."""
        ids = self.refer(intakes, record, learner=record.learner_key, institution=record.institution_key)
        if isinstance(ids, Problem):
            return ids
        fields = {**record.model_dump(include={"track", "level", "first_day", "last_day", "class_name"}), **ids}
        return self.remember(
            record,
            "E",
            lambda id: self.work.enrolments.add(Enrolment(id=id, **fields)),
            lambda id: self.work.enrolments.put(self.work.enrolments.get(id).changed(**fields)),
        )

    def withdraw(self, identities: list[str]) -> None:
        """Of a learner who is still listed, it was a mistake and goes. Of one who is gone as well, it stays as it was."""
        rows = self.work.transaction.find(tables.SOURCE_KEYS, {"source": self.source, "kind": "learner", "withdrawn_on": None})
        listed = {str(row["entity_id"]) for row in rows}
        ids = {identity: str(self.entity_id(identity)) for identity in identities}
        learners = {enrolment.id: enrolment.learner_id for enrolment in self.work.enrolments.find(id=list(ids.values()))}
        mistaken = [identity for identity in identities if learners[ids[identity]] in listed]
        super().withdraw([identity for identity in identities if identity not in mistaken])
        self.work.enrolments.remove([ids[identity] for identity in mistaken])
        self.work.transaction.delete(tables.SOURCE_KEYS, {"source": self.source, "kind": self.kind, "identity": mistaken})


class Rows(Intake):
    """Records of which there are many: kept by their own identity, compared as a set, written in one go."""

    def __init__(self, work: UnitOfWork, register: Register, source: str, on: date) -> None:
        super().__init__(work, register, source, on)
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

    def take(self, record: Any, intakes: Mapping[RecordKind, Intake]) -> Outcome | Problem:
        """Gather a record."""
        ids = self.refer(intakes, record, learner=record.learner_key, institution=record.institution_key)
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

    def withdraw(self, identities: list[str]) -> None:
        """What the school took back is removed."""
        _in_batches(self.collection.remove, identities)


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


INTAKES: dict[RecordKind, type[Intake]] = {
    "institution": Institutions,
    "learner": Learners,
    "enrolment": Enrolments,
    "absence": Absences,
    "mark": Marks,
}


def fingerprint_of(record: Record) -> str:
    """A digest of a record without its personal code: tells whether it changed."""
    return hashlib.sha256(record.model_dump_json(exclude={"personal_code"}).encode()).hexdigest()


def _in_batches(remove: Any, ids: Iterable[str], size: int = 10_000) -> None:
    listed = list(ids)
    for start in range(0, len(listed), size):
        remove(listed[start : start + size])
