"""A register with one of everything about two learners, and a mark of its own in every field in which people can write."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, get_args

from paid_school import BEGIN, CORRECTED, LATER, PAID, RECEIVED, changed, decided, paid, school
from pydantic import StringConstraints

from pmp_core.compensation import OtherFunding, Payee
from pmp_core.measures import Schedule, Session
from pmp_core.outcomes import Evaluation
from pmp_core.register import Register, tables
from pmp_core.register.rows import SHAPES
from pmp_core.risks import Absence, Mark, RiskSuggestion
from pmp_core.values import Actor, Entity, Iban, Money

OFFICER = Actor(name="Datu aizsardzības speciālists", role="ikvd")
ERASED_ON = date(2024, 3, 1)
BORN = {"1": date(2011, 11, 11), "2": date(2012, 12, 12)}
ACCOUNTS = {"1": "LV80BANK0000435195001", "2": "LV25TEST0000000000017"}

# The fields of text that hold nothing of the learner's own, and stay: written down here apart from the library's map.
CODES = "codes of the programme, and words of the library"
STAFF = "who worked, and in which role"
RECEIPT = "what stands on a receipt: a second claim for it has to be found"
KEPT: dict[str, str] = {
    **dict.fromkeys(
        [
            "RiskSuggestion.factor", "RiskSuggestion.signal", "RiskSuggestion.programme_hash", "SupportPlan.partner_kind",
            "SupportPlan.status", "PlannedRisk.factor", "SupportMeasure.kind", "SupportMeasure.risks", "SupportMeasure.specialist",
            "StepTaken.step", "StepTaken.source", "StepTaken.target", "Transfer.source_partner_kind", "Schedule.specialist",
            "Session.specialist", "Claim.kind", "Claim.status", "Claim.decision_digest", "OtherFunding.payer", "OtherFunding.kind",
            "RiskOutcome.factor", "RiskOutcome.signal", "PaymentEntry.decision_digest",
        ],
        CODES,
    ),
    **dict.fromkeys(
        [
            "RiskSuggestion.decided_by", "RiskSuggestion.decided_role", "SupportPlan.prepared_by", "StepTaken.actor", "StepTaken.role",
            "Transfer.actor", "Transfer.role", "Schedule.delivered_by", "Session.delivered_by", "Evaluation.evaluated_by",
            "PaymentEntry.actor", "PaymentEntry.role",
        ],
        STAFF,
    ),
    **dict.fromkeys(["Receipt.number", "Receipt.issuer", "Receipt.digest"], RECEIPT),
    "Absence.source": "the name of a school's system",
    "Mark.source": "the name of a school's system",
}  # fmt: skip


class Marks:
    """Marks of one learner, each once: `M1x0007x` stands in one field only."""

    def __init__(self, number: str) -> None:
        self.number = number
        self.of: dict[str, str] = {}

    def new(self, where: str) -> str:
        mark = f"M{self.number}x{len(self.of):04d}x"
        self.of[mark] = where
        return mark

    def onto(self, entity: Entity) -> dict[str, Any]:
        """The fields of an entity with a mark in each that people can write in, and in those of its parts."""
        fields: dict[str, Any] = {}
        for name in type(entity).model_fields:
            value = getattr(entity, name)
            where = f"{type(entity).__name__}.{name}"
            if isinstance(value, tuple) and value and isinstance(value[0], Entity):
                fields[name] = tuple(self.onto(item) for item in value)
            elif is_text(type(entity), name) and where not in KEPT and not (where == "PaymentEntry.reference" and value):
                fields[name] = self.new(where)
            else:
                fields[name] = value
        return fields


def is_text(entity: type[Entity], name: str) -> bool:
    """Whether a field takes what people write."""
    field = entity.model_fields[name]
    inner = [one for part in get_args(field.annotation) for one in (*get_args(part), part)]
    return any(isinstance(one, StringConstraints) for one in (*field.metadata, *inner))


def every_text() -> Iterator[str]:
    """Every field of the register's entities that takes what people write, as `Entity.field`."""

    def of(entity: type[Entity], parts: Any) -> Iterator[str]:
        yield from (f"{entity.__name__}.{name}" for name in entity.model_fields if is_text(entity, name))
        for part in parts:
            if part.entity is not None:
                yield from of(part.entity, part.parts)

    for shape in SHAPES.values():
        yield from of(shape.entity, shape.parts)


