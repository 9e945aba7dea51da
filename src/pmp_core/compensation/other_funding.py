"""Who else pays for a kind of expense, on which days, for whom, and how much it comes to on the days of a claim."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Annotated, Self

from attrs import frozen
from pydantic import Field, model_validator

from pmp_core.errors import InvalidValue, ProgrammeError
from pmp_core.programme import SchoolCalendar
from pmp_core.values import Count, Day, DayRange, Entity, Id, Money, Name, Track, Vocabulary

PAYERS = "other-payers"
OTHER_MUNICIPALITY = "other-municipality"


class Covers(Vocabulary):
    """How much of an expense another source pays."""

    ALL = "all", "visu", "all of it"
    PART = "part", "daļu", "a part of it"
    UNKNOWN = "unknown", "nav zināms", "not known"


class OtherFunding(Entity):
    """A source besides the programme that pays for a kind of expense: of one learner, of an institution's or a municipality's
    learners, or of everybody's.

    Args:
        payer: a code of `other-payers`.
        kind: the kind of expense, a code of `measure-kinds`.
        last_day: its last day, included; None: it has no end yet.
        learner_id: of whom; None: of more than one.
        institution_id: of whose learners; None: not of one institution's.
        municipality_id: of whose institutions' learners; None: not of one municipality's.
        track: only of this kind of educational programme; None: of both.
        lowest_level: only from this grade or course on; None: from the first.
        highest_level: only to this grade or course; None: to the last.
        covers: all of the expense, a part of it, or it is not known.
        per_day_thousandths: what it pays for a day, in thousandths of a euro, where it pays a part; None: not known.
        school_days: whether it pays for school days only.
        reference: what to ask the payer about, such as the number of a decision; None: there is none.

    Raises:
        InvalidValue: `days-reversed`, `funding-scope`, `funding-amount`, `funding-levels`.
    """

    id: Id
    payer: Name
    kind: Name
    first_day: Day
    last_day: Day | None = None
    learner_id: Id | None = None
    institution_id: Id | None = None
    municipality_id: Id | None = None
    track: Track | None = None
    lowest_level: Count | None = None
    highest_level: Count | None = None
    covers: Covers
    per_day_thousandths: Annotated[int, Field(strict=True, ge=1)] | None = None
    school_days: bool = False
    reference: Name | None = None
    version: Count = 0

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        DayRange(self.first_day, self.last_day)
        if sum(one is not None for one in (self.learner_id, self.institution_id, self.municipality_id)) > 1:
            raise InvalidValue(
                "funding-scope",
                "Other funding is of one learner, of an institution's, of a municipality's, or of all.",
                remedy="Give one of the three, or none.",
            )
        if self.per_day_thousandths is not None and self.covers is not Covers.PART:
            raise InvalidValue(
                "funding-amount",
                "An amount for a day is of a source that pays a part.",
                found=self.covers,
                remedy="Leave it out, or say that a part is paid.",
            )
        if None not in (self.lowest_level, self.highest_level) and (self.lowest_level or 0) > (self.highest_level or 0):
            raise InvalidValue(
                "funding-levels",
                "The lowest level is above the highest.",
                found=f"{self.lowest_level}..{self.highest_level}",
                remedy="Check which is which; both are included.",
            )
        return self

    @property
    def days(self) -> DayRange:
        """The days on which it pays."""
        return DayRange(self.first_day, self.last_day)

    def pays_for(self, spell: Spell) -> bool | None:
        """Whether it pays for a learner who is so enrolled, its days apart; None where the track or level is not known."""
        scope = (self.learner_id, self.institution_id, self.municipality_id)
        theirs = (spell.learner_id, spell.institution_id, spell.municipality_id)
        if any(one is not None and one != other for one, other in zip(scope, theirs, strict=True)):
            return False
        if self.track is not None and spell.track not in (None, self.track):
            return False
        low, high = self.lowest_level or 0, self.highest_level
        if spell.level is not None and (spell.level < low or (high is not None and spell.level > high)):
            return False
        known = (self.track is None or spell.track is not None) and (
            (self.lowest_level is None and high is None) or spell.level is not None
        )
        return True if known else None


@frozen
class Spell:
    """Days on which a learner is enrolled in one way.

    Args:
        days: which, with an end.
        learner_id: the learner.
        institution_id: whose plan it is on these days.
        municipality_id: where that institution lies.
        partner_kind: by whom it takes part; None: that is not known.
        track: None: the learner is not enrolled.
        level: the grade or course.
    """

    days: DayRange
    learner_id: str
    institution_id: str
    municipality_id: str | None
    partner_kind: str | None
    track: Track | None
    level: int | None


@frozen
class Source:
    """Who pays on some days, and for whom: `OtherFunding`, or what national data say.

    Args:
        id: of the other funding, or of the national source; what has the same id is one source.
        payer: a code of `other-payers`.
        days: on which it pays.
        covers: how much.
        per_day: in thousandths of a euro; None: not known, or all.
        school_days: whether it pays for school days only.
        reference: what to ask the payer about.
        pays_for: whether it pays for a learner so enrolled; None: that is not known.
    """

    id: str
    payer: str
    days: DayRange
    covers: Covers
    per_day: int | None
    school_days: bool
    reference: str | None
    pays_for: Callable[[Spell], bool | None]


def source_of(funding: OtherFunding) -> Source:
    """Other funding as a source."""
    return Source(
        funding.id,
        funding.payer,
        funding.days,
        funding.covers,
        funding.per_day_thousandths,
        funding.school_days,
        funding.reference,
        funding.pays_for,
    )


class FundedDays(Entity):
    """Days of a claim on which another source pays alike.

    Args:
        first_day: the first of them.
        last_day: the last of them.
        count: how many it pays for: school days, or all.
        per_day_thousandths: what it pays for one, in thousandths of a euro; None: all, or not known.
        sure: whether it pays for this learner for certain.
    """

    first_day: Day
    last_day: Day
    count: Count
    per_day_thousandths: Count | None
    sure: bool


@frozen(slots=False)
class Funded:
    """What one source pays on the days of a claim.

    Args:
        source: it, on the first of these days.
        parts: the days.
    """

    source: Source
    parts: tuple[FundedDays, ...]

    @cached_property
    def covers(self) -> Covers:
        """All where that is certain on any day; a part where it is certain and its amount known on all days; else not known."""
        if not all(part.sure for part in self.parts) or self.source.covers is Covers.UNKNOWN:
            return Covers.UNKNOWN
        if self.source.covers is Covers.PART and self.amount is None:
            return Covers.UNKNOWN
        return self.source.covers

    @cached_property
    def amount(self) -> Money | None:
        """What it pays on these days together: thousandths of a euro times days, summed, and rounded half up once; None where
        that is not known."""
        paid = [part.count * part.per_day_thousandths for part in self.parts if part.per_day_thousandths is not None]
        return whole_cents(sum(paid)) if len(paid) == len(self.parts) else None


def whole_cents(thousandths: int) -> Money:
    """Thousandths of a euro, 0 or more, as an amount; rounded half up.

    >>> str(whole_cents(1075)), str(whole_cents(5 * 1075)), str(whole_cents(1074))
    ('1.08', '5.38', '1.07')
    """
    return Money.from_cents((thousandths + 5) // 10)


def funded(spells: Iterable[Spell], sources: Iterable[Source], calendar: SchoolCalendar) -> list[Funded]:
    """What other sources pay on the days of a claim.

    Args:
        spells: the claim's days, by how the learner is enrolled on them, in order.
        sources: of the claim's kind of expense, in order of their days.
        calendar: says which days are school days; where it does not, all days count, and it is not certain.

    Returns:
        Each source that pays for a day, in the order of the sources.
    """
    told = list(spells)
    found: dict[str, tuple[Source, list[FundedDays]]] = {}
    for source in sources:
        for spell in told:
            days, pays = source.days.intersection(spell.days), source.pays_for(spell)
            if days is None or pays is False:
                continue
            count, known = _count(days, spell.level, calendar) if source.school_days else (days.count, True)
            if count:
                part = FundedDays(
                    first_day=days.first,
                    last_day=days.days()[-1],
                    count=count,
                    per_day_thousandths=source.per_day,
                    sure=known and pays is True and source.covers is not Covers.UNKNOWN,
                )
                found.setdefault(source.id, (source, []))[1].append(part)
    return [Funded(source, tuple(sorted(parts, key=lambda part: part.first_day))) for source, parts in found.values()]


def _count(days: DayRange, level: int | None, calendar: SchoolCalendar) -> tuple[int, bool]:
    """How many school days there are, and whether that is known."""
    try:
        return len(calendar.school_days(days, level)), True
    except ProgrammeError:  # when the level's semester ends is not set
        return days.count, False
