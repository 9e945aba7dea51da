"""Typed collections over a transaction, and the unit of work that holds them together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from enum import Enum
from typing import Any, Generic, TypeVar

from pmp_core.compensation import Budget, Claim, OtherFunding, Payee, PaymentBatch, PaymentEntry
from pmp_core.errors import InvalidValue, NotFound, PmpError, nearest
from pmp_core.learners import Enrolment, Institution, Learner, Municipality, Partnership
from pmp_core.measures import Schedule, Session
from pmp_core.outcomes import Evaluation
from pmp_core.plans import SupportPlan
from pmp_core.register.layer import Acting
from pmp_core.register.layers import Setup, layered
from pmp_core.register.rows import SHAPES, Part, Shape, column_of
from pmp_core.register.schema import Row, Scalar
from pmp_core.register.storage import Storage, Transaction
from pmp_core.risks import Absence, Mark, RiskSuggestion
from pmp_core.staff import Assignment
from pmp_core.values import Entity, Money

E = TypeVar("E", bound=Entity)
# What tells whose a row is, for the tables whose rows are somebody's.
_WHOSE: dict[str, tuple[str, str]] = {
    shape.table.name: (
        ("learner", "id")
        if shape.entity is Learner
        else ("learner", "learner_id")
        if "learner_id" in shape.table.names
        else ("plan", "plan_id")
    )
    for shape in SHAPES.values()
    if shape.entity is Learner or {"learner_id", "plan_id"} & set(shape.table.names)
}


class Collection(Generic[E]):
    """All entities of one kind, within one transaction."""

    def __init__(self, transaction: Transaction, shape: Shape[E], acting: Acting) -> None:
        self._transaction, self._shape, self._acting = transaction, shape, acting

    def get(self, id: str) -> E:
        """The entity with this id.

        Raises:
            NotFound: `not-found`.
        """
        row = self._transaction.get(self._shape.table, (id,))
        if row is None:
            raise NotFound(
                "not-found",
                f"The register has no {self._shape.entity.__name__} with this id.",
                found=id,
                remedy="Check the id; `find()` lists what there is.",
            )
        self._show([row])
        return self._shape.load(self._transaction, [row])[0]

    def find(self, *, order: tuple[str, ...] = (), limit: int | None = None, **where: Any) -> list[E]:
        """The entities whose fields equal the given values; a list or tuple means any of them, None means empty.

        Args:
            order: field names, `-name` for descending; ties and no order at all come in the order of the id.
            limit: at most so many.
            where: fields of the entity.

        Raises:
            InvalidValue: `field-unknown`.
        """
        by = ["-" * name.startswith("-") + self._column(name.removeprefix("-")) for name in order]
        rows = self._transaction.find(self._shape.table, self._columns(where), order=by, limit=limit)
        self._show(rows)
        return self._shape.load(self._transaction, rows)

    def count(self, **where: Any) -> int:
        """How many `find` would give."""
        return self._transaction.count(self._shape.table, self._columns(where))

    def _show(self, rows: list[Row]) -> None:
        """Whoever reads what is a learner's has seen it."""
        whose = _WHOSE.get(self._shape.table.name)
        if whose is not None and self._acting.looking:
            by, column = whose
            self._acting.seen.show(self._shape.table.name, by, [row[column] for row in rows])

    def _columns(self, where: dict[str, Any]) -> dict[str, Any]:
        return {self._column(name): _plain(value) for name, value in where.items()}

    def _column(self, name: str) -> str:
        entity, parts = self._shape.entity, [part.name for part in self._shape.parts]
        fields = [field for field in entity.model_fields if field not in parts]
        if name not in fields:
            near = nearest(name, fields) or fields
            raise InvalidValue(
                "field-unknown",
                f"{entity.__name__} has no field {name!r} to search or sort by.",
                remedy=f"Nearest: {', '.join(near)}.",
            )
        return column_of(entity, name)

    def add(self, entity: E) -> E:
        """Keep a new entity.

        Returns:
            The entity as it is kept, with its version.

        Raises:
            NotUnique: `not-unique`: the id is taken, or there is one where only one may be.
            RegisterError: `reference-missing`.
        """
        return self.add_all([entity])[0]

    def add_all(self, entities: Iterable[E]) -> list[E]:
        """Keep many new entities."""
        versioned = self._shape.table.versioned
        kept = [entity.changed(version=1) if versioned else entity for entity in entities]
        gathered: dict[str, list[Any]] = {table.name: [] for table in self._shape.tables}
        for entity in kept:
            for table, rows in self._shape.rows(entity):
                gathered[table.name].extend(rows)
        for table in self._shape.tables:
            if gathered[table.name]:
                self._transaction.insert(table, gathered[table.name])
        return kept

    def put(self, entity: E) -> E:
        """Keep the changed entity in place of the one with its id.

        This is the raw port: it asks neither the life cycle nor the law. What persons do goes through `casework`:
        `take_plan_step`, `change_plan`, `change_claim` and the like.

        Returns:
            The entity with its new version.

        Raises:
            VersionConflict: `version-conflict`: someone changed it since it was read.
            NotFound: `not-found`.
            NotUnique: `not-unique`.
        """
        version = entity.version  # type: ignore[attr-defined]
        kept = entity.changed(version=version + 1)
        (_, [own]), *parts = self._shape.rows(kept)
        self._transaction.update(self._shape.table, own, version=version)
        for part in self._shape.parts:
            self._remove_part(part, own[self._shape.table.key[0]])
        for table, rows in parts:
            if rows:
                self._transaction.insert(table, rows)
        return kept

    def remove(self, ids: Iterable[str]) -> int:
        """Take out entities with their parts, such as absences that the school withdrew; returns how many entities.

        Raises:
            RegisterError: `reference-in-use`: something else refers to one of them.
        """
        gone: list[Scalar] = list(ids)
        for part in self._shape.parts:
            self._remove_part(part, gone)
        return self._transaction.delete(self._shape.table, {self._shape.table.key[0]: gone})

    def _remove_part(self, part: Part, of: Scalar | list[Scalar]) -> None:
        for table in reversed((part.table, *(deeper.table for deeper in part.parts))):
            self._transaction.delete(table, {part.parents[0]: of})


