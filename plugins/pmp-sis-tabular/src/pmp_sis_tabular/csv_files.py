"""Reading CSV: which encoding, which delimiter, which rows."""

from __future__ import annotations

import csv
import io

from pmp_core.errors import Place, SourceError
from pmp_sis_tabular.cells import Cell

DELIMITERS = (";", ",", "\t")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_OTHER_FILES = {b"PK\x03\x04": "a zip archive or workbook", b"\xd0\xcf\x11\xe0": "an old Excel workbook", b"%PDF": "a PDF"}


def read_csv(content: bytes, name: str, *, encoding: str | None, delimiter: str | None, header_row: int) -> list[list[Cell]]:
    """All rows of a CSV file.

    Args:
        content: the file.
        name: its name, for errors.
        encoding: `utf-8` (with or without byte order mark) or `windows-1257`; None finds out.
        delimiter: None finds out from the header row.
        header_row: where the headings stand, 1 for the first row.

    Raises:
        SourceError: `encoding-unknown`, `file-kind-wrong`, `quotes-broken`.
    """
    text = decoded(content, name, encoding)
    return list(_rows(text, name, delimiter or _delimiter(text, name, header_row)))


def decoded(content: bytes, name: str, encoding: str | None = None) -> str:
    """The file's text. UTF-8 is tried first: text in Windows-1257 with a Latvian letter is practically never valid UTF-8."""
    for magic, what in _OTHER_FILES.items():
        if content.startswith(magic):
            raise SourceError("file-kind-wrong", f"By its name this is text, but it is {what}.", place=Place(name),
                              remedy="Export it again as CSV, or give the file its right ending.")  # fmt: skip
    if content.startswith(_UTF16) or _every_other_byte_is_zero(content):
        raise _encoding_unknown(name, "UTF-16")
    if b"\0" in content:
        raise SourceError("file-kind-wrong", "By its name this is text, but it holds zero bytes.", place=Place(name),
                          remedy="Export it again as CSV.")  # fmt: skip
    for codec in {"utf-8": ["utf-8-sig"], "windows-1257": ["cp1257"]}.get(encoding or "", ["utf-8-sig", "cp1257"]):
        try:
            return content.decode(codec)
        except UnicodeDecodeError:
            continue
    raise _encoding_unknown(name, encoding and f"not {encoding}")


def _every_other_byte_is_zero(content: bytes) -> bool:
    start = content[:400]
    return len(start) > 3 and max(start[::2].count(0), start[1::2].count(0)) > len(start) // 4


def _encoding_unknown(name: str, found: str | None) -> SourceError:
    return SourceError(
        "encoding-unknown", "This file is neither UTF-8 nor Windows-1257.", place=Place(name), found=found,
        remedy="Save it as CSV UTF-8, or correct `encoding` in the mapping.",
    )  # fmt: skip


def _delimiter(text: str, name: str, header_row: int) -> str:
    """The delimiter that makes most columns of the header row: a comma in `Uzvārds, vārds` does not outweigh the semicolons."""

    def columns(delimiter: str) -> int:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
            if number == header_row:
                return len(row)
        return 0

    try:
        return max(DELIMITERS, key=columns)
    except csv.Error as error:
        raise _quotes_broken(name, None, error) from None


def _rows(text: str, name: str, delimiter: str) -> list[list[Cell]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[Cell]] = []
    try:
        for row in reader:
            rows.append([*row])
    except csv.Error as error:
        raise _quotes_broken(name, len(rows) + 1, error) from None
    return rows


def _quotes_broken(name: str, row: int | None, error: csv.Error) -> SourceError:
    return SourceError(
        "quotes-broken", f"The quotes or the delimiter of this file are not right: {error}.", place=Place(name, row),
        remedy='A quote inside of a quoted cell is written twice (""); set `delimiter` in the mapping if need be.',
    )  # fmt: skip
