"""The suite that is for everyone's storages, on the servers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pmp_core.register.storage import Storage
from pmp_core.testing import StorageSuite
from pmp_storage_sql import open_storage as open_sql


class TestPostgreSQL(StorageSuite):
    claims = frozenset({"persists", "shared", "concurrent"})

    @pytest.fixture
    def open_storage(self, postgresql: Any) -> Iterator[Callable[[], Storage]]:
        with postgresql.database() as url:

            def opened() -> Storage:
                storage = open_sql(f"{url}&timeout=0.2")
                storage.arrow_from = 0  # tables of few rows go by ADBC too
                return storage

            yield opened


class TestMariaDB(StorageSuite):
    claims = frozenset({"persists", "shared", "concurrent"})

    @pytest.fixture
    def open_storage(self, mariadb: Any) -> Iterator[Callable[[], Storage]]:
        with mariadb.database() as url:
            yield lambda: open_sql(f"{url}&timeout=0.2")
