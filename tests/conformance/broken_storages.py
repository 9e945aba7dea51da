"""Storages with one fault each, around the storage in memory: what the suite is itself tested by."""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204 - a fault overrides what `Through` and `Sound` declare

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import islice
from threading import get_ident
from typing import Any, ClassVar

import pyarrow as pa
from attrs import evolve

from pmp_core.errors import NotUnique, RegisterError
from pmp_core.register import write_errors
from pmp_core.register.memory import MemoryStorage
from pmp_core.register.schema import ColumnType, Row, Table
from pmp_core.register.storage import Storage


class Through:
    """A transaction that hands everything on. A fault overrides what it does otherwise."""

    def __init__(self, inner: Any, storage: Any) -> None:
        self.inner, self.storage = inner, storage

    def written(self, table: Table, row: Row) -> Row:
        return row

    def read(self, table: Table, row: Row) -> Row:
        return row

    def asked(self, table: Table, where: Any) -> Any:
        return where

    def of(self, table: Table) -> Table:
        return self.storage.described(table)

    def get(self, table: Table, key: Any) -> Any:
        found = self.inner.get(self.of(table), key)
        return found and self.read(table, found)

    def find(self, table: Table, where: Any = None, *, order: Any = (), limit: Any = None) -> Any:
        found = self.inner.find(self.of(table), self.asked(table, where), order=order, limit=limit)
        return [self.read(table, row) for row in found]

    def count(self, table: Table, where: Any = None) -> Any:
        return self.inner.count(self.of(table), self.asked(table, where))

    def insert(self, table: Table, rows: Any) -> Any:
        self.inner.insert(self.of(table), (self.written(table, row) for row in rows))

    def update(self, table: Table, row: Any, *, version: Any = None) -> Any:
        self.inner.update(self.of(table), self.written(table, row), version=version)

    def delete(self, table: Table, where: Any) -> Any:
        return self.inner.delete(self.of(table), self.asked(table, where))

    def scan(self, table: Table, columns: Any = None) -> Any:
        return self.inner.scan(self.of(table), columns)

    def scan_arrow(self, table: Table, columns: Any = None) -> Any:
        return self.inner.scan_arrow(self.of(table), columns)


class Sound:
    """Without a fault; claims nothing."""

    name = "wrapped"
    claims: ClassVar[frozenset[str]] = frozenset()
    transaction: ClassVar[type[Through]] = Through

    def __init__(self, inner: Any = None) -> None:
        self.inner = inner or MemoryStorage(timeout=0.05)

    @classmethod
    def opener(cls) -> Callable[[], Storage]:
        return cls

    @property
    def tables(self) -> dict[str, Table]:
        return {name: memory.table for name, memory in self.inner._tables.items()}

    def described(self, table: Table) -> Table:
        return table

    def create(self, tables: Any) -> None:
        self.inner.create([self.described(table) for table in tables])

    @contextmanager
    def begin(self) -> Iterator[Any]:
        with self.inner.begin() as inner:
            yield self.transaction(inner, self)

    def close(self) -> None:
        self.inner.close()


class Kept(Sound):
    """Without a fault; claims that rows outlive it and that others may be open on the same place."""

    claims = frozenset({"persists", "shared"})
    closed = False

    @classmethod
    def opener(cls) -> Callable[[], Storage]:
        place = MemoryStorage(timeout=0.05)
        return lambda: cls(place)

    def create(self, tables: Any) -> None:
        self.stop()
        super().create(tables)

    @contextmanager
    def begin(self) -> Iterator[Any]:
        self.stop()
        with super().begin() as tx:
            yield tx

    def close(self) -> None:
        self.closed = True

    def stop(self) -> None:
        if self.closed:
            raise write_errors.storage_closed()


_PYTHON = {"text": str, "integer": int, "boolean": bool, "day": date, "moment": datetime, "cents": int}


def of_type(table: Table, row: Row, kind: ColumnType, change: Callable[[Any], Any]) -> Row:
    """A row with all cells of a type changed; what is not of the type is left for the storage to refuse."""
    wanted = {column.name for column in table.columns if column.type is kind}
    return {name: change(cell) if name in wanted and type(cell) is _PYTHON[kind.value] else cell for name, cell in row.items()}


