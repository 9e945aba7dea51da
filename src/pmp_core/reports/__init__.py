"""Floor 4: what people look at, drawn from what the floors below hold."""

from pmp_core.reports.life_cycle_drawing import draw_life_cycle

__all__ = ["draw_life_cycle"]
