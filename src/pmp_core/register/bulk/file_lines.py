"""The claims of a file as lines with their facts: the learner's hold for the whole claim, so only the law divides it."""

from __future__ import annotations

from typing import Any

import narwhals as nw

from pmp_core.register.bulk import lines, parts
from pmp_core.register.bulk.frames import Engine
from pmp_core.register.bulk.law import ClaimLaw


def file_lines(law: ClaimLaw, claims: Any) -> Any:
    """The lines of claims, with the facts of the rule `compensation`.

    Args:
        claims: of Polars, as `RowChecks` makes them, with `claim_no`.
    """
    engine = Engine()
    frame = nw.from_native(claims).lazy()
    number = {
        "first_no": nw.col("first_day").cast(nw.Int32).cast(nw.Int64),
        "last_no": nw.col("last_day").cast(nw.Int32).cast(nw.Int64),
        "track_key": nw.col("track").fill_null(parts.NO_TRACK),
    }
    frame = frame.with_columns(**number).with_columns(touched=parts.touched(law))
    whole = lines.undivided(lines.with_units(engine, law, parts.whole(frame.filter(~nw.col("touched")))))
    inside = frame.filter(nw.col("touched"))
    first, last = claims["first_day"].min(), claims["last_day"].max()
    starts = parts.starts_by_law(inside, parts.law_starts(engine, law, first, last))
    divided = lines.with_units(engine, law, parts.divided(inside, starts))
    receipts = inside.filter(~nw.col("receipt_day").is_null()).select(
        parts.CLAIM, receipt_no=nw.col("receipt_day").cast(nw.Int32).cast(nw.Int64), receipt_cents=nw.lit(1, nw.Int64)
    )
    shared = lines.shared_out(engine, law, divided, receipts)
    columns = whole.collect_schema().names()
    both = nw.concat([whole, shared.select(*columns)], how="vertical")
    made = lines.facts(engine, law, lines.quantities(law, both))
    return (
        made.drop("touched", "track_key", "first_no", "last_no", "first_day", "part_first_no", "part_last_no")
        .collect()
        .to_native()
    )