def swallowing(code: str, call: Callable[[], Any], instead: Any = None) -> Any:
    """What a call gives, or something else where it is refused with this code."""
    try:
        return call()
    except RegisterError as error:
        if error.code != code:
            raise
        return instead


# Cells


class RoundsCents(Through):
    """Keeps money as a float of euros."""

    def written(self, table, row):
        return of_type(table, row, ColumnType.CENTS, lambda cents: int(float(cents) / 100 * 100))


class LosesLetter(Through):
    """Has no ķ."""

    def written(self, table, row):
        return of_type(table, row, ColumnType.TEXT, lambda text: text.replace("ķ", "k").replace("Ķ", "K"))


class CutsLongText(Through):
    """Cuts text after 65 535 characters."""

    def written(self, table, row):
        return of_type(table, row, ColumnType.TEXT, lambda text: text[:65_535])


class CutsLongKeys(Through):
    """Cuts text in keys after 255 characters."""

    def written(self, table, row):
        return row | {name: row[name][:255] for name in table.key if isinstance(row.get(name), str)}


class CutsAtNul(Through):
    """Takes text up to the null character, as C does."""

    def written(self, table, row):
        return of_type(table, row, ColumnType.TEXT, lambda text: text.partition("\0")[0])


class EmptyTextIsEmptyCell(Through):
    """Takes the empty text for an empty cell."""

    def written(self, table, row):
        return {name: None if cell == "" and name not in table.key else cell for name, cell in row.items()}


class QuotesByHand(Through):
    """Puts values into the statement, with quotes around them."""

    def asked(self, table, where):
        cells = list((where or {}).values())
        if any("'" in str(one) for cell in cells for one in (cell if isinstance(cell, list) else [cell])):
            raise RuntimeError('near "DROP": syntax error')
        return where


class NumbersOf53Bits(Through):
    """Keeps integers as floats."""

    def written(self, table, row):
        return of_type(table, row, ColumnType.INTEGER, lambda number: min(int(float(number)), 2**63 - 1))


class BooleansAreNumbers(Through):
    """Gives 1 and 0."""

    def read(self, table, row):
        return of_type(table, row, ColumnType.BOOLEAN, int)


class DaysSince1900(Through):
    """Has no day before 1900."""

    def written(self, table, row):
        return of_type(table, row, ColumnType.DAY, lambda day: max(day, date(1900, 1, 1)))


class ShiftsTimeZones(Through):
    """Keeps the clock of Riga and calls it UTC."""

    def written(self, table, row):
        riga = timezone(timedelta(hours=3))
        return of_type(
            table,
            row,
            ColumnType.MOMENT,
            lambda m: m.astimezone(riga).replace(tzinfo=UTC) if m.tzinfo is UTC and m.year < 9999 else m,
        )


class DropsMicroseconds(Through):
    """Keeps whole seconds."""

    def written(self, table, row):
        return of_type(table, row, ColumnType.MOMENT, lambda m: m.replace(microsecond=0))


class EmptyNumbersAreZero(Through):
    """Scans empty numbers as 0."""

    def scan(self, table, columns=None):
        found = super().scan(table, columns)
        return {name: [0 if cell is None and name == "cents" else cell for cell in cells] for name, cells in found.items()}


class RefusesSubclasses(Through):
    """Takes nothing but str itself."""

    def written(self, table, row):
        if any(isinstance(cell, str) and type(cell) is not str for cell in row.values()):
            raise TypeError("cannot adapt")
        return row


class TakesOddCells(Through):
    """Leaves out rows that it cannot keep, and says nothing."""

    def insert(self, table, rows):
        swallowing("row-invalid", lambda: super(TakesOddCells, self).insert(table, rows))


class FillsMissingColumns(Through):
    """Takes a row without a column for one with an empty cell."""

    def written(self, table, row):
        return dict.fromkeys(table.names) | row


