"""The examples on which all executions of the shipped rules are held to be equal, and what the interpreter says of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

from generated import claims, costly_claims, days, semesters, thorough
from hypothesis import given
from hypothesis import strategies as st
from interpreter import interpret

from pmp_core.compensation.rules import COMPENSATION
from pmp_core.learners.rules import TARGET_GROUP
from pmp_core.programme import Pack
from pmp_core.rules import OUTCOMES, BoundRule

Row = dict[str, Any]
Answered = tuple[Any, ...]  # the row's number, outcome, amount in cents, mask of the reasons
EXAMPLES, AT_LEAST = 3000, 50


def claim_examples() -> list[list[Row]]:
    """Claims of a learner and two semesters, in claim order; days of submission tie, ids do not."""
    made: list[list[Row]] = []
    when = st.sampled_from([date(2022, 6, 1), date(2022, 6, 2), date(2022, 6, 3)])
    one_learner = st.one_of(
        *(
            st.lists(st.tuples(kind, when, st.booleans()), min_size=1, max_size=6)
            for kind in (claims, claims, claims, costly_claims)
        )
    )

    @thorough(EXAMPLES)
    @given(one_learner, semesters)
    def collect(rows: list[tuple[Row, date, bool]], semester_first_day: date | None) -> None:
        group, number = [], len(made)
        for i, (claim, submitted_on, other_semester) in enumerate(rows):
            keys = {
                "learner_id": number,
                "semester": int(other_semester),
                "submitted_on": submitted_on,
                "claim_id": number * 10 + i,
            }
            group.append({**claim, "semester_first_day": semester_first_day, **keys})
        made.append(group)

    collect()
    return made


def numbered(examples: list[list[Row]]) -> list[Row]:
    """The rows of several examples, each with its number in `row`."""
    return [{**row, "row": i} for i, row in enumerate(row for example in examples for row in example)]


def claim_answers(rule: BoundRule, pack: Pack, rows: list[Row], seen: Counter[str]) -> Iterator[Answered]:
    """What the interpreter says of these claims; one claim at a time says the same. `seen` counts outcomes and reasons."""
    used: dict[tuple[int, int], int | None] = {}
    for row in sorted(rows, key=lambda row: (row["learner_id"], row["semester"], row["submitted_on"], row["claim_id"])):
        group = row["learner_id"], row["semester"]
        prior = used.get(group, 0)
        facts = {fact.name: row[fact.name] for fact in rule.facts}
        outcome, amount, reasons, after, _ = interpret(COMPENSATION, facts, prior, pack)
        result = rule.decide(facts, prior=prior)
        assert (result.outcome, result.amount_cents, frozenset(result.reasons)) == (outcome, amount, reasons)
        used[group] = after
        seen.update((outcome, *reasons))
        yield row["row"], outcome, amount, result.mask


def rare(rule: BoundRule, seen: Counter[str]) -> dict[str, int]:
    """The outcomes and reasons that the examples reach too seldom to prove anything."""
    return {name: seen[name] for name in (*OUTCOMES, *rule.bits) if seen[name] < AT_LEAST}


def target_group_examples(rule: BoundRule, pack: Pack) -> tuple[list[Row], list[Answered]]:
    """Learners with and without gaps, and what the interpreter says of each; each outcome is reached."""
    rows: list[Row] = []
    answers: list[Answered] = []

    @thorough(1000)
    @given(days, st.sampled_from(["general", "vocational", None]), st.integers(-1, 14) | st.none())
    def collect(on: date, track: str | None, level: int | None) -> None:
        facts = {"on": on, "track": track, "level": level}
        outcome, amount, reasons, _, _ = interpret(TARGET_GROUP, facts, 0, pack)
        rows.append({**facts, "row": len(rows)})
        answers.append((rows[-1]["row"], outcome, amount, sum(rule.bits[name] for name in reasons)))

    collect()
    reached = Counter(outcome for _, outcome, *_ in answers)
    assert min(reached[outcome] for outcome in ("granted", "refused", "undetermined")) >= AT_LEAST
    return rows, answers
