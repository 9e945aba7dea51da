"""pmp-core: keeping children in school.

Risks, support plans, measures, compensation and outcomes as a library, with the law as dated, cited data. Everything
public stands here; names are imported when they are first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pmp_core.compensation import Claim, Receipt
    from pmp_core.demo import demo_register
    from pmp_core.errors import (
        FactError,
        InvalidValue,
        NotFound,
        NotUnique,
        PluginError,
        PmpError,
        ProgrammeError,
        ProgrammeMismatch,
        RegisterError,
        RuleError,
        SourceError,
        StepRefused,
        VersionConflict,
    )
    from pmp_core.learners import Enrolment, Institution, Learner, Municipality, Partnership
    from pmp_core.loading import Programme, load_programme, programmes_on
    from pmp_core.measures import Schedule, Session
    from pmp_core.outcomes import Evaluation, MeasureOutcome, RiskOutcome
    from pmp_core.plans import PlannedRisk, ResponsiblePerson, SupportMeasure, SupportPlan
    from pmp_core.plugins import PluginSet
    from pmp_core.register import Register, entity_schemas
    from pmp_core.reports import plan_document, plot_signal_quality
    from pmp_core.risks import RiskSuggestion
    from pmp_core.rules import BoundRule, Decision, Redecision, Result
    from pmp_core.sources import ingest
    from pmp_core.staff import Assignment
    from pmp_core.statistics import evaluate_signal, overview
    from pmp_core.values import Actor, DayRange, Money, PersonalCode, RiskResult, SchoolYear, Semester, Track

__version__ = "0.1.0"

_HOMES = {
    "compensation": ("Claim", "Receipt"),
    "demo": ("demo_register",),
    "errors": (
        "FactError",
        "InvalidValue",
        "NotFound",
        "NotUnique",
        "PluginError",
        "PmpError",
        "ProgrammeError",
        "ProgrammeMismatch",
        "RegisterError",
        "RuleError",
        "SourceError",
        "StepRefused",
        "VersionConflict",
    ),
    "learners": ("Enrolment", "Institution", "Learner", "Municipality", "Partnership"),
    "loading": ("Programme", "load_programme", "programmes_on"),
    "measures": ("Schedule", "Session"),
    "outcomes": ("Evaluation", "MeasureOutcome", "RiskOutcome"),
    "plans": ("PlannedRisk", "ResponsiblePerson", "SupportMeasure", "SupportPlan"),
    "plugins": ("PluginSet",),
    "register": ("Register", "entity_schemas"),
    "reports": ("plan_document", "plot_signal_quality"),
    "risks": ("RiskSuggestion",),
    "rules": ("BoundRule", "Decision", "Redecision", "Result"),
    "sources": ("ingest",),
    "staff": ("Assignment",),
    "statistics": ("evaluate_signal", "overview"),
    "values": ("Actor", "DayRange", "Money", "PersonalCode", "RiskResult", "SchoolYear", "Semester", "Track"),
}
_HOME_OF = {name: room for room, names in _HOMES.items() for name in names}

__all__ = [
    "Actor",
    "Assignment",
    "BoundRule",
    "Claim",
    "DayRange",
    "Decision",
    "Enrolment",
    "Evaluation",
    "FactError",
    "Institution",
    "InvalidValue",
    "Learner",
    "MeasureOutcome",
    "Money",
    "Municipality",
    "NotFound",
    "NotUnique",
    "Partnership",
    "PersonalCode",
    "PlannedRisk",
    "PluginError",
    "PluginSet",
    "PmpError",
    "Programme",
    "ProgrammeError",
    "ProgrammeMismatch",
    "Receipt",
    "Redecision",
    "Register",
    "RegisterError",
    "ResponsiblePerson",
    "Result",
    "RiskOutcome",
    "RiskResult",
    "RiskSuggestion",
    "RuleError",
    "Schedule",
    "SchoolYear",
    "Semester",
    "Session",
    "SourceError",
    "StepRefused",
    "SupportMeasure",
    "SupportPlan",
    "Track",
    "VersionConflict",
    "demo_register",
    "entity_schemas",
    "evaluate_signal",
    "ingest",
    "load_programme",
    "overview",
    "plan_document",
    "plot_signal_quality",
    "programmes_on",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'pmp_core' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"pmp_core.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