class KeepsTheRowHandedIn(Through):
    """Keeps the dictionary itself, so that whoever changes it changes what is stored."""

    def insert(self, table, rows):
        kept = (table, *rows)
        super().insert(table, kept[1:])
        self.last = kept

    def find(self, table, where=None, *, order=(), limit=None):
        if table.name == "kit_groups" and hasattr(self, "last") and self.last[0] is table:
            for row in self.last[1:]:
                swallowing("not-found", lambda row=row: super(KeepsTheRowHandedIn, self).update(table, row))
        return super().find(table, where, order=order, limit=limit)

    def update(self, table, row, *, version=None):
        super().update(table, row, version=version)
        if hasattr(self, "last"):
            del self.last


# Reading


class GetsByAnyKey(Through):
    """Answers None to a key that cannot be."""

    def get(self, table, key):
        return swallowing("query-invalid", lambda: super(GetsByAnyKey, self).get(table, key))


class GetsByTheFirstColumn(Through):
    """Looks at the first column of the key only."""

    def get(self, table, key):
        super().get(table, key)
        found = self.find(table, {table.key[0]: key[0]}, limit=1)
        return found[0] if found else None


class IgnoresFilter(Through):
    """Ignores all conditions but the first."""

    def asked(self, table, where):
        return dict(list((where or {}).items())[:1])


class NoneInListsFindsNothing(Through):
    """Asks `IN (1, NULL)`, as SQL must not be asked."""

    def asked(self, table, where):
        return {
            name: [one for one in cell if one is not None] if isinstance(cell, list) else cell
            for name, cell in (where or {}).items()
        }


class EmptyListFindsAll(Through):
    """Leaves out a condition that has no values."""

    def asked(self, table, where):
        return {name: cell for name, cell in (where or {}).items() if cell not in ([], ())}


class NoConditionFindsNothing(Through):
    """Takes an empty mapping for a question that nothing answers."""

    def asked(self, table, where):
        return {table.key[0]: []} if where == {} else where


class FewParameters(Through):
    """Takes no more values than a statement has parameters."""

    def asked(self, table, where):
        if any(isinstance(cell, list) and len(cell) > 65_535 for cell in (where or {}).values()):
            raise RuntimeError("too many SQL variables")
        return where


class FoldsText(Through):
    """Compares text without case and without blanks at the end, as some databases do."""

    def asked(self, table, where):
        found = {}
        for name, cell in (where or {}).items():
            options = cell if isinstance(cell, list | tuple) else [cell]
            stored = self.inner.scan(table, [name])[name] if name in table.names and len(options) < 100 else []
            fold = {option.casefold().rstrip() for option in options if isinstance(option, str)}
            found[name] = [*options, *(text for text in stored if isinstance(text, str) and text.casefold().rstrip() in fold)]
        return found


class IgnoresUnknownColumns(Through):
    """Leaves out conditions and orders by columns that it does not know."""

    def asked(self, table, where):
        return {name: cell for name, cell in (where or {}).items() if name in table.names}

    def find(self, table, where=None, *, order=(), limit=None):
        return super().find(table, where, order=[name for name in order if name.lstrip("-") in table.names], limit=limit)


class ScansUnknownColumns(Through):
    """Gives an empty column for one that it does not know."""

    def scan(self, table, columns=None):
        found = super().scan(table, columns and [name for name in columns if name in table.names])
        return found if columns is None else {name: found.get(name, []) for name in columns}


class FindsByAnyType(Through):
    """Finds nothing where it is asked for what cannot be."""

    def find(self, table, where=None, *, order=(), limit=None):
        return swallowing("query-invalid", lambda: super(FindsByAnyType, self).find(table, where, order=order, limit=limit), [])


class _Sorting(Through):
    """Sorts by itself, by keys that a fault overrides."""

    def sort(self, table, rows, order):
        for name in reversed(table.key):
            rows.sort(key=lambda row: self.of_key(row[name]))
        for name in reversed(order):
            column, down = name.removeprefix("-"), name.startswith("-")
            rows.sort(key=lambda row: self.of_cell(row[column], down), reverse=down)

    def of_key(self, cell):
        return cell

    def of_cell(self, cell, down):
        return cell is not None, cell

    def find(self, table, where=None, *, order=(), limit=None):
        super().find(table, where, order=order, limit=limit)
        rows = super().find(table, where)
        self.sort(table, rows, order)
        return rows[:limit]


