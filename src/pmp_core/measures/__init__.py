"""Floor 2: what was delivered: sessions of consultation and consultative support, and when they are to be held."""

from pmp_core.measures.delivery import MeasureDelivery, delivery_of
from pmp_core.measures.rules import RULES
from pmp_core.measures.schedule import Schedule
from pmp_core.measures.session import Session

__all__ = ["RULES", "MeasureDelivery", "Schedule", "Session", "delivery_of"]
