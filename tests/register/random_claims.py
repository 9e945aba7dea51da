"""Random registers for claims: enrolments with gaps, levels and tracks that change, plans that go to other institutions and whose
status changes, agreements of institutions and municipalities that begin and end, claims across all of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from pmp_core.compensation import Claim
from pmp_core.learners import Enrolment, Institution, Learner, Municipality, Partnership
from pmp_core.loading import Programme
from pmp_core.plans import SupportPlan
from pmp_core.register import Register
from pmp_core.values import Actor

FIRST, LAST = date(2022, 9, 1), date(2022, 12, 31)
PLACES = ("I-1", "I-2", "I-3")
KINDS = (
    "public-transport-tickets",
    "special-transport",
    "accommodation",
    "catering",
    "individual-learning-materials",
    "individual-use-items",
)
STATUSES = ("draft", "approved", "in-progress", "suspended")
WHO = Actor(name="Ilze", role="municipal-coordinator")
DAYS = st.dates(FIRST - timedelta(days=3), LAST + timedelta(days=3))
Fields = dict[str, Any]


@st.composite
def spans(draw: Any) -> Fields:
    """A first day, and a last one or none."""
    first = draw(DAYS)
    last = draw(st.one_of(st.none(), st.just(date.max), st.integers(0, 90)))
    return {"first_day": first, "last_day": first + timedelta(days=last) if isinstance(last, int) else last}


@st.composite
def plans(draw: Any, learner: str, semester: str) -> Fields:
    """A plan that went through institutions and statuses."""
    days = sorted(draw(st.lists(DAYS, max_size=3)))
    statuses = [draw(st.sampled_from(STATUSES)) for _ in range(len(days) + 1)]
    who = {"actor": "Ilze", "role": "plan-author"}
    steps = [
        {"step": "change", "source": a, "target": b, "on": on, **who}
        for a, b, on in zip(statuses, statuses[1:], days, strict=False)
    ]
    moves = sorted(draw(st.lists(DAYS, max_size=2)))
    owners = [draw(st.sampled_from(PLACES)) for _ in range(len(moves) + 1)]
    transfers = [
        {
            "source_institution_id": a,
            "source_partner_kind": "municipality",
            "target_institution_id": b,
            "on": on,
            "plan_version": 0,
            **who,
        }
        for a, b, on in zip(owners, owners[1:], moves, strict=False)
    ]
    measures = [
        {"number": i, "kind": kind, "risks": ("violence",), "justification": "Palīdz."} for i, kind in enumerate(KINDS, 1)
    ]
    return {
        "id": f"P-{learner}-{semester[-1]}", "learner_id": learner, "institution_id": owners[-1], "partner_kind": "municipality",
        "semester": semester, "first_day": FIRST, "last_day": LAST, "entered_on": FIRST, "prepared_by": "Ilze",
        "status": statuses[-1], "risks": ({"factor": "violence"},), "measures": tuple(measures), "steps": tuple(steps),
        "transfers": tuple(transfers),
    }  # fmt: skip


@st.composite
def claims(draw: Any, number: int, plan_id: str) -> Fields:
    """A submitted claim."""
    first = draw(st.dates(FIRST, LAST))
    last = min(first + timedelta(days=draw(st.integers(0, 80))), LAST)
    asked = draw(st.one_of(st.integers(0, 6000), st.integers(0, 3)))
    days = draw(st.lists(st.dates(first - timedelta(days=2 * (number % 3 == 0)), last), max_size=3))
    cents = [draw(st.integers(1, 4000)) for _ in days]
    receipts = [
        {"number": f"{number}-{i}", "issuer": "SIA", "day": day, "amount": f"{c // 100}.{c % 100:02}"}
        for i, (day, c) in enumerate(zip(days, cents, strict=True))
    ]
    asked = min(asked, sum(cents)) if cents else asked
    kind = draw(st.sampled_from(KINDS))
    measure = draw(st.sampled_from([KINDS.index(kind) + 1] * 5 + [1]))
    return {
        "id": f"C-{(number * 7) % 10}{number}", "plan_id": plan_id, "measure": measure, "kind": kind, "first_day": first,
        "last_day": last, "requested": f"{asked // 100}.{asked % 100:02}", "items": draw(st.integers(1, 3)),
        "cofunded": f"{draw(st.sampled_from([0, 0, 3, 12]))}.00", "receipts": tuple(receipts), "status": "submitted",
        "submitted_on": last + timedelta(days=draw(st.integers(0, 20))),
    }  # fmt: skip


@st.composite
def contents(draw: Any) -> dict[str, list[Any]]:
    """What stands in a register."""
    learners = ["L-1", "L-2"]
    partnerships = []
    for number in range(draw(st.integers(1, 4))):
        party = draw(st.sampled_from(["I-1", "I-2", "I-3", "M-1", "M-2", "M-1"]))
        whose = "institution_id" if party.startswith("I") else "municipality_id"
        partnerships.append({"id": f"A-{number}", whose: party, **draw(spans())})
    enrolments, seen = [], set()
    for number in range(draw(st.integers(0, 6))):
        one = {"learner_id": draw(st.sampled_from(learners)), "institution_id": draw(st.sampled_from(PLACES)), **draw(spans())}
        key = (one["learner_id"], one["institution_id"], one["first_day"])
        if key not in seen:
            seen.add(key)
            track, level = draw(st.sampled_from(["general", "general", "vocational"])), draw(st.sampled_from([1, 5, 7, 9, 12]))
            enrolments.append({"id": f"E-{(number * 3) % 7}{number}", "track": track, "level": level, **one})
    made = [draw(plans(learner, semester)) for learner in learners for semester in ("2022/23-1", "2022/23-2")]
    whose = [draw(st.sampled_from(made))["id"] for _ in range(draw(st.integers(1, 9)))]
    return {
        "partnerships": partnerships, "enrolments": enrolments, "plans": made,
        "claims": [draw(claims(number, plan_id)) for number, plan_id in enumerate(whose)],
    }  # fmt: skip


def register_of(programme: Programme, held: dict[str, list[Any]]) -> Register:
    """A register in memory that holds it."""
    register = Register.open("memory:", actor=WHO, programme=programme, access="host")
    with register.unit_of_work() as work:
        for number in ("1", "2"):
            work.municipalities.add(Municipality(id=f"M-{number}", name="novads"))
            work.learners.add(Learner(id=f"L-{number}", given_name="Anna", family_name="Ozola"))
        for place, of in zip(PLACES, ("M-1", "M-2", None), strict=True):
            work.institutions.add(Institution(id=place, name="skola", partner_kind="municipality", municipality_id=of))
        for collection, kind in (
            ("partnerships", Partnership),
            ("enrolments", Enrolment),
            ("plans", SupportPlan),
            ("claims", Claim),
        ):
            for fields in held[collection]:
                getattr(work, collection).add(kind.model_validate(fields))
    return register
