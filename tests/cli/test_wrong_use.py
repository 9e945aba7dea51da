"""What the caller mistyped ends with 2, a code and a remedy on standard error, and nothing on standard output."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import Pmp

TARGET = ("rules", "decide", "target-group", "--on", "2021-09-01")
STEP = ("plans", "step", "P-0016", "submit", "--by", "Anna", "--on", "2023-01-12", "--register", "REGISTER")
CONFIRM = ("risks", "confirm", "R-0025", "--by", "Anna", "--register", "REGISTER")
REJECT = ("risks", "reject", "R-0025", "--by", "Anna", "--reason", "Nav.", "--register", "REGISTER")
IMPORT = ("import", "--mapping", "rosariosis", "--register", "REGISTER")
WRONG = {
    "unknown rule": (("rules", "decide", "target-grup"), "rule-unknown"),
    "unknown rule to show": (("rules", "show", "target-grup"), "rule-unknown"),
    "unknown programme": ((*TARGET, "--programme", "lv-9"), "programme-unknown"),
    "unknown programme to list": (("rules", "list", "--programme", "lv-9"), "programme-unknown"),
    "unknown programme to show": (("programmes", "show", "lv-9"), "programme-unknown"),
    "unknown path": (("programmes", "show", "lv-8.3.4", "target-grup"), "path-unknown"),
    "unknown fact": ((*TARGET, "--fact", "leve=3"), "fact-unknown"),
    "fact without a value": ((*TARGET, "--fact", "level"), "fact-unreadable"),
    "fact of another type": ((*TARGET, "--fact", "level=three"), "fact-type"),
    "fact of an unknown code": ((*TARGET, "--fact", "track=generl"), "fact-value"),
    "fact that is no day": (("rules", "decide", "target-group", "--fact", "on=1.9.2021"), "fact-type"),
    "no amount": (("rules", "decide", "compensation", "--prior", "much"), "prior-wrong"),
    "negative amount": (("rules", "decide", "compensation", "--prior", "-5"), "prior-wrong"),
    "fact given twice": ((*TARGET, "--fact", "level=3", "--fact", "level=4"), "fact-twice"),
    "share above 1": ((*IMPORT, "--most-withdrawn", "20"), "share-invalid"),
    "share that is no number": ((*IMPORT, "--most-withdrawn", "nan"), "share-invalid"),
    "missing register by URL": (("stats", "--register", "sqlite:///nowhere.sqlite"), "register-missing"),
    "missing register by URL with options": (("stats", "--register", "sqlite:///nowhere.sqlite?timeout=1"), "register-missing"),
    "missing register by a URL of a file": (
        ("plans", "list", "--register", "sqlite:///file:nowhere.sqlite?uri=true"),
        "register-missing",
    ),
    "nobody decides": (("decide", "C-0005", "--register", "REGISTER"), "option-invalid"),
    "unknown claim to submit": (("claims", "submit", "C-9", "--by", "Anna", "--register", "REGISTER"), "not-found"),
    "unknown partner": (
        ("partners", "add", "--institution", "I-9", "--from", "2022-09-01", "--by", "Anna", "--register", "REGISTER"),
        "not-found",
    ),
    "new register by URL of no programme": (
        ("import", "--mapping", "rosariosis", "--register", "sqlite:///new.sqlite"),
        "register-missing",
    ),
    "unknown day": (("rules", "decide", "target-group", "--on", "2021-02-30"), "day-invalid"),
    "day of another fashion": (("programmes", "show", "lv-8.3.4", "--on", "01.09.2021"), "day-invalid"),
    "unknown language": ((*TARGET, "--language", "de"), "option-invalid"),
    "missing register": (("stats", "--register", "nowhere.sqlite"), "register-missing"),
    "register in memory": (("stats", "--register", "memory:"), "register-missing"),
    "no kind of database": (("stats", "--register", "foo://bar"), "storage-unknown"),
    "unknown path of a difference": (
        ("programmes", "diff", "lv-8.3.4", "target-grup", "--from", "2021-08-31", "--to", "2021-09-01"),
        "path-unknown",
    ),
    "one day compared with itself": (
        ("programmes", "diff", "lv-8.3.4", "--from", "2021-08-31", "--to", "2021-08-31"),
        "option-invalid",
    ),
    "today compared with itself": (("programmes", "diff", "lv-8.3.4"), "option-invalid"),
    "unknown catalogue": (("programmes", "show", "lv-8.3.4", "--catalogue", "risk-grups"), "catalogue-unknown"),
    "unknown path of a catalogue": (("programmes", "show", "lv-8.3.4", "economc", "--catalogue", "risk-groups"), "path-unknown"),
    "unknown status": (("programmes", "sources", "lv-8.3.4", "--status", "sure"), "option-invalid"),
    "unknown path of a source": (("programmes", "sources", "lv-8.3.4", "target-grup"), "path-unknown"),
    "no day to be in force": (("programmes", "on", "1.9.2021"), "day-invalid"),
    "unknown programme to draft for": (("programmes", "draft", "lv-9"), "programme-unknown"),
    "unknown language of a draft": (("programmes", "draft", "lv-8.3.4", "--language", "de"), "option-invalid"),
    "unknown schema": (("programmes", "schema", "mapping"), "option-invalid"),
    "schema with an overlay over nothing": (("programmes", "schema", "overlay", "--overlay", "rates.yaml"), "option-invalid"),
    "schema of a pack for a programme": (("programmes", "schema", "pack", "--programme", "lv-8.3.4"), "option-invalid"),
    "table of territories that is not there": (
        ("programmes", "territories", "nowhere.csv", "--programme", "lv-8.3.4", "--source", "made up"),
        "file-missing",
    ),
    "unknown programme of a table": (
        ("programmes", "territories", "nowhere.csv", "--programme", "lv-9", "--source", "made up"),
        "programme-unknown",
    ),
    "missing overlay": (("programmes", "check", "nowhere.yaml"), "overlay-missing"),
    "folder as overlay": (("programmes", "check", "."), "overlay-missing"),
    "unknown semester": (("stats", "--register", "REGISTER", "--semester", "2022"), "semester-invalid"),
    "semester nobody knows": (("risks", "suggest", "--register", "REGISTER", "--semester", "2050/51-1"), "semester-unset"),
    "semester of a list": (("plans", "list", "--register", "REGISTER", "--semester", "autumn"), "semester-invalid"),
    "unknown state": (("risks", "list", "--register", "REGISTER", "--state", "done"), "option-invalid"),
    "unknown level": (("stats", "--register", "REGISTER", "--by", "school"), "level-unknown"),
    "unknown plan": (("plans", "show", "P-9", "--register", "REGISTER"), "not-found"),
    "unknown suggestion": (("risks", "confirm", "R-9", "--by", "Anna", "--register", "REGISTER"), "not-found"),
    "unknown claim": (("decide", "C-9", "--by", "Anna", "--register", "REGISTER"), "not-found"),
    "unknown claim to show": (("decide", "C-9", "--show", "--register", "REGISTER"), "not-found"),
    "unknown step": ((*STEP[:3], "sumbit", *STEP[4:]), "step-unknown"),
    "unknown role of a step": ((*STEP, "--role", "author"), "code-unknown"),
    "unknown role of a confirmation": ((*CONFIRM, "--role", "author"), "code-unknown"),
    "unknown role of a rejection": ((*REJECT, "--role", "author"), "code-unknown"),
    "unknown role of a decision": (
        ("decide", "C-0005", "--by", "Anna", "--register", "REGISTER", "--role", "author"),
        "code-unknown",
    ),
    "nobody": (("risks", "confirm", "R-0025", "--by", " ", "--register", "REGISTER"), "option-invalid"),
    "plan that is not there": (("plans", "draft", "nowhere.json", "--by", "Anna", "--register", "REGISTER"), "file-missing"),
    "unknown mapping": (("import", "--mapping", "rosario", "--register", "REGISTER"), "mapping-missing"),
    "unknown source": ((*IMPORT, "--source", "rest"), "source-unknown"),
    "file that is not there": ((*IMPORT, "nowhere.xlsx"), "file-missing"),
    "folder that is not there": ((*IMPORT, "--folder", "nowhere"), "folder-missing"),
    "no file at all": (IMPORT, "file-missing"),
    "unknown school year": ((*IMPORT, "--school-year", "2022"), "school-year-invalid"),
    "overlay over no programme": ((*IMPORT, "--overlay", "rates.yaml"), "option-invalid"),
    "dry run that adopts": ((*IMPORT, "--dry-run", "--adopt-programme"), "option-invalid"),
    "new register of no programme": (("import", "--mapping", "rosariosis", "--register", "new.sqlite"), "register-missing"),
}


@pytest.mark.parametrize(("command", "code"), WRONG.values(), ids=WRONG)
def test_wrong_use_ends_with_2_a_code_and_a_remedy_and_changes_nothing(
    pmp: Pmp, demo_file: Path, tmp_path: Path, command: tuple[str, ...], code: str
) -> None:
    arguments = [demo_file if word == "REGISTER" else word for word in command]
    before = demo_file.read_bytes()
    ended = pmp(*arguments, cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"[{code}] ")
    assert "What to do: " in ended.stderr
    assert demo_file.read_bytes() == before
    assert list(tmp_path.iterdir()) == []


def test_json_asks_for_the_error_as_json_too(pmp: Pmp) -> None:
    ended = pmp(*TARGET, "--fact", "leve=3", "--json")
    assert (ended.returncode, ended.stdout) == (2, "")
    error = json.loads(ended.stderr)["error"]
    assert error["code"] == "fact-unknown"
    assert "level" in error["remedy"]
    assert error["place"] == {"file": None, "row": None, "column": None, "pointer": None}


@pytest.mark.parametrize(
    "arguments",
    [
        ("foo",),
        ("stats",),
        ("plans", "draft", "-", "--register", "r.sqlite"),
        ("rules", "decide"),
        ("stats", "--register"),
        ("stats", "--foo"),
    ],
)
def test_what_the_command_line_itself_refuses_ends_with_2(pmp: Pmp, arguments: tuple[str, ...]) -> None:
    ended = pmp(*arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.strip()


def test_a_file_that_is_no_register_is_told_and_left_alone(pmp: Pmp, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("just some notes, and long enough to be read as a header of a database\n" * 3, encoding="utf-8")
    before = path.read_bytes()
    ended = pmp("stats", "--register", path)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("[storage-not-a-database] ")
    assert path.read_bytes() == before


def test_a_personal_code_in_an_argument_is_masked_in_the_error(pmp: Pmp, demo_file: Path) -> None:
    for options in ((), ("--json",)):
        ended = pmp("plans", "show", "010203-12345", "--register", demo_file, *options)
        assert ended.returncode == 2
        assert "12345" not in ended.stderr
        assert "******-*****" in ended.stderr


def test_help_names_every_command(pmp: Pmp) -> None:
    ended = pmp("--help")
    assert ended.returncode == 0
    for command in (
        "demo",
        "import",
        "decide",
        "stats",
        "plugins",
        "risks",
        "plans",
        "claims",
        "partners",
        "programmes",
        "rules",
    ):
        assert f" {command} " in ended.stdout
