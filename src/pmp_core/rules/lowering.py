"""Three values into two: Kleene's logic is lowered once, from tree to tree, into pairs (value, known).

Whatever cannot be unknown folds away while lowering, so a rule over complete facts and set parameters becomes the plain
two-valued rule, and no target ever sees the third value. Values are not masked inside: `known` is applied where a check
fails or an amount starts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import reduce

from attrs import evolve, frozen

from pmp_core.errors import Place, RuleError
from pmp_core.rules.expression import (
    AMOUNT,
    FALSE,
    PRIOR,
    TRUE,
    AmountSoFar,
    Binary,
    Choice,
    Expression,
    FactValue,
    Known,
    Mask,
    Member,
    Not,
    Present,
    Running,
    StepValue,
    Unset,
    UsedBefore,
    both,
    choose,
    choose_of_two,
    either,
    maximum,
    minimum,
    negated,
    nodes,
    rebuilt,
    wrapped,
)
from pmp_core.rules.rule import Cut, Let, Rule, tree_of

EARLIER_CLAIM = "earlier-claim"
MOST_REASONS = 63  # a mask is a 64-bit number that is not negative, in every frame
# Added to the running sum by an undetermined claim: one sum then tells both what was used and whether it is known.
# More than any group's amounts (687 million euro); 2**27 such claims fit before 64 bits wrap round.
UNKNOWN_SUM = 1 << 36


def gaps(rule: Rule) -> tuple[str, ...]:
    """What can be missing: facts, parameters without a value, the outcome of an earlier claim."""
    trees = [tree_of(step) for step in rule.steps]
    named = [node.name for node in nodes(*trees) if isinstance(node, FactValue) and rule.fact(node.name).can_be_missing]
    named += [rule.asked] if rule.asked and rule.fact(rule.asked).can_be_missing else []
    named += [node.path for node in nodes(*trees) if isinstance(node, Unset)]
    return (*dict.fromkeys(named), *((EARLIER_CLAIM,) if rule.by else ()))


def bits(rule: Rule) -> dict[str, int]:
    """The bit of each reason, in three ranges: cuts, failed checks, missing things. The outcome is read off the range.

    Raises:
        RuleError: `rule-too-wide`.
    """
    open_ones = gaps(rule)
    names = [cut.name for cut in rule.cuts] + [check.name for check in rule.checks] + list(open_ones)
    if len(names) > MOST_REASONS:
        raise RuleError(
            "rule-too-wide",
            f"The rule {rule.name!r} can have {len(names)} reasons, and {MOST_REASONS} fit into its mask.",
            place=Place(pointer=f"/rules/{rule.name}"),
            remedy=f"Split the rule, or set what is not set: {len(open_ones)} reasons are things that can be missing, such as "
            f"{', '.join(open_ones[-3:])}.",
        )
    return {name: 1 << i for i, name in enumerate(names)}


def first_bits(rule: Rule) -> tuple[int, int]:
    """The lowest bit of a failed check, and of a missing thing."""
    return 1 << len(rule.cuts), 1 << len(rule.cuts) + len(rule.checks)


@frozen
class Pair:
    """A value, whether it is known, and what is missing when: names with conditions."""

    value: Expression
    known: Expression
    missing: tuple[tuple[str, Expression], ...] = ()


@frozen
class Lowered:
    """Named two-valued steps, in order; and for each of the rule's own steps, its value and what says that it is known."""

    steps: Mapping[str, Expression]
    values: Mapping[str, Expression]
    known: Mapping[str, Expression]


