"""`pmp risks`, `pmp plans`, `pmp decide`, `pmp stats`: the work on cases, on a copy of the demo's register."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from commands import Pmp, answer, kept_in

from pmp_core.compensation import ClaimDecision
from pmp_core.errors import StepRefused
from pmp_core.register import Register, UnitOfWork
from pmp_core.statistics import overview
from pmp_core.values import Actor, SuggestionState


def code_of(pmp: Pmp, *arguments: str | Path) -> tuple[int, str]:
    """The exit code and the error's code of a command that did not do its work; it printed nothing."""
    ended = pmp(*arguments, "--json")
    assert ended.stdout == ""
    error = json.loads(ended.stderr)["error"]
    assert set(error) == {"code", "message", "found", "remedy", "place"}
    return ended.returncode, error["code"]


@contextmanager
def reading(path: Path) -> Iterator[UnitOfWork]:
    with (
        Register.open(path, actor=Actor(name="Tester", role="plan-author"), access="host") as register,
        register.unit_of_work() as work,
    ):
        yield work


def test_risks_are_listed_by_semester_and_state(pmp: Pmp, demo_file: Path) -> None:
    with reading(demo_file) as work:
        kept = {one.id: one for one in work.suggestions.find()}
    everything = answer(pmp, "risks", "list", "--register", demo_file)
    assert [row["id"] for row in everything] == list(kept)
    for row in everything:
        one = kept[row["id"]]
        assert (row["learner"], row["factor"], row["measured"], row["state"], row["decided by"]) == (
            one.learner_id, one.factor, one.measured, one.state, one.decided_by,
        )  # fmt: skip
    for state in SuggestionState:
        some = answer(pmp, "risks", "list", "--register", demo_file, "--state", state, "--semester", "2022/23-1")
        assert [row["id"] for row in some] == [one.id for one in kept.values() if one.state is state]
    assert answer(pmp, "risks", "list", "--register", demo_file, "--semester", "2022/23-2") == []
    assert pmp("risks", "list", "--register", demo_file, "--semester", "2022/23-2").stdout == "Risks: none\n"


def test_no_name_of_a_learner_is_listed(pmp: Pmp, demo_file: Path) -> None:
    with reading(demo_file) as work:
        names = {one.display_name for one in work.learners.find()}
    for command in ("risks", "plans"):
        shown = pmp(command, "list", "--register", demo_file).stdout
        assert "L-0" in shown
        assert not [name for name in names if name in shown]


def test_signals_run_again_suggest_nothing_again(pmp: Pmp, demo_copy: Path) -> None:
    again = ("risks", "suggest", "--register", demo_copy, "--semester", "2022/23-1", "--on", "2023-01-06")
    assert answer(pmp, *again) == []


def test_signals_suggest_to_persons_what_they_measured(pmp: Pmp, demo_copy: Path) -> None:
    with (
        Register.open(demo_copy, actor=Actor(name="T", role="plan-author"), access="host") as register,
        register.unit_of_work() as work,
    ):
        gone = work.suggestions.find(state=SuggestionState.OPEN)[0]
        work.suggestions.remove([gone.id])
    (row,) = answer(pmp, "risks", "suggest", "--register", demo_copy, "--semester", "2022/23-1", "--on", "2023-01-06")
    assert row["id"] != gone.id
    assert (row["learner"], row["factor"], row["measured"], row["threshold"], row["state"], row["decided by"]) == (
        gone.learner_id, gone.factor, gone.measured, gone.threshold, "open", None,
    )  # fmt: skip


def open_risk(path: Path) -> str:
    with reading(path) as work:
        (found,) = work.suggestions.find(state=SuggestionState.OPEN)
        return found.id


def test_a_risk_is_confirmed_by_a_named_person_once(pmp: Pmp, demo_copy: Path) -> None:
    key = open_risk(demo_copy)
    command = ("risks", "confirm", key, "--register", demo_copy, "--by", "Anna", "--role", "director", "--on", "2023-01-06")
    (row,) = answer(pmp, *command)
    assert (row["id"], row["state"], row["decided by"]) == (key, "confirmed", "Anna")
    with reading(demo_copy) as work:
        kept = work.suggestions.get(key)
    assert (kept.state, kept.decided_by, kept.decided_role, str(kept.decided_on)) == (
        "confirmed", "Anna", "director", "2023-01-06",
    )  # fmt: skip
    assert code_of(pmp, *command) == (1, "suggestion-decided")


