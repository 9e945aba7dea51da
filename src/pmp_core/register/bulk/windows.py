"""What lines before used up of a cap that is for more than a day: in columns where the cap is one and the same."""

from __future__ import annotations

from typing import Any

from pmp_core.register.bulk.file_reading import polars
from pmp_core.register.bulk.parts import CLAIM
from pmp_core.rules import BoundRule

WINDOW = ("learner_id", "semester", "kind", "cap_window", "within")
USED = "cap_used_cents"


def with_cap_used(rule: BoundRule, lines: Any, before: Any = None) -> Any:
    """Lines with what those before them used up of their cap, and what each counts of it.

    A line that is refused uses nothing. Whether it is does not depend on amounts: so the lines that share a cap are decided once
    as if nothing were used up, to learn it.

    Args:
        rule: the rule `compensation`.
        lines: of Polars, in the order in which they are decided, with `turn` and all facts but this one.
        before: `learner_id`, `semester`, `kind`, `cap_window` and `cap_used_before`: what other claims used up; None: nothing.

    Returns:
        The lines with `cap_used_cents`.
    """
    pl = polars()
    lines = lines.with_columns(within=pl.when(pl.col("cap_window") == "claim").then(pl.col(CLAIM)).otherwise(-1))
    shared = lines.filter(pl.col("cap_window").is_not_null()).filter(pl.len().over(WINDOW) > 1)
    start = _start(pl, lines, before)
    if shared.is_empty():
        return start.drop("within")
    # Each is a group of its own here: what it comes to beside others does not matter.
    alone = shared.with_columns(
        pl.lit(0, pl.Int64).alias(USED), learner_id=pl.col("turn").cast(pl.String), claim_id=pl.col("turn")
    )
    refused = rule.decide_frame(alone)["outcome"].cast(pl.String) == "refused"
    counting = _start(pl, shared.filter(~refused), before).select(
        "turn",
        *WINDOW,
        pl.col(USED).alias("start"),
        asked="requested_cents",
        cap=(pl.col("cap_cents") * pl.col("units")).fill_null(0),
    )
    used = pl.concat([_of_one_cap(pl, counting), _of_several(pl, counting)])
    # A refused line shows what was used up before it, too.
    told = shared.select("turn", *WINDOW).join(used, on="turn", how="left").sort("turn")
    told = told.with_columns(pl.col("after").forward_fill().over(WINDOW).alias("last"))
    told = told.with_columns(before=pl.coalesce("before", "last")).select("turn", "before")
    joined = start.join(told, on="turn", how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce("before", USED).alias(USED)).drop("before", "within")


def _start(pl: Any, lines: Any, before: Any) -> Any:
    if before is None:
        return lines.with_columns(pl.lit(0, pl.Int64).alias(USED))
    keys = [key for key in WINDOW if key != "within"]
    joined = lines.join(before, on=keys, how="left", maintain_order="left")
    return joined.with_columns(pl.col("cap_used_before").fill_null(0).alias(USED)).drop("cap_used_before")


def _of_one_cap(pl: Any, counting: Any) -> Any:
    """Where the cap stays the same: what was asked for before, up to the cap, and no less than what was used at the start."""
    same = counting.filter(pl.col("cap").min().over(WINDOW) == pl.col("cap").max().over(WINDOW)).sort("turn")
    through = pl.col("asked").cum_sum().over(WINDOW)

    def up_to(asked: Any) -> Any:
        return pl.max_horizontal("start", pl.min_horizontal(pl.col("start") + asked, "cap"))

    return same.select("turn", before=up_to(through - pl.col("asked")), after=up_to(through))


def _of_several(pl: Any, counting: Any) -> Any:
    """Where it changes within what it is for: line after line. Few claims lie across such a change."""
    differ = counting.filter(pl.col("cap").min().over(WINDOW) != pl.col("cap").max().over(WINDOW)).sort(*WINDOW, "turn")
    turns, befores, afters = [], [], []
    group, used = None, 0
    for *key, turn, start, asked, cap in differ.select(*WINDOW, "turn", "start", "asked", "cap").iter_rows():
        if key != group:
            group, used = key, start
        turns.append(turn)
        befores.append(used)
        used += min(asked, max(cap - used, 0))
        afters.append(used)
    types = {"turn": counting.schema["turn"], "before": pl.Int64, "after": pl.Int64}
    return pl.DataFrame({"turn": turns, "before": befores, "after": afters}, schema=types)
