"""The JSON Schema of every entity: what it is and what its fields mean come from its docstring, the rest from pydantic."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any, get_args

from pmp_core.compensation import ClaimDecision
from pmp_core.register.rows import SHAPES, Part
from pmp_core.rules import Decision
from pmp_core.values import Actor, Entity

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ARGUMENT = re.compile(r"^ {4}(\w+): ", re.MULTILINE)
_BESIDE = re.compile(r"(?:;|,? and|\.) `(\w+)`:? ")

# What a field means wherever it stands, where the entity's docstring does not say it.
COMMON = {
    "id": "Its id in the register.",
    "version": "How often it was kept, 0 before the first time. A change names the version that it replaces.",
    "learner_id": "The learner's id.",
    "institution_id": "The institution's id.",
    "plan_id": "The plan's id.",
    "semester": "The semester, such as 2022/23-1.",
    "first_day": "Its first day, included.",
    "last_day": "Its last day, included.",
    "name": "The name.",
    "note": "What a reader should know besides.",
    "reason": "Why, in words.",
    "role": "In which role: a code of `roles`.",
    "factor": "A code of `risk-factors`.",
    "subject": "The subject.",
    "points": "The mark from 1 to 10; null where it is no number.",
    "level": "The grade or the course.",
    "mode": "In person or remote.",
    "attendance": "For one learner or for a group.",
    "suggestion_id": "The confirmed suggestion behind it; null: there is none.",
    "result": "What became of it.",
    "evaluated_on": "The day of the evaluation.",
    "evaluated_by": "Who evaluated it.",
}
# What a field means in one entity, where its docstring speaks of it together with another, or takes it as said.
OWN = {
    "Partnership.last_day": "Its last day, included; null: it has no end yet.",
    "Enrolment.last_day": "Its last day, included; null: it has no end yet.",
    "Absence.day": "The day that was missed.",
    "Absence.lesson": "The number of the lesson; null: the whole day.",
    "Absence.absence": "What the school says of it.",
    "Absence.source": "The source that says so.",
    "Mark.word": "The mark where it is no number.",
    "Mark.source": "The source that says so.",
    "RiskSuggestion.suggested_on": "The day on which it was suggested or added.",
    "RiskSuggestion.evidence_last_day": "The last day of the records behind it.",
    "RiskSuggestion.programme_hash": "The hash of the programme whose threshold it was.",
    "RiskSuggestion.decided_by": "Who confirmed, rejected or added it; null: it is open.",
    "RiskSuggestion.decided_role": "In which role: a code of `roles`.",
    "RiskSuggestion.decided_on": "The day on which it was decided.",
    "SupportPlan.aims": "What the plan is to reach.",
    "SupportPlan.risks": "The risks it assesses.",
    "SupportPlan.measures": "The measures it foresees.",
    "SupportPlan.steps": "The steps it has taken, in order.",
    "SupportPlan.released": "Whether it no longer holds the learner's place in the semester.",
    "SupportMeasure.sessions": "How many sessions are planned.",
    "SupportMeasure.minutes": "How many minutes each planned session lasts.",
    "ResponsiblePerson.duty": "What the person answers for.",
    "StepTaken.step": "The name of the step in the life cycle.",
    "StepTaken.source": "The status it was taken from.",
    "StepTaken.target": "The status it led to.",
    "StepTaken.actor": "Who took it.",
    "StepTaken.on": "The day.",
    "Transfer.source_institution_id": "The institution whose plan it was.",
    "Transfer.target_institution_id": "The institution whose plan it is from that day on.",
    "Assignment.institution_id": "The institution where the person works.",
    "Assignment.first_day": "Its first day, included.",
    "Assignment.last_day": "Its last day, included; null: it has no end yet.",
    "Claim.receipts": "The receipts that it rests on.",
    "Claim.decision_digest": "The digest of the decision, once there is one.",
    "Receipt.number": "Its number.",
    "Receipt.issuer": "Who was paid.",
    "Receipt.day": "The day of the payment.",
    "Receipt.amount": "What was paid.",
    "Receipt.digest": "A digest of the file, which is not kept itself.",
    "Evaluation.risks": "What became of each risk.",
    "Evaluation.measures": "What came of each measure.",
    "MeasureOutcome.number": "The measure's number in the plan.",
    "MeasureOutcome.sessions": "How many sessions were delivered.",
    "MeasureOutcome.minutes": "How many minutes all delivered sessions lasted together.",
    "MeasureOutcome.delivered": "Whether it was delivered.",
}


def entity_classes() -> tuple[type[Entity], ...]:
    """Every entity that is kept or exchanged: those of the register with their parts, decisions with theirs, and the actor."""
    found: dict[type[Entity], None] = {}
    for shape in SHAPES.values():
        found[shape.entity] = None
        found |= dict.fromkeys(_of_parts(shape.parts))
    for entity in (Actor, Decision, ClaimDecision):
        found |= dict.fromkeys((entity, *_inside(entity)))
    return tuple(found)


def entity_schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schema of every entity, by its name: what `model_dump(mode="json")` gives, and what `model_validate` takes.

    What a schema cannot say, such as that the last day comes after the first, only `model_validate` checks.

    Returns:
        Schemas of the draft 2020-12, each complete in itself.

    >>> schema = entity_schemas()["Learner"]
    >>> schema["required"], schema["properties"]["birth_date"]["description"]
    (['id', 'given_name', 'family_name'], 'The day of birth, if it is known.')
    """
    return {entity.__name__: _schema(entity) for entity in entity_classes()}


