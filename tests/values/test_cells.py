"""Texts for a spreadsheet: none of them is run."""

from __future__ import annotations

import pytest

from pmp_core.values.cells import harmless


@pytest.mark.parametrize("text", ["=1+1", "+371", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_a_spreadsheet_would_run_begins_with_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Anna", "1-1", "a=1"])
def test_any_other_text_stays(text: str) -> None:
    assert harmless(text) == text
