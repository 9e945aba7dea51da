"""Extracts: nobody is in them, and no two purposes share an id."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from typing import Any

import polars as pl
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from secret_rows import BOTH_KEYS, NEW, NEW_KEYS, OLD, OLD_KEYS, SECRETS, fill, opened

from pmp_core import demo_register
from pmp_core.errors import FactError, InvalidValue, RegisterError
from pmp_core.register import Register, tables
from pmp_core.register.encryption.columns import ENCRYPTABLE
from pmp_core.register.encryption.extract import GIVEN, is_id
from pmp_core.register.encryption.pseudonyms import ALPHABET, HEXADECIMAL, Pseudonyms
from pmp_core.register.schema import ColumnType

# Every text of the register's tables that no extract has, and so: names, sentences, documents, accounts, numbers, who did it.
LEFT_OUT = {
    "municipalities": "name territory_code",
    "institutions": "name registration_number",
    "partnerships": "agreement",
    "learners": "given_name family_name middle_name",
    "enrolments": "class_name",
    "absences": "source",
    "marks": "source",
    "risk_suggestions": "decided_by reason",
    "plans": "prepared_by aims",
    "plan_risks": "note",
    "plan_measures": "justification responsible",
    "plan_steps": "actor reason",
    "plan_transfers": "actor reason",
    "assignments": "person agreement",
    "schedules": "delivered_by",
    "sessions": "delivered_by directors_order note absent_because",
    "payees": "name iban",
    "claims": "decision_digest",
    "claim_receipts": "number issuer digest identity",
    "decisions": "digest decided_by reason document",
    "decision_lines": "cap_window digest",
    "other_funding": "payer reference",
    "payment_batches": "reference made_by digest debtor_iban",
    "payment_entries": "decision_digest reference actor reason",
    "budgets": "scope",
    "evaluations": "evaluated_by",
    "evaluation_risks": "note",
    "evaluation_measures": "note",
}
NOT_AT_ALL = {
    "register_info", "overlays", "plan_people", "plan_versions", "claim_versions", "conflict_overrides", "source_keys",
    "source_problems", "personal_codes", "history_units", "history", "history_heads", "history_views", "erasures",
}  # fmt: skip


@pytest.fixture(scope="module")
def demo() -> Iterator[Register]:
    """The sample school's register, with keys."""
    with demo_register() as register:
        register.setup = evolve(register.setup, keys=OLD_KEYS)
        yield register


def texts(frames: dict[str, pl.DataFrame]) -> set[str]:
    """Every text that stands in an extract."""
    return {
        cell
        for frame in frames.values()
        for column in frame.select(pl.col(pl.String)).iter_columns()
        for cell in column.drop_nulls().to_list()
    }


def ids(frames: dict[str, pl.DataFrame]) -> set[str]:
    """Every id that stands in an extract."""
    return {
        cell for frame in frames.values() for name in frame.columns if is_id(name) for cell in frame[name].drop_nulls().to_list()
    }


def test_every_text_is_given_or_left_out_on_purpose() -> None:
    assert {table.name for table in tables.TABLES} == set(GIVEN) | NOT_AT_ALL
    left_out = {
        name: " ".join(column.name for column in table.columns if column.type is ColumnType.TEXT and column.name not in names)
        for name, (table, names) in GIVEN.items()
    }
    assert {name: words for name, words in left_out.items() if words} == LEFT_OUT


def test_whatever_names_a_row_is_an_id_and_nothing_encrypted_is_given() -> None:
    keys = {(t.name, key) for t in tables.TABLES for key in t.key if len(t.key) == 1}
    keys |= {(t.name, column) for t in tables.TABLES for reference in t.references for column in reference.columns}
    for name, (_, names) in GIVEN.items():
        assert {column for table, column in keys if table == name and column in names} <= {c for c in names if is_id(c)}
        assert not set(names) & set(ENCRYPTABLE.get(name, ()))
        assert set(GIVEN[name][0].key) <= set(names)  # rows stand in the order of these


def test_two_purposes_have_no_id_in_common_and_none_has_one_of_the_register(demo: Register) -> None:
    study, audit = demo.extract("study"), demo.extract("audit")
    assert study.keys() == audit.keys() == GIVEN.keys()
    with demo.unit_of_work(keep=False) as work:
        own = {
            cell for table in tables.TABLES for row in work.transaction.find(table) for name, cell in row.items() if is_id(name)
        }
    assert len(ids(study)) == len(ids(audit)) > 100
    assert not ids(study) & ids(audit)
    assert not (texts(study) | texts(audit)) & own
    assert all(id.startswith("P-") and len(id) == 18 and set(id[2:]) <= set(ALPHABET) for id in ids(study))


def test_the_same_purpose_gives_the_same_each_time_and_its_tables_can_be_joined(demo: Register) -> None:
    one, two = demo.extract("study"), demo.extract("study")
    assert all(one[name].equals(two[name]) for name in one)
    plans = one["plans"].join(one["learners"], left_on="learner_id", right_on="id")
    assert len(plans) == len(one["plans"]) > 0
    assert len(one["sessions"].join(one["plans"], left_on="plan_id", right_on="id")) == len(one["sessions"]) > 0


