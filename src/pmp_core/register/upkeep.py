"""What a storage can do for whoever keeps a register, beside storing: a storage need not have it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from attrs import frozen

from pmp_core.register.schema import Scalar, Table


@frozen
class Fault:
    """Something that is wrong with a register. It names tables, columns and keys, never what a row holds.

    Args:
        code: what kind of fault it is.
        what: in words.
        table: where; empty if it is of no one table.
        key: of the row; empty if it is of no one row.
    """

    code: str
    what: str
    table: str = ""
    key: tuple[Scalar, ...] = ()


@runtime_checkable
class Upkeep(Protocol):
    """A storage that migrates, copies and checks itself. Without it, `create` adds what a later schema has more."""

    def migrate(self, tables: Sequence[Table], version: int) -> int:
        """Bring the tables of an earlier schema to this one, whole or not at all; gives the schema that was found.

        Raises:
            RegisterError: `register-missing`, `migration-missing`, `schema-differs`, `migration-unfinished`.
        """
        ...

    def back_up(self, file: Path, tables: Sequence[Table]) -> None:
        """Write a copy of the register, of whatever schema, into an empty file, as a database that this kind of storage opens."""
        ...

    def restore(self, source: Any, tables: Sequence[Table]) -> int:
        """Write what an opened backup holds into this database, which must hold none of it yet; gives the number of rows.

        Raises:
            RegisterError: `register-not-empty`.
        """
        ...

    def check(self, tables: Sequence[Table]) -> list[Fault]:
        """What is wrong with the database: damage, tables that are not as described, references that lead nowhere."""
        ...

    def vacuum(self, tables: Sequence[Table]) -> tuple[int, int]:
        """Make room; gives how many bytes the register took before, and takes after."""
        ...
