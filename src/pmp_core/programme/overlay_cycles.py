"""Laying a deployment's steps and chains over a pack's: new ones, and those that are replaced or taken out of use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from pmp_core.errors import nearest
from pmp_core.programme.cycle_needs import CycleNeeds, Laid, check_exits, check_guards, check_workable
from pmp_core.programme.life_cycle import Chain, LifeCycle, LifeCycleStep
from pmp_core.programme.reading import Reader
from pmp_core.programme.reading_cycles import Codes, Terms, check_once, codes_for, read_chain, read_step
from pmp_core.programme.written import plain, text


def lay_cycles_over(
    reader: Reader,
    raw: Mapping[str, Any],
    cycles: Mapping[str, LifeCycle],
    terms: Terms,
    needs: Mapping[str, CycleNeeds],
) -> dict[str, LifeCycle]:
    """The pack's life cycles with an overlay's steps and chains over them, and with the statuses that it adds.

    Args:
        reader: of the overlay.
        raw: what the overlay says, by life cycle.
        cycles: of the pack and the overlays below.
        terms: with those of the overlay.
        needs: what the code needs of each life cycle.

    Raises:
        ProgrammeError: `life-cycle-unknown`; `overlay-silent`, where a step, a chain, or the guards or reason of a step would be
            overridden without saying so; `replaces-nothing`; `step-unknown`, where a step looks like a misspelt one;
            `step-twice`; `step-stands-still`; `step-from-released`; `code-unknown`; and what `check_guards` and `check_workable` raise.
    """
    laid = {name: _with_statuses(cycle, terms) for name, cycle in cycles.items()}
    for name, item in raw.items():
        if name not in laid:
            raise reader.wrong(
                "life-cycle-unknown",
                f"No pack has a life cycle {name!r}.",
                f"/life_cycles/{name}",
                found=name,
                remedy=f"There are: {', '.join(nearest(name, laid) or tuple(laid)) or 'none'}.",
            )
        laid[name] = _laid(reader, item, laid[name], codes_for(laid[name].catalogue, terms), needs.get(name))
    return laid


def _with_statuses(cycle: LifeCycle, terms: Terms) -> LifeCycle:
    return attrs.evolve(cycle, statuses={code: term.title for code, term in terms.get(cycle.catalogue, {}).items()})


def _laid(reader: Reader, raw: Mapping[str, Any], below: LifeCycle, codes: Codes, needs: CycleNeeds | None) -> LifeCycle:
    pointer, prefix = f"/life_cycles/{below.name}", f"life_cycles/{below.name}"
    steps = {step.step: step for step in below.steps}
    chains = {chain.partner_kind: chain for chain in below.chains}
    pointers: dict[str, str] = {}
    for i, item in enumerate(raw.get("steps", ())):
        at, path = f"{pointer}/steps/{i}", f"{prefix}/{item['step']}"
        check_once(reader, item["step"], [step for step in steps if f"{prefix}/{step}" in pointers], at)
        steps[item["step"]], pointers[path] = _step(reader, item, codes, at, below), at
    for kind, item in raw.get("chains", {}).items():
        at = f"{pointer}/chains/{kind}"
        _check_replaces(reader, item, chains.get(kind), f"chain for {kind!r}", chains, at)
        chains[kind], pointers[f"{prefix}/chains/{kind}"] = read_chain(reader, kind, item, codes, at), at
    laid = Laid(reader, below, attrs.evolve(below, steps=tuple(steps.values()), chains=tuple(chains.values())), pointers)
    check_exits(laid)
    if needs is not None:
        check_guards(laid, needs)
        check_workable(laid, needs)
    return laid.cycle


def _step(reader: Reader, raw: Mapping[str, Any], codes: Codes, pointer: str, cycle: LifeCycle) -> LifeCycleStep:
    """A step that is new, that replaces the one below, or that takes it out of use."""
    steps = {step.step: step for step in cycle.steps}
    below = steps.get(raw["step"])
    if below is None and not raw.get("replaces", False) and "title" not in raw:
        near = ", ".join(nearest(raw["step"], steps)) or "none"
        raise reader.wrong(
            "step-unknown",
            f"The life cycle {cycle.name!r} has no step {raw['step']!r}.",
            f"{pointer}/step",
            found=raw["step"],
            remedy=f"Correct its name, or give a `title` if it is a new one. Nearest: {near}.",
        )
    _check_replaces(reader, raw, below, f"step {raw['step']!r}", steps, pointer)
    if below is not None and not raw["from"]:
        title, note = text(raw["title"]) if "title" in raw else below.title, text(raw.get("note"))
        said = {"source": plain(raw["source"]), "status": raw["status"], "note": note, "origin": reader.origin}
        return attrs.evolve(below, title=title, sources=(), **said)
    step = read_step(reader, raw, codes, pointer, below)
    if below is not None:
        _check_not_dropped(reader, raw, below, pointer)
    if step.target in step.sources and (below is None or below.target not in below.sources):
        remedy = "Take the status out of `from`, or lead to another."
        message = "The step leads to a status that it is taken from: nothing would change."
        raise reader.wrong("step-stands-still", message, f"{pointer}/to", found=step.target, remedy=remedy)
    held = [status for status in step.sources if status in cycle.released]
    if held and step.target not in cycle.released:
        raise reader.wrong(
            "step-from-released",
            "The step leads back from a status that has given up its place: another may have taken it.",
            f"{pointer}/from",
            found=held[0],
            remedy=f"Take it out of `from`. Statuses without a place: {', '.join(cycle.released)}.",
        )
    return step


def _check_replaces(
    reader: Reader,
    raw: Mapping[str, Any],
    below: LifeCycleStep | Chain | None,
    what: str,
    others: Iterable[str],
    pointer: str,
) -> None:
    """Whether what overrides says so, and what says so does."""
    replaces = raw.get("replaces", False)
    if below is not None and not replaces:
        message = f"This overrides the {what}, of which {below.origin!r} says how it is."
        remedy = "If that is meant, add `replaces: true`; if not, give the new one another name."
        raise reader.wrong("overlay-silent", message, pointer, found=below.source, remedy=remedy)
    if below is None and replaces:
        raise reader.wrong(
            "replaces-nothing",
            f"There is no {what} to replace.",
            f"{pointer}/replaces",
            remedy=f"There are: {', '.join(others) or 'none'}. Correct the name, leave `replaces` out, or load the overlay that it is "
            "to replace before this one.",
        )


def _check_not_dropped(reader: Reader, raw: Mapping[str, Any], below: LifeCycleStep, pointer: str) -> None:
    """Whether the guards and the reason of a replaced step are said anew, and not only left out."""
    for key, said in (("guards", ", ".join(below.guards)), ("reason_required", str(below.reason_required).lower())):
        if getattr(below, key) and key not in raw:
            raise reader.wrong(
                "overlay-silent",
                f"This replaces a step that has `{key}`, and does not say what becomes of them.",
                pointer,
                found=said,
                remedy=f"Write `{key}` as it is to be: below it is {said}.",
            )
