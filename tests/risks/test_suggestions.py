"""Suggested risks: a named person decides, with a reason, once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from pmp_core.errors import InvalidValue, StepRefused
from pmp_core.risks import Absence, Mark, RiskSuggestion
from pmp_core.values import AbsenceKind, Actor, Semester, SuggestionState

DAY = date(2022, 11, 1)
PSYCHOLOGIST = Actor(name="Ilze Kalna", role="plan-author")
OPEN: dict[str, Any] = {
    "id": "R-1", "learner_id": "L-1", "institution_id": "I-1", "semester": "2022/23-1", "factor": "unexcused-absence",
    "suggested_on": DAY, "signal": "signal-unexcused-lessons", "measured": 21, "threshold": 20,
}  # fmt: skip
PERSON = {"decided_by": "Ilze Kalna", "decided_role": "plan-author", "decided_on": DAY}


def made(**fields: Any) -> RiskSuggestion:
    return RiskSuggestion.model_validate({**OPEN, **fields})


def code_of(**fields: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        made(**fields)
    error = caught.value.errors()[0]["ctx"]["error"]
    assert isinstance(error, InvalidValue)
    assert error.remedy
    return error.code


def test_a_signal_suggests_and_decides_nothing() -> None:
    suggestion = made()
    assert suggestion.state is SuggestionState.OPEN
    assert suggestion.decided_by is None


@pytest.mark.parametrize("state", ["confirmed", "rejected"])
@pytest.mark.parametrize("left_out", [*PERSON, None])
def test_a_decided_risk_names_the_person_the_role_and_the_day(state: str, left_out: str | None) -> None:
    person = {name: value for name, value in PERSON.items() if name != left_out}
    if left_out is None:
        assert made(state=state, reason="Pārrunāts.", **person).decided_by == "Ilze Kalna"
    else:
        assert code_of(state=state, reason="Pārrunāts.", **person) == "suggestion-undecided"


@pytest.mark.parametrize("given", [*({name: value} for name, value in PERSON.items()), PERSON])
def test_an_open_suggestion_names_nobody_who_decided(given: dict[str, Any]) -> None:
    assert code_of(**given) == "suggestion-undecided"


def test_rejecting_needs_a_reason_and_confirming_a_signal_does_not() -> None:
    assert code_of(state="rejected", **PERSON) == "suggestion-without-reason"
    assert made(state="confirmed", **PERSON).reason is None


def test_a_risk_without_a_signal_needs_a_reason() -> None:
    assert code_of(signal=None, state="confirmed", **PERSON) == "suggestion-without-reason"
    assert made(signal=None, state="confirmed", reason="Runā mamma.", **PERSON).signal is None


def test_a_person_confirms_with_name_role_and_day() -> None:
    decided = made().confirm(by=PSYCHOLOGIST, on=DAY)
    assert (decided.state, decided.decided_by, decided.decided_role, decided.decided_on) == (
        SuggestionState.CONFIRMED,
        "Ilze Kalna",
        "plan-author",
        DAY,
    )
    assert decided.measured == 21


def test_a_person_rejects_with_a_reason() -> None:
    decided = made().reject(by=PSYCHOLOGIST, on=DAY, reason="Slimoja, zīme nodota vēlāk.")
    assert (decided.state, decided.reason) == (SuggestionState.REJECTED, "Slimoja, zīme nodota vēlāk.")


@pytest.mark.parametrize("step", ["confirm", "reject"])
def test_a_suggestion_is_decided_on_its_day_or_later_never_before(step: str) -> None:
    with pytest.raises(StepRefused) as caught:
        getattr(made(), step)(by=PSYCHOLOGIST, on=date(2022, 10, 31), reason="Tā.")
    assert (caught.value.code, caught.value.found) == ("suggestion-before", "2022-10-31")


def test_an_empty_reason_rejects_nothing() -> None:
    with pytest.raises(ValidationError):
        made().reject(by=PSYCHOLOGIST, on=DAY, reason=" ")


@pytest.mark.parametrize("first", ["confirm", "reject"])
@pytest.mark.parametrize("second", ["confirm", "reject"])
def test_a_suggestion_is_decided_only_once(first: str, second: str) -> None:
    decided = getattr(made(), first)(by=PSYCHOLOGIST, on=DAY, reason="Tā.")
    with pytest.raises(StepRefused) as caught:
        getattr(decided, second)(by=PSYCHOLOGIST, on=DAY, reason="Citādi.")
    assert caught.value.code == "suggestion-decided"
    assert caught.value.found == decided.state


def test_a_person_adds_a_risk_of_her_own_already_confirmed() -> None:
    added = RiskSuggestion.added(
        id="R-2", learner_id="L-1", institution_id="I-1", semester=Semester("2022/23-1"), factor="parents-away",
        by=PSYCHOLOGIST, on=DAY, reason="Vecāki ārzemēs.",
    )  # fmt: skip
    assert (added.state, added.signal, added.decided_by, added.suggested_on) == (
        SuggestionState.CONFIRMED,
        None,
        "Ilze Kalna",
        DAY,
    )
    with pytest.raises(StepRefused):
        added.reject(by=PSYCHOLOGIST, on=DAY, reason="Tomēr ne.")


ABSENCE = {
    "id": "A-1", "learner_id": "L-1", "institution_id": "I-1", "day": "2022-10-03", "absence": "unexcused", "source": "e-klase",
}  # fmt: skip
MARK = {
    "id": "K-1", "learner_id": "L-1", "institution_id": "I-1", "semester": "2022/23-1", "subject": "Matemātika", "source": "e-klase",
}  # fmt: skip


def test_an_absence_is_of_a_lesson_or_of_a_whole_day() -> None:
    assert Absence.model_validate(ABSENCE).lesson is None
    lesson = Absence.model_validate({**ABSENCE, "lesson": 0})
    assert (lesson.lesson, lesson.absence) == (0, AbsenceKind.UNEXCUSED)


@pytest.mark.parametrize("wrong", [{"lesson": -1}, {"lesson": "1"}, {"absence": "n"}, {"id": ""}, {"day": "2022-02-30"}])
def test_an_absence_with_a_value_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        Absence.model_validate({**ABSENCE, **wrong})


@pytest.mark.parametrize(("points", "taken"), [(0, False), (1, True), (10, True), (11, False), ("4", False), (4.0, False)])
def test_a_mark_has_1_to_10_points(points: Any, taken: bool) -> None:
    if taken:
        assert Mark.model_validate({**MARK, "points": points}).points == points
    else:
        with pytest.raises(ValidationError, match="points"):
            Mark.model_validate({**MARK, "points": points})


def test_a_mark_may_be_a_word() -> None:
    assert Mark.model_validate({**MARK, "word": "ieskaitīts"}).points is None
