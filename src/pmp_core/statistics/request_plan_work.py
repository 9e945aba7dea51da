"""Work on plans that is paid by unit rates: preparing a plan, and monitoring it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from pmp_core.plans import SupportPlan
from pmp_core.register import UnitOfWork, facts
from pmp_core.statistics.request_content import PlanWork, Uncounted, WorkKind, WorkLine
from pmp_core.statistics.request_costs import NO_AGREEMENT
from pmp_core.statistics.request_law import PERSONNEL, Law, added
from pmp_core.statistics.request_partner import Belonging
from pmp_core.values import DayRange

PREPARATION, MONITORING = "unit-rates.plan-preparation", "unit-rates.plan-monitoring"
PAID_FOR = "plans.preparation-and-monitoring-paid"
_OF: dict[WorkKind, str] = {"plan-preparation": PREPARATION, "plan-monitoring": MONITORING}


class PlanWorks:
    """The work on plans of a period.

    The preparation of a plan counts on the day it was paid, for the institution that entered the plan. Monitoring counts by the
    unit of its rate: for a plan, or for an hour, on the day the plan was evaluated; for a month, on the first day of that month
    on which the plan was in force. Where no rate is set, both are listed, without an amount.

    Args:
        work: the unit of work.
        law: the programme.
        belonging: what is the partner's.
        days: the period.
    """

    def __init__(self, work: UnitOfWork, law: Law, belonging: Belonging, days: DayRange) -> None:
        self.law, self.belonging, self.days = law, belonging, days
        self.plans = [plan for plan in belonging.plans.values() if not plan.released]
        found = work.evaluations.find(plan_id=[plan.id for plan in self.plans])
        self._evaluated = {evaluation.plan_id: evaluation.evaluated_on for evaluation in found}
        self._in_force: dict[date, tuple[str, ...]] = {}
        self.not_asked: list[Uncounted] = []
        self.clear = True

    def lines(self) -> list[WorkLine]:
        """A line for each kind of work and rate."""
        groups: dict[tuple[WorkKind, bool, str], list[PlanWork]] = defaultdict(list)
        for kind, plan, day, institution_id in (*self._prepared(), *self._monitored()):
            if day not in self.days or self.law.reading(PAID_FOR, day).value is False:
                continue
            mine = self.belonging.of(institution_id, day)
            if mine is None:
                self.not_asked.append(Uncounted(what="plan", id=plan.id, day=day, because=NO_AGREEMENT))
            if not mine:
                continue
            eligible, said = self.law.eligible(PERSONNEL, None, day)
            self.clear = self.clear and said
            since = self.law.said(_OF[kind], day).since
            groups[kind, not eligible, str(since)].append(self._work(kind, plan, day, institution_id))
        return [self._line(kind, not other, groups[kind, other, since]) for kind, other, since in sorted(groups)]

    def _prepared(self) -> Iterator[tuple[WorkKind, SupportPlan, date, str]]:
        for plan in self.plans:
            if plan.preparation_paid_on is not None:
                yield "plan-preparation", plan, plan.preparation_paid_on, plan.institution_on(plan.entered_on)

    def _monitored(self) -> Iterator[tuple[WorkKind, SupportPlan, date, str]]:
        for plan in self.plans:
            evaluated = self._evaluated.get(plan.id)
            days = [] if evaluated is None or self._unit(evaluated) == "EUR/month" else [evaluated]
            days += [day for day in self._months(plan) if self._unit(day) in ("EUR/month", None)]
            for day in days:
                yield "plan-monitoring", plan, day, plan.institution_on(day)

    def _unit(self, day: date) -> str | None:
        return self.law.rate(MONITORING, day)[1]

    def _months(self, plan: SupportPlan) -> Iterator[date]:
        """The first day of each month on which the plan was in force, as far as the month touches the period."""
        assert self.days.last is not None
        day, last = max(plan.first_day, self.days.first.replace(day=1)), min(plan.last_day, self.days.last)
        while day <= last:
            if plan.status_on(day) in self._statuses(day):
                yield day
                day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
            else:
                day += timedelta(days=1)

    def _statuses(self, day: date) -> tuple[str, ...]:
        if day not in self._in_force:
            self._in_force[day] = facts.statuses_in_force(self.law.programme, day)
        return self._in_force[day]

    def _work(self, kind: WorkKind, plan: SupportPlan, day: date, institution_id: str) -> PlanWork:
        path = _OF[kind]
        amount, unit = self.law.rate(path, day)
        minutes: int | None = None
        missing: tuple[str, ...] = ()
        if amount is None:
            missing = (path,)
        elif unit == "EUR/hour":
            minutes = self.law.minutes(f"{path}.minutes", day)
            amount, missing = (None, (f"{path}.minutes",)) if minutes is None else self.law.of_hour(amount, unit, minutes, day)
        if self.law.reading(PAID_FOR, day).value is None:
            amount, missing = None, (*missing, PAID_FOR)
        return PlanWork(
            day=day,
            institution_id=institution_id,
            learners=(plan.learner_id,),
            amount=amount,
            missing=missing,
            plan_id=plan.id,
            minutes=minutes,
        )

    def _line(self, kind: WorkKind, eligible: bool, works: list[PlanWork]) -> WorkLine:
        works = sorted(works, key=lambda work: (work.day, work.plan_id))
        minutes = [work.minutes for work in works if work.minutes is not None]
        return WorkLine(
            work=kind,
            kind=None,
            specialist=None,
            eligible=eligible,
            rate=self.law.said(_OF[kind], works[0].day),
            units=len(works),
            minutes=sum(minutes) if minutes else None,
            amount=added(work.amount for work in works),
            missing=tuple(sorted({path for work in works for path in work.missing})),
            plans=tuple(works),
        )
