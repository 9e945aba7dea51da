"""The tables that the claims of a file come to: which columns, of which types, whether anything was decided or not."""

from __future__ import annotations

from typing import Any

from pmp_core.register.bulk.file_reading import ROW
from pmp_core.rules.result import OUTCOMES

SHOWN = (
    "claim_id",
    "learner_id",
    "institution_id",
    "semester",
    "kind",
    "submitted_on",
    "first_day",
    "last_day",
    "requested_cents",
)
OF_CLAIMS = (ROW, *SHOWN, "lines", "outcome", "amount_cents", "counted_cents", "reasons")
OF_LINES = (
    *(ROW, "claim_id", "learner_id", "semester", "kind", "line", "first_day", "last_day", "units", "requested_cents"),
    *("cofunded_cents", "cap_used_cents", "outcome", "amount_cents", "counted_cents", "reasons"),
)


def result(pl: Any, columns: tuple[str, ...], frame: Any = None) -> Any:
    """A table of results with the columns' types.

    Args:
        columns: `OF_CLAIMS` or `OF_LINES`.
        frame: what was decided; None: nothing.
    """
    types = {
        **dict.fromkeys((ROW, "lines"), pl.get_index_type()),
        **dict.fromkeys(("submitted_on", "first_day", "last_day"), pl.Date),
        **dict.fromkeys(("line", "units", "cap_used_cents", "requested_cents", "cofunded_cents"), pl.Int64),
        **dict.fromkeys(("amount_cents", "counted_cents"), pl.Int64),
        "outcome": pl.Enum(OUTCOMES),
    }
    schema = {column: types.get(column, pl.String) for column in columns}
    if frame is None:
        return pl.DataFrame(schema=schema)
    return frame.select(pl.col(column).cast(dtype) for column, dtype in schema.items())
