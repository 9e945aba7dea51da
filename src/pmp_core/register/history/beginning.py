"""The beginning of a history in a register that had none: what is there stands in a first entry of each chain."""

from __future__ import annotations

from collections.abc import Iterator

from pmp_core.register import tables
from pmp_core.register.history.chains import Chain, chains_there, rows_of
from pmp_core.register.history.gathered import Changed, Doing
from pmp_core.register.schema import Row, Table
from pmp_core.register.storage import Storage, Transaction
from pmp_core.values import Actor

BEGIN = "begin-history"
MARK = "history"  # in `register_info`
_CHAINS_AT_ONCE = 2_000


def lacks_history(storage: Storage) -> bool:
    """Whether a register has no history: it was made before there was one."""
    with storage.begin() as transaction:
        return not transaction.find(tables.HISTORY_UNITS, limit=1)


def all_there_is(transaction: Transaction, actor: Actor) -> Iterator[tuple[Chain, Doing]]:
    """Everything in a register, as if it had just been added."""
    for kind, ids in sorted(chains_there(transaction).items()):
        ids.sort()
        for at in range(0, len(ids), _CHAINS_AT_ONCE):
            found: dict[str, list[tuple[Table, Row]]] = {}
            for chained, row in rows_of(transaction, kind, ids[at : at + _CHAINS_AT_ONCE]):
                found.setdefault(chained.chain(row)[1], []).append((chained.table, row))
            for entity_id, rows in found.items():
                doing = Doing(actor, BEGIN)
                for table, row in rows:
                    key = tuple([row[name] for name in table.key])
                    doing.rows[table.name, key] = Changed(table, key, None, row)
                yield (kind, entity_id), doing
