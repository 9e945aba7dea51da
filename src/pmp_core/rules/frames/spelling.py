"""The reasons of decided rows in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import narwhals as nw

from pmp_core.errors import FactError

SPELLED = "reasons_in_words"


def spelled(frame: Any, words: Mapping[int, str], separator: str) -> Any:
    """The frame with a further column that spells its column `reasons`.

    Args:
        frame: as `decide_frame` gave it, or any with a column `reasons` of whole numbers.
        words: what each bit means.
        separator: what stands between two.

    Raises:
        FactError: `columns-wrong`.
    """
    opened = nw.from_native(frame)
    schema = opened.collect_schema()
    if "reasons" not in schema or not schema["reasons"].is_integer() or SPELLED in schema:
        raise FactError(
            "columns-wrong",
            f"The frame needs a column 'reasons' of whole numbers, and none that is named {SPELLED!r}.",
            found=", ".join(map(str, schema)),
            remedy="Hand in what `decide_frame` gave.",
        )
    reasons = nw.col("reasons")
    # Whether a bit is in the mask is told by a remainder: every engine has it, and it is exact in 64 bits.
    parts = [
        nw.when(reasons % (2 * bit) >= bit if bit < 1 << 62 else reasons >= bit).then(nw.lit(word)) for bit, word in words.items()
    ]
    text = nw.concat_str(*parts, separator=separator, ignore_nulls=True) if parts else nw.lit("")
    return opened.with_columns(**{SPELLED: text}).to_native()
