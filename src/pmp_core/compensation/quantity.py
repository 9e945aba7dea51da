"""How many units of its cap a line of a claim is for, and within what that cap is used up."""

from __future__ import annotations

from datetime import date

from pmp_core.programme import Pack, SchoolCalendar
from pmp_core.values import DayRange, Money, Semester

CAP = "compensation.cap.{}"
# What is asked for a month's or some days' expense is spread over the days; else it falls on the days of the receipts.
UNITS_OF_TIME = ("EUR/school-day", "EUR/day", "EUR/month")


def unit_on(pack: Pack, kind: str, day: date) -> str | None:
    """The unit of the cap for a kind of expense in force on a day; None where there is no such cap or it is not set."""
    path = CAP.format(kind)
    entry = pack.read(path, day).entry if path in pack.values else None
    return None if entry is None else entry.unit


def units_of(
    unit: str | None, days: DayRange, *, calendar: SchoolCalendar, level: int | None, items: int, requested: Money
) -> int:
    """How many units of a cap a line is for.

    Args:
        unit: of the cap, `unit_on`; None: no cap is set, and the decision names the value.
        days: of the line.
        calendar: the programme's calendar; it says which days are school days.
        level: the learner's; grade 12 has spring holidays of its own.
        items: of the claim.
        requested: what the line asks for. A cap of `0.01` `EUR/cent-spent` compensates the actual cost.
    """
    match unit:
        case "EUR/item":
            return items
        case "EUR/school-day":
            return len(calendar.school_days(days, level))
        case "EUR/day":
            return days.count
        case "EUR/cent-spent":
            return requested.cents
    return 1


def window(unit: str | None, day: date, semester: Semester) -> str | None:
    """Within what a cap is used up: `claim`, a month such as `2022-09`, a semester such as `2022/23-1`. None: it is for each
    unit anew, as a cap for a day is.

    Args:
        unit: of the cap.
        day: the line's first.
        semester: the plan's.
    """
    match unit:
        case "EUR/claim" | "EUR/item":
            return "claim"
        case "EUR/month":
            return f"{day:%Y-%m}"
        case "EUR/learner-semester":
            return str(semester)
    return None
