"""How the facts of the rule `compensation` come about from what the register holds: of each line of a claim."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from attrs import evolve, frozen

from pmp_core.compensation import Claim, ClaimLine, lines_of, months_of, split, unit_on, units_of, window
from pmp_core.loading import Programme
from pmp_core.plans import SupportPlan
from pmp_core.register import tables
from pmp_core.register.claim_timeline import Timeline
from pmp_core.register.collection import UnitOfWork
from pmp_core.register.schema import Row
from pmp_core.rules import BoundRule
from pmp_core.values import DayRange, Semester

RULE = "compensation"
Facts = dict[str, Any]


@frozen
class LineFacts:
    """A line of a claim with the facts that the rule asks for, but for what lines before it used up.

    Args:
        cap_window: within what its cap is used up; see `compensation.window`.
        left_out: whether nothing is asked for it, though for others something is: it has no part in the claim's decision.
    """

    line: ClaimLine
    facts: Mapping[str, Any]
    cap_window: str | None
    left_out: bool


def line_facts(work: UnitOfWork, programme: Programme, claim: Claim, plan: SupportPlan) -> list[LineFacts]:
    """The lines of a claim with their facts.

    A line begins where the learner's track or level, the plan's institution, its taking part, or whether the plan is in force
    becomes another; where the law that the rule reads does; and with each month where the cap is for a month.

    Returns:
        The lines in order, those that are left out among them.

    Raises:
        ProgrammeError: `semester-unset`, where its school days are not known.
    """
    measure, timeline = plan.measure(claim.measure), Timeline.of(work, programme, plan)
    addressed = measure.kind == claim.kind and set(measure.risks) <= {risk.factor for risk in plan.risks}
    own = {**own_facts(claim), "risk_addressed": addressed}
    parts = split(claim.days, timeline.turns(claim.days))
    made = lines_under(programme, claim, plan.semester, [(part, {**timeline.facts_on(part.first), **own}) for part in parts])
    # A status may become another inside a part where both, or neither, are in force: a line has that of its own first day.
    return [evolve(one, facts={**one.facts, **_status(timeline, one)}) for one in made]


def _status(timeline: Timeline, line: LineFacts) -> Facts:
    return {"plan_status": timeline.facts_on(line.line.first_day)["plan_status"]}


def lines_under(
    programme: Programme, claim: Claim, semester: Semester, found: Sequence[tuple[DayRange, Facts]]
) -> list[LineFacts]:
    """The lines of a claim under a law.

    Args:
        semester: the plan's.
        found: parts of the claim's period, in order, each with the facts that hold for the whole of it.
    """
    rule = programme.rule(RULE)
    parts = [(days, given) for part, given in found for days in _under(programme, rule, claim.kind, part, given, semester)]
    levels = [given.get("level") for _, given in parts]
    unit = unit_on(programme.pack, claim.kind, claim.first_day)
    school_days = [
        len(programme.calendar.school_days(days, level)) if unit == "EUR/school-day" else 0
        for (days, _), level in zip(parts, levels, strict=True)
    ]
    enrolled = [given.get("track") is not None or given.get("level") is not None for _, given in parts]
    facts_on = {days.first: given for days, given in parts}
    made = []
    for line in lines_of(claim, [days for days, _ in parts], unit, school_days, enrolled):
        given = {**facts_on[line.first_day], "on": line.first_day, "last_day": line.last_day}
        own = {"requested_cents": line.requested.cents, "cofunded_cents": line.cofunded.cents}
        law = law_facts(programme, claim, line, semester, given.get("level"))
        of = window(unit_on(programme.pack, claim.kind, line.first_day), line.first_day, semester)
        left_out = bool(claim.requested.cents) and not line.requested.cents
        made.append(LineFacts(line, {**given, **own, **law}, of, left_out))
    return made


def _under(programme: Programme, rule: BoundRule, kind: str, part: DayRange, given: Facts, semester: Semester) -> list[DayRange]:
    """A part of a period where the law changes inside it, and where a month begins under a cap for a month."""
    assert part.last is not None
    asked = {**given, "on": part.first, **_semester_days(programme, semester), "kind": kind}
    parts = []
    for days in split(part, rule.changes(asked, part.last)):
        monthly = unit_on(programme.pack, kind, days.first) == "EUR/month"
        parts += split(days, months_of(days)) if monthly else [days]
    return parts


def own_facts(claim: Claim) -> Facts:
    """The facts that the claim itself says, whatever the line."""
    return {"kind": claim.kind, "receipts_complete": claim.receipts_complete}


def law_facts(programme: Programme, claim: Claim, line: ClaimLine, semester: Semester, level: int | None) -> Facts:
    """The facts that the programme itself gives: by its calendar, and by the unit of its cap."""
    unit = unit_on(programme.pack, claim.kind, line.first_day)
    units = units_of(unit, line.days, calendar=programme.calendar, level=level, items=claim.items, requested=line.requested)
    return {**_semester_days(programme, semester), "units": units}


def _semester_days(programme: Programme, semester: Semester) -> Facts:
    days = programme.calendar.semesters.get(semester)
    return {
        "semester_first_day": None if days is None else days.first,
        "semester_last_day": None if days is None else days.last,
    }


@frozen
class UsedBefore:
    """What the learner's other claims of the semester used up.

    Args:
        ceiling: of the ceiling, in cents; None where an earlier one waits for its decision.
        caps: of caps for the same kind of expense, by window, in cents.
    """

    ceiling: int | None
    caps: dict[str, int]


def used_before(work: UnitOfWork, programme: Programme, claim: Claim, plan: SupportPlan) -> UsedBefore:
    """What the learner's other claims of the semester used up.

    Every decided claim counts, whatever its turn; an earlier one that still waits for its decision, by its status, makes it
    unknown. Within what a cap is used up is said by the law that is in force now, also of claims that were decided under another.
    """
    others = of_semester(work, claim, plan)
    decided = {other.id: other for other in _decided(programme, others)}
    rows = kept_decisions(work, decided.values())
    counted = [row["counted_cents"] for row in rows.values()]
    waiting = programme.life_cycle("claim").step("decide").sources
    blocked = any(other.status in waiting and turn(other) < turn(claim) for other in others)
    ceiling = None if blocked else sum(cents for cents in counted if isinstance(cents, int))
    return UsedBefore(ceiling, _caps_used(work, programme, claim, plan.semester, decided, rows))


def _caps_used(
    work: UnitOfWork, programme: Programme, claim: Claim, semester: Semester, decided: dict[str, Claim], rows: dict[str, Row]
) -> dict[str, int]:
    alike = {id: rows[id] for id, other in decided.items() if other.kind == claim.kind and id in rows}
    lines = work.transaction.find(tables.DECISION_LINES, {"claim_id": list(alike)})
    told = [
        (row["first_day"], row["cap_counted_cents"]) for row in lines if row["number"] == alike[str(row["claim_id"])]["number"]
    ]
    # What an older release decided has no lines: the claim is one.
    flat = alike.keys() - {row["claim_id"] for row in lines}
    told += [(decided[id].first_day, alike[id]["counted_cents"]) for id in flat]
    used: dict[str, int] = {}
    for first, cents in told:
        if isinstance(first, date) and isinstance(cents, int):
            of = window(unit_on(programme.pack, claim.kind, first), first, semester)
            if of is not None and of != "claim":
                used[of] = used.get(of, 0) + cents
    return used


def of_semester(work: UnitOfWork, claim: Claim, plan: SupportPlan) -> list[Claim]:
    """The other claims of a learner's semester."""
    plans = work.plans.find(learner_id=plan.learner_id, semester=plan.semester)
    return [other for other in work.claims.find(plan_id=[p.id for p in plans]) if other.id != claim.id]


def _decided(programme: Programme, claims: Iterable[Claim]) -> list[Claim]:
    cycle = programme.life_cycle("claim")
    open_ = (*cycle.step("decide").sources, cycle.initial)
    return [claim for claim in claims if claim.status not in open_ and claim.decision_digest is not None]


def kept_decisions(work: UnitOfWork, claims: Iterable[Claim]) -> dict[str, Row]:
    """The row of the decision that counts, by claim: the one that settled it; while there is none, the latest."""
    digests = {claim.id: claim.decision_digest for claim in claims}
    rows = work.transaction.find(tables.DECISIONS, {"claim_id": list(digests)}, order=["claim_id", "number"])
    return {str(row["claim_id"]): row for row in rows if digests[str(row["claim_id"])] in (None, row["digest"])}


def turn(claim: Claim) -> tuple[date, str]:
    """Claims of a learner and semester are decided in the order of this: of their day of submission, then of their ids."""
    return claim.submitted_on or date.max, claim.id
