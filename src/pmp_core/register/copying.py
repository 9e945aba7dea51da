"""A register of its own, made of what another one was at a moment."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pmp_core.plugins import PluginSet
from pmp_core.register import tables
from pmp_core.register.encryption.transaction import CHOSEN
from pmp_core.register.history.chains import CHAINED
from pmp_core.register.register import Register

_OF_ITS_OWN = (tables.REGISTER_INFO.name, tables.OVERLAYS.name)


def copy_as_of(register: Register, moment: datetime, target: Any, *, plugins: PluginSet | None = None) -> int:
    """Make a new register of what another one was at a moment. Its own history begins with it.

    Args:
        register: whose past it is; its keys count for the copy too.
        moment: with its time zone.
        target: where the copy goes, as for `Register.open`; there is nothing there yet.
        plugins: where to look for the storage; None loads the installed one.

    Returns:
        How many rows were copied.

    Raises:
        InvalidValue: `moment-without-zone`.
        NotFound: `moment-before-history`.
    """
    with register.as_of(moment) as past:
        with past.storage.begin() as transaction:
            rows = {name: transaction.find(chained.table) for name, chained in CHAINED.items() if name not in _OF_ITS_OWN}
            own = transaction.find(tables.REGISTER_INFO)
        with register.unit_of_work(keep=False) as work:
            now = [row for row in work.transaction.find(tables.REGISTER_INFO) if row["name"] == CHOSEN]
        own = [row for row in own if not (now and row["name"] == CHOSEN)] + now  # what is encrypted now is so in the copy
        setup = register.setup
        with (
            Register.open(
                target,
                actor=register.actor,
                programme=past.programme,
                plugins=plugins,
                access="host",
                keys=setup.keys,
                clock=setup.clock,
            ) as copy,
            copy.unit_of_work(reason=f"as of {moment.astimezone(UTC).isoformat()}") as work,
        ):
            known = {row["name"] for row in work.transaction.find(tables.REGISTER_INFO)}
            work.transaction.insert(tables.REGISTER_INFO, [row for row in own if row["name"] not in known])
            for name, of_table in rows.items():
                work.transaction.insert(CHAINED[name].table, of_table)
    return sum(map(len, rows.values()))
