"""Deciding a data frame: what comes back, in which order, and what is told of a frame that cannot be decided."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import attrs
import duckdb
import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from frame_kinds import KINDS, rows_of, to_duckdb
from meals import ANSWERS

from pmp_core.errors import FactError, RuleError
from pmp_core.programme import Pack
from pmp_core.rules import BoundRule, Check, Cut, Fact, Let, Rule, choose, fact, maximum, parameter, present
from pmp_core.rules.expression import PRIOR, Known, StepValue
from pmp_core.rules.frames import deciding
from pmp_core.rules.frames.array_steps import ArraySteps
from pmp_core.rules.frames.engines import EngineTarget
from pmp_core.rules.frames.magnitude import LARGEST_NUMBER
from pmp_core.rules.frames.preparing import prepared
from pmp_core.rules.frames.sql import SqlExpressions
from pmp_core.rules.frames.steps import FrameExpressions
from pmp_core.values import Text

WORD = Text("x", "x")
DAY, NOON = date(2022, 9, 1), datetime(2022, 9, 1, 12)  # noqa: DTZ001 - a moment of no zone is what is tried
# Four pupils' meals, in no order: two of them have several claims, which use up a ceiling of 120 EUR; a cap is 2.15 EUR a day.
MEALS = pl.DataFrame(
    {
        "row": [0, 1, 2, 3, 4, 5, 6],
        "learner_id": ["b", "a", "a", "c", "a", "d", "b"],
        "claim_id": [1, 3, 1, 1, 2, 1, 2],
        "on": [DAY, DAY, DAY, DAY, DAY, date(2024, 1, 1), DAY],
        "present": [True, True, True, None, True, True, True],
        "kind": ["catering"] * 7,
        "units": [100, 20, 30, 1, 40, 1, None],
        "asked_cents": [12000, 5000, 6000, 100, 8000, 100, 100],
    }
)
SORTED = MEALS.sort("learner_id", "claim_id")
kinds = pytest.mark.parametrize("kind", KINDS)
Told = Callable[[Any], FactError]


@pytest.fixture(scope="module")
def told(meals: BoundRule) -> Told:
    """What is told of a frame that the rule for meals cannot decide."""

    def error(frame: Any) -> FactError:
        with pytest.raises(FactError) as raised:
            meals.decide_frame(frame)
        return raised.value

    return error


# --- what comes back --------------------------------------------------------------------------------------------------------


@kinds
@pytest.mark.parametrize("frame", [MEALS, SORTED, MEALS.reverse()], ids=["mixed", "sorted", "reversed"])
def test_every_row_gets_its_answer_and_keeps_its_place(meals: BoundRule, kind: str, frame: pl.DataFrame) -> None:
    rows = rows_of(meals.decide_frame(KINDS[kind](frame)))
    assert [row[0] for row in rows] == frame["row"].to_list()
    assert sorted(rows) == ANSWERS


@kinds
def test_one_claim_at_a_time_says_the_same(meals: BoundRule, kind: str) -> None:
    used: dict[str, int | None] = {}
    for row in SORTED.to_dicts():
        result = meals.decide(
            {name: row[name] for name in ("on", "present", "kind", "units", "asked_cents")}, prior=used.get(row["learner_id"], 0)
        )
        used[row["learner_id"]] = result.used
        assert ANSWERS[row["row"]] == (row["row"], result.outcome, result.amount_cents, result.mask)


@kinds
def test_the_callers_own_type_and_columns_come_back(meals: BoundRule, kind: str) -> None:
    given = KINDS[kind](MEALS)
    decided = meals.decide_frame(given)
    assert type(decided) is type(given)
    names = (
        decided.collect_schema().names()
        if isinstance(decided, pl.LazyFrame)
        else list(getattr(decided, "column_names", decided.columns))
    )
    assert names == [*MEALS.columns, "outcome", "amount_cents", "reasons"]


def test_an_outcome_is_enumerated_where_the_frame_has_such_a_type(meals: BoundRule) -> None:
    assert meals.decide_frame(MEALS).schema["outcome"] == pl.Enum(["granted", "reduced", "refused", "undetermined"])
    assert meals.decide_frame(MEALS.to_pandas())["outcome"].dtype == "category"
    assert pa.types.is_dictionary(meals.decide_frame(MEALS.to_arrow()).schema.field("outcome").type)


@kinds
def test_a_rule_without_money_leaves_the_amount_empty(pack: Pack, kind: str) -> None:
    rule = BoundRule(Rule("grown", WORD, (Fact("on", "day", WORD, required=True), Fact("age", "integer", WORD)),
                          (Check("old-enough", fact("age") >= 18, WORD, WORD),)), pack)  # fmt: skip
    frame = pl.DataFrame({"row": [0, 1, 2], "on": [DAY] * 3, "age": [17, 18, None]})
    assert rows_of(rule.decide_frame(KINDS[kind](frame))) == [
        (0, "refused", None, 1),
        (1, "granted", None, 0),
        (2, "undetermined", None, 2),
    ]


@kinds
def test_a_frame_without_rows_is_decided_too(meals: BoundRule, kind: str) -> None:
    if kind.startswith("pandas"):  # pandas forgets what an empty column held
        frame = pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in {
            "row": "int64", "learner_id": "string", "claim_id": "int64", "on": "datetime64[s]", "present": "boolean",
            "kind": "string", "units": "Int64", "asked_cents": "int64"}.items()})  # fmt: skip
        assert len(meals.decide_frame(frame)) == 0
    else:
        assert rows_of(meals.decide_frame(KINDS[kind](MEALS.head(0)))) == []


@kinds
def test_an_empty_cell_can_mean_something(pack: Pack, kind: str) -> None:
    until = Fact("until", "day", WORD, absent=date(2100, 1, 1))
    sort = Fact("sort", "code", WORD, absent="plain", choices=("plain", "other"))
    steps = (Check("in-time", fact("on") <= fact("until"), WORD, WORD), Check("plain", fact("sort").equals("plain"), WORD, WORD))
    rule = BoundRule(Rule("dated", WORD, (Fact("on", "day", WORD, required=True), until, sort), steps), pack)
    frame = pl.DataFrame(
        {"row": [0, 1, 2], "on": [DAY] * 3, "until": [None, DAY, date(2022, 8, 31)], "sort": [None, "other", "plain"]}
    )
    assert [row[1:4:2] for row in rows_of(rule.decide_frame(KINDS[kind](frame)))] == [
        ("granted", 0),
        ("refused", 2),
        ("refused", 1),
    ]


def test_the_index_and_the_frame_of_pandas_stay_as_they_were(meals: BoundRule) -> None:
    frame = MEALS.to_pandas().set_index(pd.Index([7, 7, 3, 1, 2, 9, 9], name="place"))
    before = frame.copy()
    decided = meals.decide_frame(frame)
    assert decided.index.equals(before.index)
    assert decided["row"].tolist() == before["row"].tolist()
    pd.testing.assert_frame_equal(frame, before)


def test_a_relation_of_duckdb_need_not_keep_its_order(meals: BoundRule) -> None:
    assert sorted(rows_of(meals.decide_frame(to_duckdb(MEALS), keep_order=False))) == ANSWERS


def test_a_lazy_frame_stays_lazy_and_is_decided_in_pieces(meals: BoundRule) -> None:
    many = pl.concat([MEALS.with_columns(pl.col("learner_id") + str(i)) for i in range(300)]).sort("learner_id", "claim_id")
    decided = meals.decide_frame(many.lazy())
    assert isinstance(decided, pl.LazyFrame)
    assert decided.collect(engine="streaming").equals(meals.decide_frame(many))
    assert decided.select(pl.len()).collect().item() == len(many)


# --- columns of other types that say the same -------------------------------------------------------------------------------

ALIKE: dict[str, Callable[[pl.DataFrame], Any]] = {
    "narrow numbers": lambda f: f.with_columns(pl.col("units").cast(pl.Int8), pl.col("asked_cents").cast(pl.UInt16)),
    "moments at midnight": lambda f: f.with_columns(pl.col("on").cast(pl.Datetime("us"))),
    "an enumeration": lambda f: f.with_columns(pl.col("kind").cast(pl.Enum(["accommodation", "catering"]))),
    "categories": lambda f: f.with_columns(pl.col("kind").cast(pl.Categorical), pl.col("learner_id").cast(pl.Categorical)),
    "numbers as keys": lambda f: f.with_columns(pl.col("learner_id").replace_strict({"a": 1, "b": 2, "c": 3, "d": 4})),
    "days as keys": lambda f: f.with_columns(
        pl.col("learner_id").replace_strict({k: date(2020, 1, i) for i, k in enumerate("abcd", 1)})
    ),
    "large numbers as keys": lambda f: f.with_columns(
        pl.col("learner_id").replace_strict({k: 2**62 + i for i, k in enumerate("abcd")})
    ),
}


@kinds
@pytest.mark.parametrize("change", ALIKE)
def test_columns_of_another_type_say_the_same(meals: BoundRule, kind: str, change: str) -> None:
    if kind == "pandas, nullable dtypes" and change == "categories":
        pytest.skip("pandas' own conversion gives text there, which is tried already")
    assert sorted(rows_of(meals.decide_frame(KINDS[kind](ALIKE[change](MEALS))))) == ANSWERS


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.startswith("polars")])
def test_a_column_of_nothing_is_not_known(meals: BoundRule, kind: str) -> None:
    frame = MEALS.with_columns(pl.lit(None).alias("present"), pl.lit(None).alias("units"))
    assert {row[1] for row in rows_of(meals.decide_frame(KINDS[kind](frame)))} == {"undetermined", "refused"}


def test_pandas_may_hold_truths_days_and_texts_as_objects(meals: BoundRule) -> None:
    frame = MEALS.to_pandas()
    frame["present"] = frame["present"].astype(object)
    frame["on"] = MEALS["on"].to_list()
    frame["kind"] = frame["kind"].astype(object)
    assert {frame["on"].dtype, frame["kind"].dtype, frame["present"].dtype} == {pd.Series([None], dtype=object).dtype}
    assert sorted(rows_of(meals.decide_frame(frame))) == ANSWERS
    frame["present"] = None
    assert rows_of(meals.decide_frame(frame))[0][1] == "undetermined"


# --- frames that cannot be decided --------------------------------------------------------------------------------------------


def test_what_is_no_frame_is_told(told: Told) -> None:
    assert told([1, 2]).code == "frame-unreadable"
    assert told(MEALS["row"]).code == "frame-unreadable"
    double = MEALS.to_pandas()
    double.columns = ["row", *double.columns[:-1]]
    assert told(double).code == "frame-unreadable"


def test_a_frame_of_a_library_that_was_never_tried_is_told(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pmp_core.rules.frames.preparing._KNOWN", ())
    assert told(MEALS).code == "frame-unreadable"


@kinds
def test_missing_columns_wrong_types_and_taken_names_are_all_named_before_anything_runs(told: Told, kind: str) -> None:
    frame = MEALS.drop("units", "claim_id").with_columns(
        pl.col("asked_cents") / 100, pl.lit("yes").alias("present"), pl.lit("x").alias("outcome"), pl.lit(3).alias("unit")
    )
    error = told(KINDS[kind](frame))
    assert error.code == "columns-wrong"
    for word in ("units (integer; is it 'unit'?)", "claim_id (key", "present (", "outcome"):
        assert word in error.message, word
    assert ("asked_cents (" in error.message) is (kind != "pandas, nullable dtypes")  # which makes whole numbers of whole euro


@pytest.mark.parametrize(
    "column",
    [
        pl.col("on").cast(pl.String),
        pl.col("on").cast(pl.Datetime("us", "UTC")),
        pl.col("units").cast(pl.Float64),
        pl.col("kind").is_null().alias("kind"),
        pl.col("claim_id").cast(pl.Float64),
        pl.col("asked_cents").cast(pl.Decimal(10, 2)),
        pl.lit(None).alias("learner_id"),
    ],
    ids=str,
)
def test_a_column_of_another_type_is_named(told: Told, column: pl.Expr) -> None:
    error = told(MEALS.with_columns(column))
    assert error.code == "columns-wrong"
    assert f"{column.meta.output_name()} (" in error.message


@pytest.mark.parametrize("values", [["a", 1, *[None] * 5], [NOON, *[None] * 6], [1.5, "x", *[None] * 5]])
@pytest.mark.parametrize("column", ["on", "present", "units"])
def test_objects_of_pandas_that_are_something_else_are_named(told: Told, column: str, values: list[Any]) -> None:
    frame = MEALS.to_pandas()
    frame[column] = pd.Series(values, dtype=object)
    assert told(frame).code == "columns-wrong"


def test_a_name_that_is_kept_for_what_is_added_is_told(meals: BoundRule, told: Told) -> None:
    assert "in the way" in told(meals.decide_frame(MEALS)).message.lower()


BAD: dict[str, tuple[str, str, pl.Expr, str]] = {
    "an unknown code": ("kind", "fact-value", pl.when(pl.col("row") == 4).then(pl.lit("katering")).otherwise("kind"), "catering"),
    "less than nothing": ("asked_cents", "fact-value", pl.when(pl.col("row") == 4).then(-1).otherwise("asked_cents"), "0 cents or more"),
    "too much": ("asked_cents", "fact-value", pl.when(pl.col("row") == 4).then(1 << 36).otherwise("asked_cents"), "687 million"),
    "nothing where something is needed": ("asked_cents", "fact-required", pl.when(pl.col("row") != 4).then("asked_cents"), "asked for"),
    "no day": ("on", "fact-required", pl.when(pl.col("row") != 4).then("on"), "day"),
    "no key": ("claim_id", "fact-required", pl.when(pl.col("row") != 4).then("claim_id"), "order"),
    "no text as key": ("learner_id", "fact-required", pl.when(pl.col("row") != 4).then("learner_id"), "earlier claims"),
    "a number too large": ("units", "fact-value", pl.when(pl.col("row") == 4).then(LARGEST_NUMBER + 1).otherwise("units"), str(LARGEST_NUMBER)),
    "a moment": (
        "on", "fact-type", pl.when(pl.col("row") == 4).then(NOON).otherwise(pl.col("on").cast(pl.Datetime("us"))), "date",
    ),
}  # fmt: skip


@kinds
@pytest.mark.parametrize("bad", BAD)
def test_a_cell_that_cannot_be_is_told_as_for_one_claim_with_its_place(told: Told, kind: str, bad: str) -> None:
    column, code, change, remedy = BAD[bad]
    if (kind, bad) == ("pandas", "no key"):
        code = "columns-wrong"  # NumPy makes floats of it
        assert told(KINDS[kind](MEALS.with_columns(change.alias(column)))).code == code
        return
    error = told(KINDS[kind](MEALS.with_columns(change.alias(column))))
    assert (error.code, error.place.column) == (code, column), error
    assert error.place.row == (None if kind == "duckdb" else 5)
    assert remedy in str(error)


def test_amounts_are_no_floats_in_pandas_either(told: Told) -> None:
    frame = MEALS.to_pandas()
    frame["asked_cents"] = [60.0, *[None] * 6]
    assert "never floats" in told(frame).message


def test_a_float_of_pandas_that_is_no_whole_number_is_told(told: Told) -> None:
    for odd in (1.5, float("inf")):
        frame = MEALS.to_pandas()
        frame.loc[4, "units"] = odd
        assert (told(frame).code, told(frame).place.row, told(frame).found) == ("fact-type", 5, "float")


@kinds
def test_two_claims_in_one_place_are_told(told: Told, kind: str) -> None:
    frame = MEALS.with_columns(pl.when(pl.col("row") == 4).then(3).otherwise("claim_id").alias("claim_id"))
    for rows in (frame, frame.sort("learner_id", "claim_id")):
        with pytest.raises((FactError, pl.exceptions.ComputeError), match="claim-twice"):
            rows_of(BOUND["meals"].decide_frame(KINDS[kind](rows)))


@kinds
def test_a_refused_claim_may_come_twice(meals: BoundRule, kind: str) -> None:
    twice = pl.concat([MEALS, MEALS.filter(pl.col("row") == 5).with_columns(pl.lit(7, pl.Int64).alias("row"))])
    assert sorted(rows_of(meals.decide_frame(KINDS[kind](twice)))) == [*ANSWERS, (7, "refused", 0, 4)]


@kinds
def test_a_group_that_asks_for_too_much_together_is_told(told: Told, kind: str) -> None:
    half = MEALS.with_columns(
        pl.lit(1 << 35).alias("asked_cents"), pl.lit("a").alias("learner_id"), pl.col("row").alias("claim_id")
    )
    for rows in (half, half.reverse()):
        assert told(KINDS[kind](rows)).code == "group-too-large"
    apart = half.with_columns(pl.col("row").cast(pl.String).alias("learner_id"))
    for rows in (apart, apart.reverse()):
        assert len(rows_of(BOUND["meals"].decide_frame(KINDS[kind](rows)))) == 7


BOUND: dict[str, BoundRule] = {}


@pytest.fixture(autouse=True, scope="module")
def _bound(meals: BoundRule) -> None:
    BOUND["meals"] = meals


def test_a_rule_whose_numbers_could_wrap_around_is_refused(pack: Pack) -> None:
    facts = (
        Fact("on", "day", WORD, required=True),
        Fact("a", "integer", WORD),
        Fact("asked_cents", "cents", WORD, required=True),
    )
    steps = (Let("power", fact("a") * fact("a") * fact("a"), WORD), Cut("cut", StepValue("power"), WORD))
    rule = BoundRule(Rule("cubed", WORD, facts, steps, "asked_cents"), pack)
    assert rule.decide(on=DAY, a=10**9, asked_cents=1).outcome == "granted"
    with pytest.raises(RuleError, match="rule-too-large"):
        rule.decide_frame(pl.DataFrame({"on": [DAY], "a": [1], "asked_cents": [1]}))


# --- what to hand in, and the reasons in words ------------------------------------------------------------------------------


@pytest.mark.parametrize("backend", ["polars", "pandas", "pyarrow"])
def test_the_example_is_what_the_columns_say_and_can_be_decided(meals: BoundRule, backend: Any) -> None:
    frame = meals.example_frame(backend)
    assert list(getattr(frame, "column_names", frame.columns)) == [column.name for column in meals.columns()]
    complete, with_gaps = rows_of(meals.decide_frame(frame), ["outcome", "reasons"])
    assert complete[0] != "undetermined"
    assert with_gaps[0] == "undetermined"


def test_the_columns_tell_what_each_is(meals: BoundRule) -> None:
    by_name = {column.name: column for column in meals.columns()}
    assert [(c.name, c.role, c.type, c.required) for c in meals.columns()] == [
        ("on", "fact", "day", True),
        ("present", "fact", "boolean", False),
        ("kind", "fact", "code", True),
        ("units", "fact", "integer", False),
        ("asked_cents", "fact", "cents", True),
        ("learner_id", "group", "key", True),
        ("claim_id", "order", "key", True),
    ]
    assert by_name["kind"].choices == ("catering", "accommodation")
    assert by_name["units"].meaning.en == "days"


def test_an_example_of_an_unknown_kind_is_told(meals: BoundRule, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FactError, match="backend-unknown"):
        meals.example_frame("excel")  # type: ignore[arg-type]

    def absent(*_: object, **__: object) -> None:
        raise ModuleNotFoundError

    monkeypatch.setattr("narwhals.from_dict", absent)
    with pytest.raises(FactError, match="backend-missing"):
        meals.example_frame("polars")


@kinds
def test_reasons_are_spelled(meals: BoundRule, kind: str) -> None:
    decided = meals.decide_frame(KINDS[kind](MEALS))
    names = dict(rows_of(meals.spell_reasons(decided), ["row", "reasons_in_words"]))
    assert [names[i] for i in range(7)] == ["", "cut-to-cap, cut-to-rest", "", "present", "cut-to-rest", "in-force", "units"]
    said = dict(rows_of(meals.spell_reasons(decided, "en"), ["row", "reasons_in_words"]))
    assert said[1] == "Not more than the cap; Not more than what is left"
    assert (said[5], said[6]) == ("the programme is not in force", "not known: days")


def test_an_earlier_claim_and_a_value_nobody_set_are_spelled(meals: BoundRule, pack: Pack) -> None:
    frame = MEALS.with_columns(pl.lit("b").alias("learner_id"), pl.col("row").alias("claim_id"), pl.lit(DAY).alias("on"))
    last = meals.spell_reasons(meals.decide_frame(frame), "lv")["reasons_in_words"][-1]
    assert last == "nav zināms: dienu skaits; nav zināms agrāka pieteikuma lēmums"
    unset = BoundRule(meals.definition, pack)
    said = unset.spell_reasons(unset.decide_frame(MEALS.head(1)), "en")["reasons_in_words"][0]
    assert said == "not known: cap on compensation of catering; not known: ceiling on all compensation together"


def test_a_frame_without_reasons_cannot_be_spelled(meals: BoundRule) -> None:
    for frame in (MEALS, MEALS.with_columns(pl.lit("x").alias("reasons")), meals.spell_reasons(meals.decide_frame(MEALS))):
        with pytest.raises(FactError, match="columns-wrong"):
            meals.spell_reasons(frame)


def test_the_widest_mask_is_spelled_to_its_last_bit(pack: Pack) -> None:
    facts = (Fact("on", "day", WORD, required=True), Fact("a", "integer", WORD))
    steps = tuple(Check(f"check-{i}", fact("a") >= i, WORD, WORD) for i in range(62))
    rule = BoundRule(Rule("wide", WORD, facts, steps), pack)
    frame = pl.DataFrame({"row": [0, 1], "on": [DAY] * 2, "a": [-1, None]})
    for kind in ("polars", "pandas", "pyarrow", "duckdb"):
        rows = rows_of(rule.spell_reasons(rule.decide_frame(KINDS[kind](frame))), ["reasons", "reasons_in_words"])
        assert rows == [((1 << 62) - 1, ", ".join(f"check-{i}" for i in range(62))), (1 << 62, "a")], kind


# --- a lazy frame that changed since it was looked at ------------------------------------------------------------------------


def test_a_cell_emptied_after_the_look_leaves_its_row_without_an_answer(meals: BoundRule) -> None:
    whole = MEALS.with_columns(present=pl.lit(True), units=pl.lit(100))
    many = pl.concat([whole.with_columns(pl.col("learner_id") + str(i)) for i in range(300)]).sort("learner_id", "claim_id")
    for rows in (whole, many, many.reverse()):
        held = {"rows": rows}
        source = pl.LazyFrame({"any": [0]}).map_batches(lambda _, held=held: held["rows"], schema=rows.schema)
        decided = meals.decide_frame(source)
        emptied = [pl.when(pl.col("row") == 0).then(pl.col(name)).alias(name) for name in ("present", "units")]
        held["rows"] = rows.with_columns(emptied)
        changed = decided.collect()
        others = changed.filter(pl.col("row") > 0).select("outcome", "amount_cents", "reasons")
        assert len(changed) == len(rows)
        assert set(others.rows()) == {("undetermined", None, None)}
        assert changed.filter(pl.col("row") == 0)["outcome"].unique().to_list() == ["granted"]


@pytest.mark.parametrize("target", ["DuckDbTarget", "EngineTarget"])
def test_a_cell_emptied_after_the_look_leaves_a_row_of_a_relation_without_an_answer(
    meals: BoundRule, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    monkeypatch.setattr(deciding, "DuckDbTarget", getattr(deciding, target))
    connection = duckdb.connect()
    connection.register("given", MEALS.with_columns(present=pl.lit(True), units=pl.lit(100)).to_arrow())
    connection.execute("create table claims as from given")
    decided = meals.decide_frame(connection.table("claims"))
    connection.execute('update claims set units = null, "present" = null where "row" > 0')
    rows = sorted(rows_of(decided))
    assert rows[0][1] == "granted"
    assert {row[1:] for row in rows[1:]} <= {("undetermined", None, None), ("refused", 0, 4)}


# --- parts that few rules have ------------------------------------------------------------------------------------------------


@kinds
def test_codes_can_be_compared_with_one_another(pack: Pack, kind: str) -> None:
    facts = (Fact("on", "day", WORD, required=True), Fact("ours", "code", WORD), Fact("theirs", "code", WORD))
    rule = BoundRule(Rule("alike", WORD, facts, (Check("alike", fact("ours").equals(fact("theirs")), WORD, WORD),)), pack)
    frame = pl.DataFrame({"row": range(4), "on": [DAY] * 4, "ours": ["a", "b", "a", None], "theirs": ["a", "a", None, None]})
    assert [row[1] for row in rows_of(rule.decide_frame(KINDS[kind](frame)))] == [
        "granted",
        "refused",
        "undetermined",
        "undetermined",
    ]


def test_what_is_no_part_of_a_lowered_rule_cannot_be_written(meals: BoundRule) -> None:
    ready = prepared(meals.definition, meals.example_frame())
    writers = (
        FrameExpressions(pl, ready, frozenset()).write,
        SqlExpressions(ready, frozenset()).write,
        ArraySteps(np, 0, {}).value,
    )
    for write in writers:
        with pytest.raises(TypeError, match="no part of a lowered rule"):
            write(parameter("some.path", on="on"))


# --- engines that only Narwhals speaks to; DuckDB stands for them here, Spark is tried in tests/scale ------------------------


@pytest.fixture
def through_narwhals(meals: BoundRule, monkeypatch: pytest.MonkeyPatch) -> BoundRule:
    monkeypatch.setattr(deciding, "DuckDbTarget", EngineTarget)
    return meals


def test_an_engine_without_an_order_of_rows_gives_the_same_answers(through_narwhals: BoundRule, pack: Pack) -> None:
    assert sorted(rows_of(through_narwhals.decide_frame(to_duckdb(MEALS)))) == ANSWERS
    rule = BoundRule(Rule("all", WORD, (Fact("on", "day", WORD, required=True), Fact("asked_cents", "cents", WORD, required=True)),
                          (Cut("cut", Known(150) - PRIOR, WORD),), "asked_cents", ("who",), ("nr",)), pack)  # fmt: skip
    frame = pl.DataFrame({"row": [0, 1], "on": [DAY] * 2, "asked_cents": [100, 100], "who": [1, 1], "nr": [2, 1]})
    assert sorted(rows_of(rule.decide_frame(to_duckdb(frame)))) == [(0, "reduced", 50, 1), (1, "granted", 100, 0)]


def test_an_engine_without_an_order_of_rows_tells_the_same_faults(through_narwhals: BoundRule, told: Told) -> None:
    twice = MEALS.with_columns(pl.when(pl.col("row") == 4).then(3).otherwise("claim_id").alias("claim_id"))
    half = MEALS.with_columns(
        pl.lit(1 << 35).alias("asked_cents"), pl.lit("a").alias("learner_id"), pl.col("row").alias("claim_id")
    )
    odd = MEALS.with_columns(pl.lit("katering").alias("kind"))
    assert [told(to_duckdb(frame)).code for frame in (twice, half, odd)] == ["claim-twice", "group-too-large", "fact-value"]


# --- a lazy frame's rows ----------------------------------------------------------------------------------------------------


def test_only_a_lazy_plan_that_keeps_its_order_counts_as_sorted(meals: BoundRule, tmp_path: Path) -> None:
    file = tmp_path / "meals.parquet"
    SORTED.write_parquet(file)
    other = pl.LazyFrame({"learner_id": ["a", "b", "c", "d"], "town": [1, 2, 3, 4]})
    keeping = [
        SORTED.lazy(),
        pl.scan_parquet(file).filter(pl.col("row") >= 0).with_columns(seen=1).head(9),
        MEALS.lazy().sort("learner_id", "claim_id", "row"),
    ]
    leaving_to_chance = [
        SORTED.lazy().join(other, on="learner_id"),
        MEALS.lazy().sort("learner_id"),
        SORTED.lazy().unique(maintain_order=True),
        SORTED.lazy().with_columns(pl.col("row").shuffle(seed=1).alias("any")),
    ]
    for plan in (*keeping, *leaving_to_chance):
        decided = meals.decide_frame(plan)
        assert ("PYTHON" in decided.explain().upper()) is any(plan is one for one in leaving_to_chance)
        assert sorted(rows_of(decided.collect(engine="streaming"))) == ANSWERS


def test_pieces_that_a_join_gives_in_another_order_each_time_change_no_amount(pack: Pack, tmp_path: Path) -> None:
    facts = (Fact("on", "day", WORD, required=True), Fact("asked_cents", "cents", WORD, required=True))
    rule = BoundRule(Rule("flat", WORD, facts, (Cut("cut", Known(150) - PRIOR, WORD),), "asked_cents", ("who",), ("nr",)), pack)
    many, file = (
        pl.DataFrame({"nr": range(60_000)}).with_columns(on=DAY, asked_cents=100, who=pl.col("nr") // 7, k=pl.col("nr") % 5),
        tmp_path / "many.parquet",
    )
    many.write_parquet(file, row_group_size=10_000)
    want = rule.decide_frame(many).select("nr", "amount_cents")
    joined = pl.scan_parquet(file).join(pl.LazyFrame({"k": range(5)}), on="k", how="semi")
    for _ in range(5):
        got = rule.decide_frame(joined).collect(engine="streaming").select("nr", "amount_cents").sort("nr")
        assert got.equals(want)


def test_only_so_many_sets_of_gaps_are_kept_lowered(pack: Pack, meals: BoundRule, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deciding, "_MOST_KEPT", 1)
    rules = deciding.FrameRule(meals._bound)
    for frame in (MEALS, MEALS.head(1), MEALS.tail(1)):
        assert rules.decide(frame, keep_order=True).equals(meals.decide_frame(frame))
        assert len(rules._levels) == 1


def test_a_constant_step_is_decided(pack: Pack) -> None:
    facts = (Fact("on", "day", WORD, required=True), Fact("asked_cents", "cents", WORD, required=True))
    rule = BoundRule(Rule("flat", WORD, facts, (Let("all", Known(150), WORD), Cut("cut", StepValue("all") - PRIOR, WORD)),
                          "asked_cents", ("who",), ("nr",)), pack)  # fmt: skip
    frame = pl.DataFrame({"row": [0, 1, 2], "on": [DAY] * 3, "asked_cents": [100, 100, 100], "who": [1, 1, 2], "nr": [1, 2, 3]})
    for kind in KINDS:
        assert rows_of(rule.decide_frame(KINDS[kind](frame))) == [
            (0, "granted", 100, 0),
            (1, "reduced", 50, 1),
            (2, "granted", 100, 0),
        ], kind


def test_quotes_in_a_name_stay_a_name(pack: Pack) -> None:
    connection = duckdb.connect()
    relation = connection.sql("""select date '2022-09-01' as "on", 20 as age, 1 as "a ""quoted"" name" """)
    rule = BoundRule(Rule("grown", WORD, (Fact("on", "day", WORD, required=True), Fact("age", "integer", WORD)),
                          (Check("old-enough", fact("age") >= 18, WORD, WORD),)), pack)  # fmt: skip
    assert rule.decide_frame(relation).fetchall() == [(DAY, 20, 1, "granted", None, 0)]


def test_a_rule_and_its_answers_can_be_sent_to_another_process(meals: BoundRule) -> None:
    sent = pickle.loads(pickle.dumps(meals))
    assert rows_of(sent.decide_frame(MEALS)) == ANSWERS
    result = meals.decide(on=DAY, present=True, kind="catering", units=1, asked_cents=100)
    again = pickle.loads(pickle.dumps(result))
    assert (again.outcome, again.explain("en")) == (result.outcome, result.explain("en"))


def test_an_example_keeps_to_the_bounds_of_a_fact_and_to_a_programme_without_days(pack: Pack) -> None:
    facts = (Fact("on", "day", WORD, required=True), Fact("age", "integer", WORD, at_least=5))
    rule = BoundRule(Rule("aged", WORD, facts, (Check("old", fact("age") >= 5, WORD, WORD),)), attrs.evolve(pack, values={}))
    assert rows_of(rule.decide_frame(rule.example_frame()), ["on", "age", "outcome"])[0] == (date(2022, 9, 1), 5, "granted")


# --- names, sizes and types that come close to ours --------------------------------------------------------------------------

MONEY = [
    {"row": 0, "on": DAY, "cents": 100, "who": 1, "nr": 3},
    {"row": 1, "on": DAY, "cents": 100, "who": 1, "nr": 1},
    {"row": 2, "on": DAY, "cents": 100, "who": 1, "nr": 2},
]
SHARES = {1: 100, 2: 50, 0: 0}  # by the order of `nr`, of 150


def shared(pack: Pack, asked: str = "cents", by: str = "who", order: str = "nr", limit: Any = None) -> BoundRule:
    facts = (Fact("on", "day", WORD, required=True), Fact(asked, "cents", WORD, required=True))
    steps = (Cut("cut", Known(150) - PRIOR if limit is None else limit, WORD),)
    return BoundRule(Rule("shared", WORD, facts, steps, asked, (by,), (order,)), pack)


@kinds
@pytest.mark.parametrize(
    "name", ["asked", "amount", "counted", "eligible", "blocked", "undetermined", "place", "mask", "known", "position", "cell"]
)
def test_a_fact_or_key_may_be_called_as_a_part_of_ours_is(pack: Pack, kind: str, name: str) -> None:
    frame = pl.DataFrame(MONEY).with_columns(pl.col("cents").cast(pl.Int32))
    for rule, rows in (
        (shared(pack, asked=name), frame.rename({"cents": name})),
        (shared(pack, by=name), frame.rename({"who": name})),
        (shared(pack, order=name), frame.rename({"nr": name})),
    ):
        assert {row[0]: row[2] for row in rows_of(rule.decide_frame(KINDS[kind](rows)))} == SHARES


@kinds
@pytest.mark.parametrize("ids", [(2**62, -(2**62), 0), (2**63 - 1, -(2**63) + 1, 5), (2**60, 1, 2**53 + 1)])
def test_ids_over_the_whole_width_keep_their_order(pack: Pack, kind: str, ids: tuple[int, ...]) -> None:
    frame = pl.DataFrame(MONEY).with_columns(pl.Series("nr", ids))
    assert {row[0]: row[2] for row in rows_of(shared(pack).decide_frame(KINDS[kind](frame)))} == SHARES


@kinds
def test_ids_without_a_sign_keep_their_order(pack: Pack, kind: str) -> None:
    frame = pl.DataFrame(MONEY).with_columns(pl.Series("nr", [2**63 + 5, 1, 2], dtype=pl.UInt64))
    assert {row[0]: row[2] for row in rows_of(shared(pack).decide_frame(KINDS[kind](frame)))} == SHARES


@kinds
def test_amounts_of_another_width_than_ours_are_named(pack: Pack, kind: str) -> None:
    frame = KINDS[kind](pl.DataFrame(MONEY).with_columns(pl.Series("cents", [2**63 + 5, 1, 2], dtype=pl.UInt64)))
    with pytest.raises(FactError, match="columns-wrong"):
        shared(pack).decide_frame(frame)


def test_categories_that_are_no_text_are_no_keys(pack: Pack) -> None:
    frame = pl.DataFrame(MONEY).to_pandas()
    frame["nr"] = pd.Categorical(frame["nr"])
    table = pl.DataFrame(MONEY).to_arrow()
    numbered = table.set_column(table.column_names.index("nr"), "nr", table["nr"].dictionary_encode())
    for odd in (frame, numbered):
        with pytest.raises(FactError, match="columns-wrong"):
            shared(pack).decide_frame(odd)
    large = frame.assign(nr=frame["nr"].astype(object), cents=pd.Series([2**70, 1, 2], dtype=object))
    with pytest.raises(FactError, match="columns-wrong"):
        shared(pack).decide_frame(large)


def test_a_view_of_text_in_pyarrow_is_text(meals: BoundRule, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    table = MEALS.to_arrow()
    views = pa.array(MEALS["kind"].to_list(), type=pa.string_view())
    seen = table.set_column(table.column_names.index("kind"), "kind", views)

    def cannot(*_: object, **__: object) -> None:
        raise NotImplementedError("Unsupported cast")

    with monkeypatch.context() as older:
        older.setattr("narwhals.DataFrame.with_columns", cannot)
        assert told(seen).code == "frame-unreadable"
    try:
        views.cast("large_string")
    except NotImplementedError:  # an older PyArrow
        assert told(seen).code == "frame-unreadable"
    else:
        assert rows_of(meals.decide_frame(seen)) == ANSWERS


def test_a_frame_of_narwhals_comes_back_as_one(meals: BoundRule) -> None:
    for native in (MEALS, MEALS.to_pandas(), MEALS.lazy()):
        decided = meals.decide_frame(nw.from_native(native))
        assert isinstance(decided, nw.DataFrame | nw.LazyFrame)
        assert rows_of(decided.to_native()) == ANSWERS


def test_columns_that_look_like_patterns_are_carried_along(meals: BoundRule) -> None:
    frame = MEALS.with_columns(pl.lit(1).alias("*"), pl.lit(2).alias("^.*$"))
    assert meals.decide_frame(frame).columns == [*frame.columns, "outcome", "amount_cents", "reasons"]


def test_large_and_small_letters_are_one_in_an_engine(meals: BoundRule) -> None:
    with pytest.raises(FactError, match=r"(?i)in the way"):
        meals.decide_frame(to_duckdb(MEALS.with_columns(pl.lit("old").alias("Outcome"))))


def test_text_is_told_apart_by_its_letters_whatever_a_column_of_duckdb_says(pack: Pack) -> None:
    connection = duckdb.connect()
    connection.execute('create table claims ("on" date, cents bigint, who varchar collate nocase, nr bigint, "row" bigint)')
    connection.execute("insert into claims values ('2022-09-01', 100, 'a', 1, 0), ('2022-09-01', 100, 'A', 2, 1)")
    assert [row[2] for row in rows_of(shared(pack).decide_frame(connection.table("claims")))] == [100, 100]


@kinds
def test_a_list_may_name_a_number_twice_or_nothing_at_all(pack: Pack, kind: str) -> None:
    facts = (Fact("on", "day", WORD, required=True), Fact("level", "integer", WORD))
    steps = (Check("odd", fact("level").is_in([1, 1, 3]), WORD, WORD), Check("none", fact("level").is_in([]), WORD, WORD))
    coded = BoundRule(
        Rule("coded", WORD, (*facts, Fact("code", "code", WORD)), (Check("none", fact("code").is_in([]), WORD, WORD),)), pack
    )
    codes = pl.DataFrame({"row": [0, 1], "on": [DAY] * 2, "level": [1, 1], "code": ["a", None]})
    assert [row[1] for row in rows_of(coded.decide_frame(KINDS[kind](codes)))] == ["refused", "undetermined"]
    rule = BoundRule(Rule("listed", WORD, facts, steps), pack)
    frame = pl.DataFrame({"row": range(3), "on": [DAY] * 3, "level": [1, 2, None]})
    want = [
        (i, rule.decide(on=DAY, level=level).outcome, rule.decide(on=DAY, level=level).mask)
        for i, level in enumerate((1, 2, None))
    ]
    assert [(row[0], row[1], row[3]) for row in rows_of(rule.decide_frame(KINDS[kind](frame)))] == want


@kinds
def test_a_product_of_constants_does_not_overflow(pack: Pack, kind: str) -> None:
    rule = shared(pack, limit=Known(100_000) * Known(100_000) - PRIOR)
    assert {row[2] for row in rows_of(rule.decide_frame(KINDS[kind](pl.DataFrame(MONEY))))} == {100}


@kinds
def test_what_counts_for_later_claims_does_not_hang_on_gaps_elsewhere(pack: Pack, kind: str) -> None:
    facts = (
        Fact("on", "day", WORD, required=True), Fact("own_cents", "cents", WORD), Fact("remark", "code", WORD), Fact("cents", "cents", WORD, required=True),
    )  # fmt: skip
    cut = Cut("cut", choose(present("own_cents"), fact("own_cents"), Known(150) - PRIOR), WORD)
    rule = BoundRule(Rule("own", WORD, facts, (cut,), "cents", ("who",), ("nr",)), pack)
    for remark in ("x", None):
        first = rule.decide(on=DAY, own_cents=80, remark=remark, cents=100)
        assert rule.decide(on=DAY, own_cents=None, remark=remark, cents=100, prior=first.used).amount_cents == 50
    frame = pl.DataFrame(MONEY[1:]).with_columns(own_cents=pl.Series([80, None]), remark=pl.lit("x"))
    assert [row[2] for row in rows_of(rule.decide_frame(KINDS[kind](frame)))] == [80, 50]


def test_what_an_earlier_step_lacks_is_not_laid_on_a_fact_that_is_there(pack: Pack) -> None:
    facts = (
        Fact("on", "day", WORD, required=True),
        Fact("days", "integer", WORD),
        Fact("units", "integer", WORD),
        Fact("cents", "cents", WORD, required=True),
    )
    steps = (Let("double", fact("days") * 2, WORD), Cut("cut", StepValue("double") + fact("units"), WORD))
    rule = BoundRule(Rule("lacks", WORD, facts, steps, "cents"), pack)
    assert rule.decide(on=DAY, days=None, units=3, cents=100).reasons == ("days",)
    assert rule.decide(on=DAY, days=1, units=None, cents=100).reasons == ("units",)


@kinds
def test_a_refused_claim_never_gets_less_than_nothing(pack: Pack, kind: str) -> None:
    facts = (
        Fact("on", "day", WORD, required=True),
        Fact("u", "integer", WORD),
        Fact("least_cents", "cents", WORD),
        Fact("cents", "cents", WORD, required=True),
    )
    steps = (Check("positive", fact("u") > 0, WORD, WORD), Cut("cut", maximum(fact("u") - 5, fact("least_cents")), WORD))
    rule = BoundRule(Rule("least", WORD, facts, steps, "cents"), pack)
    frame = pl.DataFrame({"row": [0, 1], "on": [DAY] * 2, "u": [-3, 9], "least_cents": [None, 7], "cents": [100, 100]})
    assert [row[1:3] for row in rows_of(rule.decide_frame(KINDS[kind](frame)))] == [("refused", 0), ("reduced", 7)]


@pytest.mark.parametrize(("by", "order"), [(("who",), ("who",)), (("who", "who"), ("nr",)), (("last",), ("nr",))])
def test_keys_stand_once_and_are_never_missing(by: tuple[str, ...], order: tuple[str, ...]) -> None:
    facts = (Fact("on", "day", WORD, required=True), Fact("last", "day", WORD), Fact("cents", "cents", WORD, required=True))
    with pytest.raises(RuleError, match="running sum"):
        Rule("keyed", WORD, facts, (Cut("cut", Known(150) - PRIOR, WORD),), "cents", by, order)


@pytest.mark.parametrize("kind", ["polars", "polars, lazy", "pyarrow"])
def test_a_sum_that_wraps_around_is_reckoned_another_way(meals: BoundRule, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    for module in ("of_polars", "unsorted", "eager"):
        monkeypatch.setattr(f"pmp_core.rules.frames.{module}.MOST_ROWS", 1)
    for frame in (MEALS, SORTED):
        assert sorted(rows_of(meals.decide_frame(KINDS[kind](frame)))) == ANSWERS