def test_a_risk_is_rejected_with_a_reason_and_not_without(pmp: Pmp, demo_copy: Path) -> None:
    key = open_risk(demo_copy)
    command = ("risks", "reject", key, "--register", demo_copy, "--by", "Anna", "--on", "2023-01-06")
    ended = pmp(*command)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "--reason" in ended.stderr
    (row,) = answer(pmp, *command, "--reason", "Zīme saņemta.")
    assert (row["state"], row["reason"]) == ("rejected", "Zīme saņemta.")


def test_plans_are_listed_with_what_can_be_done_next(pmp: Pmp, demo_file: Path) -> None:
    rows = {row["id"]: row for row in answer(pmp, "plans", "list", "--register", demo_file, "--semester", "2022/23-2")}
    with reading(demo_file) as work:
        kept = {plan.id: plan for plan in work.plans.find()}
    assert {key: (row["status"], row["risks"], row["measures"]) for key, row in rows.items()} == {
        key: (plan.status, len(plan.risks), len(plan.measures)) for key, plan in kept.items()
    }
    by_status = {row["status"]: row for row in rows.values()}
    assert "submit" in by_status["draft"]["possible"]
    assert (by_status["draft"]["next station"], by_status["in-approval"]["next station"]) == (None, "ikvd")
    assert "approve" in by_status["in-approval"]["possible"]
    assert by_status["closed"]["possible"] == ""


def test_a_plan_is_shown_with_risks_measures_sessions_claims_and_steps(pmp: Pmp, demo_file: Path) -> None:
    told = answer(pmp, "plans", "show", "P-0001", "--register", demo_file)
    with reading(demo_file) as work:
        plan = work.plans.get("P-0001")
        sessions = Counter(one.measure for one in work.sessions.find(plan_id="P-0001"))
        claims = [one.id for one in work.claims.find(plan_id="P-0001")]
    assert told == {**plan.model_dump(mode="json"), "sessions": sessions.total(), "claims": claims}
    shown = pmp("plans", "show", "P-0001", "--register", demo_file).stdout
    assert "Noslēgts" in shown
    for text in (*claims, *(step.step for step in plan.steps), *(str(number) for number in sessions.values())):
        assert text in shown


def new_plan(path: Path, **changed: Any) -> str:
    """The JSON of a plan for a learner who has none."""
    with reading(path) as work:
        taken = {plan.learner_id for plan in work.plans.find()}
        stay = next(one for one in work.enrolments.find() if one.learner_id not in taken and one.last_day is None)
    plan = {
        "learner_id": stay.learner_id, "institution_id": stay.institution_id, "partner_kind": "municipality",
        "semester": "2022/23-2", "first_day": "2023-01-09", "last_day": "2023-05-31", "applied_on": "2023-01-09",
        "entered_on": "2023-01-10", "risks": [{"factor": "unexcused-absence"}],
        "measures": [{"number": 1, "kind": "consultation", "risks": ["unexcused-absence"], "justification": "Palīdzēs.",
                      "specialist": "pedagogue", "sessions": 8, "minutes": 40}],
    }  # fmt: skip
    return json.dumps({**plan, **changed}, ensure_ascii=False)


