"""A host's own object as facts: whatever has the attributes will do, and what it says of itself comes through."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, make_dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from pydantic import BaseModel, computed_field

from pmp_core.errors import FactError
from pmp_core.learners.rules import TARGET_GROUP
from pmp_core.programme import Pack
from pmp_core.rules import BoundRule

ON = date(2021, 9, 1)


@pytest.fixture(scope="module")
def target_group(pack: Pack) -> BoundRule:
    return BoundRule(TARGET_GROUP, pack)


@dataclass
class Pupil:
    on: date
    track: str
    level: int | None
    name: str = "Anna"


class PupilTuple(NamedTuple):
    level: int | None
    on: date
    track: str


class PupilModel(BaseModel):
    on: date
    track: str
    grade: int

    @computed_field  # type: ignore[prop-decorator]
    @property
    def level(self) -> int:
        return self.grade


class Proxy:
    """Hands every attribute on, as rows of databases and lazy objects do."""

    def __init__(self, behind: dict[str, Any]) -> None:
        self._behind = behind

    def __getattr__(self, name: str) -> Any:
        try:
            return self._behind[name]
        except KeyError:
            raise AttributeError(name) from None


@pytest.mark.parametrize(
    "facts",
    [
        Pupil(ON, "general", 3),
        make_dataclass("Slotted", ["on", "track", "level"], slots=True)(ON, "general", 3),
        make_dataclass("Frozen", ["on", "track", "level"], frozen=True)(ON, "general", 3),
        PupilTuple(3, ON, "general"),
        PupilModel(on=ON, track="general", grade=3),
        Proxy({"on": ON, "track": "general", "level": 3}),
        SimpleNamespace(on=ON, track="general", level=3),
    ],
    ids=lambda facts: type(facts).__name__,
)
def test_any_object_with_the_attributes_will_do(target_group: BoundRule, facts: object) -> None:
    result = target_group.decide(facts)
    assert (result.outcome, result.facts) == ("granted", (ON, "general", 3))


def test_a_class_can_be_the_facts_too(target_group: BoundRule) -> None:
    class Fixed:
        on, track, level = date(2021, 8, 31), "general", 3

    assert target_group.decide(Fixed).reasons == ("target-group",)


def test_rows_of_a_database_are_a_mapping_or_have_attributes(target_group: BoundRule) -> None:
    sqlalchemy: Any = pytest.importorskip("sqlalchemy")
    engine = sqlalchemy.create_engine("sqlite://")
    with engine.connect() as connection:
        row = connection.execute(sqlalchemy.text("select 'general' as track, 3 as level, 'x' as name")).one()
        with pytest.raises(FactError, match="a Row, have no attribute 'on'"):
            target_group.decide(row)
        assert target_group.decide(row._mapping, on=ON).outcome == "granted"
    engine.dispose()


def test_a_row_that_is_no_mapping_is_made_one(target_group: BoundRule) -> None:
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    row = connection.execute("select 'general' as track, 3 as level").fetchone()
    connection.close()
    with pytest.raises(FactError, match="fact-lacking"):
        target_group.decide(row)
    assert target_group.decide(dict(row), on=ON).outcome == "granted"


# --- what is lacking, and what only failed -----------------------------------------------------------------------------------


class Slotted:
    __slots__ = ("level", "on", "track")
    on: date
    track: str
    level: int


def lacking(target_group: BoundRule, facts: object) -> FactError:
    with pytest.raises(FactError) as caught:
        target_group.decide(facts)
    assert caught.value.code == "fact-lacking"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    return caught.value


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        (SimpleNamespace(on=ON, track="general"), "level"),
        (Proxy({"on": ON, "level": 3}), "track"),
        (PupilModel(on=ON, track="general", grade=3).model_construct(on=ON, grade=3), "track"),
        (object(), "on"),
        (ON, "on"),
        (3, "on"),
    ],
)
def test_an_attribute_that_is_not_there_is_lacking(target_group: BoundRule, facts: object, name: str) -> None:
    assert f"a {type(facts).__name__}, have no attribute {name!r}" in lacking(target_group, facts).message


def test_a_slot_that_was_never_filled_is_lacking_too(target_group: BoundRule) -> None:
    facts = Slotted()
    facts.on, facts.track = ON, "general"
    assert "'level'" in lacking(target_group, facts).message


class Raising:
    """A host's own object, one of whose properties does not work."""

    on, track, school = ON, "general", None

    def __init__(self, error: str) -> None:
        self.error = error

    @property
    def level(self) -> int:
        match self.error:
            case "nested":
                return self.school.level  # type: ignore[attr-defined,no-any-return]
            case "own":
                return self.grade  # type: ignore[attr-defined,no-any-return]
            case "plain":
                raise AttributeError("the register does not answer")
            case _:
                raise ValueError("the register does not answer")


class RaisingProxy(Raising):
    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"there is no {name}")


@pytest.mark.parametrize("host", [Raising, RaisingProxy])
@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        ("nested", AttributeError, "'NoneType' object has no attribute 'level'"),
        ("own", AttributeError, "grade"),
        ("plain", AttributeError, "the register does not answer"),
        ("other", ValueError, "the register does not answer"),
    ],
)
def test_an_error_inside_a_property_is_the_hosts_own_and_no_missing_fact(
    target_group: BoundRule, host: type[Raising], error: str, kind: type[Exception], words: str
) -> None:
    words = "there is no level" if host is RaisingProxy and kind is AttributeError else words
    with pytest.raises(kind, match=words) as caught:
        target_group.decide(host(error))
    assert not isinstance(caught.value, FactError)
    assert any(entry.name in ("level", "__getattr__") for entry in caught.traceback)
