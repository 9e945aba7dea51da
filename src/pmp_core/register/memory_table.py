"""One table in memory: rows as tuples by key, unique sets as dictionaries, and lookups that are made when first needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import product
from math import prod
from operator import itemgetter

from pmp_core.register.rows_check import Condition, TableCheck, Values
from pmp_core.register.schema import Row, Scalar, Table

Columns = tuple[str, ...]


class MemoryTable:
    """The rows of one table. `put` is the only way in, so that every index follows.

    Args:
        table: its description.
        before: the same table with fewer columns, whose rows it takes; the columns that are new are empty in them.
    """

    def __init__(self, table: Table, before: MemoryTable | None = None) -> None:
        self.table = table
        self.check = TableCheck(table)
        self.rows: dict[Values, Values] = {}
        self.position = {name: position for position, name in enumerate(table.names)}
        self.key_of = self.picker(table.key)
        self._unique: dict[Columns, dict[Values, Values]] = {columns: {} for columns in table.unique}
        self._lookups: dict[Columns, dict[Values, set[Values]]] = {}
        self._pickers = {columns: self.picker(columns) for columns in table.unique}
        whole = [*table.unique, *sorted((*table.indexes, *(r.columns for r in table.references)), key=len, reverse=True)]
        leading = [columns[:1] for columns in (table.key, *whole)]
        # What a query can use, best first, without repeats.
        self._groups: tuple[Columns, ...] = tuple(dict.fromkeys([table.key, *whole, *leading]))
        if before is not None:
            for key, values in before.rows.items():
                cells = before.row(values)
                self.put(key, tuple([cells.get(name) for name in table.names]))

    def picker(self, columns: Columns) -> Callable[[Values], Values]:
        """A function that takes the cells of these columns out of a row."""
        positions = [self.position[name] for name in columns]
        if len(positions) == 1:
            only = positions[0]
            return lambda values: (values[only],)
        return itemgetter(*positions)

    def row(self, values: Values) -> Row:
        """A row as it is handed out: a dictionary of its own."""
        return dict(zip(self.table.names, values, strict=True))

    def clash(self, key: Values, values: Values) -> Columns | None:
        """The unique set whose values another row has already."""
        for columns, taken in self._unique.items():
            picked = self._pickers[columns](values)
            if None not in picked and taken.get(picked, key) != key:
                return columns
        return None

    def put(self, key: Values, new: Values | None) -> Values | None:
        """Store the row under its key, or remove what is there; returns what was there."""
        old = self.rows.pop(key, None) if new is None else self.rows.get(key)
        if new is not None:
            self.rows[key] = new
        for columns, taken in self._unique.items():
            pick = self._pickers[columns]
            if old is not None:
                taken.pop(pick(old), None)
            if new is not None and None not in (picked := pick(new)):
                taken[picked] = key
        for columns, lookup in self._lookups.items():
            pick = self._pickers[columns]
            if old is not None:
                keys = lookup[pick(old)]
                keys.discard(key)
                if not keys:
                    del lookup[pick(old)]
            if new is not None:
                lookup.setdefault(pick(new), set()).add(key)
        return old

    def keys_with(self, columns: Columns, cells: Values) -> Iterable[Values]:
        """The keys of the rows that have these cells, by a lookup that is made at the first question."""
        if columns in self._unique and None not in cells:
            key = self._unique[columns].get(cells)
            return () if key is None else (key,)
        lookup = self._lookups.get(columns)
        if lookup is None:
            pick = self._pickers.setdefault(columns, self.picker(columns))
            lookup = {}
            for key, values in self.rows.items():
                lookup.setdefault(pick(values), set()).add(key)
            self._lookups[columns] = lookup
        return lookup.get(cells, ())

    def select(self, conditions: tuple[Condition, ...]) -> list[Values]:
        """The rows that meet all conditions, in no order."""
        tests = [(self.position[condition.column], frozenset(condition.options)) for condition in conditions]
        return [values for values in self._candidates(conditions) if all(values[at] in options for at, options in tests)]

    def sort(self, rows: list[Values], order: tuple[tuple[str, bool], ...]) -> None:
        """Sort in place: by key, then (sorts keep ties as they are) by each column from the least important one."""
        rows.sort(key=self.key_of)
        for name, down in reversed(order):
            rows.sort(key=_empty_first(self.position[name]), reverse=down)

    def _candidates(self, conditions: tuple[Condition, ...]) -> Iterable[Values]:
        options = {condition.column: condition.options for condition in conditions}
        for columns in self._groups:
            if options.keys() >= set(columns):
                asked = [options[name] for name in columns]
                if prod(map(len, asked)) <= len(self.rows):
                    return self._looked_up(columns, product(*asked))
        return self.rows.values()

    def _looked_up(self, columns: Columns, asked: Iterable[Values]) -> Iterator[Values]:
        for cells in asked:
            for key in (cells,) if columns == self.table.key else self.keys_with(columns, cells):
                if key in self.rows:
                    yield self.rows[key]


def _empty_first(position: int) -> Callable[[Values], tuple[bool, Scalar]]:
    return lambda values: (values[position] is not None, values[position])
