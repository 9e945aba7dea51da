"""A plan as the walk knows it, beside what the library keeps of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from plan_table import CHAINS, IN_FORCE, INITIAL, RELEASED

from pmp_core.outcomes import Evaluation
from pmp_core.plans import SupportPlan

Stage = Mapping[str, bool]
Codes = frozenset[str]
WELL: Codes = frozenset()


def stated(reason: str | None) -> str | None:
    """The reason, if one is given: a blank one is none."""
    return reason if reason and reason.strip() else None


def first_of(*stages: Stage) -> Codes:
    """The codes of which one has to be told: those of the first stage with any. Within a stage the order is not promised."""
    for stage in stages:
        told = frozenset(code for code, wrong in stage.items() if wrong)
        if told:
            return told
    return WELL


@dataclass
class ModelPlan:
    """A plan as the walk knows it: contents as they were handed in, the rest as the table says."""

    contents: SupportPlan
    institution: str
    kind: str
    status: str = INITIAL
    steps: list[tuple[str, str, str, str, str, date, str | None]] = field(default_factory=list)
    transfers: list[tuple[str, str, str, date, int]] = field(default_factory=list)
    versions: list[tuple[str, date, str, str, str | None]] = field(default_factory=list)
    paid: date | None = None
    approvals: int = 0

    @property
    def id(self) -> str:
        return self.contents.id

    @property
    def learner(self) -> str:
        return self.contents.learner_id

    @property
    def semester(self) -> str:
        return str(self.contents.semester)

    @property
    def released(self) -> bool:
        return self.status in RELEASED

    @property
    def last_step(self) -> date:
        return self.steps[-1][5] if self.steps else date.min

    @property
    def since(self) -> date:
        first = self.contents.first_day
        return max(first, self.transfers[-1][3]) if self.transfers else first

    @property
    def transferable_since(self) -> date:
        own = self.contents
        return self.transfers[-1][3] if self.transfers else min(own.first_day, own.entered_on)

    @property
    def station(self) -> str | None:
        return CHAINS[self.kind][self.approvals] if self.status == "in-approval" else None

    def on_days(self, day: date) -> bool:
        return self.contents.first_day <= day <= self.contents.last_day

    def owner_on(self, day: date) -> str:
        owner = self.transfers[0][0] if self.transfers else self.institution
        for _, _, target, on, _ in self.transfers:
            owner = target if on <= day else owner
        return owner

    def status_on(self, day: date) -> str:
        return next((step[2] for step in reversed(self.steps) if step[5] <= day), INITIAL)

    def was_in_force(self, day: date) -> bool:
        return any(step[2] in IN_FORCE and step[5] <= day for step in self.steps)

    def measure(self, number: int) -> Any:
        return next((measure for measure in self.contents.measures if measure.number == number), None)

    def delivered_at(self, number: int, day: date) -> str:
        return self.measure(number).institution_id or self.owner_on(day)

    def covered_by(self, evaluation: Evaluation) -> bool:
        risks = {risk.factor for risk in self.contents.risks} == {risk.factor for risk in evaluation.risks}
        measures = {m.number for m in self.contents.measures} == {m.number for m in evaluation.measures}
        return risks and measures and evaluation.evaluated_on >= self.contents.first_day
