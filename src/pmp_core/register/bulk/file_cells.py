"""The cells of a file of claims as values: each either what its column wants, or a fault with a name."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from pmp_core.register.bulk.file_columns import CENTS, FileColumn
from pmp_core.register.bulk.file_reading import ClaimsFile
from pmp_core.rules.frames.magnitude import LARGEST_NUMBER
from pmp_core.rules.lowering import UNKNOWN_SUM

TRUE, FALSE = ("true", "1", "yes", "jā"), ("false", "0", "no", "nē")
_PERSONAL_CODE = r"(?:^|[^0-9])[0-9]{6}[\s_]{0,3}[-\u2010-\u2015\u2212.]?[\s_]{0,3}[0-9]{5}(?:[^0-9]|$)"
_UUID = r"(?i)^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
_UNSEEN = r"[\x00-\x1f\x7f\x{061c}\x{200e}\x{200f}\x{202a}-\x{202e}\x{2066}-\x{2069}]"
_LONGEST_ID = 120


@frozen
class Fault:
    """What can be wrong with a row.

    Args:
        code: stable, as an error's.
        column: the file's column that is told.
        when: the condition; an empty cell never has it.
    """

    code: str
    column: str
    when: Any


@frozen
class Cells:
    """A column as values, with what can be wrong with its cells."""

    value: Any
    faults: tuple[Fault, ...]


def cells(pl: Any, file: ClaimsFile, column: FileColumn, codes: tuple[str, ...]) -> Cells:
    """The cells of a column.

    Args:
        file: the file; it has the column.
        column: which.
        codes: that a `code` may have, or the semesters there are.
    """
    heading, dtype = file.given[column.name], file.types[column.name]
    in_cents = heading.strip().endswith(CENTS)
    text = text_of(pl, heading, dtype)
    missing = (Fault("cell-missing", column.name, text.is_null()),) if column.cell else ()
    value, faults = _value(pl, column, heading, dtype, text, codes, in_cents=in_cents)
    return Cells(value, (*missing, *faults))


def text_of(pl: Any, heading: str, dtype: Any) -> Any:
    """A cell as text, without spaces around it; none where it is empty."""
    text = pl.col(heading).cast(pl.String)
    if dtype != pl.String:
        return text
    text = text.str.strip_chars()
    return pl.when(text != "").then(text)


def _value(
    pl: Any, column: FileColumn, heading: str, dtype: Any, text: Any, codes: tuple[str, ...], *, in_cents: bool
) -> tuple[Any, tuple[Fault, ...]]:
    def fault(code: str, when: Any) -> Fault:
        return Fault(code, column.name, when)

    match column.type:
        case "id":
            personal = text.str.contains(_PERSONAL_CODE) & ~text.str.contains(_UUID)
            odd = text.str.contains(_UNSEEN) | (text.str.len_chars() > _LONGEST_ID)
            return text, (fault("id-is-personal-code", personal), fault("id-invalid", odd))
        case "code":
            return text, (fault("code-unknown", ~text.is_in(list(codes))),)
        case "semester":
            written = text.str.contains(r"^[0-9]{4}/[0-9]{2}-[12]$")
            known = text.is_in(list(codes))
            return text, (fault("semester-invalid", ~written), fault("semester-unset", ~known))
        case "day" if dtype == pl.Date:
            return pl.col(heading), ()
        case "day":
            day = text.str.to_date("%Y-%m-%d", strict=False)
            written = text.str.contains(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$") & day.is_not_null()
            return day, (fault("day-invalid", text.is_not_null() & ~written),)
        case "truth" if dtype == pl.Boolean:
            return pl.col(heading), ()
        case "truth":
            word = text.str.to_lowercase()
            value = pl.when(word.is_in(TRUE)).then(True).when(word.is_in(FALSE)).then(False)
            return value, (fault("truth-invalid", value.is_null() & text.is_not_null()),)
        case "whole":
            number = text.cast(pl.Int64, strict=False)
            written = text.str.contains(r"^-?[0-9]{1,9}$")
            return number, (fault("whole-number-invalid", ~written | (number < column.at_least) | (number > LARGEST_NUMBER)),)
        case "amount":
            whole = text.cast(pl.Int64, strict=False), text.str.contains(r"^-?[0-9]{1,15}$")
            cents, written = whole if in_cents else _cents(pl, text, dtype)
            can_be = written & (cents.abs() < UNKNOWN_SUM)
            return pl.when(can_be).then(cents), (fault("money-invalid", ~can_be), fault("claim-negative", cents < 0))
    return text, ()


def _cents(pl: Any, text: Any, dtype: Any) -> tuple[Any, Any]:
    """An amount in cents, and whether it is written as one: with at most two decimals, and no other sign than a point."""
    if dtype != pl.String:  # a decimal of more places has zeros there
        text = (
            pl.when(text.str.contains(".", literal=True))
            .then(text.str.strip_chars_end("0").str.strip_chars_end("."))
            .otherwise(text)
        )
    written = text.str.contains(r"^-?[0-9]{1,13}(?:\.[0-9]{1,2})?$")
    point = text.str.find(".", literal=True)
    places = pl.when(point.is_null()).then(0).otherwise(text.str.len_bytes().cast(pl.Int64) - point.cast(pl.Int64) - 1)
    digits = text.str.replace(".", "", literal=True).cast(pl.Int64, strict=False)
    times = pl.when(places == 0).then(100).when(places == 1).then(10).otherwise(1)
    return digits * times, written
