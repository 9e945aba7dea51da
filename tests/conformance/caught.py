"""Which clauses of the storage suite a storage breaks, found by calling the suite's tests."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import partial
from inspect import signature

import pytest
from broken_storages import Sound

from pmp_core.register.storage import Storage
from pmp_core.testing import StorageSuite
from pmp_core.testing.storage_tables import TABLES

TESTS = {test.clause.id: test for name in dir(StorageSuite) if name.startswith("test_") and (test := getattr(StorageSuite, name))}


def caught(kind: type[Sound]) -> dict[str, str]:
    """What the suite says of a storage, by clause."""
    suite = type("Suite", (StorageSuite,), {"claims": kind.claims, "examples": 30})()
    said = {}
    for id, test in TESTS.items():
        with ExitStack() as stack:
            opened = partial(_opened, kind.opener(), stack)
            try:
                if "storage" in signature(test).parameters:
                    storage = opened()
                    storage.create(TABLES)
                    test(suite, storage)
                else:
                    test(suite, opened)
            except pytest.fail.Exception as failed:
                said[id] = str(failed)
    return said


def _opened(open_storage: Callable[[], Storage], stack: ExitStack) -> Storage:
    storage = open_storage()
    stack.callback(_closed, storage)
    return storage


def _closed(storage: Storage) -> None:
    with suppress(RuntimeError):  # one cannot be closed twice: that is its fault
        storage.close()
