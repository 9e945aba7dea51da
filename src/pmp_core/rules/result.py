"""What a decided rule gives: outcome, amount, reasons and every step's value; no text until someone asks for it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from pmp_core.values import Language, Money

if TYPE_CHECKING:
    from pmp_core.rules.decision import Decision
    from pmp_core.rules.engine import BoundRule

Outcome = Literal["granted", "reduced", "refused", "undetermined"]
OUTCOMES: tuple[Outcome, ...] = ("granted", "reduced", "refused", "undetermined")


class Result:
    """The answer of a rule for one set of facts.

    Attributes:
        rule: the bound rule that gave it.
        outcome: `granted`; `reduced`: all checks pass, less than asked; `refused`: a check certainly fails; or
            `undetermined`: something is missing, and `reasons` names it.
        amount_cents: what is granted, in cents; None where undetermined or where the rule is not about money.
        mask: the reasons as bits.
        used: what `prior` is for the group's next claim; None if this or an earlier one is undetermined.
        facts: the facts as they were used, in the order of the rule's.
        values: what each step gave, in order; None where it was not reached or is not known.
        prior: what earlier claims had used.
    """

    __slots__ = ("amount_cents", "facts", "mask", "outcome", "prior", "rule", "used", "values")

    rule: BoundRule
    outcome: Outcome
    amount_cents: int | None
    mask: int
    used: int | None
    facts: tuple[Any, ...]
    values: tuple[Any, ...]
    prior: int | None

    @property
    def amount(self) -> Money | None:
        """What is granted."""
        return None if self.amount_cents is None else Money.from_cents(self.amount_cents)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Names of the checks that failed, the cuts that bit, or the things that are missing."""
        mask = self.mask
        return tuple([name for name, bit in self.rule.bits.items() if mask & bit])

    def decision(self, *, decided_on: date) -> Decision:
        """The answer as something to keep and exchange: all facts used, every step with its clauses, a digest.

        Args:
            decided_on: the day of the decision; the library does not read the clock.
        """
        from pmp_core.rules.decision import decision_of

        return decision_of(self, decided_on)

    def explain(self, language: Language = "lv") -> str:
        """The answer as a clerk would write it: every step with its value, its facts and its clause."""
        return self.rule.explainer(language).explain(self)

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(self.explain('lv'))}</pre>"

    def __repr__(self) -> str:
        amount = "" if self.amount is None else f", {self.amount} EUR"
        reasons = f", {', '.join(self.reasons)}" if self.mask else ""
        return f"<Result {self.rule.name}: {self.outcome}{amount}{reasons}>"
