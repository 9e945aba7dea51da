"""The map of what belongs to a learner: every table and column there is, handled or said to be of nobody, with the reason."""

from __future__ import annotations

import re
from typing import Any, get_args

import pytest

from pmp_core.register import tables
from pmp_core.register.privacy import ERASED, OF_NOBODY, TREATMENTS
from pmp_core.register.privacy.belonging import LINKED, path_of
from pmp_core.register.privacy.treatments import KINDS, Kind, _treated
from pmp_core.register.rows import SHAPES, Part, column_of
from pmp_core.register.schema import ColumnType, Table
from pmp_core.values import Entity, Note

EVERY = [(table.name, column) for table in tables.TABLES for column in table.names]


def notes() -> set[tuple[str, str]]:
    """Every column in which people write in their own words, by the entities."""
    found: set[tuple[str, str]] = set()

    def of(entity: type[Entity], table: Table) -> None:
        for name, field in entity.model_fields.items():
            if set(get_args(Note)[1:]) & set(field.metadata) or Note in get_args(field.annotation):
                found.add((table.name, column_of(entity, name)))

    def parts(of_whole: tuple[Part, ...]) -> None:
        for part in of_whole:
            if part.entity is not None:
                of(part.entity, part.table)
            parts(part.parts)

    for shape in SHAPES.values():
        of(shape.entity, shape.table)
        parts(shape.parts)
    return found


@pytest.mark.parametrize("table", tables.TABLES, ids=lambda table: table.name)
def test_every_table_is_about_a_learner_or_of_nobody_for_a_reason(table: Table) -> None:
    assert (table.name in TREATMENTS) is not (table.name in OF_NOBODY)
    if table.name in OF_NOBODY:
        assert len(OF_NOBODY[table.name]) > 10
        assert [one.table for one in table.references if one.table in TREATMENTS] == [], "it refers to something of a learner"
    else:
        assert TREATMENTS[table.name].table is table


@pytest.mark.parametrize(("table", "column"), EVERY, ids=".".join)
def test_every_column_of_a_learners_tables_is_of_one_kind(table: str, column: str) -> None:
    if table in TREATMENTS:
        assert TREATMENTS[table].kinds[column] in KINDS
    else:
        assert table in OF_NOBODY


def test_the_map_names_no_table_that_there_is_not() -> None:
    assert TREATMENTS.keys() | OF_NOBODY.keys() == {table.name for table in tables.TABLES}


@pytest.mark.parametrize("name", sorted(TREATMENTS))
def test_the_rows_of_a_table_are_found_by_a_reference_or_by_a_link(name: str) -> None:
    assert (path_of(TREATMENTS[name].table) is not None) is not (name in LINKED)


def test_nothing_that_people_write_in_their_own_words_stays() -> None:
    of_learners = {(table, column) for table, column in notes() if table in TREATMENTS}
    assert ("plan_risks", "note") in of_learners  # the search itself works
    stays = {(table, column) for table, column in of_learners if TREATMENTS[table].kinds[column] != "text"}
    assert stays == set()
    assert {table for table, _ in notes() - of_learners} == set(), "a note in a table that is of nobody"


def test_what_stays_is_said_to_stay_and_what_goes_to_go() -> None:
    stays: set[Kind] = {kind for kind, why in KINDS.items() if why.startswith("stays")}
    assert stays == {"id", "figure", "staff", "receipt"}
    for treatment in TREATMENTS.values():
        for how in ("erase", "pseudonymise"):
            assert {treatment.kinds[column] for column in treatment.cleared(how)}.isdisjoint(stays | {"document"})


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ({"id": "id version", "figure": "erased_on birth_date middle_name given_name"}, "family_name"),
        (
            {"id": "id version", "identity": "given_name family_name middle_name birth_date erased_on", "text": "given_name"},
            "learners",
        ),
        ({"id": "id version given_name family_name middle_name birth_date erased_on and_more"}, "and_more"),
    ],
    ids=["left-out", "twice", "not-there"],
)
def test_a_table_cannot_be_described_by_halves(words: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)):
        _treated(tables.LEARNERS, "x", "x", **words)


def test_what_was_said_stays_said_and_what_was_not_stays_empty() -> None:
    sessions = TREATMENTS["sessions"]
    row = dict.fromkeys(sessions.table.names) | {"note": "Anna raudāja.", "minutes": 40}
    cleared = sessions.without(row, "erase")
    assert (cleared["note"], cleared["absent_because"], cleared["minutes"]) == (ERASED, None, 40)
    assert sessions.without(cleared, "erase") == cleared


def test_the_reference_of_a_payment_is_the_registers_own_and_of_a_recovery_what_the_bank_said() -> None:
    entries = TREATMENTS["payment_entries"]
    row = dict.fromkeys(entries.table.names) | {"reference": "Annas mamma"}
    assert entries.without(row, "erase")["reference"] == ERASED
    assert entries.without({**row, "batch_id": "B-1"}, "erase")["reference"] == "Annas mamma"


def test_records_go_where_they_are_erased_and_stay_where_they_are_pseudonymised() -> None:
    suggestions = TREATMENTS["risk_suggestions"]
    row = dict.fromkeys(suggestions.table.names) | {"measured": 21, "evidence_records": 3}
    assert suggestions.without(row, "pseudonymise") == row
    erased = suggestions.without(row, "erase")
    assert (erased["measured"], erased["evidence_records"]) == (None, 0)


def test_a_cleared_cell_fits_its_column() -> None:
    for treatment in TREATMENTS.values():
        if treatment.removed_by:
            continue
        full = {name: 1 if treatment.table.column(name).type is ColumnType.INTEGER else "x" for name in treatment.table.names}
        for name, value in treatment.without({**full, "batch_id": None}, "erase").items():
            if name in treatment.cleared("erase"):
                column = treatment.table.column(name)
                assert value is None if column.nullable and treatment.kinds[name] != "text" else value in (ERASED, 0)
                assert column.nullable or column.type in (ColumnType.TEXT, ColumnType.INTEGER), f"{treatment.table.name}.{name}"
