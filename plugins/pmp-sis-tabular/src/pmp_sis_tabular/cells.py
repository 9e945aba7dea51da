"""A cell's content as text, the same whichever file it came from."""

from __future__ import annotations

import datetime as dt
import unicodedata

Cell = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta | None


def cell_text(cell: Cell) -> str:
    """The text of a cell: whole numbers without a fraction, days as ISO text, single spaces, composed letters.

    >>> cell_text(4512903001.0), cell_text("01"), cell_text(" Ērika \\u00a0 Ļaudama ")
    ('4512903001', '01', 'Ērika Ļaudama')
    >>> cell_text(dt.datetime(2022, 9, 1)), cell_text(7.5), cell_text(None)
    ('2022-09-01', '7.5', '')
    """
    match cell:
        case None:
            return ""
        case str():
            return tidy(cell)
        case bool():
            return "true" if cell else "false"
        case float() if cell.is_integer():
            return str(int(cell))
        case dt.datetime():
            return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ")
        case dt.date() | dt.time():
            return cell.isoformat()
        case _:
            return str(cell)


def shown(text: str | None) -> str | None:
    """What an error may repeat: text without a digit may be a name, out of the wrong column."""
    return text if text and any(map(str.isdigit, text)) else None


def shown_code(text: str) -> str | None:
    """What an error may repeat of a code that is not known: one short word. A teacher's comment or a whole name is none."""
    return text if len(text) <= 16 and " " not in text else shown(text)


def tidy(text: str) -> str:
    """The text with composed letters (NFC) and with single spaces: `ā` may come as one character or as two."""
    return " ".join(unicodedata.normalize("NFC", text).split())
