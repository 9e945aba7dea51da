"""Floor 4: what the register tells when it is counted."""

from pmp_core.statistics.counting import LEVELS, Overview, overview
from pmp_core.statistics.partner_request import partner_request
from pmp_core.statistics.request_content import PartnerRequest
from pmp_core.statistics.signal_evaluation import evaluate_measure, evaluate_signal
from pmp_core.statistics.signal_outcomes import OUTCOMES
from pmp_core.statistics.signal_quality import SignalQuality, ThresholdQuality

__all__ = [
    "LEVELS",
    "OUTCOMES",
    "Overview",
    "PartnerRequest",
    "SignalQuality",
    "ThresholdQuality",
    "evaluate_measure",
    "evaluate_signal",
    "overview",
    "partner_request",
]
