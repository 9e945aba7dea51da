"""The files of the shipped packs: each fits its schema, each fact has its source, and each choice says whose it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import pmp_core.programme as programme_room
from pmp_core.loading import FIXED
from pmp_core.programme import available_packs, load_pack
from pmp_core.programme.load import NATIONAL, schema
from pmp_core.programme.yaml_positions import check_schema, read_yaml

DATA = Path(programme_room.__file__).parent / "data"
FILES = sorted(DATA.glob("*/*.yaml"))
PACK_SCHEMA, OVERLAY_SCHEMA = schema("pack"), schema("overlay")


def read(file: Path) -> dict[str, Any]:
    data: dict[str, Any] = read_yaml(file.read_text(encoding="utf-8"), file.name).data
    return data


def sourced(node: object) -> Iterator[dict[str, Any]]:
    """Everything that names a source, at any depth."""
    if isinstance(node, dict):
        if "source" in node:
            yield node
        for below in node.values():
            yield from sourced(below)
    elif isinstance(node, list):
        for below in node:
            yield from sourced(below)


def name_of(file: Path) -> str:
    return f"{file.parent.name}/{file.name}"


# --- the schemas ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["pack", "overlay"])
def test_a_schema_is_one_itself_and_explains_each_definition(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))
    for key, definition in schema(name)["$defs"].items():
        assert {"title", "description"} <= definition.keys(), key
        assert definition.get("type") != "object" or "additionalProperties" in definition, key


def test_both_schemas_share_their_common_words() -> None:
    ours, theirs = PACK_SCHEMA["$defs"], OVERLAY_SCHEMA["$defs"]
    for key in ours.keys() & theirs.keys() - {
        "status",
        "known-status",
        "entry",
        "value",
        "term",
        "step",
        "chain",
        "life-cycle",
        "access-line",
    }:
        assert ours[key] == theirs[key], key


ENTRY = {"from": "2017-03-01", "value": 1, "source": "an act", "status": "verified"}
VALUE = {"title": {"lv": "a", "en": "a"}, "type": "integer"}
WITHOUT_VALUE = {key: ENTRY[key] for key in ("from", "source", "status")}


@pytest.mark.parametrize(
    ("entry", "fits"),
    [
        (ENTRY, True),
        (WITHOUT_VALUE, False),
        ({**WITHOUT_VALUE, "status": "unset"}, True),
        ({**ENTRY, "status": "unset"}, False),
        ({**ENTRY, "status": "chosen"}, False),
        ({**ENTRY, "status": "chosen", "note": "why"}, True),
        ({**ENTRY, "status": "example"}, False),
        ({**ENTRY, "source": " "}, False),
        ({**ENTRY, "from": "2017-3-1"}, False),
        ({**ENTRY, "from": "2017-13-01"}, False),
        ({**ENTRY, "unit": 1}, False),
        ({**ENTRY, "replaces": True}, False),
        ({**ENTRY, "sourse": "an act"}, False),
        ({**ENTRY, "conflicts": [{"source": "a page", "status": "reported"}]}, False),
        ({**ENTRY, "conflicts": [{"source": "a page", "status": "reported", "value": 2}]}, True),
    ],
)
def test_what_an_entry_of_a_pack_may_be(entry: dict[str, Any], fits: bool) -> None:
    pack = {"pack": "xx", "values": {"a.b": {**VALUE, "entries": [entry]}}}
    assert Draft202012Validator(PACK_SCHEMA).is_valid(pack) is fits


@pytest.mark.parametrize(
    ("item", "fits"),
    [
        ({"entries": [ENTRY]}, True),
        ({**VALUE, "entries": [{**ENTRY, "status": "example", "replaces": True}]}, True),
        ({"entries": []}, False),
        ({"entries": [{**ENTRY, "status": "guessed"}]}, False),
    ],
)
def test_what_a_value_of_an_overlay_may_be(item: dict[str, Any], fits: bool) -> None:
    overlay = {"overlay_for": "lv-8.3.4", "title": {"lv": "a", "en": "a"}, "values": {"a.b": item}}
    assert Draft202012Validator(OVERLAY_SCHEMA).is_valid(overlay) is fits


@pytest.mark.parametrize(("path", "fits"), [("school-year.2016/17.semester-1", True), ("Caps.a", False), ("a..b", False)])
def test_what_a_path_may_be(path: str, fits: bool) -> None:
    assert Draft202012Validator(PACK_SCHEMA).is_valid({"pack": "xx", "values": {path: {**VALUE, "entries": [ENTRY]}}}) is fits


# --- the files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_a_file_fits_the_schema_it_names_and_its_folder(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    document = read_yaml(text, file.name)
    check_schema(document, PACK_SCHEMA)
    assert document.data["pack"] == file.parent.name
    assert text.startswith("# yaml-language-server: $schema=../../schema/pack.schema.json\n")


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_a_source_can_be_looked_up(file: Path) -> None:
    for item in sourced(read(file)):
        assert "…" not in item["source"], item
        assert not any(word in item["source"].lower() for word in ("domain", ".md", "s0")), item
        assert not re.match(r"[a-z0-9.-]+\.lv\b", item["source"]), item


# Codes and steps of a life cycle stand in no path: only a value can be built in.
IN_FILES = {path for file in FILES for path in read(file).get("values", {})}


def test_what_is_built_into_the_library_stands_in_the_packs() -> None:
    assert FIXED.keys() <= IN_FILES


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_a_choice_says_whether_it_can_be_overridden(file: Path) -> None:
    data = read(file)
    built_in = [entry for path, value in data.get("values", {}).items() if path in FIXED for entry in value["entries"]]
    for item in sourced(data):
        if item["status"] == "chosen":
            fixed = any(item is entry for entry in built_in)
            lv, en = item["note"]["lv"], item["note"]["en"]
            assert lv.endswith("Tas ir iebūvēts bibliotēkā, un ieviesējs to nevar aizstāt.") is fixed, item
            assert en.endswith("It is built into the library, and a deployment cannot override it.") is fixed, item
            assert lv.endswith("Ieviesējs to var aizstāt.") is not fixed, item
            assert en.endswith("A deployment can override it.") is not fixed, item


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_nothing_is_an_example(file: Path) -> None:
    assert "example" not in {item["status"] for item in sourced(read(file))}


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_the_parent_of_a_term_exists(file: Path) -> None:
    terms = load_pack("lv-8.3.4" if file.parent.name == NATIONAL else file.parent.name).terms
    parents = {code for name in ("risk-groups", "measure-groups", "territory-levels") for code in terms[name]}
    for catalogue in read(file).get("terms", {}).values():
        for code, term in catalogue.items():
            assert term.get("parent") is None or term["parent"] in parents, code


def test_the_shipped_packs() -> None:
    assert list(available_packs()) == ["lv-4.2.3.1", "lv-8.3.4"]


@pytest.mark.parametrize("pack_id", available_packs())
def test_a_pack_has_its_title_in_both_languages(pack_id: str) -> None:
    title = load_pack(pack_id).title
    assert pack_id not in (title.lv, title.en)
    assert title.lv != title.en
