"""What a law stands on: every source with the paths and days behind it, and how well each is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Literal, get_args

from attrs import frozen

from pmp_core.programme.cycle_rows import cycle_rows
from pmp_core.programme.entries import DatedValue, Entry, Status
from pmp_core.programme.life_cycle import Chain
from pmp_core.programme.pack import IN_FORCE, Pack
from pmp_core.values import DayRange, Text

Role = Literal["entry", "conflict", "step", "chain", "access"]
STATUSES: tuple[Status, ...] = get_args(Status)


@frozen
class Citation:
    """One thing that a source says.

    Args:
        source: the act and paragraph, or the full address of the page.
        status: how well it is known.
        path: of a value; of a term, as `catalogue/code`; of a step or chain, as `life_cycles/plan/submit`; or of a row of the
            access table, as `access/pay`.
        title: in both languages.
        days: on which it holds; None for the steps and chains of a life cycle and for rows of the access table, which have none.
        role: `entry`; `conflict`: it says otherwise, and has no effect; `step`; `chain`; `access`.
    """

    source: str
    status: Status
    path: str
    title: Text
    days: DayRange | None
    role: Role


@frozen
class Inventory:
    """Everything a law says, by who says it. Ordered by status, then by source, then as the pack has it."""

    citations: tuple[Citation, ...]

    @property
    def counts(self) -> Mapping[Status, int]:
        """How many entries, steps and chains have each status. Conflicts, which have no effect, do not count."""
        counted = Counter(citation.status for citation in self.citations if citation.role != "conflict")
        return {status: counted[status] for status in STATUSES}

    def by_source(self) -> Mapping[tuple[Status, str], tuple[Citation, ...]]:
        """The citations of each source; a source that is known differently well for different things stands there twice."""
        found: dict[tuple[Status, str], list[Citation]] = {}
        for citation in self.citations:
            found.setdefault((citation.status, citation.source), []).append(citation)
        return {key: tuple(citations) for key, citations in found.items()}


def inventory(pack: Pack) -> Inventory:
    """What a law stands on."""
    citations = sorted(_citations(pack), key=lambda citation: (STATUSES.index(citation.status), citation.source))
    return Inventory(tuple(citations))


def _citations(pack: Pack) -> Iterator[Citation]:
    for value in (*pack.values.values(), *(term for terms in pack.terms.values() for term in terms.values())):
        for days, entry in value.spans():
            yield Citation(entry.source, entry.status, value.path, value.title, days, "entry")
            for conflict in entry.conflicts:
                yield Citation(conflict.source, conflict.status, value.path, value.title, days, "conflict")
    for path, title, row in cycle_rows(pack):
        yield Citation(row.source, row.status, path, title, None, "chain" if isinstance(row, Chain) else "step")
    for line in pack.access.lines.values():
        yield Citation(line.source, line.status, line.path, line.title, None, "access")


@frozen
class NotSet:
    """Days on which nobody has said what holds, while the programme is in force.

    Args:
        value: the path, or the term.
        days: on which it is not set.
        entry: what the pack says instead of a value: where it would stand, and why it is not known. None where a rule needs
            a path that the pack does not have, for a code that a deployment added.
    """

    value: DatedValue
    days: DayRange
    entry: Entry | None


def not_set(pack: Pack, more: Iterable[DatedValue] = ()) -> tuple[NotSet, ...]:
    """What is unset on days on which the programme is in force; on any day, where it does not say when it is.

    Args:
        pack: the law.
        more: paths that it does not have, and rules need.
    """
    running = pack.days_in_force() if pack.says(IN_FORCE) else (DayRange(date.min),)
    found = []
    for value in (*pack.values.values(), *(term for terms in pack.terms.values() for term in terms.values())):
        for span, entry in value.spans():
            if entry.value is None:
                within = (span.intersection(days) for days in running)
                found += [NotSet(value, days, entry) for days in within if days is not None]
    return (*found, *(NotSet(value, days, None) for value in more for days in running))
