"""The page of life cycles and its drawings are those that the programme packs make."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import life_cycles_page
import pytest
from pages import ROOT

from pmp_core import load_programme
from pmp_core.plans import GUARDS

MADE = life_cycles_page.made()


@pytest.mark.parametrize("path", MADE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_is_kept_is_what_would_be_made(path: Path) -> None:
    kept = path.read_text(encoding="utf-8") if path.exists() else ""
    assert kept == MADE[path], f"Write it anew: {life_cycles_page.COMMAND}"


def test_no_drawing_is_kept_that_nothing_makes() -> None:
    assert set((life_cycles_page.REFERENCE / "drawings").iterdir()) == {path for path in MADE if path.suffix == ".svg"}


def test_every_guard_is_said_in_words() -> None:
    assert life_cycles_page.GUARDS.keys() == GUARDS.keys()


@pytest.mark.parametrize("cycle", ["plan", "claim"])
def test_the_page_has_every_step_and_chain_with_its_source(cycle: str) -> None:
    page = MADE[life_cycles_page.REFERENCE / "life-cycles.md"]
    for row in load_programme(life_cycles_page.PROGRAMME).life_cycle(cycle).steps:
        assert f"| `{row.step}` | {row.title.lv} | {row.title.en} |" in page
        assert row.source in page
    for chain in load_programme(life_cycles_page.PROGRAMME).life_cycle(cycle).chains:
        assert f"| `{chain.partner_kind}` |" in page


def test_the_command_that_the_page_names_writes_only_what_differs() -> None:
    before = {path: path.stat().st_mtime_ns for path in MADE}
    done = subprocess.run(
        [sys.executable, str(ROOT / life_cycles_page.COMMAND.split()[1])], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert (done.stdout, {path: path.stat().st_mtime_ns for path in MADE}) == ("", before)
