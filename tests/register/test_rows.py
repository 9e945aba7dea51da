"""Entities to rows and back: nothing without a column, no column without a field, and everything comes back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pmp_storage_sql.plugin
from pmp_core.compensation import Budget, Claim, OtherFunding, Payee, PaymentBatch, PaymentEntry
from pmp_core.learners import Enrolment, Institution, Learner, Municipality, Partnership
from pmp_core.loading import load_programme
from pmp_core.measures import Schedule, Session
from pmp_core.outcomes import Evaluation
from pmp_core.plans import SupportPlan
from pmp_core.plugins import PluginSet
from pmp_core.register import Collection, Register, UnitOfWork, tables
from pmp_core.register.memory import MemoryStorage
from pmp_core.register.rows import SHAPES, Part, Shape, column_of
from pmp_core.register.schema import Column, ColumnType, Table
from pmp_core.risks import Absence, Mark, RiskSuggestion
from pmp_core.staff import Assignment
from pmp_core.values import Actor, Entity

Kept = tuple[type[Entity], dict[str, Any]]
COLLECTIONS: dict[type[Entity], str] = {
    Municipality: "municipalities", Institution: "institutions", Partnership: "partnerships", Learner: "learners",
    Enrolment: "enrolments", Absence: "absences", Mark: "marks", RiskSuggestion: "suggestions", SupportPlan: "plans",
    Assignment: "assignments", Schedule: "schedules", Session: "sessions", Claim: "claims", Payee: "payees",
    PaymentBatch: "batches", PaymentEntry: "entries", Budget: "budgets", Evaluation: "evaluations",
    OtherFunding: "other_funding",
}  # fmt: skip
WHERE = {"learner_id": "L-1", "institution_id": "I-1"}
PLAN: dict[str, Any] = {
    **WHERE, "partner_kind": "municipality", "semester": "2022/23-2", "first_day": "2022-09-12", "last_day": "2022-12-23",
    "entered_on": "2022-09-09", "prepared_by": "Ilze", "status": "draft",
}  # fmt: skip
RISK: dict[str, Any] = {
    **WHERE, "semester": "2022/23-1", "factor": "violence", "suggested_on": "2022-11-01", "signal": "signal-unexcused-lessons",
}  # fmt: skip
MEASURE = {"number": 2, "kind": "consultation", "risks": ("violence", "often-ill"), "justification": "Palīdz.\nĻoti.",
           "specialist": "psychologist", "sessions": 5, "minutes": 40, "responsible": "Zane", "institution_id": "I-2"}  # fmt: skip
STEP = {"step": "suspend", "source": "in-progress", "target": "suspended", "actor": "Ilze", "role": "director",
        "on": "2022-10-01", "reason": "Slimo."}  # fmt: skip
SCHEDULE = {"plan_id": "P-1", "measure": 1, "first_day": "2022-10-03", "last_day": "2022-12-20", "weekdays": ("monday",), "minutes": 40,
            "specialist": "pedagogue", "delivered_by": "Jānis"}  # fmt: skip
ASSIGNMENT = {"person": "Jānis", "institution_id": "I-1", "specialist": "pedagogue", "first_day": "2022-09-01"}
SESSION = {"plan_id": "P-1", "measure": 1, "day": "2022-10-03", "minutes": 40, "specialist": "pedagogue", "delivered_by": "Jānis"}
CLAIM = {"plan_id": "P-1", "measure": 1, "kind": "catering", "first_day": "2022-10-03", "last_day": "2022-10-07",
         "requested": "12.50", "status": "draft"}  # fmt: skip
FUNDING = {"payer": "municipal-meals", "kind": "catering", "first_day": "2022-09-01", "covers": "all"}
BATCH = {"reference": "B-1", "made_on": "2022-11-01", "execution_on": "2022-11-03", "made_by": "Ilze", "made_role": "ikvd"}
ENTRY = {"claim_id": "C-1", "kind": "recovery", "amount": "-2.50", "decision_number": 1, "decision_digest": "ab",
         "received_on": "2022-12-01", "entered_on": "2022-12-02", "actor": "Ilze", "role": "ikvd"}  # fmt: skip
BARE: list[Kept] = [
    (Municipality, {"id": "M-1", "name": "Rīga"}),
    (Institution, {"id": "I-1", "name": "Skola"}),
    (Learner, {"id": "L-1", "given_name": "Anna", "family_name": "Ozola"}),
    (Partnership, {"id": "A-1", "first_day": "2018-09-01", "municipality_id": "M-1"}),
    (Enrolment, {"id": "E-1", **WHERE, "track": "general", "level": 5, "first_day": "2021-09-01"}),
    (Absence, {"id": "K-1", **WHERE, "day": "2022-10-03", "absence": "unexcused", "source": "s"}),
    (Mark, {"id": "Z-1", **WHERE, "semester": "2022/23-1", "subject": "Fizika", "source": "s"}),
    (RiskSuggestion, {"id": "R-1", **RISK}),
    (SupportPlan, {"id": "P-1", **PLAN}),
    (Assignment, {"id": "D-1", **ASSIGNMENT}),
    (Schedule, {"id": "G-1", **SCHEDULE}),
    (Session, {"id": "S-1", **SESSION}),
    (Claim, {"id": "C-1", **CLAIM}),
    (OtherFunding, {"id": "F-1", **FUNDING}),
    (Payee, {"id": "Y-1", "name": "Anna Ozola"}),
    (PaymentBatch, {"id": "B-1", **BATCH}),
    (PaymentEntry, {"id": "X-1", **ENTRY}),
    (Budget, {"id": "U-1", "institution_id": "I-1", "semester": "2022/23-1", "amount": "100.00"}),
    (Evaluation, {"id": "V-1", "plan_id": "P-1", "evaluated_on": "2022-12-20", "evaluated_by": "Ilze", "risks": ()}),
]
FULL: list[Kept] = [
    (Municipality, {"id": "M-2", "name": "Ludzas novads", "territory_code": "0001000"}),
    (Institution, {"id": "I-2", "name": "«Skola» – 'ž'; --", "partner_kind": "municipality", "municipality_id": "M-1",
                   "registration_number": "0019902694"}),
    (Learner, {"id": "L-2", "given_name": "Jānis", "middle_name": "Ēriks", "family_name": "Bērziņš", "erased_on": "2024-01-02", "birth_date": "2008-02-29"}),
    (Partnership, {"id": "A-2", "first_day": "2018-09-01", "last_day": "2023-12-31", "institution_id": "I-1", "agreement": "P6"}),
    (Enrolment, {"id": "E-2", **WHERE, "track": "vocational", "level": 0, "first_day": "2020-09-01", "last_day": "2021-08-31",
                 "class_name": "5.a"}),
    (Absence, {"id": "k 2", **WHERE, "day": "2022-10-03", "lesson": 0, "absence": "late", "source": "s"}),
    (Mark, {"id": "Z-2", **WHERE, "semester": "2022/23-2", "subject": "Fizika", "points": 10, "word": "izcili", "source": "s"}),
    (RiskSuggestion, {"id": "R-2", **RISK, "factor": "often-ill", "measured": 21, "threshold": 20, "evidence_records": 3,
                      "at_least": True, "signalled_on": "2022-10-28", "evidence": [
                          {"record": "absence", "institution_id": "I-1", "day": "2022-09-05", "lesson": 0, "absence": "unexcused"},
                          {"record": "mark", "institution_id": "I-1", "semester": "2022/23-1", "subject": "Fizika", "points": 3},
                          {"record": "enrolment", "institution_id": "I-1", "track": "general", "level": 5,
                           "first_day": "2022-09-01", "last_day": "2022-12-31"}],
                      "evidence_first_day": "2022-09-05", "evidence_last_day": "2022-10-31", "programme_hash": "ab",
                      "state": "rejected", "decided_by": "Ilze", "decided_role": "plan-author", "decided_on": "2022-11-02",
                      "reason": "Slimoja."}),
    (SupportPlan, {"id": "P-2", **PLAN, "semester": "2022/23-1", "released": True, "applied_on": "2022-09-08", "aims": "Mērķi",
                   "risks": ({"factor": "violence", "suggestion_id": "R-1", "note": "n"}, {"factor": "often-ill"}),
                   "measures": (MEASURE, {**MEASURE, "number": 1, "risks": ("often-ill",), "specialist": None}),
                   "steps": (STEP, {**STEP, "reason": None}),
                   "responsible": ({"name": "Ilze", "duty": "klases audzinātāja"}, {"name": "Zane", "duty": "psiholoģe"}),
                   "transfers": ({"source_institution_id": "I-1", "source_partner_kind": "municipality", "reason": "Pārcēlās.",
                                  "target_institution_id": "I-1", "on": "2022-10-10", "plan_version": 4, "actor": "Ilze",
                                  "role": "director"},),
                   "rolled_over_from": "P-1", "preparation_paid_on": "2022-10-31"}),
    (Assignment, {"id": "D-2", **ASSIGNMENT, "last_day": "2022-12-31", "agreement": "Nr. 7"}),
    (Schedule, {"id": "G-2", **SCHEDULE, "weekdays": ("friday", "monday"), "every_weeks": 2, "mode": "remote",
                "attendance": "group"}),
    (Session, {"id": "S-2", **SESSION, "mode": "remote", "attendance": "group", "directors_order": "Nr. 1", "note": "n",
               "attested_on": "2022-10-04", "assignment_id": "D-1", "group_id": "N-1"}),
    (Claim, {"id": "C-2", **CLAIM, "cofunded": "0.01", "items": 3, "submitted_on": "2022-10-10", "decision_digest": "ab", "payee_id": "Y-1",
             "receipts": ({"number": "2", "issuer": "B", "day": "2022-10-04", "amount": "10.00", "digest": "cd"},
                          {"number": "1", "issuer": "A", "day": "2022-10-03", "amount": "2.50"})}),
    (OtherFunding, {"id": "F-2", **FUNDING, "institution_id": "I-1", "last_day": "2023-05-31", "track": "general", "lowest_level": 1,
                    "highest_level": 4, "covers": "part", "per_day_thousandths": 1075, "school_days": True, "reference": "Nr. 7"}),
    (Payee, {"id": "Y-2", "name": "Anna Ozola", "iban": "LV80BANK0000435195001", "learner_id": "L-1"}),
    (PaymentBatch, {"id": "B-2", **BATCH, "reference": "B-2", "exported_on": "2022-11-02", "digest": "ab",
                    "debtor_iban": "LV80BANK0000435195001"}),
    (PaymentEntry, {"id": "X-2", **ENTRY, "kind": "payment", "amount": "12.50", "decision_number": 2, "batch_id": "B-1",
                    "payee_id": "Y-1", "reference": "B-1-1", "received_on": None, "reason": "r"}),
    (Budget, {"id": "U-2", "institution_id": "I-1", "kind": "catering", "semester": "2022/23-1", "amount": "0.00"}),
    (Evaluation, {"id": "V-2", "plan_id": "P-2", "evaluated_on": "2022-12-20", "evaluated_by": "Ilze",
                  "risks": ({"factor": "violence", "result": "grown", "signal": "signal-unexcused-lessons", "before": 0, "after": 3, "note": "n"},
                            {"factor": "often-ill", "result": "gone"}),
                  "measures": ({"number": 2, "delivered": False, "useful": False, "note": "n"},
                               {"number": 1, "delivered": True, "sessions": 8, "minutes": 320})}),
]  # fmt: skip


def collection(work: UnitOfWork, kind: type[Entity]) -> Collection[Any]:
    found: Collection[Any] = getattr(work, COLLECTIONS[kind])
    return found


@pytest.fixture(scope="module", params=["memory:", "sqlite://"])
def register(request: pytest.FixtureRequest) -> Iterator[Register]:
    """A register in which everything that others refer to is there; tests undo what they do."""
    plugins = PluginSet([("sql", pmp_storage_sql.plugin)])
    actor = Actor(name="Ilze", role="plan-author")
    with Register.open(
        request.param, actor=actor, programme=load_programme("lv-8.3.4"), plugins=plugins, access="host"
    ) as opened:
        with opened.unit_of_work() as work:
            for kind, fields in BARE:
                collection(work, kind).add(kind.model_validate(fields))
        yield opened


def shapes() -> Iterator[tuple[str, type[Entity] | None, Table, tuple[str, ...], tuple[str, ...], tuple[Part, ...]]]:
    """Every table with its entity, what it has beside the entity's fields, and the parts."""
    waiting: list[tuple[Shape[Any] | Part, tuple[str, ...], tuple[str, ...]]] = [
        (shape, tuple(shape.derived), ()) for shape in SHAPES.values()
    ]
    for shape, besides, keys in waiting:
        yield shape.table.name, shape.entity, shape.table, besides, keys, shape.parts
        inner = [(part, (*part.parents, "position")) for part in shape.parts]
        waiting += [(part, (*keys, *part.derived), keys) for part, keys in inner]


