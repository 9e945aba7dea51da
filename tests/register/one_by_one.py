"""Claims of a file decided one after another, by the entity and the rule: what deciding them in columns is held against."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from pmp_core.compensation import Claim, ClaimDecision, Receipt, decision_on
from pmp_core.loading import Programme
from pmp_core.register.claim_decisions import decided_lines
from pmp_core.register.claim_facts import lines_under
from pmp_core.values import Money, Semester

Row = Mapping[str, Any]
LEARNERS = ("track", "level", "partner", "plan_status", "plan_first_day", "plan_last_day", "risk_addressed")


def claim_of(row: Row) -> Claim:
    """The claim of a row whose cells are values."""
    receipts = ()
    if row.get("receipt_day") is not None:
        receipts = (Receipt(number="1", issuer="SIA", day=row["receipt_day"], amount=row["requested"] or Money(1)),)
    return Claim(
        id=row["claim_id"],
        plan_id="P",
        measure=1,
        kind=row["kind"],
        first_day=row["first_day"],
        last_day=row["last_day"],
        requested=row["requested"],
        cofunded=row["cofunded"] or Money(0),
        items=row.get("items") or 1,
        receipts=receipts,
        status="submitted",
        submitted_on=row["submitted_on"],
    )


def decisions(programme: Programme, rows: Iterable[Row], on: date) -> Iterator[ClaimDecision]:
    """The decision on each claim, in the order in which they are decided."""
    prior: dict[tuple[str, str], int | None] = {}
    cap_used: dict[tuple[str, str, str], dict[str, int]] = {}
    for row in sorted(rows, key=lambda row: (row["submitted_on"], row["claim_id"])):
        claim, learner = claim_of(row), (row["learner_id"], row["semester"])
        facts = {name: row.get(name) for name in LEARNERS}
        complete = row.get("receipts_complete")
        if complete is None and row.get("receipt_day") is not None:
            complete = claim.receipts_complete
        facts |= {"kind": claim.kind, "receipts_complete": complete}
        parts = lines_under(programme, claim, Semester(row["semester"]), [(claim.days, facts)])
        lines = [one for one in parts if not one.left_out]
        if row["cofunded"] is None:  # the entity cannot lack it; a row can
            for line in lines:
                line.facts["cofunded_cents"] = None  # type: ignore[index]
        used = cap_used.setdefault((*learner, claim.kind), {})
        made = decided_lines(programme, lines, prior.get(learner, 0), used, on=on)
        if any(line.decision.outcome == "undetermined" for line in made) or prior.get(learner, 0) is None:
            prior[learner] = None
        else:
            prior[learner] = (prior.get(learner, 0) or 0) + sum(line.counted.cents for line in made if line.counted is not None)
        for line in made:
            if line.cap_window not in (None, "claim") and line.cap_counted is not None:
                used[line.cap_window] = used.get(line.cap_window, 0) + line.cap_counted.cents
        yield decision_on(claim.id, made)
