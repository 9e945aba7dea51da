"""What an overlay does: nothing that it sets, overrides, takes away or adds stays untold."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pmp_core.programme import Effect, EntryChange, OverlayText, Pack, effect, load_pack
from pmp_core.values import DayRange

D = date
HEAD = "overlay_for: lv-8.3.4\ntitle: {lv: izdomāts, en: made up}\n"
SAID = "source: made up, status: example"
LEVELS = "target-group.iap-support.general.levels"


def laid(*texts: str) -> list[Pack]:
    overlays = [OverlayText(f"{i}.example.yaml", HEAD + text) for i, text in enumerate(texts)]
    return [load_pack("lv-8.3.4", overlays[:i]) for i in range(len(overlays) + 1)]


def effect_of(*texts: str) -> Effect:
    *_, before, after = laid(*texts)
    return effect(before, after)


def set_to(path: str, *entries: str) -> str:
    return f"values:\n  {path}:\n    entries:\n" + "".join(f"      - {{{entry}, {SAID}}}\n" for entry in entries)


def told(found: Effect) -> list[tuple[str, date, date | None]]:
    return [(change.kind, change.days.first, change.days.last) for change in found.changes]


def ceiling(days: str, amount: str = "1.00") -> str:
    return set_to("compensation.ceiling", f'{days}, value: "{amount}", unit: EUR/learner-semester')


def test_a_value_where_none_was_is_set() -> None:
    found = effect_of(ceiling("from: 2022-09-01, until: 2022-12-31"))
    assert told(found) == [("sets", D(2022, 9, 1), D(2022, 12, 31))]
    (change,) = found.changes
    assert (change.path, change.new, change.after.origin) == ("compensation.ceiling", False, "0.example.yaml")
    assert change.before is not None
    assert (change.before.value, change.before.origin) == (None, "lv-8.3.4")
    assert (found.overlay, found.codes) == ("0.example.yaml", ())


def test_a_value_over_another_overrides_it_entry_by_entry() -> None:
    found = effect_of(set_to(LEVELS, "from: 2021-08-01, until: 2021-10-31, value: [7], replaces: true"))
    assert told(found) == [("overrides", D(2021, 8, 1), D(2021, 8, 31)), ("overrides", D(2021, 9, 1), D(2021, 10, 31))]
    assert [change.before and change.before.value for change in found.changes] == [tuple(range(5, 13)), tuple(range(1, 13))]
    assert {change.after.value for change in found.changes} == {(7,)}


def test_a_value_before_the_first_and_over_it_is_set_and_then_overrides() -> None:
    found = effect_of(set_to(LEVELS, "from: 2017-01-01, until: 2017-12-31, value: [7], replaces: true"))
    assert told(found) == [("begins-earlier", D(2017, 1, 1), D(2017, 2, 28)), ("overrides", D(2017, 3, 1), D(2017, 12, 31))]
    assert [change.before is None for change in found.changes] == [True, False]


def test_what_is_taken_away_and_what_is_left_unset_are_told() -> None:
    gone = "values:\n  plans.risks-at-least:\n    entries: [{from: 2020-01-01, source: s, status: unset, replaces: true}]\n"
    assert told(effect_of(gone)) == [("takes-away", D(2020, 1, 1), None)]
    still = "values:\n  compensation.ceiling:\n    entries: [{from: 2020-01-01, source: s, status: unset}]\n"
    assert told(effect_of(still)) == [("leaves-unset", D(2020, 1, 1), None)]


def test_each_overlay_is_told_against_those_below_it() -> None:
    first, second = ceiling("from: 2022-09-01"), ceiling("from: 2023-01-01, replaces: true", "2.00")
    assert told(effect_of(first)) == [("sets", D(2022, 9, 1), None)]
    found = effect_of(first, second)
    assert told(found) == [("overrides", D(2023, 1, 1), None)]
    (change,) = found.changes
    assert change.before is not None
    assert change.before.origin == "0.example.yaml"


def test_saying_again_what_holds_is_told_too() -> None:
    again = set_to(LEVELS, f"from: 2021-09-01, value: {list(range(1, 13))}, replaces: true")
    assert told(effect_of(again)) == [("overrides", D(2021, 9, 1), None)]


def test_a_path_and_a_code_of_ones_own_are_told_as_new() -> None:
    own = f"values:\n  local.rule:\n    title: {{lv: a, en: a}}\n    type: integer\n    entries: [{{from: 2020-01-01, value: 1, {SAID}}}]\n"
    term = f"terms:\n  risk-factors:\n    far:\n      title: {{lv: a, en: a}}\n      entries: [{{from: 2020-01-01, {SAID}}}]\n"
    found = effect_of(own + term)
    assert [(change.path, change.kind, change.new) for change in found.changes] == [("local.rule", "sets", True)]
    assert [term.path for term in found.codes] == ["risk-factors/far"]
    assert effect_of(own, term).changes == ()


def test_an_overlay_that_says_nothing_does_nothing() -> None:
    found = effect_of("values: {}\n")
    assert (found.changes, found.codes) == ((), ())


days = st.integers(0, 60).map(lambda i: D(2021, 8, 1) + timedelta(days=i))


@st.composite
def overlays(draw: Any) -> str:
    """Up to three entries over the two of the pack."""
    ends = sorted(draw(st.sets(days, min_size=1, max_size=6)))
    entries = []
    for i in range(0, len(ends), 2):
        until = f", until: {ends[i + 1]}" if i + 1 < len(ends) else ""
        entries.append(f"from: {ends[i]}{until}, value: [{draw(st.integers(1, 12))}], replaces: true")
    return set_to(LEVELS, *entries)


@given(overlays(), overlays())
def test_the_changes_are_exactly_the_days_that_answer_otherwise(first: str, second: str) -> None:
    *_, before, after = laid(first, second)
    changes = effect(before, after).changes
    for i in range(-3, 70):
        day = D(2021, 8, 1) + timedelta(days=i)
        was, now = before.read(LEVELS, day).entry, after.read(LEVELS, day).entry
        said = [change for change in changes if day in change.days]
        assert len(said) == (now is not None and now.origin == "1.example.yaml"), day
        assert [(change.before, change.after) for change in said] in ([], [(was, now)]), day


def test_a_change_knows_its_kind_without_a_value_before() -> None:
    (change,) = effect_of(ceiling("from: 2022-09-01")).changes
    moved = EntryChange(change.path, change.title, DayRange(D(2010, 1, 1)), "unset", None, change.after, False)
    assert moved.kind == "sets"


def test_what_begins_earlier_or_again_is_told_as_such() -> None:
    again = effect_of(set_to("programme.in-force", "from: 2024-01-01, until: 2024-06-30, value: true, replaces: true"))
    assert told(again) == [("begins-again", D(2024, 1, 1), D(2024, 6, 30))]
    assert again.changes[0].before is not None
    assert again.changes[0].before.until == D(2023, 12, 31)
    earlier = effect_of(set_to("programme.in-force", "from: 2017-02-28, until: 2017-02-28, value: true"))
    assert told(earlier) == [("begins-earlier", D(2017, 2, 28), D(2017, 2, 28))]
    assert earlier.changes[0].before is None
    unset = set_to("programme.in-force", "from: 2024-01-01, replaces: true").replace("status: example", "status: unset")
    assert told(effect_of(unset)) == [("begins-again", D(2024, 1, 1), None)]
