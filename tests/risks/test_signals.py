"""The signals, on both sides of their thresholds."""

from __future__ import annotations

from datetime import date

import pytest

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


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_before_the_programme_has_a_threshold_the_signal_names_it(signal: Signal) -> None:
    result = PROGRAMME.rule(signal.name).decide({"on": date(2017, 2, 28), signal.measure: 5})
    assert (result.outcome, result.reasons) == ("undetermined", (signal.threshold,))


def test_a_learner_without_records_missed_nothing_and_has_no_mark() -> None:
    assert {signal.measure: signal.when_nothing for signal in SIGNALS} == {"unexcused_lessons": 0, "lowest_mark": None}


def test_every_signal_names_a_fact_a_threshold_and_factors_that_there_are() -> None:
    assert [signal.rule for signal in SIGNALS] == list(RULES)
    for signal in SIGNALS:
        assert signal.measure in {fact.name for fact in signal.rule.facts}
        assert PROGRAMME.read(signal.threshold, DAY).state == "set"
        factors = PROGRAMME.read(signal.factor, DAY).value
        assert isinstance(factors, tuple)
        assert factors
        for factor in factors:
            assert PROGRAMME.pack.term("risk-factors", str(factor)).on(DAY).state == "set"


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
