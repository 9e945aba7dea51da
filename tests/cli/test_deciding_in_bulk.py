"""`pmp decide FILE` and `pmp decide --preview`."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from commands import Pmp, answer, kept_in, said

RATES = Path(__file__).parents[2] / "examples" / "sample-school" / "rates.example.yaml"
PROGRAMME = ("--programme", "lv-8.3.4", "--overlay", RATES, "--on", "2023-01-31")


@pytest.fixture
def claims(pmp: Pmp, tmp_path: Path) -> Path:
    """The file that `--example` prints, and a second row that is wrong."""
    file = tmp_path / "claims.csv"
    example = said(pmp, "decide", "--example")
    heading, row = example.splitlines()
    wrong = row.replace("38.70,0.00", "-1.00,0.00").replace("C-2022-0001", "C-2")
    file.write_text("\n".join([heading, row, wrong]), encoding="utf-8")
    return file


def test_a_file_is_decided_and_the_totals_tell_what_was_refused(pmp: Pmp, claims: Path, tmp_path: Path) -> None:
    out, refused = tmp_path / "out.csv", tmp_path / "refused.csv"
    done = pmp("decide", claims, *PROGRAMME, "--out", out, "--refused", refused, "--lines", tmp_path / "lines.csv", "--json")
    assert (done.returncode, done.stderr) == (1, "")
    told = json.loads(done.stdout)
    assert told["rows"] == {"read": 2, "decided": 1, "refused": 1}
    assert told["asked"] == {"read": "38.70", "decided": "38.70", "refused": "0.00"}
    assert (told["outcomes"], told["refused for"], told["granted"]) == ({"granted": 1}, {"claim-negative": 1}, "38.70")
    with out.open(encoding="utf-8", newline="") as opened:
        assert [(row["claim_id"], row["outcome"]) for row in csv.DictReader(opened)] == [("C-2022-0001", "granted")]
    with refused.open(encoding="utf-8", newline="") as opened:
        assert [(row["row"], row["code"], row["found"]) for row in csv.DictReader(opened)] == [("3", "claim-negative", "-1.00")]


def test_it_is_told_in_words_and_nothing_is_replaced_unasked(pmp: Pmp, claims: Path, tmp_path: Path) -> None:
    command = ("decide", claims, *PROGRAMME, "--out", tmp_path / "out.parquet")
    assert "Which, and why: --refused FILE writes it." in pmp(*command).stdout
    again = pmp(*command)
    assert again.returncode == 2
    assert "file-exists" in again.stderr
    assert "Granted: 38.70 EUR (1 granted)." in pmp(*command, "--force").stdout


def test_columns_are_explained(pmp: Pmp) -> None:
    rows = answer(pmp, "decide", "--columns")
    assert {row["column"]: row["cell needed"] for row in rows}["claim_id"] is True
    assert "requested_cents" in said(pmp, "decide", "--columns")


@pytest.mark.parametrize(
    "arguments",
    [
        ("claims.csv",),
        ("claims.csv", "--programme", "lv-8.3.4"),
        ("claims.csv", "--register", "r.sqlite", "--out", "o.csv"),
        ("claims.csv", *PROGRAMME, "--out", "o.csv", "--by", "Ilze"),
        (),
        ("C-1", "--register", "r.sqlite", "--by", "Ilze", "--out", "o.csv"),
        ("--register", "r.sqlite", "--by", "Ilze", "--programme", "lv-8.3.4"),
        ("C-1", "--register", "r.sqlite", "--preview"),
    ],
)
def test_options_that_say_nothing_together_are_refused(pmp: Pmp, arguments: tuple[str | Path, ...]) -> None:
    done = pmp("decide", *arguments)
    assert done.returncode == 2
    assert "option-invalid" in done.stderr


def test_a_register_is_previewed_and_nothing_is_kept(pmp: Pmp, demo_copy: Path, tmp_path: Path) -> None:
    command = ("decide", "--register", demo_copy, "--preview", "--on", "2023-06-30")
    before = kept_in(demo_copy)
    rows = answer(pmp, *command)
    waiting = [row["id"] for row in answer(pmp, "claims", "list", "--register", demo_copy) if row["status"] == "submitted"]
    assert sorted(row["claim_id"] for row in rows) == sorted(waiting)
    said_ = said(pmp, *command, "--out", tmp_path / "preview.csv", "--lines", tmp_path / "lines.parquet")
    assert f"{len(rows)} claims decided, and nothing kept: preview.csv." in said_
    assert sorted(path.name for path in tmp_path.iterdir() if "preview" in path.name or "lines" in path.name) == [
        "lines.parquet", "preview.csv",
    ]  # fmt: skip
    assert said(pmp, *command)
    assert kept_in(demo_copy) == before
