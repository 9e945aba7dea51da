"""Floor 1: the law as dated data."""

from pmp_core.programme.calendar import SchoolCalendar
from pmp_core.programme.entries import Conflict, DatedValue, Entry, Reading, Term
from pmp_core.programme.life_cycle import Chain, LifeCycle, LifeCycleStep
from pmp_core.programme.load import available_packs, load_pack
from pmp_core.programme.pack import OverlayText, Pack

__all__ = [
    "Chain",
    "Conflict",
    "DatedValue",
    "Entry",
    "LifeCycle",
    "LifeCycleStep",
    "OverlayText",
    "Pack",
    "Reading",
    "SchoolCalendar",
    "Term",
    "available_packs",
    "load_pack",
]
