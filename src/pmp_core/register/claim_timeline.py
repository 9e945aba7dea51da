"""What a claim falls under from day to day: the learner's enrolment, the plan's institution and status, and the agreement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Self

from attrs import frozen

from pmp_core.learners import Enrolment, Partnership
from pmp_core.loading import Programme
from pmp_core.plans import SupportPlan
from pmp_core.register.collection import UnitOfWork
from pmp_core.register.facts import agreements, enrolment_among, statuses_in_force
from pmp_core.values import DayRange

_DAY = timedelta(days=1)


@frozen
class Timeline:
    """A plan, its learner's enrolments, the one that began last first, and the agreements of each of its institutions."""

    programme: Programme
    plan: SupportPlan
    enrolments: Sequence[Enrolment]
    agreements: Mapping[str, Sequence[Partnership]]

    @classmethod
    def of(cls, work: UnitOfWork, programme: Programme, plan: SupportPlan) -> Self:
        """Read what is needed, once."""
        moved = [id for went in plan.transfers for id in (went.source_institution_id, went.target_institution_id)]
        owners = dict.fromkeys((plan.institution_id, *moved))
        enrolments = work.enrolments.find(learner_id=plan.learner_id, order=("-first_day",))
        return cls(programme, plan, enrolments, {owner: agreements(work, owner) for owner in owners})

    def facts_on(self, day: date) -> dict[str, Any]:
        """The facts of the rule `compensation` of a line that begins on a day, as far as they are of the learner and the plan."""
        plan, institution_id = self.plan, self.plan.institution_on(day)
        enrolment = enrolment_among(self.enrolments, day, institution_id)
        return {
            "track": None if enrolment is None else enrolment.track.value,
            "level": None if enrolment is None else enrolment.level,
            "partner": any(day in agreement.days for agreement in self.agreements[institution_id]),
            "plan_status": self._status_on(day),
            "plan_first_day": plan.first_day,
            "plan_last_day": plan.last_day,
        }

    def _status_on(self, day: date) -> str:
        """The status in which the plan was on some of the day: of its evening; of its morning, where it was in force then and is no
        longer. So the day on which a plan is closed counts, and that on which it is approved."""
        evening, morning = self.plan.status_on(day), self.plan.status_on(day - _DAY)
        in_force = statuses_in_force(self.programme, day)
        return morning if evening not in in_force and morning in in_force else evening

    def turns(self, days: DayRange) -> list[date]:
        """The days inside a range on which the learner's track or level, the plan's institution, its taking part, or whether the
        plan is in force becomes another."""
        spans = [enrolment.days for enrolment in self.enrolments]
        spans += [agreement.days for of_owner in self.agreements.values() for agreement in of_owner]
        turns = {span.first for span in spans} | {went.on for went in self.plan.transfers}
        # The day after the last one; 9999-12-31, which some systems write for no end, has none.
        turns |= {span.last + _DAY for span in spans if span.last is not None and span.last < date.max}
        turns |= {day for taken in self.plan.steps for day in (taken.on, taken.on + _DAY)}
        inside = sorted(turn for turn in turns if turn in days and turn != days.first)
        return [turn for turn in inside if self._told(turn - _DAY) != self._told(turn)]

    def _told(self, day: date) -> tuple[Any, ...]:
        told = self.facts_on(day)
        in_force = told["plan_status"] in statuses_in_force(self.programme, day)
        return told["track"], told["level"], self.plan.institution_on(day), told["partner"], in_force
