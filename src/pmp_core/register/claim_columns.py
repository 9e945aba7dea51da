"""The facts of the rule `compensation` of many claims at once, as columns: the same as `claim_facts` says of each claim."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import narwhals as nw

from pmp_core.loading import Programme
from pmp_core.register.bulk import lines, parts
from pmp_core.register.bulk.frames import Engine, Lazy
from pmp_core.register.bulk.law import ClaimLaw, number_of
from pmp_core.register.bulk.parts import CLAIM
from pmp_core.register.claim_tables import ClaimTables, read_tables
from pmp_core.register.storage import Transaction

_PIECE = (CLAIM, "start_no")
_STATUSES = "plans.statuses-in-force"
# What a line says beside the facts of the rule.
IDS = ("claim_id", "line", "plan_id", "learner_id", "institution_id", "semester", "submitted_on")
BESIDE = ("unit", "cap_cents", "cap_window", "school_days_unknown")


def claim_frame(
    transaction: Transaction, programme: Programme, statuses: Sequence[str], backend: str = "polars", *, session: Any = None
) -> Any:
    """The lines of claims with their facts, built from the tables by joins. Nothing is kept.

    Args:
        transaction: of the register.
        programme: whose law and calendar count.
        statuses: of the claims: the codes of `claim-statuses`.
        backend: where the joins are done: `polars`, `duckdb` or `pyspark`. What is read goes through Polars, which has to be
            installed.
        session: of Spark.

    Returns:
        A native frame (a lazy one of Polars, a relation of DuckDB, a frame of Spark), a row for each line: `claim_id`, `line` (from
        1), `plan_id`, `learner_id`, `institution_id` (the plan's on the line's first day), `semester`, `submitted_on`; the facts of
        the rule `compensation` but `cap_used_cents`; `unit` of the cap, `cap_cents`, `cap_window` (within what it is used up), and
        `school_days_unknown`, where such a claim cannot be decided.

    Raises:
        FactError: `backend-unknown`, `backend-missing`.
    """
    engine = Engine(backend, session)
    made = claim_lines(engine, ClaimLaw(programme), read_tables(transaction, engine, statuses))
    facts = [fact.name for fact in programme.rule("compensation").facts if fact.name != "cap_used_cents"]
    return made.select(*dict.fromkeys([*IDS, *facts, *BESIDE, CLAIM])).to_native()


def claim_lines(engine: Engine, law: ClaimLaw, read: ClaimTables) -> Lazy:
    """The lines of claims, each with its facts."""
    claims = engine.settled(_addressed(read, _receipts(read)))
    pieces = engine.settled(_pieces(engine, law, read, claims))
    pieces = engine.settled(_with_status(law, read, engine.settled(_with_owner(read, pieces))))
    pieces = engine.settled(_with_partner(read, engine.settled(_with_enrolment(read, pieces))))
    divided = engine.settled(_divided(engine.settled(_starting(engine, law, read, pieces)), claims))
    shared = lines.shared_out(engine, law, engine.settled(lines.with_units(engine, law, divided)), read.receipts)
    return lines.facts(engine, law, lines.quantities(law, shared))


def _receipts(read: ClaimTables) -> Lazy:
    """Claims with whether their receipts are complete."""
    told = read.receipts.group_by(CLAIM).agg(
        nw.col("receipt_no").min().alias("earliest"), nw.col("receipt_no").max().alias("latest")
    )
    complete = (nw.col("earliest") >= nw.col("first_no")) & (nw.col("latest") <= nw.col("last_no"))
    joined = read.claims.join(told, on=CLAIM, how="left")
    return joined.with_columns(receipts_complete=complete.fill_null(False)).drop("earliest", "latest")


def _addressed(read: ClaimTables, claims: Lazy) -> Lazy:
    """Claims with whether their measure is of their kind and addresses risks of the plan only."""
    others = read.measure_risks.join(read.plan_risks, on=["plan_id", "factor"], how="anti").select("plan_id", "position").unique()
    others = others.with_columns(other_risk=nw.lit(True))
    measures = read.measures.join(others, on=["plan_id", "position"], how="left").drop("position")
    joined = claims.join(measures, on=["plan_id", "measure"], how="left")
    addressed = (nw.col("measure_kind") == nw.col("kind")) & ~nw.col("other_risk").fill_null(False)
    return joined.with_columns(risk_addressed=addressed.fill_null(False)).drop("measure_kind", "other_risk")


def _pieces(engine: Engine, law: ClaimLaw, read: ClaimTables, claims: Lazy) -> Lazy:
    """Claims cut on every day on which anything may change: `start` and the day before, both as numbers too."""
    columns = (CLAIM, *parts.START, *parts.BEFORE)
    own = claims.select(CLAIM, start="first_day", start_no="first_no", before="first_day", before_no="first_no")
    span = claims.select(CLAIM, "plan_id", "learner_id", "kind", "first_no", "last_no")
    owners = _owners(read, claims)
    agreements = _agreements(read).select("institution_id", "id").join(read.agreement_starts, on="id", how="inner").drop("id")
    by_law = parts.law_starts(engine, law, *read.days).drop("track_key").unique()
    found = [
        span.join(by_law, on="kind", how="inner"),
        span.join(read.enrolment_starts, on="learner_id", how="inner"),
        span.join(read.step_starts, on="plan_id", how="inner"),
        span.join(read.transfer_starts, on="plan_id", how="inner"),
        span.join(owners, on=CLAIM, how="inner").join(agreements, on="institution_id", how="inner"),
    ]
    inside = (nw.col("start_no") > nw.col("first_no")) & (nw.col("start_no") <= nw.col("last_no"))
    cuts = nw.concat([own.select(*columns), *(one.filter(inside).select(*columns) for one in found)], how="vertical")
    carried = claims.select(CLAIM, "plan_id", "learner_id", "kind", "plan_now", "owner_now")
    return cuts.unique([*_PIECE]).join(carried, on=CLAIM, how="inner")


def _owners(read: ClaimTables, claims: Lazy) -> Lazy:
    """The institutions whose plan a claim's plan is on some day."""
    plans = claims.select(CLAIM, "plan_id")
    moved = [
        plans.join(read.transfers, on="plan_id", how="inner").select(CLAIM, institution_id=name)
        for name in ("source_institution_id", "target_institution_id")
    ]
    return nw.concat([claims.select(CLAIM, institution_id="owner_now"), *moved], how="vertical").unique()


