"""`pmp claims` and `pmp partners`: what money is asked for, and who takes part."""

from __future__ import annotations

from typing import Any

import typer

from pmp_core.cli.opening import FIELDS, ON, REGISTER, WHO, json_object, opened
from pmp_core.cli.output import JSON, day, show
from pmp_core.compensation import Claim
from pmp_core.learners import Partnership
from pmp_core.register import casework
from pmp_core.register.claim_money import claim_money

claims = typer.Typer(help="Claims for compensation; `pmp decide` decides them.", no_args_is_help=True)
partners = typer.Typer(help="Partners: who takes part, from day to day.", no_args_is_help=True)
CLAIM = typer.Argument(..., help="The claim.")
ROLE = typer.Option("plan-author", "--role", help="In which role: a code of the programme's `roles`.")


@claims.command("list")
def list_(
    register: str = REGISTER,
    plan: str | None = typer.Option(None, "--plan", help="Only those of this plan."),
    json: bool = JSON,
) -> None:
    """List claims, with what was granted, what of it is still to be paid or owed back, and what can be done next."""
    where: dict[str, Any] = {} if plan is None else {"plan_id": plan}
    with opened(register) as opened_register, opened_register.unit_of_work() as work:
        cycle = opened_register.programme.life_cycle("claim")
        found = work.claims.find(**where)
        money, beyond = claim_money(work, found), casework.beyond_budget(work, opened_register.programme)
        rows = [
            {
                **_row(claim),
                "granted": str(money[claim.id].granted) if claim.id in money else None,
                "balance": str(money[claim.id].balance) if claim.id in money else None,
                "beyond budget": beyond[claim.id].id if claim.id in beyond else None,
                "possible": ", ".join(cycle.possible(claim.status)),
            }
            for claim in found
        ]
    show(rows, json=json, title="Claims")


def _row(claim: Claim) -> dict[str, object]:
    return {
        "id": claim.id,
        "plan": claim.plan_id,
        "measure": claim.measure,
        "kind": claim.kind,
        "first day": claim.first_day,
        "last day": claim.last_day,
        "requested": str(claim.requested),
        "status": claim.status,
        "submitted on": claim.submitted_on,
    }


@claims.command("add")
def add(file: str = FIELDS, register: str = REGISTER, by: str = WHO, on: str | None = ON, json: bool = JSON) -> None:
    """Keep a new draft of a claim."""
    fields, when = json_object(file), day(on)
    with opened(register, by=by) as opened_register, opened_register.unit_of_work() as work:
        fields = {**fields, "id": opened_register.new_id("C"), "status": opened_register.programme.life_cycle("claim").initial}
        claim = Claim.model_validate({**fields, "submitted_on": None, "decision_digest": None})
        work.plans.get(claim.plan_id).measure(claim.measure)  # tells what is not there
        kept = casework.keep_claim(work, claim, "draft", by=opened_register.actor, on=when)
    show([_row(kept)], json=json)


@claims.command("submit")
def submit(
    id: str = CLAIM, register: str = REGISTER, by: str = WHO, role: str = ROLE, on: str | None = ON, json: bool = JSON
) -> None:
    """Submit a claim that is a draft."""
    with opened(register, by=by, role=role) as opened_register, opened_register.unit_of_work() as work:
        claim = work.claims.get(id)
        kept = casework.submit_claim(work, opened_register.programme, claim, by=opened_register.actor, on=day(on))
    show([_row(kept)], json=json)


@claims.command("withdraw")
def withdraw(
    id: str = CLAIM,
    register: str = REGISTER,
    by: str = WHO,
    role: str = ROLE,
    reason: str | None = typer.Option(None, "--reason", help="Why."),
    on: str | None = ON,
    json: bool = JSON,
) -> None:
    """Withdraw a submitted claim; it is a draft again."""
    with opened(register, by=by, role=role) as opened_register, opened_register.unit_of_work() as work:
        kept = casework.withdraw_claim(work, opened_register.programme, id, by=opened_register.actor, on=day(on), reason=reason)
    show([_row(kept)], json=json)


@partners.command("add")
def add_partner(
    register: str = REGISTER,
    institution: str | None = typer.Option(None, "--institution", help="The id of an institution; or give --municipality."),
    municipality: str | None = typer.Option(None, "--municipality", help="The id of a municipality, for all its schools."),
    first: str = typer.Option(..., "--from", help="The first day, YYYY-MM-DD."),
    until: str | None = typer.Option(None, "--until", help="The last day; open if left out."),
    agreement: str | None = typer.Option(None, "--agreement", help="Number of the agreement."),
    by: str = WHO,
    json: bool = JSON,
) -> None:
    """Keep an agreement of a municipality or an institution."""
    with opened(register, by=by) as opened_register, opened_register.unit_of_work() as work:
        partnership = Partnership(
            id=opened_register.new_id("A"),
            first_day=day(first),
            last_day=None if until is None else day(until),
            institution_id=institution,
            municipality_id=municipality,
            agreement=agreement,
        )
        if institution is not None:
            work.institutions.get(institution)
        if municipality is not None:
            work.municipalities.get(municipality)
        kept = work.partnerships.add(partnership)
    show([kept.model_dump(mode="json", exclude={"version"})], json=json)
