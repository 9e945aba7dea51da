"""Overlays: what they add, replace and leave, and that what is wrong in one is told with its line."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from pmp_core.errors import Place, ProgrammeError
from pmp_core.programme import OverlayText, Pack, load_pack
from pmp_core.values import Money, Text

D = date
HEAD = "overlay_for: lv-8.3.4\ntitle: {lv: izdomāts, en: made up}\n"
TITLE = "title: {lv: a, en: a}"
SAID = "source: made up, status: example"


def laid(body: str, *more: str) -> Pack:
    return load_pack("lv-8.3.4", [OverlayText(f"{i}.example.yaml", HEAD + text) for i, text in enumerate((body, *more))])


def refused(body: str, *more: str) -> ProgrammeError:
    with pytest.raises(ProgrammeError) as caught:
        laid(body, *more)
    return caught.value


def catering(*entries: str) -> str:
    return "values:\n  compensation.cap.catering:\n    entries:\n" + "".join(
        f"      - {{{entry}, {SAID}}}\n" for entry in entries
    )


def at(days: str, amount: str = "1.00") -> str:
    return f'{days}, value: "{amount}", unit: EUR/claim'


def states(pack: Pack, path: str, *days: date) -> list[tuple[str, object]]:
    return [(reading.state, reading.value) for reading in (pack.read(path, day) for day in days)]


# --- what an overlay adds, replaces and leaves --------------------------------------------------------------------------------


def test_an_overlay_sets_what_was_not_set_and_the_rest_stays_open() -> None:
    pack = laid(catering(at("from: 2019-01-01, until: 2019-12-31", "2.00")))
    days = (D(2017, 2, 28), D(2017, 3, 1), D(2018, 12, 31), D(2019, 1, 1), D(2019, 12, 31), D(2020, 1, 1))
    assert states(pack, "compensation.cap.catering", *days) == [
        ("not-yet-in-force", None),
        ("unset", None),
        ("unset", None),
        ("set", Money("2.00")),
        ("set", Money("2.00")),
        ("unset", None),
    ]


def test_an_entry_in_the_middle_leaves_what_stood_before_and_after_it() -> None:
    body = "values:\n  target-group.iap-support.general.levels:\n    entries:\n"
    middle = f"      - {{from: 2021-08-01, until: 2021-10-31, value: [7], replaces: true, {SAID}}}\n"
    pack = laid(body + middle)
    before, after = tuple(range(5, 13)), tuple(range(1, 13))
    days = (D(2017, 2, 28), D(2017, 3, 1), D(2021, 7, 31), D(2021, 8, 1), D(2021, 10, 31), D(2021, 11, 1), D(2030, 1, 1))
    assert states(pack, "target-group.iap-support.general.levels", *days) == [
        ("not-yet-in-force", None),
        ("set", before),
        ("set", before),
        ("set", (7,)),
        ("set", (7,)),
        ("set", after),
        ("set", after),
    ]
    firsts = [entry.first for entry in pack.value("target-group.iap-support.general.levels").entries]
    assert firsts == [D(2017, 3, 1), D(2021, 8, 1), D(2021, 11, 1)]


@pytest.mark.parametrize(
    ("entry", "days"),
    [
        ("from: 2016-01-01, until: 2017-02-28", {D(2015, 12, 31): None, D(2016, 1, 1): False, D(2017, 3, 1): True}),
        ("from: 2024-01-01, replaces: true", {D(2023, 12, 31): True, D(2024, 1, 1): False}),
        ("from: 2023-12-31, replaces: true", {D(2023, 12, 30): True, D(2023, 12, 31): False, D(2024, 1, 1): False}),
        (
            "from: 2017-03-01, until: 2017-03-15, replaces: true",
            {D(2017, 3, 1): False, D(2017, 3, 15): False, D(2017, 3, 16): True},
        ),
        ("from: 2010-01-01, replaces: true", {D(2010, 1, 1): False, D(2020, 1, 1): False, D(2025, 1, 1): False}),
        ("from: 2010-01-01, until: 2030-12-31, replaces: true", {D(2020, 1, 1): False, D(2031, 1, 1): None}),
    ],
)
def test_what_stood_outside_of_the_days_of_an_entry_stays(entry: str, days: dict[date, bool | None]) -> None:
    pack = laid(f"values:\n  programme.in-force:\n    entries:\n      - {{{entry}, value: false, {SAID}}}\n")
    assert {day: pack.read("programme.in-force", day).value for day in days} == days
    spans = [span for span, _ in pack.value("programme.in-force").spans()]
    assert not any(one.overlaps(other) for one, other in pairwise(spans))


def test_two_entries_and_two_overlays_lie_one_after_the_other() -> None:
    later = 'from: 2020-01-01, value: "3.00", unit: EUR/item'
    pack = laid(catering(at("from: 2018-01-01, until: 2018-12-31"), at("from: 2019-01-01, until: 2019-12-31", "2.00")), catering(later))  # fmt: skip
    days = (D(2017, 12, 31), D(2018, 1, 1), D(2018, 12, 31), D(2019, 1, 1), D(2019, 12, 31), D(2020, 1, 1), D(2025, 1, 1))
    values = [value for _, value in states(pack, "compensation.cap.catering", *days)]
    assert values == [None, *(Money(f"{n}.00") for n in (1, 1, 2, 2, 3, 3))]
    assert {entry.origin for entry in pack.value("compensation.cap.catering").entries} == {
        "lv-8.3.4",
        "0.example.yaml",
        "1.example.yaml",
    }


def test_a_value_is_never_overridden_in_silence() -> None:
    first = catering(at("from: 2018-01-01"))
    error = refused(first, catering(at("from: 2019-01-01", "2.00")))
    assert (error.code, error.found) == ("overlay-silent", "made up")
    assert error.place == Place("1.example.yaml", 6, pointer="/values/compensation.cap.catering/entries/0")
    assert "'0.example.yaml' says from 2018-01-01" in error.message
    assert "replaces: true" in error.remedy
    replaced = laid(first, catering(at("from: 2019-01-01, replaces: true", "2.00")))
    days = (D(2018, 12, 31), D(2019, 1, 1))
    assert [value for _, value in states(replaced, "compensation.cap.catering", *days)] == [Money("1.00"), Money("2.00")]


def test_replacing_one_entry_does_not_replace_another() -> None:
    first = catering(at("from: 2018-01-01"))
    silent = catering(at("from: 2019-01-01, until: 2019-12-31, replaces: true", "2.00"), at("from: 2020-01-01", "3.00"))  # fmt: skip
    assert refused(first, silent).place.pointer == "/values/compensation.cap.catering/entries/1"


def test_an_overlay_can_take_a_value_away() -> None:
    gone = "values:\n  plans.risks-at-least:\n    entries: [{from: 2020-01-01, source: s, status: unset, replaces: true}]\n"
    assert states(laid(gone), "plans.risks-at-least", D(2019, 12, 31), D(2020, 1, 1)) == [("set", 1), ("unset", None)]


NEW = f"values:\n  local.rule:\n    {TITLE}\n    type: percent\n    unit: '%'\n    entries: [{{from: 2020-01-01, value: '0.85', {SAID}}}]\n"


def test_an_overlay_adds_a_path_of_its_own() -> None:
    added = laid(NEW).value("local.rule")
    assert (added.type, added.unit, added.title, str(added.entries[0].value)) == ("percent", "%", Text("a", "a"), "0.85")


def term(code: str, catalogue: str = "risk-factors") -> str:
    entries = f"      entries: [{{from: 2020-01-01, {SAID}}}]\n"
    return f"terms:\n  {catalogue}:\n    {code}:\n      {TITLE}\n      parent: family\n{entries}"


def test_an_overlay_adds_a_code() -> None:
    pack = laid(term("moved-example"))
    assert "moved-example" in pack.codes("risk-factors", parent="family")
    moved = pack.term("risk-factors", "moved-example")
    assert [moved.on(day).state for day in (D(2019, 12, 31), D(2020, 1, 1))] == ["not-yet-in-force", "set"]
    assert "moved-example" not in load_pack("lv-8.3.4").codes("risk-factors")


def test_a_parent_may_be_a_code_of_the_overlay_itself() -> None:
    group = term("local-group", "risk-groups").replace("      parent: family\n", "")
    below = term("local-factor").replace("parent: family", "parent: local-group").replace("terms:\n", "")
    assert laid(group + below).codes("risk-factors", parent="local-group") == ("local-factor",)


def test_a_path_that_looks_like_one_of_the_packs_is_added_where_it_says_that_it_is_new() -> None:
    near = NEW.replace("local.rule", "targets.municipality-percent").replace("    type:", "    new: true\n    type:")
    assert "targets.municipality-percent" in laid(near).values


def test_what_a_path_is_may_be_said_again_as_the_pack_has_it() -> None:
    said = catering(at("from: 2018-01-01")).replace(
        "    entries:",
        "    type: money\n    units: [EUR/claim, EUR/school-day, EUR/item, EUR/day, EUR/month, EUR/learner-semester, EUR/cent-spent]\n    entries:",
    )
    assert laid(said).value("compensation.cap.catering").units[:4] == ("EUR/claim", "EUR/school-day", "EUR/item", "EUR/day")


def test_a_wrong_code_is_told_at_the_overlays_own_entry() -> None:
    entries = "[{from: 2030-01-01, value: [approved], replaces: true, SAID}, {from: 2031-01-01, value: [aproved], replaces: true, SAID}]"
    error = refused(f"values:\n  plans.statuses-in-force:\n    entries: {entries.replace('SAID', SAID)}\n")
    assert error.place.pointer == "/values/plans.statuses-in-force/entries/1/value"


def test_a_code_that_is_taken_is_told() -> None:
    error = refused(term("unexcused-absence"))
    assert (error.code, error.found) == ("code-taken", "unexcused-absence")
    assert error.place == Place("0.example.yaml", 5, pointer="/terms/risk-factors/unexcused-absence")
    assert "add `replaces: true`" in error.remedy


RATE = catering(at("from: 2018-01-01"))
UNKNOWN_STATUS = (
    f"values:\n  plans.statuses-in-force:\n    entries: [{{from: 2020-01-01, value: [aproved], replaces: true, {SAID}}}]\n"
)


# --- what can be wrong in an overlay -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "code", "row", "pointer", "words"),
    [
        ("valeus: {}\n", "overlay-invalid", 3, "/valeus", "Did you mean 'values'"),
        (catering('from: 2018-01-01, valeu: "1.00", unit: EUR/claim'), "overlay-invalid", 6, "/valeu", "Did you mean 'value'"),
        (catering("from: 2018-01-01, value: 1.00, unit: EUR/claim").replace("cap.", "cup."), "path-unknown", 4, "cup.catering", "Nearest: compensation.cap"),
        (catering(at("from: 2018-01-01")).replace("compensation.cap.catering", "zzz"), "path-unknown", 4, "/values/zzz", "Correct the path"),
        (NEW.replace(f"    {TITLE}\n", ""), "path-unknown", 4, "/values/local.rule", "give `title` and `type`"),
        (catering('from: 2018-01-01, value: "1.00"'), "unit-wrong", 6, "/entries/0", "one of EUR/claim, EUR/school-day, EUR/item, EUR/day"),
        (catering('from: 2018-01-01, value: "1.00", unit: EUR/km'), "unit-wrong", 6, "/entries/0", "one of EUR/claim"),
        (catering('from: 2018-01-01, value: "1.005", unit: EUR/claim'), "value-wrong", 6, "/entries/0/value", "at most two decimals"),
        (catering("from: 2018-01-01, value: 5, unit: EUR/claim"), "value-wrong", 6, "/entries/0/value", 'in quotes with two decimals'),
        (catering(at("from: 2018-02-30")), "value-wrong", 6, "/entries/0/from", "YYYY-MM-DD"),
        (catering(at("from: 2018-01-01, until: 2017-12-31")), "dates-out-of-order", 6, "/entries/0/until", "ends before it begins"),
        (catering(at("from: 2019-01-01"), at("from: 2018-01-01")), "dates-out-of-order", 7, "/entries/1/from", "in the order of time"),
        (catering(at("from: 2018-01-01"), at("from: 2018-01-01")), "dates-out-of-order", 7, "/entries/1/from", "in the order of time"),
        (catering(at("from: 2018-01-01, until: 2018-06-30"), at("from: 2018-06-30")), "dates-out-of-order", 7, "/entries/1/from", "without overlaps"),
        (RATE.replace("    entries:", "    type: integer\n    entries:"), "type-differs", 5, "cap.catering/type", "pack has: money"),
        (RATE.replace("    entries:", "    unit: EUR/km\n    entries:"), "units-fixed", 5, "cap.catering/unit", "pack has: none"),
        (RATE.replace("    entries:", "    units: [EUR/km]\n    entries:"), "units-fixed", 5, "cap.catering/units", "'EUR/claim', 'EUR/school-day'"),
        (NEW.replace("local.rule", "targets.municipality-percent"), "path-unknown", 4, "/values/targets.municipality-percent", "add `new: true`"),
        (NEW.replace(f"    {TITLE}\n", "    new: true\n"), "overlay-invalid", 4, "/values/local.rule", "A new path needs a title and a type"),
        (catering(at("from: 2018-01-01", "-0.01")), "value-wrong", 6, "/entries/0/value", "not below 0"),
        (term("moved-example").replace("parent: family", "parent: famly"), "code-unknown", 7, "/moved-example/parent", "Nearest: family"),
        (term("one", "risk-factor"), "catalogue-unknown", 4, "/terms/risk-factor", "Nearest: risk-factors"),
        ("terms:\n  risk-factors:\n    Moved: {}\n", "overlay-invalid", 5, "/terms/risk-factors/Moved", "lower-case"),
        (UNKNOWN_STATUS, "code-unknown", 5, "/values/plans.statuses-in-force", "Nearest: approved"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_an_overlay_is_told_with_its_line(body: str, code: str, row: int, pointer: str, words: str) -> None:
    error = refused(body)
    assert (error.code, error.place.file, error.place.row) == (code, "0.example.yaml", row)
    assert pointer in str(error.place.pointer)
    assert words in str(error)


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("boolean", "'true'", "Write true or false"),
        ("boolean", "1", "Write true or false"),
        ("integer", "true", "Write a whole number"),
        ("integer", "'1'", "Write a whole number"),
        ("percent", "abc", "with a point for decimals"),
        ("percent", "true", "with a point for decimals"),
        ("percent", "101", "from 0 to 100"),
        ("percent", "-1", "from 0 to 100"),
        ("percent", "'100.01'", "from 0 to 100"),
        ("percent", "'NaN'", "from 0 to 100"),
        ("percent", "'Infinity'", "from 0 to 100"),
        ("levels", "[0]", "from 1 to 12, each once"),
        ("levels", "[13]", "from 1 to 12, each once"),
        ("levels", "[5, 5]", "from 1 to 12, each once"),
        ("money", "'-0.01'", "not below 0"),
        ("levels", "5", "a list of whole numbers"),
        ("levels", "['5']", "a list of whole numbers"),
        ("codes", "[1]", "a list of codes"),
        ("text", "' '", "Write text"),
        ("text", "5", "Write text"),
        ("day", "2021-13-01", "YYYY-MM-DD"),
        ("days", "[2021-01-01]", "the first and the last day in brackets"),
        ("days", "[2021-01-02, 2021-01-01]", "both are included"),
        ("money", "'12,50'", "at most two decimals"),
    ],
)
def test_a_value_that_is_not_of_its_type_is_told_with_what_to_write(kind: str, value: str, words: str) -> None:
    error = refused(
        f"values:\n  a.b:\n    {TITLE}\n    type: {kind}\n    entries: [{{from: 2020-01-01, value: {value}, {SAID}}}]\n"
    )
    assert (error.code, error.place.row) == ("value-wrong", 7)
    assert words in error.remedy


def test_an_overlay_for_another_programme_is_told() -> None:
    with pytest.raises(ProgrammeError, match=r"another programme than 'lv-8\.3\.4'") as caught:
        load_pack("lv-8.3.4", [OverlayText("o.yaml", HEAD.replace("8.3.4", "4.2.3.1"))])
    assert (caught.value.code, caught.value.found) == ("overlay-for-another", "lv-4.2.3.1")
    assert caught.value.place == Place("o.yaml", 1, pointer="/overlay_for")
