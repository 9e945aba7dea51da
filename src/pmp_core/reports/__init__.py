"""Floor 4: what people look at, made from what the floors below hold: drawings, documents and plots."""

from pmp_core.reports.document import PlanDocument, plan_document
from pmp_core.reports.life_cycle_drawing import draw_life_cycle
from pmp_core.reports.partner_request_document import RequestDocument, request_document
from pmp_core.reports.signal_plot import plot_signal_quality

__all__ = [
    "PlanDocument",
    "RequestDocument",
    "draw_life_cycle",
    "plan_document",
    "plot_signal_quality",
    "request_document",
]
