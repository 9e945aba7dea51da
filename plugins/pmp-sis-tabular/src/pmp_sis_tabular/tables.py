"""One file, opened: its headings, its rows as text, and where each wanted column stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from attrs import field, frozen

from pmp_core.errors import InvalidValue, Place, SourceError, nearest
from pmp_core.sources.source import Problem
from pmp_sis_tabular.cells import Cell, cell_text
from pmp_sis_tabular.csv_files import read_csv
from pmp_sis_tabular.days import DayReader
from pmp_sis_tabular.mapping import FileEntry, Unpivot, Value
from pmp_sis_tabular.xlsx_files import read_xlsx

_CSV, _XLSX = (".csv", ".tsv", ".txt"), (".xlsx", ".xlsm")


@frozen
class WideColumn:
    """A heading that makes a row of its own: where its cells stand, and what it says."""

    index: int
    heading: str
    says: Mapping[str, str]


@frozen(eq=False)
class Table:
    """An open file.

    Args:
        name: of the file.
        entry: what the mapping says of it.
        headings: of its columns.
        rows: row number as Excel shows it, and the cells. Empty rows are left out.
        groups: what the file's name gave.
        columns: alternatives of a heading → where the column stands; None: the file lacks it.
        wide: the headings that make rows of their own.
        problems: rows and headings that cannot be read.
    """

    name: str
    entry: FileEntry
    headings: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...] = field(repr=False)
    groups: Mapping[str, str]
    columns: Mapping[tuple[str, ...], int | None]
    wide: tuple[WideColumn, ...]
    problems: tuple[Problem, ...]

    def heading(self, columns: tuple[str, ...]) -> str:
        """The heading that the file has for these alternatives; the first of them if it has none."""
        index = self.columns[columns]
        return columns[0] if index is None else self.headings[index]


def open_table(path: Path, entry: FileEntry, groups: Mapping[str, str], days: DayReader) -> Table:
    """Open a file and find the columns that the mapping wants.

    Raises:
        SourceError: the file cannot be read as what the mapping says it is.
    """
    name = path.name
    cells = _cells(path, entry)
    if len(cells) < entry.header_row:
        raise SourceError("header-missing", f"There is no row {entry.header_row} for the headings.", place=Place(name),
                          remedy="Correct `header_row` in the mapping, or export the file again.")  # fmt: skip
    headings = _headings(cells[entry.header_row - 1])
    columns = _Columns(name, entry, headings)
    found = {value.columns: columns.find(value) for value in entry.values() if value.columns}
    used = {index for index in found.values() if index is not None}
    wide, problems = columns.wide(used, days)
    rows, long = _rows(name, cells, entry, headings)
    filled = [index for value in entry.values() if value.fill_down and (index := found[value.columns]) is not None]
    rows = _filled_down(rows, filled)
    return Table(name, entry, headings, tuple(rows), groups, found, wide, (*problems, *long))


def _cells(path: Path, entry: FileEntry) -> list[list[Cell]]:
    name, ending = path.name, path.suffix.lower()
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SourceError("file-unreadable", f"This file cannot be opened: {error.strerror}.", place=Place(name),
                          remedy="Close it in other programs, and check who may read it.") from None  # fmt: skip
    if not content:
        raise _empty(name)
    if ending in _CSV:
        cells = read_csv(content, name, encoding=entry.encoding, delimiter=entry.delimiter, header_row=entry.header_row)
    elif ending in _XLSX:
        cells = read_xlsx(content, name, sheet=entry.sheet)
    else:
        raise SourceError("file-kind-wrong", "This is neither CSV nor XLSX by its name.", place=Place(name), found=ending,
                          remedy=f"Export it as one of: {', '.join(_CSV + _XLSX)}.")  # fmt: skip
    if not cells:
        raise _empty(name)
    return cells


def _empty(name: str) -> SourceError:
    return SourceError("file-empty", "This file is empty: it has no headings.", place=Place(name), remedy="Export it again.")


def _headings(cells: Sequence[Cell]) -> tuple[str, ...]:
    headings = [cell_text(cell) for cell in cells]
    while headings and not headings[-1]:
        headings.pop()
    return tuple(headings)


def _rows(
    name: str, cells: Sequence[Sequence[Cell]], entry: FileEntry, headings: tuple[str, ...]
) -> tuple[list[tuple[int, tuple[str, ...]]], list[Problem]]:
    """The rows below the headings; one with more cells than headings is a problem, since its cells may have slipped."""
    width = len(headings)
    rows: list[tuple[int, tuple[str, ...]]] = []
    problems: list[Problem] = []
    for number, row in enumerate(cells[entry.header_row :], start=entry.header_row + 1):
        texts = [cell_text(cell) for cell in row]
        if any(texts[width:]):
            problems.append(
                Problem("row-too-long", "This row has more cells than there are headings.", Place(name, number),
                        found=f"{len(texts)} cells", remedy="Look for a delimiter inside of a cell without quotes.")
            )  # fmt: skip
        elif any(texts):
            rows.append((number, tuple(texts[:width] + [""] * (width - len(texts)))))
    return rows, problems


def _filled_down(rows: list[tuple[int, tuple[str, ...]]], group: list[int]) -> list[tuple[int, tuple[str, ...]]]:
    if not group:
        return rows
    filled, above = [], dict.fromkeys(group, "")
    for number, texts in rows:
        if any(texts[index] for index in group):
            above = {index: texts[index] for index in group}
        filled.append((number, tuple(above.get(index, text) for index, text in enumerate(texts))))
    return filled


def _said(unpivot: Unpivot, heading: str, days: DayReader) -> Mapping[str, str] | None:
    """What a heading says, by field; None if it is a heading of another sort."""
    if unpivot.dates is not None:
        return {unpivot.dates: days.read(heading).isoformat()} if days.looks_like_day(heading) else None
    match = unpivot.pattern.fullmatch(heading) if unpivot.pattern else None
    return None if match is None else match.groupdict("")


class _Columns:
    """Finds headings."""

    def __init__(self, name: str, entry: FileEntry, headings: tuple[str, ...]) -> None:
        self._name, self._entry, self._headings = name, entry, headings
        self._counts = Counter(headings)

    def find(self, value: Value) -> int | None:
        """Where the first of the alternatives stands that the file has."""
        heading = next((heading for heading in value.columns if heading in self._counts), None)
        if heading is None:
            if value.optional:
                return None
            raise self._missing(value.columns)
        if self._counts[heading] > 1:
            raise SourceError("column-twice", "Two columns have this heading.", place=self._place(heading),
                              remedy="Rename or remove one of them.")  # fmt: skip
        return self._headings.index(heading)

    def wide(self, used: set[int], days: DayReader) -> tuple[tuple[WideColumn, ...], list[Problem]]:
        """The headings that make rows; a day that does not exist is a problem."""
        unpivot = self._entry.unpivot
        if unpivot is None:
            return (), []
        wide: list[WideColumn] = []
        problems: list[Problem] = []
        for index, heading in enumerate(self._headings):
            place = self._place(heading)
            try:
                said = None if index in used else _said(unpivot, heading, days)
            except InvalidValue as error:
                problems.append(Problem.of(error, place=place))
                continue
            except SourceError as error:
                raise SourceError(error.code, error.message, place=place, remedy=error.remedy) from None
            if said is None:
                continue
            if any(column.says == said for column in wide):
                raise SourceError("column-twice", "Two headings say the same.", place=place, remedy="Remove one of the two.")
            wide.append(WideColumn(index, heading, said))
        if not wide and not problems:
            what = "is a day" if unpivot.dates else f"fits {unpivot.pattern.pattern if unpivot.pattern else ''!r}"
            raise SourceError("column-missing", f"No heading {what}.", place=Place(self._name, self._entry.header_row),
                              remedy="Correct `unpivot` in the mapping; other languages' months go under `months`.")  # fmt: skip
        return tuple(wide), problems

    def _missing(self, wanted: tuple[str, ...]) -> SourceError:
        near = next((close for heading in wanted for close in nearest(heading, self._headings)), None)
        # Where no heading is known, this row is likely no header row at all but some pupil's data: do not repeat it.
        known = any(heading in self._counts for heading in self._wanted())
        shown = [heading for heading in self._headings if heading][:30] if known else []
        remedy = (f"Did you mean {near!r}? " if near else "") + (
            f"The headings are: {', '.join(shown)}. Add the right one to the mapping."
            if known
            else "None of the mapping's headings is in this row: check `header_row`, `delimiter`, and that it is the right file."
        )
        return SourceError("column-missing", f"No column is headed {' or '.join(map(repr, wanted))}.",
                           place=Place(self._name, self._entry.header_row), remedy=remedy)  # fmt: skip

    def _wanted(self) -> Iterator[str]:
        for value in self._entry.values():
            yield from value.columns

    def _place(self, heading: str) -> Place:
        return Place(self._name, self._entry.header_row, heading)
