"""What a partner's request says: lines, what stands behind each, what is missing, and how it adds up."""

from __future__ import annotations

import hashlib
from typing import Literal, Self

from pydantic import ValidationInfo, model_validator

from pmp_core.errors import InvalidValue
from pmp_core.values import Count, Day, Entity, Id, Money, Name, Note, Semester

# With it a request that has no digest is sealed; without it the digest has to fit.
SEAL = object()
PartnerKind = Literal["institution", "municipality"]
WorkKind = Literal["specialist", "plan-preparation", "plan-monitoring"]
OpenBecause = Literal["not-paid", "to-recover", "beyond-budget"]


class Said(Entity):
    """What the programme says of a path on the days of a line, and who says so.

    Args:
        path: such as `unit-rates.specialist-hour`.
        value: as text; None where nobody has set it.
        unit: of the value.
        since: the first day of the entry.
        source: the act and paragraph, or the page.
        status: how well it is known.
    """

    path: Name
    value: Note | None = None
    unit: Name | None = None
    since: Day | None = None
    source: Note | None = None
    status: Name | None = None


class Cost(Entity):
    """One cost: what a line is the sum of.

    Args:
        day: the day whose law counts for it.
        institution_id: the institution that makes it the partner's.
        learners: whom it was for, by their opaque ids.
        amount: to the cent; None where a value is missing.
        missing: the paths of the programme without which it has no amount.
    """

    day: Day
    institution_id: Id
    learners: tuple[Id, ...]
    amount: Money | None
    missing: tuple[Name, ...] = ()


class PaidEntry(Cost):
    """An entry of the ledger: a payment, or, below 0, money that came back or was set off. Its day is the claim's first.

    Args:
        entry_id: of the ledger.
        entry: `payment`, `recovery` or `set-off`.
        entered_on: the day of the entry, which lies in the request's period.
        claim_id: the claim that it pays.
        claim_first_day: the claim's period; `claim_last_day`: its end.
        decision_number: of the claim's decisions, the one that it settles; `decision_digest`: its digest.
        of_earlier_payment: whether it takes back what was paid before the request's period.
    """

    entry_id: Id
    entry: Name
    entered_on: Day
    claim_id: Id
    claim_first_day: Day
    claim_last_day: Day
    decision_number: Count
    decision_digest: Name
    of_earlier_payment: bool


class Meeting(Cost):
    """A session that a specialist held, or one meeting of a group: paid once, whoever was there.

    Args:
        sessions: the sessions of it that count, one for each learner.
        plans: the plans they belong to.
        minutes: how long.
        group_id: of the group's meeting.
    """

    sessions: tuple[Id, ...]
    plans: tuple[Id, ...]
    minutes: Count
    group_id: Id | None


class PlanWork(Cost):
    """Work on one plan: its preparation, its monitoring.

    Args:
        plan_id: the plan.
        minutes: that are paid for it, where the rate is of an hour.
    """

    plan_id: Id
    minutes: Count | None


class CompensationLine(Entity):
    """What was compensated of one kind.

    Args:
        kind: a code of `measure-kinds`.
        eligible: whether the costs are.
        paid: the payments; `taken_back`: what came back or was set off, below 0; `amount`: both together.
        entries: what stands behind it.
    """

    kind: Name
    eligible: bool
    paid: Money
    taken_back: Money
    amount: Money
    entries: tuple[PaidEntry, ...]


class WorkLine(Entity):
    """Work that is paid by a unit rate: of specialists, or on plans.

    Args:
        work: what it is.
        kind: of the measure, a code of `measure-kinds`; None for work on plans.
        specialist: a code of `specialists`; None for work on plans.
        eligible: whether the costs are.
        rate: the unit rate.
        hour: how long the hour of the rate is, where it is an academic one.
        units: how many pieces: meetings, plans, or months of plans.
        minutes: of all of them together, where the rate is of an hour.
        amount: the sum of what stands behind it; None where a value is missing.
        missing: the paths without which it has no amount.
        meetings: of specialists; `plans`: the work on plans.
    """

    work: WorkKind
    kind: Name | None
    specialist: Name | None
    eligible: bool
    rate: Said
    hour: Said | None = None
    units: Count
    minutes: Count | None
    amount: Money | None
    missing: tuple[Name, ...]
    meetings: tuple[Meeting, ...] = ()
    plans: tuple[PlanWork, ...] = ()


class IndirectLine(Entity):
    """Indirect costs: a flat rate of direct costs, rounded once, half up, on the sum of the line.

    Args:
        eligible: whether the costs are.
        rate: the flat rate, in percent.
        base: of which kinds of direct costs, codes of `direct-cost-kinds`.
        of: the direct costs that it is taken of; None where they are not known.
        amount: None where a value is missing.
        missing: the paths without which it has no amount.
    """

    eligible: bool
    rate: Said
    base: Said
    of: Money | None
    amount: Money | None
    missing: tuple[Name, ...]


