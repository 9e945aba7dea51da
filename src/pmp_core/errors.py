"""The one exception tree. Every error carries a stable code, the place, what was found and what to do.

A refusal is not an error: rules answer `refused` or `undetermined`. Errors are for wrong use, broken input and
states that cannot be. Personal codes are masked in everything an error says.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

MASK = "******-*****"
_PERSONAL_CODE = re.compile(r"(?<!\d)\d{6}[\s_]{0,3}[-\u2010-\u2015\u2212.]?[\s_]{0,3}\d{5}(?!\d)")


def masked(text: str) -> str:
    """The text with everything that looks like a personal code masked.

    >>> masked("learner 010203-12345 was not found")
    'learner ******-***** was not found'
    """
    return _PERSONAL_CODE.sub(MASK, text)


def nearest(name: str, known: Iterable[str], most: int = 3, *, cutoff: float = 0.5) -> tuple[str, ...]:
    """The known names that look most like `name`, for errors that say what is available.

    >>> nearest("levle", ["level", "track", "on"])
    ('level',)
    """
    return tuple(difflib.get_close_matches(name, list(known), n=most, cutoff=cutoff))


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was found: any of file, row (1 is the file's first line), column heading, line and JSON pointer."""

    file: str | None = None
    row: int | None = None
    column: str | None = None
    pointer: str | None = None

    def __str__(self) -> str:
        parts = [self.file] if self.file else []
        parts += [f"row {self.row}"] if self.row is not None else []
        parts += [f"column {self.column!r}"] if self.column is not None else []
        parts += [f"at {self.pointer}"] if self.pointer is not None else []
        return masked(", ".join(parts))

    def __repr__(self) -> str:
        return masked(f"Place({self.file!r}, {self.row!r}, {self.column!r}, {self.pointer!r})")


class PmpError(Exception):
    """What every error of this library is.

    Args:
        code: stable, kebab-case; documented in `docs/reference/errors.md`.
        message: what is wrong, one sentence.
        place: where.
        found: what stood there; masked.
        remedy: what to do.
    """

    def __init__(self, code: str, message: str, *, place: Place | None = None, found: object = None, remedy: str = "") -> None:
        self.code = code
        self.message = masked(message)
        self.place = place or Place()
        self.found = None if found is None else masked(str(found))[:200]
        self.remedy = masked(remedy)
        super().__init__(str(self))

    def __str__(self) -> str:
        where = f" ({self.place})" if str(self.place) else ""
        found = f" Found: {self.found!r}." if self.found is not None else ""
        remedy = f" What to do: {self.remedy}" if self.remedy else ""
        return f"[{self.code}] {self.message}{where}{found}{remedy}"

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.code, self.message, self.place, self.found, self.remedy)


def _rebuild(kind: type[PmpError], code: str, message: str, place: Place, found: str | None, remedy: str) -> PmpError:
    return kind(code, message, place=place, found=found, remedy=remedy)


class InvalidValue(PmpError, ValueError):
    """A value that cannot be what it says it is: a date that does not exist, a float as money, an id that is a personal code."""


class ProgrammeError(PmpError):
    """A programme pack, overlay or national data file that is broken, or something asked of a pack that it does not have."""


class RuleError(PmpError):
    """A rule that is not well formed, or that does not exist."""


class FactError(PmpError):
    """Facts handed to a rule that it does not know, that are of the wrong type, or that it cannot do without."""


class StepRefused(PmpError):
    """A life-cycle step that is not possible from this status, by this role or in this state; says what is possible."""


class RegisterError(PmpError):
    """The register or its storage cannot do what was asked; nothing was half-written."""


class NotFound(RegisterError):
    """Nothing in the register has this id."""


class NotUnique(RegisterError):
    """Something in the register already has this key."""


class VersionConflict(RegisterError):
    """What is being changed was changed by someone else since it was read."""


class AccessDenied(RegisterError):
    """The programme's access table does not give this to the actor's role, or not for what the actor acts for."""


class ProgrammeMismatch(RegisterError):
    """The register was made with another programme, or with another version of it."""


class SourceError(PmpError):
    """A school information system's data cannot be read at all: unreachable, not what its name says, a mapping that is wrong."""


class PluginError(PmpError):
    """A plug-in is not installed, is broken, or registers something that cannot be."""