class EmptyCellsLast(_Sorting):
    """Puts empty cells last, ascending."""

    def of_cell(self, cell, down):
        return (cell is not None if down else cell is None), cell


class EmptyCellsFirstDescending(_Sorting):
    """Puts empty cells first, descending too."""

    def of_cell(self, cell, down):
        return (cell is None if down else cell is not None), cell


class SortsByAlphabet(_Sorting):
    """Sorts text as people do, small letters beside capitals."""

    def of_key(self, cell):
        return (cell.casefold(), cell.swapcase()) if isinstance(cell, str) else cell

    def of_cell(self, cell, down):
        return cell is not None, self.of_key(cell)


class SortsKeysAsText(_Sorting):
    """Sorts keys by how they are spelled."""

    def of_key(self, cell):
        return str(cell)


class ReordersTies(Through):
    """Gives ties from the last key on."""

    def find(self, table, where=None, *, order=(), limit=None):
        return super().find(table, where, order=[*order, *(f"-{name}" for name in table.key)] if order else (), limit=limit)


class SortsByTheFirstColumn(Through):
    """Sorts by one column only."""

    def find(self, table, where=None, *, order=(), limit=None):
        super().find(table, where, order=order, limit=0)
        return super().find(table, where, order=order[:1], limit=limit)


class LimitOffByOne(Through):
    """Gives one row more."""

    def find(self, table, where=None, *, order=(), limit=None):
        return super().find(table, where, order=order, limit=limit + 1 if limit is not None and limit >= 0 else limit)


class LimitBeforeOrder(_Sorting):
    """Takes the first rows by key, and then sorts them."""

    def find(self, table, where=None, *, order=(), limit=None):
        rows = Through.find(self, table, where, limit=limit)
        Through.find(self, table, where, order=order)
        self.sort(table, rows, order)
        return rows


class CountsAll(Through):
    """Counts every row, whatever the conditions."""

    def count(self, table, where=None):
        super().count(table, where)
        return super().count(table)


class ScansInNoOrder(Through):
    """Scans from the last row to the first."""

    def scan(self, table, columns=None):
        return {name: cells[::-1] for name, cells in super().scan(table, columns).items()}


class ScansNothingOfNothing(Through):
    """Scans a table without rows as one without columns."""

    def scan(self, table, columns=None):
        return {name: cells for name, cells in super().scan(table, columns).items() if cells}


class ScansAsItBegan(Through):
    """Scans what was there when the transaction began."""

    def __init__(self, inner, storage):
        super().__init__(inner, storage)
        self.before = {name: {row[table.key[0]] for row in inner.find(table)} for name, table in storage.tables.items()}

    def scan(self, table, columns=None):
        found = super().scan(table)
        there = [key in self.before[table.name] for key in found[table.key[0]]]
        super().scan(table, columns)
        return {
            name: [cell for cell, kept in zip(found[name], there, strict=True) if kept]
            for name in (columns if columns is not None else found)
        }


# Columns as Arrow


class ArrowInNoOrder(Through):
    """Gives the rows from the last to the first."""

    def scan_arrow(self, table, columns=None):
        found = super().scan_arrow(table, columns)
        return found.take(list(range(found.num_rows))[::-1])


class ArrowOfAllColumns(Through):
    """Gives every column, whichever are named."""

    def scan_arrow(self, table, columns=None):
        super().scan_arrow(table, columns)
        return super().scan_arrow(table)


class ArrowOfUnknownColumns(Through):
    """Leaves out a column that it does not know."""

    def scan_arrow(self, table, columns=None):
        return super().scan_arrow(table, columns and [name for name in columns if name in table.names])


class ArrowOfGuessedTypes(Through):
    """Takes a column without a cell for one of integers, as a driver does that sees no more than the cells."""

    def scan_arrow(self, table, columns=None):
        found = super().scan_arrow(table, columns)
        for at, name in enumerate(found.column_names):
            if found.column(at).null_count == found.num_rows:
                found = found.set_column(at, name, pa.nulls(found.num_rows, pa.int64()))
        return found


