"""Institutions, learners and enrolments: records that become entities of their own, remembered by the source's key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from pmp_core.errors import ProgrammeError
from pmp_core.learners import Enrolment, Institution, Learner, Municipality
from pmp_core.register import Register, UnitOfWork, tables
from pmp_core.register.encryption.personal_codes import note_codes
from pmp_core.register.schema import Row
from pmp_core.sources.intake import Intake, Outcome, fingerprint_of
from pmp_core.sources.records import EnrolmentRecord, InstitutionRecord, LearnerRecord, Record, RecordKind
from pmp_core.sources.source import Coverage, Problem
from pmp_core.values import DayRange, PersonalCode

_DAY = timedelta(days=1)


class Keyed(Intake):
    """Records that become entities of their own, remembered by the source's key."""

    def __init__(self, work: UnitOfWork, register: Register, source: str, on: date, others: Mapping[RecordKind, Intake]) -> None:
        super().__init__(work, register, source, on, others)
        rows = work.transaction.find(tables.SOURCE_KEYS, {"source": source, "kind": self.kind})
        self.known: dict[str, Row] = {str(row["identity"]): row for row in rows}

    def entity_id(self, identity: str) -> str | None:
        """The register's id for a source's key."""
        row = self.known.get(identity)
        return None if row is None else str(row["entity_id"])

    def withdrawn_ids(self) -> dict[str, date]:
        """The register's ids of those the source no longer has, and since when."""
        gone = ((str(row["entity_id"]), row["withdrawn_on"]) for row in self.known.values())
        return {entity_id: day for entity_id, day in gone if isinstance(day, date)}

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

    def withdraw(self, identities: list[str]) -> int:
        """The entities stay; the source's key says since when it is gone."""
        for identity in identities:
            self.known[identity] = {**self.known[identity], "withdrawn_on": self.on}
            self.work.transaction.update(tables.SOURCE_KEYS, self.known[identity])
        return 0


class Institutions(Keyed):
    """Institutions, with their municipalities by name."""

    kind: RecordKind = "institution"

    def take(self, record: InstitutionRecord) -> Outcome | Problem:
        """Keep an institution; its kind of partner must be one the programme knows."""
        if record.partner_kind is not None:
            try:
                self.register.programme.pack.term("partner-kinds", record.partner_kind)
            except ProgrammeError as error:
                return Problem.of(error, kind=self.kind, identity=record.identity)

        problem = self._territory_problem(record)
        if problem is not None:
            return problem

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
            # What the export leaves empty may have been set in the register, and stays.
            lambda id: self.work.institutions.put(
                self.work.institutions.get(id).changed(**{name: value for name, value in fields().items() if value is not None})
            ),
        )

    def _municipality(self, record: InstitutionRecord) -> str | None:
        if record.municipality is None:
            return None
        known = self.work.municipalities.find(name=record.municipality)
        if known:
            if known[0].territory_code is None and record.territory_code is not None:
                self.work.municipalities.put(known[0].changed(territory_code=record.territory_code))
            return known[0].id
        made = Municipality(id=self.register.new_id("M"), name=record.municipality, territory_code=record.territory_code)
        return self.work.municipalities.add(made).id

    def _territory_problem(self, record: InstitutionRecord) -> Problem | None:
        """The problem that a municipality is kept with another territory code."""
        if record.municipality is None or record.territory_code is None:
            return None
        for known in self.work.municipalities.find(name=record.municipality):
            if known.territory_code not in (None, record.territory_code):
                return Problem(
                    "territory-code-differs",
                    f"The register has the municipality with the territory code {known.territory_code}.",
                    kind=self.kind,
                    identity=record.identity,
                    found=record.territory_code,
                    remedy="Correct the code, or the municipality's name, in the source.",
                )
        return None


