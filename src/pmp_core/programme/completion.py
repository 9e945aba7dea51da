"""The overlay's schema with the paths, units and codes of one programme in it, so that an editor completes them."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from pmp_core.programme.entries import DatedValue
from pmp_core.programme.load import schema
from pmp_core.programme.pack import Pack
from pmp_core.programme.written import HOW_TO_WRITE


def overlay_schema_of(pack: Pack) -> Mapping[str, Any]:
    """The published schema of overlays, narrowed to one programme.

    Args:
        pack: whose paths, units, catalogues and codes are named. Paths of one's own stay allowed.

    Returns:
        A JSON Schema, draft 2020-12.
    """
    made: dict[str, Any] = deepcopy(dict(schema("overlay")))
    made["properties"]["overlay_for"]["const"] = pack.id
    made["properties"]["values"]["properties"] = {path: _value(pack, value) for path, value in pack.values.items()}
    terms = made["properties"]["terms"]
    catalogue = {key: terms["additionalProperties"][key] for key in ("type", "propertyNames", "additionalProperties")}
    terms["properties"] = {
        name: {"title": name, "description": f"It has: {', '.join(codes)}.", **catalogue} for name, codes in pack.terms.items()
    }
    terms["additionalProperties"] = False
    return made


def _value(pack: Pack, value: DatedValue) -> dict[str, Any]:
    entry: dict[str, Any] = {}
    if value.catalogue is not None:
        entry["value"] = {"type": "array", "items": {"enum": list(pack.codes(value.catalogue))}}
    elif value.type == "boolean":
        entry["value"] = {"type": "boolean"}
    if value.units:
        entry["unit"] = {"enum": list(value.units)}
    units = f" In {' or '.join(value.units)}." if value.units else f" In {value.unit}." if value.unit else ""
    return {
        "$ref": "#/$defs/value",
        "title": value.title.en,
        "description": f"{value.title.en} ({value.title.lv}). {HOW_TO_WRITE[value.type]}{units}",
        "properties": {"entries": {"items": {"properties": entry}}},
    }
