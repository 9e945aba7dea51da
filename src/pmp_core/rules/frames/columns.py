"""What a rule wants as columns of a data frame, and a small frame that shows it."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

import narwhals as nw
from attrs import frozen

from pmp_core.errors import FactError
from pmp_core.rules.frames.magnitude import reckoned_with
from pmp_core.rules.rule import Fact, FactType, Rule
from pmp_core.values import Text

Role = Literal["fact", "group", "order"]
OUTPUTS = ("outcome", "amount_cents", "reasons")
_GROUP = Text("kam kopā skaita agrāk izlietoto", "whose earlier claims count together")
_ORDER = Text("kādā secībā pieteikumi nāk", "in which order the claims come")


@frozen
class Column:
    """A column that a rule wants.

    Args:
        name: its name in the frame.
        role: a `fact`; or a column of the running sum, by which claims are put together (`group`) or in order (`order`).
        type: `integer`, `boolean`, `code` (text), `day`, `cents` (whole euro cents); `key`: whole numbers, text or days.
        unit: what the number counts.
        meaning: what it is, in both languages.
        required: whether no cell may be empty; elsewhere an empty cell is a fact that is not known.
        choices: the codes that it may have; none where it may have any.
        absent: what an empty cell means, if it means anything.
        at_least: for a whole number, the smallest that can be.
        reckoned: whether the rule calculates with it, and not only compares it: then it must not be too large.
    """

    name: str
    role: Role
    type: FactType | Literal["key"]
    unit: str
    meaning: Text
    required: bool
    choices: tuple[str, ...] = ()
    absent: Any = None
    at_least: int | None = None
    reckoned: bool = False


def columns(rule: Rule) -> tuple[Column, ...]:
    """The columns a bound rule wants: its facts, and what its running sum goes by."""
    reckoned = reckoned_with(rule)
    facts = [
        Column(
            fact.name,
            "fact",
            fact.type,
            fact.unit,
            fact.meaning,
            fact.required,
            _codes(fact),
            fact.absent,
            fact.at_least,
            fact.name in reckoned,
        )
        for fact in rule.facts
    ]
    names = {fact.name for fact in rule.facts}
    keys: list[tuple[Role, str, Text]] = [("group", name, _GROUP) for name in rule.by]
    keys += [("order", name, _ORDER) for name in rule.order]
    return (*facts, *(Column(name, role, "key", "", meaning, True) for role, name, meaning in keys if name not in names))


def _codes(fact: Fact) -> tuple[str, ...]:
    return fact.choices if isinstance(fact.choices, tuple) else ()


def example_frame(rule: Rule, day: date, backend: Literal["polars", "pandas", "pyarrow"]) -> Any:
    """Two rows as a bound rule wants them: one complete, one in which everything that may be missing is.

    Args:
        rule: bound.
        day: the day that stands wherever a day is wanted.
        backend: `polars`, `pandas` or `pyarrow`.

    Raises:
        FactError: `backend-unknown`; `backend-missing`, where the library is not installed.
    """
    if backend not in ("polars", "pandas", "pyarrow"):
        raise FactError(
            "backend-unknown", "There is no such kind of frame.", found=backend, remedy="Use polars, pandas or pyarrow."
        )
    wanted = columns(rule)
    data = {}
    for column in wanted:
        value = _example(column, day)
        data[column.name] = [value, f"{column.name}-2" if column.type == "key" else value if column.required else None]
    of_pandas = backend == "pandas"
    try:
        frame = nw.from_dict(data, None if of_pandas else {c.name: _DTYPES[c.type] for c in wanted}, backend=backend)
    except ModuleNotFoundError:
        raise FactError(
            "backend-missing", f"{backend} is not installed.", remedy=f"Install it: `pip install {backend}`, or name another."
        ) from None
    # NumPy's integers and truths hold no empty cell; pandas has types of its own that do.
    return frame.to_native().astype({c.name: _OF_PANDAS[c.type] for c in wanted}) if of_pandas else frame.to_native()


_DTYPES: dict[str, Any] = {
    "integer": nw.Int64(),
    "cents": nw.Int64(),
    "boolean": nw.Boolean(),
    "code": nw.String(),
    "day": nw.Date(),
    "key": nw.String(),
}
_OF_PANDAS = {
    "integer": "Int64",
    "cents": "Int64",
    "boolean": "boolean",
    "code": "string",
    "day": "datetime64[s]",
    "key": "string",
}


def _example(column: Column, day: date) -> Any:
    match column.type:
        case "code":
            return column.choices[0] if column.choices else "code"
        case "key":
            return f"{column.name}-1"
        case "day":
            return day
    return {"integer": max(1, column.at_least or 1), "boolean": True, "cents": 10000}[column.type]