def _agreements(read: ClaimTables) -> Lazy:
    """The agreements by which each institution takes part: its own, and its municipality's."""
    columns = ("institution_id", "id", "first_no", "last_no")
    own = read.agreements.filter(~nw.col("institution_id").is_null()).select(*columns)
    of_municipality = read.agreements.filter(~nw.col("municipality_id").is_null()).drop("institution_id")
    all_ = of_municipality.join(read.institutions, on="municipality_id", how="inner").select(*columns)
    return nw.concat([own, all_], how="vertical")


def _latest(pieces: Lazy, events: Lazy, earlier: int) -> Lazy:
    """The last event of each piece's plan until its day, or some days earlier, in the order of the plan's own: the piece's keys and
    `position`."""
    joined = pieces.select(*_PIECE, "plan_id").join(events.select("plan_id", "position", "on_no"), on="plan_id", how="inner")
    until = joined.filter(nw.col("on_no") <= nw.col("start_no") - earlier)
    return until.group_by(*_PIECE, "plan_id").agg(nw.col("position").max().alias("position"))


def _with_latest(pieces: Lazy, events: Lazy, before: str, after: str, now: str, name: str, *, earlier: int = 0) -> Lazy:
    """With what the last event until the piece's day led to, or until some days earlier; before all events what the first led away
    from; without any, `now`."""
    told = events.select("plan_id", "position", nw.col(after).alias("led_to"))
    latest = _latest(pieces, events, earlier).join(told, on=["plan_id", "position"], how="inner").select(*_PIECE, "led_to")
    first = events.filter(nw.col("position") == 0).select("plan_id", nw.col(before).alias("led_from"))
    joined = pieces.join(latest, on=[*_PIECE], how="left").join(first, on="plan_id", how="left")
    return joined.with_columns(nw.coalesce(nw.col("led_to"), nw.col("led_from"), nw.col(now)).alias(name)).drop(
        "led_to", "led_from"
    )


def _with_owner(read: ClaimTables, pieces: Lazy) -> Lazy:
    names = ("source_institution_id", "target_institution_id", "owner_now", "institution_id")
    return _with_latest(pieces, read.transfers, *names).drop("owner_now")


def _with_status(law: ClaimLaw, read: ClaimTables, pieces: Lazy) -> Lazy:
    """With the plan's status, of the evening or else of the morning, and whether support can be delivered in it."""
    for name, earlier in (("plan_status", 0), ("morning", 1)):
        pieces = _with_latest(pieces, read.steps, "source", "target", "plan_now", name, earlier=earlier)
    pieces = pieces.with_columns(in_force=_in_force(law, "plan_status"), in_morning=_in_force(law, "morning"))
    only_then = nw.col("in_morning") & ~nw.col("in_force")
    status = nw.when(only_then).then(nw.col("morning")).otherwise(nw.col("plan_status"))
    pieces = pieces.with_columns(plan_status=status, in_force=nw.col("in_force") | nw.col("in_morning"))
    return pieces.drop("morning", "in_morning", "plan_now")


