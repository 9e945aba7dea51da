"""Who can be supported: the target groups of individual support and of youth projects, by track, level and day."""

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
IN_FORCE = Check(
    "programme-in-force",
    parameter("programme.in-force", on="on"),
    Text("Programma šajā dienā ir spēkā", "The programme is in force on this day"),
    Text("programma šajā dienā nav spēkā", "the programme is not in force on this day"),
)


def _in_target_group_of(support: str) -> Check:
    return Check(
        "target-group",
        fact("level").is_in(parameter(f"target-group.{support}.{{}}.levels", on="on", by="track", among=TRACKS)),
        Text("Izglītojamais pieder mērķgrupai", "The learner belongs to the target group"),
        Text(
            "klase vai kurss šajā dienā nepieder mērķgrupai",
            "the grade or course does not belong to the target group on this day",
        ),
    )


TARGET_CHECKS = (IN_FORCE, _in_target_group_of("iap-support"))
_WORDING = Wording(granted=Text("pieder mērķgrupai", "in the target group"), refused=Text("atteikts", "refused"))

TARGET_GROUP = Rule("target-group", Text("Mērķgrupa", "Target group"), TARGET_FACTS, TARGET_CHECKS, wording=_WORDING)

# Youth projects have a target group of their own: the younger grades joined individual support only.
TARGET_GROUP_YOUTH_PROJECTS = Rule(
    "target-group-youth-projects",
    Text("Mērķgrupa: jauniešu projekti", "Target group: youth projects"),
    TARGET_FACTS,
    (IN_FORCE, _in_target_group_of("youth-projects")),
    wording=_WORDING,
)

RULES = (TARGET_GROUP, TARGET_GROUP_YOUTH_PROJECTS)