def test_rows_do_not_stand_in_the_order_of_the_register(demo: Register) -> None:
    study, audit = demo.extract("study"), demo.extract("audit")
    pseudonyms = demo.pseudonyms("study"), demo.pseudonyms("audit")
    with demo.unit_of_work(keep=False) as work:
        learners = [row["id"] for row in work.transaction.find(tables.LEARNERS)]
    for frames, names in zip((study, audit), pseudonyms, strict=True):
        given = frames["learners"]["id"].to_list()
        assert given == sorted(names.of(str(id)) for id in learners)
        assert given != [names.of(str(id)) for id in learners]
    assert study["learners"]["birth_year"].to_list() != audit["learners"]["birth_year"].to_list()


def test_nobody_and_nothing_that_was_written_is_in_an_extract() -> None:
    with opened("memory:", OLD_KEYS) as register:
        fill(register)
        frames = register.extract("study")
        assert not texts(frames) & set(SECRETS)
        assert not any(
            isinstance(cell, date) and name == "birth_date" for frame in frames.values() for name, cell in _cells(frame)
        )
        assert frames["learners"].columns == ["id", "birth_year"]
        assert frames["learners"]["birth_year"].to_list() == [2022]


def _cells(frame: pl.DataFrame) -> list[tuple[str, Any]]:
    return [pair for row in frame.iter_rows(named=True) for pair in row.items()]


def test_figures_codes_and_days_are_those_of_the_register(demo: Register) -> None:
    claims = demo.extract("study", tables=["claims"])["claims"]
    with demo.unit_of_work(keep=False) as work:
        rows = work.transaction.find(tables.CLAIMS)
    for name in ("requested_cents", "kind", "status", "first_day"):
        assert sorted(claims[name].to_list()) == sorted(row[name] for row in rows)


@pytest.mark.parametrize("backend", ["polars", "pandas", "pyarrow"])
def test_frames_are_of_the_kind_that_was_asked_for(demo: Register, backend: str) -> None:
    pytest.importorskip(backend)
    frames = demo.extract("study", tables=["marks", "learners", "marks"], backend=backend)
    assert list(frames) == ["marks", "learners"]
    assert {type(frame).__module__.partition(".")[0] for frame in frames.values()} == {backend}
    assert len(frames["marks"]) > 0


@pytest.mark.parametrize(
    ("asked", "kind", "code"),
    [
        ({"tables": ["payes"]}, InvalidValue, "extract-table-unknown"),
        ({"tables": ["personal_codes"]}, InvalidValue, "extract-table-unknown"),
        ({"backend": "excel"}, FactError, "backend-unknown"),
        ({"purpose": ""}, InvalidValue, "purpose-invalid"),
        ({"purpose": "Study"}, InvalidValue, "purpose-invalid"),
        ({"purpose": "a-" * 30 + "ab"}, InvalidValue, "purpose-invalid"),
        ({"purpose": "study/"}, InvalidValue, "purpose-invalid"),
    ],
)
def test_what_cannot_be_given_is_refused(demo: Register, asked: dict[str, Any], kind: type[Exception], code: str) -> None:
    with pytest.raises(kind, match=code):
        demo.extract(**{"purpose": "study", **asked})


def test_without_keys_there_are_no_pseudonyms() -> None:
    with opened("memory:", None) as register:
        for ask in (register.pseudonyms, register.extract):
            with pytest.raises(RegisterError, match="register-keys-needed"):
                ask("study")


def test_pseudonyms_are_made_with_the_newest_key() -> None:
    with opened("memory:", BOTH_KEYS) as both, opened("memory:", NEW_KEYS) as new, opened("memory:", OLD_KEYS) as old:
        assert both.pseudonyms("study").of("L-1") == new.pseudonyms("study").of("L-1") != old.pseudonyms("study").of("L-1")


@given(id=st.text(min_size=1), purpose=st.from_regex("[a-z0-9]{1,20}", fullmatch=True))
def test_sql_comes_to_the_same_from_the_blocks(id: str, purpose: str) -> None:
    try:
        written = id.encode()
    except UnicodeEncodeError:
        return
    pseudonyms = Pseudonyms(OLD, purpose)
    inner, outer = pseudonyms.blocks()
    assert len(inner) == len(outer) == 64
    digest = hashlib.sha256(outer + hashlib.sha256(inner + written).digest()).hexdigest()
    assert pseudonyms.of(id) == "P-" + digest[:16].translate(str.maketrans(HEXADECIMAL, ALPHABET))
    assert pseudonyms.of(id) != Pseudonyms(NEW, purpose).of(id)


def test_pseudonyms_show_no_key(demo: Register) -> None:
    pseudonyms = demo.pseudonyms("study")
    assert repr(pseudonyms) == "<Pseudonyms for study>"
    with pytest.raises(TypeError):
        pseudonyms.__reduce__()
