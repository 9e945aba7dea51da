"""Whose term of keeping is over: no term is shipped; the boundary days in pairs; who is enrolled still is not due."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paid_school import CLERK, rates
from paid_school import school as made

from pmp_core.errors import ProgrammeError
from pmp_core.learners import Enrolment, Learner
from pmp_core.loading import load_programme
from pmp_core.programme import OverlayText, available_packs, load_pack
from pmp_core.register import Register, tables
from pmp_core.register.privacy.retention import DOCUMENTS, TERM, months_after

LEFT = date(2023, 5, 31)


def school(months: int | None = 12, documents: str | None = None) -> Register:
    """The school of payments, where L-1 left on the last day of May 2023 and L-2 is still there."""
    said = "source: izdomāts, status: example"
    values = ""
    if months is not None:
        values += f"  {TERM}:\n    entries:\n      - {{from: 2017-03-01, value: {months}, {said}}}\n"
    if documents is not None:
        values += f"  {DOCUMENTS}:\n    entries:\n      - {{from: 2017-03-01, value: {documents}, {said}}}\n"
    head = "overlay_for: lv-8.3.4\ntitle: {lv: izdomāts, en: made up}\n"
    overlays = [rates(), *([OverlayText("kept.example.yaml", f"{head}values:\n{values}")] if values else [])]
    register = made("memory:", load_programme("lv-8.3.4", overlays=overlays))
    with register.unit_of_work() as work:
        work.enrolments.put(work.enrolments.get("E-1").changed(last_day=LEFT))
    return register


def due(register: Register, on: date) -> list[str]:
    return [one.learner_id for one in register.due_for_erasure(on=on, by=CLERK)]


@pytest.mark.parametrize("pack", available_packs())
def test_no_term_is_shipped(pack: str) -> None:
    value = load_pack(pack).value(TERM)
    assert {entry.status for entry in value.entries} == {"unset"}
    assert (value.type, value.unit) == ("integer", "months")


def test_without_a_term_it_is_said_that_there_is_none() -> None:
    with school(months=None) as register, pytest.raises(ProgrammeError) as told:
        due(register, date(2030, 1, 1))
    assert (told.value.code, told.value.found) == ("retention-unset", TERM)


@pytest.mark.parametrize(("on", "found"), [(date(2024, 5, 31), []), (date(2024, 6, 1), ["L-1"])])
def test_the_term_begins_on_the_last_day_and_its_own_last_day_is_included(on: date, found: list[str]) -> None:
    with school() as register:
        assert due(register, on) == found
        for one in register.due_for_erasure(on=on):
            assert (one.last_day, one.kept_until) == (LEFT, date(2024, 5, 31))


@pytest.mark.parametrize(("on", "found"), [(date(2031, 12, 31), []), (date(2032, 1, 1), ["L-1"])])
def test_documents_are_kept_as_long_as_the_programme_says(on: date, found: list[str]) -> None:
    with school(documents="2031-12-31") as register:
        assert due(register, on) == found


def test_whatever_happens_later_begins_the_term_anew() -> None:
    with school() as register:
        with register.unit_of_work() as work:
            work.plans.put(work.plans.get("P-1").changed(preparation_paid_on=date(2024, 1, 15)))
        assert due(register, date(2025, 1, 15)) == []
        assert due(register, date(2025, 1, 16)) == ["L-1"]


@pytest.mark.parametrize(("kind", "entity_id"), [("learner", "L-2"), ("enrolment", "E-2")])
def test_who_is_enrolled_still_is_not_due_unless_the_school_no_longer_has_the_child(kind: str, entity_id: str) -> None:
    with school() as register:
        assert due(register, date(2060, 1, 1)) == ["L-1"]
        row: dict[str, Any] = {"kind": kind, "entity_id": entity_id, "fingerprint": "f", "read_on": LEFT}
        with register.unit_of_work() as work:
            work.transaction.insert(
                tables.SOURCE_KEYS, [{**row, "source": "skola", "identity": "1", "withdrawn_on": date(2023, 10, 1)}]
            )
        assert due(register, date(2024, 10, 1)) == ["L-1"]
        assert due(register, date(2024, 10, 2)) == ["L-1", "L-2"]
        with register.unit_of_work() as work:  # another school has the child
            work.transaction.insert(tables.SOURCE_KEYS, [{**row, "source": "cita", "identity": "1", "withdrawn_on": None}])
        assert due(register, date(2060, 1, 1)) == ["L-1"]


def test_who_was_erased_is_not_due_again_and_of_whom_nothing_ever_happened_has_no_term() -> None:
    with school() as register:
        with register.unit_of_work() as work:
            work.learners.add(Learner(id="L-3", given_name="Nekas", family_name="Nebija"))
        register.erase_learner("L-1", on=date(2024, 6, 1), by=CLERK, reason="Termiņš.")
        assert due(register, date(2060, 1, 1)) == []


def test_those_who_were_kept_longest_come_first() -> None:
    with school() as register:
        with register.unit_of_work() as work:
            for n, day in (("4", date(2022, 6, 1)), ("5", date(2021, 6, 1))):
                work.learners.add(Learner(id=f"L-{n}", given_name="x", family_name="y"))
                fields = {"id": f"E-{n}", "learner_id": f"L-{n}", "institution_id": "I-1", "track": "general", "level": 5}
                work.enrolments.add(Enrolment.model_validate({**fields, "first_day": date(2020, 9, 1), "last_day": day}))
        assert due(register, date(2060, 1, 1)) == ["L-5", "L-4", "L-1"]


@given(day=st.dates(max_value=date(9000, 1, 1)), months=st.integers(0, 1200))
def test_months_later_is_the_same_day_of_the_month_or_the_last_of_a_shorter_one(day: date, months: int) -> None:
    later = months_after(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day <= day.day
    if later.day < day.day:
        assert date.fromordinal(later.toordinal() + 1).day == 1


def test_a_term_beyond_all_days_never_ends() -> None:
    assert months_after(date(9999, 1, 1), 12) == date.max
