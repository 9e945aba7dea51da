"""The explanations of a bound rule, in one language: its results in words, without a decision being made first."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pmp_core.rules import explanation
from pmp_core.rules.explanation import phrase
from pmp_core.rules.explanation_function import explanation_function
from pmp_core.rules.law_texts import laws_of
from pmp_core.rules.lowering import EARLIER_CLAIM
from pmp_core.rules.result import OUTCOMES, Result
from pmp_core.rules.rule import Check, Let
from pmp_core.values import Language

if TYPE_CHECKING:
    from pmp_core.rules.engine import BoundRule


class Explainer:
    """Explains the results of one bound rule in one language. It keeps nothing of any result.

    Attributes:
        explain: `explain(result) -> str`: the answer as a clerk would write it, word for word as the decision has it.
        source: the source of `explain`.
    """

    explain: Callable[[Result], str]

    def __init__(self, rule: BoundRule, language: Language) -> None:
        self.rule, self.language = rule, language
        definition, pack = rule.definition, rule.pack
        self._place = {fact.name: i for i, fact in enumerate(rule.facts)}
        self._laws = {step.name: laws_of(definition, step, pack) for step in definition.steps}
        about = explanation.about(definition.title[language], pack.title[language], pack.id, pack.hash, language)
        self._about, self._steps = "\n".join(about), phrase("steps", language)
        # Why, by the bit of the reason; and what may be missing and is called the same in every case.
        self._why = {
            rule.bits[step.name]: (step.failed if isinstance(step, Check) else step.title)[language]
            for step in definition.steps
            if not isinstance(step, Let)
        }
        titles = {fact.name: fact.meaning for fact in rule.facts}
        self._missing = {
            bit: explanation.missing_name(name, titles.get(name), language)
            for name, bit in rule.bits.items()
            if name in titles or name == EARLIER_CLAIM
        }
        heads = {0: self._head([], [])} | {bit: self._head([text], []) for bit, text in self._why.items()}
        heads |= {bit: self._head([], [name]) for bit, name in self._missing.items()}
        openings = {said: explanation.opening(definition.wording.of(said), said, None, None, language) for said in OUTCOMES}
        names = {"openings": openings, "heads": heads, "head": self._head_of}
        self.explain, self.source = explanation_function(rule, language, self._laws, names)

    def _head(self, why: list[str], missing: list[str]) -> str:
        """The lines between the opening and the first step."""
        lines = ["", *explanation.why(why, self.language), self._about, *explanation.missing(missing, self.language), self._steps]
        return "\n".join(lines)

    def _head_of(self, result: Result) -> str:
        """The same, for any result."""
        bits = self.rule.bits
        why = [text for bit, text in self._why.items() if result.mask & bit]
        missing = result.reasons if result.outcome == "undetermined" else ()
        return self._head(why, [self._missing.get(bits[name]) or self._path(name, result.facts) for name in missing])

    def _path(self, path: str, facts: tuple[Any, ...]) -> str:
        """What a path of the programme is called: it has a title where its clause is cited, its day and its key being known."""
        title = None
        for law in (law for laws in self._laws.values() for law in laws):
            key = None if law.by is None else facts[self._place[law.by]]
            if facts[self._place[law.on]] is not None and path in law.paths.get(key, ()):
                title = self.rule.pack.value(path).title
        return explanation.missing_name(path, title, self.language)
