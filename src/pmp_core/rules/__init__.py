"""Floor 1: expressions, rules, their execution, decisions."""

from pmp_core.rules.blocked import Blocked, BlockedRule, FactDays
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
from pmp_core.rules.redecision import Redecision
from pmp_core.rules.result import OUTCOMES, Outcome, Result
from pmp_core.rules.rule import Check, Cut, Fact, Let, Rule, Wording

__all__ = [
    "AMOUNT",
    "OUTCOMES",
    "PRIOR",
    "Blocked",
    "BlockedRule",
    "BoundRule",
    "Catalogue",
    "Check",
    "Clause",
    "Cut",
    "Decision",
    "DecisionStep",
    "Expression",
    "Fact",
    "FactDays",
    "FactUsed",
    "Let",
    "Outcome",
    "Redecision",
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
