"""The lines of claims in columns: what is asked for in each part of a period, and of how many units; as `compensation.lines_of` does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw

from pmp_core.compensation.quantity import UNITS_OF_TIME
from pmp_core.register.bulk.frames import Engine, Lazy, quotient
from pmp_core.register.bulk.law import OTHERS, OWN_CALENDAR, ClaimLaw, number_of
from pmp_core.register.bulk.parts import CLAIM

_NO_UNIT, SCHOOL_DAY = "", "EUR/school-day"
# A product of two amounts has more than 64 bits: it is divided in two steps of so many bits.
_HALF = 1 << 18


def with_units(engine: Engine, law: ClaimLaw, parts: Lazy) -> Lazy:
    """Parts with the cap in force on their first day and what it is for.

    Args:
        parts: as `parts.divided` gives them, with `kind` and `level`.

    Returns:
        The parts and `unit` (of the cap; empty text: there is none), `cap_cents` (empty: not set), `days`, `school_days`, and
        `school_days_unknown`, where the calendar does not say when the level's semester ends.
    """
    parts = parts.with_columns(
        unit=_by_day(law, "part_first_no", "unit"),
        cap_cents=_by_day(law, "part_first_no", "cents"),
        days=nw.col("part_last_no") - nw.col("part_first_no") + 1,
    )
    if not law.has_unit(SCHOOL_DAY):
        return parts.with_columns(school_days=nw.lit(0, nw.Int64), school_days_unknown=nw.lit(False))
    return _with_school_days(engine, law, parts)


def unit_at_first(law: ClaimLaw) -> nw.Expr:
    """The unit of the cap on a claim's first day."""
    return _by_day(law, "first_no", "unit")


def _by_day(law: ClaimLaw, day: str, what: str) -> nw.Expr:
    """What the caps say on a day, by kind."""
    wide = nw.lit(None, nw.String()) if what == "unit" else nw.lit(None, nw.Int64())
    found = wide
    for kind, rows in law.caps.items():
        of_kind = wide
        for first, unit, cents in rows:
            value = nw.lit(unit or _NO_UNIT) if what == "unit" else nw.lit(cents, nw.Int64())
            of_kind = nw.when(nw.col(day) >= number_of(first)).then(value).otherwise(of_kind)
        found = nw.when(nw.col("kind") == kind).then(of_kind).otherwise(found)
    return found


def _with_school_days(engine: Engine, law: ClaimLaw, parts: Lazy) -> Lazy:
    days = law.school_days
    group = nw.when(nw.col("level").is_in(list(OWN_CALENDAR))).then(nw.col("level")).otherwise(OTHERS).fill_null(OTHERS)
    first, last = number_of(days.first), number_of(days.last)

    def within(day: nw.Expr) -> nw.Expr:
        """The nearest day of the tables: one row before them stands for all that lies before."""
        low = nw.when(day < first - 1).then(first - 1).otherwise(day)
        return nw.when(low > last).then(last).otherwise(low).cast(nw.Int64)

    columns: dict[str, list[int]] = {"level_group": [], "day_no": [], "count": [], "not_known": []}
    for level, through in days.through.items():
        columns["level_group"] += [level] * (len(through) + 1)
        columns["day_no"] += range(first - 1, first + len(through))
        columns["count"] += [0, *through]
        columns["not_known"] += [0, *days.unknown[level]]
    counted = engine.table(columns, dict.fromkeys(columns, "integer"))
    parts = parts.with_columns(
        level_group=group.cast(nw.Int64), to_no=within(nw.col("part_last_no")), from_no=within(nw.col("part_first_no") - 1)
    )
    for end in ("to", "from"):
        table = counted.select("level_group", nw.col("day_no").alias(f"{end}_no"), *_named(end))
        parts = parts.join(table, on=["level_group", f"{end}_no"], how="left")
    return parts.with_columns(
        school_days=nw.col("count_to") - nw.col("count_from"),
        school_days_unknown=(nw.col("not_known_to") - nw.col("not_known_from")) > 0,
    ).drop("level_group", "to_no", "from_no", "count_to", "count_from", "not_known_to", "not_known_from")


