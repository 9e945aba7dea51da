"""`pmp plans assign`, `schedule`, `deliver`, `delivery`, `evaluate`: who holds what, what was held, and what came of it."""

from __future__ import annotations

from typing import Any

import typer

from pmp_core.cli.opening import FIELDS, ON, REGISTER, WHO, json_object, opened
from pmp_core.cli.output import JSON, day, show, show_json
from pmp_core.cli.plans import PLAN
from pmp_core.errors import InvalidValue
from pmp_core.measures import Schedule, Session
from pmp_core.outcomes import Evaluation
from pmp_core.register import casework
from pmp_core.staff import Assignment

commands = typer.Typer()


@commands.command("assign")
def assign(file: str = FIELDS, register: str = REGISTER, by: str = WHO, json: bool = JSON) -> None:
    """Keep a specialist's assignment: person, institution_id, specialist, first_day, and last_day if it has one."""
    fields = json_object(file)
    with opened(register, by=by) as opened_register:
        assignment = Assignment.model_validate({**fields, "id": opened_register.new_id("D")})
        kept = opened_register.add_assignment(assignment)
    show([kept.model_dump(mode="json", exclude={"version"})], json=json)


LAST_DAY = typer.Option(..., "--last-day", help="Its last day, YYYY-MM-DD.")


@commands.command("end-assignment")
def end_assignment(
    id: str = typer.Argument(..., help="The assignment."),
    last_day: str = LAST_DAY,
    register: str = REGISTER,
    by: str = WHO,
    json: bool = JSON,
) -> None:
    """Give an assignment its last day."""
    with opened(register, by=by) as opened_register, opened_register.unit_of_work() as work:
        kept = casework.end_assignment(work, id, last_day=day(last_day), by=opened_register.actor)
    show([kept.model_dump(mode="json", exclude={"version"})], json=json)


@commands.command("end-schedule")
def end_schedule(
    id: str = typer.Argument(..., help="The schedule."),
    last_day: str = LAST_DAY,
    register: str = REGISTER,
    by: str = WHO,
    json: bool = JSON,
) -> None:
    """Let a schedule end on an earlier day; one that would end before it began is taken out."""
    with opened(register, by=by) as opened_register, opened_register.unit_of_work() as work:
        kept = casework.end_schedule(work, id, last_day=day(last_day), by=opened_register.actor)
    show([{"id": id, "last day": None if kept is None else kept.last_day}], json=json)


@commands.command("schedule")
def schedule(file: str = FIELDS, register: str = REGISTER, by: str = WHO, json: bool = JSON) -> None:
    """Keep a recurring schedule of a measure's sessions; tells its days, holidays skipped."""
    fields = json_object(file)
    with opened(register, by=by) as opened_register, opened_register.unit_of_work() as work:
        made = Schedule.model_validate({**fields, "id": opened_register.new_id("G")})
        kept = casework.add_schedule(work, opened_register.programme, made)
        days = casework.session_days(work, opened_register.programme, kept, work.plans.get(kept.plan_id))
    shown: Any = [str(one) for one in days] if json else ", ".join(str(one) for one in days)
    show([{"id": kept.id, "plan": kept.plan_id, "measure": kept.measure, "sessions": len(days), "days": shown}], json=json)


@commands.command("deliver")
def deliver(file: str = FIELDS, register: str = REGISTER, by: str = WHO, on: str | None = ON, json: bool = JSON) -> None:
    """Keep a session that was held, if it counts; or one meeting of a group, with `learners`: a list of what differs for each
    (plan_id, measure, attested_on, absent_because).
    """
    fields = json_object(file)
    learners = fields.pop("learners", None)
    if learners is not None and not (isinstance(learners, list) and learners and all(isinstance(own, dict) for own in learners)):
        raise InvalidValue(
            "learners-invalid",
            "What stands in `learners` is no list of what differs for each learner.",
            remedy='Write a list: [{"plan_id": …, "measure": …}, …]; leave `learners` out for a session of one learner.',
        )
    with opened(register, by=by) as opened_register, opened_register.unit_of_work() as work:
        if learners is not None:
            group = {"group_id": opened_register.new_id("N"), "attendance": "group"}
            sessions = [Session.model_validate({**fields, **own, **group, "id": opened_register.new_id("S")}) for own in learners]
            kept = casework.add_group_session(work, opened_register.programme, sessions, on=day(on))
        else:
            session = Session.model_validate({**fields, "id": opened_register.new_id("S")})
            kept = [casework.add_session(work, opened_register.programme, session, on=day(on))]
    rows = [{"id": s.id, "plan": s.plan_id, "measure": s.measure, "day": s.day, "attended": s.attended} for s in kept]
    show(rows, json=json)


@commands.command("delivery")
def delivery(id: str = PLAN, register: str = REGISTER, on: str | None = ON, json: bool = JSON) -> None:
    """Tell what the plan foresees beside what was delivered, measure by measure."""
    with opened(register) as opened_register:
        found = opened_register.delivery(id, on=day(on))
    rows = [
        {
            "no": one.number,
            "measure": one.kind,
            "specialist": one.specialist,
            "planned": one.planned_sessions,
            "due": one.due_sessions,
            "delivered": one.delivered_sessions,
            "minutes": one.delivered_minutes,
            "missed": one.missed_sessions,
            "outstanding": one.outstanding_sessions,
            "last": one.last_delivered_on,
        }
        for one in found
    ]
    show(rows, json=json, title="Planned and delivered")


@commands.command("records")
def records(id: str = PLAN, register: str = REGISTER, on: str | None = ON, json: bool = JSON) -> None:
    """Tell what the records say for a plan's evaluation: each signal before and after, each measure delivered. With --json it is
    the beginning of a file for `evaluate`: say in it what became of each risk.
    """
    with opened(register) as opened_register, opened_register.unit_of_work(keep=False) as work:
        found = casework.evaluation_records(work, opened_register.programme, id, on=day(on))
    risks = [{"factor": r.factor, "result": None, "signal": r.signal, "before": r.before, "after": r.after} for r in found.risks]
    measures = [
        {"number": m.number, "delivered": None, "sessions": m.delivered_sessions, "minutes": m.delivered_minutes}
        for m in found.measures
    ]
    if json:
        show_json({"plan_id": id, "evaluated_on": str(found.on), "risks": risks, "measures": measures})
        return
    show([{k: v for k, v in row.items() if k != "result"} for row in risks], json=False, title="Risks")
    show([{k: v for k, v in row.items() if k != "delivered"} for row in measures], json=False, title="Measures")


@commands.command("evaluate")
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
