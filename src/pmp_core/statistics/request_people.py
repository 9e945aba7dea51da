"""Persons and plans behind a partner's request, by the published definitions: persons once, plans apart."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

from pmp_core.learners import Enrolment
from pmp_core.plans import SupportPlan
from pmp_core.register import UnitOfWork, facts
from pmp_core.statistics.counting import is_draft
from pmp_core.statistics.request_content import CountedLine, CountedPeople
from pmp_core.statistics.request_law import Law
from pmp_core.statistics.request_partner import Belonging, enrolments_of
from pmp_core.values import DayRange, Semester


def counted_people(work: UnitOfWork, law: Law, belonging: Belonging, days: DayRange, supported: set[str]) -> CountedPeople:
    """The plans of the period that were submitted, and their learners.

    A plan is counted where any day of it in the period is the partner's; its learner's level is that of the first such day.

    Args:
        work: the unit of work.
        law: the programme.
        belonging: what is the partner's.
        days: the period.
        supported: the learners behind the lines.
    """
    initial = law.programme.life_cycle("plan").initial
    found: list[tuple[SupportPlan, str, date]] = []
    for plan in belonging.plans.values():
        if plan.days.overlaps(days) and not plan.released and not is_draft(plan.status, bool(plan.steps), initial):
            day = _first_day(plan, belonging, days)
            if day is not None:
                found.append((plan, plan.institution_on(day), day))
    enrolments = enrolments_of(work, {plan.learner_id for plan, _, _ in found})
    lines: dict[tuple[Semester, str, int], list[str]] = defaultdict(list)
    for plan, where, day in found:
        enrolment = facts.enrolment_among(enrolments[plan.learner_id], day, where)
        lines[(plan.semester, *_level(enrolment))].append(plan.learner_id)
    return CountedPeople(
        persons=len({plan.learner_id for plan, _, _ in found}),
        plans=len(found),
        supported=len(supported),
        lines=tuple(
            CountedLine(
                semester=semester,
                track=track or None,
                level=None if level < 0 else level,
                persons=len(set(lines[semester, track, level])),
                plans=len(lines[semester, track, level]),
            )
            for semester, track, level in sorted(lines)
        ),
    )


def _first_day(plan: SupportPlan, belonging: Belonging, days: DayRange) -> date | None:
    """The first day of a plan in a period on which it is the partner's."""
    assert days.last is not None
    day, last = max(plan.first_day, days.first), min(plan.last_day, days.last)
    while day <= last:
        if belonging.of(plan.institution_on(day), day):
            return day
        day += timedelta(days=1)
    return None


def _level(enrolment: Enrolment | None) -> tuple[str, int]:
    return ("", -1) if enrolment is None else (enrolment.track.value, enrolment.level)
