"""Texts as a spreadsheet takes them."""

from __future__ import annotations

# A cell that begins so is a formula to a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def harmless(text: str) -> str:
    """A text for a cell of a table: one that a spreadsheet would take for a formula begins with an apostrophe.

    >>> harmless("=1+1"), harmless("Anna")
    ("'=1+1", 'Anna')
    """
    return f"'{text}" if text.startswith(_FORMULA) else text
