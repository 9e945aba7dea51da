"""What the tests of the command share: a command that is done well, and what it says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

Pmp = Callable[..., CompletedProcess[str]]
# How an overlay begins that only a test needs.
HEAD = "overlay_for: lv-8.3.4\ntitle: {lv: izdomāts, en: made up}\n"


def answer(pmp: Pmp, *arguments: str | Path) -> Any:
    """What a command says in JSON, if it is done well."""
    return json.loads(said(pmp, *arguments, "--json"))


def said(pmp: Pmp, *arguments: str | Path) -> str:
    """What a command prints, if it is done well."""
    ended = pmp(*arguments)
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout
