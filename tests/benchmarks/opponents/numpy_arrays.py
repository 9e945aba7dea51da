"""NumPy on narrow integers, one thread: for scale. Rows lie sorted by learner, semester, day and id."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from workload import CAP_DAYS, CAPS, CEILINGS, EARLY, FIRST, LAST, NEVER

from opponents.reasons import (
    CUT_CAP,
    CUT_CEILING,
    CUT_COFUNDING,
    EARLIER,
    FAILED,
    FIRST_FAILED,
    FIRST_MISSING,
    NO_COFUNDED,
    NO_LEVEL,
    NO_RISKS,
    UNKNOWN_SUM,
)

Array = npt.NDArray[Any]
NARROW = {"inst": np.int8, "level": np.int8, "mtype": np.int8, "risks": np.int8, "requested": np.int32, "cofunded": np.int32}
CAP_TABLE = np.array(CAPS, dtype=np.int32).ravel()


def _number(day: date) -> np.int32:
    return np.int32((day - date(1970, 1, 1)).days)


FIRST_DAY, EARLY_DAY, LAST_DAY = _number(FIRST), _number(EARLY), _number(LAST)
SECOND_CAPS, THIRD_CAPS = map(_number, CAP_DAYS[1:])


@dataclass(frozen=True)
class Columns:
    """The facts as narrow arrays, and for those that may be missing, where they are known."""

    values: dict[str, Array]
    known: dict[str, Array]


def prepare(frame: pl.DataFrame) -> Columns:
    """The columns of a frame as narrow arrays."""
    values: dict[str, Array] = {}
    for name, kind in NARROW.items():
        values[name] = frame[name].fill_null(0).to_numpy().astype(kind)
    for name in ("date", "p_from", "p_to"):
        values[name] = frame[name].fill_null(NEVER).to_physical().to_numpy()
    values["econ"] = np.sum([frame[f"econ{kind}"].to_numpy().astype(np.int8) << kind for kind in range(5)], axis=0, dtype=np.int8)
    for name in ("learner_id", "sem"):
        values[name] = frame[name].to_numpy()
    gaps = [name for name in ("level", "risks", "cofunded") if frame[name].null_count()]
    return Columns(values, {name: frame[name].is_not_null().to_numpy() for name in gaps})


def decide(columns: Columns) -> tuple[Array, Array, Array]:
    """Outcome codes, amounts in cents (0 where undetermined) and reasons."""
    of, known = columns.values, columns.known
    day, kind, level, requested, cofunded = of["date"], of["mtype"], of["level"], of["requested"], of["cofunded"]
    early, low = day >= EARLY_DAY, (level >= 1) & (level <= 4)
    in_target = np.where(of["inst"] == 0, ((level >= 5) & (level <= 12)) | (low & early), low) & (day >= FIRST_DAY)
    if "level" in known:
        in_target |= ~known["level"] & (day >= FIRST_DAY)
    with_plan = of["risks"] >= 1
    if "risks" in known:
        with_plan |= ~known["risks"]
    checks = (
        (day >= FIRST_DAY) & (day <= LAST_DAY),
        in_target,
        (day >= of["p_from"]) & (day <= of["p_to"]),
        with_plan,
        ((of["econ"] >> kind) & 1).astype(bool),
    )
    passed = checks[0] & checks[1] & checks[2] & checks[3] & checks[4]
    own_gap = np.zeros(0, dtype=bool)
    eligible = passed
    if known:
        complete = np.logical_and.reduce(list(known.values()))
        eligible, own_gap = passed & complete, passed & ~complete
    cap = CAP_TABLE[kind * np.int8(3) + (day >= SECOND_CAPS) + (day >= THIRD_CAPS)]
    amount = np.minimum(requested, cap) * eligible
    counted = amount.astype(np.int64)
    if known:
        counted[own_gap] = UNKNOWN_SUM
    prior = np.cumsum(counted)
    prior -= counted
    learner, semester = of["learner_id"], of["sem"]
    starts = np.flatnonzero((learner[1:] != learner[:-1]) | (semester[1:] != semester[:-1])) + 1
    starts = np.concatenate([[0], starts])
    prior -= np.repeat(prior[starts], np.diff(starts, append=len(day)))
    ceiling = np.where(early, np.int64(CEILINGS[1]), np.int64(CEILINGS[0]))
    left = np.minimum(amount, np.maximum(ceiling - prior, 0))
    paid = np.maximum(left - cofunded, 0)
    reasons = ((requested > cap) & eligible).astype(np.uint8) * np.uint8(CUT_CAP)
    reasons |= (left < amount).astype(np.uint8) * np.uint8(CUT_CEILING)
    reasons |= (paid < left).astype(np.uint8) * np.uint8(CUT_COFUNDING)
    for check, bit in zip(checks, FAILED, strict=True):
        reasons |= (~check).astype(np.uint8) * np.uint8(bit)
    mask = reasons.astype(np.int64)
    if known:
        undetermined = own_gap | (passed & (prior >= UNKNOWN_SUM))
        rows = np.flatnonzero(undetermined)
        missing = (prior[rows] >= UNKNOWN_SUM) * np.int64(EARLIER)
        for name, bit in (("level", NO_LEVEL), ("risks", NO_RISKS), ("cofunded", NO_COFUNDED)):
            if name in known:
                missing += ~known[name][rows] * np.int64(bit)
        mask[rows], paid[rows] = missing, 0
    outcome = (mask > 0).astype(np.uint8) + (mask >= FIRST_FAILED)
    return (outcome + (mask >= FIRST_MISSING) if known else outcome), paid, mask
