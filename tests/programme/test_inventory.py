"""What a law stands on, and what is not set in it while the programme is in force."""

from __future__ import annotations

from datetime import date
from typing import Any

import attrs
import pytest

from pmp_core.programme import (
    Chain,
    Conflict,
    DatedValue,
    Entry,
    LifeCycle,
    LifeCycleStep,
    Pack,
    Term,
    inventory,
    load_pack,
    not_set,
)
from pmp_core.programme.inventory import STATUSES
from pmp_core.values import DayRange, Text

D = date
WORD = Text("vārds", "word")


def entry(first: date, value: Any, source: str = "an act", status: Any = "verified", until: date | None = None) -> Entry:
    return Entry(first, source, "unset" if value is None else status, "example", value, until)


def value(path: str, *entries: Entry) -> DatedValue:
    return DatedValue(path, WORD, "integer", entries)


def pack_of(*values: DatedValue, in_force: tuple[Entry, ...] = ()) -> Pack:
    known = {one.path: one for one in values}
    if in_force:
        known["programme.in-force"] = DatedValue("programme.in-force", WORD, "boolean", in_force)
    return Pack("xx-1", WORD, known, {}, {})


def test_every_source_stands_there_with_its_paths_and_days_by_how_well_it_is_known() -> None:
    conflict = Conflict(2, "a page", "reported")
    first = attrs.evolve(entry(D(2020, 1, 1), 1), conflicts=(conflict,))
    step = LifeCycleStep("close", WORD, ("open",), "closed", ("clerk",), "an act", "chosen")
    cycle = LifeCycle("file", "open", {}, (step,), (Chain("town", ("clerk",), "an act", "verified"),))
    town = Term("partner-kinds/town", WORD, "term", (entry(D(2020, 1, 1), True, "a page", "reported"),), code="town")
    values = {"a.b": value("a.b", first, entry(D(2021, 1, 1), None, "an act not read"))}
    listed = inventory(Pack("xx-1", WORD, values, {"partner-kinds": {"town": town}}, {"file": cycle}))
    assert [(one.status, one.source, one.path, one.days, one.role) for one in listed.citations] == [
        ("verified", "an act", "a.b", DayRange(D(2020, 1, 1), D(2020, 12, 31)), "entry"),
        ("verified", "an act", "life_cycles/file/chains/town", None, "chain"),
        ("reported", "a page", "a.b", DayRange(D(2020, 1, 1), D(2020, 12, 31)), "conflict"),
        ("reported", "a page", "partner-kinds/town", DayRange(D(2020, 1, 1)), "entry"),
        ("chosen", "an act", "life_cycles/file/close", None, "step"),
        ("unset", "an act not read", "a.b", DayRange(D(2021, 1, 1)), "entry"),
    ]
    assert listed.counts == {"verified": 2, "reported": 1, "derived": 0, "chosen": 1, "example": 0, "unset": 1}
    by_source = listed.by_source()
    assert list(by_source) == [("verified", "an act"), ("reported", "a page"), ("chosen", "an act"), ("unset", "an act not read")]
    assert [len(citations) for citations in by_source.values()] == [2, 2, 1, 1]


@pytest.mark.parametrize("programme", ["lv-8.3.4", "lv-4.2.3.1"])
def test_nothing_of_a_shipped_programme_is_left_out(programme: str) -> None:
    pack = load_pack(programme)
    listed = inventory(pack)
    terms = [term for catalogue in pack.terms.values() for term in catalogue.values()]
    entries = [one for item in (*pack.values.values(), *terms) for one in item.entries]
    steps = [*(row for cycle in pack.life_cycles.values() for row in (*cycle.steps, *cycle.chains)), *pack.access.lines.values()]
    assert sum(listed.counts.values()) == len(entries) + len(steps)
    for status in STATUSES:
        assert listed.counts[status] == [one.status for one in (*entries, *steps)].count(status)
    assert len(listed.citations) - sum(listed.counts.values()) == sum(len(one.conflicts) for one in entries) > 0
    assert sum(map(len, listed.by_source().values())) == len(listed.citations)
    assert all(one.source.strip() for one in listed.citations)


RUNS = (entry(D(2020, 1, 1), True, until=D(2020, 12, 31)), entry(D(2022, 1, 1), True, until=D(2022, 12, 31)))


@pytest.mark.parametrize(
    ("entries", "days"),
    [
        ((entry(D(2020, 1, 1), 1),), []),
        ((entry(D(2020, 1, 1), None),), [(D(2020, 1, 1), D(2020, 12, 31)), (D(2022, 1, 1), D(2022, 12, 31))]),
        ((entry(D(2019, 1, 1), None), entry(D(2020, 6, 1), 1)), [(D(2020, 1, 1), D(2020, 5, 31))]),
        ((entry(D(2020, 6, 1), None, until=D(2020, 6, 30)),), [(D(2020, 6, 1), D(2020, 6, 30))]),
        ((entry(D(2020, 1, 1), 1), entry(D(2020, 12, 31), None)), [(D(2020, 12, 31), D(2020, 12, 31)), (D(2022, 1, 1), D(2022, 12, 31))]),
        ((entry(D(2021, 1, 1), None, until=D(2021, 12, 31)),), []),
        ((entry(D(2023, 1, 1), None),), []),
    ],
)  # fmt: skip
def test_what_is_not_set_counts_on_days_in_force_only(entries: tuple[Entry, ...], days: list[tuple[date, date]]) -> None:
    pack = pack_of(value("a.b", *entries), in_force=RUNS)
    found = not_set(pack)
    assert [(one.days.first, one.days.last) for one in found] == days
    assert all(one.value.path == "a.b" and one.entry in entries for one in found)


def test_a_programme_that_says_nothing_of_its_days_leaves_unset_on_any() -> None:
    (found,) = not_set(pack_of(value("a.b", entry(D(2020, 1, 1), None))))
    assert found.days == DayRange(D(2020, 1, 1))


def test_paths_that_only_rules_name_are_not_set_on_every_day_in_force() -> None:
    found = not_set(pack_of(in_force=RUNS), [value("a.c")])
    assert [(one.value.path, one.days.first, one.entry) for one in found] == [
        ("a.c", D(2020, 1, 1), None),
        ("a.c", D(2022, 1, 1), None),
    ]
