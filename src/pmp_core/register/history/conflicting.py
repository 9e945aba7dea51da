"""Who changed a row since somebody read it: what a version conflict tells."""

from __future__ import annotations

import json

from pmp_core.errors import VersionConflict
from pmp_core.register import tables
from pmp_core.register.history.chains import CHAINED
from pmp_core.register.schema import Row, Table
from pmp_core.register.storage import Transaction

_MOST = 50  # entries that are looked through


def told_who(error: VersionConflict, transaction: Transaction, table: Table, row: Row, version: int) -> VersionConflict:
    """The conflict with the names of those who changed the row since the version that was read, how and when.

    Args:
        error: as the storage raised it.
        transaction: beneath the history, to look in.
        table: where the row is.
        row: as it was to be written.
        version: as it was read.
    """
    kind, entity_id = CHAINED[table.name].chain(row)
    where = {"kind": kind, "entity_id": entity_id}
    key, since = [row[name] for name in table.key], []
    for entry in transaction.find(tables.HISTORY, where, order=["-number"], limit=_MOST):
        changed = json.loads(str(entry["document"])).get("rows", ()) if entry["document"] is not None else ()
        for name, at, _, after in changed:
            if name == table.name and at == key and after is not None and after["version"] > version:
                since.append(
                    f"{after['version']}: {entry['actor']} ({entry['role']}), {entry['action']}, {entry['at']:%Y-%m-%d %H:%M} UTC"
                )
    if not since:
        return error
    told = f"{error.message} Since then: {'; '.join(reversed(since))}."
    return VersionConflict(error.code, told, found=error.found, remedy=error.remedy)
