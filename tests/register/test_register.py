"""The unit of work and its collections: what is kept, what is refused, and what is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import pmp_storage_sql.plugin
from pmp_core.compensation import Claim
from pmp_core.errors import (
    InvalidValue,
    NotFound,
    NotUnique,
    PmpError,
    RegisterError,
    VersionConflict,
)
from pmp_core.learners import Enrolment, Institution, Learner
from pmp_core.plans import SupportPlan
from pmp_core.plugins import PluginSet
from pmp_core.register import Register
from pmp_core.register.register import random_id
from pmp_core.risks import Absence
from pmp_core.values import AbsenceKind, Actor, Money, OpaqueId, Track

ACTOR = Actor(name="Ilze Kalna", role="plan-author")
PLUGINS = PluginSet([("sql", pmp_storage_sql.plugin)])
ANNA = Learner(id="L-1", given_name="Anna", family_name="Ozola")
SCHOOL = Institution(id="I-1", name="Skola")


def plan(id: str = "P-1", **fields: Any) -> SupportPlan:
    return SupportPlan.model_validate(
        {
            "id": id, "learner_id": "L-1", "institution_id": "I-1", "partner_kind": "municipality", "semester": "2022/23-1",
            "first_day": "2022-09-12", "last_day": "2022-12-23", "entered_on": "2022-09-09", "prepared_by": "Ilze",
            "status": "draft", **fields,
        }
    )  # fmt: skip


def error_of(kind: type[PmpError], call: Callable[[], object]) -> PmpError:
    with pytest.raises(kind) as caught:
        call()
    assert caught.value.remedy
    return caught.value


@pytest.fixture(params=["memory", "sqlite"])
def register(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Register]:
    target = "memory:" if request.param == "memory" else tmp_path / "register.sqlite"
    with Register.open(target, actor=ACTOR, programme="lv-8.3.4", plugins=PLUGINS, access="host") as made:
        with made.unit_of_work() as work:
            work.institutions.add(SCHOOL)
            work.learners.add(ANNA)
        yield made


def test_a_new_register_is_empty_and_knows_its_programme_and_actor(register: Register) -> None:
    assert (register.programme.id, register.actor) == ("lv-8.3.4", ACTOR)
    with register.unit_of_work() as work:
        assert (work.learners.count(), work.plans.count(), work.plans.find()) == (1, 0, [])


def test_what_a_register_shows_of_itself_names_no_learner(register: Register) -> None:
    assert repr(register) == f"<Register on {register.storage.name}, lv-8.3.4, as plan-author>"


def test_a_closed_register_is_not_worked_with(register: Register) -> None:
    register.close()
    with pytest.raises(RegisterError) as caught, register.unit_of_work():
        pass
    assert caught.value.code == "storage-closed"


def test_a_unit_of_work_keeps_all_of_it(register: Register) -> None:
    with register.unit_of_work() as work:
        work.plans.add(plan())
        work.learners.put(work.learners.get("L-1").changed(given_name="Marta"))
    with register.unit_of_work() as work:
        assert work.plans.count() == 1
        assert work.learners.get("L-1").given_name == "Marta"


def test_a_unit_of_work_that_raises_keeps_nothing(register: Register) -> None:
    def half() -> None:
        with register.unit_of_work() as work:
            work.plans.add(plan())
            work.learners.put(work.learners.get("L-1").changed(given_name="Marta"))
            raise LookupError

    with pytest.raises(LookupError):
        half()
    with register.unit_of_work() as work:
        assert (work.plans.count(), work.learners.get("L-1")) == (0, ANNA.changed(version=1))


def test_a_dry_run_shows_what_it_would_do_and_keeps_nothing(register: Register) -> None:
    with register.unit_of_work(keep=False) as work:
        work.plans.add(plan())
        assert work.plans.count() == 1
    with register.unit_of_work() as work:
        assert work.plans.count() == 0


def test_a_unit_of_work_inside_another_is_an_error_and_not_a_wait_for_ever(register: Register) -> None:
    with register.unit_of_work() as work:
        assert error_of(RegisterError, lambda: register.decisions("C-1")).code == "unit-of-work-open"
        assert work.learners.count() == 1
    with register.unit_of_work() as work:
        assert work.learners.count() == 1


def test_what_a_colleague_changed_meanwhile_is_not_overwritten(register: Register) -> None:
    with register.unit_of_work() as work:
        mine = work.learners.get("L-1")
        theirs = work.learners.put(mine.changed(given_name="Marta"))
        assert error_of(VersionConflict, lambda: work.learners.put(mine.changed(given_name="Zane"))).code == "version-conflict"
        assert work.learners.get("L-1") == theirs
        assert (mine.version, theirs.version) == (1, 2)


def test_a_new_entity_gets_the_first_version_whatever_it_came_with(register: Register) -> None:
    with register.unit_of_work() as work:
        assert work.learners.add(ANNA.changed(id="L-2", version=7)).version == 1


def test_what_is_not_there_is_not_found(register: Register) -> None:
    with register.unit_of_work() as work:
        error = error_of(NotFound, lambda: work.learners.get("L-9"))
        assert (error.code, error.found) == ("not-found", "L-9")
        assert error_of(NotFound, lambda: work.learners.put(ANNA.changed(id="L-9"))).code == "not-found"


def test_an_id_is_taken_once(register: Register) -> None:
    with register.unit_of_work() as work:
        assert error_of(NotUnique, lambda: work.learners.add(ANNA)).code == "not-unique"
        assert work.learners.count() == 1


def test_what_refers_to_nothing_is_not_kept(register: Register) -> None:
    with register.unit_of_work() as work:
        assert error_of(RegisterError, lambda: work.plans.add(plan(learner_id="L-9"))).code == "reference-missing"


def test_nothing_to_add_adds_nothing(register: Register) -> None:
    with register.unit_of_work() as work:
        assert work.learners.add_all(iter(())) == []


def test_a_second_plan_for_a_learner_and_semester_is_refused_by_the_storage(register: Register) -> None:
    with register.unit_of_work() as work:
        work.plans.add(plan())
        assert error_of(NotUnique, lambda: work.plans.add(plan("P-2"))).code == "not-unique"
        work.plans.add(plan("P-3", semester="2022/23-2"))


def test_a_released_plan_gives_the_place_to_one_other(register: Register) -> None:
    with register.unit_of_work() as work:
        work.plans.put(work.plans.add(plan()).changed(released=True))
        work.plans.add(plan("P-2", released=True))
        work.plans.add(plan("P-3"))
        assert error_of(NotUnique, lambda: work.plans.add(plan("P-4"))).code == "not-unique"
        assert [found.id for found in work.plans.find(released=False)] == ["P-3"]


def learners(register: Register, **where: Any) -> list[str]:
    with register.unit_of_work() as work:
        found = [learner.id for learner in work.learners.find(**where)]
        assert work.learners.count(**{k: v for k, v in where.items() if k not in ("order", "limit")}) >= len(found)
        return found


@pytest.fixture
def several(register: Register) -> Register:
    names = [("L-3", "Ēriks", None), ("L-2", "Anna", "2010-01-02")]
    with register.unit_of_work() as work:
        for id, name, born in names:
            work.learners.add(Learner.model_validate({**ANNA.model_dump(), "id": id, "given_name": name, "birth_date": born}))
    return register


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        ({}, ["L-1", "L-2", "L-3"]),
        ({"given_name": "Anna"}, ["L-1", "L-2"]),
        ({"given_name": ["Anna", "Ēriks"], "birth_date": None}, ["L-1", "L-3"]),
        ({"id": ()}, []),
        ({"id": {"L-1"}}, ["L-1"]),
        ({"id": OpaqueId("L-1")}, ["L-1"]),
        ({"order": ("-id",)}, ["L-3", "L-2", "L-1"]),
        ({"order": ("given_name", "-id")}, ["L-2", "L-1", "L-3"]),
        ({"order": ("birth_date",), "limit": 2}, ["L-1", "L-3"]),
        ({"limit": 0}, []),
    ],
)
def test_find_gives_what_equals_in_order_and_not_more_than_asked(
    several: Register, where: dict[str, Any], ids: list[str]
) -> None:
    assert learners(several, **where) == ids


def test_money_and_codes_are_searched_and_sorted_by_as_they_stand_in_the_entity(register: Register) -> None:
    with register.unit_of_work() as work:
        work.plans.add(plan())
        for id, amount in (("C-1", "2.00"), ("C-2", "10.00")):
            fields = {"id": id, "plan_id": "P-1", "measure": 1, "kind": "catering", "first_day": "2022-10-03",
                      "last_day": "2022-10-03", "requested": amount, "status": "draft"}  # fmt: skip
            work.claims.add(Claim.model_validate(fields))
        assert [c.id for c in work.claims.find(requested=Money("10.00"))] == ["C-2"]
        assert [c.id for c in work.claims.find(order=("-requested",))] == ["C-2", "C-1"]
        enrolment = {"id": "E-1", "learner_id": "L-1", "institution_id": "I-1", "track": "general", "level": 5,
                     "first_day": "2021-09-01"}  # fmt: skip
        work.enrolments.add(Enrolment.model_validate(enrolment))
        assert work.enrolments.count(track=Track.GENERAL) == 1
        assert work.enrolments.count(track=Track.VOCATIONAL) == 0


@pytest.mark.parametrize("name", ["stauts", "holds_place", "risks", "requested_cents", "Status"])
def test_find_count_and_order_know_the_fields_of_the_entity_and_no_others(register: Register, name: str) -> None:
    named: dict[str, Any] = {name: 1}
    with register.unit_of_work() as work:
        for call in (
            lambda: work.plans.find(**named),
            lambda: work.plans.count(**named),
            lambda: work.plans.find(order=(f"-{name}",)),
        ):
            error = error_of(InvalidValue, call)
            assert error.code == "field-unknown"
            assert repr(name) in error.message


def test_the_nearest_field_is_named(register: Register) -> None:
    with register.unit_of_work() as work:
        assert "status" in error_of(InvalidValue, lambda: work.plans.find(stauts="draft")).remedy


def test_absences_that_a_school_withdrew_are_taken_out(register: Register) -> None:
    with register.unit_of_work() as work:
        for id in ("1", "2", "3"):
            fields = {
                "id": id,
                "learner_id": "L-1",
                "institution_id": "I-1",
                "day": "2022-10-03",
                "absence": AbsenceKind.UNEXCUSED,
            }
            work.absences.add(Absence.model_validate({**fields, "source": "e-klase"}))
        assert work.absences.remove(iter(["1", "3", "nothing"])) == 2
        assert [absence.id for absence in work.absences.find()] == ["2"]


def test_a_random_id_can_be_read_aloud_and_is_an_id() -> None:
    made = {random_id("L") for _ in range(200)}
    assert len(made) == 200
    for id in made:
        assert OpaqueId(id).startswith("L-")
        assert len(id) == 12
        assert not set(id[2:]) & set("01ILO")
