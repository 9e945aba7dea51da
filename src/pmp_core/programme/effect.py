"""What an overlay does to a law: the entries it sets, those it overrides, the codes, steps and chains. Nothing of it is silent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal

import attrs
from attrs import frozen

from pmp_core.programme.access import AccessLine
from pmp_core.programme.cycle_rows import CycleChange, cycle_changes
from pmp_core.programme.entries import DatedValue, Entry, State, Term, state_on
from pmp_core.programme.pack import Pack
from pmp_core.values import DayRange, Text

Kind = Literal["sets", "overrides", "takes-away", "leaves-unset", "begins-earlier", "begins-again"]
_DAY = timedelta(days=1)


@frozen
class EntryChange:
    """What an overlay does to a path on some days.

    Args:
        path: of the value.
        title: in both languages.
        days: on which it does so.
        was: how things stood before.
        before: the entry that held before; the last that had ended; None where none had begun.
        after: the entry that holds now.
        new: whether the path itself is the overlay's.
    """

    path: str
    title: Text
    days: DayRange
    was: State
    before: Entry | None
    after: Entry
    new: bool

    @property
    def kind(self) -> Kind:
        """What it does.

        `sets` where there was no value; `overrides` one; `takes-away` one; `leaves-unset`, with another source. `begins-earlier`
        where the law below had not begun; `begins-again` where it had ended.
        """
        has = self.after.value is not None
        if self.was == "set":
            return "overrides" if has else "takes-away"
        if self.was == "not-yet-in-force":
            return "begins-earlier"
        if self.was == "ended":
            return "begins-again"
        return "sets" if has else "leaves-unset"


@frozen
class TermChange:
    """What an overlay does to a code that the law below has.

    Args:
        before: the code as it was: title and days.
        after: the code as it is now.
    """

    before: Term
    after: Term

    @property
    def replaces(self) -> bool:
        """Whether something that was said is said otherwise now; if not, only days that nobody had set are set."""
        kept = {(days, _words(entry)) for days, entry in self.after.spans()}
        said = [(days, _words(entry)) for days, entry in self.before.spans() if entry.value is not None]
        return self.before.title != self.after.title or not kept.issuperset(said)


@frozen
class AccessChange:
    """A row of the access table that an overlay adds or replaces. `before` is None where it adds it."""

    before: AccessLine | None
    after: AccessLine

    @property
    def path(self) -> str:
        """Such as `access/pay`."""
        return self.after.path

    @property
    def title(self) -> Text:
        """Of the action."""
        return self.after.title


@frozen
class Effect:
    """What an overlay does.

    Args:
        overlay: its name.
        changes: in the order of the pack and of time.
        codes: the terms it adds.
        changed_codes: the terms of the law below that it replaces, or whose unset days it sets.
        cycle_changes: the steps and chains of life cycles that it adds, replaces or takes out of use.
        access_changes: the rows of the access table that it adds or replaces.
    """

    overlay: str
    changes: tuple[EntryChange, ...]
    codes: tuple[Term, ...]
    changed_codes: tuple[TermChange, ...] = ()
    cycle_changes: tuple[CycleChange, ...] = ()
    access_changes: tuple[AccessChange, ...] = ()


def effect(before: Pack, after: Pack) -> Effect:
    """What the last overlay of a law does.

    Args:
        before: the law without it.
        after: the law with it.
    """
    changes = [change for value in after.values.values() for change in _changes(before.values.get(value.path), value)]
    codes: list[Term] = []
    changed: list[TermChange] = []
    for name, catalogue in after.terms.items():
        for code, term in catalogue.items():
            below = before.terms[name].get(code)
            if below is None:
                codes.append(term)
            elif below != term:
                changed.append(TermChange(below, term))
    lines = before.access.lines
    access = [AccessChange(lines.get(one.action), one) for one in after.access.lines.values() if lines.get(one.action) != one]
    cycles = cycle_changes(before, after)
    return Effect(after.overlays[-1].name, tuple(changes), tuple(codes), tuple(changed), cycles, tuple(access))


def _changes(below: DatedValue | None, above: DatedValue) -> Iterator[EntryChange]:
    """The days on which another entry holds than before."""
    under = () if below is None else below.spans()
    for span, entry in above.spans() if below != above else ():
        for days in _cut(span, [days for days, _ in under]):
            was, before = ("unset", None) if below is None else state_on(below.entries, days.first)
            before = None if was == "not-yet-in-force" else before
            if was == "ended" or before is None or _words(before) != _words(entry):
                yield EntryChange(above.path, above.title, days, was, before, entry, below is None)


def _cut(span: DayRange, others: list[DayRange]) -> Iterator[DayRange]:
    """A range cut wherever another begins or ends inside it."""
    firsts = {span.first}
    for other in others:
        firsts |= {other.first} if other.first in span else set()
        firsts |= {other.last + _DAY} if other.last is not None and other.last + _DAY in span else set()
    ordered = sorted(firsts)
    for i, first in enumerate(ordered):
        yield DayRange(first, ordered[i + 1] - _DAY if i + 1 < len(ordered) else span.last)


def _words(entry: Entry) -> Entry:
    """An entry without its days: cutting another in does not change what it says."""
    return attrs.evolve(entry, first=date.min, until=None)
