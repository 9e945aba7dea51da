"""Signals: small rules over what the school recorded. A signal suggests a risk; it decides nothing about a child.

The thresholds are the programme's dated values. The programme's own methodology was not read, so the shipped ones are
suggestions taken over from general school law, status `chosen`: a deployment sets its own.
"""

from __future__ import annotations

from attrs import frozen

from pmp_core.rules import Check, Fact, Rule, Wording, fact, parameter
from pmp_core.values import Text

_WORDING = Wording(granted=Text("pazīme ir", "the signal is there"), refused=Text("pazīmes nav", "the signal is not there"))
_ON = Fact("on", "day", Text("diena", "day"), required=True)


@frozen
class Signal:
    """A signal.

    Args:
        rule: granted where the signal is there.
        measure: the fact that was measured.
        threshold: the path of the value it is compared with.
        factor: the path of the value that lists the risk factors it suggests.
        when_nothing: what a learner without any record measures: no absence is 0, no mark is not known.
    """

    rule: Rule
    measure: str
    threshold: str
    factor: str
    when_nothing: int | None = None

    @property
    def name(self) -> str:
        """The name of its rule."""
        return self.rule.name


UNEXCUSED_LESSONS = Signal(
    Rule(
        "signal-unexcused-lessons",
        Text("Pazīme: neattaisnoti kavējumi", "Signal: unexcused absence"),
        (
            _ON,
            Fact(
                "unexcused_lessons",
                "integer",
                Text("neattaisnoti kavētās stundas semestrī", "lessons missed without excuse in the semester"),
                unit="lessons/semester",
            ),
        ),
        (
            Check(
                "more-than-the-threshold",
                fact("unexcused_lessons") > parameter("signals.unexcused-lessons.more-than", on="on"),
                Text("Neattaisnoto kavējumu ir vairāk par slieksni", "More lessons missed without excuse than the threshold"),
                Text("nav vairāk par slieksni", "not more than the threshold"),
            ),
        ),
        wording=_WORDING,
    ),
    "unexcused_lessons",
    "signals.unexcused-lessons.more-than",
    "signals.unexcused-lessons.factor",
    when_nothing=0,
)
INSUFFICIENT_MARK = Signal(
    Rule(
        "signal-insufficient-mark",
        Text("Pazīme: nepietiekams vērtējums", "Signal: insufficient mark"),
        (_ON, Fact("lowest_mark", "integer", Text("zemākais semestra vērtējums", "lowest mark of the semester"), unit="points")),
        (
            Check(
                "below-the-threshold",
                fact("lowest_mark") < parameter("signals.mark.below", on="on"),
                Text("Zemākais vērtējums ir zem sliekšņa", "The lowest mark is below the threshold"),
                Text("nav zem sliekšņa", "not below the threshold"),
            ),
        ),
        wording=_WORDING,
    ),
    "lowest_mark",
    "signals.mark.below",
    "signals.marks.factor",
)

SIGNALS = (UNEXCUSED_LESSONS, INSUFFICIENT_MARK)
RULES = tuple(signal.rule for signal in SIGNALS)
