"""`pmp risks`, `pmp plans` and `pmp decide`: the work on cases."""

from __future__ import annotations

from typing import Any

import typer

from pmp_core.cli.opening import FIELDS, ON, REGISTER, SEMESTER, WHO, json_object, opened
from pmp_core.cli.output import JSON, LANGUAGE, day, language, progress, say, show, show_error, show_json
from pmp_core.errors import InvalidValue, PmpError
from pmp_core.measures import Session
from pmp_core.outcomes import Evaluation
from pmp_core.plans import SupportPlan
from pmp_core.register import casework
from pmp_core.risks import RiskSuggestion
from pmp_core.rules import Decision
from pmp_core.values import Semester, SuggestionState

risks = typer.Typer(help="Risks: suggested by signals, decided by persons.", no_args_is_help=True)
plans = typer.Typer(help="Individual support plans.", no_args_is_help=True)
ROLE = typer.Option("plan-author", "--role", help="In which role: a code of the programme's `roles`.")
REASON = typer.Option(None, "--reason", help="Why.")


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


@plans.command("list")
def list_plans(register: str = REGISTER, semester: str | None = SEMESTER, json: bool = JSON) -> None:
    """List plans, with what can be done next."""
    where: dict[str, Any] = {} if semester is None else {"semester": Semester(semester)}
    with opened(register) as opened_register, opened_register.unit_of_work() as work:
        cycle = opened_register.programme.life_cycle("plan")
        rows = [
            {
                "id": plan.id,
                "learner": plan.learner_id,
                "institution": plan.institution_id,
                "semester": plan.semester,
                "status": plan.status,
                "risks": len(plan.risks),
                "measures": len(plan.measures),
                "possible": ", ".join(cycle.possible(plan.status)),
                "next station": plan.next_station(cycle),
            }
            for plan in work.plans.find(**where)
        ]
    show(rows, json=json, title="Plans")


@plans.command("show")
def show_plan(id: str = typer.Argument(..., help="The plan."), register: str = REGISTER, json: bool = JSON) -> None:
    """Show a plan: risks, measures, sessions, steps."""
    with opened(register) as opened_register, opened_register.unit_of_work() as work:
        plan = work.plans.get(id)
        sessions = work.sessions.find(plan_id=id)
        claims = work.claims.find(plan_id=id)
        if json:
            show_json({**plan.model_dump(mode="json"), "sessions": len(sessions), "claims": [claim.id for claim in claims]})
            return
        pack = opened_register.programme.pack
        say(f"{plan.id}  {pack.term('plan-statuses', plan.status).title.lv}  {plan.semester}  {plan.first_day}..{plan.last_day}")
        say(f"learner {plan.learner_id}, institution {plan.institution_id}, applied {plan.applied_on}, entered {plan.entered_on}")
        risk_rows = [{"risk": risk.factor, "title": pack.term("risk-factors", risk.factor).title.lv} for risk in plan.risks]
        show(risk_rows, json=False, title="Risks")
        rows = [
            {
                "no": m.number,
                "measure": pack.term("measure-kinds", m.kind).title.lv,
                "specialist": m.specialist,
                "risks": ", ".join(m.risks),
                "planned": m.sessions,
                "delivered": sum(session.measure == m.number for session in sessions),
                "claims": ", ".join(claim.id for claim in claims if claim.measure == m.number),
                "justification": m.justification,
            }
            for m in plan.measures
        ]
        show(rows, json=False, title="Measures")
        steps = [
            {"on": s.on, "step": s.step, "to": s.target, "by": s.actor, "role": s.role, "reason": s.reason} for s in plan.steps
        ]
        show(steps, json=False, title="Steps")


@plans.command("add")
def add_plan(
    file: str = FIELDS,
    register: str = REGISTER,
    by: str = WHO,
    json: bool = JSON,
) -> None:
    """Keep a new draft."""
    fields = json_object(file)
    with opened(register, by=by) as opened_register, opened_register.unit_of_work() as work:
        initial = opened_register.programme.life_cycle("plan").initial
        fields = {**fields, "id": opened_register.new_id("P"), "status": initial, "prepared_by": fields.get("prepared_by", by)}
        plan = casework.add_plan(work, opened_register.programme, SupportPlan.model_validate(fields))
    show([{"id": plan.id, "status": plan.status}], json=json)


