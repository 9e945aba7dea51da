"""What a register does with money once claims are decided: thin, each a unit of work of its own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import date, datetime

from pmp_core.compensation import Budget, Claim, PaymentBatch, PaymentEntry
from pmp_core.loading import Programme
from pmp_core.register import casework, opening, redeciding
from pmp_core.register.casework import BudgetStatus, ClaimAccount, Correction, ExportedBatch, PaymentRun
from pmp_core.register.collection import UnitOfWork
from pmp_core.register.payment_order import Debtor
from pmp_core.register.redecided import ClaimRedecision, RedecidedClaims
from pmp_core.values import Actor, Money, Semester


class Paying(ABC):
    """The part of a register that pays, corrects and recovers."""

    programme: Programme
    actor: Actor
    new_id: Callable[[str], str]

    @abstractmethod
    def unit_of_work(self, *, reason: str | None = None, keep: bool = True) -> AbstractContextManager[UnitOfWork]:
        """A unit of work; see `Register.unit_of_work`."""

    def pay_claims(
        self,
        *,
        on: date,
        execution_on: date,
        claims: Iterable[str] | None = None,
        partner: str | None = None,
        by: Actor | None = None,
    ) -> PaymentRun:
        """Make a batch of what is payable; see `casework.pay_claims`."""
        with self.unit_of_work() as work:
            return casework.pay_claims(
                work,
                self.programme,
                by=by or self.actor,
                on=on,
                execution_on=execution_on,
                new_id=self.new_id,
                claims=claims,
                partner=partner,
            )

    def name_payee(self, claim_id: str, payee_id: str, *, on: date, by: Actor | None = None) -> Claim:
        """Say who is paid for a claim; see `casework.name_payee`."""
        with self.unit_of_work() as work:
            return casework.name_payee(work, self.programme, claim_id, payee_id, by=by or self.actor, on=on)

    def export_batch(
        self,
        batch_id: str,
        *,
        on: date,
        file_format: str,
        debtor: Debtor | None = None,
        moment: datetime | None = None,
        by: Actor | None = None,
    ) -> ExportedBatch:
        """Write a batch as CSV or pain.001; see `casework.export_batch`."""
        with self.unit_of_work() as work:
            return casework.export_batch(
                work, self.programme, batch_id, by=by or self.actor, on=on, file_format=file_format, debtor=debtor, moment=moment
            )

    def move_batch(self, batch_id: str, *, on: date, execution_on: date, by: Actor | None = None) -> PaymentBatch:
        """Have a batch paid on another day; see `casework.move_batch`."""
        with self.unit_of_work() as work:
            return casework.move_batch(work, self.programme, batch_id, by=by or self.actor, on=on, execution_on=execution_on)

    def correct_claim(
        self, claim_id: str, *, on: date, reason: str, claim: Claim | None = None, by: Actor | None = None
    ) -> Correction:
        """Decide a claim anew that was decided before; see `casework.correct_claim`."""
        with self.unit_of_work() as work:
            return casework.correct_claim(work, self.programme, claim_id, by=by or self.actor, on=on, reason=reason, claim=claim)

    def recover(
        self,
        claim_id: str,
        *,
        on: date,
        amount: Money,
        received_on: date,
        reference: str,
        reason: str | None = None,
        by: Actor | None = None,
    ) -> tuple[Claim, PaymentEntry]:
        """Enter money that came back; see `casework.recover`."""
        with self.unit_of_work() as work:
            return casework.recover(
                work,
                self.programme,
                claim_id,
                by=by or self.actor,
                on=on,
                amount=amount,
                received_on=received_on,
                reference=reference,
                new_id=self.new_id,
                reason=reason,
            )

    def set_off(
        self,
        claim_id: str,
        *,
        on: date,
        batch_id: str | None = None,
        amount: Money | None = None,
        reason: str | None = None,
        by: Actor | None = None,
    ) -> tuple[Claim, PaymentEntry]:
        """Deduct what is owed from what a batch pays; see `casework.set_off`."""
        with self.unit_of_work() as work:
            return casework.set_off(
                work, self.programme, claim_id, by=by or self.actor, on=on, batch_id=batch_id, amount=amount, reason=reason
            )

    def settle_claim(self, claim_id: str, *, on: date, by: Actor | None = None) -> Claim:
        """Close a corrected claim without a difference; see `casework.settle_claim`."""
        with self.unit_of_work() as work:
            return casework.settle_claim(work, self.programme, claim_id, by=by or self.actor, on=on)

    def claim_account(self, claim_id: str) -> ClaimAccount:
        """All that happened to a claim and its money; see `casework.claim_account`."""
        with self.unit_of_work(keep=False) as work:
            return casework.claim_account(work, self.programme, claim_id)

    def set_budget(
        self,
        semester: Semester | str,
        amount: Money,
        *,
        institution_id: str | None = None,
        municipality_id: str | None = None,
        kind: str | None = None,
        by: Actor | None = None,
    ) -> Budget:
        """Keep what a partner has in a semester; see `casework.set_budget`."""
        with self.unit_of_work() as work:
            return casework.set_budget(
                work,
                self.programme,
                semester=Semester(semester),
                amount=amount,
                new_id=self.new_id,
                by=by or self.actor,
                institution_id=institution_id,
                municipality_id=municipality_id,
                kind=kind,
            )

    def budgets(self, *, semester: Semester | str | None = None) -> list[BudgetStatus]:
        """How the budgets stand; see `casework.budgets`."""
        with self.unit_of_work(keep=False) as work:
            return casework.budgets(work, self.programme, semester=None if semester is None else Semester(semester))

    def redecide_claims(
        self, newer: Programme | None = None, *, on: date, progress: Callable[[int, int], None] | None = None
    ) -> RedecidedClaims:
        """Which decisions on claims another version of the programme changes; see `redeciding.redecide_claims`.

        Args:
            newer: the other version; None: the one the register works under, for decisions made under one before.
            on: the day of the new decisions, which are not kept.
            progress: called with how many of how many learners' semesters are done.

        Raises:
            ProgrammeMismatch: `register-other-programme`.
        """
        with self.unit_of_work(keep=False) as work:
            return redeciding.redecide_claims(work, self._version(newer), on=on, progress=progress)

    def redecide_claim(self, claim_id: str, newer: Programme | None = None, *, on: date) -> ClaimRedecision | None:
        """The decision on one claim beside the one of another version of the programme; see `redeciding.redecide_claim`."""
        with self.unit_of_work(keep=False) as work:
            return redeciding.redecide_claim(work, self._version(newer), claim_id, on=on)

    def _version(self, newer: Programme | None) -> Programme:
        opening.check_id(self.programme.id, newer or self.programme)
        return newer or self.programme
