"""The schema of overlays for one programme: the paths, units and codes there are, and nothing that the real one refuses less."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pmp_core.programme import load_pack
from pmp_core.programme.completion import overlay_schema_of
from pmp_core.programme.load import schema
from pmp_core.programme.yaml_positions import read_yaml

EXAMPLE = Path(__file__).parents[2] / "examples" / "sample-school" / "rates.example.yaml"
PACK = load_pack("lv-8.3.4")
SCHEMA = overlay_schema_of(PACK)
ENTRY = {"from": "2022-09-01", "value": "2.50", "unit": "EUR/school-day", "source": "made up", "status": "example"}
TERM = {"title": {"lv": "a", "en": "a"}, "entries": [{"from": "2022-09-01", "source": "made up", "status": "example"}]}

SAID = {"source": "made up", "status": "example"}
STEP = {"step": "revise", "replaces": True, "from": ["approved"], "to": "under-revision", "actors": ["director"], **SAID}
CHAIN = {"replaces": True, "stations": ["ikvd"], **SAID}


def overlay(**parts: Any) -> dict[str, Any]:
    return {"overlay_for": "lv-8.3.4", "title": {"lv": "a", "en": "a"}, **parts}


def at(path: str, **changed: Any) -> dict[str, Any]:
    return overlay(values={path: {"entries": [{**ENTRY, **changed}]}})


def test_it_is_a_schema_with_every_path_and_catalogue_described_and_the_published_one_is_left_alone() -> None:
    Draft202012Validator.check_schema(dict(SCHEMA))
    values, terms = SCHEMA["properties"]["values"]["properties"], SCHEMA["properties"]["terms"]["properties"]
    assert set(values) == set(PACK.values)
    assert set(terms) == set(PACK.terms)
    assert all({"title", "description"} <= part.keys() for part in (*values.values(), *terms.values()))
    assert (
        "In EUR/claim or EUR/school-day or EUR/item or EUR/day or EUR/month" in values["compensation.cap.catering"]["description"]
    )
    assert "In EUR/project." in values["youth-projects.lump-sum"]["description"]
    cycles = SCHEMA["properties"]["life_cycles"]["properties"]
    assert set(cycles) == set(PACK.life_cycles)
    assert "It has the steps submit, approve" in cycles["plan"]["description"]
    assert cycles["claim"]["description"].endswith("and chains for nobody.")
    assert set(cycles["plan"]["properties"]["chains"]["properties"]) == set(PACK.codes("partner-kinds"))
    assert "properties" not in schema("overlay")["properties"]["values"]


@pytest.mark.parametrize(
    ("made", "fits"),
    [
        (at("compensation.cap.catering"), True),
        (at("compensation.cap.catering", unit="EUR/km"), False),
        (at("compensation.cap.catering", valeu="1"), False),
        (at("programme.in-force", value=True), True),
        (at("programme.in-force", value="yes"), False),
        (at("plans.statuses-in-force", value=["approved"]), True),
        (at("plans.statuses-in-force", value=["aproved"]), False),
        (at("my-own.path", unit="EUR/km"), True),
        ({**at("compensation.cap.catering"), "overlay_for": "lv-4.2.3.1"}, False),
        (overlay(terms={"risk-factors": {"far": TERM}}), True),
        (overlay(terms={"risk-factor": {"far": TERM}}), False),
        (overlay(terms={"risk-factors": {"far": {"title": {"lv": "a"}}}}), False),
        (overlay(life_cycles={"plan": {"steps": [STEP], "chains": {"municipality": CHAIN}}}), True),
        (overlay(life_cycles={"plan": {"steps": [{**STEP, "step": "check", "to": "checked", "from": ["checked"]}]}}), True),
        (overlay(life_cycles={"plan": {"steps": [{**STEP, "to": "Draft"}]}}), False),
        (overlay(life_cycles={"plan": {"steps": [{**STEP, "from": []}]}}), False),
        (overlay(life_cycles={"plan": {"steps": [{key: STEP[key] for key in STEP if key != "to"}]}}), False),
        (overlay(life_cycles={"plan": {"chains": {"municipality": {**CHAIN, "stations": []}}}}), False),
        (overlay(life_cycles={"plans": {"steps": [STEP]}}), False),
    ],
)
def test_what_it_accepts(made: dict[str, Any], fits: bool) -> None:
    assert Draft202012Validator(SCHEMA).is_valid(made) is fits


def test_what_is_laid_over_a_programme_fits_it() -> None:
    data = read_yaml(EXAMPLE.read_text(encoding="utf-8"), EXAMPLE.name).data
    assert Draft202012Validator(SCHEMA).is_valid(data)


@pytest.mark.parametrize("name", ["pack", "overlay"])
def test_whatever_an_editor_completes_is_described(name: str) -> None:
    def undescribed(node: Any, at: str) -> list[str]:
        if isinstance(node, list):
            return [path for i, below in enumerate(node) for path in undescribed(below, f"{at}/{i}")]
        if not isinstance(node, dict):
            return []
        keys = {key: part for key, part in node.get("properties", {}).items() if "const" not in part}
        bare = [f"{at}/{key}" for key, part in keys.items() if not {"$ref", "description"} & part.keys()]
        return bare + [path for key, below in node.items() for path in undescribed(below, f"{at}/{key}")]

    assert undescribed(schema(name), "") == []
    assert undescribed({"properties": {"a": {"type": "string"}}}, "") == ["/a"]
