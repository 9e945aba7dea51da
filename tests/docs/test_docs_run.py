"""Everything that the pages show is run: files are written, Python is executed, commands print what is shown."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pages import PAGES, ROOT, Block, blocks, not_printed

RUN = [page for page in PAGES if any(block.title or block.language in ("python", "console") for block in blocks(page))]
TESTED = [page for page in PAGES if any((block.title or "").startswith("test_") for block in blocks(page))]


@pytest.mark.parametrize("page", RUN, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_whoever_follows_a_page_gets_what_it_says(page: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names: dict[str, Any] = {"__name__": "__page__"}
    printed = ""
    for block in blocks(page):
        where = f"{page.name}, line {block.line}"
        if block.title is not None:
            _write(block, place)
            if block.title == "pyproject.toml":
                _install(place, monkeypatch)
        elif block.language == "python":
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile("\n" * (block.line - 1) + block.text, str(page), "exec", dont_inherit=True), names)
            printed = out.getvalue()
        elif block.language == "text" and printed:
            assert not_printed(block.text, printed) == [], where
            printed = ""
        elif block.language == "console":
            _run_console(block, where)


def _write(block: Block, folder: Path) -> None:
    file = folder / str(block.title)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(block.text, encoding="utf-8")


def _install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What installing the distribution in a folder comes to: its metadata and its modules are found."""
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    info = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir()
    head = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (info / "METADATA").write_text(head, encoding="utf-8")
    points = [
        f"[{group}]\n" + "".join(f"{name} = {module}\n" for name, module in of.items())
        for group, of in project["entry-points"].items()
    ]
    (info / "entry_points.txt").write_text("".join(points), encoding="utf-8")
    monkeypatch.syspath_prepend(folder)


def _run_console(block: Block, where: str) -> None:
    pytest.importorskip("typer", reason="the command needs the extra `cli`")
    for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block.text, re.MULTILINE):
        assert command.startswith("pmp "), where
        ends = re.search(r"^\(exit code (\d)\)\n", shown, re.MULTILINE)
        code, printed = _command(shlex.split(command)[1:])
        assert code == (int(ends[1]) if ends else 0), f"{where}: {command}\n{printed}"
        assert not_printed(shown.replace(ends[0], "") if ends else shown, printed) == [], f"{where}: {command}\n{printed}"


def _command(arguments: list[str]) -> tuple[int, str]:
    """What a command prints, and its exit code; as `pmp` itself would end."""
    from pmp_core.cli import app

    out, before = io.StringIO(), sys.argv
    sys.argv = ["pmp", *arguments]
    code: Any = 0
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            app.run()
    except SystemExit as ended:
        code = ended.code or 0
    finally:
        sys.argv = before
    return int(code), out.getvalue()


@pytest.mark.parametrize("name", ["write-an-adapter", "write-a-storage"])
def test_what_a_page_writes_passes_the_suite_that_the_page_shows(name: str, tmp_path: Path) -> None:
    page = ROOT / "docs" / "how-to" / f"{name}.md"
    (tmp_path / "test_page.py").write_text("\n\n".join(block.text for block in blocks(page, "python")), encoding="utf-8")
    assert _passed(tmp_path) > 0


@pytest.mark.parametrize("page", TESTED, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_tests_that_a_page_shows_pass_on_the_files_that_it_shows(page: Path, tmp_path: Path) -> None:
    for block in blocks(page):
        if block.title is not None:
            _write(block, tmp_path)
    assert _passed(tmp_path) > 0


def test_the_page_of_a_rule_shows_its_tests() -> None:
    assert "write-a-rule" in [page.stem for page in TESTED]


def _passed(folder: Path) -> int:
    """How many tests of a folder pass, if none fails."""
    arguments = ["-q", "-p", "no:cacheprovider", "-W", "error", "--rootdir", str(folder), str(folder)]
    done = subprocess.run([sys.executable, "-m", "pytest", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    told = re.search(r"(\d+) passed", done.stdout)
    return int(told[1]) if told else 0


def test_the_command_runner_here_ends_as_the_command_does() -> None:
    pytest.importorskip("typer", reason="the command needs the extra `cli`")
    assert _command(["programmes", "show", "no-such"])[0] == 2
