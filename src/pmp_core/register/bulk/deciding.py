"""Lines decided in columns, and the decisions on claims that they come to."""

from __future__ import annotations

from typing import Any

from pmp_core.register.bulk.file_reading import polars
from pmp_core.register.bulk.parts import CLAIM
from pmp_core.register.bulk.windows import with_cap_used
from pmp_core.rules import BoundRule
from pmp_core.rules.lowering import EARLIER_CLAIM
from pmp_core.rules.result import OUTCOMES

# The fact that takes the place of `prior` where others used up something before.
USED = "used_before_cents"
ORDER = ("learner_id", "semester", "submitted_on", "claim_id", "line")


def decided_lines(rule: BoundRule, lines: Any, cap_used: Any = None) -> Any:
    """Lines with what the rule answers: each after those before it of the same learner and semester.

    Args:
        rule: the rule `compensation`, or one that asks for more facts.
        lines: of Polars: the facts of the rule, `claim_no`, `line`, `cap_window`, `cap_cents` and the columns of `ORDER`.
        cap_used: see `windows.with_cap_used`.

    Returns:
        The lines in the order in which they are decided, with `cap_used_cents`, `outcome`, `amount_cents`, `reasons`, and
        `counted_cents`: what each uses up of the semester's ceiling; empty where that is not known.
    """
    pl = polars()
    lines = with_cap_used(rule, lines.sort(*ORDER).with_row_index("turn"), cap_used)
    # All lines of a claim have one turn in the rule's own words: the place in the order tells them apart.
    decided = rule.decide_frame(lines.rename({"claim_id": "claim"}).with_columns(claim_id=pl.col("turn").cast(pl.Int64)))
    decided = decided.drop("claim_id", "turn").rename({"claim": "claim_id"})
    left = (pl.col("cap_cents") * pl.col("units") - pl.col("cap_used_cents")).clip(lower_bound=0)
    refused, unknown = pl.col("outcome") == "refused", pl.col("outcome") == "undetermined"
    counted = pl.when(refused).then(0).otherwise(pl.min_horizontal("requested_cents", left))
    blocked = unknown.cum_max().over("learner_id", "semester") if (decided["outcome"] == "undetermined").any() else unknown
    return decided.with_columns(counted_cents=pl.when(~blocked).then(counted))


def decided_claims(lines: Any, rule: BoundRule) -> Any:
    """What the lines of each claim come to.

    Args:
        lines: as `decided_lines` gives them, in the order in which they are decided.
        rule: by which.

    Returns:
        A row for each claim: `claim_no`, `lines` (how many), `outcome`, `amount_cents`, `counted_cents`, `reasons`.
    """
    pl = polars()
    outcome, several = pl.col("outcome"), pl.len().over(CLAIM) > 1
    # That a line waits for one before it in the claim is no reason of the claim's own.
    waits = sum(bit for name, bit in rule.bits.items() if name in (EARLIER_CLAIM, USED))
    follows = (outcome == "undetermined").cum_sum().over(CLAIM) > 1
    own = pl.when(follows & (outcome == "undetermined")).then(pl.col("reasons") & ~pl.lit(waits, pl.Int64)).otherwise("reasons")
    lines = lines.with_columns(reasons=own)
    columns = (CLAIM, "outcome", "amount_cents", "counted_cents", "reasons")
    lines = lines.select(*columns, several=several)
    alone = lines.filter(~pl.col("several")).select(CLAIM, pl.lit(1, pl.UInt32).alias("lines"), *columns[1:])
    first = outcome.first()
    together = pl.when((outcome == first).all()).then(first.cast(pl.String)).otherwise(pl.lit("reduced"))
    known = pl.col("counted_cents").is_not_null().all()
    summed = (
        lines.filter("several")
        .group_by(CLAIM, maintain_order=True)
        .agg(
            pl.len().cast(pl.UInt32).alias("lines"),
            pl.when((outcome == "undetermined").any()).then(pl.lit("undetermined")).otherwise(together).alias("outcome"),
            pl.when((outcome != "undetermined").all()).then(pl.col("amount_cents").sum()).alias("amount_cents"),
            pl.when(known).then(pl.col("counted_cents").sum()).alias("counted_cents"),
            pl.col("reasons").bitwise_or(),
        )
        .with_columns(pl.col("outcome").cast(pl.Enum(OUTCOMES)))
    )
    return pl.concat([alone, summed])
