"""Loading: which programmes there are, and what can be wrong with the files of a pack or an overlay."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pmp_core.errors import ProgrammeError
from pmp_core.programme import OverlayText, available_packs, load_pack
from pmp_core.programme.load import read_overlay
from pmp_core.values import Text

D = date
HEAD = "overlay_for: lv-8.3.4\ntitle: {lv: izdomāts, en: made up}\n"
TITLE = "title: {lv: a, en: a}"
SAID = "source: made up, status: example"


NEW = f"values:\n  local.rule:\n    {TITLE}\n    type: percent\n    unit: '%'\n    entries: [{{from: 2020-01-01, value: '0.85', {SAID}}}]\n"


# --- which programme -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("asked", "words"), [("lv-8.3.5", "There are: lv-8.3.4"), ("zzz", "There are: lv-4.2.3.1, lv-8.3.4")])
def test_a_programme_that_is_not_there_is_told_with_the_nearest(asked: str, words: str) -> None:
    with pytest.raises(ProgrammeError, match=words) as caught:
        load_pack(asked)
    assert caught.value.code == "programme-unknown"


def test_the_national_data_are_no_programme_of_their_own() -> None:
    assert "lv" not in available_packs()
    assert "lv-8.3.4" in available_packs()


# --- files ---------------------------------------------------------------------------------------------------------------------


def test_an_overlay_is_read_from_a_path_or_its_text(tmp_path: Path) -> None:
    file = tmp_path / "rates.yaml"
    file.write_text("\ufeff" + HEAD + NEW, encoding="utf-8")
    from_path, from_text, from_object = (
        load_pack("lv-8.3.4", [one]) for one in (str(file), OverlayText("other.yaml", HEAD + NEW), file)
    )
    assert from_path.hash == from_text.hash == from_object.hash
    assert from_path.overlays == (OverlayText("rates.yaml", HEAD + NEW),)


def test_an_overlay_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ProgrammeError, match="No such file") as caught:
        load_pack("lv-8.3.4", [tmp_path / "rates.yaml"])
    assert (caught.value.code, caught.value.found) == ("overlay-missing", "rates.yaml")


def test_a_file_that_is_not_utf_8_is_told(tmp_path: Path) -> None:
    file = tmp_path / "rates.yaml"
    file.write_bytes("overlay_for: lēmums".encode("cp1257"))
    with pytest.raises(ProgrammeError, match="Save it as UTF-8") as caught:
        read_overlay(file)
    assert (caught.value.code, caught.value.found) == ("yaml-not-utf-8", "rates.yaml")


# --- packs of plug-ins ---------------------------------------------------------------------------------------------------------

ENTRY = "entries: [{from: 2020-01-01, value: 1, source: s, status: verified}]"
A_VALUE = f"values:\n  a.b: {{{TITLE}, type: integer, {ENTRY}}}\n"
STATUS = f"{{{TITLE}, entries: [{{from: 2020-01-01, source: s, status: verified}}]}}"
CATALOGUES = f"terms:\n  statuses: {{open: {STATUS}, closed: {STATUS}}}\n  roles: {{clerk: {STATUS}}}\n  partner-kinds: {{town: {STATUS}}}\n"
STEP = f"{{step: close, {TITLE}, from: [open], to: closed, actors: [clerk], source: s, status: verified}}"
CYCLE = f"""life_cycles:
  file:
    statuses: statuses
    initial: open
    steps:
      - {STEP}
    chains: {{town: {{stations: [clerk], source: s, status: verified}}}}
    released: [closed]
