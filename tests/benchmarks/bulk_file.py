"""A file of claims decided by `pmp decide FILE`: in a process of its own, whose memory is measured; a sample is decided one by one."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from plan import DisagreementError, Plan
from report import Line, Report, measured
from timing import Times

from pmp_core.loading import load_programme
from pmp_core.register.bulk.file_columns import BY_NAME, COLUMNS

REGISTER_TESTS = Path(__file__).parents[1] / "register"
sys.path.insert(0, str(REGISTER_TESTS))

from one_by_one import decisions  # noqa: E402

GROUP, CHILD = "bulk-file", Path(__file__).parent / "bulk_file_child.py"
RATES = REGISTER_TESTS / "caps-of-all-units.example.yaml"
ON = date(2023, 7, 1)
PER, AT_ONCE, SAMPLE = 4, 1_000_000, 150
MOST_MEMORY = 8 * 2**30
KINDS = (
    "public-transport-tickets",
    "special-transport",
    "accommodation",
    "catering",
    "individual-learning-materials",
    "individual-use-items",
)
# What is wrong with one row of a hundred: a column, and what stands there.
WRONG = (
    ("requested", "-5.00"), ("requested", "1,50"), ("requested", "12.345"), ("requested", "1e3"), ("currency", "USD"),
    ("receipt_day", "2030-01-01"), ("last_day", "2022-08-31"), ("kind", "gold"), ("level", "seven"), ("learner_id", ""),
    ("enrolled_institution_id", "I-other"), ("semester", "2022-1"), ("plan_status", "fine"), ("receipt_number", "twice"),
)  # fmt: skip


def measure(report: Report, plan: Plan) -> None:
    """Seconds and memory for a file, and whether a sample of learners is decided as one by one."""
    with tempfile.TemporaryDirectory() as folder:
        file, out = Path(folder) / "claims.csv", Path(folder) / "decided.parquet"
        write(file, plan.file_claims)
        told = _told_by_child(file, out)
        check_sample(file, out, told)
    size = f"{plan.file_claims:,} claims, 1 % wrong"
    report.add(measured(GROUP, size, "s", Times((told["seconds"],))))
    peak = told["peak"] / 2**30
    report.add(Line(GROUP, f"{size}: most memory", "GiB", (peak, peak, peak), goal=MOST_MEMORY / 2**30))


def write(file: Path, rows: int) -> None:
    """A file of claims, four a learner, in pieces that memory holds easily."""
    with file.open("wb") as opened:
        for done in range(0, rows, AT_ONCE):
            piece = _spoilt(claims(done, min(AT_ONCE, rows - done)), seed=done)
            piece.write_csv(opened, include_header=done == 0)


def claims(first: int, rows: int) -> pl.DataFrame:
    """Claims of whole learners, as text."""
    draw, number = np.random.default_rng(first + 7), np.arange(first, first + rows)
    learner, turn = number // PER, number % PER
    began = np.datetime64("2022-09-01") + np.where(turn == PER - 1, 65, 0) + draw.integers(0, 10, rows)
    ended = began + draw.integers(0, 46, rows)
    text = pl.col("learner").cast(pl.String)
    frame = pl.DataFrame(
        {
            "number": number, "learner": learner, "first_day": began, "last_day": ended,
            "submitted_on": ended + draw.integers(1, 30, rows), "kind": np.array(KINDS)[(learner + turn % (PER - 1)) % len(KINDS)],
            "cents": draw.integers(0, 6000, rows), "others": np.where(draw.random(rows) < 0.2, draw.integers(0, 2000, rows), 0),
            "level": draw.integers(1, 13, rows // PER)[turn * 0 + (number - first) // PER], "gap": draw.random(rows) < 0.02,
        }
    )  # fmt: skip
    amount = {name: pl.format("{}.{}", pl.col(of) // 100, (pl.col(of) % 100).cast(pl.String).str.zfill(2)) for name, of in
              (("requested", "cents"), ("cofunded", "others"))}  # fmt: skip
    made = frame.with_columns(
        claim_id=pl.format("C-{}", pl.col("number").cast(pl.String).str.zfill(9)), learner_id=pl.format("L-{}", text),
        institution_id=pl.format("I-{}", pl.col("learner") % 600), semester=pl.lit("2022/23-1"), **amount,
        currency=pl.lit("EUR"), items=pl.lit("2"), receipts_complete=pl.lit(None, pl.String), receipt_day=pl.col("last_day"),
        receipt_number=pl.format("R{}", "number"), receipt_issuer=pl.lit("SIA"), receipt_amount=amount["requested"].replace("0.00", None),
        track=pl.lit("general"), enrolled_institution_id=pl.format("I-{}", pl.col("learner") % 600), partner=pl.lit("true"),
        plan_status=pl.lit("approved"), plan_first_day=pl.lit("2022-09-01"), plan_last_day=pl.lit("2022-12-31"),
        risk_addressed=pl.when(~pl.col("gap")).then(pl.lit("true")),
    )  # fmt: skip
    return made.select(pl.col(column.name).cast(pl.String) for column in COLUMNS)


def _spoilt(piece: pl.DataFrame, seed: int) -> pl.DataFrame:
    """A piece in which one row of a hundred is wrong."""
    which = np.where(np.random.default_rng(seed).random(len(piece)) < 0.01, np.arange(len(piece)) % len(WRONG), -1)
    piece = piece.with_columns(pl.Series("which", which))
    for number, (column, cell) in enumerate(WRONG):
        piece = piece.with_columns(pl.when(pl.col("which") == number).then(pl.lit(cell)).otherwise(column).alias(column))
    return piece.drop("which")


def _told_by_child(file: Path, out: Path) -> dict[str, Any]:
    done = subprocess.run([sys.executable, CHILD, file, RATES, out], stdout=subprocess.PIPE, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def check_sample(file: Path, out: Path, told: dict[str, Any]) -> None:
    """Whether rows and amounts reconcile, and the claims of some learners are decided as they are one by one.

    Raises:
        DisagreementError: they are not.
    """
    rows, asked = told["totals"]["rows"], told["totals"]["asked"]
    cents = {name: round(float(amount) * 100) for name, amount in asked.items()}
    if rows["read"] != rows["decided"] + rows["refused"] or cents["read"] != cents["decided"] + cents["refused"]:
        raise DisagreementError(f"{GROUP}: the totals do not reconcile")
    decided = pl.scan_parquet(out)
    learners = decided.select(pl.col("learner_id").unique()).collect(engine="streaming")["learner_id"].sort().sample(
        SAMPLE, seed=1
    )  # fmt: skip
    of_them = decided.filter(pl.col("learner_id").is_in(learners.implode())).collect()
    cells = pl.scan_csv(file, infer_schema=False).filter(pl.col("claim_id").is_in(of_them["claim_id"].implode())).collect()
    programme = load_programme("lv-8.3.4", overlays=[RATES])
    answers = {row["claim_id"]: row for row in of_them.to_dicts()}
    for decision in decisions(programme, [_values(row) for row in cells.to_dicts()], ON):
        row = answers.pop(decision.claim_id)
        amount = None if decision.amount is None else decision.amount.cents
        if (row["outcome"], row["amount_cents"]) != (decision.outcome, amount):
            raise DisagreementError(f"{GROUP}: {decision.claim_id} in columns and one by one")
    if answers:
        raise DisagreementError(f"{GROUP}: {len(answers)} claims were decided that are not in the file")


def _values(row: dict[str, Any]) -> dict[str, Any]:
    """The cells of a row as values."""
    from pmp_core.values import Money, iso_day

    read = {
        "day": iso_day, "amount": Money, "whole": int, "truth": lambda cell: cell == "true",
    }  # fmt: skip
    return {name: None if cell is None else read.get(BY_NAME[name].type, str)(cell) for name, cell in row.items()}
