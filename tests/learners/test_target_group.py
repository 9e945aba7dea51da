"""The rule `target-group`, on the days on which the law changes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pmp_core.errors import FactError
from pmp_core.loading import load_programme

RULE = load_programme("lv-8.3.4").rule("target-group")
GENERAL, VOCATIONAL = range(1, 13), range(1, 5)


def answer(on: date, track: str | None, level: int | None) -> tuple[str, tuple[str, ...]]:
    result = RULE.decide(on=on, track=track, level=level)
    return result.outcome, result.reasons


YES: tuple[str, tuple[str, ...]] = ("granted", ())
NOT_THEM = ("refused", ("target-group",))


@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_grades_1_to_4_belong_from_1_september_2021(level: int) -> None:
    assert answer(date(2021, 8, 31), "general", level) == NOT_THEM
    assert answer(date(2021, 9, 1), "general", level) == YES


@pytest.mark.parametrize(("track", "level"), [("general", 5), ("general", 12), ("vocational", 1), ("vocational", 4)])
def test_grades_5_to_12_and_all_courses_belong_from_1_march_2017(track: str, level: int) -> None:
    assert answer(date(2017, 2, 28), track, level)[0] == "refused"
    assert "programme-in-force" in answer(date(2017, 2, 28), track, level)[1]
    assert answer(date(2017, 3, 1), track, level) == YES


@pytest.mark.parametrize(
    ("track", "level"), [*(("general", level) for level in GENERAL), *(("vocational", level) for level in VOCATIONAL)]
)
def test_everyone_belongs_until_31_december_2023_and_nobody_after(track: str, level: int) -> None:
    assert answer(date(2023, 12, 31), track, level) == YES
    assert answer(date(2024, 1, 1), track, level)[0] == "refused"
    assert "programme-in-force" in answer(date(2024, 1, 1), track, level)[1]


@pytest.mark.parametrize("day", [date(2017, 3, 1), date(2021, 8, 31), date(2021, 9, 1), date(2023, 12, 31)])
def test_courses_1_to_4_belong_on_every_day_and_course_5_on_none(day: date) -> None:
    assert [answer(day, "vocational", course) for course in range(6)] == [NOT_THEM, YES, YES, YES, YES, NOT_THEM]


@pytest.mark.parametrize("track", ["general", "vocational"])
@pytest.mark.parametrize("level", [0, 13])
def test_a_level_that_does_not_exist_is_refused_and_no_error(track: str, level: int) -> None:
    assert answer(date(2021, 9, 1), track, level) == NOT_THEM


@pytest.mark.parametrize(("track", "level", "missing"), [("general", None, "level"), (None, 5, "track"), (None, None, "track")])
def test_a_missing_level_or_track_makes_it_undetermined_and_is_named(track: str | None, level: int | None, missing: str) -> None:
    assert answer(date(2021, 9, 1), track, level) == ("undetermined", (missing,))


def test_out_of_the_programmes_days_a_missing_level_changes_nothing() -> None:
    assert answer(date(2024, 1, 1), "general", None)[0] == "refused"


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"on": None, "track": "general", "level": 5}, "fact-required"),
        ({"on": date(2021, 9, 1), "track": "primary", "level": 5}, "fact-value"),
        ({"on": date(2021, 9, 1), "track": "general", "levle": 5}, "fact-unknown"),
        ({"on": date(2021, 9, 1), "track": "general", "level": 5.0}, "fact-type"),
    ],
)
def test_facts_that_cannot_be_are_errors_and_no_refusals(facts: dict[str, Any], code: str) -> None:
    with pytest.raises(FactError) as caught:
        RULE.decide(**facts)
    assert caught.value.code == code


@pytest.mark.parametrize(("day", "state"), [(date(2021, 8, 31), "5–12"), (date(2021, 9, 1), "1–12")])
def test_a_decision_cites_the_grades_in_force_on_the_day(day: date, state: str) -> None:
    decision = RULE.decide(on=day, track="general", level=3).decision(decided_on=day)
    clause = next(c for step in decision.steps for c in step.clauses if c.path == "target-group.iap-support.general.levels")
    assert clause.written is not None
    assert clause.written["lv"] == state
    assert clause.source
