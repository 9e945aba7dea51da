"""All claims of a register that wait for their decision, decided at once, as they would be one after another. Nothing is kept."""

from __future__ import annotations

from datetime import date
from typing import Any

import attrs
import narwhals as nw
from attrs import frozen

from pmp_core.compensation import unit_on, window
from pmp_core.loading import Programme
from pmp_core.register import tables
from pmp_core.register.access.doors import admitting, claims_within
from pmp_core.register.bulk.deciding import ORDER, USED, decided_claims, decided_lines
from pmp_core.register.bulk.file_reading import polars
from pmp_core.register.claim_columns import claim_frame
from pmp_core.register.claim_facts import RULE
from pmp_core.register.collection import UnitOfWork
from pmp_core.register.conflicts import waiting_conflicts
from pmp_core.register.frames_of_tables import polars_frame
from pmp_core.register.schema import Table
from pmp_core.rules import PRIOR, BoundRule, Cut, Fact, Rule, fact
from pmp_core.rules.expression import nodes
from pmp_core.rules.lowering import EARLIER_CLAIM
from pmp_core.values import Semester, Text

_GROUP = ("learner_id", "semester")


@frozen
class ClaimsInBulk:
    """What all waiting claims come to.

    Args:
        decisions: a frame of Polars, a row for each claim in the order in which they are decided: `claim_id`, `learner_id`,
            `semester`, `submitted_on`, `lines` (how many), `outcome`, `amount_cents`, `counted_cents` (used up of the ceiling),
            `reasons` (names, with commas).
        lines: a frame of Polars, a row for each line with its facts, `cap_used_cents`, and the same answers.
        failed: by claim, the code of the error with which deciding it alone would end; later claims of the learner and semester
            wait for it.
    """

    decisions: Any
    lines: Any
    failed: dict[str, str]


def decide_in_bulk(
    work: UnitOfWork, programme: Programme, *, on: date, backend: str = "polars", session: Any = None
) -> ClaimsInBulk:
    """Decide every claim that waits for its decision, after those that are decided. Nothing is kept.

    Args:
        on: the day of the decisions.
        backend: where the facts are joined; see `claim_columns.claim_frame`. The decisions are reckoned in Polars.
        session: of Spark.

    Raises:
        FactError: `backend-unknown`, `backend-missing`; `fact-value`, where an amount is too large for columns.
    """
    with admitting(work, "see-money", narrows=True) as reach:
        whole = _in_bulk(work, programme, on, backend, session)
        if reach.whole:
            return whole
        own = claims_within(work, reach, whole.decisions["claim_id"].to_list() + list(whole.failed))
        seen = polars().col("claim_id").is_in(sorted(own))
        failed = {id: code for id, code in whole.failed.items() if id in own}
        return ClaimsInBulk(whole.decisions.filter(seen), whole.lines.filter(seen), failed)


def _in_bulk(work: UnitOfWork, programme: Programme, on: date, backend: str, session: Any) -> ClaimsInBulk:
    pl, waiting = polars(), programme.life_cycle("claim").step("decide").sources
    native = claim_frame(work.transaction, programme, waiting, backend, session=session)
    used, cap_used = _used(work, programme, pl)
    lines = _collected(native).sort(*ORDER).join(used, on=_GROUP, how="left", maintain_order="left")
    in_the_way = {id: {one.other for one in found if one.blocks} for id, found in waiting_conflicts(work, programme).items()}
    rule, refused = rule_after(programme.rule(RULE)), frozenset[str]()
    while True:
        # A claim in conflict with one that is refused is held up no more: until nothing else is refused.
        held = [id for id, others in in_the_way.items() if others - refused]
        failed = pl.when(pl.col("submitted_on") > on).then(pl.lit("claim-decided-before"))
        failed = failed.when(pl.col("claim_id").is_in(held)).then(pl.lit("claim-in-conflict"))
        failed = failed.when(pl.col("school_days_unknown").any().over("claim_no")).then(pl.lit("semester-unset"))
        decided = _decided(rule, lines.with_columns(failed=failed), cap_used)
        claims = decided_claims(decided, rule)
        whose = decided.unique("claim_no", keep="first", maintain_order=True).select(
            "claim_no", "claim_id", *_GROUP, "submitted_on"
        )
        joined = whose.join(claims, on="claim_no", how="left", maintain_order="left").sort("submitted_on", "claim_id")
        now = frozenset(joined.filter(pl.col("outcome") == "refused")["claim_id"])
        if now <= refused or not held:
            break
        refused |= now
    told = lines.with_columns(failed=failed).filter(pl.col("failed").is_not_null())
    errors = dict(told.select("claim_id", "failed").unique().sort("claim_id").iter_rows())
    return ClaimsInBulk(_in_words(pl, rule, joined).drop("claim_no"), _in_words(pl, rule, decided).drop("claim_no", USED), errors)


