"""Whose a thing is that something is done to: found from the argument that names it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, cast

from pmp_core.register import tables
from pmp_core.register.schema import Row
from pmp_core.register.storage import Transaction

# Of each thing the institutions of which one has to be within reach; and the municipalities that have to be. None where the
# thing is not there: what is done to it then says so itself.
Targets = tuple[list[set[object]], list[object]]
Finder = Callable[[Transaction, Any, bool], Targets | None]


def _institution(transaction: Transaction, id: str, seeing: bool) -> Targets:
    return [{id}], []


def _municipality(transaction: Transaction, id: str, seeing: bool) -> Targets:
    return [], [id]


def _partner(transaction: Transaction, id: str, seeing: bool) -> Targets | None:
    if transaction.get(tables.INSTITUTIONS, (id,)) is not None:
        return [{id}], []
    return None if transaction.get(tables.MUNICIPALITIES, (id,)) is None else ([], [id])


def _plan(transaction: Transaction, id: str, seeing: bool) -> Targets | None:
    row = transaction.get(tables.PLANS, (id,))
    return None if row is None else ([{row["institution_id"]}], [])


def _new_plan(transaction: Transaction, plan: Any, seeing: bool) -> Targets:
    kept = _plan(transaction, plan.id, seeing)
    return ([{plan.institution_id}], []) if kept is None else ([{plan.institution_id}, *kept[0]], [])


def _claims(transaction: Transaction, ids: Iterable[str], seeing: bool) -> Targets | None:
    """A claim is of the institution that had its plan on its first day; who has the plan now may look at it too."""
    wanted = list(whose_claims(transaction, ids, seeing).values())
    return (wanted, []) if wanted else None


def whose_claims(transaction: Transaction, ids: Iterable[str], seeing: bool) -> dict[str, set[object]]:
    """Of each claim that is there the institutions whose it is.

    Args:
        transaction: beneath the guard.
        ids: of claims.
        seeing: whether it is only looked at.
    """
    found = transaction.find(tables.CLAIMS, {"id": sorted(set(ids))})
    plans = {row["id"]: row for row in transaction.find(tables.PLANS, {"id": sorted({str(one["plan_id"]) for one in found})})}
    return {str(one["id"]): _whose_on(transaction, plans[one["plan_id"]], one["first_day"], seeing) for one in found}


def _claim(transaction: Transaction, id: str, seeing: bool) -> Targets | None:
    return _claims(transaction, [id], seeing)


def _new_claim(transaction: Transaction, claim: Any, seeing: bool) -> Targets | None:
    """A claim with its contents as they are to be, and the kept one where there is one."""
    plan, kept = transaction.get(tables.PLANS, (claim.plan_id,)), _claim(transaction, claim.id, seeing)
    if plan is None:
        return kept
    own = _whose_on(transaction, plan, claim.first_day, seeing)
    return [own, *([] if kept is None else kept[0])], []


def _whose_on(transaction: Transaction, plan: Row, day: object, seeing: bool) -> set[object]:
    transfers = transaction.find(tables.PLAN_TRANSFERS, {"plan_id": plan["id"]}, order=["position"]) if day is not None else []
    later = [row["source_institution_id"] for row in transfers if cast("date", day) < cast("date", row["on"])]
    owner = later[0] if later else plan["institution_id"]
    return {owner, plan["institution_id"]} if seeing else {owner}


def _delivering(transaction: Transaction, plan_id: str, number: int, day: object = None) -> Targets | None:
    """A measure is of the institution that delivers it: its own, or the plan's; on a day, or now."""
    plan = transaction.get(tables.PLANS, (plan_id,))
    if plan is None:
        return None
    rows = transaction.find(tables.PLAN_MEASURES, {"plan_id": plan_id, "number": number})
    own: set[object] = {row["institution_id"] for row in rows if row["institution_id"] is not None}
    return [own or _whose_on(transaction, plan, day, False)], []


def _session(transaction: Transaction, session: Any, seeing: bool) -> Targets | None:
    return _delivering(transaction, session.plan_id, session.measure, session.day)


def _new_schedule(transaction: Transaction, schedule: Any, seeing: bool) -> Targets | None:
    return _delivering(transaction, schedule.plan_id, schedule.measure)


def _schedule(transaction: Transaction, id: str, seeing: bool) -> Targets | None:
    row = transaction.get(tables.SCHEDULES, (id,))
    return None if row is None else _delivering(transaction, str(row["plan_id"]), int(str(row["measure"])))


def _row(table: Any) -> Finder:
    def found(transaction: Transaction, id: str, seeing: bool) -> Targets | None:
        row = transaction.get(table, (id,))
        return None if row is None else ([{row["institution_id"]}], [])

    return found


def _new_row(transaction: Transaction, entity: Any, seeing: bool) -> Targets:
    return [{entity.institution_id}], []


def _evaluation(transaction: Transaction, evaluation: Any, seeing: bool) -> Targets | None:
    return _plan(transaction, evaluation.plan_id, seeing)


def _batch(transaction: Transaction, id: str, seeing: bool) -> Targets | None:
    """A batch is of all whose claims it pays."""
    entries = transaction.find(tables.PAYMENT_ENTRIES, {"batch_id": id})
    return _claims(transaction, [str(entry["claim_id"]) for entry in entries], seeing) if entries else None


def _kept_batch(transaction: Transaction, batch: Any, seeing: bool) -> Targets | None:
    return _batch(transaction, batch.id, seeing)


def _payee(transaction: Transaction, id: str, seeing: bool) -> Targets | None:
    """A payee is its institution's or its learner's, and of all whose claims name it."""
    row = transaction.get(tables.PAYEES, (id,))
    if row is None:
        return None
    claims = transaction.find(tables.CLAIMS, {"payee_id": id})
    named = _claims(transaction, [str(one["id"]) for one in claims], seeing)
    own: list[set[object]] = [] if row["institution_id"] is None else [{row["institution_id"]}]
    of_learner = None if row["learner_id"] is None else _learner(transaction, str(row["learner_id"]), seeing)
    own += [] if of_learner is None else of_learner[0]
    return (own + ([] if named is None else named[0]), []) if own or named else None


def _learner(transaction: Transaction, id: str, seeing: bool) -> Targets | None:
    enrolments = transaction.find(tables.ENROLMENTS, {"learner_id": id})
    plans = transaction.find(tables.PLANS, {"learner_id": id})
    there: set[object] = {row["institution_id"] for row in (*enrolments, *plans)}
    return ([there], []) if there else None


TARGETS: Mapping[str, Finder] = {
    "institution_id": _institution,
    "municipality_id": _municipality,
    "partner": _partner,
    "plan_id": _plan,
    "plan": _new_plan,
    "claim_id": _claim,
    "claim": _new_claim,
    "session": _session,
    "schedule": _new_schedule,
    "schedule_id": _schedule,
    "assignment": _new_row,
    "assignment_id": _row(tables.ASSIGNMENTS),
    "suggestion_id": _row(tables.RISK_SUGGESTIONS),
    "evaluation": _evaluation,
    "batch_id": _batch,
    "batch": _kept_batch,
    "payee_id": _payee,
    "learner_id": _learner,
}
