"""OpenFisca beside it: the same rule, the same claims, in the same rounds. It is asked only for what it can do: no missing facts."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import sides
from one_claim import facts_of
from opponents.reasons import OUTCOMES
from plan import DisagreementError, Plan, need
from report import Report, compared
from sides import Side, Sides
from timing import Statement, timed, timed_each
from workload import claims, rule

GROUP = "OpenFisca"
GOAL_ONE, GOAL_BULK = 500, 5


def measure(report: Report, plan: Plan) -> None:
    """One decision with its trace, and all claims at once."""
    need("openfisca_core")
    _one(report, plan)
    _bulk(report, plan)


def _one(report: Report, plan: Plan) -> None:
    from opponents import openfisca_system

    frame = claims(1_000, gaps=False)
    facts, one = facts_of(frame), openfisca_system.OneClaim(openfisca_system.system(by_numpy=True))
    answers = [rule().decide(claim) for claim in facts]
    place = next(place for place, answer in enumerate(answers) if answer.outcome == "granted")
    arrays = openfisca_system.inputs(frame[place : place + 1]) | {"prior": np.zeros(1, dtype=np.int32)}
    for found, _ in (one.fresh(arrays), one.reused(arrays)):
        (code,), (amount,), (mask,) = found
        if (OUTCOMES[code], amount, mask) != (answers[place].outcome, answers[place].amount_cents, answers[place].mask):
            raise DisagreementError(f"{GROUP}: one decision")
    names = {"decide": rule().decide, "facts": facts[place], "one": one, "arrays": arrays}
    statements = {
        "ours": Statement("decide(facts, prior=0)", names),
        "a fresh simulation": Statement("one.fresh(arrays)", names),
        "a simulation reused": Statement("one.reused(arrays)", names),
    }
    times = timed_each(statements, plan.rounds)
    for theirs in list(statements)[1:]:
        name = f"one decision with its trace, {theirs}"
        report.add(compared(GROUP, name, times, "ours", theirs, unit="µs", goal=GOAL_ONE, times_faster=True))


def sides_of(frame: pl.DataFrame) -> Sides:
    """OpenFisca on a frame without gaps, from plain to far past what its documentation shows."""
    from opponents import openfisca_system as system

    own, numpy = system.system(by_numpy=False), system.system(by_numpy=True)
    groups, arrays = system.group_ids(frame), system.inputs(frame)
    ready = system.built_by_hand(numpy, groups)
    system.decided(ready, arrays)

    def calculated() -> Any:
        for name in system.FORMULAS:
            ready.delete_arrays(name)
        return [ready.calculate(name, system.WHEN) for name in system.ANSWERS]

    def rows(found: list[Any]) -> pl.DataFrame:
        outcome, amount, reasons = (np.asarray(array).astype(np.int64) for array in found)
        told = pl.Series(OUTCOMES).gather(pl.Series(outcome))
        return pl.DataFrame({"claim_id": frame["claim_id"], "outcome": told, "amount_cents": amount, "reasons": reasons})

    return {
        "by its own means": Side(lambda: system.decided(system.built(own, groups), arrays), rows=rows),
        "with NumPy": Side(lambda: system.decided(system.built(numpy, groups), arrays), rows=rows),
        "with NumPy, past its builder": Side(lambda: system.decided(system.built_by_hand(numpy, groups), arrays), rows=rows),
        "with NumPy, formulas alone": Side(calculated, rows=rows),
    }


def _bulk(report: Report, plan: Plan) -> None:
    frame = claims(plan.claims // 2, gaps=False)
    ours = sides.of_polars(frame, gaps=False)["ours, lazy"]
    theirs = sides_of(frame)
    different = sides.disagreements(theirs, ours.rows(ours.run()))
    if different:
        raise DisagreementError(f"{GROUP}: {', '.join(different)}")
    times = timed({"ours": ours.run, **{name: side.run for name, side in theirs.items()}}, plan.rounds)
    for name in theirs:
        goal = GOAL_BULK if name in ("by its own means", "with NumPy") else None
        report.add(compared(GROUP, f"{len(frame):,} claims, {name}", times, "ours", name, goal=goal, times_faster=True))
