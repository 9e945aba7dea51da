"""The lines of a claim: parts of its period for each of which one law, one level and one agreement hold, and its money between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Self

from pydantic import model_validator

from pmp_core.compensation.claim import Claim
from pmp_core.compensation.quantity import UNITS_OF_TIME
from pmp_core.values import Day, DayRange, Entity, Money

_DAY = timedelta(days=1)


class ClaimLine(Entity):
    """A part of a claim's period, with what is asked for it.

    Args:
        requested: the line's share of what the claim asks for.
        cofunded: the line's share of what others already pay.

    Raises:
        InvalidValue: `days-reversed`.
    """

    first_day: Day
    last_day: Day
    requested: Money
    cofunded: Money

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        DayRange(self.first_day, self.last_day)
        return self

    @property
    def days(self) -> DayRange:
        """The line's days."""
        return DayRange(self.first_day, self.last_day)


def split(days: DayRange, turns: Iterable[date]) -> list[DayRange]:
    """A range of days in parts, one beginning on its first day and one on each of these days that lies inside it.

    >>> [str(part.last) for part in split(DayRange(date(2022, 9, 1), date(2022, 9, 30)), [date(2022, 9, 12)])]
    ['2022-09-11', '2022-09-30']
    """
    inside = sorted({turn for turn in turns if turn in days} - {days.first})
    firsts = [days.first, *inside]
    lasts = [*(turn - _DAY for turn in inside), days.last]
    return [DayRange(first, last) for first, last in zip(firsts, lasts, strict=True)]


def months_of(days: DayRange) -> list[date]:
    """The first days of months inside a range that has an end."""
    return [day for day in days.days() if day.day == 1]


def shared(cents: int, weights: Sequence[int]) -> list[int]:
    """An amount in proportion to weights, to the cent: by largest remainder, of equal ones the earlier.

    Args:
        cents: the amount, 0 or more.
        weights: 0 or more each; not all 0.

    Returns:
        One amount for each weight; their sum is the amount.

    >>> shared(100, [1, 1, 1])
    [34, 33, 33]
    """
    whole = sum(weights)
    floors = [cents * weight // whole for weight in weights]
    remainders = [cents * weight % whole for weight in weights]
    first = sorted(range(len(weights)), key=lambda i: (-remainders[i], i))[: cents - sum(floors)]
    return [floor + (i in first) for i, floor in enumerate(floors)]


def lines_of(
    claim: Claim, parts: Sequence[DayRange], unit: str | None, school_days: Sequence[int], enrolled: Sequence[bool]
) -> list[ClaimLine]:
    """The claim's money between the parts of its period.

    Where the cap is for a time (a school day, a day, a month) the expense is taken to be spread over it: by school days, else by
    days; but not over days on which the learner is not enrolled, unless that is so on all. Where it is not, each receipt's amount
    falls on its own day, and without receipts on all days alike. What others pay is shared as what is asked for.

    Args:
        claim: the claim.
        parts: of its period, in order.
        unit: of the cap on the claim's first day; None: no cap is set.
        school_days: of each part.
        enrolled: whether the learner is enrolled, in each part.

    Returns:
        A line for each part, also where nothing is asked for it.
    """
    open_ = enrolled if any(enrolled) else [True] * len(parts)
    days = [part.count if there else 0 for part, there in zip(parts, open_, strict=True)]
    weights: Sequence[int] = days
    if unit == "EUR/school-day":
        weights = [number if there else 0 for number, there in zip(school_days, open_, strict=True)]
    elif unit not in UNITS_OF_TIME and claim.receipts:
        weights = _receipts_by(claim, parts)
    requested = shared(claim.requested.cents, weights if any(weights) else days)
    cofunded = shared(claim.cofunded.cents, requested if any(requested) else days)
    return [
        ClaimLine(first_day=part.first, last_day=last, requested=Money.from_cents(asked), cofunded=Money.from_cents(paid))
        for part, last, asked, paid in zip(parts, _lasts(parts), requested, cofunded, strict=True)
    ]


def _lasts(parts: Sequence[DayRange]) -> list[date]:
    return [part.last for part in parts if part.last is not None]


def _receipts_by(claim: Claim, parts: Sequence[DayRange]) -> list[int]:
    """What the receipts come to in each part; one of before or after the period belongs to the nearest."""
    sums = [0] * len(parts)
    for receipt in claim.receipts:
        sums[max(0, sum(part.first <= receipt.day for part in parts) - 1)] += receipt.amount.cents
    return sums
