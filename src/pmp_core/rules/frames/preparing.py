"""The columns of a frame against what a rule wants: named before anything runs, and brought to one type each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import narwhals as nw
from attrs import frozen

from pmp_core.errors import FactError, nearest
from pmp_core.rules.frames.columns import OUTPUTS, Column, columns
from pmp_core.rules.rule import Rule

# Our own columns beside the caller's, taken away again at the end: steps, facts in another type, and what else is needed.
# No two of them can have one name, whatever facts and steps are called.
RESERVED = "__pmp"
PREFIX, OF_FACT, OF_OURS = f"{RESERVED} ", f"{RESERVED}=", f"{RESERVED}:"
Frame = nw.DataFrame[Any] | nw.LazyFrame[Any]


@frozen
class Prepared:
    """A frame with every column that the rule wants in one of few types.

    Args:
        frame: the caller's columns, and ours where a type had to be changed.
        columns: what the rule wants.
        named: the column of the frame that holds each of them.
        moments: those that the caller handed in as moments, of which only midnight is a day.
    """

    frame: Frame
    columns: tuple[Column, ...]
    named: Mapping[str, str]
    moments: tuple[str, ...]


def prepared(rule: Rule, native: Any) -> Prepared:
    """The frame, its columns checked by name and type.

    Args:
        rule: bound.
        native: a data frame, lazy frame or relation of any library that Narwhals knows.

    Raises:
        FactError: `frame-unreadable`; `columns-wrong`, naming every column that is missing, of another type or in the way.
    """
    frame = _opened(native)
    wanted = columns(rule)
    schema = frame.collect_schema()
    missing = [column for column in wanted if column.name not in schema]
    in_sql = isinstance(frame, nw.LazyFrame) and not frame.implementation.is_polars()  # there large and small letters are one
    taken = [name for name in schema if (spelt := name.lower() if in_sql else str(name)) in OUTPUTS or spelt.startswith(RESERVED)]
    frame, schema = _of_pandas(frame, schema, wanted)
    moments = tuple(c.name for c in wanted if c.type == "day" and _plain_moment(schema.get(c.name)))
    conversions: dict[str, nw.Expr] = {}
    wrong = []
    for column in wanted:
        if column.name not in schema:
            continue
        try:
            converted = _conversion(column, schema[column.name], frame)
        except TypeError:
            wrong.append(column)
            continue
        if converted is not None:
            conversions[column.name] = converted
    if missing or wrong or taken:
        raise _columns_wrong(rule, list(schema), missing, [(c, schema[c.name]) for c in wrong], taken)
    named = {column.name: OF_FACT + column.name if column.name in conversions else column.name for column in wanted}
    if conversions:
        try:
            frame = frame.with_columns(**{OF_FACT + name: expression for name, expression in conversions.items()})
        except NotImplementedError as error:  # an older PyArrow cannot make text of a view of text
            raise _unreadable(native, error) from None
    return Prepared(frame, wanted, named, moments)


def _opened(native: Any) -> Frame:
    try:
        frame: Frame = nw.from_native(native)
        frame.collect_schema()
    except (TypeError, nw.exceptions.NarwhalsError) as error:
        raise _unreadable(native, error) from None
    if frame.implementation not in _KNOWN:
        raise _unreadable(native, "no rule was ever decided on one of its kind")
    return frame


_KNOWN = (*(nw.Implementation[name] for name in ("POLARS", "PANDAS", "PYARROW", "DUCKDB", "PYSPARK", "PYSPARK_CONNECT")),)


def _unreadable(native: Any, why: object) -> FactError:
    return FactError(
        "frame-unreadable",
        f"This is no data frame that a rule can be decided on: {why}",
        found=type(native).__name__,
        remedy="Hand in a frame of Polars, pandas, PyArrow, DuckDB or PySpark, each column with a name of its own.",
    )


def _conversion(column: Column, dtype: Any, frame: Frame) -> nw.Expr | None:
    """What brings a column to the type that the rule reckons with; None where it is of it already."""
    own = nw.col(column.name)
    empty = dtype == nw.Unknown and frame.implementation.is_polars()  # a column of nothing but nulls
    match column.type:
        case "integer" | "cents" if dtype == nw.Int64:
            return None
        case "integer" | "cents" if (dtype.is_integer() and dtype not in _WIDE) or empty:
            return own.cast(nw.Int64)
        case "integer" if dtype.is_float() and _has_gaps_of_numpy(frame, column.name):
            return None  # that they are whole is looked at
        case "boolean" if dtype == nw.Boolean:
            return None
        case "boolean" if empty:
            return own.cast(nw.Boolean)
        case "code" | "key" if dtype == nw.String:
            return own.cast(nw.String) if _is_view(frame, column.name) else None
        case "code" | "key" if _is_text_by_number(frame, column.name, dtype) or (empty and column.type == "code"):
            return own.cast(nw.String)
        case "key" if (dtype.is_integer() and dtype not in _WIDE[1:]) or dtype == nw.Date or _plain_moment(dtype):
            return None
        case "day" if dtype == nw.Date or (_plain_moment(dtype) and frame.implementation.is_pandas()):
            return None
        case "day" if _plain_moment(dtype) or empty:
            return own.cast(nw.Date)
    raise TypeError


# Numbers that do not fit into 64 bits with a sign.
_WIDE = (nw.UInt64, nw.Int128, nw.UInt128)


def _is_view(frame: Frame, name: str) -> bool:
    """Whether PyArrow holds a text as a view, for which it has few functions."""
    return frame.implementation.is_pyarrow() and "view" in str(frame.to_native().schema.field(name).type)


def _is_text_by_number(frame: Frame, name: str, dtype: Any) -> bool:
    """Whether a column has categories, and these are text."""
    if dtype not in (nw.Categorical, nw.Enum):
        return False
    native = frame.to_native()
    if frame.implementation.is_pandas():
        dtype = native[name].dtype
        of = getattr(dtype, "categories", None)
        return all(isinstance(category, str) for category in of) if of is not None else "string" in str(dtype)
    return not frame.implementation.is_pyarrow() or "string" in str(native.schema.field(name).type.value_type)


def _has_gaps_of_numpy(frame: Frame, name: str) -> bool:
    """Whether they are what NumPy makes of whole numbers with gaps. Floats without a gap may well be euro."""
    if not frame.implementation.is_pandas():
        return False
    series = frame.to_native()[name]
    return type(series.dtype).__module__.startswith("numpy") and bool(series.isna().any())


def _plain_moment(dtype: Any) -> bool:
    return isinstance(dtype, nw.Datetime) and dtype.time_zone is None


# pandas before its own nullable types: truths and days with gaps are objects.
_OF_PANDAS: Mapping[str, tuple[str, Callable[[str], bool]]] = {
    "integer": ("Int64", lambda name: name.startswith(("int", "uint"))),
    "cents": ("Int64", lambda name: name.startswith(("int", "uint"))),
    "boolean": ("boolean", lambda name: name in ("bool", "bool_")),
    "day": ("datetime64[s]", lambda name: name == "date"),
    "code": ("string", lambda name: name.startswith("str")),
}


def _of_pandas(frame: Frame, schema: nw.Schema, wanted: tuple[Column, ...]) -> tuple[Frame, nw.Schema]:
    """The frame with columns that pandas holds as objects in the type that the rule wants, where each cell is of it."""
    if not frame.implementation.is_pandas():
        return frame, schema
    native, changed = frame.to_native(), {}
    for column in wanted:
        dtype = schema.get(column.name)
        if dtype is None or column.type == "key" or dtype.is_numeric() or _fits(column, dtype, frame):
            continue
        series, (to, is_member) = native[column.name], _OF_PANDAS[column.type]
        cells = series.dropna()
        if all(is_member(name) for name in {type(cell).__name__ for cell in cells}):
            with suppress(OverflowError):  # a whole number of more than 64 bits
                changed[column.name] = series.astype(to)
    if not changed:
        return frame, schema
    frame = nw.from_native(native.assign(**changed))
    return frame, frame.collect_schema()


def _fits(column: Column, dtype: Any, frame: Frame) -> bool:
    try:
        _conversion(column, dtype, frame)
    except TypeError:
        return False
    return True


_REMEDIES = {
    "integer": "whole numbers",
    "cents": "whole euro cents as integers, never floats",
    "boolean": "truths",
    "code": "text",
    "day": "days (a date, or datetime64 at midnight without a time zone)",
    "key": "whole numbers, text or days",
}


def _columns_wrong(
    rule: Rule, there: list[str], missing: list[Column], wrong: list[tuple[Column, Any]], taken: list[str]
) -> FactError:
    said = [f"missing: {', '.join(_missing(column, there) for column in missing)}"] if missing else []
    said += (
        [f"of another type: {', '.join(f'{c.name} ({dtype}; wanted: {_REMEDIES[c.type]})' for c, dtype in wrong)}"]
        if wrong
        else []
    )
    said += [f"in the way of what is added: {', '.join(taken)}"] if taken else []
    return FactError(
        "columns-wrong",
        f"The columns do not fit the rule {rule.name!r}. {'; '.join(said)[0].upper()}{'; '.join(said)[1:]}.",
        remedy="`rule.columns()` tells what each column means, and `rule.example_frame()` shows them. Nothing was decided.",
    )


def _missing(column: Column, there: list[str]) -> str:
    near = nearest(column.name, map(str, there), most=1, cutoff=0.75)
    return f"{column.name} ({column.type}{f'; is it {near[0]!r}?' if near else ''})"
