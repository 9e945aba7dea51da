"""Floor 2: what became of the risks at the semester's end."""

from pmp_core.outcomes.evaluation import Evaluation, MeasureOutcome, RiskOutcome
from pmp_core.outcomes.rules import RULES

__all__ = ["RULES", "Evaluation", "MeasureOutcome", "RiskOutcome"]
