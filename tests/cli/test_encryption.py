"""`pmp register encrypt`, `decrypt`, `rotate-keys`, and `pmp privacy extract`."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from commands import Pmp, answer, said

from pmp_core.register.keys import RegisterKeys


@pytest.fixture
def keys(pmp: Pmp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of keys, that the command is told of."""
    file = tmp_path / "register.keys"
    answer(pmp, "register", "new-key", file)
    monkeypatch.setenv("PMP_REGISTER_KEYS", str(file))
    return file


def name_in(file: Path) -> str:
    with closing(sqlite3.connect(file)) as database:
        return str(database.execute("SELECT family_name FROM learners ORDER BY id").fetchone()[0])


def test_names_are_encrypted_and_put_back(pmp: Pmp, demo_copy: Path, keys: Path) -> None:
    before, plans = name_in(demo_copy), answer(pmp, "plans", "list", "--register", demo_copy)
    done = answer(pmp, "register", "encrypt", "--register", demo_copy, "--names")
    assert done["encrypted"] == ["names"]
    assert done["rows"] > 10
    assert name_in(demo_copy).startswith("enc:1:")
    assert answer(pmp, "plans", "list", "--register", demo_copy) == plans  # and the rest of the command goes on
    undone = answer(pmp, "register", "decrypt", "--register", demo_copy, "--names")
    assert undone["encrypted"] == []
    assert undone["rows"] > done["rows"]  # who looked meanwhile stands in the history
    assert name_in(demo_copy) == before


def test_people_are_told_that_files_remember(pmp: Pmp, demo_copy: Path, keys: Path) -> None:
    told = said(pmp, "register", "encrypt", "--register", demo_copy, "--names", "--notes")
    assert "names, notes" in told
    assert "vacuumed" in told
    assert "nothing" in said(pmp, "register", "decrypt", "--register", demo_copy, "--names", "--notes")


def test_keys_are_changed(pmp: Pmp, demo_copy: Path, keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(pmp, "register", "encrypt", "--register", demo_copy, "--names")
    old = RegisterKeys.read(keys).current.id
    newer = tmp_path / "newer.keys"
    made = answer(pmp, "register", "new-key", newer, "--before", keys)
    monkeypatch.setenv("PMP_REGISTER_KEYS", str(newer))
    done = answer(pmp, "register", "rotate-keys", "--register", demo_copy)
    assert done["key id"] == made[0]["key id"] != old
    assert done["cells"] > 20
    assert done["still needed"] == []
    assert "older key any more" in said(pmp, "register", "rotate-keys", "--register", demo_copy)
    monkeypatch.setenv("PMP_REGISTER_KEYS", str(keys))
    ended = pmp("plans", "list", "--register", demo_copy, "--json")
    assert ended.returncode == 2
    assert json.loads(ended.stderr)["error"]["code"] == "register-key-unknown"


def test_an_encrypted_register_without_keys_says_where_they_go(
    pmp: Pmp, demo_copy: Path, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(pmp, "register", "encrypt", "--register", demo_copy, "--notes")
    monkeypatch.delenv("PMP_REGISTER_KEYS")
    ended = pmp("stats", "--register", demo_copy)
    assert ended.returncode == 2
    assert "[register-keys-needed]" in ended.stderr
    assert "PMP_REGISTER_KEYS" in ended.stderr


@pytest.mark.parametrize("command", ["encrypt", "decrypt"])
def test_to_choose_nothing_is_wrong_use(pmp: Pmp, demo_copy: Path, keys: Path, command: str) -> None:
    ended = pmp("register", command, "--register", demo_copy)
    assert (ended.returncode, "[encryption-unchosen]" in ended.stderr) == (2, True)


def extract(pmp: Pmp, demo: Path, out: Path, *more: str) -> Any:
    return answer(pmp, "privacy", "extract", "--register", demo, "--purpose", "study", "--out", out, *more)


def test_an_extract_is_a_folder_of_files_for_its_owner(pmp: Pmp, demo_copy: Path, keys: Path, tmp_path: Path) -> None:
    out = tmp_path / "study"
    files = extract(pmp, demo_copy, out)
    assert {row["table"] for row in files} >= {"learners", "absences", "claims"}
    assert {path.name for path in out.iterdir()} == {f"{row['table']}.parquet" for row in files}
    assert out.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in out.iterdir())
    rows = {row["table"]: row["rows"] for row in files}
    learners = pl.read_parquet(out / "learners.parquet")
    assert len(learners) == rows["learners"] > 0
    assert learners.columns == ["id", "birth_year"]


def test_an_extract_can_be_a_table_as_csv_and_is_not_written_over(pmp: Pmp, demo_copy: Path, keys: Path, tmp_path: Path) -> None:
    (row,) = extract(pmp, demo_copy, tmp_path, "--table", "marks", "--format", "csv")
    text = (tmp_path / "marks.csv").read_text(encoding="utf-8")
    assert text.startswith("id,learner_id,institution_id,semester,subject,points,word\nP-")
    assert len(text.splitlines()) == row["rows"] + 1
    again = [
        "privacy",
        "extract",
        "--register",
        demo_copy,
        "--purpose",
        "study",
        "--out",
        tmp_path,
        "--table",
        "marks",
        "--format",
        "csv",
    ]
    ended = pmp(*again)
    assert (ended.returncode, "[file-exists]" in ended.stderr) == (2, True)
    assert pmp(*again, "--force").returncode == 0


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (["--purpose", "A study"], "purpose-invalid"),
        (["--purpose", "study", "--table", "names"], "extract-table-unknown"),
        (["--purpose", "study", "--format", "xlsx"], "option-invalid"),
        (["--purpose", "study", "--out", "none/none"], "folder-missing"),
    ],
)
def test_what_cannot_be_given_is_wrong_use(
    pmp: Pmp, demo_copy: Path, keys: Path, tmp_path: Path, more: list[str], code: str
) -> None:
    ended = pmp("privacy", "extract", "--register", demo_copy, "--out", tmp_path / "x", *more)
    assert (ended.returncode, f"[{code}]" in ended.stderr) == (2, True)


CODE = "161175-19997"
MAPPING = """\
name: our-school
files:
  learners:
    match: pupils.csv
    delimiter: ','
    fields: {id: Id, given: Given, family: Family, code: Code}
    records:
      - kind: learner
        fields: {key: id, given_name: given, family_name: family, personal_code: code, institution_key: {constant: S}}
"""


def test_an_import_says_how_many_codes_it_keeps(pmp: Pmp, keys: Path, tmp_path: Path) -> None:
    (tmp_path / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "pupils.csv").write_text(f"Id,Given,Family,Code\nA,Anna,Kalna,{CODE}\n", encoding="utf-8")
    place = ("--register", tmp_path / "r.sqlite", "--mapping", tmp_path / "mapping.yaml", "--folder", tmp_path)
    what = ("import", *place, "--programme", "lv-8.3.4")
    assert "1 personal codes would be kept, encrypted." in said(pmp, *what, "--dry-run")
    assert "1 personal codes are kept, encrypted." in said(pmp, *what)
    assert CODE not in said(pmp, *what)
    assert all(form not in (tmp_path / "r.sqlite").read_bytes() for form in (CODE.encode(), CODE.replace("-", "").encode()))
