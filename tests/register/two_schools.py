"""What the tests of plans share: two schools with agreements, Anna in grade 5 of the first, and what they work with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, TypeVar

import pytest

import pmp_storage_sql.plugin
from pmp_core.errors import PmpError, StepRefused
from pmp_core.learners import Enrolment, Institution, Learner, Municipality, Partnership
from pmp_core.loading import load_programme
from pmp_core.measures import Schedule, Session
from pmp_core.outcomes import Evaluation
from pmp_core.plans import SupportPlan
from pmp_core.plugins import PluginSet
from pmp_core.programme import OverlayText
from pmp_core.register import Register, UnitOfWork, casework
from pmp_core.staff import Assignment
from pmp_core.values import Actor, Semester

E = TypeVar("E", bound=PmpError)
AUTHOR, HEAD = Actor(name="Ilze", role="plan-author"), Actor(name="Roberts", role="director", institution_id="I-1")
OTHER_HEAD = Actor(name="Dace", role="director", institution_id="I-2")
COORDINATOR, SERVICE = Actor(name="Jana", role="municipal-coordinator"), Actor(name="Ieva", role="ikvd")
SEMESTER, NEXT = Semester("2022/23-1"), Semester("2022/23-2")
FIRST, BEGIN, MOVE, LAST = date(2022, 9, 1), date(2022, 9, 12), date(2022, 11, 7), date(2022, 12, 23)
NEW_YEAR = date(2023, 1, 9)


def made(target: str, values: str = "") -> Register:
    head = "overlay_for: lv-8.3.4\ntitle: {lv: izdomāts, en: made up}\nvalues:\n"
    overlays = [OverlayText("made-up.example.yaml", head + values)] if values else []
    plugins = PluginSet([("sql", pmp_storage_sql.plugin)])
    programme = load_programme("lv-8.3.4", overlays=overlays, plugins=plugins)
    register = Register.open(target, actor=AUTHOR, programme=programme, plugins=plugins, access="host")
    with register.unit_of_work() as work:
        for number in ("1", "2"):
            work.municipalities.add(Municipality(id=f"M-{number}", name=f"{number}. novads"))
            place = {"partner_kind": "municipality", "municipality_id": f"M-{number}"}
            work.institutions.add(Institution.model_validate({"id": f"I-{number}", "name": f"{number}. skola", **place}))
            work.partnerships.add(Partnership(id=f"A-{number}", first_day=FIRST, municipality_id=f"M-{number}"))
            person = {"person": "Zane" if number == "1" else "Māra", "institution_id": f"I-{number}", "first_day": FIRST}
            for specialist in ("psychologist", "pedagogue"):
                fields = {"id": f"D-{number}-{specialist}", "specialist": specialist, **person}
                work.assignments.add(Assignment.model_validate(fields))
        work.institutions.add(Institution(id="I-3", name="Tehnikums", partner_kind="state-vocational-institution"))
        work.institutions.add(Institution(id="I-4", name="Cita"))
        learner(work, "1", "Anna")
    return register


def learner(work: UnitOfWork, number: str, name: str, **fields: Any) -> None:
    work.learners.add(Learner(id=f"L-{number}", given_name=name, family_name="Ozola"))
    enrol(work, f"E-{number}", learner_id=f"L-{number}", **fields)


def enrol(work: UnitOfWork, id: str, **fields: Any) -> None:
    given = {"learner_id": "L-1", "institution_id": "I-1", "track": "general", "level": 5, "first_day": FIRST}
    work.enrolments.add(Enrolment.model_validate({"id": id, **given, **fields}))


def moves(register: Register, on: date = MOVE, to: str = "I-2", stay: str = "E-1", id: str = "E-moved", **fields: Any) -> None:
    """Anna goes to another institution: the day before is her last one at the old."""
    with register.unit_of_work() as work:
        work.enrolments.put(work.enrolments.get(stay).changed(last_day=on - timedelta(days=1)))
        enrol(work, id, institution_id=to, first_day=on, **fields)


def plan(id: str = "P-1", **fields: Any) -> SupportPlan:
    first = {"number": 1, "kind": "consultation", "specialist": "psychologist", "sessions": 8, "minutes": 40}
    second = {"number": 2, "kind": "consultative-support"}
    return SupportPlan.model_validate(
        {
            "id": id, "learner_id": "L-1", "institution_id": "I-1", "partner_kind": "municipality", "semester": SEMESTER,
            "first_day": BEGIN, "last_day": LAST, "entered_on": "2022-09-09", "applied_on": "2022-09-09", "prepared_by": "Ilze",
            "status": "draft", "risks": ({"factor": "violence"}, {"factor": "often-ill"}),
            "measures": (
                {**first, "risks": ("violence",), "justification": "Palīdz."},
                {**second, "risks": ("violence", "often-ill"), "justification": "Palīdz."},
            ), **fields,
        }
    )  # fmt: skip


def session(id: str = "S-1", **fields: Any) -> Session:
    given = {"id": id, "plan_id": "P-1", "measure": 1, "day": "2022-10-03", "minutes": 40, "specialist": "psychologist"}
    return Session.model_validate({**given, "delivered_by": "Zane", **fields})


def schedule(id: str = "G-1", **fields: Any) -> Schedule:
    """Mondays: from 3 October to the plan's end there are ten that are school days."""
    given = {"id": id, "plan_id": "P-1", "measure": 1, "first_day": "2022-10-03", "last_day": LAST, "weekdays": ("monday",)}
    return Schedule.model_validate({**given, "minutes": 40, "specialist": "psychologist", "delivered_by": "Zane", **fields})


