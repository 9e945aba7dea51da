"""How many of its units a claim is for, and whether one law holds for the whole of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from pmp_core.compensation.claim import Claim
from pmp_core.errors import InvalidValue
from pmp_core.programme import Pack, SchoolCalendar

CAP = "compensation.cap.{}"


def units_of(claim: Claim, pack: Pack, calendar: SchoolCalendar, level: int | None) -> int:
    """How many units of its cap a claim is for.

    The unit is the one of the cap in force on the claim's first day: `EUR/claim` one, `EUR/item` its items,
    `EUR/school-day` the school days of its period by the national calendar. Without a cap it is one, and the decision
    names the value that is not set.

    Args:
        claim: the claim.
        pack: the programme.
        calendar: the programme's calendar.
        level: the learner's; grade 12 has spring holidays of its own.
    """
    path = CAP.format(claim.kind)
    entry = pack.read(path, claim.first_day).entry if path in pack.values else None
    match entry.unit if entry is not None else None:
        case "EUR/item":
            return claim.items
        case "EUR/school-day":
            return len(calendar.school_days(claim.days, level))
    return 1


def check_undivided(claim: Claim, changes: Iterable[date]) -> None:
    """Whether one law, one enrolment and one agreement hold for the whole of a claim's period.

    Args:
        claim: the claim.
        changes: days on which something that the claim falls under becomes another.

    Raises:
        InvalidValue: `claim-spans-change`, with the first day on which the claim has to be split.
    """
    inside = sorted(day for day in changes if claim.first_day < day <= claim.last_day)
    if inside:
        raise InvalidValue(
            "claim-spans-change",
            "Something that the claim falls under changes inside its period.",
            found=inside[0],
            remedy=f"Split the claim: one until the day before {inside[0]}, one from that day on.",
        )
