"""Claims in parts: from each day on which something that a claim falls under becomes another."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import narwhals as nw

from pmp_core.register.bulk.frames import Engine, Lazy
from pmp_core.register.bulk.law import ClaimLaw, number_of

CLAIM = "claim_no"
START, BEFORE = ("start", "start_no"), ("before", "before_no")
FIRST, LAST = ("part_first", "part_first_no"), ("part_last", "part_last_no")
NO_TRACK = "-"


def law_starts(engine: Engine, law: ClaimLaw, first: date, last: date) -> Lazy:
    """The days on which a line begins by law: `kind`, `track_key`, the day and the day before, both also as numbers."""
    rows = law.starts(first, last)
    days = [day for _, _, day in rows]
    before = [day - timedelta(days=1) for day in days]
    columns: dict[str, list[Any]] = {
        "kind": [kind for kind, _, _ in rows],
        "track_key": [track or NO_TRACK for _, track, _ in rows],
        "start": days,
        "start_no": [number_of(day) for day in days],
        "before": before,
        "before_no": [number_of(day) for day in before],
    }
    types = {"kind": "text", "track_key": "text", "start": "day", "start_no": "integer", "before": "day", "before_no": "integer"}
    return engine.table(columns, types)


def touched(law: ClaimLaw) -> nw.Expr:
    """Whether a claim may have more than one part by law: some turn of some kind lies inside it, or the first of a month."""
    days = sorted({day for turns in law.turns.values() for day in turns})
    began, ends = nw.col("first_no"), nw.col("last_no")
    found = [(began < number_of(day)) & (ends >= number_of(day)) for day in days]
    if law.has_unit("EUR/month"):
        first, last = nw.col("first_day").dt, nw.col("last_day").dt
        found.append((first.month() != last.month()) | (first.year() != last.year()))
    return nw.any_horizontal(*found, ignore_nulls=False) if found else nw.lit(False)


def whole(claims: Lazy) -> Lazy:
    """Claims as one part each."""
    return claims.with_columns(
        part_first=nw.col("first_day"),
        part_first_no=nw.col("first_no"),
        part_last=nw.col("last_day"),
        part_last_no=nw.col("last_no"),
    )


def divided(claims: Lazy, starts: Lazy) -> Lazy:
    """Claims in parts.

    Args:
        claims: with `claim_no`, `first_day`, `first_no`, `last_day`, `last_no`.
        starts: `claim_no`, and the days on which parts begin with the days before, both also as numbers; a day may stand there more
            than once.

    Returns:
        A row for each part: the claim's columns, `part_first`, `part_last`, and both as numbers.
    """
    own = claims.select(CLAIM, start="first_day", start_no="first_no", before="first_day", before_no="first_no")
    columns = (CLAIM, *START, *BEFORE)
    all_ = nw.concat([own.select(*columns), starts.select(*columns)], how="vertical").unique([CLAIM, "start_no"])
    following = (nw.col(name).shift(-1).over(CLAIM, order_by="start_no").alias(f"next_{name}") for name in BEFORE)
    parts = all_.with_columns(*following).join(claims, on=CLAIM, how="inner")
    ends = {
        "part_last": nw.coalesce(nw.col("next_before"), nw.col("last_day")),
        "part_last_no": nw.coalesce(nw.col("next_before_no"), nw.col("last_no")),
    }
    return parts.with_columns(part_first=nw.col("start"), part_first_no=nw.col("start_no"), **ends).drop(
        *START, *BEFORE, "next_before", "next_before_no"
    )


def starts_by_law(claims: Lazy, starts: Lazy) -> Lazy:
    """The days on which parts of these claims begin by law.

    Args:
        claims: with `claim_no`, `kind`, `track_key`, `first_no`, `last_no`.
        starts: `law_starts`.
    """
    own = claims.select(CLAIM, "kind", "track_key", "first_no", "last_no")
    joined = own.join(starts, on=["kind", "track_key"], how="inner")
    return joined.filter((nw.col("start_no") > nw.col("first_no")) & (nw.col("start_no") <= nw.col("last_no")))
