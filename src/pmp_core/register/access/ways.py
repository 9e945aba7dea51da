"""Following the ways from rows to whose they are: forward from a few rows, backward from all that is within reach."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from pmp_core.register.access.paths import PATHS, Hop, TablePath, Way
from pmp_core.register.access.reach import Reach
from pmp_core.register.schema import Row, Scalar
from pmp_core.register.storage import Transaction

Why = Literal["see", "change", "add"]
# Where a row of one of these changes, what lies on the ways through it may be somebody else's.
LINKS = frozenset(hop.table.name for path in PATHS.values() for way in path.ways for hop in way.hops)


class Ways:
    """The ways of one reach, on a transaction beneath the guard. What was found backward is kept until a link changes."""

    def __init__(self, transaction: Transaction, reach: Reach) -> None:
        self._transaction, self.reach = transaction, reach
        self._known: dict[tuple[tuple[Hop, ...], str, str], frozenset[Scalar]] = {}

    def forget(self) -> None:
        """Something changed on the way."""
        self._known.clear()

    def leading(self, path: TablePath) -> tuple[str, frozenset[Scalar]] | None:
        """The column with which every way begins, and its cells that lead to what is within reach; None where the ways begin
        with several, or where what is nobody's is seen too."""
        columns = {_first(way) for way in path.ways}
        if len(columns) != 1 or path.nobodys == "everybody":
            return None
        cells = frozenset[Scalar]().union(*(self._backward(way.hops, way.column, way.ends) for way in path.ways))
        return columns.pop(), cells

    def within(self, path: TablePath, rows: Sequence[Row], why: Why) -> list[bool]:
        """Of each of some rows whether it is within reach.

        Args:
            path: of their table.
            rows: some of it, or such as are to be added.
            why: what for: of what is nobody's, some is seen by everybody, some may be added, and none is changed.
        """
        ends = [self._forward(way, {row[_first(way)] for row in rows}) for way in path.ways]
        nobodys = path.nobodys == "everybody" if why == "see" else path.adds_nobodys and why == "add"
        answers = []
        for row in rows:
            reached = [(way, end) for way, of in zip(path.ways, ends, strict=True) for end in of.get(row[_first(way)], ())]
            answers.append(any(self._has(way, end) for way, end in reached) if reached else nobodys)
        return answers

    def _has(self, way: Way, end: Scalar) -> bool:
        return self.reach.has(end) if way.ends == "institution" else self.reach.has_municipality(end)

    def _forward(self, way: Way, cells: Iterable[Scalar]) -> dict[Scalar, set[Scalar]]:
        """Where each of some cells of a way's first column ends."""
        reached: dict[Scalar, set[Scalar]] = {cell: {cell} for cell in cells if cell is not None}
        for i, hop in enumerate(way.hops):
            following = way.hops[i + 1].own_column if i + 1 < len(way.hops) else way.column
            met = sorted({cell for at in reached.values() for cell in at}, key=str)
            rows = self._transaction.find(hop.table, {hop.its_column: met}) if met else []
            step: dict[Scalar, set[Scalar]] = {}
            for row in rows:
                if row[following] is not None:
                    step.setdefault(row[hop.its_column], set()).add(row[following])
            reached = {cell: {end for one in at for end in step.get(one, ())} for cell, at in reached.items()}
        return {cell: ends for cell, ends in reached.items() if ends}

    def _backward(self, hops: tuple[Hop, ...], column: str, ends: str) -> frozenset[Scalar]:
        """The cells of the first column from which a way ends within reach."""
        if not hops:
            return frozenset((self.reach.institutions or ()) if ends == "institution" else self.reach.municipalities)
        key = hops, column, ends
        if key not in self._known:
            following = hops[1].own_column if len(hops) > 1 else column
            wanted = sorted(self._backward(hops[1:], column, ends), key=str)
            rows = self._transaction.find(hops[0].table, {following: wanted}) if wanted else []
            self._known[key] = frozenset(row[hops[0].its_column] for row in rows) - {None}
        return self._known[key]


def _first(way: Way) -> str:
    return way.hops[0].own_column if way.hops else way.column
