"""The work on cases: suggesting risks, taking steps, deciding claims. Each joins entities, rules and the register.

What is kept through here was checked. `work.plans.put`, `work.claims.put` and the like are the raw port beneath: they keep
whatever is well formed, and are for imports, repairs and tests.
"""

from pmp_core.register.casework.claims import change_claim, decide_claim, decisions, submit_claim, withdraw_claim
from pmp_core.register.casework.delivery import (
    add_assignment,
    add_group_session,
    add_schedule,
    add_session,
    delivery,
    end_assignment,
    end_schedule,
    session_days,
)
from pmp_core.register.casework.drafting import draft_plan, roll_over_plan, usual_days
from pmp_core.register.casework.evaluations import EvaluationRecords, RiskRecord, add_evaluation, evaluation_records
from pmp_core.register.casework.findings import Finding, plan_findings
from pmp_core.register.casework.plans import add_plan, change_plan, clear_plan, pay_preparation, take_plan_step
from pmp_core.register.casework.risks import add_risk, confirm_risk, reject_risk, suggest_risks
from pmp_core.register.casework.transfers import PlanView, see_plan, transfer_plan
from pmp_core.register.casework.versions import PlanVersion, plan_version, plan_versions

__all__ = [
    "EvaluationRecords",
    "Finding",
    "PlanVersion",
    "PlanView",
    "RiskRecord",
    "add_assignment",
    "add_evaluation",
    "add_group_session",
    "add_plan",
    "add_risk",
    "add_schedule",
    "add_session",
    "change_claim",
    "change_plan",
    "clear_plan",
    "confirm_risk",
    "decide_claim",
    "decisions",
    "delivery",
    "draft_plan",
    "end_assignment",
    "end_schedule",
    "evaluation_records",
    "pay_preparation",
    "plan_findings",
    "plan_version",
    "plan_versions",
    "reject_risk",
    "roll_over_plan",
    "see_plan",
    "session_days",
    "submit_claim",
    "suggest_risks",
    "take_plan_step",
    "transfer_plan",
    "usual_days",
    "withdraw_claim",
]
