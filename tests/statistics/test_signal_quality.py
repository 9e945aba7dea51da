"""How good a signal is: intervals against published figures, counts that add up, nobody silently left out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmp_core.errors import FactError, InvalidValue
from pmp_core.statistics import evaluate_measure, signal_quality
from pmp_core.statistics.intervals import share
from pmp_core.statistics.signal_quality import Observation, SignalQuality, quality


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, table I, method 3: the score interval
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (29, 29, 0.8830, 1.0),
    ],
)
def test_the_intervals_are_those_that_newcombe_published(part: int, whole: int, low: float, high: float) -> None:
    found = share(part, whole)
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@given(whole=st.integers(0, 5000), data=st.data(), confidence=st.floats(0.01, 0.999))
def test_a_share_lies_in_its_interval_and_the_interval_between_0_and_1(whole: int, data: Any, confidence: float) -> None:
    found = share(data.draw(st.integers(0, whole)), whole, confidence)
    if found.value is None or found.low is None or found.high is None:
        assert (whole, found.value, found.low, found.high) == (0, None, None, None)
    else:
        assert 0 <= found.low <= found.value <= found.high <= 1


def test_more_confidence_is_a_wider_interval() -> None:
    narrow, wide = share(8, 20, 0.8), share(8, 20, 0.99)
    assert narrow.low is not None
    assert narrow.high is not None
    assert wide.low is not None
    assert wide.high is not None
    assert wide.low < narrow.low < narrow.high < wide.high


@pytest.mark.parametrize(
    ("part", "whole", "confidence"), [(-1, 5, 0.9), (6, 5, 0.9), (1, 5, 0.0), (1, 5, 1.0), (1, 5, float("nan"))]
)
def test_what_is_no_share_is_refused(part: int, whole: int, confidence: float) -> None:
    with pytest.raises(InvalidValue, match="share-invalid"):
        share(part, whole, confidence)


@pytest.mark.parametrize(
    ("value", "at_most", "more_than_20", "below_4"),
    [
        (None, None, None, None), (20, 20, False, False), (21, 21, True, False), (3, 3, False, True), (4, 4, False, False),
        (5, None, None, False), (21, None, True, False), (5, 20, False, False), (5, 21, None, False), (3, None, None, None),
        (2, 4, False, None), (2, 3, False, True),
    ],
)  # fmt: skip
def test_a_learner_is_flagged_only_where_that_is_sure(
    value: int | None, at_most: int | None, more_than_20: bool | None, below_4: bool | None
) -> None:
    one = Observation(value, at_most, None)
    assert (one.flagged(20, "more-than"), one.flagged(4, "below")) == (more_than_20, below_4)


def told(*rows: tuple[int | None, bool | None], **more: Any) -> SignalQuality:
    seen = [Observation(value, value, outcome) for value, outcome in rows]
    return quality(seen, **{"signal": "s", "outcome": "o", "thresholds": [20], **more})


def test_the_four_fields_and_what_is_not_known_beside_them() -> None:
    found = told((25, True), (30, True), (22, False), (21, None), (3, True), (1, False), (0, None), (None, True), (None, False))
    (line,) = found.lines
    assert (found.observations, found.outcome_came, found.outcome_not_known) == (9, 4, 2)
    assert (line.flagged, line.not_flagged, line.signal_not_known) == (4, 3, 2)
    assert (line.true_positives, line.false_positives, line.missed, line.true_negatives) == (2, 1, 1, 1)
    assert line.outcome_with_signal_not_known == 1
    assert line.recall is not None
    assert [(one.part, one.whole) for one in (line.precision, line.recall, line.share_flagged)] == [(2, 3), (2, 3), (4, 7)]


ROWS = st.lists(st.tuples(st.none() | st.integers(0, 30), st.none() | st.booleans()), max_size=40)


@given(rows=ROWS, thresholds=st.lists(st.integers(0, 35), min_size=1, max_size=6))
def test_every_learner_is_counted_once_at_every_threshold(rows: Any, thresholds: list[int]) -> None:
    found = told(*rows, thresholds=thresholds)
    assert [line.threshold for line in found.lines] == sorted(set(thresholds))
    for line in found.lines:
        assert line.flagged + line.not_flagged + line.signal_not_known == found.observations == len(rows)
        assert line.true_positives + line.missed + line.outcome_with_signal_not_known == found.outcome_came
    flagged = [line.flagged for line in found.lines]
    assert flagged == sorted(flagged, reverse=True)  # a higher threshold flags nobody more


@given(rows=ROWS, threshold=st.integers(0, 35))
def test_below_is_the_other_side_of_more_than(rows: Any, threshold: int) -> None:
    (below,) = told(*rows, thresholds=[threshold + 1], comparison="below").lines
    (above,) = told(*rows, thresholds=[threshold]).lines
    assert (below.flagged, below.not_flagged) == (above.not_flagged, above.flagged)


def test_without_anybody_there_is_no_share_and_no_crash() -> None:
    found = told()
    (line,) = found.lines
    assert line.recall is not None
    assert (line.precision.value, line.recall.value, line.share_flagged.value) == (None, None, None)
    assert "–" in found._repr_html_()


@pytest.mark.parametrize("thresholds", [[-1], [True], [2.0], [], ["5"]])
def test_what_is_no_threshold_is_refused(thresholds: Any) -> None:
    with pytest.raises(InvalidValue, match="threshold-invalid"):
        told((1, True), thresholds=thresholds)


def test_what_the_figures_do_not_say_is_said() -> None:
    small = told((25, True), (None, True), (1, None))
    words = " ".join(warning.en for warning in small.warnings)
    assert "numbers are small" in words
    assert "fewer than 10" in words
    assert "not known of 1 of 3" in words
    assert "recall leaves them out" in words
    assert told(*[(25, True)] * 10, *[(1, False)] * 10).warnings == ()


def test_where_only_those_flagged_were_looked_at_there_is_no_recall() -> None:
    found = told((25, True), (25, False), only_flagged_seen=True)
    assert found.lines[0].recall is None
    assert "no recall" in found.warnings[0].en
    assert found.as_dicts()[0]["recall"] is None


@pytest.mark.parametrize("backend", ["polars", "pandas", "pyarrow"])
def test_the_lines_as_a_frame(backend: str) -> None:
    found = told((25, True), (3, False), thresholds=[1, 20, 30], in_force=20)
    frame = found.to_frame(backend)
    columns = frame.column_names if backend == "pyarrow" else list(frame.columns)
    assert len(frame) == 3
    assert columns == list(found.as_dicts()[0])
    if backend == "polars":
        assert frame["in_force"].to_list() == [False, True, False]
        assert frame["precision"].to_list() == [0.5, 1.0, None]
        assert frame["precision_low"].dtype == pl.Float64


def test_a_frame_of_no_kind_and_of_one_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FactError, match="backend-unknown"):
        told((1, True)).to_frame("excel")

    def gone(*_: Any, **__: Any) -> Any:
        raise ModuleNotFoundError("pandas")

    monkeypatch.setattr(signal_quality.nw, "from_dict", gone)
    with pytest.raises(FactError, match="backend-missing"):
        told((1, True)).to_frame("pandas")


def test_a_notebook_shows_a_table_with_the_threshold_in_force_marked_and_nothing_of_the_caller_run() -> None:
    shown = told((25, True), in_force=20, signal="<b>").__getattribute__("_repr_html_")()
    assert "20 *" in shown
    assert "&lt;b&gt;" in shown
    assert "<b>" not in shown
    _, rows = told((25, True), in_force=20).rows("en")
    assert rows[0][6].startswith("1.00 (0.21–1.00)")


# --- frames of any origin ---------------------------------------------------------------------------------------------

COLUMNS: dict[str, list[Any]] = {
    "learner_id": ["a", "b", "c", "d", "e"],
    "missed": [25, 30, 3, 1, None],
    "left": [True, False, True, None, False],
}
NAN = float("nan")


@pytest.mark.parametrize(
    "frame",
    [
        pl.DataFrame(COLUMNS),
        pl.DataFrame(COLUMNS).lazy(),
        pl.DataFrame({**COLUMNS, "missed": [25.0, 30.0, 3.0, 1.0, NAN], "left": [1, 0, 1, None, 0]}),
        pd.DataFrame(COLUMNS),
        pd.DataFrame({**COLUMNS, "left": [1.0, 0.0, 1.0, NAN, 0.0]}),
        pd.DataFrame(COLUMNS).convert_dtypes(),
        pa.table(COLUMNS),
        COLUMNS,
        {
            "missed": [*np.array([25, 30, 3, 1]), None],
            "left": [*np.array([True, False, True]), None, np.bool_(False)],
        },
        {"missed": np.array([25, 30, 3, 1, NAN], np.float32), "left": [*np.array([1, 0, 1], np.int8), None, np.int64(0)]},
    ],
    ids=[
        "polars",
        "lazy",
        "polars with NaN",
        "pandas",
        "pandas with NaN",
        "pandas with NA",
        "pyarrow",
        "columns",
        "numpy",
        "numpy 1",
    ],
)
def test_any_frame_is_evaluated_alike(frame: Any) -> None:
    found = evaluate_measure(frame, measure="missed", outcome="left", thresholds=[20])
    (line,) = found.lines
    assert (line.true_positives, line.false_positives, line.missed, line.true_negatives) == (1, 1, 1, 0)
    assert (line.signal_not_known, found.outcome_not_known, found.observations) == (1, 1, 5)


def test_a_column_of_the_most_that_it_may_be_makes_the_signal_not_known() -> None:
    frame = {"missed": [5, 5, 5], "missed_at_most": [None, 5, 25], "left": [True, True, True]}
    (line,) = evaluate_measure(frame, measure="missed", outcome="left", thresholds=[20]).lines
    assert (line.signal_not_known, line.missed, line.outcome_with_signal_not_known) == (2, 1, 2)


def test_learners_of_several_semesters_are_told() -> None:
    frame = {"learner_id": ["a", "a"], "semester": ["2021/22-1", "2022/23-1"], "m": [1, 2], "outcome": [1, 0]}
    found = evaluate_measure(frame, measure="m", thresholds=[1])
    assert found.semesters == ("2021/22-1", "2022/23-1")
    assert any("not independent" in warning.en for warning in found.warnings)


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ({"m": [1, "2"], "outcome": [1, 0]}, "measure-invalid"),
        ({"m": [1, 2.5], "outcome": [1, 0]}, "measure-invalid"),
        ({"m": [1, float("inf")], "outcome": [1, 0]}, "measure-invalid"),
        ({"m": [1, True], "outcome": [1, 0]}, "measure-invalid"),
        ({"m": [1, np.bool_(True)], "outcome": [1, 0]}, "measure-invalid"),
        ({"m": [1, np.float64(2.5)], "outcome": [1, 0]}, "measure-invalid"),
        ({"m": [1, 2], "outcome": [1, np.int64(2)]}, "outcome-invalid"),
        ({"m": [1, 2], "outcome": [1, 2]}, "outcome-invalid"),
        ({"m": [1, 2], "outcome": [1, "yes"]}, "outcome-invalid"),
        ({"learner_id": ["a", "a"], "m": [1, 2], "outcome": [1, 0]}, "observation-twice"),
    ],
)
def test_a_cell_that_cannot_be_is_told_with_its_row(frame: Any, code: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        evaluate_measure(frame, measure="m", thresholds=[1])
    assert (caught.value.code, caught.value.place.row) == (code, 2)


@pytest.mark.parametrize(
    ("cell", "found"),
    [("Anna Ozola", None), ("Anna 5b", None), ("010203-12345", None), (10203012345, None), ("2,5", "2,5"), (2.5, "2.5")],
)
def test_a_wrong_cell_is_repeated_only_if_it_is_a_short_number(cell: Any, found: str | None) -> None:
    for frame in ({"m": [cell], "outcome": [1]}, {"m": [1], "outcome": [cell]}):
        if isinstance(cell, int) and frame["m"] == [cell]:
            continue  # a whole number is a measure
        with pytest.raises(InvalidValue) as caught:
            evaluate_measure(frame, measure="m", thresholds=[1])
        assert caught.value.found == found
        assert "Anna" not in str(caught.value)


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ({"m": [1]}, "columns-wrong"),
        ({"m": [1], "outcome": []}, "columns-wrong"),
        ("x", "frame-unreadable"),
        (5, "frame-unreadable"),
    ],
)
def test_what_is_no_frame_of_these_columns_is_told(frame: Any, code: str) -> None:
    with pytest.raises(FactError) as caught:
        evaluate_measure(frame, measure="m", thresholds=[1])
    assert caught.value.code == code


def test_a_comparison_that_there_is_none_is_refused() -> None:
    with pytest.raises(InvalidValue, match="option-invalid"):
        evaluate_measure({"m": [1], "outcome": [1]}, measure="m", thresholds=[1], comparison="above")  # type: ignore[arg-type]
