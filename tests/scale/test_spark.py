"""Rules on frames of PySpark: the same answers as for one claim at a time, and the same faults told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from claim_examples import AT_LEAST, Answered, Row, claim_answers, claim_examples, numbered, rare, target_group_examples
from meals import ANSWERS, MEALS, example_pack

from pmp_core.compensation.rules import COMPENSATION
from pmp_core.errors import FactError
from pmp_core.learners.rules import TARGET_GROUP
from pmp_core.programme import load_pack
from pmp_core.rules import BoundRule

ToSpark = Callable[..., Any]
# Types of Spark's schemas, by those of a rule's columns.
TYPES = {"integer": "bigint", "cents": "bigint", "boolean": "boolean", "code": "string", "day": "date", "key": "bigint"}
DAY, AFTER = date(2022, 9, 1), date(2024, 1, 1)
CLAIMS: list[Row] = [
    {"row": row, "learner_id": learner, "claim_id": claim, "on": on, "present": present, "kind": "catering", "units": units,
     "asked_cents": asked}
    for row, learner, claim, on, present, units, asked in (
        (0, 2, 1, DAY, True, 100, 12000),
        (1, 1, 3, DAY, True, 20, 5000),
        (2, 1, 1, DAY, True, 30, 6000),
        (3, 3, 1, DAY, None, 1, 100),
        (4, 1, 2, DAY, True, 40, 8000),
        (5, 4, 1, AFTER, True, 1, 100),
        (6, 2, 2, DAY, True, None, 100),
    )
]  # fmt: skip


@pytest.fixture(scope="module")
def to_spark(spark: Any) -> ToSpark:
    """Rows as a frame of Spark, in several partitions; types can be told."""

    def made(rule: BoundRule, rows: list[Row], **types: str) -> Any:
        named = {column.name: TYPES[column.type] for column in rule.columns()} | {"row": "bigint"} | types
        schema = ", ".join(f"`{name}` {type_}" for name, type_ in named.items())
        return spark.createDataFrame([tuple(row[name] for name in named) for row in rows], schema).repartition(4)

    return made


@pytest.fixture(scope="module")
def meals() -> BoundRule:
    return BoundRule(MEALS, example_pack())


def in_turn(frame: Any) -> list[tuple[Any, ...]]:
    """The rows by their numbers: Spark keeps no order."""
    return [tuple(row) for row in sorted(frame.collect(), key=lambda row: row["row"])]


def answers(decided: Any) -> list[Answered]:
    """What was decided."""
    return in_turn(decided.select("row", "outcome", "amount_cents", "reasons"))


def test_all_examples_in_one_frame_say_what_the_interpreter_says(to_spark: ToSpark) -> None:
    pack, seen = example_pack(), Counter[str]()
    rule, rows = BoundRule(COMPENSATION, pack), numbered(claim_examples())
    want = sorted(claim_answers(rule, pack, rows, seen))
    assert answers(rule.decide_frame(to_spark(rule, rows, submitted_on="date"))) == want
    assert rare(rule, seen) == {}, f"each outcome and each reason is reached at least {AT_LEAST} times"


def test_the_target_group_says_what_the_interpreter_says(to_spark: ToSpark) -> None:
    pack = load_pack("lv-8.3.4")
    rule = BoundRule(TARGET_GROUP, pack)
    rows, want = target_group_examples(rule, pack)
    assert answers(rule.decide_frame(to_spark(rule, rows))) == want


def test_the_callers_columns_come_back_with_three_more(to_spark: ToSpark, meals: BoundRule) -> None:
    given = to_spark(meals, CLAIMS)
    decided = meals.decide_frame(given)
    assert type(decided) is type(given)
    assert decided.columns == [*given.columns, "outcome", "amount_cents", "reasons"]
    assert decided.dtypes == [*given.dtypes, ("outcome", "string"), ("amount_cents", "bigint"), ("reasons", "bigint")]
    assert answers(decided) == ANSWERS
    assert in_turn(decided.select(*given.columns)) == in_turn(given)


def test_columns_of_other_types_say_the_same(to_spark: ToSpark, meals: BoundRule) -> None:
    types = {"units": "int", "asked_cents": "smallint", "learner_id": "string", "claim_id": "tinyint", "on": "timestamp_ntz"}
    rows = [
        {**row, "on": datetime(row["on"].year, row["on"].month, 1), "learner_id": f"learner {row['learner_id']}"}  # noqa: DTZ001
        for row in CLAIMS
    ]
    assert answers(meals.decide_frame(to_spark(meals, rows, **types))) == ANSWERS


def test_reasons_are_spelled(to_spark: ToSpark, meals: BoundRule) -> None:
    decided = meals.decide_frame(to_spark(meals, CLAIMS))
    names = dict(tuple(row) for row in meals.spell_reasons(decided).select("row", "reasons_in_words").collect())
    assert [names[i] for i in range(7)] == ["", "cut-to-cap, cut-to-rest", "", "present", "cut-to-rest", "in-force", "units"]


def test_missing_columns_and_wrong_types_are_all_named_before_anything_runs(to_spark: ToSpark, meals: BoundRule) -> None:
    frame = to_spark(meals, CLAIMS).withColumnRenamed("asked_cents", "asked")
    frame = frame.withColumn("units", frame["present"])
    with pytest.raises(FactError) as told:
        meals.decide_frame(frame)
    assert told.value.code == "columns-wrong"
    assert "asked_cents (cents" in told.value.message
    assert "units (" in told.value.message


FAULTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "an unknown code": ("kind", "fact-value", {"kind": "katering"}),
    "less than nothing": ("asked_cents", "fact-value", {"asked_cents": -1}),
    "too much": ("asked_cents", "fact-value", {"asked_cents": 1 << 36}),
    "nothing where something is needed": ("asked_cents", "fact-required", {"asked_cents": None}),
    "no day": ("on", "fact-required", {"on": None}),
    "no key": ("claim_id", "fact-required", {"claim_id": None}),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_cell_that_cannot_be_is_told_with_its_column(to_spark: ToSpark, meals: BoundRule, fault: str) -> None:
    column, code, change = FAULTS[fault]
    rows = [{**row, **(change if row["row"] == 4 else {})} for row in CLAIMS]
    with pytest.raises(FactError) as told:
        meals.decide_frame(to_spark(meals, rows))
    assert (told.value.code, told.value.place.column, told.value.place.row) == (code, column, None)


def test_a_moment_that_is_no_midnight_is_told(to_spark: ToSpark, meals: BoundRule) -> None:
    rows = [{**row, "on": datetime(2022, 9, 1, 12 if row["row"] == 4 else 0)} for row in CLAIMS]  # noqa: DTZ001
    with pytest.raises(FactError) as told:
        meals.decide_frame(to_spark(meals, rows, on="timestamp_ntz"))
    assert (told.value.code, told.value.place.column) == ("fact-type", "on")


def test_two_claims_in_one_place_are_told_unless_they_are_refused(to_spark: ToSpark, meals: BoundRule) -> None:
    twice = [{**row, "claim_id": 3 if row["row"] == 4 else row["claim_id"]} for row in CLAIMS]
    with pytest.raises(FactError, match="claim-twice"):
        meals.decide_frame(to_spark(meals, twice))
    refused_twice = [*CLAIMS, {**CLAIMS[5], "row": 7}]
    assert answers(meals.decide_frame(to_spark(meals, refused_twice))) == [*ANSWERS, (7, "refused", 0, 4)]


def test_a_group_that_asks_for_too_much_together_is_told(to_spark: ToSpark, meals: BoundRule) -> None:
    half = [{**row, "learner_id": 1, "claim_id": row["row"], "asked_cents": 1 << 35} for row in CLAIMS]
    with pytest.raises(FactError, match="group-too-large"):
        meals.decide_frame(to_spark(meals, half))


def test_a_frame_without_rows_is_decided_too(to_spark: ToSpark, meals: BoundRule) -> None:
    assert answers(meals.decide_frame(to_spark(meals, []))) == []
