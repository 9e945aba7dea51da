"""Polars, lazy, as expressions tuned by hand. Rows lie sorted by learner, semester, day and id: run lengths, no window.

`when` beats `min_horizontal` and `max_horizontal`, `cum_max` beats `forward_fill`, and caps by position beat a chain of `when`.
"""

from __future__ import annotations

from functools import reduce
from operator import add, or_

import polars as pl
from workload import CAP_DAYS, CAPS, CEILINGS, EARLY, FIRST, LAST

from opponents.reasons import (
    CHECKS,
    CUT_CAP,
    CUT_CEILING,
    CUT_COFUNDING,
    EARLIER,
    FAILED,
    FIRST_FAILED,
    FIRST_MISSING,
    NO_COFUNDED,
    NO_LEVEL,
    NO_RISKS,
    OUTCOMES,
    UNKNOWN_SUM,
)

CAP_TABLE = pl.Series([cap for caps in CAPS for cap in caps], dtype=pl.Int64)
MAY_BE_UNKNOWN = ("not-target-group", "no-plan-or-risk")
OUTCOME = pl.Enum(OUTCOMES)


def _cents(value: int) -> pl.Expr:
    return pl.lit(value, pl.Int64)


def _smaller(a: str, b: str) -> pl.Expr:
    return pl.when(pl.col(a) < pl.col(b)).then(a).otherwise(b)


def _mask(conditions: list[tuple[pl.Expr, int]], kind: type[pl.DataType]) -> pl.Expr:
    return reduce(add, (condition.cast(kind) * pl.lit(bit, kind) for condition, bit in conditions))


def _checks() -> dict[str, pl.Expr]:
    day, level, kind = pl.col("date"), pl.col("level"), pl.col("mtype")
    low = level.is_between(1, 4)
    general = level.is_between(5, 12) | (low & (day >= EARLY))
    in_period, in_target, partner, with_plan, addressed = (
        day.is_between(FIRST, LAST),
        pl.when(pl.col("inst") == 0).then(general).otherwise(low) & (day >= FIRST),
        (day >= pl.col("p_from")) & (day <= pl.col("p_to")).fill_null(True),
        pl.col("risks") >= 1,
        reduce(or_, ((kind == number) & pl.col(f"econ{number}") for number in range(5))),
    )
    return dict(zip(CHECKS, (in_period, in_target, partner, with_plan, addressed), strict=True))


def decide(frame: pl.LazyFrame, *, gaps: bool, text: bool = False) -> pl.LazyFrame:
    """The claims' ids with outcome, amount and reasons.

    Args:
        frame: the claims.
        gaps: whether facts are missing.
        text: the outcome as text, not as an Enum.
    """
    day, era = pl.col("date"), (pl.col("date") >= CAP_DAYS[1]).cast(pl.UInt32) + (pl.col("date") >= CAP_DAYS[2]).cast(pl.UInt32)
    cap = pl.lit(CAP_TABLE).gather(pl.col("mtype").cast(pl.UInt32) * 3 + era)
    ceiling = pl.when(day >= EARLY).then(_cents(CEILINGS[1])).otherwise(_cents(CEILINGS[0]))
    frame = frame.with_columns(**_checks(), cap=cap, ceiling=ceiling).with_columns(passed=pl.all_horizontal(CHECKS))
    eligible = pl.col("passed")
    if gaps:  # `passed` is null where it is not known
        own_gap = pl.col("passed").is_null() | (pl.col("passed") & pl.col("cofunded").is_null())
        frame = frame.with_columns(own_gap=own_gap, refused=~pl.col("passed").fill_null(True))
        eligible = ~(pl.col("refused") | pl.col("own_gap"))
    frame = frame.with_columns(eligible=eligible)
    frame = frame.with_columns(capped=pl.when("eligible").then(_smaller("requested", "cap")).otherwise(_cents(0)))
    counted = pl.when("own_gap").then(_cents(UNKNOWN_SUM)).otherwise("capped") if gaps else pl.col("capped")
    frame = frame.with_columns(before=counted.cum_sum() - counted)
    starts = reduce(or_, (pl.col(name) != pl.col(name).shift(1) for name in ("learner_id", "sem")))
    prior = pl.col("before") - pl.when(starts).then("before").otherwise(_cents(0)).cum_max()
    frame = frame.with_columns(prior=prior, left=pl.col("ceiling") - prior)
    frame = frame.with_columns(left=pl.when(pl.col("left") < 0).then(_cents(0)).otherwise("left"))
    frame = frame.with_columns(gross=_smaller("left", "capped"))
    paid = pl.when(pl.col("gross") > pl.col("cofunded")).then(pl.col("gross") - pl.col("cofunded")).otherwise(_cents(0))
    frame = frame.with_columns(paid=paid)
    cuts = [
        (pl.col("eligible") & (pl.col("requested") > pl.col("cap")), CUT_CAP),
        (pl.col("gross") < pl.col("capped"), CUT_CEILING),
        (pl.col("paid") < pl.col("gross"), CUT_COFUNDING),
    ]
    failed = [
        (~pl.col(name).fill_null(True) if gaps and name in MAY_BE_UNKNOWN else ~pl.col(name), bit)
        for name, bit in zip(CHECKS, FAILED, strict=True)
    ]
    reasons, amount = _mask(cuts + failed, pl.UInt8), pl.col("paid")
    if gaps:
        missing = [
            (pl.col("level").is_null(), NO_LEVEL),
            (pl.col("risks").is_null(), NO_RISKS),
            (pl.col("cofunded").is_null(), NO_COFUNDED),
            (pl.col("prior") >= UNKNOWN_SUM, EARLIER),
        ]
        undetermined = ~pl.col("refused") & (pl.col("own_gap") | (pl.col("prior") >= UNKNOWN_SUM))
        frame = frame.with_columns(undetermined=undetermined)
        reasons = pl.when("undetermined").then(_mask(missing, pl.Int32)).otherwise(reasons.cast(pl.Int32))
        amount = pl.when(~pl.col("undetermined")).then("paid")
    frame = frame.select("claim_id", amount_cents=amount, reasons=reasons)
    borders = (1, FIRST_FAILED, FIRST_MISSING) if gaps else (1, FIRST_FAILED)
    outcome = reduce(add, ((pl.col("reasons") >= border).cast(pl.UInt8) for border in borders)).cat.to(OUTCOME)
    return frame.select(
        "claim_id",
        (outcome.cast(pl.String) if text else outcome).alias("outcome"),
        "amount_cents",
        pl.col("reasons").cast(pl.Int64),
    )
