"""Whose data were kept as long as the deployment keeps them: found, and never erased by themselves."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date

from attrs import frozen

from pmp_core.errors import ProgrammeError
from pmp_core.loading import Programme
from pmp_core.register import tables
from pmp_core.register.access.doors import admitting, is_within
from pmp_core.register.collection import UnitOfWork
from pmp_core.register.privacy.belonging import path_of
from pmp_core.register.privacy.treatments import TREATMENTS
from pmp_core.register.schema import ColumnType, Scalar
from pmp_core.register.storage import Transaction
from pmp_core.values import Actor

TERM, DOCUMENTS = "privacy.retention", "documents.kept-until"


@frozen
class Due:
    """A learner whose term is over.

    Args:
        learner_id: the learner.
        last_day: the last day on which anything about the learner happened.
        kept_until: the last day of the term.
    """

    learner_id: str
    last_day: date
    kept_until: date


def due_for_erasure(work: UnitOfWork, programme: Programme, *, by: Actor, on: date) -> list[Due]:
    """Whose data were kept as long as the programme's `privacy.retention` says, and not less than until `documents.kept-until`.

    The term begins on the last day on which anything about the learner happened: an enrolment, a plan, a session, a decision, a payment.
    Who is enrolled still is not due. Whom nobody knows any more is not either: nothing is left to erase.

    Args:
        work: the unit of work.
        programme: whose term counts; a deployment sets it in an overlay.
        by: who asks.
        on: the day.

    Returns:
        By the end of the term, the oldest first.

    Raises:
        ProgrammeError: `retention-unset`.
    """
    found = []
    with admitting(work, "erase", by, narrows=True) as reach:
        months, least = _term(programme, on), programme.read(DOCUMENTS, on).value
        for learner_id, last in _last_days(work.transaction).items():
            until = months_after(last, months)
            until = max(until, least) if isinstance(least, date) else until
            if until < on and (reach.whole or is_within(work, tables.LEARNERS, learner_id, "erase")):
                found.append(Due(learner_id, last, until))
    return sorted(found, key=lambda one: (one.kept_until, one.learner_id))


def _term(programme: Programme, on: date) -> int:
    months = programme.read(TERM, on).value
    if not isinstance(months, int):
        raise ProgrammeError(
            "retention-unset",
            "How long a learner's data are kept is not set: no term is shipped.",
            found=TERM,
            remedy=f"Set {TERM} in an overlay, in months, with its source.",
        )
    return months


def months_after(day: date, months: int) -> date:
    """The same day of the month so many months later, or the last of a month that is shorter.

    >>> months_after(date(2023, 8, 31), 6), months_after(date(2023, 8, 31), 12)
    (datetime.date(2024, 2, 29), datetime.date(2024, 8, 31))
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _last_days(transaction: Transaction) -> dict[str, date]:
    """The last day of everything about each learner who is known, and enrolled nowhere any more."""
    learners = transaction.scan(tables.LEARNERS, ["id", "erased_on"])
    known = {str(id) for id, erased in zip(learners["id"], learners["erased_on"], strict=True) if erased is None}
    withdrawn = _withdrawn(transaction)
    last: dict[str, date] = {}
    there: set[str] = set()
    for learner_id, name, row in _of_learners(transaction):
        days = [day for day in row.values() if isinstance(day, date)]
        if name == tables.ENROLMENTS.name and row["last_day"] is None:
            ended = withdrawn.get(str(row["id"])) or withdrawn.get(learner_id)
            if ended is None:
                there.add(learner_id)
            else:
                days.append(ended)
        last[learner_id] = max([*days, last.get(learner_id, date.min)])
    return {learner_id: day for learner_id, day in last.items() if learner_id in known - there and day > date.min}


def _of_learners(transaction: Transaction) -> Iterator[tuple[str, str, dict[str, Scalar]]]:
    """Every row that belongs to a learner, with its days: the learner, the table, the row."""
    owners: dict[str, dict[Scalar, str]] = {"learners": {id: str(id) for id in transaction.scan(tables.LEARNERS, ["id"])["id"]}}
    for table in tables.TABLES:
        path = path_of(table)
        if path is None:
            continue
        column, parent = path
        kept = [name for name in TREATMENTS[table.name].columns("figure", "record") if table.column(name).type is ColumnType.DAY]
        names = [*dict.fromkeys([column, *(["id"] if "id" in table.names else []), *kept])]
        columns = transaction.scan(table, names)
        own = owners.setdefault(table.name, {})
        for cells in zip(*(columns[name] for name in names), strict=True):
            row = dict(zip(names, cells, strict=True))
            owner = owners[parent].get(row[column])
            if owner is not None:  # other funding may be of everybody
                own[row.get("id")] = owner
                yield owner, table.name, row


def _withdrawn(transaction: Transaction) -> dict[str, date]:
    """Since when no source has a learner or an enrolment any more, by the register's id."""
    since: dict[str, list[date | None]] = {}
    for kind in ("learner", "enrolment"):
        for row in transaction.find(tables.SOURCE_KEYS, {"kind": kind}):
            day = row["withdrawn_on"]
            since.setdefault(str(row["entity_id"]), []).append(day if isinstance(day, date) else None)
    gone = {id: [day for day in days if day is not None] for id, days in since.items() if None not in days}
    return {id: max(days) for id, days in gone.items()}
