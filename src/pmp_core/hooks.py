"""What a plug-in can register. Hooks only register: nothing is decided, read or written in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pluggy
from attrs import frozen

if TYPE_CHECKING:
    from pmp_core.register.storage import Storage
    from pmp_core.rules import Rule
    from pmp_core.sources.source import Source

ENTRY_POINT_GROUP = "pmp_core"
specification = pluggy.HookspecMarker("pmp_core")
implementation = pluggy.HookimplMarker("pmp_core")


@frozen
class SourceKind:
    """A kind of source.

    Args:
        name: what users call it by, such as `tabular`.
        title: one line.
        open: makes a source from keyword arguments of its own.
    """

    name: str
    title: str
    open: Callable[..., Source]


@frozen
class StorageKind:
    """A kind of storage.

    Args:
        name: what users call it by, such as `sqlite`.
        title: one line.
        schemes: the URL schemes it opens, such as `sqlite`.
        open: makes a storage from a URL, or from an engine or connection object of the host.
    """

    name: str
    title: str
    schemes: tuple[str, ...]
    open: Callable[[Any], Storage]


@specification
def pmp_register_sources(register: Callable[[SourceKind], None]) -> None:
    """Call `register` with each kind of source the plug-in has."""


@specification
def pmp_register_storages(register: Callable[[StorageKind], None]) -> None:
    """Call `register` with each kind of storage the plug-in has."""


@specification
def pmp_register_programmes(register: Callable[[Path], None]) -> None:
    """Call `register` with the folder of each programme pack the plug-in brings."""


@specification
def pmp_register_rules(register: Callable[[Rule], None]) -> None:
    """Call `register` with each rule the plug-in adds to the library's own."""
