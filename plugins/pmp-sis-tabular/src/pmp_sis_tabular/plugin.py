"""What the plug-in registers."""

from __future__ import annotations

from collections.abc import Callable

from pmp_core.hooks import SourceKind, implementation
from pmp_sis_tabular.source import open_tabular


@implementation
def pmp_register_sources(register: Callable[[SourceKind], None]) -> None:
    """Register the kind `tabular`."""
    register(SourceKind("tabular", "CSV and XLSX exports, through a mapping file", open_tabular))
