"""The document set: HTML that harms nobody, and a PDF that reads the same everywhere."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmp_core import PluginError, Register, plan_document
from pmp_core.reports import PlanDocument, extra, html_page, typst_pages
from pmp_core.reports.blocks import Fields, Line, Page, Paragraph, Section, Table
from pmp_core.reports.html_page import css_text
from pmp_core.reports.labels import LABELS
from pmp_core.reports.plan_gathering import clean
from pmp_core.reports.typst_pages import pdf_of
from pmp_core.reports.writing import HOURS, Writing

DRAFT, CLOSED = "P-0016", "P-0001"
LETTERS = "āčēģīķļņšūž ĀČĒĢĪĶĻŅŠŪŽ"
HOSTILE = """<script>alert(1)</script> "'&amp; </style> #let x = 1; #panic("a") $a$ *b* _c_ `d` @e // \\ {{ 7 * 7 }}"""
VOID = {"meta", "col"}


class Outline(HTMLParser):
    """What a page consists of; every tag is closed where it was opened."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.ids: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, *names: str) -> list[dict[str, str | None]]:
        return [attrs for tag, attrs in self.tags if tag in names]


@pytest.fixture
def hostile(own_register: Register) -> Callable[[str], PlanDocument]:
    def made(text: str) -> PlanDocument:
        with own_register.unit_of_work() as work:
            plan = work.plans.get(DRAFT)
            learner = work.learners.get(plan.learner_id)
            work.learners.put(learner.changed(given_name=LETTERS, family_name=text[:190]))
            measures = tuple(plan.measures[0].changed(number=number, justification=text) for number in range(1, 41))
            work.plans.put(plan.changed(aims=text, prepared_by=text[:190], measures=measures))
        return plan_document(own_register, DRAFT)

    return made


@pytest.mark.parametrize("language", ["lv", "en"])
@pytest.mark.parametrize("plan_id", [DRAFT, CLOSED])
def test_the_page_is_built_so_that_it_can_be_read_aloud(register: Register, plan_id: str, language: Any) -> None:
    outline = Outline(plan_document(register, plan_id, language=language, sessions=True).html())
    assert outline.all("html") == [{"lang": language}]
    levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    tables = len(outline.all("table"))
    assert len(outline.all("caption")) == tables
    assert {attrs.get("scope") for attrs in outline.all("th")} == {"col", "row"}
    sections, headings = outline.all("section"), outline.all("h2")
    assert [one["aria-labelledby"] for one in sections] == [one["id"] for one in headings]


def test_the_page_loads_nothing_and_names_nobody_in_its_title(register: Register) -> None:
    html = plan_document(register, CLOSED).html()
    outline = Outline(html)
    assert not outline.all("script", "link", "img", "iframe", "object", "a", "base", "form")
    assert not re.search(r"https?:|url\(|@import", html)
    assert re.search(r"<title>(.*)</title>", html)[1] == "Individuālais atbalsta plāns P-0001"  # type: ignore[index]
    assert "default-src 'none'" in html
    assert "size: A4" in html
    assert "counter(pages)" in html


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_colour_of_a_text_stands_out_from_white_and_from_a_heading(register: Register) -> None:
    html = plan_document(register, CLOSED).html()
    colours = set(re.findall(r"(?<![-\w])color: (#[0-9a-f]{6})", html)) - {"#ededed"}  # the mark across the page says nothing new
    assert len(colours) >= 3
    for colour in colours:
        for ground in ("#ffffff", "#e8edf3"):
            assert (_luminance(ground) + 0.05) / (_luminance(colour) + 0.05) >= 4.5, (colour, ground)


def test_what_people_wrote_is_only_text(hostile: Callable[[str], PlanDocument], text_of_pdf: Callable[[bytes], str]) -> None:
    document = hostile(HOSTILE)
    outline = Outline(document.html())
    assert not outline.all("script")
    assert document.html().count("&lt;script&gt;alert(1)&lt;/script&gt;") > 40
    assert "{{ 7 * 7 }}" in document.html()
    printed = re.sub(r"\s+", "", text_of_pdf(document.pdf()))
    assert printed.count(re.sub(r"\s+", "", HOSTILE)) >= 40


@pytest.mark.parametrize("id", ['P-"; } body { display: none } /*', "P-\\", "P-</style><script>", "P-ā/é 漢"])
def test_an_odd_id_ends_neither_the_style_nor_its_string(own_register: Register, id: str) -> None:
    with own_register.unit_of_work() as work:
        plan = work.plans.get(DRAFT)
        learner = next(one for one in work.learners.find() if not work.plans.find(learner_id=one.id))
        work.plans.add(plan.changed(id=id, learner_id=learner.id))
    document = plan_document(own_register, id)
    style = re.search(r"<style>(.*?)</style>", document.html(), re.DOTALL)[1]  # type: ignore[index]
    assert style.count("{") == style.count("}")
    assert id not in style
    assert document.pdf().startswith(b"%PDF")


def test_css_text_is_one_string_whatever_it_says() -> None:
    assert css_text('x"\\\n<ā') == '"x\\22 \\5c \\a \\3c \\101 "'


@pytest.mark.parametrize("language", ["lv", "en"])
def test_all_latvian_letters_come_back_from_the_pdf(
    hostile: Callable[[str], PlanDocument], own_register: Register, text_of_pdf: Callable[[bytes], str], language: Any
) -> None:
    hostile("e\u0304 Šķūnis")  # a letter in two pieces is printed as one
    document = plan_document(own_register, DRAFT, language=language)
    printed = " ".join(text_of_pdf(document.pdf()).split())
    assert f"{LETTERS} ē Šķūnis" in printed
    assert ("Individuālais atbalsta plāns P-0016" if language == "lv" else "Individual support plan P-0016") in printed
    assert ("PROJEKTS" if language == "lv" else "DRAFT") in printed
    assert ("lpp. no" if language == "lv" else "Page 1 of") in printed


def test_the_pdf_is_the_same_each_time_and_in_another_process(register: Register) -> None:
    document = plan_document(register, CLOSED)
    made = document.pdf()
    assert made == document.pdf()
    code = (
        "import sys, hashlib; from pmp_core import demo_register, plan_document\n"
        f"with demo_register() as r: print(hashlib.sha256(plan_document(r, {CLOSED!r}).pdf()).hexdigest())"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, encoding="utf-8")
    assert told.stdout.strip() == hashlib.sha256(made).hexdigest()


def test_the_pdf_is_tagged_dated_and_named_after_the_plan_alone(register: Register) -> None:
    made = plan_document(register, CLOSED).pdf()
    assert b"/MarkInfo<</Marked true" in made.replace(b" ", b"").replace(b"/Markedtrue", b"/Marked true")
    assert b"/Lang(lv" in made.replace(b" ", b"")
    assert b"<pdfaid:part>2</pdfaid:part>" in made
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in made
    assert b"<pdfuaid:part>1</pdfuaid:part>" in made
    assert "Individuālais atbalsta plāns P-0001".encode() in made
    assert "Undīne".encode() not in made
    assert b"2023-05-26T00:00:00" in made


def test_only_the_fonts_of_the_wheel_are_used(register: Register) -> None:
    fonts = set(re.findall(rb"/FontName/[A-Z]{6}\+(\w+)", plan_document(register, CLOSED).pdf()))
    assert fonts <= {b"LibertinusSerif", b"DejaVuSansMono"}
    assert fonts


def test_a_character_that_no_font_has_is_marked_and_told(
    hostile: Callable[[str], PlanDocument], text_of_pdf: Callable[[bytes], str]
) -> None:
    document = hostile("Prieks 😀 漢字 שלום عربي \ue000 end")
    printed = text_of_pdf(document.pdf())
    assert "U+5B57, U+6F22, U+E000, U+1F600" in printed
    assert "Prieks □ □□" in printed
    assert "😀" in document.html()


@pytest.mark.parametrize("mark", [*map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C))])
def test_a_mark_that_turns_the_direction_of_writing_is_left_out(mark: str) -> None:
    assert clean(f"no{mark} 20") == "no 20"
    assert clean(f"161175{mark}-19997") == "******-*****"  # and hides no code from the mask


@pytest.mark.parametrize("kept", ["\u202f", "\u2065", "\u206a", "\u200d", "\u2010", "שלום"])
def test_its_neighbours_and_writing_from_right_to_left_stay(kept: str) -> None:
    assert clean(f"a{kept}b") == f"a{kept}b"


def test_no_text_of_a_document_is_turned_round(hostile: Callable[[str], PlanDocument]) -> None:
    document = hostile("atbalstu \u202e0001 RUE\u202c \u2067nav\u2069")
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200e\u200f]", document.html())
    assert "atbalstu 0001 RUE nav" in document.html()


@pytest.mark.parametrize("headed", [True, False])
def test_a_caption_stays_with_the_first_row_of_its_table(headed: bool) -> None:
    typst = pytest.importorskip("typst")
    cell = "table.cell(align: placed, shown)"
    template = typst_pages._template().decode()
    assert template.count(cell) == 1
    pages = "l => l.map(one => one.location().page())"
    asked = template.replace(cell, "table.cell(align: placed, [#metadata(0)<cell>#shown])") + (
        f"\n#context [#let on = {pages}\n#metadata((on(query(figure.caption)), on(query(<cell>)), on(query(heading)))) <asked>]"
    )
    ends = set()
    for number in range(28, 42):
        table = Table("Konsultācijas", ("Diena", "Kas"), tuple((f"{i}.", "a\nb\nc") for i in range(20)), (1, 1))
        before = tuple(Paragraph(f"{i}. rindkopa") for i in range(number))
        sections = (Section("A", before), Section("B", (table,))) if headed else (Section("A", (*before, table)),)
        page = attrs.asdict(attrs.evolve(page_with("a"), sections=sections)) | {"day": [2023, 1, 9]}
        told = typst.query(
            asked.encode(), "<asked>", field="value", ignore_system_fonts=True, sys_inputs={"data": json.dumps(page)}
        )
        ((captions, cells, headings),) = json.loads(told)
        assert captions == [cells[0]], number
        assert not headed or headings[-1] == cells[0], number
        ends.add(cells[0])
    assert ends == {1, 2}  # the end of the page was among them


def page_with(text: str) -> Page:
    said = clean(text)
    section = Section(f"1. {said}", (Fields((Line(said, said), Line("-", None)), heading=f"1. {said}"), Paragraph(said)))
    return Page("lv", f"P {said}", f"P {said}", said, Line("-", said), said, said[:9] or "-", "-", "{page}/{pages}", (section,))


@settings(max_examples=25)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30))
def test_any_text_can_be_printed(text: str) -> None:
    assert pdf_of(page_with(text), on=date(2023, 1, 9)).startswith(b"%PDF")


@pytest.mark.parametrize("text", ["\ue000\u0488", "a\u0488\U000e0111", "ყ", "ß", "👨\u200d👩\u200d👧", "\u2028\u2029"])
def test_characters_that_cannot_stand_together_are_marked(text: str) -> None:
    assert pdf_of(page_with(f"Ā {text}"), on=date(2023, 1, 9)).startswith(b"%PDF")


def test_in_a_notebook_the_page_stands_in_a_frame_of_its_own(register: Register) -> None:
    shown = plan_document(register, CLOSED)._repr_html_()
    outline = Outline(shown)
    ((attrs),) = outline.all("iframe")
    assert "sandbox" in attrs
    assert [tag for tag, _ in outline.tags] == ["iframe"]
    assert attrs["srcdoc"] == plan_document(register, CLOSED).html()


@pytest.mark.parametrize(("number", "said"), [
    (0, "0 stundas"), (1, "1 stunda"), (2, "2 stundas"), (10, "10 stundas"), (11, "11 stundas"), (21, "21 stunda"),
    (101, "101 stunda"), (111, "111 stundas"), (1001, "1\u00a0001 stunda"), (12345, "12\u00a0345 stundas"),
])  # fmt: skip
def test_counted_words_follow_their_number(number: int, said: str) -> None:
    assert Writing("lv").counted(number, HOURS) == said


def test_days_are_written_as_each_language_does() -> None:
    latvian, english, day = Writing("lv"), Writing("en"), date(2023, 1, 9)
    assert (latvian.day_in_words(day), english.day_in_words(day)) == ("2023. gada 9. janvāris", "9 January 2023")
    assert (latvian.days(day, None), english.days(day, date(2023, 5, 31))) == ("09.01.2023. –", "9 Jan 2023 – 31 May 2023")
    assert (latvian.minutes(0), latvian.minutes(61), english.minutes(121)) == (
        "0 minūtes",
        "1 stunda 1 minūte",
        "2 hours 1 minute",
    )


def test_every_label_has_both_languages_and_the_same_places() -> None:
    for name, label in LABELS.items():
        assert label.lv.strip(), name
        assert label.en.strip(), name
        assert set(re.findall(r"{(\w+)}", label.lv)) == set(re.findall(r"{(\w+)}", label.en)), name


@pytest.mark.parametrize(("lacking", "made"), [("typst", "pdf"), ("jinja2", "html"), ("babel", "html")])
def test_without_its_library_a_document_says_what_to_install(
    register: Register, monkeypatch: pytest.MonkeyPatch, lacking: str, made: str
) -> None:
    html_page._template.cache_clear()
    document = plan_document(register, CLOSED)
    monkeypatch.setitem(sys.modules, lacking, None)
    with pytest.raises(PluginError) as error:
        getattr(document, made)()
    assert (error.value.code, error.value.found) == ("extra-missing", lacking)
    assert "pmp-core[reports]" in error.value.remedy


def test_a_library_that_lacks_something_of_its_own_is_not_called_missing(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken_library.py").write_text("import not_there_at_all\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="not_there_at_all"):
        extra.require("broken_library")