class Sums(Entity):
    """What lines come to. A sum with a line that has no amount is None, and never less than it is.

    Args:
        compensation: of learners' expenses.
        work: by unit rates.
        indirect: by the flat rate.
        total: all of it.
        known: of all lines that have an amount, whatever the others are.
    """

    compensation: Money
    work: Money | None
    indirect: Money | None
    total: Money | None
    known: Money


class CountedLine(Entity):
    """Persons and plans of one semester and level.

    Args:
        track: general or vocational; None where the learner was not enrolled.
        level: the grade or the course.
        persons: each once; `plans`: each plan.
    """

    semester: Semester
    track: Name | None
    level: Count | None
    persons: Count
    plans: Count


class CountedPeople(Entity):
    """Persons and plans, by the published definitions: plans that were submitted, and learners, each once.

    Args:
        persons: over the whole period, each once, however many plans they have.
        plans: each plan.
        supported: persons behind the lines of the request, each once.
        lines: by semester and level.
    """

    persons: Count
    plans: Count
    supported: Count
    lines: tuple[CountedLine, ...]


class OpenClaim(Entity):
    """A decided claim whose money is not settled at the end of the period.

    Args:
        decided: what its latest decision grants; `paid`: what the ledger says was paid, less what came back.
        difference: above 0 what is still to be paid, below 0 what is still to come back.
        because: `not-paid`, `to-recover`, or `beyond-budget`, as the budget stands when the request is made.
    """

    claim_id: Id
    learner_id: Id
    institution_id: Id
    kind: Name
    decision_number: Count
    decision_digest: Name
    decided: Money
    paid: Money
    difference: Money
    because: OpenBecause


class Uncounted(Entity):
    """What lies in the period and is not asked for.

    Args:
        what: `session` or `entry`; `id`: of it.
        day: its day.
        because: `no-agreement` on that day, or what the rule `session` says.
    """

    what: Literal["session", "entry", "plan"]
    id: Id
    day: Day
    because: tuple[Name, ...]


class Reconciliation(Entity):
    """That the request adds up: three sums that come about in three ways and are equal.

    Args:
        lines: what the lines of compensation come to.
        ledger: the entries of the period, from the ledger itself, as a whole.
        settled: what the decisions grant that the entries settle, less what was settled before the period, and what is still
            to come back of it.
        recovered_of_earlier: taken back in the period of what was paid before it.
        open: decided claims that are not paid, or not paid back, at the end of the period.
        not_asked: what lies in the period, and is not asked for.
    """

    lines: Money
    ledger: Money
    settled: Money
    recovered_of_earlier: Money
    open: tuple[OpenClaim, ...]
    not_asked: tuple[Uncounted, ...]


class Partner(Entity):
    """Who asks.

    Args:
        kind: an institution, or a municipality for its schools.
        agreements: numbers of the agreements that stand on a day of the period.
        institutions: the ids of the institutions that are looked at: each counts on the days on which it is the partner's.
    """

    kind: PartnerKind
    id: Id
    name: Name
    agreements: tuple[Name, ...]
    institutions: tuple[Id, ...]


class PartnerRequest(Entity):
    """What a partner asks to be reimbursed for a period.

    `digest` is the SHA-256 of everything else; a request whose digest does not fit, or that has none, cannot be made.

    Args:
        programme: its id; `programme_hash`: of everything it said, overlays included.
        partner: who asks.
        first_day: of the period, included; `last_day`: included.
        made_on: the day on which it was made.
        compensation: direct costs of compensation, by kind.
        work: direct costs by unit rates.
        indirect: costs by the flat rate.
        eligible: the sums of what is eligible; `ineligible`: of what is not; `total`: of both.
        ineligible_at_most: the limit of ineligible costs of the whole project, for information.
        ineligible_unclear: whether the programme does not say which costs are ineligible, so that all stand in the eligible part.
        people: persons and plans.
        reconciliation: that it adds up.
        missing: the paths that have to be set before it is complete.

    Raises:
        InvalidValue: `request-altered`.
    """

    programme: Name
    programme_hash: Name
    partner: Partner
    first_day: Day
    last_day: Day
    made_on: Day
    compensation: tuple[CompensationLine, ...]
    work: tuple[WorkLine, ...]
    indirect: tuple[IndirectLine, ...]
    eligible: Sums
    ineligible: Sums
    total: Sums
    ineligible_at_most: Said
    ineligible_unclear: bool
    people: CountedPeople
    reconciliation: Reconciliation
    missing: tuple[Name, ...]
    digest: str = ""

    @model_validator(mode="after")
    def _sealed(self, info: ValidationInfo) -> Self:
        sealed = hashlib.sha256(self.model_dump_json(exclude={"digest"}).encode()).hexdigest()
        if self.digest != sealed and info.context is not SEAL:
            raise InvalidValue(
                "request-altered",
                "The request does not fit its digest.",
                found=self.digest,
                remedy="Take it from where it was kept, or make it again with `partner_request`.",
            )
        object.__setattr__(self, "digest", sealed)
        return self

    @property
    def complete(self) -> bool:
        """Whether every line has an amount."""
        return not self.missing
