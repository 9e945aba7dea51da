"""What a school information system sends: records, keyed as the system keys them.

A record's keys are the source's own. The register gives each learner and institution an opaque id of its own and
remembers which key stands for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints, model_validator

from pmp_core.errors import InvalidValue
from pmp_core.values import (
    AbsenceKind,
    Count,
    Day,
    Entity,
    Id,
    Name,
    PersonalCode,
    RegistrationNumber,
    Semester,
    TerritoryCode,
    Track,
)

RecordKind = Literal["institution", "learner", "enrolment", "absence", "mark"]
# In the order in which a register takes them: what a record refers to comes before it.
RECORD_KINDS: tuple[RecordKind, ...] = ("institution", "learner", "enrolment", "absence", "mark")
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]


class InstitutionRecord(Entity):
    """A school as its system names it. `partner_kind` is a code of the programme's `partner-kinds`."""

    kind: ClassVar[RecordKind] = "institution"
    key: Id
    name: Name
    registration_number: RegistrationNumber | None = None
    municipality: Name | None = None
    territory_code: TerritoryCode | None = None
    partner_kind: Name | None = None

    @property
    def identity(self) -> str:
        """What makes two records of this kind the same one."""
        return self.key


class LearnerRecord(Entity):
    """A learner. The personal code, if there is one, is never kept without a key and never shown."""

    kind: ClassVar[RecordKind] = "learner"
    key: Id
    given_name: Name
    family_name: Name
    middle_name: Name | None = None
    birth_date: Day | None = None
    personal_code: PersonalCode | None = None

    def __repr_args__(self) -> Iterator[tuple[str, str]]:
        yield "key", self.key  # and no name: what is printed ends up in logs

    @property
    def identity(self) -> str:
        """What makes two records of this kind the same one."""
        return self.key


class EnrolmentRecord(Entity):
    """A learner at an institution: from `first_day` to `last_day`, both included; no last day: still there."""

    kind: ClassVar[RecordKind] = "enrolment"
    learner_key: Id
    institution_key: Id
    track: Track
    level: Count
    first_day: Day
    last_day: Day | None = None
    class_name: Name | None = None

    @property
    def identity(self) -> str:
        """What makes two records of this kind the same one: the same learner, school and first day."""
        return f"{self.learner_key}|{self.institution_key}|{self.first_day}"

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> EnrolmentRecord:
        if self.last_day is not None and self.last_day < self.first_day:
            raise InvalidValue(
                "enrolment-reversed",
                "The enrolment ends before it begins.",
                found=f"{self.first_day}..{self.last_day}",
                remedy="Correct the first or the last day; the last day is the last one at the school.",
            )
        return self


class AbsenceRecord(Entity):
    """A lesson, or where `lesson` is None a day, that a learner missed or came late to. Being there is no record."""

    kind: ClassVar[RecordKind] = "absence"
    learner_key: Id
    institution_key: Id
    day: Day
    lesson: Annotated[int, Field(strict=True, ge=0, le=20)] | None = None
    absence: AbsenceKind

    @property
    def identity(self) -> str:
        """What makes two records of this kind the same one: the same learner, school, day and lesson."""
        return f"{self.learner_key}|{self.institution_key}|{self.day}|{'day' if self.lesson is None else self.lesson}"


class MarkRecord(Entity):
    """A learner's mark in a subject for a semester: `points` from 1 to 10, or a `word` such as `nv` (not assessed)."""

    kind: ClassVar[RecordKind] = "mark"
    learner_key: Id
    institution_key: Id
    semester: Semester
    subject: Name
    points: Annotated[int, Field(strict=True, ge=1, le=10)] | None = None
    word: Word | None = None

    @property
    def identity(self) -> str:
        """What makes two records of this kind the same one: the same learner, school, semester and subject."""
        return f"{self.learner_key}|{self.institution_key}|{self.semester}|{self.subject}"

    @model_validator(mode="after")
    def _points_or_word(self) -> MarkRecord:
        if (self.points is None) == (self.word is None):
            raise InvalidValue(
                "mark-invalid", "A mark is either points from 1 to 10 or a word.", remedy="Give exactly one of them."
            )
        return self


Record = InstitutionRecord | LearnerRecord | EnrolmentRecord | AbsenceRecord | MarkRecord
RECORD_TYPES: dict[RecordKind, type[Record]] = {
    "institution": InstitutionRecord,
    "learner": LearnerRecord,
    "enrolment": EnrolmentRecord,
    "absence": AbsenceRecord,
    "mark": MarkRecord,
}
