"""The work on cases: suggesting risks, taking steps, deciding claims. Each joins entities, rules and the register.

What is kept through here was checked. `work.plans.put`, `work.claims.put` and the like are the raw port beneath: they keep
whatever is well formed, and are for imports, repairs and tests.
"""

from pmp_core.register.casework.claims import change_claim, decide_claim, decisions, submit_claim, withdraw_claim
from pmp_core.register.casework.delivery import add_evaluation, add_session
from pmp_core.register.casework.plans import add_plan, change_plan, take_plan_step
from pmp_core.register.casework.risks import add_risk, confirm_risk, reject_risk, suggest_risks

__all__ = [
    "add_evaluation",
    "add_plan",
    "add_risk",
    "add_session",
    "change_claim",
    "change_plan",
    "confirm_risk",
    "decide_claim",
    "decisions",
    "reject_risk",
    "submit_claim",
    "suggest_risks",
    "take_plan_step",
    "withdraw_claim",
]
