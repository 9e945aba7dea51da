"""The JSON Schemas of entities: they take what the library gives, and nothing unknown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pmp_core import Decision, demo_register, entity_schemas
from pmp_core.compensation import Budget, OtherFunding, Payee, PaymentBatch, PaymentEntry
from pmp_core.learners import Partnership
from pmp_core.measures import Schedule
from pmp_core.plans import ResponsiblePerson, Transfer
from pmp_core.register import casework
from pmp_core.register.published_schemas import COMMON, OWN, _told, entity_classes, field_meanings, what_it_is
from pmp_core.register.rows import SHAPES
from pmp_core.staff import Assignment
from pmp_core.values import Actor, Entity

CLASSES = {entity.__name__: entity for entity in entity_classes()}


@pytest.fixture(scope="module")
def instances() -> dict[str, Entity]:
    """One of each, out of the sample school; what is not in it is made here."""
    found: dict[str, Entity] = {}
    with demo_register() as register, register.unit_of_work() as work:
        for collection in vars(work).values():
            for entity in collection.find(limit=12) if hasattr(collection, "find") and collection is not work.transaction else ():
                for one in (entity, *_inside(entity)):
                    found.setdefault(type(one).__name__, one)
        claim = next(claim for claim in work.claims.find() if claim.decision_digest)
        decision = casework.decisions(work, claim.id)[0]
    made: list[Entity] = [
        decision,
        *_inside(decision),
        decision.lines[0].decision,
        *_inside(decision.lines[0].decision),
        Actor(name="Anna", role="director"),
        Transfer.model_validate({
            "source_institution_id": "I-1", "source_partner_kind": "municipality", "target_institution_id": "I-2",
            "on": "2023-04-03", "plan_version": 2, "actor": "Anna", "role": "director",
        }),
        ResponsiblePerson(name="Anna", duty="klases audzinātāja"),
        Assignment.model_validate({
            "id": "A-1", "person": "Anna", "institution_id": "I-1", "specialist": "psychologist", "first_day": "2022-09-01",
        }),
        Schedule.model_validate({
            "id": "T-1", "plan_id": "P-1", "measure": 1, "first_day": "2023-01-09", "last_day": "2023-05-31",
            "weekdays": ["monday"], "minutes": 40, "specialist": "pedagogue", "delivered_by": "Anna",
        }),
        OtherFunding.model_validate({
            "id": "F-1", "payer": "municipal-meals", "kind": "catering", "first_day": "2022-09-01", "covers": "part",
            "per_day_thousandths": 1075,
        }),
        Payee.model_validate({"id": "Y-1", "name": "Anna", "iban": "LV80BANK0000435195001"}),
        PaymentBatch.model_validate({
            "id": "B-1", "reference": "B-1", "made_on": "2023-05-08", "execution_on": "2023-05-10", "made_by": "Anna",
            "made_role": "ikvd",
        }),
        PaymentEntry.model_validate({
            "id": "B-1-1", "claim_id": "C-1", "kind": "payment", "amount": "12.50", "decision_number": 1, "decision_digest": "ab",
            "batch_id": "B-1", "payee_id": "Y-1", "reference": "B-1-1", "entered_on": "2023-05-08", "actor": "Anna", "role": "ikvd",
        }),
        Budget.model_validate({"id": "U-1", "institution_id": "I-1", "semester": "2022/23-2", "amount": "100.00"}),
        Partnership.model_validate({"id": "A-2", "first_day": "2018-09-01", "institution_id": "I-1"}),
    ]  # fmt: skip
    for one in made:
        found.setdefault(type(one).__name__, one)
    return found


def _inside(entity: Entity) -> Iterator[Entity]:
    for _, value in entity:
        for one in value if isinstance(value, tuple) else ():
            if isinstance(one, Entity):
                yield one
                yield from _inside(one)


def test_there_is_one_for_everything_that_is_kept_or_exchanged() -> None:
    parts = {part.entity for shape in SHAPES.values() for part in shape.parts if part.entity is not None}
    assert {*SHAPES, *parts, Decision, Actor} <= set(entity_classes())
    assert list(entity_schemas()) == list(CLASSES)
    assert {"FactUsed", "Clause", "DecisionStep"} <= set(CLASSES)


@pytest.mark.parametrize("name", CLASSES)
def test_a_real_one_fits_its_schema_and_one_with_more_does_not(name: str, instances: dict[str, Entity]) -> None:
    schema = entity_schemas()[name]
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    plain = json.loads(instances[name].model_dump_json())
    assert [error.message for error in validator.iter_errors(plain)] == []
    assert not validator.is_valid({**plain, "nickname": "x"})
    for required in schema["required"]:
        assert not validator.is_valid({field: value for field, value in plain.items() if field != required}), required
    assert schema["$id"] == f"urn:pmp-core:schema:{name}"


@pytest.mark.parametrize("name", CLASSES)
def test_what_is_taken_and_what_is_given_have_one_schema(name: str) -> None:
    taken, given = (CLASSES[name].model_json_schema(mode=mode) for mode in ("validation", "serialization"))
    assert taken == given


@pytest.mark.parametrize("name", CLASSES)
def test_every_field_and_every_entity_says_what_it_is(name: str) -> None:
    """A new field: say what it is under `Args` of the entity's docstring, then run `python tests/docs/entity_pages.py`."""
    assert what_it_is(CLASSES[name]).endswith(".")
    assert [field for field, meaning in field_meanings(CLASSES[name]).items() if not meaning] == []


def test_no_meaning_is_kept_for_a_field_that_is_gone() -> None:
    fields = {f"{name}.{field}" for name, entity in CLASSES.items() for field in entity.model_fields}
    assert sorted(set(OWN) - fields) == []
    assert sorted(set(COMMON) - {field.partition(".")[2] for field in fields}) == []


def test_a_docstring_may_explain_two_fields_at_once() -> None:
    text = (
        "What.\n\nArgs:\n    first: of the range; `last`: None has\n        no end.\n    other: x\n\nRaises:\n    No: `code`.\n"
    )
    assert _told(text) == {"first": "Of the range.", "last": "Null has no end.", "other": "X."}


def test_nobody_can_change_what_others_get() -> None:
    given: Any = entity_schemas()["Learner"]
    given["properties"].clear()
    assert entity_schemas()["Learner"]["properties"]
