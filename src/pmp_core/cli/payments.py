"""`pmp payments`: payees, batches of payments, and the files that a bank or an accountant reads."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import typer

from pmp_core.cli.claim_money import ROLE
from pmp_core.cli.files import FORCE, to_standard_output, write_whole
from pmp_core.cli.opening import ON, REGISTER, WHO, json_object, opened
from pmp_core.cli.output import JSON, day, show, show_json
from pmp_core.compensation import Payee, PaymentEntry
from pmp_core.errors import InvalidValue
from pmp_core.register import casework
from pmp_core.register.payment_order import Debtor
from pmp_core.values import Iban, Money

payments = typer.Typer(help="Payments: who is paid, in which batch, and what goes to the bank.", no_args_is_help=True)
payees = typer.Typer(help="Who is paid. Accounts are shown masked.", no_args_is_help=True)
payments.add_typer(payees, name="payees")
BATCH = typer.Argument(..., help="The batch: `pmp payments list`.")
PAYEE = typer.Argument(..., help="The payee.")


@payees.command("add")
def add_payee(
    file: str = typer.Argument(
        ..., help="A JSON file with name, iban, learner_id or institution_id, and id if you have one; - for standard input."
    ),
    register: str = REGISTER,
    by: str = WHO,
    json: bool = JSON,
) -> None:
    """Keep a new payee. The account stands in the file, and not in the shell's history."""
    fields = json_object(file)
    with opened(register, by=by) as opened_register, opened_register.unit_of_work() as work:
        payee = Payee.model_validate({"id": opened_register.new_id("Y"), **fields})
        if payee.learner_id is not None:
            work.learners.get(payee.learner_id)  # tells what is not there
        if payee.institution_id is not None:
            work.institutions.get(payee.institution_id)
        kept = work.payees.add(payee)
    show([_payee(kept)], json=json)


@payees.command("change")
def change_payee(
    id: str = PAYEE,
    file: str = typer.Argument(..., help="A JSON file with name, iban or both; - for standard input."),
    register: str = REGISTER,
    by: str = WHO,
    role: str = ROLE,
    json: bool = JSON,
) -> None:
    """Change a payee's name or account. A batch that has gone out is not written again with another one."""
    fields = json_object(file)
    with opened(register, by=by, role=role) as opened_register, opened_register.unit_of_work() as work:
        kept = casework.change_payee(work, opened_register.programme, id, fields, by=opened_register.actor)
    show([_payee(kept)], json=json)


@payees.command("list")
def list_payees(
    register: str = REGISTER,
    learner: str | None = typer.Option(None, "--learner", help="Only those of this learner."),
    json: bool = JSON,
) -> None:
    """List payees, with their accounts masked."""
    where: dict[str, Any] = {} if learner is None else {"learner_id": learner}
    with opened(register) as opened_register, opened_register.unit_of_work() as work:
        found = work.payees.find(**where)
    show([_payee(payee) for payee in found], json=json, title="Payees")


@payments.command("pay")
def pay(
    register: str = REGISTER,
    execution_on: str = typer.Option(..., "--execution-on", help="The day on which the bank shall pay, YYYY-MM-DD."),
    partner: str | None = typer.Option(None, "--partner", help="The id of an institution or a municipality; all if left out."),
    claim: list[str] = typer.Option([], "--claim", help="Only this claim; can be repeated."),
    by: str = WHO,
    role: str = ROLE,
    on: str | None = ON,
    json: bool = JSON,
) -> None:
    """Make one batch of what is decided and not yet paid, each claim once, and tell what is left out and why."""
    with opened(register, by=by, role=role) as opened_register:
        run = opened_register.pay_claims(on=day(on), execution_on=day(execution_on), claims=claim or None, partner=partner)
    entries = [_entry(entry) for entry in run.entries]
    left_out = [{"claim": one.claim_id, "amount": str(one.amount), "why": one.why.value} for one in run.left_out]
    batch = None if run.batch is None else run.batch.id
    if json:
        show_json({"batch": batch, "total": str(run.total), "entries": entries, "left_out": left_out})
        return
    show(entries, json=False, title="Nothing to pay" if batch is None else f"Batch {batch}, {run.total} EUR")
    show(left_out, json=False, title="Left out")