@plans.command("session")
def add_session(file: str = FIELDS, register: str = REGISTER, by: str = WHO, json: bool = JSON) -> None:
    """Keep a session that was delivered for a measure of a plan, if it counts."""
    fields = json_object(file)
    with opened(register, by=by) as opened_register, opened_register.unit_of_work() as work:
        session = Session.model_validate({**fields, "id": opened_register.new_id("S")})
        kept = casework.add_session(work, opened_register.programme, session)
    show([{"id": kept.id, "plan": kept.plan_id, "measure": kept.measure, "day": kept.day}], json=json)


@plans.command("evaluate")
def evaluate(file: str = FIELDS, register: str = REGISTER, by: str = WHO, json: bool = JSON) -> None:
    """Keep the evaluation of a plan, if it is complete."""
    fields = json_object(file)
    with opened(register, by=by) as opened_register, opened_register.unit_of_work() as work:
        kept_before = work.evaluations.find(plan_id=str(fields.get("plan_id")))
        new: dict[str, Any] = {"id": opened_register.new_id("V"), "version": 0}
        own = (
            {"id": kept_before[0].id, "version": kept_before[0].version} if kept_before else new
        )  # one that is there is replaced
        fields = {**fields, **own, "evaluated_by": fields.get("evaluated_by", by)}
        kept = casework.add_evaluation(work, opened_register.programme, Evaluation.model_validate(fields))
    show([{"id": kept.id, "plan": kept.plan_id, "evaluated on": kept.evaluated_on}], json=json)


@plans.command("step")
def step(
    id: str = typer.Argument(..., help="The plan."),
    step: str = typer.Argument(..., help="submit, approve, return, start, suspend, resume, revise, delete or close."),
    register: str = REGISTER,
    by: str = typer.Option(..., "--by", help="Who takes it."),
    role: str = ROLE,
    reason: str | None = REASON,
    on: str | None = ON,
    json: bool = JSON,
) -> None:
    """Take a step of a plan's life."""
    with opened(register, by=by, role=role) as opened_register:
        plan = opened_register.take_plan_step(id, step, on=day(on), reason=reason)
    show([{"id": plan.id, "status": plan.status, "steps": len(plan.steps)}], json=json)


def decide(
    claim: str | None = typer.Argument(None, help="The claim; every submitted one if left out."),
    register: str = REGISTER,
    show_: bool = typer.Option(False, "--show", help="Show the decision that is kept; decide nothing."),
    by: str | None = typer.Option(None, "--by", help="Who decides; needed, but with --show."),
    role: str = typer.Option("municipal-coordinator", "--role", help="In which role."),
    on: str | None = ON,
    language_: str = LANGUAGE,
    json: bool = JSON,
) -> None:
    """Decide submitted claims, in the order of submission. An undetermined claim stays submitted and says what is missing.

    Where one of all submitted claims cannot be decided, its error is told, and the others are decided.
    """
    code, when = language(language_), day(on)  # before anything is decided
    if show_ and claim is None:
        raise InvalidValue("option-invalid", "--show is for one claim, and none is named.", remedy="Name the claim.")
    if by is None and not show_:
        raise InvalidValue("option-invalid", "Nobody is named.", remedy="Say who decides: --by.")
    decisions: list[Decision] = []
    failed: list[tuple[str, PmpError]] = []
    with opened(register, by="pmp" if by is None else by, role=role) as opened_register:
        if claim is not None:
            decisions = opened_register.decisions(claim)[-1:] if show_ else [opened_register.decide_claim(claim, on=when)[1]]
        else:
            with opened_register.unit_of_work() as work:
                waiting = [c.id for c in work.claims.find(status="submitted", order=("submitted_on",))]
            with progress("Deciding") as advance:
                for done, id in enumerate(waiting, 1):
                    try:
                        decisions.append(opened_register.decide_claim(id, on=when)[1])
                    except PmpError as error:
                        failed.append((id, error))
                    advance(done, len(waiting))
    if json:
        show_json([decision.model_dump(mode="json") for decision in decisions])
    elif decisions:
        say("\n\n".join(decision.explain(code) for decision in decisions))
    elif not failed:
        say("There is nothing to decide." if claim is None else "There is no decision on this claim yet.")
    for id, refused in failed:
        show_error(refused, about=id)
    if failed:
        raise typer.Exit(1)
