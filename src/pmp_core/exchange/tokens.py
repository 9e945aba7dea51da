"""Tokens: keyed hashes that two municipalities have in common only if they paid for the same thing.

A token is HMAC-SHA-256 over the domain with its version, the token's type, and what the type names. Of a learner's cost there
is one token for each day, so that overlapping periods share tokens, and a period cannot be read from any of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Final

from attrs import field, frozen

from pmp_core.exchange.key import ExchangeKey, packed
from pmp_core.exchange.normal_form import code_form, digest_form, folded_form, issuer_form, name_form, number_form
from pmp_core.values import PersonalCode, Text, Vocabulary

DOMAIN = "pmp-core/double-funding/v1"
_REFERENCE = "pmp-core/double-funding/reference/v1"
# No 0, 1, I, L, O: a reference is read aloud on the telephone.
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
REFERENCE: Final = re.compile(rf"[{_LETTERS}]{{12}}")


class Strength(Vocabulary):
    """How much a match says."""

    HARD = "hard", "droša", "hard"
    SOFT = "soft", "iespējama", "soft"


class TokenType(StrEnum):
    """What was hashed, from what says most to what says least of a learner; then receipts.

    >>> TokenType.PERSON_CODE.text["lv"], TokenType.PERSON_CODE.strength.value
    ('personas kods', 'hard')
    """

    PERSON_CODE = "person-code"
    NAME_BIRTHDATE = "name-birthdate"
    NAME_FOLDED = "name-folded"
    RECEIPT = "receipt"
    RECEIPT_DIGEST = "receipt-digest"

    @property
    def text(self) -> Text:
        """It in words."""
        return _TEXTS[self]

    @property
    def strength(self) -> Strength:
        """Two persons can have one name and birth date, so those are soft; without diacritics the more so."""
        return Strength.SOFT if self in (TokenType.NAME_BIRTHDATE, TokenType.NAME_FOLDED) else Strength.HARD

    @property
    def of_receipt(self) -> bool:
        """Whether it tells a receipt, and no learner."""
        return self in (TokenType.RECEIPT, TokenType.RECEIPT_DIGEST)


_TEXTS = {
    TokenType.PERSON_CODE: Text("personas kods", "personal code"),
    TokenType.NAME_BIRTHDATE: Text("vārds, uzvārds un dzimšanas datums", "name and birth date"),
    TokenType.NAME_FOLDED: Text(
        "vārds un uzvārds bez diakritiskajām zīmēm, un dzimšanas datums", "name without diacritics, and birth date"
    ),
    TokenType.RECEIPT: Text("darījuma dokumenta izdevējs un numurs", "issuer and number of the receipt"),
    TokenType.RECEIPT_DIGEST: Text("darījuma dokumenta datnes kontrolsumma", "digest of the receipt's file"),
}


@frozen
class Identity:
    """One way to tell a learner or a receipt, in its normal form. It is in clear here, and does not show itself.

    Attributes:
        type: which way.
        fields: what is hashed after the type.
    """

    type: TokenType
    fields: tuple[str, ...] = field(repr=False)


def learner_identities(
    given_name: str,
    family_name: str,
    birth_date: date | None,
    codes: Iterable[PersonalCode | str] = (),
) -> tuple[Identity, ...]:
    """The ways to tell a learner: by each personal code, and by name with birth date as written and without diacritics.

    Args:
        given_name: all given names, as one text.
        family_name: the surname.
        birth_date: None, or a name without letters: there is no way by name.
        codes: every personal code that the learner has or had; it may be changed once.

    Raises:
        InvalidValue: `personal-code-invalid`.

    >>> [identity.type.value for identity in learner_identities("Līga", "Ozoliņa", date(2099, 12, 31), ["311299-20000"])]
    ['person-code', 'name-birthdate', 'name-folded']
    """
    found = [Identity(TokenType.PERSON_CODE, (code,)) for code in sorted({code_form(code) for code in codes})]
    if birth_date is not None:
        for type_, form in ((TokenType.NAME_BIRTHDATE, name_form), (TokenType.NAME_FOLDED, folded_form)):
            names = form(given_name), form(family_name)
            found += [Identity(type_, (*names, birth_date.isoformat()))] if all(names) else []
    return tuple(found)


def receipt_identities(issuer: str, number: str, digest: str | None = None) -> tuple[Identity, ...]:
    """The ways to tell a receipt: by issuer and number, and by the digest of its file.

    >>> [identity.type.value for identity in receipt_identities('SIA "Paraugs"', "Nr. 12", "9f86d0")]
    ['receipt', 'receipt-digest']
    """
    named = issuer_form(issuer), number_form(number)
    found = [Identity(TokenType.RECEIPT, named)] if all(named) else []
    hashed = "" if digest is None else digest_form(digest)
    return (*found, *([Identity(TokenType.RECEIPT_DIGEST, (hashed,))] if hashed else []))


def day_tokens(key: ExchangeKey, identity: Identity, kind: str, days: Iterable[date]) -> tuple[str, ...]:
    """The tokens of a learner's cost of one kind, one for each day, in the order of the days.

    Args:
        key: the shared key.
        identity: the learner's.
        kind: a code of `measure-kinds` under `compensation`; the same in every municipality.
        days: the days.

    >>> (one,) = learner_identities("", "", None, ["311299-20000"])
    >>> day_tokens(ExchangeKey(bytes(range(32))), one, "catering", [date(2022, 10, 3)])[0][:16]
    'ee1276af8fce9787'
    """
    before = packed(DOMAIN, identity.type.value, *identity.fields, kind)
    return tuple(key.seal(before + packed(day.isoformat())).hex() for day in days)


def receipt_token(key: ExchangeKey, identity: Identity) -> str:
    """The token of a receipt. It names no kind and no day: a receipt is used once, whatever for."""
    return key.seal(packed(DOMAIN, identity.type.value, *identity.fields)).hex()


def reference_of(key: ExchangeKey, token: str) -> str:
    """A short name for a token, to ask about it. It says no more than the token, and two days of a claim have two of them."""
    number = int.from_bytes(key.seal(packed(_REFERENCE, token))[:16], "big")
    letters = []
    for _ in range(12):
        number, letter = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[letter])
    return "".join(letters)
