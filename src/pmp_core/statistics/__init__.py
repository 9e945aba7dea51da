"""Floor 4: what the register tells when it is counted."""

from pmp_core.statistics.counting import LEVELS, Overview, overview

__all__ = ["LEVELS", "Overview", "overview"]
