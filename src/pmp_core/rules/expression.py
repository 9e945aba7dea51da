"""The expression tree: small, closed, and the only thing a rule says its conditions and amounts in.

Operators fold as they build: TRUE and FALSE vanish, and so do repetitions and absorbed parts. Lowering leans on that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Literal

from attrs import field, frozen

Constant = bool | int | str | date | None
Operator = Literal["and", "or", "==", "<=", ">=", "<", ">", "+", "-", "*", "min", "max"]


class Expression:
    """Part of a tree. Comparisons and arithmetic build larger parts; equality of parts is structural."""

    __slots__ = ()

    def __and__(self, other: Expression) -> Expression:
        return both(self, other)

    def __or__(self, other: Expression) -> Expression:
        return either(self, other)

    def __invert__(self) -> Expression:
        return negated(self)

    def __le__(self, other: Expression | Constant) -> Expression:
        return Binary("<=", self, wrapped(other))

    def __ge__(self, other: Expression | Constant) -> Expression:
        return Binary(">=", self, wrapped(other))

    def __lt__(self, other: Expression | Constant) -> Expression:
        return Binary("<", self, wrapped(other))

    def __gt__(self, other: Expression | Constant) -> Expression:
        return Binary(">", self, wrapped(other))

    def __add__(self, other: Expression | int) -> Expression:
        return Binary("+", self, wrapped(other))

    def __sub__(self, other: Expression | int) -> Expression:
        return Binary("-", self, wrapped(other))

    def __mul__(self, other: Expression | int) -> Expression:
        return Binary("*", self, wrapped(other))

    def equals(self, other: Expression | Constant) -> Expression:
        """Whether the two are the same value."""
        return Binary("==", self, wrapped(other))

    def between(self, low: Expression | Constant, high: Expression | Constant) -> Expression:
        """Whether it lies from `low` to `high`, both included."""
        return (self >= low) & (self <= high)

    def is_in(self, members: Parameter | Iterable[int | str]) -> Expression:
        """Whether it is one of these; a parameter is a dated list."""
        return (
            MemberOfParameter(self, members)
            if isinstance(members, Parameter)
            else Member(self, tuple({(type(member), member): member for member in members}.values()))
        )


@frozen(cache_hash=True, order=False)
class Known(Expression):
    """A constant. True is not 1 here, as it is elsewhere in Python."""

    value: Constant = field(eq=lambda value: (type(value), value))


@frozen(cache_hash=True, order=False)
class FactValue(Expression):
    """The value of a fact."""

    name: str


@frozen(cache_hash=True, order=False)
class StepValue(Expression):
    """What an earlier `Let` of the rule gave."""

    name: str


@frozen(cache_hash=True, order=False)
class AmountSoFar(Expression):
    """The amount as the cuts above left it, in cents."""


@frozen(cache_hash=True, order=False)
class UsedBefore(Expression):
    """`prior`: the sum, in cents, that earlier claims of the same group used, counted where the rule says."""


@frozen(cache_hash=True, order=False)
class Parameter(Expression):
    """A dated value of the programme, not yet bound.

    Args:
        path: in the pack, of a value or, as `catalogue/code`, of a term; `{}` stands for the key.
        on: the date fact that says for which day.
        by: the fact whose value goes into the path.
        among: the keys there are, or the catalogue (and parent) whose codes they are.
    """

    path: str
    on: str
    by: str | None = None
    among: tuple[str, ...] | Catalogue = ()


@frozen(cache_hash=True, order=False)
class Catalogue:
    """The codes of a catalogue of the pack, all or those under a parent."""

    name: str
    parent: str | None = None


@frozen(cache_hash=True, order=False)
class MemberOfParameter(Expression):
    """Whether a value is in a dated list, not yet bound."""

    value: Expression
    parameter: Parameter


@frozen(cache_hash=True, order=False)
class Unset(Expression):
    """A parameter that has no value on these days: nobody knows. `stand_in` is of its type, and never shows."""

    path: str
    stand_in: Constant = field(default=0, eq=False)


@frozen(cache_hash=True, order=False)
class Member(Expression):
    """Whether a value is one of a few constants."""

    value: Expression
    members: tuple[int | str, ...]


@frozen(cache_hash=True, order=False)
class Present(Expression):
    """Whether a fact is known. Itself always known."""

    fact: str


@frozen(cache_hash=True, order=False)
class Not(Expression):
    """The opposite."""

    operand: Expression


@frozen(cache_hash=True, order=False)
class Binary(Expression):
    """Two parts and what is between them."""

    operator: Operator
    left: Expression
    right: Expression


@frozen(cache_hash=True, order=False)
class Choice(Expression):
    """`yes` where the condition holds, else `no`."""

    condition: Expression
    yes: Expression
    no: Expression


@frozen(cache_hash=True, order=False)
class Running(Expression):
    """Lowered rules only: the running sum of `counted` over the earlier claims of the group."""

    counted: Expression


@frozen(cache_hash=True, order=False)
class Mask(Expression):
    """Lowered rules only: the sum of the bits whose conditions hold."""

    bits: tuple[tuple[int, Expression], ...]


TRUE, FALSE = Known(True), Known(False)
AMOUNT, PRIOR = AmountSoFar(), UsedBefore()


def wrapped(value: Expression | Constant) -> Expression:
    """A constant as part of a tree; a part as it is."""
    return value if isinstance(value, Expression) else Known(value)


def fact(name: str) -> FactValue:
    """The value of a fact."""
    return FactValue(name)


def present(name: str) -> Present:
    """Whether a fact is known."""
    return Present(name)


def parameter(path: str, *, on: str, by: str | None = None, among: Iterable[str] | Catalogue = ()) -> Parameter:
    """The programme's value at `path` on the day that the fact `on` tells; for a term, whether it is in force."""
    return Parameter(path, on, by, among if isinstance(among, Catalogue) else tuple(among))


