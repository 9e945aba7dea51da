"""Floor 4: what people look at, made from what the floors below hold: drawings and plots."""

from pmp_core.reports.life_cycle_drawing import draw_life_cycle
from pmp_core.reports.signal_plot import plot_signal_quality

__all__ = ["draw_life_cycle", "plot_signal_quality"]
