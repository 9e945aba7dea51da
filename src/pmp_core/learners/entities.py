"""Learners, enrolments, institutions, municipalities and partnerships."""

from __future__ import annotations

from datetime import date
from html import escape
from typing import Self

from dateutil.relativedelta import relativedelta
from pydantic import model_validator

from pmp_core.errors import InvalidValue
from pmp_core.values import Count, Day, DayRange, Entity, Id, Name, RegistrationNumber, TerritoryCode, Track


class Municipality(Entity):
    """A municipality, with the code its territory has in the classification of its time.

    Args:
        territory_code: 7 characters of the classification of territories (ATVK).
    """

    id: Id
    name: Name
    territory_code: TerritoryCode | None = None
    version: Count = 0


class Institution(Entity):
    """An institution of education.

    Args:
        partner_kind: a code of the programme's `partner-kinds`: by whom it takes part, and hence who approves its plans.
        municipality_id: where it lies; for a municipal school also its partner.
        registration_number: its 10 digits in the register of educational institutions.
    """

    id: Id
    name: Name
    partner_kind: Name | None = None
    municipality_id: Id | None = None
    registration_number: RegistrationNumber | None = None
    version: Count = 0


class Partnership(Entity):
    """A cooperation agreement: a municipality (with its schools) or an institution takes part from day to day.

    Exactly one of `municipality_id` and `institution_id` is given.

    Args:
        municipality_id: the municipality, where the agreement is with one.
        institution_id: the institution, where the agreement is with one.
        agreement: number and day of the agreement.

    Raises:
        InvalidValue: `partner-unclear`, `days-reversed`.
    """

    id: Id
    first_day: Day
    last_day: Day | None = None
    municipality_id: Id | None = None
    institution_id: Id | None = None
    agreement: Name | None = None
    version: Count = 0

    @model_validator(mode="after")
    def _one_partner(self) -> Self:
        if (self.municipality_id is None) == (self.institution_id is None):
            raise InvalidValue(
                "partner-unclear", "An agreement is with a municipality or with an institution.", remedy="Give exactly one."
            )
        DayRange(self.first_day, self.last_day)
        return self

    @property
    def days(self) -> DayRange:
        """The days of the agreement."""
        return DayRange(self.first_day, self.last_day)


class Learner(Entity):
    """A child or young person. The id is the register's own; the personal code is no part of it.

    Args:
        given_name: first names, as in the documents.
        family_name: the surname.
        middle_name: what stands between them, if anything.
        birth_date: the day of birth, if it is known.
        erased_on: the day on which who it is was taken out of the register; None: that was not done.
    """

    id: Id
    given_name: Name
    family_name: Name
    middle_name: Name | None = None
    birth_date: Day | None = None
    erased_on: Day | None = None
    version: Count = 0

    @property
    def display_name(self) -> str:
        """Given, middle and family name."""
        return " ".join(part for part in (self.given_name, self.middle_name, self.family_name) if part)

    def age_on(self, day: date) -> int | None:
        """Completed years on a day; None without a birth date."""
        return None if self.birth_date is None else relativedelta(day, self.birth_date).years

    def __repr__(self) -> str:
        return f"<Learner {self.id}>"

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """No more than the `repr`: a notebook keeps its outputs, and is shared with them."""
        return f"<code>{escape(repr(self))}</code>"


class Enrolment(Entity):
    """A learner at an institution, in a track and at a level (grade 1–12, course 1–4), from day to day.

    Args:
        track: general or vocational.
        level: the grade or the course.
        class_name: the class as the school names it, such as 7.a.

    Raises:
        InvalidValue: `days-reversed`.
    """

    id: Id
    learner_id: Id
    institution_id: Id
    track: Track
    level: Count
    first_day: Day
    last_day: Day | None = None
    class_name: Name | None = None
    version: Count = 0

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        DayRange(self.first_day, self.last_day)
        return self

    @property
    def days(self) -> DayRange:
        """The days of the enrolment."""
        return DayRange(self.first_day, self.last_day)
