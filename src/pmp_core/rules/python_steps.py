"""The steps of a lowered rule as lines of Python.

They stop early: a claim is refused as soon as every check is made; it is undetermined as soon as everything that may be missing
was looked at; behind that everything is known, and only the cuts are left.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from pmp_core.rules.expression import (
    FALSE,
    TRUE,
    Binary,
    Choice,
    Constant,
    Expression,
    FactValue,
    Known,
    Mask,
    Present,
    Running,
    StepValue,
    both,
    either,
    negated,
    rebuilt,
)
from pmp_core.rules.lowering import bits, lower
from pmp_core.rules.python_code import PythonCode, local, variable
from pmp_core.rules.rule import Check, Cut, FactType, Rule

# What stands for a missing fact in steps that do not come to matter.
FILLERS: dict[FactType, Constant] = {"integer": 0, "boolean": False, "code": "", "day": date(2000, 1, 1), "cents": 0}
# The steps that lowering adds below the rule's own checks and values.
_BEHIND = ("own gap", "eligible", "asked", "counted", "prior", "blocked", "undetermined", "reasons", "amount")


def written_steps(rule: Rule, code: PythonCode, *, gaps: bool = False) -> list[str]:
    """The body of a function that has the facts, each by its name and all as `given`, and `prior`; it returns a result.

    Args:
        rule: bound.
        code: writes the expressions.
        gaps: whether facts that may be missing, and `prior`, can be None.
    """
    return _Steps(rule, code, gaps).lines()


class _Steps:
    def __init__(self, rule: Rule, code: PythonCode, gaps: bool) -> None:
        self.rule, self.code, self.carried = rule, code, gaps and bool(rule.by)
        self.optional = [fact for fact in rule.facts if gaps and fact.can_be_missing]
        self.lowered, self.bits = lower(rule, {fact.name for fact in self.optional}, carried=self.carried), bits(rule)
        # What holds at the line that is written next, and what is only another name for something.
        self.settled: dict[Expression, Expression] = {Running(StepValue("counted")): FactValue("prior")}

    def lines(self) -> list[str]:
        cuts = {cut.name for cut in self.rule.cuts}
        steps = {name: e for name, e in self.lowered.steps.items() if name not in cuts and name not in _BEHIND}
        lines = [*self._given(), *self.code.make_once(steps.values())]
        for name, e in steps.items():
            if name == "refused":
                lines += self._refusal()
                if e == TRUE:
                    return lines
            elif not name.endswith(" failed"):  # written with the refusal
                lines += self._step(name, e)
        gap = self._now(self.lowered.steps.get("own gap", FALSE))
        blocked = negated(Present("prior")) if self.carried and "blocked" in self.lowered.steps else FALSE
        if either(gap, blocked) != FALSE:
            lines += self._stop(gap, blocked)
        return lines if gap == TRUE else [*lines, *self._grant()]

    def _given(self) -> list[str]:
        lines = ["mask = 0"]
        lines += ["has_prior = prior is not None"] if self.carried else []
        for fact in self.optional:
            own, has = local(fact.name), f"has_{fact.name}"
            lines += [f"{has} = {own} is not None", f"if not {has}: {own} = {self.code.constant(FILLERS[fact.type])}"]
        return lines

    def _refusal(self) -> list[str]:
        reasons: list[str] = []
        passes: Expression = TRUE
        passed: dict[Expression, Expression] = {StepValue("refused"): FALSE}
        for check in self.rule.checks:
            value, known = self.lowered.values[check.name], self.lowered.known[check.name]
            reasons += self._reason(self.bits[check.name], both(known, negated(value)))
            passes = both(passes, self._now(either(negated(known), value)))
            passed |= {value: TRUE} if known == TRUE and value != TRUE else {StepValue(f"{check.name} failed"): FALSE}
        last = max(i for i, step in enumerate(self.rule.steps) if isinstance(step, Check))
        reached = [step.name for step in self.rule.steps[: last + 1] if not isinstance(step, Cut)]
        amount = "0" if self.rule.asked else "None"
        lines = [f"if not ({self.code.write(passes)}):"]
        lines += _indented([*reasons, *self._answer("'refused'", amount, "prior", reached)])
        self.settled |= passed
        return lines

    def _stop(self, gap: Expression, blocked: Expression) -> list[str]:
        self.settled |= {StepValue("own gap"): gap, StepValue("blocked"): blocked}
        reasons = self.lowered.steps["reasons"]
        missing = reasons.yes if isinstance(reasons, Choice) else reasons  # no choice where it can be nothing but undetermined
        assert isinstance(missing, Mask)
        reached = [step.name for step in self.rule.steps if not isinstance(step, Cut)]
        lines = [line for bit, when in missing.bits for line in self._reason(bit, when)]
        lines += self._answer("'undetermined'", "None", "None", reached)
        return [f"if {self.code.write(either(gap, blocked))}:", *_indented(lines)]

    def _grant(self) -> list[str]:
        rule = self.rule
        self.settled |= dict.fromkeys(self.lowered.known.values(), TRUE)
        self.settled |= {value: TRUE for check in rule.checks if not isinstance(value := self.lowered.values[check.name], Known)}
        self.settled |= {StepValue(name): FALSE for name in ("own gap", "blocked", "undetermined")}
        self.settled |= {StepValue("eligible"): TRUE}
        lines: list[str] = []
        for name, e in self.lowered.steps.items():
            if name in ("asked", "counted", "prior", "amount"):
                lines += self._step(name, e)
            elif any(name == cut.name for cut in rule.cuts):
                lines += self._cut(name, self._now(e))
        amount = self.code.write(self._now(StepValue("amount"))) if rule.asked else "None"
        used = f"prior + {self.code.write(self._now(StepValue('counted')))}" if "counted" in self.lowered.steps else "prior"
        outcome = "'reduced' if mask else 'granted'" if rule.cuts else "'granted'"
        return lines + self._answer(outcome, amount, used, [step.name for step in rule.steps])

    def _step(self, name: str, e: Expression) -> list[str]:
        e = self._now(e)
        if isinstance(e, Known | FactValue | Present | StepValue):
            self.settled[StepValue(name)] = e
            return []
        return [f"{variable(name)} = {self.code.write(e)}"]

    def _cut(self, name: str, e: Expression) -> list[str]:
        """min(amount, max(limit, 0)) in statements: calls would cost more than the rest."""
        assert isinstance(e, Binary)
        assert isinstance(e.right, Binary)
        own, amount = variable(name), self.code.write(e.left)
        return [
            f"{own} = {self.code.write(e.right.left)}",
            f"if {own} >= {amount}: {own} = {amount}",
            f"elif {amount}:",
            f"    mask += {self.bits[name]}",
            f"    if {own} < 0: {own} = 0",
            f"else: {own} = 0",
        ]

    def _reason(self, bit: int, when: Expression) -> list[str]:
        when = self._now(when)
        if when == FALSE:
            return []
        return [f"{'' if when == TRUE else f'if {self.code.write(when)}: '}mask += {bit}"]

    def _answer(self, outcome: str, amount: str, used: str, reached: Collection[str]) -> list[str]:
        values = []
        for step in self.rule.steps:
            shown = step.name in reached
            value, known = (self._now(e[step.name]) if shown else FALSE for e in (self.lowered.values, self.lowered.known))
            written = "None" if known == FALSE else self.code.write(value)
            values += [written if known in (TRUE, FALSE) else f"{written} if {self.code.write(known)} else None"]
        return [
            "result = Result()",
            "result.rule = rule",
            f"result.outcome = {outcome}",
            f"result.amount_cents = {amount}",
            "result.mask = mask",
            f"result.used = {used}",
            "result.facts = given",
            f"result.values = ({', '.join(values)}{',' if values else ''})",
            "result.prior = prior",
            "return result",
        ]

    def _now(self, e: Expression) -> Expression:
        return rebuilt(e, self.settled)


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]
