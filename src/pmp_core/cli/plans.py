"""`pmp plans`: individual support plans."""

from __future__ import annotations

from typing import Any

import typer

from pmp_core.cli.opening import FIELDS, ON, REASON, REGISTER, ROLE, SEMESTER, WHO, json_object, opened
from pmp_core.cli.output import JSON, day, say, show, show_json
from pmp_core.measures import Session
from pmp_core.outcomes import Evaluation
from pmp_core.plans import SupportPlan
from pmp_core.register import casework
from pmp_core.values import Semester

plans = typer.Typer(help="Individual support plans.", no_args_is_help=True)


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
