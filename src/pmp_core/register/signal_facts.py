"""What signals measure of one learner, with the records behind it; `signal_columns` does the same for whole columns.

What nobody said is not guessed. How many lessons a day was that is only known as missed, whether lessons that were missed
made up a day, and whether an absence without a word on the excuse was excused: each makes a count one of *at least* so many.
It then has a highest value that it can have, or none, and is compared with a threshold only where the answer is the same
either way. And where a school recorded no absence of anybody, that it recorded none of a learner does not say that there was
none: every count of absences is then *at least* so much, without a bound.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from datetime import date

from attrs import evolve, field, frozen

from pmp_core.register.signal_period import SignalPeriod
from pmp_core.register.signal_records import AbsenceLike, EnrolmentLike, MarkLike, RecordLike, evidence_of, in_order
from pmp_core.risks import EvidenceRecord
from pmp_core.values import AbsenceKind, DayRange

EXCUSED, UNEXCUSED = AbsenceKind.EXCUSED, AbsenceKind.UNEXCUSED
UNSPECIFIED, LATE = AbsenceKind.UNSPECIFIED, AbsenceKind.LATE


@frozen
class Measured:
    """What a signal measures of a learner.

    Args:
        value: the value, or the least that it can be; None is not known.
        at_most: the most that it can be, `value` where it is exactly known; None: no such bound is known.
        records: what is behind it; `evidence` tells them as they are kept.
        reached: for a count, the day on which it became 1, 2, 3 …; for what begins with an enrolment, that one day.
        runs: whether `reached` is of a count.
    """

    value: int | None = None
    at_most: int | None = None
    records: tuple[RecordLike, ...] = ()
    reached: tuple[date, ...] = ()
    runs: bool = field(default=True, kw_only=True)

    @property
    def at_least(self) -> bool:
        """Whether it may be more than `value`."""
        return self.value is not None and self.at_most != self.value

    def compared_with(self, threshold: object) -> int | None:
        """The value where it is known on which side of the threshold it lies; None where that is not known.

        >>> Measured(5, 5).compared_with(20), Measured(5, None).compared_with(20), Measured(5, 8).compared_with(20)
        (5, None, 5)
        """
        if not self.at_least:
            return self.value
        if not isinstance(threshold, int) or self.value is None:
            return None
        one_side = self.value > threshold or (self.at_most is not None and self.at_most <= threshold)
        return self.value if one_side else None

    @property
    def evidence(self) -> tuple[EvidenceRecord, ...]:
        """The records behind it, as a suggestion keeps them."""
        return tuple(evidence_of(record) for record in self.records)

    def there_since(self, threshold: object) -> date | None:
        """The first day on which it was above the threshold; None where it is not, or where no record has a day."""
        if not isinstance(threshold, int) or not self.reached or self.value is None or self.value <= threshold:
            return None
        return self.reached[max(threshold, 0)] if self.runs else self.reached[0]


def enrolled_in(enrolments: Iterable[EnrolmentLike], days: DayRange) -> EnrolmentLike | None:
    """The enrolment of a learner that counts in these days: of several the one that began last."""
    there = [one for one in enrolments if overlaps(one, days)]
    return min(there, key=lambda one: (-one.first_day.toordinal(), one.id), default=None)


def all_recorded(enrolments: Iterable[EnrolmentLike], days: DayRange, recorded: Container[str]) -> bool:
    """Whether every institution at which a learner was enrolled in these days recorded some absence in them, of whomever.

    One that did does not speak for another: of days there nothing is known.
    """
    return all(one.institution_id in recorded for one in enrolments if overlaps(one, days))


def measured(
    period: SignalPeriod,
    *,
    absences: Iterable[AbsenceLike],
    marks: Iterable[MarkLike],
    enrolments: Iterable[EnrolmentLike],
    recorded: Container[str] | None = None,
) -> dict[str, Measured]:
    """What the signals measure of one learner, by fact. Records of all institutions count together.

    Args:
        period: the semester, and up to which day. Records of other days do not count.
        absences: the learner's, all or only those of the semester; likewise
        marks: those of the semester before count too; they have no day, and count from the semester's first day on;
        enrolments: those of the school year before count too.
        recorded: the institutions that recorded some absence, of whomever, in the days of the period. Where one at which the
            learner was enrolled in these days is not among them, nothing bounds the counts of absences. None: all of them did.

    Returns:
        By the name of the fact, such as `unexcused_lessons`; everything is not known before the semester began.
    """
    if period.days is None:
        names = ("unexcused_lessons", "excused_lessons", "unexcused_days", "excused_days", "late_arrivals")
        return {name: Measured() for name in (*names, "days_to_enrolment", "lowest_mark", "largest_fall", "level_repeated")}
    days, held = period.days, list(enrolments)
    missed = _once(one for one in absences if one.day in days)
    here = enrolled_in(held, days)
    silent = recorded is not None and not all_recorded(held, days, recorded)
    given = [one for one in marks if one.points is not None]
    now = [one for one in given if one.semester == period.semester]
    before = [one for one in given if one.semester == period.semester.previous]
    counts = {
        "unexcused_lessons": _lessons(missed, UNEXCUSED),
        "excused_lessons": _lessons(missed, EXCUSED),
        "unexcused_days": _days(missed, UNEXCUSED),
        "excused_days": _days(missed, EXCUSED),
        "late_arrivals": _counted([one for one in missed if one.absence == LATE], 0),
    }
    return {
        **{name: evolve(one, at_most=None) if silent else one for name, one in counts.items()},
        "days_to_enrolment": Measured() if here is None else _to_enrolment(held, here, days),
        "lowest_mark": _lowest(now),
        "largest_fall": _fall(before, now),
        "level_repeated": Measured() if here is None else level_repeated(held, here, period.year_before),
    }


def _once(absences: Iterable[AbsenceLike]) -> list[AbsenceLike]:
    """In order of time, and each lesson or day of an institution once, however many sources say the same of it."""
    keyed = {(one.day, -1 if one.lesson is None else one.lesson, one.institution_id, str(one.absence)): one for one in absences}
    return [keyed[key] for key in sorted(keyed)]


def _lessons(missed: Sequence[AbsenceLike], kind: AbsenceKind) -> Measured:
    certain = [one for one in missed if one.absence == kind and one.lesson is not None]
    perhaps = [one for one in missed if one.absence == UNSPECIFIED and one.lesson is not None]
    whole = any(one.absence in (kind, UNSPECIFIED) and one.lesson is None for one in missed)
    return _counted(certain, None if whole else len(perhaps))


def _days(missed: Sequence[AbsenceLike], kind: AbsenceKind) -> Measured:
    """Whole days. Lessons of other days may have made up a day, and a day without a word may have been of this kind."""
    of_day: dict[date, AbsenceLike] = {}
    for one in missed:
        if one.absence == kind and one.lesson is None:
            of_day.setdefault(one.day, one)
    perhaps = {one.day for one in missed if one.absence in (kind, UNSPECIFIED)} - of_day.keys()
    return _counted(list(of_day.values()), len(perhaps))


def _counted(records: Sequence[AbsenceLike], more: int | None) -> Measured:
    """So many records, in order, and at most so many more; None: nobody knows how many."""
    most = None if more is None else len(records) + more
    return Measured(len(records), most, tuple(records), tuple(one.day for one in records))


def _to_enrolment(held: Iterable[EnrolmentLike], here: EnrolmentLike, days: DayRange) -> Measured:
    """Who was at the institution before in the semester, and came back, is not late."""
    same = [one for one in held if one.institution_id == here.institution_id and overlaps(one, days)]
    began = min(one.first_day for one in same)
    late = max(0, (began - days.first).days)
    return Measured(late, late, (here,), (max(began, days.first),), runs=False)


def level_repeated(held: Iterable[EnrolmentLike], here: EnrolmentLike, year_before: DayRange) -> Measured:
    """Whether the level is that of the school year before, on the same track, at whatever institution.

    An enrolment that goes on over the turn of the school years tells one level only, and schools overwrite it: what it was
    before the turn is not known. Nor is it where no enrolment of the year before is known.
    """
    turn = year_before.last
    ended = [one for one in held if overlaps(one, year_before) and one.last_day is not None and one.last_day < here.first_day]
    if turn is None or here.first_day <= turn or not ended:
        return Measured()
    last = min(ended, key=lambda one: (-(one.last_day or turn).toordinal(), -one.first_day.toordinal(), one.id))
    again = int((last.track, last.level) == (here.track, here.level))
    return Measured(again, again, (last, here), (here.first_day,), runs=False)


def _lowest(now: Sequence[MarkLike]) -> Measured:
    """The lowest mark in points. What a mark in words comes to nobody says, so it is not compared."""
    if not now:
        return Measured()
    lowest = min(_by_subject(now).values())
    return Measured(lowest, lowest, in_order(now))


def _fall(before: Sequence[MarkLike], now: Sequence[MarkLike]) -> Measured:
    """The largest fall in one subject, from the lowest mark in it then to the lowest now; not known without such a subject."""
    then, since = _by_subject(before), _by_subject(now)
    falls = {subject: then[subject] - since[subject] for subject in then.keys() & since.keys()}
    if not falls:
        return Measured()
    largest = max(0, *falls.values())
    fell = {subject for subject, points in falls.items() if points > 0}
    return Measured(largest, largest, in_order(one for one in (*before, *now) if one.subject in fell))


def _by_subject(marks: Iterable[MarkLike]) -> dict[str, int]:
    lowest: dict[str, int] = {}
    for one in marks:
        points = one.points or 0  # never 0: marks in words were left out before
        lowest[one.subject] = min(points, lowest.get(one.subject, points))
    return lowest


def overlaps(one: EnrolmentLike, days: DayRange) -> bool:
    """Whether the learner was enrolled on one of these days at least."""
    return (days.last is None or one.first_day <= days.last) and (one.last_day is None or one.last_day >= days.first)
