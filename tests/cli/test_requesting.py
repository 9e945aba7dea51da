"""`pmp partners request`: a partner's request from the command."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

pytest.importorskip("typst", reason="documents need the extra `reports`")
pytest.importorskip("typer", reason="the command needs the extra `cli`")

from pmp_core.statistics import PartnerRequest

Pmp = Callable[..., CompletedProcess[str]]
PERIOD = ("--from", "2023-01-01", "--until", "2023-06-30", "--on", "2023-07-03")
COMMAND = ("partners", "request", "--municipality", "M-0001", *PERIOD)


def code_of(ended: CompletedProcess[str]) -> tuple[int, str]:
    return ended.returncode, json.loads(ended.stderr)["error"]["code"]


@pytest.mark.parametrize(
    ("options", "name", "head"),
    [
        ((), "M-0001-2023-06-30.html", b"<!doctype html>"),
        (("--format", "pdf"), "M-0001-2023-06-30.pdf", b"%PDF"),
        (("--out", "a.PDF"), "a.PDF", b"%PDF"),
        (("--out", "a.csv"), "a.csv", b"\xef\xbb\xbfpart;kind;"),
        (("--out", "a.json"), "a.json", b'{\n  "programme": "lv-8.3.4"'),
        (("--out", "a.txt", "--format", "csv"), "a.txt", b"\xef\xbb\xbfpart;kind;"),
    ],
)
def test_a_request_becomes_a_file(
    pmp: Pmp, demo_file: Path, tmp_path: Path, options: tuple[str, ...], name: str, head: bytes
) -> None:
    ended = pmp(*COMMAND, "--register", demo_file, "--json", *options, cwd=tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
    (told,) = json.loads(ended.stdout)
    assert (told["file"], told["complete"], told["total"], told["plans"]) == (name, False, None, 7)
    assert told["missing"] == "unit-rates.plan-monitoring, unit-rates.specialist-hour"
    assert (tmp_path / name).read_bytes().startswith(head)
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_its_json_is_read_back(pmp: Pmp, demo_file: Path, tmp_path: Path) -> None:
    assert pmp(*COMMAND, "--register", demo_file, "--out", "a.json", cwd=tmp_path).returncode == 0
    made = PartnerRequest.model_validate_json((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert (made.partner.id, made.made_on.isoformat()) == ("M-0001", "2023-07-03")


@pytest.mark.parametrize(("kind", "head"), [("csv", b"\xef\xbb\xbfpart;kind;"), ("pdf", b"%PDF")])
def test_a_hyphen_sends_the_bytes_to_standard_output_and_nothing_else(
    demo_file: Path, monkeypatch: pytest.MonkeyPatch, kind: str, head: bytes
) -> None:
    from pmp_core.cli import requesting

    out = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out, encoding="ascii"))
    requesting.request(
        str(demo_file),
        None,
        "M-0001",
        "2023-01-01",
        "2023-06-30",
        "lv",
        format_=kind,
        out="-",
        force=False,
        on="2023-07-03",
        json=False,
    )
    assert out.getvalue().startswith(head)


def test_it_is_in_the_language_that_was_asked_for(pmp: Pmp, demo_file: Path, tmp_path: Path) -> None:
    assert pmp(*COMMAND, "--register", demo_file, "--language", "en", cwd=tmp_path).returncode == 0
    assert "Indirect costs" in (tmp_path / "M-0001-2023-06-30.html").read_text(encoding="utf-8")


def test_a_file_that_is_there_stays_unless_it_is_to_be_replaced(pmp: Pmp, demo_file: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("mine", encoding="utf-8")
    command = (*COMMAND, "--register", demo_file, "--out", tmp_path / "a.csv", "--json")
    assert code_of(pmp(*command)) == (2, "file-exists")
    assert (tmp_path / "a.csv").read_text(encoding="utf-8") == "mine"
    assert pmp(*command, "--force").returncode == 0
    rows = list(csv.DictReader(io.StringIO((tmp_path / "a.csv").read_text(encoding="utf-8-sig")), delimiter=";"))
    assert {row["part"] for row in rows} == {"specialist", "plan-monitoring", "indirect"}


@pytest.mark.parametrize(
    ("options", "ended"),
    [
        (("--municipality", "M-9", *PERIOD), (2, "not-found")),
        (("--institution", "I-0001", *PERIOD), (2, "partner-without-agreement")),
        (PERIOD, (1, "partner-unclear")),
        (("--municipality", "M-0001", "--institution", "I-0001", *PERIOD), (1, "partner-unclear")),
        (("--municipality", "M-0001", *PERIOD, "--on", "2023-06-29"), (2, "request-not-over")),
        (("--municipality", "M-0001", *PERIOD, "--format", "xlsx"), (2, "option-invalid")),
        (("--municipality", "M-0001", *PERIOD, "--language", "ru"), (2, "option-invalid")),
        (("--municipality", "M-0001", "--from", "1.1.2023", "--until", "2023-06-30"), (2, "day-invalid")),
    ],
)
def test_wrong_use_is_told_and_leaves_no_file(
    pmp: Pmp, demo_file: Path, tmp_path: Path, options: tuple[str, ...], ended: tuple[int, str]
) -> None:
    assert code_of(pmp("partners", "request", "--register", demo_file, "--json", *options, cwd=tmp_path)) == ended
    assert list(tmp_path.iterdir()) == []
