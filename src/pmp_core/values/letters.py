"""Names by their letters alone: alike, however people typed them.

What stands here is part of the format that municipalities exchange (`pmp_core.exchange`): a change of it needs a new version.
"""

from __future__ import annotations

import unicodedata

# A comma below is how people see the Latvian cedilla, and some keyboards write it so.
_COMMA_BELOW, _CEDILLA = "\u0326", "\u0327"
# Letters whose stroke or ligature is no combining mark, and that Unicode therefore does not take apart.
_PLAIN = str.maketrans({"ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ø": "o", "ı": "i", "þ": "th", "æ": "ae", "œ": "oe"})


def name_form(text: str) -> str:
    """A name by its letters alone: Unicode NFKC, case-folded, without spaces, hyphens, apostrophes and other signs.

    Latvian letters stay distinct from plain ones. A combining mark equals the letter that is composed with it.

    >>> name_form("Anna-Marija"), name_form("O’Konors"), name_form("OZOLIN\u0327S\u030c")
    ('annamarija', 'okonors', 'ozoliņš')
    """
    while (again := _once(text)) != text:  # to drop a sign can bring a letter and a mark together
        text = again
    return text


def _once(text: str) -> str:
    apart = unicodedata.normalize("NFD", text).replace(_COMMA_BELOW, _CEDILLA)
    folded = unicodedata.normalize("NFKC", _letters(apart)).casefold()
    return _letters(unicodedata.normalize("NFKC", folded))


def _letters(text: str) -> str:
    """Letters, their marks, and digits; without the modifier letters among which an apostrophe hides."""
    return "".join(c for c in text if unicodedata.category(c)[0] in "LMN" and not "\u02b0" <= c <= "\u02ff")


def folded_form(text: str) -> str:
    """A name by its letters without their diacritics, for systems that have lost them.

    >>> folded_form("Ozoliņš"), folded_form("Łucja-Zoë")
    ('ozolins', 'lucjazoe')
    """
    apart = unicodedata.normalize("NFD", name_form(text)).translate(_PLAIN)
    return name_form("".join(c for c in apart if unicodedata.category(c)[0] != "M"))