"""


def plugin_pack(folder: Path, **files: str) -> Path:
    made = folder / "xx-1"
    made.mkdir()
    for name, body in files.items():
        (made / f"{name}.yaml").write_text(f"pack: xx-1\n{body}", encoding="utf-8")
    return made


def test_a_plug_ins_pack_is_loaded_from_its_folder_with_the_national_data_beside_it(tmp_path: Path) -> None:
    folder = plugin_pack(tmp_path, one=f"{TITLE.replace('lv: a', 'lv: Cits')}\n{A_VALUE}", two=CATALOGUES + CYCLE)
    assert available_packs([folder])["xx-1"] == folder
    pack = load_pack("xx-1", folders=[folder])
    assert (pack.title, pack.read("a.b", D(2020, 1, 1)).value) == (Text("Cits", "a"), 1)
    assert "school-year.2022/23.semester-1" in pack.values
    cycle = pack.life_cycle("file")
    assert (cycle.initial, cycle.released, cycle.chain("town").stations) == ("open", ("closed",), ("clerk",))
    assert cycle.possible("open") == ("close",)


def test_a_pack_without_a_title_is_called_by_its_id(tmp_path: Path) -> None:
    assert load_pack("xx-1", folders=[plugin_pack(tmp_path, one=A_VALUE)]).title == Text("xx-1", "xx-1")


@pytest.mark.parametrize(
    ("files", "code", "row", "words"),
    [
        ({"one": "pack: yy\n"}, "yaml-key-twice", 2, "'pack'"),
        ({"one": "valeus: {}\n"}, "pack-invalid", 2, "Did you mean 'values'"),
        ({"one": A_VALUE, "two": A_VALUE}, "path-twice", 3, "'a.b'"),
        ({"one": CATALOGUES, "two": CATALOGUES}, "path-twice", 3, "'open'"),
        ({"one": CATALOGUES + CYCLE, "two": CYCLE}, "path-twice", 3, "'file'"),
        ({"one": CATALOGUES + CYCLE.replace("initial: open", "initial: opne")}, "code-unknown", 9, "'opne'.*Known: open, closed"),
        ({"one": CATALOGUES + CYCLE.replace("actors: [clerk]", "actors: [clrek]")}, "code-unknown", 11, "'clrek'.*Known: clerk"),
        ({"one": CATALOGUES + CYCLE.replace("{town:", "{city:")}, "code-unknown", 12, "'city'.*Known: town"),
        ({"one": CYCLE}, "code-unknown", 5, "'open'.*Known: none"),
        ({"one": CATALOGUES + CYCLE.replace("    chains:", f"      - {STEP}\n    chains:")}, "step-twice", 12, "'close'"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_pack_is_told_with_its_line(
    tmp_path: Path, files: dict[str, str], code: str, row: int, words: str
) -> None:
    folder = plugin_pack(tmp_path, **files)
    with pytest.raises(ProgrammeError, match=words) as caught:
        load_pack("xx-1", folders=[folder])
    assert (caught.value.code, caught.value.place.row) == (code, row)


def test_a_file_in_the_folder_of_another_pack_is_told(tmp_path: Path) -> None:
    folder = plugin_pack(tmp_path)
    (folder / "one.yaml").write_text("pack: yy-1\n", encoding="utf-8")
    with pytest.raises(ProgrammeError, match="lies in the folder of 'xx-1'") as caught:
        load_pack("xx-1", folders=[folder])
    assert (caught.value.code, caught.value.found) == ("pack-misplaced", "yy-1")


def test_a_file_of_a_pack_that_is_not_utf_8_is_told(tmp_path: Path) -> None:
    folder = plugin_pack(tmp_path)
    (folder / "one.yaml").write_bytes("pack: xx-1 # ā".encode("cp1257"))
    with pytest.raises(ProgrammeError, match="yaml-not-utf-8"):
        load_pack("xx-1", folders=[folder])


def rule_value(kind: str, value: str, title: str = "a") -> str:
    item = f"title: {{lv: {title}, en: a}}, type: {kind}, entries: [{{from: 2020-01-01, value: {value}, {SAID}}}]"
    return f"{HEAD}values:\n  local.rule: {{{item}}}\n"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (rule_value("percent", "10"), rule_value("percent", "'10.0'")),
        (rule_value("percent", "'10'"), rule_value("percent", "'10.00'")),
        (rule_value("percent", "0"), rule_value("percent", "'0.0'")),
        (rule_value("codes", "[b, a]"), rule_value("codes", "[a, b]")),
        (rule_value("levels", "[2, 1]"), rule_value("levels", "[1, 2]")),
        (rule_value("text", '"m\u0101ja"'), rule_value("text", '"ma\u0304ja"')),
        (rule_value("integer", "1", '"m\u0101ja"'), rule_value("integer", "1", '"ma\u0304ja "')),
        (rule_value("integer", "1").replace("made up", '"m\u0101ja"'), rule_value("integer", "1").replace("made up", '"ma\u0304ja"')),
    ],
)  # fmt: skip
def test_what_is_the_same_has_the_same_hash(one: str, other: str) -> None:
    assert one != other
    hashes = {load_pack("lv-8.3.4", [OverlayText("one.yaml", text)]).hash for text in (one, other)}
    assert len(hashes) == 1


def test_percentages_keep_their_tens() -> None:
    for raw, said in (("100", "100"), ("'100.00'", "100"), ("'20.50'", "20.5")):
        entry = load_pack("lv-8.3.4", [OverlayText("one.yaml", rule_value("percent", raw))]).value("local.rule").entries[0]
        assert str(entry.value) == said


def test_an_overlay_may_say_again_what_the_code_does_and_nothing_else() -> None:
    text = HEAD + (
        "values:\n  plans.one-per-semester:\n    entries:\n"
        f"      - {{from: 2022-01-01, until: 2022-12-31, value: true, replaces: true, {SAID}}}\n"
        f"      - {{from: 2023-01-01, value: TRUTH, replaces: true, {SAID}}}\n"
    )
    fixed = {"plans.one-per-semester": True}
    same = load_pack("lv-8.3.4", [OverlayText("o.yaml", text.replace("TRUTH", "true"))], fixed=fixed)
    assert same.read("plans.one-per-semester", D(2023, 1, 1)).value is True
    with pytest.raises(ProgrammeError) as caught:
        load_pack("lv-8.3.4", [OverlayText("o.yaml", text.replace("TRUTH", "false"))], fixed=fixed)
    place = caught.value.place
    assert (caught.value.code, place.row, place.pointer) == ("value-fixed", 7, "/values/plans.one-per-semester/entries/1")
