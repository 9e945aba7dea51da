"""Who takes part: learners, enrolments, institutions, municipalities, agreements."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from pmp_core.errors import InvalidValue
from pmp_core.learners import Enrolment, Institution, Learner, Municipality, Partnership
from pmp_core.values import DayRange, Track

ENROLMENT = {
    "id": "E-1", "learner_id": "L-1", "institution_id": "I-1", "track": "general", "level": 5, "first_day": "2021-09-01",
}  # fmt: skip


def code_of(kind: Any, **fields: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        kind.model_validate(fields)
    error = caught.value.errors()[0]["ctx"]["error"]
    assert isinstance(error, InvalidValue)
    return error.code


@pytest.mark.parametrize("partner", [{"municipality_id": "M-1"}, {"institution_id": "I-1"}])
def test_an_agreement_is_with_a_municipality_or_with_an_institution(partner: dict[str, str]) -> None:
    agreement = Partnership.model_validate({"id": "P-1", "first_day": "2017-03-01", **partner})
    assert agreement.days == DayRange(date(2017, 3, 1), None)


@pytest.mark.parametrize("partner", [{}, {"municipality_id": "M-1", "institution_id": "I-1"}])
def test_an_agreement_with_nobody_or_with_both_is_refused(partner: dict[str, str]) -> None:
    assert code_of(Partnership, id="P-1", first_day="2017-03-01", **partner) == "partner-unclear"


@pytest.mark.parametrize(("kind", "fields"), [(Partnership, {"id": "P-1", "municipality_id": "M-1"}), (Enrolment, ENROLMENT)])
def test_what_ends_before_it_begins_is_refused(kind: Any, fields: dict[str, Any]) -> None:
    days = {"first_day": "2021-09-01", "last_day": "2021-08-31"}
    assert code_of(kind, **{**fields, **days}) == "days-reversed"
    one_day = kind.model_validate({**fields, **days, "last_day": "2021-09-01"})
    assert one_day.days.count == 1


def test_an_enrolment_has_track_level_and_days() -> None:
    enrolment = Enrolment.model_validate({**ENROLMENT, "class_name": "5.a"})
    assert (enrolment.track, enrolment.level, enrolment.days) == (Track.GENERAL, 5, DayRange(date(2021, 9, 1)))


@pytest.mark.parametrize("level", [0, 13])
def test_a_level_that_no_rule_knows_can_be_kept_for_a_rule_to_refuse(level: int) -> None:
    assert Enrolment.model_validate({**ENROLMENT, "level": level}).level == level


@pytest.mark.parametrize("wrong", [{"level": -1}, {"level": "5"}, {"track": "primary"}, {"learner_id": "010203-12345"}])
def test_an_enrolment_with_a_value_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        Enrolment.model_validate({**ENROLMENT, **wrong})


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ((Municipality, {"id": "M-1", "name": "Rīga", "territory_code": "1000"}), "territory-code-invalid"),
        ((Institution, {"id": "I-1", "name": "Skola", "registration_number": "12"}), "registration-number-invalid"),
    ],
)
def test_the_numbers_of_public_registers_are_checked(wrong: tuple[Any, dict[str, Any]], code: str) -> None:
    assert code_of(wrong[0], **wrong[1]) == code


@pytest.mark.parametrize(("middle", "shown"), [(None, "Anna Ozola"), ("Marta", "Anna Marta Ozola")])
def test_a_learner_is_called_by_all_names(middle: str | None, shown: str) -> None:
    learner = Learner(id="L-1", given_name="Anna", middle_name=middle, family_name="Ozola")
    assert learner.display_name == shown


def test_a_learner_shows_the_id_and_no_name_in_logs() -> None:
    learner = Learner(id="L-1", given_name="Anna", family_name="Ozola")
    for shown in (repr(learner), str(learner), f"{learner}", repr([learner])):
        assert "<Learner L-1>" in shown
        assert "Anna" not in shown


@pytest.mark.parametrize(
    ("day", "age"), [(date(2021, 9, 1), 9), (date(2021, 9, 2), 10), (date(2022, 9, 1), 10), (date(2022, 9, 2), 11)]
)
def test_age_is_counted_in_completed_years(day: date, age: int) -> None:
    learner = Learner(id="L-1", given_name="Anna", family_name="Ozola", birth_date=date(2011, 9, 2))
    assert learner.age_on(day) == age


def test_without_a_birth_date_there_is_no_age() -> None:
    assert Learner(id="L-1", given_name="Anna", family_name="Ozola").age_on(date(2021, 9, 1)) is None
