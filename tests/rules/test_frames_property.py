"""Property: one claim at a time, a slow interpreter and every kind of frame give the same answers, row for row."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import cycle
from typing import Any

import polars as pl
from claim_examples import AT_LEAST, claim_answers, claim_examples, numbered, rare, target_group_examples
from frame_kinds import KINDS, rows_of
from generated import all_facts, rules, some_facts, thorough
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from pmp_core.compensation.rules import COMPENSATION
from pmp_core.errors import RuleError
from pmp_core.learners.rules import TARGET_GROUP
from pmp_core.programme import Pack
from pmp_core.rules import OUTCOMES, BoundRule, Rule

DTYPES = {"integer": pl.Int64, "cents": pl.Int64, "boolean": pl.Boolean, "code": pl.String, "day": pl.Date, "key": pl.Int64}
BATCH = 400


def schema(rule: BoundRule, **keys: Any) -> dict[str, Any]:
    columns = {column.name: DTYPES[column.type] for column in rule.columns()}
    return {**columns, **keys, "row": pl.Int64}


def check_all(rule: BoundRule, frame: pl.DataFrame, want: list[tuple[Any, ...]], kinds: list[str]) -> None:
    """Every kind of frame gives these answers, in the order of its rows."""
    in_order = sorted(want)
    given_rows = frame["row"].to_list()
    for kind in kinds:
        rows = rows_of(rule.decide_frame(KINDS[kind](frame)))
        assert [row[0] for row in rows] == given_rows, f"{kind}: the order of rows"
        assert sorted(rows) == in_order, kind


# --- claims, one after another ----------------------------------------------------------------------------------------------


def test_every_kind_of_frame_says_what_the_interpreter_says_of_a_thousand_examples(example_pack: Pack) -> None:
    rule, seen = BoundRule(COMPENSATION, example_pack), Counter[str]()
    examples = claim_examples()
    assert len(examples) >= 1000
    for start in range(0, len(examples), BATCH):
        rows = numbered(examples[start : start + BATCH])
        want = list(claim_answers(rule, example_pack, rows, seen))
        frame = pl.DataFrame(rows, schema=schema(rule, submitted_on=pl.Date))
        if start % (2 * BATCH):
            frame = frame.sort("learner_id", "semester", "submitted_on", "claim_id")
        check_all(rule, frame, want, list(KINDS))
    assert rare(rule, seen) == {}, f"each outcome and each reason is reached at least {AT_LEAST} times"


def test_the_target_group_in_columns_is_that_of_one_learner(pack: Pack) -> None:
    rule = BoundRule(TARGET_GROUP, pack)
    rows, want = target_group_examples(rule, pack)
    check_all(rule, pl.DataFrame(rows, schema=schema(rule)), want, list(KINDS))


# --- any rule ---------------------------------------------------------------------------------------------------------------


def test_any_rule_in_columns_is_that_of_one_claim(pack: Pack) -> None:
    seen: Counter[str] = Counter()
    others = cycle(kind for kind in KINDS if not kind.startswith("polars"))

    @settings(thorough(150), phases=[Phase.generate])  # shrinking a frame takes many minutes
    @given(rules(), st.tuples(*[all_facts] * 5, *[some_facts] * 2))
    def agree(definition: Rule, many: tuple[dict[str, Any], ...]) -> None:
        rule = BoundRule(definition, pack)
        rows = [
            {**row, "on": date(2022, 1, 1), "asked_cents": (60, 0, 2)[i % 3], "who": i % 2, "claim_id": i, "row": i}
            for i, row in enumerate(many)
        ]
        used: dict[int, int | None] = {}
        want = []
        for row in rows:
            handed = {"prior": used.get(row["who"], 0)} if definition.by else {}
            result = rule.decide({fact.name: row[fact.name] for fact in rule.facts}, **handed)
            used[row["who"]] = result.used
            want.append((row["row"], result.outcome, result.amount_cents, result.mask))
            seen[result.outcome] += 1
        frame = pl.DataFrame(rows, schema=schema(rule, who=pl.Int64, claim_id=pl.Int64))
        try:
            check_all(rule, frame, want, ["polars", "polars, lazy", next(others)])
        except RuleError as error:
            assume("rule-too-large" not in str(error))  # products of products: refused, and told so
            raise

    agree()
    assert min(seen[outcome] for outcome in OUTCOMES) >= 20, seen
