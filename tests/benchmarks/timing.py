"""Timing by rounds: every side runs once in each round, so that a slow minute of the machine meets both sides of a ratio."""

from __future__ import annotations

import gc
import timeit
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any

# How long one side of one round runs where a single call is too short for the clock.
_BATCH_SECONDS = 0.02


@dataclass(frozen=True)
class Times:
    """Seconds of each round, the warm-up left out."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle round."""
        return median(self.seconds)

    @property
    def span(self) -> tuple[float, float]:
        """The quickest and the slowest round."""
        return min(self.seconds), max(self.seconds)

    def over(self, other: Times) -> tuple[float, float, float]:
        """This over the other: of the medians, and of the rounds the smallest and the largest."""
        by_round = [a / b for a, b in zip(self.seconds, other.seconds, strict=True)]
        return self.median / other.median, min(by_round), max(by_round)


@dataclass(frozen=True)
class Statement:
    """Something too short to be timed alone: it stands inside the loop, so that no call of ours is timed with it."""

    text: str
    names: Mapping[str, Any]


@contextmanager
def what_is_there_left_alone() -> Iterator[None]:
    """The garbage collector runs, as it does in a program, but does not look through the data of the benchmark again and again."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def timed(sides: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, Times]:
    """Seconds of each side, after one round that warms up. What a side gives is dropped outside the time."""
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    with what_is_there_left_alone():
        for number in range(rounds + 1):
            for name, run in sides.items():
                start = perf_counter()
                answer = run()
                end = perf_counter()
                del answer
                if number:
                    seconds[name].append(end - start)
    return {name: Times(tuple(taken)) for name, taken in seconds.items()}


def timed_each(statements: Mapping[str, Statement], rounds: int) -> dict[str, Times]:
    """Seconds a call, each round a batch."""
    batches: dict[str, Callable[[], float]] = {}
    for name, statement in statements.items():
        timer = timeit.Timer(statement.text, setup="import gc; gc.enable()", globals=dict(statement.names))
        number, taken = timer.autorange()
        number = max(1, round(number * _BATCH_SECONDS / taken))
        batches[name] = lambda timer=timer, number=number: timer.timeit(number) / number  # type: ignore[misc]
    seconds: dict[str, list[float]] = {name: [] for name in batches}
    with what_is_there_left_alone():
        for number in range(rounds + 1):
            for name, batch in batches.items():
                taken = batch()
                if number:
                    seconds[name].append(taken)
    return {name: Times(tuple(taken)) for name, taken in seconds.items()}
