"""`pmp plans submit`, `approve` and the other steps; transfers, and the next semester's draft."""

from __future__ import annotations

from collections.abc import Callable

import typer

from pmp_core.cli.opening import ON, REASON, REGISTER, ROLE, WHO, opened
from pmp_core.cli.output import JSON, day, show
from pmp_core.cli.plans import PLAN, VERSION
from pmp_core.plans import SupportPlan
from pmp_core.register import casework

commands = typer.Typer()
NEEDED_ROLE = typer.Option(..., "--role", help="In which role: a station of the plan's chain of approval.")
# The steps of the shipped programmes. One that an overlay adds is taken with `pmp plans step`.
STEPS = {
    "submit": "Submit a draft, or a plan under revision, for approval.",
    "approve": "Approve a plan, as the station whose turn it is: `pmp plans list` tells which.",
    "return": "Return a plan for correction, with a reason.",
    "start": "Start an approved plan.",
    "revise": "Take a plan under revision; it is approved again at all levels afterwards.",
    "suspend": "Suspend a plan, with a reason.",
    "resume": "Resume a suspended plan in its own semester: it goes under revision.",
    "delete": "Delete a plan for which no money was used; `pmp plans clear` first.",
    "close": "Close a plan that was evaluated; or one that was not, with a reason.",
}


def _command(name: str) -> Callable[..., None]:
    role_option = NEEDED_ROLE if name in ("approve", "return") else ROLE

    def take(
        id: str = PLAN,
        register: str = REGISTER,
        by: str = WHO,
        role: str = role_option,
        reason: str | None = REASON,
        version: int | None = VERSION,
        on: str | None = ON,
        json: bool = JSON,
    ) -> None:
        step(id, name, register, by, role, reason, version, on, json)

    return take


for _name, _help in STEPS.items():
    commands.command(_name, help=_help)(_command(_name))


@commands.command("step")
def step(
    id: str = PLAN,
    step: str = typer.Argument(..., help="A step of the programme's life cycle of plans."),
    register: str = REGISTER,
    by: str = WHO,
    role: str = ROLE,
    reason: str | None = REASON,
    version: int | None = VERSION,
    on: str | None = ON,
    json: bool = JSON,
) -> None:
    """Take a step by its name, such as one that an overlay adds."""
    with opened(register, by=by, role=role) as opened_register:
        plan = opened_register.take_plan_step(id, step, on=day(on), reason=reason, version=version)
        _show(plan, plan.next_station(opened_register.programme.life_cycle("plan")), json)


def _show(plan: SupportPlan, station: str | None, json: bool) -> None:
    told = {"id": plan.id, "status": plan.status, "institution": plan.institution_id, "version": plan.version}
    show([{**told, "next station": station}], json=json)


@commands.command("clear")
def clear(
    id: str = PLAN,
    register: str = REGISTER,
    by: str = WHO,
    role: str = ROLE,
    reason: str | None = REASON,
    on: str | None = ON,
    json: bool = JSON,
) -> None:
    """Take all measures and risks out of a plan that is to be deleted; only while no money was used."""
    with opened(register, by=by, role=role) as opened_register, opened_register.unit_of_work() as work:
        plan = casework.clear_plan(work, opened_register.programme, id, by=opened_register.actor, on=day(on), reason=reason)
    _show(plan, None, json)


@commands.command("transfer")
def transfer(
    id: str = PLAN,
    institution: str = typer.Argument(..., help="The institution that takes the plan over: where the learner is now."),
    register: str = REGISTER,
    by: str = WHO,
    role: str = ROLE,
    reason: str | None = REASON,
    version: int | None = VERSION,
    on: str | None = ON,
    json: bool = JSON,
) -> None:
    """Take a plan over at the institution its learner went to. It goes under revision, and is approved there again."""
    with opened(register, by=by, role=role) as opened_register:
        plan = opened_register.transfer_plan(id, institution, on=day(on), reason=reason, version=version)
    _show(plan, None, json)


@commands.command("see")
def see(
    id: str = PLAN,
    institution: str = typer.Option(..., "--institution", help="Who looks."),
    register: str = REGISTER,
    on: str | None = ON,
    json: bool = JSON,
) -> None:
    """Tell what an institution sees of a plan: its own, one that left it, one of a learner who is enrolled there too."""
    with opened(register) as opened_register, opened_register.unit_of_work(keep=False) as work:
        view = casework.see_plan(work, opened_register.programme, id, institution, on=day(on))
    seen = {"sees": view.sees, "institution of the plan": view.institution_id}
    version = None if view.plan is None else view.plan.version
    show([{**seen, "version": version, "sessions": len(view.sessions)}], json=json)


@commands.command("roll-over")
def roll_over(
    id: str = PLAN,
    register: str = REGISTER,
    semester: str | None = typer.Option(None, "--semester", help="For which semester; the next one if left out."),
    by: str = WHO,
    role: str = ROLE,
    on: str | None = ON,
    json: bool = JSON,
) -> None:
    """Keep the next semester's draft from a plan's open risks and the measures for them."""
    with opened(register, by=by, role=role) as opened_register:
        plan = opened_register.roll_over_plan(id, on=day(on), semester=semester)
    _show(plan, None, json)


@commands.command("pay-preparation")
def pay_preparation(
    id: str = PLAN,
    paid_on: str = typer.Option(..., "--paid-on", help="The day of the payment, YYYY-MM-DD."),
    register: str = REGISTER,
    by: str = WHO,
    role: str = ROLE,
    on: str | None = ON,
    json: bool = JSON,
) -> None:
    """Write down that the plan's preparation was paid with the project's money: it cannot be deleted any more."""
    with opened(register, by=by, role=role) as opened_register, opened_register.unit_of_work() as work:
        plan = casework.pay_preparation(
            work, opened_register.programme, id, by=opened_register.actor, on=day(on), paid_on=day(paid_on)
        )
    _show(plan, None, json)
