"""The plot of a signal's quality."""

from __future__ import annotations

import sys

import pytest

import pmp_core
from pmp_core.errors import PluginError
from pmp_core.statistics.signal_quality import Observation, SignalQuality, quality

SEEN = [Observation(25, 25, True), Observation(22, 22, False), Observation(3, 3, True), Observation(0, 0, False)]


def made(**more: object) -> SignalQuality:
    given = {"signal": "signal-x", "outcome": "left", "thresholds": [5, 20, 40], "in_force": 20, **more}
    return quality(SEEN, **given)  # type: ignore[arg-type]


def test_there_is_a_line_a_band_and_a_rule_where_the_programme_stands() -> None:
    pytest.importorskip("altair", reason="the plot needs the extra `reports`")
    told = pmp_core.plot_signal_quality(made(), "en").to_dict()
    band, line, rule = told["layer"]
    assert [layer["mark"]["type"] for layer in (band, line, rule)] == ["area", "line", "rule"]
    assert rule["data"]["values"] == [{"threshold": 20}]
    points = line["data"]["values"]
    assert {(one["threshold"], one["kind"]) for one in points} == {
        *((threshold, kind) for threshold in (5, 20, 40) for kind in ("recall", "share flagged")),
        (5, "precision"),
        (20, "precision"),  # with 40 nobody is flagged, and there is no precision
    }
    assert all(one["low"] <= one["share"] <= one["high"] for one in points)


def test_an_interval_at_a_single_threshold_is_a_bar_that_can_be_seen() -> None:
    pytest.importorskip("altair", reason="the plot needs the extra `reports`")
    told = pmp_core.plot_signal_quality(made(thresholds=[20]), "en").to_dict()
    bars, points, rule = told["layer"]
    assert [layer["mark"]["type"] for layer in told["layer"]] == ["rule", "line", "rule"]
    assert {one["kind"] for one in bars["data"]["values"]} == {"precision", "recall", "share flagged"}
    assert all(one["low"] < one["high"] for one in bars["data"]["values"])
    assert (bars["encoding"]["y"]["field"], bars["encoding"]["y2"]["field"]) == ("low", "high")
    for layer in (bars, points):  # side by side, so that none hides another
        assert (layer["encoding"]["x"]["type"], layer["encoding"]["xOffset"]["field"]) == ("ordinal", "kind")
    assert rule["data"]["values"] == [{"threshold": 20}]


def test_a_share_that_is_known_at_one_of_several_thresholds_has_a_bar() -> None:
    pytest.importorskip("altair", reason="the plot needs the extra `reports`")
    told = pmp_core.plot_signal_quality(made(thresholds=[20, 40]), "en").to_dict()
    band, bars, *_ = told["layer"]
    assert [layer["mark"]["type"] for layer in told["layer"]] == ["area", "rule", "line", "rule"]
    assert {one["kind"] for one in band["data"]["values"]} == {"recall", "share flagged"}
    assert [(one["kind"], one["threshold"]) for one in bars["data"]["values"]] == [("precision", 20)]
    assert bars["encoding"]["x"]["type"] == "quantitative"


@pytest.mark.parametrize(("comparison", "words"), [("more-than", "ja vairāk par"), ("below", "ja mazāk par")])
def test_the_axis_says_on_which_side_the_signal_is(comparison: str, words: str) -> None:
    pytest.importorskip("altair", reason="the plot needs the extra `reports`")
    told = pmp_core.plot_signal_quality(made(comparison=comparison)).to_dict()
    assert words in told["layer"][1]["encoding"]["x"]["title"]


def test_without_the_extra_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "altair", None)
    with pytest.raises(PluginError, match=r"pmp-core\[reports\]") as caught:
        pmp_core.plot_signal_quality(made())
    assert caught.value.code == "extra-missing"