def term_in_force(among: Catalogue, *, by: str, on: str) -> Parameter:
    """Whether the code that the fact `by` tells can be used on the day that the fact `on` tells."""
    return Parameter(f"{among.name}/{{}}", on, by, among)


def where_required(path: str, condition: Expression, *, on: str = "on") -> Expression:
    """The condition, on the days on which the programme's truth at `path` asks for it; TRUE on all others."""
    return condition | ~parameter(path, on=on)


def minimum(left: Expression, right: Expression | int) -> Expression:
    """The smaller of two."""
    return Binary("min", left, wrapped(right))


def maximum(left: Expression, right: Expression | int) -> Expression:
    """The larger of two."""
    return Binary("max", left, wrapped(right))


def both(a: Expression, b: Expression) -> Expression:
    """`a` and `b`, folded: b & (b | x) is b."""
    if FALSE in (a, b):
        return FALSE
    if a in (TRUE, b) or _absorbs("or", a, b):
        return b
    return a if b == TRUE or _absorbs("or", b, a) else Binary("and", a, b)


def either(a: Expression, b: Expression) -> Expression:
    """`a` or `b`, folded: b | (b & x) is b."""
    if TRUE in (a, b):
        return TRUE
    if a in (FALSE, b) or _absorbs("and", a, b):
        return b
    return a if b == FALSE or _absorbs("and", b, a) else Binary("or", a, b)


def _absorbs(operator: Operator, larger: Expression, part: Expression) -> bool:
    return isinstance(larger, Binary) and larger.operator == operator and part in (larger.left, larger.right)


_OPPOSITE: dict[str, Operator] = {"<=": ">", ">": "<=", ">=": "<", "<": ">="}


def negated(a: Expression) -> Expression:
    """Not `a`, folded."""
    match a:
        case Known(bool(truth)):
            return FALSE if truth else TRUE
        case Not(inner):
            return inner
        case Binary("<=" | ">=" | "<" | ">" as operator, left, right):
            return Binary(_OPPOSITE[operator], left, right)
    return Not(a)


def choose(condition: Expression, yes: Expression | Constant, no: Expression | Constant) -> Expression:
    """`yes` where the condition holds, else `no`, folded as far as three values allow."""
    yes, no = wrapped(yes), wrapped(no)
    if yes == no or condition == TRUE:
        return yes
    if condition == FALSE:
        return no
    if (yes, no) == (TRUE, FALSE):
        return condition
    return negated(condition) if (yes, no) == (FALSE, TRUE) else Choice(condition, yes, no)


def choose_of_two(condition: Expression, yes: Expression, no: Expression) -> Expression:
    """`choose` where the condition is never unknown: a choice with a truth in it is an `and` or an `or`."""
    if TRUE in (yes, no):
        return either(condition, no) if yes == TRUE else either(negated(condition), yes)
    if FALSE in (yes, no):
        return both(negated(condition), no) if yes == FALSE else both(condition, yes)
    return choose(condition, yes, no)


def pick(key: Expression, arms: Mapping[str, Expression], otherwise: Expression) -> Expression:
    """The arm whose key equals the value of `key`."""
    result = otherwise
    for code, arm in reversed(list(arms.items())):
        result = choose(key.equals(code), arm, result)
    return result


def parts(expression: Expression) -> tuple[Expression, ...]:
    """The parts directly under this one."""
    match expression:
        case Binary(_, left, right):
            return left, right
        case Choice(condition, yes, no):
            return condition, yes, no
        case Not(inner) | Running(inner) | Member(inner, _) | MemberOfParameter(inner, _):
            return (inner,)
        case Mask(bits):
            return tuple(when for _, when in bits)
    return ()


def nodes(*expressions: Expression) -> Iterator[Expression]:
    """Every part of these trees."""
    for expression in expressions:
        yield expression
        yield from nodes(*parts(expression))


def rebuilt(
    expression: Expression,
    replace: Mapping[Expression, Expression],
    choice: Callable[[Expression, Expression, Expression], Expression] = choose,
) -> Expression:
    """The tree with some parts replaced; it folds again on the way, choices by `choice`."""
    if expression in replace:
        return replace[expression]
    new = [rebuilt(part, replace, choice) for part in parts(expression)]
    match expression:
        case Binary("and", _, _):
            return both(*new)
        case Binary("or", _, _):
            return either(*new)
        case Binary(operator, _, _):
            return Binary(operator, *new)
        case Not():
            return negated(*new)
        case Choice():
            return choice(*new)
        case Member(_, members):
            return Member(new[0], members)
        case MemberOfParameter(_, listed):
            return MemberOfParameter(new[0], listed)
        case Running():
            return Running(*new)
        case Mask(bits):
            return Mask(tuple((bit, when) for (bit, _), when in zip(bits, new, strict=True) if when != FALSE))
    return expression
