"""Conformance kits for those who write adapters: inherit a suite, hand in what it asks for, and pytest does the rest.

Needs the extra `testing`. Nothing in the library imports this.
"""

import pytest

# So that a failing clause shows what it compared.
pytest.register_assert_rewrite("pmp_core.testing.source_suite")

from pmp_core.testing.source_suite import SourceSuite  # noqa: E402 - must come after the line above
from pmp_core.testing.storage_suite import StorageSuite  # noqa: E402

__all__ = ["SourceSuite", "StorageSuite"]
