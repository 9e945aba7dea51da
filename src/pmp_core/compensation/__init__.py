"""Floor 2: money: claims, their decision, and why."""

from pmp_core.compensation.claim import Claim, Receipt
from pmp_core.compensation.quantity import check_undivided, units_of
from pmp_core.compensation.rules import RULES

__all__ = ["RULES", "Claim", "Receipt", "check_undivided", "units_of"]
