"""`pmp risks`: suggested by signals, decided by persons."""

from __future__ import annotations

from enum import Enum
from typing import Any

import typer

from pmp_core.cli.opening import ON, REASON, REGISTER, ROLE, SEMESTER, opened
from pmp_core.cli.output import JSON, LANGUAGE, day, language, progress, say, show, show_json
from pmp_core.errors import InvalidValue
from pmp_core.register import casework
from pmp_core.risks import EvidenceRecord, RiskSuggestion
from pmp_core.values import Semester, SuggestionState

risks = typer.Typer(help="Risks: suggested by signals, decided by persons.", no_args_is_help=True)


@risks.command("list")
def list_risks(
    register: str = REGISTER,
    semester: str | None = SEMESTER,
    state: str | None = typer.Option(None, "--state", help="open, confirmed or rejected."),
    json: bool = JSON,
) -> None:
    """List suggested and decided risks with their evidence. Learners are named by id only."""
    where: dict[str, Any] = {} if semester is None else {"semester": Semester(semester)}
    if state is not None:
        if state not in list(SuggestionState):
            raise InvalidValue(
                "option-invalid", "There is no such state.", found=state, remedy=f"States: {', '.join(SuggestionState)}."
            )
        where["state"] = state
    with opened(register) as opened_register, opened_register.unit_of_work() as work:
        show([_risk(suggestion) for suggestion in work.suggestions.find(**where)], json=json, title="Risks")


def _risk(suggestion: RiskSuggestion) -> dict[str, Any]:
    return {
        "id": suggestion.id,
        "learner": suggestion.learner_id,
        "semester": suggestion.semester,
        "factor": suggestion.factor,
        "signal": suggestion.signal,
        "measured": suggestion.measured,
        "threshold": suggestion.threshold,
        "first day": suggestion.evidence_first_day,
        "last day": suggestion.evidence_last_day,
        "state": suggestion.state.value,
        "decided by": suggestion.decided_by,
        "reason": suggestion.reason,
    }


@risks.command("show")
def show_risk(
    id: str = typer.Argument(..., help="The suggestion."),
    register: str = REGISTER,
    language_: str = LANGUAGE,
    json: bool = JSON,
) -> None:
    """Show one risk with everything behind it: what was measured, the records as they were, and who decided."""
    code = language(language_)
    with opened(register) as opened_register, opened_register.unit_of_work() as work:
        found, pack = work.suggestions.get(id), opened_register.programme.pack
    if json:
        show_json(found.model_dump(mode="json"))
        return
    factor = pack.terms.get("risk-factors", {}).get(found.factor)
    say(f"{found.id}  {found.state.text[code]}  {found.learner_id}  {found.semester}")
    say(found.factor if factor is None else f"{found.factor}: {factor.title[code]}")
    if found.signal is not None:
        measured = f"{'≥ ' if found.at_least else ''}{found.measured}"
        since = "" if found.signalled_on is None else f", {found.signalled_on}"
        say(f"{found.signal}: {measured} ({found.threshold}){since} → {found.suggested_on}")
    if found.decided_by is not None:
        say(f"{found.decided_on}  {found.decided_by} ({found.decided_role}){'' if found.reason is None else f': {found.reason}'}")
    fields = [name for name in EvidenceRecord.model_fields if any(getattr(one, name) is not None for one in found.evidence)]
    show([{name: _plain(getattr(one, name)) for name in fields} for one in found.evidence], json=False, title="Evidence")


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


@risks.command("add")
def add(
    learner: str = typer.Option(..., "--learner", help="The learner's id."),
    institution: str = typer.Option(..., "--institution", help="The institution's id."),
    semester: str = typer.Option(..., "--semester", help="For which semester, such as 2022/23-1."),
    factor: str = typer.Option(..., "--factor", help="A code of the programme's `risk-factors`."),
    register: str = REGISTER,
    by: str = typer.Option(..., "--by", help="The person who adds it."),
    reason: str = typer.Option(..., "--reason", help="Why."),
    role: str = ROLE,
    on: str | None = ON,
    json: bool = JSON,
) -> None:
    """Add a risk that no signal suggested, as a named person, with a reason. It is confirmed by that person."""
    with opened(register, by=by, role=role) as opened_register, opened_register.unit_of_work() as work:
        kept = casework.add_risk(
            work,
            opened_register.programme,
            id=opened_register.new_id("R"),
            learner_id=learner,
            institution_id=institution,
            semester=Semester(semester),
            factor=factor,
            by=opened_register.actor,
            on=day(on),
            reason=reason,
        )
    show([_risk(kept)], json=json)


@risks.command("suggest")
def suggest(
    register: str = REGISTER,
    semester: str = typer.Option(..., "--semester", help="Whose absences and marks are read, such as 2022/23-1."),
    on: str | None = ON,
    json: bool = JSON,
) -> None:
    """Run the signals over a semester. What they suggest waits for a person."""
    with opened(register) as opened_register, progress("Running the signals"):
        added = opened_register.suggest_risks(semester, on=day(on))
    show([_risk(suggestion) for suggestion in added], json=json, title="New suggestions")


@risks.command("confirm")
def confirm(
    id: str = typer.Argument(..., help="The suggestion."),
    register: str = REGISTER,
    by: str = typer.Option(..., "--by", help="The person who confirms it."),
    role: str = ROLE,
    reason: str | None = REASON,
    on: str | None = ON,
    json: bool = JSON,
) -> None:
    """Confirm a suggested risk, as a named person."""
    with opened(register, by=by, role=role) as opened_register, opened_register.unit_of_work() as work:
        kept = casework.confirm_risk(work, opened_register.programme, id, by=opened_register.actor, on=day(on), reason=reason)
    show([_risk(kept)], json=json)


@risks.command("reject")
def reject(
    id: str = typer.Argument(..., help="The suggestion."),
    register: str = REGISTER,
    by: str = typer.Option(..., "--by", help="The person who rejects it."),
    reason: str = typer.Option(..., "--reason", help="Why."),
    role: str = ROLE,
    on: str | None = ON,
    json: bool = JSON,
) -> None:
    """Reject a suggested risk, as a named person, with a reason."""
    with opened(register, by=by, role=role) as opened_register, opened_register.unit_of_work() as work:
        kept = casework.reject_risk(work, opened_register.programme, id, by=opened_register.actor, on=day(on), reason=reason)
    show([_risk(kept)], json=json)
