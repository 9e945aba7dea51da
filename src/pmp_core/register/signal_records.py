"""The records that signals read, as entities or as plain rows, and how they are told as evidence.

Rows are read as columns in one pass over a table: making an entity of every absence of a semester would take far longer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Any, NamedTuple, Protocol

from attrs import field, frozen

from pmp_core.register import tables
from pmp_core.register.schema import Table
from pmp_core.register.signal_period import SignalPeriod
from pmp_core.register.storage import Transaction
from pmp_core.risks import EvidenceRecord


class AbsenceLike(Protocol):
    """What is read of an absence: the entity has it, and so has a row."""

    @property
    def institution_id(self) -> str: ...
    @property
    def day(self) -> date: ...
    @property
    def lesson(self) -> int | None: ...
    @property
    def absence(self) -> str: ...


class MarkLike(Protocol):
    """What is read of a mark."""

    @property
    def institution_id(self) -> str: ...
    @property
    def semester(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def points(self) -> int | None: ...


class EnrolmentLike(Protocol):
    """What is read of an enrolment."""

    @property
    def id(self) -> str: ...
    @property
    def institution_id(self) -> str: ...
    @property
    def track(self) -> str: ...
    @property
    def level(self) -> int: ...
    @property
    def first_day(self) -> date: ...
    @property
    def last_day(self) -> date | None: ...


RecordLike = AbsenceLike | MarkLike | EnrolmentLike


class AbsenceRow(NamedTuple):
    """An absence as a row."""

    institution_id: str
    day: date
    lesson: int | None
    absence: str


class MarkRow(NamedTuple):
    """A mark as a row."""

    institution_id: str
    semester: str
    subject: str
    points: int | None


class EnrolmentRow(NamedTuple):
    """An enrolment as a row."""

    id: str
    institution_id: str
    track: str
    level: int
    first_day: date
    last_day: date | None


@frozen
class LearnerRecords:
    """The records of one learner that signals read.

    Args:
        absences: those of the days that are looked at.
        marks: those of the semester and the one before.
        enrolments: all.
        recorded: the institutions that recorded some absence of anybody in these days.
    """

    absences: list[AbsenceRow] = field(factory=list)
    marks: list[MarkRow] = field(factory=list)
    enrolments: list[EnrolmentRow] = field(factory=list)
    recorded: AbstractSet[str] = field(factory=frozenset)


def records_by_learner(transaction: Transaction, period: SignalPeriod) -> dict[str, LearnerRecords]:
    """What the register holds of every learner with an enrolment, in one pass over each table.

    Args:
        transaction: of the register.
        period: absences of its days and marks of its semester and the one before are read; enrolments are all read.
    """
    recorded: set[str] = set()  # one for all: it is full when the absences are read
    found: dict[str, LearnerRecords] = defaultdict(lambda: LearnerRecords(recorded=recorded))
    for learner_id, *cells in _rows(transaction, tables.ENROLMENTS, EnrolmentRow):
        found[learner_id].enrolments.append(EnrolmentRow(*cells))
    for learner_id, *cells in _rows(transaction, tables.ABSENCES, AbsenceRow):
        if period.days is not None and cells[1] in period.days:
            recorded.add(cells[0])
            if learner_id in found:
                found[learner_id].absences.append(AbsenceRow(*cells))
    semesters = (period.semester, period.semester.previous)
    for learner_id, *cells in _rows(transaction, tables.MARKS, MarkRow):
        if learner_id in found and cells[1] in semesters:
            found[learner_id].marks.append(MarkRow(*cells))
    return dict(sorted(found.items()))


def _rows(transaction: Transaction, table: Table, of: type[Any]) -> Iterable[tuple[Any, ...]]:
    return zip(*transaction.scan(table, ["learner_id", *of._fields]).values(), strict=True)


def evidence_of(record: Any) -> EvidenceRecord:
    """A record as a suggestion keeps it. Rows and entities name their fields alike, and each kind has one of its own."""
    for kind, own, fields in _KINDS:
        if hasattr(record, own):
            return EvidenceRecord.model_validate({"record": kind, **{name: getattr(record, name) for name in fields}})
    raise TypeError(f"{type(record).__name__} is no absence, mark or enrolment")


_KINDS = (
    ("absence", "absence", ("institution_id", "day", "lesson", "absence")),
    ("mark", "points", ("institution_id", "semester", "subject", "points")),
    ("enrolment", "track", ("institution_id", "track", "level", "first_day", "last_day")),
)


def in_order(marks: Iterable[MarkLike]) -> tuple[MarkLike, ...]:
    """Marks by subject, then by semester."""
    return tuple(sorted(marks, key=lambda one: (one.subject, one.semester, one.institution_id, one.points or 0)))
