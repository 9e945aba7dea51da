"""What every storage must do, as tests to inherit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import ClassVar

import pytest

from pmp_core.register.storage import Storage
from pmp_core.testing.storage_arrow import StorageArrow
from pmp_core.testing.storage_cells import StorageCells
from pmp_core.testing.storage_clause import clauses_of
from pmp_core.testing.storage_model import StorageModel
from pmp_core.testing.storage_places import StoragePlaces
from pmp_core.testing.storage_queries import StorageQueries
from pmp_core.testing.storage_tables import TABLES
from pmp_core.testing.storage_transactions import StorageTransactions
from pmp_core.testing.storage_writes import StorageWrites


class StorageSuite(StoragePlaces, StorageCells, StorageQueries, StorageArrow, StorageWrites, StorageTransactions, StorageModel):
    """Inherit it in a class whose name begins with `Test`, say what the storage can do, and override one fixture.

    Each test is a clause of `docs/reference/storage-contract.md` and names it. What a storage claims must work; what it does not
    claim, it must not do half. Every test begins with an empty place.

    Example:
        ```python
        class TestMyStorage(StorageSuite):
            claims = frozenset({"persists", "shared"})

            @pytest.fixture
            def open_storage(self, tmp_path):
                return lambda: open_my_storage(tmp_path / "register", timeout=0.2)
        ```

    Attributes:
        claims: of `persists` (rows are there after closing and opening again), `shared` (several storages may be open on one place
            at once, in this process and in others) and `concurrent` (several transactions may be open at once).
        examples: how many runs of calls Hypothesis tries for S-MODEL-1.
        CLAUSES: what a storage must do, by the number that the tests name.
    """

    claims: ClassVar[frozenset[str]] = frozenset()
    examples: ClassVar[int] = 50
    CLAUSES: ClassVar[dict[str, str]]

    @pytest.fixture
    def open_storage(self) -> Callable[[], Storage]:
        """A function that opens the storage under test, each time on the same place, which is empty when a test begins.

        Let it wait shortly for another transaction (0.2 s): the tests wait for what does not come.
        """
        pytest.fail("Override the fixture `open_storage`: it gives a function that opens the storage under test.")

    @pytest.fixture
    def opened(self, open_storage: Callable[[], Storage]) -> Iterator[Callable[[], Storage]]:
        """The same function, but that what it opened is closed in the end."""
        unknown = self.claims - {"persists", "shared", "concurrent"}
        assert not unknown, f"claims that the suite does not know: {', '.join(sorted(unknown))}"
        with ExitStack() as stack:

            def open_and_close() -> Storage:
                storage = open_storage()
                stack.callback(storage.close)
                return storage

            yield open_and_close

    @pytest.fixture
    def storage(self, opened: Callable[[], Storage]) -> Storage:
        """The storage under test, with the tables of the suite and no rows."""
        storage = opened()
        storage.create(TABLES)
        return storage


StorageSuite.CLAUSES = clauses_of(StorageSuite)