def marked(target: str = "memory:") -> tuple[Register, dict[str, Marks]]:
    """Two learners, L-1 and L-2: paid, corrected, with money that came back; everything about them is marked."""
    register, marks = school(target), {n: Marks(n) for n in ("1", "2")}
    for n, own in marks.items():
        _money(register, n, own)
        with register.unit_of_work(reason=own.new("reason of a unit of work")) as work:
            for collection, entities in _more(n).items():
                for entity in entities:
                    getattr(work, collection).add(type(entity).model_validate(own.onto(entity)))
            learner = work.learners.get(f"L-{n}")
            work.learners.put(learner.changed(**{**own.onto(learner), "birth_date": BORN[n]}))
            plan = work.plans.get(f"P-{n}")
            work.plans.put(type(plan).model_validate(own.onto(plan.changed(**_people(n)))))
            for entity in (*work.enrolments.find(learner_id=f"L-{n}"), work.payees.get(f"Y-{n}")):
                collection = work.payees if isinstance(entity, Payee) else work.enrolments
                collection.put(type(entity).model_validate(own.onto(entity)))  # type: ignore[arg-type]
            _rows(work.transaction, n, own)
            # A draft of the plan that said something else, and a session that was taken out: only the history knows of them.
            gone = Session.model_validate({**own.onto(_session(n, "gone")), "id": f"S-{n}-gone"})
            work.sessions.add(gone)
        with register.unit_of_work() as work:
            work.sessions.remove([f"S-{n}-gone"])
        register.take_plan_step(
            f"P-{n}",
            "suspend",
            on=date(2022, 12, 1),
            by=Actor(name="Direktors", role="director"),
            reason=own.new("StepTaken.reason"),
        )
        register.see_plan(f"P-{n}", f"I-{n}", on=date(2022, 12, 1))
        with register.unit_of_work(reason=own.new("reason of a view"), keep=False) as work:
            work.learners.get(f"L-{n}")
    return register, marks


def _money(register: Register, n: str, own: Marks) -> None:
    decided(register, f"C-{n}", "80.00", learner=n)
    batch = paid(register, claims=[f"C-{n}"]).batch
    assert batch is not None
    register.export_batch(batch.id, on=PAID, file_format="csv")
    first = own.new("reason of a correction")
    register.correct_claim(f"C-{n}", on=CORRECTED, reason=first, claim=changed(register, f"C-{n}", "50.00"))
    register.recover(
        f"C-{n}",
        on=RECEIVED,
        amount=Money("30.00"),
        received_on=RECEIVED,
        reference=own.new("PaymentEntry.reference"),
        reason=own.new("PaymentEntry.reason"),
    )
    with register.unit_of_work(keep=False) as work:
        kept = work.claims.get(f"C-{n}")
    less = kept.changed(requested=Money("40.00"))
    register.correct_claim(f"C-{n}", on=LATER, reason=own.new("reason of a correction"), claim=less)
    register.recover(f"C-{n}", on=LATER, amount=Money("10.00"), received_on=LATER, reference="R-2")


def _session(n: str, name: str, **fields: Any) -> Session:
    given = {
        "id": f"S-{n}-{name}",
        "plan_id": f"P-{n}",
        "measure": 1,
        "day": "2022-10-03",
        "minutes": 40,
        "specialist": "pedagogue",
    }
    return Session.model_validate({**given, "delivered_by": "Zane", "attendance": "individual", **fields})


