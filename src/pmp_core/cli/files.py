"""Writing a file that a person named: whole or not at all."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import typer

from pmp_core.errors import InvalidValue, RegisterError

FORCE = typer.Option(False, "--force", help="Replace the file if it is there.")


def check_apart(file: Path, read: Iterable[Path | None]) -> None:
    """Whether a file to be written is none of those that are read: not even --force replaces one of them.

    Args:
        file: where the result goes.
        read: what is read; None: it is no file, or there is none.

    Raises:
        InvalidValue: `output-unfit`.
    """
    for other in read:
        if other is not None and (file.resolve() == other.resolve() or _same(file, other)):
            raise InvalidValue(
                "output-unfit", "The file is one of those that are read.", found=file.name, remedy="Name a file of its own."
            )


def _same(file: Path, other: Path) -> bool:
    """Whether it is one file under two names."""
    try:
        return file.samefile(other)
    except OSError:  # one of them is not there, or not to be looked at: whoever opens it tells
        return False


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


def to_standard_output(content: bytes) -> None:
    """Write what would be a file to standard output, byte for byte."""
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()
