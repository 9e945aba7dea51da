"""The semester's evaluation of a plan: each risk, each measure."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from pmp_core.errors import InvalidValue
from pmp_core.plans import SupportPlan
from pmp_core.values import Count, Day, Entity, Id, Name, Note, PersonName, RiskResult


class RiskOutcome(Entity):
    """What became of one risk.

    Args:
        factor: a code of `risk-factors`, one of the plan's.
        signal: the rule that suggested it; None where a person added it.
        before: what the signal measured when it suggested the risk; `after`: what it measured at the evaluation.
    """

    factor: Name
    result: RiskResult
    signal: Name | None = None
    before: Count | None = None
    after: Count | None = None
    note: Note | None = None


class MeasureOutcome(Entity):
    """What came of one measure. One that was not delivered says why.

    Args:
        number: of the measure in the plan.
        delivered: whether it was; `useful`: whether it helped, if anybody can say.
        sessions: how many were delivered, for consultations; `minutes`: of all of them together.
    """

    number: Annotated[int, Field(strict=True, ge=1)]
    delivered: bool
    useful: bool | None = None
    sessions: Count | None = None
    minutes: Count | None = None
    note: Note | None = None

    @model_validator(mode="after")
    def _says_why_not(self) -> Self:
        if not self.delivered and self.note is None:
            raise InvalidValue("measure-not-delivered", "A measure that was not delivered says why.", remedy="Add a note.")
        return self


class Evaluation(Entity):
    """The evaluation of a plan at the end of its semester.

    Raises:
        InvalidValue: `evaluation-twice`, where a risk or a measure is evaluated twice.
    """

    id: Id
    plan_id: Id
    evaluated_on: Day
    evaluated_by: PersonName
    risks: tuple[RiskOutcome, ...]
    measures: tuple[MeasureOutcome, ...] = ()
    version: Count = 0

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        for what in ([risk.factor for risk in self.risks], [str(measure.number) for measure in self.measures]):
            if len(set(what)) != len(what):
                raise InvalidValue(
                    "evaluation-twice", "A risk or measure is evaluated twice.", found=", ".join(what), remedy="Keep one."
                )
        return self

    def facts(self, plan: SupportPlan) -> dict[str, object]:
        """The facts of the rule `plan-closing` for this evaluation of `plan`."""
        factors, numbers = {risk.factor for risk in plan.risks}, {measure.number for measure in plan.measures}
        return {
            "on": self.evaluated_on,
            "plan_first_day": plan.first_day,
            "risks_open": len(factors - {risk.factor for risk in self.risks}),
            "measures_open": len(numbers - {measure.number for measure in self.measures}),
            "foreign": len({risk.factor for risk in self.risks} - factors) + len({m.number for m in self.measures} - numbers),
        }
