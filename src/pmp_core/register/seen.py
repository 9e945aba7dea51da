"""Whose personal data a unit of work hands out: gathered here, and written into the history as views."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from pmp_core.register import tables
from pmp_core.register.storage import Transaction

MOST_NAMED = 1_000  # learners of a unit that are written down one by one


@dataclass(slots=True)
class View:
    """Rows of a learner that were seen; of very many learners at once where `learner_id` is None."""

    learner_id: str | None
    rows: int
    tables: list[str]


@dataclass(slots=True)
class Seen:
    """What a unit of work has shown.

    Attributes:
        counts: rows by `("learner" or "plan", id)` and table.
        rows, tables: of all that was shown.
        many: whether it is too much to be written down one by one.
    """

    counts: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)
    rows: int = 0
    tables: set[str] = field(default_factory=set)
    many: bool = False

    def show(self, table: str, by: str, ids: Iterable[Any]) -> None:
        """Rows are handed out.

        Args:
            table: whose rows.
            by: what the ids are of: `learner` or `plan`.
            ids: one for each row; None for a row that is nobody's.
        """
        for id in ids:
            if id is None:
                continue
            self.rows += 1
            if not self.many:
                of = self.counts.setdefault((by, str(id)), {})
                of[table] = of.get(table, 0) + 1
        self.tables.add(table)
        if len(self.counts) > MOST_NAMED:
            self.counts, self.many = {}, True

    def views(self, transaction: Transaction, changed: Collection[tuple[str, str]]) -> list[View]:
        """What is to be written down; the unit's own work need not be told a second time.

        Args:
            transaction: to find the learners of plans in.
            changed: the chains that the unit changed.
        """
        if self.many:
            return [View(None, self.rows, sorted(self.tables))]
        plans = [id for by, id in self.counts if by == "plan" and ("plans", id) not in changed]
        whose = {str(row["id"]): str(row["learner_id"]) for row in transaction.find(tables.PLANS, {"id": plans})} if plans else {}
        views: dict[str, View] = {}
        for (by, id), counts in self.counts.items():
            learner_id = id if by == "learner" else whose.get(id)
            if learner_id is None or ("learners", learner_id) in changed:
                continue
            view = views.setdefault(learner_id, View(learner_id, 0, []))
            view.rows += sum(counts.values())
            view.tables = sorted({*view.tables, *counts})
        return [views[learner_id] for learner_id in sorted(views)]
