"""Overlays over codes: new ones, days that nobody had set, codes that are replaced, and nothing in silence."""

from __future__ import annotations

from datetime import date

import pytest

from pmp_core.errors import ProgrammeError
from pmp_core.programme import Effect, OverlayText, Pack, effect, load_pack
from pmp_core.values import Text

D = date
HEAD = "overlay_for: lv-8.3.4\ntitle: {lv: izdomāts, en: made up}\nterms:\n"
SAID = "source: made up, status: example"
TITLE = "title: {lv: cits, en: other}"


def term(more: str, *entries: str, code: str = "catering", catalogue: str = "measure-kinds") -> str:
    days = ", ".join("{" + entry + (f", {SAID}" if "status" not in entry else "") + "}" for entry in entries)
    return f"{HEAD}  {catalogue}:\n    {code}: {{{more}{', ' if more else ''}entries: [{days}]}}\n"


def laid(*texts: str) -> list[Pack]:
    overlays = [OverlayText(f"{i}.example.yaml", text) for i, text in enumerate(texts)]
    return [load_pack("lv-8.3.4", overlays[:i]) for i in range(len(overlays) + 1)]


def effect_of(*texts: str) -> Effect:
    *_, before, after = laid(*texts)
    return effect(before, after)


ENDS = term(
    "replaces: true", "from: 2017-03-01, until: 2020-12-31", "from: 2021-01-01, source: s, status: unset, note: end unknown"
)


def test_a_code_is_replaced_as_a_whole() -> None:
    before, after = laid(term(f"replaces: true, {TITLE}", "from: 2018-01-01, until: 2018-12-31"))
    old, new = before.term("measure-kinds", "catering"), after.term("measure-kinds", "catering")
    assert (new.title, new.parent) == (Text("cits", "other"), old.parent)
    days = (D(2017, 12, 31), D(2018, 1, 1), D(2018, 12, 31), D(2019, 1, 1))
    assert [new.on(day).state for day in days] == ["not-yet-in-force", "set", "set", "ended"]
    assert after.codes("measure-kinds") == before.codes("measure-kinds")
    assert after.hash != before.hash


def test_what_is_not_said_anew_stays_the_title_of_the_pack() -> None:
    before, after = laid(ENDS)
    old, new = before.term("measure-kinds", "catering"), after.term("measure-kinds", "catering")
    assert new.title == old.title
    assert [new.on(day).state for day in (D(2020, 12, 31), D(2021, 1, 1))] == ["set", "unset"]


def test_days_that_nobody_had_set_are_set_without_replacing() -> None:
    *_, after = laid(ENDS, term("", "from: 2022-01-01, until: 2022-12-31"))
    days = (D(2020, 12, 31), D(2021, 1, 1), D(2021, 12, 31), D(2022, 1, 1), D(2022, 12, 31), D(2023, 1, 1))
    states = [after.read("measure-kinds/catering", day).state for day in days]
    assert states == ["set", "unset", "unset", "set", "set", "unset"]


def test_the_effect_tells_what_is_replaced_and_what_only_set() -> None:
    (one,) = effect_of(ENDS).changed_codes
    assert (one.replaces, one.before.path, one.after.path) == (True, "measure-kinds/catering", "measure-kinds/catering")
    assert [entry.status for entry in one.after.entries] == ["example", "unset"]
    (filled,) = effect_of(ENDS, term("", "from: 2022-01-01, until: 2022-12-31")).changed_codes
    assert filled.replaces is False
    (titled,) = effect_of(ENDS, term(f"replaces: true, {TITLE}", "from: 2017-03-01, until: 2020-12-31")).changed_codes
    assert titled.replaces is True
    assert effect_of(ENDS).codes == ()


GROUP = term("title: {lv: a, en: a}", "from: 2020-01-01", code="upper", catalogue="territories")
UNDER = term("title: {lv: a, en: a}, parent: upper", "from: 2020-01-01", code="lower", catalogue="territories")


def test_a_code_may_stand_under_one_of_its_own_catalogue() -> None:
    assert laid(GROUP, UNDER)[-1].codes("territories", parent="upper") == ("lower",)


@pytest.mark.parametrize(
    ("texts", "code", "pointer"),
    [
        ((term("", "from: 2022-01-01"),), "code-taken", "/terms/measure-kinds/catering"),
        ((term(TITLE, "from: 2022-01-01"),), "code-taken", "/terms/measure-kinds/catering"),
        ((term("replaces: false", "from: 2022-01-01"),), "code-taken", "/terms/measure-kinds/catering"),
        ((ENDS, term(TITLE, "from: 2022-01-01")), "title-fixed", "/terms/measure-kinds/catering/title"),
        ((term("", "from: 2022-01-01", code="scooter"),), "code-unknown", "/terms/measure-kinds/scooter"),
        (
            (term(f"replaces: true, {TITLE}", "from: 2022-01-01", code="scooter"),),
            "replaces-nothing",
            "/terms/measure-kinds/scooter/replaces",
        ),
        (
            (
                term(TITLE, "from: 2022-01-01, source: s, status: unset", code="scooter"),
                term("replaces: true", "from: 2022-01-01", code="scooter"),
            ),
            "replaces-nothing",
            "/terms/measure-kinds/scooter/replaces",
        ),
        (
            (term("replaces: true, parent: individual", "from: 2022-01-01"),),
            "parent-wrong",
            "/terms/measure-kinds/catering/parent",
        ),
        (
            (term(f"{TITLE}, parent: far", "from: 2022-01-01", code="far", catalogue="territories"),),
            "parent-wrong",
            "/far/parent",
        ),
        ((term(f"{TITLE}, parent: far", "from: 2022-01-01", code="far", catalogue="roles"),), "parent-wrong", "/far/parent"),
        ((term(f"{TITLE}, parent: family", "from: 2022-01-01", code="far", catalogue="roles"),), "parent-wrong", "/far/parent"),
        ((term(f"{TITLE}, parent: family", "from: 2022-01-01", code="far"),), "parent-wrong", "/far/parent"),
        ((term(f"{TITLE}, parent: teacher-x", "from: 2022-01-01", code="far"),), "code-unknown", "/far/parent"),
        (
            (
                term(f"{TITLE}, parent: b", "from: 2020-01-01", code="a", catalogue="territories")
                + f"    b: {{{TITLE}, parent: a, entries: [{{from: 2020-01-01, {SAID}}}]}}\n",
            ),
            "parent-wrong",
            "/territories/a/parent",
        ),
    ],
)
def test_what_cannot_be_said_of_a_code_is_refused_with_its_place(texts: tuple[str, ...], code: str, pointer: str) -> None:
    with pytest.raises(ProgrammeError) as caught:
        laid(*texts)
    assert caught.value.code == code
    assert str(caught.value.place.pointer).endswith(pointer)
    assert caught.value.place.row
    assert caught.value.remedy
