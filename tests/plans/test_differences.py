"""What two versions of a plan say otherwise."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmp_core.plans import PlanDifference, SupportPlan
from pmp_core.values import Semester

FACTORS = ("violence", "often-ill", "parents-away")
MEASURES = tuple(
    {"number": n, "kind": "consultation", "risks": ("violence",), "justification": "Palīdz.", "minutes": 40} for n in (1, 2, 3)
)
PEOPLE = ({"name": "Zane", "duty": "psiholoģe"}, {"name": "Ilze", "duty": "audzinātāja"}, {"name": "Ilze", "duty": "mentore"})
STEP = {"step": "submit", "source": "draft", "target": "in-approval", "actor": "Ilze", "role": "plan-author", "on": "2022-09-12"}


def plan(**fields: Any) -> SupportPlan:
    return SupportPlan.model_validate(
        {
            "id": "P-1", "learner_id": "L-1", "institution_id": "I-1", "partner_kind": "municipality",
            "semester": Semester("2022/23-1"), "first_day": "2022-09-12", "last_day": "2022-12-23", "entered_on": "2022-09-12",
            "prepared_by": "Ilze", "status": "draft", "risks": ({"factor": "violence"},), "measures": MEASURES[:2],
            "responsible": PEOPLE[:2], **fields,
        }
    )  # fmt: skip


def told(**fields: Any) -> list[tuple[str, Any, Any]]:
    return [(one.path, one.before, one.after) for one in plan().diff(plan(**fields))]


def test_the_same_plan_differs_in_nothing_and_its_version_does_not_count() -> None:
    assert plan().diff(plan(version=7)) == ()


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"aims": "Apmeklēt stundas."}, ("aims", None, "Apmeklēt stundas.")),
        ({"last_day": "2022-12-31"}, ("last_day", "2022-12-23", "2022-12-31")),
        ({"risks": ({"factor": "violence", "note": "Mājās."},)}, ("risks/violence/note", None, "Mājās.")),
        ({"measures": (MEASURES[0], {**MEASURES[1], "minutes": 45})}, ("measures/2/minutes", 40, 45)),
        ({"responsible": (PEOPLE[0], PEOPLE[2])}, ("responsible/Ilze/duty", "audzinātāja", "mentore")),
    ],
)
def test_one_thing_that_differs_is_told_by_where_it_stands(fields: dict[str, Any], found: tuple[str, Any, Any]) -> None:
    assert told(**fields) == [found]


def test_a_part_that_is_only_in_one_of_them_stands_there_as_a_whole() -> None:
    whole = plan(measures=MEASURES).model_dump(mode="json")["measures"][2]
    assert told(measures=MEASURES) == [("measures/3", None, whole)]
    assert plan(measures=MEASURES).diff(plan()) == (PlanDifference("measures/3", whole, None),)


def test_a_step_that_was_taken_is_a_new_part() -> None:
    assert [path for path, *_ in told(status="in-approval", steps=(STEP,))] == ["status", "steps/1"]


def test_a_second_duty_of_one_person_is_not_lost() -> None:
    assert told(responsible=PEOPLE) == [("responsible/Ilze#2", None, PEOPLE[2])]
    assert [one.path for one in plan(responsible=PEOPLE).diff(plan())] == ["responsible/Ilze#2"]


@given(st.permutations(MEASURES), st.permutations(FACTORS))
def test_the_order_of_risks_and_measures_does_not_count(measures: list[Any], factors: list[str]) -> None:
    risks = tuple({"factor": factor} for factor in FACTORS)
    other = plan(measures=tuple(measures), risks=tuple({"factor": factor} for factor in factors))
    assert plan(measures=MEASURES, risks=risks).diff(other) == ()


MADE = st.builds(
    lambda numbers, minutes, factors, people: plan(
        measures=tuple({**MEASURES[n], "minutes": minutes} for n in sorted(numbers)),
        risks=tuple({"factor": factor} for factor in ("violence", *sorted(factors))),
        responsible=tuple(PEOPLE[n] for n in sorted(people)),
    ),
    st.sets(st.integers(0, 2)), st.integers(0, 2), st.sets(st.sampled_from(FACTORS[1:])), st.sets(st.integers(0, 2)),
)  # fmt: skip


@given(MADE, MADE)
def test_looked_at_from_the_other_side_before_and_after_change_places(one: SupportPlan, other: SupportPlan) -> None:
    there, back = one.diff(other), other.diff(one)
    assert {(d.path, str(d.before), str(d.after)) for d in there} == {(d.path, str(d.after), str(d.before)) for d in back}
    same = one.model_dump(mode="json") == other.model_dump(mode="json")
    assert (there == ()) == same
