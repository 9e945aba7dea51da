"""`pmp demo`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import typer

from pmp_core.cli.output import JSON, say, show, show_json
from pmp_core.cli.statistics import show_overview
from pmp_core.compensation import ClaimDecision
from pmp_core.demo import PLANNED, demo_register
from pmp_core.errors import RegisterError
from pmp_core.register import Register, tables
from pmp_core.statistics import overview

FILE = "demo-register.sqlite"


def demo(
    register: Path = typer.Option(
        Path(FILE), "--register", help=f"Where the sample register goes. {FILE} is replaced if it is there."
    ),
    json: bool = JSON,
) -> None:
    """Make the sample school's register, and show the programme's whole job on it. Everything in it is invented."""
    if register.exists():
        if register.name != FILE or not register.is_file():
            raise RegisterError(
                "register-exists", "There is a file there already.", found=register.name, remedy="Name a new file."
            )
        for file in (register, *(register.with_name(register.name + end) for end in ("-wal", "-shm"))):
            file.unlink(missing_ok=True)
    with demo_register(register, progress=None if json else lambda line: say(f"· {line}")) as made:
        told = _told(made)
        if json:
            show_json(told)
            return
        _show(made, told, register)


def _told(register: Register) -> dict[str, Any]:
    """Everything the demo says, read from the register it leaves behind."""
    with register.unit_of_work() as work:
        problems = work.transaction.find(tables.SOURCE_PROBLEMS)
        decided = work.transaction.find(tables.DECISIONS, order=["claim_id", "number"])
        refused = Counter(str(row["kind"]) for row in problems)
        kept = {
            "institution": work.institutions.count(),
            "learner": work.learners.count(),
            "enrolment": work.enrolments.count(),
            "absence": work.absences.count(),
            "mark": work.marks.count(),
        }
        told = {
            "programme": register.programme.id,
            "programme_hash": register.programme.hash,
            "records": [{"kind": kind, "kept": count, "refused": refused[kind]} for kind, count in kept.items()],
            "problems": problems,
            "suggestions": [
                {"factor": factor, "state": state, "number": number}
                for (factor, state), number in Counter((s.factor, s.state.value) for s in work.suggestions.find()).items()
            ],
            "plans": dict(Counter(plan.status for plan in work.plans.find())),
            "decisions": dict(Counter(str(row["outcome"]) for row in decided)),
            "decision": _reduced([str(row["document"]) for row in decided if row["outcome"] == "reduced"]),
        }
    return {**told, "overview": overview(register, "municipality").as_dicts()}


def _reduced(documents: list[str]) -> dict[str, Any]:
    """The reduced decision with the most reasons: the one that shows most."""
    decisions = [ClaimDecision.model_validate_json(document) for document in documents]
    return max(decisions, key=lambda decision: (len(decision.reasons), decision.digest)).model_dump(mode="json")


def _show(register: Register, told: dict[str, Any], path: Path) -> None:
    titles = {
        term.code: term.title
        for name in ("risk-factors", "plan-statuses")
        for term in register.programme.pack.catalogue(name).values()
    }
    say()
    show(told["records"], json=False, title="What the schools' exports gave (izdomāti dati – invented data)")
    refused = [{"code": p["code"], "file": p["file"], "row": p["row"], "found": p["found"]} for p in told["problems"]]
    show(refused, json=False, title="Refused rows, each with its place")
    suggestions = [{"risk": titles[row["factor"]].lv, **row} for row in told["suggestions"]]
    show(suggestions, json=False, title="Risks: suggested by signals or added, decided by persons")
    show(
        [{"plan status": titles[status].lv, "code": status, "number": count} for status, count in told["plans"].items()],
        json=False,
        title=f"Individual support plans of {PLANNED}",
    )
    show(
        [{"decision": outcome, "number": count} for outcome, count in told["decisions"].items()],
        json=False,
        title="Claims decided with invented rates (PARAUGS – example rates)",
    )
    for level in ("municipality", "institution"):
        show_overview(overview(register, level), "lv")
    say()
    say("Everything is in the register. Look further:")
    with register.unit_of_work() as work:
        plan, claim = work.plans.find(limit=1)[0].id, work.claims.find(limit=1)[0].id
    quoted = f'"{path}"' if " " in str(path) else str(path)
    for line in (
        f"pmp stats --register {quoted} --by institution",
        f"pmp risks list --register {quoted} --state open",
        f"pmp plans show {plan} --register {quoted}",
        f"pmp decide {claim} --show --register {quoted}",
        "pmp rules decide target-group --on 2021-08-31 --fact track=general --fact level=3",
        "pmp programmes show lv-8.3.4 target-group --on 2021-09-01",
    ):
        say(f"  {line}")
    say()
    say("One reduced decision in full:")
    say()
    say(ClaimDecision.model_validate(told["decision"]).explain("lv"))
