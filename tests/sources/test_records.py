"""The records that a source sends: what makes two of them the same one, and what is refused at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from pmp_core.errors import MASK, PmpError
from pmp_core.sources import AbsenceRecord, EnrolmentRecord, InstitutionRecord, LearnerRecord, MarkRecord
from pmp_core.sources.records import RECORD_KINDS, RECORD_TYPES
from pmp_core.values import Semester

CODE = "010203-12345"


def enrolment(**fields: Any) -> EnrolmentRecord:
    given = {"learner_key": "A", "institution_key": "S", "track": "general", "level": 7, "first_day": date(2022, 9, 1)}
    return EnrolmentRecord.model_validate({**given, **fields})


def absence(**fields: Any) -> AbsenceRecord:
    given = {"learner_key": "A", "institution_key": "S", "day": date(2022, 9, 5), "lesson": 2, "absence": "unexcused"}
    return AbsenceRecord.model_validate({**given, **fields})


def mark(**fields: Any) -> MarkRecord:
    given = {"learner_key": "A", "institution_key": "S", "semester": "2022/23-1", "subject": "Ķīmija"}
    return MarkRecord.model_validate({**given, **fields})


def code_of(call: Callable[[], object]) -> str:
    """The code of our own error inside pydantic's."""
    with pytest.raises(ValidationError) as caught:
        call()
    cause = caught.value.errors()[0]["ctx"]["error"]
    assert isinstance(cause, PmpError)
    return cause.code


def test_every_kind_has_a_type_that_says_its_kind() -> None:
    assert tuple(RECORD_TYPES) == RECORD_KINDS
    assert all(record_type.kind == kind for kind, record_type in RECORD_TYPES.items())


def test_an_institution_and_a_learner_are_who_their_key_says() -> None:
    assert InstitutionRecord(key="S", name="Skola").identity == "S"
    assert LearnerRecord(key="A", given_name="Ērika", family_name="Žagare").identity == "A"


def test_an_enrolment_is_learner_school_and_first_day() -> None:
    assert enrolment().identity == "A|S|2022-09-01"
    assert enrolment(level=8, last_day=date(2022, 12, 1), class_name="8.a").identity == enrolment().identity
    others = {enrolment(learner_key="B").identity, enrolment(institution_key="T").identity}
    assert enrolment().identity not in {*others, enrolment(first_day=date(2022, 9, 2)).identity}


def test_an_absence_is_learner_school_day_and_lesson() -> None:
    assert absence().identity == "A|S|2022-09-05|2"
    assert absence(lesson=None).identity == "A|S|2022-09-05|day"
    assert absence(absence="excused").identity == absence().identity
    assert absence(lesson=0).identity != absence(lesson=None).identity


def test_a_mark_is_learner_school_semester_and_subject() -> None:
    assert mark(points=7).identity == "A|S|2022/23-1|Ķīmija"
    assert mark(word="nv").identity == mark(points=7).identity
    assert isinstance(mark(points=7).semester, Semester)


def test_an_enrolment_that_ends_before_it_begins_is_refused() -> None:
    assert code_of(lambda: enrolment(last_day=date(2022, 8, 31))) == "enrolment-reversed"


def test_an_enrolment_of_one_day_is_taken() -> None:
    assert enrolment(last_day=date(2022, 9, 1)).last_day == date(2022, 9, 1)


@pytest.mark.parametrize("fields", [{}, {"points": 7, "word": "nv"}])
def test_a_mark_is_points_or_a_word_and_never_both(fields: dict[str, Any]) -> None:
    assert code_of(lambda: mark(**fields)) == "mark-invalid"


@pytest.mark.parametrize("points", [0, 11, 7.0, "7", True])
def test_points_are_whole_numbers_from_1_to_10(points: object) -> None:
    with pytest.raises(ValidationError):
        mark(points=points)


def test_a_personal_code_is_no_key() -> None:
    assert code_of(lambda: InstitutionRecord(key=CODE, name="Skola")) == "id-is-personal-code"
    assert code_of(lambda: absence(learner_key="01020312345")) == "id-is-personal-code"


def test_a_personal_code_is_masked_in_every_look_of_a_record() -> None:
    record = LearnerRecord.model_validate({"key": "A", "given_name": "Ērika", "family_name": "Žagare", "personal_code": CODE})
    assert record.personal_code is not None
    assert record.personal_code.reveal() == CODE
    for look in (repr(record), str(record), record.model_dump_json()):
        assert CODE not in look
        assert CODE.replace("-", "") not in look
    assert MASK in record.model_dump_json()


def test_what_was_handed_in_wrong_is_not_repeated() -> None:
    with pytest.raises(ValidationError) as caught:
        LearnerRecord.model_validate({"key": "A", "given_name": "Ērika", "family_name": "Žagare", "personal_code": "secret"})
    assert "secret" not in str(caught.value)


def test_nothing_unknown_goes_into_a_record() -> None:
    with pytest.raises(ValidationError):
        mark(points=7, weight=2)
