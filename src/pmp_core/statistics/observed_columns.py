"""Columns that people hand over to look at: of any kind of frame, checked cell by cell, with the row where one cannot be."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any

import narwhals as nw

from pmp_core.errors import FactError, InvalidValue, Place
from pmp_core.values import Semester

KEYS = ("learner_id", "semester")
_NUMBER = re.compile(r"[-+]?[0-9][0-9./,-]{0,8}")  # shorter than a personal code


def columns_of(frame: Any, needed: Sequence[str]) -> dict[str, list[Any]]:
    """The needed columns, those that identify, and those of the most that a measure may be.

    Args:
        frame: whatever narwhals reads, eager or lazy, or a dictionary of columns.
        needed: the names of those it has to have.

    Raises:
        FactError: `frame-unreadable`, `columns-wrong`.
    """
    if isinstance(frame, Mapping):
        return _needed({str(name): list(cells) for name, cells in frame.items()}, needed)
    try:
        read = nw.from_native(frame)
    except TypeError:
        raise FactError(
            "frame-unreadable",
            "This is no data frame.",
            found=type(frame).__name__,
            remedy="Hand in one of Polars, pandas or PyArrow, or the name of an outcome.",
        ) from None
    eager = read.collect() if isinstance(read, nw.LazyFrame) else read
    return _needed({name: eager[name].to_list() for name in eager.columns if name in _read(needed)}, needed)


def _read(needed: Sequence[str]) -> set[str]:
    return {*needed, *KEYS, *(f"{name}_at_most" for name in needed)}


def _needed(columns: dict[str, list[Any]], needed: Sequence[str]) -> dict[str, list[Any]]:
    lacking = [name for name in needed if name not in columns]
    if lacking:
        raise FactError(
            "columns-wrong",
            f"There is no column {', '.join(map(repr, lacking))}.",
            remedy="Name the columns so, or say how they are named.",
        )
    if len({len(cells) for cells in columns.values()}) > 1:
        raise FactError("columns-wrong", "The columns are not equally long.", remedy="Hand in a cell for each row.")
    return columns


def check_once(keys: Sequence[Any]) -> None:
    """Whether every learner and semester stands there once.

    Raises:
        InvalidValue: `observation-twice`, with the row.
    """
    seen = set()
    for row, key in enumerate(keys, 1):
        if key in seen:
            raise InvalidValue(
                "observation-twice",
                "A learner stands in the frame twice for one semester.",
                place=Place(row=row),
                remedy="Keep one row for each learner and semester.",
            )
        seen.add(key)


def _is_empty(value: Any) -> bool:
    # The empty cell of pandas cannot be compared at all, and NaN is not equal to itself.
    return value is None or type(value).__name__ == "NAType" or value != value


def _is_truth(value: Any) -> bool:
    # NumPy's truth is no bool: a dictionary of its arrays has such cells.
    return type(value).__name__ in ("bool", "bool_")


def _is_number(value: Any) -> bool:
    return isinstance(value, Real)  # NumPy registers its own


def shown(value: Any) -> str | None:
    """A wrong cell as an error may repeat it: a short number, and nothing else. Of a wrong column it may be a name.

    >>> shown("2"), shown("2022/23-3"), shown("Anna"), shown("010203-12345"), shown(None)
    ('2', '2022/23-3', None, None, None)
    """
    text = str(value).strip()
    return text if _NUMBER.fullmatch(text) else None


def semester_of(value: Any, row: int) -> Semester:
    """A cell of the semesters.

    Raises:
        InvalidValue: `semester-invalid`, with the row.
    """
    try:
        return Semester(str(value))
    except InvalidValue as error:
        raise InvalidValue(
            error.code,
            "This is no semester.",
            place=Place(row=row, column="semester"),
            found=shown(value),
            remedy="Write it as 2022/23-1, in every row.",
        ) from None


def whole_number(value: Any, column: str, row: int) -> int | None:
    """A cell of a measure; None where it is empty.

    Raises:
        InvalidValue: `measure-invalid`.
    """
    if _is_empty(value):
        return None
    if _is_truth(value) or not _is_number(value) or value % 1:
        raise InvalidValue(
            "measure-invalid",
            "A measure is a whole number, or empty.",
            place=Place(row=row, column=column),
            found=shown(value),
            remedy="Correct the cell, or name another column.",
        )
    return int(value)


def truth(value: Any, column: str, row: int) -> bool | None:
    """A cell of an outcome; None where it is empty.

    Raises:
        InvalidValue: `outcome-invalid`.
    """
    if _is_empty(value):
        return None
    if not (_is_truth(value) or _is_number(value)) or value not in (0, 1):
        raise InvalidValue(
            "outcome-invalid",
            "An outcome is true, false or empty.",
            place=Place(row=row, column=column),
            found=shown(value),
            remedy="Write true or false, or 1 or 0; leave it empty where it is not known.",
        )
    return bool(value)
