"""One decision, and claims one after another: ours beside a function written by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, make_dataclass
from typing import Any

import polars as pl
from opponents import python_loop
from plan import DisagreementError, Plan
from report import Report, compared
from timing import Statement, timed, timed_each
from workload import RULE, claims, rule

GROUP = "one decision"
_NAMES = ("learner_id", "sem", *(fact.name for fact in RULE.facts))
Facts: Any = make_dataclass("Facts", _NAMES, slots=True)
Loop = Callable[[], list[tuple[str, int | None, int]]]


def facts_of(frame: pl.DataFrame) -> list[Any]:
    """The rows as objects of a host, with an attribute for each fact."""
    return [Facts(*row) for row in frame.select(_NAMES).iter_rows()]


def fold(claims: Iterable[Any]) -> list[Any]:
    """Our answers, claim after claim, in the order of learner, semester, day and id."""
    decide, answers = rule().decide, []
    learner_id = sem = -1
    used: int | None = 0
    for claim in claims:
        if claim.learner_id != learner_id or claim.sem != sem:
            learner_id, sem, used = claim.learner_id, claim.sem, 0
        answer = decide(claim, prior=used)
        used = answer.used
        answers.append(answer)
    return answers


def ours(frame: pl.DataFrame) -> Loop:
    """Our loop over a frame's rows: outcome, amount, reasons."""
    facts = facts_of(frame)
    return lambda: [(answer.outcome, answer.amount_cents, answer.mask) for answer in fold(facts)]


def theirs(frame: pl.DataFrame) -> Loop:
    """The loop by hand."""
    claims = python_loop.claims_of(frame)
    return lambda: [(a.outcome, a.amount, sum(reason.bit for reason in a.reasons)) for a in python_loop.fold(claims)]


def folded(frame: pl.DataFrame, loop: Loop) -> pl.DataFrame:
    """The answers of a loop beside the claims' ids."""
    schema = {"outcome": pl.String, "amount_cents": pl.Int64, "reasons": pl.Int64}
    return pl.DataFrame(loop(), schema=schema, orient="row").select(frame["claim_id"], *schema)


@dataclass(frozen=True)
class Case:
    """A claim that comes to something: as each side takes it, with what was used before it."""

    name: str
    facts: Any
    claim: python_loop.Claim
    prior: int | None
    goal: float


def cases(frame: pl.DataFrame) -> list[Case]:
    """The first claim of each kind."""
    bits = rule().bits
    cut_three_times = bits["cut-cap"] + bits["cut-ceiling"] + bits["cut-cofunding"]
    wanted: dict[str, tuple[Callable[[Any], bool], float]] = {
        "granted, uncut": (lambda a: a.outcome == "granted", 1.25),
        "cut three times": (lambda a: a.mask == cut_three_times, 1.25),
        "refused by one check": (lambda a: a.outcome == "refused" and a.mask.bit_count() == 1, 1.25),
        "undetermined: a fact is missing": (lambda a: a.outcome == "undetermined" and a.mask < bits["earlier-claim"], 1.4),
        "undetermined: an earlier claim": (lambda a: a.mask == bits["earlier-claim"], 1.4),
    }
    facts, by_hand, answers = facts_of(frame), python_loop.claims_of(frame), fold(facts_of(frame))
    found = []
    for name, (meets, goal) in wanted.items():
        place = next(place for place, answer in enumerate(answers) if meets(answer))
        found.append(Case(name, facts[place], by_hand[place], answers[place].prior, goal))
    return found


def measure(report: Report, plan: Plan) -> None:
    """One decision of each kind, with and without its explanation; then many, one after another."""
    frames = {"nothing missing": claims(plan.loop_claims // 2, gaps=False), "5 % gaps": claims(plan.loop_claims // 2, gaps=True)}
    for name, frame in frames.items():
        if ours(frame)() != theirs(frame)():
            raise DisagreementError(f"{GROUP}, {name}: the loop by hand")
    for case in cases(frames["5 % gaps"]):
        names = {
            "decide": rule().decide,
            "by_hand": python_loop.decide,
            "checked": python_loop.decide_checked,
            "facts": case.facts,
            "claim": case.claim,
            "used": case.prior,
        }
        statements = {
            "ours": Statement("decide(facts, prior=used)", names),
            "by hand": Statement("by_hand(claim, used)", names),
            "by hand, types checked": Statement("checked(claim, used)", names),
            "explained": Statement('decide(facts, prior=used).explain("lv")', names),
        }
        times = timed_each(statements, 2 * plan.rounds + 1)
        report.add(compared(GROUP, case.name, times, "ours", "by hand", unit="µs", goal=case.goal))
        report.add(compared(GROUP, case.name, times, "ours", "by hand, types checked", unit="µs"))
        report.add(compared(GROUP, f"{case.name}, explained", times, "explained", "by hand", unit="µs", goal=20))
    for name, frame in frames.items():
        facts, by_hand = facts_of(frame), python_loop.claims_of(frame)
        loops = {"ours": lambda facts=facts: fold(facts), "by hand": lambda by_hand=by_hand: python_loop.fold(by_hand)}
        label = f"{len(frame):,} claims one after another, {name}"
        report.add(compared(GROUP, label, timed(loops, plan.rounds), "ours", "by hand", goal=1.25))
