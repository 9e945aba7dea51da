"""The draft of an overlay: refused as it is printed, accepted as soon as one path is filled in."""

from __future__ import annotations

import re
from datetime import date

import pytest

from pmp_core.errors import ProgrammeError
from pmp_core.loading import Programme, load_programme
from pmp_core.programme import DatedValue, Entry, OverlayText, Pack, Term, draft_overlay, load_pack, not_set
from pmp_core.rules import FactDays
from pmp_core.values import Money, Text

D = date
SCOOTER = """
overlay_for: lv-8.3.4
title: {lv: izdomāts, en: made up}
terms:
  measure-kinds:
    scooter-example:
      title: {lv: 'skrejritenis "ātrais"', en: 'a "fast" scooter'}
      parent: compensation
      entries: [{from: 2022-01-01, source: made up, status: example}]
"""
CATERING = {"value": '"2.50"', "unit": "EUR/school-day", "source": "made up", "status": "example"}
# A value of each type, as HOW_TO_WRITE begins.
WRITTEN = {
    "Write true or false": "true",
    "Write a whole number": "1",
    "Write it in quotes with two decimals": '"1.00"',
    "Write a number from 0 to 100": "1",
    "Write a list of whole numbers": "[1]",
    "Write a list of codes": "[one]",
    "Write text": "words",
    "Write it as YYYY-MM-DD": "2017-06-15",
    "Write the first and the last day": "[2022-01-01, 2022-01-02]",
}


def uncommented(text: str, path: str = "") -> str:
    """The draft with the comment signs taken away from one path, or from all; notes stay."""
    lines = text.splitlines()
    paths = [line for line in lines if re.match(r"  # [a-z]", line)]
    wanted = [line for line in paths if line == f"  # {path}:"] if path else paths
    assert wanted
    opened, inside = [], False
    for line in lines:
        inside = line in wanted if line in paths else inside
        opened.append(line.replace("  # ", "  ", 1) if inside and not line.startswith("  ##") else line)
    values, terms, codes = "\n".join(opened).partition("# terms:\n")
    if not path:
        terms, codes = terms.removeprefix("# "), re.sub(r"^# ", "", codes, flags=re.MULTILINE)
    return f"{values}{terms}{codes}\n"


def filled(text: str, **values: str) -> str:
    """The keys that lie open, with a value each."""
    for key, value in values.items():
        text = re.sub(rf"^( +{key}:) ##", rf"\1 {value} ##", text, flags=re.MULTILINE)
    return text


def laid(text: str, *below: str) -> Pack:
    return load_pack("lv-8.3.4", [OverlayText(f"{i}.yaml", one) for i, one in enumerate((*below, text))])


@pytest.fixture(scope="module")
def programme() -> Programme:
    return load_programme("lv-8.3.4")


def test_a_draft_has_every_path_that_is_not_set_once_and_those_that_block_decisions_first(programme: Programme) -> None:
    text = programme.draft()
    paths = re.findall(r"^  # ([a-z][^:]*):$", text, re.MULTILINE)
    assert set(paths) == {one.value.path for one in programme.not_set() if not isinstance(one.value, Term)}
    assert len(paths) == len(set(paths))
    needed = {one.path for rule in programme.blocked() for one in rule.blocked}
    of_values = {path for path in needed if path in programme.pack.values}
    assert set(paths[: len(of_values)]) == of_values
    assert text.count("## Needed by: ") == len(needed)
    assert "  ## Needed by: compensation.\n  # compensation.ceiling:\n" in text


def test_as_it_is_printed_it_is_refused(programme: Programme) -> None:
    with pytest.raises(ProgrammeError) as caught:
        laid(programme.draft())
    assert (caught.value.code, caught.value.place.pointer) == ("overlay-invalid", "/values")
    assert "leave the key out" in caught.value.remedy


def test_what_lies_open_and_is_not_filled_in_is_refused(programme: Programme) -> None:
    open_only = uncommented(programme.draft(), "compensation.cap.catering")
    without: dict[str, str] = {}
    for missing in CATERING:
        text = filled(open_only, **{key: value for key, value in CATERING.items() if key != missing})
        with pytest.raises(ProgrammeError) as caught:
            laid(text)
        without[missing] = caught.value.code
        assert str(caught.value.place.pointer).startswith("/values/compensation.cap.catering/entries/0")
    assert without == dict.fromkeys(CATERING, "overlay-invalid")


def test_one_path_that_is_filled_in_is_accepted_and_the_rest_stays_not_set(programme: Programme) -> None:
    pack = laid(filled(uncommented(programme.draft(), "compensation.cap.catering"), **CATERING))
    assert pack.read("compensation.cap.catering", D(2017, 3, 1)).value == Money("2.50")
    before = {one.value.path for one in programme.not_set()}
    assert {one.value.path for one in not_set(pack)} == before - {"compensation.cap.catering"}


@pytest.mark.parametrize("below", [(), (SCOOTER,)], ids=["as shipped", "with a code of one's own"])
def test_everything_filled_in_leaves_nothing_unset(below: tuple[str, ...]) -> None:
    overlays = [OverlayText("scooter.example.yaml", text) for text in below]
    text = uncommented(load_programme("lv-8.3.4", overlays=overlays).draft("en"))
    for how, value in WRITTEN.items():
        text = re.sub(rf"^( +value:) ## {how}", rf"\1 {value} ## {how}", text, flags=re.MULTILINE)
    text = re.sub(r"^( +value:) \[one\] ##(.*Codes: )([a-z-]+)", r"\1 [\3] ##\2\3", text, flags=re.MULTILINE)
    text = re.sub(r"^( +unit:) ## ([^ ,]+)", r"\1 \2 ## \2", text, flags=re.MULTILINE)
    full = load_programme(
        "lv-8.3.4", overlays=[*overlays, OverlayText("full.yaml", filled(text, source="made up", status="example"))]
    )
    assert full.not_set() == ()
    # A ceiling is read on the semester's first day, and the programme began in the middle of one.
    still = {(one.path, one.days[-1]) for rule in full.blocked() for one in rule.blocked}
    assert still == {("compensation.ceiling", FactDays("semester_first_day", None, D(2017, 2, 28)))}


