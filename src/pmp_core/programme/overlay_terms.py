"""Laying a deployment's codes over a pack's: new ones, days that nobody had set, and codes that are replaced as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from pmp_core.programme.checks import catalogue_unknown, check_overlay_term, check_parent_stays, check_parents
from pmp_core.programme.entries import Term, last_day
from pmp_core.programme.reading import Reader
from pmp_core.programme.splicing import said_about, spliced
from pmp_core.programme.yaml_positions import to_pointer
from pmp_core.values import DayRange


def lay_terms_over(reader: Reader, raw: Mapping[str, Any], terms: Mapping[str, Mapping[str, Term]]) -> dict[str, dict[str, Term]]:
    """The pack's terms with an overlay's over them.

    Args:
        reader: of the overlay.
        raw: what the overlay says: catalogue, then code.
        terms: of the pack and the overlays below.

    Raises:
        ProgrammeError: `catalogue-unknown`; `code-taken`, where a code of the pack would be overridden without
            `replaces: true`; `replaces-nothing`, `code-unknown`, where there is no such code; `title-fixed`, `parent-wrong`;
            and what reading raises.
    """
    laid = {name: dict(catalogue) for name, catalogue in terms.items()}
    for name, codes in raw.items():
        if name not in laid:
            raise catalogue_unknown(reader, name, terms, to_pointer(("terms", name)))
        for code, item in codes.items():
            pointer, below = to_pointer(("terms", name, code)), terms[name].get(code)
            check_overlay_term(reader, item, pointer, f"{name}/{code}", below, terms)
            above = reader.term(name, code, item, pointer, below)
            laid[name][code] = above if below is None or item.get("replaces", False) else _filled(reader, above, below, pointer)
            if below is not None:
                check_parent_stays(reader, item, pointer, below)
    for name in raw:
        check_parents(reader, name, laid, {code: to_pointer(("terms", name, code)) for code in raw[name]}, terms[name])
    return laid


def _filled(reader: Reader, above: Term, below: Term, pointer: str) -> Term:
    """A code of the pack with days that nobody had set."""
    entries = below.entries
    for i, entry in enumerate(above.entries):
        days = DayRange(entry.first, last_day(above.entries, i))
        said = said_about(below.entries, days)
        if said is not None:
            raise reader.wrong(
                "code-taken",
                f"The catalogue {below.catalogue!r} already has the code {below.code!r}: {said.origin!r} says so from {said.first}.",
                pointer,
                found=below.code,
                remedy="Give a new term a code of its own; to replace this one, title and all its days, add `replaces: true`.",
            )
        entries = spliced(entries, entry, days)
    if above.title != below.title:
        remedy = "Leave it out, or add `replaces: true` to replace the code, title and days."
        raise reader.title_fixed(f"{pointer}/title", above.title.en, below, remedy)
    return attrs.evolve(below, entries=entries)