class Learners(Keyed):
    """Learners. Their personal codes go into a table of their own, encrypted, and nowhere where there is no key.

    Attributes:
        codes: those of the learners that were taken, by the register's id.
        barred: keys that now mean somebody else.
    """

    kind: RecordKind = "learner"

    def __init__(self, work: UnitOfWork, register: Register, source: str, on: date, others: Mapping[RecordKind, Intake]) -> None:
        super().__init__(work, register, source, on, others)
        self.barred: set[str] = set()
        self.codes: dict[str, PersonalCode] = {}

    def entity_id(self, identity: str) -> str | None:
        """The register's id for a source's key; none for a key that now means somebody else."""
        return None if identity in self.barred else super().entity_id(identity)

    def barred_ids(self) -> set[str]:
        """The register's ids of those whose key now means somebody else: nothing of theirs is touched."""
        return {str(self.known[identity]["entity_id"]) for identity in self.barred}

    def take(self, record: LearnerRecord) -> Outcome | Problem:
        """Keep a learner, unless the key now means somebody else."""
        if record.birth_date is not None and record.birth_date > self.on:
            return Problem(
                "birth-date-future",
                "The learner is born after the day of the import.",
                kind=self.kind,
                identity=record.identity,
                remedy="Correct the birth date in the school's system.",
            )
        if self._is_other_person(record):
            self.barred.add(record.identity)
            return Problem(
                "learner-other-person",
                "This key belongs to another learner in the register: both the birth date and the name differ. Nothing was changed.",
                kind=self.kind,
                identity=record.identity,
                remedy="Exports of another school need a source name of their own (--name). If it is the same learner, "
                "correct the birth date and the name in two imports.",
            )
        fields = record.model_dump(include={"given_name", "family_name", "middle_name", "birth_date"})
        # An export without birth dates does not take away one that is known: it tells the next import who is who.
        changes = {name: value for name, value in fields.items() if name != "birth_date" or value is not None}
        outcome = self.remember(
            record,
            "L",
            lambda id: self.work.learners.add(Learner(id=id, **fields)),
            lambda id: self.work.learners.put(self.work.learners.get(id).changed(**changes)),
        )
        if record.personal_code is not None and self.register.setup.keys is not None:
            self.codes[str(self.known[record.identity]["entity_id"])] = record.personal_code
        return outcome

    def flush(self) -> None:
        """Keep what is new of the codes. They are no part of a record's fingerprint, so they are looked at each time."""
        if self.codes:
            note_codes(self.work.transaction, self.register.setup.keys, self.codes, on=self.on, source=self.source)

    def missing(self, seen: set[str], coverages: list[Coverage]) -> tuple[list[str], int]:
        """Those kept and not withdrawn before, but for those who go on at an institution that was not read."""
        gone, covered = super().missing(seen, coverages)
        read = self.institution_ids(coverages)
        if not gone or read is None:
            return gone, covered
        elsewhere = {
            enrolment.learner_id
            for enrolment in self.work.enrolments.find(learner_id=[str(self.known[identity]["entity_id"]) for identity in gone])
            if enrolment.institution_id not in read and (enrolment.last_day is None or enrolment.last_day >= self.on)
        }
        return [identity for identity in gone if str(self.known[identity]["entity_id"]) not in elsewhere], covered

    def _is_other_person(self, record: LearnerRecord) -> bool:
        known = self.known.get(record.identity)
        if known is None or known["fingerprint"] == fingerprint_of(record):
            return False
        kept = self.work.learners.get(str(known["entity_id"]))
        if None in (kept.birth_date, record.birth_date):
            return kept.given_name != record.given_name and kept.family_name != record.family_name
        if kept.birth_date == record.birth_date:
            return False
        return (kept.given_name, kept.family_name) != (record.given_name, record.family_name)


