"""What the walk goes by: the table of steps as the pack's YAML has it, read by nothing of the library, and a small world."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

import pmp_core
from pmp_core.learners import Enrolment, Institution, Learner, Municipality, Partnership
from pmp_core.programme import OverlayText
from pmp_core.register import UnitOfWork
from pmp_core.staff import Assignment

_DATA = Path(pmp_core.__file__).parent / "programme/data/lv-8.3.4"
PACK: dict[str, Any] = yaml.safe_load((_DATA / "plans.yaml").read_text(encoding="utf-8"))
_CYCLE = PACK["life_cycles"]["plan"]
STEPS: Mapping[str, Any] = {row["step"]: row for row in _CYCLE["steps"]}
EDGES = tuple((name, source) for name, row in STEPS.items() for source in row["from"])
CHAINS: Mapping[str, list[str]] = {kind: chain["stations"] for kind, chain in _CYCLE["chains"].items()}
STATUSES = tuple(PACK["terms"]["plan-statuses"])
ROLES = tuple(PACK["terms"]["roles"])
AUTHORS = {*STEPS["submit"]["actors"], *STEPS["revise"]["actors"]}  # who works on the contents of a plan
INITIAL, RELEASED = _CYCLE["initial"], tuple(_CYCLE["released"])
(_IN_FORCE,) = PACK["values"]["plans.statuses-in-force"]["entries"]
IN_FORCE = tuple(_IN_FORCE["value"])
OPEN = (INITIAL, *STEPS["submit"]["from"])  # where the contents of a plan change
CLAIM_STEPS: Mapping[str, Any] = {
    row["step"]: row
    for row in yaml.safe_load((_DATA / "compensation.yaml").read_text(encoding="utf-8"))["life_cycles"]["claim"]["steps"]
}

AUTUMN, SPRING = "2022/23-1", "2022/23-2"
SEMESTERS = {AUTUMN: (date(2022, 9, 1), date(2022, 12, 23)), SPRING: (date(2023, 1, 9), date(2023, 5, 31))}
# No school on these days of the semesters, beside weekends: autumn and spring holidays, and the public ones.
HOLIDAYS = {
    *(date(2022, 10, day) for day in range(24, 29)),
    *(date(2023, 3, day) for day in range(13, 18)),
    *(date(2022, 11, 18), date(2023, 4, 7), date(2023, 4, 10), date(2023, 5, 1), date(2023, 5, 4)),
}
CONSULTATIONS = ("consultation", "consultative-support")
OWNER_STAYS_FROM, SESSIONS_A_WEEK, GROUP_AT_MOST = date(2022, 12, 19), 2, 2
# The law of the walk: rates, so that claims can be decided, and the limits and the transfer's other answer that are ours to set.
RATES = Path(__file__).parents[2] / "examples/sample-school/rates.example.yaml"
LIMITS = OverlayText(
    "limits.example.yaml",
    f"""
overlay_for: lv-8.3.4
title: {{lv: izdomāts, en: made up}}
values:
  consultations.week.at-most:
    entries:
      - {{from: 2022-09-01, value: {SESSIONS_A_WEEK}, unit: sessions/learner-week, source: made up, status: example}}
  consultations.group.at-most:
    entries:
      - {{from: 2022-09-01, value: {GROUP_AT_MOST}, unit: learners, source: made up, status: example}}
  plans.transfer.owner:
    entries:
      - {{from: {OWNER_STAYS_FROM}, value: [sending-institution], replaces: true, source: made up, status: example}}
