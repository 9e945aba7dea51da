"""A pack in memory: what can be asked of it, and the hash that says which law a decision was made by."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pmp_core.errors import ProgrammeError
from pmp_core.programme import OverlayText, Pack, load_pack
from pmp_core.values import DayRange

HEAD = "overlay_for: lv-8.3.4\ntitle: {lv: izdomāts, en: made up}\n"
CAP = 'compensation.cap.{kind}: {{entries: [{{from: 2018-01-01, value: "{amount}", unit: EUR/claim, source: made up, status: example}}]}}'


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("lv-8.3.4")


def overlay(name: str, *caps: tuple[str, str]) -> OverlayText:
    lines = "".join(f"  {CAP.format(kind=kind, amount=amount)}\n" for kind, amount in caps)
    return OverlayText(name, f"{HEAD}values:\n{lines}")


@pytest.mark.parametrize(
    ("ask", "code", "near"),
    [
        (lambda pack: pack.value("compensation.cap.catring"), "path-unknown", "compensation.cap.catering"),
        (lambda pack: pack.read("zzz", date(2022, 1, 1)), "path-unknown", "others"),
        (lambda pack: pack.catalogue("risk-factor"), "catalogue-unknown", "risk-factors"),
        (lambda pack: pack.term("risk-groups", "famly"), "code-unknown", "family"),
        (lambda pack: pack.term("risk-group", "family"), "catalogue-unknown", "risk-groups"),
        (lambda pack: pack.codes("zzz"), "catalogue-unknown", "others"),
        (lambda pack: pack.life_cycle("plans"), "life-cycle-unknown", "plan"),
    ],
)
def test_what_the_pack_does_not_have_is_told_with_the_nearest(pack: Pack, ask: object, code: str, near: str) -> None:
    assert callable(ask)
    with pytest.raises(ProgrammeError, match=near) as caught:
        ask(pack)
    assert caught.value.code == code


def test_what_a_pack_says_can_be_asked(pack: Pack) -> None:
    assert pack.value("programme.in-force").path == "programme.in-force"
    assert pack.term("risk-groups", "family").code == "family"
    assert pack.life_cycle("plan").name == "plan"
    children = set(pack.codes("risk-factors", parent="family"))
    assert children < set(pack.codes("risk-factors"))
    assert {pack.term("risk-factors", code).parent for code in children} == {"family"}
    assert pack.days_in_force() == (DayRange(date(2017, 3, 1), date(2023, 12, 31)),)
    assert [pack.in_force(day) for day in (date(2023, 12, 31), date(2024, 1, 1))] == [True, False]


def test_the_hash_is_that_of_what_is_said_not_of_the_files_names_or_order() -> None:
    one, other = ("catering", "2.00"), ("accommodation", "9.00")
    together = load_pack("lv-8.3.4", [overlay("a.yaml", one, other)])
    same = [
        load_pack("lv-8.3.4", [overlay("b.yaml", other, one)]),
        load_pack("lv-8.3.4", [overlay("x.yaml", one), overlay("y.yaml", other)]),
        load_pack("lv-8.3.4", [overlay("y.yaml", other), overlay("x.yaml", one)]),
    ]
    assert {pack.hash for pack in same} == {together.hash}
    assert len(together.hash) == 64


def test_the_hash_differs_where_a_value_a_day_or_a_source_does(pack: Pack) -> None:
    cap = overlay("a.yaml", ("catering", "2.00"))
    texts = [
        cap.text,
        *(cap.text.replace(a, b) for a, b in (("2.00", "2.01"), ("01-01", "01-02"), ("source: made", "source: m"))),
    ]
    hashes = {load_pack("lv-8.3.4", [OverlayText("a.yaml", text)]).hash for text in texts}
    assert len(hashes | {pack.hash}) == 5


def test_the_hash_does_not_depend_on_the_order_of_files(tmp_path: Path) -> None:
    parts = [
        "pack: xx\nvalues:\n  a.b: {title: {lv: a, en: a}, type: integer, entries: [{from: 2020-01-01, value: 1, source: s, status: verified}]}\n",
        "pack: xx\nterms:\n  kinds:\n    one: {title: {lv: a, en: a}, entries: [{from: 2020-01-01, source: s, status: verified}]}\n",
    ]
    hashes = []
    for run, names in enumerate((("a.yaml", "b.yaml"), ("b.yaml", "a.yaml"))):
        folder = tmp_path / str(run) / "xx"
        folder.mkdir(parents=True)
        for name, part in zip(names, parts, strict=True):
            (folder / name).write_text(part, encoding="utf-8")
        hashes.append(load_pack("xx", folders=[folder]).hash)
    assert hashes[0] == hashes[1]


def test_a_pack_keeps_its_overlays_as_they_were_read() -> None:
    first, second = overlay("a.yaml", ("catering", "2.00")), overlay("b.yaml", ("accommodation", "9.00"))
    assert load_pack("lv-8.3.4", [first, second]).overlays == (first, second)


def test_a_pack_shows_itself_in_a_line(pack: Pack) -> None:
    assert repr(pack) == "<Pack lv-8.3.4>"
    assert repr(load_pack("lv-8.3.4", [overlay("rates.yaml", ("catering", "1.00"))])) == "<Pack lv-8.3.4 with rates.yaml>"
