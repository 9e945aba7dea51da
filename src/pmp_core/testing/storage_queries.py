"""Clauses on reading: get, filter, order, limit, count and scan."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any

from pmp_core.register.schema import Row, Scalar
from pmp_core.register.storage import Storage
from pmp_core.testing.storage_clause import clause, refuses, same
from pmp_core.testing.storage_tables import CELLS, DAY, DAYS, GROUPS, MEMBERS, MOMENT, NUMBERS, cells, day_of, group, member

_MANY, _MANY_OF_A_TYPE = 70_000, 1_000  # the first is more than any database takes as parameters of one statement

# By column: two cells, ascending.
_TWO: dict[str, tuple[Scalar, Scalar]] = {
    "text": ("a", "b"), "integer": (-1, 2), "boolean": (False, True), "day": (DAY, DAY + timedelta(days=1)),
    "moment": (MOMENT, MOMENT + timedelta(microseconds=1)), "cents": (-100, 99),
}  # fmt: skip
# Four rows for the filters, and conditions with the ids of those that meet them.
_FOUR = (
    cells("a", integer=1, boolean=True), cells("b", integer=1), cells("c", boolean=False, text="x"), cells("d", integer=2, text="y"),
)  # fmt: skip
_MEANT: tuple[tuple[dict[str, Any], str], ...] = (
    ({}, "abcd"), ({"integer": 1}, "ab"), ({"integer": None}, "c"), ({"integer": [1, None]}, "abc"), ({"integer": (2, 1, 1)}, "abd"),
    ({"integer": []}, ""), ({"integer": 1, "boolean": True}, "a"), ({"integer": [1, 2], "boolean": [True, None]}, "abd"), ({"id": "x"}, ""),
    ({"day": None, "cents": None}, "abcd"),
)  # fmt: skip


class StorageQueries:
    """Clauses on reading."""

    @clause
    def test_s_get_1_the_row_with_the_key_or_none(self, storage: Storage) -> None:
        """`get` gives the row with this key, with every column, or None."""
        day = DAY + timedelta(days=1)
        with storage.begin() as tx:
            tx.insert(MEMBERS, [member("a", level=1), member("b", level=2)])
            tx.insert(DAYS, [day_of("a", DAY), day_of("b", DAY), day_of("b", day, DAY)])
            same(tx.get(MEMBERS, ("b",)), member("b", level=2), "get of the second row")
            same(tx.get(DAYS, ("b", day)), day_of("b", day, DAY), "get by a key of two columns")
            same(tx.get(DAYS, ("a", day)), None, "get by a key that no row has")

    @clause
    def test_s_get_2_a_key_of_other_values_is_refused(self, storage: Storage) -> None:
        """A key of more or fewer values than the table's, or of other types, is refused."""
        with storage.begin() as tx:
            odd: tuple[tuple[Scalar, ...], ...] = (("a",), ("a", DAY, DAY), (), (1, DAY), ("a", "2021-09-01"), ("a", MOMENT))
            for key in odd:
                refuses("query-invalid", partial(tx.get, DAYS, key), f"get by the key {key}")

    @clause
    def test_s_filter_1_rows_that_equal_in_every_type(self, storage: Storage) -> None:
        """A condition on a column of any type finds the rows that hold exactly this value."""
        with storage.begin() as tx:
            tx.insert(CELLS, [cells("low", **{column: low for column, (low, _) in _TWO.items()})])
            tx.insert(CELLS, [cells("none"), cells("high", **{column: high for column, (_, high) in _TWO.items()})])
            for column, (low, high) in _TWO.items():
                same(_ids(tx.find(CELLS, {column: low})), ["low"], f"find by {column} = {low!r}")
                same(_ids(tx.find(CELLS, {column: high})), ["high"], f"find by {column} = {high!r}")

    @clause
    def test_s_filter_2_no_condition_is_every_row(self, storage: Storage) -> None:
        """No condition, as None or as an empty mapping, finds every row."""
        with storage.begin() as tx:
            tx.insert(CELLS, _FOUR)
            same(_ids(tx.find(CELLS)), ["a", "b", "c", "d"], "find without conditions")
            same(_ids(tx.find(CELLS, {})), ["a", "b", "c", "d"], "find with an empty mapping of conditions")

    @clause
    def test_s_filter_3_any_of_several(self, storage: Storage) -> None:
        """A list or tuple finds the rows that hold any of its values, each row once; an empty one finds none."""
        with storage.begin() as tx:
            tx.insert(CELLS, _FOUR)
            same(_ids(tx.find(CELLS, {"integer": [2, 1, 1, 7]})), ["a", "b", "d"], "find by any of [2, 1, 1, 7]")
            same(_ids(tx.find(CELLS, {"text": ("x",)})), ["c"], "find by any of one")
            same(tx.find(CELLS, {"integer": []}), [], "find by any of none")

    @clause
    def test_s_filter_4_none_is_the_empty_cell(self, storage: Storage) -> None:
        """None as a condition, alone or in a list, finds the rows whose cell is empty."""
        with storage.begin() as tx:
            tx.insert(CELLS, _FOUR)
            same(_ids(tx.find(CELLS, {"integer": None})), ["c"], "find by None")
            same(_ids(tx.find(CELLS, {"integer": [None]})), ["c"], "find by any of [None]")
            same(_ids(tx.find(CELLS, {"integer": [2, None]})), ["c", "d"], "find by any of [2, None]")
            same(_ids(tx.find(CELLS, {"id": None})), [], "find by None in the key")

    @clause
    def test_s_filter_5_conditions_hold_together(self, storage: Storage) -> None:
        """Conditions on several columns hold together."""
        with storage.begin() as tx:
            tx.insert(CELLS, _FOUR)
            same(_ids(tx.find(CELLS, {"integer": 1, "boolean": True})), ["a"], "find by two columns")
            same(_ids(tx.find(CELLS, {"boolean": None, "integer": [1, 2]})), ["b", "d"], "find by None and any of two")

    @clause
    def test_s_filter_6_seventy_thousand_values(self, storage: Storage) -> None:
        """A list of 70 000 values, and one of 1 000 of every type, works as a short one does; order and limit hold."""
        numbers = range(_MANY_OF_A_TYPE)
        asked: dict[str, list[Scalar]] = {
            "id": [f"Ž\"{number}'" for number in range(_MANY)],
            "text": [f"Ž\"{number}'" for number in numbers],
            "integer": [2**60 + number for number in numbers],
            "boolean": [number % 2 == 0 for number in numbers],
            "day": [date(1950, 1, 1) + timedelta(days=number) for number in numbers],
            "moment": [MOMENT + timedelta(microseconds=number) for number in numbers],
            "cents": [number - 500 for number in numbers],
        }
        rows = [{column: values[at] for column, values in asked.items()} for at in (5, 900)]
        with storage.begin() as tx:
            tx.insert(CELLS, [*rows, cells("other")])
            for column, values in asked.items():
                found = tx.find(CELLS, {column: values}, order=["-integer"], limit=5)
                same(found, rows[::-1], f"find by any of {len(values)} values of {column}")
            same(tx.count(CELLS, {"cents": [None, *asked["cents"]]}), 3, "count by any of 1000 values and None")

    @clause
    def test_s_filter_7_text_is_compared_exactly(self, storage: Storage) -> None:
        """Texts are equal if they have the same code points: case, diacritics, blanks at the end and composition count."""
        texts = sorted(("sala", "Sala", "sāla", "sala ", " sala", "ķ", "k\u0327", "straße", "strasse", "i", "ı"))
        with storage.begin() as tx:
            tx.insert(CELLS, [cells(text, text=text) for text in texts])
            for text in texts:
                same(_ids(tx.find(CELLS, {"text": text})), [text], f"find by the text {text!r}")
                same(_ids(tx.find(CELLS, {"id": text})), [text], f"find by the key {text!r}")
                same(tx.get(CELLS, (text,)), cells(text, text=text), f"get by the key {text!r}")

    @clause
    def test_s_filter_8_unknown_columns_are_refused(self, storage: Storage) -> None:
        """A condition on a column that the table does not have is refused, in find, count and delete."""
        with storage.begin() as tx:
            tx.insert(GROUPS, [group("a")])
            for call in (tx.find, tx.count, tx.delete):
                refuses("column-unknown", partial(call, GROUPS, {"nmae": "a"}), f"{call.__name__} by a column that is not there")

    @clause
    def test_s_filter_9_values_of_other_types_are_refused(self, storage: Storage) -> None:
        """A condition with a value of a type that the column never holds is refused."""
        odd: dict[str, tuple[Any, ...]] = {
            "text": (5, True), "integer": ("1", True, 2**63), "boolean": (1, "true"), "day": (MOMENT, "2021-09-01"),
            "moment": (MOMENT.replace(tzinfo=None), DAY), "cents": (1.0, True),
        }  # fmt: skip
        with storage.begin() as tx:
            for column, values in odd.items():
                for value in values:
                    what = f"find by {value!r} in a column of type {column}"
                    refuses("query-invalid", partial(tx.find, CELLS, {column: value}), what)
                    refuses("query-invalid", partial(tx.find, CELLS, {column: [None, value]}), f"{what}, in a list")

    @clause
    def test_s_order_1_by_key_unless_asked_otherwise(self, storage: Storage) -> None:
        """Without an order rows come by their key, ascending, column by column."""
        later, latest = DAY + timedelta(days=1), DAY + timedelta(days=200)
        with storage.begin() as tx:
            tx.insert(NUMBERS, [{"number": number} for number in (10, -1, 9, 2)])
            tx.insert(MEMBERS, [member("b"), member("a")])
            tx.insert(DAYS, [day_of("b", DAY), day_of("a", latest), day_of("a", DAY), day_of("b", later), day_of("a", later)])
            same([row["number"] for row in tx.find(NUMBERS)], [-1, 2, 9, 10], "find in no order")
            found = [(row["member"], row["day"]) for row in tx.find(DAYS)]
            same(
                found,
                [("a", DAY), ("a", later), ("a", latest), ("b", DAY), ("b", later)],
                "find by a key of two columns in no order",
            )

    @clause
    def test_s_order_2_ascending_with_empty_cells_first(self, storage: Storage) -> None:
        """Ascending, empty cells come first, then the values of every type from the lowest: False before True, days and moments
        by time.
        """
        with storage.begin() as tx:
            _three(tx)
            for column in _TWO:
                same(_ids(tx.find(CELLS, order=[column])), ["b", "c", "a"], f"find in the order of {column}")

    @clause
    def test_s_order_3_descending_with_empty_cells_last(self, storage: Storage) -> None:
        """Descending (`-name`), values come from the highest, and empty cells last."""
        with storage.begin() as tx:
            _three(tx)
            for column in _TWO:
                same(_ids(tx.find(CELLS, order=[f"-{column}"])), ["a", "c", "b"], f"find in the order of -{column}")

    @clause
    def test_s_order_4_ties_by_key(self, storage: Storage) -> None:
        """Rows that tie, with equal or with empty cells, come by their key, ascending, under a descending order too."""
        with storage.begin() as tx:
            tx.insert(CELLS, [cells(key, integer=1) for key in "dbac"] + [cells(key) for key in "hfeg"])
            same("".join(_ids(tx.find(CELLS, order=["integer"]))), "efghabcd", "find of ties, ascending")
            same("".join(_ids(tx.find(CELLS, order=["-integer"]))), "abcdefgh", "find of ties, descending")

    @clause
    def test_s_order_5_text_by_code_point(self, storage: Storage) -> None:
        """Text is ordered by code point and by nothing else: capitals before small letters, Latvian letters after z, emoji last."""
        texts = ["", " ", "A", "Z", "a", "a ", "a-b", "aZ", "aa", "b", "z", "Ā", "ā", "č", "\uffee", "🎒"]
        with storage.begin() as tx:
            tx.insert(CELLS, [cells(text, text=text) for text in reversed(texts)])
            same(_ids(tx.find(CELLS, order=["text"])), texts, "find in the order of a text")
            same(_ids(tx.find(CELLS, order=["-text"])), texts[::-1], "find in the descending order of a text")
            same(_ids(tx.find(CELLS)), texts, "find by a key of text")

    @clause
    def test_s_order_6_several_columns(self, storage: Storage) -> None:
        """Of several columns the first counts most, each in its own direction."""
        rows = [
            cells("a", integer=1, text="x"),
            cells("b", integer=1, text="y"),
            cells("c", integer=2, text="x"),
            cells("d", text="y"),
        ]
        with storage.begin() as tx:
            tx.insert(CELLS, rows)
            same("".join(_ids(tx.find(CELLS, order=["integer", "-text"]))), "dbac", "find in the order integer, -text")
            same("".join(_ids(tx.find(CELLS, order=["-text", "integer"]))), "dbac", "find in the order -text, integer")
            same("".join(_ids(tx.find(CELLS, order=["-integer", "-id"]))), "cbad", "find in the order -integer, -id")

    @clause
    def test_s_order_7_unknown_columns_are_refused(self, storage: Storage) -> None:
        """An order by a column that the table does not have is refused."""
        with storage.begin() as tx:
            for name in ("nmae", "-nmae", "id; DROP TABLE kit_groups", "id DESC"):
                refuses("column-unknown", partial(tx.find, GROUPS, order=[name]), f"find in the order of {name!r}")

    @clause
    def test_s_limit_1_the_first_of_the_order(self, storage: Storage) -> None:
        """A limit gives the first so many rows in the order asked for; 0 gives none, and more than there are gives all."""
        with storage.begin() as tx:
            tx.insert(CELLS, [cells(key, integer=number) for number, key in enumerate("cabd")])
            same("".join(_ids(tx.find(CELLS, limit=3))), "abc", "find of at most 3")
            same("".join(_ids(tx.find(CELLS, order=["-integer"], limit=1))), "d", "find of at most 1, descending")
            same(
                "".join(_ids(tx.find(CELLS, {"integer": [0, 1, 2]}, order=["integer"], limit=2))),
                "ca",
                "find of at most 2 by any of 3",
            )
            same(tx.find(CELLS, limit=0), [], "find of at most 0")
            same("".join(_ids(tx.find(CELLS, limit=4))), "abcd", "find of at most as many as there are")
            same("".join(_ids(tx.find(CELLS, limit=99))), "abcd", "find of at most 99")

    @clause
    def test_s_limit_2_a_negative_limit_is_refused(self, storage: Storage) -> None:
        """A negative limit is refused."""
        with storage.begin() as tx:
            refuses("query-invalid", lambda: tx.find(GROUPS, limit=-1), "find of at most -1")

    @clause
    def test_s_count_1_as_many_as_find_gives(self, storage: Storage) -> None:
        """`count` says how many rows `find` gives with the same conditions."""
        with storage.begin() as tx:
            same(tx.count(CELLS), 0, "count of an empty table")
            tx.insert(CELLS, _FOUR)
            same(tx.count(CELLS), 4, "count without conditions")
            for where, meant in _MEANT:
                same(tx.count(CELLS, where), len(meant), f"count by {where}")

    @clause
    def test_s_scan_1_the_whole_table_as_columns_by_key(self, storage: Storage) -> None:
        """`scan` gives every row as one list for each column, all in the order of the key."""
        rows = [group("b", "1"), group("Ā"), group("a", "🎒")]
        with storage.begin() as tx:
            tx.insert(GROUPS, rows)
            same(tx.scan(GROUPS), {"id": ["a", "b", "Ā"], "name": ["🎒", "1", None]}, "scan")

    @clause
    def test_s_scan_2_named_columns(self, storage: Storage) -> None:
        """`scan` gives the columns that are named, in that order, and none when none is; an unknown one is refused."""
        with storage.begin() as tx:
            tx.insert(GROUPS, [group("a", "x")])
            same(tx.scan(GROUPS, ["name", "id"]), {"name": ["x"], "id": ["a"]}, "scan of name, id")
            same(tx.scan(GROUPS, ["name"]), {"name": ["x"]}, "scan of name")
            same(tx.scan(GROUPS, []), {}, "scan of no column")
            refuses("column-unknown", lambda: tx.scan(GROUPS, ["nmae"]), "scan of a column that is not there")

    @clause
    def test_s_scan_3_an_empty_table_has_its_columns(self, storage: Storage) -> None:
        """`scan` of a table without rows gives an empty list for each column."""
        with storage.begin() as tx:
            same(tx.scan(CELLS), {name: [] for name in CELLS.names}, "scan of an empty table")


def _ids(rows: list[Row]) -> list[Any]:
    return [row["id"] for row in rows]


def _three(tx: Any) -> None:
    tx.insert(CELLS, [cells("a", **{column: high for column, (_, high) in _TWO.items()})])
    tx.insert(CELLS, [cells("b"), cells("c", **{column: low for column, (low, _) in _TWO.items()})])
