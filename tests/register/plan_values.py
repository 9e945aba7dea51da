"""What the walk hands in: plans, sessions, schedules, evaluations and claims, whole or with one thing wrong in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from plan_table import AUTUMN, KINDS, SEMESTERS, SPRING

from pmp_core.compensation import Claim, OtherFunding
from pmp_core.measures import Schedule, Session
from pmp_core.outcomes import Evaluation
from pmp_core.plans import SupportPlan

Fields = dict[str, Any]
RISK = "violence"


def measure(number: int, kind: str, specialist: str | None = None, risks: tuple[str, ...] = (RISK,)) -> Fields:
    return {"number": number, "kind": kind, "specialist": specialist, "risks": risks, "justification": "Palīdz."}


MEASURES = (measure(1, "consultation", "psychologist"), measure(2, "consultative-support"), measure(3, "catering"))
WHOLE: Fields = {"risks": ({"factor": RISK},), "measures": MEASURES}


def _days(semester: str) -> Fields:
    first, last = SEMESTERS[semester]
    first += timedelta(days=11) if semester == AUTUMN else timedelta(0)
    return {"first_day": first, "last_day": last}


def _late_application(semester: str) -> Fields:
    late = _days(semester)["first_day"] + timedelta(days=3)
    return {"entered_on": late, "applied_on": late}


# By name: what of a whole plan is otherwise. Most can be kept; some are refused for what the register holds beside them.
VARIANTS: Mapping[str, Callable[[str], Fields]] = {
    "whole": lambda _: WHOLE,
    "bare": lambda _: {"risks": (), "measures": ()},
    "no-measures": lambda _: {"risks": WHOLE["risks"], "measures": ()},
    "fewer": lambda _: {**WHOLE, "measures": MEASURES[:1]},
    "more": lambda _: {
        "risks": (*WHOLE["risks"], {"factor": "often-ill"}),
        "measures": (*MEASURES, measure(4, "consultation", "pedagogue", ("often-ill", RISK))),
    },
    "not-applied": lambda _: {"applied_on": None},
    "late-application": _late_application,
    "elsewhere": lambda _: {**WHOLE, "measures": (MEASURES[0], {**MEASURES[1], "institution_id": "I-2"}, MEASURES[2])},
    "renumbered": lambda _: {**WHOLE, "measures": (MEASURES[0], measure(2, "catering"), measure(3, "consultative-support"))},
    "short": lambda s: {"last_day": _days(s)["last_day"] - timedelta(days=28)},
    "other-learner": lambda _: {"learner_id": "L-5"},
    "other-institution": lambda _: {"institution_id": "I-3"},
    "other-semester": lambda s: {"semester": SPRING if s == AUTUMN else AUTUMN},
    "long": lambda s: {"last_day": _days(s)["last_day"] + timedelta(days=8)},
    "early": lambda s: {"first_day": SEMESTERS[s][0] - timedelta(days=21)},
    "outside": lambda s: {"first_day": date(2022, 12, 27 if s == AUTUMN else 24), "last_day": date(2023, 1, 5)},
    "unknown-risk": lambda _: {"risks": ({"factor": "violense"},), "measures": ()},
    "old-code": lambda _: {"partner_kind": "state-general-institution", "first_day": date(2019, 9, 2)},
    "other-kind": lambda _: {"partner_kind": "state-general-institution"},
    "suggestion": lambda _: {"risks": ({"factor": RISK, "suggestion_id": "R-0"},), "measures": ()},
    "status": lambda _: {"status": "approved"},
}


def plan(id: str, learner: str, institution: str, semester: str, variant: str) -> SupportPlan:
    entered = SEMESTERS[semester][0] - timedelta(days=90)
    fields = {
        "id": id, "learner_id": learner, "institution_id": institution, "partner_kind": KINDS[institution] or "municipality",
        "semester": semester, **_days(semester), "entered_on": entered, "applied_on": entered, "prepared_by": "Ilze",
        "status": "draft", **WHOLE, **VARIANTS[variant](semester),
    }  # fmt: skip
    return SupportPlan.model_validate(fields)


def session(**fields: Any) -> Session:
    return Session.model_validate({"minutes": 40, "delivered_by": "Zane", "specialist": "psychologist", **fields})


def schedule(**fields: Any) -> Schedule:
    return Schedule.model_validate({"minutes": 40, "delivered_by": "Zane", "specialist": "psychologist", **fields})


def evaluation(of: SupportPlan, variant: str, on: date, version: int, id: str) -> Evaluation:
    result = "gone" if variant == "gone" else "unchanged"
    risks = [{"factor": risk.factor, "result": result} for risk in of.risks]
    measures = [{"number": m.number, "delivered": True} for m in of.measures]
    if variant == "incomplete":
        risks, measures = risks[:-1], measures[:-1]
    if variant == "foreign":
        risks = [*risks, {"factor": "home-duties", "result": result}]
    return Evaluation.model_validate(
        {
            "id": id, "plan_id": of.id, "evaluated_on": on, "evaluated_by": "Ilze", "risks": tuple(risks),
            "measures": tuple(measures), "version": version,
        }
    )  # fmt: skip


def claim(id: str, plan_id: str, first: date, **fields: Any) -> Claim:
    receipt = {"number": fields.pop("receipt", id), "issuer": "A", "day": first, "amount": "4.00"}
    given = {"id": id, "plan_id": plan_id, "measure": 3, "kind": "catering", "first_day": first, "last_day": first}
    rest = {"requested": "4.00", "receipts": (receipt,), "status": "draft"}
    return Claim.model_validate({**given, **rest, **fields})


_DAY = date(2022, 10, 3)
_SESSION: Fields = {"id": "S", "plan_id": "P", "measure": 1, "day": _DAY}
_EARLIER = _DAY - timedelta(days=1)


def _plan(**fields: Any) -> SupportPlan:
    return SupportPlan.model_validate({**plan("P", "L-1", "I-1", AUTUMN, "whole").model_dump(), **fields})


def _evaluation(**fields: Any) -> Evaluation:
    given = {"id": "V", "plan_id": "P", "evaluated_on": _DAY, "evaluated_by": "Ilze", "risks": ()}
    return Evaluation.model_validate({**given, **fields})


def _funding(**fields: Any) -> OtherFunding:
    given = {"id": "F", "payer": "municipal-meals", "kind": "catering", "first_day": _DAY, "covers": "all"}
    return OtherFunding.model_validate({**given, **fields})


# By code: what says the opposite of itself, and cannot even be made.
CONTRADICTIONS: Mapping[str, Callable[[], object]] = {
    "days-reversed": lambda: _plan(last_day=date(2022, 9, 1)),
    "plan-application-late": lambda: _plan(applied_on=_DAY),
    "plan-risk-twice": lambda: _plan(risks=WHOLE["risks"] * 2),
    "plan-measure-twice": lambda: _plan(measures=MEASURES[:1] * 2),
    "plan-measure-risk": lambda: _plan(measures=(measure(1, "consultation", risks=("often-ill",)),)),
    "session-attested-before": lambda: session(**_SESSION, attested_on=_EARLIER),
    "session-group": lambda: session(**_SESSION, group_id="G"),
    "session-absent-attested": lambda: session(**_SESSION, attested_on=_DAY, absent_because="Slimo."),
    "schedule-weekday-twice": lambda: schedule(
        id="X", plan_id="P", measure=1, first_day=_EARLIER, last_day=_DAY, weekdays=("monday", "monday")
    ),
    "evaluation-twice": lambda: _evaluation(risks=({"factor": RISK, "result": "gone"},) * 2),
    "measure-not-delivered": lambda: _evaluation(measures=({"number": 1, "delivered": False},)),
    "claim-negative": lambda: claim("C", "P", _DAY, requested="-1.00"),
    "claim-beyond-receipts": lambda: claim("C", "P", _DAY, requested="4.01"),
    "claim-not-submitted": lambda: claim("C", "P", _DAY, decision_digest="ab"),
    "receipt-twice": lambda: claim("C", "P", _DAY, receipts=({"number": "1", "issuer": "A", "day": _DAY, "amount": "4.00"},) * 2),
    "funding-scope": lambda: _funding(learner_id="L-1", institution_id="I-1"),
    "funding-amount": lambda: _funding(per_day_thousandths=1),
    "funding-levels": lambda: _funding(lowest_level=2, highest_level=1),
    "receipt-not-positive": lambda: claim("C", "P", _DAY, receipts=({"number": "1", "issuer": "A", "day": _DAY, "amount": "0"},)),
}
