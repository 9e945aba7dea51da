"""Floor 2: the specialists who deliver support, and on which days they are assigned to an institution."""

from pmp_core.staff.assignment import Assignment

__all__ = ["Assignment"]
