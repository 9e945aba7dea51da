"""Everything that the pages show is run: files are written, Python is executed, commands print what is shown."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pages import PAGES, ROOT, Block, blocks, not_printed

RUN = [page for page in PAGES if any(block.title or block.language in ("python", "console") for block in blocks(page))]


@pytest.mark.parametrize("page", RUN, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_whoever_follows_a_page_gets_what_it_says(page: Path, place: Path) -> None:
    names: dict[str, Any] = {"__name__": "__page__"}
    printed = ""
    for block in blocks(page):
        where = f"{page.name}, line {block.line}"
        if block.title is not None:
            file = place / block.title
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text, encoding="utf-8")
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


def test_the_adapter_of_its_page_passes_the_suite_that_the_page_shows(tmp_path: Path) -> None:
    page = ROOT / "docs" / "how-to" / "write-an-adapter.md"
    (tmp_path / "test_page.py").write_text("\n\n".join(block.text for block in blocks(page, "python")), encoding="utf-8")
    arguments = ["-q", "-p", "no:cacheprovider", "-W", "error", "--rootdir", str(tmp_path), "test_page.py"]
    done = subprocess.run([sys.executable, "-m", "pytest", *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert re.search(r"[1-9]\d* passed", done.stdout), done.stdout


def test_the_command_runner_here_ends_as_the_command_does() -> None:
    pytest.importorskip("typer", reason="the command needs the extra `cli`")
    assert _command(["programmes", "show", "no-such"])[0] == 2
