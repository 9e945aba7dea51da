"""The plot of a signal's quality: precision, recall and share flagged, by threshold, each with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pmp_core.reports.extra import require
from pmp_core.statistics import SignalQuality
from pmp_core.values import Language, Text

if TYPE_CHECKING:
    import altair

_SHARES = {
    "precision": Text("precizitāte", "precision"),
    "recall": Text("pārklājums", "recall"),
    "share_flagged": Text("atzīmēto daļa", "share flagged"),
}
_ACROSS = {
    "more-than": Text("slieksnis: pazīme ir, ja vairāk par", "threshold: the signal is there if more than"),
    "below": Text("slieksnis: pazīme ir, ja mazāk par", "threshold: the signal is there if below"),
}
_UP = Text("daļa", "share")


def plot_signal_quality(quality: SignalQuality, language: Language = "lv") -> altair.LayerChart:
    """A chart of a signal's quality that a notebook shows by itself.

    Args:
        quality: as `evaluate_signal` gave it.
        language: `lv` or `en`.

    Returns:
        An Altair chart: a line for each of precision, recall and the share flagged over the thresholds, with a band from the
        lower to the upper end of the interval; a rule where the programme's threshold stands. A share that is not known is
        left out. `chart.save("signal.html")` keeps it.

    Raises:
        PluginError: `extra-missing`, if Altair is not installed.

    >>> from pmp_core.statistics.signal_quality import Observation, quality
    >>> found = quality([Observation(25, 25, True), Observation(1, 1, False)], signal="s", outcome="o", thresholds=[10, 20])
    >>> chart = plot_signal_quality(found, "en")
    >>> [layer["mark"]["type"] for layer in chart.to_dict()["layer"]]
    ['area', 'line', 'rule']
    """
    alt = require("altair")
    points: list[dict[str, Any]] = []
    for line in quality.as_dicts():
        points += [
            {
                "threshold": line["threshold"],
                "kind": title[language],
                "share": line[name],
                "low": line[f"{name}_low"],
                "high": line[f"{name}_high"],
            }
            for name, title in _SHARES.items()
            if line[name] is not None
        ]
    across = alt.X("threshold:Q", title=_ACROSS[quality.comparison][language])
    colour = alt.Color("kind:N", title=None, sort=[title[language] for title in _SHARES.values()])
    bands = (
        alt.Chart(alt.Data(values=points)).encode(x=across, color=colour).mark_area(opacity=0.2).encode(y="low:Q", y2="high:Q")
    )
    up = alt.Y("share:Q", title=_UP[language], scale=alt.Scale(domain=[0, 1]))
    lines = alt.Chart(alt.Data(values=points)).encode(x=across, color=colour, y=up).mark_line(point=True)
    in_force = [{"threshold": line.threshold} for line in quality.lines if line.in_force]
    rule = alt.Chart(alt.Data(values=in_force)).mark_rule(strokeDash=[4, 4]).encode(x=across)
    chart: altair.LayerChart = alt.layer(bands, lines, rule).properties(title=f"{quality.signal} → {quality.outcome}")
    return chart
