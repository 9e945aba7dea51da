"""The individual support plan: its risks, its measures, and the steps it has taken."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from pmp_core.errors import InvalidValue, StepRefused
from pmp_core.plans.guards import GUARDS, Circumstances
from pmp_core.programme import LifeCycle
from pmp_core.values import Actor, Count, Day, DayRange, Entity, Id, Name, Note, Semester

APPROVE, SUBMIT = "approve", "submit"


class PlannedRisk(Entity):
    """A risk that the plan assesses. `suggestion_id` names the confirmed suggestion behind it."""

    factor: Name
    suggestion_id: Id | None = None
    note: Note | None = None


class SupportMeasure(Entity):
    """A measure that the plan foresees.

    Args:
        number: within the plan, from 1.
        kind: a code of `measure-kinds`.
        risks: the factors it addresses, at least one.
        justification: why this measure for these risks.
        specialist: a code of `specialists`, for consultations.
        sessions: how many are planned; `minutes`: of each.
    """

    number: Annotated[int, Field(strict=True, ge=1)]
    kind: Name
    risks: Annotated[tuple[Name, ...], Field(min_length=1)]
    justification: Note
    specialist: Name | None = None
    sessions: Count | None = None
    minutes: Count | None = None


class StepTaken(Entity):
    """A step of the plan's life: who took it, in which role, when, why."""

    step: Name
    source: Name
    target: Name
    actor: Name
    role: Name
    on: Day
    reason: Note | None = None


class SupportPlan(Entity):
    """The plan of one learner for one semester. Its period may differ from the semester's.

    Args:
        partner_kind: a code of `partner-kinds`: says which chain approves the plan.
        status: a code of `plan-statuses`; `released` where the plan no longer holds the learner's place in the semester.
        applied_on: the day of the signed application of the parent or the adult learner.
        entered_on: the day the plan was entered; never before the application.

    Raises:
        InvalidValue: `days-reversed`, `plan-application-late`, `plan-risk-twice`, `plan-measure-twice`, `plan-measure-risk`.
    """

    id: Id
    learner_id: Id
    institution_id: Id
    partner_kind: Name
    semester: Semester
    first_day: Day
    last_day: Day
    entered_on: Day
    prepared_by: Name
    status: Name
    released: bool = False
    applied_on: Day | None = None
    aims: Note | None = None
    risks: tuple[PlannedRisk, ...] = ()
    measures: tuple[SupportMeasure, ...] = ()
    steps: tuple[StepTaken, ...] = ()
    version: Count = 0

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        DayRange(self.first_day, self.last_day)
        if self.applied_on is not None and self.applied_on > self.entered_on:
            raise InvalidValue(
                "plan-application-late",
                "The plan was entered before the application was signed.",
                found=self.applied_on,
                remedy="The signed application comes first: correct one of the two days.",
            )
        factors, numbers = [risk.factor for risk in self.risks], [measure.number for measure in self.measures]
        if len(set(factors)) != len(factors):
            raise InvalidValue("plan-risk-twice", "The plan assesses one risk twice.", remedy="Keep one of them.")
        if len(set(numbers)) != len(numbers):
            raise InvalidValue("plan-measure-twice", "Two measures of the plan have one number.", remedy="Number them from 1.")
        for measure in self.measures:
            if len(set(measure.risks)) != len(measure.risks) or not set(measure.risks) <= set(factors):
                raise InvalidValue(
                    "plan-measure-risk",
                    f"Measure {measure.number} addresses a risk that the plan does not assess, or one twice.",
                    found=", ".join(measure.risks),
                    remedy=f"Risks of the plan: {', '.join(factors) or 'none'}.",
                )
        return self

    @property
    def days(self) -> DayRange:
        """The plan's period."""
        return DayRange(self.first_day, self.last_day)

    def status_on(self, day: date) -> str:
        """The status at the end of a day, by the steps taken until then."""
        status = self.steps[0].source if self.steps else self.status
        for taken in self.steps:
            status = taken.target if taken.on <= day else status
        return status

    def measure(self, number: int) -> SupportMeasure:
        """The measure of this number.

        Raises:
            InvalidValue: `measure-unknown`.
        """
        for measure in self.measures:
            if measure.number == number:
                return measure
        raise InvalidValue(
            "measure-unknown",
            "The plan has no measure of this number.",
            found=number,
            remedy=f"Numbers: {', '.join(str(m.number) for m in self.measures) or 'none'}.",
        )

    def next_station(self, life_cycle: LifeCycle) -> str | None:
        """The role whose approval comes next; None if the plan is not being approved."""
        approved = 0
        for taken in self.steps:
            approved = approved + 1 if taken.step == APPROVE else 0
        stations = life_cycle.chain(self.partner_kind).stations
        return stations[approved] if APPROVE in life_cycle.possible(self.status) and approved < len(stations) else None

    def take(
        self,
        step: str,
        *,
        life_cycle: LifeCycle,
        by: Actor,
        on: date,
        reason: str | None = None,
        circumstances: Circumstances | None = None,
    ) -> Self:
        """The plan after a step of its life.

        Args:
            step: a name of the life cycle's steps: `submit`, `approve`, `suspend` and so on.
            life_cycle: the programme's, `programme.life_cycle("plan")`.
            by: who takes it, in which role.
            on: the day.
            reason: why; some steps need one.
            circumstances: what the guards need to know beside the plan.

        Raises:
            ProgrammeError: `step-unknown`.
            StepRefused: `step-from-status`, `step-by-role`, `step-needs-reason`, `step-out-of-turn`, `step-before-the-last`,
                or `step-guarded` with the guard that refused; each says what is possible.
        """
        row = life_cycle.allowed(step, self.status, by.role, reason)
        target = row.target
        if self.steps and on < self.steps[-1].on:
            raise StepRefused(
                "step-before-the-last",
                "The step lies before the plan's last step.",
                found=on,
                remedy=f"The last step was on {self.steps[-1].on}.",
            )
        if step == APPROVE:
            station, stations = self.next_station(life_cycle), life_cycle.chain(self.partner_kind).stations
            if by.role != station:
                raise StepRefused(
                    "step-out-of-turn", "Another station of the chain comes first.", found=by.role, remedy=f"Next: {station}."
                )
            if station != stations[-1]:
                target = self.status  # approved only by the last station
        for guard in row.guards:
            refusal = GUARDS[guard](self, circumstances or Circumstances(on=on))
            if refusal is not None:
                raise StepRefused("step-guarded", f"The step {step!r} is not possible: {refusal}", found=guard)
        taken = StepTaken(step=step, source=self.status, target=target, actor=by.name, role=by.role, on=on, reason=reason)
        return self.changed(status=target, released=target in life_cycle.released, steps=(*self.steps, taken))
