"""A CSV file of outcomes, as `pmp risks evaluate` reads it: whose cells may be anything, so they are not repeated in errors."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pmp_core.errors import InvalidValue, Place
from pmp_core.statistics import OUTCOMES
from pmp_core.statistics.observed_columns import shown

_TRUTHS = {"1": True, "true": True, "yes": True, "jā": True, "0": False, "false": False, "no": False, "nē": False, "": None}


class OutcomeFile:
    """The columns of a file with commas or semicolons, without its empty rows.

    Args:
        file: where it lies.

    Raises:
        InvalidValue: `outcome-unknown`: there is no such file; `csv-invalid`; `outcome-invalid`.
    """

    def __init__(self, file: Path) -> None:
        self.name = file.name
        self.rows: list[int] = []  # on which row of the file each row of the columns begins
        self.columns: dict[str, list[Any]] = {}
        headings: list[str] | None = None
        for row, cells in self._records(_text_of(file)):
            if headings is None:
                headings = self._headings(cells, row)
                self.columns = {name: [] for name in headings if name}
                continue
            if any(cells[len(headings) :]):
                raise self._broken("A row has more cells than there are headings.", row)
            self.rows.append(row)
            # A row may end early: what is not there is empty.
            cells += [""] * (len(headings) - len(cells))
            for name, cell in zip(headings, cells, strict=False):
                if name:
                    self.columns[name].append(cell)
        if "outcome" in self.columns:
            self.columns["outcome"] = [self._truth(cell, row) for cell, row in self._cells("outcome")]

    def placed(self, error: InvalidValue) -> InvalidValue:
        """An error about a row of the columns, as one about the row of the file."""
        if error.place.row is None:
            return error
        place = Place(self.name, self.rows[error.place.row - 1], error.place.column)
        return InvalidValue(error.code, error.message, place=place, found=error.found, remedy=error.remedy)

    def _cells(self, column: str) -> Iterator[tuple[str, int]]:
        return zip(self.columns[column], self.rows, strict=True)

    def _records(self, text: str) -> Iterator[tuple[int, list[str]]]:
        """Each row with a cell that is not empty, and on which row of the file it begins."""
        heading = next((line for line in text.splitlines() if line.strip()), "")
        delimiter = ";" if heading.count(";") > heading.count(",") else ","
        # Strict: a quotation mark that is not closed would swallow the rest of the file without a word.
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        begins = 1
        try:
            for record in reader:
                cells = [cell.strip() for cell in record]
                if any(cells):
                    yield begins, cells
                begins = reader.line_num + 1
        except csv.Error as error:
            # What the reader says of it tells no cell.
            raise self._broken(f"The file is no CSV: {error}.", begins) from None

    def _headings(self, cells: list[str], row: int) -> list[str]:
        if any(count > 1 for name, count in Counter(cells).items() if name):
            raise self._broken("Two columns have the same heading.", row, "Keep one column of each heading.")
        return cells

    def _broken(
        self, message: str, row: int, remedy: str = "Correct the row, and save the file as CSV in UTF-8."
    ) -> InvalidValue:
        return InvalidValue("csv-invalid", message, place=Place(self.name, row), remedy=remedy)

    def _truth(self, cell: str, row: int) -> bool | None:
        if cell.lower() not in _TRUTHS:
            raise InvalidValue(
                "outcome-invalid",
                "An outcome is true, false or empty.",
                place=Place(self.name, row, "outcome"),
                found=shown(cell),
                remedy="Write 1 or 0; leave it empty where it is not known.",
            )
        return _TRUTHS[cell.lower()]


def _text_of(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except OSError:
        raise InvalidValue(
            "outcome-unknown",
            "There is no such outcome, and no such file.",
            found=file.name,
            remedy=f"Outcomes: {', '.join(OUTCOMES)}; or the path of a CSV file.",
        ) from None
    except UnicodeDecodeError:
        raise InvalidValue("csv-invalid", "The file is not UTF-8 text.", found=file.name, remedy="Save it as UTF-8.") from None