ALL_SHAPES = [pytest.param(*rest, id=name) for name, *rest in shapes()]


@pytest.mark.parametrize(("entity", "table", "besides", "keys", "parts"), ALL_SHAPES)
def test_every_field_has_a_column_and_every_column_a_field(
    entity: type[Entity] | None, table: Table, besides: tuple[str, ...], keys: tuple[str, ...], parts: tuple[Part, ...]
) -> None:
    if entity is None:  # a tuple of words
        assert set(table.names) == {*keys, {"plan_measure_risks": "factor", "schedule_weekdays": "weekday"}[table.name]}
        return
    columns = {column_of(entity, name) for name in entity.model_fields if name not in {part.name for part in parts}}
    assert columns | set(besides) == set(table.names)
    assert not columns & set(besides)


@pytest.mark.parametrize(("entity", "table", "besides", "keys", "parts"), ALL_SHAPES)
def test_a_column_may_be_empty_exactly_where_its_field_may(
    entity: type[Entity] | None, table: Table, besides: tuple[str, ...], keys: tuple[str, ...], parts: tuple[Part, ...]
) -> None:
    named = {part.name for part in parts}
    for name, field in {} if entity is None else entity.model_fields.items():
        if entity is not None and name not in named:
            assert table.column(column_of(entity, name)).nullable is (type(None) in get_args(field.annotation)), name


