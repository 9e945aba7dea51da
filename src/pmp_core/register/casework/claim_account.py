"""The account of a claim: all that ever happened to it and its money, to be read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from attrs import frozen

from pmp_core.compensation import Budget, Claim, ClaimDecision, EntryKind, PaymentEntry
from pmp_core.loading import Programme
from pmp_core.programme import LifeCycle
from pmp_core.register.access.doors import door
from pmp_core.register.casework.budgets import beyond_budget
from pmp_core.register.casework.claim_versions import ClaimVersion, claim_versions
from pmp_core.register.casework.claims import decisions
from pmp_core.register.claim_money import money_of
from pmp_core.register.collection import UnitOfWork
from pmp_core.rules import Wording
from pmp_core.values import Language, Money, Text, write_day

_HEADING = Text(
    "PIETEIKUMS {id}: {kind}, {first}–{last}, prasīts {asked}.", "CLAIM {id}: {kind}, {first}–{last}, {asked} asked for."
)
_VERSION = Text("{on} {change}, {actor} ({role})", "{on} {change}, {actor} ({role})")
_DECISION = Text("{on} lēmums Nr. {number}: {outcome}{amount}", "{on} decision No. {number}: {outcome}{amount}")
_ENTRY = Text("{on} {kind} {amount}, {reference}", "{on} {kind} {amount}, {reference}")
_CHANGES = {
    "draft": Text("sagatavots", "drafted"),
    "contents": Text("mainīts saturs", "contents changed"),
    "payee": Text("norādīts saņēmējs", "payee named"),
    **{kind.value: kind.text for kind in EntryKind},
}
_UNDECIDED = Text("Nav izlemts.", "Not decided.")
_TO_PAY = Text(
    "Piešķirts {granted}, izmaksāts {entered}, jāizmaksā {balance}.", "Granted {granted}, paid {entered}, to be paid {balance}."
)
_OWED = Text(
    "Piešķirts {granted}, izmaksāts {entered}, jāatgūst {balance}.", "Granted {granted}, paid {entered}, owed back {balance}."
)
_EVEN = Text("Piešķirts {granted}, izmaksāts {entered}, starpības nav.", "Granted {granted}, paid {entered}, no difference.")
_BEYOND = Text(
    "Pārsniedz budžetu {budget}: izlemts, bet nav izmaksājams.", "Beyond the budget {budget}: decided, but not payable."
)
_BECAUSE = Text("iemesls: {reason}", "because: {reason}")


@frozen
class ClaimAccount:
    """All that happened to a claim.

    Args:
        claim: as it is now.
        versions: every version that was kept, oldest first, with who made it and why.
        decisions: every decision, oldest first; the one that counts has the claim's `decision_digest`.
        entries: of the ledger, in the order of their days.
        granted: by the decision that counts; None where none has settled it.
        balance: what is still to be paid; below 0, what is owed back.
        beyond: the budget that it does not fit into, where it is decided and not payable for that.
        life_cycle: of claims, for the names of steps.
    """

    claim: Claim
    versions: tuple[ClaimVersion, ...]
    decisions: tuple[ClaimDecision, ...]
    entries: tuple[PaymentEntry, ...]
    granted: Money | None
    balance: Money
    beyond: Budget | None
    life_cycle: LifeCycle

    @property
    def entered(self) -> Money:
        """What was paid, less what came back or was set off."""
        return sum((entry.amount for entry in self.entries), Money(0))

    def explain(self, language: Language = "lv") -> str:
        """The account as a clerk would write it: what happened from day to day, then how it stands."""
        claim = self.claim
        first, last = (write_day(day, language).removesuffix(".") for day in (claim.first_day, claim.last_day))
        heading = _HEADING[language].format(
            id=claim.id, kind=claim.kind, first=first, last=last, asked=claim.requested.write(language)
        )
        # Of one day: what was done to the claim, then what was decided, then what was paid.
        told = sorted(self._told(language), key=lambda one: one[:2])
        return "\n".join([heading, *(line for _, _, line in told), *self._standing(language)])

    def _told(self, language: Language) -> Iterator[tuple[date, int, str]]:
        titles = {**_CHANGES, **{step.step: step.title for step in self.life_cycle.steps}}
        for version in self.versions:
            change = titles[version.change][language] if version.change in titles else version.change
            said = _VERSION[language].format(
                on=write_day(version.on, language), change=change, actor=version.actor, role=version.role
            )
            yield version.on, 0, said + _why(version.reason, language)
        for number, decision in enumerate(self.decisions, 1):
            said = _DECISION[language].format(
                on=write_day(decision.decided_on, language),
                number=number,
                outcome=Wording().of(decision.outcome)[language],
                amount="" if decision.amount is None else f" {decision.amount.write(language)}",
            )
            yield decision.decided_on, 1, said
        for entry in self.entries:
            said = _ENTRY[language].format(
                on=write_day(entry.received_on or entry.entered_on, language),
                kind=entry.kind.text[language],
                amount=entry.amount.write(language),
                reference=entry.reference,
            )
            yield entry.entered_on, 2, said

    def _standing(self, language: Language) -> Iterator[str]:
        if self.granted is None:
            yield _UNDECIDED[language]
            return
        said = _EVEN if not self.balance else _TO_PAY if self.balance > Money(0) else _OWED
        yield said[language].format(
            granted=self.granted.write(language),
            entered=self.entered.write(language),
            balance=max(self.balance, Money(0) - self.balance).write(language),
        )
        if self.beyond is not None:
            yield _BEYOND[language].format(budget=self.beyond.id)


@door("see-money", "claim_id")
def claim_account(work: UnitOfWork, programme: Programme, claim_id: str) -> ClaimAccount:
    """The account of a claim: versions, decisions, entries of the ledger, and how it stands.

    Raises:
        NotFound: no such claim.
    """
    claim = work.claims.get(claim_id)
    money = money_of(work, claim)
    return ClaimAccount(
        claim=claim,
        versions=tuple(claim_versions(work, claim_id)),
        decisions=tuple(decisions(work, claim_id)),
        entries=() if money is None else money.entries,
        granted=None if money is None else money.granted,
        balance=Money(0) if money is None else money.balance,
        beyond=beyond_budget(work, programme).get(claim_id),
        life_cycle=programme.life_cycle("claim"),
    )


def _why(reason: str | None, language: Language) -> str:
    return "" if reason is None else f"; {_BECAUSE[language].format(reason=reason)}"
