"""What differs between two days of a law, or two versions of it: ended, unset and not yet in force are three answers."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pmp_core.programme import DatedValue, Entry, OverlayText, Pack, Term, differences, load_pack
from pmp_core.values import Text

D = date
WORD = Text("vārds", "word")


def entry(first: date, value: Any, until: date | None = None, **more: Any) -> Entry:
    said = {"source": "made up", "status": "unset" if value is None else "example", **more}
    return Entry(first, origin="example", value=value, until=until, **said)


def pack_of(*entries: Entry, terms: tuple[Term, ...] = ()) -> Pack:
    return Pack("xx-1", WORD, {"a.b": DatedValue("a.b", WORD, "integer", entries)}, {"codes": {t.code: t for t in terms}}, {})


OLD, NEW = D(2020, 1, 1), D(2021, 1, 1)


@pytest.mark.parametrize(
    ("entries", "aspects"),
    [
        ((entry(OLD, 1),), ()),
        ((entry(OLD, 1), entry(NEW, 1)), ()),
        ((entry(OLD, 1), entry(NEW, 2)), ("value",)),
        ((entry(OLD, True), entry(NEW, False)), ("value",)),
        ((entry(OLD, 1), entry(NEW, 1, source="another")), ("source",)),
        ((entry(OLD, 1), entry(NEW, 1, status="verified")), ("status",)),
        ((entry(OLD, 1, unit="km"), entry(NEW, 1, unit="m")), ("unit",)),
        ((entry(OLD, 1), entry(NEW, 3, unit="m", status="verified", source="x")), ("value", "unit", "status", "source")),
        ((entry(OLD, None), entry(NEW, None, source="another")), ("source",)),
        ((entry(OLD, 1), entry(NEW, None)), ("state",)),
        ((entry(OLD, None), entry(NEW, 1)), ("state",)),
        ((entry(OLD, 1, D(2020, 12, 31)),), ("state",)),
        ((entry(NEW, 1),), ("state",)),
        ((entry(D(2022, 1, 1), 1),), ()),
        ((entry(D(2019, 1, 1), 1, D(2019, 6, 30)),), ()),
        ((), ()),
    ],
)
def test_the_last_day_of_one_year_and_the_first_of_the_next(entries: tuple[Entry, ...], aspects: tuple[str, ...]) -> None:
    pack = pack_of(*entries)
    found = differences(pack, D(2020, 12, 31), pack, D(2021, 1, 1))
    assert [one.aspects for one in found] == ([aspects] if aspects else [])
    assert differences(pack, D(2021, 1, 1), pack, D(2021, 1, 1)) == ()


def test_both_sides_are_told_with_their_states_and_entries() -> None:
    first, then = entry(OLD, 1, D(2020, 12, 31)), entry(NEW, None)
    (found,) = differences(pack_of(first, then), D(2020, 12, 31), pack_of(first, then), D(2021, 1, 1))
    assert found.before is not None
    assert found.after is not None
    assert (found.path, found.title, found.before.state, found.before.value) == ("a.b", WORD, "set", 1)
    assert (found.after.state, found.after.value, found.after.entry) == ("unset", None, then)


def term(code: str, *entries: Entry) -> Term:
    return Term(f"codes/{code}", WORD, "term", entries, catalogue="codes", code=code)


def test_terms_that_begin_and_end_differ_and_those_that_go_on_do_not() -> None:
    terms = (term("ends", entry(OLD, True, D(2020, 12, 31))), term("begins", entry(NEW, True)), term("stays", entry(OLD, True)))
    pack = pack_of(terms=terms)
    found = differences(pack, D(2020, 12, 31), pack, D(2021, 1, 1))
    states = {one.path: (one.before and one.before.state, one.after and one.after.state) for one in found}
    assert states == {"codes/ends": ("set", "ended"), "codes/begins": ("not-yet-in-force", "set")}


def test_what_only_one_law_has_differs_in_its_path() -> None:
    with_code = pack_of(entry(OLD, 1), terms=(term("new", entry(OLD, True)),))
    without = Pack("xx-1", WORD, {}, {}, {})
    for first, second, side in ((without, with_code, "after"), (with_code, without, "before")):
        found = differences(first, NEW, second, NEW)
        assert [(one.path, one.aspects) for one in found] == [("a.b", ("path",)), ("codes/new", ("path",))]
        assert all((one.before is None, one.after is None) == (side == "after", side == "before") for one in found)


@pytest.mark.parametrize(
    ("first", "second", "path", "before", "after"),
    [
        ("2021-08-31", "2021-09-01", "target-group.iap-support.general.levels", ("set", tuple(range(5, 13))), ("set", tuple(range(1, 13)))),
        ("2017-02-28", "2017-03-01", "target-group.iap-support.general.levels", ("not-yet-in-force", None), ("set", tuple(range(5, 13)))),
        ("2023-12-31", "2024-01-01", "programme.in-force", ("set", True), ("ended", None)),
        ("2020-03-22", "2020-03-23", "compensation.allowed", ("set", False), ("unset", None)),
        ("2020-03-11", "2020-03-12", "compensation.allowed", ("set", True), ("set", False)),
        ("2017-12-31", "2018-01-01", "measure-kinds/special-transport", ("not-yet-in-force", None), ("set", True)),
        ("2020-12-31", "2021-01-01", "measure-kinds/special-transport", ("set", True), ("unset", None)),
    ],
)  # fmt: skip
def test_the_boundary_days_of_the_law(first: str, second: str, path: str, before: Any, after: Any) -> None:
    pack = load_pack("lv-8.3.4")
    found = {one.path: one for one in differences(pack, D.fromisoformat(first), pack, D.fromisoformat(second))}[path]
    assert found.before is not None
    assert found.after is not None
    assert ((found.before.state, found.before.value), (found.after.state, found.after.value)) == (before, after)


def test_without_and_with_an_overlay() -> None:
    text = (
        "overlay_for: lv-8.3.4\ntitle: {lv: izdomāts, en: made up}\nvalues:\n  compensation.ceiling:\n    entries:\n"
        '      - {from: 2022-09-01, value: "1.00", unit: EUR/learner-semester, source: made up, status: example}\n'
    )
    without, with_it = load_pack("lv-8.3.4"), load_pack("lv-8.3.4", [OverlayText("rates.example.yaml", text)])
    assert differences(without, D(2022, 8, 31), with_it, D(2022, 8, 31)) == ()
    (found,) = differences(without, D(2022, 9, 1), with_it, D(2022, 9, 1))
    assert (found.path, found.aspects) == ("compensation.ceiling", ("state",))
