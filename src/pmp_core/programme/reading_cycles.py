"""From checked YAML to the steps and chains of life cycles, whose statuses, roles and kinds of partner all exist."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import frozen

from pmp_core.errors import nearest
from pmp_core.programme.entries import Term
from pmp_core.programme.life_cycle import Chain, LifeCycle, LifeCycleStep
from pmp_core.programme.reading import Reader
from pmp_core.programme.written import plain, text

Terms = Mapping[str, Mapping[str, Term]]


@frozen
class Codes:
    """The codes that the steps and chains of one life cycle may name."""

    statuses: Mapping[str, Term]
    roles: Mapping[str, Term]
    kinds: Mapping[str, Term]


def codes_for(catalogue: str, terms: Terms) -> Codes:
    """The codes for a life cycle whose statuses are those of a catalogue."""
    return Codes(terms.get(catalogue, {}), terms.get("roles", {}), terms.get("partner-kinds", {}))


def read_life_cycle(reader: Reader, name: str, raw: Mapping[str, Any], terms: Terms) -> LifeCycle:
    """A life cycle of a pack.

    Raises:
        ProgrammeError: `code-unknown`, with the nearest; `step-twice`.
    """
    pointer, codes = f"/life_cycles/{name}", codes_for(raw["statuses"], terms)
    known(reader, [raw["initial"]], codes.statuses, f"{pointer}/initial")
    steps: list[LifeCycleStep] = []
    for i, item in enumerate(raw["steps"]):
        at = f"{pointer}/steps/{i}"
        check_once(reader, item["step"], [step.step for step in steps], at)
        steps.append(read_step(reader, item, codes, at))
    chains = [read_chain(reader, kind, item, codes, f"{pointer}/chains/{kind}") for kind, item in raw.get("chains", {}).items()]
    released = known(reader, raw.get("released", []), codes.statuses, f"{pointer}/released")
    titles = {code: term.title for code, term in codes.statuses.items()}
    return LifeCycle(name, raw["initial"], titles, tuple(steps), tuple(chains), released, raw["statuses"])


def check_once(reader: Reader, name: str, others: Iterable[str], pointer: str) -> None:
    """Whether a document has a step of this name only once."""
    if name in others:
        remedy = "Rename one of them."
        raise reader.wrong("step-twice", "Two steps have one name.", f"{pointer}/step", found=name, remedy=remedy)


def read_step(
    reader: Reader, raw: Mapping[str, Any], codes: Codes, pointer: str, below: LifeCycleStep | None = None
) -> LifeCycleStep:
    """One step; one that an overlay replaces keeps the title of the pack (`below`) if it gives none."""
    return LifeCycleStep(
        raw["step"],
        text(raw["title"]) if below is None or "title" in raw else below.title,
        known(reader, raw["from"], codes.statuses, f"{pointer}/from"),
        known(reader, [raw["to"]], codes.statuses, f"{pointer}/to")[0],
        known(reader, raw["actors"], codes.roles, f"{pointer}/actors"),
        plain(raw["source"]),
        raw["status"],
        tuple(raw.get("guards", ())),
        raw.get("reason_required", False),
        text(raw.get("note")),
        reader.origin,
    )


def read_chain(reader: Reader, kind: str, raw: Mapping[str, Any], codes: Codes, pointer: str) -> Chain:
    """The chain of approval for one kind of partner."""
    return Chain(
        known(reader, [kind], codes.kinds, pointer)[0],
        known(reader, raw["stations"], codes.roles, f"{pointer}/stations"),
        plain(raw["source"]),
        raw["status"],
        text(raw.get("note")),
        reader.origin,
    )


def known(reader: Reader, codes: list[str], among: Mapping[str, Term], pointer: str) -> tuple[str, ...]:
    """The codes, all of which a catalogue has.

    Raises:
        ProgrammeError: `code-unknown`, with the nearest.
    """
    for code in codes:
        if code not in among:
            near = nearest(code, among)
            raise reader.wrong(
                "code-unknown",
                "The life cycle names a code that no catalogue has.",
                pointer,
                found=code,
                remedy=f"{f'Nearest: {near[0]}. ' if near else ''}Known: {', '.join(among) or 'none'}.",
            )
    return tuple(codes)
