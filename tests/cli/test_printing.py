"""`pmp plans print` and `pmp schemas`: documents and schemas from the command."""

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

pytest.importorskip("typst", reason="documents need the extra `reports`")
pytest.importorskip("typer", reason="the command needs the extra `cli`")

from pmp_core.cli.files import write_whole
from pmp_core.errors import PmpError

Pmp = Callable[..., CompletedProcess[str]]
PLAN = "P-0001"


def code_of(ended: CompletedProcess[str]) -> tuple[int, str]:
    return ended.returncode, json.loads(ended.stderr)["error"]["code"]


@pytest.mark.parametrize(
    ("options", "name", "head"),
    [
        ((), "P-0001.html", b"<!doctype html>"),
        (("--format", "pdf"), "P-0001.pdf", b"%PDF"),
        (("--out", "a.PDF"), "a.PDF", b"%PDF"),
        (("--out", "a.txt"), "a.txt", b"<!doctype html>"),
        (("--out", "a.pdf", "--format", "html"), "a.pdf", b"<!doctype html>"),
    ],
)
def test_a_plan_becomes_a_file(
    pmp: Pmp, demo_file: Path, tmp_path: Path, options: tuple[str, ...], name: str, head: bytes
) -> None:
    ended = pmp("plans", "print", PLAN, "--register", demo_file, "--json", *options, cwd=tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
    (told,) = json.loads(ended.stdout)
    assert told["file"] == name
    assert (tmp_path / name).read_bytes().startswith(head)
    assert told["bytes"] == (tmp_path / name).stat().st_size
    assert [file.name for file in tmp_path.iterdir()] == [name]
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_it_is_in_the_language_that_was_asked_for_with_its_sessions(pmp: Pmp, demo_file: Path, tmp_path: Path) -> None:
    options = ("--language", "en", "--sessions", "--on", "2023-06-10")
    assert pmp("plans", "print", PLAN, "--register", demo_file, *options, cwd=tmp_path).returncode == 0
    said = (tmp_path / "P-0001.html").read_text(encoding="utf-8")
    assert "Sessions until 10 Jun 2023" in said


def test_a_file_that_is_there_stays_unless_it_is_to_be_replaced(pmp: Pmp, demo_file: Path, tmp_path: Path) -> None:
    (tmp_path / "plan.html").write_text("mine", encoding="utf-8")
    command = ("plans", "print", PLAN, "--register", demo_file, "--out", tmp_path / "plan.html", "--json")
    assert code_of(pmp(*command)) == (2, "file-exists")
    assert (tmp_path / "plan.html").read_text(encoding="utf-8") == "mine"
    assert pmp(*command, "--force").returncode == 0
    assert "Individuālais" in (tmp_path / "plan.html").read_text(encoding="utf-8")
    (tmp_path / "folder").mkdir()
    assert code_of(pmp(*command[:6], tmp_path / "folder", "--force", "--json")) == (2, "file-exists")


@pytest.mark.parametrize(
    ("options", "ended"),
    [
        (("P-none",), (2, "not-found")),
        ((PLAN, "--format", "docx"), (2, "option-invalid")),
        ((PLAN, "--language", "ru"), (2, "option-invalid")),
        ((PLAN, "--role", "headmaster"), (2, "code-unknown")),
        ((PLAN, "--out", "nowhere/plan.html"), (2, "folder-missing")),
        ((PLAN, "--out", f"{'a' * 300}.html"), (2, "file-unwritable")),
        ((PLAN, "--out", f"{'a' * 300}/plan.html", "--force"), (2, "file-unwritable")),
        ((PLAN, "--on", "2023-05-25"), (1, "document-day-early")),
        ((PLAN, "--personal-code-file", "nowhere.txt"), (2, "file-missing")),
        ((PLAN, "--personal-code-file", "wrong.txt"), (1, "personal-code-invalid")),
        ((PLAN, "--personal-code-file", "bytes.txt"), (1, "personal-code-invalid")),
        ((PLAN, "--show-personal-code", "--role", "director"), (1, "personal-code-missing")),
        ((PLAN, "--kept-personal-code", "--show-personal-code", "--role", "director"), (1, "personal-code-missing")),
        ((PLAN, "--kept-personal-code", "--personal-code-file", "code.txt"), (2, "option-invalid")),
        ((PLAN, "--personal-code-file", "code.txt", "--show-personal-code"), (1, "personal-code-not-for-role")),
        ((PLAN, "--personal-code-file", "code.txt", "--show-personal-code", "--role", "ikvd"), (1, "personal-code-not-for-role")),
    ],
)
def test_what_cannot_be_printed_leaves_no_file(
    pmp: Pmp, demo_file: Path, tmp_path: Path, options: tuple[str, ...], ended: tuple[int, str]
) -> None:
    (tmp_path / "code.txt").write_text("161175-19997\n", encoding="utf-8")
    (tmp_path / "wrong.txt").write_text("161175", encoding="utf-8")
    (tmp_path / "bytes.txt").write_bytes(b"\xff\xfe\x00")
    told = pmp("plans", "print", *options, "--register", demo_file, "--json", cwd=tmp_path)
    assert code_of(told) == ended
    assert "161175" not in told.stdout + told.stderr
    assert sorted(file.name for file in tmp_path.iterdir()) == ["bytes.txt", "code.txt", "wrong.txt"]


def test_whoever_may_has_the_code_printed(pmp: Pmp, demo_file: Path, tmp_path: Path) -> None:
    (tmp_path / "code.txt").write_text("161175-19997\n", encoding="utf-8")
    command = ("plans", "print", PLAN, "--register", demo_file, "--personal-code-file", "code.txt", "--force")
    for options, shown in (((), "******-*****"), (("--show-personal-code", "--role", "director"), "161175-19997")):
        ended = pmp(*command, *options, cwd=tmp_path)
        assert ended.returncode == 0
        assert f">{shown}<" in (tmp_path / "P-0001.html").read_text(encoding="utf-8")
        assert "161175" not in ended.stdout


@pytest.mark.parametrize(("kind", "head"), [("pdf", b"%PDF-1.7"), ("html", b"<!doctype html>")])
def test_a_hyphen_sends_the_bytes_to_standard_output_and_nothing_else(
    demo_file: Path, monkeypatch: pytest.MonkeyPatch, kind: str, head: bytes
) -> None:
    from pmp_core.cli import printing

    out = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out, encoding="ascii"))
    printing.print_(
        PLAN, str(demo_file), "lv", format_=kind, out="-", force=False, sessions=False, role=None, personal_code_file=None,
        show_personal_code=False, on=None, json=False,
    )  # fmt: skip
    assert out.getvalue().startswith(head)
    assert kind == "pdf" or "Undīne Ūdendārziņa" in out.getvalue().decode()


