"""Floor 2: the individual support plan (IAP): one per learner and semester, from risks to measures."""

from pmp_core.plans.differences import PlanDifference, plan_differences
from pmp_core.plans.guards import GUARDS
from pmp_core.plans.plan import PlannedRisk, ResponsiblePerson, StepTaken, SupportMeasure, SupportPlan, Transfer
from pmp_core.plans.roll_over import rolled_over
from pmp_core.plans.rules import RULES

__all__ = [
    "GUARDS",
    "RULES",
    "PlanDifference",
    "PlannedRisk",
    "ResponsiblePerson",
    "StepTaken",
    "SupportMeasure",
    "SupportPlan",
    "Transfer",
    "plan_differences",
    "rolled_over",
]
