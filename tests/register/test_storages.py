"""Every sentence of the storage port, on every storage."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pmp_core.errors import NotFound, NotUnique, RegisterError, VersionConflict
from pmp_core.register.memory import MemoryStorage
from pmp_core.register.rows_check import check_row
from pmp_core.register.schema import Column, ColumnType, Reference, Row, Table
from pmp_core.register.storage import Storage, Transaction
from pmp_storage_sql import open_storage

T = ColumnType
SCHOOLS = Table("schools", (Column("id", T.TEXT), Column("name", T.TEXT, nullable=True)), key=("id",))
LEARNERS = Table(
    "learners",
    (
        Column("id", T.TEXT), Column("school", T.TEXT, nullable=True), Column("code", T.TEXT, nullable=True),
        Column("born", T.DAY, nullable=True), Column("seen", T.MOMENT, nullable=True), Column("paid", T.CENTS, nullable=True),
        Column("level", T.INTEGER, nullable=True), Column("active", T.BOOLEAN, nullable=True), Column("version", T.INTEGER),
    ),
    key=("id",), unique=(("school", "code"),), references=(Reference(("school",), "schools"),), indexes=(("level", "active"),),
)  # fmt: skip
DAYS = Table(
    "days",
    (Column("learner", T.TEXT), Column("day", T.DAY), Column("after", T.DAY, nullable=True)),
    key=("learner", "day"),
    references=(Reference(("learner",), "learners"), Reference(("learner", "after"), "days")),
)
FLAGS = Table("flags", (Column("id", T.INTEGER),), key=("id",))
TABLES = (DAYS, LEARNERS, SCHOOLS, FLAGS)


MOMENT = datetime(2021, 9, 1, 8, 30, 15, 123456, UTC)
RIGA = timezone(timedelta(hours=3))
Cells = dict[str, Any]  # of wrong types too: they are tested


def learner(key: str, **cells: object) -> Cells:
    return dict.fromkeys(LEARNERS.names) | {"id": key, "version": 1} | cells


@pytest.fixture(params=["memory", "sqlite-memory", "sqlite-file"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    opened: dict[str, Callable[[], Storage]] = {
        "memory": lambda: MemoryStorage(timeout=0.5),
        "sqlite-memory": lambda: open_storage("sqlite://?timeout=0.5"),
        "sqlite-file": lambda: open_storage(f"sqlite:///{tmp_path}/register.sqlite?timeout=0.5"),
    }
    storage = opened[request.param]()
    storage.create(TABLES)
    yield storage
    storage.close()


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(RegisterError) as caught:
        call()
    assert caught.value.remedy
    return caught.value.code


def ids(rows: list[Row]) -> list[object]:
    return [row["id"] for row in rows]


def test_it_is_a_storage_by_the_protocols(storage: Storage) -> None:
    assert isinstance(storage, Storage)
    with storage.begin() as tx:
        assert isinstance(tx, Transaction)


@pytest.mark.parametrize(
    "cells",
    [
        *({"code": text} for text in ("Šķūņa ģērbējs 🎒👩‍🏫 e\u0301", "", None, "'; DROP TABLE learners; --\n\t%s :x ?")),
        *({"born": day} for day in (date(2006, 2, 28), date(1, 1, 1), date(9999, 12, 31), None)),
        *(
            {"seen": moment}
            for moment in (MOMENT, MOMENT.replace(microsecond=0), MOMENT.replace(year=1), MOMENT.replace(year=9999))
        ),
        *({"paid": cents} for cents in (-1, 0, 2**63 - 1)),
        *({"level": number} for number in (-(2**63), 2**53 + 1)),
        *({"active": truth} for truth in (True, False)),
    ],
)
def test_what_is_read_equals_what_was_written_in_value_and_type(storage: Storage, cells: Cells) -> None:
    row = learner("Ā-1", **cells)
    with storage.begin() as tx:
        tx.insert(LEARNERS, [row])
    with storage.begin() as tx:
        found = [tx.get(LEARNERS, ("Ā-1",)), *tx.find(LEARNERS, cells), {n: c[0] for n, c in tx.scan(LEARNERS).items()}]
        assert found == [row] * 3
        for name, cell in row.items():
            assert {type(other[name]) for other in found if other} == {type(cell)}
        seen = found[0]["seen"] if found[0] else None
        assert not isinstance(seen, datetime) or seen.utcoffset() == timedelta(0)


def test_subclasses_of_text_become_plain_text(storage: Storage) -> None:
    class Word(StrEnum):
        ONE = "one"

    with storage.begin() as tx:
        tx.insert(SCHOOLS, [{"id": Word.ONE, "name": Word.ONE}])
        assert [type(cell) for row in tx.find(SCHOOLS, {"id": Word.ONE}) for cell in row.values()] == [str, str]
        assert tx.get(SCHOOLS, (Word.ONE,)) == {"id": "one", "name": "one"}


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        *(("paid", cell) for cell in (1.0, True, -(2**63) - 1)),
        *(("level", cell) for cell in (True, 2**63, "1")),
        *(("active", cell) for cell in (1, "true")),
        *(("seen", cell) for cell in (MOMENT.replace(tzinfo=None), MOMENT.astimezone(RIGA), MOMENT.date())),
        *(("born", cell) for cell in (MOMENT, "2021-09-01")),
        *(("code", cell) for cell in ("a\0b", "\ud800", 5, b"x")),
        *((column, None) for column in ("id", "version")),
    ],
)
def test_cells_of_other_types_are_refused(storage: Storage, column: str, cell: object) -> None:
    row = learner("a") | {column: cell}
    asked: Cells = {column: [None, cell]}
    with storage.begin() as tx:
        tx.insert(LEARNERS, [learner("a")])
        for call in (partial(tx.insert, LEARNERS, [learner("b"), row]), partial(tx.update, LEARNERS, row, version=1)):
            with pytest.raises(RegisterError, match=rf"learners: column {column} must be") as caught:
                call()
            assert caught.value.code == "row-invalid"
            assert caught.value.found == type(cell).__name__
        assert tx.find(LEARNERS) == [learner("a")]
        if cell is not None:
            assert code_of(lambda: tx.find(LEARNERS, asked)) == "query-invalid"


def test_missing_and_unknown_columns_and_tables_are_refused(storage: Storage) -> None:
    other = Table("others", SCHOOLS.columns, key=("id",))
    with storage.begin() as tx:
        odd: list[Cells] = [{"id": "a"}, {"id": "a", "name": None, "more": 1}, {}]
        for row in odd:
            assert code_of(partial(tx.insert, SCHOOLS, [row])) == "row-invalid"
            with pytest.raises(RegisterError, match="schools"):
                check_row(SCHOOLS, row)
        assert code_of(lambda: tx.find(SCHOOLS, {"nmae": "x"})) == "column-unknown"
        assert code_of(lambda: tx.find(SCHOOLS, order=["-nmae"])) == "column-unknown"
        assert code_of(lambda: tx.scan(SCHOOLS, ["nmae"])) == "column-unknown"
        assert code_of(lambda: tx.find(SCHOOLS, limit=-1)) == "query-invalid"
        assert code_of(lambda: tx.get(SCHOOLS, ("a", "b"))) == "query-invalid"
        assert code_of(lambda: tx.get(SCHOOLS, (1,))) == "query-invalid"
        assert code_of(lambda: tx.count(other)) == "table-unknown"
        assert code_of(lambda: tx.insert(other, [{"id": "a", "name": None}])) == "table-unknown"


def test_all_is_kept_at_a_good_end_and_nothing_after_an_error(storage: Storage) -> None:
    with storage.begin() as tx:
        tx.insert(SCHOOLS, [{"id": "s", "name": "old"}, {"id": "t", "name": None}])
        assert tx.get(SCHOOLS, ("s",)) == {"id": "s", "name": "old"}  # visible to itself at once

    def interrupted() -> None:
        with storage.begin() as tx:
            tx.update(SCHOOLS, {"id": "s", "name": "new"})
            tx.delete(SCHOOLS, {"id": "t"})
            tx.insert(SCHOOLS, [{"id": "u", "name": None}])
            assert ids(tx.find(SCHOOLS)) == ["s", "u"]
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    with storage.begin() as tx:
        assert tx.find(SCHOOLS) == [{"id": "s", "name": "old"}, {"id": "t", "name": None}]


def test_a_call_that_raises_changes_nothing_and_the_transaction_goes_on(storage: Storage) -> None:
    def broken() -> Iterator[Row]:
        yield {"id": "x", "name": None}
        raise OSError("the file ended")

    with storage.begin() as tx:
        tx.insert(SCHOOLS, [{"id": "s", "name": None}])
        assert code_of(lambda: tx.insert(SCHOOLS, [{"id": "t", "name": None}, {"id": "s", "name": None}])) == "not-unique"
        with pytest.raises(OSError, match="ended"):
            tx.insert(SCHOOLS, broken())
        tx.insert(SCHOOLS, [{"id": "u", "name": None}])
    with storage.begin() as tx:
        assert ids(tx.find(SCHOOLS)) == ["s", "u"]


def test_a_row_handed_out_or_in_is_a_copy(storage: Storage) -> None:
    row: Row = {"id": "s", "name": "a"}
    with storage.begin() as tx:
        tx.insert(SCHOOLS, [row])
        row["name"] = "b"
        tx.find(SCHOOLS)[0]["name"] = "c"
        assert tx.get(SCHOOLS, ("s",)) == {"id": "s", "name": "a"}


def test_of_two_writers_the_second_gets_a_conflict(storage: Storage) -> None:
    with storage.begin() as tx:
        tx.insert(LEARNERS, [learner("a")])
    began, outcome = threading.Event(), []

    def second() -> None:
        began.set()
        try:
            with storage.begin() as tx:  # waits for the first
                tx.update(LEARNERS, learner("a", level=9, version=2), version=1)
        except RegisterError as error:
            outcome.append(type(error))

    with storage.begin() as tx:
        other = threading.Thread(target=second)
        other.start()
        began.wait()
        tx.update(LEARNERS, learner("a", level=3, version=2), version=1)
    other.join()
    assert outcome == [VersionConflict]
    with storage.begin() as tx:
        assert tx.get(LEARNERS, ("a",)) == learner("a", level=3, version=2)


def test_a_second_transaction_waits_and_then_says_so(storage: Storage) -> None:
    with storage.begin():
        assert code_of(lambda: storage.begin().__enter__()) == "storage-locked"
    with storage.begin() as tx:
        assert tx.count(SCHOOLS) == 0


def test_update_compares_versions_and_replaces_the_whole_row(storage: Storage) -> None:
    with storage.begin() as tx:
        tx.insert(LEARNERS, [learner("a", code="x", version=7)])
        tx.insert(FLAGS, [{"id": 1}])
        tx.update(LEARNERS, learner("a", level=1, version=8), version=7)
        assert tx.find(LEARNERS) == [learner("a", level=1, version=8)]
        with pytest.raises(VersionConflict) as conflict:
            tx.update(LEARNERS, learner("a", version=8), version=7)
        assert conflict.value.code == "version-conflict"
        with pytest.raises(NotFound) as missing:
            tx.update(LEARNERS, learner("b", version=8), version=7)
        assert missing.value.code == "not-found"
        assert code_of(lambda: tx.update(LEARNERS, learner("a"))) == "version-missing"
        assert code_of(lambda: tx.update(SCHOOLS, {"id": "s", "name": None}, version=1)) == "version-unexpected"
        tx.update(FLAGS, {"id": 1})  # nothing but a key
        assert code_of(lambda: tx.update(FLAGS, {"id": 2})) == "not-found"
        assert tx.find(LEARNERS) == [learner("a", level=1, version=8)]


def test_keys_and_unique_sets_are_unique_and_nulls_equal_nothing(storage: Storage) -> None:
    with storage.begin() as tx:
        tx.insert(SCHOOLS, [{"id": "s", "name": None}])
        tx.insert(LEARNERS, [learner("a", school="s", code="x"), learner("d", code="x"), learner("e", code="x")])
        tx.insert(LEARNERS, [learner("b", school="s"), learner("c", school="s")])
        calls: list[Callable[[], object]] = [
            lambda: tx.insert(LEARNERS, [learner("a")]),
            lambda: tx.insert(LEARNERS, [learner("f", school="s", code="x")]),
            lambda: tx.update(LEARNERS, learner("b", school="s", code="x"), version=1),
        ]
        for call in calls:
            with pytest.raises(NotUnique, match="learners") as caught:
                call()
            assert caught.value.code == "not-unique"
        tx.update(LEARNERS, learner("a", school="s", code="x", level=1), version=1)  # its own values are not another's
        tx.update(LEARNERS, learner("a", school="s", code="y"), version=1)
        tx.insert(LEARNERS, [learner("f", school="s", code="x")])
        tx.delete(LEARNERS, {"id": "f"})
        tx.insert(LEARNERS, [learner("g", school="s", code="x")])
        assert tx.count(LEARNERS) == 6


def test_order_puts_empty_first_and_ties_by_key(storage: Storage) -> None:
    rows = [
        learner("b", level=2, code="Ā"),
        learner("a", level=2, code="z"),
        learner("d", code="Z"),
        learner("c", level=-1, code="🎒"),
        learner("e", code="\uffee"),
    ]
    with storage.begin() as tx:
        tx.insert(LEARNERS, rows)
        assert ids(tx.find(LEARNERS)) == ["a", "b", "c", "d", "e"]
        assert ids(tx.find(LEARNERS, order=["level"])) == ["d", "e", "c", "a", "b"]
        assert ids(tx.find(LEARNERS, order=["-level"])) == ["a", "b", "c", "d", "e"]
        assert ids(tx.find(LEARNERS, order=["level", "-code"])) == ["e", "d", "c", "b", "a"]
        assert ids(tx.find(LEARNERS, order=["code"])) == ["d", "a", "b", "e", "c"]  # by code point, beyond 16 bits too
        assert ids(tx.find(LEARNERS, order=["-id"])) == ["e", "d", "c", "b", "a"]
        assert ids(tx.find(LEARNERS, order=["-level"], limit=3)) == ["a", "b", "c"]
        assert tx.find(LEARNERS, limit=0) == []
        assert ids(tx.find(LEARNERS, limit=99, order=["code"])) == ["d", "a", "b", "e", "c"]


def test_find_count_and_delete_agree_on_what_is_meant(storage: Storage) -> None:
    with storage.begin() as tx:
        tx.insert(
            LEARNERS,
            [learner("a", level=1, active=True), learner("b", level=1), learner("c", active=False), learner("d", level=2)],
        )
        cases: list[tuple[Cells | None, str]] = [
            ({}, "abcd"), (None, "abcd"), ({"level": 1}, "ab"), ({"level": None}, "c"), ({"level": [1, None]}, "abc"),
            ({"level": []}, ""), ({"level": [None]}, "c"), ({"level": (2, 1, 1)}, "abd"), ({"level": 1, "active": True}, "a"),
            ({"active": [False]}, "c"), ({"level": [1, 2], "active": [True, None]}, "abd"), ({"id": ["d", "x", "a"]}, "ad"),
            ({"id": "x"}, ""), ({"id": None}, ""), ({"school": None, "code": None}, "abcd"),
        ]  # fmt: skip
        for where, expected in cases:
            assert ids(tx.find(LEARNERS, where)) == list(expected)
            assert tx.count(LEARNERS, where) == len(expected)
        assert tx.delete(LEARNERS, {"level": [1, None], "active": None}) == 1
        assert tx.delete(LEARNERS, {"level": 7}) == 0
        assert ids(tx.find(LEARNERS)) == ["a", "c", "d"]
        assert tx.delete(LEARNERS, {}) == 3
        assert tx.get(LEARNERS, ("a",)) is None


def test_a_list_of_forty_thousand_values_works_for_every_type(storage: Storage) -> None:
    many = 40_000
    moments = [datetime(2021, 9, 1, tzinfo=UTC) + timedelta(microseconds=i) for i in range(many)]
    asked: Cells = {
        "id": [f"Ž\"{i}'" for i in range(many)],
        "level": [2**60 + i for i in range(many)],
        "seen": list(moments),
        "born": [date(1950, 1, 1) + timedelta(days=i) for i in range(many)],
    }
    with storage.begin() as tx:
        tx.insert(
            LEARNERS,
            [
                learner(f"Ž\"{i}'", level=2**60 + i, seen=moments[i], born=date(1950, 1, 1) + timedelta(days=i))
                for i in (5, 30_000)
            ],
        )
        tx.insert(LEARNERS, [learner("other")])
        for name, values in asked.items():
            found = tx.find(LEARNERS, {name: values}, order=["-level"], limit=5)
            assert ids(found) == ["Ž\"30000'", "Ž\"5'"]
        assert tx.delete(LEARNERS, asked) == 2


def test_references_are_checked_at_the_end_of_each_row_and_of_a_delete(storage: Storage) -> None:
    first, then = date(2021, 9, 1), date(2021, 9, 2)
    with storage.begin() as tx:
        assert code_of(lambda: tx.insert(LEARNERS, [learner("a", school="s")])) == "reference-missing"
        tx.insert(SCHOOLS, [{"id": "s", "name": None}, {"id": "t", "name": None}])
        tx.insert(LEARNERS, [learner("a", school="s"), learner("b")])
        assert code_of(lambda: tx.update(LEARNERS, learner("a", school="x"), version=1)) == "reference-missing"
        assert code_of(lambda: tx.delete(SCHOOLS, {})) == "reference-in-use"
        assert tx.count(SCHOOLS) == 2
        tx.insert(
            DAYS, [{"learner": "a", "day": first, "after": first}, {"learner": "a", "day": then, "after": first}]
        )  # to itself, to before
        assert code_of(lambda: tx.insert(DAYS, [{"learner": "b", "day": then, "after": first}])) == "reference-missing"
        tx.insert(DAYS, [{"learner": "b", "day": then, "after": None}])
        assert code_of(lambda: tx.delete(DAYS, {"day": first})) == "reference-in-use"
        assert tx.delete(DAYS, {"learner": "a"}) == 2  # those that refer to each other go together
        tx.update(LEARNERS, learner("a", school="t"), version=1)
        assert tx.delete(SCHOOLS, {"id": "s"}) == 1


def test_scan_gives_columns_in_the_order_of_the_key(storage: Storage) -> None:
    with storage.begin() as tx:
        assert tx.scan(SCHOOLS) == {"id": [], "name": []}
        tx.insert(SCHOOLS, [{"id": key, "name": name} for key, name in (("b", "1"), ("Ā", None), ("a", "🎒"))])
        assert tx.scan(SCHOOLS) == {"id": ["a", "b", "Ā"], "name": ["🎒", "1", None]}
        assert list(tx.scan(SCHOOLS, ["name", "id"])) == ["name", "id"]
        assert tx.scan(SCHOOLS, []) == {}


def test_create_keeps_rows_and_refuses_another_shape(storage: Storage) -> None:
    with storage.begin() as tx:
        tx.insert(SCHOOLS, [{"id": "s", "name": None}])
    storage.create(TABLES)
    fresh = Table("fresh", SCHOOLS.columns, key=("id",))
    other = Table("schools", (*SCHOOLS.columns, Column("more", T.TEXT)), key=("id",))
    lost = Table("lost", SCHOOLS.columns, key=("id",), references=(Reference(("name",), "nowhere"),))
    assert code_of(lambda: storage.create([fresh, other])) == "schema-differs"
    assert code_of(lambda: storage.create([fresh, lost])) == "table-unknown"
    with storage.begin() as tx:
        assert tx.count(SCHOOLS) == 1
        assert code_of(lambda: tx.count(fresh)) == "table-unknown"


def test_after_the_end_everything_says_so(storage: Storage) -> None:
    with storage.begin() as tx:
        pass
    assert code_of(lambda: tx.find(SCHOOLS)) == "transaction-over"
    storage.close()
    storage.close()
    assert code_of(lambda: storage.begin().__enter__()) == "storage-closed"
    assert code_of(lambda: storage.create(TABLES)) == "storage-closed"
