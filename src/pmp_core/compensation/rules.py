"""The decision on one line of a claim: on days of it for which one law, one level and one agreement hold.

The ceiling of a learner and semester is the one in force on the semester's first day. Earlier claims use it up in the
order of submission, before co-funding is subtracted: `compensation.ceiling-gross-of-co-funding`. A cap for a claim, a month or
a semester is used up by the lines within it in the same way; `cap_used_cents` says by how much.
"""

from __future__ import annotations

from pmp_core.learners import TARGET_CHECKS, TARGET_FACTS
from pmp_core.measures.rules import PLAN_DAYS
from pmp_core.plans.rules import PARTNER_CHECK, PARTNER_FACT
from pmp_core.rules import (
    AMOUNT,
    PRIOR,
    Catalogue,
    Check,
    Cut,
    Fact,
    Let,
    Rule,
    choose,
    fact,
    parameter,
    term_in_force,
    where_required,
)
from pmp_core.rules.expression import StepValue
from pmp_core.values import Text

KINDS = Catalogue("measure-kinds", parent="compensation")

COMPENSATION = Rule(
    "compensation",
    Text("Kompensācija", "Compensation"),
    (
        *TARGET_FACTS,
        PARTNER_FACT,
        Fact(
            "plan_status",
            "code",
            Text("plāna statuss pirmajā prasītajā dienā", "status of the plan on the first day claimed for"),
            choices=Catalogue("plan-statuses"),
        ),
        *PLAN_DAYS,
        Fact("last_day", "day", Text("pēdējā prasītā diena", "last day claimed for")),
        Fact("semester_first_day", "day", Text("semestra pirmā diena", "first day of the semester"), from_law=True),
        Fact("semester_last_day", "day", Text("semestra pēdējā diena", "last day of the semester"), from_law=True),
        Fact("kind", "code", Text("izdevumu veids", "kind of expense"), choices=KINDS, required=True),
        Fact(
            "risk_addressed", "boolean", Text("pasākums mazina plānā izvērtētu risku", "the measure addresses a risk of the plan")
        ),
        Fact(
            "receipts_complete",
            "boolean",
            Text("dokumenti ir pilnīgi un pieteikuma periodā", "receipts complete and within the period"),
        ),
        Fact(
            "units",
            "integer",
            Text("vienību skaits", "number of units"),
            unit="units of the cap",
            at_least=0,
            from_law=True,
        ),
        Fact(
            "cap_used_cents",
            "cents",
            Text("no izdevumu veida robežas jau izlietots", "used up of the cap already"),
            unit="cents",
            absent=0,
            at_least=0,
            from_law=True,
        ),
        Fact("requested_cents", "cents", Text("prasītā summa", "amount asked for"), unit="cents", required=True),
        Fact("cofunded_cents", "cents", Text("citu jau segtā summa", "amount others already pay"), unit="cents"),
    ),
    (
        *TARGET_CHECKS,
        PARTNER_CHECK,
        Check(
            "support-allowed",
            parameter("compensation.allowed", on="on"),
            Text("Kompensācijas šajā dienā ir atļautas", "Compensation is allowed on this day"),
            Text("kompensācijas šajā dienā ir apturētas", "compensation is stopped on this day"),
        ),
        Check(
            "kind-in-force",
            term_in_force(KINDS, by="kind", on="on"),
            Text("Izdevumu veidu šajā dienā var kompensēt", "This kind of expense can be compensated on this day"),
            Text("izdevumu veidu šajā dienā nevar kompensēt", "this kind of expense cannot be compensated on this day"),
        ),
        Check(
            "plan-in-force",
            where_required(
                "compensation.plan-in-force-required", fact("plan_status").is_in(parameter("plans.statuses-in-force", on="on"))
            ),
            Text("Plāns prasītajās dienās ir spēkā", "The plan is in force on the days claimed for"),
            Text("plāns prasītajās dienās nav spēkā", "the plan is not in force on the days claimed for"),
        ),
        Check(
            "within-plan",
            where_required(
                "compensation.within-plan-period",
                (fact("plan_first_day") <= fact("on")) & (fact("last_day") <= fact("plan_last_day")),
            ),
            Text("Pieteikuma periods ir plāna periodā", "The claim's period lies within the plan"),
            Text("pieteikuma periods ir ārpus plāna", "the claim's period lies outside the plan"),
        ),
        Check(
            "within-semester",
            where_required(
                "compensation.within-semester-required",
                (fact("semester_first_day") <= fact("on")) & (fact("last_day") <= fact("semester_last_day")),
            ),
            Text("Pieteikuma periods ir semestrī", "The claim's period lies within the semester"),
            Text("pieteikuma periods ir ārpus semestra", "the claim's period lies outside the semester"),
        ),
        Check(
            "risk-addressed",
            where_required("compensation.risk-addressed-required", fact("risk_addressed")),
            Text("Pasākums mazina plānā izvērtētu risku", "The measure addresses a risk that the plan assesses"),
            Text("pasākums nemazina nevienu plānā izvērtētu risku", "the measure addresses no risk of the plan"),
        ),
        Check(
            "receipts",
            where_required("compensation.receipts-required", fact("receipts_complete")),
            Text("Izdevumus apliecina dokumenti pieteikuma periodā", "Receipts within the period show the expenses"),
            Text("dokumenti nav pilnīgi vai nav pieteikuma periodā", "receipts are not complete or not within the period"),
        ),
        Let(
            "cap",
            parameter("compensation.cap.{}", on="on", by="kind", among=KINDS) * fact("units"),
            Text("Izdevumu veida robeža", "Cap for this kind of expense"),
        ),
        Let(
            "ceiling",
            parameter("compensation.ceiling", on="semester_first_day"),
            Text("Izglītojamā semestra griesti", "Ceiling of the learner's semester"),
        ),
        Cut(
            "cut-to-cap",
            StepValue("cap") - fact("cap_used_cents"),
            Text("Ne vairāk par izdevumu veida robežu", "Not more than the cap"),
        ),
        Cut(
            "cut-to-ceiling",
            StepValue("ceiling") - PRIOR,
            Text("Ne vairāk par semestra griestu atlikumu", "Not more than what is left of the semester's ceiling"),
            clauses=("compensation.ceiling-gross-of-co-funding",),
        ),
        Cut(
            "cut-by-co-funding",
            choose(parameter("compensation.co-funding-subtracted", on="on"), AMOUNT - fact("cofunded_cents"), AMOUNT),
            Text("Atņemta citu jau segtā summa", "Less what others already pay"),
        ),
    ),
    asked="requested_cents",
    by=("learner_id", "semester"),
    order=("submitted_on", "claim_id"),
)

RULES = (COMPENSATION,)
