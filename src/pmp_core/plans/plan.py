"""The individual support plan: its risks, its measures, and the steps it has taken."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

import attrs
from pydantic import Field, model_validator

from pmp_core.errors import InvalidValue, StepRefused
from pmp_core.plans.differences import PlanDifference, plan_differences
from pmp_core.plans.guards import GUARDS, NO_MONEY_USED, Circumstances
from pmp_core.programme import LifeCycle
from pmp_core.values import Actor, Count, Day, DayRange, Entity, Id, Name, Note, PersonName, Semester

SUBMIT, APPROVE, TRANSFER = "submit", "approve", "transfer"


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
        responsible: the person who sees to it.
        institution_id: where it is delivered, if not at the plan's institution.
    """

    number: Annotated[int, Field(strict=True, ge=1)]
    kind: Name
    risks: Annotated[tuple[Name, ...], Field(min_length=1)]
    justification: Note
    specialist: Name | None = None
    sessions: Count | None = None
    minutes: Count | None = None
    responsible: PersonName | None = None
    institution_id: Id | None = None


class ResponsiblePerson(Entity):
    """A person who answers for the plan, and for what in it: the class teacher, the social pedagogue."""

    name: PersonName
    duty: Name


class Transfer(Entity):
    """The plan went with its learner from one institution to another.

    Args:
        source_institution_id: whose plan it was; `source_partner_kind`: by which kind of partner it took part.
        target_institution_id: whose plan it is from `on`.
        on: the first day at the receiving institution.
        plan_version: the version of the plan as the old institution left it, and may still see it.
        actor: who took it over, in which role.
    """

    source_institution_id: Id
    source_partner_kind: Name
    target_institution_id: Id
    on: Day
    plan_version: Count
    actor: Name
    role: Name
    reason: Note | None = None


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
        prepared_by: the pedagogue who made it.
        responsible: who answers for it, beside the person named with each measure.
        rolled_over_from: the plan of the semester before that its open risks come from.
        preparation_paid_on: the day on which its preparation was paid with the project's money; None: it was not.
        transfers: the institutions it went through with its learner, oldest first.

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
    prepared_by: PersonName
    status: Name
    released: bool = False
    applied_on: Day | None = None
    aims: Note | None = None
    risks: tuple[PlannedRisk, ...] = ()
    measures: tuple[SupportMeasure, ...] = ()
    steps: tuple[StepTaken, ...] = ()
    responsible: tuple[ResponsiblePerson, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    rolled_over_from: Id | None = None
    preparation_paid_on: Day | None = None
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

    def institution_on(self, day: date) -> str:
        """The institution whose plan it was on a day."""
        owner = self.transfers[0].source_institution_id if self.transfers else self.institution_id
        for transfer in self.transfers:
            owner = transfer.target_institution_id if transfer.on <= day else owner
        return owner

    @property
    def owned_since(self) -> date:
        """The first day on which it is the plan of its present institution."""
        return max(self.first_day, self.transfers[-1].on) if self.transfers else self.first_day

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

    def diff(self, other: SupportPlan) -> tuple[PlanDifference, ...]:
        """What another version of the plan says otherwise, one thing at a time: see `plan_differences`."""
        return plan_differences(self, other)

    def next_station(self, life_cycle: LifeCycle) -> str | None:
        """The role whose approval comes next; None if the plan is not being approved."""
        if APPROVE not in life_cycle.possible(self.status):
            return None
        stations, approved = life_cycle.chain(self.partner_kind).stations, self._approved()
        # Where an overlay made the chain shorter meanwhile, and all of it has approved, its last station leads the plan on.
        return next((station for station in stations if station not in approved), stations[-1])

    def _approved(self) -> set[str]:
        """The stations that have approved in the present round."""
        approved: set[str] = set()
        for taken in self.steps:
            approved = {*approved, taken.role} if taken.step == APPROVE else set()
        return approved

    def check_not_before_the_last_step(self, on: date) -> None:
        """Whether what is done on a day comes in its turn.

        Raises:
            StepRefused: `step-before-the-last`.
        """
        if self.steps and on < self.steps[-1].on:
            raise StepRefused(
                "step-before-the-last",
                "This lies before the plan's last step.",
                found=on,
                remedy=f"The last step was on {self.steps[-1].on}.",
            )

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
        reason = (reason or "").strip() or None  # a blank one says nothing
        row = life_cycle.allowed(step, self.status, by.role, reason)
        target = row.target
        self.check_not_before_the_last_step(on)
        if step == APPROVE:
            station, stations = self.next_station(life_cycle), life_cycle.chain(self.partner_kind).stations
            if by.role != station:
                raise StepRefused(
                    "step-out-of-turn", "Another station of the chain comes first.", found=by.role, remedy=f"Next: {station}."
                )
            if not set(stations) <= {*self._approved(), by.role}:
                target = self.status  # approved only when the last station has
        now = attrs.evolve(circumstances or Circumstances(on=on), reason=reason)
        guards = row.guards
        if target in life_cycle.released and NO_MONEY_USED not in guards:
            guards = (
                *guards,
                NO_MONEY_USED,
            )  # a plan that money was used for keeps its learner's place, whatever an overlay says
        for guard in guards:
            refusal = GUARDS[guard](self, now)
            if refusal is not None:
                raise StepRefused("step-guarded", f"The step {step!r} is not possible: {refusal}", found=guard)
        taken = StepTaken(step=step, source=self.status, target=target, actor=by.name, role=by.role, on=on, reason=reason)
        return self.changed(status=target, released=target in life_cycle.released, steps=(*self.steps, taken))

    def transferred(
        self,
        institution_id: str,
        partner_kind: str,
        *,
        life_cycle: LifeCycle,
        by: Actor,
        on: date,
        reason: str | None = None,
        circumstances: Circumstances | None = None,
    ) -> Self:
        """The plan taken over by the institution its learner went to: one plan, with everything in it, under revision there.

        Args:
            institution_id: the receiving institution; `partner_kind`: by which kind of partner it takes part.
            life_cycle: the programme's, `programme.life_cycle("plan")`.
            by: who takes it over, in which role.
            on: the first day on which it is the receiving institution's.
            reason: why.
            circumstances: what the guards need to know beside the plan.

        Raises:
            StepRefused: `transfer-same-institution`, `transfer-outside-plan`, and what `take` raises.
        """
        if institution_id == self.institution_id:
            raise StepRefused(
                "transfer-same-institution",
                "The plan is of this institution already.",
                found=institution_id,
                remedy="Name the institution that the learner went to.",
            )
        since = self.transfers[-1].on if self.transfers else min(self.first_day, self.entered_on)
        if on not in DayRange(since, self.last_day):
            raise StepRefused(
                "transfer-outside-plan",
                "A plan is taken over from the day it was entered to its last day, and not before its last transfer.",
                found=on,
                remedy=f"Possible: {since}..{self.last_day}. For later days make a plan of the next semester.",
            )
        reason = (reason or "").strip() or None
        went = Transfer(
            source_institution_id=self.institution_id,
            source_partner_kind=self.partner_kind,
            target_institution_id=institution_id,
            on=on,
            plan_version=self.version,
            actor=by.name,
            role=by.role,
            reason=reason,
        )
        taken = self.take(TRANSFER, life_cycle=life_cycle, by=by, on=on, reason=reason, circumstances=circumstances)
        return taken.changed(institution_id=institution_id, partner_kind=partner_kind, transfers=(*self.transfers, went))

    def _repr_html_(self) -> str:
        from pmp_core.values.notebook import table_of  # only a notebook asks

        said = f"{self.id} · {self.semester} · {self.status} · {self.first_day} – {self.last_day}"
        head = ("learner", "institution", "applied", "entered")
        own = (self.learner_id, self.institution_id, self.applied_on, self.entered_on)
        risks = [(risk.factor, risk.suggestion_id) for risk in self.risks]
        measures = [(m.number, m.kind, m.risks, m.specialist, m.sessions, m.minutes) for m in self.measures]
        steps = [(taken.on, taken.step, taken.target, taken.role) for taken in self.steps]
        return "".join(
            (
                table_of(head, [own], said),
                table_of(("risk", "suggestion"), risks, "Risks"),
                table_of(("number", "kind", "risks", "specialist", "sessions", "minutes"), measures, "Measures"),
                table_of(("on", "step", "to", "role"), steps, "Steps"),
            )
        )
