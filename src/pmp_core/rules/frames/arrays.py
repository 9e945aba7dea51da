"""pandas: a rule on the NumPy arrays that lie beneath its columns, taken out once. NumPy is there wherever pandas is."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from functools import reduce
from typing import Any

import narwhals as nw

from pmp_core.rules.expression import Expression
from pmp_core.rules.frames.array_prior import Lie, prior_of, strictly
from pmp_core.rules.frames.array_steps import Array, ArraySteps, plain
from pmp_core.rules.frames.columns import Column
from pmp_core.rules.frames.looking import Fault, Seen, bounds_of
from pmp_core.rules.frames.preparing import Prepared
from pmp_core.rules.frames.target import Keys
from pmp_core.rules.lowering import first_bits
from pmp_core.rules.result import OUTCOMES
from pmp_core.rules.rule import Rule

_OF_A_DAY = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}


class ArrayTarget:
    """A frame of pandas."""

    def __init__(self, ready: Prepared, given: Any) -> None:
        import numpy as np

        self.np, self.ready, self.given = np, ready, given
        self.native: Any = ready.frame.to_native()
        self.schema = ready.frame.collect_schema()
        self.columns = {column.name: column for column in ready.columns}
        self.arrays = {column.name: self._taken_out(column) for column in ready.columns}
        self.reckoned = ArraySteps(np, len(self.native), self.arrays)

    def _taken_out(self, column: Column) -> Array:
        """A column's array, by what pandas holds it as."""
        np, held = self.np, self.ready.named[column.name]
        series, dtype = self.native[held], self.schema[held]
        missing = None
        if getattr(series.dtype, "kind", "O") not in "iub" or not isinstance(series.dtype, np.dtype):
            missing = series.isna().to_numpy()
            missing = missing if missing.any() else None
        if column.type == "code" or dtype == nw.String:
            numbers, texts = series.factorize(sort=column.type == "key")
            return Array(numbers, missing, {text: number for number, text in enumerate(texts)})
        if dtype == nw.Date:
            return Array(series.astype("int32[pyarrow]").to_numpy(dtype="int64", na_value=0), missing)
        if isinstance(dtype, nw.Datetime):
            moments = series.to_numpy(dtype=f"datetime64[{dtype.time_unit}]").view(np.int64)
            if column.type == "key":
                return Array(moments, missing)
            of_a_day = _OF_A_DAY[dtype.time_unit]
            days = moments // of_a_day
            odd = days * of_a_day != moments
            return Array(days, missing, odd=odd if odd.any() else None)
        if dtype.is_float():
            with np.errstate(invalid="ignore"):
                given = series.to_numpy(dtype="float64", na_value=np.nan)
                values = (given if missing is None else np.where(missing, 0, given)).astype(np.int64)
                odd = values != given if missing is None else (values != given) & ~missing
            return Array(values, missing, odd=odd if odd.any() else None)
        kind, empty = ("bool", False) if column.type == "boolean" else ("uint64" if dtype == nw.UInt64 else "int64", 0)
        return Array(series.to_numpy(dtype=kind) if missing is None else series.to_numpy(dtype=kind, na_value=empty), missing)

    def look(self, keys: Keys | None) -> Seen:
        """One look over the columns."""
        empty = frozenset(name for name, array in self.arrays.items() if array.missing is not None)
        bounds = {column.name: self._bounds(column) for column in self.ready.columns if bounds_of(column)}
        wrong = frozenset(
            column.name
            for column in self.ready.columns
            if (where := self._fault(column, "wrong")) is not None and bool(where.any())
        )
        in_order = keys is not None and not empty & {*keys.all} and strictly(self.np, self._keys(keys))
        return Seen(len(self.native), empty, bounds, wrong, in_order)

    def _bounds(self, column: Column) -> tuple[int, int] | None:
        array = self.arrays[column.name]
        there = array.values if array.missing is None else array.values[~array.missing]
        return (int(there.min()), int(there.max())) if len(there) else None

    def _fault(self, column: Column, what: Fault) -> Any:
        """Where a column has a fault; None where it cannot have it."""
        array, within = self.arrays[column.name], bounds_of(column)
        there = True if array.missing is None else ~array.missing
        if what == "empty":
            return array.missing
        if what == "out-of-bounds" and within:
            return ((array.values < within[0]) | (array.values > within[1])) & there
        if array.odd is not None:
            return array.odd & there
        if column.choices and array.codes is not None:
            return ~self.reckoned.is_in(array, column.choices) & there
        return None

    def first(self, column: Column, what: Fault) -> tuple[int | None, Any]:
        """Position and value of the first cell of a column that has a fault."""
        position = int(self._fault(column, what).argmax())
        if what == "out-of-bounds":  # a whole number, also where pandas holds it as a float
            return position, int(self.arrays[column.name].values[position])
        cell = self.native[self.ready.named[column.name]].iloc[position]
        return position, cell.item() if hasattr(cell, "item") else cell

    def _keys(self, keys: Keys) -> list[Any]:
        named = {self.ready.named[name]: name for name in self.columns}
        return [self.arrays[named[key]].values for key in keys.all]

    def surely_within(self, keys: Keys, rows: int, *, in_order: bool) -> bool:
        """Whether no group has more rows than that: in order, a larger one would have two of its rows so far apart."""
        by = self._keys(keys)[: len(keys.by)]
        return in_order and bool(reduce(operator.or_, [key[rows:] != key[:-rows] for key in by]).all())

    def largest_group(self, keys: Keys, column: str) -> tuple[int, int]:
        """Within the groups: the largest sum of a column, and the most rows."""
        groups = self.native.groupby(list(keys.by), sort=False)[column].agg(["sum", "size"])
        return int(groups["sum"].max()), int(groups["size"].max())

    def begin(self, nullable: frozenset[str]) -> None:
        """Get ready for the steps: what a missing value means is put in its place."""
        for name in nullable:
            array, absent = self.arrays[name], self.columns[name].absent
            if absent is not None:
                self.arrays[name] = self._filled(array, absent)

    def _filled(self, array: Array, absent: Any) -> Array:
        codes = array.codes
        if codes is not None:
            codes = {**codes, absent: codes.get(absent, len(codes))}
            absent = codes[absent]
        return Array(self.np.where(array.missing, plain(absent), array.values), None, codes)

    def add(self, steps: Mapping[str, Expression]) -> None:
        """Take in steps."""
        for name, e in steps.items():
            self.reckoned.steps[name] = self.reckoned.value(e)

    def add_prior(self, keys: Keys, *, in_order: bool, with_refused: bool) -> None:
        """Take in what the earlier claims of each group used."""
        counted = self.np.broadcast_to(self.reckoned.steps["counted"], len(self.native))
        refused = self.np.broadcast_to(self.reckoned.steps["refused"], len(self.native)) if with_refused else None
        self.reckoned.steps["prior"] = prior_of(self.np, keys, Lie(self._keys(keys), in_order), counted, refused)

    def answer(self, rule: Rule, *, keep_order: bool) -> Any:
        """The caller's columns with outcome, amount and reasons; rows and their index as they were."""
        np, pandas, rows = self.np, self.ready.frame.implementation.to_native_namespace(), len(self.native)
        reasons = np.broadcast_to(np.asarray(self.reckoned.steps["reasons"]), rows)
        failed, missing = first_bits(rule)
        number = (reasons >= 1).astype(np.int8) + (reasons >= failed).astype(np.int8) + (reasons >= missing).astype(np.int8)
        amount = np.broadcast_to(np.asarray(self.reckoned.steps["amount"], dtype=np.int64), rows)
        unknown = reasons >= missing if rule.asked else np.ones(rows, dtype=bool)
        decided = self.given.copy(deep=False)
        decided["outcome"] = pandas.Categorical.from_codes(number, categories=list(OUTCOMES))
        decided["amount_cents"] = pandas.arrays.IntegerArray(np.where(unknown, 0, amount), unknown)
        decided["reasons"] = reasons.astype(np.int64)
        return decided
