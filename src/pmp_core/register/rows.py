"""Entities to rows and back: here, and nowhere else.

A field of an entity is the column of the same name; an amount of money is `<field>_cents`. A tuple of smaller things is a
child table, one row each, in order. What a table has beside its entity's fields is listed as `derived`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from enum import Enum
from typing import Any, Generic, TypeVar

from attrs import field, frozen

from pmp_core.compensation import Budget, Claim, OtherFunding, Payee, PaymentBatch, PaymentEntry, Receipt
from pmp_core.learners import Enrolment, Institution, Learner, Municipality, Partnership
from pmp_core.measures import Schedule, Session
from pmp_core.outcomes import Evaluation, MeasureOutcome, RiskOutcome
from pmp_core.plans import PlannedRisk, ResponsiblePerson, StepTaken, SupportMeasure, SupportPlan, Transfer
from pmp_core.register import tables
from pmp_core.register.schema import Row, Scalar, Table
from pmp_core.register.storage import Transaction
from pmp_core.risks import Absence, EvidenceRecord, Mark, RiskSuggestion
from pmp_core.staff import Assignment
from pmp_core.values import Entity, Iban, Money

E = TypeVar("E", bound=Entity)


@frozen
class Part:
    """A tuple field kept in a child table.

    Args:
        name: the field.
        table: the child table.
        parents: the child's columns that hold the parent's key and positions, outermost first; its own is `position`.
        entity: what stands in the tuple; None for plain text, kept in the column `column`.
        derived: what the child table has beside its entity's fields.
    """

    name: str
    table: Table
    parents: tuple[str, ...]
    entity: type[Entity] | None
    column: str | None = None
    parts: tuple[Part, ...] = ()
    derived: Mapping[str, Callable[[Any], Scalar]] = field(factory=dict)

    @property
    def tables(self) -> tuple[Table, ...]:
        """Its table and those of its parts, parents first."""
        return (self.table, *(table for part in self.parts for table in part.tables))


@frozen
class Shape(Generic[E]):
    """How an entity lies in tables."""

    entity: type[E]
    table: Table
    parts: tuple[Part, ...] = ()
    derived: Mapping[str, Callable[[E], Scalar]] = field(factory=dict)

    @property
    def tables(self) -> tuple[Table, ...]:
        """Its table and those of its parts, parents first."""
        return (self.table, *(table for part in self.parts for table in part.tables))

    def rows(self, entity: E) -> list[tuple[Table, list[Row]]]:
        """The rows of an entity, parents first."""
        own = {**_cells(entity, self.table), **{name: derive(entity) for name, derive in self.derived.items()}}
        key = tuple(own[name] for name in self.table.key)
        return [(self.table, [own]), *(rows for part in self.parts for rows in _part_rows(part, [(key, entity)]))]

    def load(self, transaction: Transaction, rows: Sequence[Row]) -> list[E]:
        """The entities of these rows of its table."""
        ids = [row[self.table.key[0]] for row in rows]
        inner = {part.name: _grouped(part, transaction, ids) for part in self.parts} if rows else {}
        return [
            self.entity.model_validate(
                {
                    **_fields(row, self.entity, self.derived),
                    **{name: groups.get((row[self.table.key[0]],), ()) for name, groups in inner.items()},
                }
            )
            for row in rows
        ]


def _part_rows(part: Part, parents: list[tuple[tuple[Scalar, ...], Any]]) -> list[tuple[Table, list[Row]]]:
    rows: list[Row] = []
    items: list[tuple[tuple[Scalar, ...], Any]] = []
    for key, parent in parents:
        for position, item in enumerate(getattr(parent, part.name)):
            cells = _cells(item, part.table) if part.entity is not None else {str(part.column): _cell(item)}
            derived = {name: derive(item) for name, derive in part.derived.items()}
            rows.append({**dict(zip(part.parents, key, strict=True)), "position": position, **cells, **derived})
            items.append(((*key, position), item))
    return [(part.table, rows), *(inner for deeper in part.parts for inner in _part_rows(deeper, items))]


def _grouped(part: Part, transaction: Transaction, ids: Sequence[Scalar]) -> dict[tuple[Scalar, ...], tuple[Any, ...]]:
    """The items of a child table by the key of their parent, in order."""
    rows = transaction.find(part.table, {part.parents[0]: list(ids)}, order=(*part.parents, "position"))
    inner = {deeper.name: _grouped(deeper, transaction, ids) for deeper in part.parts}
    groups: dict[tuple[Scalar, ...], list[Any]] = {}
    for row in rows:
        key = tuple(row[name] for name in part.parents)
        if part.entity is None:
            item: Any = row[str(part.column)]
        else:
            item = {
                **_fields(row, part.entity, (*part.parents, "position", *part.derived)),
                **{name: deeper.get((*key, row["position"]), ()) for name, deeper in inner.items()},
            }
        groups.setdefault(key, []).append(item)
    return {key: tuple(items) for key, items in groups.items()}


def _cells(entity: Entity, table: Table) -> Row:
    cells: Row = {}
    for name in type(entity).model_fields:
        value = getattr(entity, name)
        column = column_of(type(entity), name)
        if column in table.names:
            cells[column] = _cell(value)
    return cells


def column_of(entity: type[Entity], name: str) -> str:
    """The column that holds a field."""
    return f"{name}_cents" if Money in _types(entity.model_fields[name].annotation) else name


def _types(annotation: Any) -> tuple[Any, ...]:
    return (annotation, *getattr(annotation, "__args__", ()))


def _cell(value: Any) -> Scalar:
    match value:
        case Money():
            return value.cents
        case Enum():
            return str(value.value)
        case str():
            return str.__str__(value)
        case Iban():
            return value.reveal()
        case None | bool() | int() | date():
            return value
    raise TypeError(f"{type(value).__name__} has no column type")


def _fields(row: Row, entity: type[Entity], besides: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for column, value in row.items():
        if column in besides and column not in entity.model_fields:
            continue
        name = column.removesuffix("_cents") if column not in entity.model_fields else column
        fields[name] = Money.from_cents(value) if name != column and isinstance(value, int) else value
    return fields


_PLAN = ("plan_id",)
SHAPES: dict[type[Entity], Shape[Any]] = {
    shape.entity: shape
    for shape in (
        Shape(Municipality, tables.MUNICIPALITIES),
        Shape(Institution, tables.INSTITUTIONS),
        Shape(Partnership, tables.PARTNERSHIPS),
        Shape(Learner, tables.LEARNERS),
        Shape(Enrolment, tables.ENROLMENTS),
        Shape(Absence, tables.ABSENCES),
        Shape(Mark, tables.MARKS),
        Shape(
            RiskSuggestion,
            tables.RISK_SUGGESTIONS,
            (Part("evidence", tables.RISK_EVIDENCE, ("suggestion_id",), EvidenceRecord),),
        ),
        Shape(
            SupportPlan,
            tables.PLANS,
            (
                Part("risks", tables.PLAN_RISKS, _PLAN, PlannedRisk),
                Part(
                    "measures",
                    tables.PLAN_MEASURES,
                    _PLAN,
                    SupportMeasure,
                    parts=(Part("risks", tables.PLAN_MEASURE_RISKS, ("plan_id", "measure_position"), None, column="factor"),),
                ),
                Part("steps", tables.PLAN_STEPS, _PLAN, StepTaken),
                Part("responsible", tables.PLAN_PEOPLE, _PLAN, ResponsiblePerson),
                Part("transfers", tables.PLAN_TRANSFERS, _PLAN, Transfer),
            ),
            {"holds_place": lambda plan: None if plan.released else True},
        ),
        Shape(Assignment, tables.ASSIGNMENTS),
        Shape(
            Schedule,
            tables.SCHEDULES,
            (Part("weekdays", tables.SCHEDULE_WEEKDAYS, ("schedule_id",), None, column="weekday"),),
        ),
        Shape(Session, tables.SESSIONS),
        Shape(
            Claim,
            tables.CLAIMS,
            (
                Part(
                    "receipts",
                    tables.CLAIM_RECEIPTS,
                    ("claim_id",),
                    Receipt,
                    derived={"identity": lambda receipt: receipt.identity},
                ),
            ),
        ),
        Shape(OtherFunding, tables.OTHER_FUNDING),
        Shape(Payee, tables.PAYEES),
        Shape(PaymentBatch, tables.PAYMENT_BATCHES),
        Shape(PaymentEntry, tables.PAYMENT_ENTRIES, derived={"payment_of": lambda entry: entry.payment_of}),
        Shape(Budget, tables.BUDGETS, derived={"scope": lambda budget: budget.scope}),
        Shape(
            Evaluation,
            tables.EVALUATIONS,
            (
                Part("risks", tables.EVALUATION_RISKS, ("evaluation_id",), RiskOutcome),
                Part("measures", tables.EVALUATION_MEASURES, ("evaluation_id",), MeasureOutcome),
            ),
        ),
    )
}
