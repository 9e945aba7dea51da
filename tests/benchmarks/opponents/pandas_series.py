"""pandas by hand. Rows lie sorted by learner, semester, day and id: run lengths, no groupby. NumPy's arrays wherever they are
quicker than Series, and in place of Arrow's, whose arithmetic in pandas is slower than the way there and back."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from workload import CAP_DAYS, CAPS, CEILINGS, EARLY, FIRST, LAST

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
    OUTCOMES,
    UNKNOWN_SUM,
)

FIRST_DAY, EARLY_DAY, LAST_DAY = map(pd.Timestamp, (FIRST, EARLY, LAST))
SECOND_CAPS, THIRD_CAPS = map(pd.Timestamp, CAP_DAYS[1:])
CAP_TABLE = np.array(CAPS).ravel()


def decide(frame: pd.DataFrame, *, gaps: bool) -> pd.DataFrame:
    """The frame with outcome, amount and reasons.

    Args:
        frame: the claims. Days are `datetime64`, whole numbers NumPy's; those with gaps are floats, as pandas makes them.
        gaps: whether facts are missing.
    """
    day, level, risks, cofunded, requested = (frame[name] for name in ("date", "level", "risks", "cofunded", "requested"))
    early, started, low = day >= EARLY_DAY, day >= FIRST_DAY, level.between(1, 4)
    checks = [
        started & (day <= LAST_DAY),
        started & (low & (early | (frame["inst"] != 0)) | (level.between(5, 12) & (frame["inst"] == 0))),
        (day >= frame["p_from"]) & ((day <= frame["p_to"]) | frame["p_to"].isna()),
        risks >= 1,
        pd.Series(_by_kind(frame), index=frame.index),
    ]
    if gaps:
        checks[1] |= started & level.isna()
        checks[3] |= risks.isna()
    passed = checks[0] & checks[1] & checks[2] & checks[3] & checks[4]
    eligible = passed
    if gaps:
        own_gap = passed & (level.isna() | risks.isna() | cofunded.isna())
        eligible = passed & ~own_gap
    era = (day >= SECOND_CAPS).to_numpy().astype(np.int8) + (day >= THIRD_CAPS).to_numpy()
    cap = CAP_TABLE[frame["mtype"].to_numpy() * 3 + era]
    capped = np.minimum(requested, cap) * eligible
    prior = _prior(frame, capped.mask(own_gap, UNKNOWN_SUM) if gaps else capped)
    left = np.minimum(capped, np.maximum(np.where(early, CEILINGS[1], CEILINGS[0]) - prior, 0))
    paid = np.maximum(left - (cofunded.fillna(0).astype(np.int64) if gaps else cofunded), 0)
    reasons = _mask([((requested > cap) & eligible, CUT_CAP), (left < capped, CUT_CEILING), (paid < left, CUT_COFUNDING)])
    reasons += _mask([(~check, bit) for check, bit in zip(checks, FAILED, strict=True)])
    amount = paid.astype("Int64")
    if gaps:
        blocked = prior >= UNKNOWN_SUM
        undetermined = own_gap | (passed & blocked)
        missing = [(level.isna(), NO_LEVEL), (risks.isna(), NO_RISKS), (cofunded.isna(), NO_COFUNDED), (blocked, EARLIER)]
        reasons = np.where(undetermined, _mask(missing), reasons)
        amount = amount.mask(undetermined)
    outcome = (reasons > 0).astype(np.int8) + (reasons >= FIRST_FAILED) + (reasons >= FIRST_MISSING)
    return frame.assign(outcome=pd.Categorical.from_codes(outcome, OUTCOMES), amount_cents=amount, reasons=reasons)


def decide_arrow(frame: pd.DataFrame, *, gaps: bool) -> pd.DataFrame:
    """The same for a frame with Arrow's types."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    decided = decide(pd.DataFrame({name: table[name].to_numpy() for name in table.column_names}), gaps=gaps)
    return frame.assign(**{name: decided[name].array for name in ("outcome", "amount_cents", "reasons")})


def _by_kind(frame: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Whether a risk is addressed by this kind of expense: the column that the kind names."""
    kind = frame["mtype"].to_numpy()
    addressed = np.zeros(len(kind), dtype=bool)
    for number in range(5):
        addressed |= (kind == number) & frame[f"econ{number}"].to_numpy()
    return addressed


def _prior(frame: pd.DataFrame, counted: pd.Series[int]) -> pd.Series[int]:
    """What the earlier claims of the group used: rows lie sorted, and the sum never falls."""
    before = counted.cumsum() - counted
    learner, semester = frame["learner_id"].to_numpy(), frame["sem"].to_numpy()
    starts = np.flatnonzero((learner[1:] != learner[:-1]) | (semester[1:] != semester[:-1])) + 1
    starts = np.concatenate([[0], starts])
    return before - np.repeat(before.to_numpy()[starts], np.diff(starts, append=len(frame)))


def _mask(conditions: list[tuple[pd.Series[bool], int]]) -> npt.NDArray[np.int64]:
    total = np.zeros(len(conditions[0][0]), dtype=np.int32)
    for condition, bit in conditions:
        total += condition.to_numpy() * np.int32(bit)
    return total.astype(np.int64)
