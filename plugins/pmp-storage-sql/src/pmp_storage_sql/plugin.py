"""What the plug-in registers."""

from __future__ import annotations

from collections.abc import Callable

from pmp_core import hooks
from pmp_core.hooks import StorageKind
from pmp_storage_sql.opening import SCHEMES, open_storage


@hooks.implementation
def pmp_register_storages(register: Callable[[StorageKind], None]) -> None:
    """One kind of storage, for URLs, engines and connections."""
    register(
        StorageKind(
            name="sql", title="SQL databases through SQLAlchemy: SQLite, PostgreSQL, MariaDB", schemes=SCHEMES, open=open_storage
        )
    )
