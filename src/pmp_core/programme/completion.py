"""The overlay's schema with the paths, units and codes of one programme in it, so that an editor completes them."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from pmp_core.programme.access import ACTIONS
from pmp_core.programme.entries import DatedValue
from pmp_core.programme.life_cycle import LifeCycle
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
    made["properties"]["life_cycles"]["properties"] = {cycle.name: _cycle(pack, cycle) for cycle in pack.life_cycles.values()}
    made["properties"]["life_cycles"]["additionalProperties"] = False
    roles = {role: {"$ref": "#/$defs/scope"} for role in pack.terms.get("roles", {})}
    made["properties"]["access"]["properties"] = {
        action: {"$ref": "#/$defs/access-line", "properties": {"roles": {"properties": roles}}} for action in ACTIONS
    }
    made["properties"]["access"]["additionalProperties"] = False
    return made


def _cycle(pack: Pack, cycle: LifeCycle) -> dict[str, Any]:
    statuses, roles = list(cycle.statuses), list(pack.terms.get("roles", {}))
    steps, kinds = [step.step for step in cycle.steps], list(pack.terms.get("partner-kinds", {}))

    # Besides those of the pack an overlay may use codes that it adds itself: they are completed, and no others are refused.
    def listed(codes: list[str]) -> dict[str, Any]:
        return {"items": {"anyOf": [{"enum": codes}, {"$ref": "#/$defs/code"}]}}

    step = {"step": {"anyOf": [{"enum": steps}, {"$ref": "#/$defs/code"}]}, "from": listed(statuses), "actors": listed(roles)}
    step["to"] = {"anyOf": [{"enum": statuses}, {"$ref": "#/$defs/code"}]}
    chain = {"$ref": "#/$defs/chain", "properties": {"stations": listed(roles)}}
    return {
        "$ref": "#/$defs/life-cycle",
        "title": cycle.name,
        "description": f"It has the steps {', '.join(steps)}, and chains for {', '.join(c.partner_kind for c in cycle.chains) or 'nobody'}.",
        "properties": {
            "steps": {"items": {"properties": step}},
            "chains": {"properties": dict.fromkeys(kinds, chain)},
        },
    }


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
