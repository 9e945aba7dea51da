"""What differs between two days of a law, or between two versions of it: value, unit, state and who says so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal

from attrs import frozen

from pmp_core.programme.entries import DatedValue, Reading
from pmp_core.programme.pack import Pack
from pmp_core.values import Text

Aspect = Literal["path", "state", "value", "unit", "status", "source"]


@frozen
class Difference:
    """One path, or one code of a catalogue, that answers otherwise.

    Args:
        path: of a value or, as `catalogue/code`, of a term.
        title: in both languages.
        before: the answer on the first side; None where its law does not have the path.
        after: the answer on the second side; None where its law does not have the path.
        aspects: what differs. `path` where only one side has it; `state` where it is set, unset, ended or not yet in force
            on one side and not on the other.
    """

    path: str
    title: Text
    before: Reading | None
    after: Reading | None
    aspects: tuple[Aspect, ...]


def differences(first: Pack, first_day: date, second: Pack, second_day: date) -> tuple[Difference, ...]:
    """What the second law says on its day otherwise than the first on its own.

    Args:
        first: a law; its packs' values come first in the answer.
        first_day: which day of it.
        second: the same law, another version of it, or another programme's.
        second_day: which day of it.

    Returns:
        Values, then terms, in the order of the packs. Life cycles have no days: see `cycle_differences`.
    """
    ours, theirs = dict(_said(first)), dict(_said(second))
    found = []
    for path in dict.fromkeys((*ours, *theirs)):
        before = ours[path].on(first_day) if path in ours else None
        after = theirs[path].on(second_day) if path in theirs else None
        aspects = _aspects(before, after)
        if aspects:
            found.append(Difference(path, (ours.get(path) or theirs[path]).title, before, after, aspects))
    return tuple(found)


def _said(pack: Pack) -> Iterator[tuple[str, DatedValue]]:
    yield from pack.values.items()
    for terms in pack.terms.values():
        yield from ((term.path, term) for term in terms.values())


def _aspects(before: Reading | None, after: Reading | None) -> tuple[Aspect, ...]:
    if before is None or after is None:
        return ("path",)
    if before.state != after.state:
        return ("state",)
    old, new = before.entry, after.entry
    # Outside of its days an entry only tells when they were: what it holds there is no difference.
    if old is None or new is None or before.state not in ("set", "unset"):
        return ()
    compared: dict[Aspect, bool] = {
        "value": old.value != new.value,
        "unit": old.unit != new.unit,
        "status": old.status != new.status,
        "source": old.source != new.source,
    }
    return tuple(aspect for aspect, differs in compared.items() if differs)