def _of_parts(parts: tuple[Part, ...]) -> Iterator[type[Entity]]:
    for part in parts:
        if part.entity is not None:
            yield part.entity
        yield from _of_parts(part.parts)


def _inside(entity: type[Entity]) -> Iterator[type[Entity]]:
    """The entities in an entity's fields."""
    for info in entity.model_fields.values():
        for kind in _kinds(info.annotation):
            yield kind
            yield from _inside(kind)


def _kinds(annotation: Any) -> Iterator[type[Entity]]:
    if inspect.isclass(annotation) and issubclass(annotation, Entity):
        yield annotation
    for inner in get_args(annotation):
        yield from _kinds(inner)


def _schema(entity: type[Entity]) -> dict[str, Any]:
    made = entity.model_json_schema()
    described = {one.__name__: one for one in (entity, *_inside(entity))}
    for name, one in described.items():
        part = made if one is entity else made["$defs"][name]
        part["title"], part["description"] = name, what_it_is(one)
        meanings = field_meanings(one)
        for field, schema in part["properties"].items():
            schema["description"] = meanings[field]
    return {"$schema": DIALECT, "$id": f"urn:pmp-core:schema:{entity.__name__}", **made}


def what_it_is(entity: type[Entity]) -> str:
    """The first paragraph of an entity's docstring."""
    return " ".join((inspect.getdoc(entity) or "").split("\n\n")[0].split())


def field_meanings(entity: type[Entity]) -> dict[str, str]:
    """What each field means; empty where nobody says it."""
    told = {**COMMON, **_told(inspect.getdoc(entity) or "")}
    return {name: OWN.get(f"{entity.__name__}.{name}", told.get(name, "")) for name in entity.model_fields}


def _told(docstring: str) -> dict[str, str]:
    """The fields that a docstring explains; one may stand beside another: «first: of the range; `last`: of it too»."""
    _, _, rest = docstring.partition("\nArgs:\n")
    section = re.split(r"\n\n(?=\S)", rest)[0]
    pieces = _ARGUMENT.split(section)[1:]
    told: dict[str, str] = {}
    for name, text in zip(pieces[::2], pieces[1::2], strict=True):
        own, *beside = _BESIDE.split(" ".join(text.split()))
        told[name] = _sentence(own)
        told |= {other: _sentence(words) for other, words in zip(beside[::2], beside[1::2], strict=True)}
    return told


def _sentence(text: str) -> str:
    said = re.sub(r"\bNone\b", "null", text)
    return f"{said[:1].upper()}{said[1:].rstrip('.')}."