""",
)

# I-1 takes part by its municipality, I-2 by itself and as another kind of partner, I-3 not at all; of I-4 the kind is not known.
KINDS = {"I-1": "municipality", "I-2": "state-vocational-institution", "I-3": "municipality", "I-4": None}
MUNICIPALITIES = {"I-1": "M-1", "I-2": None, "I-3": "M-2", "I-4": None}
PARTNERS, AGREED = ("I-1", "I-2"), (date(2022, 9, 1), date(2023, 5, 31))
MOVES = date(2022, 9, 12)
# Learner, institution, level, first day, last day: L-1 goes to more schools later, L-2 too, L-3 leaves with the year, and L-4
# goes from the one to the other.
ENROLMENTS = (
    ("L-1", "I-1", 5, AGREED[0], None),
    ("L-1", "I-2", 7, MOVES, None),
    ("L-1", "I-3", 6, MOVES, None),
    ("L-2", "I-1", 8, AGREED[0], None),
    ("L-2", "I-4", 9, AGREED[0], None),
    ("L-2", "I-2", 10, MOVES, None),
    ("L-3", "I-1", 5, AGREED[0], SEMESTERS[AUTUMN][1]),
    ("L-4", "I-1", 5, AGREED[0], MOVES + timedelta(days=4)),
    ("L-4", "I-2", 5, MOVES + timedelta(days=5), None),
    ("L-5", "I-1", 6, AGREED[0], None),
    ("L-5", "I-2", 7, MOVES, None),
)
LEARNERS = ("L-1", "L-2", "L-3", "L-4", "L-5")
ASSIGNMENTS = (
    ("D-1", "Zane", "I-1", "psychologist"),
    ("D-2", "Zane", "I-1", "pedagogue"),
    ("D-3", "Zane", "I-2", "psychologist"),
)


def populate(work: UnitOfWork) -> None:
    """The world before any plan; the assignments are the model's, since they change."""
    for municipality in ("M-1", "M-2"):
        work.municipalities.add(Municipality(id=municipality, name="Novads"))
    for institution, kind in KINDS.items():
        where = {"municipality_id": MUNICIPALITIES[institution]}
        work.institutions.add(Institution(id=institution, name="Skola", partner_kind=kind, **where))
    first, last = AGREED
    work.partnerships.add(Partnership(id="A-1", first_day=first, last_day=last, municipality_id="M-1"))
    work.partnerships.add(Partnership(id="A-2", first_day=first, last_day=last, institution_id="I-2"))
    for learner in LEARNERS:
        work.learners.add(Learner(id=learner, given_name="Anna", family_name="Ozola"))
    for number, (learner, institution, level, first, end) in enumerate(ENROLMENTS):
        fields = {"id": f"E-{number}", "learner_id": learner, "institution_id": institution, "track": "general", "level": level}
        work.enrolments.add(Enrolment.model_validate({**fields, "first_day": first, "last_day": end}))


def assignments() -> list[Assignment]:
    """Who is assigned at the start of each walk."""
    made = []
    for id, person, institution, specialist in ASSIGNMENTS:
        fields = {"id": id, "person": person, "institution_id": institution, "specialist": specialist}
        made.append(Assignment.model_validate({**fields, "first_day": AGREED[0]}))
    return made


def level_on(learner: str, institution: str, day: date) -> int | None:
    """The level of the enrolment that counts: at the institution, else the one that began last."""
    there = [e for e in ENROLMENTS if e[0] == learner and e[3] <= day <= (e[4] or date.max)]
    there.sort(key=lambda e: (e[1] != institution, -e[3].toordinal()))
    return there[0][2] if there else None


def school_on(learner: str, institution: str, day: date) -> str | None:
    """The institution of that enrolment."""
    there = [e for e in ENROLMENTS if e[0] == learner and e[3] <= day <= (e[4] or date.max)]
    there.sort(key=lambda e: (e[1] != institution, -e[3].toordinal()))
    return there[0][1] if there else None


def enrolled(learner: str, institution: str, first: date, last: date) -> bool:
    """Whether the learner is enrolled there on some of these days."""
    return any(e[:2] == (learner, institution) and e[3] <= last and first <= (e[4] or date.max) for e in ENROLMENTS)


def partner(institution: str, day: date) -> bool:
    """Whether the institution takes part on the day."""
    return institution in PARTNERS and AGREED[0] <= day <= AGREED[1]


def semester_of(day: date) -> str | None:
    """The semester the day lies in."""
    return next((name for name, (first, last) in SEMESTERS.items() if first <= day <= last), None)


def school_days(first: date, last: date, weekdays: Collection[str]) -> set[date]:
    """The days of these weekdays on which there is school."""
    days = {first + timedelta(days=n) for n in range((last - first).days + 1)} - HOLIDAYS
    return {day for day in days if day.weekday() < 5 and day.strftime("%A").lower() in weekdays and semester_of(day)}


def possible(status: str) -> list[str]:
    """The steps from a status, as the table has them."""
    return [name for name, row in STEPS.items() if status in row["from"]]
