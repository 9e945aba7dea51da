"""A register put together in memory as it was at a moment."""

from __future__ import annotations

from datetime import datetime

from pmp_core.loading import Programme
from pmp_core.register import opening, tables
from pmp_core.register.history.past import rows_at
from pmp_core.register.memory import MemoryStorage
from pmp_core.register.storage import Transaction


def put_together(transaction: Transaction, moment: datetime, present: Programme) -> tuple[MemoryStorage, Programme]:
    """A storage with the rows that there were, and the programme that was worked under.

    Args:
        transaction: to read the history in.
        moment: with its time zone.
        present: the programme of today.

    Raises:
        InvalidValue: `moment-without-zone`.
        NotFound: `moment-before-history`.
        ProgrammeMismatch: `register-overlay-unfit`.
    """
    rows = rows_at(transaction, moment)
    info = {str(row["name"]): str(row["value"]) for row in rows[tables.REGISTER_INFO.name]}
    overlays = sorted(rows[tables.OVERLAYS.name], key=lambda row: int(str(row["position"])))
    programme = opening.programme_then(present, info, overlays)
    storage = MemoryStorage()
    storage.create(tables.TABLES)
    with storage.begin() as filled:
        for table in tables.TABLES:
            filled.insert(table, rows.get(table.name, ()))
    return storage, programme
