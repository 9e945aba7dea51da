"""Sending a batch: as CSV, or as a credit transfer that a bank reads."""

from __future__ import annotations

from datetime import date, datetime, time

from attrs import field, frozen

from pmp_core.compensation import PaymentBatch
from pmp_core.errors import InvalidValue, StepRefused
from pmp_core.loading import Programme
from pmp_core.register.access.doors import door
from pmp_core.register.casework.partners import check_scopes, partners_of
from pmp_core.register.casework.payments import batch_exported, check_may_pay, entries_of
from pmp_core.register.collection import UnitOfWork
from pmp_core.register.credit_transfer import pain_001
from pmp_core.register.payment_order import Debtor, PaymentOrder
from pmp_core.values import Actor

FORMATS = ("csv", "pain.001")


@frozen
class ExportedBatch:
    """A batch as it went out.

    Args:
        batch: as it is kept now.
        content: the file; it names people and their accounts.
    """

    batch: PaymentBatch
    content: bytes = field(repr=False)


@door("pay", "batch_id")
def export_batch(
    work: UnitOfWork,
    programme: Programme,
    batch_id: str,
    *,
    by: Actor,
    on: date,
    file_format: str,
    debtor: Debtor | None = None,
    moment: datetime | None = None,
) -> ExportedBatch:
    """Write a batch, and mark it as gone out with the day and a digest of what it orders. Doing it again gives the same bytes.

    Args:
        by: who sends it, in a role that may pay.
        on: the day, for the mark of the first time.
        file_format: `csv` or `pain.001`.
        debtor: from whose account it is paid; for `pain.001`.
        moment: when the message was made, as `pain.001` says it; None: the beginning of the day on which the batch was made.

    Raises:
        NotFound: no such batch.
        InvalidValue: `format-unknown`, `debtor-missing`, `export-invalid`.
        StepRefused: `step-by-role`; `other-institution`, `other-municipality`, of the claim of any entry; `export-before`,
            where it was made later; `batch-too-late`, where it was to be paid before its first export; `batch-other-debtor`, where a
            bank was told another account before; `batch-altered`, where a payee's name or account is no longer what went out; `payee-without-iban`; `export-empty`.
        PluginError: `extra-missing`.
    """
    batch = work.batches.get(batch_id)
    check_may_pay(programme, by)
    check_scopes(work, by, [entry.claim_id for entry in entries_of(work, batch)])
    if file_format not in FORMATS:
        raise InvalidValue(
            "format-unknown", "There is no such format.", found=file_format, remedy=f"Formats: {', '.join(FORMATS)}."
        )
    if on < batch.made_on:
        raise StepRefused(
            "export-before", "The batch was made after this day.", found=on, remedy=f"Export it on {batch.made_on} or later."
        )
    if batch.exported_on is None and on > batch.execution_on:
        raise StepRefused(
            "batch-too-late",
            "The batch was to be paid before this day, and has not gone out.",
            found=batch.execution_on,
            remedy="Say on which day the bank shall pay: `pmp payments move`.",
        )
    order = order_of(work, batch)
    if batch.digest not in (None, order.digest):
        raise StepRefused(
            "batch-altered",
            "A payee's name or account is no longer what it was when the batch went out.",
            found=batch.id,
            remedy="Give the payees back what they had to write it again; what went out stays as it was.",
        )
    if file_format == "csv":
        content = order.csv()
    elif debtor is None:
        raise InvalidValue(
            "debtor-missing", "It is not said from whose account it is paid.", remedy="Give the debtor's name and account."
        )
    elif batch.debtor_iban not in (None, debtor.iban):
        raise StepRefused(
            "batch-other-debtor",
            "The bank was told to pay the batch from another account: with both messages it would be paid twice.",
            found=batch.debtor_iban,
            remedy="Give the account of the first time.",
        )
    else:
        content = pain_001(order, debtor, moment=moment or datetime.combine(batch.made_on, time()))
    marks: dict[str, object] = {} if batch.exported_on is not None else {"exported_on": on, "digest": order.digest}
    if debtor is not None and file_format != "csv" and batch.debtor_iban is None:
        marks["debtor_iban"] = debtor.iban
    if marks:
        batch = work.batches.put(batch.changed(**marks))
    return ExportedBatch(batch, content)


@door("pay", "batch_id")
def move_batch(work: UnitOfWork, programme: Programme, batch_id: str, *, by: Actor, on: date, execution_on: date) -> PaymentBatch:
    """Have a batch that has not gone out paid on another day.

    Args:
        by: who says it, in a role that may pay; `on`: the day.
        execution_on: the day on which the bank shall pay; not before `on`.

    Raises:
        NotFound: no such batch.
        InvalidValue: `execution-before`.
        StepRefused: `batch-exported`; `step-by-role`; `other-institution`, `other-municipality`, of the claim of any entry.
    """
    batch = work.batches.get(batch_id)
    check_may_pay(programme, by)
    check_scopes(work, by, [entry.claim_id for entry in entries_of(work, batch)])
    if batch.exported_on is not None:
        raise batch_exported(batch)
    if execution_on < on:
        raise InvalidValue("execution-before", "This day is over.", found=execution_on, remedy=f"Have it paid on {on} or later.")
    return work.batches.put(batch.changed(execution_on=execution_on))


@door("see-money", "batch")
def order_of(work: UnitOfWork, batch: PaymentBatch) -> PaymentOrder:
    """A batch with its entries and who is paid."""
    entries = entries_of(work, batch)
    payees = work.payees.find(id=sorted({str(entry.payee_id) for entry in entries}))
    partners = partners_of(work, [entry.claim_id for entry in entries])
    return PaymentOrder(batch, entries, {payee.id: payee for payee in payees}, partners)
