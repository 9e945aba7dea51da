"""Life cycles as declared tables: step × from × to × actors × guards, and the chains of approval."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

import attrs
from attrs import frozen

from pmp_core.errors import ProgrammeError, StepRefused, nearest
from pmp_core.programme.entries import Status
from pmp_core.values import Text


@frozen
class LifeCycleStep:
    """One row of the table.

    Args:
        step: its name.
        sources: the statuses it can be taken from; none: a deployment has taken it out of use.
        target: the status it leads to.
        actors: the roles that may take it.
        guards: names of conditions, each implemented by the room whose life cycle it is.
        reason_required: whether the actor must say why.
        origin: the pack or the overlay that says so.
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
    origin: str = ""


@frozen
class Chain:
    """The stations that approve, in order, for one kind of partner. `origin` is the pack or the overlay that says so."""

    partner_kind: str
    stations: tuple[str, ...]
    source: str
    status: Status
    note: Text | None = None
    origin: str = ""


def said(row: LifeCycleStep | Chain) -> dict[str, Any]:
    """What a step or a chain says, as plain data that is the same for what is the same: in which order it lists the statuses
    and roles is nothing that it says, unlike the order of guards and stations; nor is the file that it came from."""
    listed = {name: sorted(getattr(row, name)) for name in ("sources", "actors") if isinstance(row, LifeCycleStep)}
    told = {**attrs.asdict(row, recurse=False), **listed}
    del told["origin"]
    return told


@frozen
class LifeCycle:
    """All steps an entity can take, and nothing else.

    Args:
        name: such as `plan`.
        initial: the status it begins in.
        statuses: every status, with its title.
        released: statuses in which the entity no longer holds its place, so that another may take it.
        catalogue: whose codes the statuses are.
    """

    name: str
    initial: str
    statuses: dict[str, Text]
    steps: tuple[LifeCycleStep, ...]
    chains: tuple[Chain, ...] = ()
    released: tuple[str, ...] = ()
    catalogue: str = ""

    def rows(self) -> Iterator[tuple[str, LifeCycleStep | Chain]]:
        """Every step and chain with its path, such as `life_cycles/plan/submit` or `life_cycles/plan/chains/municipality`."""
        yield from ((f"life_cycles/{self.name}/{step.step}", step) for step in self.steps)
        yield from ((f"life_cycles/{self.name}/chains/{chain.partner_kind}", chain) for chain in self.chains)

    def reached(self, *, without: str | None = None) -> frozenset[str]:
        """The statuses that can be reached from the initial one, itself included.

        Args:
            without: a step that is not taken on the way.
        """
        reached, found = frozenset[str](), frozenset({self.initial})
        while found > reached:
            reached = found
            found |= {step.target for step in self.steps if step.step != without and not reached.isdisjoint(step.sources)}
        return reached

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

    def _repr_html_(self) -> str:
        def row(tag: str, *cells: str) -> str:
            return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"

        steps = "".join(
            row(
                "td",
                f"{step.step}: {step.title.lv} ({step.title.en})",
                ", ".join(step.sources) or "–",
                step.target,
                ", ".join(step.actors),
                ", ".join((*step.guards, *(["reason"] if step.reason_required else []))),
                step.status,
            )
            for step in self.steps
        )
        chains = "".join(f"<li>{escape(f'{one.partner_kind}: ' + ' → '.join(one.stations))}</li>" for one in self.chains)
        heads = row("th", "step", "from", "to", "actors", "guards", "status")
        return f"<table><caption>{escape(self.name)}</caption>{heads}{steps}</table><ol>{chains}</ol>"