def test_a_plan_goes_from_a_file_through_its_chain_to_its_start(pmp: Pmp, demo_copy: Path, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(new_plan(demo_copy), encoding="utf-8")
    (row,) = answer(pmp, "plans", "draft", tmp_path / "plan.json", "--register", demo_copy, "--by", "Anna")
    assert row["status"] == "draft"
    for step, role, status in (
        ("submit", "plan-author", "in-approval"), ("approve", "director", "in-approval"),
        ("approve", "municipal-coordinator", "in-approval"), ("approve", "ikvd", "approved"), ("start", "director", "in-progress"),
    ):  # fmt: skip
        command = ("plans", "step", row["id"], step, "--register", demo_copy, "--by", "Bruno", "--role", role)
        (after,) = answer(pmp, *command, "--on", "2023-01-12")
        assert after["status"] == status
    with reading(demo_copy) as work:
        plan = work.plans.get(row["id"])
    assert plan.prepared_by == "Anna"
    assert [(step.actor, str(step.on)) for step in plan.steps] == [("Bruno", "2023-01-12")] * 5
    assert after["version"] == 6


def test_a_plan_is_taken_from_standard_input(pmp: Pmp, demo_copy: Path) -> None:
    ended = pmp(
        "plans",
        "draft",
        "-",
        "--register",
        demo_copy,
        "--by",
        "Anna",
        "--json",
        given=new_plan(demo_copy, prepared_by="Cita persona"),
    )
    assert ended.returncode == 0
    with reading(demo_copy) as work:
        assert work.plans.get(json.loads(ended.stdout)[0]["id"]).prepared_by == "Cita persona"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "json-invalid"), ("[1]", "json-invalid"), ("", "json-invalid"), ("[" * 100_000, "json-invalid"),
        ("{}", "field-missing"), ('{"learner_id": 5}', "field-missing"),
    ],
    ids=["broken", "list", "empty", "deep", "no fields", "wrong field"],
)  # fmt: skip
def test_what_is_no_plan_is_a_fault_of_the_file(pmp: Pmp, demo_file: Path, tmp_path: Path, text: str, code: str) -> None:
    (tmp_path / "plan.json").write_text(text, encoding="utf-8")
    assert code_of(pmp, "plans", "draft", tmp_path / "plan.json", "--register", demo_file, "--by", "Anna") == (1, code)


def test_a_plan_that_is_not_utf_8_is_a_fault_of_the_file(pmp: Pmp, demo_file: Path, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_bytes(b'{"aims": "\xff"}')
    assert code_of(pmp, "plans", "draft", tmp_path / "plan.json", "--register", demo_file, "--by", "Anna") == (1, "json-invalid")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"last_day": "2023-01-01"}, "days-reversed"),
        ({"semester": "2023"}, "semester-invalid"),
        ({"applied_on": "2023-02-01"}, "plan-application-late"),
        ({"first_day": "09.01.2023"}, "day-invalid"),
    ],
)
def test_what_is_wrong_in_a_plan_is_told_in_our_words_and_not_kept(
    pmp: Pmp, demo_copy: Path, tmp_path: Path, changed: dict[str, str], code: str
) -> None:
    (tmp_path / "plan.json").write_text(new_plan(demo_copy, **changed), encoding="utf-8")
    assert code_of(pmp, "plans", "draft", tmp_path / "plan.json", "--register", demo_copy, "--by", "Anna") == (1, code)
    with reading(demo_copy) as work:
        assert work.plans.count() == 16


def test_a_step_out_of_turn_is_told_with_who_comes_first(pmp: Pmp, demo_copy: Path) -> None:
    command = ("plans", "step", "P-0015", "approve", "--register", demo_copy, "--by", "Anna", "--on", "2023-02-01")
    assert code_of(pmp, *command, "--role", "director") == (1, "step-out-of-turn")
    ended = pmp(*command, "--role", "director")
    assert "Next: ikvd" in ended.stderr
    assert answer(pmp, *command, "--role", "ikvd")[0]["status"] == "approved"


def test_a_kept_decision_is_shown_and_nothing_decided(pmp: Pmp, demo_copy: Path) -> None:
    before = kept_in(demo_copy)
    (told,) = answer(pmp, "decide", "C-0001", "--show", "--register", demo_copy)
    decision = ClaimDecision.model_validate(told)
    with reading(demo_copy) as work:
        assert work.claims.get("C-0001").decision_digest == decision.digest
    shown = pmp("decide", "C-0001", "--show", "--register", demo_copy, "--language", "en").stdout
    assert shown.strip() == decision.explain("en").strip()
    assert kept_in(demo_copy) == before


