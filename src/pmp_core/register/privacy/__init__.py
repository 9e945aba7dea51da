"""What the register holds about a learner: told to whom it is about, taken out on request or after its term."""

from pmp_core.register.privacy.erasing import erase_learner
from pmp_core.register.privacy.erasure import Confirmation, Erasure
from pmp_core.register.privacy.report import HeldRows, LearnerReport, report_on_learner
from pmp_core.register.privacy.retention import Due, due_for_erasure
from pmp_core.register.privacy.treatments import ERASED, OF_NOBODY, TREATMENTS, How, Treatment

__all__ = [
    "ERASED",
    "OF_NOBODY",
    "TREATMENTS",
    "Confirmation",
    "Due",
    "Erasure",
    "HeldRows",
    "How",
    "LearnerReport",
    "Treatment",
    "due_for_erasure",
    "erase_learner",
    "report_on_learner",
]
