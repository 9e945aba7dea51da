"""Whether a session counts: within the plan, by a listed specialist, and a remote one with its evidence."""

from __future__ import annotations

from pmp_core.rules import Catalogue, Check, Fact, Rule, Wording, choose, fact, parameter, present, where_required
from pmp_core.values import Mode, Text

IN_PERSON = fact("mode").equals(Mode.IN_PERSON.value)
PLAN_STATUS = Fact(
    "plan_status",
    "code",
    Text("plāna statuss šajā dienā", "status of the plan on the day"),
    choices=Catalogue("plan-statuses"),
)
PLAN_DAYS = (
    Fact("plan_first_day", "day", Text("plāna pirmā diena", "first day of the plan")),
    Fact("plan_last_day", "day", Text("plāna pēdējā diena", "last day of the plan")),
)
PLAN_IN_FORCE = Check(
    "plan-in-force",
    fact("plan_status").is_in(parameter("plans.statuses-in-force", on="on")),
    Text("Plāns ir apstiprināts vai tiek īstenots", "The plan is approved or being implemented"),
    Text("plāns šajā dienā nav spēkā", "the plan is not in force on this day"),
)

SESSION = Rule(
    "session",
    Text("Konsultācija", "Consultation"),
    (
        Fact("on", "day", Text("konsultācijas diena", "day of the consultation"), required=True),
        PLAN_STATUS,
        *PLAN_DAYS,
        Fact("specialist", "code", Text("speciālists", "specialist"), choices=Catalogue("specialists")),
        Fact(
            "mode",
            "code",
            Text("norises veids", "how it was held"),
            choices=tuple(mode.value for mode in Mode),
            words={mode.value: mode.text for mode in Mode},
        ),
        Fact("directors_order", "boolean", Text("ir direktora rīkojums", "a director's order is there")),
        Fact("attested_on", "day", Text("izglītojamā apliecinājuma diena", "day of the learner's attestation")),
        Fact(
            "assigned",
            "boolean",
            Text("speciālists šajā dienā ir norīkots darbā iestādē", "the specialist is assigned to the institution on this day"),
        ),
        Fact("grade", "integer", Text("vispārējās izglītības klase", "grade of general education"), unit="grade"),
    ),
    (
        Check(
            "programme-in-force",
            parameter("programme.in-force", on="on"),
            Text("Programma šajā dienā ir spēkā", "The programme is in force on this day"),
            Text("programma šajā dienā nav spēkā", "the programme is not in force on this day"),
        ),
        PLAN_IN_FORCE,
        Check(
            "within-plan",
            fact("on").between(fact("plan_first_day"), fact("plan_last_day")),
            Text("Konsultācija ir plāna periodā", "The consultation lies within the plan"),
            Text("konsultācija ir ārpus plāna perioda", "the consultation lies outside the plan"),
        ),
        Check(
            "specialist-listed",
            present("specialist"),
            Text("Konsultāciju vada programmas saraksta speciālists", "The consultation is held by a specialist of the list"),
            Text("nav norādīts speciālists", "no specialist is named"),
        ),
        Check(
            "specialist-assigned",
            where_required("consultations.assignment-required", fact("assigned")),
            Text("Speciālists šajā dienā ir norīkots darbā iestādē", "The specialist is assigned to the institution on this day"),
            Text("speciālists šajā dienā nav norīkots", "the specialist is not assigned on this day"),
        ),
        Check(
            "mode-allowed",
            choose(
                IN_PERSON,
                parameter("consultations.in-person.allowed", on="on"),
                parameter("consultations.remote.allowed", on="on"),
            ),
            Text("Šāds norises veids šajā dienā ir atļauts", "This way of holding it is allowed on this day"),
            Text("šāds norises veids šajā dienā nav atļauts", "this way of holding it is not allowed on this day"),
        ),
        Check(
            "remote-for-grade",
            IN_PERSON
            | ~parameter("consultations.remote.levels-limited", on="on")
            | fact("grade").is_in(parameter("consultations.remote.levels", on="on")),
            Text(
                "Attālināta konsultācija šajā dienā ir atļauta šai klasei",
                "A remote consultation is allowed for this grade on this day",
            ),
            Text(
                "attālinātas konsultācijas šajā dienā nav atļautas šai klasei",
                "remote consultations are not for this grade on this day",
            ),
        ),
        Check(
            "directors-order",
            IN_PERSON | fact("directors_order") | ~parameter("consultations.remote.directors-order-required", on="on"),
            Text("Attālinātai konsultācijai ir direktora rīkojums", "A remote consultation has a director's order"),
            Text("nav direktora rīkojuma", "there is no director's order"),
        ),
        Check(
            "attested-same-day",
            IN_PERSON
            | fact("attested_on").equals(fact("on"))
            | ~parameter("consultations.remote.attested-on-day-of-consultation", on="on"),
            Text("Attālināta konsultācija apliecināta tajā pašā dienā", "A remote consultation was attested on the same day"),
            Text("apliecinājuma diena nav konsultācijas diena", "the day of the attestation is not the day of the consultation"),
        ),
    ),
    wording=Wording(granted=Text("konsultācija ir ieskaitāma", "the consultation counts")),
)

RULES = (SESSION,)
