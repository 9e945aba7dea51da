"""Floor 1: the law as dated data."""

from pmp_core.programme.access import ACTIONS, AccessLine, AccessTable, Scope
from pmp_core.programme.calendar import SchoolCalendar
from pmp_core.programme.cycle_needs import CycleNeeds
from pmp_core.programme.cycle_rows import CycleChange, CycleDifference, cycle_differences
from pmp_core.programme.differences import Difference, differences
from pmp_core.programme.draft import draft_overlay
from pmp_core.programme.effect import Effect, EntryChange, TermChange, effect
from pmp_core.programme.entries import Conflict, DatedValue, Entry, Reading, Term
from pmp_core.programme.in_force import ProgrammesOn, Standing, standing
from pmp_core.programme.inventory import Citation, Inventory, NotSet, inventory, not_set
from pmp_core.programme.life_cycle import Chain, LifeCycle, LifeCycleStep
from pmp_core.programme.load import available_packs, load_pack, overlay_for, overlay_for_none, read_overlay
from pmp_core.programme.pack import OverlayText, Pack

__all__ = [
    "ACTIONS",
    "AccessLine",
    "AccessTable",
    "Chain",
    "Citation",
    "Conflict",
    "CycleChange",
    "CycleDifference",
    "CycleNeeds",
    "DatedValue",
    "Difference",
    "Effect",
    "Entry",
    "EntryChange",
    "Inventory",
    "LifeCycle",
    "LifeCycleStep",
    "NotSet",
    "OverlayText",
    "Pack",
    "ProgrammesOn",
    "Reading",
    "SchoolCalendar",
    "Scope",
    "Standing",
    "Term",
    "TermChange",
    "available_packs",
    "cycle_differences",
    "differences",
    "draft_overlay",
    "effect",
    "inventory",
    "load_pack",
    "not_set",
    "overlay_for",
    "overlay_for_none",
    "read_overlay",
    "standing",
]
