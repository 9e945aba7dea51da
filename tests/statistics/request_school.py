"""What the tests of a partner's request share: a municipality with three schools, one with an agreement of its own for November
and December, learners with plans in progress, and invented rates."""

from __future__ import annotations

from datetime import date
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from pmp_core.compensation import Claim, Payee
from pmp_core.learners import Enrolment, Institution, Learner, Municipality, Partnership
from pmp_core.loading import Programme, load_programme
from pmp_core.measures import Session
from pmp_core.plans import SupportPlan
from pmp_core.plugins import PluginSet
from pmp_core.programme import OverlayText
from pmp_core.register import Register, UnitOfWork
from pmp_core.staff import Assignment
from pmp_core.statistics import PartnerRequest, partner_request
from pmp_core.values import Actor, Money, Semester

CLERK = Actor(name="Jana", role="municipal-coordinator")
AUTHOR = Actor(name="Ilze", role="plan-author")
RATES = OverlayText("unit-rates.example.yaml", (Path(__file__).parent / "unit-rates.example.yaml").read_text(encoding="utf-8"))
FIRST, LAST = date(2022, 9, 1), date(2022, 12, 31)
SEMESTERS = {
    "2021/22-1": (date(2021, 9, 1), date(2021, 12, 17)),
    "2022/23-1": (date(2022, 9, 1), date(2022, 12, 23)),
    "2024/25-1": (date(2024, 9, 2), date(2024, 12, 20)),
    "2022/23-2": (date(2023, 1, 9), date(2023, 5, 31)),
}
KINDS = ("consultation", "consultative-support", "accommodation", "catering")
OWN_FROM, OWN_UNTIL = date(2022, 11, 1), date(2022, 11, 30)


@cache
def under(*values: str, rates: bool = True, of: str = "lv-8.3.4") -> Programme:
    """The programme with the example's rates, and with more values laid over them, in YAML."""
    head = f"overlay_for: {of}\ntitle: {{lv: izdomāts, en: made up}}\nvalues:\n"
    more = [OverlayText(f"{n}.example.yaml", head + said) for n, said in enumerate(values)]
    return load_programme(of, overlays=[*([RATES] if rates else []), *more], plugins=PluginSet())


def school(programme: Programme | None = None) -> Register:
    """I-1 and I-2 take part through M-1; I-3 lies there too, and has an agreement of its own in November 2022."""
    ids = count(1)
    register = Register.open(
        "memory:",
        actor=CLERK,
        programme=under() if programme is None else programme,
        new_id=lambda prefix: f"{prefix}-{next(ids)}",
        access="host",
    )
    with register.unit_of_work() as work:
        for number in ("1", "2"):
            work.municipalities.add(Municipality(id=f"M-{number}", name=f"{number}. novads"))
        work.partnerships.add(Partnership(id="A-1", first_day=date(2021, 9, 1), municipality_id="M-1", agreement="Nr. 1"))
        for number in ("1", "2", "3"):
            work.institutions.add(Institution(id=f"I-{number}", name=f"{number}. skola", municipality_id="M-1"))
            assigned = {"institution_id": f"I-{number}", "first_day": date(2021, 9, 1), "person": "Zane"}
            for specialist in ("psychologist", "pedagogue"):
                fields = {"id": f"D-{number}-{specialist}", "specialist": specialist, **assigned}
                work.assignments.add(Assignment.model_validate(fields))
            learner(work, number, f"I-{number}")
            work.payees.add(Payee(id=f"Y-{number}", name="Māra Ozola"))
        own = {"id": "A-3", "first_day": OWN_FROM, "last_day": OWN_UNTIL, "institution_id": "I-3", "agreement": "Nr. 3"}
        work.partnerships.add(Partnership.model_validate(own))
    return register


def learner(work: UnitOfWork, number: str, institution_id: str, semester: str = "2022/23-1", **fields: Any) -> None:
    """A learner of grade 5, L-n, with the plan P-n."""
    work.learners.add(Learner(id=f"L-{number}", given_name="Anna", family_name="Ozola"))
    stay = {"id": f"E-{number}", "learner_id": f"L-{number}", "institution_id": institution_id, "track": "general", "level": 5}
    work.enrolments.add(Enrolment.model_validate({**stay, "first_day": date(2021, 9, 1)}))
    plan(work, number, institution_id, semester, **fields)


def plan(
    work: UnitOfWork, number: str, institution_id: str, semester: str = "2022/23-1", id: str | None = None, **fields: Any
) -> SupportPlan:
    first, last = SEMESTERS[semester]
    measures = tuple(
        {"number": n, "kind": kind, "risks": ("violence",), "justification": "Palīdz."} for n, kind in enumerate(KINDS, start=1)
    )
    given = {
        "id": id or f"P-{number}", "learner_id": f"L-{number}", "institution_id": institution_id, "partner_kind": "municipality",
        "semester": Semester(semester), "first_day": first, "last_day": last, "entered_on": first, "prepared_by": "Ilze",
        "status": "in-progress", "risks": ({"factor": "violence"},), "measures": measures,
    }  # fmt: skip
    return work.plans.add(SupportPlan.model_validate({**given, **fields}))


def hold(register: Register, id: str, day: str, minutes: int = 40, learner: str = "1", **fields: Any) -> None:
    """Keep a session as it is: whether it counts is what the request asks."""
    given = {"id": id, "plan_id": f"P-{learner}", "measure": 1, "day": day, "minutes": minutes, "specialist": "pedagogue"}
    with register.unit_of_work() as work:
        work.sessions.add(Session.model_validate({**given, "delivered_by": "Zane", **fields}))


def claim(id: str, requested: str, learner: str = "1", kind: str = "accommodation", day: str = "2022-10-03") -> Claim:
    receipts = ({"number": id, "issuer": "A", "day": day, "amount": requested},)
    return Claim.model_validate(
        {
            "id": id, "plan_id": f"P-{learner}", "measure": KINDS.index(kind) + 1, "kind": kind, "first_day": day, "last_day": day,
            "requested": requested, "receipts": receipts, "status": "draft", "payee_id": f"Y-{learner}",
        }
    )  # fmt: skip


def decide(register: Register, one: Claim, on: str = "2022-10-20") -> None:
    """Submit a claim and decide it."""
    register.submit_claim(one, by=AUTHOR, on=date.fromisoformat(on))
    register.decide_claim(one.id, on=date.fromisoformat(on))


def pay(register: Register, one: Claim, on: str, decided: str = "2022-10-20") -> None:
    """Submit, decide and pay a claim."""
    decide(register, one, decided)
    paid = register.pay_claims(claims=[one.id], on=date.fromisoformat(on), execution_on=date.fromisoformat(on))
    assert paid.batch is not None, paid.left_out


def request(
    register: Register, first: date | str = FIRST, last: date | str = LAST, made_on: str = "2023-07-03", **partner: str
) -> PartnerRequest:
    """M-1's, if no other is named."""
    first, last = (date.fromisoformat(day) if isinstance(day, str) else day for day in (first, last))
    return partner_request(
        register, first_day=first, last_day=last, made_on=date.fromisoformat(made_on), **(partner or {"municipality_id": "M-1"})
    )


def reduced_to(register: Register, id: str, requested: str, on: str) -> None:
    """A claim that was paid, corrected to less."""
    with register.unit_of_work(keep=False) as work:
        kept = work.claims.get(id)
    receipt = {**dict(kept.receipts[0]), "amount": Money(requested)}
    changed = kept.changed(requested=Money(requested), receipts=[receipt])
    register.correct_claim(id, on=date.fromisoformat(on), reason="Čeks atsaukts.", claim=changed)