def test_every_table_is_an_entitys_or_the_registers_own() -> None:
    held = {table.name for shape in SHAPES.values() for table in shape.tables}
    own = {
        "register_info",
        "overlays",
        "plan_versions",
        "claim_versions",
        "conflict_overrides",
        "decisions",
        "decision_lines",
        "source_keys",
        "source_problems",
        "personal_codes",
        "history_units",
        "history",
        "history_heads",
        "history_views",
        "erasures",
    }
    assert held | own == {table.name for table in tables.TABLES}
    assert not held & own


def test_a_table_stands_after_those_it_refers_to() -> None:
    seen: set[str] = set()
    for table in tables.TABLES:
        assert {reference.table for reference in table.references} <= seen | {table.name}
        seen.add(table.name)


def test_every_kind_of_entity_has_a_collection_and_a_sample_here() -> None:
    assert set(SHAPES) == set(COLLECTIONS) == {kind for kind, _ in BARE} == {kind for kind, _ in FULL}


@pytest.mark.parametrize(("kind", "fields"), BARE, ids=lambda given: given.__name__ if isinstance(given, type) else "")
def test_an_entity_with_only_what_it_must_have_comes_back(register: Register, kind: type[Entity], fields: dict[str, Any]) -> None:
    with register.unit_of_work(keep=False) as work:
        found = collection(work, kind).get(fields["id"])
    versioned = {"version": 1} if "version" in kind.model_fields else {}
    assert found == kind.model_validate({**fields, **versioned})
    assert type(found) is kind


