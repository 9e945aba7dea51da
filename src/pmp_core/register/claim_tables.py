"""The tables that the facts of claims are joined from, as frames: days also as numbers, and the days on which something may change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import narwhals as nw
from attrs import define

from pmp_core.register import tables
from pmp_core.register.bulk.file_reading import polars
from pmp_core.register.bulk.frames import Engine, Lazy
from pmp_core.register.bulk.law import number_of
from pmp_core.register.frames_of_tables import polars_frame
from pmp_core.register.schema import Table
from pmp_core.register.storage import Transaction

NEVER = date.max  # some systems write it for no end; there is no day after it
_NUMBERED = "_no"


@define(frozen=True)
class ClaimTables:
    """What is read of a register, in an engine.

    Args:
        claims: those asked for, numbered by `claim_no`, with their plan's columns.
        receipts: `claim_no`, `receipt_day`, `receipt_no`, `receipt_cents`.
        measures: of plans; `measure_risks` and `plan_risks` are their factors.
        steps: of plans, with `on_no`.
        transfers: of plans, with `on_no`.
        enrolments: with `first_no` and `last_no`.
        institutions: with their municipality.
        agreements: with `first_no` and `last_no`.
        enrolment_starts: by learner, the days on which an enrolment begins or is over.
        agreement_starts: by agreement, likewise.
        step_starts: by plan, the days of steps, and those after them.
        transfer_starts: by plan, the days of transfers.
        days: the first and the last day of any of the claims.
    """

    claims: Lazy
    receipts: Lazy
    measures: Lazy
    measure_risks: Lazy
    plan_risks: Lazy
    steps: Lazy
    transfers: Lazy
    enrolments: Lazy
    institutions: Lazy
    agreements: Lazy
    enrolment_starts: Lazy
    agreement_starts: Lazy
    step_starts: Lazy
    transfer_starts: Lazy
    days: tuple[date, date]


def read_tables(transaction: Transaction, engine: Engine, statuses: Sequence[str]) -> ClaimTables:
    """Read what the facts of claims are made from.

    Args:
        transaction: of the register.
        engine: where the tables are handed to.
        statuses: of the claims.

    Raises:
        FactError: `backend-missing`.
    """

    def read(table: Table, names: str, days: Sequence[str] = (), **renamed: str) -> Any:
        return _numbered(polars_frame(transaction, table, names.split()), days).rename(renamed)

    claims = read(
        tables.CLAIMS,
        "id plan_id measure kind first_day last_day requested_cents cofunded_cents items status submitted_on",
        ("first_day", "last_day"),
        id="claim_id",
    )
    pl = polars()
    claims = claims.filter(pl.col("status").is_in(list(statuses))).drop("status").with_row_index("claim_no")
    claims = claims.with_columns(pl.col("claim_no").cast(pl.Int64))
    receipts = read(tables.CLAIM_RECEIPTS, "claim_id day amount_cents", ("day",), day="receipt_day", amount_cents="receipt_cents")
    receipts = (
        receipts.rename({"day_no": "receipt_no"}).join(claims.select("claim_id", "claim_no"), on="claim_id").drop("claim_id")
    )
    plans = read(tables.PLANS, "id learner_id institution_id semester first_day last_day status", id="plan_id", status="plan_now",
                 first_day="plan_first_day", last_day="plan_last_day", institution_id="owner_now")  # fmt: skip
    enrolments = read(tables.ENROLMENTS, "id learner_id institution_id track level first_day last_day", ("first_day", "last_day"))
    agreements = read(tables.PARTNERSHIPS, "id institution_id municipality_id first_day last_day", ("first_day", "last_day"))
    steps = read(tables.PLAN_STEPS, "plan_id position source target on", ("on",))
    transfers = read(tables.PLAN_TRANSFERS, "plan_id position source_institution_id target_institution_id on", ("on",))
    made = {
        "claims": claims.join(plans, on="plan_id", maintain_order="left"),
        "receipts": receipts,
        "measures": read(tables.PLAN_MEASURES, "plan_id position number kind", number="measure", kind="measure_kind"),
        "measure_risks": read(tables.PLAN_MEASURE_RISKS, "plan_id measure_position factor", measure_position="position"),
        "plan_risks": read(tables.PLAN_RISKS, "plan_id factor").unique(),
        "steps": steps,
        "transfers": transfers,
        "enrolments": enrolments,
        "institutions": read(tables.INSTITUTIONS, "id municipality_id", id="institution_id"),
        "agreements": agreements,
        "enrolment_starts": _starts(enrolments, "learner_id"),
        "agreement_starts": _starts(agreements, "id"),
        "step_starts": _starts(steps.rename({"on": "first_day"}).with_columns(last_day="first_day"), "plan_id"),
        "transfer_starts": _starts_on(transfers.select("plan_id", start="on")),
    }
    days = claims["first_day"].min() or NEVER, claims["last_day"].max() or NEVER
    return ClaimTables(**{name: engine.held(nw.from_native(frame, eager_only=True)) for name, frame in made.items()}, days=days)


def _numbered(frame: Any, days: Sequence[str]) -> Any:
    """With the number of each of these days; where there is none, that of the last day there can be."""
    pl = polars()
    named = {day.removesuffix("_day") + _NUMBERED: pl.col(day).cast(pl.Int32).cast(pl.Int64) for day in days}
    return frame.with_columns(**{name: number.fill_null(number_of(NEVER)) for name, number in named.items()})


def _starts(spans: Any, key: str) -> Any:
    """The days on which spans of days begin or are over."""
    pl = polars()
    over = spans.filter(pl.col("last_day") < NEVER).select(key, start=pl.col("last_day").dt.offset_by("1d"))
    return _starts_on(pl.concat([spans.select(key, start="first_day"), over]))


def _starts_on(days: Any) -> Any:
    """With the day before, and both as numbers."""
    pl = polars()
    first = pl.col("start") == date.min
    before = pl.when(~first).then(pl.col("start")).dt.offset_by("-1d")
    days = days.unique().with_columns(before=before)
    return days.with_columns(
        start_no=pl.col("start").cast(pl.Int32).cast(pl.Int64), before_no=pl.col("before").cast(pl.Int32).cast(pl.Int64)
    )
