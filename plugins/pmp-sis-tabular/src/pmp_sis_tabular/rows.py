"""The values of a row: from its cells, its file's name, its headings, constants and other files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from attrs import evolve, frozen

from pmp_core.errors import InvalidValue, Place, SourceError, nearest
from pmp_sis_tabular.cells import shown, shown_code
from pmp_sis_tabular.mapping import Condition, Value
from pmp_sis_tabular.names import name_part
from pmp_sis_tabular.tables import Table

_AMBIGUOUS = object()


class Ignored(Exception):
    """The mapping says that this text makes no record."""


@frozen
class Found:
    """A text and the heading of the column it came from."""

    text: str
    column: str | None = None


class Row:
    """One row, or one cell of a wide sheet with the row it stands in.

    Args:
        table: the file.
        number: of the row.
        cells: its texts.
        lookups: the other files.
        given: fields that are known already: from the headings of a wide sheet.
    """

    __slots__ = ("_cells", "_given", "_lookups", "number", "table")

    def __init__(self, table: Table, number: int, cells: Sequence[str], lookups: Lookups, given: Mapping[str, Found]) -> None:
        self.table, self.number, self._cells, self._lookups, self._given = table, number, cells, lookups, given

    def cells_of_wide(self) -> Iterator[Row]:
        """The row's cells in a wide sheet that are not empty, each as a row of its own. An empty cell says nothing."""
        unpivot = self.table.entry.unpivot
        for column in self.table.wide if unpivot else ():
            text = self._cells[column.index]
            if text and unpivot:
                said = {name: Found(one, column.heading) for name, one in column.says.items()}
                given = {**self._given, **said, unpivot.value: Found(text, column.heading)}
                yield Row(self.table, self.number, self._cells, self._lookups, given)

    def get(self, value: Value) -> Found:
        """A value.

        Raises:
            Ignored: there is to be no record.
            InvalidValue: `code-unknown`, `pattern-mismatch`, `value-missing`, `lookup-missing`, `lookup-ambiguous`; its
                place has the column.
        """
        if value.columns:
            index = self.table.columns[value.columns]
            found = Found("" if index is None else self._cells[index], self.table.heading(value.columns))
        elif value.field is not None:
            found = self.field(value.field)
        elif value.lookup is not None:
            found = self._lookups.find(self, value)
        else:
            return Found(value.constant or "")
        return _changed(value, found)

    def field(self, name: str) -> Found:
        """A field by its name."""
        if name in self._given:
            return self._given[name]
        if name in self.table.groups:
            return Found(self.table.groups[name])
        return self.get(self.table.entry.fields[name])

    def meets(self, conditions: Sequence[Condition]) -> bool:
        """Whether the row is one to be read."""
        for condition in conditions:
            text = self.get(condition.value).text
            if text in condition.never or (condition.only is not None and text not in condition.only):
                return False
        return True


class Lookups:
    """Finds rows of other files by some of their fields. What was found wrong there is told by that file's own records."""

    def __init__(self, tables: Sequence[Table]) -> None:
        self._tables = tables
        self._indexes: dict[tuple[str, tuple[str, ...], str], dict[tuple[str, ...], object]] = {}

    def find(self, row: Row, value: Value) -> Found:
        """The value of `take` in the one row, or in all the rows that agree on it."""
        lookup = value.lookup
        assert lookup is not None  # `Row.get` asks only then
        ours = [row.field(name) for name in lookup.by.values()]
        column = next((one.column for one in ours if one.column), None)
        place = Place(column=column)
        for name, one in zip(lookup.by.values(), ours, strict=True):
            if not one.text:
                raise InvalidValue("value-missing", f"There is no {name}, and it is needed to look something up.",
                                   place=Place(column=one.column), remedy="Fill it in.")  # fmt: skip
        found = self._index(lookup.file, tuple(lookup.by), lookup.take).get(tuple(one.text for one in ours))
        what = " and ".join(lookup.by)
        # What was looked for may be a name, and is not repeated.
        if found is None:
            raise InvalidValue("lookup-missing", f"{lookup.file!r} has no row with this {what}.", place=place,
                               remedy=f"Export {lookup.file!r} with all learners, those who left too.")  # fmt: skip
        if found is _AMBIGUOUS:
            raise InvalidValue("lookup-ambiguous", f"{lookup.file!r} has several {lookup.take} with this {what}.", place=place,
                               remedy="Look it up by more fields, or enter this by hand.")  # fmt: skip
        return Found(str(found), column)

    def _index(self, file: str, by: tuple[str, ...], take: str) -> Mapping[tuple[str, ...], object]:
        key = (file, by, take)
        if key not in self._indexes:
            tables = [table for table in self._tables if table.entry.name == file]
            if not tables:
                raise SourceError("file-missing", f"The file {file!r} is needed to look something up.", remedy="Give it too.")
            index: dict[tuple[str, ...], object] = {}
            for table in tables:
                for number, cells in table.rows:
                    row = Row(table, number, cells, self, {})
                    try:
                        counts = row.meets(table.entry.where)
                        theirs, taken = tuple(row.field(one).text for one in by), row.field(take).text
                    except (Ignored, InvalidValue):
                        continue
                    if counts and taken and index.setdefault(theirs, taken) != taken:
                        index[theirs] = _AMBIGUOUS
            self._indexes[key] = index
        return self._indexes[key]


def _changed(value: Value, found: Found) -> Found:
    text, place = found.text, Place(column=found.column)
    if value.pattern is not None and text:
        match = value.pattern.search(text)
        if match is None:
            raise InvalidValue(
                "pattern-mismatch", "This is not written as the mapping says.", place=place, found=shown(text),
                remedy=f"It must have {value.pattern.pattern!r}: correct the value, or the pattern in the mapping.",
            )  # fmt: skip
        text = (match[value.group] or "").strip()
    if value.name_style is not None and value.name_part is not None:
        text = name_part(text, value.name_style, value.name_part)
    if text in value.ignore:
        raise Ignored
    if value.codes is not None and text:
        if text in value.codes:
            text = value.codes[text]
        elif value.unknown == "ignore":
            raise Ignored
        elif value.unknown == "problem":
            known = sorted({*value.codes, *(value.ignore - {""})})
            near = nearest(text, known)
            raise InvalidValue(
                "code-unknown", "The mapping does not know this code.", place=place, found=shown_code(text),
                remedy=(f"Did you mean {near[0]!r}? " if near else "")
                + f"Known: {', '.join(known)}. Correct it, or add it to `codes` or `ignore`.",
            )  # fmt: skip
    return found if text is found.text else evolve(found, text=text)