def evaluation(id: str = "V-1", **fields: Any) -> Evaluation:
    return Evaluation.model_validate(
        {
            "id": id, "plan_id": "P-1", "evaluated_on": "2022-12-20", "evaluated_by": "Ilze",
            "risks": ({"factor": "violence", "result": "gone"}, {"factor": "often-ill", "result": "lowered"}),
            "measures": ({"number": 1, "delivered": True}, {"number": 2, "delivered": True}), **fields,
        }
    )  # fmt: skip


def step(register: Register, name: str, by: Actor = AUTHOR, on: date = BEGIN, id: str = "P-1", **named: Any) -> SupportPlan:
    return register.take_plan_step(id, name, on=on, by=by, **named)


def approved(register: Register, on: date = BEGIN, id: str = "P-1", head: Actor = HEAD) -> SupportPlan:
    step(register, "submit", on=on, id=id)
    for by in (head, COORDINATOR, SERVICE):
        step(register, "approve", by, on=on, id=id)
    return step(register, "start", on=on, id=id)


def in_progress(register: Register, made_plan: SupportPlan | None = None) -> SupportPlan:
    kept = register.add_plan(made_plan or plan())
    return approved(register, on=kept.first_day, id=kept.id)


def revised(register: Register, on: date = MOVE) -> SupportPlan:
    in_progress(register)
    return step(register, "revise", on=on)


def taken_over(register: Register, on: date = MOVE, to: str = "I-2", by: Actor = OTHER_HEAD, **named: Any) -> SupportPlan:
    return register.transfer_plan("P-1", to, on=on, by=by, **named)


def moved(register: Register) -> SupportPlan:
    """A plan in progress that went with Anna to the second school."""
    in_progress(register)
    moves(register)
    return taken_over(register)


def within(register: Register, call: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """What a function of casework gives, in a unit of work of its own."""
    with register.unit_of_work() as work:
        return call(work, register.programme, *arguments, **named)


def seen(register: Register, institution_id: str, on: date = MOVE) -> casework.PlanView:
    view: casework.PlanView = within(register, casework.see_plan, "P-1", institution_id, on=on)
    return view


def refusal(call: Callable[[], object], kind: type[E] = StepRefused) -> E:  # type: ignore[assignment]
    with pytest.raises(kind) as caught:
        call()
    return caught.value