def _decided(rule: BoundRule, lines: Any, cap_used: Any) -> Any:
    """The lines of claims that can be decided, decided. What cannot be waits on, and so does what comes after it."""
    pl = polars()
    blocked = pl.col("failed").is_not_null().cum_max().over(_GROUP)
    lines = lines.with_columns(pl.when(~blocked).then(pl.col(USED).fill_null(0)).alias(USED))
    decided = decided_lines(rule, lines.filter(pl.col("failed").is_null()).drop("failed"), cap_used)
    unknown = (pl.col(USED).is_null()).cum_max().over(_GROUP)
    return decided.with_columns(counted_cents=pl.when(~unknown).then("counted_cents"))


def rule_after(rule: BoundRule) -> BoundRule:
    """A rule whose running sum begins with what was used already: the fact `used_before_cents`; where it is missing, an earlier claim
    is not decided."""
    definition: Rule = rule.definition
    used = Fact(USED, "cents", Text("agrāk izlietots", "used before"), unit="cents")
    steps = tuple(
        attrs.evolve(step, limit=step.limit - fact(USED)) if isinstance(step, Cut) and PRIOR in nodes(step.limit) else step
        for step in definition.steps
    )
    return BoundRule(attrs.evolve(definition, facts=(*definition.facts, used), steps=steps), rule.pack)


def _in_words(pl: Any, rule: BoundRule, frame: Any) -> Any:
    """Reasons by their names; that it is not known what was used before is that an earlier claim is undetermined."""
    masks = frame["reasons"].drop_nulls().unique()
    words = {}
    for mask in masks:
        names = [EARLIER_CLAIM if name == USED else name for name, bit in rule.bits.items() if mask & bit]
        words[mask] = ", ".join(dict.fromkeys(names))
    return frame.with_columns(reasons=pl.col("reasons").replace_strict(words, return_dtype=pl.String))


def _collected(native: Any) -> Any:
    """A frame of any engine, in Polars."""
    frame = nw.from_native(native)
    return nw.from_native(frame.collect("polars") if isinstance(frame, nw.LazyFrame) else frame).to_native()


def _used(work: UnitOfWork, programme: Programme, pl: Any) -> tuple[Any, Any]:
    """What decided claims used up of ceilings and of caps, by learner and semester."""
    cycle = programme.life_cycle("claim")
    open_ = {*cycle.step("decide").sources, cycle.initial}

    def read(table: Table, *columns: str) -> Any:
        return polars_frame(work.transaction, table, columns)

    claims = read(tables.CLAIMS, "id", "plan_id", "kind", "status", "decision_digest", "first_day")
    plans = read(tables.PLANS, "id", "learner_id", "semester")
    claims = claims.filter(~pl.col("status").is_in(list(open_)) & pl.col("decision_digest").is_not_null())
    claims = claims.join(plans, left_on="plan_id", right_on="id").rename({"id": "claim_id", "first_day": "claimed_from"})
    kept = read(tables.DECISIONS, "claim_id", "number", "digest", "counted_cents")
    # Of several rows of one digest the last counts, as `kept_decisions` has it.
    counting = claims.join(kept, left_on=["claim_id", "decision_digest"], right_on=["claim_id", "digest"])
    counting = counting.sort("number").unique("claim_id", keep="last")
    used = counting.group_by(_GROUP).agg(pl.col("counted_cents").sum().alias(USED))
    of = read(tables.DECISION_LINES, "claim_id", "number", "first_day", "cap_counted_cents")
    of = of.join(counting, on=["claim_id", "number"], how="right").with_columns(
        first_day=pl.coalesce("first_day", "claimed_from"),  # what an older release decided has no lines
        cap_counted_cents=pl.coalesce("cap_counted_cents", "counted_cents"),
    )
    of = of.with_columns(cap_window=_windows(programme, of)).filter(pl.col("cap_window") != "claim")
    cap_used = of.group_by(*_GROUP, "kind", "cap_window").agg(pl.col("cap_counted_cents").sum().alias("cap_used_before"))
    return used, cap_used


def _windows(programme: Programme, lines: Any) -> Any:
    """Within what the cap of each line is used up, by the law in force now."""
    pl, found = polars(), {}
    named = ("kind", "first_day", "semester")
    for kind, first, semester in lines.select(named).unique().iter_rows():
        found[kind, first, semester] = window(unit_on(programme.pack, kind, first), first, Semester(semester))
    return pl.Series([found[row] for row in lines.select(named).iter_rows()], dtype=pl.String)