class ArrowOfTheFirstRows(Through):
    """Takes a column for empty whose first thousand rows are."""

    def scan_arrow(self, table, columns=None):
        found = super().scan_arrow(table, columns)
        for at, field in enumerate(found.schema):
            first = found.column(at).slice(0, 1000)
            if found.num_rows > 1000 and first.null_count == len(first):
                found = found.set_column(at, field, pa.nulls(found.num_rows, field.type))
        return found


class ArrowByFloats(Through):
    """Takes integers through floats."""

    def scan_arrow(self, table, columns=None):
        found = super().scan_arrow(table, columns)
        for at, field in enumerate(found.schema):
            if field.type == pa.int64():
                cells = [cell and max(-(2**63), min(int(float(cell)), 2**63 - 1)) for cell in found.column(at).to_pylist()]
                found = found.set_column(at, field, pa.array(cells, pa.int64()))
        return found


class ArrowOfWhatWasKept(Through):
    """Reads on another connection, which does not see what the transaction wrote."""

    def __init__(self, inner, storage):
        super().__init__(inner, storage)
        self.before = {name: inner.scan(table) for name, table in storage.tables.items()}

    def scan_arrow(self, table, columns=None):
        found = super().scan_arrow(table, columns)
        kept = {name: self.before[table.name][name] for name in found.column_names}
        return pa.table(kept, schema=found.schema)


class ArrowIsLists(Through):
    """Gives lists, and no table."""

    def scan_arrow(self, table, columns=None):
        super().scan_arrow(table, columns)
        return self.scan(table, columns)


# Writing


class DropsLastBatch(Through):
    """Writes in batches, and forgets what is left over after the last full one."""

    def insert(self, table, rows):
        rows, number = iter(rows), 0
        while batch := list(islice(rows, 5_000)):
            if not number or len(batch) == 5_000:
                super().insert(table, batch)
            number += 1


class InsertsHalf(Through):
    """Adds the rows before the one that is refused."""

    def insert(self, table, rows):
        for row in rows:
            super().insert(table, [row])


class ChangesAll(Through):
    """Changes every row that had the same second cell."""

    def update(self, table, row, *, version=None):
        before = self.inner.get(table, tuple(row[name] for name in table.key))
        super().update(table, row, version=version)
        for other in self.inner.find(table) if table.name == "kit_groups" and before else ():
            if other["name"] == before["name"]:
                self.inner.update(table, other | {"name": row["name"]})


class UpdatesPart(Through):
    """Leaves a cell as it was where the new one is empty."""

    def update(self, table, row, *, version=None):
        before = self.inner.get(table, tuple(row[name] for name in table.key)) or {}
        super().update(table, {name: before.get(name) if cell is None else cell for name, cell in row.items()}, version=version)


class SameIsMissing(Through):
    """Takes an update that changes nothing for one that found nothing."""

    def update(self, table, row, *, version=None):
        key = tuple(row[name] for name in table.key)
        before = self.inner.get(table, key)
        super().update(table, row, version=version)
        if before == row and not table.versioned:
            raise write_errors.not_found(table.name, key)


class AddsWhatIsMissing(Through):
    """Adds a row that is to be replaced and is not there."""

    def update(self, table, row, *, version=None):
        try:
            super().update(table, row, version=version)
        except RegisterError as error:
            if error.code != "not-found":
                raise
            super().insert(table, [row])


class IgnoresVersions(Through):
    """Replaces a row whatever its version."""

    def update(self, table, row, *, version=None):
        stored = self.inner.get(table, tuple(row[name] for name in table.key)) or {}
        super().update(table, row, version=stored.get("version", version) if version is not None and table.versioned else version)


class CountsVersionsItself(Through):
    """Stores the version after the one that was read, whatever the row says."""

    def update(self, table, row, *, version=None):
        super().update(table, row | {"version": version + 1} if table.versioned and version is not None else row, version=version)


