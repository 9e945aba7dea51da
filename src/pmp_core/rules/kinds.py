"""What kind each part of a rule's tree is of. What does not fit together is told: every backend would make something else of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Literal

from attrs import frozen

from pmp_core.errors import RuleError
from pmp_core.rules.expression import (
    AmountSoFar,
    Binary,
    Choice,
    Expression,
    FactValue,
    Known,
    Member,
    MemberOfParameter,
    Not,
    Parameter,
    Present,
    StepValue,
    Unset,
    UsedBefore,
    nodes,
)

# As errors say it. A parameter has none before the rule is bound: None, which fits everything.
Kind = Literal["a number", "a truth", "text", "a day"]
KIND_OF_TYPE: Mapping[str, Kind] = {
    "integer": "a number",
    "cents": "a number",
    "boolean": "a truth",
    "code": "text",
    "day": "a day",
}
_SEVERAL: Mapping[Kind, str] = {"a number": "numbers", "a truth": "truths", "text": "text"}
_SUMS = ("+", "-", "*", "min", "max")


@frozen
class Kinds:
    """Looks at the trees of one step.

    Args:
        of_names: the kinds of the rule's facts and `Let`s.
        malformed: makes the error from what the step does wrong, the remedy and what was found.
    """

    of_names: Mapping[str, Kind]
    malformed: Callable[[str, str, object], RuleError]

    def expect(self, e: Expression, kind: Kind, told: str) -> None:
        """Look at a tree, of a definition or of a bound rule.

        Args:
            e: the tree.
            kind: what it has to be.
            told: what the step does with it, for the error, such as `cuts down to`.

        Raises:
            RuleError: `rule-malformed`, if a part does not fit its surroundings, or the whole is of another kind.
        """
        found = self._of(e)
        if found not in (None, kind):
            raise self._error(f"{told} {found}", f"Give it {kind}.", e)

    def _of(self, e: Expression) -> Kind | None:
        match e:
            case Known(value):
                return self._of_constant(value)
            case Unset(_, stand_in):
                return None if stand_in is None else self._of_constant(stand_in)
            case FactValue(name) | StepValue(name):
                return self.of_names[name]
            case AmountSoFar() | UsedBefore():
                return "a number"
            case Parameter():
                return None
            case Present():
                return "a truth"
            case Not(inner):
                self.expect(inner, "a truth", "takes as a condition")
                return "a truth"
            case Member(inner, members):
                return self._membership(e, self._of(inner), members)
            case MemberOfParameter(inner, _):
                return self._membership(e, self._of(inner), ())
            case Choice(condition, yes, no):
                self.expect(condition, "a truth", "takes as a condition")
                return self._alike(e, yes, no, "chooses between {} and {}", "Give both arms the same kind.")
            case Binary(operator, left, right):
                return self._binary(e, operator, left, right)
        remedy = "Write constants by `equals`, `choose` and the like, not by Python's `==`, and no part that only lowering makes."
        raise self._error(f"has a part that is no expression of a rule: {type(e).__name__}", remedy, e)

    def _of_constant(self, value: object) -> Kind:
        match value:
            case bool():
                return "a truth"
            case int():
                return "a number"
            case str():
                return "text"
            case date() if not isinstance(value, datetime):
                return "a day"
            case None:
                raise self.malformed("uses None as a value", "Ask `present` whether a fact is known.", None)
        remedy = "Use a truth, a whole number, text or a day."
        raise self.malformed(f"has a constant that no rule can use: {type(value).__name__}", remedy, value)

    def _binary(self, e: Expression, operator: str, left: Expression, right: Expression) -> Kind | None:
        if operator in ("and", "or"):
            for side in (left, right):
                self.expect(side, "a truth", "takes as a condition")
            return "a truth"
        if operator not in _SUMS:
            both = self._alike(e, left, right, "compares {} with {}", "Compare what is of one kind.")
            if both == "a truth" and operator != "==":
                raise self._error(f"compares truths by {operator!r}", "Use `equals`, `&` and `|`.", e)
            return "a truth"
        if operator in ("min", "max"):
            both = self._alike(e, left, right, "takes the smaller or larger of {} and {}", "Give it two of one kind.")
            if both in ("a truth", "text"):
                raise self._error(f"takes the smaller or larger of {both}", "Give it numbers or days.", e)
            return both
        for side in (left, right):
            self.expect(side, "a number", f"calculates by {operator!r} with")
        return "a number"

    def _alike(self, e: Expression, left: Expression, right: Expression, told: str, remedy: str) -> Kind | None:
        one, other = self._of(left), self._of(right)
        if None not in (one, other) and one != other:
            raise self._error(told.format(one, other), remedy, e)
        return one or other

    def _membership(self, e: Expression, looked_for: Kind | None, members: Iterable[object]) -> Kind:
        kinds = list(dict.fromkeys(self._of_constant(member) for member in members))
        if len(kinds) > 1:
            raise self._error(f"has members of several kinds: {', '.join(kinds)}", "Give them one kind.", e)
        if "a day" in (looked_for, *kinds):
            raise self._error("looks for a day in a list", "Use `equals`, or `between` for days that follow each other.", e)
        if looked_for and kinds and looked_for != kinds[0]:
            raise self._error(
                f"looks for {looked_for} in a list of {_SEVERAL[kinds[0]]}", "Write numbers as numbers, codes as text.", e
            )
        return "a truth"

    def _error(self, what: str, remedy: str, e: Expression) -> RuleError:
        return self.malformed(what, remedy, ", ".join(dict.fromkeys(filter(None, map(_said, nodes(e))))) or None)


def _said(e: Expression) -> str:
    """The part as an error names it; nothing for what only joins others."""
    match e:
        case FactValue(name) | StepValue(name) | Present(name):
            return name
        case Known(value):
            return repr(value)
        case Parameter(path) | Unset(path) | MemberOfParameter(_, Parameter(path)):
            return path
        case Member(_, members):
            return repr(members)
        case Expression():
            return ""
    return repr(e)
