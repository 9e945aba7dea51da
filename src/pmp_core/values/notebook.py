"""How entities show themselves in a notebook: plain tables, everything escaped, personal codes masked.

The output of a notebook is kept with it and often shared, so an entity shows no more there than in its `repr`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from html import escape
from typing import Any

from pydantic import BaseModel

from pmp_core.errors import masked
from pmp_core.values.identifiers import OpaqueId
from pmp_core.values.text import Text

NOTHING = "–"


def table_of(headings: Sequence[str], rows: Iterable[Sequence[Any]], caption: str = "") -> str:
    """A table of HTML; cells are written and escaped here.

    >>> table_of(["day"], [["<2023>"]])
    '<table><thead><tr><th>day</th></tr></thead><tbody><tr><td>&lt;2023&gt;</td></tr></tbody></table>'
    """
    said = f"<caption>{escape(caption)}</caption>" if caption else ""
    head = "".join(f"<th>{escape(heading)}</th>" for heading in headings)
    body = "".join(f"<tr>{''.join(f'<td>{_cell(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table>{said}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def fields_of(name: str, fields: Mapping[str, Any]) -> str:
    """The fields of one thing, one below the other; things inside it as tables of their own."""
    rows = "".join(f"<tr><th>{escape(field)}</th><td>{_cell(value)}</td></tr>" for field, value in fields.items())
    return f"<table><caption>{escape(name)}</caption><tbody>{rows}</tbody></table>"


def _cell(value: Any) -> str:
    if isinstance(value, BaseModel):
        return fields_of(type(value).__name__, dict(value))
    if isinstance(value, tuple):
        return _list(value)
    return escape(_written(value)).replace("\n", "<br>")


def _list(values: tuple[Any, ...]) -> str:
    if values and isinstance(values[0], BaseModel):
        return table_of(list(type(values[0]).model_fields), [[inner for _, inner in value] for value in values])
    return escape(", ".join(map(_written, values)) or NOTHING)


def _written(value: Any) -> str:
    match value:
        case None:
            return NOTHING
        case Text():
            return masked(value.lv)
        case Enum():
            return str(value.value)
        case OpaqueId():
            return str(value)
    return masked(str(value))
