"""`pmp register verify`, `checkpoint`, `history`, `views` and `as-of`, on the sample school."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from subprocess import CompletedProcess

import pytest

Pmp = Callable[..., CompletedProcess[str]]


@pytest.fixture
def school(pmp: Pmp, tmp_path: Path) -> str:
    file = str(tmp_path / "school.sqlite")
    assert pmp("demo", "--register", file).returncode == 0
    return file


def test_a_row_that_was_altered_by_hand_is_found_with_exit_code_1(pmp: Pmp, school: str, tmp_path: Path) -> None:
    kept = str(tmp_path / "checkpoint.json")
    assert pmp("register", "checkpoint", kept, "--register", school).returncode == 0
    assert pmp("register", "verify", "--register", school, "--checkpoint", kept).returncode == 0
    with closing(sqlite3.connect(school, isolation_level=None)) as raw:
        raw.execute("UPDATE plans SET aims = 'Kaut kas cits' WHERE id = 'P-0001'")
    told = pmp("register", "verify", "--register", school, "--language", "en", "--json")
    assert told.returncode == 1
    what = {"code": "row-altered", "table": "plans", "key": "P-0001", "what": "The row is not what the history left it as."}
    assert json.loads(told.stdout)["findings"] == [what]
    assert "Kaut kas cits" not in told.stdout


def test_history_and_views_are_shown(pmp: Pmp, school: str) -> None:
    told = json.loads(pmp("register", "history", "plans", "P-0001", "--register", school, "--json").stdout)
    assert [entry["number"] for entry in told] == list(range(1, len(told) + 1))
    assert told[0]["changes"][0]["before"] is None
    whole = pmp("register", "history", "learners", "L-0021", "--all", "--register", school).stdout
    assert "plans/P-0001" in whole
    views = json.loads(pmp("register", "views", "L-0021", "--register", school, "--json").stdout)
    assert {"learner": "L-0021", "who": "pmp"}.items() <= views[-1].items()


def test_the_past_becomes_a_file(pmp: Pmp, school: str, tmp_path: Path) -> None:
    past = str(tmp_path / "past.sqlite")
    assert pmp("register", "as-of", "2999-01-01", "--register", school, "--out", past).returncode == 0
    assert pmp("register", "verify", "--register", past).returncode == 0
    stats = [pmp("stats", "--register", file, "--json").stdout for file in (school, past)]
    assert stats[0] == stats[1] != ""


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["history", "plans", "P-0001", "--all"], "option-invalid"),
        (["as-of", "yesterday", "--out", "new.sqlite"], "moment-invalid"),
        (["as-of", "2001-01-01", "--out", "new.sqlite"], "moment-before-history"),
        (["as-of", "2999-01-01", "--out", "school.sqlite"], "output-unfit"),
        (["as-of", "2999-01-01", "--out", "there.txt"], "file-exists"),
        (["as-of", "2999-01-01", "--out", "nowhere/new.sqlite"], "folder-missing"),
        (["verify", "--checkpoint", "there.txt"], "checkpoint-invalid"),
    ],
)
def test_wrong_use_is_told_and_leaves_no_file(
    arguments: list[str], code: str, pmp: Pmp, school: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.txt").write_text("{}", encoding="utf-8")
    told = pmp("register", *arguments, "--register", "school.sqlite", "--json")
    assert (told.returncode, json.loads(told.stderr)["error"]["code"]) == (2, code)
    assert not list(tmp_path.glob("new.sqlite*"))