class LosesUpdates(Through):
    """Forgets the update from version 10 on."""

    def update(self, table, row, *, version=None):
        if version != 10:
            super().update(table, row, version=version)


class NeedsNoVersion(Through):
    """Takes an update without a version as one with the right one."""

    def update(self, table, row, *, version=None):
        stored = self.inner.get(table, tuple(row[name] for name in table.key)) or {}
        super().update(table, row, version=stored.get("version") if version is None else version)


class DeletesTooMuch(Through):
    """Looks at the first condition only when it deletes."""

    def delete(self, table, where):
        return super().delete(table, dict(list(where.items())[:1]))


class DeletesRowByRow(Through):
    """Looks at references after each row, and leaves gone what is gone."""

    def delete(self, table, where):
        keys = [tuple(row[name] for name in table.key) for row in self.find(table, where)]
        return sum(super(DeletesRowByRow, self).delete(table, dict(zip(table.key, key, strict=True))) for key in keys)


class ReplacesKeys(Through):
    """Replaces a row whose key is taken."""

    def insert(self, table, rows):
        for row in rows:
            try:
                super().insert(table, [row])
            except NotUnique:
                if self.inner.get(table, tuple(row[name] for name in table.key)) is None:
                    raise
                self.inner.update(table, row, version=1 if table.versioned else None)


class EmptyEqualsEmpty(Through):
    """Takes empty cells for equal in unique sets."""

    def insert(self, table, rows):
        for row in (rows := list(rows)):
            for columns in table.unique:
                cells = {name: row.get(name) for name in columns}
                if None in cells.values() and self.inner.count(table, cells):
                    raise write_errors.not_unique(table.name, columns)
        super().insert(table, rows)


class FoldsKeys(Through):
    """Takes keys for equal that differ in case only."""

    def insert(self, table, rows):
        rows = list(rows)
        if table.name == "kit_groups":
            taken = {str(key).casefold() for key in self.inner.scan(table)["id"]}
            if any(str(row.get("id")).casefold() in taken and not self.inner.get(table, (row["id"],)) for row in rows):
                raise write_errors.not_unique(table.name, table.key)
        super().insert(table, rows)


class KeepsValuesTaken(Through):
    """Never lets go of a unique set's values."""

    def __init__(self, inner, storage):
        super().__init__(inner, storage)
        self.taken = {}

    def insert(self, table, rows):
        for row in (rows := list(rows)):
            cells = tuple(row.get(name) for name in ("group", "place"))
            if table.unique and None not in cells and self.taken.setdefault(cells, row["id"]) != row["id"]:
                raise write_errors.not_unique(table.name, table.unique[0])
        super().insert(table, rows)


class EmptyRefersToo(Through):
    """Checks references whose columns are empty in part."""

    def insert(self, table, rows):
        rows = list(rows)
        if table.name == "kit_days" and any(row["after"] is None for row in rows):
            raise write_errors.reference_missing(table.name)
        super().insert(table, rows)


class ReferencesToWhatWasThere(Through):
    """Takes references only to rows that were there before the call."""

    def insert(self, table, rows):
        rows = list(rows)
        for row in rows if table.name == "kit_days" else ():
            if row["after"] is not None and self.inner.get(table, (row["member"], row["after"])) is None:
                raise write_errors.reference_missing(table.name)
        super().insert(table, rows)


# Errors


class _Retold(Through):
    """Tells refusals otherwise."""

    def retold(self, error, row):
        raise NotImplementedError

    def insert(self, table, rows):
        rows = list(rows)
        try:
            super().insert(table, rows)
        except RegisterError as error:
            raise self.retold(error, rows) from None


class TellsCells(_Retold):
    """Tells what the row was."""

    def retold(self, error, row):
        return type(error)(error.code, f"{error.message} {row}", place=error.place, remedy=error.remedy)


class SaysNothingOfWhatToDo(_Retold):
    """Gives no remedy."""

    def retold(self, error, row):
        return type(error)(error.code, error.message, place=error.place)


class RaisesItsOwn(_Retold):
    """Lets through what the database raised."""

    def retold(self, error, row):
        return RuntimeError("IntegrityError") if error.code == "not-unique" else error


