"""The schemas of the entities and their page, from the library. `python tests/docs/entity_pages.py` writes them anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pages import ROOT

from pmp_core import entity_schemas

REFERENCE = ROOT / "docs" / "reference"
SCHEMAS = REFERENCE / "schemas"
HEAD = """# Entities

What the library keeps and exchanges: pydantic models, frozen, and closed to unknown fields. Each has a JSON Schema (draft 2020-12) that stands
in [the folder `schemas`](https://github.com/pmp-core/pmp-core/tree/main/docs/reference/schemas) beside this page, comes from
`pmp_core.entity_schemas()`, and is printed by `pmp schemas show ENTITY`. It holds for what `model_dump(mode="json")` gives and for what
`model_validate` takes. What a schema cannot say, such as that the last day is not before the first, only `model_validate` checks.

This page and the schemas are written by `python tests/docs/entity_pages.py`.

A field with **required** has to be given; the others have a default, which is null where none is named.
"""


def written() -> dict[Path, str]:
    """Every file with its text."""
    schemas = entity_schemas()
    files = {
        SCHEMAS / f"{name}.schema.json": json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
        for name, schema in schemas.items()
    }
    page = "\n".join([HEAD, *(_section(name, schema) for name, schema in schemas.items())])
    return {**files, REFERENCE / "entities.md": page}


def _section(name: str, schema: dict[str, Any]) -> str:
    rows = [f"## {name}", "", schema["description"], "", f"[JSON Schema](schemas/{name}.schema.json)", ""]
    rows += ["| field | type | required | meaning |", "|---|---|---|---|"]
    for field, part in schema["properties"].items():
        required = "**required**" if field in schema.get("required", ()) else _default(part.get("default"))
        rows.append(f"| `{field}` | {_type(part, schema)} | {required} | {part['description']} |")
    return "\n".join(rows) + "\n"


def _default(value: Any) -> str:
    return "" if value is None or value == [] else f"`{json.dumps(value, ensure_ascii=False)}`"


def _type(part: dict[str, Any], schema: dict[str, Any]) -> str:
    if "anyOf" in part:
        return " or ".join(_type(one, schema) for one in part["anyOf"])
    if "$ref" in part:
        name = part["$ref"].rpartition("/")[2]
        inner = schema["$defs"][name]
        if "enum" in inner:
            return ", ".join(f"`{one}`" for one in inner["enum"])
        return f"[{name}](#{name.lower()})" if name in entity_schemas() else name
    if part.get("type") == "array":
        return f"list of {_type(part['items'], schema)}" if "items" in part else "list"
    if "enum" in part:
        return ", ".join(f"`{one}`" for one in part["enum"])
    if "const" in part:
        return f"`{part['const']}`"
    return {"date": "day"}.get(part.get("format", ""), part.get("type", "anything"))


if __name__ == "__main__":
    SCHEMAS.mkdir(exist_ok=True)
    new = written()
    for old in set(SCHEMAS.glob("*.json")) - set(new):
        old.unlink()
    for file, text in new.items():
        file.write_text(text, encoding="utf-8")
