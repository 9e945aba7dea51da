"""Dated values: what holds on a day, and the three different reasons why nothing does."""

from __future__ import annotations

from datetime import date

import pytest

from pmp_core.programme import DatedValue, Entry, Reading
from pmp_core.values import DayRange, Text

TITLE = Text("griesti", "cap")


def entry(first: str, value: int | None, until: str | None = None) -> Entry:
    last = None if until is None else date.fromisoformat(until)
    return Entry(date.fromisoformat(first), "an act", "unset" if value is None else "verified", "lv", value, last)


FIRST, SECOND = entry("2019-01-01", 1), entry("2020-01-01", 2, "2020-06-30")
HOLE, LAST = entry("2021-01-01", None), entry("2022-01-01", 0)
CAP = DatedValue("a.cap", TITLE, "integer", (FIRST, SECOND, HOLE, LAST))


@pytest.mark.parametrize(
    ("day", "state", "value", "of"),
    [
        ("2018-12-31", "not-yet-in-force", None, FIRST),
        ("2019-01-01", "set", 1, FIRST),
        ("2019-12-31", "set", 1, FIRST),
        ("2020-01-01", "set", 2, SECOND),
        ("2020-06-30", "set", 2, SECOND),
        ("2020-07-01", "ended", None, SECOND),
        ("2020-12-31", "ended", None, SECOND),
        ("2021-01-01", "unset", None, HOLE),
        ("2021-12-31", "unset", None, HOLE),
        ("2022-01-01", "set", 0, LAST),
        ("2999-12-31", "set", 0, LAST),
    ],
)
def test_what_holds_on_a_day(day: str, state: str, value: int | None, of: Entry) -> None:
    reading = CAP.on(date.fromisoformat(day))
    assert (reading.path, reading.day.isoformat(), reading.state, reading.value) == ("a.cap", day, state, value)
    assert reading.entry is of


def test_a_value_without_any_entry_is_unset_on_every_day() -> None:
    reading = DatedValue("a.cap", TITLE, "integer", ()).on(date(2022, 1, 1))
    assert reading == Reading("a.cap", date(2022, 1, 1), "unset", None)
    assert reading.value is None


def test_an_entry_holds_until_its_last_day_or_until_the_next_begins() -> None:
    assert [days for days, _ in CAP.spans()] == [
        DayRange(date(2019, 1, 1), date(2019, 12, 31)),
        DayRange(date(2020, 1, 1), date(2020, 6, 30)),
        DayRange(date(2021, 1, 1), date(2021, 12, 31)),
        DayRange(date(2022, 1, 1), None),
    ]
    assert [found for _, found in CAP.spans()] == [FIRST, SECOND, HOLE, LAST]
