"""Laying a deployment's entries over a pack's: adding where nothing was set, replacing only where it says so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import attrs

from pmp_core.programme.entries import DatedValue, Entry, Term, last_day
from pmp_core.programme.reading import Reader
from pmp_core.values import DayRange

_DAY = timedelta(days=1)


def lay_over(
    reader: Reader, raw: Mapping[str, Any], values: Mapping[str, DatedValue], terms: Mapping[str, Mapping[str, Term]]
) -> tuple[dict[str, DatedValue], dict[str, dict[str, Term]]]:
    """The pack's values and terms with an overlay's over them.

    Raises:
        ProgrammeError: `overlay-silent`, where an entry with a value would be overridden without `replaces: true`;
            `code-taken`, where a term of the overlay has the code of another; `path-unknown`, where a path looks like a
            misspelt one; `catalogue-unknown`; and what reading raises.
    """
    read: dict[str, DatedValue] = {}
    new_values, new_terms = dict(values), {name: dict(catalogue) for name, catalogue in terms.items()}
    for path, item in raw.get("values", {}).items():
        pointer, below = f"/values/{pointer_part(path)}", values.get(path)
        if below is None:
            reader.check_new(path, item, pointer, values)
        read[path] = above = reader.dated_value(path, item, pointer, below)
        if below is None:
            new_values[path] = above
            continue
        entries = below.entries
        for i, entry in enumerate(above.entries):
            days = DayRange(entry.first, last_day(above.entries, i))
            replaces = item["entries"][i].get("replaces", False)
            touched = [under for span, under in below.spans() if under.value is not None and span.overlaps(days)]
            if touched and not replaces:
                raise reader.wrong(
                    "overlay-silent",
                    f"This entry overrides what {touched[0].origin!r} says from {touched[0].first}.",
                    f"{pointer}/entries/{i}",
                    found=touched[0].source,
                    remedy="If that is meant, add `replaces: true`; if not, correct the days.",
                )
            entries = _spliced(entries, entry, days)
        new_values[path] = attrs.evolve(below, entries=entries)
    for name, codes in raw.get("terms", {}).items():
        if name not in new_terms:
            raise reader.catalogue_unknown(name, terms, f"/terms/{pointer_part(name)}")
        catalogue = new_terms[name]
        for code, item in codes.items():
            pointer = f"/terms/{pointer_part(name)}/{pointer_part(code)}"
            if code in catalogue:
                raise reader.wrong(
                    "code-taken",
                    f"The catalogue {name!r} already has the code {code!r}.",
                    pointer,
                    found=code,
                    remedy="Give the new term a code of its own.",
                )
            catalogue[code] = reader.term(name, code, item, pointer)
    for name, codes in raw.get("terms", {}).items():
        for code in codes:
            reader.check_parent(new_terms[name][code], new_terms, f"/terms/{pointer_part(name)}/{pointer_part(code)}")
    for path, value in read.items():
        reader.check_codes(value, new_terms, f"/values/{pointer_part(path)}")
    return new_values, new_terms


def _spliced(entries: tuple[Entry, ...], new: Entry, days: DayRange) -> tuple[Entry, ...]:
    """The entries with `new` cut in: what stood before and after its days stays."""
    kept: list[Entry] = []
    for i, entry in enumerate(entries):
        last = last_day(entries, i)
        if entry.first < days.first:
            kept.append(attrs.evolve(entry, until=days.first - _DAY if last is None or last >= days.first else last))
        after = _day_after(days)
        if after is not None and (last is None or last >= after):
            kept.append(attrs.evolve(entry, first=max(entry.first, after)))
    return tuple(sorted((*kept, attrs.evolve(new, until=days.last)), key=lambda entry: entry.first))


def _day_after(days: DayRange) -> date | None:
    return None if days.last is None else days.last + _DAY


def pointer_part(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
