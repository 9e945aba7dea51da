"""A file of personal codes, `learner_id,personal_code`: read on the fly, and kept nowhere."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from pmp_core.errors import InvalidValue, Place
from pmp_core.exchange.normal_form import code_form
from pmp_core.values import OpaqueId, PersonalCode

COLUMNS = ("learner_id", "personal_code")


def read_personal_codes(file: Path | str) -> tuple[dict[str, tuple[PersonalCode, ...]], list[InvalidValue]]:
    """The personal codes of learners, from a CSV file in UTF-8 with commas or semicolons.

    A learner whose code was changed has a row for each. Other columns are left alone.

    Args:
        file: with the headings `learner_id` and `personal_code` in its first row.

    Returns:
        The codes by learner id, which show themselves masked; and what is wrong with single rows, `personal-code-invalid`,
        `id-invalid` or `id-is-personal-code`, with file and row. Those rows are left out.

    Raises:
        InvalidValue: `file-missing`; `csv-invalid`. Neither repeats a cell.
    """
    path = Path(file)
    codes: dict[str, dict[PersonalCode, None]] = {}
    problems: list[InvalidValue] = []
    for row, id, written in _rows(path):
        column = "learner_id"
        try:
            learner_id = OpaqueId(id)
            column = "personal_code"
            code = PersonalCode(code_form(written))
        except InvalidValue as error:
            problems.append(InvalidValue(error.code, error.message, place=Place(path.name, row, column), remedy=error.remedy))
            continue
        codes.setdefault(learner_id, {})[code] = None
    return {id: tuple(of) for id, of in codes.items()}, problems


def _rows(path: Path) -> Iterator[tuple[int, str, str]]:
    """The rows with something in them: on which row of the file each begins, and its two cells."""
    begins = 1
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            first = lines.readline()
            delimiter = ";" if ";" in first else ","
            headings = [cell.strip() for cell in next(csv.reader([first], delimiter=delimiter), [])]
            if any(headings.count(name) != 1 for name in COLUMNS):
                raise _broken(path, 1, f"The first row has the headings {' and '.join(COLUMNS)}, each once.")
            places = [headings.index(name) for name in COLUMNS]
            # Strict: a quotation mark that is not closed would swallow the rest of the file without a word.
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            begins = 2
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    id, code = (cells[place].strip() if place < len(cells) else "" for place in places)
                    yield begins, id, code
                begins = reader.line_num + 2
    except OSError as error:
        raise InvalidValue(
            "file-missing", f"The file cannot be read: {error.strerror}.", found=path.name, remedy="Check its name."
        ) from None
    except UnicodeDecodeError:
        raise _broken(path, begins, "Save the file as CSV in UTF-8.") from None
    except csv.Error:  # what the reader says of it may tell a cell
        raise _broken(path, begins, "Look for a quotation mark that is not closed.") from None


def _broken(path: Path, row: int, remedy: str) -> InvalidValue:
    return InvalidValue("csv-invalid", "The file of personal codes cannot be read.", place=Place(path.name, row), remedy=remedy)
