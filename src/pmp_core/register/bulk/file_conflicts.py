"""What the claims of a file say against each other: the same id, the same receipt, overlapping days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from pmp_core.register.bulk.file_reading import ROW, polars
from pmp_core.register.bulk.file_receipts import RECEIPT_IDENTITY

TURN = ("submitted_on", "claim_id", ROW)
SAME_ID, SAME_RECEIPT = "same_id", "same_receipt"
LOOKED_AT = (
    *(*TURN, "learner_id", "kind", "first_day", "last_day"),
    *("requested_cents", "receipt_number", SAME_RECEIPT, RECEIPT_IDENTITY),
)


def keys(pl: Any) -> dict[str, Any]:
    """What tells in little space whether two claims may have one id or one receipt: they are looked at again where it is the same."""
    told = {SAME_ID: "claim_id", SAME_RECEIPT: RECEIPT_IDENTITY}
    return {name: pl.when(pl.col(column).is_not_null()).then(pl.col(column).hash(seed=7)) for name, column in told.items()}


def met_twice(hashes: Sequence[Any]) -> Any:
    """Those that stand there more than once."""
    pl = polars()
    together = pl.concat(hashes).drop_nulls()
    return together.filter(together.is_duplicated()).unique()


def same_id(claims: Any) -> Any:
    """The claims whose id an earlier row of the file has."""
    pl = polars()
    in_order = claims.sort(ROW)
    return in_order.filter(pl.int_range(pl.len()).over("claim_id") > 0)


def meeting(claims: Any, receipts: Any, before: int) -> Any:
    """Those of a part's claims that may be in another's way, which are few: found in columns.

    Args:
        claims: of the columns `LOOKED_AT`; all of a learner are there.
        receipts: hashes of receipts that are met twice, of whatever learner.
        before: how many claims there were in parts before; it gives each `pile` of days that may overlap a number of its own.
    """
    pl, group = polars(), ("learner_id", "kind")
    lying = claims.sort(*group, "first_day")
    into = pl.col("first_day") <= pl.col("last_day").cum_max().shift(1).over(group)
    lying = lying.with_columns(into=into.fill_null(False)).with_columns(pile=(~pl.col("into")).cum_sum().cast(pl.Int64) + before)
    lying = lying.with_columns(piled=pl.col("into").any().over("pile"))
    twice = pl.col(SAME_RECEIPT).is_in(receipts.implode()).fill_null(False)
    return lying.filter(pl.col("piled") | twice).with_columns(pile=pl.when("piled").then("pile")).drop("into", "piled")


def in_the_way(claims: Any) -> tuple[Any, Any]:
    """The claims with a receipt of one that stands, and those for days of one that stands, of the same learner and kind.

    They are gone through once, in the order in which claims are decided: one that is refused is in no other's way.

    Args:
        claims: those of all parts that `meeting` found.
    """
    pl = polars()
    twice: list[int] = []
    over: list[int] = []
    receipts: set[str] = set()
    days: dict[int, list[tuple[date, date]]] = {}
    in_order = claims.sort(*TURN).select(ROW, "pile", RECEIPT_IDENTITY, "first_day", "last_day")
    for row, pile, receipt, first, last in in_order.iter_rows():
        standing = [] if pile is None else days.setdefault(pile, [])
        if receipt in receipts:
            twice.append(row)
        elif any(first <= other_last and other_first <= last for other_first, other_last in standing):
            over.append(row)
        else:
            standing.append((first, last))
            if receipt is not None:
                receipts.add(receipt)
    return claims.filter(pl.col(ROW).is_in(twice)), claims.filter(pl.col(ROW).is_in(over))