class Lowering:
    """Lowers trees. `nullable`: the facts that may be missing in the data at hand; all others are taken as known."""

    def __init__(self, nullable: Collection[str]) -> None:
        self.nullable = nullable
        self.lets: dict[str, Pair] = {}

    def lower(self, e: Expression) -> Pair:
        """The pair of an expression."""
        match e:
            case FactValue(name):
                present: Expression = Present(name) if name in self.nullable else TRUE
                return Pair(e, present, () if present == TRUE else ((name, negated(present)),))
            case Unset(path, stand_in):
                return Pair(Known(stand_in), FALSE, ((path, TRUE),))
            case StepValue(name):
                return evolve(self.lets[name], missing=())  # what it lacks was counted where it stands
            case Known() | AmountSoFar() | UsedBefore():
                return Pair(e, TRUE)
            case Present(name):
                return Pair(e if name in self.nullable else TRUE, TRUE)
            case Not(inner):
                pair = self.lower(inner)
                return evolve(pair, value=negated(pair.value))
            case Member(inner, members):
                pair = self.lower(inner)
                return evolve(pair, value=Member(pair.value, members))
            case Choice(condition, yes, no):
                return _choice(self.lower(condition), self.lower(yes), self.lower(no))
            case Binary("and" | "or" as operator, left, right):
                return _junction(operator, self.lower(left), self.lower(right))
            case Binary(operator, left, right):
                a, b = self.lower(left), self.lower(right)
                return Pair(Binary(operator, a.value, b.value), both(a.known, b.known), _merged(a.missing, b.missing))
        raise TypeError(f"{type(e).__name__} cannot be lowered: is the rule bound?")


def _choice(condition: Pair, yes: Pair, no: Pair) -> Pair:
    reached = []
    for side, arm in ((both(condition.known, condition.value), yes), (both(condition.known, negated(condition.value)), no)):
        for name, when in arm.missing:
            everywhere = (name, when) in yes.missing and (name, when) in no.missing
            reached.append((name, both(condition.known if everywhere else side, when)))
    known = both(condition.known, choose_of_two(condition.value, yes.known, no.known))
    return Pair(choose_of_two(condition.value, yes.value, no.value), known, _merged(condition.missing, tuple(reached)))


def _junction(operator: str, a: Pair, b: Pair) -> Pair:
    value = both(a.value, b.value) if operator == "and" else either(a.value, b.value)

    def decides(pair: Pair) -> Expression:
        # A known false settles an `and`, a known true an `or`, whatever the other side is.
        return both(pair.known, negated(pair.value) if operator == "and" else pair.value)

    known = a.known if a.known == b.known else either(either(both(a.known, b.known), decides(a)), decides(b))
    return Pair(value, known, _merged(a.missing, b.missing))


def _merged(*groups: tuple[tuple[str, Expression], ...]) -> tuple[tuple[str, Expression], ...]:
    whens: dict[str, Expression] = {}
    for group in groups:
        for name, when in group:
            whens[name] = either(whens.get(name, FALSE), when)
    return tuple(whens.items())


def lower(rule: Rule, nullable: Collection[str], *, carried: bool = False) -> Lowered:
    """The rule as named two-valued steps.

    Args:
        rule: bound.
        nullable: facts that may be missing in the data at hand.
        carried: `prior` comes from outside, and may be unknown although nothing is missing here.
    """
    low, own_bits = Lowering(nullable), bits(rule)
    named: dict[str, Expression] = {}
    values: dict[str, Expression] = {}
    known: dict[str, Expression] = {}
    missing: list[tuple[str, Expression]] = []

    def name(key: str, e: Expression, *, looked_for: bool = False) -> Expression:
        trivial = isinstance(e, Known | StepValue | Present)
        if not trivial or (looked_for and e != FALSE):
            named[key] = e
        return e if trivial else StepValue(key)  # what is trivial is not worth a column

    settled: dict[Expression, Expression] = {}  # what certainly holds below the last check, wherever it matters

    def lowered(key: str, tree: Expression) -> Pair:
        pair = _simpler(low.lower(tree), settled) if settled else low.lower(tree)
        if pair.known != TRUE and any(node in (AMOUNT, PRIOR) for node in nodes(pair.known, *(when for _, when in pair.missing))):
            raise RuleError(  # an amount starts only where everything is known
                "rule-malformed",
                f"In the rule {rule.name!r} the amount decides which facts the limit of {key!r} needs.",
                place=Place(pointer=f"/rules/{rule.name}/steps/{key}"),
                remedy="Write the limit so that it needs the same facts for every amount.",
            )
        known[key] = name(f"{key} known", pair.known)
        # Where one thing only can be missing, it is that; what an earlier step lacks was counted there, and may be another.
        unknown, alone = negated(known[key]), len(pair.missing) == 1 and not any(isinstance(n, StepValue) for n in nodes(tree))
        missing.extend((gap, unknown if alone else both(unknown, when)) for gap, when in pair.missing)
        return Pair(pair.value, known[key])

    failed: list[tuple[str, Expression]] = []
    certain: list[Expression] = []
    refused: Expression = FALSE
    for step in rule.steps:
        if isinstance(step, Cut):
            continue
        pair = lowered(step.name, tree_of(step))
        values[step.name] = value = name(step.name, pair.value)
        if isinstance(step, Let):
            low.lets[step.name] = evolve(pair, value=value)
            continue
        fails = negated(value) if pair.known == TRUE else name(f"{step.name} failed", both(pair.known, negated(value)))
        failed.append((step.name, fails))
        certain += [pair.value] if pair.known == TRUE else []
        if len(failed) == len(rule.checks):  # at once, so that a function can return before the steps below
            refused = name("refused", _any(fails for _, fails in failed), looked_for=True)
            settled.update(_conjuncts(certain))
    asked = lowered("asked", FactValue(rule.asked)) if rule.asked else Pair(Known(0), TRUE)
    limits = {cut.name: lowered(cut.name, cut.limit).value for cut in rule.cuts}
    own_gap = name("own gap", both(_any(map(negated, known.values())), negated(refused)), looked_for=True)
    eligible = name("eligible", negated(either(refused, own_gap)))
    amount = name("asked", choose(eligible, asked.value, 0))  # 0 here keeps every later amount and cut at 0
    cuts, blocked = _cuts(rule, limits, name, amount, own_gap, refused, carried)
    for cut_name, _, after in cuts:
        values[cut_name] = amount = after
    undetermined = name("undetermined", either(own_gap, blocked))
    missing.append((EARLIER_CLAIM, blocked))
    bitten = [(cut, Binary("<", after, before)) for cut, before, after in cuts]
    named["reasons"] = choose(undetermined, _mask(own_bits, _merged(tuple(missing))), _mask(own_bits, (*bitten, *failed)))
    named["amount"] = amount
    return Lowered(named, values, known)