def test_a_file_that_cannot_be_written_whole_is_not_written_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plan.html").write_text("before", encoding="utf-8")

    def full(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(PmpError) as error:
        write_whole(tmp_path / "plan.html", b"after", replace=True)
    assert error.value.code == "file-unwritable"
    assert [(file.name, file.read_text(encoding="utf-8")) for file in tmp_path.iterdir()] == [("plan.html", "before")]


@pytest.mark.parametrize("method", ["exists", "is_file", "is_dir"])
def test_a_file_that_cannot_even_be_looked_at_is_unwritable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    (tmp_path / "plan.html").write_text("before", encoding="utf-8")

    def closed(self: Path, **_: object) -> bool:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(Path, method, closed)
        with pytest.raises(PmpError) as error:
            write_whole(tmp_path / "plan.html", b"after", replace=True)
    assert error.value.code == "file-unwritable"
    assert (tmp_path / "plan.html").read_text(encoding="utf-8") == "before"


@pytest.mark.skipif(os.name != "posix", reason="how long a name may be is the file system's business")
@pytest.mark.parametrize(("length", "fits"), [(255, True), (256, False)])
def test_the_longest_name_is_written_and_a_longer_one_refused(tmp_path: Path, length: int, fits: bool) -> None:
    file = tmp_path / ("a" * length)
    if fits:
        write_whole(file, b"it", replace=False)
        assert file.read_bytes() == b"it"
        return
    with pytest.raises(PmpError) as error:
        write_whole(file, b"it", replace=False)
    assert error.value.code == "file-unwritable"
    assert list(tmp_path.iterdir()) == []


def test_a_name_is_made_of_any_id(pmp: Pmp, demo_copy: Path, tmp_path: Path) -> None:
    from pmp_core import Actor, Register

    with (
        Register.open(demo_copy, actor=Actor(name="Anna", role="plan-author"), access="host") as register,
        register.unit_of_work() as work,
    ):
        plan = work.plans.get("P-0016")
        learner = next(one for one in work.learners.find() if not work.plans.find(learner_id=one.id))
        work.plans.add(plan.changed(id="../P/1", learner_id=learner.id))
    (tmp_path / "here").mkdir()
    assert pmp("plans", "print", "../P/1", "--register", demo_copy, cwd=tmp_path / "here").returncode == 0
    assert [file.name for file in (tmp_path / "here").iterdir()] == [".._P_1.html"]


def test_schemas_are_listed_and_shown(pmp: Pmp) -> None:
    listed = json.loads(pmp("schemas", "list", "--json").stdout)
    assert {"SupportPlan", "Decision", "Actor"} <= {row["entity"] for row in listed}
    assert json.loads(pmp("schemas", "show", "SupportPlan").stdout)["title"] == "SupportPlan"
    ended = pmp("schemas", "show", "SuportPlan")
    assert ended.returncode == 2
    assert "SupportPlan" in ended.stderr


def test_the_command_begins_without_the_libraries_of_documents() -> None:
    asked = "import pmp_core.cli.app, sys; print(*(name for name in ('jinja2', 'typst', 'babel') if name in sys.modules))"
    ended = subprocess.run([sys.executable, "-c", asked], capture_output=True, check=True, encoding="utf-8")
    assert ended.stdout.split() == []
