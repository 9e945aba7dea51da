"""What a plan's document says, as plain data: gathered from the register, before anybody sets it.

Titles are in the document's language. It is personal data, and shows itself in no `repr`.
"""

from __future__ import annotations

from datetime import date

from attrs import frozen


@frozen
class Titled:
    """A code of the programme with its title."""

    code: str
    title: str


@frozen(repr=False)
class LearnerPart:
    """The learner, and where the learner learns. `personal_code` is masked, unless a role that may see it asked for it."""

    id: str
    name: str
    birth_date: date | None
    personal_code: str | None
    track: Titled | None
    level: int | None
    class_name: str | None


@frozen(repr=False)
class InstitutionPart:
    """An institution."""

    id: str
    name: str
    registration_number: str | None = None
    municipality: str | None = None


@frozen(repr=False)
class EvidencePart:
    """What is behind a risk: what a signal measured, or why a person added it; and who decided on it.

    `at_least` says whether it may be more than `measured`, and is None where that was not kept. `unit` is that of the signal's
    fact, such as lessons/semester; None: the programme no longer knows the signal, or its number counts nothing.
    """

    signal: Titled | None
    measured: int | None
    at_least: bool | None
    unit: str | None
    threshold: int | None
    first_day: date | None
    last_day: date | None
    records: int
    decided_by: str | None
    decided_role: Titled | None
    decided_on: date | None
    reason: str | None


@frozen(repr=False)
class RiskPart:
    """A risk of the plan."""

    factor: Titled
    group: Titled | None
    evidence: EvidencePart | None
    note: str | None


@frozen(repr=False)
class MeasurePart:
    """A measure of the plan, and what was delivered of it until the document's day."""

    number: int
    kind: Titled
    risks: tuple[Titled, ...]
    justification: str
    specialist: Titled | None
    sessions: int | None
    minutes: int | None
    responsible: str | None
    where: InstitutionPart
    delivered_sessions: int
    delivered_minutes: int
    missed_sessions: int
    last_delivered_on: date | None


@frozen(repr=False)
class SessionPart:
    """A session that was held, or to which the learner did not come."""

    day: date
    measure: int
    minutes: int
    specialist: Titled
    delivered_by: str
    mode: Titled
    attendance: Titled
    attested_on: date | None
    absent_because: str | None
    note: str | None


@frozen(repr=False)
class RiskOutcomePart:
    """What became of a risk."""

    factor: Titled
    result: Titled
    before: int | None
    after: int | None
    note: str | None


@frozen(repr=False)
class MeasureOutcomePart:
    """What came of a measure."""

    number: int
    kind: Titled | None
    delivered: bool
    useful: bool | None
    sessions: int | None
    minutes: int | None
    note: str | None


@frozen(repr=False)
class EvaluationPart:
    """The plan's evaluation."""

    evaluated_on: date
    evaluated_by: str
    risks: tuple[RiskOutcomePart, ...]
    measures: tuple[MeasureOutcomePart, ...]


@frozen(repr=False)
class StepPart:
    """A step that was taken."""

    on: date
    step: Titled
    target: Titled
    actor: str
    role: Titled
    reason: str | None


@frozen(repr=False)
class TransferPart:
    """The plan went from one institution to another."""

    on: date
    source: InstitutionPart
    target: InstitutionPart
    actor: str
    role: Titled
    reason: str | None


@frozen(repr=False)
class SignaturePart:
    """A line to sign. `role` is None for whoever signed the application; `day` is set where the step was taken."""

    role: Titled | None
    name: str | None
    day: date | None


@frozen(repr=False)
class PersonPart:
    """A person who answers for the plan."""

    name: str
    duty: str


@frozen(repr=False)
class PlanContent:
    """Everything a plan's document says.

    Args:
        day: of the document; what was delivered later is not in it.
        approved: whether every station approved the plan in its current round, and it still holds its place.
        sessions: one by one; None: the document does not list them.
    """

    plan_id: str
    programme: Titled
    day: date
    semester: str
    status: Titled
    approved: bool
    learner: LearnerPart
    institution: InstitutionPart
    partner_kind: Titled
    first_day: date
    last_day: date
    applied_on: date | None
    entered_on: date
    prepared_by: str
    responsible: tuple[PersonPart, ...]
    rolled_over_from: str | None
    aims: str | None
    risks: tuple[RiskPart, ...]
    measures: tuple[MeasurePart, ...]
    sessions: tuple[SessionPart, ...] | None
    evaluation: EvaluationPart | None
    steps: tuple[StepPart, ...]
    transfers: tuple[TransferPart, ...]
    signatures: tuple[SignaturePart, ...]
