"""The rows of a CSV before they are columns: a broken one is set apart, and does not keep the others from being read."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from attrs import frozen

INDEX = "__row"
_AT_ONCE = 50_000


@frozen
class BrokenRow:
    """A row that is no row of the table.

    Args:
        row: its number; a row of the heading is 1, and empty ones count.
        code: `row-cells` or `row-encoding`.
        claim_id: the first cell, where that is the claim's id.
        column: the heading of the cell that is broken, where it is one.
        found: what is told of it.
    """

    row: int
    code: str
    claim_id: str | None
    column: str | None
    found: str


@frozen
class CsvRows:
    """A CSV whose heading is known.

    Args:
        path: the file.
        separator: between cells.
        headings: as they stand in the file.
    """

    path: Path
    separator: str
    headings: tuple[str, ...]

    @property
    def columns(self) -> list[str]:
        """A name of its own for each column: the heading, where it has one that no column before it has."""
        taken: dict[str, int] = {}
        for number, heading in enumerate(self.headings):
            taken.setdefault(heading, number)
        own = {number for heading, number in taken.items() if heading.strip()}
        return [heading if i in own else f"__column_{i}" for i, heading in enumerate(self.headings)]

    def scanned(self, pl: Any, folder: Path, broken: Callable[[list[BrokenRow]], None]) -> Any:
        """A lazy frame of the rows that are whole, with their numbers as `__row`; all else in it is text.

        Args:
            pl: Polars.
            folder: where a copy without the broken and the empty rows may be put.
            broken: is given the broken rows, some at a time.
        """
        how = {"separator": self.separator, "infer_schema": False, "glob": False}
        if self._is_whole():
            return pl.scan_csv(self.path, new_columns=self.columns, row_index_name=INDEX, row_index_offset=2, **how)
        copy = folder / "rows.csv"
        with copy.open("w", encoding="utf-8", newline="") as opened:
            writer = csv.writer(opened, delimiter=self.separator, lineterminator="\n")
            writer.writerow([INDEX, *self.columns])
            writer.writerows(self._whole_rows(broken))
        return pl.scan_csv(copy, **how).with_columns(pl.col(INDEX).cast(pl.get_index_type()))

    def _is_whole(self) -> bool:
        """Whether nothing is in the way of Polars, which takes a short row as one with empty cells."""
        separator, wanted = self.separator.encode(), len(self.headings) - 1
        empty = separator + b" \t\r\n"
        with self.path.open("rb") as lines:
            return all(
                self._is_plain(line)
                if b'"' in line
                else line.count(separator) == wanted
                and b"\r" not in line[:-2]
                and (line[:1] not in empty or line.strip(empty))
                and (line.isascii() or _is_utf8(line))
                for line in lines
            )

    def _is_plain(self, line: bytes) -> bool:
        """Whether a line with quotes is one row, and without what Polars and the module `csv` may take differently."""
        try:
            (row,) = csv.reader([line.decode("utf-8-sig")], delimiter=self.separator, strict=True)
        except (UnicodeDecodeError, csv.Error):
            return False
        text = "".join(row)
        return len(row) == len(self.headings) and bool(text.strip()) and not any(sign in text for sign in '"\r')

    def _whole_rows(self, broken: Callable[[list[BrokenRow]], None]) -> Iterator[list[Any]]:
        width, told = len(self.headings), list[BrokenRow]()
        with self.path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as opened:
            for number, row in self._numbered(opened):
                fault = self._fault(number, row, width)
                if fault is None:
                    yield [number, *row]
                    continue
                told.append(fault)
                if len(told) == _AT_ONCE:
                    broken(told)
                    told = []
        broken(told)

    def _numbered(self, opened: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
        """The rows below the heading that are not empty.

        A quote that is never closed makes one row of many lines: then only the first of them is the broken row.
        """
        lines = _Lines(opened)
        rows, number, width, heading = csv.reader(lines, delimiter=self.separator), 0, len(self.headings), False
        while True:
            try:
                row = next(rows)
            except StopIteration:
                return
            except csv.Error:
                row = lines.only_first(self.separator)
            number += 1
            if len(lines.taken) > 1 and len(row) != width:
                row = lines.only_first(self.separator)
            lines.taken.clear()
            if heading and _filled(row):
                yield number, row
            heading = heading or _filled(row)

    def _fault(self, number: int, row: list[str], width: int) -> BrokenRow | None:
        first = row[0].strip() if self.headings[0].strip() == "claim_id" else None
        first = first if first is None or _readable(first) else None
        if len(row) != width:
            return BrokenRow(number, "row-cells", first, None, f"{len(row)} cells, not {width}")
        for heading, cell in zip(self.headings, row, strict=True):
            if not _readable(cell):
                found = cell.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
                return BrokenRow(number, "row-encoding", first, heading, found)
        return None


class _Lines:
    """The lines of a file; the reader can be sent back to the second line of a row."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._again: deque[str] = deque()
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.taken.append(line)
        return line

    def only_first(self, separator: str) -> list[str]:
        """The first line as a row, with its quotes taken as they stand; the others are read again."""
        first, *others = self.taken
        self._again.extendleft(reversed(others))
        self.taken = []
        return first.rstrip("\r\n").split(separator)


def _filled(row: list[str]) -> bool:
    return any(cell.strip() for cell in row)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _readable(cell: str) -> bool:
    """Whether the bytes of a cell were UTF-8."""
    return cell.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in cell)
