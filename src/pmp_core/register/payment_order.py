"""What a batch orders to be paid, ready to be written in one format or another."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Mapping, Sequence

from attrs import field, frozen

from pmp_core.compensation import CreditTransfer, Payee, PaymentBatch, PaymentEntry, credit_transfers
from pmp_core.errors import InvalidValue
from pmp_core.values import Iban, Money
from pmp_core.values.cells import harmless

_BIC = re.compile(r"[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
COLUMNS = (
    "reference",
    "kind",
    "claim",
    "payee",
    "payee name",
    "iban",
    "amount",
    "ordered",
    "currency",
    "execution day",
    "decision",
    "decision digest",
)


def _bic(text: str | None) -> str | None:
    if text is not None and not _BIC.fullmatch(text):
        raise InvalidValue(
            "bic-invalid", "This is no BIC.", found=text, remedy="It has 8 or 11 capital letters and digits; or leave it out."
        )
    return text


@frozen
class Debtor:
    """From whose account a batch is paid.

    Args:
        name: as the bank knows the holder of the account.
        iban: the account.
        bic: of the bank; None: the bank knows it by the account.

    Raises:
        InvalidValue: `bic-invalid`.
    """

    name: str
    iban: Iban
    bic: str | None = field(default=None, converter=_bic)


@frozen
class PaymentOrder:
    """A batch with its entries and who is paid.

    Args:
        batch: the batch.
        entries: its entries in the order of their numbers.
        payees: by id.
        partners: whose each claim is, by the claim's id.
    """

    batch: PaymentBatch
    entries: Sequence[PaymentEntry]
    payees: Mapping[str, Payee]
    partners: Mapping[str, tuple[str, str]]

    @property
    def transfers(self) -> list[CreditTransfer]:
        """What the bank shall pay."""
        return credit_transfers(self.entries, self.partners)

    @property
    def digest(self) -> str:
        """SHA-256 of all that is ordered, whatever the format: references, claims, payees, accounts and amounts."""
        said = [self.batch.reference, self.batch.execution_on.isoformat()]
        rows = [[e.reference, e.kind.value, e.claim_id, e.payee_id, *self._account(e), e.amount.cents] for e in self.entries]
        ordered = [[transfer.reference, transfer.amount.cents] for transfer in self.transfers]
        return hashlib.sha256(json.dumps([said, rows, ordered], ensure_ascii=False).encode()).hexdigest()

    def _account(self, entry: PaymentEntry) -> tuple[str, str]:
        payee = self.payees[str(entry.payee_id)]
        return str(payee.name), "" if payee.iban is None else payee.iban.reveal()

    def csv(self) -> bytes:
        """The batch as CSV: UTF-8 with a byte order mark, semicolons, one row for each entry.

        `amount` is the entry's, below 0 for a set-off; `ordered` is what the bank shall pay for it, and both add up to the same. A
        text that a spreadsheet would take for a formula begins with an apostrophe.
        """
        ordered = {transfer.reference: transfer.amount for transfer in self.transfers}
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
        writer.writerow(COLUMNS)
        for entry in self.entries:
            name, account = self._account(entry)
            words = (entry.reference, entry.kind.value, entry.claim_id, entry.payee_id, name, account)
            amounts = (entry.amount, ordered.get(str(entry.reference), Money(0)), "EUR", self.batch.execution_on)
            writer.writerow([*map(harmless, map(str, words)), *map(str, amounts), entry.decision_number, entry.decision_digest])
        return text.getvalue().encode("utf-8-sig")
