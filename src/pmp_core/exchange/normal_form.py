"""How identities and receipts are written before they are hashed: alike, however people typed them.

Two municipalities find each other's tokens only if both write a thing in the same way, so what stands here and in
`pmp_core.values` (`letters`, `receipts`) is part of the format: a change of it needs a new version of the tokens
(`pmp_core.exchange.tokens.DOMAIN`).
"""

from __future__ import annotations

import unicodedata

from pmp_core.values import PersonalCode
from pmp_core.values.letters import folded_form, name_form
from pmp_core.values.receipts import digest_form, issuer_form, number_form

__all__ = ["code_form", "digest_form", "folded_form", "issuer_form", "name_form", "number_form"]


def code_form(code: PersonalCode | str) -> str:
    """A personal code by its eleven digits, without hyphen and spaces. This is the code in clear.

    Raises:
        InvalidValue: `personal-code-invalid`. A wrong checksum is no reason.

    >>> code_form("311299 – 20000") == code_form(PersonalCode("311299-20000"))
    True
    """
    if isinstance(code, str):
        written = unicodedata.normalize("NFKC", code).replace("\u2212", "")
        code = PersonalCode("".join(c for c in written if not c.isspace() and unicodedata.category(c) not in ("Pd", "Cf")))
    return code.reveal(hyphen=False)
