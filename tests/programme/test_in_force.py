"""Which programmes are in force: «none» is an answer, and says which ended when and which begins when."""

from __future__ import annotations

from datetime import date

import pytest

from pmp_core.programme import OverlayText, Pack, ProgrammesOn, load_pack, standing
from pmp_core.values import DayRange, Text

D = date
OPEN_AGAIN = """
overlay_for: lv-8.3.4
title: {lv: izdomāts, en: made up}
values:
  programme.in-force:
    entries:
      - {from: 2024-01-01, until: 2024-06-30, value: false, source: made up, status: example, replaces: true}
      - {from: 2025-01-01, value: true, source: made up, status: example, replaces: true}
"""


@pytest.mark.parametrize(
    ("day", "in_force", "ended_on", "begins_on"),
    [
        (D(2017, 2, 28), False, None, D(2017, 3, 1)),
        (D(2017, 3, 1), True, None, None),
        (D(2023, 12, 31), True, None, None),
        (D(2024, 1, 1), False, D(2023, 12, 31), None),
    ],
)
def test_a_programme_stands_before_in_or_after_its_days(
    day: date, in_force: bool, ended_on: date | None, begins_on: date | None
) -> None:
    stands = standing(load_pack("lv-8.3.4"), day)
    assert (stands.in_force, stands.ended_on, stands.begins_on) == (in_force, ended_on, begins_on)
    assert stands.days == (DayRange(D(2017, 3, 1), D(2023, 12, 31)),)


@pytest.mark.parametrize(
    ("day", "in_force", "ended_on", "begins_on"),
    [
        (D(2023, 12, 31), True, None, D(2025, 1, 1)),
        (D(2024, 1, 1), False, D(2023, 12, 31), D(2025, 1, 1)),
        (D(2024, 12, 31), False, D(2023, 12, 31), D(2025, 1, 1)),
        (D(2025, 1, 1), True, D(2023, 12, 31), None),
    ],
)
def test_a_programme_may_stop_and_begin_again(day: date, in_force: bool, ended_on: date | None, begins_on: date | None) -> None:
    stands = standing(load_pack("lv-8.3.4", [OverlayText("again.example.yaml", OPEN_AGAIN)]), day)
    assert (stands.in_force, stands.ended_on, stands.begins_on) == (in_force, ended_on, begins_on)


def test_the_answer_is_a_sentence() -> None:
    pack = load_pack("lv-8.3.4", [OverlayText("again.example.yaml", OPEN_AGAIN)])
    assert standing(pack, D(2022, 9, 1)).explain("en") == "lv-8.3.4 is in force on 1 September 2022."
    assert standing(pack, D(2022, 9, 1)).explain() == "01.09.2022. programma lv-8.3.4 ir spēkā."
    assert standing(pack, D(2024, 3, 1)).explain("en") == (
        "lv-8.3.4 is not in force on 1 March 2024; its last day was 31 December 2023; its first day is 1 January 2025."
    )
    assert standing(pack, D(2024, 3, 1)).explain("lv") == (
        "01.03.2024. programma lv-8.3.4 nav spēkā; tās pēdējā diena bija 31.12.2023.; tās pirmā diena ir 01.01.2025."
    )
    assert standing(load_pack("lv-8.3.4"), D(2024, 1, 1)).explain("lv") == (
        "01.01.2024. programma lv-8.3.4 nav spēkā; tās pēdējā diena bija 31.12.2023."
    )


def test_a_programme_that_says_nothing_of_its_days_is_in_force_on_none() -> None:
    silent = standing(Pack("xx-1", Text("a", "a"), {}, {}, {}), D(2022, 9, 1))
    assert (silent.in_force, silent.ended_on, silent.begins_on) == (False, None, None)
    assert silent.explain("en") == "xx-1 is not in force on 1 September 2022."


def test_none_is_an_answer() -> None:
    pack = load_pack("lv-8.3.4")
    none = ProgrammesOn(D(2024, 1, 1), (standing(pack, D(2024, 1, 1)),))
    assert none.in_force == ()
    assert none.explain("en").splitlines() == [
        "On 1 January 2024 no programme is in force.",
        "lv-8.3.4 is not in force on 1 January 2024; its last day was 31 December 2023.",
    ]
    assert none.explain("lv").startswith("01.01.2024. nav spēkā neviena programma.\n")
    one = ProgrammesOn(D(2023, 12, 31), (standing(pack, D(2023, 12, 31)),))
    assert (one.in_force, one.explain("en")) == (("lv-8.3.4",), "lv-8.3.4 is in force on 31 December 2023.")
