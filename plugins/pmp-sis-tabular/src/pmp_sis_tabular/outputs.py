"""Rows into records: one output of one file, with what it covers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from pydantic import ValidationError

from pmp_core.errors import MASK, InvalidValue, Place, PmpError, masked
from pmp_core.sources.records import RECORD_TYPES, Record, RecordKind
from pmp_core.sources.source import Coverage, Problem
from pmp_core.values import DayRange, Semester
from pmp_sis_tabular.cells import shown
from pmp_sis_tabular.convert import Converter
from pmp_sis_tabular.mapping import Output, Value
from pmp_sis_tabular.rows import Ignored, Lookups, Row
from pmp_sis_tabular.tables import Table

# What makes a record the one it is; the same as in each record's `identity`.
_IDENTITY: dict[RecordKind, tuple[str, ...]] = {
    "institution": ("key",),
    "learner": ("key",),
    "enrolment": ("learner_key", "institution_key", "first_day"),
    "absence": ("learner_key", "institution_key", "day", "lesson"),
    "mark": ("learner_key", "institution_key", "semester", "subject"),
}
# A wide sheet gives one of these for each cell, and the others for each row.
_OF_CELLS: tuple[RecordKind, ...] = ("absence", "mark")
_LOOKUP_FAILED = ("lookup-missing", "lookup-ambiguous")


class OutputReader:
    """Reads one output of one file.

    Attributes:
        gaps: schools, None for all, of which this did not give a full picture: something there could not be told whose it is.
    """

    def __init__(self, output: Output, table: Table, lookups: Lookups, converter: Converter) -> None:
        self._output, self._table, self._lookups, self._converter = output, table, lookups, converter
        self._model = RECORD_TYPES[output.kind]
        # What may say "no record" goes first, so that nothing is asked of a cell that does not matter.
        self._fields = sorted(output.fields.items(), key=lambda item: not item[1].may_ignore)
        self._schools: dict[str, None] = {}
        self._semesters: dict[tuple[str, Semester], None] = {}
        self._days: list[date] = []
        self.gaps: set[str | None] = set()

    def check(self) -> None:
        """Try the first row, so that a setting that is missing is told before anything was handed out.

        Raises:
            SourceError: such as `year-missing`.
        """
        for numbered in self._table.rows:
            for row in self._rows(*numbered):
                for name, value in self._fields:
                    self._quietly(row, name, value)
                return

    def read(self) -> Iterator[tuple[Record, Place] | Problem]:
        """The records with their places, and the problems, in the order of the rows."""
        for problem in self._table.problems:
            if problem.place.column is not None:  # a heading: a whole column was not read
                self.gaps.add(None)
            yield Problem(problem.code, problem.message, problem.place, self._output.kind, None, problem.found, problem.remedy)
        for number, cells in self._table.rows:
            told: set[Problem] = set()  # what is wrong with a whole row is told once, not for each of its cells
            self._note_school(number, cells)
            for row in self._rows(number, cells):
                for item in self._record(row):
                    if not isinstance(item, Problem):
                        yield item
                    elif item not in told:
                        told.add(item)
                        yield item

    def coverage(self) -> Iterator[Coverage]:
        """What was covered; ask when all was read."""
        kind = self._output.kind
        if kind == "mark":
            yield from (Coverage(kind, school, semester=semester) for school, semester in self._semesters)
        elif kind == "absence":
            days = self._covered_days()
            yield from (Coverage(kind, school, days=days, lesson=self._lesson()) for school in self._schools if days)
        else:
            yield from (Coverage(kind, school) for school in self._schools)

    def _rows(self, number: int, cells: tuple[str, ...]) -> Iterator[Row]:
        """The row, or its cells if the sheet is wide."""
        row = Row(self._table, number, cells, self._lookups, {})
        wide = self._table.entry.unpivot is not None and self._output.kind in _OF_CELLS
        yield from row.cells_of_wide() if wide else [row]

    def _record(self, row: Row) -> Iterator[tuple[Record, Place] | Problem]:
        values: dict[str, Any] = {}
        columns: dict[str, str | None] = {}
        wrong: list[tuple[str, Problem]] = []
        try:
            if not (row.meets(self._table.entry.where) and row.meets(self._output.where)):
                return
            self._note_cell(row)
            for name, value in self._fields:
                try:
                    found = row.get(value)
                    columns[name] = found.column
                    if found.text:
                        values |= self._convert(name, found.text, value)
                    elif self._required(name):
                        raise InvalidValue("value-missing", f"There is no {name.replace('_', ' ')}.", remedy="Fill it in.")
                except InvalidValue as error:
                    wrong.append((name, self._problem(error, row, error.place.column or columns.get(name))))
        except Ignored:
            return
        except InvalidValue as error:  # of a condition: whether the row counts cannot be told
            self.gaps.add(None)
            yield self._problem(error, row, error.place.column)
            return
        if not wrong:
            yield self._made(row, values, columns)
            return
        if any(problem.code in _LOOKUP_FAILED for _, problem in wrong):
            self.gaps.add(values.get("institution_key"))
        identity = self._identity(values, {name for name, _ in wrong})
        # One cell may feed several fields: the same thing is told once.
        yield from {(problem.code, problem.place): replace(problem, identity=identity) for _, problem in reversed(wrong)}.values()

    def _problem(self, error: PmpError, row: Row, column: str | None) -> Problem:
        return Problem.of(error, place=Place(self._table.name, row.number, column), kind=self._output.kind)

    def _made(self, row: Row, values: dict[str, Any], columns: dict[str, str | None]) -> tuple[Record, Place] | Problem:
        taken = {name: value for name, value in values.items() if name in self._model.model_fields}
        try:
            return self._model.model_validate(taken), Place(self._table.name, row.number)
        except ValidationError as error:
            names = {str(one["loc"][0]) for one in error.errors(include_url=False, include_input=False) if one["loc"]}
            first = next(iter(name for name in columns if name in names), None)
            place = Place(self._table.name, row.number, columns[first] if first else None)
            problem = Problem.of_validation(error, place=place, kind=self._output.kind, identity=self._identity(values, names))
            return replace(problem, found=shown(problem.found) or (MASK if problem.found == MASK else None))

    def _identity(self, values: dict[str, Any], wrong: set[str]) -> str | None:
        parts = _IDENTITY[self._output.kind]
        if wrong.intersection(parts) or any(part not in values for part in parts if part != "lesson"):
            return None
        identity = self._model.model_construct(**values).identity
        return identity if masked(identity) == identity else None  # these keys were not checked yet

    def _convert(self, name: str, text: str, value: Value) -> dict[str, object]:
        return self._converter.fields(name, text, value.words)

    def _required(self, name: str) -> bool:
        if name == "mark":
            return True
        field = self._model.model_fields.get(name)
        return field is not None and field.is_required()

    def _quietly(self, row: Row, name: str, value: Value | None) -> object:
        """The value, or None if it is missing or wrong: the record itself tells that."""
        try:
            text = row.get(value).text if value is not None else ""
            return self._convert(name, text, value).get(name) if text and value is not None else None
        except (Ignored, InvalidValue):
            return None

    def _note_school(self, number: int, cells: tuple[str, ...]) -> None:
        """Remember the school of each row, also of one that gives no record: of a pupil who was never absent."""
        row, kind = Row(self._table, number, cells, self._lookups, {}), self._output.kind
        name = "key" if kind == "institution" else "institution_key"
        try:
            counts = row.meets(self._table.entry.where)
        except (Ignored, InvalidValue):
            return
        school = self._quietly(row, name, self._output.fields.get(name))
        if counts and isinstance(school, str):
            self._schools[school] = None

    def _note_cell(self, row: Row) -> None:
        fields = self._output.fields
        if self._output.kind == "absence" and self._table.entry.unpivot is None:
            day = self._quietly(row, "day", fields["day"])
            if isinstance(day, date):
                self._days.append(day)
        elif self._output.kind == "mark":
            school = self._quietly(row, "institution_key", fields["institution_key"])
            semester = self._quietly(row, "semester", fields["semester"])
            if isinstance(school, str) and isinstance(semester, Semester):
                self._semesters[school, semester] = None

    def _covered_days(self) -> DayRange | None:
        entry = self._table.entry
        if entry.period is not None:
            return entry.period
        dates = entry.unpivot.dates if entry.unpivot else None
        days = [date.fromisoformat(column.says[dates]) for column in self._table.wide] if dates else self._days
        return DayRange(min(days), max(days)) if days else None

    def _lesson(self) -> int | None:
        """The one lesson this file speaks of: told by a constant or by the file's name."""
        value = self._output.fields.get("lesson")
        while value is not None and value.field is not None and value.field in self._table.entry.fields:
            value = self._table.entry.fields[value.field]
        fixed = value is not None and (value.constant is not None or value.field in self._table.groups)
        lesson = self._quietly(Row(self._table, 0, (), self._lookups, {}), "lesson", value) if fixed else None
        return lesson if isinstance(lesson, int) else None
