"""The drawing of a life cycle: everything in the table is in it, nothing lies over another, and it needs nothing else."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmp_core import load_programme
from pmp_core.programme import LifeCycle, LifeCycleStep, available_packs
from pmp_core.reports import draw_life_cycle
from pmp_core.values import Language, Text

SVG = "{http://www.w3.org/2000/svg}"
SHIPPED = [
    pytest.param(cycle, language, id=f"{name}-{cycle.name}-{language}")
    for name in available_packs()
    for cycle in load_programme(name).pack.life_cycles.values()
    for language in ("lv", "en")
]


def drawn(cycle: LifeCycle, language: Language = "lv") -> Any:
    return ElementTree.fromstring(draw_life_cycle(cycle, language))


def texts(root: Any) -> list[str]:
    return [str(text.text) for text in root.iter(f"{SVG}text")]


def made(*steps: LifeCycleStep, **titles: str) -> LifeCycle:
    statuses = {code: Text(title, title) for code, title in titles.items()}
    return LifeCycle("file", next(iter(titles), "open"), statuses, steps)


def step(name: str, sources: tuple[str, ...], target: str, title: str = "solis", status: Any = "verified") -> LifeCycleStep:
    return LifeCycleStep(name, Text(title, title), sources, target, ("clerk",), "an act", status)


@pytest.mark.parametrize(("cycle", "language"), SHIPPED)
def test_a_shipped_cycle_is_drawn_whole_and_said_in_words(cycle: LifeCycle, language: Language) -> None:
    root = drawn(cycle, language)
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert (root.get("lang"), cycle.name in title.text) == (language, True)
    for one in cycle.steps:
        assert one.title[language] in description.text
    for title_of in cycle.statuses.values():
        assert title_of[language] in texts(root)
    assert all(one.step[:17] in texts(root) for one in cycle.steps)
    assert len(root.findall(f"{SVG}polygon")) >= len(cycle.steps)


@pytest.mark.parametrize(("cycle", "language"), SHIPPED)
def test_it_needs_no_other_file_and_no_colour(cycle: LifeCycle, language: Language) -> None:
    drawing = draw_life_cycle(cycle, language)
    assert not re.search(r"href|url\(|@import|<script|<image|<style|class=", drawing)
    assert re.findall(r"https?://[^\"]+", drawing) == ["http://www.w3.org/2000/svg"]
    colours = set(re.findall(r"#[0-9a-f]{6}", drawing))
    assert all(len(set(re.findall("..", colour[1:]))) == 1 for colour in colours)  # greys only


@pytest.mark.parametrize(("cycle", "language"), SHIPPED)
def test_no_words_lie_over_others(cycle: LifeCycle, language: Language) -> None:
    root = drawn(cycle, language)
    _, _, width, height = map(float, str(root.get("viewBox")).split())
    boxes = []
    for text in root.iter(f"{SVG}text"):
        size = float(text.get("font-size", 13))
        wide = len(str(text.text)) * size * 0.56
        left = float(text.get("x")) - (wide / 2 if text.get("text-anchor") == "middle" else 0)
        boxes.append((left, left + wide, float(text.get("y")) - size * 0.8, float(text.get("y"))))
        assert left >= 0
        assert left + wide <= width
        assert float(text.get("y")) <= height
    for i, one in enumerate(boxes):
        for other in boxes[i + 1 :]:
            apart = one[1] <= other[0] or other[1] <= one[0] or one[3] <= other[2] or other[3] <= one[2]
            assert apart, (one, other)


def test_a_cycle_begins_at_a_point_and_ends_in_double_frames() -> None:
    root = drawn(made(step("close", ("open",), "closed"), open="Atvērts", closed="Slēgts"))
    assert len([circle for circle in root.iter(f"{SVG}circle") if circle.get("r") == "6"]) == 1
    frames = [rect for rect in root.iter(f"{SVG}rect") if rect.get("stroke-width") == "1.5"]
    assert len(frames) == 3


def test_arrows_come_from_above_and_from_below_and_a_choice_is_dashed() -> None:
    root = drawn(made(step("mid", ("a", "c"), "b", status="chosen"), a="A", b="B", c="C"))
    strokes = [path for path in root.iter(f"{SVG}path") if path.get("stroke-dasharray")]
    assert (len(strokes), len(root.findall(f"{SVG}polygon"))) == (2, 2)
    assert len([circle for circle in root.iter(f"{SVG}circle") if circle.get("r") == "5"]) == 2


def test_a_step_may_lead_to_where_it_came_from() -> None:
    alone = drawn(made(step("stay", ("a",), "a"), a="A"))
    assert (len(alone.findall(f"{SVG}path")), len(alone.findall(f"{SVG}polygon"))) == (1, 1)
    beside = drawn(made(step("stay", ("a", "b"), "a"), a="A", b="B"))
    assert (len(beside.findall(f"{SVG}path")), len(beside.findall(f"{SVG}polygon"))) == (2, 2)


def test_a_step_out_of_use_has_its_name_and_no_arrow() -> None:
    cycle = made(step("gone", (), "a", "izņemt"), a="A")
    root = drawn(cycle)
    assert {"izņemt", "nav lietošanā"} <= set(texts(root))
    assert root.findall(f"{SVG}polygon") == []
    assert "izņemt: nav lietošanā." in root.find(f"{SVG}desc").text
    assert "out of use" in texts(drawn(cycle, "en"))


def test_a_cycle_without_anything_is_drawn_too() -> None:
    assert "Dzīves cikls «file»" in texts(drawn(LifeCycle("file", "open", {}, ())))


words = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=60).filter(str.strip)


@given(words, words)
def test_whatever_the_titles_are_they_are_escaped_and_all_of_their_letters_stay(status: str, title: str) -> None:
    root = drawn(made(step("move", ("a",), "b", title), a=status, b="B"))
    shown = "".join("".join(texts(root)).split())
    for said in (status, title):
        assert "".join(said.split()) in shown
    assert [float(line.get("y1")) for line in root.iter(f"{SVG}line")] == sorted(
        float(line.get("y1")) for line in root.iter(f"{SVG}line")
    )
    assert all(a < b for a, b in pairwise(sorted({float(line.get("y1")) for line in root.iter(f"{SVG}line")})))
