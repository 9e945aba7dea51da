"""How much is measured."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec


@dataclass(frozen=True)
class Plan:
    """How much is measured.

    Args:
        claims: rows of the cases over columns; two for each learner.
        loop_claims: claims of the cases that decide one after another.
        rounds: how often each side runs.
        growth: rows of the growing frames.
        growth_rounds: how often each of them is decided.
        file_claims: rows of the file of claims.
        learners: rows of the cases over storages.
    """

    claims: int
    loop_claims: int
    rounds: int
    growth: tuple[int, ...]
    growth_rounds: int
    file_claims: int
    learners: int


FULL = Plan(2_000_000, 100_000, 9, (100_000, 1_000_000, 3_000_000, 10_000_000, 30_000_000), 4, 10_000_000, 200_000)
QUICK = Plan(100_000, 10_000, 3, (100_000, 300_000, 1_000_000), 3, 100_000, 20_000)


class SkippedError(Exception):
    """What is needed for a part is not there; the message says what."""


def need(*libraries: str) -> None:
    """Skip the part where one of these is not installed."""
    missing = [library for library in libraries if find_spec(library) is None]
    if missing:
        raise SkippedError(f"not installed: {', '.join(missing)}")


class DisagreementError(Exception):
    """Sides give different answers: nothing is timed."""