class WorksWhenOver(Through):
    """Answers nothing, and no error, after the end."""

    def find(self, table, where=None, *, order=(), limit=None):
        return swallowing("transaction-over", lambda: super(WorksWhenOver, self).find(table, where, order=order, limit=limit), [])


class UnknownTablesAreEmpty(Through):
    """Takes a table that is not there for one without rows."""

    def count(self, table, where=None):
        return swallowing("table-unknown", lambda: super(UnknownTablesAreEmpty, self).count(table, where), 0)


class TakesAnyDescription(Through):
    """Gives what is there, whatever the description."""

    def find(self, table, where=None, *, order=(), limit=None):
        table = table if table == self.storage.tables.get(table.name) else self.storage.tables.get(table.name, table)
        return super().find(table, where, order=order, limit=limit)


# Transactions and places


class CommitsOnError(Sound):
    """Keeps what was written before an error."""

    @contextmanager
    def begin(self):
        error = None
        with super().begin() as tx:
            try:
                yield tx
            except BaseException as raised:
                error = raised
        if error is not None:
            raise error


class SwallowsErrors(Sound):
    """Undoes, and does not say why."""

    @contextmanager
    def begin(self):
        try:
            with super().begin() as tx:
                yield tx
        except LookupError:
            pass


class ForgetsUpdates(Sound):
    """Keeps what was added, and forgets what was changed, when a transaction ends."""

    @contextmanager
    def begin(self):
        with super().begin() as tx:
            tx.replaced = []
            yield tx
            for table, row in tx.replaced:
                swallowing("not-found", lambda table=table, row=row: tx.inner.update(table, row))

    class transaction(Through):  # noqa: N801 - it takes the place of the attribute
        def update(self, table, row, *, version=None):
            before = self.get(table, tuple(row[name] for name in table.key))
            super().update(table, row, version=version)
            if not table.versioned:
                self.replaced.insert(0, (table, before))


class LosesAfterRefusal(Sound):
    """Gives up a transaction after the first call that is refused for what is stored, as PostgreSQL does without savepoints."""

    class transaction(Through):  # noqa: N801 - it takes the place of the attribute
        lost = False

        def __getattribute__(self, name):
            found = object.__getattribute__(self, name)
            if name not in ("get", "find", "count", "insert", "update", "delete", "scan", "scan_arrow"):
                return found

            def told(*args: Any, **kwargs: Any):
                if self.lost:
                    raise write_errors.transaction_lost()
                try:
                    return found(*args, **kwargs)
                except RegisterError as error:
                    self.lost = error.code == "reference-missing"
                    raise

            told.__name__ = name
            return told


class OneThread(Sound):
    """Lets a transaction be used only in the thread that began it."""

    @contextmanager
    def begin(self):
        thread = get_ident()
        with super().begin() as tx:
            yield tx
            if get_ident() != thread:
                raise RuntimeError("objects created in a thread can only be used in that same thread")


class SeesUnfinished(Sound):
    """Shows others what has not ended yet."""

    open: Any = None

    @contextmanager
    def begin(self):
        try:
            block = super().begin()
            self.open = tx = block.__enter__()
        except RegisterError as error:
            if error.code != "storage-locked":
                raise
            yield _OfAnother(self.open.inner, self)
            return
        try:
            yield tx
        except BaseException as error:
            block.__exit__(type(error), error, None)
            raise
        block.__exit__(None, None, None)


class _OfAnother(Through):
    """Another's transaction, for reading."""

    def find(self, table, where=None, *, order=(), limit=None):
        try:
            return super().find(table, where, order=order, limit=limit)
        except RegisterError:
            raise write_errors.storage_locked(0) from None

    def get(self, table, key):
        raise write_errors.storage_locked(0)

    def insert(self, table, rows):
        raise write_errors.storage_locked(0)

    def update(self, table, row, *, version=None):
        raise write_errors.storage_locked(0)


class BeginsRegardless(Sound):
    """Lets a second transaction begin, and drops what it adds."""

    @contextmanager
    def begin(self):
        try:
            with super().begin() as tx:
                yield tx
        except RegisterError as error:
            if error.code != "storage-locked":
                raise
            yield _Dropping(None, self)


