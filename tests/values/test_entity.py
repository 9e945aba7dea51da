"""What all exchanged things share: frozen, closed, exact days and counts, silent about their contents."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from pmp_core.values import Actor, Count, Day, Entity, Name, Note


class Thing(Entity):
    """One of each kind of field."""

    day: Day = date(2021, 9, 1)
    count: Count = 0
    name: Name = "a"
    note: Note = "b"


@pytest.mark.parametrize("day", [date(2021, 9, 1), "2021-09-01"])
def test_a_day_is_a_date_or_iso_text(day: Any) -> None:
    assert Thing(day=day).day == date(2021, 9, 1)


@pytest.mark.parametrize("day", [datetime(2021, 9, 1), 0, 18871.0, None, b"2021-09-01", "1.9.2021"])  # noqa: DTZ001
def test_nothing_else_is_a_day(day: Any) -> None:
    with pytest.raises(ValidationError, match="day-invalid"):
        Thing(day=day)


@pytest.mark.parametrize("count", [-1, 1.0, "1", True, None])
def test_a_count_is_a_whole_number_from_0(count: Any) -> None:
    with pytest.raises(ValidationError):
        Thing(count=count)


@pytest.mark.parametrize(("field", "most"), [("name", 200), ("note", 10_000)])
def test_words_are_stripped_not_empty_and_not_endless(field: str, most: int) -> None:
    assert getattr(Thing.model_validate({field: " ž "}), field) == "ž"
    assert len(getattr(Thing.model_validate({field: "x" * most}), field)) == most
    for wrong in ("", "  ", "x" * (most + 1), 5):
        with pytest.raises(ValidationError):
            Thing.model_validate({field: wrong})


def test_an_entity_does_not_change() -> None:
    thing = Thing()
    with pytest.raises(ValidationError, match="frozen"):
        thing.count = 2


def test_nothing_unknown_goes_into_an_entity() -> None:
    with pytest.raises(ValidationError, match="colour"):
        Thing.model_validate({"colour": 1})


def test_a_changed_copy_is_validated_and_leaves_the_first_as_it_was() -> None:
    thing = Thing(name="z")
    assert thing.changed(count=3) == Thing(name="z", count=3)
    assert thing.count == 0
    for wrong in ({"count": -1}, {"colour": 1}):
        with pytest.raises(ValidationError):
            thing.changed(**wrong)


def test_a_validation_error_does_not_repeat_what_was_handed_in() -> None:
    with pytest.raises(ValidationError) as caught:
        Thing.model_validate({"count": "secret", "day": "secret too"})
    assert "secret'" not in str(caught.value)


def test_an_actor_of_the_state_has_no_scope() -> None:
    actor = Actor(name="Anna Ozola", role="ikvd")
    assert (actor.institution_id, actor.municipality_id) == (None, None)


@pytest.mark.parametrize("field", ["name", "role"])
def test_an_actor_has_a_name_and_a_role(field: str) -> None:
    with pytest.raises(ValidationError, match=field):
        Actor.model_validate({"name": "Anna", "role": "ikvd", field: " "})
