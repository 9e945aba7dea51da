"""Double funding in the register: the conflicts of claims as it stands, and what people say of them.

Of two claims that are in each other's way, the earlier in claim order (day of submission, then id) is not held up by a later one
that waits for its decision: they would hold each other up for ever. One that is decided is in the way of every other. Nothing
is kept but overrides: a conflict whose other side is withdrawn, refused or corrected to nothing is there no more.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from pmp_core.compensation import Claim, Conflict, Override, between, funded, state_meals, with_funding
from pmp_core.compensation.conflicts import BLOCKING, OVERRIDE_ROLES
from pmp_core.compensation.other_funding import PAYERS
from pmp_core.compensation.state_meals import CATERING
from pmp_core.errors import StepRefused, nearest
from pmp_core.loading import Programme
from pmp_core.register import admission, tables
from pmp_core.register.access.doors import admitting, claims_within, door
from pmp_core.register.claim_facts import turn
from pmp_core.register.claim_money import claim_money
from pmp_core.register.collection import UnitOfWork
from pmp_core.register.conflict_records import ConflictRecords, records_of
from pmp_core.register.schema import Row
from pmp_core.values import Actor, Money


@door("see-money", "claim")
def claim_conflicts(work: UnitOfWork, programme: Programme, claim: Claim) -> tuple[Conflict, ...]:
    """The conflicts of a claim, as the register stands. Those of a draft are the ones it would have.

    Args:
        claim: as it is kept, or with other contents.
    """
    return conflicts_of(work, programme, [claim])[claim.id]


def waiting_conflicts(work: UnitOfWork, programme: Programme) -> dict[str, tuple[Conflict, ...]]:
    """The conflicts of every claim that waits for its decision, by claim, in claim order; without those that have none."""
    with admitting(work, "see-money", narrows=True) as reach:
        waiting = work.claims.find(status=programme.life_cycle("claim").step("decide").sources)
        seen = claims_within(work, reach, (claim.id for claim in waiting))
        found = conflicts_of(work, programme, sorted((claim for claim in waiting if claim.id in seen), key=turn))
        return {id: conflicts for id, conflicts in found.items() if conflicts}


def held_payments(
    work: UnitOfWork, programme: Programme, claims: Sequence[Claim] | None = None
) -> dict[str, tuple[Conflict, ...]]:
    """The conflicts that keep decided money from going out, by claim, in claim order: hard ones that nobody has overridden, as
    where other funding was entered after the decision.

    Args:
        claims: which; None: every one from where the step `pay` can be taken. What was granted nothing, or is paid, is left out.
    """
    with admitting(work, "see-money", narrows=True) as reach:
        if claims is None:
            claims = work.claims.find(status=programme.life_cycle("claim").step("pay").sources)
        money, seen = claim_money(work, claims), claims_within(work, reach, [claim.id for claim in claims])
        due = [claim for claim in claims if claim.id in seen and claim.id in money and money[claim.id].balance > Money(0)]
        found = {
            id: tuple(conflict for conflict in conflicts if conflict.blocks)
            for id, conflicts in conflicts_of(work, programme, sorted(due, key=turn)).items()
        }
        return {id: conflicts for id, conflicts in found.items() if conflicts}


def conflicts_of(work: UnitOfWork, programme: Programme, claims: Sequence[Claim]) -> dict[str, tuple[Conflict, ...]]:
    """The conflicts of claims, by claim, with as many queries for many as for one."""
    if not claims:
        return {}
    records = records_of(work, programme, claims)
    return {claim.id: tuple(_conflicts(programme, records, claim)) for claim in claims}


def check_no_hard_conflict(work: UnitOfWork, programme: Programme, claim: Claim) -> None:
    """Whether money can be granted for a claim: it is in no conflict that holds it up.

    Args:
        claim: as it is to be decided or corrected.

    Raises:
        StepRefused: `claim-in-conflict`, naming each conflict with its evidence and what to do.
    """
    held = [conflict for conflict in claim_conflicts(work, programme, claim) if conflict.blocks]
    if held:
        told = " ".join(f"{conflict.key}: {conflict.words.en}" for conflict in held)
        remedies = " ".join(dict.fromkeys(conflict.remedy.en for conflict in held))
        raise StepRefused(
            "claim-in-conflict",
            f"The claim would be paid for twice. {told}",
            found=", ".join(conflict.key for conflict in held),
            remedy=remedies,
        )


@door("override-conflict", "claim_id")
def override_conflict(
    work: UnitOfWork, programme: Programme, claim_id: str, conflict_key: str, *, by: Actor, on: date, reason: str | None
) -> Conflict:
    """Say that a conflict does not stand in a claim's way. It holds for the evidence that there is now, from both sides.

    Args:
        conflict_key: the conflict's `key`.
        by: who; the role is one of `compensation.conflicts.override-roles` on the day.
        on: the day.
        reason: why.

    Returns:
        The conflict, with the override.

    Raises:
        NotFound: no such claim.
        StepRefused: `override-by-role`, `override-needs-reason`; `other-institution`, `other-municipality`, by whose plan it was
            on the claim's first day; `conflict-unknown`, where the claim has no such conflict.
    """
    claim = work.claims.get(claim_id)
    allowed = _listed(programme, OVERRIDE_ROLES, on) or ()
    if by.role not in allowed:
        raise StepRefused(
            "override-by-role",
            f"The role {by.role!r} cannot override a conflict.",
            found=by.role,
            remedy=f"It is for: {', '.join(allowed) or f'nobody, until {OVERRIDE_ROLES} is set'}.",
        )
    admission.check_scope(work, by, work.plans.get(claim.plan_id).institution_on(claim.first_day))
    why = (reason or "").strip()
    if not why:
        raise StepRefused("override-needs-reason", "An override needs a reason.", remedy="Say why, in a sentence.")
    conflicts = {conflict.key: conflict for conflict in claim_conflicts(work, programme, claim)}
    if conflict_key not in conflicts:
        near = nearest(conflict_key, conflicts) or tuple(conflicts)
        raise StepRefused(
            "conflict-unknown",
            "The claim has no such conflict, or no longer.",
            found=conflict_key,
            remedy=f"Its conflicts: {', '.join(near) or 'none'}.",
        )
    conflict = conflicts[conflict_key]
    said = Override(by=by.name, role=by.role, on=on, reason=why)
    number = work.transaction.count(tables.CONFLICT_OVERRIDES, {"claim_id": claim_id, "conflict": conflict_key}) + 1
    row: Row = {"claim_id": claim_id, "conflict": conflict_key, "number": number, "on": on, "actor": said.by, "role": said.role}
    work.transaction.insert(
        tables.CONFLICT_OVERRIDES, [{**row, "reason": said.reason, "evidence": conflict.evidence.model_dump_json()}]
    )
    return conflict.changed(override=said)


def _conflicts(programme: Programme, records: ConflictRecords, claim: Claim) -> list[Conflict]:
    blocking, learner_id = blocking_kinds(programme, claim.first_day), records.learner(claim)
    found = []
    for other in records.others(claim):
        if turn(other) < turn(claim) or other.id in records.decided:
            same = records.learner(other) == learner_id
            found += between(claim, other, same_learner=same, blocking=blocking)
    spells = records.spells(claim)
    sources = records.sources(claim, spells)
    if claim.kind == CATERING:
        sources += state_meals(programme.pack, claim.days)
    titles = {code: term.title for code, term in programme.pack.catalogue(PAYERS).items()}
    found += with_funding(claim, funded(spells, sources, programme.calendar), blocking=blocking, titles=titles)
    return [_with_override(records, conflict) for conflict in found]


def blocking_kinds(programme: Programme, day: date) -> Collection[str]:
    """The kinds of conflict that hold up a claim of this first day; all where nobody has set them."""
    told = _listed(programme, BLOCKING, day)
    return programme.pack.codes("conflict-kinds") if told is None else told


def _listed(programme: Programme, path: str, day: date) -> tuple[str, ...] | None:
    """The codes that hold on a day; None where nobody has set them."""
    value = programme.read(path, day).value if programme.pack.says(path) else None
    return tuple(map(str, value)) if isinstance(value, tuple) else None


def _with_override(records: ConflictRecords, conflict: Conflict) -> Conflict:
    """A conflict with the last word on it, said of either claim, if it was said of this evidence."""
    kind = conflict.key.partition(":")[0]
    sides = [(conflict.claim_id, conflict.key), (conflict.other, f"{kind}:{conflict.claim_id}")]
    evidence = conflict.evidence.model_dump_json()
    for row in (records.overrides.get(side) for side in sides):
        if row is not None and row["evidence"] == evidence:
            said = {"by": row["actor"], "role": row["role"], "on": row["on"], "reason": row["reason"]}
            return conflict.changed(override=said)
    return conflict
