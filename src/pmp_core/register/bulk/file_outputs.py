"""Where the results of a file of claims go: whole files or none, never over what was read."""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pmp_core.errors import InvalidValue, RegisterError
from pmp_core.register.bulk.file_reading import SUFFIXES, polars


def check_outputs(read: Path | None, outputs: Sequence[Path], *, replace: bool) -> None:
    """Whether results can be written there.

    Args:
        read: the file of claims; None: there is none.
        outputs: the files to be written.
        replace: whether files that are there may be replaced.

    Raises:
        InvalidValue: `output-unfit`, `file-exists`, `folder-missing`.
        RegisterError: `file-unwritable`.
    """
    seen = [read] if read is not None else []
    for output in outputs:
        with writable(output):
            if any(_same(output, other) for other in seen):
                raise InvalidValue(
                    "output-unfit",
                    "Two of the files are the same.",
                    found=output.name,
                    remedy="Give each result a file of its own.",
                )
            seen.append(output)
            _check(output, replace=replace)


def _same(one: Path, other: Path) -> bool:
    """Whether two names mean one file, also by a link."""
    return one.resolve() == other.resolve() or (one.exists() and other.exists() and one.samefile(other))


def _check(output: Path, *, replace: bool) -> None:
    if output.suffix.lower() not in SUFFIXES:
        raise InvalidValue("output-unfit", "Results are CSV or Parquet.", found=output.name, remedy="Name it .csv or .parquet.")
    if output.exists() and not (replace and output.is_file()):
        raise InvalidValue(
            "file-exists", "There is a file there already.", found=output.name, remedy="Name another, or replace it: --force."
        )
    if not output.parent.is_dir():
        raise InvalidValue("folder-missing", "There is no such folder.", found=output.parent.name, remedy="Make it first.")
    with tempfile.TemporaryFile(prefix=".pmp-", dir=output.parent):
        pass  # what cannot be written there is told before hours of work, not after


def gather(pieces: Sequence[Path], target: Path, kind: str) -> None:
    """Pieces in Parquet as one file, piece after piece.

    Args:
        pieces: at least one, with the same columns.
        target: the file, under whatever name.
        kind: `.csv` or `.parquet`.
    """
    frame = polars().scan_parquet(list(pieces), glob=False)
    if kind == ".csv":
        frame.sink_csv(target)
    else:
        frame.sink_parquet(target)


def put(made: Sequence[tuple[Path, Path]]) -> None:
    """Put finished files in their places: what is read there is always whole.

    Raises:
        RegisterError: `file-unwritable`.
    """
    for temporary, target in made:
        with writable(target):
            try:
                temporary.replace(target)
            except OSError as error:
                if error.errno != errno.EXDEV:
                    raise
                with tempfile.TemporaryDirectory(
                    prefix=".pmp-", dir=target.parent
                ) as folder:  # on another disk: copied there first
                    beside = Path(shutil.copyfile(temporary, Path(folder) / "copy"))
                    beside.replace(target)


@contextmanager
def writable(target: Path) -> Iterator[None]:
    """Tell what keeps a file from being written.

    Raises:
        RegisterError: `file-unwritable`.
    """
    try:
        yield
    except OSError as error:
        raise RegisterError(
            "file-unwritable", f"The file cannot be written: {error.strerror}.", found=target.name, remedy="Name another place."
        ) from None


def write_frames(frames: Mapping[Path, Any]) -> None:
    """Write frames of Polars, each whole or not at all.

    Args:
        frames: by file, whose suffix says how.

    Raises:
        RegisterError: `file-unwritable`.
    """
    first = next(iter(frames))
    with writable(first), tempfile.TemporaryDirectory(prefix=".pmp-", dir=first.parent) as folder:
        made = []
        for number, (target, frame) in enumerate(frames.items()):
            temporary = Path(folder) / f"{number}"
            if target.suffix.lower() == ".csv":
                frame.write_csv(temporary)
            else:
                frame.write_parquet(temporary)
            made.append((temporary, target))
        put(made)


def written(frame: Any, piece: Path) -> Path:
    """A piece, in Parquet that costs little to write and to read."""
    frame.write_parquet(piece, compression="lz4", statistics=False)
    return piece