@pytest.mark.parametrize(("kind", "fields"), FULL, ids=lambda given: given.__name__ if isinstance(given, type) else "")
def test_an_entity_with_everything_comes_back(register: Register, kind: type[Entity], fields: dict[str, Any]) -> None:
    assert {name for name, value in kind.model_validate(fields) if value is None} <= {
        "municipality_id",
        "learner_id",
        "absent_because",
        "payee_id",
        "institution_id",
        "received_on",
    }
    with register.unit_of_work(keep=False) as work:
        if kind is Evaluation:
            collection(work, SupportPlan).add(SupportPlan.model_validate(FULL[8][1]))
        kept = collection(work, kind).add(kind.model_validate(fields))
        assert collection(work, kind).get(fields["id"]) == kept
        assert collection(work, kind).find(id=[fields["id"], "nothing"]) == [kept]
    assert kept.model_dump(exclude={"version"}) == kind.model_validate(fields).model_dump(exclude={"version"})


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20).filter(lambda t: t.strip() != "")
FACTORS = ("violence", "often-ill", "addiction", "parents-away")
DAYS = st.dates(date(2017, 3, 1), date(2023, 12, 31))


@st.composite
def plans(draw: st.DrawFn) -> SupportPlan:
    factors = draw(st.lists(st.sampled_from(FACTORS), unique=True))
    numbers = draw(st.lists(st.integers(1, 2**31), unique=True, max_size=4)) if factors else []
    note = st.none() | NAMES
    return SupportPlan.model_validate(
        {
            **PLAN, "id": "P-9", "semester": "2021/22-1", "aims": draw(note), "released": draw(st.booleans()),
            "risks": [{"factor": f, "note": draw(note)} for f in factors],
            "measures": [
                {**MEASURE, "number": n, "justification": draw(NAMES), "sessions": draw(st.none() | st.integers(0, 99)),
                 "risks": draw(st.lists(st.sampled_from(factors), unique=True, min_size=1))}
                for n in numbers
            ],
            "steps": [{**STEP, "on": day, "reason": draw(note)} for day in draw(st.lists(DAYS, max_size=4))],
        }
    )  # fmt: skip


