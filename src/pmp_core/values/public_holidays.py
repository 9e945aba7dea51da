"""Public holidays of Latvia, with the moved days off, from the `holidays` library."""

from __future__ import annotations

from datetime import date
from functools import cache

import holidays


@cache
def public_holidays(year: int) -> frozenset[date]:
    """The public holidays of a calendar year.

    >>> date(2022, 11, 18) in public_holidays(2022)
    True
    """
    return frozenset(holidays.country_holidays("LV", years=year))
