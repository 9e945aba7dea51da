"""The receipts of a file of claims by what tells them in a register: alike, however people typed them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pmp_core.values.receipts import issuer_identity, number_identity

RECEIPT_IDENTITY = "receipt"
_NUMBER_WORD = r"^[^0-9a-z_]*n[ro][^0-9a-z_]+"


def with_receipts(pl: Any, claims: Any) -> Any:
    """Claims with `receipt`: the identity of each one's receipt, empty where none is told.

    What issuer and number come to is worked out once for each that is written differently; a number in ASCII is taken in columns.
    """
    numbers = claims["receipt_number"]
    lower = pl.col("number").str.to_lowercase().str.replace(_NUMBER_WORD, "")
    kept = lower.str.replace_all("[^0-9a-z]", "")
    plain = pl.col("number").str.contains(r"^[\x00-\x7f]*$") & (kept != "") & ~kept.str.contains("nr|no")
    told = pl.DataFrame({"number": numbers}).select("number", plain=pl.when(plain).then(kept))
    odd = told.select(pl.when(pl.col("plain").is_null()).then("number").alias("number"))["number"]
    number = told["plain"].fill_null(_each(odd, number_identity))
    issuer = _each(claims["receipt_issuer"], issuer_identity)
    return claims.with_columns((issuer + " " + number).alias(RECEIPT_IDENTITY))


def _each(texts: Any, identity: Callable[[str], str]) -> Any:
    """Texts by their identity, each different one worked out once."""
    different = texts.drop_nulls().unique()
    if different.is_empty():
        return texts
    return texts.replace_strict(different, [identity(text) for text in different.to_list()], default=None)
