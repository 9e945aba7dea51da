"""Floor 2: risks of leaving: signals that suggest them, and the person who confirms, rejects or adds."""

from pmp_core.risks.evidence import EvidenceRecord
from pmp_core.risks.records import Absence, Mark
from pmp_core.risks.signals import RULES, SIGNALS, Signal
from pmp_core.risks.suggestion import RiskSuggestion

__all__ = ["RULES", "SIGNALS", "Absence", "EvidenceRecord", "Mark", "RiskSuggestion", "Signal"]
