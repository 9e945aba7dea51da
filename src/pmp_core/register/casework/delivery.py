"""Delivery: who is assigned, what is scheduled, what was held, and how much of what was planned that is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from pmp_core.errors import InvalidValue, StepRefused
from pmp_core.loading import Programme
from pmp_core.measures import MeasureDelivery, Schedule, Session, delivery_of
from pmp_core.plans import SupportMeasure, SupportPlan
from pmp_core.register import admission, facts
from pmp_core.register.access.doors import door
from pmp_core.register.casework.session_limits import check_limits
from pmp_core.register.collection import UnitOfWork
from pmp_core.rules import Result
from pmp_core.staff import Assignment
from pmp_core.values import Actor, DayRange


@door("keep-staff", "assignment")
def add_assignment(work: UnitOfWork, programme: Programme, assignment: Assignment, *, by: Actor | None = None) -> Assignment:
    """Keep a specialist's assignment. `by` is who does it; None does not ask for whom they act, as in all of delivery.

    Raises:
        NotFound: no such institution.
        ProgrammeError: `code-unknown`. InvalidValue: `code-not-in-force`.
        StepRefused: `assignment-overlaps`, naming the other; `other-institution`, `other-municipality`.
    """
    work.institutions.get(assignment.institution_id)
    _check_scope(work, by, assignment.institution_id)
    admission.check_code(programme, "specialists", assignment.specialist, assignment.first_day, "correct the first day")
    _check_overlaps(work, assignment)
    return work.assignments.add(assignment)


def _check_overlaps(work: UnitOfWork, assignment: Assignment) -> None:
    for other in work.assignments.find(person=assignment.person, institution_id=assignment.institution_id):
        if other.id != assignment.id and other.overlaps(assignment):
            raise StepRefused(
                "assignment-overlaps",
                "The person is assigned there as this specialist on some of these days already.",
                found=other.id,
                remedy="End that assignment first, or correct the days.",
            )


@door("keep-staff", "assignment_id")
def end_assignment(work: UnitOfWork, assignment_id: str, *, last_day: date, by: Actor | None = None) -> Assignment:
    """Give an assignment its last day.

    Raises:
        NotFound: no such assignment.
        InvalidValue: `days-reversed`.
        StepRefused: `assignment-in-use`, where sessions were held under it afterwards; `assignment-overlaps`; `other-institution`, `other-municipality`.
    """
    assignment = work.assignments.get(assignment_id)
    _check_scope(work, by, assignment.institution_id)
    DayRange(assignment.first_day, last_day)
    # A session need not name its assignment: it counted because this one covers it.
    held = work.sessions.find(delivered_by=assignment.person, specialist=assignment.specialist, order=("-day",))
    late = [session for session in held if session.day > last_day and session.assignment_id in (None, assignment.id)]
    for session in late:
        if not assignment.covers(session, facts.delivering_institution(work.plans.get(session.plan_id), session)):
            continue
        raise StepRefused(
            "assignment-in-use",
            "A session was held under the assignment after this day.",
            found=session.day,
            remedy="End it on that day or later, or correct the session.",
        )
    ended = assignment.changed(last_day=last_day)
    _check_overlaps(work, ended)  # a later last day may reach into the next one
    return work.assignments.put(ended)


@door("record-session", "schedule")
def add_schedule(work: UnitOfWork, programme: Programme, schedule: Schedule, *, by: Actor | None = None) -> Schedule:
    """Keep a recurring schedule of a measure's sessions.

    Raises:
        NotFound: no such plan. ProgrammeError: `semester-unset`, `code-unknown`.
        InvalidValue: `measure-unknown`, `code-not-in-force`.
        StepRefused: `session-other-measure`, `measure-other-specialist`; `schedule-outside-plan`; `schedule-empty`, where no
            day of it is a school day; `schedule-twice`, naming the other; `schedule-plan-over`, where the plan takes no step any more;
            `other-institution`, `other-municipality`.
    """
    plan = work.plans.get(schedule.plan_id)
    measure = plan.measure(schedule.measure)
    _check_scope(work, by, measure.institution_id or plan.institution_id)
    _check_measure(programme, measure, schedule.specialist)
    admission.check_code(programme, "specialists", schedule.specialist, schedule.first_day, "correct the first day")
    if not programme.life_cycle("plan").possible(plan.status):
        raise StepRefused(
            "schedule-plan-over",
            "Nothing more is delivered under this plan.",
            found=plan.status,
            remedy="Schedule it under the learner's plan of the semester.",
        )
    if not plan.days.covers(schedule.days):
        raise StepRefused(
            "schedule-outside-plan",
            "The schedule has days outside the plan.",
            found=f"{schedule.first_day}..{schedule.last_day}",
            remedy=f"The plan is {plan.first_day}..{plan.last_day}: correct the schedule's days.",
        )
    days = session_days(work, programme, schedule, plan)
    if not days:
        raise StepRefused(
            "schedule-empty",
            "No day of the schedule is a school day.",
            found=", ".join(schedule.weekdays),
            remedy="Correct its days of the week, or its first and last day.",
        )
    for other in work.schedules.find(plan_id=plan.id, measure=schedule.measure, delivered_by=schedule.delivered_by):
        shared = sorted({*days} & {*session_days(work, programme, other, plan)})
        if other.id != schedule.id and shared:
            raise StepRefused(
                "schedule-twice",
                f"This person's sessions of this measure are scheduled on some of these days already, first on {shared[0]}.",
                found=other.id,
                remedy="End that schedule first (`end_schedule`), or correct the days.",
            )
    return work.schedules.add(schedule)


@door("record-session", "schedule_id")
def end_schedule(work: UnitOfWork, schedule_id: str, *, last_day: date, by: Actor | None = None) -> Schedule | None:
    """Let a schedule end on an earlier day; one that would end before it began is taken out, and None given back.

    Raises:
        NotFound: no such schedule.
        StepRefused: `schedule-outside-plan`, where the day is later than its last one; `other-institution`, `other-municipality`.
    """
    schedule = work.schedules.get(schedule_id)
    plan = work.plans.get(schedule.plan_id)
    _check_scope(work, by, plan.measure(schedule.measure).institution_id or plan.institution_id)
    if last_day > schedule.last_day:
        raise StepRefused(
            "schedule-outside-plan",
            "A schedule ends earlier, not later.",
            found=last_day,
            remedy=f"It ends on {schedule.last_day}. For later days add another schedule.",
        )
    if last_day >= schedule.first_day:
        return work.schedules.put(schedule.changed(last_day=last_day))
    work.schedules.remove([schedule_id])
    return None


@door("see-plans", "plan")
def session_days(work: UnitOfWork, programme: Programme, schedule: Schedule, plan: SupportPlan) -> tuple[date, ...]:
    """The days on which a schedule's sessions are to be held: school days of its learner, holidays skipped.

    Raises:
        ProgrammeError: `semester-unset`.
    """
    enrolment = facts.enrolment_on(work, plan.learner_id, schedule.first_day, plan.institution_id)
    return schedule.session_days(programme.calendar, None if enrolment is None else enrolment.level)


@door("record-session", "session")
def add_session(
    work: UnitOfWork, programme: Programme, session: Session, *, on: date | None = None, by: Actor | None = None
) -> Session:
    """Keep a delivered session, if the rule `session` lets it count; one that the learner missed is kept likewise.

    Args:
        work: the unit of work.
        programme: whose law counts.
        session: what was held.
        on: the day it is entered; one that is still to come is refused. None does not ask.
        by: who enters it; None does not ask for whom they act.

    Raises:
        NotFound: no such plan, or no such assignment.
        InvalidValue: `measure-unknown`.
        StepRefused: `session-refused` with the reasons; `session-other-measure`, `measure-other-specialist`, `session-not-held`,
            `session-twice`, `group-differs`, `session-over-limit`, `group-over-limit`, `other-institution`, `other-municipality`.
    """
    plan = work.plans.get(session.plan_id)
    _check_measure(programme, plan.measure(session.measure), session.specialist)
    _check_scope(work, by, facts.delivering_institution(plan, session))
    if session.assignment_id is not None:
        work.assignments.get(session.assignment_id)
    if on is not None and session.day > on:
        raise StepRefused(
            "session-not-held",
            "The session is still to come.",
            found=session.day,
            remedy="Enter it when it was held; what is to come is a schedule.",
        )
    result: Result = programme.rule("session").decide(facts.session_facts(work, plan, session))
    if result.outcome != "granted":
        raise StepRefused(
            "session-refused",
            f"The session does not count: {', '.join(result.reasons)}.",
            found=result.outcome,
            remedy=result.explain("en"),
        )
    _check_twice(work, session)
    check_limits(work, programme, plan, session)
    return work.sessions.add(session)


@door("record-session")
def add_group_session(
    work: UnitOfWork,
    programme: Programme,
    sessions: Iterable[Session],
    *,
    on: date | None = None,
    by: Actor | None = None,
) -> list[Session]:
    """Keep one meeting of a group: a session for each learner's plan, all with one `group_id`. All are kept, or none.

    Raises:
        InvalidValue: `group-unnamed`, where they do not all have the same `group_id`; `group-plan-twice`; and what `add_session`
            raises.
    """
    meeting = list(sessions)
    if len({session.group_id for session in meeting}) != 1 or meeting[0].group_id is None:
        raise InvalidValue(
            "group-unnamed", "The sessions of one group have one `group_id`.", remedy="Give all of them the same one."
        )
    if len({session.plan_id for session in meeting}) != len(meeting):
        raise InvalidValue("group-plan-twice", "A learner's plan stands in the meeting twice.", remedy="Keep one of the two.")
    return [add_session(work, programme, session, on=on, by=by) for session in meeting]


@door("see-plans", "plan_id")
def delivery(work: UnitOfWork, programme: Programme, plan_id: str, *, on: date) -> tuple[MeasureDelivery, ...]:
    """What a plan foresees beside what was delivered until a day, measure by measure.

    Due is what its schedules put on days on which the plan was in force: on others no session counts.

    Raises:
        NotFound: no such plan. ProgrammeError: `semester-unset`, where it has a schedule.
    """
    plan = work.plans.get(plan_id)
    due: dict[int, int] = {}
    for schedule in work.schedules.find(plan_id=plan_id):
        days = [
            day
            for day in session_days(work, programme, schedule, plan)
            if day <= on and plan.status_on(day) in facts.statuses_in_force(programme, day)
        ]
        due[schedule.measure] = due.get(schedule.measure, 0) + len(days)
    return delivery_of(plan, work.sessions.find(plan_id=plan_id), due, on=on)


def _check_scope(work: UnitOfWork, by: Actor | None, institution_id: str) -> None:
    if by is not None:
        admission.check_scope(work, by, institution_id)


def _check_measure(programme: Programme, measure: SupportMeasure, specialist: str) -> None:
    kinds = programme.pack.codes("measure-kinds", parent="consultations")
    if measure.kind not in kinds:
        raise StepRefused(
            "session-other-measure",
            "The measure is not one that is delivered in sessions.",
            found=measure.kind,
            remedy=f"Sessions are of: {', '.join(kinds)}. Correct the measure's number.",
        )
    if measure.specialist is not None and measure.specialist != specialist:
        raise StepRefused(
            "measure-other-specialist",
            "The plan foresees another specialist for this measure.",
            found=specialist,
            remedy=f"The plan says {measure.specialist}: revise it, or correct the session.",
        )


def _check_twice(work: UnitOfWork, session: Session) -> None:
    for other in work.sessions.find(
        plan_id=session.plan_id, measure=session.measure, day=session.day, delivered_by=session.delivered_by
    ):
        if other.id != session.id:
            raise StepRefused(
                "session-twice",
                "This person's session of this measure on this day is there already.",
                found=other.id,
                remedy="Enter several on one day as one, with the minutes of all of them.",
            )
    for other in work.sessions.find(group_id=session.group_id) if session.group_id is not None else ():
        mine, theirs = _meeting(session), _meeting(other)
        if mine != theirs:
            raise StepRefused(
                "group-differs",
                "The sessions of one group were one meeting, and this one says otherwise.",
                found=other.id,
                remedy="Day, minutes, specialist, person and way of holding it are the same for all: correct it, or the group.",
            )


def _meeting(session: Session) -> tuple[object, ...]:
    return session.day, session.minutes, session.specialist, session.delivered_by, session.mode
