"""Pseudonyms for one purpose: the same id is always the same pseudonym there, and another one everywhere else."""

from __future__ import annotations

import hmac
import re

from pmp_core.errors import InvalidValue
from pmp_core.register.keys import RegisterKey

PREFIX = "P-"
LETTERS = 16
# From hexadecimal digits, so that SQL can do it too: translate(…, '0123456789abcdef', 'ABCDEFGHJKMNPQRS').
HEXADECIMAL, ALPHABET = "0123456789abcdef", "ABCDEFGHJKMNPQRS"
_TO_LETTERS = str.maketrans(HEXADECIMAL, ALPHABET)
_PURPOSE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
_LONGEST = 60
_BLOCK = 64  # bytes of a block of SHA-256


class Pseudonyms:
    """The pseudonyms of one purpose: HMAC-SHA-256 of an id, of which 16 letters are taken (64 bits).

    Args:
        key: of the register.
        purpose: what the data are for, in small letters with hyphens, such as `study-of-absences-2026`.

    Raises:
        InvalidValue: `purpose-invalid`.

    >>> key = RegisterKey(bytes(range(32)))
    >>> study, audit = Pseudonyms(key, "study"), Pseudonyms(key, "audit")
    >>> study.of("L-0001") == study.of("L-0001"), study.of("L-0001") == audit.of("L-0001")
    (True, False)
    """

    __slots__ = ("_secret", "purpose")

    def __init__(self, key: RegisterKey, purpose: str) -> None:
        if not _PURPOSE.fullmatch(purpose) or len(purpose) > _LONGEST:
            raise InvalidValue(
                "purpose-invalid",
                f"A purpose has up to {_LONGEST} small letters and digits of ASCII, with hyphens between them.",
                found=purpose,
                remedy="Write it like study-of-absences-2026, and use it for this purpose alone.",
            )
        self.purpose = purpose
        self._secret = key.derived(f"pseudonym/{purpose}")

    def of(self, id: str) -> str:
        """The pseudonym of an id."""
        return PREFIX + hmac.digest(self._secret, id.encode(), "sha256").hex()[:LETTERS].translate(_TO_LETTERS)

    def blocks(self) -> tuple[bytes, bytes]:
        """What SQL needs to come to the same: HMAC is sha256(outer ‖ sha256(inner ‖ id)). As secret as the key of the purpose."""
        padded = self._secret.ljust(_BLOCK, b"\0")
        return bytes(byte ^ 0x36 for byte in padded), bytes(byte ^ 0x5C for byte in padded)

    def __repr__(self) -> str:
        return f"<Pseudonyms for {self.purpose}>"

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("pseudonyms are not pickled: they hold a key")
