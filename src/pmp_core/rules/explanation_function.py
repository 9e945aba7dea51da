"""The explanation of a bound rule's results as a Python function: whatever does not depend on the facts stands in its source.

What is left to do for one answer is to find the law of its days, to write a few values and to join. The words and the layout are
those of `explanation`, asked with a hole where a value comes.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pmp_core.rules import explanation, law_texts
from pmp_core.rules.binding import codes
from pmp_core.rules.decision import names_of
from pmp_core.rules.explanation import BETWEEN, USED_BEFORE, fact_text, phrase, step_line, written
from pmp_core.rules.expression import PRIOR, nodes
from pmp_core.rules.law_texts import LawTexts
from pmp_core.rules.python_code import local, variable
from pmp_core.rules.result import Result
from pmp_core.rules.rule import Check, Fact, FactType, Let, Step, tree_of
from pmp_core.values import Language, write_cents, write_day

if TYPE_CHECKING:
    from pmp_core.rules.engine import BoundRule

FIRST, SECOND = "\x01", "\x02"  # holes: no text that people write has such characters
_WRITTEN: dict[FactType, str] = {
    "integer": "{}",
    "code": "{}.removesuffix(dot)",
    "day": "write_day({}, language).removesuffix(dot)",
    "cents": "write_cents({}, language)",
}


def explanation_function(
    rule: BoundRule, language: Language, laws: Mapping[str, Sequence[LawTexts]], names: Mapping[str, Any]
) -> tuple[Callable[[Result], str], str]:
    """`explain(result)`, and its source.

    Args:
        rule: whose results.
        language: of the explanations.
        laws: by step, what the programme says behind it.
        names: `openings`, by outcome, where no amount is told; `heads`, by mask, and `head(result)` where the mask is not among
            them: what stands between the opening and the first step.
    """
    code = _Source(rule, language, laws)
    code.names |= {**names, "bisect": bisect, "law": law_texts.said, "language": language, "dot": "."}
    code.names |= {"write_cents": write_cents, "write_day": write_day}
    source = "\n".join(["def explain(result):", *(f"    {line}" for line in code.lines()), ""])
    exec(compile(source, f"<explanation of {rule.name}>", "exec"), code.names)
    explain: Callable[[Result], str] = code.names["explain"]
    return explain, source


class _Source:
    def __init__(self, rule: BoundRule, language: Language, laws: Mapping[str, Sequence[LawTexts]]) -> None:
        self.rule, self.language, self.laws = rule, language, laws
        self.definition = rule.definition
        self.names: dict[str, Any] = {}
        self.used = {step.name: self._used(step) for step in self.definition.steps}
        # What is read on the day of one fact, and by no code, is found once for all steps.
        paths: dict[str, list[str]] = {}
        for law in (law for listed in laws.values() for law in listed if law.by is None):
            paths.setdefault(law.on, []).extend(law.paths[None])
        self.days = {on: law_texts.turns(rule.pack, listed) for on, listed in paths.items()}

    def _used(self, step: Step) -> list[str]:
        return [*names_of(step, self.definition), *(["prior"] if PRIOR in nodes(tree_of(step)) else [])]

    def lines(self) -> list[str]:
        """The body of the function."""
        definition, used = self.definition, {name for names in self.used.values() for name in names}
        lines = [f"{''.join(f'{local(fact.name)}, ' for fact in definition.facts)}= result.facts"]
        steps = "".join(f"{variable(step.name)}, " for step in definition.steps)
        lines += [f"{steps}= result.values"] if steps else []
        lines += ["outcome, prior = result.outcome, result.prior", "refused = outcome == 'refused'"]
        for on, days in self.days.items():
            self.names[f"days_{on}"] = days
            lines += [f"at_{on} = {local(on)} and bisect(days_{on}, {local(on)})"]
        lines += [f"said_{fact.name} = {self._fact(fact)}" for fact in definition.facts if fact.name in used]
        if "prior" in used:
            lines += [f"said_prior = {self._value(fact_text(USED_BEFORE, FIRST, self.language), 'cents', 'prior')}"]
        lines += self._paid()
        parts = [self._opening(), "heads.get(result.mask) or head(result)"]
        for number, step in enumerate(definition.steps, 1):
            parts += self._step(number, step)
        return [*lines, "return ''.join((", *(f"    {part}," for part in parts), "))"]

    def _paid(self) -> list[str]:
        """The amount asked for and that after each cut, in words: written anew only where it changes."""
        if self.definition.asked is None:
            return []
        before, said = local(self.definition.asked), "paid_asked"
        lines = [f"{said} = None if {before} is None else write_cents({before}, language)"]
        for cut in self.definition.cuts:
            own = variable(cut.name)
            lines += [f"paid{own} = None if {own} is None else {said} if {own} == {before} else write_cents({own}, language)"]
            before, said = own, f"paid{own}"
        return lines

    def _opening(self) -> str:
        if self.definition.asked is None:
            return "openings[outcome]"
        amounts = {"granted": "paid_asked"}
        told = {
            outcome: _filled(
                explanation.opening(self.definition.wording.of(outcome), outcome, FIRST, SECOND, self.language),
                {FIRST: amounts.get(outcome, "write_cents(result.amount_cents, language)"), SECOND: "paid_asked"},
            )
            for outcome in ("granted", "reduced", "refused")
        }
        none = "result.amount_cents is None or paid_asked is None"
        granted, reduced = (f"{told[outcome]} if outcome == '{outcome}' else " for outcome in ("granted", "reduced"))
        return f"openings[outcome] if {none} else {granted}{reduced}{told['refused']}"

    def _step(self, number: int, step: Step) -> list[str]:
        """The parts of a step: its own line, the facts it names, the law behind it."""
        names = self.used[step.name]
        before, after = f"\n{phrase('facts', self.language, facts=FIRST)}".split(FIRST) if names else ("", "")
        parts = [self._given(number, step, before)]
        for name in names:
            parts += [f"said_{name}", repr(BETWEEN)]
        if names:
            parts[-1] = repr(after)
        for place, law in enumerate(self.laws[step.name], 1):
            name, on = f"law_{number}_{place}", law.on
            if law.by is None:
                first = after if place == 1 else ""
                texts = law_texts.texts(self.rule.pack, law.paths[None], self.days[on], self.language)
                self.names[name] = tuple(first + text for text in texts)
                parts = [*parts[: -1 if first else None], f"{first!r} if at_{on} is None else {name}[at_{on}]"]
            else:
                self.names[name] = law_texts.by_key(law, self.rule.pack, self.language)
                parts += [f"law({name}, {local(law.by)}, {local(on)})"]
        return parts

    def _fact(self, fact: Fact) -> str:
        template = fact_text(fact.meaning, FIRST, self.language)
        titles = {code: self.rule.words(fact, code) for code in (*codes(fact, self.rule.pack), *fact.words)}
        known = {code: template.replace(FIRST, title[self.language].removesuffix(".")) for code, title in titles.items() if title}
        other = self._value(template, fact.type, local(fact.name))
        if not known:
            return other
        self.names[f"codes_{fact.name}"] = known
        return f"codes_{fact.name}.get({local(fact.name)}) or ({other})"

    def _given(self, number: int, step: Step, after: str) -> str:
        """The step's own line, and what comes `after` it in any case."""
        own, language = variable(step.name), self.language

        def line(given: str) -> str:
            return f"\n{step_line(number, step.title, given, language)}{after}"

        if isinstance(step, Check):
            met, failed, unknown = (
                repr(line(explanation.check(passed, step.failed, language))) for passed in (True, False, None)
            )
            return f"{met} if {own} else {failed} if {own} is False else {unknown}"
        not_reached = f"{line(phrase('not-reached', language))!r} if refused and {own} is None else "
        if isinstance(step, Let):
            return not_reached + self._value(line(FIRST), step.type, own)
        above = [cut.name for cut in self.definition.cuts]
        above = above[: above.index(step.name)]
        before = variable(above[-1]) if above else local(str(self.definition.asked))
        amounts = {FIRST: f"paid{variable(above[-1])}" if above else "paid_asked", SECOND: f"paid{own}"}
        bites, holds = (_filled(line(explanation.cut(bites, FIRST, SECOND, language)), amounts) for bites in (True, False))
        unknown = repr(line(phrase("unknown", language)))
        return f"{not_reached}{unknown} if {own} is None else {bites} if {own} < {before} else {holds}"

    def _value(self, template: str, kind: FactType, own: str) -> str:
        """A text with a value in its hole, without the full stop that days end with."""
        unknown, yes, no = (repr(template.replace(FIRST, written(value, kind, self.language))) for value in (None, True, False))
        if kind == "boolean":
            return f"{yes} if {own} else {no} if {own} is False else {unknown}"
        return f"{unknown} if {own} is None else {_filled(template, {FIRST: _WRITTEN[kind].format(own)})}"


def _filled(template: str, holes: Mapping[str, str]) -> str:
    """The source of a text with the values of expressions where its holes are."""
    text = template.replace("{", "{{").replace("}", "}}")
    for hole, expression in holes.items():
        text = text.replace(hole, f"{{{expression}}}")
    return f"f{text!r}"
