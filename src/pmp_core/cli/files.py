"""Writing a file that a person named: whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import typer

from pmp_core.errors import InvalidValue, RegisterError

FORCE = typer.Option(False, "--force", help="Replace the file if it is there.")


def write_whole(file: Path, content: bytes, *, replace: bool) -> None:
    """Write a file whole or not at all, for its owner's eyes only.

    Args:
        file: where.
        content: what.
        replace: whether a file that is there may be replaced.

    Raises:
        InvalidValue: `file-exists`; `folder-missing`.
        RegisterError: `file-unwritable`.
    """
    try:  # to look whether it is there can fail too: its name is too long, or its folder is closed
        if file.exists() and not (replace and file.is_file()):
            raise InvalidValue(
                "file-exists", "There is a file there already.", found=file.name, remedy="Name another, or replace it: --force."
            )
        if not file.parent.is_dir():
            raise InvalidValue("folder-missing", "There is no such folder.", found=file.parent.name, remedy="Make it first.")
        handle, beside = tempfile.mkstemp(prefix=".", suffix=".part", dir=file.parent)
        try:
            with os.fdopen(handle, "wb") as opened_file:
                opened_file.write(content)
            Path(beside).replace(file)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise RegisterError(
            "file-unwritable", f"The file cannot be written: {error.strerror}.", found=file.name, remedy="Name another place."
        ) from None
