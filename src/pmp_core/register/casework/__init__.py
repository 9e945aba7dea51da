"""The work on cases: suggesting risks, taking steps, deciding claims. Each joins entities, rules and the register.

What is kept through here was checked. `work.plans.put`, `work.claims.put` and the like are the raw port beneath: they keep
whatever is well formed, and are for imports, repairs and tests.
"""

from pmp_core.register.casework.budgets import BudgetStatus, beyond_budget, budget_status, budgets, set_budget
from pmp_core.register.casework.claim_account import ClaimAccount, claim_account
from pmp_core.register.casework.claim_versions import ClaimVersion, claim_versions, keep_claim
from pmp_core.register.casework.claims import change_claim, decide_claim, decisions, submit_claim, withdraw_claim
from pmp_core.register.casework.corrections import Correction, correct_claim, settle_claim
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
from pmp_core.register.casework.payment_export import ExportedBatch, export_batch, move_batch, order_of
from pmp_core.register.casework.payments import LeftOut, PaymentRun, Unpaid, change_payee, entries_of, name_payee, pay_claims
from pmp_core.register.casework.plans import add_plan, change_plan, clear_plan, pay_preparation, take_plan_step
from pmp_core.register.casework.recoveries import recover, set_off
from pmp_core.register.casework.risks import add_risk, confirm_risk, reject_risk, suggest_risks
from pmp_core.register.casework.transfers import PlanView, see_plan, transfer_plan
from pmp_core.register.casework.versions import PlanVersion, plan_version, plan_versions

__all__ = [
    "BudgetStatus",
    "ClaimAccount",
    "ClaimVersion",
    "Correction",
    "EvaluationRecords",
    "ExportedBatch",
    "Finding",
    "LeftOut",
    "PaymentRun",
    "PlanVersion",
    "PlanView",
    "RiskRecord",
    "Unpaid",
    "add_assignment",
    "add_evaluation",
    "add_group_session",
    "add_plan",
    "add_risk",
    "add_schedule",
    "add_session",
    "beyond_budget",
    "budget_status",
    "budgets",
    "change_claim",
    "change_payee",
    "change_plan",
    "claim_account",
    "claim_versions",
    "clear_plan",
    "confirm_risk",
    "correct_claim",
    "decide_claim",
    "decisions",
    "delivery",
    "draft_plan",
    "end_assignment",
    "end_schedule",
    "entries_of",
    "evaluation_records",
    "export_batch",
    "keep_claim",
    "move_batch",
    "name_payee",
    "order_of",
    "pay_claims",
    "pay_preparation",
    "plan_findings",
    "plan_version",
    "plan_versions",
    "recover",
    "reject_risk",
    "roll_over_plan",
    "see_plan",
    "session_days",
    "set_budget",
    "set_off",
    "settle_claim",
    "submit_claim",
    "suggest_risks",
    "take_plan_step",
    "transfer_plan",
    "usual_days",
    "withdraw_claim",
]
