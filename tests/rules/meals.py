"""A made-up rule and made-up rates: small enough to read a whole explanation of it."""

from __future__ import annotations

from pathlib import Path

from pmp_core.programme import OverlayText, Pack, load_pack
from pmp_core.rules import PRIOR, Fact, fact, parameter
from pmp_core.rules.expression import StepValue
from pmp_core.rules.rule import Check, Cut, Let, Rule
from pmp_core.values import Text

CAPS_EXAMPLE = Path(__file__).parent / "caps.example.yaml"


def example_pack() -> Pack:
    """The shipped pack with made-up caps and ceilings."""
    return load_pack("lv-8.3.4", [OverlayText(CAPS_EXAMPLE.name, CAPS_EXAMPLE.read_text(encoding="utf-8"))])


# Over paths of the pack: who is at school gets meals paid, up to a cap and a ceiling.
MEALS = Rule(
    "meals",
    Text("Pusdienas", "Meals"),
    (
        Fact("on", "day", Text("diena", "day"), required=True),
        Fact("present", "boolean", Text("ir skolā", "at school")),
        Fact(
            "kind",
            "code",
            Text("veids", "kind"),
            required=True,
            choices=("catering", "accommodation"),
            words={"catering": Text("ēdināšana <b>", "catering <b>")},
        ),
        Fact("units", "integer", Text("dienu skaits", "days")),
        Fact("asked_cents", "cents", Text("prasīts", "asked for"), required=True),
    ),
    (
        Check(
            "in-force",
            parameter("programme.in-force", on="on"),
            Text("Programma ir spēkā", "The programme is in force"),
            Text("programma nav spēkā", "the programme is not in force"),
        ),
        Check(
            "at-school",
            fact("present"),
            Text("Ir skolā", "At school"),
            Text("nav skolā", "not at school"),
            clauses=("compensation.receipts-required",),
        ),
        Let(
            "cap",
            parameter("compensation.cap.{}", on="on", by="kind", among=("catering", "accommodation")) * fact("units"),
            Text("Robeža", "Cap"),
        ),
        Cut("cut-to-cap", StepValue("cap"), Text("Ne vairāk par robežu", "Not more than the cap")),
        Cut(
            "cut-to-rest",
            parameter("compensation.ceiling", on="on") - PRIOR,
            Text("Ne vairāk par atlikumu", "Not more than what is left"),
        ),
    ),
    asked="asked_cents",
    by=("learner_id",),
    order=("claim_id",),
)

# What it says of the seven claims of the tests of frames: row, outcome, cents, mask.
ANSWERS: list[tuple[int, str, int | None, int]] = [
    (0, "granted", 12000, 0),
    (1, "reduced", 0, 3),
    (2, "granted", 6000, 0),
    (3, "undetermined", None, 16),
    (4, "reduced", 6000, 2),
    (5, "refused", 0, 4),
    (6, "undetermined", None, 32),
]
