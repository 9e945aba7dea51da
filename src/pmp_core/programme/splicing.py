"""Cutting an entry in between others, and which days entries speak of."""

from __future__ import annotations

from datetime import date, timedelta

import attrs

from pmp_core.programme.entries import Entry, last_day
from pmp_core.values import DayRange

_DAY = timedelta(days=1)


def spliced(entries: tuple[Entry, ...], new: Entry, days: DayRange) -> tuple[Entry, ...]:
    """The entries with `new` cut in: what stood before and after its days stays.

    Args:
        entries: ascending by first day.
        new: the entry to cut in.
        days: on which it holds.
    """
    kept: list[Entry] = []
    for i, entry in enumerate(entries):
        last = last_day(entries, i)
        if entry.first < days.first:
            kept.append(attrs.evolve(entry, until=days.first - _DAY if last is None or last >= days.first else last))
        after = _day_after(days)
        if after is not None and (last is None or last >= after):
            kept.append(attrs.evolve(entry, first=max(entry.first, after)))
    return tuple(sorted((*kept, attrs.evolve(new, until=days.last)), key=lambda entry: entry.first))


def said_about(entries: tuple[Entry, ...], days: DayRange) -> Entry | None:
    """The first entry that says something of these days; None where they are unset, or lie before the first entry.

    An entry with a value speaks of its own days. One that ends speaks of the days after it too: ended is not unset.

    Args:
        entries: ascending by first day.
        days: which days.
    """
    for i, entry in enumerate(entries):
        span, following = DayRange(entry.first, last_day(entries, i)), entries[i + 1].first if i + 1 < len(entries) else None
        if entry.value is not None and span.overlaps(days):
            return entry
        ended = _day_after(span)
        if ended is not None and ended != following and DayRange(ended, following and following - _DAY).overlaps(days):
            return entry
    return None


def _day_after(days: DayRange) -> date | None:
    return None if days.last is None else days.last + _DAY
