"""What a mapping file says, in the shape the readers use. `mapping_file.py` reads and checks it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Literal

from attrs import field, frozen

from pmp_core.sources.records import RecordKind
from pmp_core.values import DayRange, SchoolYear

Unknown = Literal["problem", "keep", "ignore"]
NamePart = Literal["given_name", "middle_name", "family_name"]
NAME_PARTS: tuple[NamePart, ...] = ("given_name", "middle_name", "family_name")


@frozen
class Lookup:
    """A value from another file: that of field `take`, where each field named in `by` equals a field of this row."""

    file: str
    by: Mapping[str, str]
    take: str


@frozen(eq=False)
class Value:
    """Where a value comes from, exactly one of the first four, and what is done to its text, in the order given here.

    Args:
        columns: headings, of which the first that the file has is taken.
        field: another field of the same file.
        constant: the value itself.
        lookup: another file.
        optional: whether the file may lack the column.
        fill_down: whether an empty cell has what stood above it. All such columns of a file are one group: where any of
            them has a value a new group begins, so that one pupil's empty id is never filled with the last pupil's.
        pattern: what is looked for in the text; not finding it is a problem.
        group: which of the pattern's groups is the value.
        name_style: how a whole name is written, and
        name_part: which of its parts is the value.
        ignore: texts for which there is no record.
        codes: translations.
        unknown: what becomes of a text that is not among the codes.
        words: of a mark: the words that may stand in place of points.
    """

    pointer: str
    columns: tuple[str, ...] = ()
    field: str | None = None
    constant: str | None = None
    lookup: Lookup | None = None
    optional: bool = False
    fill_down: bool = False
    pattern: re.Pattern[str] | None = None
    group: str | int = 0
    name_style: str | None = None
    name_part: NamePart | None = None
    ignore: frozenset[str] = frozenset()
    codes: Mapping[str, str] | None = None
    unknown: Unknown = "problem"
    words: tuple[str, ...] = ()

    @property
    def may_ignore(self) -> bool:
        """Whether it can say that there is no record."""
        return bool(self.ignore) or self.unknown == "ignore"


@frozen
class Condition:
    """Rows to read: those whose value is among `only`, where it is given, and not among `never`."""

    value: Value
    only: frozenset[str] | None
    never: frozenset[str]


@frozen
class Unpivot:
    """A wide sheet: each heading that is a day, or that fits the pattern, makes a row of its own with the cell in `value`."""

    value: str
    dates: str | None = None
    pattern: re.Pattern[str] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The fields it gives."""
        groups = tuple(self.pattern.groupindex) if self.pattern else ()
        return (self.value, *([self.dates] if self.dates else []), *groups)


@frozen
class Output:
    """The records of one kind that a file gives: where each of their fields comes from."""

    kind: RecordKind
    fields: Mapping[str, Value]
    where: tuple[Condition, ...] = ()


@frozen
class FileEntry:
    """One file, or several of one shape."""

    name: str
    pointer: str
    match: tuple[re.Pattern[str], ...]
    described: str
    optional: bool = False
    sheet: str | int | None = None
    header_row: int = 1
    delimiter: str | None = None
    encoding: str | None = None
    fields: Mapping[str, Value] = field(factory=dict)
    where: tuple[Condition, ...] = ()
    unpivot: Unpivot | None = None
    period: DayRange | None = None
    outputs: tuple[Output, ...] = ()

    def values(self) -> Iterator[Value]:
        """Every value that is read from this file."""
        yield from self.fields.values()
        yield from (condition.value for condition in self.where)
        for output in self.outputs:
            yield from output.fields.values()
            yield from (condition.value for condition in output.where)

    def file_groups(self, file_name: str) -> dict[str, str] | None:
        """The named groups that this file's name gives; None if it is another file."""
        for pattern in self.match:
            if found := pattern.fullmatch(file_name):
                return {name: text or "" for name, text in found.groupdict().items()}
        return None


@frozen
class ColumnMapping:
    """A whole mapping file."""

    name: str
    files: tuple[FileEntry, ...]
    months: Mapping[int, tuple[str, ...]] = field(factory=dict)
    school_year: SchoolYear | None = None

    @property
    def kinds(self) -> frozenset[RecordKind]:
        """The kinds of record it describes."""
        return frozenset(output.kind for entry in self.files for output in entry.outputs)
