"""How large the numbers of a rule can become in a frame, so that none wraps around in 64 bits."""

from __future__ import annotations

from pmp_core.errors import RuleError
from pmp_core.rules.expression import Binary, Choice, Expression, FactValue, Known, Running, StepValue, nodes, rebuilt
from pmp_core.rules.lowering import UNKNOWN_SUM, Lowered
from pmp_core.rules.rule import Let, Rule, tree_of

# A whole number that a frame may hold at most: a product with an amount then fits.
LARGEST_NUMBER = 1 << 26
# So many claims may a group have: were all undetermined, the running sum would still fit.
MOST_ROWS = 1 << 26
_WIDTH = 1 << 63


def never_negative(rule: Rule, lowered: Lowered) -> dict[str, Expression]:
    """The steps, with «not below 0» taken away where nothing can be: a dated cap, and an amount, never is."""
    above: set[str] = set()

    def is_so(e: Expression) -> bool:
        match e:
            case Known(int(value)):
                return value >= 0
            case FactValue(name):
                return rule.fact(name).type == "cents" or (
                    rule.fact(name).at_least is not None and (rule.fact(name).at_least or 0) >= 0
                )
            case StepValue(name):
                return name in above
            case Choice(_, yes, no):
                return is_so(yes) and is_so(no)
            case Binary("+" | "*" | "min" | "max", left, right):  # of `max` both, since one of them may be null
                return is_so(left) and is_so(right)
        return False

    steps = {}
    for name, e in lowered.steps.items():
        floors = [node for node in nodes(e) if isinstance(node, Binary) and node.operator == "max" and node.right == Known(0)]
        steps[name] = rebuilt(e, {floor: floor.left for floor in floors if is_so(floor.left)})
        above |= {name} if is_so(steps[name]) else set()
    return steps


def reckoned_with(rule: Rule) -> frozenset[str]:
    """The facts that some step calculates with; a number that is only compared may be of any size."""
    lets = [tree_of(step) for step in rule.steps if isinstance(step, Let)]  # a later step may calculate with it
    trees = [tree_of(step) for step in rule.steps]
    sums = [node for node in nodes(*trees) if isinstance(node, Binary) and node.operator in ("+", "-", "*", "min", "max")]
    return frozenset(node.name for node in nodes(*sums, *lets) if isinstance(node, FactValue))


def check_magnitude(rule: Rule, lowered: Lowered) -> None:
    """Whether no amount of a rule can wrap around, whatever a frame holds.

    Raises:
        RuleError: `rule-too-large`.
    """
    limits: dict[str, int] = {}

    def limit(e: Expression) -> int:
        match e:
            case Known(bool()):
                return 1
            case Known(int(value)):
                return abs(value)
            case FactValue(name):
                return {"integer": LARGEST_NUMBER, "cents": UNKNOWN_SUM}.get(rule.fact(name).type, 1)
            case StepValue(name):
                return limits[name]
            case Running():
                return MOST_ROWS * UNKNOWN_SUM
            case Choice(_, yes, no):
                return max(limit(yes), limit(no))
            case Binary("+" | "-", left, right):
                return limit(left) + limit(right)
            case Binary("*", left, right):
                return limit(left) * limit(right)
            case Binary("min" | "max", left, right):
                return max(limit(left), limit(right))
        return 1  # a truth, a day, a code, or the mask, which has its own limit

    for name, e in lowered.steps.items():
        limits[name] = limit(e)
        if limits[name] >= _WIDTH:
            raise RuleError(
                "rule-too-large",
                f"In the rule {rule.name!r} the step {name!r} can become larger than 64 bits hold.",
                remedy="Multiply by less, or decide claim by claim: there amounts have no limit.",
            )
