"""Laying a deployment's entries over a pack's: adding where nothing was set, replacing only where it says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from pmp_core.errors import ProgrammeError
from pmp_core.programme.checks import check_apart, check_codes, check_new, replaces_nothing
from pmp_core.programme.entries import DatedValue, Entry, Term, last_day
from pmp_core.programme.overlay_terms import lay_terms_over
from pmp_core.programme.reading import Reader
from pmp_core.programme.school_years import check_followed, check_school_year
from pmp_core.programme.splicing import said_about, spliced
from pmp_core.programme.yaml_positions import to_pointer
from pmp_core.values import DayRange


def lay_over(
    reader: Reader, raw: Mapping[str, Any], values: Mapping[str, DatedValue], terms: Mapping[str, Mapping[str, Term]]
) -> tuple[dict[str, DatedValue], dict[str, dict[str, Term]]]:
    """The pack's values and terms with an overlay's over them.

    Args:
        reader: of the overlay.
        raw: what the overlay says.
        values: of the pack and the overlays below, by path.
        terms: the same, by catalogue and code.

    Raises:
        ProgrammeError: `overlay-silent`, `code-taken`, where something that is said would be overridden without
            `replaces: true`; `replaces-nothing`, where nothing is; `path-unknown`, where a path looks like a misspelt one;
            `path-taken`; `catalogue-unknown`; and what reading raises.
    """
    read: dict[str, DatedValue] = {}
    new_values = dict(values)
    for path, item in raw.get("values", {}).items():
        pointer, below = to_pointer(("values", path)), values.get(path)
        if below is None:
            check_new(reader, path, item, pointer, values)
        read[path] = above = reader.dated_value(path, item, pointer, below)
        new_values[path] = above if below is None else below
        check_school_year(reader, above, pointer, new=below is None)
        for i, entry in enumerate(above.entries):
            at, days = f"{pointer}/entries/{i}", DayRange(entry.first, last_day(above.entries, i))
            said = None if below is None else said_about(below.entries, days)
            _check_replaces(reader, item["entries"][i].get("replaces", False), said, days, at)
            if below is not None:
                new_values[path] = attrs.evolve(below, entries=spliced(new_values[path].entries, entry, days))
        check_followed(reader, above, new_values[path], pointer)
    new_terms = lay_terms_over(reader, raw.get("terms", {}), terms)
    for path in raw.get("values", {}):
        check_apart(reader, path, new_values, new_terms, to_pointer(("values", path)))
    for name, codes in raw.get("terms", {}).items():
        for code in codes:
            check_apart(reader, f"{name}/{code}", new_values, new_terms, to_pointer(("terms", name, code)))
    for path, value in read.items():
        check_codes(reader, value, new_terms, to_pointer(("values", path)))
    return new_values, new_terms


def _check_replaces(reader: Reader, replaces: bool, said: Entry | None, days: DayRange, pointer: str) -> None:
    """Whether an entry that overrides says so, and one that says so does."""
    if said is None and replaces:
        raise replaces_nothing(reader, pointer)
    if said is not None and not replaces:
        raise _silent(reader, said, days, pointer)


def _silent(reader: Reader, said: Entry, days: DayRange, pointer: str) -> ProgrammeError:
    message = f"This entry overrides what {said.origin!r} says from {said.first}."
    remedy = "If that is meant, add `replaces: true`; if not, correct the days."
    if said.until is not None and said.until < days.first:
        message = f"This entry begins again what has ended: {said.origin!r} says that it holds through {said.until}."
    return reader.wrong("overlay-silent", message, pointer, found=said.source, remedy=remedy)