WAITING = ["C-0005", "C-0010", "C-0015"]


def test_all_submitted_claims_are_decided_and_the_undetermined_stay_submitted(pmp: Pmp, demo_copy: Path) -> None:
    told = answer(pmp, "decide", "--by", "Bruno", "--register", demo_copy, "--on", "2023-04-13")
    decisions = [ClaimDecision.model_validate(one) for one in told]
    assert [one.outcome for one in decisions] == ["undetermined"] * 3
    with reading(demo_copy) as work:
        assert [claim.id for claim in work.claims.find(status="submitted")] == WAITING
    shown = pmp("decide", WAITING[0], "--show", "--register", demo_copy).stdout
    assert shown.strip() == decisions[0].explain("lv").strip()


def test_where_nothing_waits_there_is_nothing_to_decide(pmp: Pmp, demo_copy: Path) -> None:
    with (
        Register.open(demo_copy, actor=Actor(name="T", role="plan-author"), access="host") as register,
        register.unit_of_work() as work,
    ):
        for claim in work.claims.find(id=WAITING):
            work.claims.put(claim.changed(status="draft", submitted_on=None))
    assert answer(pmp, "decide", "--by", "Bruno", "--register", demo_copy) == []
    assert pmp("decide", "--by", "Bruno", "--register", demo_copy).stdout == "There is nothing to decide.\n"


def test_after_a_claim_that_cannot_be_decided_the_others_are(pmp: Pmp, demo_copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    decide = Register.decide_claim

    def failing(self: Register, claim_id: str, **options: Any) -> Any:
        if claim_id == WAITING[0]:
            raise StepRefused("claim-late", "Too late.", remedy="Ask earlier.")
        return decide(self, claim_id, **options)

    monkeypatch.setattr(Register, "decide_claim", failing)
    command = ("decide", "--by", "Bruno", "--register", demo_copy, "--on", "2023-04-13")
    ended = pmp(*command, "--json")
    assert ended.returncode == 1
    assert len(json.loads(ended.stdout)) == 2
    told = json.loads(ended.stderr)
    assert (told["about"], told["error"]["code"]) == (WAITING[0], "claim-late")
    for_people = pmp(*command)
    assert (for_people.returncode, for_people.stderr) == (1, f"{WAITING[0]}: [claim-late] Too late. What to do: Ask earlier.\n")
    assert for_people.stdout.strip()


def test_a_decided_claim_is_not_decided_again(pmp: Pmp, demo_file: Path) -> None:
    assert code_of(pmp, "decide", "C-0001", "--by", "Bruno", "--register", demo_file) == (1, "step-from-status")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [(["--language", "xx"], "option-invalid"), (["--show"], "option-invalid"), (["--on", "13.04.2023"], "day-invalid")],
)
def test_wrong_use_of_decide_decides_nothing(pmp: Pmp, demo_copy: Path, wrong: list[str], code: str) -> None:
    before = demo_copy.read_bytes()
    assert code_of(pmp, "decide", "--by", "Bruno", "--register", demo_copy, *wrong) == (2, code)
    assert demo_copy.read_bytes() == before


@pytest.mark.parametrize("level", ["state", "municipality", "institution"])
@pytest.mark.parametrize("semester", [None, "2022/23-1"])
def test_statistics_are_those_of_the_library(pmp: Pmp, demo_file: Path, level: Any, semester: str | None) -> None:
    options = [] if semester is None else ["--semester", semester]
    told = answer(pmp, "stats", "--register", demo_file, "--by", level, *options)
    with Register.open(demo_file, actor=Actor(name="T", role="plan-author"), access="host") as register:
        counts = overview(register, level, semester)
    assert told == {"level": level, "semester": semester, "lines": counts.as_dicts()}
    shown = pmp("stats", "--register", demo_file, "--by", level, "--language", "en", *options).stdout
    headings, rows = counts.rows("en")
    cells = [[cell.strip() for cell in line.strip("│┃").split("┃" if "┃" in line else "│")] for line in shown.splitlines()]
    for number, heading in enumerate(headings):
        assert [heading, *(row[number] for row in rows)] in cells
