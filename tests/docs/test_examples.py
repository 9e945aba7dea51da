"""The example scripts run from any folder and print what they promise."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest
from pages import ROOT

SCRIPTS = sorted((ROOT / "examples").glob("*.py"))
SAID = {
    "one_decision": ["31.08.2021: refused, 01.09.2021: granted", "LĒMUMS: atteikts."],
    "whole_job": [
        "Risk: unexcused-absence",
        "Plan: in-progress",
        "reduced, 40.00 EUR of 64.80 EUR",
        "Plan: closed",
        "4000 cents",
    ],
}


def test_every_script_has_something_to_say() -> None:
    assert {script.stem for script in SCRIPTS} == set(SAID)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_script_runs(script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    runpy.run_path(str(script), run_name="__main__")
    printed = capsys.readouterr().out
    assert [words for words in SAID[script.stem] if words not in printed] == []