def _cuts(
    rule: Rule,
    limits: Mapping[str, Expression],
    name: Callable[..., Expression],
    amount: Expression,
    own_gap: Expression,
    refused: Expression,
    carried: bool,
) -> tuple[list[tuple[str, Expression, Expression]], Expression]:
    """The amounts before and after each cut, and when an earlier claim blocks this one."""
    cuts: list[tuple[str, Expression, Expression]] = []
    blocked: Expression = FALSE
    for cut in rule.cuts:
        limit = rebuilt(limits[cut.name], {AMOUNT: amount})
        if PRIOR in nodes(cut.limit):  # whether or not folding left it there: what counts must not depend on gaps
            name("counted", choose(own_gap, UNKNOWN_SUM, amount), looked_for=True)
            used = name("prior", Running(StepValue("counted")))
            limit = rebuilt(limit, {PRIOR: used})
            if carried or own_gap != FALSE:
                blocked = name("blocked", both(Binary(">=", used, wrapped(UNKNOWN_SUM)), negated(refused)))
        after = name(cut.name, minimum(amount, maximum(limit, 0)))
        cuts.append((cut.name, amount, after))
        amount = after
    return cuts, blocked


def _simpler(pair: Pair, settled: Mapping[Expression, Expression]) -> Pair:
    value, known, *whens = (
        rebuilt(e, settled, choose_of_two) for e in (pair.value, pair.known, *(when for _, when in pair.missing))
    )
    missing = tuple((name, when) for (name, _), when in zip(pair.missing, whens, strict=True) if when != FALSE)
    return Pair(value, known, missing)


def _conjuncts(conditions: Iterable[Expression]) -> dict[Expression, Expression]:
    """What each part of these conditions is, given that all of them hold."""
    found: dict[Expression, Expression] = {}
    for condition in conditions:
        match condition:
            case Binary("and", left, right):
                found |= _conjuncts((left, right))
            case Known():
                continue
            case _:
                found |= {condition: TRUE, negated(condition): FALSE}
    return found


def _any(conditions: Iterable[Expression]) -> Expression:
    nothing: Expression = FALSE
    return reduce(either, conditions, nothing)


def _mask(own_bits: Mapping[str, int], conditions: Collection[tuple[str, Expression]]) -> Mask:
    return Mask(tuple((own_bits[name], when) for name, when in conditions if when != FALSE))
