"""A claim for compensation, with its receipts."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from pmp_core.errors import InvalidValue, StepRefused
from pmp_core.programme import LifeCycle
from pmp_core.values import Actor, Count, Day, DayRange, Entity, Id, Money, Name
from pmp_core.values.receipts import digest_form, receipt_identity

DECIDE, WITHDRAW, CORRECT = "decide", "withdraw", "correct"


class Receipt(Entity):
    """A receipt: what was paid, to whom, when. Of a file only its digest is kept, in small letters and without its kind."""

    number: Name
    issuer: Name
    day: Day
    amount: Money
    digest: Name | None = None

    @field_validator("digest")
    @classmethod
    def _alike(cls, digest: str | None) -> str | None:
        return None if digest is None else digest_form(digest) or digest

    @model_validator(mode="after")
    def _positive(self) -> Self:
        if self.amount.cents <= 0:
            raise InvalidValue(
                "receipt-not-positive",
                "A receipt's amount is more than nothing.",
                found=self.amount,
                remedy="Correct the amount.",
            )
        return self

    @property
    def identity(self) -> str:
        """Its issuer and number: the same however they were typed."""
        return receipt_identity(self.issuer, self.number)


class Claim(Entity):
    """What is asked for under one measure of a plan, for a period.

    Args:
        measure: the measure's number in the plan.
        kind: the measure's kind, a code of `measure-kinds` under `compensation`.
        requested: the amount asked for; at most the sum of the receipts.
        cofunded: what others already pay of it.
        items: how many items, where the cap is per item.
        submitted_on: the day of submission; claims of a semester are decided in this order, then by id.
        status: a code of `claim-statuses`.
        decision_digest: of the decision that counts, once there is one.
        payee_id: who is paid; None: that is said later, when it is paid.

    Raises:
        InvalidValue: `days-reversed`, `claim-negative`, `claim-beyond-receipts`, `receipt-twice`, `claim-not-submitted`.
    """

    id: Id
    plan_id: Id
    measure: Annotated[int, Field(strict=True, ge=1)]
    kind: Name
    first_day: Day
    last_day: Day
    requested: Money
    cofunded: Money = Money(0)
    items: Annotated[int, Field(strict=True, ge=1)] = 1
    receipts: tuple[Receipt, ...] = ()
    status: Name
    submitted_on: Day | None = None
    decision_digest: Name | None = None
    payee_id: Id | None = None
    version: Count = 0

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        DayRange(self.first_day, self.last_day)
        if self.requested.cents < 0 or self.cofunded.cents < 0:
            raise InvalidValue("claim-negative", "A claim's amounts are not negative.", found=min(self.requested, self.cofunded))
        if self.receipts and self.requested > self.receipts_sum:
            raise InvalidValue(
                "claim-beyond-receipts",
                "More is asked for than the receipts come to.",
                found=self.requested,
                remedy=f"The receipts come to {self.receipts_sum}.",
            )
        named = [(receipt.issuer, receipt.number) for receipt in self.receipts]
        digests = [receipt.digest for receipt in self.receipts if receipt.digest is not None]
        if len(set(named)) != len(named) or len(set(digests)) != len(digests):
            raise InvalidValue("receipt-twice", "A receipt stands in the claim twice.", remedy="Keep one of them.")
        if self.decision_digest is not None and self.submitted_on is None:
            raise InvalidValue(
                "claim-not-submitted",
                "A claim that has a decision was submitted on a day.",
                remedy="Give the day of submission, or leave the decision out.",
            )
        return self

    @property
    def days(self) -> DayRange:
        """The claim's period."""
        return DayRange(self.first_day, self.last_day)

    @property
    def receipts_sum(self) -> Money:
        """What the receipts come to."""
        return sum((receipt.amount for receipt in self.receipts), Money(0))

    @property
    def receipts_complete(self) -> bool:
        """Whether there are receipts, all within the period, that cover what is asked for."""
        return bool(self.receipts) and all(receipt.day in self.days for receipt in self.receipts)

    def take(
        self,
        step: str,
        *,
        life_cycle: LifeCycle,
        by: Actor,
        on: date,
        reason: str | None = None,
        decision_digest: str | None = None,
    ) -> Self:
        """The claim after a step of its life.

        Args:
            step: `submit`, `withdraw`, `decide`, `pay`, `correct`, `settle` or `recover`.
            life_cycle: the programme's, `programme.life_cycle("claim")`.
            by: who takes it.
            on: the day.
            reason: why; some steps need one.
            decision_digest: for `decide` and `correct`, the digest of the decision that counts from now on.

        Raises:
            ProgrammeError: `step-unknown`.
            StepRefused: `step-from-status`, `step-by-role`, `step-needs-reason`; `claim-undecided`, where a claim is to be
                decided without a decision.
        """
        row = life_cycle.allowed(step, self.status, by.role, reason)
        if step in (DECIDE, CORRECT) and decision_digest is None:
            raise StepRefused(
                "claim-undecided",
                "There is no decision that settles the claim.",
                remedy="Decide it with `decide_claim`, correct it with `correct_claim`, or hand in the decision's digest.",
            )
        changes: dict[str, object] = {"status": row.target}
        if step == WITHDRAW or row.target == life_cycle.initial:
            changes |= {"submitted_on": None, "decision_digest": None}
        elif self.status == life_cycle.initial:
            changes["submitted_on"] = on
        if decision_digest is not None:
            changes["decision_digest"] = decision_digest
        return self.changed(**changes)
