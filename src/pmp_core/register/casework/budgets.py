"""Budgets: what is reserved, decided and paid of each, and which claims are beyond.

A claim belongs to the plan's institution on the claim's first day. It counts in that institution's budgets for the semester of the
plan that cover its kind; where the institution keeps none, in its municipality's. Where one covers the kind and another all
kinds, it counts in both and has to fit into both. Where none is kept there is no limit.

What is left is for the claims in the order of their turn, by the day of submission, then by id. One that does not fit is passed
over whole and holds nothing; a smaller one after it may still fit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from attrs import evolve, frozen

from pmp_core.compensation import Budget, Claim
from pmp_core.errors import InvalidValue
from pmp_core.learners import Institution
from pmp_core.loading import Programme
from pmp_core.plans import SupportPlan
from pmp_core.register import admission
from pmp_core.register.access.doors import admitting, claims_within, door
from pmp_core.register.access.reach import Reach
from pmp_core.register.casework.partners import check_partner_scope
from pmp_core.register.claim_facts import turn
from pmp_core.register.claim_money import claim_money
from pmp_core.register.collection import UnitOfWork
from pmp_core.values import Actor, Money, Semester


@frozen
class BudgetStatus:
    """How a budget stands.

    Args:
        budget: the budget; one that stands for it where nobody keeps one.
        amount: how much there is; None: nobody keeps a budget, and there is no limit.
        reserved: what claims ask for that wait for their decision.
        decided: what was granted and is not yet paid.
        paid: what was paid, less what came back or was set off.
        beyond: the claims that are decided and do not fit, in the order of their turn.
    """

    budget: Budget
    amount: Money | None
    reserved: Money
    decided: Money
    paid: Money
    beyond: tuple[str, ...]

    @property
    def left(self) -> Money | None:
        """The amount less all three; below 0 where not all of it can be paid. None: there is no limit."""
        return None if self.amount is None else self.amount - self.reserved - self.decided - self.paid


@door("set-budget", "institution_id", "municipality_id")
def set_budget(
    work: UnitOfWork,
    programme: Programme,
    *,
    semester: Semester,
    amount: Money,
    new_id: Callable[[str], str],
    by: Actor,
    institution_id: str | None = None,
    municipality_id: str | None = None,
    kind: str | None = None,
) -> Budget:
    """Keep what a partner has in a semester, in place of what was kept before for the same kind.

    Args:
        semester: of the plans whose claims it is for.
        amount: how much there is; 0: nothing can be paid.
        new_id: makes the id of a new one.
        by: who sets it, in a role that may pay, and who acts for the partner.
        institution_id: whose it is; or `municipality_id`.
        kind: a code of `measure-kinds` under `compensation`; None: for all kinds.

    Raises:
        InvalidValue: `partner-unclear`, `budget-negative`, `kind-not-compensated`.
        NotFound: no such institution or municipality.
        StepRefused: `step-by-role`, `other-institution`, `other-municipality`.
    """
    cycle = programme.life_cycle("claim")
    cycle.allowed("pay", cycle.step("pay").sources[0], by.role, None)
    wanted = _budget("new", semester, amount, institution_id, municipality_id, kind)
    if institution_id is not None:
        work.institutions.get(institution_id)
        admission.check_scope(work, by, institution_id)
    if municipality_id is not None:
        work.municipalities.get(municipality_id)
        check_partner_scope(by, municipality_id)
    if kind is not None:
        check_kind(programme, kind)
    for kept in work.budgets.find(semester=semester, institution_id=institution_id, municipality_id=municipality_id, kind=kind):
        return work.budgets.put(kept.changed(amount=amount))
    return work.budgets.add(wanted.changed(id=new_id("U")))


def check_kind(programme: Programme, kind: str) -> None:
    """Whether there is such a kind of expense.

    Raises:
        InvalidValue: `kind-not-compensated`.
    """
    kinds = programme.pack.codes("measure-kinds", parent="compensation")
    if kind not in kinds:
        raise InvalidValue(
            "kind-not-compensated", "There is no such kind of expense.", found=kind, remedy=f"Kinds: {', '.join(kinds)}."
        )


def budgets(work: UnitOfWork, programme: Programme, *, semester: Semester | None = None) -> list[BudgetStatus]:
    """How every budget stands, or those of a semester."""
    with admitting(work, "see-money", narrows=True) as reach:
        kept = [one for one in work.budgets.find(order=("semester",)) if semester in (None, one.semester)]
        return [status for status in _standing(work, programme, kept)[0] if _is_within(reach, status.budget)]


def _is_within(reach: Reach, budget: Budget) -> bool:
    return reach.has(budget.institution_id) or reach.has_municipality(budget.municipality_id)


@door("see-money", "institution_id", "municipality_id")
def budget_status(
    work: UnitOfWork,
    programme: Programme,
    *,
    semester: Semester,
    institution_id: str | None = None,
    municipality_id: str | None = None,
    kind: str | None = None,
) -> BudgetStatus:
    """How the budget of a partner stands for a kind, or for all kinds; what is asked, granted and paid also where none is kept.

    Raises:
        InvalidValue: `partner-unclear`.
    """
    asked = _budget("none", semester, Money(0), institution_id, municipality_id, kind)
    kept = work.budgets.find(semester=semester)
    if not any(budget.scope == asked.scope for budget in kept):
        return evolve(_standing(work, programme, [*kept, asked])[0][-1], amount=None, beyond=())
    return next(status for status in _standing(work, programme, kept)[0] if status.budget.scope == asked.scope)


def beyond_budget(work: UnitOfWork, programme: Programme) -> dict[str, Budget]:
    """The claims that are decided and not payable, since a budget is used up; with the budget."""
    with admitting(work, "see-money", narrows=True) as reach:
        kept = work.budgets.find()
        beyond = _standing(work, programme, kept)[1] if kept else {}
        seen = claims_within(work, reach, beyond)
        return {id: budget for id, budget in beyond.items() if id in seen}


def budgets_of(work: UnitOfWork, claims: Iterable[tuple[Claim, SupportPlan]]) -> list[Budget]:
    """The budgets in which these claims count."""
    covering = _Covering(work, work.budgets.find())
    found = {budget.id: budget for claim, plan in claims for budget in covering.of(claim, plan)}
    return [found[id] for id in sorted(found)]


class _Covering:
    """Which of some budgets a claim counts in."""

    def __init__(self, work: UnitOfWork, kept: Iterable[Budget]) -> None:
        self._work, self._institutions = work, dict[str, Institution]()
        self._by: dict[tuple[str, str, str], list[Budget]] = {}
        for budget in kept:
            partner = "institution" if budget.municipality_id is None else "municipality"
            owner = budget.institution_id or budget.municipality_id
            self._by.setdefault((budget.semester, partner, str(owner)), []).append(budget)

    def of(self, claim: Claim, plan: SupportPlan) -> list[Budget]:
        if not self._by:
            return []
        id = plan.institution_on(claim.first_day)
        institution = self._institutions.get(id) or self._institutions.setdefault(id, self._work.institutions.get(id))
        for partner, owner in (("institution", id), ("municipality", institution.municipality_id)):
            there = self._by.get((plan.semester, partner, str(owner)), [])
            found = [budget for budget in there if budget.kind in (None, claim.kind)]
            if found:
                return found
        return []


def _standing(work: UnitOfWork, programme: Programme, kept: list[Budget]) -> tuple[list[BudgetStatus], dict[str, Budget]]:
    """How budgets stand, and the claims that are beyond, each with the first budget that it does not fit into."""
    cycle = programme.life_cycle("claim")
    waiting, payable = cycle.step("decide").sources, cycle.step("pay").sources
    plans = {plan.id: plan for plan in work.plans.find(semester=sorted({budget.semester for budget in kept}))}
    claims = [claim for claim in work.claims.find(plan_id=list(plans)) if claim.status != cycle.initial]
    money, covering = claim_money(work, claims), _Covering(work, kept)
    reserved, decided, paid = ({budget.id: Money(0) for budget in kept} for _ in range(3))
    unpaid: list[tuple[Claim, list[Budget], Money]] = []
    for claim in sorted(claims, key=turn):
        counting, own = covering.of(claim, plans[claim.plan_id]), money.get(claim.id)
        if own is not None and claim.status in payable and own.balance > Money(0):
            unpaid.append((claim, counting, own.balance))
        for budget in counting:
            if own is not None:
                paid[budget.id] += own.entered
            elif claim.status in waiting:
                reserved[budget.id] += claim.requested
    left, beyond = {budget.id: budget.amount - paid[budget.id] for budget in kept}, dict[str, Budget]()
    for claim, counting, balance in unpaid:
        for budget in counting:
            decided[budget.id] += balance
        lacking = [budget for budget in counting if left[budget.id] < balance]
        if lacking:
            beyond[claim.id] = lacking[0]
            continue
        for budget in counting:
            left[budget.id] -= balance
    statuses = [
        BudgetStatus(
            budget,
            budget.amount,
            reserved[budget.id],
            decided[budget.id],
            paid[budget.id],
            tuple(id for id, at in beyond.items() if at.id == budget.id),
        )
        for budget in kept
    ]
    return statuses, beyond


def _budget(
    id: str, semester: Semester, amount: Money, institution_id: str | None, municipality_id: str | None, kind: str | None
) -> Budget:
    return Budget(
        id=id, semester=semester, amount=amount, institution_id=institution_id, municipality_id=municipality_id, kind=kind
    )
