"""The source port: what an adapter to a school information system offers.

An adapter yields records with their places, problems and coverages, in any order, and tells which kinds of record it can give. It never
logs what it reads. What cannot be read at all raises `SourceError`; what is wrong with one record is a `Problem`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from pydantic import ValidationError

from pmp_core.errors import Place, PmpError, masked
from pmp_core.sources.records import Record, RecordKind
from pmp_core.values import DayRange, Semester


@dataclass(frozen=True, slots=True)
class Problem:
    """One record that could not be taken, and why; personal codes are masked.

    Args:
        code: stable, as of errors.
        message: what is wrong.
        place: file, row and column.
        kind: what kind of record it would have been.
        identity: the record's identity where it could be told. Such a record does not count as withdrawn.
        found: what stood there, masked.
        remedy: what to do.
    """

    code: str
    message: str
    place: Place = field(default_factory=Place)
    kind: RecordKind | None = None
    identity: str | None = None
    found: str | None = None
    remedy: str = ""

    def __post_init__(self) -> None:
        # Adapters mask too; what one of them forgets is neither kept nor shown.
        for name in ("message", "found", "remedy"):
            text = getattr(self, name)
            object.__setattr__(self, name, None if text is None else masked(text))
        file, row, column, pointer = self.place.file, self.place.row, self.place.column, self.place.pointer
        hidden = (None if text is None else masked(text) for text in (file, column, pointer))
        object.__setattr__(self, "place", Place(next(hidden), row, *hidden))

    @classmethod
    def of(
        cls, error: PmpError, *, place: Place | None = None, kind: RecordKind | None = None, identity: str | None = None
    ) -> Problem:
        """The problem that an error makes of one record."""
        return cls(error.code, error.message, place or error.place, kind, identity, error.found, error.remedy)

    @classmethod
    def of_validation(
        cls, error: ValidationError, *, place: Place | None = None, kind: RecordKind | None = None, identity: str | None = None
    ) -> Problem:
        """The problem that a record's failed validation makes: the first thing wrong, in our words where they are ours."""
        first = error.errors(include_url=False, include_input=False)[0]
        cause = first.get("ctx", {}).get("error")
        if isinstance(cause, PmpError):
            return cls.of(cause, place=place, kind=kind, identity=identity)
        where = ".".join(map(str, first["loc"]))
        return cls(
            "record-invalid",
            masked(f"{where}: {first['msg']}" if where else first["msg"]),
            place or Place(),
            kind,
            identity,
            remedy="Correct the value in the school's system, or the mapping.",
        )

    def __str__(self) -> str:
        where = f" ({self.place})" if str(self.place) else ""
        found = f" Found: {self.found!r}." if self.found is not None else ""
        remedy = f" What to do: {self.remedy}" if self.remedy else ""
        return f"[{self.code}] {self.message}{where}{found}{remedy}"


@dataclass(frozen=True, slots=True)
class Located:
    """A record, and where it was read: file and row, or the pointer into an answer."""

    record: Record
    place: Place = field(default_factory=Place)

    def __repr__(self) -> str:
        return f"<Located {self.record.kind} {self.record.identity}>"


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the source gave a full picture of: a stored record inside it that is missing now was withdrawn.

    Args:
        kind: of record.
        institution_key: the school it speaks of; None for all schools of this source.
        days: for absences, the days it covers; None: all.
        lesson: for absences, the one lesson of the day it covers; None: all.
        semester: for marks; None: all.
    """

    kind: RecordKind
    institution_key: str | None = None
    days: DayRange | None = None
    lesson: int | None = None
    semester: Semester | None = None


@runtime_checkable
class Source(Protocol):
    """A school information system, or an export of it.

    Attributes:
        name: stable from run to run: what was read under this name before is compared with what is read now.
        kinds: the kinds of record it can give.
    """

    name: str
    kinds: frozenset[RecordKind]

    def read(self) -> Iterator[Located | Problem | Coverage]:
        """Everything, once through. Can be called again, and then gives the same in the same order.

        Raises:
            SourceError: the source cannot be reached or read at all.
        """
        ...
