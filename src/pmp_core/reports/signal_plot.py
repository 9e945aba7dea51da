"""The plot of a signal's quality: precision, recall and share flagged, by threshold, each with its interval."""

from __future__ import annotations

from collections import Counter
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
        lower to the upper end of the interval, or a bar where it is known at one threshold only; a rule where the
        programme's threshold stands. A share that is not known is
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
    known = Counter(point["kind"] for point in points)
    # The area of a single point has no width: its interval is a bar. With one threshold the bars stand side by side.
    single = len({point["threshold"] for point in points}) == 1
    across = alt.X(f"threshold:{'O' if single else 'Q'}", title=_ACROSS[quality.comparison][language])
    colour = alt.Color("kind:N", title=None, sort=[title[language] for title in _SHARES.values()])
    beside = {"xOffset": alt.XOffset("kind:N", sort=[title[language] for title in _SHARES.values()])} if single else {}
    layers: list[altair.Chart] = []
    if wide := [point for point in points if known[point["kind"]] > 1]:
        layers.append(_of(alt, wide).mark_area(opacity=0.2).encode(x=across, color=colour, y="low:Q", y2="high:Q"))
    if alone := [point for point in points if known[point["kind"]] == 1]:
        layers.append(_of(alt, alone).mark_rule(size=2).encode(x=across, color=colour, y="low:Q", y2="high:Q", **beside))
    up = alt.Y("share:Q", title=_UP[language], scale=alt.Scale(domain=[0, 1]))
    layers.append(_of(alt, points).mark_line(point=True).encode(x=across, color=colour, y=up, **beside))
    in_force = [{"threshold": line.threshold} for line in quality.lines if line.in_force]
    layers.append(_of(alt, in_force).mark_rule(strokeDash=[4, 4]).encode(x=across))
    chart: altair.LayerChart = alt.layer(*layers).properties(title=f"{quality.signal} → {quality.outcome}")
    return chart


def _of(alt: Any, rows: list[dict[str, Any]]) -> altair.Chart:
    chart: altair.Chart = alt.Chart(alt.Data(values=rows))
    return chart
