"""Checks of a mapping that a schema cannot express: every name that is used is given somewhere, and exactly once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from pmp_core.errors import SourceError, nearest
from pmp_core.programme.yaml_positions import Document
from pmp_sis_tabular.mapping import ColumnMapping, FileEntry, Value


def check_names(document: Document, mapping: ColumnMapping) -> None:
    """Check files and fields that values refer to.

    Raises:
        SourceError: `mapping-invalid`.
    """
    known = {entry.name: _fields_of(document, entry) for entry in mapping.files}
    # A look-up finds a row of the file, not one of the cells of a wide one.
    of_rows = {
        entry.name: [field for field in known[entry.name] if not entry.unpivot or field not in entry.unpivot.names]
        for entry in mapping.files
    }
    for entry in mapping.files:
        for value in entry.values():
            _check_value(document, value, known[entry.name], of_rows)
        for name in entry.fields:
            _check_circles(document, mapping, entry, name)


def _fields_of(document: Document, entry: FileEntry) -> Collection[str]:
    """The fields a file gives: its own, those of its name and those of its headings."""
    fields = list(entry.fields)
    groups = [name for pattern in entry.match for name in pattern.groupindex]
    headings = entry.unpivot.names if entry.unpivot else ()
    for name, where in [*((one, "match") for one in groups), *((one, "unpivot") for one in headings)]:
        if name in fields:
            raise _wrong(document, f"The field {name!r} is given twice.", f"{entry.pointer}/{where}", "Rename one of the two.")
        fields.append(name)
    return fields


def _check_value(document: Document, value: Value, here: Collection[str], known: Mapping[str, Collection[str]]) -> None:
    if value.field is not None and value.field not in here:
        raise _unknown(document, "field", value.field, here, value.pointer)
    if value.lookup is None:
        return
    if value.lookup.file not in known:
        raise _unknown(document, "file", value.lookup.file, known, f"{value.pointer}/lookup")
    there = known[value.lookup.file]
    for theirs, ours in value.lookup.by.items():
        if theirs not in there:
            raise _unknown(document, "field", theirs, there, f"{value.pointer}/by/{theirs}")
        if ours not in here:
            raise _unknown(document, "field", ours, here, f"{value.pointer}/by/{theirs}")
    if value.lookup.take not in there:
        raise _unknown(document, "field", value.lookup.take, there, f"{value.pointer}/take")


def _check_circles(document: Document, mapping: ColumnMapping, entry: FileEntry, name: str) -> None:
    """A field must not need itself, in its own file or through a look-up."""
    entries = {one.name: one for one in mapping.files}
    start, open_, seen = (entry.name, name), [(entry.name, name)], set[tuple[str, str]]()
    while open_:
        file, field = open_.pop()
        for needed in _needs(entries[file], field):
            if needed == start:
                raise _wrong(document, f"The field {name!r} needs itself.", entry.fields[name].pointer, "Take it from a column.")
            if needed not in seen:
                seen.add(needed)
                open_.append(needed)


def _needs(entry: FileEntry, name: str) -> Iterator[tuple[str, str]]:
    value = entry.fields.get(name)
    if value is None:
        return
    if value.field is not None:
        yield entry.name, value.field
    if value.lookup is not None:
        yield from ((entry.name, ours) for ours in value.lookup.by.values())
        yield from ((value.lookup.file, theirs) for theirs in (*value.lookup.by, value.lookup.take))


def _unknown(document: Document, what: str, name: str, known: Collection[str], pointer: str) -> SourceError:
    near = nearest(name, known)
    hint = (f"Did you mean {near[0]!r}? " if near else "") + f"There is: {', '.join(known) or 'none'}."
    return _wrong(document, f"There is no {what} {name!r} here.", pointer, hint)


def _wrong(document: Document, message: str, pointer: str, remedy: str) -> SourceError:
    return SourceError("mapping-invalid", message, place=document.place(pointer), remedy=remedy)