def _plain(value: Any) -> Scalar | list[Scalar]:
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]  # type: ignore[misc]
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, Money):
        return value.cents
    return str.__str__(value) if isinstance(value, str) else value


class UnitOfWork:
    """One piece of work on the register: all of it is kept, or nothing.

    Attributes:
        transaction: for what works on rows and columns; it asks the access table, and writes the history down.
        acting: who works, and at what.
    """

    def __init__(self, transaction: Transaction, acting: Acting) -> None:
        self.transaction, self.acting = transaction, acting
        self.municipalities: Collection[Municipality] = Collection(transaction, SHAPES[Municipality], acting)
        self.institutions: Collection[Institution] = Collection(transaction, SHAPES[Institution], acting)
        self.partnerships: Collection[Partnership] = Collection(transaction, SHAPES[Partnership], acting)
        self.learners: Collection[Learner] = Collection(transaction, SHAPES[Learner], acting)
        self.enrolments: Collection[Enrolment] = Collection(transaction, SHAPES[Enrolment], acting)
        self.absences: Collection[Absence] = Collection(transaction, SHAPES[Absence], acting)
        self.marks: Collection[Mark] = Collection(transaction, SHAPES[Mark], acting)
        self.suggestions: Collection[RiskSuggestion] = Collection(transaction, SHAPES[RiskSuggestion], acting)
        self.plans: Collection[SupportPlan] = Collection(transaction, SHAPES[SupportPlan], acting)
        self.assignments: Collection[Assignment] = Collection(transaction, SHAPES[Assignment], acting)
        self.schedules: Collection[Schedule] = Collection(transaction, SHAPES[Schedule], acting)
        self.sessions: Collection[Session] = Collection(transaction, SHAPES[Session], acting)
        self.claims: Collection[Claim] = Collection(transaction, SHAPES[Claim], acting)
        self.other_funding: Collection[OtherFunding] = Collection(transaction, SHAPES[OtherFunding], acting)
        self.payees: Collection[Payee] = Collection(transaction, SHAPES[Payee], acting)
        self.batches: Collection[PaymentBatch] = Collection(transaction, SHAPES[PaymentBatch], acting)
        self.entries: Collection[PaymentEntry] = Collection(transaction, SHAPES[PaymentEntry], acting)
        self.budgets: Collection[Budget] = Collection(transaction, SHAPES[Budget], acting)
        self.evaluations: Collection[Evaluation] = Collection(transaction, SHAPES[Evaluation], acting)


class RolledBack(Exception):
    """Raised inside to undo a dry run."""


@contextmanager
def working(storage: Storage, acting: Acting, setup: Setup, *, keep: bool = True, trial: bool = False) -> Iterator[UnitOfWork]:
    """A unit of work on a storage; with `keep=False` everything is undone at its end, but for whose data it has shown.

    Args:
        storage: where.
        acting: who works, and why.
        setup: what the layers are made with.
        keep: whether what is done is kept.
        trial: whether not even that is kept.
    """
    begun: AbstractContextManager[Transaction] = storage.begin()
    keep = keep and not trial
    try:
        with begun as transaction:
            with layered(transaction, acting, setup, keep=keep) as top:
                yield UnitOfWork(top, acting)
            if not keep:
                raise RolledBack
    except RolledBack:
        if not trial:
            _keep_views(storage, acting, setup)
    except GeneratorExit:
        raise
    except BaseException as error:
        if not trial:
            try:
                _keep_views(storage, acting, setup)
            except PmpError as further:
                error.add_note(f"Then, while writing down what was seen: {further}")
        raise


def _keep_views(storage: Storage, acting: Acting, setup: Setup) -> None:
    """Write down whose data were shown, in a transaction of its own: what was seen stays seen."""
    if acting.seen.rows:
        with storage.begin() as transaction, layered(transaction, acting, setup, keep=True):
            pass
