"""The guard of a unit of work: an actor reads and changes the rows that the access table gives it, and no others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from pmp_core.errors import AccessDenied
from pmp_core.programme import AccessTable, Scope
from pmp_core.programme.access import READING
from pmp_core.register import tables
from pmp_core.register.access.paths import PATHS, TablePath, path_of
from pmp_core.register.access.reach import WHOLE, Reach, denied, reach_of
from pmp_core.register.access.ways import LINKS, Ways, Why
from pmp_core.register.arrow_tables import arrow_table
from pmp_core.register.layer import Acting, Layer
from pmp_core.register.schema import Row, Scalar, Table
from pmp_core.register.storage import Transaction
from pmp_core.values import Actor

IMPORT = "import-records"
Where = Mapping[str, Scalar | Sequence[Scalar]] | None


class GuardedTransaction(Layer):
    """A transaction that gives and takes only what the actor may see and change.

    Rows that somebody asks for by themselves need the action that the path of their table names. While an action is being done
    (`Acting.doing`), the table was asked for that action instead: its own scope counts, and once what it is done to was found to
    be within it (`admit`), the library sees whatever its rules have to look at.

    Args:
        inner: beneath.
        acting: who works.
        access: the programme's table.
    """

    def __init__(self, inner: Transaction, acting: Acting, access: AccessTable) -> None:
        super().__init__(inner)
        self._acting, self.access, self._opened_by = acting, access, acting.actor
        self._ways: dict[tuple[Actor, str], Ways] = {}
        self._entered: tuple[Actor, str] | None = None
        self._passes = False

    # --- at the door ---

    @contextmanager
    def entering(self, action: str, by: Actor) -> Iterator[None]:
        """While an action is being done; one within another is part of it."""
        if self._entered is not None:
            yield
            return
        self._check_stands_for(by)
        self._passes = self._ways_of(by, action).reach.whole
        self._entered = by, action
        try:
            yield
        finally:
            self._entered, self._passes = None, False

    @property
    def passes(self) -> bool:
        """Whether the library may look at whatever it has to."""
        return self._passes

    @property
    def reach(self) -> Reach:
        """How far the action reaches that is being done."""
        return WHOLE if self._entered is None else self._ways_of(*self._entered).reach

    def admit(self, wanted: Iterable[Iterable[object]] = (), municipalities: Iterable[object] = ()) -> None:
        """Let the library look at whatever it has to, since what the action is done to is within its reach.

        Args:
            wanted: of each thing the institutions whose it is: one of them has to be within reach.
            municipalities: each of them has to be.

        Raises:
            AccessDenied: `access-denied`.
        """
        for institutions in wanted:
            among = list(institutions)
            if not any(self.reach.has(one) for one in among):
                raise self._denied(str(self._acting.action), found=", ".join(map(str, among)))
        for one in municipalities:
            if not self.reach.has_municipality(one):
                raise self._denied(str(self._acting.action), found=one)
        self._passes = True

    def is_within(self, table: Table, key: tuple[Scalar, ...], action: str) -> bool:
        """Whether a row is within reach of an action; one that is not there is not.

        Raises:
            AccessDenied: `access-denied`, `actor-without-scope`.
        """
        ways, row = self._ways_of(self._acting.actor, action), self.inner.get(table, key)
        if row is None:
            return False
        return ways.reach.whole or ways.within(path_of(table), [row], "see")[0]

    # --- rows ---

    def get(self, table: Table, key: tuple[Scalar, ...]) -> Row | None:
        """The row with this key, if it is within reach; else None."""
        ways, row = self._reading(table), self.inner.get(table, key)
        if ways is None or row is None:
            return row
        return row if ways.within(path_of(table), [row], "see")[0] else None

    def find(self, table: Table, where: Where = None, *, order: Sequence[str] = (), limit: int | None = None) -> list[Row]:
        """The rows within reach."""
        ways = self._reading(table)
        if ways is None:
            return self.inner.find(table, where, order=order, limit=limit)
        narrowed = _narrowed(ways, path_of(table), where)
        if narrowed is not None:
            return self.inner.find(table, narrowed, order=order, limit=limit)
        if limit is not None and limit < 1:  # what that gives, or whether it is wrong, is the storage's business
            return self.inner.find(table, where, order=order, limit=limit)
        rows = self.inner.find(table, where, order=order)
        kept = [row for row, within in zip(rows, ways.within(path_of(table), rows, "see"), strict=True) if within]
        return kept[:limit]

    def count(self, table: Table, where: Where = None) -> int:
        """How many rows are within reach."""
        ways = self._reading(table)
        if ways is None:
            return self.inner.count(table, where)
        narrowed = _narrowed(ways, path_of(table), where)
        return self.inner.count(table, narrowed) if narrowed is not None else len(self.find(table, where))

    def scan(self, table: Table, columns: Sequence[str] | None = None) -> dict[str, list[Scalar]]:
        """The columns of the rows within reach."""
        if self._reading(table) is None:
            return self.inner.scan(table, columns)
        rows = self.find(table)
        return {name: [row[name] for row in rows] for name in (table.names if columns is None else columns)}

    def scan_arrow(self, table: Table, columns: Sequence[str] | None = None) -> Any:
        """The columns of the rows within reach, as an Arrow table."""
        if self._reading(table) is None:
            return self.inner.scan_arrow(table, columns)
        return arrow_table(table, self.scan(table, columns))

    def insert(self, table: Table, rows: Iterable[Row]) -> None:
        """Add rows within reach."""
        ways = self._writing(table)
        if ways is not None:
            rows = list(rows)
            self._check(ways, table, rows, "add")
            self._check_references(ways, table, rows)
        self.inner.insert(table, rows)
        self._forget(table)

    def update(self, table: Table, row: Row, *, version: int | None = None) -> None:
        """Replace a row within reach by one within reach."""
        ways = self._writing(table)
        if ways is not None:
            before = self.inner.get(table, tuple(row[name] for name in table.key))
            self._check(ways, table, [row] if before is None else [before, row], "change")
            self._check_references(ways, table, [row])
        self.inner.update(table, row, version=version)
        self._forget(table)

    def delete(self, table: Table, where: Mapping[str, Scalar | Sequence[Scalar]]) -> int:
        """Remove rows, if all of them are within reach."""
        ways = self._writing(table)
        if ways is not None:
            self._check(ways, table, self.inner.find(table, where), "change")
        gone = self.inner.delete(table, where)
        self._forget(table)
        return gone

    # --- what the table says ---

    def _reading(self, table: Table) -> Ways | None:
        """What narrows reading a table; None: nothing."""
        path = path_of(table)
        if self._passes or path.see is None:
            return None
        if self._entered is not None:
            return None if path.open else self._ways_of(*self._entered)
        if self.access.scope_of(self._acting.actor.role, path.see) is Scope.PSEUDONYMOUS:
            raise self._denied(path.see)
        ways = self._ways_of(self._acting.actor, path.see)
        return None if path.open or ways.reach.whole else ways

    def _writing(self, table: Table) -> Ways | None:
        """What narrows writing a table; None: nothing."""
        path = path_of(table)
        if self._entered is not None:
            if self._entered[1] in READING:
                raise self._denied(self._entered[1])
            if self._passes and self._acting.action != IMPORT:
                return None
            # An import looks at all that it may have to match with, and yet writes only what is its own.
            ways = self._ways_of(*self._entered)
            return None if ways.reach.whole or (self._passes and table.name not in _IMPORTED) else ways
        if path.change is None:
            raise AccessDenied(
                "access-denied",
                f"The rows of {table.name!r} are written by the library's own functions only.",
                found=self._acting.actor.role,
                remedy="Use the function or the command for what you are doing.",
            )
        ways = self._ways_of(self._acting.actor, path.change)
        return None if ways.reach.whole else ways

    def _check(self, ways: Ways, table: Table, rows: Sequence[Row], why: Why) -> None:
        path = path_of(table)
        for row, within in zip(rows, ways.within(path, rows, why), strict=True):
            if not within:
                action = self._acting.action or str(path.change)
                raise self._denied(action, found=" ".join(str(row[name]) for name in table.key))

    def _check_references(self, ways: Ways, table: Table, rows: Sequence[Row]) -> None:
        """Who writes a row down about a learner, a plan, a claim has to reach that one too."""
        if self._acting.action == IMPORT:
            return
        for reference in table.references:
            path = PATHS[reference.table]
            keys = sorted({row[name] for name in reference.columns for row in rows} - {None}, key=str)
            if keys and path.ways and not path.open:
                self._check(ways, path.table, self.inner.find(path.table, {path.table.key[0]: keys}), "add")

    def _check_stands_for(self, by: Actor) -> None:
        """Who acts in a register that was opened for one institution or municipality acts for that one, or for less."""
        own = self._opened_by
        if by == own or (own.institution_id is None and own.municipality_id is None and not own.region):
            return
        theirs = {by.municipality_id} if by.municipality_id is not None else set(by.region)
        if own.institution_id is not None:
            within = by.institution_id == own.institution_id
        else:
            ours = {own.municipality_id} if own.municipality_id is not None else set(own.region)
            if by.institution_id is not None:
                institution = self.inner.get(tables.INSTITUTIONS, (by.institution_id,))
                theirs = set() if institution is None else {str(institution["municipality_id"])}
            within = bool(theirs) and theirs <= ours
        if not within:
            raise AccessDenied(
                "access-denied",
                "Whoever acts here has to act for what the register was opened for.",
                found=by.institution_id or ", ".join(sorted(map(str, theirs))) or "the state",
                remedy="Open the register for the one who acts.",
            )

    def _ways_of(self, actor: Actor, action: str) -> Ways:
        key = (actor, action)
        if key not in self._ways:
            self._ways[key] = Ways(self.inner, reach_of(self.inner, self.access, actor, action))
        return self._ways[key]

    def _denied(self, action: str, *, found: object = None) -> AccessDenied:
        return denied(self.access, self._acting.actor, action, found=found)

    def _forget(self, table: Table) -> None:
        if table.name == "institutions":  # a municipality may have one more now
            self._ways.clear()
        elif table.name in LINKS:
            for ways in self._ways.values():
                ways.forget()


# What an import writes of which a row says itself whose it is.
_IMPORTED = frozenset({"municipalities", "institutions", "partnerships", "enrolments", "absences", "marks", "assignments"})


def _narrowed(ways: Ways, path: TablePath, where: Where) -> Mapping[str, Scalar | Sequence[Scalar]] | None:
    """The conditions that leave only what is within reach, where they can be said as such."""
    leading = ways.leading(path)
    if leading is None:
        return None
    column, cells = leading
    asked = (where or {}).get(column, list(cells))
    options: Iterable[Any] = asked if isinstance(asked, list | tuple) else [asked]
    return {**(where or {}), column: [one for one in options if one in cells]}
