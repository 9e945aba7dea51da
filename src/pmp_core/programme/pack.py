"""A programme pack in memory: dated values, terms and life cycles, with one content hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

import attrs
from attrs import define, field

from pmp_core.errors import ProgrammeError, nearest
from pmp_core.programme.access import AccessTable
from pmp_core.programme.entries import DatedValue, Reading, Term
from pmp_core.programme.life_cycle import LifeCycle, said
from pmp_core.values import DayRange, Text

IN_FORCE = "programme.in-force"
T = TypeVar("T")


@attrs.frozen
class OverlayText:
    """A deployment's overlay as it was read, so that a register can keep it."""

    name: str
    text: str


@define(frozen=True, slots=False)
class Pack:
    """A pack with the national data beside it and its overlays laid over it.

    Args:
        id: such as `lv-8.3.4`.
        title: in both languages.
        values: by path.
        terms: by catalogue, then by code.
        life_cycles: by name.
        overlays: what was laid over it, in order.
        access: who may do what; empty in a pack that does not say.
    """

    id: str
    title: Text
    values: Mapping[str, DatedValue]
    terms: Mapping[str, Mapping[str, Term]]
    life_cycles: Mapping[str, LifeCycle]
    overlays: tuple[OverlayText, ...] = field(default=(), eq=False)
    access: AccessTable = field(factory=AccessTable)

    def __repr__(self) -> str:
        return f"<Pack {' with '.join((self.id, *(overlay.name for overlay in self.overlays)))}>"

    def value(self, path: str) -> DatedValue:
        """Everything the pack says of a path: a value's, or a term's, which is `catalogue/code`.

        Raises:
            ProgrammeError: `path-unknown`, with the nearest paths.
        """
        return self._term_at(path) or _found(self.values, path, "path", f"The programme {self.id!r} has no value {path!r}.")

    def says(self, path: str) -> bool:
        """Whether the pack says anything of a path: a value's, or a term's, which is `catalogue/code`."""
        return path in self.values or self._term_at(path) is not None

    def _term_at(self, path: str) -> Term | None:
        catalogue, _, code = path.partition("/")
        return self.terms.get(catalogue, {}).get(code)

    def read(self, path: str, day: date) -> Reading:
        """What holds on a day: the entry with its source, not only the number."""
        return self.value(path).on(day)

    def catalogue(self, name: str) -> Mapping[str, Term]:
        """The terms of a catalogue, by code.

        Raises:
            ProgrammeError: `catalogue-unknown`, with the nearest names.
        """
        return _found(self.terms, name, "catalogue", f"The programme {self.id!r} has no catalogue {name!r}.")

    def term(self, catalogue: str, code: str) -> Term:
        """One term of a catalogue.

        Raises:
            ProgrammeError: `code-unknown`, with the nearest codes.
        """
        return _found(
            self.catalogue(catalogue), code, "code", f"The catalogue {catalogue!r} of {self.id!r} has no code {code!r}."
        )

    def codes(self, catalogue: str, *, parent: str | None = None) -> tuple[str, ...]:
        """The codes of a catalogue, all or those under one parent."""
        return tuple(code for code, term in self.catalogue(catalogue).items() if parent is None or term.parent == parent)

    def life_cycle(self, name: str) -> LifeCycle:
        """A life cycle by name.

        Raises:
            ProgrammeError: `life-cycle-unknown`.
        """
        return _found(self.life_cycles, name, "life-cycle", f"The programme {self.id!r} has no life cycle {name!r}.")

    def in_force(self, day: date) -> bool:
        """Whether the programme is in force on this day."""
        return self.read(IN_FORCE, day).value is True

    def days_in_force(self) -> tuple[DayRange, ...]:
        """The days on which the programme is in force."""
        return tuple(days for days, entry in self.value(IN_FORCE).spans() if entry.value is True)

    @cached_property
    def hash(self) -> str:
        """A digest of everything the pack says. It does not depend on the order of files, keys or overlays' names."""
        content: dict[str, dict[str, Any]] = {
            "values": {path: _said(value) for path, value in self.values.items()},
            "terms": {f"{name}/{code}": _said(term) for name, terms in self.terms.items() for code, term in terms.items()},
            "life_cycles": {name: _said_of(cycle) for name, cycle in self.life_cycles.items()},
        }
        if self.access.lines:
            content["access"] = {action: line.said() for action, line in self.access.lines.items()}
        return hashlib.sha256(
            json.dumps([self.id, content], sort_keys=True, ensure_ascii=False, default=str).encode()
        ).hexdigest()


def _said(value: DatedValue) -> dict[str, Any]:
    """A value as plain data. Who says so is its source; the file it came from is not part of the law."""
    said = attrs.asdict(value)
    for entry in said["entries"]:
        del entry["origin"]
    return said


def _said_of(cycle: LifeCycle) -> dict[str, Any]:
    """A life cycle as plain data: its steps and chains by name, so that the order in which files and overlays add them is none."""
    whole = attrs.asdict(cycle, recurse=False)
    del whole["steps"], whole["chains"]
    return {**whole, "rows": {path: said(row) for path, row in cycle.rows()}}


def _found(known: Mapping[str, T], name: str, what: str, message: str) -> T:
    if name in known:
        return known[name]
    near = nearest(name, known)
    raise ProgrammeError(
        f"{what}-unknown", message, remedy=f"Nearest: {', '.join(near)}." if near else f"There are {len(known)} others."
    )
