"""The installed `pmp` script: real processes, for exit codes, streams and encodings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PMP = Path(sys.executable).with_name("pmp.exe" if sys.platform == "win32" else "pmp")


def pmp(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([PMP, *arguments], capture_output=True, check=False, env={**os.environ, **environment})


def test_a_refusal_is_an_answer_and_ends_with_0() -> None:
    ended = pmp("rules", "decide", "target-group", "--on", "2021-08-31", "--fact", "track=general", "--fact", "level=3", "--json")
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert json.loads(ended.stdout)["outcome"] == "refused"


def test_wrong_use_ends_with_2_and_is_told_on_standard_error_only() -> None:
    ended = pmp("rules", "decide", "target-grup")
    assert (ended.returncode, ended.stdout) == (2, b"")
    assert ended.stderr.startswith(b"[rule-unknown]")


def test_problems_in_the_data_end_with_1(tmp_path: Path) -> None:
    (tmp_path / "wrong.yaml").write_text("overlay_for: lv-8.3.4\n", encoding="utf-8")
    ended = pmp("programmes", "check", tmp_path / "wrong.yaml")
    assert (ended.returncode, ended.stdout) == (1, b"")
    assert b"Traceback" not in ended.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="the console of Windows has an encoding of its own")
def test_letters_that_the_output_cannot_show_are_written_as_numbers(demo_file: Path) -> None:
    ended = pmp("stats", "--register", demo_file, PYTHONIOENCODING="ascii")
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert rb"Izgl\u012btojamie" in ended.stdout


def test_without_its_libraries_the_command_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text("raise ModuleNotFoundError('no typer', name='typer')", encoding="utf-8")
    ended = pmp("plugins", PYTHONPATH=str(tmp_path))
    assert (ended.returncode, ended.stdout) == (2, b"")
    assert ended.stderr == b"The pmp command needs its extra: pip install 'pmp-core[cli]'\n"
