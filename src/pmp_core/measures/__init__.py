"""Floor 2: what was delivered: sessions of consultation and consultative support."""

from pmp_core.measures.rules import RULES
from pmp_core.measures.session import Session

__all__ = ["RULES", "Session"]
