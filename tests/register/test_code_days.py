"""Whether a code may be used on a day: in force, or unset; not before its first day, and not after its last."""

from __future__ import annotations

from datetime import date

import pytest

from pmp_core.errors import InvalidValue
from pmp_core.loading import load_programme
from pmp_core.programme import OverlayText
from pmp_core.register.admission import check_code

ENDS = """
overlay_for: lv-8.3.4
title: {lv: izdomāts, en: made up}
terms:
  measure-kinds:
    catering:
      replaces: true
      entries:
        - {from: 2018-01-01, until: 2020-12-31, source: made up, status: example}
        - {from: 2021-01-01, until: 2021-12-31, source: made up, status: unset}
"""


@pytest.mark.parametrize(
    ("day", "state"),
    [
        (date(2017, 12, 31), "not-yet-in-force"),
        (date(2018, 1, 1), None),
        (date(2020, 12, 31), None),
        (date(2021, 1, 1), None),
        (date(2021, 12, 31), None),
        (date(2022, 1, 1), "ended"),
    ],
)
def test_a_code_whose_days_are_unset_may_be_used_and_one_that_has_ended_may_not(day: date, state: str | None) -> None:
    programme = load_programme("lv-8.3.4", overlays=[OverlayText("ends.example.yaml", ENDS)])
    if state is None:
        check_code(programme, "measure-kinds", "catering", day, "correct it")
        return
    with pytest.raises(InvalidValue, match="code-not-in-force") as caught:
        check_code(programme, "measure-kinds", "catering", day, "correct it")
    assert caught.value.found == state