class _Dropping(Through):
    """Takes groups and keeps none."""

    def insert(self, table, rows):
        if table.name != "kit_groups":
            raise write_errors.storage_locked(0)

    def find(self, table, where=None, *, order=(), limit=None):
        raise write_errors.storage_locked(0)

    def get(self, table, key):
        raise write_errors.storage_locked(0)

    def update(self, table, row, *, version=None):
        raise write_errors.storage_locked(0)


class ClaimsConcurrency(Sound):
    """Claims several transactions at once, and has one at a time."""

    claims = frozenset({"concurrent"})


class ClaimsToKeep(Sound):
    """Claims that rows outlive it, and loses them."""

    claims = frozenset({"persists"})


class ClaimsToShare(Sound):
    """Claims that others may be open on the same place, and has none."""

    claims = frozenset({"shared"})


class KeepsWithoutClaim(Kept):
    """Does not claim that rows outlive it, and keeps them."""

    claims = frozenset({"shared"})


class SharesWithoutClaim(Kept):
    """Does not claim to share its place, and does."""

    claims = frozenset({"persists"})


class LosesRowsOnReopening(Kept):
    """Loses its rows when it is closed."""

    def close(self):
        if not self.closed:
            for _ in range(3):  # those that others refer to go last
                with self.inner.begin() as tx:
                    for table in self.tables.values():
                        swallowing("reference-in-use", lambda table=table, tx=tx: tx.delete(table, {}))
        super().close()


class LosesKeysOnReopening(Kept):
    """Forgets which unique sets there are when it is opened again."""

    opened = 0

    @classmethod
    def opener(cls) -> Callable[[], Storage]:
        place, times = MemoryStorage(timeout=0.05), []

        def opened():
            times.append(None)
            storage = cls(place)
            storage.opened = len(times)
            return storage

        return opened

    class transaction(Through):  # noqa: N801 - it takes the place of the attribute
        def insert(self, table, rows):
            def call():
                super(LosesKeysOnReopening.transaction, self).insert(table, rows)

            call() if self.storage.opened == 1 or not table.unique else swallowing("not-unique", call)


class WithoutUniqueSets(Sound):
    """Has keys, and no unique sets."""

    def described(self, table):
        return evolve(table, unique=())


class WithoutReferences(Sound):
    """Takes rows that refer to nothing."""

    def described(self, table):
        return evolve(table, references=())


class CreateDropsRows(Sound):
    """Makes tables anew that are there already."""

    def create(self, tables):
        super().create(tables)
        names = {table.name for table in tables}
        for _ in range(3):
            with self.inner.begin() as tx:
                for name in names:
                    swallowing("reference-in-use", lambda table=self.tables[name], tx=tx: tx.delete(table, {}))


class CreateMakesHalf(Sound):
    """Makes the tables that refer to none, and then finds that another is wrong."""

    def create(self, tables):
        super().create([table for table in tables if not table.references and table.name not in self.tables])
        super().create(tables)


class CreateTakesAnyShape(Sound):
    """Leaves a table as it is, whatever the description."""

    def create(self, tables):
        swallowing("schema-differs", lambda: super(CreateTakesAnyShape, self).create(tables))


class CreateAddsNoColumns(Sound):
    """Refuses a table that has columns more."""

    def create(self, tables):
        for table in tables:
            if self.tables.get(table.name, table) != table:
                raise write_errors.schema_differs(table.name, "a column is missing")
        super().create(tables)


class CreateInOrder(Sound):
    """Wants the tables that others refer to in an earlier call."""

    def create(self, tables):
        if len(tables) == 2:
            for table in tables:
                super().create([table])
        super().create(tables)


class HasNoName(Sound):
    """Has no name."""

    name = ""


class ClosesOnce(Sound):
    """Cannot be closed twice."""

    closed = False

    def close(self):
        if self.closed:
            raise RuntimeError("already closed")
        self.closed = True
        super().close()


class WorksWhenClosed(Sound):
    """Works on after closing."""

    def close(self):
        pass