@settings(max_examples=40)
@given(first=plans(), second=plans())
def test_any_plan_comes_back_and_so_does_any_change_of_it(register: Register, first: SupportPlan, second: SupportPlan) -> None:
    with register.unit_of_work(keep=False) as work:
        kept = work.plans.add(first)
        assert work.plans.get("P-9") == kept == first.changed(version=1)
        changed = work.plans.put(second.changed(version=1))
        assert work.plans.get("P-9") == changed == second.changed(version=2)


@given(amounts=st.lists(st.integers(1, 10**12), max_size=5), cofunded=st.integers(0, 10**12))
def test_any_amount_of_money_comes_back_to_the_cent(register: Register, amounts: list[int], cofunded: int) -> None:
    euros = [f"{cents // 100}.{cents % 100:02d}" for cents in amounts]
    receipts = [{"number": str(n), "issuer": "A", "day": "2022-10-03", "amount": amount} for n, amount in enumerate(euros)]
    fields = {**CLAIM, "id": "C-9", "requested": euros[0] if euros else "0", "receipts": receipts}
    with register.unit_of_work(keep=False) as work:
        kept = work.claims.add(Claim.model_validate({**fields, "cofunded": f"{cofunded // 100}.{cofunded % 100:02d}"}))
        found = work.claims.get("C-9")
    assert found == kept
    assert found.cofunded.cents == cofunded
    assert [receipt.amount.cents for receipt in found.receipts] == amounts


def test_the_rows_of_a_plan_tell_whether_it_holds_its_learners_place() -> None:
    for released, holds in ((False, True), (True, None)):
        (_, [row]), *_ = SHAPES[SupportPlan].rows(SupportPlan.model_validate({"id": "P-1", **PLAN, "released": released}))
        assert row["holds_place"] is holds


@pytest.mark.parametrize(
    ("columns", "key", "unique"),
    [(("id", "id"), ("id",), ()), (("id",), ("code",), ()), (("id",), (), ()), (("id",), ("id",), ("x",))],
)
def test_a_table_with_a_column_twice_or_a_key_of_none_is_a_fault(
    columns: tuple[str, ...], key: tuple[str, ...], unique: tuple[str, ...]
) -> None:
    with pytest.raises(ValueError, match="columns named twice, or keys that name no column"):
        Table("odd", tuple(Column(name, ColumnType.TEXT) for name in columns), key, (unique,) if unique else ())


def test_loading_no_rows_asks_the_storage_nothing() -> None:
    with MemoryStorage().begin() as transaction:
        assert SHAPES[SupportPlan].load(transaction, []) == []


class Weighed(Entity):
    """An entity that no table can hold."""

    id: str
    weight: float


def test_a_field_of_a_type_that_no_column_has_is_a_fault_of_the_shape() -> None:
    shape = Shape(Weighed, Table("weighed", (Column("id", ColumnType.TEXT), Column("weight", ColumnType.TEXT)), ("id",)))
    with pytest.raises(TypeError, match="float has no column type"):
        shape.rows(Weighed(id="W-1", weight=1.5))
