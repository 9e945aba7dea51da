"""A source that gives what it was told to, records to give it, and looks at what became of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pmp_core.errors import Place, SourceError
from pmp_core.register import Register, tables
from pmp_core.sources import (
    AbsenceRecord,
    Coverage,
    EnrolmentRecord,
    IngestReport,
    InstitutionRecord,
    LearnerRecord,
    Located,
    MarkRecord,
    Problem,
    Record,
    ingest,
)
from pmp_core.sources.records import RECORD_KINDS, RecordKind
from pmp_core.values import AbsenceKind, Semester, Track

Item = Located | Problem | Coverage
Dump = dict[str, list[dict[str, Any]]]
DumpOf = Callable[[Register], Dump]
FIRST, LATER, LAST = date(2022, 10, 3), date(2022, 11, 1), date(2022, 12, 1)
ONE, TWO = Semester("2022/23-1"), Semester("2022/23-2")
CODE = "010203-12345"
ALL_COVERED = tuple(Coverage(kind) for kind in RECORD_KINDS)


@dataclass
class Given:
    """A source that gives what it was told to."""

    items: Iterable[Item | SourceError]
    name: str = "given"
    kinds: frozenset[RecordKind] = frozenset(RECORD_KINDS)

    def read(self) -> Iterator[Item]:
        for item in self.items:
            if isinstance(item, SourceError):
                raise item
            yield item


def school(key: str, **fields: Any) -> InstitutionRecord:
    return InstitutionRecord.model_validate({"key": key, "name": f"Skola {key}", "municipality": "Novads", **fields})


def learner(key: str, **fields: Any) -> LearnerRecord:
    born = date(2010, 1, 31)
    return LearnerRecord.model_validate(
        {"key": key, "given_name": "Ērika", "family_name": f"Ž-{key}", "birth_date": born, **fields}
    )


def enrolment(learner_key: str, institution_key: str = "S", first_day: date = date(2022, 9, 1), **fields: Any) -> EnrolmentRecord:
    keys = {"learner_key": learner_key, "institution_key": institution_key}
    return EnrolmentRecord.model_validate({**keys, "track": Track.GENERAL, "level": 7, "first_day": first_day, **fields})


def absence(learner_key: str, day: date, lesson: int | None = 1, institution_key: str = "S", **fields: Any) -> AbsenceRecord:
    keys = {"learner_key": learner_key, "institution_key": institution_key, "day": day, "lesson": lesson}
    return AbsenceRecord.model_validate({**keys, "absence": AbsenceKind.UNEXCUSED, **fields})


def mark(learner_key: str, semester: Semester = ONE, institution_key: str = "S", **fields: Any) -> MarkRecord:
    keys = {"learner_key": learner_key, "institution_key": institution_key, "semester": semester}
    return MarkRecord.model_validate({**keys, "subject": "Ķīmija", "points": 7, **fields})


RECORDS: tuple[Record, ...] = (
    *(school(key) for key in ("S", "T")),
    *(learner(key) for key in ("A", "B", "C", "D")),
    *(enrolment(key) for key in ("A", "B", "C")),
    enrolment("D", "T"),
    *(absence(key, date(2022, 9, 5)) for key in ("A", "B")),
    absence("A", date(2022, 9, 5), 2),
    absence("A", date(2022, 11, 7)),
    absence("D", date(2022, 9, 5), None, "T"),
    *(mark(key) for key in ("A", "B", "C")),
    mark("A", TWO),
    mark("D", institution_key="T", points=None, word="nv"),
)
OF_KIND: Mapping[RecordKind, int] = {"institution": 2, "learner": 4, "enrolment": 4, "absence": 5, "mark": 5}


def items(records: Iterable[Record], *others: Item | SourceError) -> list[Item | SourceError]:
    """The records, each with a row of its own, and what else the source gives."""
    return [*(Located(record, Place("file.csv", row)) for row, record in enumerate(records, 3)), *others]


def without(*gone: Record) -> list[Record]:
    assert all(record in RECORDS for record in gone)
    return [record for record in RECORDS if record not in gone]


def instead(*changed: Record) -> list[Record]:
    """The records, with these in place of those of the same identity."""
    by_identity = {(record.kind, record.identity): record for record in changed}
    assert by_identity.keys() <= {(record.kind, record.identity) for record in RECORDS}
    return [by_identity.get((record.kind, record.identity), record) for record in RECORDS]


def take(register: Register, given: Iterable[Item | SourceError], on: date = LATER, **options: Any) -> IngestReport:
    return ingest(register, Given(given), on=on, **options)


def counts(report: IngestReport, what: str) -> dict[str, int]:
    """How many of each kind, where there are any."""
    return {kind: number for kind, told in report.counts.items() if (number := getattr(told, what))}


def ids(register: Register, kind: RecordKind) -> dict[str, str]:
    """The register's id for each of the source's keys."""
    with register.unit_of_work() as work:
        rows = work.transaction.find(tables.SOURCE_KEYS, {"source": "given", "kind": kind})
    return {str(row["identity"]): str(row["entity_id"]) for row in rows}


def withdrawn(register: Register, kind: RecordKind) -> dict[str, object]:
    """The source's keys that are gone, and since when."""
    with register.unit_of_work() as work:
        rows = work.transaction.find(tables.SOURCE_KEYS, {"source": "given", "kind": kind})
    return {str(row["identity"]): row["withdrawn_on"] for row in rows if row["withdrawn_on"] is not None}
