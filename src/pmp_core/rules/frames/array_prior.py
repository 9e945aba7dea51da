"""The running sum on arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attrs import frozen

from pmp_core.rules.frames.target import Keys, claim_twice


@frozen
class Lie:
    """How the rows lie: the arrays of their keys, and whether the rows are in order already."""

    keys: Sequence[Any]
    in_order: bool


def strictly(np: Any, keys: Sequence[Any]) -> bool:
    """Whether each row comes after the one above it."""
    rest: Any = None
    for key in reversed(keys):
        now, above = key[1:], key[:-1]
        rest = now > above if rest is None else (now > above) | ((now == above) & rest)
    return bool(np.all(rest))


def prior_of(np: Any, keys: Keys, lie: Lie, counted: Any, refused: Any) -> Any:
    """What the earlier claims of each row's group used.

    Args:
        np: NumPy.
        keys: the names of the keys, for the error.
        lie: how the rows lie.
        counted: what each row counts.
        refused: the rows that neither count nor need it; None where none is.

    Raises:
        FactError: `claim-twice`.
    """
    if lie.in_order:
        return _run_lengths(np, lie.keys[: len(keys.by)], counted)
    places = np.arange(len(counted)) if refused is None else np.flatnonzero(~refused)
    held = [key[places] for key in lie.keys]
    turn = np.lexsort(held[::-1])
    held = [key[turn] for key in held]
    if len(turn) > 1 and not strictly(np, held):
        raise claim_twice(keys)
    prior = np.zeros(len(counted), dtype=np.int64)
    prior[places[turn]] = _run_lengths(np, held[: len(keys.by)], counted[places[turn]])
    return prior


def _run_lengths(np: Any, by: Sequence[Any], counted: Any) -> Any:
    """The running sum without the row's own, where groups lie together."""
    before = np.cumsum(counted, dtype=np.int64) - counted
    new = np.ones(len(counted), dtype=bool)
    new[1:] = False
    for key in by:
        new[1:] |= key[1:] != key[:-1]
    first = np.flatnonzero(new)
    return before - np.repeat(before[first], np.diff(np.append(first, len(counted))))
