"""Receipts by what tells them: alike, however people typed them.

What stands here is part of the format that municipalities exchange (`pmp_core.exchange`): a change of it needs a new version.
"""

from __future__ import annotations

import re
import unicodedata

from pmp_core.values.letters import folded_form

# Words that one clerk writes and another leaves out.
_LEGAL_FORMS = frozenset({"sia", "as", "vas", "vsia", "ik", "zs"})
_NUMBER_WORDS = frozenset({"nr", "no"})


def receipt_identity(issuer: str, number: str) -> str:
    """What tells a receipt from every other: who issued it, and its number.

    Args:
        issuer: who issued it, as somebody typed it. One that is signs alone is taken as it stands.
        number: its number, likewise.

    >>> receipt_identity('SIA "Rīgas Satiksme"', "Nr. AB-17") == receipt_identity("Rigas satiksme, SIA", "ab17")
    True
    """
    return f"{issuer_identity(issuer)} {number_identity(number)}"


def issuer_identity(text: str) -> str:
    """The issuer's part of a receipt's identity.

    >>> issuer_identity("Rigas satiksme, SIA"), issuer_identity("+ +")
    ('rigassatiksme', '++')
    """
    return issuer_form(text) or _typed(text)


def number_identity(text: str) -> str:
    """The number's part of a receipt's identity.

    >>> number_identity("Nr. AB-17"), number_identity("- -")
    ('ab17', '--')
    """
    return number_form(text) or _typed(text)


def _typed(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def issuer_form(text: str) -> str:
    """Who issued a receipt, without diacritics, signs and the abbreviated legal form.

    >>> issuer_form('SIA "Rīgas Satiksme"'), issuer_form("Rigas satiksme, SIA")
    ('rigassatiksme', 'rigassatiksme')
    """
    return _without(text, _LEGAL_FORMS)


def number_form(text: str) -> str:
    """A receipt's number by its letters and digits, without “Nr.” before it; leading zeros stay.

    >>> number_form("Nr. AB-000 123"), number_form("ab000123")
    ('ab000123', 'ab000123')
    """
    return _without(text, _NUMBER_WORDS)


def _without(text: str, left_out: frozenset[str]) -> str:
    cut = re.split(r"\W+", unicodedata.normalize("NFKC", text))
    words = [word for word in map(folded_form, cut) if word]
    return folded_form("".join([word for word in words if word not in left_out] or words))


def digest_form(text: str) -> str:
    """A file's digest: its letters and digits in lower case, without the name of SHA-256 before them.

    >>> digest_form("SHA256:9F86D0"), digest_form("9f86d0")
    ('9f86d0', '9f86d0')
    """
    return re.sub(r"[^0-9a-z]", "", re.sub(r"^\s*sha-?256[:=]", "", text.casefold()))
