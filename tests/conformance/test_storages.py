"""The storages of the house pass the suite that is for everyone's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pmp_core.register.memory import MemoryStorage
from pmp_core.register.storage import Storage
from pmp_core.testing import StorageSuite
from pmp_storage_sql import open_storage as open_sql


class TestMemory(StorageSuite):
    @pytest.fixture
    def open_storage(self) -> Callable[[], Storage]:
        return lambda: MemoryStorage(timeout=0.2)


class TestSqliteInMemory(StorageSuite):
    @pytest.fixture
    def open_storage(self) -> Callable[[], Storage]:
        return lambda: open_sql("sqlite://?timeout=0.2")


class TestSqliteFile(StorageSuite):
    claims = frozenset({"persists", "shared"})

    @pytest.fixture
    def open_storage(self, tmp_path: Path) -> Callable[[], Storage]:
        def opened() -> Storage:
            storage = open_sql(f"sqlite:///{tmp_path}/register.sqlite?timeout=0.2")
            storage.arrow_from = 0  # tables of few rows go by ADBC too
            return storage

        return opened
