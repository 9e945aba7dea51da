"""`pmp plans`: drafting individual support plans, and looking at them."""

from __future__ import annotations

from datetime import date
from typing import Any

import typer

from pmp_core.cli.opening import FIELDS, ON, REASON, REGISTER, ROLE, SEMESTER, WHO, json_object, opened
from pmp_core.cli.output import JSON, LANGUAGE, day, language, say, show, show_json
from pmp_core.errors import InvalidValue
from pmp_core.plans import SupportPlan
from pmp_core.register import Register, UnitOfWork, casework
from pmp_core.values import Day, Entity, Id, Semester

plans = typer.Typer(help="Individual support plans, from draft to close.", no_args_is_help=True)
PLAN = typer.Argument(..., help="The plan.")
VERSION = typer.Option(None, "--version", help="The version you looked at; refused if the plan was changed since.")


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
def show_plan(id: str = PLAN, register: str = REGISTER, language_: str = LANGUAGE, json: bool = JSON) -> None:
    """Show a plan: risks, measures, sessions, steps."""
    code = language(language_)
    with opened(register) as opened_register, opened_register.unit_of_work() as work:
        plan = work.plans.get(id)
        sessions = work.sessions.find(plan_id=id)
        claims = work.claims.find(plan_id=id)
        if json:
            show_json({**plan.model_dump(mode="json"), "sessions": len(sessions), "claims": [claim.id for claim in claims]})
            return
        pack = opened_register.programme.pack
        status = pack.term("plan-statuses", plan.status).title[code]
        say(f"{plan.id}  {status}  {plan.semester}  {plan.first_day}..{plan.last_day}  version {plan.version}")
        say(f"learner {plan.learner_id}, institution {plan.institution_id}, applied {plan.applied_on}, entered {plan.entered_on}")
        risk_rows = [{"risk": risk.factor, "title": pack.term("risk-factors", risk.factor).title[code]} for risk in plan.risks]
        show(risk_rows, json=False, title="Risks")
        rows = [
            {
                "no": m.number,
                "measure": pack.term("measure-kinds", m.kind).title[code],
                "specialist": m.specialist,
                "responsible": m.responsible,
                "risks": ", ".join(m.risks),
                "planned": m.sessions,
                "delivered": sum(session.measure == m.number and session.attended for session in sessions),
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


class _Known(Entity):
    """What of a draft's file the register is asked by."""

    learner_id: Id
    semester: Semester
    applied_on: Day | None = None
    institution_id: Id | None = None


@plans.command("draft")
def draft(
    file: str = FIELDS,
    register: str = REGISTER,
    by: str = WHO,
    role: str = ROLE,
    on: str | None = ON,
    json: bool = JSON,
) -> None:
    """Keep a new draft. `learner_id` and `semester` are enough: the register fills in the confirmed risks, the institution, the
    period. Whatever else stands in the file goes before that.
    """
    fields = json_object(file)
    with opened(register, by=by, role=role) as opened_register, opened_register.unit_of_work() as work:
        plan = _drafted(work, opened_register, fields, day(on))
        kept = casework.add_plan(work, opened_register.programme, plan, by=opened_register.actor)
    show([_row(kept)], json=json)


def _drafted(work: UnitOfWork, register: Register, fields: dict[str, Any], on: date) -> SupportPlan:
    for name in ("learner_id", "semester"):
        if not isinstance(fields.get(name), str):
            raise InvalidValue("field-missing", f"The draft does not say its {name}.", remedy=f"Add {name!r} to the file.")
    known = _Known.model_validate({name: fields[name] for name in _Known.model_fields if name in fields})
    drafted = casework.draft_plan(
        work,
        register.programme,
        id=register.new_id("P"),
        learner_id=known.learner_id,
        semester=known.semester,
        by=register.actor,
        on=on,
        applied_on=known.applied_on,
        institution_id=known.institution_id,
    )
    return SupportPlan.model_validate({**drafted.model_dump(mode="json"), **fields, "id": drafted.id, "status": drafted.status})


def _row(plan: SupportPlan) -> dict[str, Any]:
    return {
        "id": plan.id,
        "status": plan.status,
        "version": plan.version,
        "risks": ", ".join(risk.factor for risk in plan.risks),
        "measures": len(plan.measures),
    }


@plans.command("change")
def change(
    id: str = PLAN,
    file: str = FIELDS,
    register: str = REGISTER,
    by: str = WHO,
    role: str = ROLE,
    reason: str | None = REASON,
    version: int | None = VERSION,
    on: str | None = ON,
    json: bool = JSON,
) -> None:
    """Change the contents of a draft, or of a plan under revision: the fields in the file take the place of the plan's."""
    fields = json_object(file)
    with opened(register, by=by, role=role) as opened_register, opened_register.unit_of_work() as work:
        kept = work.plans.get(id)
        own = {"id": id, "version": kept.version if version is None else version}
        plan = SupportPlan.model_validate({**kept.model_dump(mode="json"), **fields, **own})
        changed = casework.change_plan(work, opened_register.programme, plan, by=opened_register.actor, on=day(on), reason=reason)
    show([_row(changed)], json=json)


@plans.command("findings")
def findings(
    id: str | None = typer.Argument(None, help="The plan; every plan if left out."),
    register: str = REGISTER,
    semester: str | None = SEMESTER,
    on: str | None = ON,
    language_: str = LANGUAGE,
    json: bool = JSON,
) -> None:
    """Tell what there is to look at in plans: whether they came late, whether their learners are still there, what is behind."""
    code, when = language(language_), day(on)
    where: dict[str, Any] = {} if semester is None else {"semester": Semester(semester)}
    with opened(register) as opened_register, opened_register.unit_of_work(keep=False) as work:
        ids = [plan.id for plan in work.plans.find(released=False, **where)] if id is None else [id]
        rows = [
            {"plan": one, "finding": found.code, "days": found.days, "text": found.text[code]}
            for one in ids
            for found in casework.plan_findings(work, opened_register.programme, one, on=when)
        ]
    show(rows, json=json, title="Findings")


@plans.command("versions")
def versions(id: str = PLAN, register: str = REGISTER, json: bool = JSON) -> None:
    """List every version of a plan: who made it, in which role, when, why."""
    with opened(register) as opened_register:
        found = opened_register.plan_versions(id)
    rows = [
        {
            "version": one.version,
            "change": one.change,
            "on": one.on,
            "by": one.actor,
            "role": one.role,
            "status": one.plan.status,
            "reason": one.reason,
        }
        for one in found
    ]
    show(rows, json=json, title="Versions")


@plans.command("diff")
def diff(
    id: str = PLAN,
    register: str = REGISTER,
    from_: int | None = typer.Option(None, "--from", help="A version; the one before the present one if left out."),
    to: int | None = typer.Option(None, "--to", help="A later version; the present one if left out."),
    json: bool = JSON,
) -> None:
    """Compare two versions of a plan."""
    with opened(register) as opened_register, opened_register.unit_of_work(keep=False) as work:
        newer = work.plans.get(id) if to is None else casework.plan_version(work, id, to)
        older = casework.plan_version(work, id, max(newer.version - 1, 1) if from_ is None else from_)
    rows = [{"where": one.path, "before": one.before, "after": one.after} for one in older.diff(newer)]
    show(rows, json=json, title=f"Version {older.version} and version {newer.version}")
