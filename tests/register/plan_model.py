"""The model that the walk holds the library against: the plans, and what hangs on them."""

from __future__ import annotations

from datetime import date, timedelta

from plan_kept import Codes, ModelPlan, Stage, first_of
from plan_model_lives import Lives
from plan_table import (
    CLAIM_STEPS,
    CONSULTATIONS,
    GROUP_AT_MOST,
    IN_FORCE,
    SESSIONS_A_WEEK,
    possible,
    school_days,
)

from pmp_core.compensation import Claim
from pmp_core.measures import Schedule, Session
from pmp_core.outcomes import Evaluation
from pmp_core.staff import Assignment
from pmp_core.values import Actor


class Model(Lives):
    """What is delivered, evaluated and claimed: which refusal it has to meet."""

    def session(self, session: Session, entered: date | None, by: Actor | None = None) -> Codes:
        plan = self.plans[session.plan_id]
        measure = plan.measure(session.measure)
        if measure is None:
            return frozenset({"measure-unknown"})
        where = plan.delivered_at(session.measure, session.day)
        assigned = [a for a in self.assignments.values() if session.assignment_id in (None, a.id)]
        fits = any(self.lets_hold(assignment, session) for assignment in assigned)
        remote = session.mode.value == "remote"
        evidence = not remote or (session.directors_order is not None and session.attested_on == session.day)
        counts = fits and evidence and plan.on_days(session.day) and plan.status_on(session.day) in IN_FORCE
        key = ("plan_id", "measure", "day", "delivered_by")
        others = [s for s in self.sessions.values() if s.id != session.id]
        twice = any(all(getattr(s, name) == getattr(session, name) for name in key) for s in others)
        group = [s for s in others if session.group_id is not None and s.group_id == session.group_id]
        meeting = ("day", "minutes", "specialist", "delivered_by", "mode")
        differs = any(getattr(s, name) != getattr(session, name) for s in group for name in meeting)
        monday = session.day - timedelta(days=session.day.weekday())
        own = [s for s in others if self.plans[s.plan_id].learner == plan.learner and s.absent_because is None]
        week = sum(monday <= s.day <= monday + timedelta(days=6) for s in own)
        there = session.absent_because is None
        return first_of(
            {
                "session-other-measure": measure.kind not in CONSULTATIONS,
                "measure-other-specialist": measure.specialist not in (None, session.specialist),
            },
            self._scope(by, where),
            {"not-found": session.assignment_id is not None and session.assignment_id not in self.assignments},
            {"session-not-held": entered is not None and session.day > entered},
            {"session-refused": not counts},
            {"session-twice": twice, "group-differs": differs},
            {
                "session-over-limit": there and week + 1 > SESSIONS_A_WEEK,
                "group-over-limit": there and len(group) + 1 > GROUP_AT_MOST,
            },
            {"not-unique": session.id in self.sessions},
        )

    def schedule(self, schedule: Schedule, by: Actor | None) -> Codes:
        plan = self.plans[schedule.plan_id]
        measure = plan.measure(schedule.measure)
        if measure is None:
            return frozenset({"measure-unknown"})
        key, days = ("plan_id", "measure", "delivered_by"), self._days(schedule)
        same = [s for s in self.schedules.values() if all(getattr(s, name) == getattr(schedule, name) for name in key)]
        return first_of(
            self._scope(by, measure.institution_id or plan.institution),
            {
                "session-other-measure": measure.kind not in CONSULTATIONS,
                "measure-other-specialist": measure.specialist not in (None, schedule.specialist),
            },
            {
                "schedule-plan-over": not possible(plan.status),
                "schedule-outside-plan": not (plan.on_days(schedule.first_day) and plan.on_days(schedule.last_day)),
                "schedule-empty": not days,
                "schedule-twice": any(days & self._days(other) for other in same),
            },
        )

    def _days(self, schedule: Schedule) -> set[date]:
        return school_days(schedule.first_day, schedule.last_day, [weekday.value for weekday in schedule.weekdays])

    def end_schedule(self, schedule: Schedule, last: date, by: Actor | None) -> Codes:
        plan = self.plans[schedule.plan_id]
        return first_of(
            self._scope(by, plan.measure(schedule.measure).institution_id or plan.institution),
            {"schedule-outside-plan": last > schedule.last_day},
        )

    def schedule_ended(self, schedule: Schedule, last: date) -> None:
        """It ends on this day; one that would end before it began is gone."""
        if last < schedule.first_day:
            del self.schedules[schedule.id]
        else:
            self.schedules[schedule.id] = schedule.changed(last_day=last, version=schedule.version + 1)

    def transferred(self, plan: ModelPlan, on: date) -> None:
        """What the old institution was to hold from this day on, it does not hold; what a third one holds stays."""
        for schedule in [s for s in self.schedules.values() if s.plan_id == plan.id and s.last_day >= on]:
            if plan.measure(schedule.measure).institution_id is None:
                self.schedule_ended(schedule, on - timedelta(days=1))

    def evaluate(self, evaluation: Evaluation, by: Actor | None) -> Codes:
        plan, new = self.plans[evaluation.plan_id], evaluation.version == 0
        kept = next((one for one in self.evaluations.values() if one.id == evaluation.id), None)
        return first_of(
            self._scope(by, plan.institution),
            {"not-found": not new and kept is None},
            {"evaluation-other-plan": not new and kept is not None and kept.plan_id != plan.id},
            {"evaluation-closed": not possible(plan.status)},
            {"evaluation-of-draft": not plan.was_in_force(evaluation.evaluated_on)},
            {"evaluation-incomplete": not plan.covered_by(evaluation)},
            {"not-unique": new and (kept is not None or plan.id in self.evaluations)},
            {"version-conflict": not new and kept is not None and kept.version != evaluation.version},
        )

    def delivered(self, evaluation: Evaluation) -> dict[int, tuple[int, int] | tuple[None, None]]:
        """How many sessions and minutes of each measure its evaluation has to say; none: nothing."""
        found: dict[int, tuple[int, int] | tuple[None, None]] = {}
        there = [s for s in self.sessions.values() if s.plan_id == evaluation.plan_id and s.absent_because is None]
        for outcome in evaluation.measures:
            own = [s for s in there if s.measure == outcome.number and s.day <= evaluation.evaluated_on]
            found[outcome.number] = (len(own), sum(s.minutes for s in own)) if own else (None, None)
        return found

    def assign(self, new: Assignment, by: Actor | None) -> Codes:
        key = ("person", "institution_id", "specialist")
        same = [a for a in self.assignments.values() if all(getattr(a, name) == getattr(new, name) for name in key)]
        end = new.last_day or date.max
        return first_of(
            self._scope(by, new.institution_id),
            {"assignment-overlaps": any(a.first_day <= end and new.first_day <= (a.last_day or date.max) for a in same)},
        )

    def end(self, assignment: Assignment, last: date, by: Actor | None) -> Codes:
        later = [s for s in self.sessions.values() if s.day > last and s.assignment_id in (None, assignment.id)]
        return first_of(
            self._scope(by, assignment.institution_id),
            {"days-reversed": last < assignment.first_day},
            {"assignment-in-use": any(self.lets_hold(assignment, session) for session in later)},
        )

    def lets_hold(self, assignment: Assignment, session: Session) -> bool:
        where = self.plans[session.plan_id].delivered_at(session.measure, session.day)
        whose = (assignment.institution_id, assignment.person, assignment.specialist)
        days = assignment.first_day <= session.day <= (assignment.last_day or date.max)
        return days and whose == (where, session.delivered_by, session.specialist)

    def _twice(self, claim: Claim) -> bool:
        """Whether another claim that stands, before it in order or decided, is of the same days or has the same receipt."""
        numbers, learner = {receipt.number for receipt in claim.receipts}, self.plans[claim.plan_id].learner
        for other in self._live():
            turn = (claim.submitted_on or date.max, claim.id)
            before = (other.submitted_on or date.max, other.id) < turn or other.status == "decided"
            same = self.plans[other.plan_id].learner == learner and other.kind == claim.kind
            overlap = same and other.first_day <= claim.last_day and claim.first_day <= other.last_day
            shared = numbers & {receipt.number for receipt in other.receipts}
            if other.id not in {claim.id, *self.claims_of_nothing} and before and (overlap or shared):
                return True
        return False

    def submit_claim(self, claim: Claim, by: Actor, on: date) -> Codes:
        plan = self.plans[claim.plan_id]
        measure = plan.measure(claim.measure)
        return first_of(
            {"claim-not-initial": claim.status != "draft"},
            {"step-by-role": by.role not in CLAIM_STEPS["submit"]["actors"]},
            {"measure-unknown": measure is None},
            {
                "claim-other-measure": measure is not None and (measure.kind != claim.kind or measure.kind in CONSULTATIONS),
                "claim-not-over": claim.last_day > on,
            },
            self._kept_claim(claim) if claim.version or claim.id in self.claims else {},
        )

    def _kept_claim(self, claim: Claim) -> Stage:
        kept = self.claims[claim.id]
        if not claim.version:
            return {"not-unique": True}
        return {
            "claim-not-open": kept.status != "draft",
            "change-without-step": kept.status == "draft" and claim.status != kept.status,
            "version-conflict": kept.status == "draft" and claim.version != kept.version,
        }

    def change_claim(self, claim: Claim) -> Codes:
        stage = self._kept_claim(claim)
        return first_of({"claim-not-open": stage["claim-not-open"]}, {"change-without-step": stage["change-without-step"]}, stage)

    def claim_step(self, claim: Claim, name: str, by: Actor, on: date) -> Codes:
        row, plan, deciding = CLAIM_STEPS[name], self.plans[claim.plan_id], name == "decide"
        return first_of(
            {"step-from-status": claim.status not in row["from"]},
            {"step-by-role": by.role not in row["actors"]},
            {"claim-decided-before": deciding and claim.submitted_on is not None and on < claim.submitted_on},
            {"claim-in-conflict": deciding and self._twice(claim)},
            {"measure-unknown": deciding and plan.measure(claim.measure) is None},
        )
