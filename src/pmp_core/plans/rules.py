"""Whether a plan can be entered: target group, partnership, application, risks and measures."""

from __future__ import annotations

from pmp_core.learners import TARGET_CHECKS, TARGET_FACTS
from pmp_core.rules import Check, Fact, Rule, Wording, fact, parameter, where_required
from pmp_core.values import Text

PARTNER_FACT = Fact("partner", "boolean", Text("iestāde šajā dienā piedalās programmā", "the institution takes part on this day"))
PARTNER_CHECK = Check(
    "partnership",
    where_required("partners.agreement-required", fact("partner")),
    Text(
        "Iestādei vai tās pašvaldībai ir spēkā sadarbības līgums", "The institution or its municipality has an agreement in force"
    ),
    Text("šajā dienā nav spēkā sadarbības līguma", "no agreement is in force on this day"),
)

PLAN_ENTRY = Rule(
    "plan-entry",
    Text("Individuālā atbalsta plāna ievadīšana", "Entering an individual support plan"),
    (
        *TARGET_FACTS,
        PARTNER_FACT,
        Fact("applied_on", "day", Text("iesnieguma diena", "day of the application")),
        Fact("entered_on", "day", Text("plāna ievadīšanas diena", "day the plan was entered")),
        Fact("risks", "integer", Text("plānā izvērtēto risku skaits", "risks the plan assesses"), unit="risks"),
        Fact(
            "measures_justified",
            "boolean",
            Text("katram pasākumam ir risks un pamatojums", "each measure has a risk and a justification"),
        ),
    ),
    (
        *TARGET_CHECKS,
        PARTNER_CHECK,
        Check(
            "application-first",
            where_required("plans.application-first", fact("applied_on") <= fact("entered_on")),
            Text("Parakstīts iesniegums ir pirms plāna", "The signed application comes before the plan"),
            Text("iesniegums ir vēlāks par plānu", "the application is later than the plan"),
        ),
        Check(
            "risk-assessed",
            fact("risks") >= parameter("plans.risks-at-least", on="on"),
            Text("Plānā ir izvērtēts vismaz viens risks", "The plan assesses at least one risk"),
            Text("plānā nav izvērtēts neviens risks", "the plan assesses no risk"),
        ),
        Check(
            "measures-justified",
            where_required("plans.measure-justified", fact("measures_justified")),
            Text("Katrs pasākums mazina kādu risku un ir pamatots", "Each measure addresses a risk and is justified"),
            Text("kādam pasākumam nav riska vai pamatojuma", "some measure has no risk or no justification"),
            clauses=("plans.measure-addresses-risk",),
        ),
    ),
    wording=Wording(granted=Text("plānu var ievadīt", "the plan can be entered")),
)

PLAN_TIMELINESS = Rule(
    "plan-timeliness",
    Text("Individuālā atbalsta plāna savlaicīgums", "Whether an individual support plan comes in time"),
    (
        Fact("on", "day", Text("semestra pirmā diena", "first day of the semester"), required=True),
        Fact(
            "days_after_start",
            "integer",
            Text("dienas no semestra pirmās dienas līdz plānam", "days from the first day of the semester to the plan"),
            unit="days",
        ),
    ),
    (
        Check(
            "within-the-deadline",
            fact("days_after_start") <= parameter("plans.entry-deadline-days", on="on"),
            Text(
                "Plāns ievadīts termiņā no semestra sākuma",
                "The plan was entered within the deadline from the start of the semester",
            ),
            Text("plāns ir ievadīts pēc termiņa", "the plan was entered after the deadline"),
        ),
    ),
    wording=Wording(granted=Text("plāns ir laikā", "the plan is in time"), refused=Text("plāns nokavēts", "the plan is late")),
)

RULES = (PLAN_ENTRY, PLAN_TIMELINESS)