@payments.command("list")
def list_(
    register: str = REGISTER,
    batch: str | None = typer.Option(None, "--batch", help="The entries of this batch."),
    json: bool = JSON,
) -> None:
    """List batches with their sums; or the entries of one."""
    with opened(register) as opened_register, opened_register.unit_of_work(keep=False) as work:
        if batch is not None:
            entries = casework.entries_of(work, work.batches.get(batch))
            rows: list[dict[str, object]] = [_entry(entry) for entry in entries]
        else:
            rows = []
            for one in work.batches.find(order=("made_on",)):
                entries = casework.entries_of(work, one)
                rows.append(
                    {
                        "id": one.id,
                        "reference": one.reference,
                        "made on": one.made_on,
                        "execution on": one.execution_on,
                        "entries": len(entries),
                        "total": str(sum((entry.amount for entry in entries), Money(0))),
                        "exported on": one.exported_on,
                    }
                )
    show(rows, json=json, title="Batches" if batch is None else f"Batch {batch}")


@payments.command("export")
def export(
    id: str = BATCH,
    register: str = REGISTER,
    format_: str = typer.Option(..., "--format", help="csv or pain.001."),
    out: str = typer.Option(..., "--out", help="The file; - for standard output. It names people and their accounts."),
    debtor_name: str | None = typer.Option(None, "--debtor-name", help="For pain.001: from whose account it is paid."),
    debtor_iban: str | None = typer.Option(None, "--debtor-iban", help="For pain.001: that account."),
    debtor_bic: str | None = typer.Option(
        None, "--debtor-bic", help="For pain.001: the BIC of its bank, if the bank asks for it."
    ),
    moment: str | None = typer.Option(
        None,
        "--moment",
        help="For pain.001: when it was made, YYYY-MM-DDTHH:MM:SS; the beginning of the batch's day if left out.",
    ),
    force: bool = FORCE,
    by: str = WHO,
    role: str = ROLE,
    on: str | None = ON,
    json: bool = JSON,
) -> None:
    """Write a batch as CSV, or as a credit transfer of ISO 20022, and mark it as gone out. Again gives the same bytes."""
    debtor = None
    if debtor_name is not None and debtor_iban is not None:
        debtor = Debtor(debtor_name, Iban(debtor_iban), debtor_bic)
    when = _moment(moment)
    with opened(register, by=by, role=role) as opened_register, opened_register.unit_of_work() as work:
        programme, actor = opened_register.programme, opened_register.actor
        made = casework.export_batch(work, programme, id, by=actor, on=day(on), file_format=format_, debtor=debtor, moment=when)
        # Before the mark is kept: what could not be written has not gone out.
        if out == "-":
            to_standard_output(made.content)
        else:
            write_whole(Path(out), made.content, replace=force)
    if out == "-":
        return
    batch = made.batch
    show(
        [{"batch": batch.id, "file": out, "bytes": len(made.content), "exported on": batch.exported_on, "digest": batch.digest}],
        json=json,
    )


@payments.command("move")
def move(
    id: str = BATCH,
    register: str = REGISTER,
    execution_on: str = typer.Option(..., "--execution-on", help="The day on which the bank shall pay, YYYY-MM-DD."),
    by: str = WHO,
    role: str = ROLE,
    on: str | None = ON,
    json: bool = JSON,
) -> None:
    """Have a batch that has not gone out paid on another day."""
    with opened(register, by=by, role=role) as opened_register:
        batch = opened_register.move_batch(id, on=day(on), execution_on=day(execution_on))
    show([{"batch": batch.id, "execution on": batch.execution_on}], json=json)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise InvalidValue(
            "option-invalid", "This is no moment.", found=text, remedy="Write it as 2022-12-01T09:30:00."
        ) from None


def _payee(payee: Payee) -> dict[str, object]:
    return {
        "id": payee.id,
        "name": payee.name,
        "iban": None if payee.iban is None else str(payee.iban),
        "learner": payee.learner_id,
        "institution": payee.institution_id,
    }


def _entry(entry: PaymentEntry) -> dict[str, object]:
    return {
        "reference": entry.reference,
        "kind": entry.kind.value,
        "claim": entry.claim_id,
        "payee": entry.payee_id,
        "amount": str(entry.amount),
        "decision": entry.decision_number,
    }
