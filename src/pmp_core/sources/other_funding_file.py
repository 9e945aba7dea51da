"""A CSV file of other funding: many rows at once, each kept or told why not."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from attrs import frozen
from pydantic import ValidationError

from pmp_core.compensation import OtherFunding
from pmp_core.compensation.other_funding import PAYERS
from pmp_core.errors import InvalidValue, Place, PmpError, ProgrammeError
from pmp_core.loading import Programme
from pmp_core.register.collection import UnitOfWork
from pmp_core.register.other_funding import add_funding

# The headings; those with what a row cannot do without come first.
NEEDED = ("payer", "kind", "first_day", "covers")
COLUMNS = (
    *NEEDED, "last_day", "learner_id", "institution_id", "municipality_id", "track", "lowest_level", "highest_level", "per_day",
    "school_days", "reference",
)  # fmt: skip
_TRUTH = {"true": True, "false": False, "1": True, "0": False, "": False}


@frozen
class FundingRead:
    """What became of a file.

    Args:
        kept: what was kept, or was there already, in the order of the rows.
        problems: what is wrong with the others, with file, row and column.
    """

    kept: tuple[OtherFunding, ...]
    problems: tuple[PmpError, ...]


def read_funding(work: UnitOfWork, programme: Programme, file: Path | str, *, new_id: Callable[[str], str]) -> FundingRead:
    """Keep the other funding of a CSV file, in UTF-8, with commas or semicolons. A row that cannot be kept hides no other.

    Args:
        file: its first row has headings: `payer`, `kind`, `first_day`, `covers`, and any other of `COLUMNS`. `per_day` is in
            euros with at most three decimals, such as 1.075; `school_days` is true or false. An empty cell is not said.
        new_id: makes an id from a prefix.

    Raises:
        InvalidValue: `file-missing`; `csv-invalid`: the file as a whole cannot be read.
    """
    path, kept, problems = Path(file), [], list[PmpError]()
    for row, cells in _rows(path):
        try:
            _check_codes(programme, cells)
            kept.append(add_funding(work, programme, OtherFunding.model_validate({"id": new_id("F"), **_fields(cells)})))
        except ValidationError as error:
            problems += [_of_field(one, path, row) for one in error.errors(include_url=False, include_input=False)]
        except PmpError as error:
            column = error.place.column or next(
                (name for name in COLUMNS if cells.get(name) and cells[name] == error.found), None
            )
            problems.append(_told(error, path, row, column))
    return FundingRead(tuple(kept), tuple(problems))


def thousandths(text: str) -> int:
    """An amount in euros, with at most three decimals, in thousandths.

    Raises:
        InvalidValue: `per-day-invalid`.

    >>> thousandths("1.075"), thousandths("2")
    (1075, 2000)
    """
    try:
        amount = Decimal(text.replace(",", "."))
        whole = amount.scaleb(3)
        if not amount.is_finite() or whole != whole.to_integral_value() or not 0 < whole <= 10**9:
            raise InvalidOperation
    except InvalidOperation:
        raise InvalidValue(
            "per-day-invalid",
            "This is no amount for a day.",
            found=text,
            remedy="Write euros, more than 0, with at most three decimals, such as 1.075.",
        ) from None
    return int(whole)


def _check_codes(programme: Programme, cells: dict[str, str]) -> None:
    for column, catalogue in (("payer", PAYERS), ("kind", "measure-kinds")):
        try:
            if cells[column]:
                programme.pack.term(catalogue, cells[column])
        except ProgrammeError as error:
            at = Place(column=column)
            raise ProgrammeError(error.code, error.message, place=at, found=cells[column], remedy=error.remedy) from None


def _fields(cells: dict[str, str]) -> dict[str, Any]:
    """The fields of a row, as the entity takes them."""
    said: dict[str, Any] = {name: cell for name, cell in cells.items() if cell and name not in ("per_day", "school_days")}
    for name in ("lowest_level", "highest_level"):
        if said.get(name, "").isdecimal():
            said[name] = int(said[name])
    if cells.get("per_day"):
        said["per_day_thousandths"] = thousandths(cells["per_day"])
    truth = cells.get("school_days", "").lower()
    if truth not in _TRUTH:
        raise InvalidValue(
            "option-invalid",
            "This is neither true nor false.",
            found=truth,
            place=Place(column="school_days"),
            remedy="Write true or false.",
        )
    return {**said, "school_days": _TRUTH[truth]}


def _of_field(error: Any, path: Path, row: int) -> PmpError:
    """What pydantic says of a field, or what the entity itself says."""
    cause, column = error.get("ctx", {}).get("error"), str(error["loc"][0]) if error["loc"] else None
    if isinstance(cause, PmpError):
        return _told(cause, path, row, column)
    at = Place(path.name, row, column)
    if error["type"] == "missing":
        return InvalidValue("field-missing", "The row does not say it.", place=at, remedy="Fill the cell in.")
    return InvalidValue("field-invalid", error["msg"], place=at, remedy="Correct the cell.")


def _told(error: PmpError, path: Path, row: int, column: str | None) -> PmpError:
    return type(error)(error.code, error.message, place=Place(path.name, row, column), found=error.found, remedy=error.remedy)


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows with something in them: on which row of the file each begins, and its cells by heading."""
    begins = 1
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            first = lines.readline()
            delimiter = ";" if ";" in first else ","
            headings = [cell.strip() for cell in next(csv.reader([first], delimiter=delimiter), [])]
            if not set(NEEDED) <= set(headings) <= set(COLUMNS) or len(set(headings)) < len(headings):
                remedy = (
                    f"The first row has {', '.join(NEEDED)}, and of these what is needed: {', '.join(COLUMNS[len(NEEDED) :])}."
                )
                raise _broken(path, 1, remedy)
            # Strict: a quotation mark that is not closed would swallow the rest of the file without a word.
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            begins = 2
            for cells in reader:
                if len(cells) > len(headings):
                    raise _broken(path, begins, "The row has more cells than there are headings.")
                if any(cell.strip() for cell in cells):
                    yield begins, dict(zip(headings, (cell.strip() for cell in cells), strict=False))
                begins = reader.line_num + 2
    except OSError as error:
        raise InvalidValue(
            "file-missing", f"The file cannot be read: {error.strerror}.", found=path.name, remedy="Check its name."
        ) from None
    except UnicodeDecodeError:
        raise _broken(path, begins, "Save the file as CSV in UTF-8.") from None
    except csv.Error as error:
        raise _broken(path, begins, f"Correct the row: {error}.") from None


def _broken(path: Path, row: int, remedy: str) -> InvalidValue:
    return InvalidValue("csv-invalid", "The file of other funding cannot be read.", place=Place(path.name, row), remedy=remedy)
