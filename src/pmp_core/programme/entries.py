"""The law as dated values: what holds on a day, since when, by which clause, and who says so."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from attrs import field, frozen

from pmp_core.values import DayRange, Money, Text

Status = Literal["verified", "reported", "derived", "chosen", "example", "unset"]
State = Literal["set", "unset", "not-yet-in-force", "ended"]
ValueType = Literal["boolean", "integer", "money", "percent", "levels", "codes", "text", "day", "days"]
Value = bool | int | str | Decimal | Money | date | DayRange | tuple[int, ...] | tuple[str, ...]


@frozen
class Conflict:
    """Another source that says otherwise. It is kept, and changes nothing."""

    value: Value | None
    source: str
    status: Status
    note: Text | None = None


@frozen
class Entry:
    """What holds from a day on, until the next entry begins or, where given, through `until`.

    Args:
        first: its first day.
        until: its last day, included; None: until the next entry begins.
        value: what holds; None where the status is `unset`.
        unit: of the value, where the path allows several.
        source: the act and paragraph, or the full address of the page.
        status: how well it is known.
        origin: the pack or the overlay that says so.
    """

    first: date
    source: str
    status: Status
    origin: str
    value: Value | None = None
    until: date | None = None
    unit: str | None = None
    note: Text | None = None
    conflicts: tuple[Conflict, ...] = ()


@frozen
class Reading:
    """The answer to «what holds on this day?». Ended, unset and not yet in force are three different answers.

    Args:
        path: what was asked.
        day: for which day.
        state: `set`; `unset`: nobody has supplied a value; `not-yet-in-force`; `ended`.
        entry: the entry in force; where there is none, the first to come or the last that ended.
    """

    path: str
    day: date
    state: State
    entry: Entry | None

    @property
    def value(self) -> Value | None:
        """The value in force, or None in every state but `set`."""
        return self.entry.value if self.entry is not None and self.state == "set" else None


@frozen
class DatedValue:
    """Everything a pack says of one path.

    Args:
        path: such as `compensation.cap.catering`.
        title: in both languages.
        type: of its values.
        unit: what the number counts.
        units: the units a deployment may choose from, each entry naming its own.
        entries: ascending by first day.
        catalogue: whose codes a value of type `codes` lists.
    """

    path: str
    title: Text
    type: ValueType | Literal["term"]
    entries: tuple[Entry, ...]
    unit: str | None = None
    units: tuple[str, ...] = ()
    catalogue: str | None = None

    def on(self, day: date) -> Reading:
        """What holds on this day."""
        return Reading(self.path, day, *state_on(self.entries, day))

    def spans(self) -> tuple[tuple[DayRange, Entry], ...]:
        """Each entry with the days on which it is in force."""
        return tuple((DayRange(entry.first, last_day(self.entries, i)), entry) for i, entry in enumerate(self.entries))


@frozen
class Term(DatedValue):
    """A code of a catalogue, with the days on which it can be used. Its `path` is `catalogue/code`."""

    code: str = field(kw_only=True)
    parent: str | None = field(kw_only=True, default=None)


def last_day(entries: tuple[Entry, ...], i: int) -> date | None:
    """The last day of entry `i`: its own `until`, or the day before the next begins."""
    if entries[i].until is not None or i + 1 == len(entries):
        return entries[i].until
    return date.fromordinal(entries[i + 1].first.toordinal() - 1)


def state_on(entries: tuple[Entry, ...], day: date) -> tuple[State, Entry | None]:
    """The state and the entry of a day."""
    begun = [entry for entry in entries if entry.first <= day]
    if not begun:
        return ("not-yet-in-force", entries[0]) if entries else ("unset", None)
    entry = begun[-1]
    if entry.until is not None and entry.until < day:
        return "ended", entry
    return ("unset" if entry.value is None else "set"), entry
