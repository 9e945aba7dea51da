"""`pmp partners`, `pmp claims`, `pmp plans deliver|evaluate`: the rest of the job, from files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from commands import Pmp

from pmp_core.register import Register
from pmp_core.values import Actor


def ended(pmp: Pmp, *arguments: str | Path, given: Any = None) -> tuple[int, Any]:
    """The exit code, and what the command says in JSON: its answer, or its error's code."""
    done = pmp(*arguments, "--by", "Anna", "--json", given="" if given is None else json.dumps(given))
    return done.returncode, json.loads(done.stderr)["error"]["code"] if done.stderr else json.loads(done.stdout)


def opened(path: Path) -> Register:
    return Register.open(path, actor=Actor(name="Tester", role="plan-author"), access="host")


def test_a_partner_is_added(pmp: Pmp, demo_copy: Path) -> None:
    with opened(demo_copy) as register, register.unit_of_work() as work:
        school = work.institutions.find(limit=1)[0].id
    command = ("partners", "add", "--register", demo_copy, "--from", "2022-09-01")
    code, (row,) = ended(pmp, *command, "--institution", school, "--until", "2023-08-31", "--agreement", "12/3")
    assert code == 0
    with opened(demo_copy) as register, register.unit_of_work() as work:
        kept = work.partnerships.get(row["id"])
    assert (kept.institution_id, kept.municipality_id, kept.agreement) == (school, None, "12/3")
    assert (str(kept.first_day), str(kept.last_day)) == ("2022-09-01", "2023-08-31")
    assert ended(pmp, *command) == (1, "partner-unclear")
    assert ended(pmp, *command, "--institution", school, "--municipality", "M-1") == (1, "partner-unclear")


def test_a_claim_is_withdrawn_and_submitted_again(pmp: Pmp, demo_copy: Path) -> None:
    rows = {row["id"]: row for row in json.loads(pmp("claims", "list", "--register", demo_copy, "--json").stdout)}
    assert (rows["C-0005"]["status"], "withdraw" in rows["C-0005"]["possible"]) == ("submitted", True)
    code, (row,) = ended(pmp, "claims", "withdraw", "C-0005", "--register", demo_copy, "--reason", "Kļūda.", "--on", "2023-04-12")
    assert (code, row["status"], row["submitted on"]) == (0, "draft", None)
    code, (row,) = ended(pmp, "claims", "submit", "C-0005", "--register", demo_copy, "--on", "2023-04-12")
    assert (code, row["status"], row["submitted on"]) == (0, "submitted", "2023-04-12")
    assert ended(pmp, "claims", "withdraw", "C-0001", "--register", demo_copy, "--reason", "x") == (1, "step-from-status")


def test_a_claim_is_added_as_a_draft_from_a_file(pmp: Pmp, demo_copy: Path) -> None:
    with opened(demo_copy) as register, register.unit_of_work() as work:
        claim = work.claims.get("C-0005").model_dump(mode="json", exclude={"id", "status", "version", "decision_digest"})
    code, (row,) = ended(pmp, "claims", "add", "-", "--register", demo_copy, given=claim)
    assert (code, row["status"], row["submitted on"], row["plan"]) == (0, "draft", None, claim["plan_id"])
    listed = json.loads(pmp("claims", "list", "--register", demo_copy, "--plan", claim["plan_id"], "--json").stdout)
    assert row["id"] in [one["id"] for one in listed]
    unknown = {**claim, "plan_id": "P-9"}
    assert ended(pmp, "claims", "add", "-", "--register", demo_copy, given=unknown) == (2, "not-found")
    assert ended(pmp, "claims", "add", "-", "--register", demo_copy, given=[]) == (1, "json-invalid")


def test_a_session_is_added_from_a_file_if_it_counts(pmp: Pmp, demo_copy: Path) -> None:
    with opened(demo_copy) as register, register.unit_of_work() as work:
        plans = {plan.id for plan in work.plans.find(status="in-progress")}
        kept = next(session for session in work.sessions.find() if session.plan_id in plans)
    command = ("plans", "deliver", "-", "--register", demo_copy)
    session = kept.model_dump(mode="json", exclude={"id", "version"})
    assert ended(pmp, *command, given=session) == (1, "session-twice")
    code, (row,) = ended(pmp, *command, given={**session, "day": "2023-04-24"})
    assert (code, row["plan"], row["measure"], row["day"]) == (0, kept.plan_id, kept.measure, "2023-04-24")
    assert ended(pmp, *command, given={**session, "day": "2023-08-01"}) == (1, "session-refused")
    assert ended(pmp, *command, "--on", "2023-04-24", given={**session, "day": "2023-04-25"}) == (1, "session-not-held")


def test_an_evaluation_is_added_from_a_file_if_it_is_complete(pmp: Pmp, demo_copy: Path) -> None:
    with opened(demo_copy) as register, register.unit_of_work() as work:
        done = {one.plan_id for one in work.evaluations.find()}
        plan = next(plan for plan in work.plans.find(status="in-progress") if plan.id not in done)
    evaluation = {
        "plan_id": plan.id, "evaluated_on": "2023-05-31",
        "risks": [{"factor": risk.factor, "result": "lowered"} for risk in plan.risks],
        "measures": [{"number": measure.number, "delivered": True, "useful": True} for measure in plan.measures],
    }  # fmt: skip
    command = ("plans", "evaluate", "-", "--register", demo_copy)
    assert ended(pmp, *command, given={**evaluation, "risks": []}) == (1, "evaluation-incomplete")
    code, (row,) = ended(pmp, *command, given=evaluation)
    assert (code, row["plan"], row["evaluated on"]) == (0, plan.id, "2023-05-31")
    with opened(demo_copy) as register, register.unit_of_work() as work:
        assert work.evaluations.get(row["id"]).evaluated_by == "Anna"
