"""What stands in the way of erasing a learner: a plan that still runs, money that is still open."""

from __future__ import annotations

from datetime import date

from pmp_core.errors import StepRefused
from pmp_core.loading import Programme
from pmp_core.register.claim_money import claim_money
from pmp_core.register.collection import UnitOfWork


def check_nothing_open(work: UnitOfWork, programme: Programme, learner_id: str, on: date) -> None:
    """Whether a learner's plans are over and the money is settled.

    Args:
        work: the unit of work.
        programme: whose life cycle of claims counts.
        learner_id: the learner.
        on: the day of the erasure.

    Raises:
        StepRefused: `erase-plan-in-force`, `erase-money-open`.
    """
    plans = work.plans.find(learner_id=learner_id)
    running = [plan.id for plan in plans if not plan.released and plan.last_day >= on]
    if running:
        raise StepRefused(
            "erase-plan-in-force",
            "A plan of the learner is not over yet: support goes on under it.",
            found=", ".join(running),
            remedy="Wait for its last day, or erase even so (`even_if_open`, `--even-if-open`): the plan stays, without names and texts.",
        )
    claims = work.claims.find(plan_id=[plan.id for plan in plans])
    waiting = set(programme.life_cycle("claim").step("decide").sources)
    found = {claim.id for claim in claims if claim.status in waiting and claim.submitted_on is not None}
    money = claim_money(work, claims)
    found |= {claim_id for claim_id, of in money.items() if of.balance}
    ordered = {entry.batch_id: entry.claim_id for of in money.values() for entry in of.entries if entry.batch_id is not None}
    found |= {ordered[batch.id] for batch in work.batches.find(id=list(ordered), exported_on=None)}
    if found:
        raise StepRefused(
            "erase-money-open",
            "Claims of the learner wait for a decision, for payment, or for money that is owed back.",
            found=", ".join(sorted(found)),
            remedy="Settle them first, or erase even so (`even_if_open`, `--even-if-open`): then the payee's account is gone too.",
        )
