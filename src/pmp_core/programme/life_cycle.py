"""Life cycles as declared tables: step × from × to × actors × guards, and the chains of approval."""

from __future__ import annotations

from attrs import frozen

from pmp_core.errors import ProgrammeError, StepRefused, nearest
from pmp_core.programme.entries import Status
from pmp_core.values import Text


@frozen
class LifeCycleStep:
    """One row of the table.

    Args:
        step: its name.
        sources: the statuses it can be taken from.
        target: the status it leads to.
        actors: the roles that may take it.
        guards: names of conditions, each implemented by the room whose life cycle it is.
        reason_required: whether the actor must say why.
    """

    step: str
    title: Text
    sources: tuple[str, ...]
    target: str
    actors: tuple[str, ...]
    source: str
    status: Status
    guards: tuple[str, ...] = ()
    reason_required: bool = False
    note: Text | None = None


@frozen
class Chain:
    """The stations that approve, in order, for one kind of partner."""

    partner_kind: str
    stations: tuple[str, ...]
    source: str
    status: Status
    note: Text | None = None


@frozen
class LifeCycle:
    """All steps an entity can take, and nothing else.

    Args:
        name: such as `plan`.
        initial: the status it begins in.
        statuses: every status, with its title.
        released: statuses in which the entity no longer holds its place, so that another may take it.
    """

    name: str
    initial: str
    statuses: dict[str, Text]
    steps: tuple[LifeCycleStep, ...]
    chains: tuple[Chain, ...] = ()
    released: tuple[str, ...] = ()

    def step(self, name: str) -> LifeCycleStep:
        """The step of this name.

        Raises:
            ProgrammeError: `step-unknown`, with the nearest names.
        """
        for step in self.steps:
            if step.step == name:
                return step
        near = nearest(name, [step.step for step in self.steps]) or tuple(step.step for step in self.steps)
        raise ProgrammeError(
            "step-unknown", f"The life cycle {self.name!r} has no step {name!r}.", remedy=f"Steps: {', '.join(near)}."
        )

    def possible(self, status: str) -> tuple[str, ...]:
        """The names of the steps that can be taken from this status."""
        return tuple(step.step for step in self.steps if status in step.sources)

    def allowed(self, name: str, status: str, role: str, reason: str | None) -> LifeCycleStep:
        """The step, if this role may take it from this status. Guards are the entity's own business.

        Raises:
            ProgrammeError: `step-unknown`.
            StepRefused: `step-from-status`, `step-by-role`, `step-needs-reason`; each says what is possible.
        """
        step = self.step(name)
        if status not in step.sources:
            raise StepRefused(
                "step-from-status",
                f"The step {name!r} cannot be taken from the status {status!r}.",
                found=status,
                remedy=f"Possible from here: {', '.join(self.possible(status)) or 'nothing'}.",
            )
        if role not in step.actors:
            raise StepRefused(
                "step-by-role",
                f"The role {role!r} cannot take the step {name!r}.",
                found=role,
                remedy=f"It is for: {', '.join(step.actors)}.",
            )
        if step.reason_required and not (reason or "").strip():
            raise StepRefused("step-needs-reason", f"The step {name!r} needs a reason.", remedy="Say why, in a sentence.")
        return step

    def chain(self, partner_kind: str) -> Chain:
        """The chain of approval for this kind of partner.

        Raises:
            ProgrammeError: `chain-unknown`.
        """
        for chain in self.chains:
            if chain.partner_kind == partner_kind:
                return chain
        raise ProgrammeError(
            "chain-unknown",
            f"The life cycle {self.name!r} has no chain of approval for {partner_kind!r}.",
            remedy=f"Chains: {', '.join(chain.partner_kind for chain in self.chains) or 'none'}.",
        )
