"""What the tests of money share: two learners of two schools with plans in progress, payees, and claims decided under made-up rates."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

import pmp_storage_sql.plugin
from pmp_core.compensation import Claim, Payee
from pmp_core.learners import Enrolment, Institution, Learner, Municipality, Partnership
from pmp_core.loading import Programme, load_programme
from pmp_core.plans import SupportPlan
from pmp_core.plugins import PluginSet
from pmp_core.programme import OverlayText
from pmp_core.register import Register, UnitOfWork
from pmp_core.register.casework import PaymentRun
from pmp_core.values import Actor, Money

AUTHOR, CLERK = Actor(name="Ilze", role="plan-author"), Actor(name="Jana", role="municipal-coordinator")
SEMESTER = "2022/23-1"
FIRST, BEGIN, LAST = date(2022, 9, 1), date(2022, 9, 12), date(2022, 12, 23)
SUBMITTED, DECIDED, PAID, EXECUTED = date(2022, 11, 1), date(2022, 11, 10), date(2022, 11, 15), date(2022, 11, 17)
CORRECTED, RECEIVED, LATER = date(2022, 12, 1), date(2022, 12, 8), date(2022, 12, 15)
ACCOUNTS = ("LV80BANK0000435195001", "LV25TEST0000000000017")
KINDS = ("accommodation", "public-transport-tickets", "special-transport", "catering")


def rates(accommodation: str = "90.00", ceiling: str = "150.00") -> OverlayText:
    """Made-up rates: accommodation and tickets for a claim, meals for a day, special transport for a month."""
    said = "source: made up, status: example"
    caps = {
        "cap.accommodation": (accommodation, "EUR/claim"), "cap.public-transport-tickets": ("60.00", "EUR/claim"),
        "cap.special-transport": ("50.00", "EUR/month"), "cap.catering": ("2.50", "EUR/school-day"),
        "ceiling": (ceiling, "EUR/learner-semester"),
    }  # fmt: skip
    values = "".join(
        f"  compensation.{name}:\n    entries:\n      - {{from: 2022-09-01, value: '{value}', unit: {unit}, {said}}}\n"
        for name, (value, unit) in caps.items()
    )
    kinds = f"terms:\n  measure-kinds:\n    special-transport:\n      entries:\n        - {{from: 2021-01-01, {said}}}\n"
    return OverlayText(
        "rates.example.yaml", f"overlay_for: lv-8.3.4\ntitle: {{lv: izdomāts, en: made up}}\nvalues:\n{values}{kinds}"
    )


def programme(**figures: str) -> Programme:
    return load_programme("lv-8.3.4", overlays=[rates(**figures)])


RATED = programme()


def plan(number: str, institution_id: str, **fields: Any) -> SupportPlan:
    measures = tuple(
        {"number": n, "kind": kind, "risks": ("violence",), "justification": "Palīdz."} for n, kind in enumerate(KINDS, start=1)
    )
    return SupportPlan.model_validate(
        {
            "id": f"P-{number}", "learner_id": f"L-{number}", "institution_id": institution_id, "partner_kind": "municipality",
            "semester": SEMESTER, "first_day": BEGIN, "last_day": LAST, "entered_on": "2022-09-09", "prepared_by": "Ilze",
            "status": "in-progress", "risks": ({"factor": "violence"},), "measures": measures, **fields,
        }
    )  # fmt: skip


def school(target: str = "memory:", under: Programme = RATED) -> Register:
    """L-1 at I-1 of M-1, L-2 at I-2 of M-2; payees Y-1 and Y-2 for each, and Y-3 without an account."""
    ids = count(1)
    register = Register.open(
        target,
        actor=CLERK,
        programme=under,
        plugins=PluginSet([("sql", pmp_storage_sql.plugin)]),
        new_id=lambda prefix: f"{prefix}-{next(ids)}",
        access="host",
    )
    fill(register)
    return register


def fill(register: Register) -> None:
    """What stands in it."""
    with register.unit_of_work() as work:
        for n in ("1", "2"):
            work.municipalities.add(Municipality(id=f"M-{n}", name=f"{n}. novads"))
            place = {"municipality_id": f"M-{n}", "partner_kind": "municipality"}
            work.institutions.add(Institution.model_validate({"id": f"I-{n}", "name": f"{n}. skola", **place}))
            work.partnerships.add(Partnership(id=f"A-{n}", first_day=FIRST, municipality_id=f"M-{n}"))
            learner(work, n, f"I-{n}")
            work.payees.add(Payee.model_validate({"id": f"Y-{n}", "name": f"Māra Ozola {n}", "iban": ACCOUNTS[int(n) - 1]}))
        work.payees.add(Payee(id="Y-3", name="Bez konta"))


def enrolled(work: UnitOfWork, number: str, institution_id: str) -> None:
    """One more learner."""
    work.learners.add(Learner(id=f"L-{number}", given_name="Anna", family_name="Ozola"))
    enrolment = {
        "id": f"E-{number}",
        "learner_id": f"L-{number}",
        "institution_id": institution_id,
        "track": "general",
        "level": 5,
    }
    work.enrolments.add(Enrolment.model_validate({**enrolment, "first_day": FIRST}))


def learner(work: UnitOfWork, number: str, institution_id: str, **fields: Any) -> None:
    """One more learner with a plan."""
    enrolled(work, number, institution_id)
    work.plans.add(plan(number, institution_id, **fields))


def claim(id: str, requested: str, *, learner: str = "1", kind: str = KINDS[0], **fields: Any) -> Claim:
    """Claim C-n is for the n-th day from 3 October on, so that no two overlap, with a receipt of its own."""
    day = fields["first_day"] if "first_day" in fields else date(2022, 10, 2 + int(id[2:]))
    receipts = ({"number": id, "issuer": "A", "day": day, "amount": requested},) if Money(requested) else ()
    return Claim.model_validate(
        {
            "id": id, "plan_id": f"P-{learner}", "measure": KINDS.index(kind) + 1, "kind": kind, "first_day": day, "last_day": day,
            "requested": requested, "receipts": receipts, "status": "draft", "payee_id": f"Y-{learner}", **fields,
        }
    )  # fmt: skip


def submitted(register: Register, id: str, requested: str, *, on: date = SUBMITTED, **fields: Any) -> Claim:
    return register.submit_claim(claim(id, requested, **fields), by=AUTHOR, on=on)


def decided(register: Register, id: str, requested: str, **fields: Any) -> Money:
    """Submit and decide a claim; what it was granted."""
    submitted(register, id, requested, **fields)
    amount = register.decide_claim(id, on=DECIDED)[1].amount
    assert amount is not None
    return amount


def paid(register: Register, on: date = PAID, **fields: Any) -> PaymentRun:
    return register.pay_claims(on=on, execution_on=max(on, EXECUTED), **fields)


def changed(register: Register, id: str, requested: str, **fields: Any) -> Claim:
    """A claim as it is kept, for another amount with one receipt for all of it."""
    with register.unit_of_work(keep=False) as work:
        kept = work.claims.get(id)
    first = {"number": id, "issuer": "A", "day": kept.first_day}
    receipts = [{**first, "amount": Money(requested)}] if Money(requested) else []
    return kept.changed(requested=Money(requested), receipts=receipts, **fields)


def status(register: Register, id: str) -> str:
    with register.unit_of_work(keep=False) as work:
        return str(work.claims.get(id).status)


def owed(register: Register, id: str = "C-1", granted: str = "80.00", left: str = "50.00", sent: bool = True) -> None:
    """A claim that was paid, and corrected to less."""
    decided(register, id, granted)
    batch = paid(register, claims=[id]).batch
    if batch is not None and sent:
        register.export_batch(batch.id, on=PAID, file_format="csv")
    register.correct_claim(id, on=CORRECTED, reason="Čeks atsaukts.", claim=changed(register, id, left))
