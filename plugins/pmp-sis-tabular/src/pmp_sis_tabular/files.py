"""Which file is which: the mapping tells them apart by their names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from attrs import frozen

from pmp_core.errors import Place, SourceError
from pmp_sis_tabular.mapping import ColumnMapping, FileEntry


@frozen
class AssignedFile:
    """A file, what the mapping says of it, and what its name gave."""

    path: Path
    entry: FileEntry
    groups: Mapping[str, str]


def assign(mapping: ColumnMapping, files: Sequence[Path | str], folder: Path | str | None) -> list[AssignedFile]:
    """Tell which file is which.

    Args:
        mapping: names the files.
        files: each must be one that the mapping knows.
        folder: all its files that the mapping knows are read too; others are let alone.

    Returns:
        the files in the mapping's order, those of one shape by name: never in the order a file system happens to give.

    Raises:
        SourceError: `file-missing`, `folder-missing`, `file-unknown`, `file-ambiguous`.
    """
    assigned: dict[Path, AssignedFile] = {}
    for path in map(Path, files):
        if not path.is_file():
            raise SourceError("file-missing", "There is no such file.", place=Place(path.name), remedy="Check its name.")
        found = _entry_of(mapping, path)
        if found is None:
            raise SourceError("file-unknown", "The mapping does not know a file of this name.", place=Place(path.name),
                              remedy=f"It knows: {'; '.join(entry.described for entry in mapping.files)}.")  # fmt: skip
        assigned[path.resolve()] = found
    for path in _inside(folder):
        found = _entry_of(mapping, path)
        if found is not None:
            assigned.setdefault(path.resolve(), found)
    _all_there(mapping, assigned.values())
    order = {entry.name: i for i, entry in enumerate(mapping.files)}
    return sorted(assigned.values(), key=lambda one: (order[one.entry.name], one.path.name, str(one.path)))


def _inside(folder: Path | str | None) -> list[Path]:
    if folder is None:
        return []
    path = Path(folder)
    if not path.is_dir():
        raise SourceError("folder-missing", "There is no such folder.", place=Place(path.name), remedy="Check its name.")
    # `~$…` is what Excel leaves beside a file that is open.
    return [one for one in path.iterdir() if one.is_file() and not one.name.startswith((".", "~$"))]


def _entry_of(mapping: ColumnMapping, path: Path) -> AssignedFile | None:
    found = [(entry, groups) for entry in mapping.files if (groups := entry.file_groups(path.name)) is not None]
    if len(found) > 1:
        raise SourceError("file-ambiguous", f"This file could be any of: {', '.join(entry.name for entry, _ in found)}.",
                          place=Place(path.name), remedy="Make the patterns under `match` exclude each other.")  # fmt: skip
    return AssignedFile(path, *found[0]) if found else None


def _all_there(mapping: ColumnMapping, assigned: Iterable[AssignedFile]) -> None:
    there = {one.entry.name for one in assigned}
    for entry in mapping.files:
        if entry.name not in there and not entry.optional:
            raise SourceError("file-missing", f"No file is the mapping's {entry.name!r}.",
                              remedy=f"Give a file named like {entry.described}, or make it `optional`.")  # fmt: skip
    if not there:
        raise SourceError("file-missing", "No file was given that the mapping knows.",
                          remedy=f"Give files named like {'; '.join(entry.described for entry in mapping.files)}.")  # fmt: skip
