"""`pmp claims correct`, `recover`, `set-off`, `settle`, `payee` and `account`: a claim after its decision."""

from __future__ import annotations

import typer

from pmp_core.cli.claims import CLAIM
from pmp_core.cli.opening import ON, REASON, REGISTER, WHO, json_object, opened
from pmp_core.cli.output import JSON, LANGUAGE, day, language, say, show, show_json
from pmp_core.compensation import Claim, PaymentEntry
from pmp_core.register.casework import ClaimAccount
from pmp_core.values import Money

commands = typer.Typer()
ROLE = typer.Option("municipal-coordinator", "--role", help="In which role: a code of the programme's `roles`.")


@commands.command("correct")
def correct(
    id: str = CLAIM,
    register: str = REGISTER,
    reason: str = typer.Option(..., "--reason", help="Why."),
    file: str | None = typer.Option(
        None, "--file", help="A JSON file with the fields that change, such as receipts; - for standard input."
    ),
    by: str = WHO,
    role: str = ROLE,
    on: str | None = ON,
    json: bool = JSON,
) -> None:
    """Decide a claim anew that was decided before, with other contents or under the law as it stands now.

    The difference is paid with the next batch, or owed back.
    """
    fields = None if file is None else json_object(file)
    with opened(register, by=by, role=role) as opened_register:
        contents = None
        if fields is not None:
            with opened_register.unit_of_work(keep=False) as work:
                contents = Claim.model_validate({**dict(work.claims.get(id)), **fields})
        made = opened_register.correct_claim(id, on=day(on), reason=reason, claim=contents)
    row = {
        "id": id,
        "status": made.claim.status,
        "granted before": made.before.amount,
        "granted": made.decision.amount,
        "balance": made.balance,
        "affected": ", ".join(made.affected) or None,
    }
    show([{name: None if value is None else str(value) for name, value in row.items()}], json=json)


@commands.command("recover")
def recover(
    id: str = CLAIM,
    register: str = REGISTER,
    amount: str = typer.Option(..., "--amount", help="What came back, in EUR; all that is owed or a part."),
    reference: str = typer.Option(..., "--reference", help="By which the bank's statement tells it."),
    received_on: str | None = typer.Option(None, "--received-on", help="The day on which it came; as --on if left out."),
    reason: str | None = REASON,
    by: str = WHO,
    role: str = ROLE,
    on: str | None = ON,
    json: bool = JSON,
) -> None:
    """Enter money that came back for a corrected claim."""
    when = day(on)
    with opened(register, by=by, role=role) as opened_register:
        claim, entry = opened_register.recover(
            id,
            on=when,
            amount=Money(amount),
            received_on=when if received_on is None else day(received_on),
            reference=reference,
            reason=reason,
        )
    show([_entered(claim, entry)], json=json)


@commands.command("set-off")
def set_off(
    id: str = CLAIM,
    register: str = REGISTER,
    batch: str | None = typer.Option(
        None, "--batch", help="A batch that has not gone out; the oldest that pays the same payee if left out."
    ),
    amount: str | None = typer.Option(None, "--amount", help="How much, in EUR; as much as can be if left out."),
    reason: str | None = REASON,
    by: str = WHO,
    role: str = ROLE,
    on: str | None = ON,
    json: bool = JSON,
) -> None:
    """Deduct what is owed for a corrected claim from what a batch pays to the same payee."""
    wanted = None if amount is None else Money(amount)
    with opened(register, by=by, role=role) as opened_register:
        claim, entry = opened_register.set_off(id, on=day(on), batch_id=batch, amount=wanted, reason=reason)
    show([_entered(claim, entry)], json=json)


@commands.command("settle")
def settle(
    id: str = CLAIM, register: str = REGISTER, by: str = WHO, role: str = ROLE, on: str | None = ON, json: bool = JSON
) -> None:
    """Close a corrected claim of which nothing is to be paid and nothing is owed."""
    with opened(register, by=by, role=role) as opened_register:
        claim = opened_register.settle_claim(id, on=day(on))
    show([{"id": claim.id, "status": claim.status}], json=json)


@commands.command("payee")
def payee(
    id: str = CLAIM,
    payee: str = typer.Argument(..., help="The payee: `pmp payments payees list`."),
    register: str = REGISTER,
    by: str = WHO,
    role: str = ROLE,
    on: str | None = ON,
    json: bool = JSON,
) -> None:
    """Say who is paid for a claim, while no money of it is with another payee."""
    with opened(register, by=by, role=role) as opened_register:
        claim = opened_register.name_payee(id, payee, on=day(on))
    show([{"id": claim.id, "payee": claim.payee_id}], json=json)


@commands.command("account")
def account(id: str = CLAIM, register: str = REGISTER, language_: str = LANGUAGE, json: bool = JSON) -> None:
    """Tell all that happened to a claim and its money: versions, decisions, payments, recoveries, and how it stands."""
    code = language(language_)
    with opened(register) as opened_register:
        found = opened_register.claim_account(id)
    if json:
        show_json(_account(found))
    else:
        say(found.explain(code))


def _entered(claim: Claim, entry: PaymentEntry) -> dict[str, object]:
    return {
        "id": claim.id,
        "status": claim.status,
        "kind": entry.kind.value,
        "amount": str(entry.amount),
        "reference": entry.reference,
        "batch": entry.batch_id,
    }


def _account(found: ClaimAccount) -> dict[str, object]:
    return {
        "claim": found.claim.model_dump(mode="json"),
        "granted": None if found.granted is None else str(found.granted),
        "entered": str(found.entered),
        "balance": str(found.balance),
        "beyond_budget": None if found.beyond is None else found.beyond.id,
        "versions": [
            {"version": v.version, "change": v.change, "on": v.on, "actor": v.actor, "role": v.role, "reason": v.reason}
            for v in found.versions
        ],
        "decisions": [
            {
                "number": number,
                "decided_on": one.decided_on,
                "outcome": one.outcome,
                "amount": None if one.amount is None else str(one.amount),
                "reason": one.reason,
                "digest": one.digest,
            }
            for number, one in enumerate(found.decisions, 1)
        ],
        "entries": [entry.model_dump(mode="json") for entry in found.entries],
    }
