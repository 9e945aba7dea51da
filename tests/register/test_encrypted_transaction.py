"""The layer that encrypts: the same answers as without it, and nothing readable beneath it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmp_core.errors import PluginError, PmpError, RegisterError
from pmp_core.measures import Session
from pmp_core.register import tables
from pmp_core.register.encryption.cells import PREFIX, CellCipher
from pmp_core.register.encryption.columns import ENCRYPTABLE
from pmp_core.register.encryption.transaction import EncryptedTransaction, encryption_of
from pmp_core.register.keys import RegisterKey, RegisterKeys
from pmp_core.register.layer import Layer
from pmp_core.register.memory import MemoryStorage
from pmp_core.register.rows import SHAPES
from pmp_core.register.schema import ColumnType, Row, Table
from pmp_core.register.storage import Storage, Transaction
from pmp_core.values import Note
from pmp_storage_sql import open_storage

KEYS = RegisterKeys([RegisterKey(bytes(range(32)))])
OTHERS = RegisterKeys([RegisterKey(bytes(32))])
TABLES = (
    tables.REGISTER_INFO, tables.MUNICIPALITIES, tables.INSTITUTIONS, tables.LEARNERS, tables.PAYEES, tables.SOURCE_PROBLEMS,
)  # fmt: skip
SEARCHED = (tables.LEARNERS, tables.PAYEES, tables.SOURCE_PROBLEMS)

IDS = st.sampled_from(["a", "b", "c"])
WORDS = st.sampled_from(["", "Anna", "anna", "Ķ", "Ž", "enc:1:x", "🎒"])
MAYBE = st.none() | WORDS
LEARNER = st.fixed_dictionaries(
    {
        "id": IDS,
        "given_name": WORDS,
        "family_name": WORDS,
        "middle_name": MAYBE,
        "birth_date": st.none(),
        "version": st.integers(1, 2),
    }
)
PAYEE = st.fixed_dictionaries(
    {"id": IDS, "name": WORDS, "iban": MAYBE, "learner_id": st.none() | IDS, "institution_id": st.none(), "version": st.just(1)}
)
PROBLEM = st.fixed_dictionaries(
    {"source": IDS, "number": st.integers(1, 2), "kind": st.none(), "code": WORDS, "message": WORDS, "file": st.none(), "row": st.none(),
     "column_heading": MAYBE, "found": MAYBE, "remedy": WORDS}
)  # fmt: skip
ROWS = {tables.LEARNERS: LEARNER, tables.PAYEES: PAYEE, tables.SOURCE_PROBLEMS: PROBLEM}
Step = tuple[str, Table, Any]


def conditions(table: Table) -> st.SearchStrategy[dict[str, Any]]:
    cell = {
        ColumnType.TEXT: WORDS | IDS,
        ColumnType.INTEGER: st.integers(1, 2),
        ColumnType.DAY: st.none(),
    }
    one = {column.name: cell[column.type] | st.none() for column in table.columns}
    several = {name: option | st.lists(option, max_size=3) for name, option in one.items()}
    return st.dictionaries(st.sampled_from(table.names), st.none(), max_size=2).flatmap(
        lambda names: st.fixed_dictionaries({name: several[name] for name in names})
    )


def searches(table: Table) -> st.SearchStrategy[tuple[Any, ...]]:
    order = st.lists(st.sampled_from([*table.names, *(f"-{name}" for name in table.names)]), max_size=2)
    return st.tuples(conditions(table), order, st.none() | st.integers(-1, 2))


def steps() -> st.SearchStrategy[Step]:
    def of(table: Table) -> st.SearchStrategy[Step]:
        columns = st.none() | st.lists(st.sampled_from(table.names), min_size=1, max_size=3, unique=True)
        return st.one_of(
            st.tuples(st.just("insert"), st.just(table), st.lists(ROWS[table], min_size=1, max_size=2)),
            st.tuples(st.just("update"), st.just(table), st.tuples(ROWS[table], st.none() | st.integers(1, 2))),
            st.tuples(st.just("delete"), st.just(table), conditions(table)),
            st.tuples(st.just("get"), st.just(table), st.tuples(IDS, st.integers(1, 2))),
            st.tuples(st.just("find"), st.just(table), searches(table)),
            st.tuples(st.just("count"), st.just(table), conditions(table)),
            st.tuples(st.just("scan"), st.just(table), columns),
        )

    return st.sampled_from(SEARCHED).flatmap(of)


def answer(transaction: Transaction, step: Step) -> Any:
    """What a transaction says to a step; of an error its code."""
    what, table, given = step
    try:
        match what:
            case "insert":
                transaction.insert(table, iter([dict(row) for row in given]))
            case "update":
                row, version = given
                transaction.update(table, dict(row), version=version if table.versioned else None)
            case "delete":
                return transaction.delete(table, given)
            case "get":
                return transaction.get(table, given[: len(table.key)])
            case "find":
                where, order, limit = given
                return transaction.find(table, where, order=order, limit=limit)
            case "count":
                return transaction.count(table, given)
            case "scan":
                return transaction.scan(table, given)
    except PmpError as error:
        return error.code
    return None


def made(storage: Storage, choice: str) -> Storage:
    storage.create(TABLES)
    with storage.begin() as transaction:
        transaction.insert(tables.REGISTER_INFO, [Row(name="encrypted", value=choice)])
    return storage


@pytest.fixture(params=["memory", "sqlite"])
def storage(request: pytest.FixtureRequest) -> Iterator[Storage]:
    """A database whose names are to be encrypted."""
    opened = made(MemoryStorage() if request.param == "memory" else open_storage("sqlite://"), "names")
    yield opened
    opened.close()


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
@settings(max_examples=60)
@given(taken=st.lists(steps(), min_size=1, max_size=12), choice=st.sampled_from(["names", "names notes"]))
def test_whatever_is_done_the_answers_are_those_of_a_register_that_is_not_encrypted(
    kind: str, taken: list[Step], choice: str
) -> None:
    plain, hidden = made(MemoryStorage(), ""), made(MemoryStorage() if kind == "memory" else open_storage("sqlite://"), choice)
    try:
        with plain.begin() as clear, hidden.begin() as beneath:
            over = EncryptedTransaction(beneath, KEYS)
            for step in taken:
                assert answer(over, step) == answer(EncryptedTransaction(clear, None), step), step
            for table in SEARCHED:
                for row in beneath.find(table):
                    cells = [row[name] for name in ENCRYPTABLE[table.name]]
                    assert all(cell is None or str(cell).startswith(f"{PREFIX}{KEYS.current.id}:") for cell in cells)
    finally:
        hidden.close()


ANNA: Row = {
    "id": "L-1",
    "given_name": "Anna",
    "family_name": "Ozola",
    "middle_name": None,
    "birth_date": None,
    "erased_on": None,
    "version": 1,
}


def test_rows_are_encrypted_as_they_come_and_never_held_together() -> None:
    with made(MemoryStorage(), "names").begin() as beneath:
        seen = []

        def rows() -> Iterator[Row]:
            for number in range(3):
                seen.append(beneath.count(tables.LEARNERS))
                yield {**ANNA, "id": f"L-{number}"}

        EncryptedTransaction(beneath, KEYS).insert(tables.LEARNERS, rows())
        assert seen == [0, 1, 2]


def test_what_is_given_is_not_changed(storage: Storage) -> None:
    row = dict(ANNA)
    with storage.begin() as beneath:
        EncryptedTransaction(beneath, KEYS).insert(tables.LEARNERS, [row])
        EncryptedTransaction(beneath, KEYS).update(tables.LEARNERS, row, version=1)
    assert row == ANNA


def test_two_rows_that_say_the_same_look_different_beneath(storage: Storage) -> None:
    with storage.begin() as beneath:
        EncryptedTransaction(beneath, KEYS).insert(tables.LEARNERS, [ANNA, {**ANNA, "id": "L-2"}])
        one, two = beneath.find(tables.LEARNERS)
    assert len({one["given_name"], two["given_name"], one["family_name"]}) == 3


@pytest.mark.parametrize(
    ("table", "changes"),
    [
        ("learners", {"given_name": "family_name"}),  # from another column
        ("learners", {"given_name": "Anna"}),  # in clear
        ("learners", {"given_name": f"{PREFIX}{KEYS.current.id}:AAAA"}),  # too short to be one
        ("learners", {"given_name": f"{PREFIX}{KEYS.current.id}:A"}),
    ],
)
def test_a_cell_that_was_changed_beneath_is_told_with_table_column_and_row(
    storage: Storage, table: str, changes: dict[str, str]
) -> None:
    with storage.begin() as beneath:
        EncryptedTransaction(beneath, KEYS).insert(tables.LEARNERS, [ANNA])
        row = beneath.find(tables.LEARNERS)[0]
        for column, found in changes.items():
            row[column] = row.get(found, found)
        beneath.update(tables.LEARNERS, row, version=1)
        for ask in (
            lambda over: over.get(tables.LEARNERS, ("L-1",)),
            lambda over: over.find(tables.LEARNERS),
            lambda over: over.find(tables.LEARNERS, {"given_name": "Anna"}),
            lambda over: over.scan(tables.LEARNERS),
        ):
            with pytest.raises(RegisterError) as told:
                ask(EncryptedTransaction(beneath, KEYS))
            assert told.value.code == "cell-damaged"
            assert told.value.place.column == "given_name"
            assert "learners, row L-1" in str(told.value)
            assert "Anna" not in str(told.value)


def test_a_cell_of_another_row_is_told_and_so_is_one_bit(storage: Storage) -> None:
    with storage.begin() as beneath:
        over = EncryptedTransaction(beneath, KEYS)
        over.insert(tables.LEARNERS, [ANNA, {**ANNA, "id": "L-2", "given_name": "Ieva"}])
        one, two = beneath.find(tables.LEARNERS)
        cell = str(one["given_name"])
        for wrong in (two["given_name"], cell[:-1] + ("A" if cell[-1] != "A" else "Q")):
            beneath.update(tables.LEARNERS, {**one, "given_name": wrong}, version=1)
            with pytest.raises(RegisterError, match="cell-damaged"):
                over.get(tables.LEARNERS, ("L-1",))
        assert (over.get(tables.LEARNERS, ("L-2",)) or {})["given_name"] == "Ieva"


def test_a_cell_written_with_a_key_that_is_not_there_names_the_key(storage: Storage) -> None:
    with storage.begin() as beneath:
        EncryptedTransaction(beneath, KEYS).insert(tables.LEARNERS, [ANNA])
        with pytest.raises(RegisterError) as told:
            EncryptedTransaction(beneath, OTHERS).find(tables.LEARNERS)
        assert (told.value.code, told.value.found) == ("register-key-unknown", KEYS.current.id)
        both = RegisterKeys([*OTHERS.all, *KEYS.all])
        assert EncryptedTransaction(beneath, both).find(tables.LEARNERS) == [ANNA]


@pytest.mark.parametrize("what", ["get", "find", "count", "insert", "update", "delete", "scan"])
def test_without_keys_an_encrypted_table_is_neither_read_nor_written(storage: Storage, what: str) -> None:
    given: dict[str, tuple[Any, ...]] = {
        "get": (("L-1",),), "find": (), "count": (), "insert": ([ANNA],), "update": (ANNA,), "delete": ({},), "scan": (),
    }  # fmt: skip
    with storage.begin() as beneath:
        over = EncryptedTransaction(beneath, None)
        with pytest.raises(RegisterError, match="register-keys-needed"):
            getattr(over, what)(tables.LEARNERS, *given[what])
        assert over.count(tables.MUNICIPALITIES) == 0  # where nothing is encrypted, no key is needed


def test_without_the_newest_key_nobody_goes_on_with_an_older_one(storage: Storage) -> None:
    with storage.begin() as beneath:
        beneath.insert(tables.REGISTER_INFO, [Row(name="key_id", value=OTHERS.current.id)])
        with pytest.raises(RegisterError, match="register-key-unknown"):
            EncryptedTransaction(beneath, KEYS).insert(tables.LEARNERS, [ANNA])


def test_a_text_that_no_database_takes_is_refused_as_without_encryption(storage: Storage) -> None:
    with storage.begin() as beneath:
        for wrong in ("\0", "\ud800", 5, None):
            with pytest.raises(RegisterError) as told:
                EncryptedTransaction(beneath, KEYS).insert(tables.LEARNERS, [{**ANNA, "given_name": wrong}])
            assert (told.value.code, told.value.place.column) == ("row-invalid", "given_name")
        assert beneath.count(tables.LEARNERS) == 0


def test_a_new_choice_counts_at_once_in_the_transaction_that_made_it(storage: Storage) -> None:
    with storage.begin() as beneath:
        over = EncryptedTransaction(beneath, KEYS)
        assert over.choice == {"names"}
        over.update(tables.REGISTER_INFO, Row(name="encrypted", value="notes"))
        assert over.choice == {"notes"}
        over.delete(tables.REGISTER_INFO, {"name": "encrypted"})
        assert over.choice == frozenset()


def test_the_layer_is_found_beneath_others_and_missed_where_it_is_not() -> None:
    with MemoryStorage().begin() as beneath:
        over = EncryptedTransaction(beneath, KEYS)
        assert encryption_of(Layer(Layer(over))) is over
        with pytest.raises(TypeError):
            encryption_of(Layer(beneath))


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "cryptography"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(PluginError) as told:
        CellCipher(KEYS)
    assert (told.value.code, told.value.found) == ("extra-missing", "cryptography")


def test_every_encrypted_column_is_a_text_by_which_no_database_has_to_find_anything() -> None:
    by_name = {table.name: table for table in tables.TABLES}
    for name, columns in ENCRYPTABLE.items():
        table = by_name[name]
        found = {*table.key, *(c for group in (*table.unique, *table.indexes) for c in group)}
        found |= {c for reference in table.references for c in reference.columns}
        assert {table.column(column).type for column in columns} == {ColumnType.TEXT}
        assert len(set(columns)) == len(columns)
        assert not found & set(columns)


def test_every_field_in_which_people_write_sentences_can_be_encrypted() -> None:
    def notes(entity: Any) -> set[str]:
        return {name for name, hint in get_type_hints(entity, include_extras=True).items() if Note in (hint, *get_args(hint))}

    def parts(shape: Any) -> Iterator[Any]:
        for part in shape.parts:
            yield part
            yield from parts(part)

    assert notes(Session) == {"note", "absent_because"}  # the search itself works
    lacking = []
    for shape in SHAPES.values():
        for one in (shape, *parts(shape)):
            if one.entity is not None:
                lacking += [f"{one.table.name}.{name}" for name in notes(one.entity) - set(ENCRYPTABLE.get(one.table.name, ()))]
    assert lacking == []
