"""Payments: who is paid, in which batch, and the ledger of what was paid, came back or was set off."""

from __future__ import annotations

import re
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from pmp_core.errors import InvalidValue
from pmp_core.values import Count, Day, Entity, Iban, Id, Money, Name, Note, PersonName, Vocabulary

# What a bank hands through unchanged: EndToEndId and MsgId of ISO 20022 have at most 35 characters of a small set.
_REFERENCE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,33}[A-Za-z0-9])?")


def _bank_reference(text: str) -> str:
    if not _REFERENCE.fullmatch(text):
        raise InvalidValue(
            "reference-invalid",
            "A reference that goes to a bank has 1 to 35 letters and digits of ASCII, with hyphens inside.",
            found=text,
            remedy="Let the register give it.",
        )
    return text


BankReference = Annotated[str, AfterValidator(_bank_reference)]


def _one_line(text: str) -> str:
    if len(text.splitlines()) > 1:
        raise InvalidValue(
            "name-of-lines",
            "A payee's name stands on one line: what is written beneath would be another row of a table.",
            found=text,
            remedy="Write it on one line.",
        )
    return text


class EntryKind(Vocabulary):
    """What an entry of the ledger is."""

    PAYMENT = "payment", "maksājums", "payment"
    RECOVERY = "recovery", "atgūšana", "recovery"
    SET_OFF = "set-off", "ieskaits", "set-off"


class Payee(Entity):
    """Who is paid: a learner's family, an institution, or whoever else pays the expense first.

    At most one of `learner_id` and `institution_id` is given.

    Args:
        name: as the bank knows the holder of the account.
        iban: the account; None: it is not known yet, and no credit transfer can be made.
        learner_id: the learner for whom the payee is paid.
        institution_id: the institution that is paid itself.

    Raises:
        InvalidValue: `payee-unclear`, `name-of-lines`, `iban-invalid`.
    """

    id: Id
    name: Annotated[Name, AfterValidator(_one_line)]
    iban: Iban | None = None
    learner_id: Id | None = None
    institution_id: Id | None = None
    version: Count = 0

    @model_validator(mode="after")
    def _one_at_most(self) -> Self:
        if self.learner_id is not None and self.institution_id is not None:
            raise InvalidValue(
                "payee-unclear", "A payee is paid for a learner or is an institution, not both.", remedy="Give at most one."
            )
        return self

    def __repr__(self) -> str:
        return f"<Payee {self.id}>"


class PaymentBatch(Entity):
    """Payments that are ordered together.

    Args:
        reference: its own, unique in the register, as the bank repeats it.
        made_on: the day on which it was made.
        execution_on: the day on which the bank shall pay.
        made_by: who made it.
        made_role: in which role: a code of `roles`.
        exported_on: the day on which it first went out; from then on nothing is added to it.
        digest: SHA-256 of what then went out, whatever the format.
        debtor_iban: from whose account the bank was first told to pay it; None where no bank was.

    Raises:
        InvalidValue: `reference-invalid`; `execution-before`, where it is to be paid before it was made; `export-unclear`.
    """

    id: Id
    reference: BankReference
    made_on: Day
    execution_on: Day
    made_by: PersonName
    made_role: Name
    exported_on: Day | None = None
    digest: Name | None = None
    debtor_iban: Iban | None = None
    version: Count = 0

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.execution_on < self.made_on:
            raise InvalidValue(
                "execution-before",
                "A batch is not to be paid before the day on which it is made.",
                found=self.execution_on,
                remedy=f"Have it paid on {self.made_on} or later.",
            )
        if (self.exported_on is None) != (self.digest is None):
            raise InvalidValue(
                "export-unclear", "The day of export and the digest stand together.", remedy="Give both or neither."
            )
        return self


class PaymentEntry(Entity):
    """An entry of the ledger of a claim. It never changes; what was wrong is made good by another entry.

    Args:
        claim_id: the claim.
        kind: payment, recovery or set-off.
        amount: more than nothing for a payment, less than nothing for what came back or was set off.
        decision_number: of the decision on the claim that stood when it was entered.
        decision_digest: the digest of that decision.
        batch_id: the batch it belongs to; None for a recovery.
        payee_id: who was paid, or from whose payment it was deducted.
        reference: for what goes to a bank its own, unique in the register; for a recovery what the bank said.
        received_on: for a recovery, the day on which the money came.
        entered_on: the day on which it was entered.
        actor: who entered it.
        role: in which role: a code of `roles`.
        reason: why, in words.

    Raises:
        InvalidValue: `entry-amount`, `entry-incomplete`, `reference-invalid`.
    """

    id: Id
    claim_id: Id
    kind: EntryKind
    amount: Money
    decision_number: Annotated[int, Field(strict=True, ge=1)]
    decision_digest: Name
    batch_id: Id | None = None
    payee_id: Id | None = None
    reference: Name | None = None
    received_on: Day | None = None
    entered_on: Day
    actor: PersonName
    role: Name
    reason: Note | None = None

    @model_validator(mode="after")
    def _as_its_kind(self) -> Self:
        paid, recovered = self.kind is EntryKind.PAYMENT, self.kind is EntryKind.RECOVERY
        if not self.amount or (self.amount.cents > 0) is not paid:
            raise InvalidValue(
                "entry-amount",
                "A payment is more than nothing; what comes back or is set off is less.",
                found=self.amount,
                remedy="Correct the sign or the kind.",
            )
        ordered = None not in (self.batch_id, self.payee_id, self.reference) and self.received_on is None
        received = self.batch_id is None and self.received_on is not None
        if not (received if recovered else ordered):
            raise InvalidValue(
                "entry-incomplete",
                "A payment and a set-off stand in a batch, with payee and reference; a recovery has the day on which it came.",
                found=self.kind.value,
                remedy="Give what belongs to its kind, and leave out what does not.",
            )
        if not recovered:
            _bank_reference(str(self.reference))
        return self

    @property
    def payment_of(self) -> int | None:
        """The number of the decision that a payment pays: each is paid once. None for all else."""
        return self.decision_number if self.kind is EntryKind.PAYMENT else None
