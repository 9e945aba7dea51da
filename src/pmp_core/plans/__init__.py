"""Floor 2: the individual support plan (IAP): one per learner and semester, from risks to measures."""

from pmp_core.plans.guards import GUARDS
from pmp_core.plans.plan import PlannedRisk, StepTaken, SupportMeasure, SupportPlan
from pmp_core.plans.rules import RULES

__all__ = ["GUARDS", "RULES", "PlannedRisk", "StepTaken", "SupportMeasure", "SupportPlan"]
