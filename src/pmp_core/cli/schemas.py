"""`pmp schemas`: the JSON Schema of everything that the library exchanges."""

from __future__ import annotations

import typer

from pmp_core.cli.output import JSON, show, show_json
from pmp_core.errors import InvalidValue, nearest
from pmp_core.register import entity_schemas

schemas = typer.Typer(help="JSON Schemas of entities.", no_args_is_help=True)


@schemas.command("list")
def list_schemas(json: bool = JSON) -> None:
    """List the entities that have a JSON Schema."""
    rows = [{"entity": name, "what it is": schema["description"]} for name, schema in entity_schemas().items()]
    show(rows, json=json, title="Schemas")


@schemas.command("show")
def show_schema(entity: str = typer.Argument(..., help="Such as SupportPlan; `pmp schemas list` names them.")) -> None:
    """Print the JSON Schema of an entity."""
    known = entity_schemas()
    if entity not in known:
        near = nearest(entity, known) or tuple(known)
        raise InvalidValue("option-invalid", "There is no such entity.", found=entity, remedy=f"Nearest: {', '.join(near)}.")
    show_json(known[entity])