def _in_force(law: ClaimLaw, status: str) -> nw.Expr:
    """Whether support can be delivered in a status on the piece's day."""
    pack = law.programme.pack
    in_force = nw.lit(False)
    days = sorted({day for turns in law.turns.values() for day in turns})
    for day in (None, *days):
        value = pack.read(_STATUSES, day or date.min).value
        among = nw.col(status).is_in([str(code) for code in value]) if isinstance(value, tuple) and value else nw.lit(False)
        in_force = among if day is None else nw.when(nw.col("start_no") >= number_of(day)).then(among).otherwise(in_force)
    return in_force


def _with_enrolment(read: ClaimTables, pieces: Lazy) -> Lazy:
    """With track and level: at the plan's institution, else at another; of several enrolments the one that began last."""
    theirs = read.enrolments.select(
        "learner_id", "track", "level", at="institution_id", enrolment="id", began="first_no", ended="last_no"
    )
    own = pieces.select(*_PIECE, "learner_id", "institution_id").join(theirs, on="learner_id", how="inner")
    own = own.filter((nw.col("began") <= nw.col("start_no")) & (nw.col("ended") >= nw.col("start_no")))
    elsewhere = nw.when(nw.col("at") == nw.col("institution_id")).then(nw.lit(0, nw.Int64)).otherwise(nw.lit(1, nw.Int64))
    own = own.with_columns(elsewhere=elsewhere, long_ago=-nw.col("began"), one=nw.lit(1, nw.Int64))
    place = nw.col("one").cum_sum().over(*_PIECE, order_by=["elsewhere", "long_ago", "enrolment"])
    best = own.with_columns(place=place).filter(nw.col("place") == 1).select(*_PIECE, "track", "level")
    return pieces.join(best, on=[*_PIECE], how="left")


def _with_partner(read: ClaimTables, pieces: Lazy) -> Lazy:
    """With whether the institution takes part."""
    own = pieces.select(*_PIECE, "institution_id").join(_agreements(read), on="institution_id", how="inner")
    on = (nw.col("first_no") <= nw.col("start_no")) & (nw.col("last_no") >= nw.col("start_no"))
    takes_part = own.filter(on).select(*_PIECE).unique().with_columns(partner=nw.lit(True))
    return pieces.join(takes_part, on=[*_PIECE], how="left").with_columns(partner=nw.col("partner").fill_null(False))


def _starting(engine: Engine, law: ClaimLaw, read: ClaimTables, pieces: Lazy) -> Lazy:
    """The pieces with which a line begins: the first, those under another law, and those in which something is otherwise than in the
    one before."""
    by_law = parts.law_starts(engine, law, *read.days).select("kind", "track_key", "start_no").with_columns(by_law=nw.lit(True))
    pieces = pieces.with_columns(track_key=nw.col("track").fill_null(parts.NO_TRACK), level_key=nw.col("level").fill_null(-1))
    pieces = pieces.join(by_law, on=["kind", "track_key", "start_no"], how="left")
    told = ("track_key", "level_key", "institution_id", "partner", "in_force")
    before = {f"{name}_then": nw.col(name).shift(1).over(CLAIM, order_by="start_no") for name in told}
    pieces = pieces.with_columns(**before)
    other = [nw.col(name) != nw.col(f"{name}_then") for name in told]
    begins = nw.any_horizontal(nw.col("track_key_then").is_null(), nw.col("by_law").fill_null(False), *other, ignore_nulls=True)
    return pieces.filter(begins).drop(*before, "by_law", "track_key", "level_key", "in_force", "plan_id", "learner_id", "kind")


def _divided(starting: Lazy, claims: Lazy) -> Lazy:
    """Claims in parts, with the facts of the day on which each begins."""
    following = (nw.col(name).shift(-1).over(CLAIM, order_by="start_no").alias(f"next_{name}") for name in parts.BEFORE)
    joined = starting.with_columns(*following).join(claims.drop("plan_now", "owner_now"), on=CLAIM, how="inner")
    ends = {
        "part_last": nw.coalesce(nw.col("next_before"), nw.col("last_day")),
        "part_last_no": nw.coalesce(nw.col("next_before_no"), nw.col("last_no")),
    }
    return joined.with_columns(part_first=nw.col("start"), part_first_no=nw.col("start_no"), **ends).drop(
        *parts.START, *parts.BEFORE, "next_before", "next_before_no"
    )
