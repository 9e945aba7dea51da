"""Who signs a plan on paper, and who has approved it already in its current round."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from pmp_core.plans import StepTaken, SupportPlan
from pmp_core.plans.plan import APPROVE, SUBMIT
from pmp_core.programme import LifeCycle


@frozen(repr=False)
class Signature:
    """A line to sign. `role` is None for the parent or the adult learner, who signed the application."""

    role: str | None
    name: str | None
    day: date | None


def _round(plan: SupportPlan, cycle: LifeCycle) -> tuple[StepTaken | None, list[StepTaken]]:
    """The submission of the current round, and its approvals: a plan that has to be submitted again has none."""
    submitted: StepTaken | None = None
    approvals: list[StepTaken] = []
    # The plan's own too: a deployment may have taken the step out of use since.
    again = {*cycle.step(SUBMIT).sources, *(taken.source for taken in plan.steps if taken.step == SUBMIT)}
    for taken in plan.steps:
        if taken.step == SUBMIT:
            submitted, approvals = taken, []
        elif taken.step == APPROVE:
            approvals.append(taken)
        elif taken.target in again:
            submitted, approvals = None, []
    return submitted, approvals


def _complete(approvals: list[StepTaken]) -> bool:
    """Whether the last of them led on: every approval but the last station's leaves the plan in its status."""
    return bool(approvals) and approvals[-1].target != approvals[-1].source


def approved(plan: SupportPlan, cycle: LifeCycle) -> bool:
    """Whether the last station has approved the plan in its current round, and it holds its place.

    The steps tell, and not today's chain, which may be another than the one that approved the plan.
    """
    _, approvals = _round(plan, cycle)
    return _complete(approvals) and not plan.released


def signatures(plan: SupportPlan, cycle: LifeCycle) -> tuple[Signature, ...]:
    """The lines to sign, in their order: the application, whoever submitted or prepared the plan, each approval of the
    round, and, until the last one is given, the stations of the chain that are still to come.

    Args:
        plan: to be signed.
        cycle: the programme's, `programme.life_cycle("plan")`.

    Raises:
        ProgrammeError: `chain-unknown`, `step-unknown`.
    """
    submitted, approvals = _round(plan, cycle)
    author = Signature(cycle.step(SUBMIT).actors[0], plan.prepared_by, None) if submitted is None else _signed(submitted)
    have = {approval.role for approval in approvals}
    stations = cycle.chain(plan.partner_kind).stations
    # As `SupportPlan.next_station`: where all of a chain that became shorter have approved, its last one leads the plan on.
    left = tuple(station for station in stations if station not in have) or stations[-1:]
    to_come = () if _complete(approvals) else left
    return (
        Signature(None, None, plan.applied_on),
        author,
        *map(_signed, approvals),
        *(Signature(station, None, None) for station in to_come),
    )


def _signed(taken: StepTaken) -> Signature:
    """The line of a step: name, role and day are of one person, whoever else worked on the plan."""
    return Signature(taken.role, taken.actor, taken.on)
