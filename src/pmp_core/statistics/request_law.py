"""What of the law a partner's request asks: rates with their sources, which costs are eligible, and how cents are rounded."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from pmp_core.loading import Programme
from pmp_core.programme import Reading
from pmp_core.statistics.request_content import Said
from pmp_core.values import Money

PERSONNEL, COMPENSATION = "personnel", "compensation"
ANY = "funding.ineligible-costs.any"
KINDS = "funding.ineligible-costs.measure-kinds"
COST_KINDS = "funding.ineligible-costs.direct-cost-kinds"
HOUR = 60  # minutes
_ACADEMIC = "unit-rates.academic-hour.minutes"


def half_up(number: int, parts: int) -> int:
    """A share of whole cents as whole cents, half up; below 0 as above it, so that what is taken back is what was paid.

    >>> half_up(5, 2), half_up(-5, 2), half_up(7, 3)
    (3, -3, 2)
    """
    rounded = (2 * abs(number) + parts) // (2 * parts)
    return rounded if number >= 0 else -rounded


def added(amounts: Iterable[Money | None]) -> Money | None:
    """The sum; None where one of them is.

    >>> added([Money("1.50"), Money("2.00")]), added([Money(1), None]), added([])
    (Money('3.50'), None, Money('0.00'))
    """
    known = list(amounts)
    return None if None in known else sum((amount for amount in known if amount is not None), Money(0))


class Law:
    """A programme, asked day by day; each answer is looked up once.

    Args:
        programme: whose law counts.
    """

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        self._read: dict[tuple[str, date], Reading] = {}

    def reading(self, path: str, day: date) -> Reading:
        """What holds on a day. A path of which the programme says nothing is unset."""
        key = path, day
        if key not in self._read:
            says = self.programme.pack.says(path)
            self._read[key] = self.programme.read(path, day) if says else Reading(path, day, "unset", None)
        return self._read[key]

    def said(self, path: str, day: date) -> Said:
        """What holds on a day, with its source."""
        reading = self.reading(path, day)
        entry = reading.entry
        if entry is None or reading.state in ("not-yet-in-force", "ended"):
            return Said(path=path)
        value = self.programme.value(path)
        return Said(
            path=path,
            value=_written(reading.value),
            unit=entry.unit or value.unit or ("%" if value.type == "percent" else None),
            since=entry.first,
            source=entry.source,
            status=entry.status,
        )

    def rate(self, path: str, day: date) -> tuple[Money | None, str | None]:
        """A rate and its unit; None where nobody has set it."""
        reading = self.reading(path, day)
        return (reading.value, self.said(path, day).unit) if isinstance(reading.value, Money) else (None, None)

    def hour(self, path: str, day: date) -> Said | None:
        """How long the hour of a rate is, where the programme says it: an academic one."""
        return self.said(_ACADEMIC, day) if self.rate(path, day)[1] == "EUR/academic-hour" else None

    def percent(self, path: str, day: date) -> Decimal | None:
        """A share in percent; None where nobody has set it."""
        value = self.reading(path, day).value
        return Decimal(value) if isinstance(value, int | Decimal) else None

    def codes(self, path: str, day: date) -> tuple[str, ...] | None:
        """The codes that a value lists; None where nobody has set them."""
        value = self.reading(path, day).value
        return tuple(map(str, value)) if isinstance(value, tuple) else None

    def minutes(self, path: str, day: date) -> int | None:
        """A length of time; None where nobody has set it."""
        value = self.reading(path, day).value
        return value if isinstance(value, int) else None

    def of_hour(self, rate: Money, unit: str | None, minutes: int, day: date) -> tuple[Money | None, tuple[str, ...]]:
        """What so many minutes cost by the rate of an hour or of an academic hour, to the cent, half up.

        Returns:
            The amount, or None and the path without which it has none.
        """
        hour = self.minutes(_ACADEMIC, day) if unit == "EUR/academic-hour" else HOUR
        if not hour:
            return None, (_ACADEMIC,)
        return Money.from_cents(half_up(rate.cents * minutes, hour)), ()

    def eligible(self, cost_kind: str, measure_kind: str | None, day: date) -> tuple[bool, bool]:
        """Whether a cost is eligible, and whether the programme says so: what it does not say is taken for eligible."""
        if self.reading(ANY, day).value is False:
            return True, True
        kinds, cost_kinds = self.codes(KINDS, day), self.codes(COST_KINDS, day)
        ineligible = measure_kind in (kinds or ()) or cost_kind in (cost_kinds or ())
        return not ineligible, kinds is not None or cost_kinds is not None


def _written(value: object) -> str | None:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else None if value is None else str(value)
