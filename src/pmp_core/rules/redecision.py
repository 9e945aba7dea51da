"""Knowledge time: an old decision, decided again under a newer law from its own facts, beside the new one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from pmp_core.errors import FactError, RuleError
from pmp_core.rules import comparison
from pmp_core.rules.decision import Decision
from pmp_core.rules.expression import StepValue, nodes
from pmp_core.rules.redecision_words import told
from pmp_core.rules.result import Result
from pmp_core.rules.rule import tree_of
from pmp_core.values import Entity, Language, Money

if TYPE_CHECKING:
    from pmp_core.rules.engine import BoundRule

AsFrozen = Literal["as-frozen"]


class Redecision(Entity):
    """An old decision beside the one that a newer law gives for the same facts. It changes nothing: a person decides.

    Args:
        old: the decision as it was kept.
        new: the decision that the newer law gives.
        handed_in: the facts that were handed in, in place of those of the old decision or because it does not hold them.
        carried: the facts that the older law itself gave, such as school days by its calendar, and that were taken over
            as they were.
        without_effect: the steps that give something else and had no part in either answer, such as a ceiling that was not
            reached then and is not now.
    """

    old: Decision
    new: Decision
    handed_in: tuple[str, ...] = ()
    carried: tuple[str, ...] = ()
    without_effect: tuple[str, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether outcome, amount or reasons would be others."""
        return not comparison.same_answer(self.old, self.new)

    @property
    def difference(self) -> Money | None:
        """How much more would be granted, below 0 where it is less; None where one of the two has no amount."""
        return None if self.old.amount is None or self.new.amount is None else self.new.amount - self.old.amount

    @property
    def steps(self) -> comparison.Steps:
        """The steps that give something else, in the order of the newer rule; those it no longer has come last. Those that had
        no part in either answer are left out."""
        steps = comparison.differing(comparison.steps_beside(self.old, self.new))
        return tuple(step for step in steps if step.name not in self.without_effect)

    @property
    def clauses(self) -> comparison.Clauses:
        """The law that differs: the entry that held then beside the one that holds now, each pair once."""
        steps = comparison.steps_beside(self.old, self.new)
        return tuple(dict.fromkeys(clause for step in steps for clause in comparison.clauses_of(step)))

    @property
    def facts(self) -> comparison.Facts:
        """The facts that differ: those that only one of the two rules asks for, those handed in, and `prior`."""
        return comparison.facts_beside(comparison.facts_used(self.old), comparison.facts_used(self.new))

    @property
    def redefined(self) -> tuple[str, ...]:
        """The names of the rule's own steps that are new, gone or defined otherwise."""
        return comparison.redefined(comparison.steps_beside(self.old, self.new))

    @property
    def because(self) -> tuple[str, ...]:
        """Why it differs, as names: paths of the programme, facts, `prior` for what earlier claims used, `rule`."""
        steps = comparison.steps_beside(self.old, self.new)
        return comparison.causes(steps, self.without_effect) if self.differs else ()

    def explain(self, language: Language = "lv") -> str:
        """What differs and why, as a clerk would write it."""
        return told(self, language)

    def as_dict(self) -> dict[str, Any]:
        """The redecision for JSON: what differs and why, and both decisions in full."""
        return {
            "differs": self.differs,
            "difference": None if self.difference is None else str(self.difference),
            "because": list(self.because),
            "steps": comparison.plain(self.steps),
            "clauses": comparison.plain(self.clauses),
            "facts": comparison.plain(self.facts),
            "redefined": list(self.redefined),
            **self.model_dump(mode="json"),
        }

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(self.explain('lv'))}</pre>"


def decide_again(
    rule: BoundRule,
    decision: Decision,
    *,
    prior: int | AsFrozen | None = "as-frozen",
    facts: Mapping[str, Any] | None = None,
) -> Result:
    """What a rule of a newer law answers for the facts of an old decision.

    Args:
        rule: bound to the newer law.
        decision: the old one.
        prior: what earlier claims used, in cents, where it is another than the decision froze; None: it is not known.
        facts: facts that take the place of the frozen ones, or that the old decision does not hold.

    Raises:
        RuleError: `decision-other-programme`, `decision-other-rule`.
        FactError: `fact-outdated`, where the facts do not fit the newer rule; `fact-unknown`, `prior-wrong`.
    """
    _check_same_case(rule, decision)
    asked, options = {fact.name for fact in rule.facts}, {}
    if rule.definition.by or prior != "as-frozen":
        options["prior"] = _frozen(decision) if prior == "as-frozen" else prior
    held = {name: value for name, value in decision.facts_as_used().items() if name in asked}
    try:
        result: Result = rule.decide(held, **options, **(facts or {}))
    except FactError as error:
        if error.code not in ("fact-required", "fact-type", "fact-value"):
            raise
        raise FactError(
            "fact-outdated",
            f"The facts of the old decision do not fit the newer rule {rule.name!r}. {error.message}",
            found=error.found,
            remedy=f"Keep in the newer law what could be used then, with its days; or hand in the fact as it would be now. {error.remedy}",
        ) from None
    return result


def redecision_of(decision: Decision, result: Result, *, decided_on: date, handed_in: Iterable[str] = ()) -> Redecision:
    """An old decision beside the one that `decide_again` came to.

    Args:
        decision: the old one.
        result: of `decide_again`.
        decided_on: the day of the new decision.
        handed_in: the names of the facts that `decide_again` was given.
    """
    new, given = result.decision(decided_on=decided_on), tuple(handed_in)
    carried: list[str] = []
    if new.programme_hash != decision.programme_hash:
        held = {fact.name for fact in decision.facts}.difference(given)
        carried = [fact.name for fact in result.rule.facts if fact.from_law and fact.name in held]
    definition = result.rule.definition
    rests_on = {
        step.name: {node.name for node in nodes(tree_of(step)) if isinstance(node, StepValue)} for step in definition.steps
    }
    idle = comparison.without_effect(comparison.steps_beside(decision, new), rests_on)
    return Redecision(old=decision, new=new, handed_in=given, carried=tuple(carried), without_effect=idle)


def _check_same_case(rule: BoundRule, decision: Decision) -> None:
    if decision.programme != rule.pack.id:
        raise RuleError(
            "decision-other-programme",
            f"The decision was made under another programme than {rule.pack.id!r}.",
            found=decision.programme,
            remedy="Load a newer version of its own programme.",
        )
    if decision.rule != rule.name:
        raise RuleError(
            "decision-other-rule",
            f"The decision was made by another rule than {rule.name!r}.",
            found=decision.rule,
            remedy=f"Take the rule {decision.rule!r}; `redecide` of the programme finds it by itself.",
        )


def _frozen(decision: Decision) -> int | None:
    """What earlier claims used, as the decision has it. A rule without a running sum did not ask: it is not known."""
    return decision.prior_cents if comparison.running_sum(decision) else None
