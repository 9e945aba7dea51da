"""One claim at a time in plain Python: a dataclass in, a dataclass out, Kleene's logic by hand, cents as integers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import polars as pl
from workload import CAP_DAYS, CAPS, CEILINGS, EARLY, FIRST, LAST

from opponents.reasons import (
    CUT_CAP,
    CUT_CEILING,
    CUT_COFUNDING,
    EARLIER,
    NO_COFUNDED,
    NO_LEVEL,
    NO_PLAN,
    NO_RISKS,
    NOT_ADDRESSED,
    NOT_PARTNER,
    NOT_TARGET_GROUP,
    OUTSIDE_PERIOD,
    UNKNOWN_SUM,
)

_, SECOND_CAPS, THIRD_CAPS = CAP_DAYS
CEILING_BEFORE, CEILING_SINCE = CEILINGS


@dataclass(slots=True)
class Claim:
    """A claim with all that its decision needs."""

    learner_id: int
    sem: int
    date: date
    inst: int
    level: int | None
    p_from: date
    p_to: date | None
    risks: int | None
    mtype: int
    requested: int
    cofunded: int | None
    econ: tuple[bool, bool, bool, bool, bool]


@dataclass(slots=True)
class Reason:
    """Why; for a cut, by how many cents."""

    bit: int
    cut_by: int | None = None


@dataclass(slots=True)
class Answer:
    """What a claim comes to. `used` is what the next claim of the same learner and semester starts from."""

    outcome: str
    amount: int | None
    used: int | None
    reasons: list[Reason]


# What says nothing about the claim at hand is made once.
IS_OUTSIDE, IS_NOT_TARGET, IS_NOT_PARTNER = Reason(OUTSIDE_PERIOD), Reason(NOT_TARGET_GROUP), Reason(NOT_PARTNER)
HAS_NO_PLAN, IS_NOT_ADDRESSED = Reason(NO_PLAN), Reason(NOT_ADDRESSED)
LACKS_LEVEL, LACKS_RISKS, LACKS_COFUNDED = Reason(NO_LEVEL), Reason(NO_RISKS), Reason(NO_COFUNDED)
EARLIER_UNDETERMINED = Reason(EARLIER)


def decide(claim: Claim, used: int | None) -> Answer:
    """The answer for one claim; `used` is what the earlier ones used, None where one of them is undetermined."""
    day, level = claim.date, claim.level
    reasons: list[Reason] = []
    if not FIRST <= day <= LAST:
        reasons.append(IS_OUTSIDE)
    if day < FIRST or (
        level is not None
        and not ((5 <= level <= 12 or (1 <= level <= 4 and day >= EARLY)) if claim.inst == 0 else 1 <= level <= 4)
    ):
        reasons.append(IS_NOT_TARGET)
    if not (claim.p_from <= day and (claim.p_to is None or day <= claim.p_to)):
        reasons.append(IS_NOT_PARTNER)
    risks = claim.risks
    if risks is not None and risks < 1:
        reasons.append(HAS_NO_PLAN)
    if not claim.econ[claim.mtype]:
        reasons.append(IS_NOT_ADDRESSED)
    if reasons:
        return Answer("refused", 0, used, reasons)
    cofunded = claim.cofunded
    if level is None or risks is None or cofunded is None or used is None:
        if level is None:
            reasons.append(LACKS_LEVEL)
        if risks is None:
            reasons.append(LACKS_RISKS)
        if cofunded is None:
            reasons.append(LACKS_COFUNDED)
        if used is None:
            reasons.append(EARLIER_UNDETERMINED)
        return Answer("undetermined", None, None, reasons)
    caps = CAPS[claim.mtype]
    cap = caps[2] if day >= THIRD_CAPS else caps[1] if day >= SECOND_CAPS else caps[0]
    amount = claim.requested
    if amount > cap:
        reasons.append(Reason(CUT_CAP, amount - cap))
        amount = cap
    left = (CEILING_SINCE if day >= EARLY else CEILING_BEFORE) - used
    used += amount
    if left < 0:
        left = 0
    if amount > left:
        reasons.append(Reason(CUT_CEILING, amount - left))
        amount = left
    paid = amount - cofunded
    if paid < 0:
        paid = 0
    if paid < amount:
        reasons.append(Reason(CUT_COFUNDING, amount - paid))
    return Answer("reduced" if reasons else "granted", paid, used, reasons)


def decide_checked(claim: Claim, used: int | None) -> Answer:
    """The same behind a door that is as strict as the product's: exact types, and cents that an amount can be."""
    level, p_to, risks, requested, cofunded = claim.level, claim.p_to, claim.risks, claim.requested, claim.cofunded
    a, b, c, d, e = claim.econ
    if (
        type(claim.date) is not date
        or type(claim.inst) is not int
        or (type(level) is not int and level is not None)
        or type(claim.p_from) is not date
        or (type(p_to) is not date and p_to is not None)
        or (type(risks) is not int and risks is not None)
        or type(claim.mtype) is not int
        or type(requested) is not int
        or not 0 <= requested < UNKNOWN_SUM
        or (cofunded is not None and (type(cofunded) is not int or not 0 <= cofunded < UNKNOWN_SUM))
        or not (type(a) is type(b) is type(c) is type(d) is type(e) is bool)
        or (used is not None and (type(used) is not int or not 0 <= used < UNKNOWN_SUM))
    ):
        raise TypeError("a fact of the wrong type")
    return decide(claim, used)


def claims_of(frame: pl.DataFrame) -> list[Claim]:
    """The rows as claims."""
    econ = [f"econ{kind}" for kind in range(5)]
    names = [name for name in Claim.__slots__ if name != "econ"]
    return [
        Claim(**{name: row[name] for name in names}, econ=tuple(row[name] for name in econ))
        for row in frame.iter_rows(named=True)
    ]


def fold(claims: Iterable[Claim]) -> list[Answer]:
    """The answers, claim after claim, in the order of learner, semester, day and id."""
    answers = []
    learner_id = sem = -1
    used: int | None = 0
    for claim in claims:
        if claim.learner_id != learner_id or claim.sem != sem:
            learner_id, sem, used = claim.learner_id, claim.sem, 0
        answer = decide(claim, used)
        used = answer.used
        answers.append(answer)
    return answers
