"""Work paid by unit rates: hours of specialists, each meeting once, and work on plans."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from pmp_core.errors import RegisterError
from pmp_core.measures import Session
from pmp_core.plans import SupportPlan
from pmp_core.register import UnitOfWork, facts
from pmp_core.staff import Assignment
from pmp_core.statistics.request_content import Meeting, Uncounted, WorkLine
from pmp_core.statistics.request_costs import NO_AGREEMENT
from pmp_core.statistics.request_law import PERSONNEL, Law, added
from pmp_core.statistics.request_partner import Belonging, enrolments_of
from pmp_core.values import DayRange

RATE = "unit-rates.specialist-hour"


class Meetings:
    """The sessions of a period that count, as meetings: a group's is one, of the partner of its first session, by
    id, whose institution is a partner's on that day.

    Args:
        work: the unit of work.
        law: the programme.
        belonging: what is the partner's.
        days: the period.
    """

    def __init__(self, work: UnitOfWork, law: Law, belonging: Belonging, days: DayRange) -> None:
        self.law, self.belonging = law, belonging
        own = [session for session in work.sessions.find(plan_id=list(belonging.plans)) if session.day in days]
        groups = sorted({session.group_id for session in own if session.group_id is not None})
        held = {session.id: session for session in (*own, *work.sessions.find(group_id=groups)) if session.day in days}
        others = sorted({session.plan_id for session in held.values()} - set(belonging.plans))
        self.plans = {**belonging.plans, **{plan.id: plan for plan in work.plans.find(id=others)}}
        self.held = [held[id] for id in sorted(held) if held[id].attended]
        self.not_asked: list[Uncounted] = []
        self.clear = True
        self._enrolments = enrolments_of(work, {self.plans[session.plan_id].learner_id for session in self.held})
        self._assignments: dict[str, list[Assignment]] = defaultdict(list)
        for assignment in work.assignments.find(institution_id=sorted(set(map(self._where, self.held)))):
            self._assignments[assignment.institution_id].append(assignment)

    def lines(self) -> list[WorkLine]:
        """A line for each kind of measure, specialist and rate."""
        groups: dict[tuple[str, str, bool, str], list[Meeting]] = defaultdict(list)
        for together in self._together():
            first = next((one for one in together if self.belonging.asked_for(self._where(one), one.day)), None)
            if first is None:
                self._tell(together, None, NO_AGREEMENT)
                continue
            if not self.belonging.of(self._where(first), first.day):
                self._tell(together, True, ("group-of-another-partner",))
                continue
            kind = self.plans[first.plan_id].measure(first.measure).kind
            eligible, said = self.law.eligible(PERSONNEL, kind, first.day)
            self.clear = self.clear and said
            groups[kind, first.specialist, not eligible, self._since(first.day)].append(self._meeting(first, together))
        return [self._line(kind, of, not other, groups[kind, of, other, since]) for kind, of, other, since in sorted(groups)]

    def _since(self, day: date) -> str:
        """What tells one rate from the next: its first day, and that of the length of its hour."""
        hour = self.law.hour(RATE, day)
        return f"{self.law.said(RATE, day).since} {None if hour is None else hour.since}"

    def _tell(self, together: list[Session], whose: bool | None, why: tuple[str, ...]) -> None:
        """Those sessions of a meeting that is not asked for here which lie with this partner: on a day of it (True), or of nobody."""
        for session in together:
            if self.belonging.of(self._where(session), session.day) is whose:
                self.not_asked.append(Uncounted(what="session", id=session.id, day=session.day, because=why))

    def _together(self) -> Iterable[list[Session]]:
        """The sessions that count, those of one meeting together, in the order of their ids."""
        meetings: dict[tuple[object, ...], list[Session]] = defaultdict(list)
        rule = self.law.programme.rule("session")
        for session in self.held:
            plan = self.plans[session.plan_id]
            given = facts.session_facts_among(
                plan, session, self._assignments[self._where(session)], self._enrolments[plan.learner_id]
            )
            result = rule.decide(given)
            if result.outcome == "granted":
                alone = (session.id,) if session.group_id is None else (session.group_id, session.day, session.delivered_by)
                meetings[alone].append(session)
            elif self.belonging.of(self._where(session), session.day) is not False:
                self.not_asked.append(Uncounted(what="session", id=session.id, day=session.day, because=result.reasons))
        for together in meetings.values():
            _check_one_meeting(together)
        _check_once(session for together in meetings.values() for session in together)
        return meetings.values()

    def _where(self, session: Session) -> str:
        return facts.delivering_institution(self.plans[session.plan_id], session)

    def _meeting(self, first: Session, together: list[Session]) -> Meeting:
        plans = [self.plans[session.plan_id] for session in together]
        rate, unit = self.law.rate(RATE, first.day)
        amount, missing = (None, (RATE,)) if rate is None else self.law.of_hour(rate, unit, first.minutes, first.day)
        return Meeting(
            day=first.day,
            institution_id=self._where(first),
            learners=_each_once(plans),
            amount=amount,
            missing=missing,
            sessions=tuple(session.id for session in together),
            plans=tuple(plan.id for plan in plans),
            minutes=first.minutes,
            group_id=first.group_id,
        )

    def _line(self, kind: str, specialist: str, eligible: bool, meetings: list[Meeting]) -> WorkLine:
        meetings = sorted(meetings, key=lambda meeting: (meeting.day, meeting.sessions))
        return WorkLine(
            work="specialist",
            kind=kind,
            specialist=specialist,
            eligible=eligible,
            rate=self.law.said(RATE, meetings[0].day),
            hour=self.law.hour(RATE, meetings[0].day),
            units=len(meetings),
            minutes=sum(meeting.minutes for meeting in meetings),
            amount=added(meeting.amount for meeting in meetings),
            missing=tuple(sorted({path for meeting in meetings for path in meeting.missing})),
            meetings=tuple(meetings),
        )


def _each_once(plans: list[SupportPlan]) -> tuple[str, ...]:
    return tuple(sorted({plan.learner_id for plan in plans}))


def _check_one_meeting(together: list[Session]) -> None:
    """Whether the sessions of one meeting say the same of it: otherwise nobody knows how long it was."""
    if len({(session.minutes, session.specialist) for session in together}) > 1:
        raise RegisterError(
            "request-does-not-add-up",
            "The sessions of one meeting of a group differ in length, or in who held them.",
            found=together[0].group_id,
            remedy="Correct these sessions: they were one meeting.",
        )


def _check_once(sessions: Iterable[Session]) -> None:
    """Whether nobody was at a group's meeting of a day twice: the second time is work that nobody did, or another meeting."""
    there: dict[tuple[str, date, str], list[str]] = defaultdict(list)
    for session in sessions:
        if session.group_id is not None:
            there[session.group_id, session.day, session.plan_id].append(session.id)
    twice = [id for ids in there.values() if len(ids) > 1 for id in ids]
    if twice:
        raise RegisterError(
            "request-does-not-add-up",
            "A plan stands twice in one meeting of a group.",
            found=", ".join(sorted(twice)),
            remedy="Take one of these sessions away, or give the other meeting a group id of its own.",
        )
