"""Clauses on the place itself: making tables, opening again, closing, and what errors say."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from attrs import evolve

from pmp_core.errors import NotFound, NotUnique, RegisterError, VersionConflict
from pmp_core.register.schema import Column, ColumnType, Reference, Row, Table
from pmp_core.register.storage import Storage, Transaction
from pmp_core.testing.storage_clause import Broken, clause, refuses, same
from pmp_core.testing.storage_tables import CELLS, DAYS, GROUPS, MEMBERS, MOMENT, NUMBERS, TABLES, cells, group, member

_T = ColumnType
_SECRET = "Ērikas adrese 🎒"
_FRESH = Table("kit_fresh", GROUPS.columns, key=("id",))
# The groups of a later release: a column more of every type, each of which may be empty.
_WIDER = evolve(
    GROUPS, columns=(GROUPS.columns[0], *(evolve(column, nullable=True) for column in CELLS.columns[1:]), GROUPS.columns[1])
)
# The groups as they are not.
_OTHERWISE: dict[str, Table] = {
    "a column more that must not be empty": evolve(GROUPS, columns=(*GROUPS.columns, Column("more", _T.TEXT))),
    "a column less": evolve(GROUPS, columns=GROUPS.columns[:1]),
    "a column of another type": evolve(GROUPS, columns=(GROUPS.columns[0], Column("name", _T.DAY, nullable=True))),
    "a column that must not be empty": evolve(GROUPS, columns=(GROUPS.columns[0], Column("name", _T.TEXT))),
    "another key": evolve(GROUPS, columns=(Column("id", _T.TEXT, nullable=True), Column("name", _T.TEXT)), key=("name",)),
    "a unique set more": evolve(GROUPS, unique=(("name",),)),
    "a reference more": evolve(GROUPS, references=(Reference(("name",), "kit_members"),)),
}


class StoragePlaces:
    """Clauses on the place itself."""

    claims: ClassVar[frozenset[str]]

    @clause
    def test_s_port_1_it_is_a_storage(self, storage: Storage) -> None:
        """A storage has the methods of `Storage` and a name; what `begin` gives has those of `Transaction`."""
        if not (isinstance(storage, Storage) and isinstance(storage.name, str) and storage.name):
            raise Broken("it has not all methods of `Storage`, or no name")
        with storage.begin() as tx:
            if not isinstance(tx, Transaction):
                raise Broken(f"`begin` gave {type(tx).__name__}, which has not all methods of `Transaction`")

    @clause
    def test_s_create_1_tables_in_any_order(self, opened: Callable[[], Storage]) -> None:
        """`create` makes tables in whatever order they are handed in, with references to each other and to themselves, together
        or one call after another.
        """
        storage = opened()
        storage.create([NUMBERS, GROUPS])
        storage.create([DAYS, MEMBERS])
        with storage.begin() as tx:
            for table in (NUMBERS, GROUPS, DAYS, MEMBERS):
                same(tx.find(table), [], f"find in the new table {table.name}")

    @clause
    def test_s_create_2_twice(self, storage: Storage) -> None:
        """`create` of tables that are there changes nothing: every row stays."""
        with storage.begin() as tx:
            tx.insert(GROUPS, [group("a", "x"), group("b")])
            tx.insert(MEMBERS, [member("m", "a")])
        storage.create(TABLES)
        with storage.begin() as tx:
            same(tx.find(GROUPS), [group("a", "x"), group("b")], "find after the tables were made a second time")
            same(tx.find(MEMBERS), [member("m", "a")], "find after the tables were made a second time")

    @clause
    def test_s_create_3_new_columns_that_may_be_empty(self, opened: Callable[[], Storage]) -> None:
        """`create` gives a table the columns that its description has more and that may be empty, of any type: rows that are
        there have them empty, and new rows fill them. Where rows outlive the storage, this holds after opening it again.
        """
        storage = opened()
        storage.create([GROUPS])
        with storage.begin() as tx:
            tx.insert(GROUPS, [group("a", "x")])
        if "persists" in self.claims:
            storage.close()
            storage = opened()
        storage.create([_WIDER])
        empty: Row = dict.fromkeys(_WIDER.names) | {"id": "a", "name": "x"}
        full: Row = dict.fromkeys(_WIDER.names) | cells(
            "b", text="t", integer=1, boolean=True, day=MOMENT.date(), moment=MOMENT, cents=5
        )
        with storage.begin() as tx:
            tx.insert(_WIDER, [full])
            same(tx.find(_WIDER), [empty, full], "find after columns were added")
            same(tx.find(_WIDER, {"moment": MOMENT}), [full], "find by a column that was added")
            tx.update(_WIDER, empty | {"boolean": False})
            same(tx.scan(_WIDER, ["boolean"]), {"boolean": [False, True]}, "scan of a column that was added")

    @clause
    def test_s_create_4_another_shape_is_refused(self, opened: Callable[[], Storage]) -> None:
        """`create` refuses a description that differs otherwise from the table that is there (in a type, in what may be empty,
        in the key, in a unique set, in a reference), and makes none of the tables of the call.
        """
        storage = opened()
        storage.create(TABLES)
        with storage.begin() as tx:
            tx.insert(GROUPS, [group("a", "x")])
        for again in (False, True) if "persists" in self.claims else (False,):
            if again:
                storage.close()
            for what, table in _OTHERWISE.items():
                if again:
                    storage = opened()
                refuses(
                    "schema-differs",
                    partial(storage.create, [_FRESH, table, MEMBERS]),
                    f"create of a table that is there, with {what},",
                )
                if again:
                    storage.close()
        if "persists" in self.claims:
            storage = opened()
        storage.create(TABLES)
        with storage.begin() as tx:
            same(tx.find(GROUPS), [group("a", "x")], "find after other shapes were refused")
            refuses("table-unknown", lambda: tx.count(_FRESH), "count in a table of a call that was refused")

    @clause
    def test_s_create_5_a_reference_to_no_table_is_refused(self, storage: Storage) -> None:
        """`create` refuses a table that refers to one that was never described, and makes none of the tables of the call."""
        lost = Table("kit_lost", GROUPS.columns, key=("id",), references=(Reference(("name",), "kit_nowhere"),))
        refuses("table-unknown", lambda: storage.create([_FRESH, lost]), "create of a table that refers to none")
        with storage.begin() as tx:
            refuses("table-unknown", lambda: tx.count(_FRESH), "count in a table of a call that was refused")

    @clause
    def test_s_create_6_tables_that_were_not_made(self, storage: Storage) -> None:
        """Every call on a table that was not made is refused."""
        row = group("a")
        with storage.begin() as tx:
            calls: tuple[Callable[[], object], ...] = (
                partial(tx.get, _FRESH, ("a",)), partial(tx.find, _FRESH), partial(tx.count, _FRESH), partial(tx.scan, _FRESH), partial(tx.scan_arrow, _FRESH),
                partial(tx.insert, _FRESH, [row]), partial(tx.update, _FRESH, row), partial(tx.delete, _FRESH, {}),
            )  # fmt: skip
            for call in calls:
                refuses("table-unknown", call, f"{call.func.__name__} on a table that was not made")  # type: ignore[attr-defined]

    @clause
    def test_s_create_7_columns_that_were_not_made(self, storage: Storage) -> None:
        """A call with a description that has columns which the table lacks is refused: they are made by `create` only."""
        row: Any = dict.fromkeys(_WIDER.names) | {"id": "a"}
        for call in (lambda tx: tx.find(_WIDER), lambda tx: tx.insert(_WIDER, [row]), lambda tx: tx.scan(_WIDER)):

            def alone(call: Callable[[Transaction], object] = call) -> None:
                with storage.begin() as tx:
                    call(tx)

            refuses("schema-differs", alone, "a call with columns that the table lacks")

    @clause
    def test_s_reopen_1_what_was_kept_is_there_again(self, opened: Callable[[], Storage]) -> None:
        """Where `persists` is claimed, what was kept is there after closing and opening again, before `create` and after it, and
        what was undone is not. Where it is not claimed, what is opened again has no table.
        """
        storage = opened()
        storage.create(TABLES)
        full = cells("a", text="Ķ", integer=2**60, boolean=True, day=MOMENT.date(), moment=MOMENT, cents=-1)
        with storage.begin() as tx:
            tx.insert(CELLS, [full, cells("b")])
        try:
            with storage.begin() as tx:
                tx.insert(CELLS, [cells("c")])
                raise LookupError
        except LookupError:
            pass
        storage.close()
        again = opened()
        if "persists" not in self.claims:
            with again.begin() as tx:
                refuses("table-unknown", lambda: tx.count(CELLS), "count after opening again, where `persists` is not claimed,")
            return
        for what in ("opening again", "opening again and `create`"):
            with again.begin() as tx:
                same(tx.find(CELLS), [full, cells("b")], f"find after {what}")
            again.create(TABLES)

    @clause
    def test_s_reopen_2_what_was_described_holds_again(self, opened: Callable[[], Storage]) -> None:
        """Where `persists` is claimed, keys, unique sets, references and versions hold after opening again as before. Where it
        is not claimed, the rows from before do not.
        """
        storage = opened()
        storage.create(TABLES)
        with storage.begin() as tx:
            tx.insert(GROUPS, [group("s")])
            tx.insert(MEMBERS, [member("a", "s", "x", version=3)])
        storage.close()
        again = opened()
        again.create(TABLES)
        with again.begin() as tx:
            if "persists" not in self.claims:
                tx.insert(GROUPS, [group("s")])
                same(tx.delete(GROUPS, {}), 1, "delete after opening again, where `persists` is not claimed,")
                return
            refuses("not-unique", lambda: tx.insert(MEMBERS, [member("a")]), "insert of a key from before")
            refuses("not-unique", lambda: tx.insert(MEMBERS, [member("b", "s", "x")]), "insert of a unique set from before")
            refuses("reference-missing", lambda: tx.insert(MEMBERS, [member("b", "t")]), "insert of a reference to nothing")
            refuses("reference-in-use", lambda: tx.delete(GROUPS, {}), "delete of a row that one from before refers to")
            refuses("version-conflict", lambda: tx.update(MEMBERS, member("a"), version=1), "update with another version")

    @clause
    def test_s_close_1_twice(self, storage: Storage) -> None:
        """Closing a storage a second time does nothing."""
        storage.close()
        storage.close()

    @clause
    def test_s_close_2_what_is_closed_says_so(self, storage: Storage) -> None:
        """`begin` and `create` of a storage that was closed are refused."""
        storage.close()
        refuses("storage-closed", lambda: storage.begin().__enter__(), "begin after closing")
        refuses("storage-closed", lambda: storage.create(TABLES), "create after closing")

    @clause
    def test_s_error_1_every_refusal_says_what_to_do(self, storage: Storage) -> None:
        """A refusal is an error of its own kind (`NotUnique`, `NotFound`, `VersionConflict`, else `RegisterError`) with a
        message that names the table, and a remedy.
        """
        for error, kind in _refusals(storage):
            if not isinstance(error, kind):
                raise Broken(f"the refusal `{error.code}` is a {type(error).__name__}, not a {kind.__name__}")
            if not error.remedy:
                raise Broken(f"the refusal `{error.code}` says nothing of what to do")
            if not re.search(r"\bkit_(members|groups)\b", error.message):
                raise Broken(f"the refusal `{error.code}` does not name the table: {error.message}")

    @clause
    def test_s_error_2_no_cell_is_told(self, storage: Storage) -> None:
        """No refusal tells a cell: not in its message, nor in what its traceback prints. Keys may be told."""
        for error, _ in _refusals(storage):
            if _SECRET in "".join(traceback.format_exception(error)) + repr(error) + repr(vars(error)):
                raise Broken(f"the refusal `{error.code}`, or its traceback, tells a cell")


def _refusals(storage: Storage) -> list[tuple[RegisterError, type[RegisterError]]]:
    """One refusal of each kind, of rows with a text that is not to be told."""
    row = member("a", _SECRET, _SECRET)
    odd: Any = row | {"level": _SECRET}
    with storage.begin() as tx:
        tx.insert(GROUPS, [group(_SECRET, _SECRET)])
        tx.insert(MEMBERS, [row])
        calls: tuple[tuple[str, Callable[[], object], type[RegisterError]], ...] = (
            ("not-unique", lambda: tx.insert(MEMBERS, [row | {"id": "b"}]), NotUnique),
            ("reference-missing", lambda: tx.insert(MEMBERS, [row | {"id": "b", "group": f"{_SECRET}!"}]), RegisterError),
            ("reference-in-use", lambda: tx.delete(GROUPS, {"id": _SECRET}), RegisterError),
            ("row-invalid", lambda: tx.insert(MEMBERS, [odd | {"id": "b"}]), RegisterError),
            ("query-invalid", lambda: tx.find(MEMBERS, {"level": _SECRET}), RegisterError),
            ("not-found", lambda: tx.update(MEMBERS, row | {"id": "b"}, version=1), NotFound),
            ("version-conflict", lambda: tx.update(MEMBERS, row, version=5), VersionConflict),
        )
        found = []
        for code, call, kind in calls:
            try:
                call()
            except RegisterError as error:
                if error.code == code:  # another refusal, or none, is told by the clause on it
                    found.append((error, kind))
        return found
