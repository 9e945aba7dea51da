"""Every side of the benchmark gives the same answers: an opponent that rots would make every ratio worthless. Nothing is timed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import bulk_file
import openfisca
import polars as pl
import pytest
import sides
import storage
from one_claim import folded, ours, theirs
from page import has_place, with_figures
from plan import DisagreementError
from report import Line, Report
from workload import claims

from pmp_core.loading import load_programme
from pmp_core.register.bulk.file_deciding import decide_file

LEARNERS = 1_000
PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "performance.md"


@cache
def _claims(gaps: bool) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The claims, and what one claim after another comes to."""
    frame = claims(LEARNERS, gaps=gaps)
    return frame, folded(frame, ours(frame))


@pytest.mark.parametrize("gaps", [False, True], ids=["complete", "gaps"])
def test_the_claims_reach_every_outcome(gaps: bool) -> None:
    _, expected = _claims(gaps)
    assert set(expected["outcome"]) == {"granted", "reduced", "refused", *(["undetermined"] if gaps else [])}


@pytest.mark.parametrize("gaps", [False, True], ids=["complete", "gaps"])
def test_a_loop_by_hand_agrees(gaps: bool) -> None:
    frame, expected = _claims(gaps)
    assert folded(frame, theirs(frame)).equals(expected)


@pytest.mark.parametrize("gaps", [False, True], ids=["complete", "gaps"])
@pytest.mark.parametrize(
    ("needs", "made"),
    [
        ("polars", sides.of_polars),
        ("numpy", lambda frame, gaps: sides.of_numpy(frame)),
        ("pandas", sides.of_pandas),
        ("pyarrow", lambda frame, gaps: sides.of_pyarrow(frame)),
        ("duckdb", sides.of_duckdb),
    ],
    ids=["polars", "numpy", "pandas", "pyarrow", "duckdb"],
)
def test_columns_agree_with_one_claim_after_another(
    needs: str, made: Callable[[pl.DataFrame, bool], sides.Sides], gaps: bool
) -> None:
    pytest.importorskip(needs, reason="measured only where it is installed")
    frame, expected = _claims(gaps)
    assert sides.disagreements(made(frame, gaps), expected) == []


def test_rows_in_any_order_agree() -> None:
    frame, expected = _claims(True)
    shuffled = frame.sample(fraction=1, shuffle=True, seed=1)
    wanted = shuffled.select("claim_id").join(expected, on="claim_id", maintain_order="left")
    assert sides.disagreements(sides.of_shuffled_polars(shuffled), wanted) == []


def test_openfisca_agrees() -> None:
    pytest.importorskip("openfisca_core", reason="measured only where it is installed")
    frame, expected = _claims(False)
    assert sides.disagreements(openfisca.sides_of(frame), expected) == []


def test_a_side_that_differs_is_named() -> None:
    frame, expected = _claims(False)
    wrong = expected.with_columns(reasons=pl.col("reasons") + (pl.col("claim_id") == 7).cast(pl.Int64))
    assert sides.disagreements(sides.of_numpy(frame), wrong) == ["by hand, NumPy"]


def test_figures_have_a_place_on_the_page_and_take_that_of_older_ones() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert has_place(text)
    old, new = (Report(10, 1, [Line("group", name, "ms", (1.5, 1.0, 2.0), goal=1.0)]) for name in ("older", "newer"))
    written = with_figures(with_figures(text, old), new)
    assert "| newer | 1.50 (1.00–2.00) ms |  |  |  | ≤ 1 ms | NOT MET |" in written
    assert "older | 1.50" not in written
    assert written.startswith(text[: text.index("<!--")])
    assert written.endswith(text[text.rindex("-->") :])


def test_a_sample_of_a_file_of_claims_is_decided_as_one_by_one(tmp_path: Path) -> None:
    file, out = tmp_path / "claims.csv", tmp_path / "decided.parquet"
    bulk_file.write(file, 4_000)
    totals = decide_file(file, load_programme("lv-8.3.4", overlays=[bulk_file.RATES]), on=bulk_file.ON, out=out, at_once=1_500)
    told = {"totals": totals.as_dict()}
    assert totals.refused > 0
    assert {"granted", "reduced", "undetermined"} <= set(totals.outcomes)
    bulk_file.check_sample(file, out, told)
    pl.read_parquet(out).with_columns(amount_cents=pl.col("amount_cents") + 1).write_parquet(out)
    with pytest.raises(DisagreementError, match="one by one"):
        bulk_file.check_sample(file, out, told)


def test_the_storages_keep_what_the_drivers_keep() -> None:
    pytest.importorskip("pmp_storage_sql", reason="measured only where it is installed")
    with storage.sqlite() as database:
        assert storage.disagreement(database, storage.learners(100)) is None
