"""What the code needs of a life cycle, and whether a cycle that an overlay was laid over still gives it."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from pmp_core.errors import ProgrammeError, nearest
from pmp_core.programme.life_cycle import LifeCycle, LifeCycleStep
from pmp_core.programme.reading import Reader


@frozen
class CycleNeeds:
    """What the code needs of one life cycle, so that an overlay leaves it workable.

    Args:
        steps: that the code takes by name: they stay in use, and can be reached.
        guards: the conditions that it looks at; another would never be asked.
        guard_of: guards that stand with one step, and with no other.
        begins: the step that is taken from the initial status.
        takes_back: the step that leads back to the initial status.
        settles: the step that everything waits for which has begun: what is in a status before it counts as waiting, and what is
            in one after it never comes back before it.
        unasked: steps that are taken without asking for a reason.
        by_chain: the step that the stations of a chain take in turn; None: no step of this cycle goes by a chain.
    """

    steps: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()
    guard_of: Mapping[str, str] = field(factory=dict)
    begins: str | None = None
    takes_back: str | None = None
    settles: str | None = None
    unasked: tuple[str, ...] = ()
    by_chain: str | None = None


@frozen
class Laid:
    """A life cycle with an overlay laid over it, before it is accepted.

    Args:
        reader: of the overlay.
        below: the cycle without it.
        cycle: the cycle with it.
        pointers: where the overlay says each step and chain, by path.
    """

    reader: Reader
    below: LifeCycle
    cycle: LifeCycle
    pointers: Mapping[str, str]

    def at(self, *names: str) -> str:
        """Where the overlay says the first of these steps or chains that it says; else where it says anything of the cycle."""
        cycle = f"life_cycles/{self.cycle.name}"
        said = [self.pointers[path] for path in (f"{cycle}/{name}" for name in names) if path in self.pointers]
        return (said or [f"/{cycle}"])[0]

    def found(self, step: str | None) -> LifeCycleStep | None:
        """The step of this name, if the cycle has it."""
        return next((one for one in self.cycle.steps if one.step == step), None)


def check_guards(laid: Laid, needs: CycleNeeds) -> None:
    """Whether the guards that an overlay names are looked at, and stand where they have an effect.

    Raises:
        ProgrammeError: `guard-unknown`, with the nearest; `guard-fixed`.
    """
    for step in laid.cycle.steps:
        if f"life_cycles/{laid.cycle.name}/{step.step}" not in laid.pointers:
            continue
        at = f"{laid.at(step.step)}/guards"
        for guard in step.guards:
            if guard not in needs.guards:
                raise laid.reader.wrong(
                    "guard-unknown",
                    f"The life cycle {laid.cycle.name!r} has no such guard.",
                    at,
                    found=guard,
                    remedy=f"Guards: {', '.join(nearest(guard, needs.guards) or needs.guards) or 'none, leave it out'}.",
                )
        for guard, only in needs.guard_of.items():
            if (guard in step.guards) is not (step.step == only):
                raise laid.reader.wrong(
                    "guard-fixed",
                    f"The guard {guard!r} stands with the step {only!r}, and with no other.",
                    at,
                    found=step.step,
                    remedy=f"Add {guard!r} to its guards." if step.step == only else "Take it away.",
                )


def check_exits(laid: Laid) -> None:
    """Whether every status that can be reached, and that could be left before, can be left still.

    Raises:
        ProgrammeError: `status-without-exit`.
    """
    cycle, reached = laid.cycle, laid.cycle.reached()
    for status in cycle.statuses:
        if status in reached and laid.below.possible(status) and not cycle.possible(status):
            raise laid.reader.wrong(
                "status-without-exit",
                f"With this overlay no step leads out of the status {status!r}.",
                laid.at(*laid.below.possible(status)),
                found=status,
                remedy=f"Keep a step from there; without the overlay: {', '.join(laid.below.possible(status))}.",
            )


def check_workable(laid: Laid, needs: CycleNeeds) -> None:
    """Whether the steps that the code takes are where it needs them.

    Raises:
        ProgrammeError: `step-needed`, `step-unreachable`, `step-misplaced`, `reason-unasked`, `status-unsettled`,
            `chain-without-step`.
    """
    cycle, reached = laid.cycle, laid.cycle.reached()
    for step in filter(None, map(laid.found, needs.steps)):
        if not step.sources:
            remedy = "Give the statuses that it can be taken from."
            raise laid.reader.wrong(
                "step-needed",
                f"The library takes the step {step.step!r}, and it cannot be out of use.",
                f"{laid.at(step.step)}/from",
                found=step.step,
                remedy=remedy,
            )
    _check_places(laid, needs)
    for step in filter(None, map(laid.found, needs.steps)):
        if reached.isdisjoint(step.sources):
            raise laid.reader.wrong(
                "step-unreachable",
                f"No status from which the step {step.step!r} can be taken can be reached.",
                laid.at(step.step),
                found=", ".join(step.sources),
                remedy=f"From {cycle.initial!r} on can be reached: {', '.join(one for one in cycle.statuses if one in reached)}.",
            )
    for step in filter(None, map(laid.found, needs.unasked)):
        if step.reason_required:
            raise laid.reader.wrong(
                "reason-unasked",
                f"The library takes the step {step.step!r} without asking for a reason: it would always be refused.",
                f"{laid.at(step.step)}/reason_required",
                found=step.step,
                remedy="Leave `reason_required` out.",
            )
    _check_settled(laid, needs)
    _check_chains(laid, needs)


def _check_places(laid: Laid, needs: CycleNeeds) -> None:
    """Whether the steps that begin, take back and settle lie where the code looks for them."""
    initial = laid.cycle.initial
    begins, takes_back, settles = map(laid.found, (needs.begins, needs.takes_back, needs.settles))
    if begins is not None and initial not in begins.sources:
        raise _misplaced(laid, begins, "from", f"can be taken from {initial!r}")
    if takes_back is not None and takes_back.target != initial:
        raise _misplaced(laid, takes_back, "to", f"leads back to {initial!r}")
    if settles is not None and settles.target == initial:
        raise _misplaced(laid, settles, "to", f"leads on, and not back to {initial!r}")


def _misplaced(laid: Laid, step: LifeCycleStep, key: str, where: str) -> ProgrammeError:
    found = step.target if key == "to" else ", ".join(step.sources)
    return laid.reader.wrong(
        "step-misplaced",
        f"The library needs the step {step.step!r} to be one that {where}.",
        f"{laid.at(step.step)}/{key}",
        found=found,
        remedy="Correct the step, or leave it as it is without the overlay.",
    )


def _check_settled(laid: Laid, needs: CycleNeeds) -> None:
    """Whether everything that has begun and is not settled can be settled: only so does it count as waiting."""
    settles = laid.found(needs.settles)
    waiting = laid.cycle.reached(without=needs.settles) - {laid.cycle.initial}
    if settles is None:
        return
    for status in laid.cycle.statuses:
        if status in waiting and status not in settles.sources:
            steps = [step.step for step in laid.cycle.steps if step.target == status and step is not settles]
            raise laid.reader.wrong(
                "status-unsettled",
                f"The status {status!r} is reached without the step {settles.step!r}, which cannot be taken from it.",
                laid.at(*steps, settles.step),
                found=status,
                remedy=f"Add {status!r} to `from` of {settles.step!r}, or have it reached only after that step.",
            )
    _check_for_good(laid, settles, waiting | {laid.cycle.initial})


def _check_for_good(laid: Laid, settles: LifeCycleStep, open_: frozenset[str]) -> None:
    """Whether what is settled stays so: nothing leads from there back to where it began or waits, and it is not settled again. Only
    so does money that was paid stay paid, whatever a deployment's procedure is."""
    for step in laid.cycle.steps:
        for status in step.sources:
            if status in open_ or status not in laid.cycle.reached():
                continue
            if step is settles:
                raise _misplaced(laid, step, "from", f"is taken once: {status!r} is reached only after it")
            if step.target in open_:
                raise _misplaced(
                    laid, step, "to", f"does not lead from {status!r}, which is settled, back to where it waits again"
                )


def _check_chains(laid: Laid, needs: CycleNeeds) -> None:
    """Whether every station of a chain may take the step that goes by the chain."""
    step = laid.found(needs.by_chain)
    for chain in laid.cycle.chains:
        at = laid.at(f"chains/{chain.partner_kind}", *([] if step is None else [step.step]))
        if step is None:
            message = f"No step of the life cycle {laid.cycle.name!r} goes by a chain."
            raise laid.reader.wrong("chain-without-step", message, at, found=chain.partner_kind, remedy="Leave the chain out.")
        for station in chain.stations:
            if station not in step.actors:
                raise laid.reader.wrong(
                    "chain-without-step",
                    f"A station of the chain for {chain.partner_kind!r} may not take the step {step.step!r}.",
                    at,
                    found=station,
                    remedy=f"Add the role to the actors of {step.step!r}, or take it out of the chain.",
                )
