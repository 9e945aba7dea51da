"""What a look over a frame finds, and how it is asked of frames that have expressions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Literal

from attrs import frozen

from pmp_core.rules.frames.columns import Column
from pmp_core.rules.frames.magnitude import LARGEST_NUMBER
from pmp_core.rules.frames.preparing import Prepared
from pmp_core.rules.lowering import UNKNOWN_SUM

Fault = Literal["empty", "out-of-bounds", "wrong"]


@frozen
class Seen:
    """What one look over a frame found.

    Args:
        rows: how many there are.
        empty: the columns with an empty cell.
        bounds: the smallest and the largest number of a column; None where all its cells are empty.
        wrong: the columns with a day that is no midnight, or with a code that is not known.
        in_order: whether the rows surely lie strictly in the order of the running sum.
    """

    rows: int
    empty: frozenset[str]
    bounds: Mapping[str, tuple[int, int] | None]
    wrong: frozenset[str]
    in_order: bool


def bounds_of(column: Column) -> tuple[int, int] | None:
    """The smallest and the largest number that a cell can hold; None for what is no number."""
    if column.type == "cents":
        return 0, UNKNOWN_SUM - 1
    if column.type != "integer" or (column.at_least is None and not column.reckoned):
        return None
    return (-LARGEST_NUMBER if column.at_least is None else column.at_least), LARGEST_NUMBER


def aggregates(api: Any, ready: Prepared) -> list[Any]:
    """The look as aggregates, each under a name of its own."""
    found = [api.len().alias("rows")]
    for column in ready.columns:
        own = api.col(ready.named[column.name])
        found.append(own.null_count().alias(f"empty {column.name}"))
        if bounds_of(column):
            found += [own.min().alias(f"low {column.name}"), own.max().alias(f"high {column.name}")]
        wrong = fault(api, ready, column, "wrong")
        found += [] if wrong is None else [wrong.any().alias(f"wrong {column.name}")]
    return found


def seen(ready: Prepared, found: Mapping[str, Any], *, in_order: bool) -> Seen:
    """What these aggregates say."""
    bounds = {
        column.name: None if found[f"low {column.name}"] is None else (found[f"low {column.name}"], found[f"high {column.name}"])
        for column in ready.columns
        if bounds_of(column)
    }
    empty = frozenset(column.name for column in ready.columns if found[f"empty {column.name}"])
    wrong = frozenset(column.name for column in ready.columns if found.get(f"wrong {column.name}"))
    return Seen(found["rows"], empty, bounds, wrong, in_order)


def fault(api: Any, ready: Prepared, column: Column, what: Fault) -> Any:
    """The condition of a fault in a cell; None where there can be none. An empty cell is neither out of bounds nor wrong."""
    given = api.col(held(ready, column))
    within = bounds_of(column)
    if what == "empty":
        return given.is_null()
    if what == "out-of-bounds" and within:
        return (given < within[0]) | (given > within[1])
    if column.name in ready.moments:
        return (given != given.dt.truncate("1d")) & ~given.is_null()
    return ~given.is_in(list(column.choices)) & ~given.is_null() if column.choices else None


def held(ready: Prepared, column: Column) -> str:
    """Where a column lies as the caller's cells are told of: a moment as it was handed in."""
    return column.name if column.name in ready.moments else ready.named[column.name]


def relied_on(ready: Prepared, empty: Collection[str]) -> list[str]:
    """The columns of facts in which the look found no empty cell, so that the steps do not mind one.

    A lazy frame may have changed since: a row with an empty cell then gets no answer, rather than a wrong one.
    """
    return [ready.named[column.name] for column in ready.columns if column.role == "fact" and column.name not in empty]
