"""What signals are read from: absences and marks, as the register keeps them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from pmp_core.values import AbsenceKind, Day, Entity, Id, Name, Semester


class Absence(Entity):
    """A lesson, or where `lesson` is None a day, that a learner missed or came late to. `source`: who said so."""

    id: Annotated[str, Field(min_length=1)]
    learner_id: Id
    institution_id: Id
    day: Day
    lesson: Annotated[int, Field(strict=True, ge=0)] | None = None
    absence: AbsenceKind
    source: Name


class Mark(Entity):
    """A learner's mark in a subject for a semester: `points` from 1 to 10, or a `word`. `source`: who said so."""

    id: Annotated[str, Field(min_length=1)]
    learner_id: Id
    institution_id: Id
    semester: Semester
    subject: Name
    points: Annotated[int, Field(strict=True, ge=1, le=10)] | None = None
    word: Name | None = None
    source: Name
