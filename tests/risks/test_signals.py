"""The signals, on both sides of their thresholds."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from pmp_core.errors import FactError
from pmp_core.loading import load_programme
from pmp_core.programme import OverlayText
from pmp_core.risks import RULES, SIGNALS, Signal

PROGRAMME = load_programme("lv-8.3.4")
DAY = date(2022, 11, 1)


@pytest.mark.parametrize(("lessons", "outcome"), [(0, "refused"), (20, "refused"), (21, "granted")])
def test_more_than_20_lessons_missed_without_excuse_are_a_signal(lessons: int, outcome: str) -> None:
    assert PROGRAMME.rule("signal-unexcused-lessons").decide(on=DAY, unexcused_lessons=lessons).outcome == outcome


@pytest.mark.parametrize(("mark", "outcome"), [(1, "granted"), (3, "granted"), (4, "refused"), (10, "refused")])
def test_a_mark_below_4_is_a_signal(mark: int, outcome: str) -> None:
    assert PROGRAMME.rule("signal-insufficient-mark").decide(on=DAY, lowest_mark=mark).outcome == outcome


def test_without_a_mark_nothing_is_said() -> None:
    result = PROGRAMME.rule("signal-insufficient-mark").decide(on=DAY, lowest_mark=None)
    assert (result.outcome, result.reasons) == ("undetermined", ("lowest_mark",))


SET = ("signal-unexcused-lessons", "signal-insufficient-mark", "signal-repeated-level")
FIRST_DAYS = {"lv-8.3.4": date(2017, 3, 1), "lv-4.2.3.1": date(2024, 7, 1)}


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_before_the_programme_has_a_threshold_the_signal_names_it(signal: Signal) -> None:
    result = PROGRAMME.rule(signal.name).decide({"on": date(2017, 2, 28), signal.measure: 5})
    assert (result.outcome, result.reasons) == ("undetermined", (signal.threshold,))


@pytest.mark.parametrize("programme", FIRST_DAYS)
@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_every_signal_names_a_fact_a_threshold_and_factors_that_there_are(signal: Signal, programme: str) -> None:
    loaded, day = load_programme(programme), FIRST_DAYS[programme]
    assert signal.measure in {fact.name for fact in signal.rule.facts}
    assert loaded.read(signal.threshold, day).state == ("set" if signal.name in SET else "unset")
    factors = loaded.read(signal.factor, day).value
    assert isinstance(factors, tuple)
    assert factors
    for factor in factors:
        assert loaded.pack.term("risk-factors", str(factor)).on(day).state == "set"


def test_the_rules_are_those_of_the_signals() -> None:
    assert [signal.rule for signal in SIGNALS] == list(RULES)


@pytest.mark.parametrize("signal", [one for one in SIGNALS if one.name not in SET], ids=lambda signal: signal.name)
@pytest.mark.parametrize("measured", [0, 5, 2**31 - 1])
def test_a_threshold_that_nobody_knows_makes_the_signal_undetermined_and_names_it(signal: Signal, measured: int) -> None:
    result = PROGRAMME.rule(signal.name).decide({"on": DAY, signal.measure: measured})
    assert (result.outcome, result.reasons) == ("undetermined", (signal.threshold,))


@pytest.mark.parametrize(("repeated", "outcome"), [(0, "refused"), (1, "granted"), (None, "undetermined")])
def test_the_level_of_last_school_year_again_is_a_signal(repeated: int | None, outcome: str) -> None:
    assert PROGRAMME.rule("signal-repeated-level").decide(on=DAY, level_repeated=repeated).outcome == outcome


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_on_columns_every_signal_says_what_it_says_of_one(signal: Signal) -> None:
    rule = PROGRAMME.rule(signal.name)
    values = [None, 0, 1, 3, 4, 20, 21]
    frame = pl.DataFrame({"on": [DAY] * len(values), signal.measure: values})
    told = [rule.decide({"on": DAY, signal.measure: value}).outcome for value in values]
    assert rule.decide_frame(frame)["outcome"].to_list() == told


@pytest.mark.parametrize("signal", [one for one in SIGNALS if one.comparison == "more-than"], ids=lambda signal: signal.name)
def test_a_count_below_0_cannot_be(signal: Signal) -> None:
    with pytest.raises(FactError):
        PROGRAMME.rule(signal.name).decide({"on": DAY, signal.measure: -1})


def test_a_deployment_sets_a_threshold_of_its_own() -> None:
    overlay = OverlayText(
        "thresholds.yaml",
        """overlay_for: lv-8.3.4
title: {lv: Sliekšņi, en: Thresholds}
values:
  signals.unexcused-lessons.more-than:
    entries:
      - {from: 2022-09-01, value: 10, source: "Skolas kārtība", status: example, replaces: true}
""",
    )
    rule = load_programme("lv-8.3.4", overlays=[overlay]).rule("signal-unexcused-lessons")
    assert [rule.decide(on=DAY, unexcused_lessons=lessons).outcome for lessons in (10, 11)] == ["refused", "granted"]
    assert rule.decide(on=date(2022, 8, 31), unexcused_lessons=11).outcome == "refused"
