"""`pmp budgets`: what partners have for compensation in a semester, and how it stands."""

from __future__ import annotations

import typer

from pmp_core.cli.claim_money import ROLE
from pmp_core.cli.opening import REGISTER, SEMESTER, WHO, opened
from pmp_core.cli.output import JSON, show
from pmp_core.values import Money

budgets = typer.Typer(help="Budgets: reserved, decided, paid, and what is beyond.", no_args_is_help=True)


@budgets.command("set")
def set_(
    register: str = REGISTER,
    semester: str = typer.Option(..., "--semester", help="Such as 2022/23-1."),
    amount: str = typer.Option(..., "--amount", help="How much there is, in EUR."),
    institution: str | None = typer.Option(None, "--institution", help="The id of an institution; or give --municipality."),
    municipality: str | None = typer.Option(
        None, "--municipality", help="The id of a municipality, for those of its institutions that keep none."
    ),
    kind: str | None = typer.Option(None, "--kind", help="A code of `measure-kinds` under compensation; all kinds if left out."),
    by: str = WHO,
    role: str = ROLE,
    json: bool = JSON,
) -> None:
    """Keep what a partner has in a semester, in place of what was kept before."""
    with opened(register, by=by, role=role) as opened_register:
        kept = opened_register.set_budget(
            semester, Money(amount), institution_id=institution, municipality_id=municipality, kind=kind
        )
    show([kept.model_dump(mode="json", exclude={"version"})], json=json)


@budgets.command("list")
def list_(register: str = REGISTER, semester: str | None = SEMESTER, json: bool = JSON) -> None:
    """List budgets: what is reserved by submitted claims, decided, paid and left, and which claims are beyond."""
    with opened(register) as opened_register:
        found = opened_register.budgets(semester=semester)
    rows = [
        {
            "id": one.budget.id,
            "partner": one.budget.institution_id or one.budget.municipality_id,
            "kind": one.budget.kind,
            "semester": one.budget.semester,
            "amount": str(one.amount),
            "reserved": str(one.reserved),
            "decided": str(one.decided),
            "paid": str(one.paid),
            "left": str(one.left),
            "beyond": ", ".join(one.beyond) or None,
        }
        for one in found
    ]
    show(rows, json=json, title="Budgets")
