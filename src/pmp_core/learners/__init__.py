"""Floor 2: who is supported: learners, where they are enrolled, and who takes part on which days."""

from pmp_core.learners.entities import Enrolment, Institution, Learner, Municipality, Partnership
from pmp_core.learners.rules import RULES, TARGET_CHECKS, TARGET_FACTS

__all__ = ["RULES", "TARGET_CHECKS", "TARGET_FACTS", "Enrolment", "Institution", "Learner", "Municipality", "Partnership"]
