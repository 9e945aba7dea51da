"""Libraries of the extra `reports`: asked for when a document is made, and not before."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from pmp_core.errors import PluginError


def require(module: str) -> Any:
    """A library of the extra `reports`.

    Args:
        module: its name, such as `typst`.

    Returns:
        The module.

    Raises:
        PluginError: `extra-missing`, where it is not installed.

    >>> require("json").dumps([1])
    '[1]'
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as missing:
        if missing.name is None or not f"{module}.".startswith(f"{missing.name}."):
            raise  # it is there, and lacks something of its own
        raise PluginError(
            "extra-missing",
            "A library that makes documents is not installed.",
            found=module,
            remedy="Install the extra: `pip install 'pmp-core[reports]'`.",
        ) from None
