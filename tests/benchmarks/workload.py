"""Workload W: learners with two claims for compensation each, and the rule that decides them. Caps and ceilings are invented.

Every claim needs the programme's period, the dated target group, the institution's partnership on that day, a plan with a risk, the
economic risk that the measure addresses, a dated cap by kind, a dated ceiling of learner and semester used up in claim order,
co-funding, and reasons.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from pmp_core.loading import Programme, load_programme
from pmp_core.rules import AMOUNT, PRIOR, BoundRule, Check, Cut, Expression, Fact, Let, Rule, choose, fact, parameter
from pmp_core.rules.expression import StepValue
from pmp_core.values import Text

RATES = Path(__file__).parent / "workload.example.yaml"
OPTIONAL = ("level", "risks", "cofunded")  # facts that may be missing; `p_to` missing means that the agreement has no end
KINDS = ("transport", "accommodation", "catering", "learning-materials", "personal-items")
FIRST, EARLY, LAST, NEVER = date(2017, 3, 1), date(2021, 9, 1), date(2023, 12, 31), date(2200, 1, 1)
CAP_DAYS = (FIRST, date(2019, 9, 1), EARLY)
CAPS = ((6000, 7000, 8000), (9000, 9500, 12000), (5000, 6500, 7000), (3000, 3000, 4500), (4000, 5000, 5000))
CEILINGS = (12000, 16000)  # before EARLY, and from then on


def _by_kind(arms: list[Expression]) -> Expression:
    *others, result = arms
    for number, arm in reversed(list(enumerate(others))):
        result = choose(fact("mtype").equals(number), arm, result)
    return result


def _word(words: str) -> Text:
    return Text(words, words)


LEVELS = "target-group.iap-support.{}.levels"
RULE = Rule(
    "workload",
    _word("workload W"),
    (
        Fact("date", "day", _word("day of the claim"), required=True),
        Fact("inst", "integer", _word("general school (0) or vocational (1)"), required=True),
        Fact("level", "integer", _word("grade or course")),
        Fact("p_from", "day", _word("first day of the agreement"), required=True),
        Fact("p_to", "day", _word("last day of the agreement"), absent=NEVER),
        Fact("risks", "integer", _word("risks of the plan")),
        Fact("mtype", "integer", _word("kind of expense"), required=True),
        Fact("requested", "cents", _word("asked for"), required=True),
        Fact("cofunded", "cents", _word("others pay")),
        *(Fact(f"econ{k}", "boolean", _word(f"a risk that kind {k} addresses"), required=True) for k in range(5)),
    ),
    (
        Check("outside-period", parameter("programme.in-force", on="date"), _word("in force"), _word("not in force")),
        Check(
            "not-target-group",
            choose(
                fact("inst").equals(0),
                fact("level").is_in(parameter(LEVELS.format("general"), on="date")),
                fact("level").is_in(parameter(LEVELS.format("vocational"), on="date")),
            ),
            _word("target group"),
            _word("not in the target group"),
        ),
        Check(
            "institution-not-partner",
            (fact("date") >= fact("p_from")) & (fact("date") <= fact("p_to")),
            _word("partner"),
            _word("no partner"),
        ),
        Check("no-plan-or-risk", fact("risks") >= 1, _word("a plan with a risk"), _word("no plan or no risk")),
        Check("risk-not-addressed", _by_kind([fact(f"econ{k}") for k in range(5)]), _word("addressed"), _word("not addressed")),
        Let("cap", _by_kind([parameter(f"workload.cap.{kind}", on="date") for kind in KINDS]), _word("cap")),
        Let("ceiling", parameter("workload.ceiling", on="date"), _word("ceiling")),
        Cut("cut-cap", StepValue("cap"), _word("not above the cap")),
        Cut("cut-ceiling", StepValue("ceiling") - PRIOR, _word("not above what is left")),
        Cut("cut-cofunding", AMOUNT - fact("cofunded"), _word("less what others pay")),
    ),
    asked="requested",
    by=("learner_id", "sem"),
    order=("date", "claim_id"),
    on="date",
)


@cache
def programme() -> Programme:
    """The programme with the invented rates."""
    return load_programme("lv-8.3.4", overlays=[RATES])


@cache
def rule() -> BoundRule:
    """The rule, ready to run."""
    return BoundRule(RULE, programme().pack)


def claims(learners: int, *, gaps: bool, per: int = 2, seed: int = 7) -> pl.DataFrame:
    """Claims in the order of learner, semester, day and id.

    Args:
        learners: how many; each has `per` claims.
        gaps: whether 5 % of each fact of `OPTIONAL` is missing.
        per: claims a learner.
        seed: of the random numbers.
    """
    draw, n = np.random.default_rng(seed), learners * per
    day = {name: np.datetime64(value, "D").astype(int) for name, value in {"a": "2017-01-01", "z": "2024-03-31"}.items()}
    inst = draw.integers(0, 2, learners)
    level = np.where(inst == 0, draw.integers(1, 13, learners), draw.integers(1, 6, learners))
    first = draw.integers(day["a"], day["z"], learners)
    dates = (np.repeat(first, per) + np.sort(draw.integers(0, 25, (learners, per)), axis=1).ravel()).astype("datetime64[D]")
    months = dates.astype("datetime64[M]").astype(int)
    year, month = 1970 + months // 12, months % 12 + 1
    semester = np.where(month >= 9, year * 10 + 1, np.where(month == 1, (year - 1) * 10 + 1, (year - 1) * 10 + 2))
    agreed = draw.integers(np.datetime64("2016-09-01").astype(int), np.datetime64("2019-01-01").astype(int), learners)
    until = draw.integers(np.datetime64("2021-01-01").astype(int), np.datetime64("2025-01-01").astype(int), learners).astype(
        "datetime64[D]"
    )
    until[draw.random(learners) < 0.7] = np.datetime64("NaT")
    columns: dict[str, Any] = {
        "claim_id": np.arange(n),
        "learner_id": np.repeat(np.arange(learners), per),
        "inst": np.repeat(inst, per),
        "level": np.repeat(level, per),
        "date": dates,
        "sem": semester,
        "p_from": np.repeat(agreed.astype("datetime64[D]"), per),
        "p_to": np.repeat(until, per),
        "risks": np.repeat(draw.integers(0, 6, learners), per),
        "mtype": draw.integers(0, 5, n),
        "requested": draw.integers(100, 15000, n),
        "cofunded": np.where(draw.random(n) < 0.2, draw.integers(0, 4000, n), 0),
        **{f"econ{k}": np.repeat(draw.random(learners) < 0.8, per) for k in range(5)},
    }
    frame = pl.DataFrame(columns)
    if gaps:
        frame = frame.with_columns(pl.when(pl.Series(draw.random(n) >= 0.05)).then(pl.col(name)).alias(name) for name in OPTIONAL)
    return frame.rechunk()
