"""The model of the plans themselves: which refusal a change of a plan, or a step of its life, has to meet."""

from __future__ import annotations

from datetime import date
from typing import Any

from plan_kept import Codes, ModelPlan, Stage, first_of, stated
from plan_table import (
    AUTHORS,
    IN_FORCE,
    INITIAL,
    KINDS,
    MUNICIPALITIES,
    OPEN,
    OWNER_STAYS_FROM,
    SEMESTERS,
    STEPS,
    enrolled,
    level_on,
    partner,
    school_on,
    semester_of,
)

from pmp_core.compensation import Claim
from pmp_core.measures import Schedule, Session
from pmp_core.outcomes import Evaluation
from pmp_core.plans import SupportPlan
from pmp_core.staff import Assignment
from pmp_core.values import Actor


class Lives:
    """Everything that the walk has brought about."""

    def __init__(self, assignments: list[Assignment]) -> None:
        self.plans: dict[str, ModelPlan] = {}
        self.sessions: dict[str, Session] = {}
        self.schedules: dict[str, Schedule] = {}
        self.evaluations: dict[str, Evaluation] = {}  # by plan
        self.claims: dict[str, Claim] = {}
        self.refused_claims: set[str] = set()
        self.claims_of_nothing: set[str] = set()  # nothing was granted for them
        self.assignments = {assignment.id: assignment for assignment in assignments}

    def _scope(self, by: Actor | None, institution: str) -> Stage:
        if by is None:
            return {}
        named = by.municipality_id is not None
        return {
            "other-institution": by.institution_id not in (None, institution),
            "other-municipality": named and by.municipality_id != MUNICIPALITIES.get(institution),
        }

    def _live(self, **where: Any) -> list[Claim]:
        stands = [claim for claim in self.claims.values() if claim.submitted_on and claim.id not in self.refused_claims]
        return [claim for claim in stands if all(getattr(claim, name) == value for name, value in where.items())]

    def _money_used(self, plan: ModelPlan) -> bool:
        held = any(session.plan_id == plan.id for session in self.sessions.values())
        return bool(held or plan.paid or self._live(plan_id=plan.id))

    def _contents(self, plan: SupportPlan, unknown: bool) -> tuple[Stage, ...]:
        """What is asked of a plan's contents before they are kept."""
        others = [p for p in self.plans.values() if p.learner == plan.learner_id and not p.released and p.id != plan.id]
        first, last = SEMESTERS[str(plan.semester)]
        kind = KINDS[plan.institution_id]
        here = (plan.first_day, plan.last_day)
        return (
            {"code-unknown": unknown, "code-not-in-force": plan.first_day < date(2019, 9, 24) and "general" in plan.partner_kind},
            {"plan-exists": any(p.semester == str(plan.semester) for p in others)},
            {
                "plan-overlaps": any(p.contents.first_day <= here[1] and here[0] <= p.contents.last_day for p in others),
                "partner-kind-unset": kind is None,
                "plan-other-partner-kind": kind is not None and kind != plan.partner_kind,
                "plan-not-enrolled": not enrolled(plan.learner_id, plan.institution_id, *here),
                "plan-outside-semester": not (first <= here[1] and here[0] <= last),
                "suggestion-other": any(risk.suggestion_id for risk in plan.risks),
            },
        )

    def add(self, plan: SupportPlan, by: Actor, unknown: bool) -> Codes:
        return first_of(
            {"plan-not-initial": plan.status != INITIAL},
            {"step-by-role": by.role not in AUTHORS},
            self._scope(by, plan.institution_id),
            *self._contents(plan, unknown),
            {"not-unique": plan.id in self.plans},
        )

    def change(self, plan: SupportPlan, by: Actor, on: date, unknown: bool) -> Codes:
        kept = self.plans[plan.id]
        return first_of(
            {"version-conflict": plan.version != len(kept.versions)},
            {"plan-not-open": kept.status not in OPEN},
            {"change-without-step": self._fixed_changes(kept, plan)},
            {"step-by-role": by.role not in AUTHORS},
            {"step-before-the-last": bool(kept.steps) and on < kept.last_step},
            self._scope(by, kept.institution),
            *self._contents(plan, unknown),
            {"measure-in-use": self._measure_in_use(kept, plan)},
            {"plan-days-in-use": self._days_in_use(kept, plan)},
        )

    def _fixed_changes(self, kept: ModelPlan, plan: SupportPlan) -> bool:
        entered = bool(kept.steps) and plan.entered_on != kept.contents.entered_on
        own = (plan.status, plan.partner_kind, plan.learner_id, plan.institution_id, str(plan.semester))
        return entered or own != (kept.status, kept.kind, kept.learner, kept.institution, kept.semester)

    def _measure_in_use(self, kept: ModelPlan, plan: SupportPlan) -> bool:
        after = {measure.number: (measure.kind, measure.institution_id) for measure in plan.measures}

        def before(number: int) -> tuple[str, str | None]:
            measure = kept.measure(number)
            return measure.kind, measure.institution_id

        sessions, schedules = self._under(plan.id)
        used = {one.measure for one in (*sessions, *schedules, *self._live(plan_id=plan.id))}
        return any(kept.measure(number) and after.get(number) != before(number) for number in used)

    def _days_in_use(self, kept: ModelPlan, plan: SupportPlan) -> bool:
        sessions, schedules = self._under(plan.id)
        used = [(s.day, s.day) for s in sessions]
        used += [(s.first_day, s.last_day) for s in (*schedules, *self._live(plan_id=plan.id))]
        inside = [(first, last) for first, last in used if kept.on_days(first) and kept.on_days(last)]
        return any(first < plan.first_day or plan.last_day < last for first, last in inside)

    def _under(self, plan_id: str) -> tuple[list[Session], list[Schedule]]:
        sessions = [session for session in self.sessions.values() if session.plan_id == plan_id]
        return sessions, [schedule for schedule in self.schedules.values() if schedule.plan_id == plan_id]

    def step(self, plan: ModelPlan, name: str, by: Actor, on: date, reason: str | None, version: int | None) -> Codes:
        row, contents = STEPS[name], plan.contents
        closing = "evaluated-or-reason" in row.get("guards", ())
        evaluation = self.evaluations.get(plan.id)
        submitting = name == "submit"
        entered = (
            contents.applied_on is not None
            and bool(contents.risks)
            and partner(plan.institution, plan.since)
            and level_on(plan.learner, plan.institution, plan.since) is not None
        )
        return first_of(
            {"version-conflict": version not in (None, len(plan.versions))},
            {"transfer-unnamed": name == "transfer"},
            {"step-from-status": plan.status not in row["from"]},
            {"step-by-role": by.role not in row["actors"]},
            {"step-needs-reason": row.get("reason_required", False) and stated(reason) is None},
            self._scope(by, plan.institution),
            {"plan-cleared": row["to"] in IN_FORCE and not (contents.risks and contents.measures)},
            {
                "plan-entry-refused": submitting and not entered,
                "evaluation-stale": closing and evaluation is not None and self._stale(plan, evaluation),
            },
            {"step-before-the-last": on < plan.last_step},
            {"step-out-of-turn": name == "approve" and by.role != plan.station},
            *(self._guard(plan, guard, on, reason) for guard in row.get("guards", ())),
        )

    def _stale(self, plan: ModelPlan, evaluation: Evaluation) -> bool:
        later = any(
            one.plan_id == plan.id and one.attended and one.day > evaluation.evaluated_on for one in self.sessions.values()
        )
        return later or not plan.covered_by(evaluation)

    def _guard(self, plan: ModelPlan, guard: str, on: date, reason: str | None, receiving: str | None = None) -> Stage:
        match guard:
            case "application-first":
                refused = plan.contents.applied_on is None
            case "has-risk":
                refused = not plan.contents.risks
            case "measures-justified":
                refused = not plan.contents.measures
            case "next-station":
                refused = False  # settled before the guards
            case "same-semester":
                refused = semester_of(on) != plan.semester and not plan.on_days(on)
            case "no-money-used":
                refused = self._money_used(plan)
            case "no-measures":
                refused = bool(plan.contents.measures or plan.contents.risks)
            case "evaluated-or-reason":
                refused = stated(reason) is None and plan.id not in self.evaluations
            case "enrolled-at-receiving":
                refused = receiving is None or not enrolled(plan.learner, receiving, on, on)
            case _:
                raise AssertionError(f"the walk does not know the guard {guard}: teach it")
        return {f"step-guarded {guard}": refused}

    def transfer(self, plan: ModelPlan, institution: str, by: Actor, on: date, reason: str | None, version: int | None) -> Codes:
        row, here = STEPS["transfer"], institution == plan.institution
        kind_unset = KINDS[institution] is None
        sessions = [session for session in self.sessions.values() if session.plan_id == plan.id and session.day >= on]
        late = any(plan.measure(session.measure).institution_id is None for session in sessions)
        at_both = enrolled(plan.learner, plan.institution, on, on) and enrolled(plan.learner, institution, on, on)
        return first_of(
            {"version-conflict": version not in (None, len(plan.versions))},
            {"transfer-owner-stays": on >= OWNER_STAYS_FROM},
            {
                "partner-kind-unset": kind_unset,
                **self._scope(by, institution),
                "transfer-without-partner": not partner(institution, on),
                "transfer-after-session": late and not here,
                "transfer-still-enrolled": at_both and not here and stated(reason) is None,
                "transfer-same-institution": here,
                "transfer-outside-plan": not plan.transferable_since <= on <= plan.contents.last_day,
            },
            {"step-from-status": plan.status not in row["from"]},
            {"step-by-role": by.role not in row["actors"]},
            {"step-before-the-last": on < plan.last_step},
            *(self._guard(plan, guard, on, reason, institution) for guard in row["guards"]),
        )

    def clear(self, plan: ModelPlan, by: Actor, on: date) -> Codes:
        row = STEPS["delete"]
        return first_of(
            {"step-from-status": plan.status not in row["from"]},
            {"step-by-role": by.role not in row["actors"]},
            self._scope(by, plan.institution),
            self._guard(plan, "no-money-used", on, None),
        )

    def pay(self, plan: ModelPlan, by: Actor, on: date, paid_on: date) -> Codes:
        return first_of(
            self._scope(by, plan.institution),
            {"preparation-paid": plan.paid is not None},
            {"preparation-not-payable": plan.released or not plan.was_in_force(paid_on)},
            {"preparation-paid-later": paid_on > on},
        )

    def roll_over(self, plan: ModelPlan, semester: str, by: Actor, on: date, id: str) -> Codes:
        first, last = SEMESTERS[semester]
        where = school_on(plan.learner, plan.institution, max(first, on))
        evaluation = self.evaluations.get(plan.id)
        gone = {risk.factor for risk in evaluation.risks if risk.result.value == "gone"} if evaluation else set()
        refused = first_of(
            {"plan-not-enrolled": where is None},
            {"partner-kind-unset": where is not None and KINDS[where] is None},
            {
                "roll-over-backwards": semester <= plan.semester,
                "roll-over-nothing-open": {risk.factor for risk in plan.contents.risks} <= gone,
            },
        )
        if refused or where is None:
            return refused
        made = plan.contents.changed(id=id, institution_id=where, partner_kind=KINDS[where], semester=semester,
                                     status=INITIAL, first_day=first, last_day=last)  # fmt: skip
        return self.add(made, by, unknown=False)
