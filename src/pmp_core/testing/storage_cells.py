"""Clauses on cells: what is read equals what was written, in value and type; what no column holds is refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from functools import partial
from hashlib import sha256
from typing import Any

from pmp_core.errors import RegisterError
from pmp_core.register.schema import Row, Scalar, Table
from pmp_core.register.storage import Storage
from pmp_core.testing.storage_clause import Broken, clause, refuses, same
from pmp_core.testing.storage_tables import CELLS, DAY, GROUPS, LETTERS, MEMBERS, MOMENT, cells, group, member

INJECTIONS = (
    "'; DROP TABLE kit_cells; --", '"; DELETE FROM kit_cells; --', "') OR 1=1 --", "\\'; DROP TABLE kit_cells; #", "%s %(id)s :id ? $1 {id}",
    "NULL", "x' UNION SELECT id, id FROM kit_groups --", "/* */", "`kit_cells`", "100%_\\%",
)  # fmt: skip
# Cells that no column of the type holds, by column; those of other Python types, and those out of range.
ODD: dict[str, tuple[object, ...]] = {
    "text": (5, b"x", True),
    "integer": (True, "1", 1.0, 2**63, -(2**63) - 1),
    "boolean": (1, 0, "true"),
    "day": (MOMENT, "2021-09-01"),
    "moment": (MOMENT.replace(tzinfo=None), MOMENT.astimezone(timezone(timedelta(hours=3))), DAY, "2021-09-01T08:30:15Z"),
    "cents": (1.0, True, "100", 2**63, -(2**63) - 1),
}


class Word(StrEnum):
    """Text of a type of its own, as ids and codes of the library are."""

    ONE = "one"


class StorageCells:
    """Clauses on cells."""

    @clause
    def test_s_cell_1_text_comes_back_as_it_was(self, storage: Storage) -> None:
        """TEXT: every text is read as it was written: all Latvian letters, emoji, right-to-left marks, composed and decomposed
        letters, blanks at both ends, line ends, control characters.
        """
        texts = (
            LETTERS,
            "Šķūņa ģērbējs",
            "🎒👩‍🏫🏳️‍🌈𝄞",
            "\u200fעברית\u200e \u202eabc\u202c",
            "e\u0301 é ķ k\u0327",
            " a ",
            "a\r\nb\nc\rd\t",
            "\x01\x1f\x7f\ufeff\uffff",
        )
        read_back(storage, "text", texts)

    @clause
    def test_s_cell_2_sql_is_text(self, storage: Storage) -> None:
        """A text that is SQL, a pattern or a placeholder is text, in cells, in keys and in conditions."""
        read_back(storage, "text", INJECTIONS)
        with storage.begin() as tx:
            tx.insert(GROUPS, [group(text) for text in INJECTIONS])
            for text in INJECTIONS:
                same(tx.get(GROUPS, (text,)), group(text), f"get by the key {text!r}")
                same(tx.find(GROUPS, {"id": [text, "other"]}), [group(text)], f"find by the key {text!r}")
            same(tx.delete(GROUPS, {"id": INJECTIONS[2]}), 1, f"delete by the key {INJECTIONS[2]!r}")
            same(tx.count(GROUPS), len(INJECTIONS) - 1, "count after one row was deleted")

    @clause
    def test_s_cell_3_nul_and_half_characters_are_refused(self, storage: Storage) -> None:
        """A text with the null character, or with half of a surrogate pair, is refused in rows and in conditions."""
        with storage.begin() as tx:
            for text in ("a\0b", "\0", "\ud800", "a\udfff"):
                refuses("row-invalid", partial(tx.insert, CELLS, [cells("a", text=text)]), f"insert of the text {text!r}")
                refuses("query-invalid", partial(tx.find, CELLS, {"text": text}), f"find by the text {text!r}")
            same(tx.count(CELLS), 0, "count after all rows were refused")

    @clause
    def test_s_cell_4_ten_megabytes_of_text(self, storage: Storage) -> None:
        """A text of 10 MB (in UTF-8) outside keys, unique sets and indexes is kept whole."""
        note = "Piezīme par ģimeni 🎒. " * 400_000  # 26 bytes each
        with storage.begin() as tx:
            tx.insert(CELLS, [cells("a", text=note)])
        with storage.begin() as tx:
            found = tx.get(CELLS, ("a",))
        text = found["text"] if found else None
        if text != note:
            length = len(text) if isinstance(text, str) else 0
            raise Broken(f"a text of {len(note)} characters came back with {length}, or with others")

    @clause
    def test_s_cell_5_text_in_keys(self, storage: Storage) -> None:
        """A key, a unique set and a reference hold texts of 255 characters. A longer one is kept whole or refused with `row-invalid`, never cut."""
        with storage.begin() as tx:
            for text in ("ķ" * 255, "ķ" * 254 + "k"):
                tx.insert(GROUPS, [group(text)])
                tx.insert(MEMBERS, [member(text, group=text, place=text)])
                same(tx.find(MEMBERS, {"id": text}), [member(text, group=text, place=text)], "find by a key of 255 characters")
        long = "".join(sha256(str(number).encode()).hexdigest() for number in range(80))  # no database can make it shorter
        for table, row in ((GROUPS, group(long)), (MEMBERS, member("long", group="ķ" * 255, place=long))):
            kept_or_refused(storage, table, row)

    @clause
    def test_s_cell_6_an_empty_text_is_no_empty_cell(self, storage: Storage) -> None:
        """The empty text and the empty cell are two: each comes back as it was, and a condition finds one of them."""
        both = [cells("empty"), cells("text", text="")]
        with storage.begin() as tx:
            tx.insert(CELLS, both)
        with storage.begin() as tx:
            same(tx.find(CELLS), both, "find of a row with an empty cell and one with the empty text")
            same(tx.scan(CELLS, ["text"]), {"text": [None, ""]}, "scan of an empty cell and the empty text")
            same(tx.find(CELLS, {"text": ""}), both[1:], "find by the empty text")
            same(tx.find(CELLS, {"text": None}), both[:1], "find by the empty cell")

    @clause
    def test_s_cell_7_integers_of_64_bits(self, storage: Storage) -> None:
        """INTEGER: every int of 64 bits, exactly."""
        read_back(storage, "integer", (0, 1, -1, 2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63)))

    @clause
    def test_s_cell_8_cents_are_exact(self, storage: Storage) -> None:
        """CENTS: every int of 64 bits, to the cent."""
        read_back(storage, "cents", (0, 1, -1, 99, 1005, 10_000_000_000_000_001, 2**63 - 1, -(2**63)))

    @clause
    def test_s_cell_9_booleans_are_bools(self, storage: Storage) -> None:
        """BOOLEAN: True and False come back as bool, not as 1 and 0."""
        read_back(storage, "boolean", (True, False))

    @clause
    def test_s_cell_10_days_of_all_years(self, storage: Storage) -> None:
        """DAY: every day from 0001-01-01 to 9999-12-31 comes back as that date."""
        days = (date(1, 1, 1), date(1582, 10, 10), date(1900, 2, 28), date(2000, 2, 29), date(2021, 3, 28), date(9999, 12, 31))
        read_back(storage, "day", days)

    @clause
    def test_s_cell_11_moments_in_utc_to_the_microsecond(self, storage: Storage) -> None:
        """MOMENT: every moment of the years 1 to 9999, to the microsecond, comes back as an aware datetime in UTC."""
        moments = (
            MOMENT, MOMENT.replace(microsecond=0), MOMENT.replace(microsecond=999_999), datetime(1, 1, 1, tzinfo=UTC),
            datetime(2021, 3, 28, 1, 30, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999_999, UTC),
        )  # fmt: skip
        read_back(storage, "moment", moments)

    @clause
    def test_s_cell_12_every_type_may_be_empty(self, storage: Storage) -> None:
        """A nullable column of every type holds the empty cell, and gives it back as None."""
        with storage.begin() as tx:
            tx.insert(CELLS, [cells("a")])
        with storage.begin() as tx:
            same(tx.get(CELLS, ("a",)), cells("a"), "get of a row of empty cells")
            same(tx.scan(CELLS), {name: [cell] for name, cell in cells("a").items()}, "scan of a row of empty cells")

    @clause
    def test_s_cell_13_text_of_a_subclass_becomes_text(self, storage: Storage) -> None:
        """Text of a subclass of str is taken in rows, keys and conditions, and comes back as str."""
        with storage.begin() as tx:
            tx.insert(GROUPS, [group(Word.ONE, Word.ONE)])
            same(tx.get(GROUPS, (Word.ONE,)), group("one", "one"), "get by a key of a subclass of str")
            same(tx.find(GROUPS, {"name": Word.ONE}), [group("one", "one")], "find by a subclass of str")

    @clause
    def test_s_cell_14_other_types_are_refused(self, storage: Storage) -> None:
        """A cell of another Python type than the column's, or out of its range, is refused in insert and update, with the
        column's name.
        """
        with storage.begin() as tx:
            tx.insert(CELLS, [cells("a")])
            for column, odd in ODD.items():
                for cell in odd:
                    row: Any = cells("a") | {column: cell}
                    for call, what in ((tx.update, "update"), (_insert_of(tx.insert), "insert")):
                        told = f"{what} with {cell!r} in a column of type {column}"
                        error = refuses("row-invalid", partial(call, CELLS, row), told)
                        if error.place.column != column:
                            raise Broken(f"{told} was refused without naming the column as the error's place")
            same(tx.find(CELLS), [cells("a")], "find after all other rows were refused")

    @clause
    def test_s_cell_15_required_cells_and_all_columns(self, storage: Storage) -> None:
        """A row has every column of the table and no other; key columns and those that are not nullable are not empty."""
        odd: list[tuple[Table, Any]] = [
            (GROUPS, {"id": "a"}), (GROUPS, {}), (GROUPS, {"id": "a", "name": None, "more": 1}), (GROUPS, {"id": None, "name": None}),
            (MEMBERS, member("a") | {"version": None}),
        ]  # fmt: skip
        with storage.begin() as tx:
            for table, row in odd:
                refuses("row-invalid", partial(tx.insert, table, [row]), f"insert of {row} in {table.name}")
            same(tx.count(GROUPS), 0, "count after all rows were refused")

    @clause
    def test_s_cell_16_rows_are_copies(self, storage: Storage) -> None:
        """Rows handed in and handed out are copies: whoever changes one changes nothing that is stored."""
        row = group("a", "one")
        with storage.begin() as tx:
            tx.insert(GROUPS, [row])
            row["name"] = "changed"
            for found in (*tx.find(GROUPS), tx.get(GROUPS, ("a",)) or {}):
                found["name"] = "changed"
            tx.scan(GROUPS)["name"][:] = ["changed"]
            same(tx.find(GROUPS), [group("a", "one")], "find after the rows handed in and out were changed")


def read_back(storage: Storage, column: str, values: Sequence[Scalar]) -> None:
    """Each value is the same through get, find by itself and scan, one row at a time, in the transaction and in a later one."""
    for value in values:
        row = cells("a", **{column: value})
        with storage.begin() as tx:
            tx.insert(CELLS, [row])
            same(tx.get(CELLS, ("a",)), row, f"get of {value!r} in the transaction that wrote it")
        with storage.begin() as tx:
            same(tx.get(CELLS, ("a",)), row, f"get of {value!r}")
            same(tx.find(CELLS, {column: value}), [row], f"find by {value!r}")
            same(tx.scan(CELLS, [column]), {column: [value]}, f"scan of {value!r}")
            tx.delete(CELLS, {"id": "a"})


def kept_or_refused(storage: Storage, table: Table, row: Row) -> None:
    """A long text is there whole, or was refused."""
    length = max(len(cell) for cell in row.values() if isinstance(cell, str))
    key = tuple(row[name] for name in table.key)
    with storage.begin() as tx:
        try:
            tx.insert(table, [row])
        except RegisterError as error:
            if error.code != "row-invalid":
                raise Broken(
                    f"a text of {length} characters in a key was refused with `{error.code}`, not with `row-invalid`"
                ) from error
        else:
            if tx.get(table, key) != row:
                raise Broken(f"a text of {length} characters in a key was taken, and is not there whole")


def _insert_of(insert: Any) -> Any:
    return lambda table, row: insert(table, [row])
