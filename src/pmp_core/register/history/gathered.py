"""What a unit of work changed, net: of each row what it was before the first change and after the last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from pmp_core.register.history.chains import CHAINED, Chain
from pmp_core.register.schema import Row, Scalar, Table
from pmp_core.values import Actor

Key = tuple[Scalar, ...]
ROWS_OF_AN_ENTRY = 1_000  # more are divided: a document has to fit into what a database takes at once


@dataclass(slots=True)
class Changed:
    """A row: what it was, and what it is; None where there is none."""

    table: Table
    key: Key
    before: Row | None
    after: Row | None


@dataclass(slots=True)
class Doing:
    """What one actor did to one chain, in one action."""

    actor: Actor
    action: str | None
    rows: dict[tuple[str, Key], Changed] = field(default_factory=dict)

    def parts(self) -> Iterator[list[Changed]]:
        """The rows that are not what they were, so many together as an entry holds."""
        net = (row for row in self.rows.values() if row.before != row.after)
        while part := list(islice(net, ROWS_OF_AN_ENTRY)):
            yield part


class Gathered:
    """The changes of a unit of work, by chain."""

    def __init__(self) -> None:
        self.chains: dict[Chain, list[Doing]] = {}

    def inserted(self, table: Table, rows: Iterable[Row], actor: Actor, action: str | None) -> None:
        """Rows that were added."""
        chained, names = CHAINED[table.name], table.key
        for row in rows:
            self._doing(chained.chain(row), actor, action, table, tuple([row[name] for name in names]), None, row)

    def changed(self, table: Table, before: Row, after: Row, actor: Actor, action: str | None) -> None:
        """A row that was replaced; one that now belongs to another chain has left the one before."""
        chained, key = CHAINED[table.name], tuple([after[name] for name in table.key])
        left, into = chained.chain(before), chained.chain(after)
        if left == into:
            self._doing(into, actor, action, table, key, before, after)
        else:
            self._doing(left, actor, action, table, key, before, None)
            self._doing(into, actor, action, table, key, None, after)

    def removed(self, table: Table, rows: Iterable[Row], actor: Actor, action: str | None) -> None:
        """Rows that were taken out."""
        chained, names = CHAINED[table.name], table.key
        for row in rows:
            self._doing(chained.chain(row), actor, action, table, tuple([row[name] for name in names]), row, None)

    def _doing(
        self, chain: Chain, actor: Actor, action: str | None, table: Table, key: Key, before: Row | None, after: Row | None
    ) -> None:
        done = self.chains.get(chain)
        if done is None:
            done = self.chains[chain] = []
        if not done or done[-1].action != action or (done[-1].actor is not actor and done[-1].actor != actor):
            done.append(Doing(actor, action))
        rows, at = done[-1].rows, (table.name, key)
        known = rows.get(at)
        if known is None:
            rows[at] = Changed(table, key, before, after)
        else:
            known.after = after
