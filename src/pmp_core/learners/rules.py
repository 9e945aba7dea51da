"""Who can be supported: the target group, by track, level and day."""

from __future__ import annotations

from pmp_core.rules import Check, Fact, Rule, Wording, fact, parameter
from pmp_core.values import Text, Track

TRACKS = tuple(track.value for track in Track)

TARGET_FACTS = (
    Fact("on", "day", Text("diena", "day"), required=True),
    Fact(
        "track",
        "code",
        Text("izglītības programmas veids", "kind of educational programme"),
        choices=TRACKS,
        words={track.value: track.text for track in Track},
    ),
    Fact("level", "integer", Text("klase vai kurss", "grade or course"), unit="level"),
)
TARGET_CHECKS = (
    Check(
        "programme-in-force",
        parameter("programme.in-force", on="on"),
        Text("Programma šajā dienā ir spēkā", "The programme is in force on this day"),
        Text("programma šajā dienā nav spēkā", "the programme is not in force on this day"),
    ),
    Check(
        "target-group",
        fact("level").is_in(parameter("target-group.iap-support.{}.levels", on="on", by="track", among=TRACKS)),
        Text("Izglītojamais pieder mērķgrupai", "The learner belongs to the target group"),
        Text(
            "klase vai kurss šajā dienā nepieder mērķgrupai",
            "the grade or course does not belong to the target group on this day",
        ),
    ),
)

TARGET_GROUP = Rule(
    "target-group",
    Text("Mērķgrupa", "Target group"),
    TARGET_FACTS,
    TARGET_CHECKS,
    wording=Wording(granted=Text("pieder mērķgrupai", "in the target group"), refused=Text("atteikts", "refused")),
)

RULES = (TARGET_GROUP,)