def _named(end: str) -> Sequence[nw.Expr]:
    return [nw.col(name).alias(f"{name}_{end}") for name in ("count", "not_known")]


def undivided(parts: Lazy) -> Lazy:
    """Lines of claims that have one part: it asks for everything."""
    return parts.with_columns(
        line=nw.lit(1, nw.Int64),
        line_requested=nw.col("requested_cents"),
        line_cofunded=nw.col("cofunded_cents"),
        school_days_unknown=nw.col("school_days_unknown") & (nw.col("unit") == SCHOOL_DAY),
    )


def shared_out(engine: Engine, law: ClaimLaw, parts: Lazy, receipts: Lazy) -> Lazy:
    """Lines of claims that may have several parts, with what each asks for and what others pay of it.

    Args:
        parts: with units, and all parts of each claim.
        receipts: `claim_no`, `receipt_no` (the day as a number), `receipt_cents`.

    Returns:
        The parts that something is asked for, numbered as `line` within the claim, with `line_requested` and `line_cofunded`.
        `school_days_unknown` is left only where the school days matter.
    """
    parts = parts.join(_by_part(parts, receipts), on=[CLAIM, "part_first_no"], how="left")
    first = unit_at_first(law)
    by_receipts = nw.col("receipts_here").sum().over(CLAIM) > 0
    # Days on which the learner is not enrolled count only where that is so on all.
    enrolled = (
        nw.when(nw.col("track").is_null() & nw.col("level").is_null()).then(nw.lit(0, nw.Int64)).otherwise(nw.lit(1, nw.Int64))
    )
    open_ = (nw.col("enrolled") == 1) | (nw.col("enrolled").max().over(CLAIM) == 0)
    parts = parts.with_columns(receipts_here=nw.col("receipts_here").fill_null(0), enrolled=enrolled)
    none = nw.lit(0, nw.Int64)
    parts = parts.with_columns(
        spread=nw.when(open_).then(nw.col("days")).otherwise(none),
        schooled=nw.when(open_).then(nw.col("school_days")).otherwise(none),
    )
    weight = (
        nw.when(first == SCHOOL_DAY)
        .then(nw.col("schooled"))
        .otherwise(
            nw.when(~first.is_in(list(UNITS_OF_TIME)) & by_receipts).then(nw.col("receipts_here")).otherwise(nw.col("spread"))
        )
    )
    parts = parts.with_columns(weight=weight)
    parts = _shared(engine.settled(parts), "requested_cents", "weight", "line_requested")
    parts = engine.settled(_shared(engine.settled(parts), "cofunded_cents", "line_requested", "line_cofunded"))
    unknown, whose = nw.col("school_days_unknown"), (unit_at_first(law) == SCHOOL_DAY)
    weighed = nw.when(unknown & whose).then(nw.lit(1, nw.Int64)).otherwise(nw.lit(0, nw.Int64)).max().over(CLAIM) > 0
    parts = parts.with_columns(school_days_unknown=(unknown & (nw.col("unit") == SCHOOL_DAY)) | weighed)
    asks = parts.filter((nw.col("line_requested") > 0) | (nw.col("requested_cents") == 0))
    number = nw.col("one").cum_sum().over(CLAIM, order_by="part_first_no").cast(nw.Int64)
    return (
        asks.with_columns(one=nw.lit(1, nw.Int64))
        .with_columns(line=number)
        .drop("one", "weight", "receipts_here", "enrolled", "spread", "schooled")
    )


def _by_part(parts: Lazy, receipts: Lazy) -> Lazy:
    """What the receipts of each part come to; one of before or after the period belongs to the nearest part."""
    own = parts.select(CLAIM, "part_first_no", "part_last_no", "first_no", "last_no").join(receipts, on=CLAIM, how="inner")
    day, first, last = nw.col("receipt_no"), nw.col("part_first_no"), nw.col("part_last_no")
    here = ((day >= first) | (first == nw.col("first_no"))) & ((day <= last) | (last == nw.col("last_no")))
    return own.filter(here).group_by(CLAIM, "part_first_no").agg(nw.col("receipt_cents").sum().alias("receipts_here"))


