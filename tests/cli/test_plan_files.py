"""Odd files given to `pmp plans`: each is told in our words, none is a crash, and nothing of it is kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from commands import Pmp, answer

from pmp_core.register import Register
from pmp_core.values import Actor


def reading(path: Path) -> Any:
    return Register.open(path, actor=Actor(name="T", role="plan-author"), access="host")


def free_learner(path: Path) -> str:
    """A learner of the sample school without a plan."""
    with reading(path) as register, register.unit_of_work(keep=False) as work:
        taken = {plan.learner_id for plan in work.plans.find()}
        return next(one.learner_id for one in work.enrolments.find() if one.learner_id not in taken and one.last_day is None)


def told(pmp: Pmp, command: str, fields: Any, path: Path, *more: str) -> str:
    file = path.parent / "given.json"
    file.write_text(json.dumps(fields, ensure_ascii=False), encoding="utf-8")
    ended = pmp("plans", command, file, "--register", path, "--by", "Anna", *more, "--json")
    code = str(json.loads(ended.stderr)["error"]["code"])
    assert (ended.returncode, ended.stdout) == (2 if code in ("not-found", "code-unknown", "semester-unset") else 1, "")
    return code


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"semester": None}, "field-missing"),
        ({"learner_id": None}, "field-missing"),
        ({"learner_id": 5}, "field-missing"),
        ({"learner_id": "L-9999"}, "not-found"),
        ({"semester": "2023"}, "semester-invalid"),
        ({"semester": "2010/11-1"}, "semester-unset"),
        ({"measures": {"number": 1}}, "input-invalid"),
        ({"measures": None}, "input-invalid"),
        ({"measures": 5}, "input-invalid"),
        ({"measures": ["consultation"]}, "input-invalid"),
        ({"responsible": None}, "input-invalid"),
        ({"risks": "violence"}, "input-invalid"),
        ({"risks": [{"factor": "no-such"}]}, "code-unknown"),
        ({"institution_id": 5}, "input-invalid"),
        ({"institution_id": ["I-1"]}, "input-invalid"),
        ({"institution_id": "I-9999"}, "not-found"),
        ({"applied_on": 20230109}, "day-invalid"),
        ({"applied_on": "09.01.2023"}, "day-invalid"),
        ({"applied_on": "2023-02-01"}, "plan-application-late"),
        ({"goals": "Apmeklēt."}, "input-invalid"),
        ({"released": True}, "plan-not-initial"),
        ({"preparation_paid_on": "2023-01-09"}, "plan-not-initial"),
        (
            {"steps": [{"step": "a", "source": "b", "target": "c", "actor": "d", "role": "e", "on": "2023-01-09"}]},
            "plan-not-initial",
        ),
    ],
    ids=lambda value: json.dumps(value)[:40],
)
def test_a_draft_from_an_odd_file_is_told_and_not_kept(pmp: Pmp, demo_copy: Path, fields: dict[str, Any], code: str) -> None:
    given = {"learner_id": free_learner(demo_copy), "semester": "2022/23-2", **fields}
    given = {name: value for name, value in given.items() if not (name in ("learner_id", "semester") and value is None)}
    assert told(pmp, "draft", given, demo_copy, "--on", "2023-01-10") == code
    with reading(demo_copy) as register, register.unit_of_work(keep=False) as work:
        assert work.plans.count() == 16


def test_a_draft_from_two_fields_takes_the_rest_from_the_register(pmp: Pmp, demo_copy: Path, tmp_path: Path) -> None:
    measure = {"number": 1, "kind": "consultation", "risks": ["violence"], "justification": "Palīdz."}
    given = {
        "learner_id": free_learner(demo_copy), "semester": "2022/23-2", "applied_on": "2023-01-11",
        "risks": [{"factor": "violence"}], "measures": [measure], "responsible": [{"name": "Zane", "duty": "mentore"}],
    }  # fmt: skip
    (tmp_path / "plan.json").write_text(json.dumps(given), encoding="utf-8")
    command = ("plans", "draft", tmp_path / "plan.json", "--register", demo_copy, "--by", "Anna", "--on", "2023-01-12")
    (row,) = answer(pmp, *command)
    assert (row["status"], row["risks"], row["measures"]) == ("draft", "violence", 1)
    with reading(demo_copy) as register, register.unit_of_work(keep=False) as work:
        kept = work.plans.get(row["id"])
    assert (str(kept.first_day), str(kept.applied_on), str(kept.entered_on)) == ("2023-01-11", "2023-01-11", "2023-01-12")
    (after,) = answer(pmp, "plans", "submit", row["id"], "--register", demo_copy, "--by", "Anna", "--on", "2023-01-12")
    assert after["status"] == "in-approval"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"learners": {}}, "learners-invalid"),
        ({"learners": {"plan_id": "P-0001"}}, "learners-invalid"),
        ({"learners": []}, "learners-invalid"),
        ({"learners": ["P-0001"]}, "learners-invalid"),
        ({"learners": "P-0001"}, "learners-invalid"),
        ({"learners": 0}, "learners-invalid"),
        ({"learners": [{"plan_id": "P-9999", "measure": 1}]}, "not-found"),
        ({"learners": [{"plan_id": "P-0001", "measure": 99}]}, "measure-unknown"),
        ({"learners": [{"plan_id": "P-0001"}], "measure": None}, "input-invalid"),
        ({"plan_id": 5}, "input-invalid"),
        ({"minutes": "40"}, "input-invalid"),
        ({"minutes": 0}, "input-invalid"),
        ({"mode": "by-post"}, "input-invalid"),
        ({"day": "2023-02-30"}, "day-invalid"),
        ({"day": "2023-12-01"}, "session-not-held"),
        ({"plan_id": "P-9999"}, "not-found"),
        ({"teacher": "Zane"}, "input-invalid"),
    ],
    ids=lambda value: json.dumps(value)[:40],
)
def test_a_session_from_an_odd_file_is_told_and_not_kept(pmp: Pmp, demo_copy: Path, fields: dict[str, Any], code: str) -> None:
    given = {
        "plan_id": "P-0001",
        "measure": 1,
        "day": "2023-02-06",
        "minutes": 40,
        "specialist": "pedagogue",
        "delivered_by": "Z",
    }
    with reading(demo_copy) as register, register.unit_of_work(keep=False) as work:
        before = work.sessions.count()
    assert told(pmp, "deliver", {**given, **fields}, demo_copy, "--on", "2023-06-01") == code
    with reading(demo_copy) as register, register.unit_of_work(keep=False) as work:
        assert work.sessions.count() == before


@pytest.mark.parametrize("command", ["draft", "deliver"])
@pytest.mark.parametrize("given", [[], "text", 5, None])
def test_what_is_no_object_is_a_fault_of_the_file(pmp: Pmp, demo_copy: Path, command: str, given: Any) -> None:
    assert told(pmp, command, given, demo_copy) == "json-invalid"
