"""A partner's request: what a cooperation partner asks to be reimbursed for a period, line by line, adding up to the cent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pmp_core.errors import InvalidValue
from pmp_core.loading import Programme
from pmp_core.register import Register, UnitOfWork, casework
from pmp_core.register.access.doors import door
from pmp_core.statistics.request_content import SEAL, CompensationLine, IndirectLine, PartnerRequest, Sums, WorkLine
from pmp_core.statistics.request_costs import ledger, paid_entries
from pmp_core.statistics.request_indirect import indirect_lines
from pmp_core.statistics.request_law import Law, added
from pmp_core.statistics.request_partner import Belonging
from pmp_core.statistics.request_people import counted_people
from pmp_core.statistics.request_plan_work import PlanWorks
from pmp_core.statistics.request_reconciliation import reconciled
from pmp_core.statistics.request_work import Meetings
from pmp_core.values import DayRange, Money

AT_MOST = "funding.ineligible-costs.at-most"


def partner_request(
    register: Register,
    *,
    first_day: date,
    last_day: date,
    made_on: date,
    institution_id: str | None = None,
    municipality_id: str | None = None,
) -> PartnerRequest:
    """What a partner asks to be reimbursed for a period.

    Args:
        register: what is counted.
        first_day: of the period, included; `last_day`: included.
        made_on: the day on which it is made: not before the period's last day.
        institution_id: the partner, where it is an institution with an agreement of its own.
        municipality_id: the partner, where it is a municipality: for its institutions that have none.

    Returns:
        The request. One that lacks a value is incomplete, and names it (`missing`).

    Raises:
        NotFound: `not-found`, no such institution or municipality.
        InvalidValue: `days-reversed`, `request-not-over`, `partner-unclear`, `partner-without-agreement`.
        RegisterError: `request-does-not-add-up`.

    >>> from pmp_core import demo_register
    >>> with demo_register() as register:
    ...     period = {"first_day": date(2023, 1, 1), "last_day": date(2023, 6, 30), "made_on": date(2023, 7, 3)}
    ...     request = partner_request(register, municipality_id="M-0001", **period)
    >>> request.complete, request.missing
    (False, ('unit-rates.plan-monitoring', 'unit-rates.specialist-hour'))
    """
    with register.unit_of_work(keep=False) as work:
        return request_of(
            work,
            register.programme,
            first_day=first_day,
            last_day=last_day,
            made_on=made_on,
            institution_id=institution_id,
            municipality_id=municipality_id,
        )


@door("see-money", "institution_id", "municipality_id")
def request_of(
    work: UnitOfWork,
    programme: Programme,
    *,
    first_day: date,
    last_day: date,
    made_on: date,
    institution_id: str | None = None,
    municipality_id: str | None = None,
) -> PartnerRequest:
    """As `partner_request`, within a unit of work."""
    days = DayRange(first_day, last_day)
    if made_on < last_day:
        raise InvalidValue(
            "request-not-over",
            "The period of the request is not over on the day it is made.",
            found=last_day,
            remedy=f"Ask for the days until {made_on}, or make the request later.",
        )
    law, belonging = Law(programme), Belonging(work, institution_id, municipality_id)
    entries = ledger(work, belonging, last_day)
    compensation, not_asked, clear = paid_entries(law, belonging, entries, days)
    meetings, plans = Meetings(work, law, belonging, days), PlanWorks(work, law, belonging, days)
    of_work = [*meetings.lines(), *plans.lines()]
    indirect = indirect_lines(law, compensation, of_work)
    left_out = [*not_asked, *meetings.not_asked, *plans.not_asked]
    beyond = frozenset(casework.beyond_budget(work, programme))
    supported = {learner for line in compensation for entry in line.entries for learner in entry.learners}
    supported |= {learner for line in of_work for cost in (*line.meetings, *line.plans) for learner in cost.learners}
    lines: list[WorkLine | IndirectLine] = [*of_work, *indirect]
    fields = {
        "programme": programme.pack.id,
        "programme_hash": programme.hash,
        "partner": belonging.partner(days),
        "first_day": first_day,
        "last_day": last_day,
        "made_on": made_on,
        "compensation": tuple(compensation),
        "work": tuple(of_work),
        "indirect": tuple(indirect),
        "eligible": _sums(compensation, of_work, indirect, (True,)),
        "ineligible": _sums(compensation, of_work, indirect, (False,)),
        "total": _sums(compensation, of_work, indirect, (True, False)),
        "ineligible_at_most": law.said(AT_MOST, last_day),
        "ineligible_unclear": not (clear and meetings.clear and plans.clear),
        "people": counted_people(work, law, belonging, days, supported),
        "reconciliation": reconciled(work, belonging, entries, compensation, days, left_out, beyond),
        "missing": tuple(sorted({path for line in lines for path in line.missing})),
    }
    return PartnerRequest.model_validate(fields, context=SEAL)


def _sums(
    compensation: Sequence[CompensationLine], work: Sequence[WorkLine], indirect: Sequence[IndirectLine], which: tuple[bool, ...]
) -> Sums:
    of_compensation = sum((line.amount for line in compensation if line.eligible in which), Money(0))
    of_work = [line.amount for line in work if line.eligible in which]
    of_indirect = [line.amount for line in indirect if line.eligible in which]
    return Sums(
        compensation=of_compensation,
        work=added(of_work),
        indirect=added(of_indirect),
        total=added([of_compensation, *of_work, *of_indirect]),
        known=added([of_compensation, *(amount for amount in (*of_work, *of_indirect) if amount is not None)]) or Money(0),
    )