def _shared(parts: Lazy, amount: str, weight: str, name: str) -> Lazy:
    """An amount of the claim between its parts, to the cent: in proportion to weights, else to days; by largest remainder."""
    all_zero = nw.col(weight).sum().over(CLAIM) == 0
    parts = parts.with_columns(w=nw.when(all_zero).then(nw.col("spread")).otherwise(nw.col(weight)))
    parts = parts.with_columns(whole=nw.col("w").sum().over(CLAIM))
    cents, w, whole = nw.col(amount), nw.col("w"), nw.col("whole")
    # cents = q · whole + r, and r · w is divided by `whole` with w in an upper and a lower half: everything fits into 64 bits.
    parts = parts.with_columns(
        q=quotient(cents, whole), r=cents % whole, low=w % _HALF, high=quotient(w, nw.lit(_HALF, nw.Int64()))
    )
    upper = nw.col("r") * nw.col("high")
    parts = parts.with_columns(upper_q=quotient(upper, whole), rest=(upper % whole) * _HALF + nw.col("r") * nw.col("low"))
    parts = parts.with_columns(
        floor=nw.col("q") * w + nw.col("upper_q") * _HALF + quotient(nw.col("rest"), whole), behind=-(nw.col("rest") % whole)
    )
    left = cents - nw.col("floor").sum().over(CLAIM)
    place = nw.col("one").cum_sum().over(CLAIM, order_by=["behind", "part_first_no"])
    parts = parts.with_columns(one=nw.lit(1, nw.Int64)).with_columns(left=left, place=place)
    one_more = nw.when(nw.col("place") <= nw.col("left")).then(nw.lit(1, nw.Int64)).otherwise(nw.lit(0, nw.Int64))
    shared = nw.when(~cents.is_null()).then(nw.col("floor") + one_more)
    return parts.with_columns(shared.alias(name)).drop(
        "w", "whole", "q", "r", "low", "high", "upper_q", "rest", "floor", "behind", "left", "place", "one"
    )


def quantities(law: ClaimLaw, lines: Lazy) -> Lazy:
    """Lines with how many units of their cap they are for, and within what it is used up.

    Returns:
        The lines, `units`, and `cap_window`: as `compensation.window` writes it.
    """
    unit = nw.col("unit")
    units = nw.lit(1, nw.Int64)
    for name, count in (
        ("EUR/item", "items"),
        (SCHOOL_DAY, "school_days"),
        ("EUR/day", "days"),
        ("EUR/cent-spent", "line_requested"),
    ):
        units = nw.when(unit == name).then(nw.col(count)).otherwise(units)
    first = nw.col("part_first")
    within = nw.lit(None, nw.String())
    year, month = (part.cast(nw.String()) for part in (first.dt.year(), first.dt.month()))
    zero = nw.when(first.dt.month() < 10).then(nw.lit("-0")).otherwise(nw.lit("-"))
    values = {"claim": nw.lit("claim"), "month": nw.concat_str(year, zero, month), "semester": nw.col("semester")}
    for named, of in law.windows.items():
        if named is not None and of is not None:
            within = nw.when(unit == named).then(values[of]).otherwise(within)
    return lines.with_columns(units=units.cast(nw.Int64), cap_window=within)


def facts(engine: Engine, law: ClaimLaw, lines: Lazy) -> Lazy:
    """Lines with the facts of the rule `compensation` under its own names, but for what lines before used up."""
    named = {
        "on": nw.col("part_first"),
        "last_day": nw.col("part_last"),
        "requested_cents": nw.col("line_requested"),
        "cofunded_cents": nw.col("line_cofunded"),
    }
    semesters: dict[str, list[Any]] = {
        "semester": [semester for semester, _, _ in law.semesters],
        "semester_first_day": [first for _, first, _ in law.semesters],
        "semester_last_day": [last for _, _, last in law.semesters],
    }
    types = {"semester": "text", "semester_first_day": "day", "semester_last_day": "day"}
    renamed = lines.with_columns(**named).drop("part_first", "part_last", "line_requested", "line_cofunded")
    return renamed.join(engine.table(semesters, types), on="semester", how="left")
