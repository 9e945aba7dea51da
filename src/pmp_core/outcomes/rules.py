"""Whether a plan can close: every risk and every measure is evaluated, and nothing else."""

from __future__ import annotations

from pmp_core.rules import Check, Fact, Rule, Wording, fact, where_required
from pmp_core.values import Text

_REQUIRED = "plans.evaluation-required"

PLAN_CLOSING = Rule(
    "plan-closing",
    Text("Plāna izvērtēšana un noslēgšana", "Evaluating and closing a plan"),
    (
        Fact("on", "day", Text("izvērtēšanas diena", "day of the evaluation"), required=True),
        Fact("plan_first_day", "day", Text("plāna pirmā diena", "first day of the plan")),
        Fact("risks_open", "integer", Text("neizvērtēto risku skaits", "risks not evaluated"), unit="risks"),
        Fact("measures_open", "integer", Text("neizvērtēto pasākumu skaits", "measures not evaluated"), unit="measures"),
        Fact("foreign", "integer", Text("izvērtēts, bet plānā nav", "evaluated but not in the plan"), unit="risks and measures"),
    ),
    (
        Check(
            "after-it-began",
            where_required(_REQUIRED, fact("on") >= fact("plan_first_day")),
            Text("Plāns ir sācies", "The plan has begun"),
            Text("plāns vēl nav sācies", "the plan has not begun"),
        ),
        Check(
            "every-risk",
            where_required(_REQUIRED, fact("risks_open").equals(0)),
            Text("Izvērtēts katrs risks", "Every risk is evaluated"),
            Text("nav izvērtēts katrs risks", "not every risk is evaluated"),
        ),
        Check(
            "every-measure",
            where_required(_REQUIRED, fact("measures_open").equals(0)),
            Text("Izvērtēts katrs pasākums", "Every measure is evaluated"),
            Text("nav izvērtēts katrs pasākums", "not every measure is evaluated"),
        ),
        Check(
            "of-this-plan",
            fact("foreign").equals(0),
            Text("Izvērtēts tikai tas, kas ir plānā", "Only what is in the plan is evaluated"),
            Text("izvērtēts risks vai pasākums, kura plānā nav", "a risk or measure that is not in the plan is evaluated"),
        ),
    ),
    wording=Wording(granted=Text("plānu var noslēgt", "the plan can close")),
)

RULES = (PLAN_CLOSING,)
