"""Decisions on claims: made line by line, kept, and read back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pmp_core.compensation import Claim, ClaimDecision, DecidedLine, decided_line, decision_on
from pmp_core.errors import InvalidValue
from pmp_core.loading import Programme
from pmp_core.plans import SupportPlan
from pmp_core.register import claim_facts, tables
from pmp_core.register.claim_facts import LineFacts
from pmp_core.register.collection import UnitOfWork
from pmp_core.register.schema import Row
from pmp_core.rules import Decision, Result
from pmp_core.values import Actor, Money


def decided(
    work: UnitOfWork,
    programme: Programme,
    claim: Claim,
    plan: SupportPlan,
    *,
    on: date,
    reason: str | None = None,
    anew: bool = False,
) -> ClaimDecision:
    """The decision on a claim as the register stands, after the learner's other claims of the semester. Nothing is kept.

    Args:
        on: the day of the decision.
        reason: why it is made anew, where there was one before.
        anew: whether the claim was decided before, so that later claims may have been decided after it.

    Raises:
        ProgrammeError: `semester-unset`.
    """
    lines = claim_facts.line_facts(work, programme, claim, plan)
    used = claim_facts.used_before(work, programme, claim, plan)
    prior = used.ceiling
    if anew and prior is not None:
        prior -= _not_taken(work, claim, plan)
    asked = decided_lines(programme, [one for one in lines if not one.left_out], prior, used.caps, on=on)
    left_out = decided_lines(programme, [one for one in lines if one.left_out], 0, {}, on=on)
    return decision_on(claim.id, asked, left_out=left_out, reason=reason)


def decided_lines(
    programme: Programme, lines: Sequence[LineFacts], prior: int | None, cap_used: dict[str, int], *, on: date
) -> list[DecidedLine]:
    """The decisions on the lines of a claim, in order, each after those before it.

    Args:
        prior: what other claims used of the ceiling, in cents; None: that is not known.
        cap_used: what other claims used of caps, by window, in cents.
    """
    rule, used = programme.rule(claim_facts.RULE), dict(cap_used)
    made = []
    for one in lines:
        result: Result = rule.decide(one.facts, prior=prior, cap_used_cents=used.get(one.cap_window or "", 0))
        made.append(decided_line(one.line, result, result.decision(decided_on=on), one.cap_window))
        prior = result.used
        if one.cap_window is not None:
            used[one.cap_window] = used.get(one.cap_window, 0) + (made[-1].cap_counted or Money(0)).cents
    return made


def _not_taken(work: UnitOfWork, claim: Claim, plan: SupportPlan) -> int:
    """What later claims count of the ceiling and were not given, since it was used up, in cents. In the order of submission that
    changes nothing: after them nobody gets anything. For a claim before them it would count against them twice."""
    later = [one for one in claim_facts.of_semester(work, claim, plan) if claim_facts.turn(one) > claim_facts.turn(claim)]
    settled = {one.id: one for one in later if one.decision_digest is not None}
    rows = claim_facts.kept_decisions(work, settled.values())
    return sum(_cut_off(line) for id, row in rows.items() for line in kept_decision(row).lines)


def _cut_off(line: DecidedLine) -> int:
    """What the ceiling cut off a line, in cents."""
    for step in line.decision.steps:
        if step.name == "cut-to-ceiling" and step.reached and step.before is not None and isinstance(step.value, int):
            return step.before - step.value
    return 0


def keep_decision(work: UnitOfWork, decision: ClaimDecision, *, by: Actor) -> int:
    """Keep a decision, and give its number among those on the claim."""
    number = work.transaction.count(tables.DECISIONS, {"claim_id": decision.claim_id}) + 1
    row: Row = {
        "claim_id": decision.claim_id,
        "number": number,
        "digest": decision.digest,
        "rule": decision.rule,
        "outcome": decision.outcome,
        "amount_cents": _cents(decision.amount),
        "asked_cents": decision.asked.cents,
        "counted_cents": _cents(decision.counted),
        "programme": decision.programme,
        "programme_hash": decision.programme_hash,
        "decided_on": decision.decided_on,
        "decided_by": by.name,
        "decided_role": by.role,
        "reason": decision.reason,
        "document": decision.model_dump_json(),
    }
    work.transaction.insert(tables.DECISIONS, [row])
    work.transaction.insert(tables.DECISION_LINES, [_line_row(decision, number, i) for i in range(len(decision.lines))])
    return number


def _line_row(decision: ClaimDecision, number: int, position: int) -> Row:
    line = decision.lines[position]
    return {
        "claim_id": decision.claim_id,
        "number": number,
        "position": position,
        "first_day": line.first_day,
        "last_day": line.last_day,
        "outcome": line.decision.outcome,
        "asked_cents": line.requested.cents,
        "cofunded_cents": line.cofunded.cents,
        "amount_cents": _cents(line.amount),
        "counted_cents": _cents(line.counted),
        "cap_counted_cents": _cents(line.cap_counted),
        "cap_window": line.cap_window,
        "digest": line.decision.digest,
    }


def _cents(amount: Money | None) -> int | None:
    return None if amount is None else amount.cents


def kept_decision(row: Row) -> ClaimDecision:
    """A decision from its row. What an older release kept is of the whole claim, and becomes one of one line, with a digest of its
    own: the row, and the claim, keep the older one.

    Raises:
        InvalidValue: `decision-altered`.
        ValueError: the document is no decision.
    """
    document, claim_id = str(row["document"]), str(row["claim_id"])
    if '"lines":' in document:
        kept = ClaimDecision.model_validate_json(document)
        if kept.digest != row["digest"]:
            raise altered(row)
        return kept
    decision, counted = Decision.model_validate_json(document), row["counted_cents"]
    if decision.digest != row["digest"]:
        raise altered(row)
    held = decision.facts_as_used()
    fields = {"first_day": held.get("on"), "last_day": held.get("last_day"), "requested": decision.asked}
    cofunded, known = held.get("cofunded_cents"), Money.from_cents(counted) if isinstance(counted, int) else None
    whole = {**fields, "cofunded": Money.from_cents(cofunded if isinstance(cofunded, int) else 0), "decision": decision}
    line = DecidedLine.model_validate({**whole, "counted": known, "cap_counted": known, "cap_window": None})
    return decision_on(claim_id, [line])


def altered(row: Row) -> InvalidValue:
    """That what is kept as a decision is not what was kept."""
    return InvalidValue(
        "decision-altered",
        "The decision that is kept does not fit its digest.",
        found=row["digest"],
        remedy="Restore it from a backup; a decision is never edited.",
    )