class Enrolments(Keyed):
    """Enrolments of learners at institutions."""

    kind: RecordKind = "enrolment"

    def __init__(self, work: UnitOfWork, register: Register, source: str, on: date, others: Mapping[RecordKind, Intake]) -> None:
        super().__init__(work, register, source, on, others)
        self.taken: dict[tuple[str, str], list[DayRange]] = defaultdict(list)

    def take(self, record: EnrolmentRecord) -> Outcome | Problem:
        """Keep an enrolment that overlaps no other one of this read at the same institution."""
        ids = self.refer(record, learner=record.learner_key, institution=record.institution_key)
        if isinstance(ids, Problem):
            return ids
        days, before = DayRange(record.first_day, record.last_day), self.taken[record.learner_key, record.institution_key]
        if any(days.overlaps(other) for other in before):
            return Problem(
                "enrolment-overlaps",
                "The learner has another enrolment at this institution on some of these days; the first one is taken.",
                kind=self.kind,
                identity=record.identity,
                found=str(record.first_day),
                remedy="End the earlier enrolment the day before, or remove one, in the school's system.",
            )
        before.append(days)
        fields = {**record.model_dump(include={"track", "level", "first_day", "last_day", "class_name"}), **ids}
        return self.remember(
            record,
            "E",
            lambda id: self.work.enrolments.add(Enrolment(id=id, **fields)),
            lambda id: self.work.enrolments.put(self.work.enrolments.get(id).changed(**fields)),
        )

    def missing(self, seen: set[str], coverages: list[Coverage]) -> tuple[list[str], int]:
        """Those kept and not withdrawn before, but for those of learners whose key now means somebody else."""
        gone, covered = super().missing(seen, coverages)
        barred = self.others["learner"].barred_ids()
        if gone and barred:
            theirs = {enrolment.id for enrolment in self.work.enrolments.find(learner_id=list(barred))}
            gone = [identity for identity in gone if str(self.known[identity]["entity_id"]) not in theirs]
        return gone, covered

    def withdraw(self, identities: list[str]) -> int:
        """An enrolment whose first day was corrected is removed as a mistake; any other one has ended, and stays."""
        gone = {str(self.known[identity]["entity_id"]): identity for identity in identities}
        enrolments = self.work.enrolments.find(id=list(gone))
        listed = self._listed({enrolment.learner_id for enrolment in enrolments}, set(identities))
        left = self.others["learner"].withdrawn_ids()
        mistaken, ended = [], 0
        for enrolment in enrolments:
            now = listed[enrolment.learner_id]
            if enrolment.learner_id not in left and any(self._corrects(new, enrolment, gone) for new in now):
                mistaken.append(enrolment.id)
                continue
            until = left.get(enrolment.learner_id, self.on)
            if enrolment.first_day >= until:  # it never began
                mistaken.append(enrolment.id)
                continue
            later = [new.first_day for new in now if new.first_day > enrolment.first_day]
            last_day = max(enrolment.first_day, min([until, *later]) - _DAY)
            if enrolment.last_day is None or enrolment.last_day >= until:
                self.work.enrolments.put(enrolment.changed(last_day=last_day))
                ended += 1
        super().withdraw([identity for entity_id, identity in gone.items() if entity_id not in mistaken])
        self.work.enrolments.remove(mistaken)
        keys = [gone[entity_id] for entity_id in mistaken]
        self.work.transaction.delete(tables.SOURCE_KEYS, {"source": self.source, "kind": self.kind, "identity": keys})
        return ended

    def _listed(self, learner_ids: set[str], gone: set[str]) -> dict[str, list[Enrolment]]:
        """These learners' enrolments that the source still has."""
        live = {
            str(row["entity_id"]) for identity, row in self.known.items() if row["withdrawn_on"] is None and identity not in gone
        }
        listed: dict[str, list[Enrolment]] = defaultdict(list)
        for enrolment in self.work.enrolments.find(learner_id=list(learner_ids)):
            if enrolment.id in live:
                listed[enrolment.learner_id].append(enrolment)
        return listed

    def _corrects(self, new: Enrolment, old: Enrolment, gone: Mapping[str, str]) -> bool:
        """Whether one enrolment is the other with its first day corrected.

        A correction keeps track and level. A new one that began only after the old one was read is none either: then the
        old one had really been going on. What is no correction is ended, which loses nothing.
        """
        read_on = self.known[gone[old.id]]["read_on"]
        began = max(old.first_day, read_on) if isinstance(read_on, date) else old.first_day
        same = (new.institution_id, new.track, new.level) == (old.institution_id, old.track, old.level)
        return same and new.days.overlaps(old.days) and new.first_day <= began
