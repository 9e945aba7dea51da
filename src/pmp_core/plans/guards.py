"""Guards of the plan's life cycle: conditions that its steps name in the programme pack."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from attrs import frozen

from pmp_core.values import Semester

EVALUATED, EVALUATED_OR_REASON = "evaluated", "evaluated-or-reason"
NO_MONEY_USED = "no-money-used"

if TYPE_CHECKING:
    from pmp_core.plans.plan import SupportPlan


@frozen
class Circumstances:
    """What guards need to know beside the plan. What is None is not known, and a guard that needs it refuses.

    Args:
        on: the day of the step.
        semester: the semester the day lies in.
        money_used: whether project money was used for the plan, pay for preparing it included.
        evaluated: whether the plan has its evaluation.
        reason: why the step is taken, as the person says it.
        enrolled_at_receiving: for a transfer, whether the learner is enrolled at the receiving institution on the day.
    """

    on: date
    semester: Semester | None = None
    money_used: bool | None = None
    evaluated: bool | None = None
    reason: str | None = None
    enrolled_at_receiving: bool | None = None


Guard = Callable[["SupportPlan", Circumstances], str | None]


def _application_first(plan: SupportPlan, _: Circumstances) -> str | None:
    return None if plan.applied_on is not None else "the signed application is not there. Enter its day."


def _has_risk(plan: SupportPlan, _: Circumstances) -> str | None:
    return None if plan.risks else "the plan assesses no risk. Add at least one."


def _measures_justified(plan: SupportPlan, _: Circumstances) -> str | None:
    return None if plan.measures else "the plan foresees no measure. Add at least one, with its risk and justification."


def _next_station(_: SupportPlan, __: Circumstances) -> str | None:
    return None  # whose turn it is `SupportPlan.take` settles, since it also says where the step leads


def _same_semester(plan: SupportPlan, now: Circumstances) -> str | None:
    if now.semester == plan.semester or now.on in plan.days:
        return None
    return f"a plan is resumed only in its own semester, {plan.semester}. Make a plan for the present one."


def _no_money_used(_: SupportPlan, now: Circumstances) -> str | None:
    return (
        None
        if now.money_used is False
        else "project money was used for the plan, or it is not known that none was. Suspend or close it."
    )


def _no_measures(plan: SupportPlan, _: Circumstances) -> str | None:
    return None if not plan.measures and not plan.risks else "remove all measures, their risks and justifications first."


def _evaluated(_: SupportPlan, now: Circumstances) -> str | None:
    return None if now.evaluated else "the plan has no evaluation yet. Evaluate its risks and measures first."


def _evaluated_or_reason(plan: SupportPlan, now: Circumstances) -> str | None:
    if (now.reason or "").strip():
        return None
    refusal = _evaluated(plan, now)
    return None if refusal is None else f"{refusal} Or say why it closes without one."


def _enrolled_at_receiving(_: SupportPlan, now: Circumstances) -> str | None:
    if now.enrolled_at_receiving is None:
        return "it is not said which institution receives the plan. Use `transfer_plan`, and name it."
    return None if now.enrolled_at_receiving else "the learner is not enrolled at the receiving institution on this day."


GUARDS: dict[str, Guard] = {
    "application-first": _application_first,
    "has-risk": _has_risk,
    "measures-justified": _measures_justified,
    "next-station": _next_station,
    "same-semester": _same_semester,
    NO_MONEY_USED: _no_money_used,
    "no-measures": _no_measures,
    EVALUATED: _evaluated,
    EVALUATED_OR_REASON: _evaluated_or_reason,
    "enrolled-at-receiving": _enrolled_at_receiving,
}
