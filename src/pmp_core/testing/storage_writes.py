"""Clauses on writing: insert, update with versions, delete, uniqueness and references."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from pmp_core.register.schema import Row
from pmp_core.register.storage import Storage
from pmp_core.testing.storage_clause import Broken, clause, refuses, same
from pmp_core.testing.storage_tables import CELLS, DAY, DAYS, GROUPS, MEMBERS, NUMBERS, cells, day_of, group, member

_STREAM = 12_345  # no multiple of a batch that anyone would choose


class StorageWrites:
    """Clauses on writing."""

    @clause
    def test_s_insert_1_a_stream_is_written_whole(self, storage: Storage) -> None:
        """`insert` takes any iterable, read once: of a stream of 12 345 rows each is there; of an empty one, none."""
        with storage.begin() as tx:
            tx.insert(NUMBERS, ({"number": number} for number in range(_STREAM)))
            tx.insert(NUMBERS, iter(()))
        with storage.begin() as tx:
            same(tx.count(NUMBERS), _STREAM, f"count after an insert of {_STREAM} rows")
            missing = set(range(_STREAM)).difference(tx.scan(NUMBERS)["number"])
            same(len(missing), 0, "the number of rows that a scan lacks")

    @clause
    def test_s_insert_2_an_insert_that_fails_adds_nothing(self, storage: Storage) -> None:
        """An `insert` of which one row is refused, or whose iterable raises, adds none of its rows; the transaction goes on."""

        def broken() -> Iterator[Row]:
            for number in range(100, 100 + _STREAM):
                yield {"number": number}
            raise OSError("the file ended")

        rows: list[Row] = [{"number": 1}, {"number": 2}, {"number": 0}]
        with storage.begin() as tx:
            tx.insert(NUMBERS, [{"number": 0}])
            refuses(
                "not-unique", lambda: tx.insert(NUMBERS, iter(rows)), "insert of three rows, the last with a key that is taken"
            )
            same(tx.count(NUMBERS), 1, "count after an insert that failed")
            _raises_as_it_is(partial(tx.insert, NUMBERS, broken()))
            same(tx.count(NUMBERS), 1, "count after an insert whose rows broke off")
            tx.insert(NUMBERS, [{"number": 3}])
        with storage.begin() as tx:
            same(tx.scan(NUMBERS), {"number": [0, 3]}, "scan after two inserts that failed and one that did not")

    @clause
    def test_s_update_1_the_whole_row_and_no_other(self, storage: Storage) -> None:
        """`update` replaces the row with the same key, empty cells too, and touches no other."""
        with storage.begin() as tx:
            tx.insert(GROUPS, [group("a", "one"), group("b", "one"), group("c", "two")])
            tx.update(GROUPS, group("b"))
            same(tx.find(GROUPS), [group("a", "one"), group("b"), group("c", "two")], "find after an update with an empty cell")
            tx.update(GROUPS, group("a", "new"))
            same(tx.find(GROUPS), [group("a", "new"), group("b"), group("c", "two")], "find after an update")

    @clause
    def test_s_update_2_to_what_is_there_already(self, storage: Storage) -> None:
        """An `update` that changes nothing, also of a table of nothing but its key, is no error."""
        with storage.begin() as tx:
            tx.insert(GROUPS, [group("a", "one")])
            tx.insert(NUMBERS, [{"number": 1}])
            tx.insert(MEMBERS, [member("a", level=1)])
            tx.update(GROUPS, group("a", "one"))
            tx.update(NUMBERS, {"number": 1})
            tx.update(MEMBERS, member("a", level=1), version=1)
            same(tx.find(GROUPS), [group("a", "one")], "find after an update to the same row")

    @clause
    def test_s_update_3_a_row_that_is_not_there(self, storage: Storage) -> None:
        """An `update` of a row that is not there is refused, and adds none."""
        with storage.begin() as tx:
            refuses("not-found", lambda: tx.update(GROUPS, group("a")), "update of a row that is not there")
            refuses(
                "not-found", lambda: tx.update(NUMBERS, {"number": 1}), "update of a row that is nothing but a key and not there"
            )
            refuses(
                "not-found", lambda: tx.update(MEMBERS, member("a"), version=1), "update of a versioned row that is not there"
            )
            same(tx.count(GROUPS) + tx.count(NUMBERS) + tx.count(MEMBERS), 0, "count after updates of rows that are not there")

    @clause
    def test_s_version_1_another_version_is_a_conflict(self, storage: Storage) -> None:
        """`update` of a versioned row with another version than the stored one, older or newer, is refused and changes nothing."""
        with storage.begin() as tx:
            tx.insert(MEMBERS, [member("a", level=1, version=7)])
            for version in (6, 8, 0):
                call = partial(tx.update, MEMBERS, member("a", level=9, version=9), version=version)
                refuses("version-conflict", call, f"update with version {version} of a row that has 7")
            same(tx.find(MEMBERS), [member("a", level=1, version=7)], "find after updates with other versions")

    @clause
    def test_s_version_2_the_same_version_is_replaced_by_the_new_one(self, storage: Storage) -> None:
        """`update` with the stored version replaces the row, and the version with it by the one in the new row."""
        with storage.begin() as tx:
            tx.insert(MEMBERS, [member("a", level=1, version=7)])
            tx.update(MEMBERS, member("a", level=2, version=8), version=7)
            same(tx.find(MEMBERS), [member("a", level=2, version=8)], "find after an update with the stored version")
            tx.update(MEMBERS, member("a", level=3, version=20), version=8)
            same(tx.find(MEMBERS), [member("a", level=3, version=20)], "find after a second update")

    @clause
    def test_s_version_3_versioned_tables_need_a_version(self, storage: Storage) -> None:
        """`update` of a versioned table without a version is refused; so is one with a version where the table has none."""
        with storage.begin() as tx:
            tx.insert(MEMBERS, [member("a")])
            tx.insert(GROUPS, [group("a")])
            refuses(
                "version-missing",
                lambda: tx.update(MEMBERS, member("a", level=1)),
                "update of a versioned table without a version",
            )
            call = partial(tx.update, GROUPS, group("a", "x"), version=1)
            refuses("version-unexpected", call, "update with a version of a table that has none")
            same(tx.find(MEMBERS) + tx.find(GROUPS), [member("a"), group("a")], "find after both were refused")

    @clause
    def test_s_delete_1_what_find_gives_and_no_more(self, storage: Storage) -> None:
        """`delete` removes the rows that `find` gives with the same conditions, no other, and says how many."""
        rows = [cells("a", integer=1, boolean=True), cells("b", integer=1), cells("c", boolean=False), cells("d", integer=2)]
        with storage.begin() as tx:
            tx.insert(CELLS, rows)
            same(tx.delete(CELLS, {"integer": [1, None], "boolean": None}), 1, "delete by two columns")
            same(tx.find(CELLS), [rows[0], rows[2], rows[3]], "find after a delete by two columns")
            same(tx.delete(CELLS, {"integer": 7}), 0, "delete of what is not there")
            same(tx.delete(CELLS, {"integer": []}), 0, "delete of any of none")
            same(tx.count(CELLS), 3, "count after deletes of nothing")
            same(tx.delete(CELLS, {"id": [f"x{number}" for number in range(70_000)] + ["a"]}), 1, "delete by any of 70 001 keys")
            same(tx.delete(CELLS, {}), 2, "delete of all")
            same(tx.find(CELLS), [], "find after all was deleted")

    @clause
    def test_s_unique_1_keys(self, storage: Storage) -> None:
        """No two rows have the same key: an `insert` that would make it so is refused, within one call too."""
        with storage.begin() as tx:
            tx.insert(GROUPS, [group("a", "one")])
            refuses("not-unique", lambda: tx.insert(GROUPS, [group("a", "two")]), "insert of a key that is taken")
            refuses("not-unique", lambda: tx.insert(GROUPS, [group("b"), group("b")]), "insert of one key twice in one call")
            same(tx.find(GROUPS), [group("a", "one")], "find after keys that were taken")

    @clause
    def test_s_unique_2_sets(self, storage: Storage) -> None:
        """No two rows have the same values in all columns of a unique set, by `insert` or by `update`."""
        rows = [member("a", "s", "x"), member("b", "s", "y"), member("c", "t", "x")]
        with storage.begin() as tx:
            tx.insert(GROUPS, [group("s"), group("t")])
            tx.insert(MEMBERS, rows)
            refuses("not-unique", lambda: tx.insert(MEMBERS, [member("d", "s", "x")]), "insert of a unique set that is taken")
            call = partial(tx.update, MEMBERS, member("b", "s", "x"), version=1)
            refuses("not-unique", call, "update to a unique set that is taken")
            call = partial(tx.insert, MEMBERS, [member("d", "t", "z"), member("e", "t", "z")])
            refuses("not-unique", call, "insert of one unique set twice in one call")
            same(tx.find(MEMBERS), rows, "find after unique sets that were taken")

    @clause
    def test_s_unique_3_empty_equals_nothing(self, storage: Storage) -> None:
        """In a unique set an empty cell is equal to nothing: rows that have one may agree in all the rest."""
        rows = [member("a", "s"), member("b", "s"), member("c", None, "x"), member("d", None, "x"), member("e"), member("f")]
        with storage.begin() as tx:
            tx.insert(GROUPS, [group("s")])
            for row in rows:
                tx.insert(MEMBERS, [row])
            tx.insert(MEMBERS, [member("g", "s", "x")])
            tx.update(MEMBERS, member("g", "s"), version=1)
            same(tx.count(MEMBERS), 7, "count of rows with empty cells in a unique set")

    @clause
    def test_s_unique_4_what_was_freed_can_be_taken(self, storage: Storage) -> None:
        """A row's own values are not another's; what an `update` or a `delete` freed can be taken in the same transaction."""
        with storage.begin() as tx:
            tx.insert(GROUPS, [group("s")])
            tx.insert(MEMBERS, [member("a", "s", "x")])
            tx.update(MEMBERS, member("a", "s", "x", level=1), version=1)
            tx.update(MEMBERS, member("a", "s", "y"), version=1)
            tx.insert(MEMBERS, [member("b", "s", "x")])
            tx.delete(MEMBERS, {"id": "b"})
            tx.insert(MEMBERS, [member("b", "s", "x")])
            same(tx.find(MEMBERS), [member("a", "s", "y"), member("b", "s", "x")], "find after values were freed and taken again")

    @clause
    def test_s_unique_5_text_is_compared_exactly(self, storage: Storage) -> None:
        """Keys and unique sets differ where their texts do: in case, diacritics, blanks at the end, composition."""
        texts = ("sala", "Sala", "sāla", "sala ", "ķ", "k\u0327", "")
        with storage.begin() as tx:
            tx.insert(GROUPS, [group("s")])
            for text in texts:
                tx.insert(GROUPS, [group(text)])
                tx.insert(MEMBERS, [member(text, "s", text)])
            same(tx.count(MEMBERS), len(texts), "count of keys and unique sets that nearly agree")

    @clause
    def test_s_reference_1_to_a_row_that_is_there(self, storage: Storage) -> None:
        """An `insert` or `update` of a row that refers to one that is not there is refused, and changes nothing."""
        with storage.begin() as tx:
            refuses("reference-missing", lambda: tx.insert(MEMBERS, [member("a", "s")]), "insert of a reference to nothing")
            tx.insert(GROUPS, [group("s")])
            tx.insert(MEMBERS, [member("a", "s")])
            call = partial(tx.update, MEMBERS, member("a", "t"), version=1)
            refuses("reference-missing", call, "update to a reference to nothing")
            call = partial(tx.insert, DAYS, [day_of("a", DAY, DAY + timedelta(days=1))])
            refuses("reference-missing", call, "insert of a reference of two columns to nothing")
            same(tx.find(MEMBERS), [member("a", "s")], "find after references to nothing")
            same(tx.count(DAYS), 0, "count after a reference to nothing")

    @clause
    def test_s_reference_2_an_empty_cell_refers_to_nothing(self, storage: Storage) -> None:
        """A reference of which a column is empty refers to nothing, and is not checked."""
        with storage.begin() as tx:
            tx.insert(MEMBERS, [member("a")])
            tx.insert(DAYS, [day_of("a", DAY)])
            same(tx.find(DAYS), [day_of("a", DAY)], "find of a row whose second reference is empty")

    @clause
    def test_s_reference_3_to_itself_and_to_those_before(self, storage: Storage) -> None:
        """A row may refer to itself, and to those before it in the same call."""
        rows = [day_of("a", DAY, DAY), day_of("a", DAY + timedelta(days=1), DAY)]
        with storage.begin() as tx:
            tx.insert(MEMBERS, [member("a")])
            tx.insert(DAYS, rows)
            same(tx.find(DAYS), rows, "find of rows that refer to themselves")

    @clause
    def test_s_reference_4_what_is_referred_to_stays(self, storage: Storage) -> None:
        """A `delete` of rows that others refer to is refused, and removes none."""
        with storage.begin() as tx:
            tx.insert(GROUPS, [group("s"), group("t")])
            tx.insert(MEMBERS, [member("a", "s")])
            refuses(
                "reference-in-use", lambda: tx.delete(GROUPS, {"id": ["s", "t"]}), "delete of rows of which one is referred to"
            )
            same(tx.count(GROUPS), 2, "count after a delete that was refused")
            tx.update(MEMBERS, member("a", "t"), version=1)
            same(tx.delete(GROUPS, {"id": "s"}), 1, "delete of a row that is no longer referred to")

    @clause
    def test_s_reference_5_those_that_refer_to_each_other_go_together(self, storage: Storage) -> None:
        """A `delete` looks at references when all its rows are gone: rows that refer to each other go together."""
        first, then = DAY, DAY + timedelta(days=1)
        with storage.begin() as tx:
            tx.insert(MEMBERS, [member("a"), member("b")])
            tx.insert(DAYS, [day_of("a", first, first), day_of("a", then, first), day_of("b", first)])
            refuses(
                "reference-in-use", lambda: tx.delete(DAYS, {"day": first}), "delete of a row that one outside the call refers to"
            )
            same(tx.delete(DAYS, {"member": "a"}), 2, "delete of rows that refer to each other")
            same(tx.find(DAYS), [day_of("b", first)], "find after rows that refer to each other went")


def _raises_as_it_is(call: partial[None]) -> None:
    try:
        call()
    except OSError as error:
        if str(error) == "the file ended":
            return
        raise
    raise Broken("insert of an iterable that raises ended without its error")
