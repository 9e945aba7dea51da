"""The facts of claims joined by Spark: the same as from entities."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "register"))  # the random registers are those of the other engines

pytest.importorskip("polars", reason="a register's tables are read through Polars")

from hypothesis import HealthCheck, given, settings
from random_claims import contents, register_of
from test_claim_columns import from_entities, programme

from pmp_core.register.claim_columns import claim_frame


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(held=contents())
def test_facts_joined_by_spark_are_those_from_entities(spark: Any, held: dict[str, list[Any]]) -> None:
    with register_of(programme(), held) as register:
        with register.unit_of_work() as work:
            frame = claim_frame(work.transaction, programme(), ["submitted"], "pyspark", session=spark)
            rows = [row.asDict() for row in frame.collect()]
        unknown = {row["claim_id"] for row in rows if row["school_days_unknown"]}
        joined = {(row["claim_id"], row["line"]): row for row in rows if row["claim_id"] not in unknown}
        alone, failed = from_entities(register)
        assert (unknown, joined.keys()) == (failed, alone.keys())
        for key, facts in alone.items():
            assert {name: joined[key][name] for name in facts} == facts, key
