"""Floor 1: expressions, rules, their execution, decisions."""

from pmp_core.rules.decision import Clause, Decision, DecisionStep, FactUsed
from pmp_core.rules.engine import BoundRule
from pmp_core.rules.expression import (
    AMOUNT,
    PRIOR,
    Catalogue,
    Expression,
    choose,
    fact,
    maximum,
    minimum,
    parameter,
    pick,
    present,
    term_in_force,
    where_required,
)
from pmp_core.rules.result import OUTCOMES, Outcome, Result
from pmp_core.rules.rule import Check, Cut, Fact, Let, Rule, Wording

__all__ = [
    "AMOUNT",
    "OUTCOMES",
    "PRIOR",
    "BoundRule",
    "Catalogue",
    "Check",
    "Clause",
    "Cut",
    "Decision",
    "DecisionStep",
    "Expression",
    "Fact",
    "FactUsed",
    "Let",
    "Outcome",
    "Result",
    "Rule",
    "Wording",
    "choose",
    "fact",
    "maximum",
    "minimum",
    "parameter",
    "pick",
    "present",
    "term_in_force",
    "where_required",
]
