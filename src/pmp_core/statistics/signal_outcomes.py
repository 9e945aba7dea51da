"""What became of the learners of a past semester, as far as the register can know it: three outcomes to hold signals against.

- `left`: no enrolment of the learner has a day on or after the first day of the next semester. A move to an institution that
  is not in the register looks the same. Not known: while nothing is recorded of the learner's last institution on or after
  that day; of learners of grades 9 and 12 and of vocational programmes whose enrolment ended with semester 2 or later, and of
  course 4 at any time, since they may have finished, and the register holds no certificates.
- `repeated-level`: the level in the first semester of the next school year is the level of this one, on the same track. Not known where either is
  not: see `register.signal_facts.level_repeated`.
- `confirmed`: a named person confirmed a risk factor that the signal points to, for that semester, or only rejected it. Not
  known of everybody else: nobody looks at learners whom no signal flags, so there is no recall.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from pmp_core.programme import SchoolCalendar
from pmp_core.programme.calendar import LEVELS_WITH_OWN_END
from pmp_core.register import tables
from pmp_core.register.signal_facts import enrolled_in, level_repeated
from pmp_core.register.signal_period import SignalPeriod
from pmp_core.register.signal_records import EnrolmentLike
from pmp_core.register.storage import Transaction
from pmp_core.values import Semester, SuggestionState, Track

OUTCOMES = ("left", "repeated-level", "confirmed")
_COURSES = "target-group.iap-support.vocational.levels"


class Outcomes:
    """What became of the learners of one semester, as the register tells it on a day."""

    def __init__(self, transaction: Transaction, calendar: SchoolCalendar, semester: Semester, on: date) -> None:
        self.transaction, self.calendar, self.semester, self.on = transaction, calendar, semester, on
        self.days = calendar.days(semester)
        # The last course that the programme knows; where it knows none, any may be the last.
        entries = calendar.pack.value(_COURSES).entries if calendar.pack.says(_COURSES) else ()
        known = [entry.value for entry in entries if isinstance(entry.value, tuple)]
        self.last_course = max((int(level) for levels in known for level in levels), default=0)

    def left(self, enrolments: Mapping[str, Iterable[EnrolmentLike]]) -> dict[str, bool | None]:
        """By learner: whether no enrolment has a day on or after the first day of the next semester."""
        following = self.calendar.days(self.semester.next).first
        heard = self._heard_of()
        return {id: self._left(list(held), following, heard) for id, held in enrolments.items()}

    def repeated_level(self, enrolments: Mapping[str, Iterable[EnrolmentLike]]) -> dict[str, bool | None]:
        """By learner: whether the level in the first semester of the next school year is that of this one."""
        period = SignalPeriod.until(self.calendar, self.semester.school_year.next.semesters[0], self.on)
        told: dict[str, bool | None] = {}
        for id, held in enrolments.items():
            known = [one for one in held if one.first_day <= self.on]
            here = None if period.days is None else enrolled_in(known, period.days)
            value = None if here is None else level_repeated(known, here, period.year_before).value
            told[id] = None if value is None else bool(value)
        return told

    def confirmed(self, factors: Iterable[str]) -> dict[str, bool | None]:
        """By learner: whether a person confirmed one of these factors; False where persons only rejected them."""
        rows = self.transaction.find(tables.RISK_SUGGESTIONS, {"semester": str(self.semester), "factor": list(factors)})
        told: dict[str, bool | None] = {}
        for row in rows:
            decided_on, id = row["decided_on"], str(row["learner_id"])
            if row["state"] != SuggestionState.OPEN.value and isinstance(decided_on, date) and decided_on <= self.on:
                told[id] = bool(told.get(id)) or row["state"] == SuggestionState.CONFIRMED.value
        return told

    def _left(self, held: list[EnrolmentLike], following: date, heard: Mapping[str, date]) -> bool | None:
        known = [one for one in held if one.first_day <= self.on]
        last = enrolled_in(known, self.days)
        if last is None or following > self.on:
            return None
        heard_since = heard.get(last.institution_id, date.min) >= following
        open_ended = [one for one in known if one.last_day is None or one.last_day >= following]
        # Somebody who began anew has surely not left; an enrolment that only goes on is believed while its school is heard of.
        if any(one.first_day >= following or one.last_day is not None for one in open_ended):
            return False
        if any(heard.get(one.institution_id, date.min) >= following for one in open_ended):
            return False
        if open_ended or not heard_since or self._may_have_finished(last):
            return None
        return True

    def _may_have_finished(self, last: EnrolmentLike) -> bool:
        """Whether the enrolment may have ended with the end of the programme."""
        at_end = self.semester.number == 2 and last.last_day is not None and last.last_day >= (self.days.last or last.last_day)
        if last.track == Track.VOCATIONAL:  # how many courses a programme has is not known
            return at_end or last.level >= self.last_course
        return at_end and last.level in LEVELS_WITH_OWN_END

    def _heard_of(self) -> dict[str, date]:
        """By institution, the last day of which anything is recorded: enrolments and absences, and when they were read."""
        heard: dict[str, date] = defaultdict(lambda: date.min)
        of_enrolment: dict[object, str] = {}

        def hear(institution_id: object, day: object) -> None:
            if isinstance(day, date) and day <= self.on:
                heard[str(institution_id)] = max(heard[str(institution_id)], day)

        cells = self.transaction.scan(tables.ENROLMENTS, ["id", "institution_id", "first_day", "last_day"])
        for id, institution_id, first_day, last_day in zip(*cells.values(), strict=True):
            of_enrolment[id] = str(institution_id)
            hear(institution_id, first_day)
            hear(institution_id, last_day)
        cells = self.transaction.scan(tables.ABSENCES, ["institution_id", "day"])
        for institution_id, day in zip(*cells.values(), strict=True):
            hear(institution_id, day)
        for row in self.transaction.find(tables.SOURCE_KEYS, {"kind": "enrolment"}):
            hear(of_enrolment.get(row["entity_id"]), row["read_on"])
            hear(of_enrolment.get(row["entity_id"]), row["withdrawn_on"])
        return heard
