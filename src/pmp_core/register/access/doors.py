"""The doors of all work on cases: each asks the access table for its action, where what it is done to is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from inspect import signature
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast

from pmp_core.programme.access import READING
from pmp_core.register.access.paths import PATHS
from pmp_core.register.access.reach import WHOLE, Reach, check_whole, denied
from pmp_core.register.access.targets import TARGETS, whose_claims
from pmp_core.register.schema import Table
from pmp_core.values import Actor

if TYPE_CHECKING:
    from pmp_core.register.collection import UnitOfWork

P = ParamSpec("P")
R = TypeVar("R")
Work = Callable[Concatenate["UnitOfWork", P], R]


def door(action: str, *of: str, narrows: bool = False) -> Callable[[Work[P, R]], Work[P, R]]:
    """Make a function of a unit of work one that does, or reads, something that the access table gives to some.

    While it runs, `work.acting` says that the action is being done, and by whom: its argument `by`, or the register's actor.

    Args:
        action: a code of the access table.
        of: the arguments that say to what it is done, each one of `TARGETS`; where none is given, what it reads and writes is
            narrowed row by row.
        narrows: the function itself keeps to what its actor names.
    """

    def made(function: Work[P, R]) -> Work[P, R]:
        bound = signature(function)

        @wraps(function)
        def inside(work: UnitOfWork, *args: P.args, **kwargs: P.kwargs) -> R:
            by: Any = kwargs.get("by")
            guard = work.acting.guard
            if guard is None or guard.passes:
                with work.acting.doing(action, by):
                    return function(work, *args, **kwargs)
            given = bound.bind(work, *args, **kwargs).arguments
            with admitting(work, action, by, narrows=narrows, **{name: given[name] for name in of if name in given}):
                return function(work, *args, **kwargs)

        return cast("Work[P, R]", inside)

    return made


@contextmanager
def admitting(work: UnitOfWork, action: str, by: Actor | None = None, *, narrows: bool = False, **of: Any) -> Iterator[Reach]:
    """While something is done or read: the table was asked, and what it is done to is within the actor's reach.

    Args:
        work: the unit of work.
        action: a code of the access table.
        by: who does it; None: the register's actor.
        narrows: what is done here, or its results, is kept to the reach by whoever calls; the library may look at all of it.
        of: to what it is done, by the names of `TARGETS`.

    Returns:
        How far the actor reaches.

    Raises:
        AccessDenied: `access-denied`, `actor-without-scope`.
    """
    with work.acting.doing(action, by):
        guard = work.acting.guard
        if guard is None:
            yield WHOLE
            return
        if not guard.passes:
            found = [TARGETS[name](guard.inner, one, action in READING) for name, one in of.items() if one is not None]
            there = [targets for targets in found if targets is not None]
            if there:
                guard.admit([of for wanted, _ in there for of in wanted], [one for _, these in there for one in these])
            elif narrows:
                guard.admit()
        yield guard.reach


@contextmanager
def whole(work: UnitOfWork, action: str, by: Actor | None = None) -> Iterator[None]:
    """While something is done or read that has no parts which belong to somebody: it needs the whole register as scope.

    Raises:
        AccessDenied: `access-denied`, `actor-without-scope`.
    """
    with admitting(work, action, by):
        guard = work.acting.guard
        if guard is not None and not guard.passes:
            check_whole(guard.access, work.acting.actor, action)
        yield


@contextmanager
def looking_back(work: UnitOfWork, kind: str, id: str) -> Iterator[None]:
    """While the history of one entity is read; of one that is gone, or that is nobody's, it needs the whole register as scope.

    Args:
        work: the unit of work.
        kind: the name of its table.
        id: of the entity.

    Raises:
        AccessDenied: `access-denied`, `actor-without-scope`.
    """
    with admitting(work, "see-history", narrows=True) as reach:
        if not reach.whole and not is_within(work, PATHS[kind].table if kind in PATHS else None, id, "see-history"):
            guard = work.acting.guard
            assert guard is not None  # without one the reach is the whole register
            raise denied(guard.access, work.acting.actor, "see-history", found=id)
        yield


def is_within(work: UnitOfWork, table: Table | None, id: str, action: str) -> bool:
    """Whether an entity is within reach of an action; where the host has looked, whatever is.

    Args:
        work: the unit of work.
        table: of the entity; None: it has none, and is nobody's.
        id: of the entity.
        action: a code of the access table.
    """
    guard = work.acting.guard
    if guard is None:
        return True
    return table is not None and table.key == ("id",) and guard.is_within(table, (id,), action)


def claims_within(work: UnitOfWork, reach: Reach, ids: Iterable[str]) -> frozenset[str]:
    """Those of some claims that an actor may look at.

    Args:
        work: the unit of work.
        reach: how far the actor reaches.
        ids: of claims.
    """
    if reach.whole:
        return frozenset(ids)
    whose = whose_claims(work.transaction, ids, True)
    return frozenset(id for id, institutions in whose.items() if any(map(reach.has, institutions)))
