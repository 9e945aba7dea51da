"""A transaction on top of another: what history, access and encryption have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from attrs import define, field

from pmp_core.register.arrow_tables import arrow_table
from pmp_core.register.schema import Row, Scalar, Table
from pmp_core.register.seen import Seen
from pmp_core.register.storage import Transaction
from pmp_core.values import Actor

if TYPE_CHECKING:
    from pmp_core.register.access.guard import GuardedTransaction

_SHOWING = frozenset({"take-extract", "report-on-learner"})


@define
class Acting:
    """Who works in a unit of work at the moment, and at what; the layers look here.

    Args:
        actor: who; while an action is being done, whoever does it.
        reason: why, as it was said of the unit of work.
        action: what is being done, a code of the access table; None between actions.
        seen: whose data the unit has handed out.
        guard: asks the access table; None where the host has looked.
    """

    actor: Actor
    reason: str | None = None
    action: str | None = None
    seen: Seen = field(factory=Seen)
    guard: GuardedTransaction | None = None

    @property
    def looking(self) -> bool:
        """Whether what is read now is read for somebody to see: by nobody but a person, or by an action that shows it."""
        return self.action is None or self.action.startswith("see-") or self.action in _SHOWING

    @contextmanager
    def doing(self, action: str, by: Actor | None = None) -> Iterator[None]:
        """While an action is being done: the outermost one counts, since one action may be part of another.

        Raises:
            AccessDenied: `access-denied`, `actor-without-scope`: the actor's role may not do it.
        """
        before = self.actor, self.action
        guarded = nullcontext() if self.guard is None else self.guard.entering(action, by or self.actor)
        try:
            self.actor, self.action = by or self.actor, self.action or action
            with guarded:
                yield
        finally:
            self.actor, self.action = before


class Layer:
    """A transaction that hands everything on to the one beneath it."""

    def __init__(self, inner: Transaction) -> None:
        self.inner = inner

    def get(self, table: Table, key: tuple[Scalar, ...]) -> Row | None:
        """As the transaction beneath."""
        return self.inner.get(table, key)

    def find(
        self,
        table: Table,
        where: Mapping[str, Scalar | Sequence[Scalar]] | None = None,
        *,
        order: Sequence[str] = (),
        limit: int | None = None,
    ) -> list[Row]:
        """As the transaction beneath."""
        return self.inner.find(table, where, order=order, limit=limit)

    def count(self, table: Table, where: Mapping[str, Scalar | Sequence[Scalar]] | None = None) -> int:
        """As the transaction beneath."""
        return self.inner.count(table, where)

    def insert(self, table: Table, rows: Iterable[Row]) -> None:
        """As the transaction beneath."""
        self.inner.insert(table, rows)

    def update(self, table: Table, row: Row, *, version: int | None = None) -> None:
        """As the transaction beneath."""
        self.inner.update(table, row, version=version)

    def delete(self, table: Table, where: Mapping[str, Scalar | Sequence[Scalar]]) -> int:
        """As the transaction beneath."""
        return self.inner.delete(table, where)

    def scan(self, table: Table, columns: Sequence[str] | None = None) -> dict[str, list[Scalar]]:
        """As the transaction beneath."""
        return self.inner.scan(table, columns)

    def scan_arrow(self, table: Table, columns: Sequence[str] | None = None) -> Any:
        """As the transaction beneath. A layer that changes what `scan` gives is not passed by: its lists are taken.

        Such a layer overrides this too, where it can tell that a table goes through it as it is.
        """
        if type(self).scan is not Layer.scan:
            return arrow_table(table, self.scan(table, columns))
        return self.inner.scan_arrow(table, columns)