def test_a_path_that_only_a_rule_names_says_itself_what_it_is() -> None:
    text = load_programme("lv-8.3.4", overlays=[OverlayText("scooter.example.yaml", SCOOTER)]).draft()
    assert (
        "  ## skrejritenis \"ātrais\"\n  ## Needed by: compensation.\n  # compensation.cap.scooter-example:\n"
        '  #   title: {lv: "skrejritenis \\"ātrais\\"", en: "a \\"fast\\" scooter"}\n'
        "  #   type: money\n  #   new: true\n  #   units: [EUR/claim, EUR/school-day, EUR/item, EUR/day, EUR/month, EUR/learner-semester, EUR/cent-spent]\n"
        "  #   entries:\n  #     - from: 2017-03-01\n  #       value: ## "
    ) in text  # fmt: skip


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ((("2020-01-01", None, None),), ["from: 2020-01-01"]),
        ((("2020-01-01", None, "2020-06-30"),), ["from: 2020-01-01", "until: 2020-06-30"]),
        ((("2020-01-01", None, None), ("2021-01-01", 1, None)), ["from: 2020-01-01", "until: 2020-12-31"]),
        ((("2020-01-01", 1, None), ("2021-01-01", None, None)), ["from: 2021-01-01"]),
    ],
)
def test_the_days_are_those_that_are_open(entries: tuple[tuple[str, int | None, str | None], ...], said: list[str]) -> None:
    word = Text("vārds", "word")
    made = tuple(
        Entry(D.fromisoformat(first), "s", "example" if value else "unset", "x", value, until and D.fromisoformat(until))
        for first, value, until in entries
    )
    pack = Pack("xx-1", word, {"a.b": DatedValue("a.b", word, "integer", made)}, {}, {})
    text = draft_overlay(pack, not_set(pack), {}, "en")
    assert re.findall(r"(?:from|until): [0-9-]+", text) == said
    assert "Needed by" not in text


def test_titles_and_notes_are_in_the_language_asked_for(programme: Programme) -> None:
    lv, en = programme.draft("lv"), programme.draft("en")
    value = programme.value("compensation.allowed")
    note = next(entry.note for entry in value.entries if entry.status == "unset")
    assert note is not None
    for text, language, other in ((lv, "lv", "en"), (en, "en", "lv")):
        assert f"  ## {value.title[language]}\n  ## {note[language]}\n" in text  # type: ignore[index]
        assert note[other] not in text  # type: ignore[index]
    assert en.startswith("# yaml-language-server: $schema=overlay.schema.json\n")


def test_the_codes_to_choose_from_are_named() -> None:
    word = Text("vārds", "word")
    entries = (Entry(D(2020, 1, 1), "s", "unset", "x"),)
    terms = {code: Term(f"codes/{code}", word, "term", (), code=code) for code in ("one", "two")}
    value = DatedValue("a.b", word, "codes", entries, catalogue="codes")
    pack = Pack("xx-1", word, {"a.b": value}, {"codes": terms}, {})
    assert "  #       value: ## Write a list of codes, each once. Codes: one, two.\n" in draft_overlay(
        pack, not_set(pack), {}, "en"
    )


CODE_ENDS = """
overlay_for: lv-8.3.4
title: {lv: izdomāts, en: made up}
terms:
  measure-kinds:
    catering:
      replaces: true
      entries:
        - {from: 2017-03-01, until: 2020-12-31, source: made up, status: example}
        - {from: 2021-01-01, source: made up, status: unset, note: the end is not known}
"""


def test_a_code_whose_days_are_not_known_is_drafted_and_can_be_filled_in() -> None:
    text = load_programme("lv-8.3.4", overlays=[OverlayText("below.yaml", CODE_ENDS)]).draft("en")
    block = (
        "#     catering:\n#       entries:\n#         - from: 2021-01-01\n"
        "#           source: ## The act and paragraph, or the full address of the page.\n"
    )
    assert f"    ## the end is not known\n    ## Needed by: compensation.\n{block}" in text
    _, _, terms = text.partition("# terms:\n")
    opened = "\n".join(line.removeprefix("# ") for line in ("# terms:\n" + terms).splitlines())
    head = "overlay_for: lv-8.3.4\ntitle: {lv: a, en: a}\n"
    pack = laid(head + filled(opened, source="made up", status="example"), CODE_ENDS)
    days = (D(2017, 2, 28), D(2017, 3, 1), D(2020, 12, 31), D(2021, 1, 1))
    assert [pack.read("measure-kinds/catering", day).state for day in days] == ["not-yet-in-force", "set", "set", "set"]


def test_a_unit_that_is_fixed_is_told() -> None:
    word = Text("vārds", "word")
    value = DatedValue("a.b", word, "integer", (Entry(D(2020, 1, 1), "s", "unset", "x"),), unit="lessons/semester")
    pack = Pack("xx-1", word, {"a.b": value}, {}, {})
    text = draft_overlay(pack, not_set(pack), {}, "en")
    assert "In lessons/semester.\n" in text
    assert "unit:" not in text
