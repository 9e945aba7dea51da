"""Claims of a file decided in columns come to what they come to one after another: line by line, whatever they lack."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from one_by_one import decisions

from pmp_core.loading import Programme, load_programme
from pmp_core.register.bulk.file_deciding import decide_file
from pmp_core.values import Money

HERE = Path(__file__).parent
ON, FIRST, LAST = date(2023, 1, 31), date(2022, 9, 1), date(2022, 12, 31)
KINDS = (
    "public-transport-tickets",
    "special-transport",
    "accommodation",
    "catering",
    "individual-learning-materials",
    "individual-use-items",
)


@cache
def programme() -> Programme:
    return load_programme("lv-8.3.4", overlays=[HERE / "caps-of-all-units.example.yaml"])


def _days(first: date = FIRST, last: date = LAST) -> st.SearchStrategy[date]:
    return st.dates(first, last)


@st.composite
def claim(draw: Any) -> dict[str, Any]:
    """A row as values; now and then a fact is not known."""
    first = draw(_days())
    last = first + timedelta(days=draw(st.integers(0, 100)))
    last = min(last, LAST)

    def perhaps(value: Any) -> Any:
        return None if draw(st.integers(0, 24)) == 0 else value

    receipt = draw(st.one_of(st.none(), _days(first - timedelta(days=20), last)))
    return {
        "learner_id": draw(st.sampled_from(["L-1", "L-2"])),
        "institution_id": "I-1",
        "semester": draw(st.sampled_from(["2022/23-1", "2022/23-1", "2022/23-2"])),
        "submitted_on": last + timedelta(days=draw(st.integers(0, 30))),
        "first_day": first,
        "last_day": last,
        "kind": draw(st.sampled_from(KINDS)),
        "requested": Money.from_cents(draw(st.one_of(st.integers(0, 6000), st.integers(0, 3), st.integers(0, 2**26)))),
        "cofunded": perhaps(Money.from_cents(draw(st.one_of(st.just(0), st.integers(0, 3000), st.integers(0, 2**36 - 1))))),
        "items": draw(st.one_of(st.none(), st.integers(1, 4))),
        "receipts_complete": draw(st.sampled_from([True, True, True, False])) if receipt is None else None,
        "receipt_day": receipt,
        "track": perhaps(draw(st.sampled_from(["general", "general", "vocational"]))),
        "level": perhaps(draw(st.sampled_from([1, 6, 7, 9, 12]))),
        "partner": perhaps(draw(st.sampled_from([True, True, True, True, False]))),
        "plan_status": perhaps(draw(st.sampled_from(["approved", "approved", "approved", "in-progress", "draft"]))),
        "plan_first_day": perhaps(FIRST),
        "plan_last_day": perhaps(LAST),
        "risk_addressed": perhaps(draw(st.sampled_from([True, True, True, True, False]))),
    }  # fmt: skip


def _standing(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows with ids, without those that overlap: they would be refused."""
    standing: list[dict[str, Any]] = []
    for number, row in enumerate(rows):
        if not any(
            row["learner_id"] == other["learner_id"]
            and row["kind"] == other["kind"]
            and row["first_day"] <= other["last_day"]
            and other["first_day"] <= row["last_day"]
            for other in standing
        ):
            standing.append({**row, "claim_id": f"C-{(number * 7) % 10}{number}"})
    return standing


def written(file: Path, rows: list[dict[str, Any]]) -> Path:
    """Rows as a file."""
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return file


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(claim(), min_size=1, max_size=14), at_once=st.sampled_from([3, 500_000]))
def test_in_columns_as_one_after_another(rows: list[dict[str, Any]], at_once: int, tmp_path: Path) -> None:
    rows = _standing(rows)
    file = written(tmp_path / "claims.csv", rows)
    out, lines = tmp_path / "decided.parquet", tmp_path / "lines.parquet"
    totals = decide_file(file, programme(), on=ON, out=out, lines=lines, replace=True, at_once=at_once)
    assert (totals.rows, totals.refused) == (len(rows), 0)
    decided = {row["claim_id"]: row for row in pl.read_parquet(out).to_dicts()}
    by_line = {(row["claim_id"], row["line"]): row for row in pl.read_parquet(lines).to_dicts()}
    assert [row["claim_id"] for row in pl.read_parquet(out).to_dicts()] == [row["claim_id"] for row in rows]
    for decision in decisions(programme(), rows, ON):
        row = decided.pop(decision.claim_id)
        assert (row["outcome"], row["amount_cents"], row["counted_cents"], row["lines"]) == (
            decision.outcome,
            None if decision.amount is None else decision.amount.cents,
            None if decision.counted is None else decision.counted.cents,
            len(decision.lines),
        )
        assert set(row["reasons"].split(", ")) - {""} == set(decision.reasons)
        for number, line in enumerate(decision.lines, 1):
            facts = line.decision.facts_as_used()
            one = by_line.pop((decision.claim_id, number))
            assert (one["first_day"], one["last_day"], one["requested_cents"], one["cofunded_cents"], one["units"]) == (
                line.first_day, line.last_day, line.requested.cents, facts["cofunded_cents"], facts["units"],
            )  # fmt: skip
            if line.counted is not None:  # after something undetermined nothing of it is used
                assert one["cap_used_cents"] == facts["cap_used_cents"]
            assert (one["outcome"], one["amount_cents"]) == (
                line.decision.outcome,
                None if line.amount is None else line.amount.cents,
            )
            assert set(one["reasons"].split(", ")) - {""} == set(line.decision.reasons)
            assert one["counted_cents"] == (None if line.counted is None else line.counted.cents)
    assert decided == {}
    assert by_line == {}
