"""The facts of claims from tables, by joins, are those from entities, line by line; and deciding at once is deciding one after
another."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import narwhals as nw
import pytest
from hypothesis import given, settings
from random_claims import LAST, WHO, contents, register_of

from pmp_core.errors import PmpError, ProgrammeError
from pmp_core.loading import Programme, load_programme
from pmp_core.register import Register
from pmp_core.register.claim_columns import BESIDE, claim_frame
from pmp_core.register.claim_facts import line_facts
from pmp_core.register.claims_in_bulk import decide_in_bulk

ON = LAST.replace(year=2023)
OVERLAY = Path(__file__).parent / "caps-of-all-units.example.yaml"


@cache
def programme() -> Programme:
    return load_programme("lv-8.3.4", overlays=[OVERLAY])


def from_tables(register: Register, backend: str) -> tuple[dict[tuple[str, int], dict[str, Any]], set[str]]:
    """The lines by claim and number with their facts, and the claims whose school days are not known."""
    with register.unit_of_work() as work:
        frame = nw.from_native(claim_frame(work.transaction, programme(), ["submitted"], backend))
        rows = (frame.collect("polars") if isinstance(frame, nw.LazyFrame) else frame).rows(named=True)
    unknown = {row["claim_id"] for row in rows if row["school_days_unknown"]}
    return {(row["claim_id"], row["line"]): row for row in rows if row["claim_id"] not in unknown}, unknown


def from_entities(register: Register) -> tuple[dict[tuple[str, int], dict[str, Any]], set[str]]:
    """The same, of each claim alone."""
    found, unknown = {}, set()
    with register.unit_of_work() as work:
        for claim in work.claims.find():
            try:
                made = line_facts(work, programme(), claim, work.plans.get(claim.plan_id))
            except ProgrammeError:  # `semester-unset`
                unknown.add(claim.id)
                continue
            for number, line in enumerate((one for one in made if not one.left_out), 1):
                found[claim.id, number] = {**line.facts, "cap_window": line.cap_window}
    return found, unknown


def check_alike(register: Register, backend: str) -> None:
    """Whether both say the same of every line."""
    joined, unknown = from_tables(register, backend)
    alone, failed = from_entities(register)
    assert unknown == failed
    assert joined.keys() == alone.keys()
    for key, facts in alone.items():
        assert {name: joined[key][name] for name in facts} == facts, key


@settings(max_examples=25, deadline=None)
@given(held=contents())
def test_facts_from_tables_are_those_from_entities(held: dict[str, list[Any]]) -> None:
    with register_of(programme(), held) as register:
        check_alike(register, "polars")


@settings(max_examples=4, deadline=None)
@given(held=contents())
def test_and_in_duckdb(held: dict[str, list[Any]]) -> None:
    pytest.importorskip("duckdb", reason="an engine that is not always installed")
    with register_of(programme(), held) as register:
        check_alike(register, "duckdb")


@settings(max_examples=15, deadline=None)
@given(held=contents())
def test_at_once_as_one_after_another(held: dict[str, list[Any]]) -> None:
    """Some are decided before, and the rest at once: as if the rest were decided one after another too."""
    with register_of(programme(), held) as register:
        with register.unit_of_work() as work:
            waiting = [claim.id for claim in work.claims.find(status="submitted", order=("submitted_on",))]
        for id in waiting[: len(waiting) // 3]:
            _decided(register, id)
        with register.unit_of_work() as work:
            at_once = decide_in_bulk(work, programme(), on=ON)
        left = {claim["claim_id"]: claim for claim in at_once.decisions.to_dicts()}
        lines = {(line["claim_id"], line["line"]): line for line in at_once.lines.to_dicts()}
        failed = dict(at_once.failed)
        for id in waiting:
            with register.unit_of_work() as work:
                if work.claims.get(id).status != "submitted":
                    continue
            decision = _decided(register, id)
            if isinstance(decision, PmpError):
                assert failed.pop(id) == decision.code
                continue
            claim = left.pop(id)
            assert (claim["outcome"], claim["amount_cents"], claim["counted_cents"], claim["lines"]) == (
                decision.outcome,
                None if decision.amount is None else decision.amount.cents,
                None if decision.counted is None else decision.counted.cents,
                len(decision.lines),
            )
            assert set(claim["reasons"].split(", ")) - {""} == set(decision.reasons)
            for number, line in enumerate(decision.lines, 1):
                facts = line.decision.facts_as_used()
                one = lines[id, number]
                if line.counted is not None:
                    assert one["cap_used_cents"] == facts["cap_used_cents"]
                assert (one["outcome"], one["amount_cents"]) == (
                    line.decision.outcome, None if line.amount is None else line.amount.cents,
                )  # fmt: skip
        assert (left, failed) == ({}, {})


def _decided(register: Register, id: str) -> Any:
    try:
        return register.decide_claim(id, on=ON, by=WHO)[1]
    except PmpError as error:
        return error


def test_what_a_line_says_beside_its_facts() -> None:
    held: dict[str, list[Any]] = {"partnerships": [], "enrolments": [], "plans": [], "claims": []}
    with register_of(programme(), held) as register, register.unit_of_work() as work:
        frame = claim_frame(work.transaction, programme(), ["submitted"]).collect()
        assert len(frame) == 0
        assert set(BESIDE) <= set(frame.columns)
        assert len(decide_in_bulk(work, programme(), on=ON).decisions) == 0
