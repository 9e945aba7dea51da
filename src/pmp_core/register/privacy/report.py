"""Everything that the register holds about a learner, for whom it is about: rows, history, and who looked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from attrs import frozen

from pmp_core.errors import masked
from pmp_core.register import tables
from pmp_core.register.access.doors import admitting
from pmp_core.register.collection import UnitOfWork
from pmp_core.register.privacy.belonging import Belongings, Told, belongings, past, rows_in
from pmp_core.register.privacy.erasing import learner_row
from pmp_core.register.privacy.treatments import TREATMENTS
from pmp_core.register.schema import Row
from pmp_core.values import Actor, Iban, Language, Text, write_day

ACTION = "report-on-learner"
# What is left out: it says nothing of anybody, and would only help to guess what was erased or encrypted.
LEFT_OUT = {"history": ("salt", "hash"), "history_views": ("salt",), "personal_codes": ("match",)}
_ENCRYPTED = "enc:"
_HEADING = Text("Kas reģistrā ir par izglītojamo {id}, {on}", "What the register holds about the learner {id}, {on}")
_ROWS = Text("{title} ({table}): {count}", "{title} ({table}): {count}")
_NONE = Text("Nekā: {tables}.", "Nothing in: {tables}.")
_MASKED = Text("Personas kodi un kontu numuri ir aizklāti.", "Personal codes and numbers of accounts are masked.")


@frozen
class HeldRows:
    """What a table holds about the learner.

    Args:
        table: its name.
        title: what a row is.
        rows: each as a dictionary of JSON values, by column.
    """

    table: str
    title: Text
    rows: tuple[Mapping[str, Any], ...]


@frozen
class LearnerReport:
    """Everything held about a learner.

    Args:
        learner_id: the learner.
        on: the day of the report.
        held: every table that can hold something about a learner, also those in which there is nothing.
        in_clear: whether personal codes and numbers of accounts are shown.
    """

    learner_id: str
    on: date
    held: tuple[HeldRows, ...]
    in_clear: bool

    def as_dict(self) -> dict[str, Any]:
        """As JSON values: rows by table."""
        return {
            "learner_id": self.learner_id,
            "on": self.on.isoformat(),
            "in_clear": self.in_clear,
            "tables": {one.table: [dict(row) for row in one.rows] for one in self.held},
        }

    def to_json(self) -> str:
        """As a file."""
        return json.dumps(self.as_dict(), ensure_ascii=False, indent=2) + "\n"

    def explain(self, language: Language = "lv") -> str:
        """As text: each table with its rows, then the tables in which there is nothing."""
        return "\n".join(self._lines(language)) + "\n"

    def _lines(self, language: Language) -> Iterator[str]:
        day = write_day(self.on, language).removesuffix(".")
        yield _HEADING[language].format(id=self.learner_id, on=day)
        if not self.in_clear:
            yield _MASKED[language]
        for one in self.held:
            if one.rows:
                yield ""
                yield _ROWS[language].format(title=one.title[language], table=one.table, count=len(one.rows))
                for row in one.rows:
                    said = [f"{name}: {_written(value)}" for name, value in row.items() if value is not None]
                    yield "- " + "; ".join(said)
        empty = [one.table for one in self.held if not one.rows]
        if empty:
            yield ""
            yield _NONE[language].format(tables=", ".join(empty))


def report_on_learner(work: UnitOfWork, learner_id: str, *, by: Actor, on: date, in_clear: bool = False) -> LearnerReport:
    """Everything the register holds about a learner: the rows of every table, the history, and who looked at it.

    Nothing about anybody else is in it but the names of those who worked, and ids.

    Args:
        work: the unit of work.
        learner_id: the learner.
        by: who makes it; stands among those who looked.
        on: the day.
        in_clear: show personal codes and numbers of accounts, for the learner's own eyes.

    Raises:
        NotFound: `not-found`.
    """
    with admitting(work, ACTION, by, learner_id=learner_id):
        learner = learner_row(work, learner_id)
        work.learners.get(learner_id)  # a view like any other
        found = belongings(work.transaction, learner)
        entries, views = past(work.transaction, found)
        about = Told(found)
        told: Belongings = {**found, "history": [_own_part(entry, about) for entry in entries], "history_views": views}
    held = [
        HeldRows(name, TREATMENTS[name].title, tuple(_shown(name, row, in_clear) for row in told.get(name, ())))
        for name in (table.name for table in tables.TABLES)
        if name in TREATMENTS
    ]
    return LearnerReport(learner_id, on, tuple(held), in_clear)


def _own_part(entry: Row, about: Told) -> Row:
    """An entry of a source's chain without the records of others, who were read by the same import."""
    if entry["kind"] != "sources" or entry["document"] is None:
        return entry
    kept = [change for change in rows_in(entry) if any(about.tells_of(row) for row in change[2:] if row is not None)]
    return {**entry, "document": json.dumps({**json.loads(str(entry["document"])), "rows": kept}, ensure_ascii=False)}


def _shown(name: str, row: Row, in_clear: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for column, value in row.items():
        if column in LEFT_OUT.get(name, ()):
            continue
        if name == "personal_codes" and column == "cipher":
            shown["code"] = None if str(value).startswith(_ENCRYPTED) else _plain(value, in_clear)
        elif column == "document" and value is not None:
            shown[column] = _plain(json.loads(str(value)), in_clear)
        elif column == "iban":
            shown[column] = _account(value, in_clear)
        else:
            shown[column] = _plain(value, in_clear)
    return shown


def _account(value: object, in_clear: bool) -> object:
    return value if in_clear or value is None else str(Iban(str(value)))


def _plain(value: Any, in_clear: bool) -> Any:
    match value:
        case dict():
            return {
                name: _account(inner, in_clear) if name == "iban" else _plain(inner, in_clear) for name, inner in value.items()
            }
        case list():
            return [_plain(inner, in_clear) for inner in value]
        case datetime() | date():
            return value.isoformat()
        case str():
            return value if in_clear else masked(value)
    return value


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