def _more(n: str) -> dict[str, list[Entity]]:
    """What the school of payments lacks."""
    where = {"learner_id": f"L-{n}", "institution_id": f"I-{n}"}
    risk = {
        **where, "id": f"R-{n}", "semester": "2022/23-1", "factor": "violence", "suggested_on": "2022-10-01",
        "signal": "signal-unexcused-lessons", "measured": 21, "threshold": 20, "signalled_on": "2022-09-30",
        "evidence_first_day": "2022-09-05", "evidence_last_day": "2022-09-30", "evidence_records": 2,
        "evidence": (
            {"record": "absence", "institution_id": f"I-{n}", "day": "2022-09-05", "absence": "unexcused"},
            {"record": "mark", "institution_id": f"I-{n}", "semester": "2022/23-1", "subject": "x", "points": 3},
        ),
        "state": "confirmed", "decided_by": "Ilze", "decided_role": "plan-author", "decided_on": "2022-10-02", "reason": "x",
    }  # fmt: skip
    schedule = {
        "id": f"K-{n}", "plan_id": f"P-{n}", "measure": 1, "first_day": "2022-10-03", "last_day": "2022-12-20",
        "weekdays": ("monday",), "minutes": 40, "specialist": "pedagogue", "delivered_by": "Zane",
    }  # fmt: skip
    evaluation = {
        "id": f"V-{n}", "plan_id": f"P-{n}", "evaluated_on": "2022-12-20", "evaluated_by": "Ilze",
        "risks": ({"factor": "violence", "result": "lowered", "before": 21, "after": 3},),
        "measures": ({"number": 1, "delivered": False, "note": "x"},),
    }  # fmt: skip
    funding = {
        "id": f"F-{n}", "payer": "municipal-meals", "kind": "catering", "first_day": "2022-09-01", "last_day": "2022-12-23",
        "covers": "all", "learner_id": f"L-{n}",
    }  # fmt: skip
    return {
        "absences": [Absence.model_validate({**where, "id": f"K-{n}", "day": "2022-09-05", "absence": "unexcused", "source": "skola"})],
        "marks": [Mark.model_validate({**where, "id": f"Z-{n}", "semester": "2022/23-1", "subject": "x", "points": 3, "source": "skola"})],
        "suggestions": [RiskSuggestion.model_validate(risk)],
        "schedules": [Schedule.model_validate(schedule)],
        "sessions": [_session(n, "held"), _session(n, "missed", absent_because="x")],
        "evaluations": [Evaluation.model_validate(evaluation)],
        "other_funding": [OtherFunding.model_validate(funding)],
    }  # fmt: skip


def _people(n: str) -> dict[str, Any]:
    """Who answers for the plan, and that it came from the other school."""
    went = {
        "source_institution_id": "I-2" if n == "1" else "I-1", "source_partner_kind": "municipality",
        "target_institution_id": f"I-{n}", "on": BEGIN, "plan_version": 1, "actor": "Ilze", "role": "plan-author", "reason": "x",
    }  # fmt: skip
    return {"responsible": ({"name": "x", "duty": "y"},), "transfers": (went,)}


def _rows(transaction: Any, n: str, own: Marks) -> None:
    """What is kept as rows only."""
    who = {"actor": "Jana", "role": "municipal-coordinator"}
    override = {"claim_id": f"C-{n}", "conflict": "overlap:C-9", "number": 1, "on": LATER, **who, "evidence": "ab"}
    transaction.insert(tables.CONFLICT_OVERRIDES, [{**override, "reason": own.new("conflict_overrides.reason")}])
    keys = [("learner", f"L-{n}"), ("enrolment", f"E-{n}")]
    for kind, entity_id in keys:
        key = {"source": "skola", "kind": kind, "identity": own.new("source_keys.identity"), "entity_id": entity_id}
        more = {"fingerprint": own.new("source_keys.fingerprint"), "read_on": LATER, "withdrawn_on": None}
        transaction.insert(tables.SOURCE_KEYS, [{**key, **more}])
    name = transaction.get(tables.LEARNERS, (f"L-{n}",))["family_name"]
    place = {"code": "name-invalid", "file": "a.csv", "row": 2, "column_heading": "x", "remedy": "Labo."}
    problem = {"source": "skola", "number": int(n), "kind": "learner", "message": "Nav vārds.", "found": f"{name} x", **place}
    transaction.insert(tables.SOURCE_PROBLEMS, [problem])
    code = {"learner_id": f"L-{n}", "number": 1, "key_id": "k", "noted_on": LATER, "source": "skola"}
    cells = {"cipher": own.new("personal_codes.cipher"), "match": own.new("personal_codes.match")}
    transaction.insert(tables.PERSONAL_CODES, [{**code, **cells}])


def secrets_of(n: str, marks: Marks) -> dict[str, str]:
    """Everything of a learner that must not be found any more: what, and where it stood."""
    return {
        **marks.of,
        ACCOUNTS[n]: "Payee.iban",
        BORN[n].isoformat(): "Learner.birth_date",
        str(Iban(ACCOUNTS[n])): "Payee.iban",
    }
