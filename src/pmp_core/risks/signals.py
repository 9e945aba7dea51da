"""Signals: small rules over what the school recorded. A signal suggests a risk; it decides nothing about a child.

The thresholds are the programme's dated values. The programme's own methodology was not read: two of the shipped ones are
taken over from general school law, status `chosen`; most are not set, and such a signal is undetermined and suggests nothing
until a deployment sets its own.
"""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from pmp_core.rules import Check, Fact, Rule, Wording, fact, parameter
from pmp_core.values import Text

_WORDING = Wording(granted=Text("pazīme ir", "the signal is there"), refused=Text("pazīmes nav", "the signal is not there"))
_ON = Fact("on", "day", Text("diena", "day"), required=True)
Comparison = Literal["more-than", "below"]


@frozen
class Signal:
    """A signal.

    Args:
        rule: granted where the signal is there, refused where it is not, undetermined where that is not known.
        measure: the fact that was measured.
        threshold: the path of the value it is compared with.
        factor: the path of the value that lists the risk factors it suggests.
        comparison: on which side of the threshold the signal is.
        may_be_more: whether more than the counted is possible, such as lessons on a day that is only known as missed, or absences of a
            school that recorded nobody's.
    """

    rule: Rule
    measure: str
    threshold: str
    factor: str
    comparison: Comparison = "more-than"
    may_be_more: bool = False

    @property
    def name(self) -> str:
        """The name of its rule."""
        return self.rule.name


def _more_than(name: str, title: Text, measured: Fact, *, may_be_more: bool = False) -> Signal:
    """A signal that is there where more was measured than the programme's threshold."""
    threshold = f"signals.{name}.more-than"
    check = Check(
        "more-than-the-threshold",
        fact(measured.name) > parameter(threshold, on="on"),
        Text(f"Vairāk par slieksni: {measured.meaning.lv}", f"More than the threshold: {measured.meaning.en}"),
        Text("nav vairāk par slieksni", "not more than the threshold"),
    )
    title = Text(f"Pazīme: {title.lv}", f"Signal: {title.en}")
    rule = Rule(f"signal-{name}", title, (_ON, measured), (check,), wording=_WORDING)
    return Signal(rule, measured.name, threshold, f"signals.{name}.factor", may_be_more=may_be_more)


def _count(name: str, meaning: Text, unit: str) -> Fact:
    return Fact(name, "integer", meaning, unit=unit, at_least=0)


UNEXCUSED_LESSONS = _more_than(
    "unexcused-lessons",
    Text("neattaisnoti kavējumi", "unexcused absence"),
    _count(
        "unexcused_lessons",
        Text("neattaisnoti kavētās stundas semestrī", "lessons missed without excuse in the semester"),
        "lessons/semester",
    ),
    may_be_more=True,
)
EXCUSED_LESSONS = _more_than(
    "excused-lessons",
    Text("attaisnoti kavētas stundas", "lessons missed with an excuse"),
    _count(
        "excused_lessons",
        Text("attaisnoti kavētās stundas semestrī", "lessons missed with an excuse in the semester"),
        "lessons/semester",
    ),
    may_be_more=True,
)
UNEXCUSED_DAYS = _more_than(
    "unexcused-days",
    Text("neattaisnoti kavētas dienas", "days missed without excuse"),
    _count(
        "unexcused_days",
        Text("neattaisnoti kavētās dienas semestrī", "whole days missed without excuse in the semester"),
        "days/semester",
    ),
    may_be_more=True,
)
EXCUSED_DAYS = _more_than(
    "excused-days",
    Text("attaisnoti kavētas dienas", "days missed with an excuse"),
    _count(
        "excused_days",
        Text("attaisnoti kavētās dienas semestrī", "whole days missed with an excuse in the semester"),
        "days/semester",
    ),
    may_be_more=True,
)
LATE_ARRIVALS = _more_than(
    "late-arrivals",
    Text("nokavējumi", "late arrivals"),
    _count(
        "late_arrivals",
        Text("nokavējumi semestrī", "late arrivals at lessons in the semester"),
        "arrivals/semester",
    ),
    may_be_more=True,
)
LATE_ENROLMENT = _more_than(
    "late-enrolment",
    Text("uzņemšana pēc semestra sākuma", "enrolled after the start of the semester"),
    _count(
        "days_to_enrolment",
        Text(
            "dienas no semestra pirmās dienas līdz uzņemšanai iestādē",
            "days from the first day of the semester to the enrolment at the institution",
        ),
        "days",
    ),
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
    comparison="below",
)
FALLING_MARK = _more_than(
    "falling-mark",
    Text("vērtējuma kritums", "falling mark"),
    _count(
        "largest_fall",
        Text(
            "lielākais vērtējuma kritums vienā priekšmetā pret iepriekšējo semestri",
            "largest fall of a mark in one subject against the last semester",
        ),
        "points",
    ),
)
REPEATED_LEVEL = _more_than(
    "repeated-level",
    Text("atkārtota klase vai kurss", "repeated grade or course"),
    _count(
        "level_repeated",
        Text(
            "1, ja klase vai kurss ir tas pats, kas iepriekšējā mācību gadā, citādi 0",
            "1 if the level is that of the last school year, else 0",
        ),
        "times",
    ),
)

SIGNALS = (
    UNEXCUSED_LESSONS,
    EXCUSED_LESSONS,
    UNEXCUSED_DAYS,
    EXCUSED_DAYS,
    LATE_ARRIVALS,
    LATE_ENROLMENT,
    INSUFFICIENT_MARK,
    FALLING_MARK,
    REPEATED_LEVEL,
)
RULES = tuple(signal.rule for signal in SIGNALS)
