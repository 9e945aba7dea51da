"""The table of territories that CSP publishes, as an overlay with terms in the catalogue `territories`.

A territory is a term: its code is the term's, and the territory it lies in is the term's parent. Codes before and after
1 July 2021 stand side by side, each with the days on which it holds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date

from attrs import frozen

from pmp_core.errors import InvalidValue, Place, ProgrammeError
from pmp_core.values import DayRange, Text, iso_day

COLUMNS = ("code", "name", "from", "until", "parent")
CATALOGUE = "territories"
# As long as `territories.code.length` says. Digits only, since a code of a catalogue has no capital letters.
_CODE = re.compile(r"[0-9]{7}")


@frozen
class _Territory:
    row: int
    code: str
    name: str
    days: DayRange
    parent: str | None


def territories_overlay(
    rows: Iterable[tuple[int, Mapping[str, str]]], *, programme: str, source: str, title: Text, file: str
) -> str:
    """The text of an overlay that adds a table of territories to a programme.

    Args:
        rows: the number of each row in its file, and its cells by column: `code` (7 digits, text), `name` (in Latvian),
            `from` and `until` (YYYY-MM-DD; without `until` it still holds), `parent` (the code it lies in; empty at the top).
            A code may have several rows, for days that do not overlap. Other columns are not read.
        programme: the id of the programme the overlay is for, such as `lv-8.3.4`.
        source: who publishes the table: the full address, or the act.
        title: of the overlay.
        file: the name of the table's file, for errors.

    Returns:
        YAML, one term a code, in the order of the table; the status of each is `verified`: it was read in `source`.

    Raises:
        ProgrammeError: `territories-source-missing`, `territories-empty`; and with file, row and column
            `territory-column-missing`, `territory-name-missing`, `territory-twice`, `territory-differs`,
            `territory-parent-unknown`.
        InvalidValue: with file, row and column `territory-code-invalid`, `day-invalid`, `days-reversed`.
    """
    if not source.strip():
        raise ProgrammeError(
            "territories-source-missing",
            "Nobody is named who publishes the table.",
            place=Place(file),
            remedy="Give the full address of the page, or the act.",
        )
    table: dict[str, list[_Territory]] = {}
    for row, cells in rows:
        read = _read(row, cells, file)
        for other in table.setdefault(read.code, []):
            _check_beside(read, other, file)
        table[read.code].append(read)
    if not table:
        raise ProgrammeError(
            "territories-empty",
            "The table has no territories.",
            place=Place(file),
            remedy="Give a table with rows below its heading.",
        )
    lines = [
        f"# Made from the table {json.dumps(file, ensure_ascii=False)}.",
        f"overlay_for: {_text(programme)}",
        f"title: {{lv: {_text(title.lv)}, en: {_text(title.en)}}}",
        "terms:",
        f"  {CATALOGUE}:",
    ]
    for code, read_rows in table.items():
        lines += _term(code, read_rows, source, table, file)
    return "\n".join(lines) + "\n"


def _read(row: int, cells: Mapping[str, str], file: str) -> _Territory:
    missing = next((column for column in COLUMNS if column not in cells), None)
    if missing is not None:
        raise ProgrammeError(
            "territory-column-missing",
            "The table lacks a column.",
            place=Place(file, row, missing),
            remedy=f"Its columns are: {', '.join(COLUMNS)}; `until` and `parent` may be empty in a row.",
        )
    told = {column: cells[column].strip() for column in COLUMNS}
    if not _CODE.fullmatch(told["code"]):
        raise InvalidValue(
            "territory-code-invalid",
            "This is not a territory code.",
            place=Place(file, row, "code"),
            found=told["code"],
            remedy="It has 7 digits; keep leading zeros by reading it as text.",
        )
    if not told["name"].isprintable() or not told["name"]:
        raise ProgrammeError(
            "territory-name-missing",
            "The territory has no name, or one that cannot be printed.",
            place=Place(file, row, "name"),
            found=told["name"],
            remedy="Write its name.",
        )
    first = _day(told["from"], Place(file, row, "from"))
    until = _day(told["until"], Place(file, row, "until")) if told["until"] else None
    if until is not None and until < first:
        raise InvalidValue(
            "days-reversed",
            "The territory ends before it begins.",
            place=Place(file, row, "until"),
            found=until,
            remedy=f"It begins on {first}: check which day is the first; both are included.",
        )
    return _Territory(row, told["code"], told["name"], DayRange(first, until), told["parent"] or None)


def _day(cell: str, place: Place) -> date:
    try:
        return iso_day(cell)
    except InvalidValue as error:
        raise InvalidValue(error.code, error.message, place=place, found=error.found, remedy=error.remedy) from None


def _check_beside(read: _Territory, other: _Territory, file: str) -> None:
    """Whether two rows of one code are one territory, on different days."""
    for column, ours, theirs in (("name", read.name, other.name), ("parent", read.parent, other.parent)):
        if ours != theirs:
            raise ProgrammeError(
                "territory-differs",
                f"Row {other.row} has the same code, and another {column}.",
                place=Place(file, read.row, column),
                found=ours,
                remedy=f"There it is {theirs!r}. A code stands for one territory: correct one of the two rows.",
            )
    if read.days.overlaps(other.days):
        raise ProgrammeError(
            "territory-twice",
            f"Row {other.row} has the same code on some of these days.",
            place=Place(file, read.row, "code"),
            found=read.code,
            remedy="Keep one of the two rows, or correct their days.",
        )


def _term(code: str, rows: list[_Territory], source: str, table: Mapping[str, object], file: str) -> list[str]:
    first = rows[0]
    if first.parent is not None and (first.parent not in table or first.parent == code):
        raise ProgrammeError(
            "territory-parent-unknown",
            "The territory does not lie in another one of the table.",
            place=Place(file, first.row, "parent"),
            found=first.parent,
            remedy="Write the code of the territory above it, as it stands in the table; leave it empty at the top.",
        )
    lines = [f'    "{code}":', f"      title: {{lv: {_text(first.name)}, en: {_text(first.name)}}}"]
    lines += [f'      parent: "{first.parent}"'] if first.parent else []
    lines.append("      entries:")
    for one in sorted(rows, key=lambda one: one.days.first):
        until = f"until: {one.days.last}, " if one.days.last is not None else ""
        lines.append(f"        - {{from: {one.days.first}, {until}source: {_text(source)}, status: verified}}")
    return lines


def _text(words: str) -> str:
    """Words in quotes, as YAML and JSON both write them."""
    return json.dumps(words, ensure_ascii=False)
