"""The evidence of a signal: the records behind it, kept with the suggestion as they were on the day of suggestion."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pmp_core.values import AbsenceKind, Count, Day, Entity, Id, Name, Semester, Track


class EvidenceRecord(Entity):
    """One record behind a suggestion: an absence, a mark or an enrolment. It holds no name and no word of a mark.

    It is a copy. An import may replace or withdraw the absence later; what the suggestion stood on stays as it was.

    Args:
        record: what it is of; the other fields are those of such a record, and empty where it has none.
        institution_id: whose record it is.
        day: of an absence; `lesson` None is a whole day.
        absence: what the school said of the lesson or day.
        semester: of a mark, with its `subject` and `points`.
        track: of an enrolment, with its `level`, `first_day` and `last_day`.

    >>> EvidenceRecord(record="absence", institution_id="I-1", day="2022-10-03", lesson=2, absence="unexcused").day
    datetime.date(2022, 10, 3)
    """

    record: Literal["absence", "mark", "enrolment"]
    institution_id: Id
    day: Day | None = None
    lesson: Annotated[int, Field(strict=True, ge=0)] | None = None
    absence: AbsenceKind | None = None
    semester: Semester | None = None
    subject: Name | None = None
    points: Annotated[int, Field(strict=True, ge=1, le=10)] | None = None
    track: Track | None = None
    level: Count | None = None
    first_day: Day | None = None
    last_day: Day | None = None
