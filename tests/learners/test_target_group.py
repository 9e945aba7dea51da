"""The target groups of individual support and of youth projects, on the days on which the law of either programme changes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pmp_core.errors import FactError
from pmp_core.loading import load_programme

PROGRAMMES = {id: load_programme(id) for id in ("lv-8.3.4", "lv-4.2.3.1")}
RULE = PROGRAMMES["lv-8.3.4"].rule("target-group")
BOTH = ("target-group", "target-group-youth-projects")
GENERAL, VOCATIONAL = range(1, 13), range(1, 5)
EVERYONE = [*(("general", level) for level in GENERAL), *(("vocational", level) for level in VOCATIONAL)]
FIRST_DAYS = {"lv-8.3.4": date(2017, 3, 1), "lv-4.2.3.1": date(2024, 7, 1)}
LAST_DAYS = {"lv-8.3.4": date(2023, 12, 31), "lv-4.2.3.1": date(2029, 8, 31)}
Answer = tuple[str, tuple[str, ...]]


def answer(on: date, track: str | None, level: int | None, programme: str = "lv-8.3.4", rule: str = "target-group") -> Answer:
    result = PROGRAMMES[programme].rule(rule).decide(on=on, track=track, level=level)
    return result.outcome, result.reasons


YES: Answer = ("granted", ())
NOT_THEM: Answer = ("refused", ("target-group",))
NO_PROGRAMME = "programme-in-force"


@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_grades_1_to_4_belong_from_1_september_2021(level: int) -> None:
    assert answer(date(2021, 8, 31), "general", level) == NOT_THEM
    assert answer(date(2021, 9, 1), "general", level) == YES


@pytest.mark.parametrize("rule", BOTH)
@pytest.mark.parametrize(("track", "level"), [("general", 5), ("general", 12), ("vocational", 1), ("vocational", 4)])
def test_grades_5_to_12_and_all_courses_belong_from_1_march_2017(rule: str, track: str, level: int) -> None:
    before, after = (answer(day, track, level, rule=rule) for day in (date(2017, 2, 28), date(2017, 3, 1)))
    assert before[0] == "refused"
    assert NO_PROGRAMME in before[1]
    assert after == YES


@pytest.mark.parametrize(("track", "level"), EVERYONE)
def test_everyone_belongs_until_31_december_2023_and_nobody_after(track: str, level: int) -> None:
    assert answer(date(2023, 12, 31), track, level) == YES
    assert answer(date(2024, 1, 1), track, level)[0] == "refused"
    assert NO_PROGRAMME in answer(date(2024, 1, 1), track, level)[1]


@pytest.mark.parametrize(("track", "level"), EVERYONE)
def test_everyone_belongs_to_the_successor_from_1_july_2024_to_31_august_2029(track: str, level: int) -> None:
    days = (date(2024, 6, 30), date(2024, 7, 1), date(2029, 8, 31), date(2029, 9, 1))
    before, first, last, after = (answer(day, track, level, "lv-4.2.3.1") for day in days)
    assert (first, last) == (YES, YES)
    assert (before[0], after[0]) == ("refused", "refused")
    assert NO_PROGRAMME in before[1]
    assert after[1] == (NO_PROGRAMME,)


@pytest.mark.parametrize("day", [date(2024, 1, 1), date(2024, 6, 30)])
@pytest.mark.parametrize("programme", PROGRAMMES)
@pytest.mark.parametrize("rule", BOTH)
def test_between_the_two_programmes_nobody_belongs(day: date, programme: str, rule: str) -> None:
    for track, level in EVERYONE:
        outcome, reasons = answer(day, track, level, programme, rule)
        assert outcome == "refused"
        assert NO_PROGRAMME in reasons


@pytest.mark.parametrize("day", [date(2017, 3, 1), date(2021, 8, 31), date(2021, 9, 1), date(2023, 12, 31)])
@pytest.mark.parametrize("rule", BOTH)
def test_courses_1_to_4_belong_on_every_day_and_course_5_on_none(day: date, rule: str) -> None:
    assert [answer(day, "vocational", course, rule=rule) for course in range(6)] == [NOT_THEM, YES, YES, YES, YES, NOT_THEM]


@pytest.mark.parametrize("day", [date(2024, 7, 1), date(2029, 8, 31)])
def test_courses_1_to_4_belong_to_the_successor_and_course_5_does_not(day: date) -> None:
    assert [answer(day, "vocational", course, "lv-4.2.3.1") for course in range(6)] == [NOT_THEM, YES, YES, YES, YES, NOT_THEM]


@pytest.mark.parametrize("programme", PROGRAMMES)
@pytest.mark.parametrize("track", ["general", "vocational"])
@pytest.mark.parametrize("level", [0, 13])
def test_a_level_that_does_not_exist_is_refused_and_no_error(programme: str, track: str, level: int) -> None:
    for day in (FIRST_DAYS[programme], LAST_DAYS[programme]):
        assert answer(day, track, level, programme) == NOT_THEM


@pytest.mark.parametrize("programme", PROGRAMMES)
@pytest.mark.parametrize(("track", "level", "missing"), [("general", None, "level"), (None, 5, "track"), (None, None, "track")])
def test_a_missing_level_or_track_makes_it_undetermined_and_is_named(
    programme: str, track: str | None, level: int | None, missing: str
) -> None:
    assert answer(LAST_DAYS[programme], track, level, programme) == ("undetermined", (missing,))


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_out_of_the_programmes_days_a_missing_level_changes_nothing(programme: str) -> None:
    assert answer(date(2024, 1, 1), "general", None, programme)[0] == "refused"


@pytest.mark.parametrize("day", [date(2021, 8, 31), date(2021, 9, 1), date(2022, 3, 1), date(2023, 12, 31)])
def test_youth_projects_stay_with_grades_5_to_12(day: date) -> None:
    told = [answer(day, "general", level, rule="target-group-youth-projects") for level in range(14)]
    assert told == [NOT_THEM] * 5 + [YES] * 8 + [NOT_THEM]


@pytest.mark.parametrize(("rule", "told"), [("target-group", YES), ("target-group-youth-projects", NOT_THEM)])
def test_grade_4_in_2022_has_individual_support_and_no_youth_project(rule: str, told: Answer) -> None:
    assert answer(date(2022, 3, 1), "general", 4, rule=rule) == told


@pytest.mark.parametrize("track", ["general", "vocational"])
@pytest.mark.parametrize("day", [date(2024, 7, 1), date(2029, 8, 31)])
def test_whom_the_successors_projects_are_for_is_not_known_and_the_decision_names_the_value_to_set(day: date, track: str) -> None:
    path = f"target-group.youth-projects.{track}.levels"
    assert answer(day, track, 4, "lv-4.2.3.1", "target-group-youth-projects") == ("undetermined", (path,))


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
