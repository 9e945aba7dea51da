"""The steps and chains of a law, each with its path and title, and what differs between those of two laws."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from attrs import frozen

from pmp_core.programme.life_cycle import Chain, LifeCycleStep, said
from pmp_core.programme.pack import Pack
from pmp_core.values import Text

Row = LifeCycleStep | Chain
CycleChangeKind = Literal["adds", "replaces", "takes-out-of-use"]


@frozen
class CycleChange:
    """What an overlay does to a step or a chain.

    Args:
        path: such as `life_cycles/plan/revise` or `life_cycles/plan/chains/municipality`.
        title: of the step, or of the kind of partner.
        before: as it was; None: the overlay adds it.
        after: as it is.
    """

    path: str
    title: Text
    before: Row | None
    after: Row

    @property
    def kind(self) -> CycleChangeKind:
        """What it does."""
        if self.before is None:
            return "adds"
        return "takes-out-of-use" if isinstance(self.after, LifeCycleStep) and not self.after.sources else "replaces"


@frozen
class CycleDifference:
    """A step or a chain that two laws say otherwise. `before` or `after` is None where one of them does not have it.

    Args:
        path: such as `life_cycles/plan/revise`.
        title: of the step, or of the kind of partner.
        before: of the first law.
        after: of the second.
        aspects: the names of what differs, such as `sources` or `stations`; `path` where only one side has it.
    """

    path: str
    title: Text
    before: Row | None
    after: Row | None
    aspects: tuple[str, ...]


def cycle_rows(pack: Pack) -> Iterator[tuple[str, Text, Row]]:
    """Every step and chain of a law: its path, its title, and itself."""
    for cycle in pack.life_cycles.values():
        for path, row in cycle.rows():
            yield path, row.title if isinstance(row, LifeCycleStep) else pack.term("partner-kinds", row.partner_kind).title, row


def cycle_changes(before: Pack, after: Pack) -> tuple[CycleChange, ...]:
    """What the last overlay of a law does to its steps and chains.

    Args:
        before: the law without it.
        after: the law with it.
    """
    below = {path: row for path, _, row in cycle_rows(before)}
    return tuple(
        CycleChange(path, title, below.get(path), row) for path, title, row in cycle_rows(after) if below.get(path) != row
    )


def cycle_differences(first: Pack, second: Pack) -> tuple[CycleDifference, ...]:
    """Which steps and chains the second law has otherwise than the first. Which file says so is no difference.

    Args:
        first: a law; its rows come first in the answer.
        second: another version of it, or another programme's.
    """
    ours, theirs = ({path: (title, row) for path, title, row in cycle_rows(pack)} for pack in (first, second))
    found = []
    for path in dict.fromkeys((*ours, *theirs)):
        (_, before), (_, after) = ours.get(path, (None, None)), theirs.get(path, (None, None))
        aspects = _aspects(before, after)
        if aspects:
            found.append(CycleDifference(path, (theirs.get(path) or ours[path])[0], before, after, aspects))
    return tuple(found)


def _aspects(before: Row | None, after: Row | None) -> tuple[str, ...]:
    if before is None or after is None:
        return ("path",)
    old, new = said(before), said(after)
    return tuple(name for name in old if old[name] != new[name])
